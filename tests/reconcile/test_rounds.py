"""The price that a text left unlabelled, named by a round that closes."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from counterflow.model.book import Estimate, Figure
from counterflow.model.money import Interval
from counterflow.reconcile.rounds import with_basis


def figure(what, billions, basis=None, status="completed", party="Dovecote AI", currency="USD", width=0):
    value = Decimal(str(billions)) * 10**9
    spare = value * width / 100
    known = Estimate(Interval(value - spare, value + spare), value, "money", currency, "exact", ("c",), reason="told")
    return Figure(f"{party} {what} {billions} {basis}", party, what, basis, status, known)


PRICE, ROUND, POST = figure("valuation", 730), figure("funding_round", 110), figure("valuation", 840, "post_money")


def bases(*figures):
    return [f.basis for f in with_basis(figures) if f.what == "valuation"]


def test_a_round_that_closes_by_hand():
    """730 + 110 = 840: the 730 is the price before the money."""
    found = with_basis([PRICE, ROUND, POST])
    assert [f.basis for f in found] == ["pre_money", None, "post_money"]
    assert found[0].estimate.reason == (
        "told; pre-money, since 730,000,000,000 + 110,000,000,000 = 840,000,000,000 post-money"
    )
    assert found[1:] == (ROUND, POST)


def test_prices_that_do_not_close_stay_as_they_are():
    for wrong in (
        [figure("valuation", 700), ROUND, POST],  # 810
        [PRICE, POST],  # no round
        [PRICE, ROUND, figure("valuation", 840)],  # nobody says which is which
        [PRICE, replace(ROUND, party="Larkspur"), POST],
        [PRICE, replace(ROUND, status="in_talks"), POST],
        [PRICE, figure("funding_round", 110, currency="EUR"), POST],
        [replace(PRICE, status="in_talks"), ROUND, POST],
    ):
        assert "pre_money" not in bases(*wrong)
    labelled = replace(PRICE, basis="market_cap")
    assert bases(labelled, ROUND, POST) == ["market_cap", "post_money"]


def test_a_bare_ceiling_closes_nothing():
    unknown = replace(ROUND, estimate=replace(ROUND.estimate, central=None))
    assert bases(PRICE, unknown, POST) == [None, "post_money"]


@given(st.integers(1, 900), st.integers(1, 200), st.permutations(range(3)))
def test_any_round_closes_in_any_order(pre, new, order):
    made = [figure("valuation", pre), figure("funding_round", new), figure("valuation", pre + new, "post_money")]
    found = with_basis(made[at] for at in order)
    assert {f.figure_id: f.basis for f in found}[made[0].figure_id] == "pre_money"


@given(st.lists(st.builds(figure, st.sampled_from(["valuation", "stake"]), st.integers(1, 9)), max_size=5))
def test_figures_without_a_round_come_through_unchanged(made):
    assert with_basis(made) == tuple(made)
