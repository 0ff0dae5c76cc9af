"""One number with its scale and its currency or unit: the piece that amounts and ranges are made of."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from difflib import get_close_matches
from functools import cache, cached_property
from typing import Final, NamedTuple

from counterflow.extract.amounts import marks, numerals
from counterflow.extract.amounts.numerals import GAP, LATIN, Numeral, tables

_ONE: Final = Decimal(1)
_NEAR: Final = 40  # characters within which a word for yuan decides a bare ¥
_CLASH: Final = marks.Measure("")


class Unread(NamedTuple):
    """A stretch that looks like an amount and is not understood, and why."""

    start: int
    end: int
    reason: str


class Figure(NamedTuple):
    """One number with its currency or unit; `marked`: by a currency before it."""

    start: int
    end: int
    number: Numeral
    measure: marks.Measure | None = None
    marked: bool = False

    @property
    def scale(self) -> Decimal:
        """What turns the digits into full units."""
        return self.number.scale * (self.measure.factor if self.measure else _ONE)

    @property
    def value(self) -> Decimal:
        """The number in full units; not for a size alone."""
        return Decimal(self.number.digits) * self.scale

    @property
    def is_year(self) -> bool:
        """Whether four digits alone read like a year."""
        digits = self.number.digits
        alone = self.end - self.start == len(digits) == 4 and digits.isdigit() and not self.number.spelled
        return alone and 1900 <= int(digits) < 2100

    @property
    def whole(self) -> bool:
        """Whether a scale or a unit stands behind the number, so that it needs none from a neighbour."""
        return bool(self.number.family) or (self.measure is not None and not self.marked)


@dataclass(frozen=True)
class Stretch:
    """The part of a text that is read: nothing outside `start..end` counts."""

    text: str
    start: int
    end: int

    @cached_property
    def told(self) -> frozenset[str]:
        """The currencies, of those with a word that several countries use, whose country it speaks of."""
        text = self.text[self.start : self.end].lower()
        stems = tables()["currency"]["told_by"]
        return frozenset(code for code in stems if any(stem in text for stem in stems[code]))

    @cached_property
    def comma(self) -> bool:
        """Whether it writes a decimal comma, by the numbers whose groups say so."""
        text = self.text[self.start : self.end]
        return len(_COMMA_STYLE.findall(text)) > len(_POINT_STYLE.findall(text))


_COMMA_STYLE, _POINT_STYLE = (
    re.compile(
        rf"(?<![\d.,])\d{{1,3}}(?:(?:{group}\d{{3}}){{2,4}}(?![\d.,])"
        rf"|(?:{group}\d{{3}}){{0,4}}{point}(?:\d{{1,2}}|\d{{4,9}})(?![\d.,]))"
    )
    for group, point in ((r"\.", ","), (",", r"\."))
)
_OPEN_STYLE: Final = re.compile(r"\d{1,3}[.,]\d{3}")
_NEGATIVE: Final = re.compile(r"[-−(]\s?\d+(?:[.,]\d+){0,4}\)?")
_HEADING: Final = re.compile(
    r"(?i:(?:[(\n:,]|\A)\s?(?:(?:all )?(?:amounts|figures|dollars|values|\$|usd|eur)\s)?in\s|[$€£¥₹]\s?)\Z"
)
_GLUED: Final = re.compile(rf"[{LATIN}\d]+")
_NEXT_WORD: Final = re.compile(rf"{GAP}?-?([^\W\d_]{{3,10}})(?!\w)")
_NEXT_NUMBER: Final = re.compile(rf"{GAP}(?=\d)")


@cache
def mark() -> re.Pattern[str]:
    """A mark of currency and the gap to its number."""
    return re.compile(rf"(?P<mark>{marks.currency_before()}){GAP}?")


def read(page: Stretch, pos: int) -> Figure | Unread | None:
    """The number whose mark or first digit or word stands at `pos`, with its measure; None where there is no number."""
    text, end = page.text, page.end
    before = mark().match(text, pos, end)
    at = before.end() if before else pos
    number = numerals.read(text, at, end, marked=before is not None)
    if number is None:
        minus = before and _NEGATIVE.match(text, at, end)
        return Unread(pos, minus.end(), "a negative amount") if minus else None
    unit = marks.unit(text, number, end, marked=before is not None)
    stop = unit.end if unit else number.end
    number = _settled(page, number, unit, marked=before is not None)
    if number is None:
        return Unread(pos, stop, "digits in no known groups") if before or unit else None
    return _checked(page, Figure(pos, stop, number, _measure(page, before, unit), before is not None))


def _settled(page: Stretch, number: Numeral, unit: marks.Unit | None, *, marked: bool) -> Numeral | None:
    comma = _OPEN_STYLE.fullmatch(number.digits) is not None and page.comma
    plain = numerals.settled(number, comma, price=unit is not None and unit.sign and not marked)
    return plain._replace(plus=True) if plain and unit and unit.plus else plain


def _measure(page: Stretch, before: re.Match[str] | None, unit: marks.Unit | None) -> marks.Measure | None:
    """The measure that the marks before and behind agree on; `_CLASH` where they do not."""
    behind = _named(page, unit.measure) if unit else None
    if not before:
        return behind
    code = marks.currency(before["mark"])
    if before["mark"] in {"¥", "￥"} and _yuan_near(page, before.start()):
        code = "CNY"
    if behind is None or behind.currency == code:
        return behind or marks.Measure("money", code)
    named = before["mark"] == "$" and behind.currency in _DOLLARS
    return behind if named else _CLASH


def _named(page: Stretch, measure: marks.Measure) -> marks.Measure:
    """A currency word of several countries, decided by the one country that the text speaks of."""
    codes = (measure.currency or "").split()
    if len(codes) < 2:
        return measure
    told = [code for code in codes if code in page.told]
    return measure._replace(currency=told[0]) if len(told) == 1 else measure


_DOLLARS: Final = frozenset({"AUD", "CAD", "HKD", "TWD", "SGD", "NZD"})


def _yuan_near(page: Stretch, pos: int) -> bool:
    near = page.text[max(page.start, pos - _NEAR) : min(page.end, pos + _NEAR)].lower()
    return any(word in near for word in tables()["currency"]["yuan_near"])


def _checked(page: Stretch, figure: Figure) -> Figure | Unread | None:
    """The figure, or why it cannot be trusted, or None where nothing says that it is an amount."""
    text, measure = page.text, figure.measure
    if _is_heading(page, figure):
        return None
    if measure == _CLASH:
        return Unread(figure.start, figure.end, "two currencies on one amount")
    if measure and " " in (measure.currency or ""):
        if re.fullmatch(r"\dKr", text[figure.end - 3 : figure.end]):
            return None  # grown onto a number with a capital it is a name, as of an outlet
        return Unread(figure.start, figure.end, "a currency that several countries have")
    glued = _GLUED.match(text, figure.end, page.end) if text[figure.end - 1].isalnum() else None
    if glued:
        return Unread(figure.start, glued.end(), "letters glued to the number") if measure else None
    if figure.marked and text[figure.start] == "$" and text[max(page.start, figure.start - 1) : figure.start].isalpha():
        return Unread(figure.start, figure.end, "a dollar of an unknown country")
    doubt = _doubt(page, figure) if figure.marked and not figure.number.family else None
    return doubt or figure


def _is_heading(page: Stretch, figure: Figure) -> bool:
    """Whether a size without a number names the unit of a table: "$ millions", "(in thousands of dollars)"."""
    number = figure.number
    if number.span is None or number.digits != "several":
        return number.bare and (figure.marked or figure.measure is None)
    return figure.marked or _HEADING.search(page.text, max(page.start, figure.start - 30), figure.start) is not None


def _doubt(page: Stretch, figure: Figure) -> Unread | None:
    """A marked number without a scale, before a misspelled scale or a second number: "$34 6 million"."""
    word = _NEXT_WORD.match(page.text, figure.end, page.end)
    unsure = word is not None and word[1].lower() in tables()["scales"]["unsure"]
    if word and (unsure or get_close_matches(word[1].lower(), ("million", "billion", "trillion"), cutoff=0.8)):
        return Unread(figure.start, word.end(), "a scale word that is not known")
    gap = _NEXT_NUMBER.match(page.text, figure.end, page.end)
    second = numerals.read(page.text, gap.end(), page.end) if gap else None
    return Unread(figure.start, second.end, "a second number behind the first") if second and second.family else None
