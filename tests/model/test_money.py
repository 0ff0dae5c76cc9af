"""Intervals: widths worked by hand, and the laws that any arithmetic on bounds must keep."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from counterflow.model.money import MAGNITUDES, Interval

BN = Decimal(10**9)


def ends(interval: Interval | None) -> tuple[Decimal | None, Decimal | None] | None:
    return interval and (interval.low, interval.high)


# --- widths worked by hand --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("hedge", "digits", "tight", "loose"),
    [
        # f = 1, c = 100, w = max(0.5, min(50, 25)) = 25
        ("exact", "500", ("499.5", "500.5"), ("475", "525")),
        # f = c = 0.1, w = max(0.05, min(0.05, 0.07)) = 0.05
        ("exact", "1.4", ("1.35", "1.45"), ("1.35", "1.45")),
        # 2.5% of 840 is 21, and w = max(0.5, min(5, 42)) = 5: the larger; loose 10%
        ("approximately", "840", ("819", "861"), ("756", "924")),
        # 90% and 85% of 600, and half of the last digit above
        ("nearly", "600", ("540", "600.5"), ("510", "600.5")),
        ("more_than", "13", ("13", None), ("12.5", None)),
        ("at_least", "10", ("10", None), ("9.5", None)),
        # w = max(0.5, min(0.5, 2.35)) = 0.5
        ("up_to", "47", ("0", "47"), ("0", "47.5")),
        ("less_than", "2", ("0", "2"), ("0", "2.5")),
        ("order_of_magnitude", "hundreds", ("200", "999"), ("100", "1000")),
        ("order_of_magnitude", "multi", ("2", "99"), ("1.5", "999")),
    ],
)
def test_a_hedge_by_hand(hedge: str, digits: str, tight: tuple[str, str | None], loose: tuple[str, str | None]):
    for words, is_tight in ((tight, True), (loose, False)):
        expected = tuple(None if end is None else Decimal(end) * BN for end in words)
        assert ends(Interval.of(hedge, digits, BN, tight=is_tight)) == expected


def test_a_range_by_hand_widens_each_end_by_its_own_last_digit():
    """800 million to 1.2 billion: half a million below, 0.05 billion above."""
    digits, scales = ("800", "1.2"), (Decimal(10**6), BN)
    assert ends(Interval.of("range", digits, scales, tight=True)) == (800_000_000, 1_200_000_000)
    assert ends(Interval.of("range", digits, scales)) == (799_500_000, 1_250_000_000)


def test_arithmetic_by_hand():
    """[1, 2] and [3, 5]: sums 4..7, differences -4..-1, products 3..10, quotients 1/5..2/3."""
    one, two = Interval(Decimal(1), Decimal(2)), Interval(Decimal(3), Decimal(5))
    assert ends(one + two) == (4, 7)
    assert ends(one - two) == (-4, -1)
    assert ends(one * two) == (3, 10)
    quotient = one / two
    assert quotient.low == Decimal("0.2")
    assert quotient.high == Decimal("0.6666666666666666666666666667")  # up, never down


def test_open_ends_by_hand():
    """Nothing times any amount is nothing; open less open stays open; a divisor around 0 says nothing."""
    above = Interval(Decimal(2), None)
    assert ends(Interval.point(0) * above) == (0, 0)
    assert ends(above - above) == (None, None)
    assert ends(above + Interval.point(1)) == (3, None)
    assert ends(-above) == (None, -2)
    assert ends(Interval.point(1) / above) == (0, Decimal("0.5"))
    assert ends(Interval.point(1) / Interval(Decimal(-1), Decimal(1))) == (None, None)


def test_meet_and_hull_by_hand():
    """What 1..3 and 2..5 allow is 2..3, both lie in 1..5; 1..2 and 4..5 clash."""
    assert ends(Interval(Decimal(1), Decimal(3)).meet(Interval(Decimal(2), Decimal(5)))) == (2, 3)
    assert ends(Interval(Decimal(1), Decimal(3)).hull(Interval(Decimal(2), None))) == (1, None)
    assert Interval(Decimal(1), Decimal(2)).meet(Interval(Decimal(4), Decimal(5))) is None


@pytest.mark.parametrize(("low", "high"), [("2", "1"), ("nan", "1"), ("1", "inf")])
def test_an_interval_that_is_none_cannot_be_made(low: str, high: str):
    with pytest.raises(ValueError, match=r"empty interval|must be finite"):
        Interval(Decimal(low), Decimal(high))


def test_an_unknown_hedge_is_refused():
    with pytest.raises(ValueError, match="unknown hedge 'perhaps'"):
        Interval.of("perhaps", "5")


# --- laws -------------------------------------------------------------------------------------------------------------

NUMBERS = st.decimals(min_value=-(10**15), max_value=10**15, places=4)
OPERATIONS = {
    "plus": (Interval.__add__, Fraction.__add__),
    "minus": (Interval.__sub__, Fraction.__sub__),
    "times": (Interval.__mul__, Fraction.__mul__),
    "over": (Interval.__truediv__, Fraction.__truediv__),
}


@st.composite
def intervals(draw: st.DrawFn) -> Interval:
    """A closed interval, now and then with an open end."""
    low, high = sorted([draw(NUMBERS), draw(NUMBERS)])
    return Interval(None if draw(st.integers(0, 5)) == 0 else low, None if draw(st.integers(0, 5)) == 0 else high)


def inside(interval: Interval, share: Fraction) -> Fraction:
    """A point of an interval; of an open one, near its other end."""
    low = Fraction(interval.low) if interval.low is not None else None
    high = Fraction(interval.high) if interval.high is not None else None
    if low is None:
        low = (high if high is not None else Fraction(0)) - 10
    if high is None:
        high = low + 10
    return low + (high - low) * share


def holds(interval: Interval, value: Fraction) -> bool:
    above = interval.low is None or Fraction(interval.low) <= value
    return above and (interval.high is None or value <= Fraction(interval.high))


def within(inner: Interval, outer: Interval) -> bool:
    return outer.hull(inner) == outer


@pytest.mark.parametrize("name", OPERATIONS)
@given(a=intervals(), b=intervals(), x=st.fractions(0, 1), y=st.fractions(0, 1))
def test_the_true_result_lies_inside(name: str, a: Interval, b: Interval, x: Fraction, y: Fraction):
    """Rounding goes outward: exact arithmetic on any two members never leaves the interval."""
    on_intervals, on_numbers = OPERATIONS[name]
    first, second = inside(a, x), inside(b, y)
    assume(name != "over" or second != 0)
    assert holds(on_intervals(a, b), on_numbers(first, second))


@pytest.mark.parametrize("name", OPERATIONS)
@given(a=intervals(), b=intervals(), wider=intervals())
def test_a_wider_input_never_narrows_the_result(name: str, a: Interval, b: Interval, wider: Interval):
    on_intervals, _ = OPERATIONS[name]
    assert within(on_intervals(a, b), on_intervals(a.hull(wider), b))
    assert within(on_intervals(a, b), on_intervals(a, b.hull(wider)))


@given(intervals(), intervals(), st.fractions(0, 1))
def test_meet_is_what_both_hold_and_hull_holds_both(a: Interval, b: Interval, share: Fraction):
    both, either = a.meet(b), a.hull(b)
    assert within(a, either)
    assert within(b, either)
    assert (both, either) == (b.meet(a), b.hull(a))
    if both is None:
        assert not holds(b, inside(a, share))
    else:
        assert within(both, a)
        assert within(both, b)
        assert both.meet(a) == both


@given(intervals(), intervals())
def test_meet_and_hull_absorb_each_other(a: Interval, b: Interval):
    assert a.meet(a.hull(b)) == a
    assert a.meet(a) == a.hull(a) == a


@given(intervals(), NUMBERS)
def test_membership_agrees_with_the_ends(interval: Interval, value: Decimal):
    assert (value in interval) == holds(interval, Fraction(value))
    assert (value in interval) == (interval.meet(Interval.point(value)) is not None)


MANTISSAS = st.decimals(min_value=Decimal("0.1"), max_value=99999, places=1).map(
    lambda d: f"{d:.0f}" if d == d.to_integral_value() else f"{d:f}"
)


@given(MANTISSAS, st.integers(0, 12), st.sampled_from(sorted(set(MAGNITUDES))))
def test_what_the_words_say_lies_in_what_an_editor_lets_pass(mantissa: str, power: int, magnitude: str):
    """Tight lies inside loose for each hedge, and the stated value in both.

    "About" is held to it from five units of the last digit up: below ("about 2"), half a unit is more than a tenth.
    """
    scale, value = Decimal(10) ** power, Decimal(mantissa) * Decimal(10) ** power
    units = int(mantissa.replace(".", ""))
    about = ("approximately",) if units >= 5 else ()
    for hedge in ("exact", *about, "nearly", "more_than", "at_least", "up_to", "less_than"):
        tight, loose = (Interval.of(hedge, mantissa, scale, tight=kind) for kind in (True, False))
        assert within(tight, loose), hedge
        assert value in tight, hedge
    sizes = [Interval.of("order_of_magnitude", magnitude, scale, tight=kind) for kind in (True, False)]
    assert within(*sizes)


@given(MANTISSAS, MANTISSAS, st.integers(0, 12))
def test_a_range_holds_both_its_ends(one: str, other: str, power: int):
    low, high = sorted([one, other], key=Decimal)
    scale = Decimal(10) ** power
    tight, loose = (Interval.of("range", (low, high), scale, tight=kind) for kind in (True, False))
    assert ends(tight) == (Decimal(low) * scale, Decimal(high) * scale)
    assert within(tight, loose)


@given(MANTISSAS, st.integers(0, 9), st.integers(1, 3))
def test_widths_scale_with_the_unit(mantissa: str, power: int, more: int):
    """5 thousand million means what 5 billion means: only the written digits make the width."""
    small = Interval.of("exact", mantissa, Decimal(10) ** power)
    assert small.scaled(10**more) == Interval.of("exact", mantissa, Decimal(10) ** (power + more))
