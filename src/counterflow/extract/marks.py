"""What stands around a number: marks of currency, units, counted things, rates ("a year"), hedges, parts ("half of the")."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import Final, NamedTuple

from counterflow.extract.numerals import GAP, JOIN, LATIN, PLUS, Hit, Lexicon, Numeral, alternation, tables

_ONE: Final = Decimal(1)
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


class Hedge(NamedTuple):
    """A hedge of model.money and the far end of its words."""

    name: str
    at: int


class Part(NamedTuple):
    """ "half of the": the share and where its words start."""

    share: Fraction
    start: int


class _Words(NamedTuple):
    before: Mapping[str, str]
    sign: Lexicon[Measure]
    money: Lexicon[Measure]
    unit: Lexicon[Measure]
    chips: Lexicon[bool]
    singular: Lexicon[bool]
    shares: Lexicon[bool]
    rate: Lexicon[str]
    slash_rate: Lexicon[str]
    adverb: Lexicon[str]
    hedge: Mapping[str, str]
    behind: Lexicon[str]
    glued_behind: Lexicon[str]


@cache
def _words() -> _Words:
    t = tables()
    money, counted, per = t["currency"], t["counted"], t["per"]
    iso = {c: c for c in money["codes"].split()}
    before = {sign: code for code, signs in money["before"].items() for sign in signs} | iso
    signs = {s: Measure("money", c) for s, c in before.items() if s in iso or not s[-1].isalpha() and s[-1] != "."}
    after = {w: Measure("money", c) for c, words in money["after"].items() for w in words}
    after |= {w: Measure("money", c, Decimal("0.01")) for c, words in money["hundredths"].items() for w in words}
    after |= {w: Measure("money", codes) for w, codes in money["nameless"].items()}
    joins = "|".join(re.escape(w) + ("" if w[-1] in "'’" else GAP) for w in money["joins"])
    units = {w: Measure(u["unit"], None, Decimal(u.get("factor", "1"))) for u in t["units"] for w in u["words"]}
    rates = {p: name for name, phrases in per.items() if name != "not_before" for p in phrases}
    behind = {p: name for name, phrases in t["hedges"]["behind"].items() for p in phrases}
    return _Words(
        before=before,
        sign=Lexicon(signs, rf"{JOIN}?", _SIGN_TAIL, cased=True),
        money=Lexicon(after, rf"{JOIN}?(?i:{joins})?"),
        unit=Lexicon(units, rf"(?:{GAP}of)?{JOIN}?"),
        chips=Lexicon({w: True for w in (*counted["chips"].split(), *counted["sites"])}, tail="(?!-hour)"),
        singular=Lexicon({w: True for w in counted["singular"]}, r"[-\u2010\u2011]", rf"(?!{JOIN}hour)"),
        shares=Lexicon({w: True for w in counted["shares"]}),
        rate=Lexicon(_rates(rates), rf"{JOIN}?", rf"(?!{GAP}(?i:{alternation(per['not_before'].split())}))"),
        slash_rate=Lexicon(_slashed(rates), rf"{GAP}?"),
        adverb=Lexicon({w: n for n, words in t["per_adverbs"].items() for w in words}, GAP, _NO_NOUN),
        hedge={p: name for name, phrases in t["hedges"]["before"].items() for p in phrases},
        behind=Lexicon({p: n for p, n in behind.items() if p[0].isalpha()}, GAP, _NO_SUM),
        glued_behind=Lexicon({p[1:]: n for p, n in behind.items() if p[0] == "-"}, r"[-\u2010\u2011]"),
    )


def _rates(phrases: Mapping[str, str]) -> dict[str, str]:
    """ "a year" also as "per year", "each year", "every year"; those with a slash left out."""
    found: dict[str, str] = {}
    for phrase, name in phrases.items():
        noun = re.sub(r"\Aan? ", "", phrase)
        found |= {f"{lead} {noun}": name for lead in ("a", "an", "per", "each", "every")} if noun != phrase else {}
        found |= {phrase: name} if phrase[0] != "/" else {}
    return found


def _slashed(phrases: Mapping[str, str]) -> dict[str, str]:
    short = {f"/{re.sub(r'^an? ', '', p)}": name for p, name in phrases.items() if p.startswith(("a ", "an "))}
    spaced = {p.replace("/", "/ ", 1): name for p, name in short.items()}
    return short | spaced | {p: name for p, name in phrases.items() if p[0] == "/"}


# "at least" and "or more", but not "or more than" what follows; and not the sum "$5 billion plus interest"
_NO_SUM: Final = rf"(?!{GAP}(?i:than|to)\b)(?:(?<!(?i:plus|tops))|(?!{GAP}[\w$€£¥₹]))"
_NO_NOUN: Final = (
    rf"(?!{GAP}(?!(?:to|in|from|for|on|by|and|or|until|through|over|at|with|if|when|while|because|as|starting|but)\b)"
    rf"[{LATIN}])"
)
_TIMES: Final = re.compile(rf"(?P<end>{GAP}(?:times|x)(?!\w))(?:{GAP}(?P<next>[{LATIN}]+))?")
_X: Final = re.compile(rf"{GAP}?[xX×](?![\w-])(?!{GAP}\d)")
_PENCE: Final = re.compile(r"p(?!\w)")
_ONE_WORD: Final = re.compile(rf"{GAP}(?:of{GAP}(?:(?:the|its|their){GAP})?)?(?=(?P<word>[{LATIN}\d][\w'’&-]*))")
_PLUS_SIGN: Final = re.compile(rf"(?:\+(?![\w])|{GAP}\+(?!{GAP}?\w))(?!{GAP}?[\d$€£¥₹])")
_LEFT: Final = re.compile(rf"[^\W\d_]+(?:['’][^\W\d_]+)*[.-]?|[~≈<>≥≤]=?")
_BLANK: Final = re.compile(rf"(?:{GAP})?\Z")
_WINDOW: Final = 80


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
    """ "167x", "15 times revenue"; not "8x H100" and not "three times this year"."""
    x = _X.match(text, number.end, end)
    if x:
        return Unit(x.end(), Measure("count" if counted(text, x.end(), end) else "multiple"))
    times, follows = _TIMES.match(text, number.end, end), tables()["times"]
    if not times or number.span:
        return None
    before = words_before(text, max(0, number.start - _WINDOW), number.start)
    known = (times["next"] or "").lower() in follows["after"].split() or not text[times.end() : end].strip()
    if known or (not times["next"] and before and before[-1].text in follows["before"].split()):
        return Unit(times.end("end"), Measure("multiple"))
    return None


def counted(text: str, pos: int, end: int) -> Hit[str] | None:
    """Whether a thing of the trade is counted by the number that ends at `pos`: "count" or "shares", and the noun's end."""
    w, stops = _words(), tables()["counted"]["stops"].split()
    hit = w.singular.at(text, pos, end)
    if hit:
        return Hit("count", hit.end)
    for found in _next_words(text, pos, end):
        share = w.shares.at(text, found.start, end)
        if share:
            return Hit("shares", share.end)
        chip = w.chips.at(text, found.start, end)
        model = _models().match(text, found.start, end)
        if chip or model:
            return Hit("count", chip.end if chip else found.end)
        if found.text in stops and text[found.start] != "A":  # "Class A shares"
            return None
    return None


