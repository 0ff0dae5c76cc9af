"""The articles that `demo` reads: each can be read, says its day, and has surroundings that make no claim."""

from __future__ import annotations

import pytest

from counterflow import desk, starter
from counterflow.model.problem import Problem
from counterflow.sources import alike

# The day each article gives itself, in byline, dateline, metadata or header; None for the two without one on purpose.
DATED = {
    "amazon-in-talks.txt": "2025-12-17",
    "amd-warrant-extract.txt": "2025-10-06",
    "azure-for-claude.txt": "2025-11-20",
    "capex-courier.eml": "2026-02-27",
    "chain-headlines-digest.txt": None,
    "colossus-reprint.txt": "2025-10-09",
    "colossus-wire.txt": "2025-10-08",
    "compute-roundup.txt": None,
    "coreweave-note-extract.txt": "2025-08-12",
    "coreweave-quarter.txt": "2026-05-08",
    "groq-licence.txt": "2025-12-28",
    "hyperion-note.docx": "2025-10-24",
    "letter-becomes-equity.html": "2026-02-20",
    "merry-go-round.txt": "2025-11-28",
    "miners-backstop.html": "2025-09-25",
    "mistral-euro.txt": "2026-03-31",
    "nebius-release.txt": "2026-03-17",
    "oracle-landlords.pdf": "2025-12-18",
    "revenue-share.txt": "2026-04-29",
    "round-closed.txt": "2026-02-27",
    "softbank-bridge.txt": "2026-04-02",
    "two-clouds-one-lab.txt": "2026-04-27",
    "what-openai-owes.txt": "2026-04-02",
    "xai-flash.txt": "2025-11-20",
}

# Words of what stands around the articles: advertisements, tickers, related headlines, comments, small print.
AROUND = {
    "amazon-in-talks.txt": ("$1.9 billion on electric vans",),
    "amd-warrant-extract.txt": ("One extract $4",),
    "azure-for-claude.txt": ("a 1-GW data centre changes",),
    "capex-courier.eml": ("$8 a month or $80 a year", "tickets from $1,290"),
    "chain-headlines-digest.txt": ("$50,000 prize pool", "$0.0413", "$240 million, twice", "for $1 trillion lol"),
    "colossus-reprint.txt": ("$14 million refit", "$31 a bushel", "$2 a week"),
    "colossus-wire.txt": ("Reporting by",),
    "compute-roundup.txt": ("worth $149 each", "BTC $87,412", "NVDA $181.20", "deposit $100", "74% of retail accounts"),
    "coreweave-note-extract.txt": ("Amounts may not add up",),
    "coreweave-quarter.txt": ("$5.12 a pound", "offices by $2.6 billion", "$19 a month"),
    "groq-licence.txt": ("Rs 13,912 per gram", "345 points", "Rs 3 lakh", "$20 billion for a licence is crazy"),
    "hyperion-note.docx": ("more than $1 million from companies", "Overweight 41%"),
    "letter-becomes-equity.html": ("£3 a week", "£40m for two hulls", "$1.36"),
    "merry-go-round.txt": ("$9 a month",),
    "miners-backstop.html": (
        "$109,310", "$29 a month", "Deposit $500", "for $231 million", "$4.5 million", "for $10 billion", "$4.6b is",
    ),
    "mistral-euro.txt": ("order of €260m", "44 cents"),
    "nebius-release.txt": ("up to several billion dollars", "1 GW or more"),
    "oracle-landlords.pdf": ("£2.4 million from banks",),
    "revenue-share.txt": ("Weather: 14 degrees", "Ferry line 62"),
    "round-closed.txt": ("forward-looking statements",),
    "softbank-bridge.txt": ("310 billion yen", "fell 1.2%"),
    "two-clouds-one-lab.txt": ("€90m a year", "climb 8 per cent"),
    "what-openai-owes.txt": ("2 GW of Trainium are part",),
    "xai-flash.txt": ("$480 million satellite", "210,000 vehicles"),
}  # fmt: skip


@pytest.fixture(scope="module")
def read():
    """Every example as the demo reads it: what came of it by name, and the problems."""
    with starter.articles() as folder:
        items = list(desk.read([str(folder)], None))
    return {i.document.doc_id: i for i in items if not isinstance(i, Problem)}, [
        i for i in items if isinstance(i, Problem)
    ]


def test_every_example_can_be_read_and_makes_claims(read):
    by_name, problems = read
    assert set(by_name) == set(DATED) == set(AROUND)
    assert [str(p) for p in problems if "not understood" not in p.what] == []
    assert [name for name, found in by_name.items() if not found.claims] == []


def test_every_example_has_the_day_it_gives_itself(read):
    assert {name: read.document.doc_date for name, read in read[0].items()} == DATED


@pytest.mark.parametrize("name", AROUND)
def test_what_stands_around_an_article_makes_no_claim(read, name):
    document, claims = read[0][name][:2]
    assert len({segment.kind for segment in document.segments}) > 2
    for words in AROUND[name]:
        at = document.text.find(words)
        assert at >= 0 or not name.endswith(".txt"), words  # a page's cleaning may have dropped it already
        spans = [(e.start, e.end) for claim in claims for e in claim.evidence] if at >= 0 else []
        assert not [span for span in spans if span[0] < at + len(words) and at < span[1]], words


def test_the_reprint_is_known_as_one(read):
    """The Gazette's copy and nothing else is taken from another example."""
    linked = alike.linked([found.document for found in read[0].values()])
    assert {d.doc_id: d.copy_of for d in linked if d.copy_of} == {"colossus-reprint.txt": "colossus-wire.txt"}
    assert [d.doc_id for d in linked if d.syndicated_from] == ["colossus-reprint.txt"]


def test_every_example_says_what_it_rests_on():
    with starter.articles() as folder:
        sources = (folder.parent / "SOURCES.md").read_text(encoding="utf-8")
        sizes = {path.name: path.stat().st_size for path in folder.iterdir()}
    sections = dict(part.split("\n", 1) for part in sources.split("\n## ")[1:])
    assert set(sections) == set(sizes) == set(DATED)
    assert "examples written for this project, not reports" in sources.split("\n## ")[0]
    assert [name for name, text in sections.items() if "http" not in text and "colossus-wire.txt" not in text] == []
    assert max(sizes.values()) < 40_000
