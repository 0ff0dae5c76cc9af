"""Commitments: what several promises come to, how fast they are due, and what is named to pay them.

A number is int, float or Decimal and gives Decimals; where any input is an Interval every result is one: the exact
range, with each input used once, rounded outward at 28 digits. Results keep the caller's unit. A field that the inputs
do not determine is None.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import reduce
from itertools import accumulate
from operator import add
from typing import Final

from counterflow.flows.schedule import Amount, Schedule, interval, schedule
from counterflow.model.money import ZERO, Interval

__all__ = [
    "Combined",
    "Coverage",
    "Expected",
    "Rate",
    "Residual",
    "Schedule",
    "combine",
    "coverage",
    "expected",
    "residual",
    "run_rate",
    "schedule",
]

Answer = Decimal | Interval
READINGS: Final = ("additional", "inclusive")
NOTHING: Final = Interval.point(0)
ONE: Final = Decimal(1)


@dataclass(frozen=True, slots=True)
class Combined:
    """Several promises read as one."""

    total: Answer
    new: Answer  # what the last part brings; below zero where an inclusive last part is too small to hold the others
    alternatives: Mapping[str, Combined]  # the other reading


@dataclass(frozen=True, slots=True)
class Residual:
    """What a headline leaves when its known parts are taken away: something unnamed."""

    known: Answer
    share: Answer | None  # known / total, 0..1
    residual: Answer


@dataclass(frozen=True, slots=True)
class Rate:
    """What commitments cost while all of them run, paid evenly."""

    usd_per_year: Answer
    usd_per_quarter: Answer


@dataclass(frozen=True, slots=True)
class Expected:
    """Tranches that close independently of one another."""

    expected_usd: Answer
    sd_usd: Answer  # standard deviation
    headline_usd: Answer  # all of them
    firm_usd: Answer  # those with p = 1
    firm_share: Answer | None  # firm / headline, 0..1


@dataclass(frozen=True, slots=True)
class Coverage:
    """Money named to pay over money owed, by quarter; None where nothing is owed."""

    by_quarter: tuple[Answer | None, ...]
    cumulative: tuple[Answer | None, ...]
    first_gap: int | Interval | None  # first index where cumulative < 1; an Interval from the earliest to the latest


def combine(parts: Sequence[Amount], reading: str = "additional") -> Combined:
    """Promises in order of time: `additional` sums them, `inclusive` takes the last as the new total of all.

    The other reading is in `alternatives`. `ValueError` without parts or for an unknown reading.
    """
    if reading not in READINGS:
        raise ValueError(f"{reading!r} is not a reading; choose one of {', '.join(READINGS)}")
    if not parts:
        raise ValueError("there is nothing to combine: give at least one part")
    *earlier, last = map(interval, parts)
    before = _sum(earlier)
    totals = {"additional": (before + last, last), "inclusive": (last, last - before)}
    readings = {r: Combined(_answer(total, parts), _answer(new, parts), {}) for r, (total, new) in totals.items()}
    chosen = readings.pop(reading)
    return Combined(chosen.total, chosen.new, readings)


def residual(*, total: Amount, parts: Sequence[Amount]) -> Residual:
    """The part of a headline `total` that its known `parts` leave over; `ValueError` when they exceed it."""
    inputs = (total, *parts)
    headline, known = interval(total), _sum(map(interval, parts))
    left = headline - known
    if left.high is not None and left.high < 0:
        raise ValueError(f"the parts exceed the total: {' + '.join(map(_text, parts))} > {_text(total)}")
    share = _ratio(known, headline)
    return Residual(_answer(known, inputs), share and _answer(share, inputs), _answer(left, inputs))


def run_rate(commitments: Sequence[Mapping[str, Amount]]) -> Rate:
    """Cost a year and a quarter of flat commitments {"total_usd", "years"}; `ValueError` for a term of no length."""
    terms = [interval(c["years"]) for c in commitments]
    if any(years.low is None or years.low <= 0 for years in terms):
        raise ValueError("a commitment needs a term of more than zero years")
    yearly = _sum(interval(c["total_usd"]) / years for c, years in zip(commitments, terms, strict=True))
    inputs = [value for c in commitments for value in (c["total_usd"], c["years"])]
    return Rate(_answer(yearly, inputs), _answer(yearly / Interval.point(4), inputs))


def expected(tranches: Sequence[Mapping[str, Amount]]) -> Expected:
    """Mean and spread of independent tranches {"usd", "p"}; p = 1 is firm. `ValueError` for a p outside 0..1."""
    drawn = [_tranche(t) for t in tranches]
    inputs = [value for t in tranches for value in (t["usd"], t["p"])]
    variance = _sum(usd * usd * _spread(p) for usd, p in drawn)
    firm = _sum(usd * Interval(Decimal(p.low == 1), Decimal(p.high == 1)) for usd, p in drawn)
    rest = _sum(usd * Interval(Decimal(p.high != 1), Decimal(p.low != 1)) for usd, p in drawn)
    share = _share(firm, rest)
    return Expected(
        expected_usd=_answer(_sum(usd * p for usd, p in drawn), inputs),
        sd_usd=_answer(Interval(_root(variance.low), _root(variance.high)), inputs),
        headline_usd=_answer(_sum(usd for usd, _ in drawn), inputs),
        firm_usd=_answer(firm, inputs),
        firm_share=share and _answer(share, inputs),
    )


def coverage(
    *,
    obligations_usd: Sequence[Amount],
    cash_usd: Amount = 0,
    inflow_usd: Sequence[Amount] = (),
    committed_usd: Sequence[Amount] = (),
    conditional: Sequence[Mapping[str, Amount]] = (),
) -> Coverage:
    """Cash, inflow, signed funding and conditional money {"usd", "quarter", "p"} over obligations, by quarter.

    Quarters are counted from 0; cash counts in the first. Money after the last obligation covers none of these.
    `ValueError` for obligations below zero, a p outside 0..1 and a quarter that is no whole number from 0 on.
    """
    owed = [interval(usd) for usd in obligations_usd]
    if any(usd.low is None or usd.low < 0 for usd in owed):
        raise ValueError("obligations are zero or more in every quarter")
    named = [NOTHING] * len(owed)
    dated = [*enumerate(inflow_usd), *enumerate(committed_usd), (0, cash_usd)]
    for condition in conditional:
        usd, chance = _tranche(condition)
        likely = _answer(usd * chance, (condition["usd"], condition["p"]))
        dated.append((_quarter(condition["quarter"]), likely))
    for quarter, money in dated:
        if quarter < len(owed):
            named[quarter] += interval(money)
    inputs = [*obligations_usd, *(money for _, money in dated)]
    single = [_ratio(has, owes) for has, owes in zip(named, owed, strict=True)]
    summed = [_ratio(has, owes) for has, owes in zip(accumulate(named), accumulate(owed), strict=True)]
    return Coverage(
        by_quarter=tuple(ratio and _answer(ratio, inputs) for ratio in single),
        cumulative=tuple(ratio and _answer(ratio, inputs) for ratio in summed),
        first_gap=_first_gap(summed, inputs),
    )


def _first_gap(cumulative: Sequence[Interval | None], inputs: Sequence[Amount]) -> int | Interval | None:
    earliest = [k for k, ratio in enumerate(cumulative) if ratio and (ratio.low is None or ratio.low < 1)]
    latest = [k for k, ratio in enumerate(cumulative) if ratio and ratio.high is not None and ratio.high < 1]
    if not earliest:
        return None
    gap = _answer(Interval(Decimal(earliest[0]), Decimal(latest[0]) if latest else None), inputs)
    return int(gap) if isinstance(gap, Decimal) else gap


def _ratio(part: Interval, whole: Interval) -> Interval | None:
    """Part over a whole that is not negative; None where the whole is nothing."""
    if whole.high == 0:
        return None
    if whole.low == 0 and part.low is not None and part.low >= 0:
        return Interval((part / Interval(whole.high, whole.high)).low if whole.high else Decimal(0), None)
    return part / whole


def _share(part: Interval, rest: Interval) -> Interval | None:
    """Part / (part + rest) with each used once, both zero or more; None where both are nothing."""
    assert part.low is not None
    assert rest.low is not None
    if part.high == 0 == rest.high:
        return None
    least = ZERO if rest.high is None else part.low / (part.low + rest.high) if rest.high else ONE
    most = ONE if part.high is None else part.high / (part.high + rest.low) if part.high else ZERO
    return Interval(least, most)


def _tranche(tranche: Mapping[str, Amount]) -> tuple[Interval, Interval]:
    usd, chance = interval(tranche["usd"]), interval(tranche["p"])
    if usd.low is None or usd.low < 0:
        raise ValueError(f"a tranche is zero or more, not {_text(tranche['usd'])}")
    if chance.low is None or chance.high is None or not 0 <= chance.low <= chance.high <= 1:
        raise ValueError(f"the p of a tranche lies between 0 and 1, not at {_text(tranche['p'])}")
    return usd, chance


def _spread(chance: Interval) -> Interval:
    """The range of p (1 - p); its largest value is a quarter, at one half."""
    assert chance.low is not None
    assert chance.high is not None
    ends = [p * (1 - p) for p in (chance.low, chance.high)]
    return Interval(min(ends), Decimal("0.25") if chance.low <= Decimal("0.5") <= chance.high else max(ends))


def _root(value: Decimal | None) -> Decimal | None:
    return None if value is None else value.sqrt()


def _quarter(value: Amount) -> int:
    if not isinstance(value, int) or value < 0:
        raise ValueError(f"quarters are counted from 0 in whole numbers, not {value}")
    return value


def _sum(values: Iterable[Interval]) -> Interval:
    return reduce(add, values, NOTHING)


def _answer(found: Interval, inputs: Iterable[Amount]) -> Answer:
    """An Interval if any input is one, else the number."""
    if any(isinstance(value, Interval) for value in inputs):
        return found
    assert found.low is not None
    return found.low


def _text(value: Amount) -> str:
    return f"{value.low}..{value.high}" if isinstance(value, Interval) else str(value)
