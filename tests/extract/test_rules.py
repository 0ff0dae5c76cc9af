"""Claims in one-sentence stories (cases/stories.json): a text and its claims, each as `type role Name, amount: words`.

The words: status, then polarity where it is negative, scope, basis, metric.
"""

from __future__ import annotations

import inspect
import json
import os
import runpy
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterflow import sources
from counterflow.extract.names.gazetteer import Gazetteer
from counterflow.extract.rules import Reading, read
from counterflow.model.source import Document, Segment
from extract.telling import NAMES, told


def reading(text: str, doc_date: str | None = None) -> Reading:
    """The claims of a text whose every line is body."""
    segments, at = [], 0
    for line in text.splitlines(keepends=True):
        segments.append(Segment("body", at, at + len(line)))
        at += len(line)
    return read(Document("story", text, segments=tuple(segments), doc_date=doc_date), NAMES)


def story(test: Any) -> tuple[str, list[str]]:
    """The text of a docstring, and the lines that follow its empty line."""
    text, _, lines = dedent(inspect.getdoc(test) or "").partition("\n\n")
    return text.replace("\n", " "), sorted(line.strip() for line in lines.splitlines())


FACTS = ("status", "polarity", "amount_scope", "valuation_basis", "metric")
STORIES = json.loads((Path(__file__).parents[1] / "cases" / "stories.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", STORIES, ids=lambda case: case["shows"])
def test_every_story_is_told_whole(case: dict[str, Any]) -> None:
    """No claim is missing and none is added."""
    assert sorted(told(c, *FACTS) for c in reading(case["text"]).claims) == sorted(case["claims"])


def test_the_worked_example_comes_out_whole() -> None:
    """Eastmarch Chips is in talks to put at least $6 billion (about €5.2 billion) into Dovecote AI, the Morning
    Bulletin reported on Tuesday, citing two people who know the plan.

    The day before Wednesday 2026-03-04 was Tuesday 2026-03-03; the clause ends before ", the Morning Bulletin".
    """
    text, _ = story(test_the_worked_example_comes_out_whole)
    document = Document("example", text, segments=(Segment("body", 0, len(text)),), doc_date="2026-03-04")
    (claim,) = read(document, Gazetteer.builtin()).claims
    assert claim.claim_id == "a523b81d1ef42ff2"
    assert (claim.evidence[0].start, claim.evidence[0].end) == (0, 92)
    assert claim.event_date is not None
    assert (claim.event_date.text, claim.event_date.value, claim.event_date.of) == (
        "on Tuesday",
        "2026-03-03",
        "report",
    )
    assert claim.attribution == (("Morning Bulletin", "two people"), "Morning Bulletin", True)
    assert claim.confidence >= 0.8


def test_without_a_document_date_a_weekday_stays_open() -> None:
    """Fennimore invested $40 million in Dovecote, the Evening Star reported on Tuesday."""
    text, _ = story(test_without_a_document_date_a_weekday_stays_open)
    (claim,) = reading(text).claims
    assert claim.event_date is not None
    assert (claim.event_date.text, claim.event_date.value) == ("on Tuesday", None)


def test_a_claim_said_twice_is_one_claim_with_both_mentions() -> None:
    """Fennimore invested $40 million in Dovecote. Fennimore invested $40 million in Dovecote."""
    text, _ = story(test_a_claim_said_twice_is_one_claim_with_both_mentions)
    (claim,) = reading(text).claims
    assert [e.start for e in claim.evidence] == [0, text.index("Fennimore", 1)]


def test_a_condition_rides_on_its_claim() -> None:
    """Greyhollow will put $3 billion into Dovecote once the first hall runs."""
    text, _ = story(test_a_condition_rides_on_its_claim)
    (claim,) = reading(text).claims
    (term,) = claim.terms["condition"]
    assert term.text == "once the first hall runs"
    assert text[term.start : term.end] == term.text


def test_who_is_left_to_the_context_counts_less() -> None:
    """Fennimore invested $40 million in Dovecote. Greyhollow contributed $15 million.

    The first names both sides; the second leaves out whom Greyhollow gave to.
    """
    named, carried = reading(story(test_who_is_left_to_the_context_counts_less)[0]).claims
    assert carried.confidence < 0.8 <= named.confidence


# ---------------------------------------------------------------- laws
texts = st.lists(st.sampled_from([c["text"] for c in STORIES]), min_size=1, max_size=4).map("\n\n".join)


@given(texts)
def test_every_claim_stands_on_its_own_words(text: str) -> None:
    for claim in reading(text).claims:
        for evidence in claim.evidence:
            assert text[evidence.start : evidence.end] == evidence.text
        if claim.amount:
            best = claim.evidence[0]
            assert best.start is not None
            assert best.end is not None
            assert best.start <= claim.amount.start < claim.amount.end <= best.end


@given(texts)
def test_ids_are_unique_and_equal_under_re_reading(text: str) -> None:
    ids = [c.claim_id for c in reading(text).claims]
    assert len(ids) == len(set(ids))
    assert ids == [c.claim_id for c in reading(text).claims]


@given(st.sampled_from(STORIES))
def test_another_name_changes_names_alone(case: dict[str, Any]) -> None:
    """Wexcombe, an unknown lab of the same kind, in the place of Dovecote."""
    other = NAMES.with_entities([{"name": "Wexcombe", "kind": "lab"}])
    text = case["text"].replace("Dovecote", "Wexcombe")
    renamed = read(Document("story", text, segments=(Segment("body", 0, len(text)),)), other).claims
    assert [told(c, *FACTS) for c in renamed] == [
        told(c, *FACTS).replace("Dovecote", "Wexcombe") for c in reading(case["text"].replace("\n", " ")).claims
    ]


@given(
    st.sampled_from(STORIES), st.sampled_from(["Gold: $2,345.", "A seat costs $12 a month.", "It rained for 3 days."])
)
def test_noise_behind_a_story_changes_no_claim_of_it(case: dict[str, Any], noise: str) -> None:
    before = [told(c, *FACTS) for c in reading(case["text"]).claims]
    assert [told(c, *FACTS) for c in reading(f"{case['text']}\n\n{noise}").claims] == before


@pytest.mark.parametrize("text", ["", "‹P0› ‹M1›", "$" * 50_000, "a, " * 20_000, ("Dovecote, " * 20_000)[:200_000]])
def test_no_text_is_too_odd_or_too_long(text: str) -> None:
    assert reading(text).claims == []


# ---------------------------------------------------------------- the journey
FOLDER = os.environ.get("COUNTERFLOW_ARTICLES", "")


@pytest.mark.skipif(not FOLDER, reason="COUNTERFLOW_ARTICLES names no folder of articles")
def test_the_articles_are_read_as_the_gold_says() -> None:
    """The gates of the labelled articles: claims F1 0.80, status 0.80, no claim from noise."""
    gold = json.loads((Path(__file__).parents[1] / "cases" / "claims_seeds.json").read_text(encoding="utf-8"))
    documents = []
    for path in sorted(Path(FOLDER).glob("*.txt")):
        document, _ = sources.load(path)
        claims = read(document, Gazetteer.builtin()).claims
        documents.append({"doc_id": path.name, "claims": [c.to_json() for c in claims]})
    score_claims = runpy.run_path(str(Path(__file__).parents[1] / "tools" / "score_claims.py"))
    total, *_ = score_claims["run"](gold, {"documents": documents})
    figures = score_claims["figures"](total)
    assert figures["noise"] == 0
    assert figures["claims"] >= 0.80
    assert figures["status"] >= 0.80
