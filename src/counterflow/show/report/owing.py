"""What is owed: commitments by supplier and year, and what is named to pay them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from counterflow.analyse.owed import Covered, Due
from counterflow.desk import Owes
from counterflow.show import draw
from counterflow.show.pages import anchor
from counterflow.show.report.ledger import Row
from counterflow.show.report.trail import ALL, Fig, How, Stand, Text, Trail, class_name
from counterflow.show.words import money, share

_DUE: Final = (
    "Each contract's amount, spread evenly over the quarters of its term from its start. Binding is what is paid or "
    "committed; conditional money, letters of intent and rumours stand beside it and are never added into it. "
    "The share that is not binding is what stands beside, over both together."
)
_COVER: Final = (
    "Binding obligations of a year against that year's revenue, and against all money named so far: cash, revenue and "
    "signed or paid cheques up to that year over all that is owed up to it. Revenue stays at its last stated rate."
)


class Line(NamedTuple):
    """One supplier: binding money by year, its total, and what is not binding."""

    supplier: str
    years: tuple[Fig | str, ...]
    binding: Fig | str
    beside: Fig | str
    status: str
    assumed: Fig


class Year(NamedTuple):
    """One year of coverage."""

    year: int
    due: Fig | str
    revenue: Fig | str
    funding: Fig | str
    by_revenue: Fig | str
    cumulative: Fig | str


class Party(NamedTuple):
    """One who owes."""

    name: str
    to: str
    years: tuple[int, ...]
    lines: tuple[Line, ...]
    folded: int  # suppliers that are in the total alone
    total: Line | None
    cover: tuple[Year, ...]
    picture: str
    gap: str
    mostly_assumed: bool
    stands: Text


def ordered(owes: Sequence[Owes]) -> list[Owes]:
    """Those who owe anything: who owes most that is binding first, then by what is not."""
    some = [o for o in owes if binding(o) or beside(o)]
    return sorted(some, key=lambda o: (-binding(o), -beside(o), o.owed.party))


def binding(owes: Owes) -> float:
    """All that a party owes and is bound to, USD."""
    return sum(t.committed_usd for t in owes.owed.totals)


def beside(owes: Owes) -> float:
    """What a party is said to owe without being bound to it, by supplier, USD.

    Not the headline less what binds: a letter of intent that a committed programme may hold is no less a letter.
    """
    return sum(_beside(t) for t in owes.owed.totals)


def not_binding(owes: Owes) -> float:
    """The share (0..1) of all that a party is said to owe that it is not bound to."""
    return beside(owes) / (binding(owes) + beside(owes))


def _beside(due: Due) -> float:
    return max(0.0, due.headline_usd - due.committed_usd)


def owes_place(party: str) -> str:
    """Where all that a party owes is explained."""
    return anchor("owes", party)


def cover_place(party: str) -> str:
    """Where a party's coverage is explained."""
    return anchor("cover", party)


def owing(owes: Sequence[Owes], trail: Trail) -> tuple[list[Party], int]:
    """The parties that owe most, each explained; and how many are folded away."""
    found = ordered(owes)
    return [_party(o, trail) for o in found[: trail.room.payers]], max(0, len(found) - trail.room.payers)


def _party(owes: Owes, trail: Trail) -> Party:
    name = owes.owed.party
    mine = [r for r in trail.all if r.payer == name and r.kind == "purchase"]
    totals = sorted(owes.owed.totals, key=lambda t: (-t.committed_usd, -t.headline_usd, t.supplier))
    years = tuple(sorted({d.year for d in owes.owed.due}))
    lines = tuple(_line(owes, trail, total, years) for total in totals[: trail.room.suppliers])
    to = owes_place(name)
    _explain(owes, trail, (to, f"What {name} owes", _DUE, _sum_in_words(owes, to)), mine)
    covered = owes.owed.covered
    if covered:
        paying = [r for r in trail.all if r.payee == name and r.kind != "purchase"]
        due = Fig(money(sum(c.obligations_usd for c in covered)), cover_place(name))
        answer: Text = (due, " binding, against what is named to pay it")
        _explain(owes, trail, (cover_place(name), f"What covers what {name} owes", _COVER, answer), [*paying, *mine])
    return Party(
        name=name,
        to=to,
        years=years,
        lines=lines,
        folded=len(totals) - len(lines),
        total=_total(owes, years, to) if len(lines) > 1 else None,
        cover=tuple(_year(c, cover_place(name)) for c in covered),
        picture=_picture(name, covered) if covered else "",
        gap=f"From {owes.owed.first_gap} on, all that is named falls short of all that is owed."
        if owes.owed.first_gap
        else "",
        mostly_assumed=trail.mostly_assumed(owes.support, ALL),
        stands=trail.standing(owes.support, ALL),
    )


