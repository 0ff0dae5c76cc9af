"""Figures in words: the table by hand, then what holds for every number."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterflow.model.book import Estimate
from counterflow.model.money import Interval
from counterflow.model.quantity import Quantity
from counterflow.show import words

BN = 10**9


@pytest.mark.parametrize(
    ("value", "currency", "shown"),
    [
        (38 * BN, "USD", "$38bn"),
        (1_400 * BN, "USD", "$1.4tn"),
        (4_928_571_428.57, "USD", "$4.929bn"),
        (999_950_000, "USD", "$1bn"),
        (24_000 * BN, "TWD", "TWD 24tn"),
        (5_500_000, "EUR", "€5.5m"),
        (1_234_500 * BN, "USD", "$1,234tn"),
        (950, "GBP", "£950"),
        (0, "USD", "$0"),
        (-38 * BN, "USD", "-$38bn"),
        (Decimal("2.5e9"), None, "2.5bn"),
        (None, "USD", "-"),
    ],
)
def test_money_by_hand(value, currency, shown):
    assert words.money(value, currency) == shown


@pytest.mark.parametrize(
    ("value", "shown"), [(0.074, "7.4%"), (0, "0%"), (1, "100%"), (0.99949, "99.9%"), (0.99951, "100%"), (None, "-")]
)
def test_shares_by_hand(value, shown):
    assert words.share(value) == shown


@given(st.floats(1e3, 9.99e14))
def test_a_shortened_sum_is_the_sum_to_three_digits(value):
    text = words.money(value).removeprefix("$").replace(",", "")
    number = float(text.rstrip("ktbnm")) * {"k": 1e3, "m": 1e6, "bn": 1e9, "tn": 1e12}[text.lstrip("0123456789.")]
    assert number == pytest.approx(value, rel=0.006)


def amount(low, high, qualifier="exact", unit="money", currency="USD", per=None):
    ends = [None if end is None else Decimal(str(end)) for end in (low, high)]
    return Quantity(*ends, currency if unit == "money" else None, unit, per, qualifier, "", 0, 0)


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        (None, "undisclosed"),
        (amount(13 * BN, None, "more_than"), "more than $13bn"),
        (amount(None, 100 * BN, "up_to"), "up to $100bn"),
        (amount(4 * BN, 4 * BN, "approximately"), "about $4bn"),
        (amount(3 * BN, 4 * BN, "range"), "$3bn to $4bn"),
        (amount(10**8, None, "order_of_magnitude"), "$100m or more"),
        (amount(3 * BN, 3 * BN, per="year"), "$3bn a year"),
        (amount(27, 27, unit="percent"), "27%"),
        (amount(167, 167, unit="multiple"), "167x"),
        (amount(10, None, "at_least", unit="GW"), "at least 10 GW"),
    ],
)
def test_amounts_keep_their_hedge(said, shown):
    assert words.quantity(said) == shown


def estimate(low, high, central, qualifier="exact", unit="money", stated=None):
    ends = [None if end is None else Decimal(end) for end in (low, high)]
    middle = None if central is None else Decimal(central)
    return Estimate(Interval(*ends), middle, unit, "USD" if unit == "money" else None, qualifier, ("c",), stated=stated)


@pytest.mark.parametrize(
    ("found", "shown", "spread"),
    [
        (None, "undisclosed", "-"),
        (estimate(37 * BN, 39 * BN, 38 * BN), "$38bn", "$37bn to $39bn"),
        (estimate(0, 105 * BN, None, "up_to", stated=Decimal(100 * BN)), "up to $100bn", "$0 to $105bn"),
        (estimate(None, 5, None, "up_to", "GW"), "up to 5 GW", "up to 5 GW"),
        (estimate(3 * BN, 4 * BN, 35 * 10**8, "range"), "$3bn to $4bn", "$3bn to $4bn"),
        (estimate(13 * BN, None, 13 * BN, "more_than"), "more than $13bn", "$13bn or more"),
        (estimate(None, None, None), "unknown", "unknown"),
    ],
)
def test_what_is_believed_keeps_its_hedge(found, shown, spread):
    assert (words.estimate(found), words.interval(found)) == (shown, spread)
