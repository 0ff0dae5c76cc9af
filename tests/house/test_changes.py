"""The list of changes is written for the person who upgrades."""

from __future__ import annotations

import re

import counterflow
from house.tree import ROOT

NOTE = re.compile(r"- `[^`]+` \w.+")


def test_each_release_note_opens_with_what_the_reader_types():
    """'- `counterflow stress --seed` now repeats a run exactly; it used to draw afresh.'"""
    notes = [line for line in _changes().splitlines() if line.startswith("- ")]
    assert notes
    assert not [note for note in notes if not NOTE.match(note)]


def test_the_newest_heading_is_this_version():
    headings = re.findall(r"^## +v?(\d+\.\d+\.\d+)", _changes(), re.MULTILINE)
    assert headings
    assert headings[0] == counterflow.__version__


def _changes() -> str:
    return (ROOT / "CHANGES.md").read_text(encoding="utf-8")
