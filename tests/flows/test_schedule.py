"""Schedules: the worked numbers, then what holds for every one."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterflow.analyse import commitments
from counterflow.flows.schedule import schedule
from counterflow.model.money import Interval

SHAPES = ("flat", "linear", "s_curve")
shapes = st.sampled_from(SHAPES)
totals = st.one_of(
    st.integers(0, 10**13),
    st.floats(0, 1e13, allow_nan=False),
    st.decimals(0, 10**13, places=2, allow_nan=False),
)
terms = st.integers(1, 60)


@pytest.mark.parametrize(
    ("shape", "expected"),
    [("flat", [25, 25, 25, 25]), ("linear", [6.25, 18.75, 31.25, 43.75]), ("s_curve", [10.5, 39.5, 39.5, 10.5])],
)
def test_each_shape_by_hand(shape, expected):
    """100 in four quarters. Linear: 50 x (1, 3, 5, 7)/8. S-curve: L at 0..4 is 1/(1 + e^4, e^2, 1, e^-2, e^-4),
    = 0.018, 0.119, 0.5, 0.881, 0.982, and 100 x 0.1012/0.9640 = 10.5."""
    assert [
        round(float(usd), 2 if shape != "s_curve" else 1) for usd in schedule(100, 4, shape).quarters_usd
    ] == expected


def test_quarters_are_named_from_the_start():
    assert schedule(8, 3, start="2026Q3").labels == ("2026Q3", "2026Q4", "2027Q1")
    assert schedule(8, 3).labels is None


def test_the_last_quarter_takes_the_rounding():
    """A third of 100 does not end: two quarters are equal, and all three are 100 to the last digit."""
    first, second, last = schedule(100, 3).quarters_usd
    assert first == second != last
    assert first + second + last == 100


def test_a_float_enters_as_it_prints():
    assert schedule(0.3, 2).total_usd == Decimal("0.3")
    assert schedule(0.3, 3).quarters_usd == (Decimal("0.1"),) * 3


def test_the_public_path_is_the_same_function():
    assert commitments.schedule is schedule


@given(totals, terms, shapes)
def test_no_quarter_is_negative_and_all_are_the_total(total, quarters, shape):
    found = schedule(total, quarters, shape)
    assert len(found.quarters_usd) == quarters
    assert min(found.quarters_usd) >= 0
    assert sum(found.quarters_usd) == found.total_usd == Decimal(str(total))


@given(totals, terms, st.sampled_from(("linear", "s_curve")))
def test_a_ramp_never_falls_before_the_midpoint(total, quarters, shape):
    half = schedule(total, quarters, shape).quarters_usd[: (quarters + 1) // 2]
    assert list(half) == sorted(half)


@given(totals, totals, terms)
def test_two_flat_parts_add_up_quarter_by_quarter(one, other, quarters):
    both = schedule(Decimal(str(one)) + Decimal(str(other)), quarters).quarters_usd
    parts = zip(schedule(one, quarters).quarters_usd, schedule(other, quarters).quarters_usd, strict=True)
    assert list(map(float, both)) == pytest.approx([float(a + b) for a, b in parts], rel=1e-12, abs=1e-12)


@given(totals, totals, st.fractions(0, 1), terms, shapes)
def test_an_interval_holds_the_schedule_of_every_point_in_it(one, other, part, quarters, shape):
    low, high = sorted((Decimal(str(one)), Decimal(str(other))))
    inside = low + (high - low) * part.numerator / part.denominator
    wide = schedule(Interval(low, high), quarters, shape)
    assert sum(usd.low for usd in wide.quarters_usd) == low
    assert sum(usd.high for usd in wide.quarters_usd) == high
    slack = high * Decimal("1e-18")  # the rounding that the last quarter takes
    for usd, span in zip(schedule(inside, quarters, shape).quarters_usd, wide.quarters_usd, strict=True):
        assert span.low - slack <= usd <= span.high + slack
    points = schedule(Interval(low, low), quarters, shape).quarters_usd
    assert points == tuple(Interval(usd, usd) for usd in schedule(low, quarters, shape).quarters_usd)


def test_an_open_end_stays_open():
    assert schedule(Interval(Decimal(6), None), 2).quarters_usd == (Interval(Decimal(3), None),) * 2


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((1, 4, "steep"), "'steep' is not a shape; choose one of flat, linear, s_curve"),
        ((1, 0), "at least one quarter, not 0"),
        ((1, 4, "flat", "2026-01"), "'2026-01' is not a quarter"),
        ((-1, 4), "a total of zero or more, not -1"),
        ((float("inf"), 4), "must be finite"),
        ((Interval(None, Decimal(4)), 4), "a total of zero or more"),
    ],
)
def test_what_is_no_schedule_is_a_value_error(arguments, says):
    with pytest.raises(ValueError, match=says):
        schedule(*arguments)
