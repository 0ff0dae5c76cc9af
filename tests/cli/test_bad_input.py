"""Bad input: one Problem with its place and remedy, exit code 1, everything else still done, the book sound."""

from __future__ import annotations

import sqlite3
import tracemalloc
from contextlib import closing

import pytest

from cli.shell import problem, run
from counterflow.model.problem import plain
from counterflow.store import Store, opening
from journeys.wire import ARTICLES, CONTRACT, LAB, write

GOOD = "Tern Capital invested $3 billion in Larkspur AI."
NAMES = '{"entities": [{"name": "Larkspur AI"'


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """The current folder, with a good article in it."""
    monkeypatch.chdir(tmp_path)
    write(tmp_path, "contract.txt")
    return tmp_path


def events():
    with Store.open("book.db") as store:
        return list(store.events())


UNREADABLE = {
    "empty.txt": b"",
    "blank.txt": b" \n\t \r\n \xc2\xa0\n",
    "binary.txt": bytes(range(256)) * 40,
    "noise.txt": b"\x01\x02\x03\x04 text \x05\x06" * 50,
    "archive.txt": b"PK\x03\x04" + b"\x00" * 200,
    "paper.pdf": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj",
    "paper.txt": b"%PDF-1.7\n1 0 obj",
    "scripts.html": b"<html><script>document.write('Tern invested $3 billion')</script></html>",
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_cannot_be_read_is_said_and_the_rest_is_read(name, folder):
    (folder / name).write_bytes(UNREADABLE[name])
    found = run("read", name, "contract.txt", "--json", code=1)
    problem(found, name)
    assert [d["doc_id"] for d in found.json["documents"]] == ["contract.txt"]
    assert [p["where"] for p in found.json["problems"]] == [name]
    assert [row["where"] for row in run("problems", "--json").json] == [name]
    assert [row["source_id"] for row in run("sources", "--json").json] == ["contract.txt"]
    before = events()
    run("read", name, code=1)
    assert events() == before
    run("verify")


def test_a_place_that_is_not_there_or_holds_nothing(folder):
    (folder / "nothing").mkdir()
    for name in ("missing.txt", "nothing", "https://wire.example/a", "x" * 5000, "a\0b"):
        found = run("read", name, "contract.txt", code=1)
        problem(found, plain(name[:200]))
        assert "contract.txt: " in found.err


def test_a_file_far_too_big_is_not_read_whole(folder):
    run("read", "contract.txt")
    with (folder / "huge.txt").open("wb") as file:
        file.truncate(200_000_000)
    tracemalloc.start()
    found = run("read", "huge.txt", code=1)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert "is too big: 200.0 MB" in problem(found, "huge.txt")
    assert most < 20_000_000


def test_a_file_in_another_encoding_is_read_and_the_guess_said(folder):
    (folder / "old.txt").write_bytes(f"Schröder’s note. {GOOD}".encode("cp1252"))
    found = run("read", "old.txt", "--json", code=1)
    assert "Windows-1252" in problem(found, "old.txt")
    assert found.json["documents"][0]["text"].startswith("Schröder’s note.")
    assert found.json["documents"][0]["claims"]


def test_a_file_cut_inside_a_character_is_read_up_to_there(folder):
    (folder / "cut.txt").write_bytes(f"{GOOD} The end é".encode()[:-1])
    found = run("read", "cut.txt", "--json", code=1)
    assert "cut short" in problem(found, "cut.txt")
    assert found.json["documents"][0]["claims"]


HOSTILE = {
    "deep": "<html><body>" + "<div>" * 100_000 + f"<p>{GOOD}</p>",
    "script": f"<html><body><script>alert('$5 billion')</script><p onclick='x()'>{GOOD}</p></body></html>",
    "bomb": '<?xml version="1.0"?><!DOCTYPE html [<!ENTITY a "lol">'
    + "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True))
    + f"]><html><body><p>{GOOD}</p><p>&i;</p></body></html>",
    "outside": f'<!DOCTYPE html [<!ENTITY x SYSTEM "file:///etc/hostname">]><html><p>{GOOD}</p><p>&x;</p></html>',
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_page_does_no_harm(kind, folder):
    (folder / f"{kind}.html").write_text(HOSTILE[kind], encoding="utf-8")
    found = run("read", f"{kind}.html", "contract.txt", "--json", code=None)
    assert found.code == bool(found.json["problems"])
    names = [d["doc_id"] for d in found.json["documents"]]
    assert names[-1] == "contract.txt"
    for document in found.json["documents"][:-1]:
        assert len(document["text"]) < 10_000
        assert "alert" not in document["text"]
    assert names[:-1] or found.json["problems"]
    run("verify")


def test_a_book_in_use_by_another_is_left_alone(folder, monkeypatch):
    monkeypatch.setattr(opening, "_PATIENCE", 0.05)
    run("init")
    before = (folder / "book.db").read_bytes()
    with closing(sqlite3.connect("book.db", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        assert "is in use by another process" in problem(run("read", "contract.txt", code=1), "book.db")
        other.execute("ROLLBACK")
    assert (folder / "book.db").read_bytes() == before
    run("read", "contract.txt")


@pytest.mark.parametrize("kind", ["foreign", "text", "folder"])
@pytest.mark.parametrize("words", [["read", "contract.txt"], ["deals"], ["init"], ["verify"], ["log"], ["undo"]])
def test_what_is_no_book_is_left_as_it_was(kind, words, folder):
    path = folder / "book.db"
    if kind == "foreign":
        with closing(sqlite3.connect(path)) as other, other:
            other.execute("CREATE TABLE events (name TEXT)")
    elif kind == "text":
        path.write_text(CONTRACT * 20, encoding="utf-8")
    else:
        path.mkdir()
    before = path.read_bytes() if path.is_file() else None
    problem(run(*words, code=1), "book.db")
    assert (path.read_bytes() if path.is_file() else None) == before


@pytest.mark.parametrize("words", [["deals"], ["circular"], ["owe"], ["verify"], ["log"], ["show", LAB], ["report"]])
def test_a_book_that_is_not_there_is_said_and_not_made(words, folder):
    problem(run(*words, "--book", "none.db", code=1), "none.db")
    assert not (folder / "none.db").exists()


@pytest.mark.parametrize(
    ("words", "where", "says"),
    [
        (["read", "contract.txt", "--doc-date", "2026-13-45"], "--doc-date", "write it as 2026-03-31"),
        (["deals", "--known", "tomorrowish"], "--known", "write it as 2026-03-31"),
        (["circular", "--asof", "2026"], "--asof", "write it as 2026-03-31"),
        (["claims", "--recorded", "soon"], "--recorded", "write it as 2026-03-31"),
        (["claims", "--recorded", "2026-01-01Tnoon"], "2026-01-01Tnoon", "is not a time"),
        (["circular", "--count", "promised"], "--count", "paid, committed, conditional"),
        (["report", "--reading", "generous"], "--count", "inclusive, additional, named"),
        (["circular", "Larkspurr AI"], "Larkspurr AI", ""),
        (["owe", "Nobody At All"], "Nobody At All", ""),
        (["circular", "--payer", "Nobody At All"], "Nobody At All", ""),
        (["show", "Nobody At All"], "Nobody At All", ""),
        (["read", "contract.txt", "--gazetteer", "names.json"], "names.json", ""),
        (["read", "contract.txt", "--gazetteer", "none.json"], "none.json", ""),
        (["report", "-o", "none/report.html"], "none", "cannot be written"),
        (["deals", "--trust", "0", "-o", "none/deals.csv"], "none", "cannot be written"),
        (["circular", "--json", "-o", "none/band.json"], "none", "cannot be written"),
        (["demo", "--out", "contract.txt"], "contract.txt", "cannot be made"),
    ],
)
def test_a_wrong_word_is_one_problem_and_changes_nothing(words, where, says, folder):
    run("read", "contract.txt")
    (folder / "names.json").write_text(NAMES, encoding="utf-8")
    before = (folder / "book.db").read_bytes()
    assert says in problem(run(*words, code=1), where)
    assert (folder / "book.db").read_bytes() == before


def test_the_nearest_party_is_proposed(folder):
    run("read", "contract.txt")
    assert "did you mean Larkspur AI?" in run("owe", "Larkspurr AI", "--trust", "0", code=1).err


def test_a_wrong_day_makes_no_book(folder):
    run("read", "contract.txt", "--doc-date", "2026-13-45", code=1)
    assert sorted(path.name for path in folder.iterdir()) == ["contract.txt"]
    assert "contract.txt" in ARTICLES
