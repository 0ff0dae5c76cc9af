"""When a document was published, and the day before which it cannot have been written."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterflow.sources import from_bytes
from counterflow.sources.marking.dates import mentions, moment, standing


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2026-03-04", "2026-03-04"),
        ("2026/03/04", "2026-03-04"),
        ("2026/3/4", "2026-03-04"),
        ("2026.03.04", "2026-03-04"),
        ("2026.13.04", None),
        ("March 4, 2026", "2026-03-04"),
        ("Mar. 4th 2026", "2026-03-04"),
        ("Wednesday, 4 March 2026", "2026-03-04"),
        ("4th of March, 2026", "2026-03-04"),
        ("04-Mar-2026", "2026-03-04"),
        ("4. März 2026", "2026-03-04"),
        ("4 mars 2026", "2026-03-04"),
        ("4 de marzo de 2026", "2026-03-04"),
        ("4.3.2026", "2026-03-04"),
        ("24/3/2026", "2026-03-24"),
        ("3/24/2026", "2026-03-24"),
        ("2026年3月4日", "2026-03-04"),
        ("3/4/2026", None),  # the third of April to some, the fourth of March to others
        ("31 February 2026", None),
        ("in 2026", None),
        ("12026-03-04", None),
        ("March 4", None),
    ],
)
def test_a_full_date_is_read_and_an_unclear_one_is_not(written, day):
    assert [m.day.isoformat() for m in mentions(f"On {written} it closed.") if m.whole] == ([day] if day else [])


def test_a_month_counts_from_its_first_day_and_is_not_whole():
    [mention] = mentions("It closed in March 2026.")
    assert (mention.day, mention.whole) == (date(2026, 3, 1), False)


@given(
    st.dates(date(1900, 1, 1), date(2099, 12, 31)),
    st.sampled_from(["{:%Y-%m-%d}", "{:%d %B %Y}", "{:%B %d, %Y}", "{:%b %d %Y}"]),
)
def test_every_day_is_read_as_written(day, form):
    text = form.format(day)
    [mention] = mentions(f"Halden, {text}.")
    assert (mention.day, mention.whole) == (day, True)
    assert f"Halden, {text}."[mention.start : mention.end] == text


@pytest.mark.parametrize(
    ("value", "day"),
    [
        ("2026-03-03T23:30:00-05:00", "2026-03-03"),  # the day where it was published
        ("20260303", "2026-03-03"),
        ("Tue, 03 Mar 2026 10:00:00 GMT", "2026-03-03"),
        ("2026-13-03", None),
        ("soon", None),
    ],
)
def test_a_metadata_field_names_a_day(value, day):
    assert moment(value) == day


@pytest.mark.parametrize(
    ("line", "kinds"),
    [
        ("Hamburg, Wednesday, 4 March 2026 | mb/dk", ["bare"]),
        ("Published on 4 March 2026 at 08h15 - Updated on 5 March 2026", ["issued", "changed"]),
        ("Updated 5 March 2026, published 4 March 2026", ["changed", "issued"]),
        ("Updated 5 March 2026 | 4 March 2026", ["changed", "changed"]),  # what the second is, is not said
        ("Period ended June 30, 2025 | Filed August 12, 2025", ["elsewhere", "issued"]),
        ("Form 10-Q filed 4 March 2026", ["issued"]),
        ("Notes issued 4 March 2026", ["issued"]),  # a broker's notes
        ("Bonds issued 4 March 2026", ["elsewhere"]),
        ("First gas: 4 March 2026", ["elsewhere"]),
        ("Bids by 4 March 2026", ["elsewhere"]),
        ("June 30, 2025    December 31, 2024", ["elsewhere", "elsewhere"]),
        ("4 March 2026: Nordic Power Summit", ["elsewhere"]),
        ("4 March 2026 (updated)", ["changed"]),
    ],
)
def test_the_words_beside_a_date_say_what_it_is_of(line, kinds):
    assert [kind for _, kind in standing(line)] == kinds


BYLINES = [
    "By Ann Lee | {}", "{} | Harbour Ledger | 4 min read", "Posted on {} by the Lantern blog", "Filed {}",
    "HARBOUR LEDGER | Bergen, {} | mb/dk", "Market note, {}", "Published: {}, 10:15 a.m. | Updated: 31 December 2099",
]  # fmt: skip


@given(
    st.dates(date(1900, 1, 1), date(2099, 12, 30)), st.sampled_from(BYLINES), st.sampled_from(["%d %B %Y", "%B %d, %Y"])
)
def test_the_day_of_a_byline_is_that_of_the_text_and_a_day_told_never_is(day, line, form):
    body = f"Halden sold its plant on {day:{form}} to Quillmere, it said.\n\nQuillmere pays Halden in May.\n"
    found = [
        from_bytes(f"{head}\n\n{body}".encode(), "a.txt")[0].doc_date
        for head in (f"Halden sells its plant\n{line.format(f'{day:{form}}')}", "Halden sells its plant")
    ]
    assert found == [day.isoformat(), None]


TEXTS = {
    "byline": ("Title of it\nBy Jana Okafor\nMarch 3, 2026\n\nHalden has sold its plant.\n", "2026-03-03"),
    "published, then updated": (
        "Title of it\nPublished 3 March 2026 | Updated 5 March 2026\n\nHalden has sold it.\n",
        "2026-03-03",
    ),
    "updated, then published": (
        "Title of it\nUpdated 5 March 2026, published 3 March 2026\n\nHalden has sold it.\n",
        "2026-03-03",
    ),
    "only updated": ("Title of it\nUpdated: 5 March 2026\n\nHalden has sold its plant.\n", None),
    "dateline": (
        "Title of it\n\nLYON, France, March 3, 2026 /WireSpread/ -- Halden has sold its plant.\n",
        "2026-03-03",
    ),
    "dateline without year": ("Title of it\n\nSEOUL, March 3 (Wire) - Halden has sold its plant.\n", None),
    "running text": ("Title of it\n\nHalden sold its plant on 3 March 2026, it said.\n", None),
    "below the article": ("Title of it\n\nHalden has sold its plant.\n\nFirst Published: 3 March 2026\n", "2026-03-03"),
}


@pytest.mark.parametrize("name", TEXTS)
def test_a_text_is_dated_by_its_byline_or_dateline_alone(name):
    text, day = TEXTS[name]
    document, _ = from_bytes(text.encode(), "a.txt")
    assert (document.doc_date, document.doc_date_source) == (day, "byline" if day else None)


def test_a_card_below_the_article_dates_something_else():
    text = (
        "Halden sells a plant\n\nHalden has sold its plant to Quillmere.\n\nQuillmere pays Halden in May.\n\nRelated\n"
        "Kaamos delays its listing\nPublished: 1 February 2026\n"
    )
    assert from_bytes(text.encode(), "a.txt")[0].doc_date is None


SENTENCES = {
    "Halden bought the plant on 3 March 2025 and sold it in May 2026.": "2026-05-01",
    "The deal was signed in March 2025. It will close by June 2027.": "2025-03-01",
    "The loan, taken in March 2025, is due in June 2027.": None,  # one clause, and it looks ahead
    "Halden plans to list in March 2027.": None,
    "Costs fell over the years to March 2026.": "2026-03-01",
    "Halden has until March 2026 to decide.": None,
    "Halden paid for it by the end of March 2026.": None,
    "Halden was founded in 2019.": None,
    "Im März 2026 hatte Halden das Werk verkauft.": "2026-03-01",
}


@pytest.mark.parametrize("sentence", SENTENCES)
def test_an_undated_text_is_no_older_than_the_latest_thing_it_reports(sentence):
    assert from_bytes(sentence.encode(), "a.txt")[0].not_before == SENTENCES[sentence]


def test_what_a_text_cites_was_published_before_it():
    text = "Halden has sold its plant.\n\nHalden was slow.\n\nReferences\n1. Harbour Ledger, 4 March 2026\n"
    assert from_bytes(text.encode(), "a.txt")[0].not_before == "2026-03-04"


@given(st.dates(date(2001, 1, 1), date(2090, 1, 1)), st.integers(1, 4_000))
def test_a_later_event_never_lowers_the_bound(day, more):
    first = f"Halden bought the plant on {day:%d %B %Y}."
    second = f" It sold the plant on {day + timedelta(days=more):%d %B %Y}."
    before, after = (from_bytes(text.encode(), "a.txt")[0].not_before for text in (first, first + second))
    assert (before, after) == (day.isoformat(), (day + timedelta(days=more)).isoformat())


PAGE = (
    "<html><head>{head}</head><body><article><h1>Halden sells a plant</h1>{byline}"
    + "".join(
        f"<p>Halden has sold plant {n} to Quillmere for €90 million, and says that it will pay {n} debts with it.</p>"
        for n in range(5)
    )
    + "</article>{foot}</body></html>"
)
LINKED = '<script type="application/ld+json">{}</script>'
OWN = LINKED.format('{"@type": "NewsArticle", "datePublished": "2026-03-03T08:00:00Z", "dateModified": "2026-03-09"}')
GRAPH = LINKED.format('[{"@graph": [{"@type": "WebSite"}, {"@type": ["Article"], "datePublished": "2026-03-03"}]}]')
OTHERS = LINKED.format(
    '{"@type": "ItemList", "itemListElement": [{"@type": "Article", "datePublished": "2026-03-03"}]}'
)
BROKEN = LINKED.format('{"@type": "NewsArticle", ')
PAGES = {
    "linked data": ({"head": OWN}, "2026-03-03"),
    "linked data in a graph": ({"head": GRAPH}, "2026-03-03"),
    "a list of other articles": ({"head": OTHERS}, None),
    "broken linked data": ({"head": BROKEN + '<meta name="date" content="2026-03-03">'}, "2026-03-03"),
    "meta field": ({"head": '<meta property="article:published_time" content="2026-03-03T08:00Z">'}, "2026-03-03"),
    "modified alone": ({"head": '<meta property="article:modified_time" content="2026-03-03T08:00Z">'}, None),
    "time element": ({"byline": '<p>By Ann Lee <time datetime="2026-03-03T08:00Z">Tuesday</time></p>'}, "2026-03-03"),
    "time of a change": ({"byline": '<p>Updated <time datetime="2026-03-03T08:00Z">Tuesday</time></p>'}, None),
    "time of another article": ({"foot": '<div>Kaamos lists <time datetime="2026-03-03">Tuesday</time></div>'}, None),
    "byline in words": ({"byline": "<p>By Ann Lee</p><p>3 March 2026</p>"}, "2026-03-03"),
}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_dated_by_what_it_says_of_its_publication(name):
    parts, day = PAGES[name]
    page = PAGE.replace("{head}", parts.get("head", "")).replace("{byline}", parts.get("byline", ""))
    document, _ = from_bytes(page.replace("{foot}", parts.get("foot", "")).encode(), "a.html")
    assert document.doc_date == day
    assert document.doc_date_source == (None if not day else "byline" if name == "byline in words" else "metadata")
