"""A book carried elsewhere and back: as text for git, as tables; what is wrong with a folder is said and shown."""

from __future__ import annotations

import csv

import polars as pl
import pytest
from openpyxl import load_workbook

from cli.shell import problem, run
from journeys.wire import LAB, write
from store.samples import tamper

ASKED = (["claims"], ["deals"], ["parties"], ["problems"], ["circular"], ["owe"], ["log"], ["show", LAB])


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """The current folder, with the articles read and ruled on in book.db."""
    monkeypatch.chdir(tmp_path)
    run("read", write(tmp_path / "articles"))
    claim = run("claims", "--json").json[0]["claim_id"]
    run("decide", claim, "--accept", "--because", "checked")
    run("export", "text", "-o", "whole")
    run("export", "text", "-o", "bare", "--no-bodies")
    return tmp_path


def answers(book):
    trust = {"log": ()}
    return {w[0]: run(*w, "--book", book, "--json", *trust.get(w[0], ("--trust", 0))).json for w in ASKED}


@pytest.mark.parametrize("form", ["whole", "bare"])
def test_a_book_made_from_text_answers_as_the_first_did(form, folder):
    done = run("import", form, "--book", "copy.db", "--json").json
    assert (done["name"], done["known"], done["problems"]) == (form, 0, [])
    assert done["new"] == done["rows"] > 0
    assert answers("copy.db") == answers("book.db")
    assert run("import", form, "--book", "copy.db").err == f"{form}: 0 new events, {done['rows']} known\n"
    sound = [run("verify", place).out.partition(": ")[2] for place in ("book.db", form, "copy.db")]
    assert len(set(sound)) == 1
    assert f"{done['rows']} events, all sound" in sound[0]


def test_a_copy_stays_a_copy_where_the_texts_that_show_it_are_left_out(folder):
    """The same words under other headings and a line more: two sources, one origin."""
    lines = ["Tern Capital invested $3 billion in Larkspur AI on Monday."]
    lines += [
        f"Both firms said that round {n} of their talks had ended without a word to anyone else." for n in range(9)
    ]
    for name, more in (("first.txt", ""), ("later.txt", "Nobody else was asked for comment.")):
        (folder / "copies").mkdir(exist_ok=True)
        day = "2026-04-01" if name == "first.txt" else "2026-04-03"
        (folder / "copies" / name).write_text("\n\n".join([f"As seen by {name}", *lines, more]), encoding="utf-8")
        run("read", f"copies/{name}", "--doc-date", day, "--book", "news.db")
    run("export", "text", "-o", "news", "--no-bodies", "--book", "news.db")
    run("import", "news", "--book", "bare.db")
    assert answers("bare.db") == answers("news.db")
    linked = {row["source_id"]: row["duplicate_of"] or row["syndicated_from"] for row in
              run("sources", "--book", "bare.db", "--json").json}  # fmt: skip
    assert linked == {"first.txt": None, "later.txt": "first.txt"}
    before = run("verify", "news.db").out
    run("read", "copies", "--book", "news.db")
    assert run("verify", "news.db").out == before


def test_without_its_texts_a_book_shows_its_quotes_and_says_what_it_lacks(folder):
    run("import", "bare", "--book", "bare.db")
    for book in ("book.db", "bare.db"):
        run("report", "--book", book, "--trust", 0, "-o", f"{book}.html")
    assert (folder / "bare.db.html").read_bytes() == (folder / "book.db.html").read_bytes()
    assert "text left out" in run("show", "contract.txt", "--book", "bare.db").out
    assert {row["characters"] for row in run("sources", "--book", "bare.db", "--json").json} == {None}
    claim = run("claims", "--book", "bare.db", "--json").json[0]["claim_id"]
    assert '"' in run("show", claim, "--book", "bare.db").out
    words = ["--role", "investor=Tern", "--role", f"investee={LAB}", "--span", "round.txt:5-9", "--because", "missed"]
    assert "was left out" in problem(run("add", "investment", *words, "--book", "bare.db", code=1), "--span")


def test_what_is_read_after_an_export_comes_with_the_next_one(folder):
    run("import", "whole", "--book", "theirs.db")
    (folder / "late.txt").write_text("Tern Capital invested $3 billion in Larkspur AI.", encoding="utf-8")
    run("read", "late.txt")
    assert "files changed: 3" in run("export", "text", "-o", "whole").err  # a text, the events, book.json
    assert run("import", "whole", "--book", "theirs.db", "--json").json["new"] == 3
    assert answers("theirs.db") == answers("book.db")
    told = run("export", "text", "-o", "whole", "--no-bodies").err
    assert "texts taken out: 6" in told
    assert "history" in told


