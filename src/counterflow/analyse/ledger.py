"""The ledger behind the bands and mixtures: flows checked, and every firm's money filled in period by period.

At every firm and period: in + outside + shortfall = out + leak. A shortfall is money that the flows do not explain; it
keeps a colour of its own and is never scaled away.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from math import inf, lcm
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from counterflow.model.flow import KINDS, UNIDENTIFIED, Flow

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Numbers = NDArray[np.intp]
    Mask = NDArray[np.bool_]
    Amounts = NDArray[Any]  # floats, or Python integers in an object array

FINANCING, PURCHASE, OUTSIDE = KINDS


class Refused(ValueError):
    """The question has no answer on these data; the message is a sentence that says why."""


@dataclass(frozen=True, slots=True)
class Edges:
    """Money between nodes, in columns."""

    payer: Numbers  # a node; where money enters the ledger, the number of its colour in `Ledger.names`
    payee: Numbers  # a node
    amount: Amounts  # in 1/`Ledger.unit`

    def where(self, kept: Mask) -> Edges:
        """The rows of a mask."""
        return Edges(self.payer[kept], self.payee[kept], self.amount[kept])

    def and_also(self, *others: Edges) -> Edges:
        """These rows, then those of `others`."""
        import numpy as np

        columns = zip(*((e.payer, e.payee, e.amount) for e in (self, *others)), strict=True)
        return Edges(*map(np.concatenate, columns))


@dataclass(frozen=True, slots=True)
class Ledger:
    """Firm-period nodes, numbered by period and then by name, and the money between them.

    An exact ledger counts in whole numbers of 1/`unit`, so that sums, shortfalls and flows are exact; another counts in
    floats of the flows' own unit.
    """

    unit: int
    names: list[str]  # firms and labels, sorted
    firm: Numbers  # by node: its number in `names`
    period: list[int | None]  # by node, never falling
    held: Amounts  # by node: in + outside + shortfall
    paid: Amounts  # by node: financing and purchases, without what is carried on
    purchases: Edges
    cheques: Edges
    earmarked: Mask  # by cheque
    carried: Edges  # cash unspent in a period, on to the firm's next
    entries: Edges  # outside money and shortfalls, from their colours

    @classmethod
    def of(cls, flows: Iterable[Flow], *, exact: bool) -> Ledger:
        """The filled ledger of checked flows; `ValueError` as in `check`."""
        import numpy as np

        columns = ("payer", "payee", "usd", "kind", "period", "earmarked")
        money = check(flows)
        payers, payees, usd, kinds, periods, marks = (list(map(attrgetter(column), money)) for column in columns)
        units, unit = whole(usd) if exact else (usd, 1)
        amount = np.array(units, object if exact else float)
        financing, outside = (np.array([kind == kept for kind in kinds], bool) for kept in (FINANCING, OUTSIDE))
        names = sorted({UNIDENTIFIED, *payers, *payees})
        number = {name: k for k, name in enumerate(names)}
        times = sorted(set(periods), key=lambda period: period or 0)
        block = {time: k * len(names) for k, time in enumerate(times)}  # node = period's block + firm, then packed
        start = np.array([block[period] for period in periods], np.intp)
        payer = np.array([number[name] for name in payers], np.intp)
        payee = start + np.array([number[name] for name in payees], np.intp)
        node = np.unique(np.concatenate([payee, (start + payer)[~outside]]))
        edges = Edges(
            np.where(outside, payer, np.searchsorted(node, start + payer)), np.searchsorted(node, payee), amount
        )
        held, paid = np.zeros(len(node), amount.dtype), np.zeros(len(node), amount.dtype)
        np.add.at(held, edges.payee, amount)
        np.add.at(paid, edges.payer[~outside], amount[~outside])
        firm = node % len(names)
        carried, short = _fill(firm, held, paid)
        unnamed = Edges(np.full(len(short.payee), number[UNIDENTIFIED]), short.payee, short.amount)
        return cls(
            unit=unit,
            names=names,
            firm=firm,
            period=[times[k] for k in (node // len(names)).tolist()],
            held=held,
            paid=paid,
            purchases=edges.where(~financing & ~outside),
            cheques=edges.where(financing),
            earmarked=np.array(marks, bool)[financing],
            carried=carried,
            entries=edges.where(outside).and_also(unnamed),
        )

    def is_firm(self, name: str) -> Mask:
        """Which nodes are those of a firm."""
        import numpy as np

        numbers = [k for k, known in enumerate(self.names) if known == name]
        return np.isin(self.firm, numbers)


def check(flows: Iterable[Flow]) -> list[Flow]:
    """The flows that move money; zero amounts are dropped.

    `ValueError` for an unknown kind, a firm that pays itself, an amount that is negative, infinite or not a number,
    periods on some flows and not on others, an outside label that is also a firm, and the reserved name `unidentified`.
    """
    listed = list(flows)
    for flow in listed:
        if flow.kind not in KINDS or flow.payer == flow.payee or not 0 <= flow.usd < inf:
            raise ValueError(_fault(flow))
    money = [flow for flow in listed if flow.usd]
    if len({flow.period is None for flow in money}) > 1:
        raise ValueError("some flows carry a period and some do not; give all of them one, or none")
    labels = {flow.payer for flow in money if flow.kind == OUTSIDE}
    for flow in money:
        if flow.payee in labels or (flow.payer in labels and flow.kind != OUTSIDE):
            both = flow.payee if flow.payee in labels else flow.payer
            raise ValueError(f"{both}: a label of outside money cannot also be a firm")
        if UNIDENTIFIED in (flow.payer, flow.payee):
            raise ValueError(f"{UNIDENTIFIED!r} is the colour of money nobody has named; no firm or label may bear it")
    return money


def whole(amounts: Iterable[float]) -> tuple[list[int], int]:
    """Amounts as whole numbers of 1/unit, and that unit; a float is read as the decimal it prints."""
    exact = [int(amount) if amount == int(amount) else Fraction(str(amount)) for amount in amounts]
    unit = lcm(*{number.denominator for number in exact})
    return [number.numerator * (unit // number.denominator) for number in exact], unit


def reach(starts: Numbers, payers: Numbers, payees: Numbers, nodes: int) -> Mask:
    """Which of `nodes` can be reached from `starts`, themselves included, along edges payer -> payee."""
    import numpy as np
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import breadth_first_order

    # One more node, that pays all the starts, is the root of the search.
    tails = np.concatenate([payers, np.full(len(starts), nodes)])
    heads = np.concatenate([payees, starts])
    graph = csr_array((np.ones(len(tails)), (tails, heads)), shape=(nodes + 1, nodes + 1))
    found = np.zeros(nodes + 1, bool)
    found[breadth_first_order(graph, nodes, return_predecessors=False)] = True
    return found[:nodes]


def _fill(firms: Numbers, held: Amounts, paid: Amounts) -> tuple[Edges, Edges]:
    """Carry each leak on to the firm's next node and name each shortfall, both added to `held`: (carried, short)."""
    before: dict[int, int] = {}
    carried, short = [], []
    for node, (firm, out) in enumerate(zip(firms.tolist(), paid.tolist(), strict=True)):
        last = before.get(firm)
        if last is not None and held[last] > paid[last]:
            carried.append((last, node, held[last] - paid[last]))
            held[node] += held[last] - paid[last]
        if out > held[node]:
            short.append((node, node, out - held[node]))
            held[node] = out
        before[firm] = node
    return _columns(carried, held), _columns(short, held)


def _columns(rows: list[tuple[int, int, Any]], like: Amounts) -> Edges:
    import numpy as np

    payers, payees, amounts = zip(*rows, strict=True) if rows else ((), (), ())
    return Edges(np.array(payers, np.intp), np.array(payees, np.intp), np.array(amounts, like.dtype))


def _fault(flow: Flow) -> str:
    named = f"the flow {flow.payer} -> {flow.payee}"
    if flow.kind not in KINDS:
        return f"{named} is of the unknown kind {flow.kind!r}; the kinds are {', '.join(KINDS)}"
    if flow.payer == flow.payee:
        return f"{named}: a firm cannot pay itself"
    return f"{named} has the amount {flow.usd}; it must be finite and not negative"
