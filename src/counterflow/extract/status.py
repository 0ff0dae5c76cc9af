"""Status: how firm a clause is, read from the words that govern it; scope; and what a condition or a package ties it to."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from counterflow.extract.frames import Framed

_CUES: Final = {
    "terminated": r"\b(?:collaps\w+|called off|abandon\w*|scrapp\w+|terminat\w+|cancel\w*|walked away|fell apart|fallen (?:apart|through)|"
    r"shelv\w+|dropped (?:its|the|plans)|broke(?:n)? off|withdr[ae]wn?|pulled out|axed|ditched)\b",
    "letter_of_intent": r"\b(?:letters? of intent|loi|memorand(?:um|a) of understanding|mou|heads of terms|term sheet|non-?binding|"
    r"preliminary (?:agreement|deal|accord)|agree(?:ment|d) in principle|framework agreement)\b",
    "in_talks": r"\b(?:in (?:\w+ ){0,3}(?:talks|discussions|negotiations|conversations)|talks|negotiat\w+|discussi(?:ons?|ng)|discussed|"
    r"(?:has|have|had) approached|sounding out|courting|in contact|bargaining|haggling|close to (?:a|an|agreeing|signing|finali[sz]ing)|nearing|"
    r"advanced (?:talks|stage)|finali[sz]ing|seeking|seeks|sought|looking to|trying to raise)\b",
    "considering": r"\b(?:consider\w*|weigh(?:s|ed|ing)?|explor(?:e|es|ed|ing)|mull\w*|ey(?:es|ed|eing)|look(?:s|ed|ing)? (?:at|into)|"
    r"stud(?:y|ies|ying)|examin\w+|evaluat\w+|ponder\w*|contemplat\w*|toying with|interested in|interest in)\b",
    "rumoured": r"\b(?:rumou?r\w*|speculat\w+|said to be|whisper\w*|grapevine|reportedly|is believed to|are believed to|is said to|are said to|"
    r"reported to be|reports suggest|allegedly)\b",
    "planned": r"\b(?:plan(?:s|ned|ning)?|intend\w*|will|aims?|aiming|propos(?:e|es|ed|al|ing)|(?:is|are|was|were) (?:set|due|expected|slated|"
    r"scheduled|poised|likely|about|going|preparing) to|expect(?:s|ed)? (?:‹P\d+› )?to|prospective|hopes? to|wants? to|targets?|targeting|shall|to be|"
    r"envisag\w+|foresees?|projected|upcoming|push\b|'ll)\b",
    "signed": r"\b(?:sign(?:s|ed|ing)|agree[ds]?|agreeing|committ?(?:ed|s|ing)?|formali[sz]ed?|inked|sealed?|struck|strikes|stipulat\w+|"
    r"contract(?:ed)?|agreements?|pledg(?:ed?|es|ing)|award(?:s|ed)|entered into|announced (?:a|an|the)|ordered|placed an order|secured|"
    r"reach(?:ed|es) (?:a|an)|clinched|locked in|has booked|booked|commitments?|accord|pact|bound itself|undertook|undertaken|"
    r"under the (?:deal|terms|contract))\b",
    "completed": r"\b(?:complet\w+|clos(?:ed|es|ing of)|has (?:already )?(?:invested|put|paid|raised|received|bought|acquired|taken)|finali[sz]ed|"
    r"already|to date|so far|since (?:19|20)\d\d|invested|raised|paid|put|injected|poured|contributed|contributing|acquired|bought|"
    r"received|wired|transferred|took|holds?|owns?|holding|owned|concluded|made|pumped|landed|has handed|bagged|attracted|collected|netted|drew|led)\b",
}
_COMPILED: Final = {name: re.compile(pattern) for name, pattern in _CUES.items()}
_IF: Final = re.compile(
    r"(?:^|[,;(]\s*|\b(?:and|but|that|even)\s)(?:if|should (?:‹|the|it|they|this|that|talks)|were (?:‹|the|it)|provided|assuming|unless|imagine|suppose|whether)\b"
)
_MODAL: Final = re.compile(
    r"\b(?:could|would|might|may|potentially|potential|possible|possibly|perhaps|hypothetical\w*|theoretical\w*)\b"
)
_NOT: Final = re.compile(
    r"\b(?:no|not|never|none|neither|nor|without|den(?:y|ies|ied|ying)|refut\w+|dismiss\w*|reject\w*|rul(?:e[ds]?|ing) out|false|untrue|baseless)\b|n't\b"
)
_DENIAL: Final = re.compile(
    r"\b(?:den(?:y|ies|ied|ying|ials?)|refut\w+|dismiss(?:es|ed)|no talks|not in talks|no plans?|false|untrue|baseless|no truth|rul(?:es|ed) out|not invest\w*)\b"
)
_FIGURE: Final = {
    "forecast": r"\b(?:forecasts?|forecasting|expect(?:s|ed|ing|ation)?|project(?:s|ed|ing|ion|ions)|predict\w*|will|would|could|may|might|target(?:s|ed|ing)?|guid(?:es|ed|ance)|"
    r"outlook|plans?|planned|budget\w*|by (?:20[2-9]\d|the end of)|anticipat\w*|set to|on (?:track|course)|aims?|hopes?|intends?|next year|sees|seen|should|due to|going to)\b",
    "estimated": r"\b(?:estimat\w*|believed to|thought to|reckon\w*|analysts? (?:put|say|think)|approximat\w+ by|is said to|reportedly|according to (?:analysts|people|estimates))\b",
}
_FIGURES: Final = {name: re.compile(pattern) for name, pattern in _FIGURE.items()}
_SCOPES: Final = (
    (
        "incremental",
        r"\b(?:an(?:other)?|a) (?:additional|extra|further)\b|\banother\b|\ba further\b|\badditional\b|\bon top of\b|\bextra\b|\bmore$|\bfresh\b(?= commit)|\bexpand(?:s|ed|ing)? (?:\w+ )*by\b",
    ),
    (
        "cumulative",
        r"\bin total\b|\bto date\b|\bso far\b|\bsince (?:19|20)\d\d\b|\bincluding this round\b|\bbring(?:s|ing)? (?:\w+ ){0,4}(?:total|to)\b|\b(?:has|have) already invested\b|\btotal (?:raised|funding|investment)\b|\bcumulative\w*\b|\baltogether\b|\boverall\b|\blifetime\b",
    ),
    (
        "tranche",
        r"\btranche\b|\binstal?lments?\b|\binitial(?:ly)?\b(?= ‹)|\bfirst\b(?= ‹)|\bup ?front\b|\bat (?:signing|closing)\b|\bhalf of\b|\b(?:now|today)\b(?= and\b)|\bthe (?:remaining|rest)\b|\bonce\b",
    ),
)
_SCOPE: Final = tuple((name, re.compile(pattern)) for name, pattern in _SCOPES)
_CONDITION: Final = re.compile(
    r"\b(?:if|once|subject to|conditional (?:on|upon)|contingent (?:on|upon)|provided (?:that)?|depend(?:s|ent|ing) on|pending|as long as|unless|on condition that|only (?:when|if|after)|tied to|upon)\s+"
    r"(?P<what>[^,;.]{4,120})"
)
_MOVES_MONEY: Final = frozenset({"investment", "funding_round", "capacity_commitment", "stake"})


class Standing(NamedTuple):
    """How a clause stands: status, polarity, modality."""

    status: str
    polarity: str = "positive"
    modality: str = "asserted"


def standing(frame: Framed) -> Standing | None:
    """The status that the governing words give; None where the clause has none (the caller then looks to the article)."""
    if frame.type == "financial_metric":
        return Standing(_figure_status(frame))
    before, clause, sentence = _views(frame)
    hypothetical = bool(_IF.search(sentence) or re.search(r"\boptions? (?:on|for|to)\b", before)) and not re.search(
        r"\b(?:agreement|contract|terms) (?:\w+ )?(?:stipulat|provid|foresee)", sentence
    )
    status = _ladder(frame, before, clause, sentence)
    if _DENIAL.search(clause):
        return Standing("denied", "negative")
    if status == "terminated":
        return Standing("terminated", "negative")
    if frame.type == "valuation":
        return _valuation(status, hypothetical, before, sentence)
    if hypothetical and status not in {"signed", "completed", "letter_of_intent"}:
        return Standing("hypothetical", modality="hypothetical")
    if _NOT.search(before[-40:]) and status is None:
        return Standing("denied", "negative")
    if status is None and _MODAL.search(before[-60:]):
        return Standing(_heard(sentence), modality="possible")
    modality = "possible" if _MODAL.search(before) and status != "completed" else "asserted"
    return Standing(status, modality=modality) if status else None


def _views(frame: Framed) -> tuple[str, str, str]:
    """The words that govern a frame: its clause up to the trigger's end; the clause; the sentence."""
    masked = frame.sentence.masked
    start, end = frame.sentence.clause(max(0, frame.span[0]))
    return masked[start : frame.trigger[1]], masked[start : max(end, frame.span[1])], masked


