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
    hint: re.Pattern[str] | None = None  # the trigger alone: a sentence without it needs no search
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
    share: tuple[int, int] | None = None  # (place, count) of the amount in "$3m and $4m, respectively"

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
    return tuple(_compile(row, macros) for row in [*rows["frame"], *_metric_rows(rows)])


def framed(sentence: Sentence) -> Iterator[list[Framed]]:
    """For each amount of a sentence, in order, the frames that fit it, the best first; none fits: left out."""
    before: dict[str, Framed] = {}
    last = 0
    people = sentence.with_people()
    amounts = sentence.quantities()
    hopeful = {letter: _hopeful(letter, sentence.masked) for letter in dict.fromkeys(t.letter for t in amounts)}
    zipped = _zipped(sentence)
    for amount in amounts:
        plain, peopled = _window(sentence, amount), _window(people, amount)
        found = [
            f
            for p in hopeful[amount.letter]
            for f in (_tries(p, people, amount, peopled) if p.type == "stake" else _tries(p, sentence, amount, plain))
        ]
        found.sort(key=lambda f: (-f.pattern.weight, _distance(f)))
        if amount.letter in before and (not found or found[0].pattern.weight < 8):
            carried = _carried(before[amount.letter], amount, sentence.masked[last : amount.at])
            found = [carried, *found] if carried else found
        last = amount.end
        if place := zipped.get(amount.at):
            first = before.get(amount.letter)
            shared = [replace(first, amount=amount)] if place[0] and first else found
            found = [replace(f, share=place) for f in shared]
        if found:
            before[amount.letter] = found[0]
            yield found


def _zipped(sentence: Sentence) -> dict[int, tuple[int, int]]:
    """Where amounts stand that "respectively" deals out in order, each with its place and how many there are."""
    run = cue("carried.zipped").search(sentence.masked)
    inside = [t.at for t in sentence.quantities() if run and run.start() <= t.at < run.end()]
    return {at: (place, len(inside)) for place, at in enumerate(inside)}


_CARRYING: Final = {
    "compared": frozenset({"financial_metric", "valuation", "stake", "capacity_commitment"}),
    "next": frozenset({"financial_metric"}),
    "ago": frozenset({"financial_metric", "valuation"}),
    "part": frozenset({"investment", "capacity_commitment", "financial_metric"}),
    "same": frozenset({"investment", "capacity_commitment", "funding_round"}),
}
_HIDDEN: Final = re.compile(r"‹[PD]\d+›(?:'s)?")


def _carried(before: Framed, amount: Tag, gap: str) -> Framed | None:
    """An amount compared with the one before ("up from"), a part of it or its equal, has the same frame."""
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


def _hopeful(letter: str, masked: str) -> list[Pattern]:
    """The patterns for amounts of this unit whose trigger's words a sentence holds at all."""
    return [p for p in patterns() if p.letter == letter and (p.hint is None or p.hint.search(masked))]


def _window(sentence: Sentence, amount: Tag) -> str:
    """What stands around an amount, its tag marked Q. The window bounds the work on a sentence without end."""
    low = max(0, amount.at - _WINDOW)
    return f"{sentence.masked[low : amount.at]}‹Q{sentence.masked[amount.at + 2 : amount.end + _WINDOW]}"


def _tries(pattern: Pattern, sentence: Sentence, amount: Tag, window: str) -> Iterator[Framed]:
    """Every place where a pattern fits this amount."""
    low, at = max(0, amount.at - _WINDOW), 0
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
        hint=_hint(text),
        needs=row.get("needs"),
        not_before=re.compile(expanded(row["not_before"], macros)) if "not_before" in row else None,
        metric=row.get("metric"),
        basis=row.get("basis"),
        scope=row.get("scope"),
    )


def _hint(text: str) -> re.Pattern[str] | None:
    """The group `t` of a pattern by itself, where it holds words and stands in no alternative of the pattern."""
    start = text.find("(?P<t>")
    if start < 0 or text.startswith("(?P<t>)", start) or "(?P<t2>" in text:
        return None
    depth = 0
    for place in range(start, len(text)):
        depth += (text[place] == "(") - (text[place] == ")")
        if depth == 0:
            return re.compile(text[start : place + 1])
    return None


def _metric_rows(rows: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every template for every metric; what has a name of its own goes before plain sales, profits and costs."""
    for metric in rows["metric"]:
        roles = {"company": metric.get("roles", ["possessive", "of", "subject", "with_object", "topic"])}
        noun = rf"(?P<t>\b(?:{metric['nouns']})\b)"
        name = metric["name"]
        special = len(metric["nouns"]) < 30 or name in {"cash", "annualized_revenue", "net_loss", "backlog"}
        weight = 7 + (name not in {"expenses", "cost", "net_income", "revenue"}) + special
        for template, text in rows["templates"].items():
            yield {
                "type": "financial_metric",
                "metric": name,
                "roles": roles,
                "weight": weight - (template == "object"),
                "match": text.replace("{noun}", noun),
            }
