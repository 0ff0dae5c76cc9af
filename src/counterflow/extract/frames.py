"""Frames: at clause level, which type of claim the words make, of an amount or of none, and who fills each role.

Patterns are data (TABLES). Each amount gets the frame that fits it best; what needs no amount (a takeover, a chip in
use) stands by its trigger alone. Roles are then filled by position and marker, never by the nearest name alone, and a
role without a filler stays empty.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache
from operator import itemgetter
from typing import Any, Final, NamedTuple

from counterflow.extract.contexts import NEEDS
from counterflow.extract.cues import cue, expanded, macro, table
from counterflow.extract.sentences import Sentence, Tag
from counterflow.model.claim import ROLES

MONEY: Final = "M"
TABLES: Final = (
    "frames.toml",
    "frames_equity.toml",
    "frames_credit.toml",
    "frames_trade.toml",
    "frames_notes.toml",
    "frames_sectors.toml",
)
_PEOPLED: Final = frozenset({"stake", "litigation"})  # a person may hold a stake, and go to court
_PROSE: Final = 2_000  # characters of a sentence that are read for deals without an amount: no prose is longer
_WINDOW: Final = 320  # characters either side of an amount in which its frame must stand


@dataclass(frozen=True, slots=True)
class Pattern:
    """One row of TABLES, compiled when first tried. `letters`: the units of amount it takes (sentences.py)."""

    type: str
    letters: str  # none for a bare frame
    weight: int
    text: str  # with its macros
    roles: dict[str, list[str]]
    needs: str | None = None
    before: str | None = None  # what must not stand before it
    metric: str | None = None
    basis: str | None = None
    scope: str | None = None
    deal: tuple[str, ...] | None = None  # an amount of the deal told last, if of one of these types (of any, if empty)
    stems: frozenset[str] = frozenset()  # a sentence that holds none of these letters need not be searched

    @property
    def match(self) -> re.Pattern[str]:
        """The whole frame, over a masked sentence."""
        return _regex(self.text)

    @property
    def hint(self) -> str:
        """The words of its trigger alone; empty where a sentence without them may hold the frame all the same."""
        return _hint(self.text)

    @property
    def not_before(self) -> re.Pattern[str] | None:
        """What must not stand before the trigger."""
        return None if self.before is None else _regex(self.before)


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
    """Every pattern of TABLES, none compiled yet."""
    tables = [table(name) for name in TABLES]
    rows = [row for each in tables for row in each["frame"]]
    return tuple(_pattern(row) for row in [*rows, *_metric_rows(tables[0])])


class _Group(NamedTuple):
    """Patterns that one look at a sentence rules out together: same stems, same hint. Each with its place."""

    stems: frozenset[str]
    hint: str
    patterns: tuple[tuple[int, Pattern], ...]


@cache
def _groups(letter: str) -> tuple[_Group, ...]:
    """The patterns that take an amount of this unit (of no unit: the bare ones), by what they look for."""
    alike: dict[tuple[frozenset[str], str], list[tuple[int, Pattern]]] = {}
    for place, pattern in enumerate(patterns()):
        if letter in pattern.letters if letter else not pattern.letters:
            alike.setdefault((pattern.stems, pattern.hint), []).append((place, pattern))
    return tuple(_Group(*looks, tuple(same)) for looks, same in alike.items())


@cache
def _stems() -> tuple[str, ...]:
    """The letters of which some pattern needs some."""
    return tuple(sorted({stem for pattern in patterns() for stem in pattern.stems}))


def bare(sentence: Sentence) -> Iterator[Framed]:
    """The frames without an amount that a sentence holds, by weight and place; of one type, one for a stretch."""
    hopeful = _hopeful("", sentence.masked, _held(sentence.masked)) if sentence.tags else []
    people = sentence.with_people() if hopeful else sentence
    found: list[Framed] = []
    for pattern in hopeful:
        within = people if pattern.type in _PEOPLED else sentence
        for match in pattern.match.finditer(within.masked, 0, _PROSE):
            frame = _frame(pattern, match, within, None, 0)
            found += [frame] if frame else []
    taken: list[tuple[str, int, int]] = []
    for frame in sorted(found, key=lambda f: (-f.pattern.weight, f.trigger)):
        a, b = frame.trigger
        if all(t != frame.type or b <= x or y <= a for t, x, y in taken):
            taken.append((frame.type, a, b))
            yield frame


def framed(sentence: Sentence) -> Iterator[list[Framed]]:
    """For each amount of a sentence, in order, the frames that fit it, the best first; none fits: left out."""
    before: dict[str, Framed] = {}
    last = 0
    people = sentence.with_people()
    amounts = sentence.quantities()
    held = _held(sentence.masked) if amounts else frozenset[str]()
    hopeful = {letter: _hopeful(letter, sentence.masked, held) for letter in dict.fromkeys(t.letter for t in amounts)}
    zipped = _zipped(sentence)
    for amount in amounts:
        plain, peopled = _window(sentence, amount), _window(people, amount)
        found = [
            f
            for p in hopeful[amount.letter]
            for f in (_tries(p, people, amount, peopled) if p.type in _PEOPLED else _tries(p, sentence, amount, plain))
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
    "again": frozenset({"debt", "valuation", "capacity_commitment", "supply_agreement", "guarantee"}),
    "beside": frozenset({"licensing"}),
    "rather": frozenset(ROLES),
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
    if (
        kind == "part"
        and before.type == "investment"
        and cue("carried.others").match(before.sentence.masked, amount.end)
    ):
        return None  # "of which $10bn came from co-investors"
    if kind == "rather" and " not " not in gap and not denied_amount(before):
        return None
    named = cue("carried.whose").match(before.sentence.masked, amount.end) if kind == "compared" else None
    groups = before.groups | ({"company": named.span("who")} if named else {})
    scope = "tranche" if kind == "part" and before.type != "financial_metric" else before.pattern.scope
    return replace(before, amount=amount, groups=groups, pattern=replace(before.pattern, scope=scope))


def denied_amount(frame: Framed) -> bool:
    """As in "not $9 billion": the amount that a "not" stands right before."""
    at = frame.amount.at if frame.amount else 0
    return bool(cue("status.not_this").search(frame.sentence.masked[max(0, at - 20) : at]))


@lru_cache(maxsize=1)  # asked twice of a sentence: for its amounts, and for what needs none
def _held(masked: str) -> frozenset[str]:
    return frozenset(filter(masked.__contains__, _stems()))


def _hopeful(letter: str, masked: str, held: frozenset[str]) -> list[Pattern]:
    """The patterns for amounts of this unit whose trigger's words a sentence holds at all, in the tables' order."""
    found: list[tuple[int, Pattern]] = []
    for stems, hint, same in _groups(letter):
        if stems and held.isdisjoint(stems):
            continue
        if not hint or _regex(hint).search(masked):
            found += same
    return [pattern for _, pattern in sorted(found, key=itemgetter(0))]


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


def _frame(pattern: Pattern, found: re.Match[str], sentence: Sentence, amount: Tag | None, low: int) -> Framed | None:
    groups = {name: (a + low, b + low) for name in found.groupdict() for a, b in [found.span(name)] if a >= 0}
    trigger = groups.pop("t", None) or groups["q"]
    until = amount.at if amount else trigger[0]
    if pattern.not_before and pattern.not_before.search(sentence.masked[max(0, trigger[0] - 60) : until]):
        return None
    kind = (
        "supply_agreement"
        if amount and amount.letter == MONEY and _for_goods(pattern, sentence, amount)
        else pattern.type
    )
    frame = Framed(kind, sentence, amount, trigger, pattern, groups)
    return frame if pattern.needs is None or NEEDS[pattern.needs](frame) else None


def _for_goods(pattern: Pattern, sentence: Sentence, amount: Tag) -> bool:
    """Whether the money of a commitment buys goods ("$3bn of chips") rather than the use of them."""
    if pattern.type != "capacity_commitment":
        return False
    start, end = sentence.clause(amount.at)
    goods = cue("context.goods").search(sentence.masked, start, end)
    return bool(goods) and not cue("context.rented").search(sentence.masked)


def _distance(frame: Framed) -> int:
    assert frame.amount is not None
    return max(frame.trigger[0] - frame.amount.end, frame.amount.at - frame.trigger[1], 0)


# ---------------------------------------------------------------- reading the table
def _pattern(row: dict[str, Any]) -> Pattern:
    return Pattern(
        type=row["type"],
        letters=row.get("unit", MONEY),
        weight=row["weight"],
        text=row["match"],
        roles=row.get("roles", {}),
        needs=row.get("needs"),
        before=row.get("not_before") or None,
        metric=row.get("metric"),
        basis=row.get("basis"),
        scope=row.get("scope"),
        deal=tuple(row["deal"].split()) if "deal" in row else None,
        stems=frozenset(row.get("stems", "").split()),
    )


@cache
def _macros() -> dict[str, str]:
    rows = (table(name)["macros"] for name in TABLES)
    return {"L": macro("L"), **{name: body for each in rows for name, body in each.items()}}


@cache
def _regex(text: str) -> re.Pattern[str]:
    """A pattern of the tables, compiled once; {q} is the amount, marked Q in its window."""
    return re.compile(expanded(text, _macros()).replace("{q}", r"(?P<q>‹Q\d+›)"))


@cache
def _hint(text: str) -> str:
    """The group `t` of a pattern by itself, where it holds words and stands in no alternative of the pattern."""
    start = text.find("(?P<t>")
    if start < 0 or text.startswith("(?P<t>)", start) or "(?P<t2>" in text:
        return ""
    depth = 0
    for place in range(start, len(text)):
        depth += (text[place] == "(") - (text[place] == ")")
        if depth == 0:
            return text[start : place + 1]
    return ""


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
                "stems": metric["stems"],
                "not_before": metric.get("not_before", ""),
            }
