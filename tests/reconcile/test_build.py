"""Claims and decisions -> the Book: what counts, as of which times, and the whole way on five real articles."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterflow.model.book import Party, Question
from counterflow.model.claim import Decision, Evidence
from counterflow.model.source import Document
from counterflow.reconcile.build import book
from reconcile.saying import BILLION, cheque, claim, contract, gold, naming, placed, ruling, undo

TABLE = (
    Party("Amazon", kind="cloud"),
    Party("Amazon Web Services", kind="cloud", owner="Amazon", aliases=("AWS",)),
    Party("OpenAI", kind="lab"),
)


def counting(found):
    """Ids of the claims that count."""
    return {each for each, ruled in found.claims.items() if ruled.counts}


# ---------------------------------------------------------------- what counts
def test_proposed_claims_count_from_the_trust_on_accepted_ones_always_rejected_ones_never():
    low, high, ruled_in, ruled_out = (
        cheque("10", doc=doc, confidence=c) for doc, c in (("a", 0.79), ("b", 0.8), ("c", 0.1), ("d", 1.0))
    )
    found = book(
        map(placed, (low, high, ruled_in, ruled_out)), [ruling("accept", ruled_in), ruling("reject", ruled_out)]
    )
    assert counting(found) == {high.claim_id, ruled_in.claim_id}
    assert [found.claims[c.claim_id].state for c in (low, high, ruled_in, ruled_out)] == [
        "proposed",
        "proposed",
        "accepted",
        "rejected",
    ]


def test_a_person_s_edit_is_what_the_claim_says_under_the_id_it_was_read_with():
    read = cheque("10", confidence=0.3)
    found = book([placed(read)], [ruling("edit", read, low=12 * 10**9, high=12 * 10**9)])
    (deal,) = found.deals
    assert (deal.amount.central, deal.claims) == (12 * BILLION, (read.claim_id,))
    assert found.claims[read.claim_id].claim.amount.low == 12 * BILLION


def test_an_edit_that_makes_no_claim_is_a_problem_and_the_rest_goes_on():
    bad, good = cheque("10", doc="a"), cheque("20", doc="b", investor="Fennimore")
    found = book(map(placed, (bad, good)), [ruling("edit", bad, low=9, high=5)])
    assert [d.payer for d in found.deals] == ["Fennimore"]
    assert [p.where for p in found.problems] == [bad.claim_id]


def test_an_amount_that_is_no_interval_is_a_problem_and_the_rest_goes_on():
    one = cheque("10")
    broken = replace(one, amount=replace(one.amount, low=Decimal(9), high=Decimal(5), digits=()))
    found = book([placed(broken), placed(contract("38"))])
    assert [d.family for d in found.deals] == ["compute purchase"]
    assert "cannot be read" in found.problems[0].what


def test_a_claim_that_a_person_added_counts_until_it_is_taken_back():
    """It stands in a source outside the book, so only the ruling holds it."""
    own = replace(
        cheque("10", extractor="person/Ada"),
        evidence=(Evidence("reference", source="A filing", date="2026-02-03", note="10 billion, page 4"),),
    )
    add = ruling("add", own)
    (deal,) = book([], [add]).deals
    assert (deal.amount.central, deal.public) == (10 * BILLION, date(2026, 2, 3))
    assert book([], [add, undo(add)]).deals == ()
    assert book([placed(own)], [add, undo(add)]).deals == ()
    assert book([placed(own, "2026-02-03")], [add]).deals == (deal,)


def test_a_merge_of_names_is_seen_in_deals_and_not_in_what_was_written():
    found = book([placed(cheque("10", investor="East March"))], [naming("merge", "East March", "Eastmarch")])
    (ruled,) = found.claims.values()
    assert (found.deals[0].payer, ruled.claim.roles_as_written["investor"]) == ("Eastmarch", ("East March",))
    assert list(found.parties) == ["Dovecote AI", "Eastmarch"]


def test_a_ruling_that_finds_no_claim_waits_in_the_queue_with_its_words():
    gone = ruling("accept", cheque("10", quote="put in ten", at=3))
    (problem,) = book([], [gone]).problems
    assert "put in ten" in problem.what
    assert gone.decision_id in problem.remedy
    assert book([], [gone], question=Question(known=date(2026, 1, 1))).problems == ()


def test_a_ruling_without_an_anchor_on_a_claim_that_went_waits_too():
    (problem,) = book([], [Decision("accept", "0123456789abcdef", "Ada", "2026-11-01T09:00:00Z", "seen")]).problems
    assert problem.where == "0123456789abcdef"


# ---------------------------------------------------------------- as of when
def test_a_book_of_a_past_day_holds_nothing_that_became_public_later():
    talks, closed = placed(cheque("10", "in_talks", doc="a"), "2025-12-17"), placed(cheque("50", doc="b"), "2026-02-27")
    papers = {d: Document(d, "text") for d in "ab"}
    then = book([talks, closed], documents=papers, question=Question(known=date(2025, 12, 31)))
    assert [(d.stage, d.amount.central) for d in then.deals] == [("talks", 10 * BILLION)]
    assert (list(then.claims), list(then.documents)) == ([talks.claim.claim_id], ["a"])
    now = book([talks, closed], documents=papers)
    assert [d.stage for d in now.deals] == ["completed"]
    assert list(now.documents) == ["a", "b"]


def test_without_a_date_a_claim_is_public_when_it_entered_the_book():
    undated = placed(cheque("10"))
    (ruled,) = book([undated], question=Question(known=date(2026, 11, 22))).claims.values()
    assert (ruled.public, ruled.public_basis) == (date(2026, 11, 22), "recorded")
    assert book([undated], question=Question(known=date(2026, 11, 21))).claims == {}


def test_what_had_not_happened_stays_in_the_book_and_counts_for_nothing():
    old, new = (
        placed(cheque("1", event="2025-01-05"), "2026-01-01"),
        placed(cheque("9", event="2026-06-01", doc="b"), "2026-06-02"),
    )
    found = book([old, new], question=Question(happened=date(2025, 12, 31)))
    assert counting(found) == {old.claim.claim_id}
    assert len(found.claims) == 2


def test_a_claim_placed_twice_was_public_when_it_first_was():
    one = cheque("10")
    twice = [placed(one, "2026-03-01"), placed(one, "2026-02-01"), placed(one)]
    (ruled,) = book(twice).claims.values()
    assert (ruled.public, ruled.public_basis) == (date(2026, 2, 1), "document")


# ---------------------------------------------------------------- laws
_DAYS = ["2025-01-10", "2025-06-30", "2026-01-15", "2026-02-01", None]
_CLAIM = st.builds(
    lambda make, words, status, doc, at, day, confidence: placed(
        make(words, status, doc=doc, at=at, confidence=confidence), day
    ),
    st.sampled_from([cheque, contract]),
    st.sampled_from(["10", "over 12", "up to 30", "50", "0.1-1", None]),
    st.sampled_from(["rumoured", "in_talks", "signed", "completed", "denied"]),
    st.sampled_from("abc"),
    st.integers(0, 9),
    st.sampled_from(_DAYS),
    st.sampled_from([0.5, 0.8, 0.95]),
)
_PILE = st.lists(_CLAIM, max_size=7)


@given(_PILE, _PILE)
def test_what_becomes_public_later_never_changes_a_past_book(pile, later):
    question = Question(known=date(2026, 1, 31))
    after = [replace(p, public=date(2026, 2, 1), claim=replace(p.claim, text_sha256="f" * 64)) for p in later]
    decisions = [ruling("accept", p.claim) for p in pile[:2]]
    assert book([*pile, *after], decisions, question=question) == book(pile, decisions, question=question)


@given(_PILE, st.randoms(use_true_random=False))
def test_the_order_of_claims_is_no_matter(pile, random):
    decisions = [ruling("accept", p.claim) for p in pile[:2]]
    assert book(random.sample(pile, len(pile)), decisions, parties=TABLE) == book(pile, decisions, parties=TABLE)


@given(_PILE)
def test_less_trust_counts_no_less(pile):
    decisions = [ruling("reject", p.claim) for p in pile[:1]]
    assert counting(book(pile, decisions)) <= counting(book(pile, decisions, question=Question(trust=0.0)))


# ---------------------------------------------------------------- the five articles
@pytest.fixture(scope="module")
def read():
    """The book of the five gold articles, all read on one day."""
    return book(map(placed, gold()), parties=TABLE)


def test_the_cheque_of_50_has_its_history_and_the_wrong_headline_stands_apart(read):
    """Talks of over 10, at least 10, 10 and one 100 became 50; the headline's 0.1 to 1 is another deal of the key."""
    deal = read.deal("amazon--openai--equity-primary")
    assert (deal.stage, deal.money_class, deal.amount.central) == ("completed", "paid", 50 * BILLION)
    assert [step.stage for step in deal.timeline] == ["rumour", "talks", "completed"]
    talks = deal.timeline[1].amount
    assert (talks.central, talks.interval.low, talks.interval.high) == (
        10 * BILLION,
        Decimal("9.5") * BILLION,
        Decimal("10.5") * BILLION,
    )
    apart = [d for d in read.deals if (d.payer, d.payee) == ("Amazon", "OpenAI") and d != deal]
    assert [(d.stage, d.flags) for d in apart] == [("rumour", ("same_key",))]


