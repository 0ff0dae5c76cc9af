"""Slots: who fills a role, by position and marker around a frame's trigger.

Each strategy is a small function `(frame, scene) -> Filler | None`, named in frames.toml; the first that answers wins.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from counterflow.extract.frames import Framed
from counterflow.extract.sentences import Sentence, Tag
from counterflow.model.book import NEVER_PAY

_GROUP: Final = r"‹P\d+›(?:(?:, and |, | and | & |/)‹P\d+›)*"
_LEAD_IN: Final = (
    r"(?:(?:the|a|an|its|their|his|her|our|rival|fellow|us|uk|chinese|french|german|japanese|start-?up|startup|chipmaker|chip|maker|"
    r"lab|laboratory|developer|designer|company|group|firm|giant|ai|model|specialist|venture|cloud|provider|operator|fledgling|"
    r"newcomer|[\w-]+-based|software|robotics|data|cent(?:er|re)|parent|owner|competitor|partner|customer|unit|\w+(?:er|or|ist)),? ){0,5}"
)
_PREPOSITIONS: Final = re.compile(
    r"\b(?:of|with|by|from|in|into|to|for|at|on|against|behind|like|than|as|including|via|through|among|beyond|per|toward|towards|versus|"
    r"citing|told|over|about|under|between|after|since|alongside|except|and unlike|unlike|such as|according to|compared with)\s+"
    + _LEAD_IN
    + r"$"
)


# A party right behind one of these verbs is its object; behind verbs of saying stands a subject.
_OBJECT_OF: Final = re.compile(
    r"\b(?:sell|sold|giv|gave|pay|paid|grant|hand|lend|lent|offer|provid|suppl|buy|bought|acquir|back|fund|support|help|lets?|valu|own|hold|held|join|"
    r"beat|overtak|rival|use|includ|push|mak|made|tak|took|bring|brought|call|nam|led|lead|follow|propel|leav|left|allow|enabl|tie|link|put|owe)"
    r"(?:s|es|ed|d|ing|e)?\s+" + _LEAD_IN + r"$"
)


class Filler(NamedTuple):
    """Who fills a role: canonical names, the names as written, where, and how sure (0..1)."""

    names: tuple[str, ...]
    written: tuple[str, ...]
    sure: float


@dataclass(slots=True)
class Scene:
    """What the article has said so far: needed where a sentence leaves a role to its context."""

    main: tuple[str, str] | None = None  # the party most spoken of (canonical, as written)
    issuer: tuple[str, str, int] | None = None  # of the round spoken of, with its paragraph
    pairs: Counter[tuple[str, str]] = field(default_factory=Counter)  # (customer, supplier) seen
    reporter: tuple[str, str, int] | None = None  # whose figures were given last, with the paragraph
    first_issuer: tuple[str, str] | None = None  # whose round or price the article speaks of first
    contract: tuple[dict[str, Filler], int] | None = None  # roles of the last contract, with its paragraph
    last: tuple[dict[str, Filler], int] | None = None  # roles of the last investment, with its paragraph
    recent: tuple[tuple[str, str], ...] = ()  # who the sentence before named, the latest first
    targets: dict[str, tuple[str, str]] = field(default_factory=dict)  # investor -> investee, as written
    kinds: dict[str, str] = field(default_factory=dict)
    owners: dict[str, str | None] = field(default_factory=dict)


Strategy = Callable[[Framed, Scene], "Filler | None"]


def fill(frame: Framed, scene: Scene, role: str, taken: set[str]) -> Filler | None:
    """Whom the pattern itself caught, else the first strategy that names someone not yet in another role (`taken`)."""
    strategies = frame.pattern.roles[role]
    tags = frame.sentence.parties(*frame.groups[role]) if role in frame.groups else []
    if tags and frame.type == "valuation" and tags[0].mention.how in {"pronoun", "carried"}:
        meant = _stake_target(frame, scene) or _issuer(frame, scene)
        if meant and (found := _without(meant, taken)):
            return found
    if tags:
        if (caught := _filler(tags)) and (found := _without(caught, taken)):
            return found
    for place, name in enumerate(strategies):
        found = STRATEGIES[name](frame, scene)
        found = found and _without(found, taken)
        if found:
            return found._replace(sure=found.sure * (1.0 if place < 3 else 0.93))
    if "near" not in strategies or frame.groups.get("target") or (frame.type == "investment" and _elsewhere(frame)):
        return None
    known = [scene.first_issuer] if scene.first_issuer and frame.type in {"stake", "valuation"} else []
    everyone = (*known, *scene.recent, *([scene.main] if scene.main else []))
    return next((f for n, w in everyone if (f := _without(Filler((n,), (w,), 0.6), taken))), None)


def _without(filler: Filler, taken: set[str]) -> Filler | None:
    pairs = [(n, w) for n, w in zip(filler.names, filler.written, strict=True) if n not in taken]
    return Filler(tuple(n for n, _ in pairs), tuple(w for _, w in pairs), filler.sure) if pairs else None


def _filler(tags: Sequence[Tag], sure: float = 1.0) -> Filler | None:
    names: dict[str, str] = {}
    for tag in tags:
        for name, written in zip(tag.mention.parties, tag.mention.written, strict=True):
            names.setdefault(name, written)
    if not names:
        return None
    return Filler(tuple(names), tuple(names.values()), sure * min(t.mention.confidence for t in tags))


def _group_at(sentence: Sentence, start: int, end: int) -> list[Tag]:
    return sentence.parties(start, end)


def _marked(sentence: Sentence, pattern: str, start: int, end: int) -> list[Tag]:
    """The party group that follows a marker within a stretch of the sentence."""
    found = re.compile(rf"(?:{pattern})\s+{_LEAD_IN}(?P<who>{_GROUP})").search(sentence.masked, start, end)
    return _named_alone(sentence, *found.span("who")) if found else []


def _named_alone(sentence: Sentence, start: int, end: int) -> list[Tag]:
    """The parties of a group, less one that only owns what follows: "in Anthropic, OpenAI's closest rival"."""
    tags = sentence.parties(start, end)
    return tags[:-1] if len(tags) > 1 and sentence.masked.startswith("'s", end) else tags


# ---------------------------------------------------------------- subjects
def subject_tags(sentence: Sentence, before: int) -> list[Tag]:
    """The party group that governs a verb at `before`: the nearest in its clause that no preposition or possessive holds."""
    start, _ = sentence.clause(max(0, before - 1))
    if re.match(r",\s(?:which|who)\b", sentence.masked[start:]) and not sentence.parties(start, before):
        named = list(re.finditer(_GROUP, sentence.masked[:start]))
        if named and named[-1].end() == start:
            return sentence.parties(*named[-1].span())
    while True:
        found = _free_group(sentence, start, before)
        if found or start == 0:
            return found
        start = sentence.clause(start - 1)[0]


def _free_group(sentence: Sentence, start: int, before: int) -> list[Tag]:
    for group in reversed(list(re.finditer(_GROUP, sentence.masked[start:before]))):
        a, b = group.start() + start, group.end() + start
        after = sentence.masked[b : b + 3]
        if after.startswith("'s") and "›, ‹" in group[0]:
            return sentence.parties(a, b)[:-1]  # "Hesketh, Baltrona's founder, keeps"
        if after.startswith("'s") or after.startswith("' "):
            continue
        lead = sentence.masked[max(0, a - 60) : a]
        if (_PREPOSITIONS.search(lead) or _OBJECT_OF.search(lead)) and not _own_clause(sentence.masked, a, b):
            continue
        return sentence.parties(a, b)
    return []


def _own_clause(masked: str, a: int, b: int) -> bool:
    """ "with X investing", "for X to invest", "between X and Y": behind these prepositions stands a subject."""
    before, after = masked[max(0, a - 8) : a], masked[b : b + 40]
    if before.endswith("between "):
        return True
    return bool(
        (re.search(r"\bwith (?:the )?$", before) and re.match(r" (?:[\w-]+ly |also |each |both |alone )*[\w-]+ing\b", after))
        or (re.search(r"\bfor (?:the )?$", before) and re.match(r" to [a-z]", after))
        or (re.search(r"\bsees? |\bof $", before) and re.match(r" (?:[\w-]+ly )?[\w-]+ing\b", after))
    )


def _subject(frame: Framed, scene: Scene) -> Filler | None:
    at = min(frame.trigger[0], frame.span[0])
    passive = _passive_agent(frame)
    tags = passive or subject_tags(frame.sentence, at) or _possessive_subject(frame.sentence, at)
    return _filler(tags, 0.95)


def _passive_agent(frame: Framed) -> list[Tag]:
    """ "was bought by X": the agent behind `by`, where the trigger is a passive participle."""
    masked = frame.sentence.masked
    if not re.search(
        r"\b(?:is|are|was|were|been|be|being)(?: \w+ly)? $", masked[max(0, frame.trigger[0] - 24) : frame.trigger[0]]
    ):
        return []
    return _marked(frame.sentence, r"\bby", frame.trigger[1], frame.sentence.clause(frame.trigger[0])[1])


def _possessive_subject(sentence: Sentence, before: int) -> list[Tag]:
    """ "Eastmarch's plan to invest": the owner of the noun that governs the verb."""
    start, _ = sentence.clause(max(0, before - 1))
    found = list(re.finditer(_GROUP + r"(?='s|' )", sentence.masked[start:before]))
    return sentence.parties(found[-1].start() + start, found[-1].end() + start) if found else []


# ---------------------------------------------------------------- markers
def _possessive_supplier(frame: Framed, scene: Scene) -> Filler | None:
    """An owner that looks like the seller; else a possessive names the customer."""
    found = _possessive(frame, scene)
    return found if found and sells(found.names[0], scene) > 0 else None


def _backed(frame: Framed, scene: Scene) -> Filler | None:
    """ "X has been Y's largest investor, contributing $13bn": Y is the investee."""
    found = re.compile(rf"(?P<who>{_GROUP})'s? (?:[\w-]+ ){{0,3}}(?:investor|backer|shareholder|financier|funder)s?\b|\b(?:investors?|backers?|shareholders?) (?:in|of) (?P<other>{_GROUP})").search(
        frame.sentence.masked
    )
    return _filler(frame.sentence.parties(*found.span("who" if found["who"] else "other")), 0.9) if found else None


def _known_target(frame: Framed, scene: Scene) -> Filler | None:
    """Whom the article has this investor put money into elsewhere, where this mention leaves it out."""
    if frame.groups.get("target") or _elsewhere(frame):
        return None
    tags = subject_tags(frame.sentence, frame.span[0]) or frame.sentence.parties()
    for tag in tags:
        for name in tag.mention.parties:
            if name in scene.targets:
                return Filler((scene.targets[name][0],), (scene.targets[name][1],), 0.75)
    return None


def _elsewhere(frame: Framed) -> bool:
    """A target that names no party ("in similar initiatives") is a target all the same; a left-out verb shares it."""
    rest = frame.sentence.masked[frame.span[1] :]
    rest = re.sub(r"^(?:,? (?:and|while) ‹P\d+› ‹M\d+›)+", "", rest)
    return bool(
        re.match(
            r"[^.;,‹]{0,20}\b(?:in|into) (?!(?:cash|stock|shares|total|exchange|return|all|20\d\d|fresh|new|equity|funding|capital|a|an|the|its)\b)(?:[a-z-]+ ){1,4}",
            rest,
        )
    )


def _possessive(frame: Framed, scene: Scene) -> Filler | None:
    """ "Dovecote's (record) valuation": the owner right before the trigger or the amount."""
    masked = frame.sentence.masked
    whose = re.search(rf"({_GROUP}), whose (?:[\w-]+ ){{0,3}}$", masked[: frame.trigger[0]])
    if whose:
        return _filler(frame.sentence.parties(*whose.span(1)))
    for at in (frame.trigger[0], frame.span[0]):
        found = re.search(rf"({_GROUP})(?:'s?) (?:(?!with\b|of\b|in\b|for\b|and\b|to\b|at\b|from\b|by\b|on\b|has\b|is\b|was\b|will\b)[\w'$&-]+,? |‹[DRMX]\d+› ){{0,5}}$", masked[:at])
        if found and found.start() >= frame.sentence.clause(max(0, at - 1))[0]:
            return _filler(frame.sentence.parties(*found.span(1)))
    return None


def _after(pattern: str, sure: float = 0.97, *, whole: bool = False) -> Strategy:
    def strategy(frame: Framed, scene: Scene) -> Filler | None:
        end = len(frame.sentence.masked) if whole else frame.sentence.clause(frame.span[1] - 1)[1]
        for start in dict.fromkeys((frame.span[1], frame.trigger[1])):
            tags = _marked(frame.sentence, pattern, start, end)
            if tags:
                return _filler(tags, sure)
        return None

    return strategy


def _before(pattern: str, sure: float = 0.95) -> Strategy:
    def strategy(frame: Framed, scene: Scene) -> Filler | None:
        start = frame.sentence.clause(max(0, frame.span[0] - 1))[0]
        tags = _marked(frame.sentence, pattern, start, frame.span[0])
        return _filler(tags, sure)

    return strategy


def _target(frame: Framed, scene: Scene) -> Filler | None:
    """The party right behind "in"/"into" of an investing verb; a target that names no party leaves the role empty."""
    span = frame.groups.get("target")
    if not span:
        return None
    found = re.match(rf"{_LEAD_IN}(?P<who>{_GROUP})", frame.sentence.masked[span[0] : span[1] + 60])
    if found:
        return _filler(_named_alone(frame.sentence, span[0] + found.start("who"), span[0] + found.end("who")))
    inside = frame.sentence.parties(*span)
    return _filler(inside[:1], 0.85) if inside else None


def _valued(frame: Framed, scene: Scene) -> Filler | None:
    """ "raised $4bn at $60bn post-money": the issuer is the subject of raising; else the party that is valued."""
    found = re.compile(rf"\bvalu(?:e|es|ed|ing) {_LEAD_IN}(?P<who>{_GROUP})").search(frame.sentence.masked)
    return _filler(frame.sentence.parties(*found.span("who"))) if found else None


_SIDES: Final = re.compile(
    rf"\bbetween {_LEAD_IN}(?P<who>‹P\d+› and {_LEAD_IN}‹P\d+›)|(?P<both>‹P\d+› and ‹P\d+›) (?:are|were|have been|had been) (?:[\w-]+ ){{0,2}}(?:in|holding|discussing|negotiating|exploring|close)\b"
)


def _between(frame: Framed, scene: Scene) -> list[Filler]:
    """The two sides of "between X and Y" or "X and Y are in talks over": investor first, by kind where kinds tell."""
    found = _SIDES.search(frame.sentence.masked)
    tags = frame.sentence.parties(*found.span("who" if found["who"] else "both")) if found else []
    sides = [f for t in tags if (f := _filler([t], 0.85))]
    if len(sides) != 2:
        return []
    return sides[::-1] if _takes(sides[0].names[0], scene) > _takes(sides[1].names[0], scene) else sides


def _takes(name: str, scene: Scene) -> int:
    """How much a party looks like one that is invested in."""
    return {"lab": 2, "company": 1, "chipmaker": 0, "cloud": 0, "investor": -2}.get(scene.kinds.get(name, ""), 0)


def _between_investor(frame: Framed, scene: Scene) -> Filler | None:
    return next(iter(_between(frame, scene)), None)


def _between_investee(frame: Framed, scene: Scene) -> Filler | None:
    sides = _between(frame, scene)
    return sides[1] if sides else None


_GIVES: Final = re.compile(r"\b(?:provid(?:e|es|ed|ing)|suppl(?:y|ies|ied|ying)|deliver(?:s|ed|ing)?|sell(?:s|ing)?|sold|host(?:s|ed|ing)?|build(?:s|ing)?)\b")
_TAKES_UP: Final = re.compile(r"\b(?:rent(?:s|ed|ing)?|leas(?:e|es|ed|ing)|purchas(?:e|es|ed|ing)|buy(?:s|ing)?|bought|order(?:s|ed|ing)?|reserv(?:e|es|ed|ing)|tak(?:e|es|ing)|took|use)\b")


def _last(role: str) -> Strategy:
    """A party to the investment or contract spoken of last, in this paragraph or the one before."""

    def strategy(frame: Framed, scene: Scene) -> Filler | None:
        spoken = scene.last if role.startswith("invest") else scene.contract
        if spoken and frame.sentence.paragraph - spoken[1] <= 1:
            found = spoken[0].get(role)
            return found and found._replace(sure=min(found.sure, 0.75))
        return None

    return strategy


def _raiser(frame: Framed, scene: Scene) -> Filler | None:
    """The subject of raising or selling, behind the amount."""
    return _filler(subject_tags(frame.sentence, frame.trigger[0]), 0.9)


def _services_before(frame: Framed, scene: Scene) -> Filler | None:
    """ "order Nvidia chips worth $40bn": the maker named before its goods."""
    found = re.compile(r"(?P<who>‹P\d+›)(?:'s?)? (?:[\w-]+ ){0,3}(?:cloud|comput\w*|capacity|servers?|chips?|gpus?|accelerators?|services|systems|hardware|processors?)").search(
        frame.sentence.masked, frame.trigger[1], frame.span[1]
    )
    return _filler(frame.sentence.parties(*found.span("who")), 0.93) if found else None


def _stake_target(frame: Framed, scene: Scene) -> Filler | None:
    """ "a 26% stake in Y", "invest in Y": whom the sentence invests in, though its trigger is another."""
    found = re.compile(
        rf"\b(?:stakes?|interest|holding|shareholding|shares|invest\w*(?: ‹M\d+›)?|‹R\d+›) (?:in|of) {_LEAD_IN}(?P<who>‹P\d+›)(?!'s (?:revenue|sales|shares|backlog))"
    ).search(frame.sentence.masked)
    return _filler(frame.sentence.parties(*found.span("who")), 0.9) if found else None


def _main_supplier(frame: Framed, scene: Scene) -> Filler | None:
    """The article's main party, where another one buys: capacity has two sides."""
    return Filler((scene.main[0],), (scene.main[1],), 0.6) if scene.main else None


