"""The money that comes back: return bands, loops, whose dollar a payer spends, and what nobody is named to pay."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from counterflow.analyse.returning import LIFETIME, NoNamedPayer, Returned
from counterflow.analyse.rings import Loop
from counterflow.flows.build import READINGS
from counterflow.model.flow import UNIDENTIFIED
from counterflow.show import draw
from counterflow.show.pages import anchor
from counterflow.show.report.asked import Reported
from counterflow.show.report.ledger import Row
from counterflow.show.report.parties import colour
from counterflow.show.report.trail import BACK, GROWTH, Fig, How, Link, Stand, Text, Trail, assumption_place
from counterflow.show.words import labels, money, share

_BAND: Final = (
    "What must come back: purchases less the most that other money could have paid for them. What can: the most of "
    "the investor's cheques that can reach the seller at all. In proportion: every payment of a firm has the mixture "
    "of all it holds. The latest financier colours a dollar, unspent cash keeps its mixture, a dollar counts once, and "
    "a cheque tied to purchases counts at the most that can come back."
)
_LOOP: Final = (
    "The smallest of the payments round the loop, each the sum of the deals between its two parties. With dates, only "
    "deals that lie on a tour in order of time count. Loops are evidence and are never added up."
)
_DOLLAR: Final = (
    "All money that the payer holds is mixed, and each dollar it pays has that mixture; what it pays beyond what is "
    "named comes from no named source. A convention, not a fact."
)
_MEANS: Final = (
    "Money from customers over purchases due; the growth is the yearly one at which customers alone would pay all that "
    "is due. Revenue is not free cash, so this is generous."
)
_CURVE: Final = (
    "The share of all the payer owes that no named source pays, with its revenue growing at one rate a year from its "
    "stated level. One line for each reading of a programme's total. A growth rate and a reading decide it, so it is a "
    "curve and never one number."
)
_CATEGORIES: Final = {
    "supplier_finances_customer": "a supplier finances its customer, tied to purchases",
    "investor_is_counterparty": "an investor sells to what it funds",
    "customer_finances_supplier": "a customer finances its supplier",
    "reciprocal_commercial": "purchases both ways",
    "cross_holding": "financing both ways",
}


class Band(NamedTuple):
    """One row of the bands."""

    who: str
    period: str
    invested: Fig
    revenue: Fig
    forced: Fig
    pro_rata: Fig
    attributed: Fig
    possible: Fig
    shares: Fig
    picture: str
    labels: str


class Ring(NamedTuple):
    """One row of the list of loops."""

    way: str
    to: str
    bottleneck: Fig
    said: str
    picture: str
    arrows: str  # ids of the ring's arrows, for the script that picks them out


class Curve(NamedTuple):
    """One payer's share without a named payer."""

    payer: str
    to: str
    earns: bool  # whether its own revenue is stated, so that growth changes anything
    growth: tuple[Fig, ...]
    rows: tuple[tuple[str, tuple[Fig, ...]], ...]
    picture: str


class Dollar(NamedTuple):
    """One payer: whose dollar it spends, and its means to pay."""

    payer: str
    sources: Text
    means: Text


def bands(found: Reported, trail: Trail) -> tuple[list[Band], list[str]]:
    """The bands in which something can come back, each explained; and to whom, through whom, nothing can."""
    returned = found.returns.circular.returned
    some = [r for r in returned if r.band.possible > 0][: trail.room.bands]
    none = dict.fromkeys(_who(r) for r in returned if r.period == LIFETIME and r.band.possible <= 0)
    return [_band(found, trail, k, r) for k, r in enumerate(some, 1)], list(none)


def _who(returned: Returned) -> str:
    return f"{returned.investor} through {returned.payer or 'all its customers'}"


def shares(low: float, high: float) -> str:
    """A band of shares, one share where its ends read the same."""
    return share(low) if share(low) == share(high) else f"{share(low)} to {share(high)}"


def band_place(k: int) -> str:
    """Where the k-th band (from 1) is explained."""
    return f"comes-back-{k}"


