"""Opening and making a book: every wrong file is told what it is, and none is touched."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from counterflow.model.problem import Trouble
from counterflow.store import Store, opening
from store.samples import T0, T1, article, claims_of, tamper

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("name", ["book.db", "a book of deals.db", "Büro 億 #1?&%41.db", "no ending"])
def test_a_book_may_have_any_name(tmp_path: Path, name: str):
    path = tmp_path / "Ordner mit Ä" / name
    path.parent.mkdir()
    with Store.create(path, recorded=T0) as store:
        store.add_reading(article(5), claims_of(article(5)), recorded=T1)
    assert [entry.name for entry in path.parent.iterdir()] == [name]
    with Store.open(str(path)) as store:
        assert len(store.claims()) == 1
        assert store.path == path


def test_a_book_may_be_named_by_url_or_from_the_folder_one_is_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    Store.create("sqlite:///one two.db", recorded=T0).close()
    assert (tmp_path / "one two.db").exists()
    for place in ("one two.db", f"sqlite:///{(tmp_path / 'one two.db').as_posix()}"):
        with Store.open(place) as store:
            assert store.head().seq == 1


@pytest.mark.parametrize(
    ("place", "what"),
    [
        ("postgresql://ada:secret@db.example/deals", "PostgreSQL is missing"),
        ("postgres+psycopg://ada:secret@db.example/deals", "PostgreSQL is missing"),
        ("mysql://ada:secret@db.example/deals", "not the place of a book"),
        ("https://db.example/book.db", "not the place of a book"),
        ("postgresql://ada:secret@db.example:port/deals", "not a URL"),
        ("sqlite://", "not the place of a book"),
        ("sqlite:///:memory:", "not the place of a book"),
    ],
)
def test_an_address_that_is_no_file_is_refused_without_its_password(place: str, what: str):
    for act in (Store.open, lambda place: Store.create(place, recorded=T0)):
        with pytest.raises(Trouble, match=what) as said:
            act(place)
        assert "secret" not in str(said.value)
        assert "book.db" in said.value.problem.remedy


def foreign(path: Path) -> None:
    """A database of another program, with a table of the same name and a journal of its own."""
    with closing(sqlite3.connect(path)) as raw, raw:
        raw.execute("CREATE TABLE events (id INTEGER PRIMARY KEY, what TEXT)")
        raw.execute("INSERT INTO events VALUES (1, 'concert')")


def journaled(path: Path) -> None:
    """A database of another program whose last writer was stopped: opening it the usual way would change it."""
    foreign(path)
    held = path.with_name("held")
    with closing(sqlite3.connect(path, isolation_level=None)) as raw:
        raw.execute("PRAGMA cache_size = 1")
        raw.execute("BEGIN")
        raw.execute("WITH RECURSIVE n(i) AS (VALUES(2) UNION ALL SELECT i + 1 FROM n LIMIT 5000) "
                    "INSERT INTO events SELECT i, hex(randomblob(100)) FROM n")  # fmt: skip
        held.mkdir()
        for file in (path, path.with_name(path.name + "-journal")):
            (held / file.name).write_bytes(file.read_bytes())
        raw.execute("ROLLBACK")
    for file in held.iterdir():
        (path.parent / file.name).write_bytes(file.read_bytes())
        file.unlink()
    held.rmdir()


def logged(path: Path) -> None:
    """A database of another program in write-ahead mode."""
    foreign(path)
    with closing(sqlite3.connect(path)) as raw, raw:
        raw.execute("PRAGMA journal_mode = WAL")


@pytest.mark.parametrize(
    ("make", "what"),
    [
        (foreign, "database of another program"),
        (journaled, "database of another program"),
        (logged, "database of another program"),
        (
            lambda path: path.write_text("Eastmarch will put $5 billion into Dovecote.", encoding="utf-8"),
            "kind of file",
        ),
        (lambda path: path.write_bytes(b"SQLite format 3\0"), "database of another program"),
        (lambda path: path.write_bytes(b"\0" * 5000), "kind of file"),
    ],
)
def test_a_foreign_file_is_named_and_stays_as_it_is_byte_for_byte(tmp_path: Path, make, what: str):
    path = tmp_path / "theirs.db"
    make(path)
    before = {entry.name: (entry.read_bytes(), entry.stat().st_mtime_ns) for entry in tmp_path.iterdir()}
    for act in (
        lambda: Store.open(path),
        lambda: Store.open(path, create=True, recorded=T0),
        lambda: Store.create(path, recorded=T0),
        lambda: Store.restore(path, []),
    ):
        with pytest.raises(Trouble, match=what) as said:
            act()
        assert said.value.problem.where == str(path)
    assert {entry.name: (entry.read_bytes(), entry.stat().st_mtime_ns) for entry in tmp_path.iterdir()} == before


def test_where_there_is_no_book_the_remedy_makes_one(tmp_path: Path):
    missing, empty = tmp_path / "missing.db", tmp_path / "empty.db"
    empty.touch()
    for path in (missing, empty):
        with pytest.raises(Trouble) as said:
            Store.open(path)
        assert "counterflow init" in said.value.problem.remedy
        Store.create(path, recorded=T0).close()
        with Store.open(path) as store:
            assert not store.verify()
    blank = tmp_path / "blank.db"
    blank.touch()
    for path in (tmp_path / "new.db", blank):
        for at in (T0, T1):
            with Store.open(path, create=True, recorded=at) as store:
                assert [event.recorded for event in store.events()] == [T0]


def test_a_folder_and_a_missing_folder(tmp_path: Path):
    for act in (Store.open, lambda place: Store.create(place, recorded=T0)):
        with pytest.raises(Trouble, match="is a folder"):
            act(tmp_path)
    with pytest.raises(Trouble, match="no such book"):
        Store.open(tmp_path / "gone" / "book.db")
    with pytest.raises(Trouble, match=r"folder .*gone does not exist"):
        Store.create(tmp_path / "gone" / "book.db", recorded=T0)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["x" * 5000, "nul\0.db"])
def test_a_name_that_no_file_can_have(tmp_path: Path, name: str):
    for act in (Store.open, lambda place: Store.create(place, recorded=T0)):
        with pytest.raises(Trouble, match="cannot be reached") as said:
            act(tmp_path / name)
        assert "check the name" in said.value.problem.remedy


def test_a_place_inside_a_file(tmp_path: Path):
    (tmp_path / "file").write_text("no folder", encoding="utf-8")
    with pytest.raises(Trouble, match="no such book"):
        Store.open(tmp_path / "file" / "book.db")
    with pytest.raises(Trouble, match="does not exist"):
        Store.create(tmp_path / "file" / "book.db", recorded=T0)


def test_a_time_that_is_none_makes_no_book(tmp_path: Path):
    with pytest.raises(Trouble, match="is not a time"):
        Store.open(tmp_path / "book.db", create=True)
    assert not list(tmp_path.iterdir())


def test_an_empty_book_is_taken_up_and_a_full_one_is_not_made_again(tmp_path: Path):
    path = tmp_path / "book.db"
    first = Store.create(path, recorded=T0).head()
    with Store.create(path, recorded=T1) as store:
        assert store.head() == first
        store.add_reading(article(5), [], recorded=T1)
        for act in (lambda: Store.create(path, recorded=T1), lambda: Store.restore(path, store.events())):
            with pytest.raises(Trouble, match="already holds a book"):
                act()
        assert store.head().seq == 3


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_a_file_cut_short_is_said_to_be_damaged(tmp_path: Path, share: float):
    path = tmp_path / "book.db"
    with Store.create(path, recorded=T0) as store:
        for n in range(40):
            store.add_reading(article(n, name=f"{n}.txt"), claims_of(article(n, name=f"{n}.txt")), recorded=T1)
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])
    before = path.read_bytes()
    with pytest.raises(Trouble, match="is damaged") as said:
        Store.open(path).claims()
    assert "backup" in said.value.problem.remedy
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("statement", "what", "remedy"),
    [
        ("""UPDATE events SET body = '{"schema":2}' WHERE seq = 1""", "newer Counterflow", "update"),
        ("UPDATE events SET version = 9 WHERE seq = 1", "newer Counterflow", "update"),
        ("""UPDATE events SET body = '{"schema":"x"}' WHERE seq = 1""", "is damaged", "backup"),
        ("UPDATE events SET body = '{' WHERE seq = 1", "damaged body", "verify"),
        ("DELETE FROM events", "is damaged", "backup"),
        ("DROP TABLE events", "holds no book", "counterflow init"),
    ],
)
def test_a_book_of_another_version_or_without_its_first_event(tmp_path: Path, statement: str, what: str, remedy: str):
    path = tmp_path / "book.db"
    Store.create(path, recorded=T0).close()
    tamper(path, statement)
    with pytest.raises(Trouble, match=what) as said:
        Store.open(path)
    assert remedy in said.value.problem.remedy


def test_a_locked_book_is_said_to_be_in_use(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(opening, "_PATIENCE", 0.05)
    path = tmp_path / "book.db"
    with Store.create(path, recorded=T0) as store, closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")  # another process writes: reading goes on
        assert store.head().seq == 1
        with pytest.raises(Trouble, match="in use by another process") as said:
            store.add_reading(article(5), [], recorded=T1)
        assert said.value.problem.where == str(path)
        other.execute("ROLLBACK")
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(Trouble, match="in use by another process"):
            Store.open(path)
        other.execute("ROLLBACK")
        assert store.add_reading(article(5), [], recorded=T1).new


def test_a_book_that_may_only_be_read_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """As a write-protected file behaves, for any user of the test: a superuser may write even those."""
    path = tmp_path / "book.db"
    with Store.create(path, recorded=T0) as store:
        store.add_reading(article(5), claims_of(article(5)), recorded=T1)
    connect = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda url, **more: connect(url.replace("mode=rw", "mode=ro"), **more))
    with Store.open(path) as store:
        assert len(store.claims()) == 1
        assert not store.verify()
        with pytest.raises(Trouble, match="cannot be opened for writing") as said:
            store.add_reading(article(7), [], recorded=T1)
        assert "writable" in said.value.problem.remedy
