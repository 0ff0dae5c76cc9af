"""Loops: which cheques and contracts belong to one another, and which came first. Evidence, never summed.

Temporal cycles: Kumar & Calders, PVLDB (2SCENT). The categories are our structural reading of the vocabulary of the
BIS Annual Economic Report 2026; a person's ruling on a deal outranks them.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, islice, product
from math import fsum
from typing import Final, NamedTuple

from counterflow.analyse.ledger import FINANCING, OUTSIDE, PURCHASE, check
from counterflow.model.flow import Flow

_Edge = tuple[str, str, str]  # payer, payee, kind
_FAR: Final = 1 << 30


@dataclass(frozen=True, slots=True)
class Loop:
    """One closed pattern of cheques and purchases, from its first financier on."""

    parties: tuple[str, ...]  # in the order of money; the last pays the first
    kinds: tuple[str, ...]  # of each payment, edge by edge
    category: str
    bottleneck_usd: float  # the least edge total, of flows that lie on some tour in time
    deals: tuple[str, ...]
    in_order: bool | None  # is there a tour whose periods never fall; None without periods
    lag: int | None  # least periods from first to last payment over tours
    linked: bool  # one deal on two of the edges


class _Deals(NamedTuple):
    """The parallel flows of one edge, by period, and their periods."""

    flows: list[Flow]
    periods: list[int]  # 0 where the flows have none

    @classmethod
    def of(cls, flows: list[Flow]) -> _Deals:
        ordered = sorted(flows, key=lambda flow: flow.period or 0)
        return cls(ordered, [flow.period or 0 for flow in ordered])

    def between(self, first: int, last: int) -> list[Flow]:
        return self.flows[bisect_left(self.periods, first) : bisect_right(self.periods, last)]


def loops(flows: Iterable[Flow], max_length: int = 5, max_loops: int | None = None) -> list[Loop]:
    """Every simple cycle of 2..`max_length` firms, and every financier that also buys from the firm it funds.

    By falling bottleneck, then parties, then kinds. A list as long as `max_loops` was cut off there: the caller says
    so. `ValueError` for bad flows.
    """
    parallel: dict[_Edge, list[Flow]] = defaultdict(list)
    for flow in check(flows):
        if flow.kind != OUTSIDE:
            parallel[flow.payer, flow.payee, flow.kind].append(flow)
    deals = {edge: _Deals.of(together) for edge, together in parallel.items()}
    readings = chain.from_iterable(_readings(ring, deals) for ring in _rings(deals, max_length))
    found = islice(chain(readings, _customers_of_their_own(deals)), max_loops)
    return sorted(
        (_loop(edges, deals) for edges in found), key=lambda loop: (-loop.bottleneck_usd, loop.parties, loop.kinds)
    )


def _rings(edges: Iterable[_Edge], longest: int) -> Iterator[tuple[str, ...]]:
    """Each simple cycle of firms once, from its alphabetically first firm.

    A depth-first search that never steps to a firm too far from the root to get home within `longest`.
    """
    after: dict[str, set[str]] = defaultdict(set)
    before: dict[str, set[str]] = defaultdict(set)
    for payer, payee, _ in edges:
        after[payer].add(payee)
        before[payee].add(payer)
    ways = {firm: sorted(after[firm]) for firm in sorted(after)}
    for root, first in ways.items():
        home = _steps_home(root, before, longest)
        path, open_ways = [root], [iter(first)]
        while open_ways:
            for firm in open_ways[-1]:
                if firm == root:
                    yield tuple(path)
                elif len(path) + home.get(firm, _FAR) <= longest and firm not in path:
                    path.append(firm)
                    open_ways.append(iter(ways[firm]))
                    break
            else:
                open_ways.pop()
                path.pop()


def _steps_home(root: str, before: Mapping[str, set[str]], longest: int) -> dict[str, int]:
    """Payments from each later firm back to `root`, through later firms only, where fewer than `longest`."""
    found = {root: 0}
    ring = [root]
    for steps in range(1, longest):
        ring = [
            firm for firm in {f for near in ring for f in before.get(near, ())} if firm > root and firm not in found
        ]
        found |= dict.fromkeys(ring, steps)
    return found


def _readings(ring: tuple[str, ...], deals: Mapping[_Edge, object]) -> Iterator[list[_Edge]]:
    """A ring edge by edge, for every choice of kinds: a mixed one from each financier a purchase leads into."""
    pairs = list(zip(ring, (*ring[1:], ring[0]), strict=True))
    offers = [[(*pair, kind) for kind in (FINANCING, PURCHASE) if (*pair, kind) in deals] for pair in pairs]
    for edges in product(*offers):
        kinds = [kind for _, _, kind in edges]
        starts = [k for k, kind in enumerate(kinds) if kind == FINANCING and kinds[k - 1] == PURCHASE]
        yield from ([*edges[start:], *edges[:start]] for start in starts or [0])


def _customers_of_their_own(deals: Mapping[_Edge, object]) -> Iterator[list[_Edge]]:
    """Who finances a firm and buys from it: no cycle of money; goods close it."""
    for payer, payee, kind in sorted(deals):
        if kind == FINANCING and (payer, payee, PURCHASE) in deals:
            yield [(payer, payee, FINANCING), (payer, payee, PURCHASE)]


def _loop(edges: list[_Edge], deals: Mapping[_Edge, _Deals]) -> Loop:
    parallel = [deals[edge] for edge in edges]
    dated = parallel[0].flows[0].period is not None
    on_tour, lag = _tours(parallel)
    ids = [{flow.deal for flow in flows if flow.deal is not None} for flows in on_tour]
    named = set[str]().union(*ids)
    return Loop(
        parties=tuple(payer for payer, _, _ in edges) if edges[0][1] == edges[1][0] else edges[0][:2],
        kinds=tuple(kind for _, _, kind in edges),
        category=_category(edges, parallel[0].flows),
        bottleneck_usd=min(fsum(flow.usd for flow in flows) for flows in on_tour),
        deals=tuple(sorted(named)),
        in_order=lag is not None if dated else None,
        lag=lag if dated else None,
        linked=sum(map(len, ids)) > len(named),
    )


def _category(edges: list[_Edge], first: Iterable[Flow]) -> str:
    kinds = {kind for _, _, kind in edges}
    if len(kinds) == 1:
        return "cross_holding" if FINANCING in kinds else "reciprocal_commercial"
    if edges[0][:2] == edges[1][:2]:
        return "customer_finances_supplier"
    return "supplier_finances_customer" if any(flow.earmarked for flow in first) else "investor_is_counterparty"


def _tours(parallel: list[_Deals]) -> tuple[list[list[Flow]], int | None]:
    """The flows that lie on a tour (one flow per edge, periods never falling), and the least lag of a tour.

    A flow lies on one exactly if it is not before the earliest that its edge can be reached, nor after the latest from
    which the last edge can be.
    """
    climbs = [climb for start in parallel[0].periods if (climb := _climb(start, parallel))]
    if not climbs:
        return [[] for _ in parallel], None
    latest = [parallel[-1].periods[-1]]
    for deals in parallel[-2::-1]:
        latest.append(deals.periods[bisect_right(deals.periods, latest[-1]) - 1])
    spans = zip(parallel, climbs[0], reversed(latest), strict=True)
    return [deals.between(*span) for deals, *span in spans], min(climb[-1] - climb[0] for climb in climbs)


def _climb(period: int, parallel: list[_Deals]) -> list[int]:
    """From `period` on, the earliest on each edge that is not before the last one; empty where there is none."""
    found = []
    for deals in parallel:
        place = bisect_left(deals.periods, period)
        if place == len(deals.periods):
            return []
        found.append(period := deals.periods[place])
    return found
