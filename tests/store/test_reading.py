"""Adding what was read: everything once, nothing by halves, each claim with its public day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest

from counterflow.model.claim import Evidence
from counterflow.model.problem import Problem, Trouble
from counterflow.store import Store, drafts, projections
from store.samples import T0, T1, T2, T3, article, claims_of, tables, told

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

VAGUE = Problem("wire.txt:1:20", "'some money' names no amount", "counterflow add")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.create(tmp_path / "book.db", recorded=T0) as made:
        yield made
        assert not made.verify()


def test_a_reading_comes_back_as_it_went_in(store: Store):
    document = article(5, 7, title="Talks", doc_date="2026-03-04", doc_date_source="byline", lang="en")
    added = store.add_reading(document, claims_of(document), [VAGUE], recorded=T1)
    assert added == (True, projections.document_key("wire.txt", document.text_sha256), 2, 0)
    assert store.documents() == {added.doc_key: document}
    assert [stored.claim for stored in store.claims()] == claims_of(document)
    assert {(s.recorded, s.public, s.public_basis, s.doc_key) for s in store.claims()} == {
        (T1, date(2026, 3, 4), "document", added.doc_key)
    }
    assert store.problems() == [VAGUE]


def test_text_with_every_kind_of_character_comes_back_unchanged(store: Store):
    text = "Zürich 🎉 e\u0301\r\nline\u2028\u00a0\x00 ﬁn 億"
    added = store.add_reading(replace(article(5), text=text, segments=()), [], recorded=T1)
    assert store.documents()[added.doc_key].text == text


def test_reading_the_same_twice_adds_nothing(store: Store):
    document = article(5)
    store.add_reading(document, claims_of(document), [VAGUE], recorded=T1)
    before = store.head()
    again = store.add_reading(document, claims_of(document), [VAGUE], recorded=T2)
    assert (again.new, again.claims, again.known) == (False, 0, 1)
    assert store.head() == before


def test_a_claim_twice_in_one_reading_is_kept_once(store: Store):
    document = article(5)
    (claim,) = claims_of(document)
    added = store.add_reading(document, [claim, replace(claim, confidence=0.1)], recorded=T1)
    assert (added.claims, added.known) == (1, 0)
    assert store.claims()[0].claim.confidence == 0.86


def test_one_text_under_two_names_is_two_documents_and_one_set_of_claims(store: Store):
    first, second = article(5, name="wire.txt"), article(5, name="copy.txt")
    store.add_reading(first, claims_of(first), recorded=T1)
    added = store.add_reading(second, claims_of(second), recorded=T2)
    assert (added.new, added.claims, added.known) == (True, 0, 1)
    assert [(d.doc_id, d.duplicate_of, d.text) for d in store.documents().values()] == [
        ("wire.txt", None, first.text),
        ("copy.txt", "wire.txt", first.text),
    ]
    assert [event.text for event in store.events() if event.kind == "document"] == [first.text, None]


def test_a_changed_page_is_a_new_document_of_the_same_name(store: Store):
    for document in (article(5, name="https://wire.example/1"), article(6, name="https://wire.example/1")):
        store.add_reading(document, claims_of(document), recorded=T1)
    assert len(store.documents()) == 2
    assert [d.duplicate_of for d in store.documents().values()] == [None, None]


def test_a_new_extractor_adds_its_claims_and_overwrites_none(store: Store):
    document = article(5, 7)
    first, second = claims_of(document)
    store.add_reading(document, [first], recorded=T1)
    better = replace(first, extractor="rules/0.2", confidence=0.2, roles={"investor": ("East",), "investee": ("Dove",)})
    added = store.add_reading(document, [better, replace(second, extractor="rules/0.2")], recorded=T2)
    assert (added.claims, added.known) == (1, 1)
    assert [(s.claim.extractor, s.claim.confidence, s.recorded) for s in store.claims()] == [
        ("rules/0.1", 0.86, T1),
        ("rules/0.2", 0.86, T2),
    ]
    readings = [event.content() for event in store.events() if event.kind == "reading"]
    assert [(r["extractors"], len(r["claims"]), r["new"]) for r in readings] == [
        (["rules/0.1"], 1, 1),
        (["rules/0.2"], 2, 1),
    ]


@pytest.mark.parametrize(
    ("known", "public", "day", "basis"),
    [
        ({"doc_date": "2026-03-04"}, None, date(2026, 3, 4), "document"),
        ({"doc_date": "2026-03-04", "not_before": "2025-12-01"}, None, date(2026, 3, 4), "document"),
        ({"not_before": "2025-12-01"}, None, date(2025, 12, 1), "not_before"),
        ({}, None, date(2026, 3, 5), "recorded"),
        ({"doc_date": "2026-03-04"}, date(2026, 3, 2), date(2026, 3, 2), "document"),
        ({"not_before": "2025-12-01"}, date(2026, 1, 2), date(2026, 1, 2), "document"),
    ],
)
def test_public_is_the_documents_date_else_the_earliest_it_can_be_else_when_it_was_fetched(
    store: Store, known: dict[str, str], public: date | None, day: date, basis: str
):
    document = article(5, **known)
    store.add_reading(document, claims_of(document), recorded=T1, public=public)
    (claim,) = store.claims()
    assert (claim.public, claim.public_basis) == (day, basis)


@pytest.mark.parametrize(
    ("date_", "day", "basis"),
    [
        ("2026-02-03", date(2026, 2, 3), "document"),
        ("2026-02", date(2026, 2, 1), "not_before"),
        (None, date(2026, 3, 4), "document"),
    ],
)
def test_a_claim_from_a_source_outside_takes_the_date_of_that_source(
    store: Store, date_: str | None, day: date, basis: str
):
    store.add_reading(article(5, doc_date="2026-03-04"), [told("priced at 90", date_)], recorded=T1)
    (claim,) = store.claims()
    assert (claim.public, claim.public_basis) == (day, basis)


def test_a_text_was_public_when_the_first_document_that_has_it_was(store: Store):
    late, early = article(5, doc_date="2026-03-04"), article(5, name="early.txt", doc_date="2026-03-02")
    store.add_reading(late, claims_of(late), recorded=T1)
    store.add_reading(early, claims_of(early), recorded=T2)
    assert [s.public for s in store.claims()] == [date(2026, 3, 2)]
    assert [s.public for s in store.claims(recorded=T1)] == [date(2026, 3, 4)]


def test_a_date_that_comes_later_is_kept_beside_the_reading_before(store: Store):
    undated = article(5)
    store.add_reading(undated, claims_of(undated), recorded=T1)
    dated = replace(undated, doc_date="2026-03-01", doc_date_source="metadata")
    assert store.add_reading(dated, claims_of(dated), recorded=T2).new
    assert not store.add_reading(undated, claims_of(undated), recorded=T2).new
    assert not store.add_reading(replace(dated, doc_date="2026-02-01"), claims_of(dated), recorded=T2).new
    ruled = replace(dated, doc_date="2026-02-20", doc_date_source="option")
    assert store.add_reading(ruled, claims_of(ruled), recorded=T3).new
    days = [[(s.public, s.public_basis) for s in store.claims(recorded=at)] for at in (T1, T2, T3)]
    assert days == [
        [(date(2026, 3, 5), "recorded")],
        [(date(2026, 3, 1), "document")],
        [(date(2026, 2, 20), "document")],
    ]
    assert [d.doc_date for at in (T1, T2, T3) for d in store.documents(recorded=at).values()] == [
        None,
        "2026-03-01",
        "2026-02-20",
    ]


def test_what_the_book_held_at_a_time(store: Store):
    for at, billions in ((T1, 5), (T2, 7)):
        document = article(billions, name=f"{billions}.txt")
        store.add_reading(document, claims_of(document), recorded=at)
    assert [len(store.claims(recorded=at)) for at in (T0, T1, "2026-03-05", "2026-03-06T10:00:00+02:00", None)] == [
        0,
        1,
        1,
        2,
        2,
    ]
    assert [d.doc_id for d in store.documents(recorded=T1).values()] == ["5.txt"]


def test_a_claim_that_its_text_does_not_bear_out_stops_the_whole_reading(store: Store):
    document = article(5, 7)
    good, bad = claims_of(document)
    invented = replace(bad, evidence=(Evidence("sentence", 0, 9, "Westmarch"),))
    with pytest.raises(Trouble, match="0-9") as said:
        store.add_reading(document, [good, invented], recorded=T1)
    assert said.value.problem.where == "wire.txt"
    for foreign in (claims_of(article(9))[0], replace(good, evidence=())):
        with pytest.raises(Trouble, match=r"text that is not in this book|no evidence"):
            store.add_reading(document, [good, foreign], recorded=T1)
    assert store.head().seq == 1


def test_half_a_character_is_refused_with_its_place(store: Store):
    with pytest.raises(Trouble, match=r"'\\ud83d'") as said:
        store.add_reading(replace(article(5), text="Talks \ud83d", segments=()), [], recorded=T1)
    assert "UTF-8" in said.value.problem.remedy
    assert store.head().seq == 1


def test_an_error_in_the_middle_leaves_nothing(store: Store, monkeypatch: pytest.MonkeyPatch):
    document = article(5)
    before = tables(store.path)

    def fail(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(projections, "project", fail)
    with pytest.raises(KeyboardInterrupt):
        store.add_reading(document, claims_of(document), [VAGUE], recorded=T1)
    monkeypatch.undo()
    assert (store.head().seq, store.documents(), store.claims(), store.problems()) == (1, {}, [], [])
    assert tables(store.path) == before
    assert store.add_reading(document, claims_of(document), [VAGUE], recorded=T1).new


def test_problems_are_listed_until_their_source_is_read_again(store: Store):
    gone = Problem("lost.txt", "cannot be read", "check who may read it")
    empty = Problem("wire.txt", "is empty", "save it again")
    assert store.add_problems([gone, gone, empty], recorded=T1) == 2
    assert store.add_problems([gone], recorded=T1) == 0
    store.add_reading(article(5), [], [VAGUE], recorded=T2)
    assert store.problems() == [gone, VAGUE]
    assert store.add_reading(article(5), [], [VAGUE, VAGUE._replace(what="new")], recorded=T2).new
    store.add_reading(article(7), [], recorded=T3)
    assert store.problems() == [gone]
    assert store.add_problems([empty], recorded=T3) == 1  # it is empty once more


def test_the_id_of_a_problem_is_of_all_it_says():
    assert len({drafts.problem_id(VAGUE._replace(**{field: "x"})) for field in VAGUE._fields}) == 3
