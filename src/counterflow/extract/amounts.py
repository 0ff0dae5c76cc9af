"""Amounts in running text: money, percentages, power, multiples, counts, each with its hedge, rate and place.

Read on the raw text, the longest reading first, in one pass: every step looks at a bounded stretch, so the time is linear.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache, cached_property
from typing import Final, NamedTuple

from counterflow.extract import marks, numerals
from counterflow.extract.numerals import GAP, JOIN, LATIN, Numeral, alternation, tables
from counterflow.model.claim import Quantity

_ONE: Final = Decimal(1)
_NEAR: Final = 40  # characters in which a word for yuan decides a bare ¥


class Unread(NamedTuple):
    """A stretch that looks like an amount and is not understood, and why."""

    start: int
    end: int
    reason: str


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
        raise ValueError(found.unread[0][2] if found.unread else f"no amount in {text!r}")
    quantity = found.quantities[0]
    loose, tight = quantity.loose(), quantity.tight()
    unit = f"{quantity.unit}/{quantity.per}" if quantity.per else quantity.unit
    return Amount(loose.low, loose.high, tight.low, tight.high, quantity.currency, quantity.hedge, unit)


def find(text: str, start: int = 0, end: int | None = None) -> Found:
    """Every amount between `start` and `end`, without overlap; `text[q.start:q.end] == q.text` for each."""
    return _Page(text, start, len(text) if end is None else end).read()


class _Term(NamedTuple):
    """One number with its currency or unit; `marked`: by a currency before it."""

    start: int
    end: int
    number: Numeral
    measure: marks.Measure | None
    marked: bool

    @property
    def scale(self) -> Decimal:
        """What turns the digits into full units."""
        return self.number.scale * (self.measure.factor if self.measure else _ONE)

    @property
    def value(self) -> Decimal:
        """The number in full units."""
        return Decimal(self.number.digits) * self.scale

    @property
    def whole(self) -> bool:
        """Whether a scale or a unit stands behind the number, so that it needs none from its neighbour."""
        return bool(self.number.family) or (self.measure is not None and not self.marked)


class _Left(NamedTuple):
    """What leads up to an amount: hedges (the outermost first), a part, "between" or "from"."""

    start: int
    hedges: tuple[str, ...] = ()
    part: Decimal = _ONE
    opener: str = ""


class _Right(NamedTuple):
    """What follows an amount: hedges and the rate it is per."""

    end: int
    hedges: tuple[str, ...] = ()
    per: str | None = None


class _Page:
    """A stretch of text while it is read."""

    def __init__(self, text: str, start: int, end: int) -> None:
        self.text, self.start, self.end = text, start, end
        self._floor = start  # no amount reaches back beyond this
        self._unread: list[Unread] = []

    def read(self) -> Found:
        """All amounts of the stretch."""
        quantities: list[Quantity] = []
        pos = self.start
        while found := _anchor().search(self.text, pos, self.end):
            pos = found.end() if found["url"] else self._passed(found.start())
            got = None if found["url"] else self._amount(found.start())
            if isinstance(got, Unread):
                self._unread.append(got)
                pos = max(pos, got.end)
            elif got:
                quantities.append(got)
                pos = max((q.end for q in (got, *got.equivalents)), default=got.end)
            self._floor = pos if got else self._floor
        return Found(quantities, [tuple(u) for u in sorted(self._unread)])

    def _passed(self, pos: int) -> int:
        return numerals.run_end(self.text, pos, self.end) if self.text[pos].isdigit() else pos + 1

    @cached_property
    def _comma(self) -> bool:
        """Whether this stretch writes a decimal comma, by the numbers whose groups say so."""
        text = self.text[self.start : self.end]
        return len(_COMMA_STYLE.findall(text)) > len(_POINT_STYLE.findall(text))

    def _amount(self, pos: int, *, alone: bool = False) -> Quantity | Unread | None:
        """The amount whose number or mark stands at `pos`. `alone`: without what restates it."""
        first = self._term(pos)
        if not isinstance(first, _Term):
            return first
        joined = self._joined(first)
        if isinstance(joined, Unread):
            return joined
        ends = self._measured(joined)
        if ends is None:
            return None
        quantity = self._quantity(ends)
        if alone or not isinstance(quantity, Quantity):
            return quantity
        return self._restated(quantity)

    # --- one number -------------------------------------------------------------------------------------------------

    def _term(self, pos: int) -> _Term | Unread | None:
        text, end = self.text, self.end
        mark = _mark().match(text, pos, end)
        number = numerals.read(text, mark.end() if mark else pos, end, marked=mark is not None)
        if number is None:
            return self._no_number(mark)
        unit = marks.unit(text, number, end, marked=mark is not None)
        if unit and _is_verb(text[number.end : unit.end], number):
            unit = None
        price = unit is not None and unit.sign and mark is None
        open_style = _OPEN_STYLE.fullmatch(number.digits) is not None
        plain = numerals.settled(number, comma=open_style and self._comma, price=price)
        stop = unit.end if unit else number.end
        if plain is None:
            return Unread(pos, stop, "digits in no known groups") if mark or unit else None
        if unit and unit.plus:
            plain = plain._replace(plus=True)
        return self._checked(_Term(pos, stop, plain, self._currency(mark, unit), mark is not None), unit)

    def _no_number(self, mark: re.Match[str] | None) -> Unread | None:
        minus = mark and _MINUS.match(self.text, mark.end(), self.end)
        return Unread(mark.start(), minus.end(), "a negative amount") if mark and minus else None

    def _currency(self, mark: re.Match[str] | None, unit: marks.Unit | None) -> marks.Measure | None:
        """The measure that the marks before and behind agree on; its unit is empty where they clash."""
        behind = unit.measure if unit else None
        if not mark:
            return behind
        code = marks.currency(mark["mark"])
        if mark["mark"] in {"¥", "￥"} and self._yuan_near(mark.start()):
            code = "CNY"
        if behind is None or behind.currency == code:
            return behind or marks.Measure("money", code)
        national = mark["mark"] == "$" and text_is_dollar(behind.currency)
        return behind if national else marks.Measure("", None)

    def _yuan_near(self, pos: int) -> bool:
        near = self.text[max(self.start, pos - _NEAR) : min(self.end, pos + _NEAR)].lower()
        return any(word in near for word in tables()["currency"]["yuan_near"])

    def _checked(self, term: _Term, unit: marks.Unit | None) -> _Term | Unread | None:
        """The term, or why it cannot be trusted."""
        text, end = self.text, self.end
        evident = term.measure is not None
        if term.measure and not term.measure.unit:
            return Unread(term.start, term.end, "two currencies on one amount")
        if unit and unit.measure.unit == "money" and unit.measure.currency is None and not term.marked:
            return Unread(term.start, term.end, "a currency that several countries have")
        glued = _GLUED.match(text, term.end, end) if text[term.end - 1].isalnum() else None
        if glued:
            return Unread(term.start, glued.end(), "letters glued to the number") if evident else None
        if term.marked and text[term.start] == "$" and text[term.start - 1 : term.start].isalpha():
            return Unread(term.start, term.end, "a dollar of an unknown country")
        if term.marked and not term.whole and not term.number.family:
            return self._doubtful(term) or term
        return None if term.number.bare and not evident else term

    def _doubtful(self, term: _Term) -> Unread | None:
        """A marked number without a scale, followed by a misspelled scale or by a second number."""
        word = _NEXT_WORD.match(self.text, term.end, self.end)
        if word and difflib.get_close_matches(word[1].lower(), ("million", "billion", "trillion"), cutoff=0.8):
            return Unread(term.start, word.end(), "a scale word that is not known")
        gap = _GAP_DIGIT.match(self.text, term.end, self.end)
        second = numerals.read(self.text, gap.end(), self.end) if gap else None
        if second and second.family:
            return Unread(term.start, second.end, "a second number behind the first")
        return None

    # --- two numbers ------------------------------------------------------------------------------------------------

    def _joined(self, first: _Term) -> tuple[_Term, ...] | Unread:
        """The number and, of a range, its other end; one scale or currency behind a pair serves both."""
        joint = _joint().match(self.text, first.end, self.end)
        second = self._term(joint.end()) if joint and not first.number.span else None
        if not joint or not isinstance(second, _Term) or second.number.span or not _agree(first, second):
            return (first,)
        kind = "dash" if joint["dash"] else joint["word"].lower()
        left = self._left(first.start, money=True)
        if not self._is_pair(first, second, kind, left.opener):
            return (first,)
        spread = first._replace(measure=first.measure or second.measure)
        if not first.whole and second.number.family:
            spread = spread._replace(number=spread.number._replace(scale=second.number.scale, family=second.number.family))
        if (kind == "and" and left.opener != "between") or (left.opener == "from" and self._is_change(left.start)):
            return (spread,)
        second = second._replace(measure=second.measure or first.measure)
        if spread.value <= second.value:
            return spread, second
        return (first,) if first.whole and second.whole else Unread(first.start, second.end, "a range that runs backwards")

    def _is_pair(self, first: _Term, second: _Term, kind: str, opener: str) -> bool:
        measured = second.whole or marks.counted(self.text, second.end, self.end) is not None
        if kind == "or":
            return not first.whole and measured
        if kind == "and":
            between = opener == "between" and (measured or second.marked)
            return between or (first.marked and second.marked and not first.whole and second.whole)
        if kind == "dash" and first.whole and second.whole and _APPOSED.match(self.text, first.end, self.end):
            return _MORE.match(self.text, second.end, self.end) is None
        if first.measure and not first.marked and not second.measure:
            return False
        return measured or (second.marked and not first.whole) or (kind == "dash" and first.marked and not first.whole)

    def _is_change(self, pos: int) -> bool:
        """Whether "from" tells a change ("rose from $3 to $4 billion") and not a range."""
        lead = re.split(r"[.;:\n]", self.text[max(self.start, pos - 60) : pos])[-1]
        return not set(re.findall(r"\w+", lead.lower())).isdisjoint(tables()["ranges"]["changes"].split())

    def _measured(self, ends: tuple[_Term, ...]) -> tuple[_Term, ...] | None:
        """The ends with a unit: the one written, else what they count, else plain money; None if they are no amount."""
        last = ends[-1]
        if last.measure:
            return ends
        thing = marks.counted(self.text, last.end, self.end)
        if thing and not self._is_name(ends[0]) and not _is_vague(last.number):
            ends = tuple(t._replace(measure=marks.Measure(thing.value)) for t in ends)
            return (*ends[:-1], ends[-1]._replace(end=thing.end)) if thing.value == "shares" else ends
        if thing or not marks.is_plain_money(self.text, last.number, self.end) or self._is_model(ends[0]):
            return None
        return tuple(t._replace(measure=marks.Measure("money")) for t in ends)

    def _is_name(self, term: _Term) -> bool:
        """ "Trainium 2 chips", "the 2024 servers": a name or a year, not a count."""
        number = term.number
        if number.family or number.spelled or not self.text[term.start : term.end].isdigit():
            return False
        if len(number.digits) == 4 and 1900 <= int(number.digits) < 2100:
            return True
        word = _CAPITALISED.search(self.text, max(self.start, term.start - _NEAR), term.start)
        return len(number.digits) <= 2 and word is not None and word[1].lower() not in _function_words()

    def _is_model(self, term: _Term) -> bool:
        """ "Larkspur 70B": a letter glued to a number behind a name, and no currency."""
        word = _CAPITALISED.search(self.text, max(self.start, term.start - _NEAR), term.start)
        return term.number.family == "letters" and word is not None and word[1].lower() not in _function_words()

    # --- the words around -------------------------------------------------------------------------------------------

    def _left(self, start: int, money: bool) -> _Left:
        inner = self._hedges(start, money)
        part = marks.part_before(self.text, self._floor, inner.start)
        if not part:
            return inner
        outer = self._hedges(part.start, money)
        share = Decimal(part.share.numerator) / Decimal(part.share.denominator)
        return _Left(outer.start, outer.hedges + inner.hedges, share)

    def _hedges(self, start: int, money: bool) -> _Left:
        words = marks.words_before(self.text, self._floor, start)
        names: list[str] = []
        while len(names) < 3 and (hedge := marks.hedge_before(words, money)):
            names.insert(0, hedge.name)
            start = hedge.at
            words = [w for w in words if w.end <= start]
        opener = words[-1] if words and words[-1].text in {"between", "from"} else None
        return _Left(start, tuple(names), opener=opener.text if opener else "")

    def _opened(self, left: _Left) -> int:
        words = marks.words_before(self.text, self._floor, left.start)
        return words[-1].start

    def _right(self, pos: int) -> _Right:
        right = _Right(pos)
        for _ in range(3):
            hedge = marks.hedge_behind(self.text, right.end, self.end)
            per = None if right.per else marks.rate(self.text, right.end, self.end)
            if hedge:
                right = right._replace(end=hedge.at, hedges=(*right.hedges, hedge.name))
            elif per:
                right = right._replace(end=per.end, per=per.value)
        return right

    # --- the amount -------------------------------------------------------------------------------------------------

    def _quantity(self, ends: tuple[_Term, ...]) -> Quantity | Unread:
        first, last = ends[0], ends[-1]
        measure = last.measure or marks.Measure("money")
        left, right = self._left(first.start, measure.unit == "money"), self._right(last.end)
        start = self._opened(left) if len(ends) == 2 and left.opener else left.start
        if self.text[start : first.start] == "" and _NEGATIVE.search(self.text, max(self.start, start - 2), start):
            return Unread(start - 1, right.end, "a negative amount")
        if right.per == "unheld":
            return Unread(start, right.end, "a rate per day or week")
        factor = 1000 if right.per == "kWh" else 1
        plus = ("more_than",) if any(t.number.plus for t in ends) else ()
        reading = _reading(ends, left.hedges, (*plus, *right.hedges), left.part * factor)
        self._note_rest(right.end)
        return replace(
            reading,
            currency=measure.currency,
            unit=measure.unit,
            per="MWh" if right.per == "kWh" else right.per,
            text=self.text[start : right.end],
            start=start,
            end=right.end,
        )

    def _note_rest(self, pos: int) -> None:
        rest = _REST.match(self.text, pos, self.end)
        if rest:
            self._unread.append(Unread(pos, rest.end(), "a second number glued to the amount"))

    def _restated(self, quantity: Quantity) -> Quantity:
        """With what restates it in other words right behind: "(about NT$24 trillion)", ", or about $34 million"."""
        if quantity.unit != "money" or quantity.currency is None:
            return quantity
        bracket = _BRACKET.match(self.text, quantity.end, self.end)
        others, stop = self._bracketed(quantity, bracket) if bracket else self._apposed(quantity)
        if not others:
            return quantity
        late = None if quantity.per else marks.rate(self.text, stop, self.end)
        per = late.value if late and late.value not in {"kWh", "unheld"} else quantity.per
        return replace(quantity, per=per, equivalents=tuple(replace(q, per=q.per or per) for q in others))

    def _bracketed(self, quantity: Quantity, bracket: re.Match[str]) -> tuple[list[Quantity], int]:
        inner = _Page(self.text, bracket.start("inside"), bracket.end("inside")).read()
        rest = list(self.text[bracket.start("inside") : bracket.end("inside")])
        for other in inner.quantities:
            rest[other.start - bracket.start("inside") : other.end - bracket.start("inside")] = "\0" * len(other.text)
        plain = _CONNECTORS.fullmatch("".join(rest)) is not None and not inner.unread
        fits = plain and all(_restates(quantity, other) for other in inner.quantities)
        return (inner.quantities if fits else []), bracket.end()

    def _apposed(self, quantity: Quantity) -> tuple[list[Quantity], int]:
        joint = _OR.match(self.text, quantity.end, self.end)
        if not joint:
            return [], quantity.end
        floor, self._floor = self._floor, joint.end()
        hedged = _anchor().search(self.text, joint.end(), min(self.end, joint.end() + _NEAR))
        other = self._amount(hedged.start(), alone=True) if hedged and not hedged["url"] else None
        self._floor = floor
        if isinstance(other, Quantity) and other.start == joint.end() and _restates(quantity, other):
            return [other], other.end
        return [], quantity.end


def _reading(ends: tuple[_Term, ...], before: tuple[str, ...], behind: tuple[str, ...], part: Decimal) -> Quantity:
    """What the hedges make of one number or two: interval, qualifier, and the writing that widens it later."""
    first, last = ends[0], ends[-1]
    names = (*before, *behind)
    bound = next((n for n in names if n in _FLOORS or n in _CEILINGS), None)
    hedge = bound or next(iter(names), "exact")
    qualifier = {"nearly": "approximately"}.get(hedge, hedge)
    if hedge == "more_than" and "more_than" not in before:
        qualifier = "at_least"  # "$10 billion+" includes the ten
    low, high, kept = first.value_or_none(), last.value_or_none(), ends
    return Quantity(low, high, None, "", None, qualifier, "", 0, 0, hedge)
