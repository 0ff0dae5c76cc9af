"""What is owed and what there is to pay it with: by hand, then what holds for any flows."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterflow.analyse.owed import owed
from counterflow.model.flow import Flow
from counterflow.model.when import parse_quarter

LAB = "Dovecote AI"


def due(supplier, usd, quarter, **rest):
    return Flow(LAB, supplier, usd, "purchase", parse_quarter(quarter), claims=(f"{supplier} {quarter}",), **rest)


def paid(source, usd, quarter):
    kind = "outside" if source == "customers" else "financing"
    return Flow(source, LAB, usd, kind, parse_quarter(quarter))


def test_a_party_that_falls_short_by_hand():
    """Due 10 in 2026 and 30 in 2027, no more in 2028, 20 in 2029. In hand 3 and a cheque of 2 from 2025; revenue 5 a
    year; a cheque of 8 in 2027. Up to 2026: 10/10; 2027: 23/40; 2028: 28/40; 2029: 33/60. Short from 2027 on."""
    binding = [due("Bramble", 10, "2026Q2"), due("Bramble", 30, "2027Q1"), due("Bramble", 20, "2029Q4")]
    money = [paid("customers", 5, f"{year}Q1") for year in range(2026, 2030)]
    money += [paid("Tern", 2, "2025Q3"), paid("Tern", 8, "2027Q4")]
    found = owed([*binding, *money], binding, LAB, cash_usd=3)
    assert [(c.year, c.obligations_usd, c.revenue_usd, c.funding_usd) for c in found.covered] == [
        (2026, 10, 5, 0),
        (2027, 30, 5, 8),
        (2028, 0, 5, 0),
        (2029, 20, 5, 0),
    ]
    assert [c.by_revenue for c in found.covered] == [0.5, pytest.approx(1 / 6), None, 0.25]
    assert [c.cumulative for c in found.covered] == pytest.approx([1, 23 / 40, 28 / 40, 33 / 60])
    assert found.first_gap == 2027


def test_what_binds_stands_beside_the_headline():
    """Bramble: 38 signed, 100 in a letter, 5 that wait on a condition: 38 binding, 5 conditional, 143 in the headline,
    of which the letter's start is assumed: 100/143."""
    signed = due("Bramble", 38, "2026Q1")
    letter = due("Bramble", 100, "2026Q1", money_class="letter_of_intent", assumed_share=1.0)
    waits = due("Bramble", 5, "2026Q1", money_class="conditional")
    found = owed([signed], [signed, letter, waits], LAB)
    (row,), (total,) = found.due, found.totals
    assert (row.committed_usd, row.conditional_usd, row.headline_usd) == (38, 5, 143)
    assert row.assumed_share == pytest.approx(100 / 143)
    assert row.statuses == ("committed", "conditional", "letter_of_intent")
    assert row.claims == ("Bramble 2026Q1",)
    assert (total.year, total.committed_usd, total.headline_usd) == (0, 38, 143)


def test_enough_money_leaves_no_gap_and_no_dues_no_coverage():
    assert owed([due("Bramble", 1, "2026Q1"), paid("customers", 1, "2026Q4")], [], LAB).first_gap is None
    found = owed([paid("customers", 1, "2026Q1")], [], LAB)
    assert (found.due, found.covered, found.first_gap, found.totals) == ((), (), None, ())


USD = st.floats(0.01, 1e12)
QUARTERS = st.sampled_from([f"{year}Q{q}" for year in (2025, 2026, 2027) for q in (1, 3)])
DUES = st.lists(st.builds(due, st.sampled_from(["Bramble", "Cobalt"]), USD, QUARTERS), min_size=1, max_size=6)
MONEY = st.lists(st.builds(paid, st.sampled_from(["customers", "Tern"]), USD, QUARTERS), max_size=5)


@given(DUES, MONEY)
def test_years_add_up_to_totals_and_obligations(dues, money):
    found = owed([*dues, *money], dues, LAB)
    for total in found.totals:
        years = [d for d in found.due if d.supplier == total.supplier]
        assert sum(d.committed_usd for d in years) == pytest.approx(total.committed_usd)
        assert sum(d.headline_usd for d in years) == pytest.approx(total.headline_usd)
    assert sum(c.obligations_usd for c in found.covered) == pytest.approx(sum(t.committed_usd for t in found.totals))
    short = [c.year for c in found.covered if c.cumulative is not None and c.cumulative < 1]
    assert found.first_gap == (short[0] if short else None)


@given(DUES, MONEY, USD)
def test_more_cash_never_brings_the_gap_nearer(dues, money, cash):
    before, after = (owed([*dues, *money], dues, LAB, cash_usd=usd) for usd in (0.0, cash))
    assert (after.first_gap or 9999) >= (before.first_gap or 9999)
    assert all(a.cumulative >= b.cumulative for a, b in zip(after.covered, before.covered, strict=True))
