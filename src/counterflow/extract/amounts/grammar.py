"""Amounts in running text: money, percentages, power, multiples, counts, each with its hedge, rate and place.

Read on the raw text, the longest reading first, in one pass: each step looks at a bounded stretch, so time is linear.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from typing import Final

from counterflow.extract.amounts import figures, hedges, marks, numerals, ranges
from counterflow.extract.amounts.figures import Figure, Stretch, Unread
from counterflow.extract.amounts.numerals import GAP, JOIN, LATIN, PLUS, alternation, tables
from counterflow.model.claim import Quantity

_FLOORS: Final = frozenset({"at_least", "more_than"})
_CEILINGS: Final = frozenset({"up_to", "less_than"})


@dataclass(frozen=True, slots=True)
class Found:
    """The quantities of a text in its order, and what looks like one but is not understood, as (start, end, reason)."""

    quantities: list[Quantity]
    unread: list[tuple[int, int, str]]


@dataclass(frozen=True, slots=True)
class Amount:
    """One amount phrase as an interval in full units: `low..high` loose, `tight_low..tight_high` tight (model.money).

    An open end is None; `unit` carries the rate ("money/year").
    """

    low: Decimal | None
    high: Decimal | None
    tight_low: Decimal | None
    tight_high: Decimal | None
    currency: str | None
    hedge: str
    unit: str


def parse_amount(text: str) -> Amount:
    """The first amount of a phrase; `ValueError` if there is none."""
    found = find(text)
    if not found.quantities:
        raise ValueError(found.unread[0][2] if found.unread else f"no amount in {text[:80]!r}")
    quantity = found.quantities[0]
    loose, tight = quantity.loose(), quantity.tight()
    unit = f"{quantity.unit}/{quantity.per}" if quantity.per else quantity.unit
    return Amount(loose.low, loose.high, tight.low, tight.high, quantity.currency, quantity.hedge, unit)


def find(text: str, start: int = 0, end: int | None = None) -> Found:
    """Every amount between `start` and `end`, without overlap; `text[q.start:q.end] == q.text` for each."""
    return _Reader(Stretch(text, start, len(text) if end is None else end)).read()


_CAPITALISED: Final = re.compile(
    rf"(?<![{LATIN}\d])([A-ZÀ-Þ][{LATIN}\d]*)(?:[ \u00a0-]\d{{1,3}}(?:\.\d)?)?[ \u00a0-]\Z"
)
_MINUS: Final = re.compile(r"(?:[^\S\n]|[(])-\Z|−\Z")
_REST: Final = re.compile(r"[-–—‑]\d+(?:[.,]\d+){0,4}")
_BRACKET: Final = re.compile(rf"{GAP}?[(\[（［](?P<inside>[^()\[\]（）［］]{{2,120}})[)\]）］]")
_CONNECTORS: Final = re.compile(
    r"(?i:[\s,;/=≈~:\0]|\b(?:or|and|equals?|equivalent|to|of|the|i\.e\.|about|roughly|in)\b"
    r"|\bat [^\d\0]{1,60}\Z){1,120}"
)
_OR: Final = re.compile(rf",{GAP}(?:or|equivalent to|the equivalent of){GAP}")


@cache
def _anchor() -> re.Pattern[str]:
    """Where an amount may begin: a mark of currency, a digit, a number word. Addresses are passed over."""
    t = tables()
    scales = [*t["scales"]["english"], *t["scales"]["indian"]]
    led = alternation([*scales, *t["numbers"]["multipliers"], "half", "quarter", *t["magnitudes"]])
    numbers = [*t["numbers"]["words"], *t["numbers"]["multipliers"], *t["magnitudes"]]
    words = alternation([*numbers, *scales, *t["scales"]["plural"].split()])
    return re.compile(
        rf"(?P<address>(?:https?://|www\.)\S{{1,2000}})|{figures.mark().pattern}"
        rf"|(?<![{LATIN}\d#])(?<![{LATIN}][-\u2011])(?<!\d[/:.,])(?:\.?\d|[½¼¾])"
        rf"|(?<![{LATIN}\d'’-])(?i:an?{JOIN}(?:{led})|multi(?={JOIN}?[a-z])|(?:half|quarter)(?={JOIN})|{words})"
    )


@cache
def _common_words() -> frozenset[str]:
    """Words that may stand capitalised before a number without being its name: "With 8 GPUs"."""
    t = tables()
    before = " ".join(p for phrases in t["hedges"]["before"].values() for p in phrases)
    return frozenset(f"{t['counted']['stops']} {before} its their all only another each other with".split())


class _Reader:
    """Reads one stretch; `_floor` is the end of the last thing read, which no hedge reaches back beyond."""

    def __init__(self, page: Stretch) -> None:
        self.page = page
        self._floor = page.start
        self._unread: list[Unread] = []

    def read(self) -> Found:
        """All amounts of the stretch."""
        quantities: list[Quantity] = []
        pos = self.page.start
        while found := _anchor().search(self.page.text, pos, self.page.end):
            pos = self._passed(found)
            got = None if found["address"] else self._amount(found.start())
            if isinstance(got, Unread):
                self._unread.append(got)
                self._floor = pos = max(pos, got.end)
            elif got:
                quantities.append(got)
                self._floor = pos = max(q.end for q in (got, *got.equivalents))
        return Found(quantities, [(u.start, u.end, u.reason) for u in sorted(self._unread)])

    def _passed(self, found: re.Match[str]) -> int:
        """Where to go on behind what turned out to be no amount."""
        if found["address"]:
            return found.end()
        start = found.start()
        return numerals.run_end(self.page.text, start, self.page.end) if self.page.text[start].isdigit() else start + 1

    def _amount(self, pos: int, *, alone: bool = False) -> Quantity | Unread | None:
        """The amount whose first number begins at `pos`. `alone`: without what restates it behind."""
        first = figures.read(self.page, pos)
        ends = ranges.ends(self.page, self._floor, first) if isinstance(first, Figure) else first
        ends = self._measured(ends) if isinstance(ends, list) else ends
        quantity = self._quantity(ends) if isinstance(ends, list) else ends
        return quantity if alone or not isinstance(quantity, Quantity) else self._restated(quantity)

    def _measured(self, ends: list[Figure]) -> list[Figure] | None:
        """The ends with a unit: the one written, else what they count, else plain money; None if they are no amount."""
        last = ends[-1]
        if last.measure:
            return ends
        counted = self._counted(ends)
        if counted is not None:
            return counted or None
        if not marks.is_plain_money(self.page.text, last.number, self.page.end) or self._is_model(ends[0]):
            return None
        return [f._replace(measure=marks.Measure("money")) for f in ends]

    def _counted(self, ends: list[Figure]) -> list[Figure] | None:
        """The ends as a count, none where they only seem one ("Trainium 2 chips"), None where no thing is counted."""
        last = ends[-1]
        plus = PLUS.match(self.page.text, last.end, self.page.end)
        if plus:
            last = last._replace(end=plus.end(), number=last.number._replace(plus=True))
        thing = marks.counted(self.page.text, last.end, self.page.end)
        if thing is None:
            return None
        vague = last.number.span is not None and not last.number.family and last.number.digits in {"several", "multi"}
        if vague or self._is_name(ends[0]):
            return []
        if thing.value == "shares":  # a count of chips ends with its number, shares are a unit of their own
            last = last._replace(end=thing.end)
        return [f._replace(measure=marks.Measure(thing.value)) for f in (*ends[:-1], last)]

    def _is_name(self, figure: Figure) -> bool:
        """Whether the number belongs to a name or is a year: "Trainium 2 chips", "the 2024 servers"."""
        number = figure.number
        short = number.digits.isdigit() and len(number.digits) == figure.end - figure.start <= 2
        return figure.is_year or (short and not number.spelled and self._behind_name(figure))

    def _is_model(self, figure: Figure) -> bool:
        """Whether the letter glued to the number is no scale: "Larkspur 70B"."""
        return figure.number.family == "letters" and self._behind_name(figure)

    def _behind_name(self, figure: Figure) -> bool:
        word = _CAPITALISED.search(self.page.text, max(self.page.start, figure.start - 40), figure.start)
        return word is not None and word[1].lower() not in _common_words()

    def _quantity(self, ends: list[Figure]) -> Quantity | Unread:
        first, last, text = ends[0], ends[-1], self.page.text
        measure = last.measure or marks.Measure("money")
        left = hedges.left(text, self._floor, first.start, money=measure.unit == "money")
        right = hedges.right(text, last.end, self.page.end)
        start = left.opener.start if len(ends) == 2 and left.opener else left.start
        if _MINUS.search(text, max(self.page.start, first.start - 2), first.start):
            return Unread(first.start - 1, right.end, "a negative amount")
        if right.per == "unheld":
            return Unread(start, right.end, "a rate per day or week")
        if right.per == "kWh":
            measure = measure._replace(factor=measure.factor * 1000)
            ends = [f._replace(measure=measure) for f in ends]
        plus = ("more_than",) if any(f.number.plus for f in ends) else ()
        rest = _REST.match(text, right.end, self.page.end)
        if rest:
            self._unread.append(Unread(right.end, rest.end(), "a second number glued to the amount"))
        return replace(
            _reading(ends, left.hedges, (*plus, *right.hedges), left.part),
            currency=measure.currency,
            unit=measure.unit,
            per="MWh" if right.per == "kWh" else right.per,
            text=text[start : right.end],
            start=start,
            end=right.end,
        )

    def _restated(self, quantity: Quantity) -> Quantity:
        """With what says it again right behind: "(about NT$24 trillion)", ", or about $34 million"."""
        found = self._bracketed(quantity) or self._apposed(quantity) if quantity.currency else None
        if not found:
            return quantity
        others, stop = found
        late = None if quantity.per else hedges.rate(self.page.text, stop, self.page.end)
        per = late[0] if late and late[0] not in {"kWh", "unheld"} else quantity.per
        return replace(quantity, per=per, equivalents=tuple(replace(q, per=q.per or per) for q in others))

    def _bracketed(self, quantity: Quantity) -> tuple[list[Quantity], int] | None:
        bracket = _BRACKET.match(self.page.text, quantity.end, self.page.end)
        if not bracket:
            return None
        start, end = bracket.span("inside")
        inner = find(self.page.text, start, end)
        rest = list(bracket["inside"])
        for other in inner.quantities:
            rest[other.start - start : other.end - start] = "\0" * len(other.text)
        plain = _CONNECTORS.fullmatch("".join(rest)) is not None and not inner.unread
        fits = plain and inner.quantities and all(_restates(quantity, other) for other in inner.quantities)
        return (inner.quantities, bracket.end()) if fits else None

    def _apposed(self, quantity: Quantity) -> tuple[list[Quantity], int] | None:
        joint = _OR.match(self.page.text, quantity.end, self.page.end)
        found = joint and _anchor().search(self.page.text, joint.end(), min(self.page.end, joint.end() + 40))
        if not joint or not found or found["address"]:
            return None
        floor, self._floor = self._floor, joint.end()
        other = self._amount(found.start(), alone=True)
        self._floor = floor
        fits = isinstance(other, Quantity) and other.start == joint.end() and _restates(quantity, other)
        return ([other], other.end) if fits and isinstance(other, Quantity) else None


def _restates(quantity: Quantity, other: Quantity) -> bool:
    if other.unit != "money" or other.currency is None or other.per not in {None, quantity.per}:
        return False
    return other.currency != quantity.currency or (quantity.low, quantity.high) == (other.low, other.high)


def _reading(ends: list[Figure], before: tuple[str, ...], behind: tuple[str, ...], part: Decimal) -> Quantity:
    """What the hedges make of one number or two: the interval, and the writing that widens it later."""
    first, last, names = ends[0], ends[-1], (*before, *behind)
    span = first.number.span
    if span:
        low, high = (None if end is None else end * first.scale * part for end in span)
        return _written(low, high, "order_of_magnitude", [first], part)
    bound = next((n for n in names if n in _FLOORS | _CEILINGS), None)
    hedge = bound or ("range" if len(ends) == 2 else next(iter(names), "exact"))
    low = None if hedge in _CEILINGS else first.value * part
    high = None if hedge in _FLOORS else last.value * part
    kept = ends if hedge == "range" else [last] if hedge in _CEILINGS else [first]
    quantity = _written(low, high, hedge, kept, part)
    # "$10 billion+" includes the ten, while its width is that of "more than"
    return replace(quantity, qualifier="at_least") if hedge == "more_than" and "more_than" not in before else quantity


def _written(low: Decimal | None, high: Decimal | None, hedge: str, kept: list[Figure], part: Decimal) -> Quantity:
    return Quantity(
        _tidy(low),
        _tidy(high),
        currency=None,
        unit="",
        per=None,
        qualifier="approximately" if hedge == "nearly" else hedge,
        text="",
        start=0,
        end=0,
        hedge=hedge,
        digits=tuple(f.number.digits for f in kept),
        scales=tuple(f.scale for f in kept),
        part=part,
    )


def _tidy(value: Decimal | None) -> Decimal | None:
    """Without the zeros that arithmetic leaves behind the point."""
    if value is None:
        return None
    whole = value.to_integral_value()
    return whole if whole == value else value.normalize()
