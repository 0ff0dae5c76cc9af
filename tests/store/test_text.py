"""A book as text and back: every byte by hand, then for any book, then whatever a folder can be made to hold."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from counterflow.model.problem import Problem, Trouble
from counterflow.model.source import Document
from counterflow.store import Event, Store, lines, text
from store.samples import T0, T1, T2, article, claims_of, ruling, tables, tamper
from store.test_laws import Read, books, fill, readings

if TYPE_CHECKING:
    from collections.abc import Callable

# 1 book, 2 document, 3 reading, 4 and 5 claims, 6 decision, 7 problem
DOCUMENT = article(5, 7)
TEXT = f"texts/{DOCUMENT.text_sha256}.txt"
EVENTS = "events/000001.jsonl"


@pytest.fixture
def store(tmp_path: Path):
    with Store.create(tmp_path / "book.db", recorded=T0) as made:
        made.add_reading(DOCUMENT, claims_of(DOCUMENT), recorded=T1)
        made.add_decision(ruling("accept", claims_of(DOCUMENT)[0].claim_id), recorded=T2)
        made.add_problems([Problem("lost.txt", "cannot be read", "find it")], recorded=T2)
        yield made


@pytest.fixture
def folder(tmp_path: Path, store: Store) -> Path:
    text.write(store, tmp_path / "text")
    return tmp_path / "text"


def files(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def refused(folder: Path) -> list[Problem]:
    """What is wrong with a folder, of which no book is made and which no book takes up."""
    found = text.read(folder)
    for place in (folder.with_name("new.db"), folder.with_name("book.db")):
        before = place.read_bytes() if place.exists() else None
        with pytest.raises(Trouble):
            text.bring(found, place)
        assert (place.read_bytes() if place.exists() else None) == before
    assert all(problem.where and problem.what and problem.remedy for problem in found.problems)
    return list(found.problems)


def test_the_files_of_a_tiny_book_by_hand(tmp_path: Path):
    """The book of `test_events`, whose two hashes are worked there with sha256sum: one line for each event."""
    first = "29e91143588e15b4c15e7e1bdfee9fc06969c70a038b4d0ac6f62beee2861bea"
    second = "e954e0ef5cf5854786b13c5a16a18b9fecc0cba10be9272ad4a10430b4b29e55"
    with Store.create(tmp_path / "book.db", recorded=T0) as store:
        store.add_problems([Problem("a.txt", "is empty", "save it again")], recorded="2026-01-02T09:30:00Z")
        text.write(store, tmp_path / "text")
    assert files(tmp_path / "text") == {
        ".gitattributes": b"* -text\n",
        "book.json": (
            f'{{\n "events": 2,\n "format": "counterflow book",\n "head": "{second}",\n "left_out": [],\n'
            ' "texts": true,\n "version": 1\n}\n'
        ).encode(),
        EVENTS: (
            f'{{"body":{{"created":"2026-01-01T00:00:00Z","schema":1}},"hash":"{first}","id":"book","kind":"book",'
            '"prev":"","public":null,"recorded":"2026-01-01T00:00:00Z","seq":1,"version":1}\n'
            '{"body":{"remedy":"save it again","what":"is empty","where":"a.txt"},'
            f'"hash":"{second}","id":"e553771586e9256c","kind":"problem","prev":"{first}","public":null,'
            '"recorded":"2026-01-02T09:30:00Z","seq":2,"version":1}\n'
        ).encode(),
    }


@settings(max_examples=20)
@given(readings(), st.booleans())
def test_out_and_in_and_out_again_is_the_same_byte_for_byte(read: list[Read], bodies: bool):
    with books(1) as (store,):
        fill(store, read)
        here = store.path.parent
        text.write(store, here / "one", bodies=bodies)
        form = text.read(here / "one")
        assert not form.problems
        done = text.bring(form, here / "copy.db")
        assert (done.head, done.new, done.known) == (store.head(), store.head().seq, 0)
        with Store.open(here / "copy.db") as copy:
            rows = [row if bodies else row._replace(text=None) for row in store.events()]
            assert list(copy.events()) == rows
            assert tables(copy.path) == tables(store.path)
            assert not copy.verify()
            assert copy.claims() == store.claims()
            assert [d.lineage for d in copy.documents().values()] == [d.lineage for d in store.documents().values()]
            text.write(copy, here / "two")
        assert files(here / "one") == files(here / "two")


@settings(max_examples=20)
@given(readings(), readings(), st.integers(1, 4))
def test_what_is_appended_changes_the_last_file_alone(before: list[Read], after: list[Read], per_file: int):
    with books(1) as (store,), pytest.MonkeyPatch.context() as patched:
        patched.setattr(text, "PER_FILE", per_file)
        folder, earlier = store.path.with_name("text"), store.path.with_name("earlier.db")
        fill(store, before)
        text.write(store, folder)
        text.bring(text.read(folder), earlier)
        held, seq = files(folder), store.head().seq
        fill(store, after)
        done = text.write(store, folder)
        changed = {name for name, content in files(folder).items() if held.get(name) != content}
        last = f"events/{(seq - 1) // per_file + 1:06d}.jsonl"
        assert {name for name in changed & held.keys() if name.startswith(("events", "texts"))} <= {last}
        assert files(folder)[last].startswith(held[last])
        assert done.changed == len(changed)
        assert text.write(store, folder).changed == 0
        brought = text.bring(text.read(folder), earlier)  # as after a pull
        assert (brought.head, brought.new, brought.known) == (store.head(), store.head().seq - seq, seq)
        with Store.open(earlier) as copy:
            assert list(copy.events()) == list(store.events())
            assert not copy.verify()


LINES = st.lists(st.text() | st.sampled_from(["\r\n", "\r", "\n", "\ufeff", "\u2028", "\0"]), min_size=1).map("".join)


@settings(max_examples=40)
@given(LINES, LINES)
def test_any_text_and_any_name_survive(words: str, name: str):
    with TemporaryDirectory() as here, Store.create(Path(here, "book.db"), recorded=T0) as store:
        store.add_reading(Document(name, words), [], [Problem(name, words, "look")], recorded=T1)
        text.write(store, Path(here, "text"))
        (kept,) = Path(here, "text", "texts").iterdir()
        assert kept.read_bytes() == words.encode("utf-8")
        form = text.read(Path(here, "text"))
        assert form == text.Form(tuple(store.events()), ())


@pytest.mark.parametrize(
    ("body", "as_object"),
    [
        ('{"a":1,"b":[0.86,1.0,-0.5e-07],"c":null}', False),
        ('{"a":1,"b":[0.86,1.0,-5e-08],"c":null}', True),
        ('{"a":"Büro 億 \u2028 \\u0000"}', True),
        ('{"b":1,"a":2}', False),
        ('{"a": 1}', False),
        ('{"a":1e3}', False),
        ('{"a":1,"a":1}', False),
        ('{"a":"\\u00fc"}', False),
        ('["a"]', False),
        ('"a"', False),
        ("{", False),
        ("[" * 5000, False),
        (f'{{"a":{"9" * 5000}}}', False),
    ],
)
def test_a_body_comes_back_in_the_characters_that_were_hashed(body: str, as_object: bool):
    """Compact JSON of an object stands as such; all else as a string, since parsing it would lose its spelling."""
    row = Event(7, T0, None, "claim", "x", 1, body, None, "p", "h")
    line = lines.line(row)
    assert line.count("\n") == 1
    assert isinstance(json.loads(line)["body"], dict) == as_object
    assert lines.parse(line.encode()) == row


def edited(name: str, old: bytes, new: bytes, count: int = -1) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        content = (folder / name).read_bytes()
        assert old in content
        (folder / name).write_bytes(content.replace(old, new, count))

    return change


def relined(change: Callable[[list[bytes]], list[bytes]]) -> Callable[[Path], None]:
    def rewrite(folder: Path) -> None:
        path = folder / EVENTS
        path.write_bytes(b"".join(change(path.read_bytes().splitlines(keepends=True))))

    return rewrite


def linked(name: str) -> Callable[[Path], None]:
    """The same content, reached through a link that leads out of the folder."""

    def link(folder: Path) -> None:
        path, outside = folder / name, folder.with_name("outside")
        path.rename(outside)
        path.symlink_to(outside, target_is_directory=outside.is_dir())

    return link


def in_its_place(name: str) -> Callable[[Path], None]:
    def put(folder: Path) -> None:
        (folder / name).unlink()
        (folder / name).mkdir()

    return put


SHA = DOCUMENT.text_sha256.encode()


@pytest.mark.parametrize(
    ("harm", "where", "what"),
    [
        (edited(EVENTS, b"7000000000", b"9000000000"), f"{EVENTS}:5", "event 5 was changed"),
        (edited(EVENTS, b'"kind":"reading"', b'"kind":"rumour"'), f"{EVENTS}:3", "event 3 was changed"),
        (edited(EVENTS, b'"version":1', b'"version":2', 1), f"{EVENTS}:1", "event 1 was changed"),
        (edited(EVENTS, b'"seq":4', b'"seq":9' + b"9" * 400), f"{EVENTS}:4", "events are missing or were moved"),
        (edited(EVENTS, b'"seq":4', b'"seq":4.0'), f"{EVENTS}:4", "is no event"),
        (edited(EVENTS, b'"seq":4', b'"seq":true'), f"{EVENTS}:4", "is no event"),
        (edited(EVENTS, b'"id":"book"', b'"id":null'), f"{EVENTS}:1", "is no event"),
        (edited(EVENTS, b'"id":"book"', b'"id":"\\ud800"'), f"{EVENTS}:1", "half a character"),
        (edited(EVENTS, b'"id":"book"', b'"id":"\xff"'), f"{EVENTS}:1", "no line of JSON"),
        (edited(EVENTS, b'"seq":4', b'"seq":4,"text":"more"'), f"{EVENTS}:4", "is no event"),
        (edited(EVENTS, b'"seq":4', b'"seq":' + b"9" * 5000), f"{EVENTS}:4", "no line of JSON"),
        (edited(EVENTS, SHA, b"../../book.db".ljust(64, b"x")), f"{EVENTS}:2", "event 2 was changed"),
        (relined(lambda all_: [*all_[:3], all_[4], all_[3], *all_[5:]]), f"{EVENTS}:4", "were moved"),
        (relined(lambda all_: all_[:3] + all_[4:]), f"{EVENTS}:4", "events are missing"),
        (relined(lambda all_: all_[1:]), f"{EVENTS}:1", "events are missing"),
        (relined(lambda all_: [*all_, all_[-1]]), f"{EVENTS}:8", "were moved"),
        (relined(lambda all_: all_[:-1]), "book.json", "speaks of 7 events"),
        (relined(lambda all_: []), "book.json", "the folder holds 0"),
        (relined(lambda all_: [*all_[:-1], all_[-1][:40]]), f"{EVENTS}:7", "no line of JSON"),
        (relined(lambda all_: [*all_[:2], b"<<<<<<< HEAD\n", *all_[2:]]), f"{EVENTS}:3", "mark of a merge"),
        (relined(lambda all_: [*all_[:2], b"[" * 100_000 + b"\n", *all_[2:]]), f"{EVENTS}:3", "no line of JSON"),
        (relined(lambda all_: [*all_[:2], b"\n", *all_[2:]]), f"{EVENTS}:3", "no line of JSON"),
        (lambda folder: shutil.rmtree(folder / "events"), "book.json", "events/000001.jsonl is missing"),
        (lambda folder: (folder / TEXT).unlink(), TEXT, "is missing"),
        (edited(TEXT, b"$5", b"$6"), TEXT, "was changed"),
        (edited(TEXT, b"$5", b"\xff\xfe"), TEXT, "was changed"),
        (in_its_place(TEXT), TEXT, "is not a file"),
        (in_its_place(EVENTS), EVENTS, "is not a file"),
        (linked(TEXT), TEXT, "leads out of the folder"),
        (linked(EVENTS), EVENTS, "leads out of the folder"),
        (linked("events"), EVENTS, "leads out of the folder"),
        (linked("texts"), TEXT, "leads out of the folder"),
        (linked("book.json"), "book.json", "leads out of the folder"),
        (lambda folder: (folder / "book.json").unlink(), "", "book.json is missing"),
        (edited("book.json", b'"version": 1', b'"version": 2'), "book.json", "newer Counterflow"),
        (edited("book.json", b'"version": 1', b'"version": "1"'), "book.json", "does not say"),
        (edited("book.json", b"counterflow book", b"cookery book"), "book.json", "does not say"),
        (edited("book.json", b'"events": 7', b'"events": 8'), "book.json", "speaks of 8 events"),
        (edited("book.json", b'"head": "', b'"head": "0'), "book.json", "speaks of 7 events"),
        (lambda folder: (folder / "book.json").write_bytes(b""), "book.json", "was not finished"),
        (edited("book.json", b'"left_out": []', b'"left_out": [[]]'), "book.json", "does not say"),
        (lambda folder: (folder / "book.json").write_bytes(b"[" * 100_000), "book.json", "does not say"),
        (lambda folder: (folder / "book.json").write_bytes(b"\xff"), "book.json", "does not say"),
    ],
)
def test_whatever_was_changed_is_said_at_its_place_and_nothing_is_imported(
    folder: Path, harm: Callable[[Path], None], where: str, what: str
):
    harm(folder)
    found = refused(folder)
    at = folder / where if where else folder
    assert found[0].where == str(at) or found[0].where == f"{folder / EVENTS}{where.removeprefix(EVENTS)}"
    assert what in found[0].what


def test_every_problem_is_told_at_once(folder: Path):
    edited(TEXT, b"$5", b"$6")(folder)
    edited(EVENTS, b'"kind":"problem"', b'"kind":"rumour"')(folder)
    edited(EVENTS, b"7000000000", b"9000000000")(folder)
    assert [p.where for p in refused(folder)] == [
        str(folder / TEXT),
        *(f"{folder / EVENTS}:{line}" for line in (5, 7)),
    ]


def test_a_line_without_end_is_not_read_whole(folder: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(lines, "LONGEST", 2000)
    monkeypatch.setattr(text, "LONGEST", 2000)
    relined(lambda all_: [*all_[:2], b"x" * 100_000, *all_[2:]])(folder)
    (found,) = refused(folder)
    assert found.where == f"{folder / EVENTS}:3"
    assert "is longer than" in found.what


@pytest.mark.parametrize("seen", [b"\r\n", b"\n"])
def test_line_ends_that_git_changed_are_the_ones_that_were_meant(tmp_path: Path, seen: bytes):
    """A checkout with LF made CRLF, of a text with LF; and one with CRLF made LF, of a text with CRLF."""
    words = "one\ntwo\n" if seen == b"\r\n" else "one\r\ntwo\r\n"
    with Store.create(tmp_path / "book.db", recorded=T0) as store:
        store.add_reading(Document("a.txt", words), [], recorded=T1)
        text.write(store, tmp_path / "text")
        for path in (tmp_path / "text").rglob("*.*"):
            path.write_bytes(path.read_bytes().replace(b"\r\n", b"\n").replace(b"\n", seen))
        text.bring(text.read(tmp_path / "text"), tmp_path / "copy.db")
        with Store.open(tmp_path / "copy.db") as copy:
            assert list(copy.events()) == list(store.events())


def test_a_chain_made_anew_does_not_hide_what_is_untrue(tmp_path: Path, folder: Path):
    """A forger who changes a quote and hashes every line and `book.json` anew; and one who writes of a later kind."""
    rows = [lines.parse(raw) for raw in (folder / EVENTS).read_bytes().splitlines()]
    for change, what in (
        ({"body": rows[3].body.replace("Eastmarch will put $5", "Westmarch will put $5")}, "event 4 quotes at"),
        ({"version": 2}, "newer Counterflow"),
        ({"kind": "rumour"}, "no known kind"),
    ):
        forged: list[Event] = []
        for row in rows:
            told = row._replace(**change) if row.seq == 4 else row
            told = told._replace(prev=forged[-1].hash if forged else "")
            forged.append(told._replace(hash=told.digest()))
        (folder / EVENTS).write_text("".join(map(lines.line, forged)), encoding="utf-8", newline="\n")
        edited("book.json", rows[-1].hash.encode(), forged[-1].hash.encode())(folder)
        found = refused(folder)
        assert (found[0].where, what in found[0].what) == (f"{folder / EVENTS}:4", True)
        edited("book.json", forged[-1].hash.encode(), rows[-1].hash.encode())(folder)


@pytest.mark.parametrize("body", ['{"schema":99}', '{"schema":"x"}', "{}"])
def test_a_book_of_another_version_is_refused_and_leaves_no_file(tmp_path: Path, body: str):
    row = Event(1, T0, None, "book", "book", 1, body, None, "", "")
    row = row._replace(hash=row.digest())
    with pytest.raises(Trouble, match=r"newer Counterflow|does not say what it is"):
        text.bring(text.Form((row,), ()), tmp_path / "new.db")
    assert not list(tmp_path.iterdir())


def test_two_that_grew_apart_are_told_where(tmp_path: Path, store: Store, folder: Path):
    text.bring(text.read(folder), tmp_path / "other.db")
    with Store.open(tmp_path / "other.db") as other:
        other.add_problems([Problem("theirs.txt", "is odd", "look")], recorded=T2)
        store.add_problems([Problem("ours.txt", "is odd", "look")], recorded=T2)
        text.write(store, folder)
        before = other.head()
        with pytest.raises(Trouble, match="another event 8") as said:
            text.bring(text.read(folder), other.path)
        assert other.head() == before
        assert (said.value.problem.where, "--book NEW.db" in said.value.problem.remedy) == (str(other.path), True)
        with pytest.raises(Trouble, match="event 8 is not the same"):
            text.write(other, folder)


def test_a_folder_behind_the_book_adds_nothing_and_one_ahead_is_not_written_over(tmp_path: Path, store: Store):
    text.write(store, tmp_path / "text")
    held = files(tmp_path / "text")
    text.bring(text.read(tmp_path / "text"), tmp_path / "earlier.db")
    store.add_problems([Problem("more.txt", "is odd", "look")], recorded=T2)
    assert text.bring(text.read(tmp_path / "text"), store.path) == text.Brought(store.head(), 0, 7)
    text.write(store, tmp_path / "text")
    assert files(tmp_path / "text") != held
    later = files(tmp_path / "text")
    with Store.open(tmp_path / "earlier.db") as earlier, pytest.raises(Trouble, match="is ahead of this book"):
        text.write(earlier, tmp_path / "text")
    assert files(tmp_path / "text") == later


@pytest.mark.parametrize("kind", ["file", "others", "foreign cover", "no such name"])
def test_what_is_no_text_form_is_not_written_over(tmp_path: Path, store: Store, kind: str):
    folder = tmp_path / ("x\0" if kind == "no such name" else "text")
    if kind == "file":
        folder.write_bytes(b"mine")
    elif kind != "no such name":
        folder.mkdir()
        (folder / ("book.json" if kind == "foreign cover" else "notes.md")).write_bytes(b"{}")
    before = files(tmp_path)
    with pytest.raises(Trouble) as said:
        text.write(store, folder)
    assert said.value.problem.where.startswith(str(folder))
    assert files(tmp_path) == before


def test_a_repository_that_is_empty_may_be_written(tmp_path: Path, store: Store):
    (tmp_path / "text" / ".git").mkdir(parents=True)
    (tmp_path / "text" / ".gitattributes").write_bytes(b"*.jsonl -text\n")
    text.write(store, tmp_path / "text")
    assert (tmp_path / "text" / ".gitattributes").read_bytes() == b"*.jsonl -text\n"
    assert not text.read(tmp_path / "text").problems


@pytest.mark.parametrize("before", [0, 1, 2, 3, 4])
def test_an_export_that_was_stopped_is_no_text_form_until_it_is_done_again(
    tmp_path: Path, store: Store, monkeypatch: pytest.MonkeyPatch, before: int
):
    """Five files are put: the mark of a folder not whole, the attributes, a text, the events, the cover."""
    put, done = text._put, []

    def stop(folder: Path, name: str, content: bytes) -> bool:
        if len(done) == before:
            raise OSError(28, "No space left on device")
        done.append(name)
        return put(folder, name, content)

    monkeypatch.setattr(text, "_put", stop)
    with pytest.raises(Trouble, match="No space left"):
        text.write(store, tmp_path / "text")
    assert text.read(tmp_path / "text").problems
    monkeypatch.undo()
    text.write(store, tmp_path / "text")
    text.write(store, tmp_path / "whole")
    assert files(tmp_path / "text") == files(tmp_path / "whole")


def test_nothing_is_written_through_a_link(tmp_path: Path, store: Store, folder: Path):
    linked("events")(folder)
    held = files(tmp_path / "outside")
    store.add_problems([Problem("more.txt", "is odd", "look")], recorded=T2)
    with pytest.raises(Trouble, match="leads out of the folder"):
        text.write(store, folder)
    assert files(tmp_path / "outside") == held


def test_a_damaged_book_is_not_written(tmp_path: Path, store: Store):
    tamper(store.path, "UPDATE events SET text = 'other' WHERE seq = 2")
    with pytest.raises(Trouble, match="another text") as said:
        text.write(store, tmp_path / "text")
    assert said.value.problem.where == "event 2"
    assert not (tmp_path / "text").exists()


def test_what_a_document_is_a_copy_of_is_told_once_and_makes_it_no_younger(tmp_path: Path, store: Store):
    late = article(5, 7, 9, name="late.txt")
    store.add_reading(late, claims_of(late), recorded=T1)
    before = store.claims()
    (key,) = (key for key, document in store.documents().items() if document.doc_id == "late.txt")
    copy = replace(store.documents()[key], syndicated_from="wire.txt")
    assert store.add_copies({key: copy}, recorded="2026-05-01") == 1
    assert store.documents()[key] == copy
    assert store.claims() == before
    assert not store.verify()
    assert store.add_copies(store.documents(), recorded="2026-05-02") == 0
    text.write(store, tmp_path / "text", bodies=False)
    text.bring(text.read(tmp_path / "text"), tmp_path / "bare.db")
    with Store.open(tmp_path / "bare.db") as bare:
        assert bare.documents()[key] == replace(copy, text="", left_out=copy.text_sha256)


def test_texts_leave_a_folder_and_come_back_but_are_not_lost_by_a_book_without_them(tmp_path: Path, store: Store):
    folder, whole = tmp_path / "text", tmp_path / "whole"
    text.write(store, whole)
    text.write(store, folder)
    assert text.write(store, folder, bodies=False).removed == 1
    assert not list((folder / "texts").iterdir())
    assert text.read(folder).rows == tuple(row._replace(text=None) for row in store.events())
    text.bring(text.read(folder), tmp_path / "bare.db")
    assert text.write(store, folder).texts == 1
    assert files(folder) == files(whole)
    with Store.open(tmp_path / "bare.db") as bare:
        assert text.write(bare, folder) == text.Written(bare.head(), 1, 0, 0)
        bare.add_reading(article(9, name="new.txt"), [], recorded=T2)
        text.write(bare, tmp_path / "mixed")
        form = text.read(tmp_path / "mixed")
        assert form == text.Form(tuple(bare.events()), ())
        assert json.loads((tmp_path / "mixed" / "book.json").read_bytes())["left_out"] == [DOCUMENT.text_sha256]
