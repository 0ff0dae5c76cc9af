"""Look-through holdings, a stake after a round, and what was paid above fair value."""

from __future__ import annotations

import re
from math import inf, nan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyse.networks import FIRMS
from counterflow.analyse.circular import Refused, look_through, overpayment, stake_after_round

NEAR = pytest.approx


def test_a_chain_of_holdings_by_hand():
    """A holds 50% of B, B holds 40% of C, which has 10: B is worth 4, A 2; those outside get 6 of C, 2 of B, 2 of A."""
    found = look_through({("A", "B"): 0.5, ("B", "C"): 0.4}, {"C": 10})
    assert found.book == NEAR({"A": 2, "B": 4, "C": 10})
    assert found.held_outside == NEAR({"A": 2, "B": 2, "C": 6})
    assert found.stake == NEAR({("A", "B"): 0.5, ("A", "C"): 0.2, ("B", "C"): 0.4})


def test_a_stake_leaves_the_holders_own_loops_out():
    """A holds 60% of B, B half of A: A's 60% comes round to itself, and B's stake in A is still half, not 0.5/0.7."""
    found = look_through({("A", "B"): 0.6, ("B", "A"): 0.5}, {"A": 7})
    assert found.stake == NEAR({("A", "B"): 0.6, ("B", "A"): 0.5})
    assert found.book == NEAR({"A": 10, "B": 5})  # A = 7 + 0.6 B, B = 0.5 A


@st.composite
def holdings(draw):
    firms = FIRMS[: draw(st.integers(2, 5))]
    stakes = {}
    for issuer in firms:
        holders = draw(st.lists(st.sampled_from([f for f in firms if f != issuer]), unique=True))
        cuts = draw(st.lists(st.integers(1, 9), min_size=len(holders), max_size=len(holders)))
        stakes |= {(h, issuer): cut / (sum(cuts) + 1) for h, cut in zip(holders, cuts, strict=True)}
    return stakes, draw(st.dictionaries(st.sampled_from(firms), st.integers(0, 1000)))


@given(holdings())
def test_nothing_is_gained_or_lost_by_looking_through(drawn):
    stakes, outside = drawn
    found = look_through(stakes, outside)
    assert sum(found.held_outside.values()) == NEAR(sum(outside.values()), rel=1e-9, abs=1e-9)
    for firm, value in found.book.items():
        owned = sum(share * found.book[issuer] for (holder, issuer), share in stakes.items() if holder == firm)
        assert value == NEAR(outside.get(firm, 0) + owned, rel=1e-9, abs=1e-9)
    assert all(0 < share <= 1 for share in found.stake.values())
    assert all(found.stake[pair] >= share - 1e-12 for pair, share in stakes.items())


@given(holdings())
def test_a_stake_is_all_chains_that_do_not_return_to_the_holder(drawn):
    """First passage, summed chain by chain: s = c_i + c_i C' + c_i C' C' + ..., C' without the holder."""
    stakes, _ = drawn
    firms = sorted({name for pair in stakes for name in pair})
    direct = np.array([[stakes.get((i, j), 0.0) for j in firms] for i in firms])
    found = look_through(stakes, {})
    for k, holder in enumerate(firms):
        others = direct.copy()
        others[k] = others[:, k] = 0
        reached, step = np.zeros(len(firms)), direct[k].copy()
        for _ in range(2000):
            reached += step
            step = step @ others
        for issuer, share in zip(firms, reached, strict=True):
            if issuer != holder:
                assert found.stake.get((holder, issuer), 0) == NEAR(share, abs=1e-9)


def test_a_missing_value_is_nothing_and_every_name_is_a_firm():
    found = look_through({("A", "B"): 0.0}, {"C": 3})
    assert (found.book, found.held_outside, found.stake) == ({"A": 0, "B": 0, "C": 3}, {"A": 0, "B": 0, "C": 3}, {})
    assert look_through({}, {}).book == {}


@pytest.mark.parametrize(
    "stakes",
    [{("A", "B"): 1, ("B", "A"): 1}, {("A", "B"): 1, ("B", "C"): 1, ("C", "A"): 1, ("C", "D"): 0.5}, {("A", "A"): 1}],
)
def test_a_group_that_owns_itself_is_refused(stakes):
    with pytest.raises(
        Refused, match=r"A closed group holds 100% of itself \(A.*\), so its value has no owner outside."
    ):
        look_through(stakes, {"A": 1})


@pytest.mark.parametrize(
    ("stakes", "outside", "says"),
    [
        ({("A", "B"): 1.2}, {}, "the stake of A in B is 1.2; a share lies between 0 and 1"),
        ({("A", "B"): -0.1}, {}, "the stake of A in B is -0.1; a share lies"),
        ({("A", "B"): nan}, {}, "the stake of A in B is nan; a share lies"),
        ({("A", "C"): 0.6, ("B", "C"): 0.5}, {}, "more than 100% of C is held: the stakes in it sum to 1.1"),
        ({}, {"A": -1}, "the outside value of A is -1; it must be finite"),
        ({}, {"A": inf}, "the outside value of A is inf; it must be finite"),
    ],
)
def test_impossible_holdings_are_bad_input(stakes, outside, says):
    with pytest.raises(ValueError, match=re.escape(says)) as error:
        look_through(stakes, outside)
    assert not isinstance(error.value, Refused)


def test_who_stands_aside_keeps_the_value_and_loses_the_share():
    """27% of 730 is 197.1, and 23.46% of 840 is 197.1."""
    after = stake_after_round(0.27, 730, 110)
    assert round(after, 4) == 0.2346
    assert after * 840 == NEAR(0.27 * 730)


def test_who_joins_in_proportion_keeps_the_share():
    """27% of a round of 110 is 29.7."""
    assert stake_after_round(0.27, 730, 110, cheque=29.7) == NEAR(0.27)


@pytest.mark.parametrize("pre_money", [0, -5])
def test_without_a_priced_round_there_is_no_stake(pre_money):
    with pytest.raises(Refused, match="There is no priced round"):
        stake_after_round(0.1, pre_money, 10)


@pytest.mark.parametrize(
    ("ask", "says"),
    [
        (lambda: stake_after_round(1.1, 730, 110), "the old stake is 1.1"),
        (lambda: stake_after_round(0.1, nan, 110), "the pre-money value is nan"),
        (lambda: stake_after_round(0.1, 730, -1), "what was raised is -1"),
        (lambda: stake_after_round(0.1, 730, 10, cheque=inf), "the cheque is inf"),
        (lambda: stake_after_round(0.1, 730, 10, cheque=11), "the cheque of 11 is larger than the 10 that was raised"),
        (lambda: overpayment(-1, 0.1, 500), "what was paid is -1"),
        (lambda: overpayment(50, 1.5, 500), "the stake is 1.5"),
        (lambda: overpayment(50, 0.1, nan), "the fair post-money value is nan"),
    ],
)
def test_bad_input_of_a_round_is_a_value_error(ask, says):
    with pytest.raises(ValueError, match=says) as error:
        ask()
    assert not isinstance(error.value, Refused)


@pytest.mark.parametrize(("fair", "above"), [(840, 0), (730, 6.5), (600, 14.3), (500, 20.2), (300, 32.1), (1000, 0)])
def test_only_what_is_paid_above_fair_value_is_overpaid(fair, above):
    """50 for 50/840 of a firm that is fairly worth less."""
    assert round(overpayment(50, 50 / 840, fair), 1) == above
