"""Amounts in running text: money, percentages, power, multiples, counts, each with its hedge, rate and place.

Read on the raw text, the longest reading first, in one pass: every step looks at a bounded stretch, so the time is linear.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from typing import Final, NamedTuple

from counterflow.extract import marks, numerals, terms
from counterflow.extract.numerals import GAP, JOIN, LATIN, alternation, tables
from counterflow.extract.terms import Stretch, Term, Unread
from counterflow.model.claim import Quantity

_ONE: Final = Decimal(1)
_FLOORS: Final = frozenset({"at_least", "more_than"})
_CEILINGS: Final = frozenset({"up_to", "less_than"})


@dataclass(frozen=True, slots=True)
class Found:
    """The quantities of a text in its order, and what looks like one but is not understood. Offsets are code points."""

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


class _Left(NamedTuple):
    """What leads up to an amount: hedges (the outermost first), a part, "between" or "from" and where that stands."""

    start: int
    hedges: tuple[str, ...] = ()
    part: Decimal = _ONE
    opener: marks.Word | None = None


class _Right(NamedTuple):
    """What follows an amount: hedges, and the rate it is per."""

    end: int
    hedges: tuple[str, ...] = ()
    per: str | None = None


_APPOSED: Final = re.compile(r"\s?(?:—|--)\s|\s[–―-]\s")  # a dash that may part two thoughts
_OTHER_THOUGHT: Final = re.compile(rf"{GAP}(?i:more|less|higher|lower|above|below|of which|in)(?!\w)|{GAP}?—")
_CAPITALISED: Final = re.compile(rf"(?<![{LATIN}\d])([A-ZÀ-Þ][{LATIN}\d]*)(?:[ \u00a0-]\d{{1,3}}(?:\.\d)?)?[ \u00a0-]\Z")
_MINUS: Final = re.compile(r"(?:[^\S\n]|[(])-\Z|−\Z")
_REST: Final = re.compile(r"[-–—‑]\d+(?:[.,]\d+){0,4}")
_BRACKET: Final = re.compile(rf"{GAP}?[(\[（［](?P<inside>[^()\[\]（）［］]{{2,120}})[)\]）］]")
_CONNECTORS: Final = re.compile(
    r"(?i:[\s,;/=≈~:\0]|\b(?:or|and|equals?|equivalent|to|of|the|i\.e\.|about|roughly|in|US dollars)\b"
    r"|\bat [^\d\0]{1,60}\Z){1,120}"
)
_OR: Final = re.compile(rf",{GAP}(?:or|equivalent to|the equivalent of){GAP}")


@cache
def _anchor() -> re.Pattern[str]:
    """Where an amount may begin: a mark of currency, a digit, a number word. Addresses are passed over."""
    t = tables()
    scales = [*t["scales"]["english"], *t["scales"]["indian"]]
    led = alternation([*scales, *t["numbers"]["multipliers"], "half", "quarter", *t["magnitudes"]])
    words = [*t["numbers"]["words"], *t["numbers"]["multipliers"], *t["magnitudes"], *scales, *t["scales"]["plural"].split()]
    return re.compile(
        rf"(?P<url>(?:https?://|www\.)\S{{1,2000}})|{terms.mark().pattern}"
        rf"|(?<![{LATIN}\d#])(?<![{LATIN}][-\u2011])(?<!\d[/:.,])(?:\.?\d|[½¼¾])"
        rf"|(?<![{LATIN}\d'’-])(?i:an?{JOIN}(?:{led})|multi(?={JOIN}?[a-z])|half(?={JOIN})|quarter(?={JOIN})|{alternation(words)})"
    )


@cache
def _joint() -> re.Pattern[str]:
    words = alternation([*tables()["ranges"]["words"], "and"])
    return re.compile(rf"(?P<dash>{GAP}?(?:--|[-‐‑‒–—―−~〜～]){GAP}?)|{JOIN}(?i:(?P<word>{words})){JOIN}")


@cache
def _function_words() -> frozenset[str]:
    t = tables()
    hedges = " ".join(p for phrases in t["hedges"]["before"].values() for p in phrases)
    return frozenset(f"{t['counted']['stops']} {hedges} its their all only another each other with".split())


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
            got = None if found["url"] else self._amount(found.start())
            if isinstance(got, Unread):
                self._unread.append(got)
                self._floor = pos = max(pos, got.end)
            elif got:
                quantities.append(got)
                self._floor = pos = max(q.end for q in (got, *got.equivalents))
        return Found(quantities, [tuple(u) for u in sorted(self._unread)])

    def _passed(self, found: re.Match[str]) -> int:
        start = found.start()
        if found["url"]:
            return found.end()
        return numerals.run_end(self.page.text, start, self.page.end) if self.page.text[start].isdigit() else start + 1

    def _amount(self, pos: int, *, alone: bool = False) -> Quantity | Unread | None:
        """The amount whose first number begins at `pos`. `alone`: without what restates it behind."""
        first = terms.read(self.page, pos)
        ends = self._joined(first) if isinstance(first, Term) else first
        ends = self._measured(ends) if isinstance(ends, list) else ends
        quantity = self._quantity(ends) if isinstance(ends, list) else ends
        return quantity if alone or not isinstance(quantity, Quantity) else self._restated(quantity)

    # two numbers

    def _joined(self, first: Term) -> list[Term] | Unread:
        """The number and, of a range, its other end; one scale or currency behind a pair serves both."""
        joint = _joint().match(self.page.text, first.end, self.page.end)
        second = terms.read(self.page, joint.end()) if joint and not first.number.span else None
        if not joint or not isinstance(second, Term) or second.number.span or not _agree(first, second):
            return [first]
        kind, left = (joint["word"] or "dash").lower(), self._left(first.start, money=True)
        opener = left.opener.text if left.opener else ""
        if not self._is_pair(first, second, kind, opener) or (kind == "to" and self._has_moved(left.start)):
            return [first]
        spread = _spread(first, second)
        if (kind == "and" and opener != "between") or (opener == "from" and self._is_change(left.start)):
            return [spread]
        if spread.value <= second.value:
            return [spread, second._replace(measure=second.measure or first.measure)]
        return [first] if first.whole and second.whole else Unread(first.start, second.end, "a range that runs backwards")

    def _is_pair(self, first: Term, second: Term, kind: str, opener: str) -> bool:
        text, end = self.page.text, self.page.end
        measured = second.whole or marks.counted(text, second.end, end) is not None
        bare_marked = first.marked and not first.whole
        if kind == "or":
            return not first.whole and measured
        if kind == "and":
            return (opener == "between" and (measured or second.marked)) or (bare_marked and second.marked and second.whole)
        if kind == "dash" and first.whole and measured and _APPOSED.match(text, first.end, end):
            return _OTHER_THOUGHT.match(text, second.end, end) is None and text[first.end : first.end + 2].strip() != "—"
        if first.measure and not first.marked and not second.measure:
            return False
        return measured or (bare_marked and (second.marked or kind == "dash"))

    def _is_change(self, pos: int) -> bool:
        """Whether "from" tells a change ("rose from $3 to $4 billion") and not a range."""
        lead = re.split(r"[.;:\n]", self.page.text[max(self.page.start, pos - 60) : pos])[-1]
        return not set(re.findall(r"\w+", lead.lower())).isdisjoint(tables()["ranges"]["changes"].split())

    def _has_moved(self, pos: int) -> bool:
        """Whether what ends at `pos` makes the second number a result: "fell 1% to 4%"."""
        words = marks.words_before(self.page.text, self._floor, pos)
        return bool(words) and words[-1].text in tables()["ranges"]["moved"].split()

    # the unit

    def _measured(self, ends: list[Term]) -> list[Term] | None:
        """The ends with a unit: the one written, else what they count, else plain money; None if they are no amount."""
        last = ends[-1]
        if last.measure:
            return ends
        thing = marks.counted(self.page.text, last.end, self.page.end)
        if thing:
            vague = last.number.span is not None and not last.number.family and last.number.digits in {"several", "multi"}
            if vague or self._is_name(ends[0]):
                return None
            stop = thing.end if thing.value == "shares" else last.end  # a count ends with its number, by the contract
            return [t._replace(measure=marks.Measure(thing.value), end=max(t.end, stop)) for t in ends]
        if not marks.is_plain_money(self.page.text, last.number, self.page.end) or self._is_model(ends[0]):
            return None
        return [t._replace(measure=marks.Measure("money")) for t in ends]

    def _is_name(self, term: Term) -> bool:
        """Whether the number belongs to a name or is a year: "Trainium 2 chips", "the 2024 servers"."""
        digits = term.number.digits
        if term.number.family or term.number.spelled or not digits.isdigit() or len(digits) < term.end - term.start:
            return False
        return (len(digits) == 4 and 1900 <= int(digits) < 2100) or (len(digits) <= 2 and self._behind_name(term))

    def _is_model(self, term: Term) -> bool:
        """Whether the letter glued to the number is no scale: "Larkspur 70B"."""
        return term.number.family == "letters" and self._behind_name(term)

    def _behind_name(self, term: Term) -> bool:
        word = _CAPITALISED.search(self.page.text, max(self.page.start, term.start - 40), term.start)
        return word is not None and word[1].lower() not in _function_words()

    # the words around

    def _left(self, start: int, money: bool) -> _Left:
        inner = self._hedges(start, money)
        part = marks.part_before(self.page.text, self._floor, inner.start)
        if not part:
            return inner
        outer = self._hedges(part.start, money)
        share = Decimal(part.share.numerator) / Decimal(part.share.denominator)
        return _Left(outer.start, outer.hedges + inner.hedges, share)

    def _hedges(self, start: int, money: bool) -> _Left:
        words, names = marks.words_before(self.page.text, self._floor, start), []
        while len(names) < 3 and (hedge := marks.hedge_before(words, money)):
            names.insert(0, hedge.name)
            start = hedge.at
            words = [w for w in words if w.end <= start]
        opener = words[-1] if words and words[-1].text in {"between", "from"} else None
        return _Left(start, tuple(names), opener=opener)

    def _right(self, pos: int) -> _Right:
        right = _Right(pos)
        for _ in range(3):
            hedge = marks.hedge_behind(self.page.text, right.end, self.page.end)
            per = None if right.per else marks.rate(self.page.text, right.end, self.page.end)
            if hedge:
                right = right._replace(end=hedge.at, hedges=(*right.hedges, hedge.name))
            elif per:
                right = right._replace(end=per.end, per=per.value)
        return right

    # the amount

    def _quantity(self, ends: list[Term]) -> Quantity | Unread:
        first, last = ends[0], ends[-1]
        measure = last.measure or marks.Measure("money")
        left, right = self._left(first.start, measure.unit == "money"), self._right(last.end)
        start = left.opener.start if len(ends) == 2 and left.opener else left.start
        if _MINUS.search(self.page.text, max(self.page.start, first.start - 2), first.start):
            return Unread(first.start - 1, right.end, "a negative amount")
        if right.per == "unheld":
            return Unread(start, right.end, "a rate per day or week")
        if right.per == "kWh":
            ends = [t._replace(measure=measure._replace(factor=measure.factor * 1000)) for t in ends]
        plus = ("more_than",) if any(t.number.plus for t in ends) else ()
        rest = _REST.match(self.page.text, right.end, self.page.end)
        if rest:
            self._unread.append(Unread(right.end, rest.end(), "a second number glued to the amount"))
        return replace(
            _reading(ends, left.hedges, (*plus, *right.hedges), left.part),
            currency=measure.currency,
            unit=measure.unit,
            per="MWh" if right.per == "kWh" else right.per,
            text=self.page.text[start : right.end],
            start=start,
            end=right.end,
        )

    # what restates it

    def _restated(self, quantity: Quantity) -> Quantity:
        """With what says it again right behind: "(about NT$24 trillion)", ", or about $34 million"."""
        if quantity.unit != "money" or quantity.currency is None:
            return quantity
        others, stop = self._bracketed(quantity) or self._apposed(quantity) or ([], quantity.end)
        if not others:
            return quantity
        late = None if quantity.per else marks.rate(self.page.text, stop, self.page.end)
        per = late.value if late and late.value not in {"kWh", "unheld"} else quantity.per
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
        if not joint or not found or found["url"]:
            return None
        floor, self._floor = self._floor, joint.end()
        other = self._amount(found.start(), alone=True)
        self._floor = floor
        fits = isinstance(other, Quantity) and other.start == joint.end() and _restates(quantity, other)
        return ([other], other.end) if fits and isinstance(other, Quantity) else None


def _agree(first: Term, second: Term) -> bool:
    """Whether two numbers can be ends of one range: the same unit and currency, as far as both say."""
    if first.measure is None or second.measure is None:
        return True
    return first.measure == second.measure


def _spread(first: Term, second: Term) -> Term:
    """The first of a pair with the scale and the measure that stand behind the second alone."""
    number = first.number
    if not first.whole and second.number.family:
        number = number._replace(scale=second.number.scale, family=second.number.family)
    return first._replace(number=number, measure=first.measure or second.measure)


def _restates(quantity: Quantity, other: Quantity) -> bool:
    if other.unit != "money" or other.currency is None or other.per not in {None, quantity.per}:
        return False
    return other.currency != quantity.currency or (quantity.low, quantity.high) == (other.low, other.high)


def _reading(ends: list[Term], before: tuple[str, ...], behind: tuple[str, ...], part: Decimal) -> Quantity:
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


def _written(low: Decimal | None, high: Decimal | None, hedge: str, kept: list[Term], part: Decimal) -> Quantity:
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
        digits=tuple(t.number.digits for t in kept),
        scales=tuple(t.scale for t in kept),
        part=part,
    )


def _tidy(value: Decimal | None) -> Decimal | None:
    """Without the zeros that arithmetic leaves behind the point."""
    if value is None:
        return None
    whole = value.to_integral_value()
    return whole if whole == value else value.normalize()
