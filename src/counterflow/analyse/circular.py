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

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import reduce
from math import fsum
from typing import Final

from counterflow.analyse.holdings import LookThrough, look_through, overpayment, stake_after_round
from counterflow.analyse.ledger import (
    FINANCING,
    NOISE,
    OUTSIDE,
    PURCHASE,
    Edge,
    Entry,
    Ledger,
    Refused,
    check,
    neighbours,
    reach,
)
from counterflow.analyse.mixing import worth
from counterflow.analyse.netting import EdgeSplit, max_circulation, split
from counterflow.analyse.rings import Loop, loops
from counterflow.model.flow import UNIDENTIFIED, Flow

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

_START: Final = "start"
_GOAL: Final = "goal"


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
    ledger = Ledger.of(flows)
    trail = _Trail.of(ledger, investor, payer)
    if not trail.cheques:
        raise Refused(f"{investor} finances nobody in these flows, so no money of its own can come back to it.")
    revenue, invested = sum(trail.goal.values()), sum(cheque.amount for cheque in trail.cheques)
    tied = [cheque for cheque in trail.cheques if cheque.earmarked]
    possible = trail.carries(_amounts(trail.cheques))
    forced = revenue - trail.carries(trail.other_money(frozenset(incomplete), revenue))
    free, bound = trail.mixed()
    # Exact bounds meet a rounded mixture here: hold it between them.
    pro_rata = min(max(free + bound, ledger.usd(forced)), ledger.usd(possible))
    by_text = ledger.usd(trail.carries(_amounts(tied))) + free if tied else pro_rata
    named = tuple(f"incomplete:{firm}" for firm in sorted(set(incomplete)))
    return Band(
        forced=ledger.usd(forced),
        pro_rata=pro_rata,
        possible=ledger.usd(possible),
        invested=ledger.usd(invested),
        revenue=ledger.usd(revenue),
        attributed=min(ledger.usd(possible), max(by_text, pro_rata)),
        labels=(("earmarked",) if tied else ()) + named,
    )


@dataclass(frozen=True, slots=True)
class _Trail:
    """The part of a ledger through which one investor's money can come back to it."""

    ledger: Ledger
    investor: str
    cheques: list[Edge]  # the investor's
    goal: Mapping[int, int]  # node -> what it pays the investor
    passes: list[Edge]  # purchases and carried cash between others, on the way to the goal
    near: set[int]  # nodes from which money can reach the goal

    @classmethod
    def of(cls, ledger: Ledger, investor: str, payer: str | None) -> _Trail:
        firms = ledger.firms
        goal = Counter[int]()
        for edge in ledger.purchases:
            if firms[edge.payee] == investor and payer in {None, firms[edge.payer]}:
                goal[edge.payer] += edge.amount
        passes = [
            edge
            for edge in (*ledger.purchases, *ledger.carried)
            if firms[edge.payer] != investor and firms[edge.payee] != investor
        ]
        near = reach(goal, neighbours(passes, backward=True))
        cheques = [edge for edge in ledger.cheques if firms[edge.payer] == investor]
        return cls(ledger, investor, cheques, goal, [e for e in passes if e.payee in near], near)

    def other_money(self, incomplete: Collection[str], unlimited: int) -> Counter[int]:
        """What enters at each node and is not the investor's financing, its own purchases included."""
        firms = self.ledger.firms
        others = [edge for edge in self.ledger.cheques if firms[edge.payer] != self.investor]
        own = [edge for edge in self.ledger.purchases if firms[edge.payer] == self.investor]
        found = _amounts(others) + _amounts(own) + _amounts(self.ledger.entries)
        for node in self.near:
            if firms[node] in incomplete:
                found[node] = unlimited  # no more than the goal can ever arrive
        return found

    def carries(self, starts: Mapping[int, int]) -> int:
        """The most that can flow from `starts` to the goal, exact."""
        import networkx as nx

        if self.near.isdisjoint(starts):
            return 0
        capacity = Counter[tuple[str | int, str | int]]()
        for edge in self.passes:
            capacity[edge.payer, edge.payee] += edge.amount
        capacity.update({(_START, node): amount for node, amount in starts.items() if node in self.near})
        capacity.update({(node, _GOAL): amount for node, amount in self.goal.items()})
        graph = nx.DiGraph()
        graph.add_edges_from((start, end, {"capacity": amount}) for (start, end), amount in capacity.items())
        return int(nx.maximum_flow_value(graph, _START, _GOAL))

    def mixed(self) -> tuple[float, float]:
        """What returns under mixing, of the free and of the earmarked cheques."""
        on_path = self.near & reach((cheque.payee for cheque in self.cheques), neighbours(self.passes))
        held = self.ledger.held
        start = {node: amount / held[node] for node, amount in self.goal.items() if node in on_path}
        share = worth(on_path, self.passes, held, start)
        arrived = [(c.earmarked, self.ledger.usd(c.amount) * share.get(c.payee, 0.0)) for c in self.cheques]
        return fsum(x for tied, x in arrived if not tied), fsum(x for tied, x in arrived if tied)


