"""Commitments: the worked numbers, then the laws of intervals, sums and coverage."""

from __future__ import annotations

import json
from dataclasses import fields, is_dataclass
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterflow.analyse import commitments
from counterflow.analyse.commitments import combine, coverage, expected, residual, run_rate
from counterflow.model.money import Interval

CASES = json.loads((Path(__file__).parents[1] / "cases" / "value.json").read_text(encoding="utf-8"))["cases"]
OURS = [case for case in CASES if case["function"].startswith("analyse.commitments.")]


@pytest.mark.parametrize("case", OURS, ids=lambda case: case["id"])
def test_a_worked_case_holds(case):
    answer = getattr(commitments, case["function"].rpartition(".")[2])(**read(case["inputs"]))
    for path, value in case["expected"].items():
        got = found(answer, path)
        assert abs(float(got) - value) <= case["tolerance"] * max(1, abs(value)), path


def read(value):
    """A case's inputs: {low, high} is an Interval."""
    if isinstance(value, dict):
        if value.keys() == {"low", "high"}:
            return span(value["low"], value["high"])
        return {name: read(part) for name, part in value.items()}
    return [read(part) for part in value] if isinstance(value, list) else value


def found(answer, path):
    """What stands at a dotted path, with `sum:` or `len:` before it where needed."""
    how, _, place = path.rpartition(":")
    for step in place.split("."):
        answer = answer[int(step)] if step.isdigit() else getattr(answer, step)
    return {"": lambda x: x, "sum": sum, "len": len}[how](answer)


def span(low, high):
    return Interval(*(None if end is None else Decimal(str(end)) for end in (low, high)))


def test_the_other_reading_stands_beside():
    """38 and then 100: 138 if added, 100 of which 62 are new if the second holds the first."""
    added = combine([38, 100])
    assert (added.total, added.new) == (138, 100)
    assert (added.alternatives["inclusive"].total, added.alternatives["inclusive"].new) == (100, 62)
    held = combine([38, 100], "inclusive")
    assert (held.total, held.new, list(held.alternatives)) == (100, 62, ["additional"])
    assert held.alternatives["additional"].total == 138


def test_a_last_part_too_small_to_hold_the_others_shows():
    assert combine([100, 38], "inclusive").new == -62


def test_known_parts_leave_a_residual():
    """Of 300, 100 and 38 are named: 138/300 = 0.46, 162 unnamed; of an up-to total, 162 at most."""
    left = residual(total=300, parts=[100, 38])
    assert (left.known, left.share, left.residual) == (138, Decimal("0.46"), 162)
    upto = residual(total=span(0, 300), parts=[138])
    assert (upto.residual, upto.share) == (span(-138, 162), span("0.46", None))
    assert residual(total=0, parts=[]).share is None


def test_parts_above_their_total_are_a_contradiction():
    with pytest.raises(ValueError, match=r"the parts exceed the total: 50 \+ 1..2 > 40"):
        residual(total=40, parts=[50, span(1, 2)])


def test_commitments_while_all_of_them_run():
    """10 over 2 years and 30 over 3..5: 5 + 6..10 a year."""
    rate = run_rate([{"total_usd": 10, "years": 2}, {"total_usd": 30, "years": span(3, 5)}])
    assert (rate.usd_per_year, rate.usd_per_quarter) == (span(11, 15), span("2.75", "3.75"))


def test_a_tranche_that_may_be_firm():
    """15 firm and 35 at 0.7..1: 39.5..50 expected; firm 15..50 of 50; the spread is 0 if it is certain."""
    found = expected([{"usd": 15, "p": 1}, {"usd": 35, "p": span(0.7, 1)}])
    assert (found.expected_usd, found.headline_usd) == (span(39.5, 50), span(50, 50))
    assert (found.firm_usd, found.firm_share) == (span(15, 50), span(0.3, 1))
    assert found.sd_usd.low == 0
    assert float(found.sd_usd.high) == pytest.approx(35 * 0.21**0.5)


def test_the_spread_is_widest_at_one_half():
    """10 at p in 0.2..0.9: p (1 - p) is 0.25 at a half and 0.09 at 0.9, so the spread is 3 to 5."""
    assert expected([{"usd": 10, "p": span(0.2, 0.9)}]).sd_usd == span(3, 5)


