"""One quantity, many claims: the interval they share, the value shown, and why. Amounts are billions."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterflow.model.source import Document, Segment
from counterflow.reconcile.estimate import estimate, support
from counterflow.reconcile.said import said
from reconcile.saying import BILLION, amount, cheque, claim, heard


def told(*claims):
    """(low, central, high) in billions, and the reason."""
    found = estimate([c if hasattr(c, "origin") else heard(c) for c in claims])
    ends = (found.interval.low, found.central, found.interval.high)
    return tuple(None if end is None else float(end / BILLION) for end in ends), found.reason


def test_one_claim_is_widened_as_a_fair_editor_would():
    """38 is exact to its last digit: w = max(0.5, min(0.5, 1.9)) = 0.5, so 37.5 to 38.5."""
    assert told(cheque("38")) == ((37.5, 38.0, 38.5), "one claim")


def test_claims_that_agree_share_their_intersection():
    """About 40 allows 36 to 44, over 38 allows from 37.5: they share 37.5 to 44, and the value said is shown."""
    assert told(cheque("about 40", doc="a"), cheque("over 38", doc="b")) == (
        (37.5, 40.0, 44.0),
        "2 claims agree, of 2 origins",
    )


@pytest.mark.parametrize(
    ("words", "central"),
    [("at least 10", 10), ("over 10", 10), ("3-4", 3.5), ("up to 10", None), ("under 10", None), ("about 10", 10)],
)
def test_the_value_shown_is_what_was_promised(words, central):
    """The floor of an "at least", the middle of a range, nothing for a bare ceiling."""
    assert told(cheque(words))[0][1] == central


def test_exact_words_go_before_hedged_ones_and_bounds():
    claims = [cheque(w, doc=w) for w in ("at least 9.8", "about 10", "10.1", "up to 12")]
    found = estimate(map(heard, claims))
    assert (found.central, found.qualifier) == (Decimal("10.1") * BILLION, "exact")


def test_amounts_that_only_touch_do_not_agree():
    """2 allows up to 2.5 and 3 from 2.5 on: nobody said 2.5."""
    assert told(cheque("2", doc="a"), cheque("3", doc="b"))[0] == (1.5, 2.0, 2.5)


def test_bare_words_may_meet_in_the_value_they_state():
    """A person's 10 and "up to 10" without a width: both state 10."""
    bare = [replace(cheque(w, doc=w), amount=replace(amount(w), digits=())) for w in ("10", "up to 10")]
    assert told(*bare) == ((10.0, 10.0, 10.0), "2 claims agree, of 2 origins")


def test_a_ceiling_gives_way_to_any_promise():
    assert told(cheque("up to 10", doc="a"), cheque("at least 4", doc="b"))[0] == (3.5, 4.0, 10.5)


def test_a_value_outside_what_all_share_is_moved_to_its_edge():
    """3 to 5 allows 2.5 to 5.5, 4.7 to 7 allows 4.65 to 7.5; the middles 4 and 5.85 lie outside 4.65 to 5.5."""
    assert told(cheque("3-5", doc="a"), cheque("4.7-7", doc="b"))[0] == (4.65, 4.65, 5.5)


def test_two_origins_against_one():
    """10, 10 and 13: 3.4 + 3.4 votes against 3.4, a margin above 1."""
    claims = [cheque("10", doc="a"), cheque("10", doc="b"), cheque("13", doc="c")]
    assert told(*claims) == ((9.5, 10.0, 10.5), "best supported: 6.8 to 3.4 in votes, each origin once")
    found = estimate(map(heard, claims))
    assert (len(found.claims_for), found.claims_against) == (2, (claims[2].claim_id,))


def test_copies_of_one_origin_count_once():
    """Three papers that cite one desk against two that speak for themselves: 3.4 to 6.8."""
    copies = [cheque("10", doc=d, origin="The Desk") for d in "abc"]
    assert told(*copies, cheque("13", doc="d"), cheque("13", doc="e"))[0][1] == 13.0


def test_a_copied_document_is_its_originals_origin():
    copy = Document("b", "text", duplicate_of="a")
    one, two = heard(cheque("10", doc="a")), said("x", heard(cheque("10", doc="b")).ruled, {"b": copy})
    assert support([one, two]) == support([one])


def test_a_near_tie_says_that_it_is_one():
    """One origin each: both values stand; of equal support the smaller is shown."""
    assert told(cheque("13", doc="a"), cheque("3", doc="b")) == (
        (2.5, 3.0, 3.5),
        "tie: 3.4 to 3.4 in votes, each origin once; both values stand",
    )


