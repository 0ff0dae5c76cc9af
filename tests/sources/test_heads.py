"""Heads of invented articles in the ways of many outlets: which line is the title, which the byline, and what day."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest

from counterflow.sources import from_bytes


class Head(NamedTuple):
    """The lines of a head as printed, the kind and the words of each of its parts, and the day that it gives itself."""

    lines: list[str]
    parts: list[tuple[str, str]]
    day: str | None


def heads() -> dict[str, Head]:
    """The heads of `heads.txt` by name: "== name | day", then lines with their kind; `‖` parts a line of two kinds."""
    found = {}
    for section in Path(__file__).with_name("heads.txt").read_text(encoding="utf-8").split("== ")[1:]:
        first, *rows = section.rstrip().splitlines()
        name, day = first.split(" | ")
        printed, parts = [], []
        for row in rows:
            kinds, words = row.split("|", 1)
            printed.append(words[1:].replace("‖", ""))
            parts += zip(map(str.strip, kinds.split("+")), map(str.strip, words.split("‖")), strict=True)
        found[name] = Head(printed, parts, None if day == "none" else day)
    return found


HEADS = heads()


@pytest.mark.parametrize("line_end", ["\n", "\n\n", "\r\n\r\n"])
@pytest.mark.parametrize("name", HEADS)
def test_a_head_is_read_as_its_outlet_prints_it(name, line_end):
    lines, parts, day = HEADS[name]
    document, _ = from_bytes(line_end.join([*lines, ""]).encode(), "a.txt")
    read = [
        (s.kind, line.strip())
        for s in document.segments
        for line in document.text[s.start : s.end].splitlines()
        if line.strip()
    ]
    assert read == parts
    assert document.title == next((words for kind, words in parts if kind == "title"), None)
    assert (document.doc_date, document.doc_date_source) == (day, "byline" if day else None)
