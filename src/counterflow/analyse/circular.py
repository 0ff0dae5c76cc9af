"""The money that comes back: what an investor's cheques return as its revenue, and whose dollar a payer spends.

Pure functions of flows in one currency and one unit; every result scales with its input. A figure supports a question
and never accuses. The conventions, to be printed with every answer: the latest financier colours the dollar; a firm's
payments have the mixture of all it holds in the period (a convention, hence the band); cash unspent goes to the next
period with its mixture; a cheque tied to purchases is attributed at `possible`; a dollar counts once, on its first
arrival.

Proportional tracing as a Shapley value: Kattuman, Green & Bialek, Cambridge WP 0107; tracing and its loops:
Achayuthakan, Dent, Bialek & Ongsakul 2010, IEEE Trans. Power Systems; in networks: Wang, Grebogi & Baptista 2016,
arXiv 1612.03193.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import reduce
from math import fsum
from typing import TYPE_CHECKING, Final

from counterflow.analyse.holdings import LookThrough, look_through, overpayment, stake_after_round
from counterflow.analyse.ledger import FINANCING, OUTSIDE, PURCHASE, Edges, Ledger, Refused, check, reach
from counterflow.analyse.mixing import worth
from counterflow.analyse.netting import EdgeSplit, max_circulation, split
from counterflow.analyse.rings import Loop, loops
from counterflow.model.flow import UNIDENTIFIED, Flow

if TYPE_CHECKING:
    from counterflow.analyse.ledger import Amounts, Mask

__all__ = [
    "Band",
    "EdgeSplit",
    "Flow",
    "LookThrough",
    "Loop",
    "Means",
    "Refused",
    "look_through",
    "loops",
    "max_circulation",
    "means_to_pay",
    "overpayment",
    "return_band",
    "sources_of",
    "split",
    "stake_after_round",
]

# A part of a firm's money below this is the rounding of floats; in whole dollars it spares every dollar up to 1e13.
NOISE: Final = 1e-13


@dataclass(frozen=True, slots=True)
class Band:
    """How much of an investor's money comes back to it as revenue, in the unit of the flows.

    forced <= pro_rata <= attributed <= possible <= min(invested, revenue): what must come back under any reading of
    whose dollar is whose, under mixing, the figure to quote, and what can.
    """

    forced: float
    pro_rata: float
    possible: float
    invested: float  # all of the investor's financing
    revenue: float  # the purchases in question
    attributed: float
    labels: tuple[str, ...]  # `earmarked`, then `incomplete:<firm>` by name


@dataclass(frozen=True, slots=True)
class Means:
    """Outside money against what is due. Revenue is not free cash, so the ratio is generous."""

    outside: float
    due: float
    ratio: float
    growth_needed: float | None  # per period, so that outside money alone pays what is due
    growth_needed_after_financing: float | None  # the same, once the financing received is spent on it
    by_period: Mapping[int, tuple[float, float]]  # period -> (outside, due); empty without periods


def return_band(
    flows: Iterable[Flow], investor: str, payer: str | None = None, *, incomplete: Collection[str] = ()
) -> Band:
    """How much of `investor`'s money returns as its revenue, from `payer` alone if given.

    `incomplete` names firms whose outflows are not known in full: forced then allows them unlimited unknown money.
    `Refused` when the investor finances nobody; `ValueError` for bad flows.
    """
    ledger = Ledger.of(flows, exact=True)
    trail = _Trail.of(ledger, investor, payer)
    cheques, tied = trail.cheques, trail.cheques.where(trail.earmarked)
    if not len(cheques.amount):
        raise Refused(f"{investor} finances nobody in these flows, so no money of its own can come back to it.")
    possible = trail.carries(cheques) / ledger.unit
    forced = (trail.revenue - trail.carries(trail.other_money(incomplete))) / ledger.unit
    free, bound = trail.mixed()
    # Exact bounds meet a rounded mixture here: hold it between them.
    pro_rata = min(max(free + bound, forced), possible)
    by_text = min(possible, trail.carries(tied) / ledger.unit + free)
    labels = [f"incomplete:{firm}" for firm in sorted(set(incomplete))]
    return Band(
        forced=forced,
        pro_rata=pro_rata,
        possible=possible,
        invested=cheques.amount.sum() / ledger.unit,
        revenue=trail.revenue / ledger.unit,
        attributed=max(pro_rata, by_text),
        labels=("earmarked", *labels) if trail.earmarked.any() else tuple(labels),
    )


@dataclass(frozen=True, slots=True)
class _Trail:
    """The part of an exact ledger through which one investor's money can come back to it."""

    ledger: Ledger
    mine: Mask  # the investor's nodes
    cheques: Edges  # the investor's
    earmarked: Mask  # by cheque
    goal: Edges  # the purchases in question
    passes: Edges  # purchases and carried cash between others, on the way to the goal
    near: Mask  # nodes from which money can reach the goal

    @classmethod
    def of(cls, ledger: Ledger, investor: str, payer: str | None) -> _Trail:
        mine = ledger.is_firm(investor)
        asked = ~mine if payer is None else ledger.is_firm(payer)
        goal = ledger.purchases.where(mine[ledger.purchases.payee] & asked[ledger.purchases.payer])
        passes = ledger.purchases.and_also(ledger.carried)
        passes = passes.where(~mine[passes.payer] & ~mine[passes.payee])
        near = reach(goal.payer, passes.payee, passes.payer, len(mine))
        own = mine[ledger.cheques.payer]
        passes = passes.where(near[passes.payee])
        return cls(ledger, mine, ledger.cheques.where(own), ledger.earmarked[own], goal, passes, near)

    @property
    def revenue(self) -> int:
        """The purchases in question, in 1/`ledger.unit`."""
        return int(self.goal.amount.sum())

    def other_money(self, incomplete: Collection[str]) -> Edges:
        """Whatever enters and is not the investor's financing: its own purchases too, and unknown money."""
        import numpy as np

        ledger = self.ledger
        others = ledger.cheques.where(~self.mine[ledger.cheques.payer])
        own = ledger.purchases.where(self.mine[ledger.purchases.payer])
        numbers = [k for k, name in enumerate(ledger.names) if name in set(incomplete)]
        open_nodes = np.flatnonzero(np.isin(ledger.firm, numbers))
        # More than the revenue can never arrive, so it stands for unlimited.
        unknown = Edges(open_nodes, open_nodes, np.full(len(open_nodes), self.revenue, object))
        return ledger.entries.and_also(others, own, unknown)

    def carries(self, money: Edges) -> int:
        """The most that can flow from where `money` arrives to the goal, exact."""
        import networkx as nx

        money = money.where(self.near[money.payee])
        if not len(money.amount):
            return 0
        capacity = Counter[tuple[int, int]]()
        start, goal = -1, -2
        for tail, head, amount in (
            *((start, node, amount) for node, amount in zip(money.payee.tolist(), money.amount, strict=True)),
            *zip(self.passes.payer.tolist(), self.passes.payee.tolist(), self.passes.amount, strict=True),
            *((node, goal, amount) for node, amount in zip(self.goal.payer.tolist(), self.goal.amount, strict=True)),
        ):
            capacity[tail, head] += amount
        graph = nx.DiGraph()
        graph.add_edges_from((tail, head, {"capacity": amount}) for (tail, head), amount in capacity.items())
        # Short paths and few of them: the plainest method was the quickest on networks of 200 to 3,000 firms.
        return int(nx.maximum_flow_value(graph, start, goal, flow_func=nx.algorithms.flow.edmonds_karp))

    def mixed(self) -> tuple[float, float]:
        """What returns under mixing, of the free and of the earmarked cheques."""
        import numpy as np

        nodes, held = len(self.mine), self.ledger.held
        on_path = self.near & reach(self.cheques.payee, self.passes.payer, self.passes.payee, nodes)
        start = np.zeros(nodes)
        np.add.at(start, self.goal.payer, (self.goal.amount / held[self.goal.payer]).astype(float))
        share = worth(on_path, self.passes, held, start)
        arrived = (self.cheques.amount / self.ledger.unit).astype(float) * share[self.cheques.payee]
        return fsum(arrived[~self.earmarked]), fsum(arrived[self.earmarked])


