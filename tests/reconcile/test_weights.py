"""What a source weighs by its class, whose story it carries, and how a decided value is explained."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from counterflow.model.book import Question
from counterflow.model.claim import Evidence
from counterflow.model.source import Document
from counterflow.reconcile.build import book
from counterflow.reconcile.figures import figures
from counterflow.reconcile.said import said
from counterflow.reconcile.votes import explained, of_deal, of_figure
from counterflow.reconcile.weights import carrier, freshness, vote
from reconcile.saying import cheque, claim, heard, placed


def by(source, words="10", address=None, origin=None, note="ours", **rest):
    """Eastmarch's cheque to Dovecote AI, told by a reference."""
    told = cheque(words, doc=source, origin=origin, **rest)
    return replace(told, evidence=(Evidence("reference", source=source, address=address, note=note),))


def kind(*args, **rest):
    return carrier(by(*args, **rest), None).kind


def test_votes_by_class():
    """ln(10 A / (1 - A)): ln 490 = 6.19, ln 190 = 5.25, ln 73.3 = 4.30, ln 30 = 3.40, ln 15 = 2.71."""
    votes = [vote(each) for each in ("filing", "company", "wire", "trade", "aggregator")]
    assert votes == [6.19, 5.25, 4.3, 3.4, 2.71]


@pytest.mark.parametrize(
    ("source", "address", "told"),
    [
        ("Dovecote AI 10-K", None, "filing"),
        ("SEC EDGAR companyfacts", "https://data.sec.gov/api/x.json", "filing"),
        ("Page Mirror (8-K)", "https://pages.example/a", "filing"),
        ("Business Wire", None, "company"),
        ("Dovecote AI newsroom", None, "company"),
        ("a page", "https://news.dovecote.ai/x", "company"),
        ("a page", "https://www.abouteastmarch.com/x", "company"),
        ("a page", "https://eastmarch.co.uk/x", "company"),
        ("Reuters", None, "wire"),
        ("a page", "https://www.reuters.com/x", "wire"),
        ("FT", None, "wire"),
        ("The Wall Street Journal", None, "wire"),
        ("Harbour Times (Reuters)", "https://harbour.example/x", "aggregator"),
        ("Financial Times (copy)", None, "aggregator"),
        ("Quay Daily (TechCrunch text)", None, "aggregator"),
        ("Quay Daily (Eastmarch release)", None, "aggregator"),
        ("Harbour Times", "https://harbour.example/x", "trade"),
        ("Harbour Times (weekend)", None, "trade"),
        ("Bramble Cloud newsroom", None, "trade"),  # no party of the deal
        ("Sector Watch", "https://notreuters.com/x", "trade"),
        ("apt", None, "trade"),
        ("a page", "http://[broken/x", "trade"),
    ],
)
def test_the_class_of_a_source(source, address, told):
    assert kind(source, address=address) == told


def test_whoever_retells_another_outlet_adds_a_copy_of_it():
    """Three carriers of one agency are one origin, and so is the agency itself."""
    tellers = [
        by("Harbour Times", origin="Reuters"),
        by("Quay (Reuters)"),
        by("Reuters"),
        by("x", address="https://reuters.com/a"),
    ]
    assert {heard(each).origin for each in tellers} == {"reuters"}
    assert [heard(each).source for each in tellers] == ["aggregator", "aggregator", "wire", "wire"]
    assert heard(by("Quay (Reuters)", origin="Marram Bank")).origin == "marram bank"  # the innermost who is named


def test_an_article_has_the_class_of_its_page():
    paper = Document("a", "text", address="https://www.cnbc.com/a")
    copy = Document("b", "text", address="https://harbour.example/b", duplicate_of="a")
    one, other = (said("x", heard(cheque("10", doc=d.doc_id)).ruled, {"a": paper, "b": copy}) for d in (paper, copy))
    assert (one.source, one.origin) == ("wire", "cnbc")
    assert (other.source, other.origin) == ("trade", "cnbc")


AGGREGATORS = (by("Quay (Bloomberg)", "3", confidence=1.0), by("Harbour (AFP)", "13", confidence=1.0))


