"""What circulates: the fair split and the largest circulation."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import product

import networkx as nx
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from analyse.networks import FIRMS, networks
from counterflow.analyse.circular import Flow, max_circulation, split

NEAR = pytest.approx


def totals(flows):
    found = {}
    for f in flows:
        if f.kind != "outside":
            found[f.payer, f.payee] = found.get((f.payer, f.payee), Fraction()) + Fraction(f.usd)
    return found


def balance(edges):
    net = {}
    for (payer, payee), usd in edges.items():
        net[payer] = net.get(payer, 0) - usd
        net[payee] = net.get(payee, 0) + usd
    return net


def test_periods_and_parallel_deals_are_added_up():
    """A pays B 4 + 1, B pays A 3 a year earlier: 3 go round."""
    flows = [Flow("A", "B", 4, "purchase", 2), Flow("A", "B", 1, "financing", 3), Flow("B", "A", 3, "purchase", 1)]
    found = split([*flows, Flow("customers", "A", 100, "outside", 1)])
    assert {pair: (edge.circular, edge.acyclic) for pair, edge in found.items()} == {
        ("A", "B"): (3, 2),
        ("B", "A"): (3, 0),
    }
    assert max_circulation(flows) == 6


def test_a_second_round_moves_what_the_first_left():
    """A pays B 6 and C 6; B pays A 3, C pays A 9. In proportion A's halves go round until B's 3 are used: 3 and 3.

    Then A and C are left with 3 and 6: another 3 go round.
    """
    flows = [Flow(u, v, usd, "purchase") for u, v, usd in [("A", "B", 6), ("A", "C", 6), ("B", "A", 3), ("C", "A", 9)]]
    found = split(flows)
    assert {pair: edge.circular for pair, edge in found.items()} == {
        ("A", "B"): 3,
        ("A", "C"): 6,
        ("B", "A"): 3,
        ("C", "A"): 6,
    }


def test_the_split_is_exact_to_the_last_bit():
    """0.1 + 0.2 is not 0.3 in binary: the amounts are taken as the floats they are, and nothing is lost."""
    flows = [Flow("A", "B", 0.1, "purchase"), Flow("A", "B", 0.2, "purchase"), Flow("B", "A", 0.3, "purchase")]
    found = split(flows)
    assert found["A", "B"].circular + found["A", "B"].acyclic == Fraction(0.1) + Fraction(0.2)
    assert found["A", "B"].circular == found["B", "A"].circular == Fraction(0.3)


@given(networks(firms=FIRMS, most=14))
def test_the_split_adds_up_is_balanced_and_leaves_no_cycle(flows):
    found = split(flows)
    assert {pair: edge.circular + edge.acyclic for pair, edge in found.items()} == totals(flows)
    assert all(min(edge.circular, edge.acyclic) >= 0 for edge in found.values())
    assert not any(balance({pair: edge.circular for pair, edge in found.items()}).values())
    assert nx.is_directed_acyclic_graph(nx.DiGraph(pair for pair, edge in found.items() if edge.acyclic))


@given(networks(firms=FIRMS, most=14), st.randoms(use_true_random=False), st.sampled_from((Fraction(1, 3), 10**9)))
def test_names_order_and_unit_change_nothing_of_the_split(flows, random, unit):
    names = dict(zip(FIRMS, reversed(FIRMS), strict=True))
    changed = [
        replace(f, payer=names.get(f.payer, f.payer), payee=names[f.payee], usd=f.usd * unit)
        for f in random.sample(flows, len(flows))
    ]
    there = {(names[u], names[v]): edge.circular / unit for (u, v), edge in split(changed).items()}
    assert there == {pair: edge.circular for pair, edge in split(flows).items()}
    assert max_circulation(changed) == NEAR(float(max_circulation(flows) * unit), rel=1e-9)


@given(networks(firms=FIRMS, most=14))
def test_the_largest_circulation_lies_between_its_bounds(flows):
    edges = totals(flows)
    most = max_circulation(flows)
    both_ways = sum(min(usd, edges.get((v, u), 0)) for (u, v), usd in edges.items())
    fair = sum(edge.circular for edge in split(flows).values())
    excess = sum(edges.values()) - sum(max(0, net) for net in balance(edges).values())
    assert max(both_ways, fair) <= most + 1e-9
    assert most <= excess + 1e-9


@given(networks(firms=FIRMS[:3], most=5, amounts=st.integers(1, 3)))
def test_the_largest_circulation_is_that_of_every_try(flows):
    edges = totals(flows)
    tries = product(*(range(int(usd) + 1) for usd in edges.values()))
    best = max(sum(c) for c in tries if not any(balance(dict(zip(edges, c, strict=True))).values()))
    assert max_circulation(flows) == NEAR(best, abs=1e-9)


@given(networks(firms=FIRMS, most=12), st.data())
def test_the_largest_circulation_scales_and_never_falls(flows, data):
    most = max_circulation(flows)
    assert max_circulation([replace(f, usd=f.usd * 7e9) for f in flows]) == NEAR(most * 7e9, rel=1e-9)
    k = data.draw(st.integers(0, len(flows) - 1))
    raised = [*flows[:k], replace(flows[k], usd=flows[k].usd + 5), *flows[k + 1 :]]
    assert max_circulation(raised) >= most - 1e-9


@given(networks(firms=FIRMS, most=12), st.data())
def test_a_deal_in_parts_and_a_dead_end_change_no_circulation(flows, data):
    inside = [f for f in flows if f.kind != "outside"]
    assume(inside)
    f = data.draw(st.sampled_from(inside))
    flows = [other for other in flows if other is not f]
    parts = [replace(f, usd=f.usd / 4), replace(f, usd=f.usd * 3 / 4)]
    dead_end = replace(f, payee="Dead end")
    assert max_circulation([*flows, *parts, dead_end]) == NEAR(max_circulation([*flows, f]), abs=1e-9)