def _of_inside(frame: Framed, scene: Scene) -> Filler | None:
    """ "puts the value of Y at": the party inside the trigger."""
    return _filler(frame.sentence.parties(*frame.trigger)[-1:], 0.95)


def _sector(frame: Framed, scene: Scene) -> Filler | None:
    """ "the typical SaaS company multiple": the sector right before the trigger."""
    tags = [t for t in frame.sentence.parties(max(0, frame.trigger[0] - 40), frame.trigger[0]) if t.mention.kind in NEVER_PAY]
    return _filler(tags[-1:], 0.9)


def _provider(frame: Framed, scene: Scene) -> Filler | None:
    """The subject of providing, supplying, building."""
    found = _GIVES.search(frame.sentence.masked)
    return _filler(subject_tags(frame.sentence, found.start()), 0.92) if found else None


def _buyer(frame: Framed, scene: Scene) -> Filler | None:
    """The subject of renting, buying, ordering."""
    found = _TAKES_UP.search(frame.sentence.masked)
    return _filler(subject_tags(frame.sentence, found.start()), 0.92) if found else None


def _contract_sides(frame: Framed, scene: Scene) -> list[Filler]:
    """ "its contract with Y", "X's agreement with Y": both sides, the buyer first."""
    found = re.compile(rf"\b(?:agreements?|contracts?|commitments?|orders?|deals?|pacts?)\b[^;:]{{0,60}}? with {_LEAD_IN}(?P<who>‹P\d+›)").search(frame.sentence.masked)
    if not found:
        return []
    other = _filler(frame.sentence.parties(*found.span("who")), 0.9)
    own = _possessive(frame, scene) or _filler(subject_tags(frame.sentence, found.start()), 0.85)
    if not own or not other:
        return []
    return [own, other] if sells(own.names[0], scene) <= sells(other.names[0], scene) else [other, own]