@pytest.mark.parametrize(
    ("usd", "p", "share"),
    [
        (span(0, 8), 1, span(1, 1)),
        (span(0, 8), 0.5, span(0, 0)),
        (span(2, None), span(0.5, 1), span(0, 1)),
        (0, 1, None),
    ],
)
def test_the_firm_share_at_its_edges(usd, p, share):
    found = expected([{"usd": usd, "p": p}]).firm_share
    assert found == share


def test_coverage_by_quarter_and_in_sum():
    """Owed 4, 0, 6. Cash 1, inflow 1 and 2, signed 1 in the first, and 5 at 40% in the third: 3/4; nothing; 2/6.

    In sum 3/4, 5/4, 7/10: short at once, and again in the third.
    """
    found = coverage(
        obligations_usd=[4, 0, 6],
        cash_usd=1,
        inflow_usd=[1, 2],
        committed_usd=[1],
        conditional=[{"usd": 5, "quarter": 2, "p": 0.4}, {"usd": 99, "quarter": 3, "p": 1}],
    )
    assert found.by_quarter == (Decimal("0.75"), None, Decimal(2) / 6 // Decimal("1e-28") * Decimal("1e-28"))
    assert found.cumulative == (Decimal("0.75"), Decimal("1.25"), Decimal("0.7"))
    assert found.first_gap == 0
    assert coverage(obligations_usd=[4, 0, 6], cash_usd=10).first_gap is None


def test_the_first_gap_lies_between_two_quarters():
    """10 to 20 of cash against 6 a quarter: short in the second at the worst, in the fourth at the best."""
    assert coverage(obligations_usd=[6] * 4, cash_usd=span(10, 20)).first_gap == span(1, 3)
    assert coverage(obligations_usd=[6] * 3, cash_usd=span(10, 20)).first_gap == span(1, None)
    assert coverage(obligations_usd=[6], cash_usd=span(10, 20)).first_gap is None


def test_an_obligation_of_up_to_leaves_the_ratio_open_above():
    found = coverage(obligations_usd=[span(0, 4)], cash_usd=2)
    assert found.cumulative == (span(0.5, None),)
    assert coverage(obligations_usd=[span(0, None)], cash_usd=2).cumulative == (span(0, None),)


money = st.integers(0, 1000)
chances = st.integers(0, 10).map(lambda tenths: Decimal(tenths) / 10)
plans = st.fixed_dictionaries(
    {
        "obligations_usd": st.lists(st.integers(1, 1000), min_size=1, max_size=5),
        "cash_usd": money,
        "inflow_usd": st.lists(money, max_size=5),
        "committed_usd": st.lists(money, max_size=5),
        "conditional": st.lists(
            st.fixed_dictionaries({"usd": money, "quarter": st.integers(0, 5), "p": chances}), max_size=3
        ),
    }
)


@given(plans, st.data())
def test_coverage_never_falls_when_money_or_chances_grow(plan, data):
    before = coverage(**plan)
    richer = {**plan, "cash_usd": plan["cash_usd"] + data.draw(money)}
    richer["conditional"] = [
        {**c, "usd": c["usd"] + data.draw(money), "p": min(Decimal(1), c["p"] + data.draw(chances))}
        for c in plan["conditional"]
    ]
    after = coverage(**richer)
    assert all(b >= a for a, b in zip(before.cumulative, after.cumulative, strict=True))
    last = len(before.cumulative)
    assert (last if before.first_gap is None else before.first_gap) <= (
        last if after.first_gap is None else after.first_gap
    )


@given(plans, money, st.integers(0, 4))
def test_a_tranche_of_no_chance_is_nothing_and_a_certain_one_is_signed_money(plan, usd, quarter):
    never = {**plan, "conditional": [*plan["conditional"], {"usd": usd, "quarter": quarter, "p": 0}]}
    assert coverage(**never) == coverage(**plan)
    sure = {**plan, "conditional": [*plan["conditional"], {"usd": usd, "quarter": quarter, "p": 1}]}
    signed = [*plan["committed_usd"], *[0] * 5][:5]
    signed[quarter] += usd
    assert coverage(**sure) == coverage(**{**plan, "committed_usd": signed})


tranches = st.lists(st.fixed_dictionaries({"usd": st.integers(1, 1000), "p": chances}), min_size=1, max_size=4)
terms = st.lists(st.fixed_dictionaries({"total_usd": money, "years": st.integers(1, 20)}), min_size=1, max_size=4)
CALLS = {
    "combine": st.fixed_dictionaries({"parts": st.lists(money, min_size=1, max_size=4)}),
    "residual": st.fixed_dictionaries({"total": st.integers(5000, 9000), "parts": st.lists(money, max_size=4)}),
    "run_rate": st.fixed_dictionaries({"commitments": terms}),
    "expected": st.fixed_dictionaries({"tranches": tranches}),
    "coverage": plans,
}


@pytest.mark.parametrize("function", CALLS)
@given(data=st.data())
def test_an_interval_holds_the_answer_of_every_point_and_widens_with_its_inputs(function, data):
    """Numbers are the degenerate Intervals; widening an input never narrows an output; the point lies inside."""
    ask = getattr(commitments, function)
    inputs = data.draw(CALLS[function])
    point = ask(**inputs)
    narrow = ask(**widened(inputs, lambda x: Interval(Decimal(x), Decimal(x))))
    by = data.draw(st.integers(0, 3))
    wide = ask(**widened(inputs, lambda x: _around(x, by)))
    for exact, tight, loose in zip(numbers(point), numbers(narrow), numbers(wide), strict=True):
        assert _holds(tight, exact, slack=Decimal("1e-20"))
        assert _holds(loose, exact)
        assert not isinstance(tight, Interval) or (tight.high - tight.low <= Decimal("1e-20") * max(1, abs(tight.high)))


def _around(x, by):
    if isinstance(x, Decimal):  # a chance
        return Interval(max(Decimal(0), x - by / Decimal(10)), min(Decimal(1), x + by / Decimal(10)))
    return Interval(Decimal(max(x - by, min(x, 1))), Decimal(x + by))


def _holds(wide, exact, slack=Decimal(0)):
    if not isinstance(wide, Interval):
        return exact is None and wide is None
    if exact is None:  # no gap, or nothing owed: an open end says that this is possible
        return wide.high is None
    return (wide.low is None or wide.low - slack <= exact) and (wide.high is None or exact <= wide.high + slack)


def widened(value, spread):
    """The inputs with every number but the quarters spread into an Interval."""
    if isinstance(value, dict):
        return {k: part if k == "quarter" else widened(part, spread) for k, part in value.items()}
    return [widened(part, spread) for part in value] if isinstance(value, list) else spread(value)


def numbers(answer):
    """Every figure of an answer, in order."""
    if isinstance(answer, Interval) or not (is_dataclass(answer) or isinstance(answer, (tuple, dict))):
        return [answer]
    parts = answer.values() if isinstance(answer, dict) else answer
    if is_dataclass(answer):
        parts = [getattr(answer, field.name) for field in fields(answer)]
    return [number for part in parts for number in numbers(part)]


@pytest.mark.parametrize(
    ("ask", "says"),
    [
        (lambda: combine([]), "nothing to combine"),
        (lambda: combine([1], "both"), "'both' is not a reading; choose one of additional, inclusive"),
        (lambda: run_rate([{"total_usd": 1, "years": 0}]), "more than zero years"),
        (lambda: expected([{"usd": 1, "p": 1.5}]), "lies between 0 and 1, not at 1.5"),
        (lambda: expected([{"usd": -1, "p": 1}]), "a tranche is zero or more, not -1"),
        (lambda: coverage(obligations_usd=[-1]), "obligations are zero or more"),
        (lambda: coverage(obligations_usd=[1], cash_usd=float("nan")), "must be finite"),
        (
            lambda: coverage(obligations_usd=[1], conditional=[{"usd": 1, "quarter": -1, "p": 1}]),
            "whole numbers, not -1",
        ),
    ],
)
def test_bad_input_is_a_value_error(ask, says):
    with pytest.raises(ValueError, match=says):
        ask()
