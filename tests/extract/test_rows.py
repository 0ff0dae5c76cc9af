"""A row of a table becomes claims by reference; a bad cell is told of by its column, with the right form."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from counterflow.extract import rows
from counterflow.model.problem import Trouble

BASE = {
    "id": "R1",
    "type": "investment",
    "from": "Eastmarch",
    "to": "Dovecote",
    "source": "The Bulletin",
    "said_on": "2026-03-04",
}


def one(**cells):
    (claim,) = rows.claims(BASE | cells, "list.csv:2")
    return claim


def test_a_cheque_by_hand():
    """3.5 billion dollars is 3,500,000,000; one written digit after the point: half of 0.1 bn either side."""
    claim = one(
        low="3.5", high="3.5", unit="billion", currency="USD", qualifier="exact", status="completed", start="2026-02"
    )
    assert (claim.type, claim.roles) == ("investment", {"investor": ("Eastmarch",), "investee": ("Dovecote",)})
    assert (claim.amount.low, claim.amount.high, claim.amount.currency) == (3_500_000_000, 3_500_000_000, "USD")
    assert (claim.amount.loose().low, claim.amount.loose().high) == (3_450_000_000, 3_550_000_000)
    assert (claim.event_date.value, claim.event_date.precision, claim.event_date.of) == ("2026-02", "month", "closing")
    assert claim.evidence[0].kind == "reference"
    assert (claim.evidence[0].source, claim.evidence[0].date) == ("The Bulletin", "2026-03-04")
    assert claim.evidence[0].note == "R1: 3.5 billion USD"
    assert (claim.extractor, claim.confidence) == ("rows/0.1", 0.9)


@pytest.mark.parametrize(
    ("cells", "low", "high", "hedge"),
    [
        ({"low": "4", "qualifier": "at_least"}, 4, None, "at_least"),
        ({"high": "4", "qualifier": "up_to"}, None, 4, "up_to"),
        ({"low": "3", "high": "5"}, 3, 5, "range"),
        ({"low": "4", "high": "4", "qualifier": "about"}, 4, 4, "approximately"),
        ({"low": "0", "high": "5"}, 0, 5, "range"),
    ],
)
def test_hedges(cells, low, high, hedge):
    amount = one(**cells).amount
    full = [None if end is None else Decimal(end) * 10**9 for end in (low, high)]
    assert ([amount.low, amount.high], amount.hedge) == (full, hedge)


@pytest.mark.parametrize(
    ("word", "claim_type", "roles"),
    [
        ("round", "funding_round", {"investor": ("A",), "issuer": ("B",)}),
        ("valuation", "valuation", {"company": ("B",)}),
        ("commitment", "capacity_commitment", {"customer": ("A",), "supplier": ("B",)}),
        ("loan", "debt", {"lender": ("A",), "borrower": ("B",)}),
        ("lease", "lease", {"lessee": ("A",), "lessor": ("B",)}),
        ("guarantee", "guarantee", {"guarantor": ("A",), "beneficiary": ("B",)}),
        ("revenue_share", "revenue_share", {"payer": ("A",), "payee": ("B",)}),
        ("stake", "stake", {"holder": ("A",), "company": ("B",)}),
        ("adoption", "chip_adoption", {"adopter": ("A",), "vendor": ("B",)}),
        ("equity_warrant", "equity_warrant", {"holder": ("A",), "issuer": ("B",)}),
    ],
)
def test_types_and_who_pays_whom(word, claim_type, roles):
    claim = one(**{"type": word, "from": "A", "to": "B"})
    assert (claim.type, claim.roles) == (claim_type, roles)


def test_chips_are_goods_and_computing_is_capacity():
    assert one(type="commitment", product="Instinct chips").type == "supply_agreement"
    assert one(type="commitment", product="cloud computing").type == "capacity_commitment"


def test_a_stake_and_power_beside_a_sum_are_claims_of_their_own():
    cells = {"low": "2", "high": "2", "stake_pct": "5", "capacity_gw": "1.5"}
    found = rows.claims(BASE | cells, "list.csv:2")
    assert [(c.type, c.amount.unit, c.amount.low) for c in found] == [
        ("investment", "money", 2_000_000_000),
        ("investment", "GW", Decimal("1.5")),
        ("stake", "percent", 5),
    ]
    assert found[2].roles == {"holder": ("Eastmarch",), "company": ("Dovecote",)}


@pytest.mark.parametrize(
    ("status", "claim_status", "polarity", "flags"),
    [
        ("signed", "signed", "positive", ()),
        ("announced", "planned", "positive", ("announced",)),
        ("cancelled", "terminated", "negative", ()),
        ("denied", "denied", "negative", ()),
        ("", "hypothetical", "positive", ()),
    ],
)
def test_statuses(status, claim_status, polarity, flags):
    claim = one(status=status)
    assert (claim.status, claim.polarity, claim.flags) == (claim_status, polarity, flags)


@pytest.mark.parametrize(
    ("period", "start", "end"),
    [
        ("FY2025", "2025", "2025"),
        ("Q1 2026", "2026-01", "2026-03"),
        ("2025-09-30", "2025-09-30", "2025-09-30"),
        ("run-rate, spring", None, None),
    ],
)
def test_the_period_of_a_figure(period, start, end):
    claim = one(
        **{
            "type": "financial",
            "from": "Dovecote",
            "to": "",
            "metric": "revenue",
            "low": "1",
            "high": "1",
            "period": period,
        }
    )
    assert (claim.valid_time.text, claim.valid_time.start, claim.valid_time.end) == (period, start, end)
    assert (claim.status, claim.metric) == ("actual", "revenue")


def test_a_metric_of_their_own_keeps_its_word():
    claim = one(**{"type": "financial", "from": "Dovecote", "metric": "funding_gap"})
    assert (claim.metric, claim.metric_text) == ("other", "funding_gap")


def test_terms_and_the_date_a_loan_falls_due():
    claim = one(type="loan", end="2027-03", rate="8 percent", condition="once listed")
    assert {key: terms[0].value for key, terms in claim.terms.items()} == {
        "maturity": "2027-03",
        "rate": {"low": 0.08, "high": 0.08, "base": None},
        "condition": "once listed",
    }
    assert claim.valid_time is None


def test_the_public_date_is_the_earliest_known_one():
    dates = {"said_on": "2005-12-27", "known_from": "1998-10-28"}
    assert one(**dates).evidence[0].date == "1998-10-28"
    undated = one(said_on="", not_before="2026-02-27")
    assert (undated.evidence[0].date, undated.flags) == ("2026-02-27", ("not_before",))


def test_two_rows_with_the_same_note_are_two_claims():
    assert one(id="R1", note="Talks.").claim_id != one(id="R2", note="Talks.").claim_id
    assert one(id="", note="Talks.").claim_id != one(id="", note="Talks.", source="The Star").claim_id


@pytest.mark.parametrize(
    ("cells", "column", "remedy"),
    [
        ({"low": "five"}, "low", "1234.5"),
        ({"low": "NaN"}, "low", "1234.5"),
        ({"low": "1e999999"}, "low", "1234.5"),
        ({"low": "5", "high": "3"}, "low, high", "smaller"),
        ({"start": "soon"}, "start", "2026-03"),
        ({"said_on": "2026-02-31"}, "said_on", "2026-03-31"),
        ({"type": "investmnt"}, "type", "investment"),
        ({"type": ""}, "type", "one of"),
        ({"status": "done"}, "status", "one of"),
        ({"from": "", "to": ""}, "from, to", "name"),
        ({"source": ""}, "source", "who says so"),
        ({"low": "1", "currency": "dollars"}, "currency", "USD"),
        ({"confidence": "90"}, "confidence", "0.9"),
        ({"years": "0"}, "years", "above 0"),
        ({"type": "financial"}, "metric", "revenue"),
        ({"low": "1", "unit": "billion and change"}, "unit", "million shares"),
        ({"low": "1", "unit": "Bn"}, "unit", "million shares"),
        ({"low": "-1", "high": "-1"}, "low, high", "cash flow"),
        ({"stake_pct": "140"}, "stake_pct", "100"),
        ({"years": "100000"}, "years", "up to 100"),
    ],
)
def test_a_bad_cell_is_told_with_its_column_and_the_right_form(cells, column, remedy):
    with pytest.raises(Trouble) as caught:
        rows.claims(BASE | cells, "list.csv:2")
    assert caught.value.problem.where == f"list.csv:2, column {column}"
    assert remedy in caught.value.problem.remedy


@settings(max_examples=50)
@given(st.dictionaries(st.sampled_from(rows.COLUMNS), st.text(max_size=12)))
def test_any_row_is_claims_or_trouble(cells):
    try:
        found = rows.claims(BASE | cells, "list.csv:2")
    except Trouble:
        return
    assert all(claim.evidence[0].note and claim.claim_id for claim in found)