def _ladder(frame: Framed, before: str, clause: str, sentence: str) -> str | None:
    """The first rung whose words govern the clause: letters and talks speak for their sentence, verbs for their clause."""
    if _COMPILED["terminated"].search(sentence if len(frame.sentence.quantities()) == 1 else clause):
        return "terminated"
    if _COMPILED["letter_of_intent"].search(sentence):
        return "letter_of_intent"
    trigger = sentence[frame.trigger[0] : frame.trigger[1]]
    for rung in ("in_talks", "considering"):
        if _COMPILED[rung].search(before) or (_nominal(trigger) and _COMPILED[rung].search(sentence)):
            return rung
    reported = bool(_COMPILED["rumoured"].search(before))
    if _binds(frame, before, clause, sentence):
        return "signed"
    if re.search(
        r"\b(?:has|have|had) (?:already |now |recently )?(?:closed|completed|finali[sz]ed|invested|raised|paid|put|poured|received)\b",
        before,
    ):
        return "completed" if frame.type != "capacity_commitment" else "signed"
    if _COMPILED["planned"].search(before) and not re.search(r"\bcomplet\w+|\bclosed\b", before):
        return "rumoured" if reported else "planned"
    return _weaker(frame, before, clause, reported)


def _binds(frame: Framed, before: str, clause: str, sentence: str) -> bool:
    """Words of signing that govern: an agreement's own terms bind what it says "would" be."""
    if re.search(
        r"\b(?:agreement|contract|deal|pact|accord)\b (?:\w+ )?(?:stipulat\w+|provid\w+|requir\w+|oblig\w+|commit\w+|under which|that (?:will|would))",
        sentence,
    ):
        return not _COMPILED["in_talks"].search(before)
    if re.search(r"\bplans? to\b|\bproposed\b|\bintends?\b|\baims?\b|\bwould\b|\bcould\b|\bexpect", before):
        return False
    if frame.type == "capacity_commitment":
        return bool(_COMPILED["signed"].search(clause)) and not re.search(
            r"\bproject(?:ed|s)\b|\bmay\b|\bmight\b", before
        )
    return bool(
        re.search(
            r"\b(?:has |have |had )?(?:recently |also |formally |separately )?(?:agreed|committed|commits|pledged|pledges|signed|undertaken|undertook|bound)\b",
            before,
        )
    )


