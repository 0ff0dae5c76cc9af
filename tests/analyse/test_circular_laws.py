"""Laws of bands and mixtures on small random networks, each against an independent way to the same figure."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import astuple, replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.optimize import linprog

from analyse.networks import FIRMS, mixtures, networks, tanks
from counterflow.analyse.circular import Flow, Refused, return_band, sources_of

NEAR = pytest.approx
I = "Alder"  # noqa: E741  # the investor
payers = st.sampled_from((None, *FIRMS[1:4]))
opened = st.lists(st.sampled_from(FIRMS[1:4]), unique=True)


def figures(band):
    return [band.forced, band.pro_rata, band.possible, band.invested, band.revenue, band.attributed]


@given(networks(financed=True), payers, opened)
def test_the_band_is_in_order(flows, payer, incomplete):
    band = return_band(flows, I, payer)
    assert 0 <= band.forced <= band.pro_rata <= band.attributed <= band.possible <= min(band.invested, band.revenue)
    open_band = return_band(flows, I, payer, incomplete=incomplete)
    assert open_band.forced <= band.forced
    assert replace(open_band, forced=band.forced, labels=band.labels) == band


@given(networks(financed=True), payers, opened)
def test_the_band_is_the_linear_programme_over_colourings(flows, payer, incomplete):
    least, most = colourings(flows, payer)
    band = return_band(flows, I, payer)
    assert (band.forced, band.possible) == (NEAR(least, abs=1e-7), NEAR(most, abs=1e-7))
    least, _ = colourings(flows, payer, incomplete)
    assert return_band(flows, I, payer, incomplete=incomplete).forced == NEAR(least, abs=1e-7)


@given(networks(financed=True, amounts=st.integers(2**31 - 2, 2**45)), payers)
def test_large_amounts_do_not_wrap(flows, payer):
    """Whole cents past 31 and 32 bits, where a 32-bit routine would answer 0 without a word."""
    least, most = colourings([replace(f, usd=f.usd / 2**40) for f in flows], payer)
    band = return_band(flows, I, payer)
    assert (band.forced / 2**40, band.possible / 2**40) == (NEAR(least, abs=1e-6), NEAR(most, abs=1e-6))


def colourings(flows, payer=None, incomplete=()):
    """Least and greatest return of Alder's money over all ways to colour the edges, by linear programme.

    Variables: the coloured part of each purchase and of each carried sum between others, then what stays at each node.
    """
    filled = tanks(flows)
    periods = sorted({f.period for f in flows}, key=lambda p: p or 0)
    edges = [((f.period, f.payer), (f.period, f.payee), f.usd) for f in flows if f.kind == "purchase" and f.payer != I]
    edges += [
        ((now, firm), (later, firm), filled[now, firm].left)
        for now, later in pairwise(periods)
        for firm in {firm for _, firm in filled} - {I}
    ]
    nodes = [node for node in filled if node[1] != I]
    lent = {node: sum(f.usd for f in flows if f.kind == "financing" and (f.period, f.payer) == node) for node in filled}
    leaks = {node: filled[node].left if node[0] == periods[-1] else 0 for node in nodes}
    stays = [None if firm in incomplete else float(lent[when, firm] + leaks[when, firm]) for when, firm in nodes]
    balance = np.zeros((len(nodes), len(edges) + len(nodes)))
    for k, (start, end, _) in enumerate(edges):
        balance[nodes.index(start), k] += 1
        if end[1] != I:
            balance[nodes.index(end), k] -= 1
    balance[:, len(edges) :] = np.eye(len(nodes))
    mine = [
        sum(f.usd for f in flows if f.kind == "financing" and (I, node) == (f.payer, (f.period, f.payee)))
        for node in nodes
    ]
    back = np.array([float(end[1] == I and payer in {None, start[1]}) for start, end, _ in edges] + [0.0] * len(nodes))
    bounds = [(0, float(usd)) for _, _, usd in edges] + [(0, most) for most in stays]
    found = [linprog(sign * back, A_eq=balance, b_eq=np.array(mine, float), bounds=bounds) for sign in (1, -1)]
    assert all(answer.success for answer in found)
    return found[0].fun, -found[1].fun


@given(networks(financed=True))
def test_what_returns_under_mixing_is_what_the_tanks_hold(flows):
    """Alder's dollars poured through cash tanks year by year; what it buys itself is nobody's cheque."""
    held = mixtures(flows, lambda f: "own" if f.kind == "financing" and f.payer == I else _other(f))
    back = sum(f.usd * held[f.period, f.payer].get("own", 0) for f in flows if f.kind == "purchase" and f.payee == I)
    assert return_band(flows, I).pro_rata == NEAR(back, abs=1e-6)


def _other(flow):
    return "other" if flow.kind != "purchase" or flow.payer == I else None


@given(networks(), st.sampled_from(FIRMS[:4]))
def test_the_payers_dollar_is_what_the_tanks_hold(flows, payer):
    held = mixtures(flows, lambda f: None if f.kind == "purchase" else f.payer)
    paid = defaultdict(int)
    for f in flows:
        if f.payer == payer and f.kind != "outside":
            paid[f.period] += f.usd
    assume(paid)
    expected = defaultdict(float)
    for period, usd in paid.items():
        for colour, part in held[period, payer].items():
            expected[colour] += part * usd / sum(paid.values())
    try:
        shares = sources_of(flows, payer)
    except Refused:
        assert sum(expected.values()) < 1 - 1e-6  # a closed ring: some of its dollars have no source
        return
    assert shares == NEAR({"unidentified": 0.0, **expected}, abs=1e-6)
    for period in paid:
        alone = {"unidentified": 0.0, **held[period, payer]}
        assert sources_of(flows, payer, period) == NEAR(alone, abs=1e-6) if period is not None else True


@given(networks(), st.sampled_from(FIRMS[:4]), st.sampled_from((None, 1, 2, 3)))
def test_shares_are_not_negative_and_sum_to_one(flows, payer, period):
    assume(period is None or flows[0].period is not None)
    try:
        shares = sources_of(flows, payer, period)
    except Refused:
        assume(False)
    assert min(shares.values()) >= 0
    assert sum(shares.values()) == NEAR(1, abs=1e-12)
    assert list(shares.values()) == sorted(shares.values(), reverse=True)


@given(networks(dated=False, financed=True), st.sampled_from(FIRMS[:4]), st.integers(1, 50))
def test_more_outside_money_never_raises_what_returns_under_mixing(flows, firm, usd):
    before, after = return_band(flows, I), return_band([*flows, Flow("customers", firm, usd, "outside")], I)
    assert after.pro_rata <= before.pro_rata + 1e-9
    assert after.possible == before.possible


@given(networks(financed=True), st.data())
def test_a_pass_through_firm_changes_nothing(flows, data):
    purchases = [k for k, f in enumerate(flows) if f.kind == "purchase"]
    assume(purchases)
    k = data.draw(st.sampled_from(purchases))
    between = [replace(flows[k], payee="Vehicle"), replace(flows[k], payer="Vehicle")]
    assert figures(return_band([*flows[:k], *between, *flows[k + 1 :]], I)) == NEAR(
        figures(return_band(flows, I)), abs=1e-9
    )


@given(networks(financed=True), st.randoms(use_true_random=False), payers)
def test_names_and_order_change_nothing(flows, random, payer):
    names = dict(zip(FIRMS, ("Zelkova", "Yew", "Walnut", "Viburnum", "Tulip"), strict=True))
    renamed = [replace(f, payer=names.get(f.payer, f.payer), payee=names[f.payee]) for f in flows]
    random.shuffle(renamed)
    there = return_band(renamed, names[I], names.get(payer))
    here = return_band(flows, I, payer)
    assert figures(there) == NEAR(figures(here), abs=1e-9)
    assert there.labels == here.labels
    try:
        shares = sources_of(flows, "Birch")
    except Refused:
        with pytest.raises(Refused):
            sources_of(renamed, "Yew")
    else:
        assert sources_of(renamed, "Yew") == NEAR({names.get(k, k): x for k, x in shares.items()}, abs=1e-9)


@given(networks(financed=True), st.sampled_from((0.01, 0.3, 1e9)), payers)
def test_every_result_scales_with_the_unit(flows, unit, payer):
    scaled = [replace(f, usd=f.usd * unit) for f in flows]
    there, here = return_band(scaled, I, payer), return_band(flows, I, payer)
    assert figures(there) == NEAR([x * unit for x in figures(here)], rel=1e-9, abs=1e-9 * unit)
    try:
        shares = sources_of(flows, "Birch")
    except Refused:
        with pytest.raises(Refused):
            sources_of(scaled, "Birch")
    else:
        assert sources_of(scaled, "Birch") == NEAR(shares, abs=1e-9)


@given(networks(dated=False, financed=True))
def test_one_period_for_all_is_no_period(flows):
    dated = [replace(f, period=2026) for f in flows]
    assert return_band(dated, I) == return_band(flows, I)
    try:
        shares = sources_of(flows, "Birch")
    except Refused:
        with pytest.raises(Refused):
            sources_of(dated, "Birch")
    else:
        assert sources_of(dated, "Birch") == sources_of(dated, "Birch", 2026) == shares


@given(networks(financed=True))
def test_a_cheque_counts_once_however_it_is_cut(flows):
    """Two cheques of half the amount are one cheque."""
    halves = [replace(f, usd=f.usd / 2) for f in flows for _ in range(2)]
    assert figures(return_band(halves, I)) == NEAR(figures(return_band(flows, I)), abs=1e-9)
    assert astuple(return_band(flows, I)) == astuple(return_band(iter(flows), I))