def _band(found: Reported, trail: Trail, k: int, returned: Returned) -> Band:
    band, to = returned.band, band_place(k)
    who = _who(returned)
    lifetime = returned.period == LIFETIME
    period = (
        "as announced, order of time left out"
        if lifetime
        else f"in order of time, {returned.period.replace('..', ' to ')}"
    )
    least, most, middle, fair = (
        x / band.invested for x in (band.forced, band.possible, band.pro_rata, band.attributed)
    )
    concerned = [r for r in trail.back if _concerns(r, returned)]
    trail.explain(
        How(
            anchor=to,
            title=f"What comes back to {who}, {period}",
            answer=(
                Fig(f"{money(band.forced)} to {money(band.possible)}", to),
                ", in proportion ",
                Fig(money(band.pro_rata), to),
            ),
            formula=_BAND,
            lines=trail.rows(concerned),
            grounds=trail.grounds(concerned, to, _stand(found, dated=not lifetime), dated=not lifetime),
        )
    )
    span = f"between {share(least)} and {share(most)}"
    finding = f"{who}: {span} of the money put in can come back, {share(middle)} in proportion"
    return Band(
        who=who,
        period=period,
        invested=Fig(money(band.invested), to),
        revenue=Fig(money(band.revenue), to),
        forced=Fig(money(band.forced), to),
        pro_rata=Fig(money(band.pro_rata), to),
        attributed=Fig(f"{money(band.attributed)} ({share(fair)})", to),
        possible=Fig(money(band.possible), to),
        shares=Fig(shares(least, most), to),
        picture=draw.band(least, most, middle, finding),
        labels="; ".join(labels(returned.labels)),
    )


def _concerns(row: Row, returned: Returned) -> bool:
    """The investor's cheques, the purchases in question, and whatever else the payer holds."""
    payer, payee = row.groups
    return (
        (row.kind == "financing" and payer == returned.investor)
        or (row.kind == "purchase" and payee == returned.investor and returned.payer in {None, payer})
        or payee == returned.payer
    )


def _stand(found: Reported, *, dated: bool) -> Stand:
    support = found.returns.support_dated if dated else found.returns.support
    return Stand(support, BACK, found.returns.money.holes)


# ---------------------------------------------------------------- loops
def loops(found: Reported, trail: Trail, arrows: dict[tuple[str, str, str], list[str]]) -> list[Ring]:
    """The loops with the largest bottleneck, each explained; `arrows` are the ring's, by payer, payee and kind."""
    return [
        _ring(found, trail, k, x, arrows) for k, x in enumerate(found.returns.circular.loops[: trail.room.loops], 1)
    ]


def _ring(found: Reported, trail: Trail, k: int, loop: Loop, arrows: dict[tuple[str, str, str], list[str]]) -> Ring:
    to, edges = f"loop-{k}", list(_edges(loop))
    way = (
        " → ".join([*loop.parties, loop.parties[0]])
        if edges[-1][1] == loop.parties[0]
        else f"{loop.parties[0]} ⇉ {loop.parties[1]}"
    )
    order = {None: "", True: "in order of time", False: "in order of time nothing goes round"}[loop.in_order]
    said = [_CATEGORIES[loop.category], order, "one package" if loop.linked else ""]
    rows = [r for edge in edges for r in trail.back if (*r.groups, r.kind) == edge]
    trail.explain(
        How(
            anchor=to,
            title=f"The loop {way}",
            answer=(Fig(money(loop.bottleneck_usd), to), ", its smallest payment"),
            formula=_LOOP,
            lines=trail.rows(rows),
            grounds=trail.grounds(rows, to, _stand(found, dated=True)),
        )
    )
    return Ring(
        way=way,
        to=to,
        bottleneck=Fig(money(loop.bottleneck_usd), to),
        said="; ".join(filter(None, said)),
        picture=draw.glyph([_drawn(edge, rows) for edge in edges]),
        arrows=" ".join(a for edge in edges for a in arrows.get(edge, ())),
    )


def _drawn(edge: tuple[str, str, str], rows: Iterable[Row]) -> str:
    """The colour of a payment in a loop: that of the largest deal in it."""
    return colour(max((r for r in rows if (*r.groups, r.kind) == edge), key=lambda r: r.usd))


def _edges(loop: Loop) -> Iterator[tuple[str, str, str]]:
    """Each payment as payer, payee and kind; a firm that funds and buys from another pays it twice."""
    if loop.category == "customer_finances_supplier":
        yield from ((*loop.parties, kind) for kind in loop.kinds)  # type: ignore[misc]  # two parties
    else:
        yield from zip(loop.parties, (*loop.parties[1:], loop.parties[0]), loop.kinds, strict=True)