def _with_inside(frame: Framed, scene: Scene) -> Filler | None:
    sides = _contract_sides(frame, scene)
    return sides[1] if sides else None


def _with_buyer(frame: Framed, scene: Scene) -> Filler | None:
    return next(iter(_contract_sides(frame, scene)), None)


def _passive_subject(frame: Framed, scene: Scene) -> Filler | None:
    """ "Dovecote was valued at", "Dovecote is worth": the subject is the company."""
    masked = frame.sentence.masked
    before = masked[max(0, frame.trigger[0] - 40) : frame.trigger[0]]
    word = masked[frame.trigger[0] : frame.trigger[1]]
    if word == "worth" or re.search(
        r"\b(?:is|are|was|were|been|be|being|now|last|currently|recently)(?: \w+)? $", before
    ):
        return _filler(subject_tags(frame.sentence, frame.trigger[0]), 0.97)
    if re.search(r",\s*(?:most recently |last |once |now |currently )?$", before):  # "Dovecote, valued at $9bn, ..."
        found = re.search(rf"({_GROUP}),\s*(?:[\w ]+ )?$", masked[: frame.trigger[0]])
        return _filler(frame.sentence.parties(*found.span(1))) if found else None
    return None


def _talks_with(frame: Framed, scene: Scene) -> Filler | None:
    """ "X in talks with Y for an investment of": the party talked with is the investor."""
    found = re.search(
        rf"\b(?:talks|discussions|negotiations|negotiating|negotiates|discussing|conversations|deal|agreement) with {_LEAD_IN}(?P<who>{_GROUP})",
        frame.sentence.masked[: frame.span[0]],
    )
    return _filler(frame.sentence.parties(*found.span("who")), 0.9) if found else None


