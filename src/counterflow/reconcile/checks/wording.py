"""How an issue is said: intervals, the sum filled in, the repair, what would change it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Final, NamedTuple

from counterflow.model.money import Interval
from counterflow.reconcile.checks.variables import Fact
from counterflow.reconcile.estimate import MARGIN

_STEPS: Final = ((Decimal(10) ** 12, "tn"), (Decimal(10) ** 9, "bn"), (Decimal(10) ** 6, "m"), (Decimal(1), ""))


class Scale(NamedTuple):
    """One divisor for all numbers of a message, with its word ("USD bn")."""

    divisor: Decimal
    word: str

    def number(self, value: Decimal) -> str:
        """At most four significant digits beyond the point's left."""
        return digits(value / self.divisor)


def digits(value: Decimal) -> str:
    """A number for reading: three decimals below ten, none from a thousand on."""
    places = 3 if abs(value) < 10 else 2 if abs(value) < 100 else 1 if abs(value) < 10000 else 0
    text = f"{value:,.{places}f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text) or "0"


def scale(values: Iterable[Decimal], unit: str) -> Scale:
    """The scale in which the largest value stays readable."""
    if unit == "1":
        small = max((abs(v) for v in values), default=Decimal(0)) < Decimal("1.2")
        return Scale(Decimal("0.01"), "%") if small else Scale(Decimal(1), "times")
    if not unit[:3].isupper() or unit.partition("/")[2] in {"USD", "EUR"}:
        return Scale(Decimal(1), unit)
    largest = max((abs(v) for v in values), default=Decimal(0))
    step, word = next(((s, w) for s, w in _STEPS if largest >= s), _STEPS[-1])
    currency, slash, per = unit.partition("/")
    return Scale(step, f"{currency} {word}".strip() + slash + per)


def span(interval: Interval, unit: str) -> str:
    """As in "9.5 to 10.5 USD bn", an open end in words."""
    ends = [end for end in (interval.low, interval.high) if end is not None]
    found = scale(ends, unit)
    low, high = (None if end is None else found.number(end) for end in (interval.low, interval.high))
    if low is not None and high is not None:
        return f"{low} to {high} {found.word}" if low != high else f"{low} {found.word}"
    return f"{low or high} {found.word} or {'more' if high is None else 'less'}" if low or high else "anything"


class Side(NamedTuple):
    """Claims that agree, and their weight: votes in log units, each origin once with its best carrier."""

    facts: tuple[Fact, ...]

    @property
    def weight(self) -> float:
        """The votes behind these claims."""
        best: dict[str, float] = defaultdict(float)
        for fact in self.facts:
            best[fact.said.origin] = max(best[fact.said.origin], fact.said.weight)
        return round(sum(best.values()), 2)


class Repair(NamedTuple):
    """The cheapest way out: what to drop (None: a tie), and how that is said."""

    drop: Fact | None
    text: str
    change: str


def repair(sides: Sequence[Side]) -> Repair:
    """Drop the lightest side; a margin below MARGIN is a tie and said to be one."""
    ranked = sorted(sides, key=lambda s: s.weight)
    light, next_one = ranked[0], ranked[1]
    said = f"{next_one.weight:.1f} to {light.weight:.1f} in votes, each origin once"
    loser = light.facts[0]
    if next_one.weight - light.weight < MARGIN:
        return Repair(None, f"tie: {said}; all values stand", "one independent report of either value")
    quote = loser.claim.amount.text if loser.claim.amount else loser.claim.type
    where = f"{loser.claim.doc_id}{', title' if loser.title else ''}"
    return Repair(loser, f'drop "{quote}" ({where}): {said}', f'one independent report of "{quote}"')


def message(intervals: str, formula: str, way_out: str, change: str) -> str:
    """The four parts of a message, in the order in which they are read."""
    parts = (intervals, formula, way_out, f"what would change it: {change}")
    return " ".join(part[0].upper() + part[1:].rstrip(".") + "." for part in parts)
