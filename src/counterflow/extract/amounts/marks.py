"""What a number measures: the currency before or behind it, the unit behind it, the things it counts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import cache
from typing import Final, NamedTuple

from counterflow.extract.amounts.numerals import GAP, JOIN, LATIN, PLUS, Hit, Lexicon, Numeral, tables

_ONE: Final = Decimal(1)
_WINDOW: Final = 80
_SCREENS: Final = frozenset("240 360 480 720 1080 1440 2160 4320".split())  # 1080p is no price
_SIGN_TAIL: Final = rf"(?!{GAP}?\d)"  # "3 billion $5": the sign is the next number's


class Measure(NamedTuple):
    """A unit, and what turns the number before it into that unit (cents: 0.01).

    `currency` names several codes, a blank between them, where a word leaves the country open ("kroner").
    """

    unit: str
    currency: str | None = None
    factor: Decimal = _ONE


class Unit(NamedTuple):
    """The measure written behind a number. `sign`: by a sign or code ("12.500 €"); `plus`: "10+ GW"."""

    end: int
    measure: Measure
    sign: bool = False
    plus: bool = False


class Word(NamedTuple):
    """A word, lower case, at its place."""

    text: str
    start: int
    end: int


class _Words(NamedTuple):
    before: Mapping[str, str]
    sign: Lexicon[Measure]
    money: Lexicon[Measure]
    unit: Lexicon[Measure]
    chips: Lexicon[bool]
    singular: Lexicon[bool]
    shares: Lexicon[bool]


@cache
def _words() -> _Words:
    t = tables()
    money, counted = t["currency"], t["counted"]
    iso = {c: c for c in money["codes"].split()}
    before = {sign: code for code, signs in money["before"].items() for sign in signs} | iso
    signs = {s: Measure("money", c) for s, c in before.items() if s in iso or not (s[-1].isalpha() or s[-1] == ".")}
    after = {w: Measure("money", c) for c, words in money["after"].items() for w in words}
    after |= {w: Measure("money", c, Decimal("0.01")) for c, words in money["hundredths"].items() for w in words}
    after |= {w: Measure("money", codes) for w, codes in money["nameless"].items()}
    joins = "|".join(re.escape(w) + ("" if w[-1] in "'’" else GAP) for w in money["joins"])
    units = {w: Measure(u["unit"], None, Decimal(u.get("factor", "1"))) for u in t["units"] for w in u["words"]}
    return _Words(
        before=before,
        sign=Lexicon(signs, rf"{JOIN}?", _SIGN_TAIL, cased=True),
        money=Lexicon(after, rf"{JOIN}?(?i:{joins})?"),
        unit=Lexicon(units, rf"(?:{GAP}of)?{JOIN}?"),
        chips=Lexicon(dict.fromkeys((*counted["chips"].split(), *counted["sites"]), True), tail="(?!-hour)"),
        singular=Lexicon(dict.fromkeys(counted["singular"], True), r"[-\u2010\u2011]", rf"(?!{JOIN}hour)"),
        shares=Lexicon(dict.fromkeys(counted["shares"], True)),
    )


_TIMES: Final = re.compile(rf"(?P<end>{GAP}(?:times|x)(?!\w))(?:{GAP}(?P<next>[{LATIN}]+))?")
_X: Final = re.compile(rf"{GAP}?[xX×](?![\w-])(?!{GAP}\d)")
_PENCE: Final = re.compile(r"p(?!\w)")
_NEXT: Final = re.compile(rf"{GAP}(?:of{GAP}(?:(?:the|its|their){GAP})?)?(?=(?P<word>[{LATIN}\d][\w'’&-]*))")
_OF: Final = re.compile(rf"{GAP}of{GAP}")
_LEFT: Final = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*[.-]?|[~≈<>≥≤]=?")
_BLANK: Final = re.compile(rf"(?:{GAP})?\Z")


@cache
def currency_before() -> str:
    """A pattern for the marks that stand before a number: "US$", "€", "Rs.", "EUR"."""
    marks = sorted(_words().before, key=lambda s: (-len(s), s))
    lettered, signs = ("|".join(re.escape(m) for m in marks if m[0].isalpha() is kind) for kind in (True, False))
    return rf"(?:(?<![{LATIN}\d/])(?:{lettered})|{signs})"


def currency(mark: str) -> str:
    """The ISO code of a mark before a number."""
    return _words().before[mark]


def unit(text: str, number: Numeral, end: int, marked: bool) -> Unit | None:
    """The currency, else the unit, written behind a number. `marked`: a currency stands before it already."""
    found = _unit_at(text, number, end, marked)
    plus = None if found else PLUS.match(text, number.end, end)
    if plus:
        found = _unit_at(text, number._replace(end=plus.end()), end, marked)
    return found and found._replace(plus=plus is not None)


def _unit_at(text: str, number: Numeral, end: int, marked: bool) -> Unit | None:
    w, at = _words(), number.end
    dotted = number.family == "comma" and text[at : at + 1] == "."  # "Mio. Euro"
    worded, signed = (lexicon.at(text, at + dotted, end) for lexicon in (w.money, w.sign))
    hit = worded or signed
    if hit and not _is_verb(text[at : hit.end], number):
        return Unit(hit.end, hit.value, sign=worded is None)
    if marked:
        return None
    if _PENCE.match(text, at, end) and not number.family and number.digits not in _SCREENS:
        return Unit(at + 1, Measure("money", "GBP", Decimal("0.01")))
    plain = w.unit.at(text, at, end)
    if plain:
        return Unit(plain.end, plain.value)
    return _multiple(text, number, end)


def _is_verb(text: str, number: Numeral) -> bool:
    """Whether "won" is the verb: no scale, and a number of three digits at most."""
    verbs = tables()["currency"]["verbs"]
    return not number.family and len(number.digits) <= 3 and text.strip().lower() in verbs


def _multiple(text: str, number: Numeral, end: int) -> Unit | None:
    """Such as "167x", "15 times revenue"; "8x H100" is a count and "three times this year" nothing."""
    x = _X.match(text, number.end, end)
    if x:
        return Unit(x.end(), Measure("count" if counted(text, x.end(), end) else "multiple"))
    times, follows = _TIMES.match(text, number.end, end), tables()["times"]
    if not times or number.span:
        return None
    before = words_before(text, 0, number.start)
    known = (times["next"] or "").lower() in follows["after"].split() or not text[times.end() : end].strip()
    if known or (not times["next"] and before and before[-1].text in follows["before"].split()):
        return Unit(times.end("end"), Measure("multiple"))
    return None


def counted(text: str, pos: int, end: int) -> Hit[str] | None:
    """The thing of the trade that the number ending at `pos` counts: "count" or "shares", and the noun's end."""
    w, stops = _words(), tables()["counted"]["stops"].split()
    hit = w.singular.at(text, pos, end)
    if hit:
        return Hit("count", hit.end)
    for word in _next_words(text, pos, end):
        share = w.shares.at(text, word.start, end)
        if share:
            return Hit("shares", share.end)
        chip, model = w.chips.at(text, word.start, end), _models().match(text, word.start, end)
        if chip or model:
            return Hit("count", chip.end if chip else word.end)
        if word.text in stops and text[word.start] != "A":  # "Class A shares"
            return None
    return None