def _talks_subject(frame: Framed, scene: Scene) -> Filler | None:
    return _filler(subject_tags(frame.sentence, frame.span[0]), 0.9) if _talks_with(frame, scene) else None


# ---------------------------------------------------------------- context
def _issuer(frame: Framed, scene: Scene) -> Filler | None:
    """The company whose round the article is speaking of, in this paragraph or the one before."""
    if scene.issuer and frame.sentence.paragraph - scene.issuer[2] <= 4 and not frame.groups.get("target"):
        return Filler((scene.issuer[0],), (scene.issuer[1],), 0.8)
    return None


def _carried_target(frame: Framed, scene: Scene) -> Filler | None:
    """ "A will put $2bn into X, and B up to $6bn": the target of the clause before, where the sentence has one."""
    before = frame.sentence.masked[: frame.span[0]]
    after = frame.sentence.masked[frame.span[1] : frame.span[1] + 40]
    if re.match(r" (?:in|into) (?!‹P)", after):
        return None
    found = list(re.finditer(rf"\b(?:in|into)\s+{_LEAD_IN}(?P<who>‹P\d+›)", before))
    return _filler(frame.sentence.parties(*found[-1].span("who")), 0.9) if found else None


def _firms(sentence: Sentence, start: int = 0, end: int | None = None) -> list[Tag]:
    """Parties that can be meant without being named: sectors, markets and governments are not."""
    return [t for t in sentence.parties(start, end) if t.mention.kind not in NEVER_PAY]