# ---------------------------------------------------------------- whose dollar, and means
def dollars(found: Reported, trail: Trail) -> list[Dollar]:
    """The largest payers: whose dollar each spends, and what its customers bring."""
    answer = found.returns.circular
    payers = _largest({*answer.sources_of, *answer.means}, trail)
    return [Dollar(payer, _sources(found, trail, payer), _means(found, trail, payer)) for payer in payers]


def _sources(found: Reported, trail: Trail, payer: str) -> Text:
    parts = found.returns.circular.sources_of.get(payer, {})
    if not parts:
        return ("cannot be said",)
    to = anchor("dollar", payer)
    said: list[str | Fig | Link] = []
    for name, part in sorted(parts.items(), key=lambda s: (-s[1], s[0])):
        if part >= 0.0005:
            said += [
                ", " if said else "",
                Fig(share(part), to),
                f" {'no named source' if name == UNIDENTIFIED else name}",
            ]
    _explain_payer(found, trail, payer, (to, f"Whose dollar {payer} spends", _DOLLAR, tuple(said)))
    return tuple(said)


def _means(found: Reported, trail: Trail, payer: str) -> Text:
    means = found.returns.circular.means.get(payer)
    if means is None:
        return (found.returns.circular.refused.get(payer, "cannot be said"),)
    to = anchor("means", payer)
    grow: Text = ()
    if means.growth_needed is not None:
        grow = ("; customers alone would have to grow ", Fig(share(means.growth_needed), to), " a year")
    ratio = Fig(share(means.ratio), to)
    said: Text = (Fig(money(means.outside), to), " against ", Fig(money(means.due), to), " due (", ratio, ")", *grow)
    _explain_payer(found, trail, payer, (to, f"What {payer}'s customers bring against what is due", _MEANS, said))
    return said


def _explain_payer(found: Reported, trail: Trail, payer: str, told: tuple[str, str, str, Text]) -> None:
    to, title, formula, answer = told
    rows = [r for r in trail.back if payer in r.groups]
    grounds = trail.grounds(rows, to, _stand(found, dated=True))
    trail.explain(How(to, title, answer, formula, trail.rows(rows), grounds))


# ---------------------------------------------------------------- no named payer
def curves(found: Reported, trail: Trail) -> tuple[list[Curve], list[str]]:
    """The largest payers' curves, each explained; and the payers whose own revenue nobody states."""
    points: dict[str, list[NoNamedPayer]] = defaultdict(list)
    for point in found.returns.curve:
        points[point.payer].append(point)
    earning = {r.groups[1] for r in trail.back if r.kind == "outside"}
    shown = _largest(points.keys() & earning, trail) or _largest(points, trail)[:1]
    steady = sorted(points.keys() - earning - {*shown})
    return [_curve(found, trail, payer, points[payer]) for payer in shown], steady


def _curve(found: Reported, trail: Trail, payer: str, points: Sequence[NoNamedPayer]) -> Curve:
    to = anchor("unpaid", payer)
    by_reading: dict[str, list[NoNamedPayer]] = defaultdict(list)
    for point in points:
        by_reading[point.reading].append(point)
    low, high = min(p.share for p in points), max(p.share for p in points)
    answer = (Fig(shares(low, high), to),)
    _explain_payer(found, trail, payer, (to, f"What {payer} owes and nobody is named to pay", _CURVE, answer))
    finding = (
        f"{payer}: between {share(low)} and {share(high)} of what it owes has no named payer, as its revenue grows by "
        "nothing or doubles each year"
    )
    grid = next(iter(by_reading.values()))
    return Curve(
        payer=payer,
        to=to,
        earns=any(r.kind == "outside" and r.groups[1] == payer for r in trail.back),
        growth=tuple(Fig(share(p.growth), assumption_place(GROWTH.name, GROWTH.value)) for p in grid),
        rows=tuple((READINGS[r], tuple(Fig(share(p.share), to) for p in line)) for r, line in by_reading.items()),
        picture=draw.lines(
            [draw.Reading(READINGS[r], tuple((p.growth, p.share) for p in x)) for r, x in by_reading.items()], finding
        ),
    )


def _largest(payers: Iterable[str], trail: Trail) -> list[str]:
    """Those who pay most, first."""
    paid = {p: sum(r.usd for r in trail.back if r.kind == "purchase" and r.groups[0] == p) for p in payers}
    return sorted(paid, key=lambda p: (-paid[p], p))[: trail.room.payers]
