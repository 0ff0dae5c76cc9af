"""A report read as a reader reads it: where each figure's clicks lead, and what stands there."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from lxml import html

if TYPE_CHECKING:
    from collections.abc import Iterator

    from counterflow.model.book import Book
    from counterflow.model.quantity import Quantity

AMOUNT = re.compile(r"[$€£¥₹₩]\s?\d|\d\s?%|\d(?:tn|bn)\b")
_STEPS = {"tn": Decimal(10) ** 12, "bn": Decimal(10) ** 9, "m": Decimal(10) ** 6, "k": Decimal(10) ** 3}
_NUMBER = re.compile(r"(\d[\d,]*(?:\.\d+)?)(?:(tn|bn|m|k)\b)?")
_GIGAWATTS = {"GW": Decimal(1), "MW": Decimal("1e-3"), "kW": Decimal("1e-6")}
# Where numbers are not figures of ours: words of a source, of a rule or of a problem, and the scale beside a drawing.
_NOT_FIGURES = {"ev", "told", "tick", "block", "title"}


@dataclass
class Crawl:
    """A page and the book it speaks of."""

    page: html.HtmlElement
    book: Book
    places: dict[str, list[html.HtmlElement]]

    @classmethod
    def of(cls, text: str, book: Book) -> Crawl:
        page = html.document_fromstring(text)
        places: dict[str, list[html.HtmlElement]] = defaultdict(list)
        for node in page.xpath("//*[@id]"):
            places[node.get("id")].append(node)
        return cls(page, book, places)

    def figures(self, within: html.HtmlElement | None = None) -> list[html.HtmlElement]:
        root = self.page if within is None else within
        return [a for a in root.iter("a") if "fig" in (a.get("class") or "").split()]

    def at(self, link: html.HtmlElement) -> html.HtmlElement:
        """What a link within the page leads to; there is exactly one."""
        href = link.get("href")
        assert href.startswith("#"), href
        assert len(self.places[href[1:]]) == 1, f"{href} leads to {len(self.places[href[1:]])} places"
        return self.places[href[1:]][0]

    def end(self, figure: html.HtmlElement, clicks: int = 2) -> str | None:
        """The kind of evidence that a figure ends at; None where two clicks do not get there.

        A formula counts once each figure in it, its own answer aside, ends as well and one of them at the next click.
        """
        place = self.at(figure)
        direct = self._evidence(figure, place)
        if direct or clicks == 1:
            return direct
        inside = [f for f in self.figures(place) if f.get("href") != figure.get("href")]
        reached = [self._evidence(f, self.at(f)) for f in inside]
        formula = any(reached) and all(kind or self._leads_on(f) for kind, f in zip(reached, inside, strict=True))
        return "formula" if formula else None

    def _leads_on(self, figure: html.HtmlElement) -> bool:
        place = self.at(figure)
        return any(self._evidence(f, self.at(f)) for f in self.figures(place))

    def _evidence(self, figure: html.HtmlElement, place: html.HtmlElement) -> str | None:
        kinds = (place.get("class") or "").split()
        if "assumption" in kinds:
            return "assumption"
        if "ev" not in kinds:
            return None
        claim = self.book.claims[place.get("id").removeprefix("ev-")].claim
        apart = place.xpath(".//div[contains(@class, 'block')]")
        if apart:
            kind = apart[0].get("class").split()[1]
            assert not place.xpath(".//blockquote"), "a reference never looks like a quotation"
            return kind
        words = " ".join(q.text_content() for q in place.xpath(".//blockquote | .//p[@class='quote']"))
        assert claim.amount is not None, figure.text_content()
        assert claim.amount.text in words, f"{claim.amount.text!r} does not stand in {words!r}"
        assert says(figure.text_content(), claim.amount), f"{figure.text_content()!r} is not {claim.amount.text!r}"
        return "sentence"

    def ends(self) -> Counter[str | None]:
        """How many figures end at which kind of evidence."""
        found: Counter[str | None] = Counter()
        for figure in self.figures():
            kind = self.end(figure)
            assert kind, f"{figure.text_content()!r} to {figure.get('href')} ends nowhere within two clicks"
            found[kind] += 1
        return found

    def loose_amounts(self) -> Iterator[str]:
        """Amounts that stand on the page without a link to what they rest on."""
        for node in self.page.find("body").iter():
            if isinstance(node.tag, str) and node.tag not in {"script", "style", "title", "desc"}:
                for text in (node.text or "", *(child.tail or "" for child in node)):
                    if AMOUNT.search(text) and not _exempt(node):
                        yield text


def _exempt(node: html.HtmlElement) -> bool:
    around = [node, *node.iterancestors()]
    classes = {c for each in around for c in (each.get("class") or "").split()}
    return bool(classes & (_NOT_FIGURES | {"fig"}))


def says(shown: str, amount: Quantity) -> bool:
    """Whether every number shown lies in what the source's words allow, restatements in dollars included."""
    numbers = [Decimal(n.replace(",", "")) * _STEPS.get(step, Decimal(1)) for n, step in _NUMBER.findall(shown)]
    factor = _GIGAWATTS.get(amount.unit, Decimal(1)) if "GW" in shown else Decimal(1)
    allowed = [q.loose().scaled(factor) for q in (amount, *amount.equivalents)]
    return bool(numbers) and all(any(number in span for span in allowed) for number in numbers)
