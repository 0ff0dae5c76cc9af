"""Every kind of deal under its own name and in its own colour: shares, loans, purchases, leases, firms bought whole."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from counterflow.model.book import Book
from counterflow.show.report import report
from show.crawl import Crawl
from show.invented import Wire, reported


def families(*named: str) -> Book:
    """Larkspur pays Cobalt 10, 20, 30 ... billion by deals of some families, all of 2026."""
    wire = Wire()
    for k, family in enumerate(named, 1):
        words = f"${10 * k} billion"
        roles = {"customer": "Larkspur", "supplier": "Cobalt"}
        claim = wire.says("capacity_commitment", roles, f"Larkspur owes Cobalt {words}.", words)
        wire.deal(claim, deal_id=f"deal-{k}", start=date(2026, 1, 1), years=Decimal(1))
        wire.deals[-1] = replace(wire.deals[-1], family=family)
    return wire.book()


def test_money_lent_has_an_arrow_and_a_name_of_its_own():
    """10 of equity and 20 of debt are two arrows; 30 bought and 40 leased are one of 70."""
    book = families("equity primary", "debt", "compute purchase", "lease")
    crawl = Crawl.of(report(reported(book)), book)
    arrows = crawl.page.xpath("//svg[@class='ring']//a[contains(@class, 'flow')]")
    drawn = {a.get("aria-label"): a.xpath("path[starts-with(@class, 's-')]/@class")[0] for a in arrows}
    assert drawn == {
        "Larkspur pays Cobalt $70bn: lease and purchase, committed": "s-purchase",
        "Larkspur pays Cobalt $20bn: loan, committed": "s-loan",
        "Larkspur pays Cobalt $10bn: equity, committed": "s-equity",
    }
    legend = [li.text_content().strip() for li in crawl.page.xpath("//ul[@class='legend'][1]/li")]
    assert legend[:3] == ["equity", "loan", "lease, purchase"]
    assert None not in crawl.ends()


def test_who_sells_a_firm_is_unnamed():
    book = families("M&A")
    text = report(reported(book))
    assert "Larkspur pays sellers of Cobalt $10bn: acquisition, committed" in text
    assert "sellers of Cobalt (unnamed)" in text


def test_what_a_deal_carries_is_said_in_words():
    book = families("compute purchase", "compute purchase")
    flags = replace(book.deals[0], flags=("in_total",)), replace(book.deals[1], flags=("by_its_whole",))
    text = report(reported(replace(book, deals=flags)))
    assert "counted inside a total of the same parties" in text
    assert "is reported completed" in text
    assert "in_total" not in text
