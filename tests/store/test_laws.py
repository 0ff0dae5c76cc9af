"""What holds for every book, however it came about."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, NamedTuple

from hypothesis import given, settings
from hypothesis.strategies import DrawFn, booleans, composite, integers, lists, permutations, sampled_from, tuples

from counterflow.model.problem import Problem, Trouble
from counterflow.store import Store
from store.samples import T0, T1, T2, T3, article, claims_of, ruling, tables, tamper, told

if TYPE_CHECKING:
    from counterflow.model.claim import Claim
    from counterflow.model.source import Document

COLUMNS = ("seq", "recorded", "public", "kind", "id", "version", "body", "text", "prev", "hash")
few = settings(max_examples=25)  # each example makes books on the disk


class Read(NamedTuple):
    """One document and which of its claims a reading found."""

    document: Document
    claims: list[Claim]


@composite
def readings(draw: DrawFn) -> list[Read]:
    """A few articles, some with one text under several names, some undated."""
    read = []
    for n in range(draw(integers(1, 3))):
        billions = draw(lists(integers(1, 3), min_size=1, max_size=3))
        day = draw(sampled_from([None, "2026-03-01", "2026-03-04"]))
        document = article(*billions, name=f"{n}.txt", doc_date=day)
        read.append(Read(document, claims_of(document)))
    return read


@few
@given(readings(), booleans())
def test_all_at_once_or_claim_by_claim_shows_the_same(read: list[Read], twice: bool):
    with books(2) as (whole, split):
        for document, claims in read:
            whole.add_reading(document, claims, recorded=T1)
            for claim in claims:
                split.add_reading(document, [claim], recorded=T1)
            if twice:
                split.add_reading(document, claims, recorded=T2)
        # Which claims stand, and since when, is what the latest reading says; all that ever came in is the same.
        one, other = ([s._replace(recorded="", current=True) for s in book.claims()] for book in (whole, split))
        assert one == other
        assert whole.documents() == split.documents()
        assert not whole.verify() + split.verify()


@few
@given(readings().flatmap(lambda read: permutations(read).map(lambda other: (read, other))))
def test_the_order_of_reading_does_not_matter(orders: tuple[list[Read], list[Read]]):
    with books(2) as stores:
        for store, order in zip(stores, orders, strict=True):
            for document, claims in order:
                store.add_reading(document, claims, recorded=T1)
        first, second = (
            {s.claim.claim_id: (s.claim.amount, s.recorded, s.public, s.public_basis) for s in store.claims()}
            for store in stores
        )
        assert first == second


@few
@given(readings(), readings())
def test_the_book_as_recorded_never_changes(before: list[Read], after: list[Read]):
    with books(1) as (store,):
        for document, claims in before:
            store.add_reading(document, claims, recorded=T1)
        held = store.claims(), store.documents(), store.decisions()
        for document, claims in after:
            store.add_reading(document, claims, recorded=T2)
            store.add_decision(ruling("reject", claims[0].claim_id), recorded=T3)
        assert (store.claims(T1), store.documents(T1), store.decisions(T1)) == held


@few
@given(readings())
def test_rebuilding_changes_nothing(read: list[Read]):
    with books(1) as (store,):
        fill(store, read)
        before, head = tables(store.path), store.head()
        store.rebuild()
        assert tables(store.path) == before
        assert store.head() == head
        for name in before:
            tamper(store.path, f"DROP TABLE {name}")
        with Store.open(store.path) as opened:  # a missing table is worked out again
            assert tables(store.path) == before
            assert not opened.verify()


@few
@given(readings())
def test_a_book_restored_from_its_events_is_the_same_book(read: list[Read]):
    with books(1) as (store,):
        fill(store, read)
        with Store.restore(store.path.with_name("copy.db"), store.events()) as copy:
            assert list(copy.events()) == list(store.events())
            assert tables(copy.path) == tables(store.path)
            assert (copy.head(), copy.claims(), copy.problems()) == (store.head(), store.claims(), store.problems())


@settings(max_examples=150)
@given(readings(), integers(0), sampled_from(COLUMNS), integers(0), integers(1, 255))
def test_a_change_of_any_byte_of_any_event_is_found(read: list[Read], row: int, column: str, at: int, mask: int):
    with books(1) as (store,):
        fill(store, read)
        seq = row % store.head().seq + 1
        with closing(sqlite3.connect(store.path)) as raw:
            (cell,) = raw.execute(f"SELECT {column} FROM events WHERE seq = ?", (seq,)).fetchone()
        if isinstance(cell, int):
            change: object = cell ^ mask
            written = "?"
        else:
            old = (cell or "").encode()
            place = at % len(old) if old else 0
            change = old[:place] + bytes([(old[place] if old else 0) ^ mask]) + old[place + 1 :]
            written = "CAST(? AS TEXT)"
        taken = f"DELETE FROM events WHERE seq = {change}" if column == "seq" else "SELECT 1"
        tamper(store.path, taken, (f"UPDATE events SET {column} = {written} WHERE seq = ?", (change, seq)))
        found = audit(store.path)
        assert found
        assert all(problem.remedy for problem in found)
        if column != "seq":
            assert {f"event {seq}", str(store.path)} & {problem.where for problem in found}


@settings(max_examples=60)
@given(readings(), lists(tuples(integers(0), integers(1, 255)), min_size=1, max_size=20), integers(0), booleans())
def test_a_damaged_file_ends_in_trouble_or_is_audited_but_never_breaks(
    read: list[Read], hits: list[tuple[int, int]], end: int, cut: bool
):
    with books(1) as (store,):
        fill(store, read)
        store.close()
        hurt = bytearray(store.path.read_bytes())
        for at, mask in hits:
            hurt[at % len(hurt)] ^= mask
        store.path.write_bytes(hurt[: end % len(hurt)] if cut else hurt)
        troubled = [ask for ask in ("documents", "claims", "decisions", "problems", "head") if fails(store.path, ask)]
        assert audit(store.path) or not troubled
        fails(store.path, "rebuild")


def fails(path: Path, ask: str) -> bool:
    """Whether a question to the book ends in Trouble; anything else that goes wrong fails the test."""
    try:
        with Store.open(path) as store:
            getattr(store, ask)()
    except Trouble:
        return True
    return False


def audit(path: Path) -> list[Problem]:
    """What opening or verifying a book finds."""
    try:
        with Store.open(path) as store:
            return store.verify()
    except Trouble as trouble:
        return [trouble.problem]


def fill(store: Store, read: list[Read]) -> None:
    """Read and rule a little: every kind of event."""
    for document, claims in read:
        store.add_reading(document, claims, [Problem(document.doc_id, "odd", "look")], recorded=T1)
        store.add_decision(ruling("accept", claims[0].claim_id), recorded=T2)
    outside = told("priced at 90", "2026-02-03")
    store.add_decision(ruling("add", outside.claim_id), recorded=T2, claim=outside)
    store.add_problems([Problem("lost.txt", "cannot be read", "find it")], recorded=T3)


class books:  # noqa: N801 - reads as a function
    """So many empty books in a folder that goes when the block ends."""

    def __init__(self, count: int) -> None:
        self.count = count

    def __enter__(self) -> list[Store]:
        self.folder = TemporaryDirectory()
        self.made = [Store.create(Path(self.folder.name, f"{n}.db"), recorded=T0) for n in range(self.count)]
        return self.made

    def __exit__(self, *_: object) -> None:
        for store in self.made:
            store.close()
        self.folder.cleanup()
