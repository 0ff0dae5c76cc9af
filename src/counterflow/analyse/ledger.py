"""The ledger behind every circularity figure: flows checked, and every firm's money filled in period by period.

At every firm and period: in + outside + shortfall = out + leak. A shortfall is money that the flows do not explain; it
keeps a colour of its own and is never scaled away.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from math import isfinite, lcm
from typing import Final, NamedTuple

from counterflow.model.flow import KINDS, UNIDENTIFIED, Flow

FINANCING, PURCHASE, OUTSIDE = KINDS
# A source below this part of what a firm holds is the rounding of floats: amounts in whole dollars keep every dollar
# up to 1e14, far above any ledger of this world.
NOISE: Final = 1e-14


class Refused(ValueError):
    """The question has no answer on these data; the message is a sentence that says why."""


class Edge(NamedTuple):
    """Money from one firm-period node to another, in whole units of 1/`Ledger.unit`."""

    payer: int
    payee: int
    amount: int
    earmarked: bool


class Entry(NamedTuple):
    """Money that enters the ledger at a node with a colour: outside money, or what nobody has named."""

    colour: str
    payee: int
    amount: int


@dataclass(frozen=True, slots=True)
class Ledger:
    """Firm-period nodes, numbered by period and name, and the money between them.

    Every amount is a whole number of 1/`unit`, so that sums, shortfalls and flows are exact.
    """

    unit: int
    firms: list[str]  # by node
    periods: list[int | None]  # by node, never falling
    held: list[int]  # by node: in + outside + shortfall
    paid: list[int]  # by node: financing and purchases, without what is carried on
    purchases: list[Edge] = field(default_factory=list)
    cheques: list[Edge] = field(default_factory=list)
    carried: list[Edge] = field(default_factory=list)  # cash unspent in a period, on to the firm's next
    entries: list[Entry] = field(default_factory=list)

    @classmethod
    def of(cls, flows: Iterable[Flow]) -> Ledger:
        """The filled ledger of checked flows; `ValueError` as in `check`."""
        money = check(flows)
        amounts, unit = whole([f.usd for f in money])
        node = _nodes(money)
        ledger = cls(unit, [f for _, f in node], [p for p, _ in node], [0] * len(node), [0] * len(node))
        for flow, amount in zip(money, amounts, strict=True):
            payee = node[flow.period, flow.payee]
            ledger.held[payee] += amount
            if flow.kind == OUTSIDE:
                ledger.entries.append(Entry(flow.payer, payee, amount))
                continue
            payer = node[flow.period, flow.payer]
            ledger.paid[payer] += amount
            edges = ledger.cheques if flow.kind == FINANCING else ledger.purchases
            edges.append(Edge(payer, payee, amount, flow.earmarked))
        ledger._fill()
        return ledger

    def _fill(self) -> None:
        """Name each shortfall and carry each leak on to the firm's next period with flows."""
        before: dict[str, int] = {}
        for node, firm in enumerate(self.firms):
            if firm in before and (cash := self.held[before[firm]] - self.paid[before[firm]]):
                self.carried.append(Edge(before[firm], node, cash, earmarked=False))
                self.held[node] += cash
            if (short := self.paid[node] - self.held[node]) > 0:
                self.entries.append(Entry(UNIDENTIFIED, node, short))
                self.held[node] += short
            before[firm] = node

    def usd(self, amount: int) -> float:
        """An amount of the ledger in the unit of the flows."""
        return amount / self.unit


def check(flows: Iterable[Flow]) -> list[Flow]:
    """The flows that move money; zero amounts are dropped.

    `ValueError` for an unknown kind, a firm that pays itself, an amount that is negative, infinite or not a number,
    periods on some flows and not on others, an outside label that is also a firm, and the reserved name `unidentified`.
    """
    listed = list(flows)
    for flow in listed:
        if flow.kind not in KINDS:
            raise ValueError(f"{_named(flow)} is of the unknown kind {flow.kind!r}; the kinds are {', '.join(KINDS)}")
        if flow.payer == flow.payee:
            raise ValueError(f"{_named(flow)}: a firm cannot pay itself")
        if not isfinite(flow.usd) or flow.usd < 0:
            raise ValueError(f"{_named(flow)} has the amount {flow.usd}; it must be finite and not negative")
    money = [flow for flow in listed if flow.usd]
    if len({flow.period is None for flow in money}) > 1:
        raise ValueError("some flows carry a period and some do not; give all of them one, or none")
    labels = {flow.payer for flow in money if flow.kind == OUTSIDE}
    firms = {flow.payee for flow in money} | {flow.payer for flow in money if flow.kind != OUTSIDE}
    if both := sorted(labels & firms):
        raise ValueError(f"{', '.join(both)}: a label of outside money cannot also be a firm")
    if UNIDENTIFIED in labels | firms:
        raise ValueError(f"{UNIDENTIFIED!r} is the colour of money nobody has named; no firm or label may bear it")
    return money


def whole(amounts: Iterable[float]) -> tuple[list[int], int]:
    """Amounts as whole numbers of 1/unit, and that unit; a float is read as the decimal it prints."""
    exact = [int(amount) if amount == int(amount) else Fraction(str(amount)) for amount in amounts]
    unit = lcm(*{number.denominator for number in exact})
    return [number.numerator * (unit // number.denominator) for number in exact], unit


def reach(starts: Iterable[int], after: Mapping[int, Iterable[int]]) -> set[int]:
    """Every node that can be reached from `starts`, themselves included, along `after`."""
    found = set(starts)
    waiting = list(found)
    while waiting:
        fresh = set(after.get(waiting.pop(), ())) - found
        found |= fresh
        waiting.extend(fresh)
    return found


def neighbours(edges: Iterable[Edge], *, backward: bool = False) -> dict[int, list[int]]:
    """Node -> the nodes its edges lead to, or come from."""
    found: dict[int, list[int]] = defaultdict(list)
    for payer, payee, _, _ in edges:
        start, end = (payee, payer) if backward else (payer, payee)
        found[start].append(end)
    return found


def _nodes(money: Iterable[Flow]) -> dict[tuple[int | None, str], int]:
    met = {(flow.period, flow.payee) for flow in money}
    met |= {(flow.period, flow.payer) for flow in money if flow.kind != OUTSIDE}
    return {name: number for number, name in enumerate(sorted(met, key=_by_period))}


def _by_period(name: tuple[int | None, str]) -> tuple[int, str]:
    return name[0] or 0, name[1]


def _named(flow: Flow) -> str:
    return f"the flow {flow.payer} -> {flow.payee}"