@cache
def _models() -> re.Pattern[str]:
    return re.compile(rf"(?:{tables()['counted']['models']})(?![\w-])")


def _next_words(text: str, pos: int, end: int) -> Iterator[Word]:
    """The four words behind a place, as long as only blanks part them."""
    for _ in range(4):
        found = _ONE_WORD.match(text, pos, end)
        if not found:
            return
        pos = found.end("word")
        yield Word(found["word"].lower(), found.end(), pos)


def is_plain_money(text: str, number: Numeral, end: int) -> bool:
    """Whether a number without currency and unit is money all the same: a scale of a million or more, no thing counted."""
    plain, at = tables()["plain"], number.end
    small = number.scale < 1_000_000 and number.family != "indian"
    if small or number.bare or text[number.start : at] in plain["names"] or text[at : at + 1] == "-":
        return False
    names = [w.text for w in _next_words(text, at, end)]
    if re.compile(rf"{GAP}of{GAP}").match(text, at, end):
        return bool(names) and names[0] in plain["money"].split()
    stops, things = tables()["counted"]["stops"].split(), plain["things"].split()
    known = next((n in things for n in names if n in stops or n in things), False)
    return not known


def rate(text: str, pos: int, end: int) -> Hit[str] | None:
    """The period or thing an amount is per: "a year", "/share", "annually"; "kWh" and "unheld" are for the caller."""
    w = _words()
    return w.rate.at(text, pos, end) or w.slash_rate.at(text, pos, end) or w.adverb.at(text, pos, end)


