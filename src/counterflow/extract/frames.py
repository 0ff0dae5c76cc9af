"""Frames: at clause level, which type of claim an amount belongs to, and who fills each role.

Patterns are data (frames.toml). Each amount gets the frame that fits it best; roles are then filled by position and
marker, never by the nearest name alone, and a role without a filler stays empty.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import cache, partial
from typing import Any, Final

from counterflow.extract.cues import cue, expanded, macro, table
from counterflow.extract.sentences import Sentence, Tag

MONEY: Final = "M"
_WINDOW: Final = 320  # characters either side of an amount in which its frame must stand


@dataclass(frozen=True, slots=True)
class Pattern:
    """One row of frames.toml, compiled."""

    type: str
    letter: str
    weight: int
    match: re.Pattern[str]
    roles: dict[str, list[str]]
    needs: str | None = None
    not_before: re.Pattern[str] | None = None
    metric: str | None = None
    basis: str | None = None
    scope: str | None = None


@dataclass(frozen=True, slots=True)
class Framed:
    """A frame found in a sentence: `trigger` is the place its status and subject are read from."""

    type: str
    sentence: Sentence
    amount: Tag | None
    trigger: tuple[int, int]
    pattern: Pattern
    groups: dict[str, tuple[int, int]] = field(default_factory=dict)

    @property
    def span(self) -> tuple[int, int]:
        """From the first to the last of trigger and amount, in the masked sentence."""
        places = [self.trigger] + ([(self.amount.at, self.amount.end)] if self.amount else [])
        return min(p[0] for p in places), max(p[1] for p in places)


@cache
def patterns() -> tuple[Pattern, ...]:
    """Every pattern, compiled once."""
    rows = table("frames.toml")
    macros = {"L": macro("L"), **rows["macros"]}
    return tuple(_compile(row, macros) for row in [*rows["frame"], *_metric_rows(rows["metric"])])


def framed(sentence: Sentence) -> Iterator[list[Framed]]:
    """For each amount of a sentence, in order, the frames that fit it, the best first; an amount without any is left out."""
    before: dict[str, Framed] = {}
    last = 0
    people = sentence.with_people()
    for amount in sentence.quantities():
        found = [
            f
            for p in patterns()
            if p.letter == amount.letter
            for f in _tries(p, people if p.type == "stake" else sentence, amount)
        ]
        found.sort(key=lambda f: (-f.pattern.weight, _distance(f)))
        if amount.letter in before and (not found or found[0].pattern.weight < 8):
            carried = _carried(before[amount.letter], amount, sentence.masked[last : amount.at])
            found = [carried, *found] if carried else found
        last = amount.end
        if found:
            before[amount.letter] = found[0]
            yield found


_CARRYING: Final = {
    "compared": frozenset({"financial_metric", "valuation", "stake", "capacity_commitment"}),
    "next": frozenset({"financial_metric"}),
    "ago": frozenset({"financial_metric", "valuation"}),
    "part": frozenset({"investment", "capacity_commitment", "financial_metric"}),
    "same": frozenset({"investment", "capacity_commitment", "funding_round"}),
}
_HIDDEN: Final = re.compile(r"‹[PD]\d+›(?:'s)?")


def _carried(before: Framed, amount: Tag, gap: str) -> Framed | None:
    """An amount compared with the one before ("up from"), a part of it ("of which"), or its equal, has the same frame."""
    gap = _HIDDEN.sub("it", gap)
    kind = next(
        (k for k, types in _CARRYING.items() if before.type in types and cue(f"carried.{k}").fullmatch(gap)), None
    )
    if kind is None or (kind == "same" and amount.quantity.per is None):
        return None
    named = cue("carried.whose").match(before.sentence.masked, amount.end) if kind == "compared" else None
    groups = before.groups | ({"company": named.span("who")} if named else {})
    scope = "tranche" if kind == "part" and before.type != "financial_metric" else before.pattern.scope
    return replace(before, amount=amount, groups=groups, pattern=replace(before.pattern, scope=scope))


def _tries(pattern: Pattern, sentence: Sentence, amount: Tag) -> Iterator[Framed]:
    """Every place where a pattern fits this amount. The window bounds the work on a sentence without end."""
    low = max(0, amount.at - _WINDOW)
    window = f"{sentence.masked[low : amount.at]}‹Q{sentence.masked[amount.at + 2 : amount.end + _WINDOW]}"
    at = 0
    while found := pattern.match.search(window, at):
        at = found.start() + 1
        frame = _frame(pattern, found, sentence, amount, low)
        if frame:
            yield frame


def _frame(pattern: Pattern, found: re.Match[str], sentence: Sentence, amount: Tag, low: int) -> Framed | None:
    groups = {name: (a + low, b + low) for name in found.groupdict() for a, b in [found.span(name)] if a >= 0}
    trigger = groups.pop("t", groups["q"])
    if pattern.not_before and pattern.not_before.search(sentence.masked[max(0, trigger[0] - 60) : amount.at]):
        return None
    frame = Framed(pattern.type, sentence, amount, trigger, pattern, groups)
    return frame if pattern.needs is None or NEEDS[pattern.needs](frame) else None


def _distance(frame: Framed) -> int:
    assert frame.amount is not None
    return max(frame.trigger[0] - frame.amount.end, frame.amount.at - frame.trigger[1], 0)


# ---------------------------------------------------------------- contexts a weak pattern needs
def _speaks_of(name: str, frame: Framed) -> bool:
    return bool(cue(f"context.{name}").search(frame.sentence.masked))


def _spoke_of(name: str, frame: Framed) -> bool:
    return _speaks_of(name, frame) or bool(cue(f"context.{name}").search(frame.sentence.before))


def _equity_context(frame: Framed) -> bool:
    if _speaks_of("equity", frame) or cue("context.round").search(frame.sentence.before):
        return True
    return len(frame.sentence.parties()) <= 2 and not _speaks_of("result", frame)


def _service_context(frame: Framed) -> bool:
    if _speaks_of("takeover", frame):
        return False
    sellers = any(t.mention.kind in {"cloud", "chipmaker"} for t in frame.sentence.parties())
    return sellers or _speaks_of("service", frame) or bool(cue("context.contract_before").search(frame.sentence.before))


def _two_parties(frame: Framed) -> bool:
    return len({n for t in frame.sentence.parties() for n in t.mention.parties}) >= 2


def _elliptic_investment(frame: Framed) -> bool:
    return bool(cue("context.elliptic").search(frame.sentence.masked, 0, frame.span[0]))


def _power_context(frame: Framed) -> bool:
    return any(t.letter == "W" for t in frame.sentence.tags) or _service_context(frame)


def _seller_or_service(frame: Framed) -> bool:
    tags = frame.sentence.parties(*frame.groups["supplier"])
    return _service_context(frame) or any(t.mention.kind in {"cloud", "chipmaker"} for t in tags)


NEEDS: Final[dict[str, Callable[[Framed], bool]]] = {
    "seller_or_service": _seller_or_service,
    "power_context": _power_context,
    "contract_context": partial(_speaks_of, "contract"),
    "round_context": partial(_spoke_of, "round"),
    "equity_context": _equity_context,
    "service_context": _service_context,
    "two_parties": _two_parties,
    "elliptic_investment": _elliptic_investment,
    "stake_context": partial(_spoke_of, "stake"),
    "price_context": partial(_spoke_of, "price"),
    "change_context": partial(_speaks_of, "change"),
}


# ---------------------------------------------------------------- reading the table
def _compile(row: dict[str, Any], macros: dict[str, str]) -> Pattern:
    letter = row.get("unit", MONEY)
    text = expanded(row["match"], macros).replace("{q}", r"(?P<q>‹Q\d+›)")
    return Pattern(
        type=row["type"],
        letter=letter,
        weight=row["weight"],
        match=re.compile(text),
        roles=row.get("roles", {}),
        needs=row.get("needs"),
        not_before=re.compile(row["not_before"]) if "not_before" in row else None,
        metric=row.get("metric"),
        basis=row.get("basis"),
        scope=row.get("scope"),
    )


_LINK: Final = (
    r"(?:(?:of|was|were|is|are|at|to|reached|reaching|reaches|hit|hits|stood|stands?|standing|totall?ed|totall?ing|came in|"
    r"in|the|a|an|year|quarter|last|this|first|second|third|fourth|half|for|fiscal|through|from|its|by (?=\d{4}|the end|year)|around|recently|already|just|about|negative|positive|nearly|almost|\w+ly|rose|rise|rises|rising|grew|"
    r"grow|climb\w*|jump\w*|fell|fall|surge[ds]?|increased?|doubled|tripled|would|could|will|may|might|expected|"
    r"projected|forecast|estimated|seen|reported|as|high|substantial|some|roughly|q[1-4]|fy\d*|\d{4}|h[12]|[\w]+ quarter|"
    r"january|february|march|april|may|june|july|august|september|october|november|december|ended|ending|months?|annual|"
    r"be|reach|hit|come|exceed\w*|top\w*|pass\w*|surpass\w*|per|on|track|now|running|run|amount\w*|over|period|same|week|and|set|only|"
    r"\(?[\w ]{2,20}\)|(?:[\w-]+ )?(?:basis|terms)|has|have|had|been|being|now|then|still|also|put|given|left|unchanged|maintained|kept|confirmed|raised|lowered|cut|lifted|trimmed|reiterated|guidance|outlook|forecast|budget|target|halved|operations|‹R\d+›|range|region|excess|"
    r"slumped|plunged|tumbled|sank|plummeted|crashed|swung|shot|leapt|leaped|advanced|gained|added|retreated|collapsed|crept|inched|quadrupled|ended|finished|closed|exceeded|more|than|halved|by (?:a|an) \\w+|by half|widened|narrowed|shrank|swelled|deepened|ballooned|improved|slipped|dropped|declined|eased|edged|more than|reckoned|set|worth|came),?:? ){0,9}?"
)
_MODIFIERS: Final = r"(?:(?!and\b|but\b|while\b|with\b|from\b|up\b|down\b|of\b|at\b|on\b|against\b|or\b|is\b|was\b|as\b|to\b)[\w&'-]+ ){0,3}?"


def _metric_rows(metrics: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Three templates for each metric: noun before the amount, amount before the noun, and the noun as a verb's object."""
    for metric in metrics:
        roles = {"company": metric.get("roles", ["possessive", "of", "subject", "with_object", "topic"])}
        noun = rf"(?P<t>\b(?:{metric['nouns']})\b)"
        row = {"type": "financial_metric", "metric": metric["name"], "roles": roles}
        special = len(metric["nouns"]) < 30 or metric["name"] in {"cash", "annualized_revenue", "net_loss", "backlog"}
        weight = 7 + (metric["name"] not in {"expenses", "cost", "net_income", "revenue"}) + special
        yield row | {
            "weight": weight,
            "match": noun
            + r"(?:, [^,;.‹]{3,60},)?(?: on (?:[\w-]+ ){0,3}[\w-]+)?(?: (?:at|of|for|by) ‹P\d+›(?:'s [\w-]+)?)?(?: (?:at|of|in|from) (?:the |its )?[\w-]+(?: [\w-]+)?)?(?: ‹R\d+›)?[:,)]{0,2} "
            + _LINK
            + "{q}",
        }
        yield row | {"weight": weight, "match": "{q} (?:in |of |as |worth of )?" + _MODIFIERS + noun}
        yield row | {
            "weight": weight - 1,
            "match": "{q} (?:a year |annually |last year |this year |so far )?(?:in|of) " + _MODIFIERS + noun,
        }