def test_before_the_round_closed_the_book_said_10_in_talks():
    without = [c for c in gold() if not c.doc_id.startswith("003")]
    deal = book(map(placed, without), parties=TABLE).deal("amazon--openai--equity-primary")
    assert (deal.stage, deal.money_class, deal.amount.central) == ("talks", "rumoured", 10 * BILLION)


def test_the_contract_with_a_subsidiary_is_one_and_what_comes_on_top_another(read):
    """Six mentions of 38 over seven years, to Amazon or its web services; 100 more over eight years is planned."""
    contract, more = sorted((d for d in read.deals if d.payee == "Amazon Web Services"), key=lambda d: d.deal_id)
    assert (contract.money_class, contract.amount.central, contract.years, len(contract.claims)) == (
        "committed",
        38 * BILLION,
        7,
        6,
    )
    assert (more.scope, more.money_class, more.amount.central, more.years) == (
        "incremental",
        "rumoured",
        100 * BILLION,
        8,
    )


def test_the_programme_is_an_umbrella_and_the_power_has_no_dollars(read):
    (programme,) = [d for d in read.deals if d.umbrella]
    assert (programme.payer, programme.payee, programme.amount.central, programme.years) == (
        "OpenAI",
        None,
        1400 * BILLION,
        8,
    )
    (power,) = [d for d in read.deals if "power" in d.flags]
    assert (power.payee, power.amount.unit, power.amount.central, power.money_class) == (
        "Nvidia",
        "GW",
        10,
        "letter_of_intent",
    )


