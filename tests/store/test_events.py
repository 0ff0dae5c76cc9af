"""The chain of events: each hash worked by hand, and a table that only grows."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from counterflow.model.problem import Problem, Trouble
from counterflow.store import Event, Head, Store
from store.samples import T0, article, claims_of

if TYPE_CHECKING:
    from pathlib import Path


def test_the_hashes_of_a_tiny_book_by_hand(tmp_path: Path):
    """
    printf '%s' '["",1,"2026-01-01T00:00:00Z",null,"book","book",1,{"created":"2026-01-01T00:00:00Z","schema":1}]' |
      sha256sum  -> 29e91143…
    printf '%s' '["29e91143…",2,"2026-01-02T09:30:00Z",null,"problem","e553771586e9256c",1,{"remedy":"save it again",
      "what":"is empty","where":"a.txt"}]' | sha256sum (on one line, the first hash in full)  -> e954e0ef…
    The id e553771586e9256c opens the SHA-256 of the problem's body.
    """
    first = "29e91143588e15b4c15e7e1bdfee9fc06969c70a038b4d0ac6f62beee2861bea"
    second = "e954e0ef5cf5854786b13c5a16a18b9fecc0cba10be9272ad4a10430b4b29e55"
    created = '{"created":"2026-01-01T00:00:00Z","schema":1}'
    empty = '{"remedy":"save it again","what":"is empty","where":"a.txt"}'
    with Store.create(tmp_path / "book.db", recorded=T0) as store:
        store.add_problems([Problem("a.txt", "is empty", "save it again")], recorded="2026-01-02T10:30:00+01:00")
        assert list(store.events()) == [
            Event(1, T0, None, "book", "book", 1, created, None, "", first),
            Event(2, "2026-01-02T09:30:00Z", None, "problem", "e553771586e9256c", 1, empty, None, first, second),
        ]
        assert store.head() == Head(2, second)


def test_a_text_is_bound_by_its_hash_and_not_by_itself(tmp_path: Path):
    with Store.create(tmp_path / "book.db", recorded=T0) as store:
        store.add_reading(article(5), [], recorded=T0)
        told = next(event for event in store.events() if event.kind == "document")
    assert told.text == article(5).text
    assert told.content()["text_sha256"] == article(5).text_sha256
    assert told._replace(text=None).digest() == told.hash


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE events SET recorded = '2020-01-01T00:00:00Z' WHERE seq = 1",
        "DELETE FROM events WHERE seq = 2",
        "REPLACE INTO events SELECT 1, recorded, public, kind, id, version, body, text, prev, hash FROM events",
        "INSERT INTO events SELECT 0, recorded, public, kind, id, version, body, text, prev, hash FROM events",
    ],
)
def test_a_row_once_written_stays(tmp_path: Path, statement: str):
    with Store.create(tmp_path / "book.db", recorded=T0) as store:
        store.add_reading(article(5), claims_of(article(5)), recorded=T0)
        before = list(store.events())
        with closing(sqlite3.connect(store.path)) as raw, pytest.raises(sqlite3.IntegrityError, match="append-only"):
            raw.execute(statement)
        assert list(store.events()) == before


def test_a_clock_set_back_does_not_reach_into_the_past(tmp_path: Path):
    with Store.create(tmp_path / "book.db", recorded="2026-03-01") as store:
        store.add_reading(article(5), claims_of(article(5)), recorded="2026-02-01")
        assert {event.recorded for event in store.events()} == {"2026-03-01T00:00:00Z"}
        assert not store.claims(recorded="2026-02-28")


def test_a_book_is_read_a_page_at_a_time_and_whole(tmp_path: Path):
    many = [Problem(f"{n}.txt", "is empty", "save it again") for n in range(2500)]
    with Store.create(tmp_path / "book.db", recorded=T0) as store:
        assert store.add_problems(many, recorded=T0) == 2500
        seen = []
        for event in store.events():
            if event.seq == 10:  # a writer need not wait for a reader
                store.add_problems([Problem("late.txt", "is empty", "save it again")], recorded=T0)
            seen.append(event.seq)
        assert seen == list(range(1, 2503))
        assert store.problems()[:-1] == many


def test_an_event_of_a_newer_version_says_so():
    newer = Event(7, T0, None, "claim", "x", 2, "{}", None, "", "")
    with pytest.raises(Trouble, match="newer Counterflow") as said:
        newer.content()
    assert said.value.problem.where == "event 7"