def _near(frame: Framed, scene: Scene) -> Filler | None:
    """The one other party of the sentence, else the article's main one: weak, and marked so."""
    if frame.groups.get("target"):
        return None
    if frame.type == "investment" and _elsewhere(frame):
        return None
    tags = [t for t in _firms(frame.sentence) if not _rumour_source(frame.sentence, t) and not _gives_money(frame, t)]
    if tags:
        tags.sort(key=lambda t: (abs(t.at - frame.trigger[0]), t.at))
        names = _filler(tags, 0.75)
        assert names is not None
        first = _main_first(names, scene)
        return first
    return Filler((scene.main[0],), (scene.main[1],), 0.6) if scene.main else None


def _main_first(filler: Filler, scene: Scene) -> Filler:
    return Filler(filler.names[:2], filler.written[:2], filler.sure)


def _rumour_source(sentence: Sentence, tag: Tag) -> bool:
    return bool(re.search(r"(?:according to|citing|told) $", sentence.masked[max(0, tag.at - 14) : tag.at]))


def _gives_money(frame: Framed, tag: Tag) -> bool:
    """Behind "from" or "led by" stands who pays into a round, never its issuer."""
    before = frame.sentence.masked[max(0, tag.at - 50) : tag.at]
    return frame.type in {"funding_round", "valuation"} and bool(re.search(rf"\b(?:from|by|including|alongside)\s+{_LEAD_IN}$", before))