def test_three_against_thirteen():
    """From two aggregators, 2.71 each: a tie. A wire for 13 makes it 2.71 + 4.30 = 7.01 to 2.71. Eleven values could
    have been told, nine were not: e^7.01 = 1107.7, e^2.71 = 15.03, so 1107.7 and 15.03 of 1131.7: 0.979 and 0.013."""
    tie = explained(map(heard, AGGREGATORS))
    assert (tie.margin, tie.tied) == (0, True)
    assert [round(side.probability, 3) for side in tie.sides] == [0.385, 0.385]
    found = explained(map(heard, [*AGGREGATORS, by("Reuters", "13", confidence=1.0)]))
    assert [round(side.probability, 3) for side in found.sides] == [0.979, 0.013]
    assert (found.margin, found.tied) == (4.3, False)
    assert [(v.origin, v.votes, v.source) for v in found.sides[0].voices] == [
        ("reuters", 4.3, "wire"),
        ("afp", 2.71, "aggregator"),
    ]
    left = {each.origin: float(each.amount.central / 10**9) for each in found.without}
    assert left == {"reuters": 3.0, "afp": 13.0, "bloomberg": 13.0}  # without the wire the tie shows the smaller


def test_one_voice_alone_leaves_nothing_behind():
    found = explained([heard(by("Reuters"))])
    assert (found.margin, found.tied, [w.amount for w in found.without]) == (None, False, [None])
    assert explained([heard(cheque(None))]) is None


def test_a_persons_word_is_no_vote():
    found = explained([heard(by("Quay", "3"), state="accepted"), heard(by("Reuters", "13"))])
    assert (found.ruled, found.tied, float(found.sides[0].amount.central)) == (True, False, 3e9)


def test_a_later_word_of_one_origin_leaves_no_side_to_the_earlier():
    words = [heard(by("Reuters", "10"), "2026-01-05"), heard(by("Reuters", "15"), "2026-01-09")]
    assert [float(side.amount.central) for side in explained(words).sides] == [15e9]


def test_what_is_in_talks_fades_and_what_is_signed_does_not():
    """A price in talks halves in 45 days, an estimate of revenue in 180: after 90 days a quarter, and 2^-0.5."""
    price = claim("valuation", "60", "in_talks", company="Dovecote AI")
    sales = claim("financial_metric", "4", "estimated", company="Dovecote AI", metric="revenue")
    assert freshness(price, 90) == 0.25
    assert freshness(sales, 90) == pytest.approx(0.7071, abs=1e-4)
    assert {freshness(replace(price, status="signed"), 90), freshness(replace(sales, status="actual"), 90)} == {1.0}
    assert freshness(cheque("5", "in_talks"), 90) == 1.0


def test_the_later_estimate_of_revenue_outweighs_two_old_ones():
    """Two papers of 1 January, one of 27 December (360 days on, two half-lives): 2 x 3.4 / 4 = 1.7 against 3.4."""
    days = (("a", "4", "2026-01-01"), ("b", "4", "2026-01-01"), ("c", "6", "2026-12-27"))
    told = [
        heard(
            claim(
                "financial_metric", words, "estimated", doc=doc, company="Dovecote AI", metric="revenue", event="2026"
            ),
            day,
        )
        for doc, words, day in days
    ]
    (figure,) = figures(told)
    assert float(figure.estimate.central) == 6e9
    assert figure.estimate.reason == "best supported: 3.4 to 1.7 in votes, each origin once"


def test_what_a_book_shows_is_what_is_explained():
    deals = [by("Quay (AFP)", "3"), by("Reuters", "13"), by("Harbour", "13", note="other")]
    sales = [
        claim("financial_metric", w, "estimated", doc=w, company="Dovecote AI", metric="revenue") for w in ("4", "6")
    ]
    found = book(map(placed, [*deals, *sales]), question=Question(trust=0))
    (deal,), (figure,) = found.deals, found.figures
    assert explained(of_deal(deal, found)).sides[0].amount == deal.amount
    assert explained(of_figure(figure, found)).sides[0].amount == figure.estimate


_TOLD = st.lists(
    st.builds(
        by,
        st.sampled_from(["Reuters", "FT", "Quay (Reuters)", "Harbour", "Dovecote AI blog", "Dovecote AI 8-K"]),
        st.sampled_from(["3", "about 3", "13", "over 9", "up to 12", "20"]),
        note=st.sampled_from("abc"),
        confidence=st.sampled_from([0.8, 1.0]),
    ),
    min_size=1,
    max_size=7,
    unique_by=lambda c: c.claim_id,
)


@settings(max_examples=50)
@given(_TOLD, st.randoms(use_true_random=False))
def test_an_explanation_is_of_the_claims_in_any_order_and_its_probabilities_are_shares(told, random):
    found = explained(map(heard, told))
    assert explained(map(heard, random.sample(told, len(told)))) == found
    assert sum(side.probability for side in found.sides) <= 1 + 1e-9
    assert {w.origin for w in found.without} == {v.origin for side in found.sides for v in side.voices}
