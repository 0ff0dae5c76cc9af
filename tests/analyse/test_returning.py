"""The answer of `circular` on a ledger worked by hand, from deals to bands."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest

from counterflow.analyse.returning import LIFETIME, circular, no_named_payer
from counterflow.flows.build import READINGS, Counting, consolidated, dated
from counterflow.model.book import Party
from counterflow.model.flow import UNIDENTIFIED, Flow
from flows.books import CLOUD, LAB, PARENT, book, cheque, contract, revenue

# A lab that buys from the cloud of one of those who fund it. Billions: cheques 50 (of the cloud's parent), 30, 30 and
# 13; 38 signed and 100 in a letter of intent with the cloud; 1,400 promised in all; customers bring 13 a year.
LEDGER = book(
    cheque(PARENT, 50),
    cheque("Tern", 30),
    cheque("Cobalt", 30),
    cheque("Hazel", 13),
    contract(38, 7, deal_id="signed"),
    contract(100, 8, deal_id="letter", money="letter_of_intent"),
    contract(1400, 8, None, deal_id="programme"),
    figures=(revenue(13),),
    parties=(Party(CLOUD, "cloud", owner=PARENT), Party(PARENT), Party("Cobalt", "chipmaker"), Party("Hazel")),
)


def money(counted="letter_of_intent", reading="inclusive"):
    return consolidated(dated(LEDGER, Counting(counted, reading)).flows, LEDGER)


def lifetime(counted, **asked):
    (found,) = [r for r in circular(money(counted), **asked).returned if r.period == LIFETIME]
    return found


@pytest.mark.parametrize(("counted", "revenue_bn"), [("letter_of_intent", 138), ("committed", 38)])
def test_the_band_by_hand(counted, revenue_bn):
    """The lab pays 1,400 in all, 138 (or 38) of it to the cloud. Others can pay all of that: forced 0. In proportion
    50 x 138/1400 = 4.93 (50 x 38/1400 = 1.36). At most the cheque or the contracts: min(50, 138), min(50, 38)."""
    found = lifetime(counted)
    assert (found.investor, found.payer) == (PARENT, LAB)
    band = found.band
    assert (band.invested, band.revenue) == pytest.approx((50e9, revenue_bn * 1e9))
    assert (band.forced, band.pro_rata, band.possible) == pytest.approx(
        (0, 50e9 * revenue_bn / 1400, min(50, revenue_bn) * 1e9), abs=1
    )


def test_order_of_time_narrows_the_band():
    """2026, whose 50 is spent in its first quarter: at most what the cloud gets then and as long as money is left."""
    whole, ordered = sorted(circular(money()).returned, key=lambda r: r.period == LIFETIME, reverse=True)
    assert ordered.period == "2026Q1..2033Q4"
    assert ordered.band.possible <= whole.band.possible
    assert 0 <= ordered.band.forced <= ordered.band.pro_rata <= ordered.band.possible


def test_whose_dollar_the_lab_pays():
    """Of 1,400: cheques 50, 30, 30, 13; customers 13 a year over 8 years = 104; nobody is named for 1,173."""
    found = circular(money()).sources_of[LAB]
    by_hand = {PARENT: 50, "Tern": 30, "Cobalt": 30, "Hazel": 13, "customers": 104, UNIDENTIFIED: 1173}
    assert found == pytest.approx({name: part / 1400 for name, part in by_hand.items()})


def test_the_loop_is_found_with_its_smallest_flow():
    (loop,) = circular(money()).loops
    assert set(loop.parties) == {PARENT, LAB}
    assert loop.bottleneck_usd == pytest.approx(50e9)


def test_means_are_yearly():
    """Customers 104 against 1,400 due: 7.4%."""
    found = circular(money()).means[LAB]
    assert (found.outside, found.due, found.ratio) == pytest.approx((104e9, 1400e9, 104 / 1400))


def test_one_investor_asked_for_gets_its_own_answer_or_the_reason_why_not():
    asked = circular(money(), investor=PARENT, payer=LAB)
    assert {r.investor for r in asked.returned} == {PARENT}
    none = circular(money(), investor="Tern")
    assert none.returned == ()
    assert "Tern" in none.refused["Tern"]


def test_labels_of_what_is_counted_stand_behind_those_of_the_band():
    for returned in circular(money(), labels=("counted:letters",)).returned:
        assert returned.labels[-1] == "counted:letters"
        assert returned.to_json()["labels"] == list(returned.labels)


def test_growth_takes_from_what_nobody_is_named_for():
    """At no growth 1,173 of 1,400 (inclusive). Growth by half: 13 x (1.5^8 - 1)/0.5 = 640.3 instead of 104."""
    readings = {r: money(reading=r) for r in READINGS}
    curve = no_named_payer(readings, [LAB])
    for reading in READINGS:
        shares = [p.share for p in curve if p.reading == reading]
        assert len(shares) == 5
        assert all(a >= b for a, b in pairwise(shares))
    inclusive = {p.growth: p.share for p in curve if p.reading == "inclusive"}
    assert inclusive[0.0] == pytest.approx(1173 / 1400)
    assert inclusive[0.5] == pytest.approx((1400 - 123 - 13 * (1.5**8 - 1) / 0.5) / 1400)


def test_no_curve_where_no_revenue_is_stated():
    flows = [f for f in money() if f.kind != "outside"]
    assert no_named_payer({"inclusive": flows}, [LAB]) == []


def test_a_scale_changes_nothing_but_the_amounts():
    small = [replace(f, usd=f.usd / 1e6) for f in money()]
    for one, other in zip(circular(small).returned, circular(money()).returned, strict=True):
        assert one.band.possible * 1e6 == pytest.approx(other.band.possible)
        assert one.band.pro_rata * 1e6 == pytest.approx(other.band.pro_rata)


def test_no_flows_no_answer():
    found = circular([])
    assert (found.returned, found.loops, found.gross_usd, found.sources_of) == ((), (), 0, {})
    lone = circular([Flow("Tern", LAB, 5.0, "financing", 8104)])
    assert (lone.returned, lone.gross_usd) == ((), 5.0)
