"""The five labelled articles (COUNTERFLOW_ARTICLES names their folder): what is expected of them, and the traps."""

from __future__ import annotations

import json
import os
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from counterflow import desk

FOLDER = os.environ.get("COUNTERFLOW_ARTICLES", "")
CASES = json.loads((Path(__file__).parents[1] / "cases" / "seed_checks.json").read_text(encoding="utf-8"))
FINDINGS = [f for f in CASES["findings"] if not f.get("must_not")]
TRAPS = [f for f in CASES["findings"] if f.get("must_not")]


@cache
def found(note: str | None) -> tuple[dict[str, Any], ...]:
    """Every issue on the articles, and on a note beside them."""
    names = [str(path) for path in sorted(Path(FOLDER).glob("*.txt"))] + ([note] if note else [])
    reads = [item for item in desk.read(names, None) if isinstance(item, desk.Read)]
    return tuple(issue.to_json() for issue in desk.check(desk.book_of(reads)))


def inside(quantity: dict[str, Any], wanted: dict[str, Any]) -> bool:
    """The wanted value lies in the interval, which is not much wider than the wanted one."""
    low, high, value = quantity["low"], quantity["high"], wanted["value"]
    if quantity["unit"] != wanted["unit"]:
        return False
    if value is None:
        return (low, high) == (wanted["loose_low"], wanted["loose_high"])
    if not (low is None or low <= value * 1.0001) or not (high is None or high >= value * 0.9999):
        return False
    if None in {low, high, wanted["loose_low"], wanted["loose_high"]}:
        return (high is None) == (wanted["loose_high"] is None)
    return high - low <= 3 * (wanted["loose_high"] - wanted["loose_low"]) + 0.25 * abs(value)


def carries(issue: dict[str, Any], case: dict[str, Any]) -> bool:
    """One issue of the kind that touches one of the articles and carries every quantity."""
    touched = {issue["article"], *(e["article"] for e in issue["evidence"])} & set(case["articles"])
    kinds = {case["kind"], *case["also"]}
    own = [any(inside(q, wanted) for q in issue["quantities"]) for wanted in case["quantities"]]
    return issue["kind"] in kinds and bool(touched) and all(own)


if FOLDER:  # the articles of others stay out of the repository

    @pytest.mark.parametrize("case", FINDINGS, ids=[f["id"] for f in FINDINGS])
    def test_what_is_expected_is_reported(case: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> None:
        note = tmp_path_factory.getbasetemp() / "note.txt"
        note.write_text(CASES["note_text"], encoding="utf-8")
        issues = found(str(note) if case["with_note"] else None)
        assert [issue["id"] for issue in issues if carries(issue, case)], case["arithmetic"]

    @pytest.mark.parametrize("case", TRAPS, ids=[f["id"] for f in TRAPS])
    def test_no_trap_is_stepped_into(case: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> None:
        note = tmp_path_factory.getbasetemp() / "note.txt"
        note.write_text(CASES["note_text"], encoding="utf-8")
        for issues in (found(None), found(str(note))):
            assert [issue["message"] for issue in issues if carries(issue, case)] == []

    def test_every_hard_or_soft_issue_shows_two_sides_with_their_places() -> None:
        for issue in found(None):
            assert issue["severity"] == {"contradiction": "hard", "tension": "soft", "status_conflict": "soft"}.get(
                issue["kind"], "info"
            )
            if issue["kind"] == "contradiction":
                assert len(issue["evidence"]) >= 2
                assert issue["repair"]
            assert len(issue["quantities"]) <= 16