def _weaker(frame: Framed, before: str, clause: str, reported: bool) -> str | None:
    if reported and not re.search(r"\b(?:signed|closed|completed|raised|agreed)\b", before):
        return "rumoured"
    if frame.type == "capacity_commitment":
        return (
            "signed"
            if re.search(
                r"\b\w+ed\b|\b(?:rents?|leases?|buys|pays|spends|uses|has|is|bought|spent|took|provides?|supplies)\b",
                clause,
            )
            else None
        )
    if _MODAL.search(before[-60:]):
        return None
    if _COMPILED["completed"].search(before):
        return "completed"
    if re.search(
        r"\b(?:invests|puts|leads|led|raises|buys|takes|joins|backs|values|valued|valuing|holds|owns|has|with|announce[sd]|emerged|worth)\b",
        before,
    ):
        return "completed"
    return "completed" if frame.type == "stake" else None


def _heard(sentence: str) -> str:
    """What "potentially" or "could" is worth: the talks or the rumour that the sentence speaks of, else an if."""
    for rung in ("in_talks", "considering", "rumoured", "planned"):
        if _COMPILED[rung].search(sentence):
            return rung
    return "hypothetical"


def _nominal(trigger: str) -> bool:
    return bool(
        re.fullmatch(
            r"(?:[\w -]+ )?(?:investments?|bet|infusion|injection|stakes?|round|raise|financing|funding|agreements?|deals?|contracts?|commitments?|fundrais\w+|cheque|equity|valuations?)",
            trigger.strip(),
        )
    )