def test_a_title_weighs_half():
    """3.4 against 1.7: a margin of 1.7 decides where two texts would tie."""
    assert told(cheque("13", doc="a"), cheque("3", doc="b", flags=("title",)))[1].startswith(
        "best supported: 3.4 to 1.7"
    )
    paper = Document("wire.txt", "A title\nText", segments=(Segment("title", 0, 8), Segment("body", 8, 12)))
    assert said("x", heard(cheque("3")).ruled, {"wire.txt": paper}).weight == pytest.approx(1.7)


def test_a_persons_word_outranks_any_vote():
    claims = [heard(cheque("10", doc=d)) for d in "abc"]
    assert told(*claims, heard(cheque("13", doc="d"), state="accepted")) == ((12.5, 13.0, 13.5), "ruled by a person")


def test_actual_goes_before_estimated_before_forecast():
    sales = [
        heard(claim("financial_metric", words, status, doc=status + d, company="Dovecote AI", metric="revenue"))
        for words, status, docs in (("4", "forecast", "abc"), ("3", "estimated", "ab"), ("2", "actual", "a"))
        for d in docs
    ]
    assert told(*sales)[0] == (1.5, 2.0, 2.5)
    assert told(*sales[:5])[0] == (2.5, 3.0, 3.5)
    assert "actual goes before" in told(*sales)[1]


def test_an_origins_later_word_replaces_its_earlier_one():
    early, late = (
        heard(cheque("10", doc="a", origin="Desk"), "2026-01-05"),
        heard(cheque("15", doc="b", origin="Desk"), "2026-01-09"),
    )
    assert told(early, late)[0] == (14.5, 15.0, 15.5)
    assert estimate([early, late]).claims_against == (early.id,)
    assert "superseded" in told(early, late)[1]


def test_a_later_word_that_agrees_replaces_nothing():
    early, late = (
        heard(cheque("10", doc="a", origin="Desk"), "2026-01-05"),
        heard(cheque("over 9", doc="b", origin="Desk"), "2026-01-09"),
    )
    assert told(early, late) == ((9.5, 10.0, 10.5), "2 claims agree, of 1 origin")


def test_a_correction_stands_against_what_it_corrects():
    """0.9 replaces 9 of the same page, however well told 9 is."""
    wrong = cheque("9", doc="a", at=1)
    right = cheque("0.9", doc="a", at=50, corrects=wrong.claim_id)
    assert told(wrong, right)[0][1] == 0.9


def test_amounts_on_another_yardstick_are_left_out():
    total, rate = cheque("18", doc="a"), cheque("3", doc="b", per="year")
    found = estimate([heard(total), heard(rate)])
    assert (found.central, found.claims_for, found.claims_against) == (18 * BILLION, (total.claim_id,), ())


def test_a_restatement_in_dollars_is_what_is_compared():
    euros = cheque("5.2")
    dollars = euros.amount
    foreign = replace(
        dollars, currency="EUR", equivalents=(replace(dollars, low=6 * BILLION, high=6 * BILLION, digits=("6",)),)
    )
    assert told(replace(euros, amount=foreign))[0] == (5.5, 6.0, 6.5)
    misfit = replace(euros, amount=foreign, flags=("fx_mismatch",))
    assert estimate([heard(misfit)]).currency == "EUR"


def test_without_amounts_there_is_nothing_to_estimate():
    assert estimate([heard(cheque(None))]) is None


_CLAIMS = st.lists(
    st.builds(
        cheque,
        st.sampled_from(["10", "about 10", "over 9", "up to 12", "3-4", "3", "at least 5", "14"]),
        doc=st.sampled_from("abcdef"),
        at=st.integers(0, 40),
        confidence=st.sampled_from([0.8, 0.9, 1.0]),
    ),
    min_size=1,
    max_size=8,
    unique_by=lambda c: c.claim_id,
)


@given(_CLAIMS, st.randoms(use_true_random=False))
def test_the_order_of_claims_is_no_matter(claims, random):
    assert estimate(map(heard, random.sample(claims, len(claims)))) == estimate(map(heard, claims))


@given(_CLAIMS, st.data())
def test_a_copy_of_the_same_origin_moves_no_interval(claims, data):
    again = data.draw(st.sampled_from(claims))
    copy = replace(again, evidence=(again.evidence[0]._replace(start=99, end=120),))
    first, second = estimate(map(heard, claims)), estimate(map(heard, [*claims, copy]))
    assert (first.interval, first.central) == (second.interval, second.central)


@given(_CLAIMS)
def test_every_claim_is_for_or_against_and_the_value_lies_inside(claims):
    found = estimate(map(heard, claims))
    assert sorted((*found.claims_for, *found.claims_against)) == sorted(c.claim_id for c in claims)
    assert found.claims_for
    assert found.central is None or found.central in found.interval
