"""The five headline numbers. None is one figure where a growth rate or a reading decides it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from counterflow.analyse.owed import Covered
from counterflow.desk import Owes
from counterflow.show.report import owing, returning
from counterflow.show.report.asked import Reported
from counterflow.show.report.returning import Curve, shares
from counterflow.show.report.trail import Fig, Link, Text
from counterflow.show.words import money, share


class Headline(NamedTuple):
    """One number: what it is, its figure, and what to know beside it."""

    title: str
    value: Text
    beside: Text


def headlines(found: Reported, curves: Sequence[Curve]) -> list[Headline]:
    """Commitments, what of them is not binding, what returns, what is covered, what nobody is named to pay."""
    owes = owing.ordered(found.owes)
    first = owes[0] if owes else None
    covered = _covered(found, first.owed.covered if first else ())
    return [
        *(_commitments(first) if first else _no_commitments()),
        _returns(found),
        _coverage(first.owed.party, covered) if first and covered else _no_coverage(),
        _unpaid(found, curves, first.owed.party if first else None),
    ]


def _commitments(owes: Owes) -> list[Headline]:
    to, name = owing.owes_place(owes.owed.party), owes.owed.party
    bound, beside = owing.binding(owes), owing.beside(owes)
    count = sum(t.committed_usd > 0 for t in owes.owed.totals)
    suppliers = f"{count} supplier{'' if count == 1 else 's'}"
    return [
        Headline(
            "Binding commitments",
            (Fig(money(bound), to) if bound else "nothing binding",),
            (f"{name}, who owes the most, to {suppliers}; paid and committed, USD",),
        ),
        Headline(
            "Not binding",
            (Fig(share(owing.not_binding(owes)), to),),
            (
                f"of what {name} is said to owe: ",
                Fig(money(beside), to) if beside else "nothing",
                " that is conditional, a letter of intent or a rumour, beside what binds",
            ),
        ),
    ]


def _no_commitments() -> list[Headline]:
    nothing: Text = ("Nobody in this book owes anything that counts.",)
    return [Headline("Binding commitments", ("none",), nothing), Headline("Not binding", ("none",), nothing)]


def _returns(found: Reported) -> Headline:
    returned = [r for r in found.returns.circular.returned if r.band.possible > 0]
    if not returned:
        why = "Nobody here both finances a customer and sells to one, as far as the counted money tells."
        return Headline("Comes back", ("none",), (why,))
    top = returned[0]
    band, to = top.band, returning.band_place(1)
    return Headline(
        "Comes back",
        (Fig(shares(band.forced / band.invested, band.possible / band.invested), to),),
        (
            f"of what {top.investor} put in, through {top.payer or 'all its customers'}; in proportion ",
            Fig(share(band.pro_rata / band.invested), to),
            f"; counted: {found.count.replace('_', ' ')}",
        ),
    )


def _covered(found: Reported, covered: Sequence[Covered]) -> Covered | None:
    """The year the report speaks of, else the next in which something is due, else the last there was."""
    year = found.moment.year if found.moment else 0
    due = [c for c in covered if c.obligations_usd]
    return next((c for c in due if c.year >= year), due[-1] if due else None)


def _coverage(party: str, covered: Covered) -> Headline:
    to, title = owing.cover_place(party), f"Covered in {covered.year}"
    all_so_far = None if covered.cumulative is None else Fig(share(covered.cumulative), to)
    if covered.by_revenue:
        more = ("; by all money named so far ", all_so_far) if all_so_far else ()
        return Headline(
            title, (Fig(share(covered.by_revenue), to),), (f"of what {party} owes that year, by its revenue", *more)
        )
    return Headline(
        title,
        (all_so_far or "unknown",),
        (f"of all that {party} owes up to then, by all money named; its revenue is not",),
    )


def _no_coverage() -> Headline:
    return Headline("Covered", ("nothing due",), ("No binding obligation falls in any year.",))


def _unpaid(found: Reported, curves: Sequence[Curve], party: str | None) -> Headline:
    if not curves:
        return Headline("No named payer", ("none",), ("Nobody in this book pays for purchases that count.",))
    curve = next((c for c in curves if c.payer == party), curves[0])
    parts = [p.share for p in found.returns.curve if p.payer == curve.payer]
    grows = "as its revenue grows by nothing or doubles each year" if curve.earns else "and its revenue is not stated"
    return Headline(
        "No named payer",
        (Fig(shares(min(parts), max(parts)), curve.to),),
        (f"of what {curve.payer} owes, {grows}; ", Link("the curve", "unpaid")),
    )
