"""Commitments over time: places worked by hand, ends that say what is assumed, and marks that lead to their deals."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html

from counterflow.model.book import Book
from counterflow.model.claim import Evidence
from counterflow.show import draw
from counterflow.show.report import report
from counterflow.show.timeline import LEFT, RIGHT, WIDTH, Bar, lay, names
from show.crawl import Crawl
from show.invented import Wire, reported, story

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page

SVG = "{http://www.w3.org/2000/svg}"
TODAY = date(2026, 7, 1)


def bar(first: int, last: int, money_class: str = "committed", **known: object) -> Bar:
    """A bar between two quarters of 2026 and later: 0 is its first."""
    told: dict[str, object] = {
        "payer": "Larkspur",
        "payee": "Cobalt",
        "amount": "$12bn",
        "firm": money_class.replace("_", " "),
        "start_assumed": False,
        "end_assumed": False,
        "note": "",
        "to": "deal-x",
        "label": "Larkspur pays Cobalt $12bn",
    }
    return Bar(money_class=money_class, first=8104 + first, last=8104 + last, **(told | known))  # type: ignore[arg-type]


def page_of(book: Book) -> html.HtmlElement:
    return html.document_fromstring(report(reported(book)))


def contracts(count: int) -> Wire:
    """Contracts of 1, 2, 3 ... billion dollars, each with another supplier."""
    wire = Wire()
    for k in range(count):
        roles = {"customer": "Larkspur", "supplier": f"Supplier {k}"}
        words = f"${k + 1} billion"
        claim = wire.says("capacity_commitment", roles, f"Larkspur owes Supplier {k} {words}.", words)
        wire.deal(claim, start=date(2026, 1, 1), years=Decimal(2))
    return wire


# ---------------------------------------------------------------- places worked by hand
def test_a_bar_runs_from_its_first_quarter_to_its_last():
    """On an axis over 2026 and 2027, six quarters from the second of 2026 on begin an eighth in and end at 7/8."""
    laid = lay([bar(1, 6)], None)
    room = RIGHT - LEFT
    assert [label for label, _ in laid.ticks][::4] == ["2026Q1", "2027Q1", "2028Q1"]
    assert laid.marks[0].left == pytest.approx(LEFT + room / 8)
    assert laid.marks[0].right == pytest.approx(LEFT + room * 7 / 8)


def test_years_are_written_where_there_are_many():
    """From 2019 to the end of 2040 are 22 years: 12 labels are every second one, from 2020 on."""
    laid = lay([bar(-28, -27), bar(56, 59)], None)
    assert [label for label, _ in laid.ticks] == [str(year) for year in range(2020, 2042, 2)]


def test_a_payment_of_one_quarter_is_a_dot_in_its_middle():
    """The third quarter of a single year: (2 + 3) / 2 = 2.5 of four quarters in."""
    mark = lay([bar(2, 2)], None).marks[0]
    assert mark.once
    assert mark.left == mark.right == pytest.approx(LEFT + (RIGHT - LEFT) * 2.5 / 4)


def test_the_day_it_speaks_of_has_its_place():
    """1 July 2026 is the 182nd day: 181 / 366 of a year after 181 days, a hair before the middle."""
    laid = lay([bar(0, 3)], TODAY)
    assert laid.now == pytest.approx(LEFT + (RIGHT - LEFT) * 181 / 366)


def test_an_assumed_end_is_drawn_in_dashes_within_the_bar():
    plain, guessed = lay([bar(0, 7), bar(0, 7, start_assumed=True, end_assumed=True)], None).marks
    assert plain.dashes == ()
    assert len(guessed.dashes) == 6
    assert plain.left == min(guessed.dashes) < guessed.left < guessed.right < max(guessed.dashes) < plain.right
    assert guessed.text_x == plain.text_x


@settings(max_examples=40)
@given(
    st.lists(st.tuples(st.integers(-4000, 1000), st.integers(0, 400)), min_size=1, max_size=14),
    st.none() | st.dates(),
)
def test_every_bar_stands_between_the_ends_of_the_axis(spans: list[tuple[int, int]], moment: date | None):
    laid = lay([bar(first, first + long, end_assumed=True) for first, long in spans], moment)
    assert 1 <= len(laid.ticks) <= 14
    for mark in laid.marks:
        assert LEFT <= mark.left <= mark.right <= RIGHT + 8.01
        assert mark.text_x < WIDTH - 270
    assert laid.now is None or LEFT <= laid.now <= RIGHT


def test_a_short_name_leaves_its_room_to_a_long_one():
    assert names("Larkspur", "Cobalt") == "Larkspur → Cobalt"
    whole = "Cobalt Chips and Partners of the North Limited"
    assert names("A", whole).startswith("A → Cobalt Chips and P")
    assert names("A", whole).endswith("…")
    assert names(whole, whole).count("Cobalt Chi") == 2


# ---------------------------------------------------------------- the drawing
def test_each_class_of_money_has_a_form_of_its_own():
    """Paid and committed are filled, a conditional deal striped, a letter of intent dashed, a rumour dotted."""
    classes = ("paid", "committed", "conditional", "letter_of_intent", "rumoured")
    root = ET.fromstring(draw.timeline([bar(0, 7, c) for c in classes], TODAY, "five deals"))
    rows = root.findall(f"{SVG}a")
    bodies = [next(r for r in row.iter(f"{SVG}rect") if (r.get("class") or "").startswith("c-")) for row in rows]
    forms = [(b.get("fill"), b.get("stroke-dasharray")) for b in bodies]
    assert [fill != "none" for fill, _ in forms] == [True, True, False, False, False]
    assert len(set(forms)) == 5
    striped = [bool(row.findall(f"{SVG}line")) for row in rows]
    assert striped == [False, False, True, False, False]


def test_the_timeline_says_in_words_what_it_shows():
    root = ET.fromstring(draw.timeline([bar(0, 7)], TODAY, "one deal"))
    assert root.findtext(f"{SVG}desc") == "one deal"
    link = root.find(f"{SVG}a")
    assert link is not None
    assert (link.get("href"), link.get("aria-label")) == ("#deal-x", "Larkspur pays Cobalt $12bn")
    assert "as of 2026-07-01" in "".join(root.itertext())


def test_hostile_names_stay_words():
    name = "</text><script>alert(1)</script>\"'&"
    root = ET.fromstring(draw.timeline([bar(0, 1, payer=name, label=name)], TODAY, name))
    assert not list(root.iter(f"{SVG}script"))


# ---------------------------------------------------------------- the chapter
def test_the_finding_by_hand():
    """8 billion over the two years from January 2026 is 1 a quarter. The report speaks of 3 February 2026, in the
    first quarter, so that seven are still to come, the last in the fourth of 2027.
    """
    wire = Wire()
    roles = {"customer": "Larkspur", "supplier": "Cobalt"}
    claim = wire.says("capacity_commitment", roles, "Larkspur owes Cobalt $8 billion.", "$8 billion")
    wire.deal(claim, start=date(2026, 1, 1), years=Decimal(2))
    told = page_of(wire.book()).xpath("string(//p[@class='finding'])")
    assert told == "Of the $8bn that binds, $7bn falls after 2026Q1, the last of it in 2027Q4."


def test_a_book_where_nothing_binds_says_so():
    wire = Wire()
    roles = {"investor": "Cobalt", "investee": "Larkspur"}
    claim = wire.says("investment", roles, "Cobalt may put $9 billion into Larkspur.", "$9 billion", status="in_talks")
    wire.deal(claim, "rumoured")
    told = page_of(wire.book()).xpath("string(//p[@class='finding'])")
    assert told == "Nothing here binds: $9bn is conditional, a letter of intent or a rumour."


def test_a_book_without_money_has_no_timeline():
    wire = Wire()
    wire.figure(wire.says("valuation", {"company": "Larkspur"}, "Larkspur is worth $9 billion.", "$9 billion"))
    page = page_of(wire.book())
    assert not page.xpath("//svg[@class='timeline']")
    assert not page.xpath("//a[@href='#timeline']")


def test_of_three_hundred_deals_the_largest_are_drawn_and_the_rest_is_said():
    """Of 1 to 300 billion the 14 from 287 to 300 are drawn; 1 to 286 come to 286 x 287 / 2 = 41,041 billion."""
    book = contracts(300).book()
    text = report(reported(book))
    page = html.document_fromstring(text)
    assert len(page.xpath("//svg[@class='timeline']//a")) == 14
    said = page.xpath("string(//section[@aria-labelledby='timeline']//figcaption)")
    assert "286 smaller deals are folded away, together $41tn" in said
    assert None not in Crawl.of(text, book).ends()


def test_the_table_beside_has_the_same_rows_as_the_drawing():
    page = page_of(story().book())
    section = page.xpath("//section[@aria-labelledby='timeline']")[0]
    drawn = [a.xpath("string(.//*[local-name()='tspan'])") for a in section.xpath(".//svg//a")]
    table = [row.xpath("string(td[1])") for row in section.xpath(".//tbody/tr")]
    assert drawn == table
    assert len(drawn) > 5


def test_what_is_assumed_of_a_deal_is_said_at_its_bar():
    """Hazel Grid's contract states no start and no term; Brightwater's states both."""
    page = page_of(story().book())
    labels = page.xpath("//svg[@class='timeline']//a/@aria-label")
    assert any(a.startswith("Larkspur AI pays Hazel Grid") and a.endswith("start and term assumed") for a in labels)
    stated = "Larkspur AI pays Brightwater Cloud $138bn: purchase, committed, 2026Q1 to 2033Q4"
    assert stated in labels


def test_every_bar_leads_to_the_place_that_says_how_it_is_known():
    book = story().book()
    crawl = Crawl.of(report(reported(book)), book)
    bars = crawl.page.xpath("//svg[@class='timeline']//a")
    assert {crawl.end(b) for b in bars} == {"formula"}


def test_a_grant_leads_to_its_words_and_is_called_one():
    """A grant is money from outside the loops, and a deal all the same."""
    wire = contracts(1)
    source = Evidence("reference", source="State gazette", date="2026-02-01", note="Decree 7.")
    roles = {"customer": "Ministry", "supplier": "Larkspur"}
    claim = wire.refers("capacity_commitment", roles, source, "$3 billion", status="completed")
    wire.deal(claim, "paid", start=date(2026, 1, 1))
    wire.deals[-1] = replace(wire.deals[-1], family="grant")
    book = wire.book()
    text = report(reported(book))
    assert "Ministry (grant) pays Larkspur $3bn: grant, paid, 2026Q1" in text
    assert None not in Crawl.of(text, book).ends()


BOXES = """() => [...document.querySelectorAll("svg.timeline text.name, svg.timeline text.said")].map((text) => {
  const box = text.getBBox();
  return [text.getAttribute("class"), box.x, box.x + box.width];
})"""


@pytest.mark.parametrize("letters", ["WWWWWWWWWW", "晨星資本控股", "Mills & Wharton <b> ", "illumination "])
def test_a_browser_finds_names_before_the_bars_and_words_inside_the_picture(page: Page, letters: str):
    long = {
        "payer": letters * 5,
        "payee": "B" + letters * 5,
        "amount": "more than $999.9bn",
        "firm": "letter of intent",
    }
    page.set_content(str(draw.timeline([bar(0, 7, **long), bar(56, 59, **long)], TODAY, "long names")))
    for kind, left, right in page.evaluate(BOXES):
        assert left >= (0 if kind == "name" else LEFT)
        assert right <= (LEFT if kind == "name" else WIDTH)


def test_every_bar_is_reached_by_the_keyboard_and_opens_its_deal(page: Page, tmp_path: Path):
    path = tmp_path / "report.html"
    path.write_text(report(reported(story().book())), encoding="utf-8", newline="\n")
    page.goto(path.as_uri())
    bars = page.locator("svg.timeline a")
    bars.first.focus()
    for k in range(bars.count()):
        assert page.evaluate("document.activeElement.getAttribute('aria-label')") == bars.nth(k).get_attribute(
            "aria-label"
        )
        if k < bars.count() - 1:
            page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.locator(".inside:target, li:target").first.is_visible()
