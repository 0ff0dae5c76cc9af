"""The tables of frames: what their `stems` spare must never hide a match, and nothing is compiled before its time."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from counterflow.extract import amounts
from counterflow.extract.frames import Pattern, patterns
from counterflow.extract.names import mentions
from counterflow.extract.sentences import Sentence, sentences
from counterflow.model.source import Document, Segment
from extract.telling import NAMES

CASES = Path(__file__).parents[1] / "cases"


def masked() -> list[Sentence]:
    """Every sentence of the stories, as frames see it."""
    found: list[Sentence] = []
    for name in ("stories", "stories_types", "stories_terms"):
        for case in json.loads((CASES / f"{name}.json").read_text(encoding="utf-8")):
            page = Document("story", case["text"], segments=(Segment("body", 0, len(case["text"])),))
            named = mentions(page.text, page.segments, NAMES)
            found += sentences(page, named, amounts.find(page.text).quantities)
    return found


SENTENCES = masked()


def fits(pattern: Pattern, sentence: Sentence) -> bool:
    """Whether a pattern holds anywhere, for any amount of its unit."""
    if not pattern.letters:
        return pattern.match.search(sentence.masked) is not None
    marked = (
        f"{sentence.masked[: t.at]}‹Q{sentence.masked[t.at + 2 :]}"
        for t in sentence.quantities()
        if t.letter in pattern.letters
    )
    return any(pattern.match.search(text) for text in marked)


@pytest.mark.parametrize("pattern", [p for p in patterns() if p.stems], ids=lambda p: f"{p.type} {p.text[:40]}")
def test_stems_hide_no_match(pattern: Pattern) -> None:
    hidden = [s.masked for s in SENTENCES if not any(stem in s.masked for stem in pattern.stems) and fits(pattern, s)]
    assert hidden == []


def test_a_text_without_deals_compiles_no_frame() -> None:
    """In a process of its own, since patterns once compiled stay."""
    code = (
        "from counterflow.extract import frames, rules\n"
        "from counterflow.extract.names.gazetteer import Gazetteer\n"
        "from counterflow.model.source import Document, Segment\n"
        "text = 'It rained.'\n"
        "rules.read(Document('page', text, segments=(Segment('body', 0, len(text)),)), Gazetteer.of([]))\n"
        "print(frames._regex.cache_info().currsize)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert done.stdout.strip() == "0"