def _topic(frame: Framed, scene: Scene) -> Filler | None:
    """The nearest party before, else whose figures the paragraph gives, else the article's main one."""
    before = [t for t in _firms(frame.sentence, 0, frame.span[0]) if not _rumour_source(frame.sentence, t)]
    if before:
        return _filler(before[-1:], 0.8)
    if scene.reporter and scene.reporter[2] == frame.sentence.paragraph:
        return Filler((scene.reporter[0],), (scene.reporter[1],), 0.8)
    after = _firms(frame.sentence, frame.span[1])
    if after and len({n for t in after for n in t.mention.parties}) == 1:
        return _filler(after[:1], 0.7)
    return Filler((scene.main[0],), (scene.main[1],), 0.65) if scene.main else None


# ---------------------------------------------------------------- customers and suppliers
def sells(name: str, scene: Scene) -> int:
    """How much a party looks like the seller of capacity: its kind, and what the article said before."""
    kind = {"cloud": 3, "chipmaker": 3, "lab": -3, "investor": -1}.get(scene.kinds.get(name, ""), 0)
    seen = sum(n for (c, s), n in scene.pairs.items() if s == name) - sum(
        n for (c, s), n in scene.pairs.items() if c == name
    )
    return 2 * max(-2, min(2, seen)) + kind


