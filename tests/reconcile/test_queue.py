"""What a person rules on first: money at stake x doubt x age, the same whatever order the claims came in."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterflow.model.book import Book, Ruled
from counterflow.model.claim import Evidence
from counterflow.model.problem import Trouble
from counterflow.model.source import Document
from counterflow.reconcile import build
from counterflow.reconcile.anchors import standing
from counterflow.reconcile.queue import mergeable, nearest, of_document, queue, twins, usd
from counterflow.reconcile.rulings import batch_of, batched, edited, state, taken_back
from reconcile.saying import BILLION, amount, cheque, claim, contract, placed, ruling

TODAY = date(2026, 11, 22)


def ruled(one, public="2026-11-12", known="proposed"):
    return Ruled(one, known, date.fromisoformat(public))


def order(*claims, waiting=()):
    return queue({r.claim.claim_id: r for r in claims}, waiting, TODAY)


def test_the_score_by_hand():
    """10bn at 0.9 for 10 days: 10e9 x 0.1 x 10 = 10e9. 2bn at 0.4 for 20 days: 2e9 x 0.6 x 20 = 24e9, and so first."""
    large = ruled(cheque("10", confidence=0.9))
    small = ruled(cheque("2", confidence=0.4, at=9), "2026-11-02")
    first, second = order(large, small)
    assert (first.claim, first.usd, first.doubt, first.days) == (small.claim, 2 * BILLION, Decimal("0.6"), 20)
    assert [e.score for e in (first, second)] == [24 * BILLION, 10 * BILLION]


def test_what_is_ruled_on_does_not_wait():
    states = ("accepted", "rejected", "proposed")
    claims = [ruled(cheque("3", at=at, confidence=0.5), known=known) for at, known in enumerate(states)]
    assert [e.claim for e in order(*claims)] == [claims[2].claim]


def test_a_claim_of_today_is_a_day_old_and_one_of_tomorrow_too():
    assert [order(ruled(cheque("3"), day))[0].days for day in ("2026-11-22", "2026-12-24", "2026-11-21")] == [1, 1, 1]


def test_money_is_the_largest_sum_in_dollars_that_the_source_names():
    """In another currency it counts as restated; without a restatement, or in another unit, as nothing."""
    euros = replace(amount("5", currency="EUR"), equivalents=(amount("6"),))
    sums = {
        "4": 4,
        "up to 7": 7,
        "at least 3": 3,
        "2-9": 9,
    }
    assert {words: usd(cheque(words)) / BILLION for words in sums} == sums
    assert usd(replace(cheque("5"), amount=euros)) == 6 * BILLION
    assert usd(replace(cheque("5"), amount=amount("5", currency="EUR"))) == 0
    assert [usd(c) for c in (cheque(None), contract("5", unit="GW"))] == [0, 0]


def test_what_names_no_sum_comes_last_the_most_doubtful_of_it_first():
    none = [ruled(cheque(None, at=at, confidence=sure)) for at, sure in ((1, 0.9), (2, 0.4))]
    assert [e.claim.evidence[0].start for e in order(*none, ruled(cheque("1", confidence=0.99)))] == [0, 2, 1]


def test_rulings_without_their_claim_stand_at_the_head():
    """A small sum, ruled on 21 days ago: 1e9 x 1 x 21, and yet before 500bn x 0.9 x 10."""
    lost = ruling("reject", cheque("1", quote="gone"))
    first, second = order(ruled(cheque("500", confidence=0.1)), waiting=[lost])
    assert (first.ruling, first.ident, first.score) == (lost, lost.decision_id, 21 * BILLION)
    assert second.score == 4500 * BILLION


@given(st.lists(st.tuples(st.integers(1, 99), st.integers(0, 100), st.integers(1, 28)), max_size=8), st.randoms())
def test_the_order_of_the_claims_is_no_matter(rows, random):
    made = [
        ruled(cheque(str(sum_), at=at, confidence=sure / 100), f"2026-10-{day:02}")
        for at, (sum_, sure, day) in enumerate(rows)
    ]
    found = order(*made)
    assert found == order(*random.sample(made, len(made)))
    assert [e.score for e in found] == sorted((e.score for e in found), reverse=True)


def test_a_document_is_meant_by_name_or_address():
    paper = Document("wire.txt", "text", address="https://wire.example/a")
    here = replace(cheque("1"), text_sha256=paper.text_sha256, doc_id="wire.txt")
    entries = order(ruled(here), ruled(cheque("2", doc="other.txt", at=5)))
    for name in ("wire.txt", "https://wire.example/a"):
        assert [e.claim for e in of_document(entries, name, [paper])] == [here]
    assert of_document(entries, "nowhere.txt", [paper]) == ()


def test_the_twins_of_a_claim_conflicts_first():
    """Two papers of one cheque, one that says 12 where the others say 10, and an older deal of the same two."""
    day, old = "2026-11-01", "2024-01-05"
    mine, same, other = (
        cheque("10", doc="a.txt"),
        cheque("10", doc="b.txt"),
        cheque("12", doc="c.txt"),
    )
    before = cheque("3", doc="d.txt", event=old)
    book = build.book([*(placed(c, day) for c in (mine, same, other)), placed(before, old)])
    found = {t.claim_id: t.stands for t in twins(book, mine.claim_id)}
    assert found[same.claim_id] == "agrees"
    assert found[other.claim_id] == "differs"
    assert found[before.claim_id] == "apart"
    assert [t.stands for t in twins(book, mine.claim_id)] == ["differs", "apart", "agrees"]
    assert twins(Book(book.question, {mine.claim_id: ruled(mine)}), mine.claim_id) == ()


def test_deals_are_merged_and_figures_are_not():
    assert mergeable(contract("5"))
    assert not mergeable(claim("valuation", "5", company="Dovecote AI"))


def test_the_claims_that_a_lost_ruling_may_mean():
    """Those of its document: the same type first, then the words most alike."""
    lost = ruling("reject", cheque("4", quote="Eastmarch put four billion into the lab"))
    near = cheque("4", quote="Eastmarch has put four billion into the lab", status="signed")
    far = cheque("9", quote="Something else was said", at=90)
    trade = contract("4", quote="Eastmarch put four billion into the lab", at=50)
    away = cheque("4", quote="Eastmarch put four billion into the lab", doc="other.txt")
    assert [p.claim for p in nearest(lost, map(placed, (trade, far, away, near)))] == [near, far, trade]
    assert nearest(replace(lost, anchor=None), [placed(near)]) == ()


# One undo for all that was ruled as one.

ACT = ("Ada", "2026-11-20T09:00:00Z", "not so")
CHEQUES = [cheque(words, at=at) for at, words in enumerate("4 5 6".split())]


def ids(decisions):
    return {d.decision_id for d in decisions}


def test_a_batch_is_taken_back_as_one_and_so_is_its_undo():
    single, *both = [ruling("accept", c) for c in CHEQUES]
    made = [single, *batched(both)]
    (name,) = {batch_of(d) for d in made[1:]}
    acts = taken_back(made, name[:5], *ACT)
    assert [a.target for a in acts] == [d.decision_id for d in made[1:]]
    assert standing([*made, *acts]) == (single,)
    again = taken_back([*made, *acts], batch_of(acts[0]), *ACT)
    assert ids(standing([*made, *acts, *again])) == ids(made)
    assert [state(c, [d]) for c, d in zip(CHEQUES, made, strict=True)] == ["accepted"] * 3


def test_without_a_name_the_last_goes_with_all_of_its_batch():
    single = ruling("accept", CHEQUES[0])
    both = batched([ruling("accept", c, "2026-11-02T09:00:00Z") for c in CHEQUES[1:]])
    acts = taken_back([single, *both], None, *ACT)
    assert {a.target for a in acts} == ids(both)
    assert [a.target for a in taken_back([single, *both, *acts], None, *ACT)] == [single.decision_id]


def test_one_of_a_batch_can_be_taken_back_alone():
    both = batched([ruling("accept", c) for c in CHEQUES[:2]])
    (act,) = taken_back(both, both[0].decision_id, *ACT)
    assert (act.target, batch_of(act)) == (both[0].decision_id, None)
    assert standing([*both, act]) == (both[1],)


def test_what_is_nothing_or_several_is_not_taken_back():
    for decisions, name in (([], None), ([ruling("accept", CHEQUES[0])], "zz"), ([], "ab")):
        with pytest.raises(Trouble, match="nothing to undo" if name is None else "no single decision"):
            taken_back(decisions, name, *ACT)


def test_an_edit_in_a_batch_is_an_edit():
    (one,) = batched([ruling("edit", CHEQUES[0], status="signed")])
    assert edited(CHEQUES[0], [one]).status == "signed"


@given(st.lists(st.sampled_from(range(3)), unique=True, min_size=1))
def test_the_undo_of_a_batch_leaves_what_was_before(chosen):
    before = [ruling("reject", c) for c in CHEQUES]
    made = batched([ruling("accept", CHEQUES[at], "2026-11-02T09:00:00Z") for at in chosen])
    acts = taken_back([*before, *made], batch_of(made[0]), *ACT)
    assert ids(standing([*before, *made, *acts])) == ids(before)


def test_a_reference_is_no_place_in_a_text():
    told = replace(cheque("2"), evidence=(Evidence("reference", source="Filing", note="a tranche"),), doc_id="Filing")
    assert [e.claim for e in of_document(order(ruled(told)), "Filing", [])] == [told]
