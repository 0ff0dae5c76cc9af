"""What a claim says, made comparable."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from counterflow.model.claim import EventDate, ValidTime
from counterflow.reconcile.said import event_days, gap, happened, stage, term_years
from reconcile.saying import cheque, contract, heard


@pytest.mark.parametrize(
    ("status", "stands"),
    [
        ("rumoured", "rumour"),
        ("considering", "rumour"),
        ("planned", "rumour"),
        ("in_talks", "talks"),
        ("letter_of_intent", "letter of intent"),
        ("signed", "signed"),
        ("completed", "completed"),
        ("terminated", "terminated"),
        ("denied", "denied"),
        ("hypothetical", None),
        ("actual", None),
        ("forecast", None),
    ],
)
def test_the_ladder(status, stands):
    assert stage(cheque("10", status)) == stands


def test_a_plan_that_a_party_itself_announced_is_a_letter_of_intent():
    assert stage(cheque("10", "planned", flags=("announced",))) == "letter of intent"


def test_a_negative_claim_and_an_imagined_one_put_no_deal_forward():
    assert stage(cheque("10", "signed", polarity="negative")) == "denied"
    assert stage(cheque("10", "terminated", polarity="negative")) == "terminated"
    assert stage(cheque("10", "signed", modality="hypothetical")) is None


@pytest.mark.parametrize(
    ("words", "unit", "gigawatts"), [("2", "GW", 2), ("500", "MW", Decimal("0.5")), ("750000", "kW", Decimal("0.75"))]
)
def test_power_is_compared_in_gigawatts(words, unit, gigawatts):
    own = heard(contract(words, unit=unit)).measure
    assert (own.stated, own.unit) == (gigawatts, "GW")


def test_a_yearly_sum_is_a_rate_however_it_is_said():
    assert heard(contract("3", scope="annual")).measure.yardstick == heard(contract("3", per="year")).measure.yardstick


def test_days_are_those_of_the_event_then_of_the_page():
    assert heard(cheque("1", event="2026-02"), "2026-03-05").days == (date(2026, 2, 1), date(2026, 2, 28))
    assert heard(cheque("1"), "2026-03-05").days == (date(2026, 3, 5), date(2026, 3, 5))
    assert heard(cheque("1")).days is None


def test_the_day_of_a_report_and_an_unknown_year_are_no_event():
    assert event_days(cheque("1", event=EventDate("in October", "XXXX-10", "month"))) is None
    assert event_days(cheque("1", event=EventDate("on Tuesday", "2026-03-03", "day", of="report"))) is None


def test_the_gap_between_months_is_counted_from_end_to_start():
    """The last of January to the first of March 2026: 29 days; what is undated lies near everything."""
    january, march = (heard(cheque("1", event=month)).days for month in ("2026-01", "2026-03"))
    assert (gap(january, march), gap(march, january), gap(january, None)) == (29, 29, 0)


def test_a_term_is_a_duration_or_lies_between_its_ends():
    """2026 to 2028 is 1,096 days with the leap year, and 1096 / 365.25 = 3.00."""
    assert term_years(heard(contract("1", period=ValidTime("", None, None, "P7Y")))) == 7
    assert term_years(heard(contract("1", period=ValidTime("", "2026", "2028")))) == Decimal("3.00")
    assert term_years(heard(contract("1", period=ValidTime("", "2026")))) is None


def test_a_fact_has_happened_from_its_event_its_period_or_its_publication_on():
    assert happened(heard(cheque("1", event="2026-02"), "2026-03-05").ruled) == date(2026, 2, 1)
    assert happened(heard(contract("1", period=ValidTime("", "2027")), "2026-03-05").ruled) == date(2026, 3, 5)
    assert happened(heard(cheque("1")).ruled) is None


def test_a_sum_so_far_is_reached_when_it_is_told():
    so_far = cheque("13", scope="cumulative", period=ValidTime("since 2019", "2019"))
    assert happened(heard(so_far, "2025-12-23").ruled) == date(2025, 12, 23)
