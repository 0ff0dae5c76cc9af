"""What a party earns from its customers: the revenue figures of a book as yearly rates, each with its quarters."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final, NamedTuple

from counterflow.model.book import Book, Figure
from counterflow.model.money import ZERO
from counterflow.model.when import first_day, last_day, quarter_index

_REVENUE: Final = frozenset({"revenue", "annualized_revenue"})
_A_YEAR: Final = {"year": 1, "quarter": 4, "month": 12}
_MOST_USD: Final = Decimal(10) ** 18  # a thousand times all there is: beyond it stands a slip of the pen


class Rate(NamedTuple):
    """A revenue figure as dollars a year, with the first and last quarter that it speaks of (None: it does not say)."""

    figure: Figure
    usd_a_year: Decimal
    first: int | None
    last: int | None

    def covers(self, quarter: int) -> bool:
        """Whether the figure speaks of the quarter."""
        return self.first is not None and self.last is not None and self.first <= quarter <= self.last


def revenues(book: Book) -> Mapping[str, Sequence[Rate]]:
    """Party -> its revenue figures in dollars, annualized ones last; what was forecast only where nothing was done."""
    found: dict[str, list[Rate]] = defaultdict(list)
    for figure in book.figures:
        known = figure.estimate
        money = known.unit == "money" and known.currency in {"USD", None} and is_sum(known.central)
        if figure.what in _REVENUE and figure.basis is None and money:
            found[figure.party].append(_rate(figure))
    return {party: _done(sorted(rates, key=lambda r: r.figure.what != "revenue")) for party, rates in found.items()}


def at(rates: Sequence[Rate], quarter: int) -> Rate:
    """The rate that holds in a quarter: one that speaks of it (the longest period first), else the last before it,
    else the first after it.
    """
    order = {id(rate): place for place, rate in enumerate(rates)}

    def nearness(rate: Rate) -> tuple[int, int, int, int]:
        first, last = rate.first, rate.last
        if first is None or last is None:
            return 3, 0, 0, order[id(rate)]
        length = last - first
        if first <= quarter <= last:
            return 0, 0, -length, order[id(rate)]
        return (1, quarter - last, -length, order[id(rate)]) if last < quarter else (2, first, -length, order[id(rate)])

    return min(rates, key=nearness)


def is_sum(usd: Decimal | None) -> bool:
    """Whether anybody can pay that."""
    return usd is not None and ZERO <= usd <= _MOST_USD


def _rate(figure: Figure) -> Rate:
    central = figure.estimate.central
    assert central is not None  # is_sum said so
    start, _, end = (figure.period or "").partition("..")
    first, last = first_day(start), last_day(end or start)
    times = Decimal(_A_YEAR.get(figure.per or "", 1))
    if first and last and figure.per is None and figure.what == "revenue":
        months = (last.year - first.year) * 12 + last.month - first.month + 1
        times = Decimal(12) / months if len(start) == len("2026-01") else times
    quarters = (quarter_index(first), quarter_index(last)) if first and last else (None, None)
    return Rate(figure, central * times, *quarters)


def _done(rates: Sequence[Rate]) -> Sequence[Rate]:
    done = [rate for rate in rates if rate.figure.status not in {"forecast", "estimated", "hypothetical"}]
    return done or rates
