"""Adding what a person ruled, and the claims that a person adds."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest

from counterflow.model.problem import Trouble
from counterflow.store import Store, projections
from store.samples import T0, T1, T2, T3, anchored, article, claims_of, ruling, told

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DOCUMENT = article(5, 7, doc_date="2026-03-04")
READ, MISSED = claims_of(DOCUMENT)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.create(tmp_path / "book.db", recorded=T0) as made:
        made.add_reading(DOCUMENT, [READ], recorded=T1)
        yield made
        assert not made.verify()


def test_rulings_come_back_in_order_with_when_they_were_recorded(store: Store):
    accept = anchored(READ, DOCUMENT)
    edit = ruling("edit", READ.claim_id, changes={"status": "signed", "low": 5}, when=T3)
    assert store.add_decision(accept, recorded=T2)
    assert store.add_decision(edit, recorded=T3)
    assert store.decisions() == [(accept, T2), (edit, T3)]
    assert store.decisions(recorded=T2) == [(accept, T2)]


def test_the_same_ruling_twice_adds_nothing(store: Store):
    assert store.add_decision(ruling("accept", READ.claim_id), recorded=T2)
    assert not store.add_decision(ruling("accept", READ.claim_id), recorded=T3)
    assert len(store.decisions()) == 1


def test_a_claim_that_the_reader_missed_goes_in_with_its_ruling(store: Store):
    added = replace(MISSED, extractor="person/Ada", confidence=1.0)
    store.add_decision(ruling("add", added.claim_id, claim=added.to_json()), recorded=T2, claim=added)
    stored = store.claims()[-1]
    assert (stored.claim, stored.public, stored.public_basis) == (added, date(2026, 3, 4), "document")
    assert stored.doc_key == projections.document_key("wire.txt", DOCUMENT.text_sha256)
    # a later reading does not overwrite it
    assert store.add_reading(DOCUMENT, [READ, MISSED], recorded=T3).claims == 0
    assert [s.claim.extractor for s in store.claims()] == ["rules/0.1", "person/Ada"]


def test_a_claim_from_a_source_outside_the_book_has_no_document(store: Store):
    dated, undated = told("priced at 90", "2026-02-03"), told("priced at 95", None, kind="assumption")
    for claim in (dated, undated):
        store.add_decision(ruling("add", claim.claim_id), recorded=T2, claim=claim)
    assert [(s.doc_key, s.public, s.public_basis) for s in store.claims()[1:]] == [
        (None, date(2026, 2, 3), "document"),
        (None, date(2026, 3, 6), "recorded"),
    ]


def test_a_quote_from_a_copy_is_bound_to_the_text_they_share(store: Store):
    copied = replace(MISSED, doc_id="copy.txt")
    store.add_decision(ruling("add", copied.claim_id), recorded=T2, claim=copied)
    assert store.claims()[-1].doc_key == store.claims()[0].doc_key


@pytest.mark.parametrize(
    ("decision", "said"),
    [
        (ruling("accept", "0123456789abcdef"), "there is no claim of this id"),
        (ruling("undo", "0123456789ab"), "there is no decision of this id"),
    ],
)
def test_a_ruling_on_nothing_is_refused(store: Store, decision, said: str):
    before = store.head()
    with pytest.raises(Trouble, match=said):
        store.add_decision(decision, recorded=T2)
    assert store.head() == before


def test_a_claim_without_its_text_is_refused_and_so_is_its_ruling(store: Store):
    (foreign,) = claims_of(article(9))
    before = store.head()
    with pytest.raises(Trouble, match="text that is not in this book"):
        store.add_decision(ruling("add", foreign.claim_id), recorded=T2, claim=foreign)
    assert store.head() == before


def test_rulings_on_documents_names_and_rulings(store: Store):
    accept = ruling("accept", store.claims()[0].doc_key or "")
    for decision in (
        accept,
        ruling("undo", accept.decision_id),
        ruling("merge", "East March Chips", changes={"into": "Eastmarch"}),
        ruling("pin", "0123456789abcdef"),
    ):
        assert store.add_decision(decision, recorded=T2)
