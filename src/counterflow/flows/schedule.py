"""Schedules: how a committed total falls into quarters."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal, localcontext
from functools import lru_cache
from itertools import pairwise
from typing import Final, Generic, TypeVar, overload

from counterflow.model.money import Interval
from counterflow.model.when import parse_quarter, quarter_label

Number = int | float | Decimal
Amount = Number | Interval
Money = TypeVar("Money", Decimal, Interval)

# Quarters carry this many digits below the total's first, so that they add up exactly in Python's usual 28.
DIGITS: Final = 20


@dataclass(frozen=True, slots=True)
class Schedule(Generic[Money]):
    """A total by quarter, in its own unit; the quarters sum to it exactly. Intervals where the total is one."""

    quarters_usd: tuple[Money, ...]
    labels: tuple[str, ...] | None  # "2026Q1" and on; None without a start
    shape: str
    total_usd: Money


@overload
def schedule(total_usd: Number, quarters: int, shape: str = "flat", start: str | None = None) -> Schedule[Decimal]: ...
@overload
def schedule(
    total_usd: Interval, quarters: int, shape: str = "flat", start: str | None = None
) -> Schedule[Interval]: ...
def schedule(
    total_usd: Amount, quarters: int, shape: str = "flat", start: str | None = None
) -> Schedule[Decimal] | Schedule[Interval]:
    """`total_usd` over `quarters` from `start` ("2026Q1") on, in the shape flat, linear (ramp from zero) or s_curve.

    The last quarter takes the rounding. An Interval gives the schedules of its two ends. `ValueError` for an unknown
    shape, fewer than one quarter, a start that is no quarter, and a total that is below zero or not finite.
    """
    if shape not in _REACHED:
        raise ValueError(f"{shape!r} is not a shape; choose one of {', '.join(_REACHED)}")
    if quarters < 1:
        raise ValueError(f"a schedule needs at least one quarter, not {quarters}")
    first = None if start is None else parse_quarter(start)
    labels = None if first is None else tuple(quarter_label(first + k) for k in range(quarters))
    total = interval(total_usd)
    if total.low is None or total.low < 0:
        raise ValueError(f"a schedule needs a total of zero or more, not {total_usd}")
    least = _laid(total.low, quarters, shape)
    if not isinstance(total_usd, Interval):
        return Schedule(least, labels, shape, total.low)
    if total.high is None:
        return Schedule(tuple(Interval(usd, None) for usd in least), labels, shape, total)
    ends = zip(least, _laid(total.high, quarters, shape), strict=True)
    # Where the two ends of the total differ by rounding alone, those of the last quarter may have changed places.
    return Schedule(tuple(Interval(min(pair), max(pair)) for pair in ends), labels, shape, total)


def interval(value: Amount) -> Interval:
    """A number as the degenerate Interval, an Interval as it is; a float enters as the decimal it prints."""
    return value if isinstance(value, Interval) else Interval.point(str(value))


def _laid(total: Decimal, quarters: int, shape: str) -> tuple[Decimal, ...]:
    with localcontext(prec=60):
        step = Decimal(1).scaleb(total.adjusted() - DIGITS)
        reached = [_REACHED[shape](k, quarters) for k in range(quarters)]
        usd = [(total * (after - before)).quantize(step) for before, after in pairwise(reached)]
        return (*usd, total - sum(usd))


@lru_cache(maxsize=1024)
def _logistic(k: int, quarters: int) -> Decimal:
    """L(k) = 1 / (1 + exp(-(k - n/2) / (n/8)))."""
    return 1 / (1 + (4 - Decimal(8 * k) / quarters).exp())


def _s_curve(k: int, quarters: int) -> Decimal:
    start, end = _logistic(0, quarters), _logistic(quarters, quarters)
    return (_logistic(k, quarters) - start) / (end - start)


# The part (0..1) of the total that is reached after k of n quarters.
_REACHED: Final[dict[str, Callable[[int, int], Decimal]]] = {
    "flat": lambda k, n: Decimal(k) / n,
    "linear": lambda k, n: Decimal(k) ** 2 / n**2,
    "s_curve": _s_curve,
}