def words_before(text: str, floor: int, pos: int) -> list[Word]:
    """The words that lead up to `pos`, parted by blanks alone."""
    floor = max(floor, pos - _WINDOW)
    words = [Word(m[0].lower(), m.start(), m.end()) for m in _LEFT.finditer(text, floor, pos)]
    if words and words[0].start == floor and floor and text[floor - 1].isalpha():
        del words[0]  # cut through by the window
    kept: list[Word] = []
    edge = pos
    for word in reversed(words):
        if not _BLANK.match(text[word.end : edge]):
            break
        kept.append(word)
        edge = word.start
    return kept[::-1]


def hedge_before(words: list[Word], money: bool) -> Hedge | None:
    """The hedge that the last words spell, with what strengthens it ("well beyond")."""
    rules, hedges = tables()["hedges"]["rules"], _words().hedge
    for size in range(min(6, len(words)), 0, -1):
        phrase = " ".join(w.text for w in words[-size:])
        name = hedges.get(phrase)
        if not name or (phrase in rules["money_only"] and not money):
            continue
        rest = words[:-size]
        if rest and rest[-1].text in rules["not_after"].split():
            return None
        return Hedge(name, _stronger(rest, words[-size].start))
    return None


def _stronger(words: list[Word], start: int) -> int:
    for size in (2, 1):
        phrase = " ".join(w.text for w in words[-size:])
        if len(words) >= size and phrase in tables()["hedges"]["rules"]["stronger"]:
            return words[-size].start
    return start


def hedge_behind(text: str, pos: int, end: int) -> Hedge | None:
    """The hedge behind an amount: "+", "or so", "at most"; not the "plus" of a sum."""
    sign = _PLUS_SIGN.match(text, pos, end)
    if sign:
        return Hedge("more_than", sign.end())
    hit = _words().glued_behind.at(text, pos, end) or _words().behind.at(text, pos, end)
    return Hedge(hit.value, hit.end) if hit else None


def part_before(text: str, floor: int, pos: int) -> Part | None:
    """ "half of the", "a quarter of its", "two thirds of the planned", right before an amount."""
    found = _part().search(text, max(floor, pos - _WINDOW), pos)
    if not found or not (found["of"] or found["owner"]):
        return None
    share, count = found["what"].lower(), re.sub(JOIN, " ", (found["n"] or "").lower())
    if share != "half" and not count:
        return None
    before = words_before(text, floor, found.start())
    if before and before[-1].text in {"first", "second", "third", "latter", "other", "fourth"}:
        return None
    numbers = tables()["numbers"]
    return Part(numbers["words"].get(count, 1) * Fraction(numbers["fractions"][share]), found.start())


@cache
def _part() -> re.Pattern[str]:
    numbers = tables()["numbers"]
    count, owner = alternation(["a", "an", *numbers["words"]]), alternation(tables()["hedges"]["rules"]["owners"].split())
    return re.compile(
        rf"(?i:(?<![\w-])(?:(?P<n>{count}){JOIN})?(?P<what>{alternation(numbers['fractions'])})(?P<of>{GAP}of)?"
        rf"(?P<owner>{GAP}(?:{owner})(?:{GAP}[a-z]{{1,20}})?)?{GAP})\Z"
    )
