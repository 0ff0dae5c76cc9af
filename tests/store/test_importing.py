"""A list of claims by reference: it goes in whole, twice does nothing, and its latest import is the one that stands."""

from __future__ import annotations

from dataclasses import replace

import pytest

from counterflow.model.problem import Problem, Trouble
from counterflow.store import Store
from store.samples import T1, T2, T3, article, claims_of, told


def listed(note, date="2026-03-04"):
    return replace(told(note, date), extractor="rows/0.1")


@pytest.fixture
def store(tmp_path):
    with Store.create(tmp_path / "book.db", recorded=T1) as made:
        yield made


def standing(store, recorded=None):
    return {stored.claim.evidence[0].note for stored in store.claims(recorded) if stored.current}


def test_the_same_list_twice_adds_nothing(store):
    first = store.add_import("deals.csv", [listed("a"), listed("b")], recorded=T2)
    again = store.add_import("deals.csv", [listed("b"), listed("a")], recorded=T3)
    assert (first.new, first.claims, again.new, again.claims, again.known) == (True, 2, False, 0, 2)
    assert store.verify() == []


def test_what_a_later_import_leaves_out_stands_no_longer_and_the_past_keeps_it(store):
    store.add_import("deals.csv", [listed("a"), listed("b")], recorded=T2)
    store.add_import("deals.csv", [listed("b"), listed("c")], recorded=T3)
    assert standing(store) == {"b", "c"}
    assert standing(store, T2) == {"a", "b"}


def test_lists_do_not_replace_each_other(store):
    store.add_import("one.csv", [listed("a")], recorded=T2)
    store.add_import("two.csv", [listed("b")], recorded=T2)
    store.add_import("two.csv", [listed("c")], recorded=T3)
    assert standing(store) == {"a", "c"}


def test_a_claim_is_public_from_the_date_of_its_reference(store):
    store.add_import("deals.csv", [listed("a", "2025-06-30"), listed("b", "2025-06")], recorded=T2)
    days = {s.claim.evidence[0].note: (s.public.isoformat(), s.public_basis) for s in store.claims()}
    assert days == {"a": ("2025-06-30", "document"), "b": ("2025-06-01", "not_before")}


def test_the_problems_of_a_list_stand_until_it_comes_again(store):
    bad = Problem("deals.csv:7, column low", "'x' is not a number", "write it as 1234.5")
    store.add_import("deals.csv", [listed("a")], [bad], recorded=T2)
    assert store.problems() == [bad]
    store.add_import("deals.csv", [listed("a")], recorded=T3)
    assert store.problems() == []


def test_a_sentence_of_no_document_is_refused_and_nothing_kept(store):
    with pytest.raises(Trouble):
        store.add_import("deals.csv", [listed("a"), *claims_of(article(4))], recorded=T2)
    assert store.claims() == []
