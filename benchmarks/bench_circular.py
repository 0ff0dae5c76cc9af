"""How long the measures of circularity take on synthetic networks, each beside a plain way to the same figure.

Run by hand; the reference of each row is measured in the same run, on the same network, and must agree.

    python benchmarks/bench_circular.py

Uniform random networks: `m` payments between `n` firms, log-normal amounts in whole dollars, a third of them cheques,
and customers of every third firm.
"""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter
from typing import Any, NamedTuple

import networkx as nx
import numpy as np

from counterflow.analyse.circular import Flow, loops, max_circulation, return_band, sources_of, split


class Row(NamedTuple):
    """One job: seconds taken, the target, and the reference with its seconds."""

    job: str
    seconds: float
    target: float
    reference: str
    reference_seconds: float


def main() -> None:
    """Print one line a job."""
    warm = network(20, 60)
    for ask in (lambda: return_band(warm, warm[0].payer), lambda: max_circulation(warm), lambda: loops(warm)):
        timed(ask)  # first calls import what they need
    print(f"{'job':<46}{'seconds':>9}{'target':>8}   reference")
    for measure in (whole_band, circulation, short_loops, shares, fair_split):
        row = measure()
        print(f"{row.job:<46}{row.seconds:>9.2f}{row.target:>8.1f}   {row.reference}: {row.reference_seconds:.2f}")


def whole_band() -> Row:
    """Every investor's band, against two flows each on the whole network without pruning."""
    flows = network(200, 1000)
    investors = sorted({f.payer for f in flows if f.kind == "financing"})
    seconds, bands = timed(lambda: [return_band(flows, investor) for investor in investors])

    def plain() -> list[int]:
        return [possible(flows, investor) for investor in investors for _ in range(2)][::2]

    reference, found = timed(plain)
    assert found == [band.possible for band in bands]
    return Row(f"whole band, n=200 m=1,000, {len(bands)} investors", seconds, 4, "networkx flows, unpruned", reference)


def possible(flows: list[Flow], investor: str) -> int:
    """The greatest return by one flow on the whole network."""
    graph = nx.DiGraph([("start", "goal", {"capacity": 0})])
    for f in flows:
        if f.kind == "outside" or (f.kind == "financing" and f.payer != investor):
            continue
        tail = "start" if f.kind == "financing" else f.payer
        head = "goal" if f.payee == investor else f.payee
        if tail != investor:
            before = graph.get_edge_data(tail, head, {"capacity": 0})["capacity"]
            graph.add_edge(tail, head, capacity=before + int(f.usd))
    return int(nx.maximum_flow_value(graph, "start", "goal"))


def circulation() -> Row:
    """The largest circulation by linear programme, against network simplex."""
    flows = network(1000, 10_000)
    seconds, most = timed(lambda: max_circulation(flows))
    graph = nx.DiGraph()
    for f in flows:
        if f.kind != "outside":
            graph.add_edge(f.payer, f.payee, capacity=int(f.usd), weight=-1)
    reference, (cost, _) = timed(lambda: nx.network_simplex(graph))
    assert abs(most + cost) <= 1e-9 * most
    return Row("max_circulation, n=1,000 m=10,000", seconds, 0.5, "networkx network simplex", reference)


def short_loops() -> Row:
    """Loops of up to five firms, against the cycles that networkx lists."""
    flows = network(1000, 10_000, cheques=0)
    seconds, found = timed(lambda: loops(flows))
    graph = nx.DiGraph((f.payer, f.payee) for f in flows if f.kind != "outside")
    reference, cycles = timed(lambda: list(nx.simple_cycles(graph, length_bound=5)))
    assert len(found) == len(cycles)
    return Row(f"loops <= 5, n=1,000 m=10,000 ({len(found):,})", seconds, 2, "networkx cycles, bounded", reference)


def shares() -> Row:
    """The payer's dollar on a large network, against the fixed point of the mixtures of one colour."""
    flows = network(100_000, 1_000_000)
    seconds, found = timed(lambda: sources_of(flows, flows[0].payer))
    assert abs(sum(found.values()) - 1) < 1e-9
    reference, _ = timed(lambda: [(f.payer, f.payee, f.usd, f.kind, f.period) for f in flows])
    return Row("sources_of, n=100,000 m=1,000,000", seconds, 2, "reading the flows once", reference)


def fair_split() -> Row:
    """The exact split, against the linear programme that it must stay below."""
    flows = network(30, 90)
    seconds, parts = timed(lambda: split(flows))
    reference, most = timed(lambda: max_circulation(flows))
    assert float(sum(part.circular for part in parts.values())) <= most * (1 + 1e-9)
    return Row("split, exact, n=30 m=90", seconds, 1, "max_circulation", reference)


def network(firms: int, payments: int, cheques: float = 1 / 3) -> list[Flow]:
    """A uniform random network without parallel payments."""
    random = np.random.default_rng(20260228)
    pairs = random.choice(firms * firms, payments + 3 * firms, replace=False)
    usd = np.rint(random.lognormal(20, 2, payments)).tolist()
    kinds = np.where(random.random(payments) < cheques, "financing", "purchase").tolist()
    ends = [divmod(pair, firms) for pair in pairs.tolist() if pair // firms != pair % firms][:payments]
    flows = [
        Flow(f"firm {payer}", f"firm {payee}", amount, kind)
        for (payer, payee), amount, kind in zip(ends, usd, kinds, strict=True)
    ]
    income = np.rint(random.lognormal(21, 2, firms)).tolist()
    return flows + [Flow("customers", f"firm {k}", income[k], "outside") for k in range(0, firms, 3)]


def timed(ask: Callable[[], Any]) -> tuple[float, Any]:
    """Seconds taken and the answer."""
    start = perf_counter()
    answer = ask()
    return perf_counter() - start, answer


if __name__ == "__main__":
    main()
