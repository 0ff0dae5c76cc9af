"""The words around an amount: hedges before and behind, "half of the", "between", and the rate it is per."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from typing import Final, NamedTuple

from counterflow.extract.amounts.marks import Word, words_before
from counterflow.extract.amounts.numerals import GAP, JOIN, LATIN, Lexicon, alternation, tables

_ONE: Final = Decimal(1)
_WINDOW: Final = 80


class Left(NamedTuple):
    """What leads up to an amount: hedges (the outermost first), the part taken of it, "between" or "from"."""

    start: int
    hedges: tuple[str, ...] = ()
    part: Decimal = _ONE
    opener: Word | None = None


class Right(NamedTuple):
    """What follows an amount: hedges, and the rate it is per ("kWh" and "unheld" are for the caller)."""

    end: int
    hedges: tuple[str, ...] = ()
    per: str | None = None


class _Words(NamedTuple):
    before: Mapping[str, str]
    behind: Lexicon[str]
    glued: Lexicon[str]
    rate: Lexicon[str]
    slashed: Lexicon[str]
    adverb: Lexicon[str]


# "$5 billion or more", but not "or more than" what follows; and not the sum "$5 billion plus interest"
_NO_SUM: Final = rf"(?!{GAP}(?i:than|to)\b)(?:(?<!(?i:plus|tops))|(?!{GAP}[\w$€£¥₹]))"
_NO_NOUN: Final = (
    rf"(?!{GAP}(?!(?:to|in|from|for|on|by|and|or|until|through|over|at|with|if|when|while|because|as|starting|but)\b)"
    rf"[{LATIN}])"
)
_PLUS: Final = re.compile(rf"(?:\+(?!\w)|{GAP}\+(?!{GAP}?\w))(?!{GAP}?[\d$€£¥₹])")


@cache
def _words() -> _Words:
    hedges, per = tables()["hedges"], tables()["per"]
    behind = {p: name for name, phrases in hedges["behind"].items() for p in phrases}
    rates = {p: name for name, phrases in per.items() if name != "not_before" for p in phrases}
    no_past = rf"(?!{GAP}(?i:{alternation(per['not_before'].split())}))"
    return _Words(
        before={p: name for name, phrases in hedges["before"].items() for p in phrases},
        behind=Lexicon({p: n for p, n in behind.items() if p[0].isalpha()}, GAP, _NO_SUM),
        glued=Lexicon({p[1:]: n for p, n in behind.items() if p[0] == "-"}, r"[-\u2010\u2011]"),
        rate=Lexicon(_worded(rates), rf"{JOIN}?", no_past),
        slashed=Lexicon(_slashed(rates), rf"{GAP}?"),
        adverb=Lexicon({w: n for n, words in tables()["per_adverbs"].items() for w in words}, GAP, _NO_NOUN),
    )


def _worded(rates: Mapping[str, str]) -> dict[str, str]:
    """The rates in words, "a year" also as "per year", "each year", "every year"."""
    found = {phrase: name for phrase, name in rates.items() if phrase[0] != "/"}
    for phrase, name in rates.items():
        noun = re.sub(r"\Aan? ", "", phrase)
        if noun != phrase:
            found |= {f"{lead} {noun}": name for lead in ("a", "an", "per", "each", "every")}
    return found


def _slashed(rates: Mapping[str, str]) -> dict[str, str]:
    """The rates with a slash: "a year" as "/year" and "/ year"."""
    nouns = {re.sub(r"\Aan? ", "", p): name for p, name in rates.items() if p.startswith(("a ", "an "))}
    given = {p: name for p, name in rates.items() if p[0] == "/"}
    return {f"/{gap}{noun}": name for gap in ("", " ") for noun, name in nouns.items()} | given


def left(text: str, floor: int, start: int, *, money: bool) -> Left:
    """What leads up to the amount that starts at `start`, not reaching back beyond `floor`."""
    inner = _hedged(text, floor, start, money)
    share = _part_before(text, floor, inner.start)
    if not share:
        return inner
    part, begin = share
    outer = _hedged(text, floor, begin, money)
    return Left(outer.start, outer.hedges + inner.hedges, part)


def _hedged(text: str, floor: int, start: int, money: bool) -> Left:
    words, names = words_before(text, floor, start), list[str]()
    while len(names) < 3 and (hedge := _hedge_before(words, money) or _hedge_before(_unfilled(words), money)):
        name, start = hedge
        names.insert(0, name)
        words = [w for w in words if w.end <= start]
    opener = words[-1] if words and words[-1].text in {"between", "from"} else None
    return Left(start, tuple(names), opener=opener)


def _hedge_before(words: list[Word], money: bool) -> tuple[str, int] | None:
    """The hedge that the last words spell and where it begins, with what strengthens it ("well beyond")."""
    if not words or words[-1].text not in _last_words():
        return None
    rules = tables()["hedges"]["rules"]
    for size in range(min(6, len(words)), 0, -1):
        phrase = " ".join(w.text for w in words[-size:])
        name = _words().before.get(phrase)
        if not name or (phrase in rules["money_only"] and not money):
            continue
        rest = words[:-size]
        if rest and rest[-1].text in rules["not_after"].split():
            return None
        return name, _stronger(rest, words[-size].start)
    return None


@cache
def _last_words() -> frozenset[str]:
    """What a hedge before an amount ends with: a glance at it spares most searches."""
    return frozenset(phrase.split()[-1] for phrase in _words().before)


def _unfilled(words: list[Word]) -> list[Word]:
    """The words before what may stand between a hedge and its amount: "up to an additional"."""
    fillers = tables()["hedges"]["rules"]["fillers"]
    for size in range(min(4, len(words)), 0, -1):
        if " ".join(w.text for w in words[-size:]) in fillers:
            return words[:-size]
    return []


def _stronger(words: list[Word], start: int) -> int:
    for size in range(min(2, len(words)), 0, -1):
        if " ".join(w.text for w in words[-size:]) in tables()["hedges"]["rules"]["stronger"]:
            return words[-size].start
    return start


def right(text: str, pos: int, end: int) -> Right:
    """What follows the amount that ends at `pos`."""
    found = Right(pos)
    for _ in range(3):
        hedge = _hedge_behind(text, found.end, end)
        per = None if found.per else rate(text, found.end, end)
        if hedge:
            found = found._replace(end=hedge[1], hedges=(*found.hedges, hedge[0]))
        elif per:
            found = found._replace(end=per[1], per=per[0])
    return found


def _hedge_behind(text: str, pos: int, end: int) -> tuple[str, int] | None:
    sign = _PLUS.match(text, pos, end)
    if sign:
        return "more_than", sign.end()
    return _words().glued.at(text, pos, end) or _words().behind.at(text, pos, end)


def rate(text: str, pos: int, end: int) -> tuple[str, int] | None:
    """The period or thing an amount is per and where its words end: "a year", "/share", "annually"."""
    w = _words()
    return w.rate.at(text, pos, end) or w.slashed.at(text, pos, end) or w.adverb.at(text, pos, end)


def _part_before(text: str, floor: int, pos: int) -> tuple[Decimal, int] | None:
    """The share and the start of "half of the", "a quarter of its", "two thirds of the planned", before an amount."""
    found = _part().search(text, max(floor, pos - _WINDOW), pos)
    if not found or not (found["of"] or found["owner"]):
        return None
    what, count = found["what"].lower(), re.sub(JOIN, " ", (found["n"] or "").lower())
    before = words_before(text, floor, found.start())
    ordinal = before and before[-1].text in {"first", "second", "third", "fourth", "latter", "other"}
    if (what != "half" and not count) or ordinal:
        return None
    numbers = tables()["numbers"]
    top, bottom = (Decimal(n) for n in numbers["fractions"][what].split("/"))
    return numbers["words"].get(count, 1) * top / bottom, found.start()


@cache
def _part() -> re.Pattern[str]:
    numbers = tables()["numbers"]
    count = alternation(["a", "an", *numbers["words"]])
    owner = alternation(tables()["hedges"]["rules"]["owners"].split())
    return re.compile(
        rf"(?i:(?<![\w-])(?:(?P<n>{count}){JOIN})?(?P<what>{alternation(numbers['fractions'])})(?P<of>{GAP}of)?"
        rf"(?P<owner>{GAP}(?:{owner})(?:{GAP}[a-z]{{1,20}})?)?{GAP})\Z"
    )
