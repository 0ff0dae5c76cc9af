"""Tables as files: each format read back by another program."""

from __future__ import annotations

import csv
import io
import json

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from counterflow.export.flat import FILES, to_bytes, write
from counterflow.model.problem import Trouble

FRAME = pl.DataFrame(
    {
        "party": ["=SUM(A1:A9)", "https://wire.example/a", "Schröder; Söhne"],
        "usd": [38e9, None, 0.5],
        "claims": [["c1", "c2"], [], None],
    }
)


def sheet(raw):
    rows = load_workbook(io.BytesIO(raw)).active.iter_rows()
    return [list(row) for row in rows]


def test_a_workbook_holds_text_as_text_and_numbers_as_numbers():
    header, *rows = sheet(to_bytes(FRAME, "xlsx"))
    assert [cell.value for cell in header] == ["party", "usd", "claims"]
    assert [(row[0].value, row[0].data_type) for row in rows] == [(text, "s") for text in FRAME["party"]]
    assert [row[1].value for row in rows] == [38e9, None, 0.5]
    assert [row[2].value or "" for row in rows] == ["c1; c2", "", ""]
    assert not any(cell.hyperlink for row in rows for cell in row)


def test_csv_json_and_parquet_hold_the_same():
    rows = list(csv.DictReader(io.StringIO(to_bytes(FRAME, "csv").decode("utf-8"))))
    assert [row["party"] for row in rows] == FRAME["party"].to_list()
    assert [row["usd"] and float(row["usd"]) for row in rows] == [38e9, "", 0.5]
    assert rows[0]["claims"] == "c1; c2"
    assert json.loads(to_bytes(FRAME, "json")) == FRAME.to_dicts()
    assert pl.read_parquet(io.BytesIO(to_bytes(FRAME, "parquet"))).equals(FRAME)


@pytest.mark.parametrize("fmt", FILES)
def test_a_table_without_rows_keeps_its_columns(fmt, tmp_path):
    write(FRAME.clear(), fmt, tmp_path / "empty")
    raw = (tmp_path / "empty").read_bytes()
    if fmt != "json":  # a list of rows says nothing of columns
        assert b"party" in raw or [c.value for c in sheet(raw)[0]] == FRAME.columns
    else:
        assert json.loads(raw) == []


@given(st.lists(st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S", "Zs"]), max_size=20), max_size=4))
def test_the_same_rows_give_the_same_bytes_and_any_text_comes_back(texts):
    frame = pl.DataFrame({"said": texts}, schema={"said": pl.String})
    for fmt in FILES:
        assert to_bytes(frame, fmt) == to_bytes(frame.clone(), fmt)
    assert [row["said"] for row in json.loads(to_bytes(frame, "json"))] == texts
    assert pl.read_parquet(io.BytesIO(to_bytes(frame, "parquet")))["said"].to_list() == texts


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(Trouble) as stopped:
        write(FRAME, "csv", tmp_path / "none" / "deals.csv")
    assert "cannot be written" in stopped.value.problem.what
    assert stopped.value.problem.where.endswith("deals.csv")
