"""What dollars stand on: by hand, then what holds for every answer."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterflow.flows.support import support
from counterflow.model.flow import Flow
from flows.books import book, told

BOOK = book(s1=told(), s2=told(state="accepted"), r1=told("reference", "accepted"), a1=told("assumption", "accepted"))


def flow(usd, *claims, kind="purchase", assumed=0.0):
    return Flow("Alder", "Birch", usd, kind, 1, claims=claims, assumed_share=assumed)


def test_shares_by_hand():
    """60 on sentences, 30 on a sentence and a reference (the weaker counts), 10 on nobody's word, of 100; of the 60,
    half has an assumed start, which only an answer in time asks about. 60 rest on a claim nobody has reviewed."""
    money = [flow(60, "s1", "s2", assumed=0.5), flow(30, "s2", "r1"), flow(10)]
    assert support(money, BOOK, dated=False) == pytest.approx((0.6, 0.3, 0.1, 0.6, 0.8))
    assert support(money, BOOK, dated=True) == pytest.approx((0.3, 0.3, 0.4, 0.6, 0.8))


def test_customers_beyond_the_stated_year_are_assumed_either_way():
    money = [flow(30, "s2", kind="outside", assumed=1.0), flow(10, "s2", kind="outside")]
    for when in (True, False):
        assert support(money, BOOK, dated=when) == pytest.approx((0.25, 0.0, 0.75, 0.0, 0.8))


def test_no_dollars_stand_on_nothing():
    assert support([], BOOK, dated=True) == (0.0, 0.0, 1.0, 0.0, 0.8)


@given(
    st.lists(
        st.builds(
            flow,
            st.floats(0.01, 1e12),
            *[st.sampled_from(["s1", "s2", "r1", "a1", "gone"])] * 2,
            kind=st.sampled_from(["purchase", "outside"]),
            assumed=st.floats(0, 1),
        ),
        max_size=6,
    ),
    st.booleans(),
)
def test_shares_are_shares(money, when):
    found = support(money, BOOK, dated=when)
    assert found.sentence + found.reference + found.assumption == pytest.approx(1)
    assert all(-1e-9 <= share <= 1 + 1e-9 for share in found[:4])
    assert support([*money, *money], BOOK, dated=when) == pytest.approx(found)
