"""Prices, stakes, revenues and rounds: grouped by what may be compared, the preferred first. Amounts are billions."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from counterflow.model.claim import ValidTime
from counterflow.reconcile.figures import figures
from reconcile.saying import BILLION, claim, heard


def price(words, status="completed", **rest):
    return claim("valuation", words, status, company="Dovecote AI", **rest)


def sales(words, status="actual", **rest):
    return claim("financial_metric", words, status, company="Dovecote AI", metric="revenue", **rest)


def shown(*claims):
    """(billions, basis or period, status) in the order of the book."""
    told = [c if hasattr(c, "origin") else heard(c) for c in claims]
    return [(float((f.estimate.central or 0) / BILLION), f.basis or f.period, f.status) for f in figures(told)]


def test_prices_before_and_after_the_money_are_two_figures():
    before, after = price("730", basis="pre_money"), price("about 840", basis="post_money")
    assert sorted(shown(before, after)) == [(730.0, "pre_money", "completed"), (840.0, "post_money", "completed")]


def test_a_price_talked_of_never_meets_one_that_closed():
    assert shown(price("750", "in_talks"), price("500")) == [(500.0, None, "completed"), (750.0, None, "in_talks")]


def test_two_prices_on_one_basis_are_two_events():
    assert len(shown(price("500", doc="a"), price("840", doc="b"))) == 2
    assert len(shown(price("500", doc="a"), price("over 490", doc="b"))) == 1


def test_an_unspecified_basis_is_none():
    assert len(shown(price("500", basis="unspecified"), price("500", doc="b"))) == 1


def test_events_half_a_year_apart_are_two():
    assert len(shown(price("500", event="2025-01-05"), price("500", event="2025-10-05", doc="b"))) == 2


def test_a_stake_is_one_figure_of_holder_and_company_with_its_dissent():
    told = [
        claim("stake", w, "completed", unit="percent", holder="Greyhollow", company="Dovecote AI", doc=w)
        for w in ("27", "about 30", "49")
    ]
    (stake,) = figures(map(heard, told))
    assert (stake.party, stake.counterparty, stake.what, stake.estimate.unit) == (
        "Greyhollow",
        "Dovecote AI",
        "stake",
        "percent",
    )
    assert (stake.estimate.central, len(stake.estimate.claims_against)) == (Decimal(27), 1)


def test_revenue_is_kept_by_period_and_standing():
    year = ValidTime("in 2026", "2026", "2026")
    assert shown(sales("13", period=year), sales("3", "estimated", period=year), sales("20", "forecast")) == [
        (13.0, "2026", "actual"),
        (3.0, "2026", "estimated"),
        (20.0, None, "forecast"),
    ]


def test_a_period_is_told_by_its_ends_else_in_words():
    spans = [ValidTime("x", "2025-04", "2026-03"), ValidTime("This Year", None, None, "P1Y")]
    assert sorted(str(p) for _, p, _ in shown(*(sales("1", period=s, doc=s.text) for s in spans))) == [
        "2025-04..2026-03",
        "this year",
    ]


def test_a_round_is_a_figure_and_its_running_total_another():
    rounds = [
        claim("funding_round", w, "completed", issuer="Dovecote AI", scope=s)
        for w, s in (("30", "new_money"), ("90", "cumulative"))
    ]
    assert {(f.what, f.party, f.basis) for f in figures(map(heard, rounds))} == {
        ("funding_round", "Dovecote AI", None),
        ("funding_round", "Dovecote AI", "cumulative"),
    }


def test_what_names_no_amount_no_party_or_denies_is_no_figure():
    assert shown(price(None), claim("valuation", "5"), price("5", polarity="negative"), price("5", "denied")) == []


def test_a_persons_word_then_the_done_then_the_latest_then_the_best_told_come_first():
    accepted = heard(price("300", "in_talks", basis="ipo"), "2024-01-01", "accepted")
    old, new = heard(price("400", doc="b"), "2025-01-01"), heard(price("500", doc="c"), "2026-01-01")
    told = [heard(price("600", doc=d, basis="market_cap"), "2025-01-01") for d in "de"]
    mooted = heard(price("900", "in_talks", doc="f"), "2026-06-01")
    assert [b for b, _, _ in shown(mooted, *told, old, new, accepted)] == [300.0, 500.0, 600.0, 400.0, 900.0]


_PILE = st.lists(
    st.one_of(
        st.builds(
            price,
            st.sampled_from(["500", "over 480", "750", "up to 900"]),
            st.sampled_from(["completed", "in_talks", "hypothetical"]),
            doc=st.sampled_from("abcd"),
        ),
        st.builds(
            sales,
            st.sampled_from(["3", "about 13", "13"]),
            st.sampled_from(["actual", "estimated"]),
            doc=st.sampled_from("abcd"),
        ),
    ),
    max_size=9,
    unique_by=lambda c: c.claim_id,
)


@given(_PILE, st.randoms(use_true_random=False))
def test_the_order_of_claims_is_no_matter(pile, random):
    assert figures(map(heard, random.sample(pile, len(pile)))) == figures(map(heard, pile))


@given(_PILE)
def test_every_claim_with_an_amount_is_in_one_figure(pile):
    found = [i for f in figures(map(heard, pile)) for i in (*f.estimate.claims_for, *f.estimate.claims_against)]
    assert sorted(found) == sorted(c.claim_id for c in pile)


@given(_PILE)
def test_figures_have_ids_of_their_own(pile):
    found = figures(map(heard, pile))
    assert len({f.figure_id for f in found}) == len(found)