def _pair(frame: Framed, scene: Scene) -> tuple[Filler, Filler] | None:
    """(customer, supplier) of two parties named together, by kind and by what the article said before."""
    groups = [t for t in frame.sentence.parties() if len(t.mention.parties) == 2]
    tags = groups[:1] or subject_tags(frame.sentence, frame.span[0]) or frame.sentence.parties()
    both = _filler(tags, 0.85)
    if not both or len(both.names) != 2:
        return None
    one, two = (Filler((n,), (w,), both.sure) for n, w in zip(both.names, both.written, strict=True))
    return (two, one) if sells(one.names[0], scene) > sells(two.names[0], scene) else (one, two)


def _group_customer(frame: Framed, scene: Scene) -> Filler | None:
    pair = _pair(frame, scene)
    return pair[0] if pair else None


def _group_supplier(frame: Framed, scene: Scene) -> Filler | None:
    pair = _pair(frame, scene)
    return pair[1] if pair else None


def _subject_customer(frame: Framed, scene: Scene) -> Filler | None:
    """The subject of "signed a $38bn agreement with", unless both sides stand in it or it is the seller."""
    tags = subject_tags(frame.sentence, frame.span[0])
    found = _filler(tags, 0.92)
    return found if found and len(found.names) == 1 else None


def _services_of(frame: Framed, scene: Scene) -> Filler | None:
    """ "of AWS services", "in Bramblefield's cloud", "to lease AWS servers": a party right before the goods."""
    masked = frame.sentence.masked
    goods = r"(?:cloud|comput\w*|capacity|infrastructure|data[ -]?cent\w+|servers?|chips?|gpus?|accelerators?|services|systems|hardware|processors?|racks?|platform|clusters?)"
    found = re.compile(rf"(?P<who>‹P\d+›)(?:'s?)? (?:‹D\d+› )?(?:[\w-]+ ){{0,3}}{goods}").search(masked, frame.span[0])
    if found:
        return _filler(frame.sentence.parties(*found.span("who")), 0.95)
    product = re.compile(
        rf"(?:of|in|lease|rent|buy|use|deploy) (?:[\w-]+ ){{0,3}}(?P<who>‹D\d+›) (?:[\w-]+ ){{0,2}}{goods}"
    ).search(masked, frame.span[0])
    tag = next((t for t in frame.sentence.tags if product and t.at == product.start("who")), None)
    return _filler([tag], 0.85) if tag and tag.mention.parties else None


def _systems_of(frame: Framed, scene: Scene) -> Filler | None:
    """ "deploy Nvidia systems with a capacity of 10 GW": the maker named between verb and amount."""
    a, b = frame.span
    found = re.compile(
        r"(?P<who>‹P\d+›)(?:'s)? (?:[\w-]+ ){0,3}(?:systems|chips|hardware|gpus|processors|accelerators|racks|servers|cloud|capacity|power)"
    ).search(frame.sentence.masked, a, b)
    return _filler(frame.sentence.parties(*found.span("who")), 0.95) if found else None


def _near_customer(frame: Framed, scene: Scene) -> Filler | None:
    """The other party of the sentence that buys rather than sells, else the article's main party."""
    tags = [
        t for t in frame.sentence.parties() if len(t.mention.parties) == 1 and not _rumour_source(frame.sentence, t)
    ]
    buyers = [t for t in tags if sells(t.mention.parties[0], scene) <= 0]
    if buyers:
        return _filler(buyers[:1], 0.75)
    if scene.main and sells(scene.main[0], scene) <= 0:
        return Filler((scene.main[0],), (scene.main[1],), 0.65)
    return None


