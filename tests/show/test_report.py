"""The report: five headline numbers worked by hand, every figure within two clicks of its evidence, and a safe page."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from base64 import b64encode
from dataclasses import replace
from datetime import date
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html

from counterflow import desk, starter
from counterflow.model.book import Book, Question, Ruled
from counterflow.model.claim import Evidence
from counterflow.model.problem import Problem
from counterflow.show.report import report
from counterflow.store import Store
from show.crawl import Crawl
from show.invented import Wire, reported, story

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Page

PROBLEM = Problem("wire-002.txt:1:4", "'up to $10 billion' names no lower end", "counterflow decide 7f3a12 --low 0")
HOSTILE = "<script>alert(1)</script>\"' onload=x javascript:alert(2) \u202etxt.exe\u202c \ud800\x00"


@pytest.fixture(scope="module")
def told() -> tuple[str, Book]:
    book = story().book(PROBLEM)
    return report(reported(book)), book


def two_deals() -> Wire:
    """Brightwater pays $40 billion for shares of Larkspur, which owes it $80 billion over four years."""
    wire = Wire()
    cheque = wire.says(
        "investment",
        {"investor": "Brightwater", "investee": "Larkspur"},
        "Brightwater paid $40 billion for shares of Larkspur.",
        "$40 billion",
        status="completed",
    )
    wire.deal(cheque, "paid", start=date(2026, 1, 1))
    firm = wire.says(
        "capacity_commitment",
        {"customer": "Larkspur", "supplier": "Brightwater"},
        "Larkspur will buy $80 billion of computing from Brightwater.",
        "$80 billion",
    )
    wire.deal(firm, start=date(2026, 1, 1), years=Decimal(4))
    loose = wire.says(
        "capacity_commitment",
        {"customer": "Larkspur", "supplier": "Cobalt"},
        "Larkspur signed a letter of intent for $20 billion of chips from Cobalt.",
        "$20 billion",
        status="letter_of_intent",
    )
    wire.deal(loose, "letter_of_intent", start=date(2026, 1, 1), years=Decimal(4))
    sales = wire.says(
        "financial_metric",
        {"company": "Larkspur"},
        "Larkspur earns $5 billion a year.",
        "$5 billion a year",
        metric="revenue",
    )
    wire.figure(sales)
    return wire


def cards(text: str) -> dict[str, str]:
    """Each headline number under its title, words beside it left out."""
    page = html.document_fromstring(text)
    return {card.findtext("h3"): card.xpath("string(p[@class='value'])") for card in page.xpath("//li[@class='card']")}


# ---------------------------------------------------------------- answers worked by hand
def test_the_five_numbers_by_hand():
    """Larkspur owes 80 that is binding and 20 that is not: 20 / (80 + 20) = 20% is not binding.

    In 2026 it owes 80 / 4 = 20 and earns 5: 25%. All that is known to be paid goes to Brightwater, so all 40 can come
    back; what else Larkspur pays nobody says, so nothing must. Of the 80, 40 + 4 x 5 = 60 are named, so 20 / 80 = 25%
    has no named payer; at revenue that doubles each year, 5 + 10 + 20 + 40 = 75 comes in beside the 40, and nothing is
    without one.
    """
    found = cards(report(reported(two_deals().book())))
    assert found == {
        "Binding commitments": "$80bn",
        "Not binding": "20.0%",
        "Comes back": "0% to 100%",
        "Covered in 2026": "25.0%",
        "No named payer": "0% to 25.0%",
    }


def test_the_headlines_lead_to_the_deals_that_make_them():
    """Of the binding 80 and the headline 100, one click shows the contract of 80, the next its sentence."""
    book = two_deals().book()
    crawl = Crawl.of(report(reported(book)), book)
    first = next(f for f in crawl.figures() if f.text_content() == "$80bn")
    how = crawl.at(first)
    inputs = {f.text_content(): f for f in crawl.figures(how)}
    assert "Larkspur will buy $80 billion of computing" in crawl.at(inputs["$80bn"]).text_content() or crawl.end(first)
    contract = next(f for f in crawl.figures(how) if f.get("href").startswith("#ev-"))
    assert "Larkspur will buy $80 billion of computing from Brightwater." in crawl.at(contract).text_content()


# ---------------------------------------------------------------- two clicks
def test_every_figure_ends_at_its_evidence_within_two_clicks(told: tuple[str, Book]):
    text, book = told
    ends = Crawl.of(text, book).ends()
    print(dict(ends))
    assert None not in ends
    assert min(ends[kind] for kind in ("sentence", "reference", "assumption", "formula")) > 0


def test_no_amount_stands_without_its_link(told: tuple[str, Book]):
    assert not list(Crawl.of(*told).loose_amounts())


def test_a_crawl_sees_a_figure_that_leads_astray(told: tuple[str, Book]):
    text, book = told
    claims = [c for c, r in book.claims.items() if r.claim.amount and r.claim.amount.text == "$138 billion"]
    wrong = [c for c, r in book.claims.items() if r.claim.amount and r.claim.amount.text == "$22.4 billion"]
    astray = text.replace(f'href="#ev-{claims[0]}">$138bn', f'href="#ev-{wrong[0]}">$138bn')
    with pytest.raises(AssertionError, match="is not"):
        Crawl.of(astray, book).ends()
    bare = text.replace("</main>", "<p>It owes $7bn.</p></main>")
    assert list(Crawl.of(bare, book).loose_amounts()) == ["It owes $7bn."]


def test_every_place_has_one_name_and_every_link_lands(told: tuple[str, Book]):
    crawl = Crawl.of(*told)
    places = crawl.page.xpath("//@id")
    assert len(places) == len(set(places))
    for link in crawl.page.xpath("//a[starts-with(@href, '#')]"):
        crawl.at(link)


NAMES = ("Larkspur AI", "Brightwater", "Münchner Rück & Söhne", "A", "O'Grady <Group>", "晨星", "Cobalt", "larkspur ai")


@st.composite
def books(draw: st.DrawFn) -> Book:
    """Books of up to eight deals between odd names, of any class, amount and hedge."""
    wire = Wire()
    for k in range(draw(st.integers(0, 8))):
        payer, payee = draw(st.permutations(NAMES))[:2]
        kind = draw(st.sampled_from(["investment", "capacity_commitment"]))
        roles = ("investor", "investee") if kind == "investment" else ("customer", "supplier")
        amount = draw(
            st.sampled_from(["${} billion", "more than ${} billion", "up to ${} billion", "${} billion a year"])
        )
        words = amount.format(draw(st.integers(1, 900)))
        claim = wire.says(
            kind, dict(zip(roles, (payer, payee), strict=True)), f"{payer} pays {payee} {words}, no {k}.", words
        )
        known = {"per": "year", "years": Decimal(3)} if "a year" in words else {}
        money = draw(st.sampled_from(["paid", "committed", "conditional", "letter_of_intent", "rumoured"]))
        wire.deal(claim, money, deal_id=f"{payer}--{payee}--{k}", **known)
    return wire.book()


@settings(max_examples=25)
@given(books(), st.sampled_from(["committed", "rumoured"]))
def test_whatever_the_book_every_figure_ends_at_its_evidence(book: Book, count: str):
    crawl = Crawl.of(report(reported(book, count)), book)
    assert None not in crawl.ends()
    assert not list(crawl.loose_amounts())


def test_from_the_example_articles_to_the_sentence(tmp_path: Path):
    """The journey: articles are read, reconciled and asked about, and every figure of the report keeps its evidence."""
    store = Store.create(tmp_path / "book.db", recorded="2026-03-01T00:00:00Z")
    with starter.articles() as folder:
        assert [r for r in desk.read([str(folder)], store) if isinstance(r, desk.Read)]
    book = desk.book(store, Question())
    text = report(reported(book, "rumoured"))
    crawl = Crawl.of(text, book)
    ends = crawl.ends()
    print(dict(ends))
    assert ends["sentence"] > 20
    assert not list(crawl.loose_amounts())
    assert len(text.encode()) < 1_200_000


def test_from_the_starter_book_to_the_references(tmp_path: Path):
    """The journey of a newcomer: a book that holds no text at all, so that every figure ends at a reference."""
    with Store.create(tmp_path / "book.db", recorded="2026-11-01T00:00:00Z") as store:
        assert desk.start(store) > 600
        book = desk.book(store, Question())
    text = report(reported(book))
    crawl = Crawl.of(text, book)
    ends = crawl.ends()
    print(dict(ends))
    assert ends["reference"] > 500
    assert not ends["sentence"]
    assert not crawl.page.xpath("//blockquote")
    assert not list(crawl.loose_amounts())
    assert len(text.encode()) < 1_200_000


# ---------------------------------------------------------------- three kinds of evidence
def test_the_three_kinds_of_evidence_look_different(told: tuple[str, Book]):
    """A sentence is quoted, its amount marked; a reference and an assumption are framed, headed, and never quoted."""
    page = html.document_fromstring(told[0])
    sentence = next(e for e in page.xpath("//blockquote") if "Brightwater Cloud has put" in e.text_content())
    assert sentence.text_content() == "“Brightwater Cloud has put $50 billion into Larkspur AI.”"
    assert sentence.findtext("mark/strong") == "$50 billion"
    reference = page.xpath("//article[@class='ev']//div[@class='block reference']")[0]
    assert reference.xpath("string(p[1])") == "reference, no text held"
    assumption = page.xpath("//article[@class='ev']//div[@class='block assumption']")[0]
    assert assumption.xpath("string(p[1])") == "assumption"
    assert "Meadow's cloud bill" in assumption.text_content()
    assert not any("“" in block.text_content() for block in (reference, assumption))


def test_a_claim_that_rests_on_no_sentence_says_so_wherever_it_is_named(told: tuple[str, Book]):
    page = html.document_fromstring(told[0])
    deal = next(d for d in page.xpath("//article[@class='deal']") if "Brightwater Cloud → Cobalt" in d.text_content())
    assert "Claims for$90bn (reference)" in deal.text_content().replace("\n", "")
    quoted = next(d for d in page.xpath("//article[@class='deal']") if "Larkspur AI → Hazel" in d.text_content())
    assert "Claims for$22.4bnRule" in quoted.text_content().replace("\n", "")


def test_a_reference_names_source_date_note_and_address(told: tuple[str, Book]):
    block = html.document_fromstring(told[0]).xpath("//article[@class='ev']//div[@class='block reference']")[0]
    assert [p.text_content() for p in block.xpath("p")] == [
        "reference, no text held",
        "Brightwater annual report, 2026-01-30",
        "our note: Purchase obligations, note 14.",
        "stated by Ada",
        "https://filings.example/10-k",
    ]


def test_no_more_of_a_text_is_quoted_than_its_sentence(told: tuple[str, Book]):
    assert "From our desk" not in told[0]
    assert "Shares were little changed" not in told[0]


def test_a_long_sentence_is_cut_round_its_amount():
    wire = Wire()
    sentence = "word " * 200 + "then Larkspur paid $7 billion to Cobalt " + "after " * 200
    roles = {"customer": "Larkspur", "supplier": "Cobalt"}
    wire.deal(wire.says("capacity_commitment", roles, sentence, "$7 billion"))
    quote = html.document_fromstring(report(reported(wire.book()))).xpath("string(//blockquote)")
    assert "then Larkspur paid $7 billion to Cobalt" in quote
    assert quote.count("[…]") == 2
    assert len(quote) < 500


def test_a_remainder_leads_to_its_deal_and_not_to_a_sentence_that_says_another_sum():
    """A sum of 50 of which 15 is a deal of its own leaves 35, which no sentence says."""
    wire = two_deals()
    cheque = wire.deals[0]
    assert cheque.amount
    rest = replace(cheque.amount, central=Decimal(35) * 10**9, reason="what its first part leaves of $50 billion")
    wire.deals[0] = replace(cheque, amount=rest, flags=("remainder",))
    book = wire.book()
    crawl = Crawl.of(report(reported(book)), book)
    shown = [f for f in crawl.figures() if f.text_content() == "$35bn"]
    assert shown
    assert not any(f.get("href").startswith("#ev-") for f in shown)
    assert None not in crawl.ends()


def test_a_sum_of_small_ones_that_begins_with_a_remainder_has_its_evidence():
    """Of ten cheques eight are told one by one; the largest of the others is what nine cheques leave of 50, 11.5."""
    wire = Wire()
    for k in range(10):
        words = "$50 billion" if k == 8 else f"${20 - k} billion"
        told = f"Cobalt paid Larkspur {words}, no {k}."
        claim = wire.says("investment", {"investor": "Cobalt", "investee": "Larkspur"}, told, words, status="completed")
        wire.deal(claim, "paid", deal_id=f"cheque-{k}", start=date(2026, 1, 1))
    whole = wire.deals[8]
    assert whole.amount
    left = replace(whole.amount, central=Decimal(11) * 10**9 + 5 * 10**8, reason="what nine cheques leave of 50")
    wire.deals[8] = replace(whole, amount=left, flags=("remainder",))
    book = wire.book()
    text = report(reported(book))
    assert "worked out from " in text
    assert None not in Crawl.of(text, book).ends()


def test_a_ceiling_is_shown_as_it_was_said(told: tuple[str, Book]):
    assert "up to $100bn" in told[0]
    assert told[0].count("up to $105bn") == 1  # the interval, which has the slack of a fair editor


def test_most_of_it_assumed_is_said_first():
    """A single contract without start or term: all its dates are assumed."""
    wire = Wire()
    roles = {"customer": "Larkspur", "supplier": "Cobalt"}
    wire.deal(wire.says("capacity_commitment", roles, "Larkspur owes Cobalt $7 billion.", "$7 billion"))
    text = report(reported(wire.book()))
    assert text.index("Most of this is assumed.") < text.index('class="cards"')


# ---------------------------------------------------------------- a safe page that asks for nothing
@pytest.mark.parametrize("seed", ["1", "2"])
def test_the_same_values_give_the_same_bytes_in_any_process(told: tuple[str, Book], seed: str):
    code = (
        "from hashlib import sha256; from show.test_report import *;"
        "print(sha256(report(reported(story().book(PROBLEM))).encode()).hexdigest())"
    )
    tests = str(Path(__file__).parents[1])
    paths = os.pathsep.join([tests, *sys.path])
    known = os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": paths}
    ran = subprocess.run([sys.executable, "-c", code], env=known, capture_output=True, encoding="utf-8", check=True)
    assert ran.stdout.strip() == sha256(told[0].encode()).hexdigest()


def test_the_page_allows_its_own_style_and_script_and_nothing_else(told: tuple[str, Book]):
    text = told[0]
    policy = html.document_fromstring(text).xpath("string(//meta[@http-equiv='Content-Security-Policy']/@content)")
    assert policy.startswith("default-src 'none'; ")
    for tag in ("style", "script"):
        inline = re.findall(rf"<{tag}>(.*?)</{tag}>", text, re.DOTALL)
        assert len(inline) == 1
        digest = b64encode(sha256(inline[0].encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy
    assert "unsafe" not in policy
    assert not re.search(r"\sstyle=|\ssrc=|@import|url\(|<link(?! rel=\"icon\" href=\"data:,\")", text)


def test_hostile_words_stay_words():
    """Whatever a text holds: no element, no attribute and no address of its own."""
    wire = story()
    roles = {"customer": HOSTILE, "supplier": "Cobalt Chips"}
    sentence = f"{HOSTILE} owes $9 billion."
    claim = wire.says(
        "capacity_commitment",
        roles,
        sentence,
        "$9 billion",
        doc_id=HOSTILE,
        title=HOSTILE,
        address="javascript:alert(3)",
    )
    wire.deal(claim, deal_id=HOSTILE, conditions=(HOSTILE,), package=HOSTILE, start=date(2026, 1, 1))
    note = Evidence("reference", source=HOSTILE, address="data:text/html,x", note=HOSTILE)
    wire.deal(wire.refers("capacity_commitment", {"customer": "Tern", "supplier": HOSTILE}, note, "$2 billion"))
    book = wire.book(Problem(HOSTILE, HOSTILE, HOSTILE))
    text = report(reported(book))
    text.encode("utf-8")
    assert not re.search("[\u202a-\u202e\u2066-\u2069\x00]", text)
    page = html.document_fromstring(text)
    assert len(page.xpath("//script")) == 1
    assert not page.xpath("//@*[starts-with(name(), 'on')]")
    for address in page.xpath("//@href"):
        assert address.startswith(("#", "https://")) or address == "data:,", address
    assert None not in Crawl.of(text, book).ends()


def test_addresses_are_links_only_where_a_browser_may_go(told: tuple[str, Book]):
    links = html.document_fromstring(told[0]).xpath("//a[@class='out']")
    assert {a.get("href") for a in links} == {"https://wire.example/story", "https://filings.example/10-k"}
    assert all(a.get("rel") == "noopener noreferrer" for a in links)


def test_nothing_accuses(told: tuple[str, Book]):
    assert not re.search(r"fraud|sham\b|round.?trip", told[0], re.IGNORECASE)


def test_a_thousand_deals_fit_into_one_file():
    """The largest are shown, the rest is folded away and said so; every figure still has its evidence."""
    wire = Wire()
    for k in range(1000):
        words = f"${1000 - k} billion"
        buyer, seller = f"Buyer {k % 8}", f"Seller {k % 90}"
        sentence = f"{buyer} and {seller} agreed on {words} for capacity of the {k}th kind, people close to both said."
        if k % 5:
            claim = wire.says("capacity_commitment", {"customer": buyer, "supplier": seller}, sentence, words)
        else:
            claim = wire.says("investment", {"investor": seller, "investee": buyer}, sentence, words)
        wire.deal(claim, deal_id=f"deal {k}", years=Decimal("0.25"))
    book = wire.book(*(Problem(f"line {k}", "says nothing", "drop it") for k in range(1000)))
    text = report(reported(book))
    assert len(text.encode()) < 1_200_000
    assert "smaller deals are folded away" in text
    print(f"{len(text.encode()) / 1e6:.2f} MB")
    assert None not in Crawl.of(text, book).ends()


# ---------------------------------------------------------------- books with little in them
def test_an_empty_book_says_what_to_do_next():
    text = report(reported(Book(Question())))
    assert "No deals yet" in text
    assert "counterflow read ARTICLE" in text
    assert "As of an empty book" in text


def test_a_book_of_claims_alone_says_so():
    wire = Wire()
    wire.says("capacity_commitment", {"customer": "Larkspur"}, "Larkspur owes $7 billion.", "$7 billion")
    text = report(reported(wire.book()))
    assert "No deals yet" in text
    assert "counterflow claims" in text


def test_a_book_of_one_party_has_its_figures():
    wire = Wire()
    wire.figure(wire.says("valuation", {"company": "Larkspur"}, "Larkspur is worth $9 billion.", "$9 billion"))
    book = wire.book()
    crawl = Crawl.of(report(reported(book)), book)
    assert "$9bn" in {f.text_content() for f in crawl.figures()}
    assert crawl.page.xpath("//svg[contains(@class, 'ring')]") == []
    assert None not in crawl.ends()


def test_the_dates_asked_for_stand_at_the_top():
    book = replace(story().book(), question=Question(date(2026, 3, 31), date(2026, 4, 1), "2026-04-02T00:00:00Z"))
    top = html.document_fromstring(report(reported(book))).xpath("string(//p[@class='asof'])")
    for said in (
        "what had happened by 2026-03-31",
        "what was public by 2026-04-01",
        "what this book held by 2026-04-02",
    ):
        assert said in top


def test_claims_that_do_not_count_are_counted():
    wire = story()
    first = next(iter(wire.claims))
    wire.claims["f" * 16] = Ruled(wire.claims[first].claim, "rejected", counts=False)
    assert "1 claims do not count" in report(reported(wire.book()))


# ---------------------------------------------------------------- in a browser
@pytest.fixture
def shown(page: Page, told: tuple[str, Book], tmp_path: Path) -> Iterator[Page]:
    """The report opened from a file; nothing is said on the console, nothing else is asked for."""
    path = tmp_path / "report.html"
    path.write_text(told[0], encoding="utf-8", newline="\n")
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.goto(path.as_uri())
    yield page
    assert asked == [path.as_uri()]
    assert said == []


def test_two_clicks_from_a_headline_to_the_sentence(shown: Page):
    shown.locator(".card a.fig").first.click()
    how = shown.locator(".inside:target")
    assert how.is_visible()
    how.locator("a.fig[href^='#ev-']").first.click()
    evidence = shown.locator(".ev:target")
    assert evidence.locator("blockquote").is_visible()
    assert evidence.evaluate("e => { const r = e.getBoundingClientRect(); return r.top >= 0 && r.top < innerHeight }")


def test_every_explanation_can_be_reached_without_a_script(page: Page, told: tuple[str, Book], tmp_path: Path):
    path = tmp_path / "report.html"
    path.write_text(told[0], encoding="utf-8", newline="\n")
    assert page.context.browser
    context = page.context.browser.new_context(java_script_enabled=False, offline=True)
    plain = context.new_page()
    plain.goto(path.as_uri())
    plain.locator(".card a.fig").first.click()
    assert plain.locator(".inside:target .answer").is_visible()
    assert plain.locator("svg.ring a.flow").count() > 5
    assert plain.locator(".loops button").count() == 0
    context.close()


def test_picking_a_loop_lights_its_flows_and_escape_clears(shown: Page):
    shown.locator(".loops button").first.click()
    lit = shown.locator("svg.ring a.flow.lit")
    assert lit.count() == 2
    assert shown.locator("svg.ring.dim").count() == 1
    shown.keyboard.press("Escape")
    assert shown.locator("svg.ring.dim").count() == 0
    assert lit.count() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_fits_a_phone_and_the_small_window_of_a_reader(shown: Page, scheme: str):
    shown.emulate_media(color_scheme=scheme)
    for width in (390, 320):
        shown.set_viewport_size({"width": width, "height": 800})
        shown.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
        assert shown.evaluate("document.documentElement.scrollWidth") <= width


def test_every_mark_of_the_ring_is_reached_by_the_keyboard(shown: Page):
    shown.locator("svg.ring a").first.focus()
    seen = []
    for _ in range(shown.locator("svg.ring a").count()):
        seen.append(shown.evaluate("document.activeElement.getAttribute('aria-label')"))
        shown.keyboard.press("Tab")
    assert len(set(seen)) == shown.locator("svg.ring a").count()
    assert all(seen)


def test_every_word_can_be_read_against_its_ground(shown: Page):
    """Contrast of each text node's colour with the nearest painted ground behind it: 4.5, or 3 for large text."""
    for scheme in ("light", "dark"):
        shown.emulate_media(color_scheme=scheme)
        shown.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
        assert shown.evaluate(CONTRAST) == []


CONTRAST = """() => {
  const parts = (colour) => (colour.match(/[\\d.]+/g) || [0, 0, 0, 0]).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((v) => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, k) => sum + v * [0.2126, 0.7152, 0.0722][k], 0);
  const ground = (node) => {
    for (let up = node; up; up = up.parentElement) {
      const c = parts(getComputedStyle(up).backgroundColor);
      if (c.length < 4 || c[3] > 0.99) return c;
    }
    return [255, 255, 255];
  };
  const poor = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let text = walk.nextNode(); text; text = walk.nextNode()) {
    const node = text.parentElement;
    if (!text.data.trim() || ["SCRIPT", "STYLE", "title", "desc"].includes(node.nodeName)) continue;
    const style = getComputedStyle(node);
    const ink = parts(node instanceof SVGElement ? style.fill : style.color);
    const [a, b] = [light(ink), light(ground(node))].sort((x, y) => y - x);
    const large = parseFloat(style.fontSize) >= 24;
    if ((a + 0.05) / (b + 0.05) < (large ? 3 : 4.5)) poor.push(text.data.trim().slice(0, 40));
  }
  return poor;
}"""