def _sum_in_words(owes: Owes, to: str) -> Text:
    return (
        Fig(money(binding(owes)), to),
        " binding, and beside it ",
        Fig(money(beside(owes)), to),
        " that is not: ",
        Fig(share(not_binding(owes)), to),
        " of both together",
    )


def _explain(owes: Owes, trail: Trail, told: tuple[str, str, str, Text], rows: Sequence[Row]) -> None:
    to, title, formula, answer = told
    grounds = trail.grounds(rows, to, Stand(owes.support, ALL, owes.money.holes))
    trail.explain(How(to, title, answer, formula, trail.rows(rows), grounds))


def _line(owes: Owes, trail: Trail, total: Due, years: Sequence[int]) -> Line:
    party, supplier = owes.owed.party, total.supplier
    to = anchor("due", party, supplier)
    rows = [r for r in trail.all if (r.payer, r.payee, r.kind) == (party, supplier, "purchase")]
    answer: Text = (Fig(money(total.committed_usd), to), " binding, ", Fig(money(_beside(total)), to), " beside it")
    _explain(owes, trail, (to, f"What {party} owes {supplier}", _DUE, answer), rows)
    by_year = {d.year: d.committed_usd for d in owes.owed.due if d.supplier == supplier}
    return Line(
        supplier=supplier,
        years=tuple(_amount(by_year.get(y, 0.0), to) for y in years),
        binding=_amount(total.committed_usd, to, "nothing binding"),
        beside=_amount(_beside(total), to),
        status=", ".join(class_name(s) for s in total.statuses),
        assumed=Fig(share(total.assumed_share), to),
    )


def _total(owes: Owes, years: Sequence[int], to: str) -> Line:
    by_year = {y: sum(d.committed_usd for d in owes.owed.due if d.year == y) for y in years}
    whole = sum(t.headline_usd for t in owes.owed.totals)
    assumed = sum(t.assumed_share * t.headline_usd for t in owes.owed.totals)
    return Line(
        supplier="Together",
        years=tuple(_amount(by_year[y], to) for y in years),
        binding=_amount(binding(owes), to, "nothing binding"),
        beside=_amount(beside(owes), to),
        status="",
        assumed=Fig(share(assumed / whole if whole else 0.0), to),
    )


def _amount(usd: float, to: str, none: str = "-") -> Fig | str:
    return Fig(money(usd), to) if usd >= 0.5 else none


def _year(found: Covered, to: str) -> Year:
    def part(value: float | None) -> Fig | str:
        return Fig(share(value), to) if value else "-"

    return Year(
        found.year,
        _amount(found.obligations_usd, to),
        _amount(found.revenue_usd, to, "none named"),
        _amount(found.funding_usd, to, "none named"),
        part(found.by_revenue),
        part(found.cumulative),
    )


def _picture(name: str, covered: Sequence[Covered]) -> Any:
    first, last = covered[0], covered[-1]
    finding = (
        f"{name} owes {money(first.obligations_usd)} in {first.year} and {money(last.obligations_usd)} in {last.year}, "
        + (f"against revenue of {money(first.revenue_usd)} a year" if first.revenue_usd else "and no revenue is named")
    )
    series = [
        draw.Series("binding obligations", "purchase", tuple(c.obligations_usd for c in covered)),
        draw.Series("revenue", "text", tuple(c.revenue_usd for c in covered)),
        draw.Series("funding signed or paid", "equity", tuple(c.funding_usd for c in covered)),
    ]
    return draw.bars([str(c.year) for c in covered], series, finding)