def test_a_letter_of_100_closed_at_30(read):
    deal = read.deal("nvidia--openai--equity-primary")
    assert [(s.stage, s.amount.central) for s in deal.timeline] == [
        ("letter of intent", 100 * BILLION),
        ("completed", 30 * BILLION),
    ]


def test_the_round_is_a_figure_and_its_three_cheques_are_the_money(read):
    """50 + 30 + 30 = 110."""
    (closed,) = [f for f in read.figures_of("OpenAI", "funding_round") if f.status == "completed"]
    cheques = [d for d in read.deals if d.payee == "OpenAI" and d.scope == "new_money"]
    assert (len(cheques), sum(d.amount.central for d in cheques), closed.estimate.central) == (
        3,
        110 * BILLION,
        110 * BILLION,
    )


def test_two_ceilings_without_an_investee_are_told_to_a_person(read):
    assert [p.what for p in read.problems] == ["names no investee", "names no investee"]


def test_prices_and_revenues_that_differ_in_kind_stand_side_by_side(read):
    prices = {(f.basis, f.status): f.estimate.central for f in read.figures_of("OpenAI", "valuation")}
    assert prices["pre_money", "completed"] == 730 * BILLION
    assert prices["post_money", "completed"] == 840 * BILLION
    assert prices["secondary_sale", "completed"] == 500 * BILLION
    assert [(f.status, f.estimate.central) for f in read.figures_of("OpenAI", "revenue")] == [
        ("actual", 13 * BILLION),
        ("estimated", 3 * BILLION),
    ]


def test_a_stake_told_as_27_and_roughly_27_is_one(read):
    (stake,) = read.figures_of("Microsoft", "stake")
    assert (stake.counterparty, stake.estimate.central, len(stake.estimate.claims_for)) == ("OpenAI", 27, 2)


def test_every_claim_of_the_articles_is_kept(read):
    assert set(read.claims) == {c.claim_id for c in gold()}


def test_a_person_s_ruling_on_the_price_is_shown_first():
    """Accept the 3 billion of revenue: it goes before the 13."""
    claims = gold()
    three = next(c for c in claims if c.metric == "revenue" and c.status == "estimated")
    found = book(map(placed, claims), [ruling("accept", three)], parties=TABLE)
    assert found.figures_of("OpenAI", "revenue")[0].estimate.central == 3 * BILLION


def test_a_claim_of_an_unknown_type_moves_nothing():
    found = book([placed(claim("partnership", None, "signed", party=("Eastmarch", "Dovecote AI")))])
    assert (found.deals, found.figures, list(found.parties)) == ((), (), ["Dovecote AI", "Eastmarch"])