def _valuation(status: str | None, hypothetical: bool, before: str, sentence: str) -> Standing:
    """A price under "if", "could", "would" is hypothetical; else it has the status of its deal."""
    if status in {"considering"}:
        return Standing("considering")
    if hypothetical or (_MODAL.search(before) and status not in {"letter_of_intent"}):
        return Standing("hypothetical", modality="hypothetical")
    if status in {"in_talks", "planned", "rumoured", "letter_of_intent", "signed"}:
        return Standing(status)
    return Standing("completed")


def _figure_status(frame: Framed) -> str:
    """Reported = actual, expected = forecast, outsiders' = estimated."""
    masked = frame.sentence.masked
    start, end = frame.sentence.clause(frame.span[0])
    others = [t.end for t in frame.sentence.quantities() if t.end <= frame.span[0] and t is not frame.amount]
    near = masked[max([start, *others]) : min(max(end, frame.span[1]), frame.span[1] + 60)]
    if _FIGURES["estimated"].search(near) and not re.search(
        r"\b(?:will|by 20\d\d|could|would|next year|in 20[3-9]\d)\b", near
    ):
        return "estimated"
    if _FIGURES["forecast"].search(near):
        return "forecast"
    return "actual"


def scope(frame: Framed) -> str | None:
    """What an amount counts: new money, a cumulative total, a contract's whole term, one year of it, a tranche."""
    masked = frame.sentence.masked
    start, end = frame.sentence.clause(frame.span[0])
    assert frame.amount is not None
    near = masked[max(start, frame.amount.at - 60) : min(max(end, frame.amount.end), frame.amount.end + 60)]
    tight = masked[max(start, frame.amount.at - 30) : frame.amount.at]
    for name, cue in _SCOPE:
        if name == "incremental" and (cue.search(tight) or re.match(r" more\b", masked[frame.amount.end :])):
            return name
        if name != "incremental" and cue.search(near):
            return name if name != "tranche" or frame.type in {"investment", "funding_round"} else None
    if frame.amount.quantity.per in {"year", "quarter", "month"}:
        return "annual" if frame.amount.quantity.per == "year" else None
    if frame.type == "capacity_commitment":
        return "contract_total" if frame.amount.letter == "M" else None
    return "new_money" if frame.type in {"investment", "funding_round"} else None


def condition(frame: Framed) -> tuple[int, int] | None:
    """Where the words stand that say what must hold or the money does not come, in the masked sentence."""
    if frame.type not in _MOVES_MONEY:
        return None
    start, end = frame.sentence.clause(frame.span[0])
    found = _CONDITION.search(frame.sentence.masked, start, end) or _CONDITION.search(frame.sentence.masked)
    return found.span() if found else None


def basis(frame: Framed) -> str | None:
    """Before or after the new money, listed, in an employee sale: the basis of a valuation, where the words say it."""
    masked = frame.sentence.masked
    start, end = frame.sentence.clause(frame.span[0])
    near = masked[max(0, start - 40) : min(len(masked), max(end, frame.span[1]) + 30)]
    for name, cue in _BASES:
        if cue.search(near):
            return name
    return None


_BASES: Final = tuple(
    (name, re.compile(pattern))
    for name, pattern in (
        (
            "pre_money",
            r"\bpre-?(?: )?(?:money|investment|funding|deal)\b|\bbefore (?:the )?(?:new|fresh) (?:money|funds|capital)\b|\bexcluding (?:the )?(?:new|fresh)\b",
        ),
        (
            "post_money",
            r"\bpost-?(?: )?(?:money|investment|funding|deal)\b|\b(?:including|after|with) (?:the )?(?:new|fresh) (?:money|funds|capital|investment)\b",
        ),
        ("market_cap", r"\bmarket cap\w*|\bmarket value\b|\bstock[- ]market value\b"),
        ("enterprise_value", r"\benterprise value\b"),
        ("implied_off_market", r"\bimplied\b|\boff-market\b|\bgrey market\b"),
        (
            "secondary_sale",
            r"\bsecondary\b|\bold shares\b|\bemployee (?:share|stock)|\btender offer\b|\bexisting shares\b|\bshare sale\b|\bstock sale\b",
        ),
        ("ipo", r"\bipo\b|\binitial public offering\b|\blist(?:ing|ed)\b|\bflotation\b|\bgo(?:ing)? public\b"),
    )
)