def sources_of(flows: Iterable[Flow], payer: str, period: int | None = None) -> dict[str, float]:
    """Whose dollar `payer` spends: source -> share (0..1, sum 1), the largest first.

    Sources are financiers, labels of outside money and `unidentified`, which is always there. With periods: of the
    dollars paid out in `period`, or over all periods weighted by what was paid; of a payer that paid nothing, the cash
    it holds. `Refused` when it pays and holds nothing, or sits in a closed ring with no source; `ValueError` for bad
    flows and for a period where the flows have none.
    """
    import numpy as np

    ledger = Ledger.of(flows, exact=False)
    weight = _asked(ledger, payer, period)
    cheques = Edges(ledger.firm[ledger.cheques.payer], ledger.cheques.payee, ledger.cheques.amount)
    entries, passes = (  # what is lost in rounding must not open a closed ring
        edges.where(edges.amount > NOISE * ledger.held[edges.payee])
        for edges in (ledger.entries.and_also(cheques), ledger.purchases.and_also(ledger.carried))
    )
    nodes, asked = len(weight), np.flatnonzero(weight)
    sourced = reach(entries.payee, passes.payer, passes.payee, nodes)
    if not sourced[asked].all():
        raise Refused(f"{payer} sits in a closed ring that no money enters, so its dollars have no source.")
    behind = sourced & reach(asked, passes.payee, passes.payer, nodes)
    value = worth(behind, passes, ledger.held, weight / weight.sum() / ledger.held)
    mixture = np.bincount(entries.payer, entries.amount * value[entries.payee], len(ledger.names))
    shares = dict(zip(ledger.names, (mixture / mixture.sum()).tolist(), strict=True))
    kept = {name: share for name, share in shares.items() if share or name == UNIDENTIFIED}
    return dict(sorted(kept.items(), key=lambda item: (-item[1], item[0])))


