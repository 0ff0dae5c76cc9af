"""What each line of an article is for. The texts in `marked/` are invented; each line says its kind before the bar."""

from __future__ import annotations

import json
import os
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterflow.model.source import ASSERTING
from counterflow.sources import segments

MARKED = sorted((Path(__file__).parent / "marked").glob("*.txt"))
SEEDS = Path(__file__).parents[1] / "cases" / "claims_seeds.json"
KINDS = set("title heading body byline promo related disclaimer further_reading comments".split())
ARTICLES = os.environ.get("COUNTERFLOW_ARTICLES")


def unmarked(path: Path) -> tuple[str, list[tuple[str, str]]]:
    """The text of a marked file, and (kind, words) of its lines; `‖` parts a line of two kinds."""
    text, expected = [], []
    for line in path.read_text(encoding="utf-8").splitlines():
        kinds, _, words = line.partition("|")
        words = words.removeprefix(" ")
        expected += [(k.strip(), part.strip()) for k, part in zip(kinds.split("+"), words.split("‖"), strict=True)]
        text.append(words.replace("‖", ""))
    return "\n".join(text) + "\n", [pair for pair in expected if pair[1]]


def as_lines(text: str) -> list[tuple[str, str]]:
    """(kind, words) of each line of each segment."""
    return [
        (s.kind, line.strip()) for s in segments(text) for line in text[s.start : s.end].splitlines() if line.strip()
    ]


@pytest.mark.parametrize("path", MARKED, ids=lambda path: path.stem)
def test_each_line_of_an_article_is_known_for_what_it_is(path):
    text, expected = unmarked(path)
    assert as_lines(text) == expected


@pytest.mark.parametrize("path", MARKED, ids=lambda path: path.stem)
def test_line_ends_of_another_system_change_no_kind(path):
    text, expected = unmarked(path)
    assert as_lines(text.replace("\n", "\r\n")) == expected


def regions() -> list[tuple[str, list[tuple[int, int]], list[tuple[int, int]]]]:
    """(text, noise, evidence), as offsets: the marked texts, and the articles where their folder is named."""
    found = []
    for path in MARKED:
        text, expected = unmarked(path)
        noise, article, at = [], [], 0
        for kind, words in expected:
            at = text.index(words, at)
            (article if kind in ASSERTING else noise).append((at, at + len(words)))
            at += len(words)
        found.append((text, noise, article))
    for document in json.loads(SEEDS.read_text(encoding="utf-8"))["documents"] if ARTICLES else []:
        text = Path(ARTICLES or "", document["doc_id"]).read_bytes().decode("utf-8")
        noise = [(region["start"], region["end"]) for region in document["noise_regions"]]
        article = [(e["start"], e["end"]) for claim in document["claims"] for e in claim["evidence"]]
        found.append((text, noise, article))
    return found


def test_noise_asserts_nothing_and_no_evidence_is_lost():
    for text, noise, article in regions():
        asserting = {i for s in segments(text) if s.kind in ASSERTING for i in range(s.start, s.end)}
        words = {i for i, c in enumerate(text) if not c.isspace()}
        assert not [text[a:b] for a, b in noise if asserting & words & set(range(a, b))]
        assert not [text[a:b] for a, b in article if set(range(a, b)) & words - asserting]


def test_a_sentence_alone_is_body():
    """One sentence is no title, whatever it looks like: a title would lower what it claims."""
    sentence = "Bengaluru-based Tarkavel Cloud has signed up for 450 MW of capacity at Nilgiri over twelve years"
    assert [s.kind for s in segments(sentence)] == ["body"]
    assert [s.kind for s in segments(sentence + ".")] == ["body"]


def test_the_title_that_a_page_names_is_the_title():
    """The second line is what the metadata calls the title, though the first reads like one as well."""
    text = (
        "The Harbour Ledger Weekend\n\nHalden sells a plant.\n\nHalden has sold its plant for €90 million, it said.\n"
    )
    kinds = {text[s.start : s.end].strip(): s.kind for s in segments(text, title_hint="Halden sells a plant.")}
    assert kinds["Halden sells a plant."] == "title"
    assert kinds["The Harbour Ledger Weekend"] == "byline"


def test_markup_outweighs_the_look_of_a_line():
    """Both short lines stand before prose; the tags say that the first is an item and the second a heading."""
    text = "Halden has sold it for €90 million.\n\nCash at signing\n\nThe price\n\nQuillmere pays in two parts then.\n"
    hints = {text.index("Cash"): "item", text.index("The price"): "heading"}
    assert [s.kind for s in segments(text, hints=hints)] == ["body", "heading", "body"]


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("TOP MOVERS 24h: BTC $87,412 (-1.8%) | ETH $2,911 (-2.4%) | QLMR $181.20 (+0.6%)", "related"),
        ("DAX 24.120,50 -0,4 % · Brent 81,20 $ +0,6 % · Gold 4.210 +1,1 %", "related"),
        ("Nikkei 225 51,230.40 ▲1.25% | TOPIX 3,310.21 ▲0.90%", "related"),
        ("Brent 81.20 (-0.6%)", "heading"),  # one price alone may be the article's own
        ("Revenue $5,712 (+62%) | EPS $1.30 (+44%) | Cash $740 (-12%)", "body"),  # accounts
        ("Halden rose 2.4% to $42.10 and Quillmere fell 1.1% to $12.40", "body"),
    ],
)
def test_a_board_of_prices_is_noise_and_the_figures_of_accounts_are_not(line, kind):
    text = f"Halden has sold its plant to Quillmere.\n\n{line}\n\nQuillmere pays Halden in two parts, it said.\n"
    assert as_lines(text)[1] == (kind, line)


LINES = st.one_of(
    st.sampled_from([words for path in MARKED for _, words in unmarked(path)[1]]),
    st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=60),
    st.sampled_from(
        ["", " ", "\t", "Comments", "Disclaimer", "Further reading", "3 hours ago", "# A", "- b", "…", "1️⃣"]
    ),
)


@given(st.lists(LINES, max_size=25), st.sampled_from(["\n", "\r\n", "\n\n", "\r"]))
def test_segments_cover_every_text_without_gap_or_overlap(lines, line_end):
    text = line_end.join(lines)
    found = segments(text)
    assert "".join(text[s.start : s.end] for s in found) == text
    assert all(before.end == after.start for before, after in pairwise(found))
    assert all(s.start < s.end and s.kind in KINDS for s in found)


@pytest.mark.parametrize(
    "piece",
    ["a", "A ", "! ", "(", "note to ", "2025 ", "May ", ".", "http://", "A - ", "\t", "1️⃣", "Read: ", "@a", "– "],
)
def test_a_line_of_200_000_characters_ends(piece):
    """A pattern that goes back over its input without bound would never finish one of these."""
    text = piece * (200_000 // len(piece))
    assert segments(text)[-1].end == len(text)


def test_a_text_of_many_lines_ends_in_one_piece():
    text = "Short\n" * 300_000
    assert segments(text)[-1].end == len(text)
