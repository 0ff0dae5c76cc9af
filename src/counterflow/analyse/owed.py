"""The answer of `owe`: what a party has promised, by supplier and year, and what is there to pay it with."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from counterflow.analyse.commitments import coverage
from counterflow.model.flow import Flow

_ALL: Final = 0  # every year together


@dataclass(frozen=True, slots=True)
class Due:
    """What is owed to one supplier in one year, USD; binding is committed, what is paid included."""

    supplier: str
    year: int  # 0: over all years
    committed_usd: float
    conditional_usd: float
    headline_usd: float  # all of it, letters of intent and rumours included
    statuses: tuple[str, ...]
    assumed_share: float  # of the headline's dollars: start, term or amount assumed
    claims: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Covered:
    """One year's binding obligations against what is named to pay them, USD.

    Ratios are None where nothing is due, or no revenue is stated.
    """

    year: int
    obligations_usd: float
    revenue_usd: float
    funding_usd: float  # cheques paid or signed in that year
    by_revenue: float | None  # that year's revenue over that year's obligations
    cumulative: float | None  # cash, revenue and funding over obligations, up to this year


@dataclass(frozen=True, slots=True)
class Owed:
    """A party's commitments and their coverage, by year."""

    party: str
    due: tuple[Due, ...]
    covered: tuple[Covered, ...]
    first_gap: int | None  # first year in which all that is named falls short of all that is owed
    totals: tuple[Due, ...]  # by supplier, over all years


def owed(binding: Sequence[Flow], headline: Sequence[Flow], party: str, cash_usd: float = 0.0) -> Owed:
    """Commitments of `party` by supplier and year, with coverage from its revenue, cash and funding.

    `binding` are the flows of what is paid and committed: obligations. `headline` counts every class, letters of
    intent and rumours included; a programme's rest differs between the two, so neither is a part of the other.
    """
    due = [_due(s, y, binding, headline, party) for s, y in _keys(headline, party)]
    totals = [_due(s, _ALL, binding, headline, party) for s in sorted({s for s, _ in _keys(headline, party)})]
    covered, gap = _covered(binding, party, cash_usd)
    return Owed(party, tuple(due), covered, gap, tuple(totals))


def _keys(flows: Sequence[Flow], party: str) -> list[tuple[str, int]]:
    return sorted({(f.payee, _year(f)) for f in flows if f.payer == party and f.kind == "purchase"})


def _year(flow: Flow) -> int:
    return (flow.period or 0) // 4


def _due(supplier: str, year: int, binding: Sequence[Flow], headline: Sequence[Flow], party: str) -> Due:
    def mine(flows: Sequence[Flow]) -> list[Flow]:
        own = (f for f in flows if f.payer == party and f.payee == supplier and f.kind == "purchase")
        return [f for f in own if year in {_ALL, _year(f)}]

    firm, rows = mine(binding), mine(headline)
    total = sum(f.usd for f in rows)
    return Due(
        supplier,
        year,
        committed_usd=sum(f.usd for f in firm),
        conditional_usd=sum(f.usd for f in rows if f.money_class == "conditional"),
        headline_usd=total,
        statuses=tuple(sorted({f.money_class for f in rows})),
        assumed_share=sum(f.usd * f.assumed_share for f in rows) / total if total else 0.0,
        claims=tuple(dict.fromkeys(c for f in (*firm, *rows) for c in f.claims)),
    )


def _covered(flows: Sequence[Flow], party: str, cash_usd: float) -> tuple[tuple[Covered, ...], int | None]:
    owe, revenue, funding = (_yearly(rows) for rows in _sides(flows, party))
    if not owe:
        return (), None
    years = list(range(min(owe), max(owe) + 1))
    before = sum(
        usd for year, usd in funding.items() if year < years[0]
    )  # cheques cashed before the first payment is due
    found = coverage(
        obligations_usd=[owe.get(y, 0.0) for y in years],
        cash_usd=cash_usd + before,
        inflow_usd=[revenue.get(y, 0.0) for y in years],
        committed_usd=[funding.get(y, 0.0) for y in years],
    )
    rows = tuple(
        Covered(
            year,
            owe.get(year, 0.0),
            revenue.get(year, 0.0),
            funding.get(year, 0.0),
            revenue.get(year, 0.0) / owe[year] if revenue and owe.get(year) else None,
            _float(found.cumulative[k]),
        )
        for k, year in enumerate(years)
    )
    short = found.first_gap  # a whole number: nothing here is an interval
    return rows, years[short] if isinstance(short, int) else None


def _sides(flows: Sequence[Flow], party: str) -> tuple[list[Flow], list[Flow], list[Flow]]:
    return (
        [f for f in flows if f.payer == party and f.kind == "purchase"],
        [f for f in flows if f.payee == party and f.kind == "outside"],
        [f for f in flows if f.payee == party and f.kind == "financing"],
    )


def _yearly(rows: Iterable[Flow]) -> dict[int, float]:
    years: dict[int, float] = defaultdict(float)
    for flow in rows:
        years[_year(flow)] += flow.usd
    return dict(years)


def _float(value: object) -> float | None:
    return float(value) if isinstance(value, (int, float, Decimal)) else None