@cache
def _models() -> re.Pattern[str]:
    return re.compile(rf"(?:{tables()['counted']['models']})(?![\w-])")


def _next_words(text: str, pos: int, end: int) -> Iterator[Word]:
    """The four words behind a place, as long as only blanks part them."""
    for _ in range(4):
        found = _NEXT.match(text, pos, end)
        if not found:
            return
        pos = found.end("word")
        yield Word(found["word"].lower(), found.end(), pos)


def is_plain_money(text: str, number: Numeral, end: int) -> bool:
    """Whether a number without currency and unit is money: a scale of a million or more, and no thing counted."""
    plain, at = tables()["plain"], number.end
    small = number.scale < 1_000_000 and number.family != "indian"
    if small or number.bare or text[number.start : at] in plain["names"] or text[at : at + 1] == "-":
        return False
    names = [w.text for w in _next_words(text, at, end)]
    if _OF.match(text, at, end):
        return bool(names) and names[0] in plain["money"].split()
    stops, things = tables()["counted"]["stops"].split(), plain["things"].split()
    return not next((n in things for n in names if n in stops or n in things), False)


def words_before(text: str, floor: int, pos: int) -> list[Word]:
    """The words that lead up to `pos`, parted by blanks alone."""
    begin = max(floor, pos - _WINDOW)
    words = [Word(m[0].lower(), m.start(), m.end()) for m in _LEFT.finditer(text, begin, pos)]
    if begin > floor and words and words[0].start == begin:
        del words[0]  # perhaps cut through
    kept: list[Word] = []
    edge = pos
    for word in reversed(words):
        apart = word.end < edge
        if not _BLANK.match(text[word.end : edge]) or (apart and word.text[0] in "<>"):  # "> $5" quotes a line
            break
        kept.append(word)
        edge = word.start
    return kept[::-1]
