"""The audit names the event, what is wrong, and what to do."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from counterflow.model.problem import Problem, Trouble
from counterflow.store import Store
from counterflow.store.events import Event
from store.samples import T0, T1, T2, article, claims_of, ruling, tamper

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

# 1 book, 2 document, 3 reading, 4 and 5 claims, 6 decision, 7 problem
DOCUMENT = article(5, 7)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    with Store.create(tmp_path / "book.db", recorded=T0) as store:
        store.add_reading(DOCUMENT, claims_of(DOCUMENT), recorded=T1)
        store.add_decision(ruling("accept", claims_of(DOCUMENT)[0].claim_id), recorded=T2)
        store.add_problems([Problem("lost.txt", "cannot be read", "find it")], recorded=T2)
        assert not store.verify()
    return tmp_path / "book.db"


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("UPDATE events SET body = replace(body, '7000000000', '9000000000') WHERE seq = 5", [(5, "was changed")]),
        ("UPDATE events SET public = '2026-01-01' WHERE seq = 4", [(4, "was changed")]),
        ("UPDATE events SET text = replace(text, '$5', '$6') WHERE seq = 2", [(2, "another text")]),
        ("UPDATE events SET text = 'more' WHERE seq = 7", [(7, "only documents")]),
        (
            "UPDATE events SET hash = replace(hash, substr(hash, 1, 1), 'x') WHERE seq = 3",
            [(3, "changed"), (4, "bound")],
        ),
        ("DELETE FROM events WHERE seq = 4", [(5, "missing"), (4, "table claims")]),
        ("UPDATE events SET body = x'ff' WHERE seq = 6", [(6, "bytes")]),
        ("UPDATE events SET body = CAST(x'ff' AS TEXT) WHERE seq = 6", [(6, "was changed")]),
        ("DELETE FROM claims WHERE seq = 4", [(4, "table claims")]),
        ("UPDATE documents SET public = '2026-01-01'", [(2, "table documents")]),
        ("INSERT INTO decisions SELECT seq + 9, decision_id, target FROM decisions", [(15, "table decisions")]),
    ],
)
def test_each_change_is_named_once_where_it_was_made(path: Path, statement: str, found: list[tuple[int, str]]):
    tamper(path, statement)
    with Store.open(path) as store:
        problems = store.verify()
    assert [p.where for p in problems] == [f"event {seq}" for seq, _ in found]
    assert all(words in p.what and p.remedy for p, (_, words) in zip(problems, found, strict=True))


def test_rebuilding_settles_what_only_the_tables_say_wrong(path: Path):
    tamper(path, "DELETE FROM claims", "UPDATE documents SET key = 'x'")
    with Store.open(path) as store:
        assert len(store.verify()) == 2
        store.rebuild()
        assert not store.verify()


def test_a_book_without_its_texts_holds(path: Path):
    with Store.open(path) as store, Store.restore(path.with_name("bare.db"), map(bare, store.events())) as copy:
        assert copy.head() == store.head()
        assert not copy.verify()
        assert [d.text for d in copy.documents().values()] == [""]
        assert [s.claim for s in copy.claims()] == [s.claim for s in store.claims()]
        # read again, the text comes back with the next document that has it
        copy.add_reading(article(5, 7, name="copy.txt"), [], recorded=T2)
        assert [d.text for d in copy.documents().values()] == [DOCUMENT.text] * 2


def edited(seq: int, **changes: object) -> Callable[[list[Event]], list[Event]]:
    """A forger who changes one body and hashes every row anew."""

    def forge(rows: list[Event]) -> list[Event]:
        body = json.loads(rows[seq - 1].body) | changes
        rows[seq - 1] = rows[seq - 1]._replace(body=json.dumps(body, separators=(",", ":"), sort_keys=True))
        return rows

    return forge


def swapped(seq: int, **fields: object) -> Callable[[list[Event]], list[Event]]:
    """A forger who changes a row otherwise."""
    return lambda rows: [row._replace(**fields) if row.seq == seq else row for row in rows]


def without(seq: int) -> Callable[[list[Event]], list[Event]]:
    """A forger who takes a row out."""
    return lambda rows: [row for row in rows if row.seq != seq]


@pytest.mark.parametrize(
    ("forge", "where", "what"),
    [
        (edited(5, status="completed"), "event 5", "id that is not its own"),
        (edited(2, doc_id="other.txt"), "event 2", "id that is not its own"),
        (edited(4, document="0123456789abcdef"), "event 4", "document that is not in the book"),
        (edited(3, document="0123456789abcdef"), "event 3", "document that is not in the book"),
        (edited(4, evidence=[{"kind": "sentence", "start": 0, "end": 5, "text": "Westm"}]), "event 4", "quotes at 0-5"),
        (edited(4, evidence=[]), "event 4", "no claim that this version can read"),
        (edited(6, because="other"), "event 6", "id that is not its own"),
        (edited(7, what="other"), "event 7", "id that is not its own"),
        (without(4), "event 5", "rules on a claim"),
        (without(2), "event 2", "reads a document"),
        (swapped(5, kind="rumour"), "event 5", "no known kind"),
        (swapped(5, kind="book"), "event 5", "book within a book"),
        (swapped(5, version=2), "event 5", "newer Counterflow"),
        (swapped(5, body="[]"), "event 5", "damaged body"),
        (swapped(5, recorded=T0), "event 5", "before the event in front of it"),
        (lambda rows: [*rows[:5], rows[4]], "event 6", "repeats a claim"),
    ],
)
def test_a_chain_hashed_anew_does_not_hide_what_is_untrue(
    path: Path, forge: Callable[[list[Event]], list[Event]], where: str, what: str
):
    with Store.open(path) as store:
        rows = rechained(forge(list(store.events())))
    with pytest.raises(Trouble, match=what) as said:
        Store.restore(path.with_name("forged.db"), rows)
    assert said.value.problem.where == where
    assert not path.with_name("forged.db").exists()


def test_a_damaged_file_is_said_with_what_was_found_before_it_gave_out(tmp_path: Path):
    path = tmp_path / "book.db"
    many = [Problem(f"{n}.txt", "is empty" + " and long" * 40, "save it again") for n in range(3000)]
    with Store.create(path, recorded=T0) as store:
        store.add_problems(many, recorded=T1)
    tamper(path, "UPDATE events SET recorded = 'x' WHERE seq = 3")
    whole = path.read_bytes()
    hurt = bytearray(whole)
    for at in range(len(whole) // 2 // 4096 * 4096, len(whole), 4096):  # the second half of the pages lose their heads
        hurt[at : at + 8] = b"\xff" * 8
    path.write_bytes(hurt)
    with Store.open(path) as store:
        found = store.verify()
    assert {str(path), "event 3"} <= {problem.where for problem in found}
    assert all(problem.remedy for problem in found)


def bare(event: Event) -> Event:
    return event._replace(text=None)


def rechained(rows: list[Event]) -> list[Event]:
    """The rows numbered and hashed anew."""
    made: list[Event] = []
    for seq, row in enumerate(rows, 1):
        bound = row._replace(seq=seq, prev=made[-1].hash if made else "")
        made.append(bound._replace(hash=bound.digest()))
    return made