def _amounts(money: Iterable[Edge | Entry]) -> Counter[int]:
    """Node -> what arrives there."""
    found = Counter[int]()
    for item in money:
        found[item.payee] += item.amount
    return found


def sources_of(flows: Iterable[Flow], payer: str, period: int | None = None) -> dict[str, float]:
    """Whose dollar `payer` spends: source -> share (0..1, sum 1), the largest first.

    Sources are financiers, labels of outside money and `unidentified`, which is always there. With periods: of the
    dollars paid out in `period`, or over all periods weighted by what was paid; of a payer that paid nothing, the cash
    it holds. `Refused` when it pays and holds nothing, or sits in a closed ring with no source; `ValueError` for bad
    flows and for a period where the flows have none.
    """
    ledger = Ledger.of(flows)
    asked = _asked(ledger, payer, period)
    # Rounding must not open a closed ring.
    real = [e for e in (*ledger.purchases, *ledger.carried) if e.amount > NOISE * ledger.held[e.payee]]
    entries = [e for e in _coloured(ledger) if e.amount > NOISE * ledger.held[e.payee]]
    sourced = reach({entry.payee for entry in entries}, neighbours(real))
    if not asked.keys() <= sourced:
        raise Refused(f"{payer} sits in a closed ring that no money enters, so its dollars have no source.")
    behind = sourced & reach(asked, neighbours(real, backward=True))
    total = sum(asked.values())
    start = {node: weight / total * (ledger.unit / ledger.held[node]) for node, weight in asked.items()}
    value = worth(behind, real, ledger.held, start)
    mixture: defaultdict[str, float] = defaultdict(float, {UNIDENTIFIED: 0.0})
    for entry in entries:
        if entry.payee in behind:
            mixture[entry.colour] += ledger.usd(entry.amount) * value[entry.payee]
    everything = fsum(mixture.values())
    return dict(sorted(((k, x / everything) for k, x in mixture.items()), key=lambda item: (-item[1], item[0])))


def _asked(ledger: Ledger, payer: str, period: int | None) -> dict[int, int]:
    """The payer's nodes in question and what each weighs: what it paid, or where it paid nothing what it holds."""
    if period is not None and None in ledger.periods:
        raise ValueError(f"the flows carry no periods, so nothing can be asked of {period}")
    nodes = [node for node, firm in enumerate(ledger.firms) if firm == payer]
    if period is not None:
        nodes = [node for node in nodes if (ledger.periods[node] or 0) <= period][-1:]
        nodes = [node for node in nodes if ledger.periods[node] == period or ledger.held[node] > ledger.paid[node]]
    if not nodes:
        raise Refused(f"{payer} pays and holds nothing in these flows, so there is no dollar to trace.")
    paid = {node: ledger.paid[node] for node in nodes if ledger.paid[node]}
    return paid or {nodes[-1]: ledger.held[nodes[-1]]}


def _coloured(ledger: Ledger) -> Iterator[Entry]:
    """Every source of money under its colour: a cheque bears its payer's, whatever the money was before."""
    yield from ledger.entries
    for cheque in ledger.cheques:
        yield Entry(ledger.firms[cheque.payer], cheque.payee, cheque.amount)


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
