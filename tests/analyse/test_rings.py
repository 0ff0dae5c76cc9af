"""Loops: worked by hand, then against every permutation."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise, permutations, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyse.networks import FIRMS, networks
from counterflow.analyse.circular import Flow, Loop, loops


def pay(payer, payee, usd=10, kind="purchase", period=None, deal=None, *, earmarked=False):
    return Flow(payer, payee, usd, kind, period, deal, earmarked)


def fund(payer, payee, usd=10, period=None, deal=None, *, earmarked=False):
    return pay(payer, payee, usd, "financing", period, deal, earmarked=earmarked)


@pytest.mark.parametrize(
    ("flows", "category", "parties"),
    [
        pytest.param([fund("N", "C", earmarked=True), pay("C", "N")], "supplier_finances_customer", ("N", "C")),
        pytest.param([fund("N", "C"), pay("C", "N", earmarked=True)], "investor_is_counterparty", ("N", "C")),
        pytest.param([fund("U", "V"), pay("U", "V")], "customer_finances_supplier", ("U", "V")),
        pytest.param([pay("B", "A"), pay("A", "B")], "reciprocal_commercial", ("A", "B")),
        pytest.param([fund("B", "A"), fund("A", "B")], "cross_holding", ("A", "B")),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_each_category_of_loop(flows, category, parties):
    (loop,) = loops(flows)
    assert (loop.category, loop.parties) == (category, parties)
    assert (loop.in_order, loop.lag, loop.linked, loop.deals) == (None, None, False, ())


def test_a_mixed_cycle_is_told_from_each_financier_that_sells():
    """M funds A, A funds B, B buys from C, C funds M... only M and C are financiers into whom a purchase leads.

    M -F-> A -F-> B -P-> C -F-> M: C's cheque follows the purchase B -> C; M's and A's follow cheques. One loop, from C.
    """
    flows = [fund("M", "A"), fund("A", "B"), pay("B", "C"), fund("C", "M")]
    (loop,) = loops(flows)
    assert loop.parties == ("C", "M", "A", "B")
    assert loop.kinds == ("financing", "financing", "financing", "purchase")


def test_two_financiers_in_one_cycle_are_two_loops():
    """A funds B, B buys from C, C funds D, D buys from A: both A and C end up selling to what they fund."""
    found = loops([fund("A", "B"), pay("B", "C"), fund("C", "D"), pay("D", "A")])
    assert [loop.parties for loop in found] == [("A", "B", "C", "D"), ("C", "D", "A", "B")]
    assert {loop.kinds for loop in found} == {("financing", "purchase", "financing", "purchase")}


def test_time_takes_the_payments_that_lie_on_a_tour():
    """Cheques of 3 in year 1 and 4 in year 4; purchases of 5 in year 0, 6 in year 2 and 7 in year 4.

    The purchase of year 0 precedes every cheque. Cheques 3 + 4 = 7, purchases 6 + 7 = 13: the bottleneck is 7. From
    year 4 to year 4 no time passes.
    """
    flows = [
        fund("I", "V", 3, 1, "round 1"),
        fund("I", "V", 4, 4, "round 2"),
        pay("V", "I", 5, period=0, deal="old"),
        pay("V", "I", 6, period=2, deal="lease"),
        pay("V", "I", 7, period=4, deal="round 2"),
    ]
    (loop,) = loops(flows)
    assert (loop.bottleneck_usd, loop.lag, loop.in_order, loop.linked) == (7, 0, True, True)
    assert loop.deals == ("lease", "round 1", "round 2")


def test_a_cheque_after_the_last_purchase_closes_no_tour():
    """The purchase came a year before the cheque: the loop stands, with nothing on it."""
    (loop,) = loops([fund("I", "V", 3, 2, "d"), pay("V", "I", 5, period=1, deal="d")])
    assert (loop.in_order, loop.lag, loop.bottleneck_usd, loop.deals, loop.linked) == (False, None, 0, (), False)


def test_lag_is_the_shortest_tour():
    """Cheques in 1 and 5, the second leg in 6, the third in 9: from 5 to 9 is 4 years, from 1 it would be 8."""
    flows = [fund("A", "B", period=1), fund("A", "B", period=5), pay("B", "C", period=6), pay("C", "A", period=9)]
    assert [loop.lag for loop in loops(flows)] == [4]


def test_the_longest_loop_asked_for():
    """A ring of six firms needs max_length 6; one of two is found at 2."""
    six = [pay(a, b) for a, b in zip("ABCDEF", "BCDEFA", strict=True)]
    assert loops(six) == []
    assert [loop.parties for loop in loops(six, max_length=6)] == [tuple("ABCDEF")]
    assert len(loops([*six, pay("B", "A")], max_length=2)) == 1


def test_the_largest_bottleneck_comes_first():
    flows = [pay("A", "B", 3), pay("B", "A", 9), pay("C", "D", 5), pay("D", "C", 5), pay("B", "C", 1), pay("C", "B", 3)]
    assert [(loop.parties, loop.bottleneck_usd) for loop in loops(flows)] == [
        (("C", "D"), 5),
        (("A", "B"), 3),
        (("B", "C"), 1),
    ]


def test_a_cap_cuts_the_list_off():
    """Five firms that all pay one another: 10 + 20 + 30 + 24 = 84 cycles of 2, 3, 4 and 5."""
    flows = [pay(a, b) for a, b in permutations("ABCDE", 2)]
    assert len(loops(flows)) == 84
    assert len(loops(flows, max_loops=50)) == 50
    assert set(loops(flows, max_loops=50)) < set(loops(flows))
    assert loops(flows, max_loops=0) == []


@given(networks(firms=FIRMS, most=14), st.integers(2, 5))
def test_loops_are_those_of_every_permutation(flows, longest):
    assert loops(flows, longest) == sorted(every_loop(flows, longest), key=_rank)


@given(networks(firms=FIRMS, most=12), st.randoms(use_true_random=False))
def test_order_of_flows_and_unit_change_nothing_else(flows, random):
    found = loops(flows)
    shuffled = [replace(f, usd=f.usd * 1000) for f in random.sample(flows, len(flows))]
    assert loops(shuffled) == [replace(loop, bottleneck_usd=loop.bottleneck_usd * 1000) for loop in found]


@given(networks(dated=False, firms=FIRMS, most=12))
def test_new_names_change_nothing_else(flows):
    """A reversed alphabet: the same loops, those of one kind told from another firm."""
    names = dict(zip(FIRMS, reversed(FIRMS), strict=True))
    renamed = [replace(f, payer=names.get(f.payer, f.payer), payee=names[f.payee]) for f in flows]
    back = [replace(loop, parties=tuple(names[firm] for firm in loop.parties)) for loop in loops(renamed)]
    assert sorted(map(_turned, back), key=_rank) == sorted(map(_turned, loops(flows)), key=_rank)


@given(networks(dated=False, firms=FIRMS, most=12))
def test_one_period_for_all_is_no_period_but_for_the_order_in_time(flows):
    dated = loops([replace(f, period=7) for f in flows])
    assert all((loop.in_order, loop.lag) == (True, 0) for loop in dated)
    assert [replace(loop, in_order=None, lag=None) for loop in dated] == loops(flows)


def _rank(loop):
    return -loop.bottleneck_usd, loop.parties, loop.kinds


def _turned(loop):
    """A loop of one kind told from its alphabetically first firm; mixed ones have their start from the money."""
    if len(set(loop.kinds)) > 1:
        return loop
    first = loop.parties.index(min(loop.parties))
    return replace(loop, parties=loop.parties[first:] + loop.parties[:first])


def every_loop(flows, longest):
    """All loops by trying every order of every group of firms and every choice of one flow per edge."""
    inside = [f for f in flows if f.kind != "outside"]
    firms = sorted({name for f in inside for name in (f.payer, f.payee)})
    for size in range(2, longest + 1):
        for order in permutations(firms, size):
            for kinds in product(("financing", "purchase"), repeat=size):
                mixed = len(set(kinds)) == 2
                if (kinds[0] == "financing" and kinds[-1] == "purchase") if mixed else order[0] == min(order):
                    pairs = list(zip(order, (*order[1:], order[0]), strict=True))
                    yield from _told(inside, pairs, order, kinds)
    for order in permutations(firms, 2):
        yield from _told(inside, [order, order], order, ("financing", "purchase"))


def _told(flows, pairs, order, kinds):
    edges = [
        [f for f in flows if (f.payer, f.payee) == pair and f.kind == kind]
        for pair, kind in zip(pairs, kinds, strict=True)
    ]
    if not all(edges):
        return
    dated = flows[0].period is not None
    picks = [list(zip(edge, range(len(edge)), strict=True)) for edge in edges]
    tours = [
        tour for tour in product(*picks) if not dated or all(a[0].period <= b[0].period for a, b in pairwise(tour))
    ]
    on_tour = [{tour[k] for tour in tours} for k in range(len(edges))]
    deals = [{f.deal for f, _ in edge if f.deal} for edge in on_tour]
    if set(kinds) == {"purchase"}:
        category = "reciprocal_commercial"
    elif set(kinds) == {"financing"}:
        category = "cross_holding"
    elif pairs[0] == pairs[1]:
        category = "customer_finances_supplier"
    else:
        tied = any(f.earmarked for f in edges[0])
        category = "supplier_finances_customer" if tied else "investor_is_counterparty"
    yield Loop(
        parties=order,
        kinds=kinds,
        category=category,
        bottleneck_usd=min(sum(f.usd for f, _ in edge) for edge in on_tour),
        deals=tuple(sorted(set().union(*deals))),
        in_order=bool(tours) if dated else None,
        lag=min((t[-1][0].period - t[0][0].period for t in tours), default=None) if dated else None,
        linked=any(a & b for k, a in enumerate(deals) for b in deals[k + 1 :]),
    )