def test_a_folder_that_was_changed_is_said_and_brings_nothing(folder):
    events = folder / "whole" / "events" / "000001.jsonl"
    events.write_bytes(events.read_bytes().replace(b'"because":"checked"', b'"because":"guessed"'))
    at = len(events.read_bytes().splitlines())
    for words in (["verify", "whole"], ["import", "whole", "--book", "copy.db"], ["import", "whole"]):
        assert "was changed" in problem(run(*words, code=1), f"{events.relative_to(folder)}:{at}")
    found = run("import", "whole", "--book", "copy.db", "--json", code=1).json
    assert (found["new"], [p["where"] for p in found["problems"]]) == (0, [f"{events.relative_to(folder)}:{at}"])
    assert not (folder / "copy.db").exists()
    run("verify")


def test_two_books_that_grew_apart_are_told_where(folder):
    run("import", "whole", "--book", "theirs.db")
    for book in ("book.db", "theirs.db"):
        run("undo", "--book", book, "--because", f"for {book}")
    run("export", "text", "-o", "whole")
    said = problem(run("import", "whole", "--book", "theirs.db", code=1), "theirs.db")
    assert "the two grew apart" in said
    assert "grew apart" in problem(run("export", "text", "-o", "whole", "--book", "theirs.db", code=1), "whole")


def test_tables_that_went_astray_are_worked_out_anew(folder):
    tamper(folder / "book.db", "DELETE FROM claims")
    assert "counterflow verify --rebuild" in run("verify", code=1).err
    assert "all sound" in run("verify", "--rebuild").out
    run("verify")


def test_the_tables_of_a_book_as_files(folder):
    lists = {name: run(name, "--json", "--trust", 0).json for name in ("deals", "claims", "parties", "sources")}
    for fmt in ("csv", "parquet", "xlsx"):
        run("export", fmt, "-o", "tables.xlsx" if fmt == "xlsx" else f"as-{fmt}", "--trust", 0)
    book = load_workbook(folder / "tables.xlsx")
    assert book.sheetnames == ["deals", "claims", "parties", "sources", "problems"]
    for name, rows in lists.items():
        assert rows
        assert pl.read_parquet(folder / "as-parquet" / f"{name}.parquet").to_dicts() == rows
        with (folder / "as-csv" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            assert [next(iter(row.values())) for row in csv.DictReader(file)] == [
                next(iter(row.values())) for row in rows
            ]
        assert book[name].max_row == len(rows) + 1
    run("export", "csv", "-o", "then", "--known", "2025-12-31", "--trust", 0)
    assert len(pl.read_csv(folder / "then" / "deals.csv")) == 1


@pytest.mark.parametrize(
    ("words", "where", "says"),
    [
        (["export", "docx", "-o", "x"], "docx", "no format"),
        (["export", "csv", "-o", "deals.csv"], "deals.csv", "a file for each"),
        (["export", "csv", "-o", "book.db"], "book.db", "cannot be written"),
        (["export", "xlsx", "-o", "articles"], "articles", "cannot be written"),
        (["export", "text", "-o", "articles"], "articles", "holds other things"),
        (["export", "text", "-o", "book.db"], "book.db", "is a file"),
        (["export", "text", "-o", "x", "--book", "none.db"], "none.db", "no such book"),
        (["import", "articles", "--book", "new.db"], "articles", "holds no text form"),
        (["import", "whole", "--book", "articles"], "articles", "is a folder"),
        (["import", "whole", "--book", "articles/stake.txt"], "articles/stake.txt", "another kind of file"),
        (["verify", "articles"], "articles", "holds no text form"),
        (["verify", "whole", "--rebuild"], "whole", "no tables"),
    ],
)
def test_a_wrong_word_is_one_problem_and_changes_nothing(words, where, says, folder):
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert says in problem(run(*words, code=1), where)
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize(
    "words",
    [
        ["export", "text"],
        ["export", "text", "-o", "x", "--known", "2026-01-01"],
        ["export", "csv", "-o", "x", "--no-bodies"],
        ["import"],
        ["import", "whole", "--map", "map.toml"],
    ],
)
def test_wrong_usage_ends_with_2(words, folder):
    assert "counterflow" in run(*words, code=2).err
    assert not (folder / "x").exists()


def test_a_list_is_brought_in_by_its_file(folder):
    rows = ["id,type,from,to,low,high,currency,unit,status,said_on,source,note"]
    rows += ["1,investment,Quarry Motors,Larkspur AI,2,2,USD,billion,completed,2026-04-01,The Bulletin,paid in cash"]
    (folder / "deals.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    assert "1 new claims, 0 known" in run("import", "deals.csv", "--book", "list.db").err
    assert run("import", "deals.csv", "--book", "list.db", "--json").json["known"] == 1
    (row,) = run("deals", "--book", "list.db", "--json", "--trust", 0).json
    assert (row["payer"], row["payee"]) == ("Quarry Motors", LAB)
    run("export", "text", "-o", "listed", "--book", "list.db")
    run("import", "listed", "--book", "again.db")
    assert run("deals", "--book", "again.db", "--json", "--trust", 0).json == [row]