def _asked(ledger: Ledger, payer: str, period: int | None) -> Amounts:
    """What each node weighs in the answer: what the payer paid there, or where it paid nothing what it holds."""
    import numpy as np

    if period is not None and None in ledger.period:
        raise ValueError(f"the flows carry no periods, so nothing can be asked of {period}")
    nodes = np.flatnonzero(ledger.is_firm(payer)).tolist()
    if period is not None:
        nodes = [node for node in nodes if (ledger.period[node] or 0) <= period][-1:]
        nodes = [node for node in nodes if ledger.period[node] == period or ledger.held[node] > ledger.paid[node]]
    if not nodes:
        raise Refused(f"{payer} pays and holds nothing in these flows, so there is no dollar to trace.")
    weight = np.zeros(len(ledger.period))
    weight[nodes] = ledger.paid[nodes]
    if not weight.any():
        weight[nodes[-1]] = 1.0
    return weight


def means_to_pay(flows: Iterable[Flow], payer: str) -> Means:
    """Outside money that `payer` receives against the purchases it owes, and the growth that would close the gap.

    `growth_needed` is the least g >= 0 at which outside money that starts at the first period's R0 and grows by g a
    period reaches what is due over the payer's n periods: sum R0 (1+g)^k, k = 0..n-1. `Refused` when the flows name no
    outside money ("no revenue figure") or nothing is due; `ValueError` for bad flows.
    """
    money = check(flows)
    income = [flow for flow in money if flow.kind == OUTSIDE and flow.payee == payer]
    duties = [flow for flow in money if flow.kind == PURCHASE and flow.payer == payer]
    if not income:
        raise Refused(f"No revenue figure: no outside money of {payer} stands in these flows.")
    if not duties:
        raise Refused(f"Nothing is due: {payer} has no purchases to pay in these flows.")
    raised = fsum(flow.usd for flow in money if flow.kind == FINANCING and flow.payee == payer)
    outside, due = _total(income), _total(duties)
    periods = sorted({flow.period for flow in (*income, *duties) if flow.period is not None})
    by_period = {p: (_total(income, p), _total(duties, p)) for p in periods}
    first = [by_period[p][0] for p in periods]
    return Means(
        outside=outside,
        due=due,
        ratio=outside / due,
        growth_needed=_growth(first, due),
        growth_needed_after_financing=_growth(first, due - raised),
        by_period=by_period,
    )


def _total(flows: Iterable[Flow], period: int | None = None) -> float:
    return fsum(flow.usd for flow in flows if period is None or flow.period == period)


def _growth(outside: list[float], due: float) -> float | None:
    """The least g >= 0 with sum R0 (1+g)^k = due, R0 the first of n periods; None where no growth is enough."""
    first, periods = (outside[0], len(outside)) if outside else (0.0, 0)
    if periods and first * periods >= due:
        return 0.0
    if periods < 2 or not first:
        return None
    low, high = 0.0, due / first  # at `high` the second period alone pays what is due
    while low < (middle := (low + high) / 2) < high:
        if first * reduce(lambda total, _: total * (1 + middle) + 1, range(periods), 0.0) < due:
            low = middle
        else:
            high = middle
    return high
