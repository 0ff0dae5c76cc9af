"""Reading and listing: what comes out, in which form, and when it holds."""

from __future__ import annotations

import csv
import io
import json

import polars as pl
import pytest
from openpyxl import load_workbook

from cli.shell import run
from counterflow.store import Store
from journeys.wire import ARTICLES, CONTRACT, LAB, write

LISTS = ("claims", "deals", "parties", "sources", "problems")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The current folder, with the articles read into book.db."""
    monkeypatch.chdir(tmp_path)
    run("read", write(tmp_path / "articles"))
    return tmp_path


def events():
    with Store.open("book.db") as store:
        return list(store.events())


def test_read_json_is_one_document_as_the_contract_says(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "articles", "contract.txt")
    found = run("read", "articles/contract.txt", "--json", "--no-store").json
    assert set(found) == {"documents", "problems"}
    assert found["problems"] == []
    (document,) = found["documents"]
    text = (tmp_path / "articles" / "contract.txt").read_text(encoding="utf-8")
    assert document["text"] == text
    assert {"doc_id", "title", "doc_date", "text", "claims"} <= set(document)
    assert (document["doc_id"], document["doc_date"]) == ("contract.txt", "2025-11-03")
    assert document["claims"]
    for claim in document["claims"]:
        assert {"claim_id", "type", "roles", "amount", "status", "evidence", "confidence"} <= set(claim)
        for evidence in claim["evidence"]:
            assert text[evidence["start"] : evidence["end"]] == evidence["text"]
    assert [path.name for path in tmp_path.iterdir()] == ["articles"]  # nothing was written anywhere


def test_reading_twice_adds_nothing(folder):
    before, claims = events(), run("claims", "--format", "csv").out
    again = run("read", "articles")
    assert events() == before
    assert run("claims", "--format", "csv").out == claims
    assert again.err.count("known already, nothing added") == len(ARTICLES)


def test_a_given_day_is_the_documents_day(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "wire.txt").write_text(CONTRACT, encoding="utf-8")
    run("read", "wire.txt", "--doc-date", "2024-02-03")
    (row,) = run("sources", "--json").json
    assert (row["doc_date"], row["doc_date_source"]) == ("2024-02-03", "option")


@pytest.mark.parametrize("what", LISTS)
def test_each_list_is_the_same_in_every_format(what, folder):
    rows = run(what, "--json", "--trust", 0).json
    assert json.loads(run(what, "--format", "json", "--trust", 0).out) == rows
    assert len(list(csv.DictReader(io.StringIO(run(what, "--format", "csv", "--trust", 0).out)))) == len(rows)
    for name in ("list.csv", "list.json", "list.parquet", "list.xlsx"):
        run(what, "-o", name, "--trust", 0)
    assert json.loads((folder / "list.json").read_text(encoding="utf-8")) == rows
    assert pl.read_parquet(folder / "list.parquet").to_dicts() == rows
    cells = [row[0].value for row in load_workbook(folder / "list.xlsx").active.iter_rows(min_row=2)]
    assert [value for value in cells if value] == [next(iter(row.values())) for row in rows]
    assert (folder / "list.csv").read_bytes().decode("utf-8") == run(what, "--format", "csv", "--trust", 0).out
    on_screen = run(what, "--trust", 0)
    assert on_screen.out or "nothing to settle" in on_screen.err


def test_a_quote_that_starts_like_a_formula_stays_text(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "wire.txt").write_text("=Tern Capital invested $3 billion in Larkspur AI.", encoding="utf-8")
    run("read", "wire.txt")
    kind = ["--role", "investor=Tern", "--role", "investee=Larkspur", "--amount", "$3 billion"]
    run("add", "investment", *kind, "--span", "wire.txt:0-49", "--because", "missed")
    run("claims", "-o", "claims.xlsx")
    cells = [cell for row in load_workbook(tmp_path / "claims.xlsx").active.iter_rows() for cell in row]
    assert any(str(cell.value).startswith("=Tern") for cell in cells)
    assert not any(cell.data_type == "f" for cell in cells)


def test_binary_formats_want_a_file_and_unknown_ones_are_named(folder):
    assert "-o FILE.xlsx" in run("deals", "--format", "xlsx", code=1).err
    assert "one of: table, csv" in run("deals", "--format", "pdf", code=1).err
    assert "one of: table, csv" in run("circular", "--format", "pdf", "-o", "x", code=1).err


def test_what_was_public_and_what_is_trusted_decide_what_counts(folder):
    """Read in order of time: nothing in October 2025, the contract by New Year, the letter in January."""
    assert run("deals", "--json", "--trust", 0, "--known", "2025-10-31").json == []
    by_new_year = run("deals", "--json", "--trust", 0, "--known", "2025-12-31").json
    assert [row["central"] for row in by_new_year] == [42e9]
    by_january = run("deals", "--json", "--trust", 0, "--known", "2026-01-31").json
    assert sorted(row["central"] for row in by_january) == [42e9, 90e9]
    assert run("deals", "--json", "--trust", 1, "--known", "2026-01-31").json == []
    assert "lower --trust" in run("deals", "--trust", 1).err


def test_what_had_happened_by_a_day_decides_what_counts(folder):
    def counting(*words):
        return [row["claim_id"] for row in run("claims", "--json", "--trust", 0, *words).json if row["counts"]]

    assert counting("--asof", "2020-01-01") == []
    assert set(counting("--asof", "2026-01-31")) < set(counting())
    assert "what had happened by 2026-01-31" in run("circular", "--asof", "2026-01-31").out


def test_what_the_book_held_on_a_day(folder):
    assert run("claims", "--json", "--recorded", "2025-01-01").json == []
    assert run("claims", "--json", "--recorded", "2999-01-01").json == run("claims", "--json").json


def test_two_documents_of_one_name_stand_beside_each_other(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name, text in (("a", f"A headline\n\n{CONTRACT}"), ("b", "Tern Capital invested $3 billion in Larkspur AI.")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "wire.txt").write_text(text, encoding="utf-8")
    run("read", "a", "b")
    assert [row["source_id"] for row in run("sources", "--json").json] == ["wire.txt", "wire.txt"]
    assert "fits 2 things" in run("show", "wire.txt", code=1).err
    path = run("sources", "--json").json[0]["address"]
    assert run("show", path, "--json").json["address"] == path


def test_an_empty_book_says_what_to_do_next(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    run("init")
    for what in LISTS:
        assert run(what).err
        assert run(what, "--json").json == []
    assert run("owe").out == "Nobody in this book owes anything that counts.\n"
    assert run("circular", "--json").json["bands"] == []
    assert run("circular", "--json").json["support"]["assumption"] == 1
    run("report")
    assert "<html" in (tmp_path / "report.html").read_text(encoding="utf-8")
    assert run("log").err == "no decisions yet\n"
    assert "all sound" in run("verify").out


def test_the_book_of_the_surroundings_is_used(folder, monkeypatch):
    (folder / "elsewhere").mkdir()
    monkeypatch.setenv("COUNTERFLOW_BOOK", str(folder / "book.db"))
    monkeypatch.chdir(folder / "elsewhere")
    assert LAB in {row["party"] for row in run("parties", "--json", "--trust", 0).json}