def _subject_equity(frame: Framed, scene: Scene) -> Filler | None:
    """The subject of "made a $4bn investment in", where an investee stands behind it."""
    masked = frame.sentence.masked
    if not re.search(r"\b(?:in|into) ", masked[frame.span[1] : frame.span[1] + 30]) and not re.search(
        r"\b(?:make|makes|made|making|announc\w+|complet\w+|plan\w*|weigh\w*|consider\w*|mull\w*|confirm\w*|agreed)\b[^‹]*$",
        masked[: frame.span[0]],
    ):
        return None
    return _filler(subject_tags(frame.sentence, frame.span[0]), 0.9)


_BUY_NOUNS: Final = r"(?:deals?|agreements?|contracts?|pact|order|commitments?|lease|accord|arrangement)"
STRATEGIES: Final[dict[str, Strategy]] = {
    "subject": _subject,
    "subject_equity": _subject_equity,
    "possessive": _possessive,
    "of": _after(r"\b(?:of|for)"),
    "for": _after(r"\bfor"),
    "valued": _valued,
    "between_investor": _between_investor,
    "between_investee": _between_investee,
    "provider": _provider,
    "sector": _sector,
    "stake_target": _stake_target,
    "main_supplier": _main_supplier,
    "of_inside": _of_inside,
    "last_investor": _last("investor"),
    "last_customer": _last("customer"),
    "last_supplier": _last("supplier"),
    "led_by": _before(r"\bled by", 0.95),
    "at_after": _after(r"\bat", 0.9),
    "at_before": _before(r"\bat", 0.85),
    "with_named": _before(r"\bwith", 0.85),
    "last_investee": _last("investee"),
    "raiser": _raiser,
    "services_before": _services_before,
    "order_from": _before(r"\borders? from", 0.93),
    "buyer": _buyer,
    "from_before": _before(r"\b(?:from|by)"),
    "to_before": _before(r"\b(?:to|for)", 0.85),
    "with_inside": _with_inside,
    "with_anywhere": _with_inside,
    "with_buyer": _with_buyer,
    "passive": _passive_subject,
    "issuer": _issuer,
    "near": _near,
    "topic": _topic,
    "with_object": _before(r"\b(?:at|for|of)", 0.85),
    "target": _target,
    "target_after": _after(r"\b(?:in|into|behind)"),
    "carried_target": _carried_target,
    "in_after": _after(r"\b(?:in|into)", whole=True),
    "in_before": _before(r"\b(?:in|into)"),
    "by_from": _after(r"\b(?:by|from)"),
    "from_after": _after(r"\b(?:from|by)", 0.95),
    "with": _after(r"\bwith"),
    "lead": _after(r"\bled by", whole=True),
    "recipient": _after(r"\bto", 0.8),
    "round_for": _after(r"\b(?:for|in|of)"),
    "talks_with": _talks_with,
    "talks_subject": _talks_subject,
    "held_by": _after(r"\b(?:by|for|to)"),
    "stake_in": _after(r"\b(?:in|of)", whole=True),
    "stake_with": _before(
        r"\b(?:leaves|leaving|gives|giving|gave|left|hands|handing|handed|sells|sold|selling|grants|granting)", 0.9
    ),
    "giving": _subject,
    "by_supplier": _after(r"\bby", 0.85),
    "by_customer": _after(r"\b(?:by|from)", 0.8),
    "possessive_supplier": _possessive_supplier,
    "to_after": _after(r"\b(?:to|for)"),
    "for_after": _after(r"\bfor"),
    "backed": _backed,
    "known_target": _known_target,
    "subject_customer": _subject_customer,
    "group_customer": _group_customer,
    "group_supplier": _group_supplier,
    "near_customer": _near_customer,
    "services_of": _services_of,
    "systems_of": _systems_of,
}


def can_pay(name: str, scene: Scene) -> bool:
    """Sectors, markets and governments never fill a paying role."""
    return scene.kinds.get(name) not in NEVER_PAY
