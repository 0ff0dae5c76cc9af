"""Numbers as papers write them: digits in every style, spelled numbers, sizes ("tens of"), and their scale words."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any, Final, Generic, NamedTuple, TypeVar

SPACES: Final = " \u00a0\u2007\u2009\u202f"  # what may part thousands
GAP: Final = r"(?:[^\S\r\n]{1,3}|[^\S\r\n]?\r?\n[^\S\r\n]?)"  # at most one line end: never across a paragraph
JOIN: Final = rf"(?:{GAP}|[-\u2010\u2011])"
_MOST_JOINING: Final = 8  # characters that a lead takes at most
LATIN: Final = r"A-Za-z_\u00c0-\u04ff"  # letters that end a word; Chinese and Japanese are written without gaps
Value = TypeVar("Value")


@cache
def tables() -> Mapping[str, Any]:
    """The word lists of units.toml."""
    return tomllib.loads(Path(__file__).with_name("units.toml").read_text(encoding="utf-8"))


class Hit(NamedTuple, Generic[Value]):
    """A phrase found: what it means and where it ends."""

    value: Value
    end: int


class Lexicon(Generic[Value]):
    """Phrases and what they mean; finds the longest that starts at a place. Blanks and hyphens inside one are alike."""

    def __init__(self, entries: Mapping[str, Value], lead: str = "", tail: str = "", *, cased: bool = False) -> None:
        self._cased = cased
        # What may stand first behind blanks and hyphens: a glance at it spares most searches. A letter of the lead too.
        firsts = [p[0] for p in (*entries, *re.findall(r"[^\W\d_]+", lead))]
        self._firsts = frozenset(c for first in firsts for c in (first.lower(), first.upper()))
        self._meaning = {self._key(phrase): value for phrase, value in entries.items()}
        any_phrase = alternation(entries)
        body = any_phrase if cased else f"(?i:{any_phrase})"
        self._pattern = re.compile(f"{lead}(?P<phrase>{body}){tail}")

    def at(self, text: str, pos: int, end: int) -> Hit[Value] | None:
        """The phrase that starts at `pos`, its lead apart, and ends before `end`."""
        at, stop = pos, min(end, pos + _MOST_JOINING)
        while at < stop and (text[at].isspace() or text[at] in "-\u2010\u2011"):
            at += 1
        if at == stop or text[at] not in self._firsts:
            return None
        found = self._pattern.match(text, pos, end)
        return Hit(self._meaning[self._key(found["phrase"])], found.end("phrase")) if found else None

    def _key(self, phrase: str) -> str:
        return phrase if self._cased else re.sub(r"[\s\u2010\u2011-]+", " ", phrase.lower())


def alternation(phrases: Iterable[str]) -> str:
    """A pattern for any of `phrases`, longest first; one that ends with a letter must end at a word's end."""
    ordered = sorted(set(phrases), key=lambda p: (-len(p), p))
    return "|".join(re.sub(r"\\[ -]", lambda _: JOIN, re.escape(p)) + _word_end(p) for p in ordered)


def _word_end(phrase: str) -> str:
    return rf"(?![{LATIN}\d])" if re.search(rf"[{LATIN}\d]\Z", phrase) else ""


class Scale(NamedTuple):
    """A power of ten and the family of words it was written in (a key of `scales` in units.toml)."""

    factor: Decimal
    family: str
    doubles: bool = False  # may be followed by another: "lakh crore"


class Numeral(NamedTuple):
    """A number with the scale word behind it: `digits` times `scale`. `digits` are as written until `settled`.

    A size alone ("tens of billions") has a `span`: its ends in units of `scale`, an open one None.
    """

    start: int
    end: int
    digits: str  # "38", "1.4"; of a size "tens", "hundreds", "several", "multi"
    scale: Decimal = Decimal(1)
    family: str = ""  # of the scale word; empty where none is written
    spelled: bool = False
    span: tuple[Decimal, Decimal | None] | None = None
    plus: bool = False  # "10+ billion"
    bare: bool = False  # "billion-dollar": a scale and no number

    @property
    def value(self) -> Decimal:
        """Full value of a settled number."""
        return Decimal(self.digits) * self.scale


class _Words(NamedTuple):
    scale: Lexicon[Scale]
    myriad: Lexicon[Scale]
    letter: Lexicon[Scale]
    letter_of_money: Lexicon[Scale]
    letter_apart: Lexicon[Scale]
    number: Lexicon[str]
    size: Lexicon[list[str]]
    plural: Lexicon[Scale]


@cache
def _words() -> _Words:
    t = tables()

    def scales(*families: str) -> dict[str, Scale]:
        doubled = t["scales"]["doubled"]
        return {w: Scale(Decimal(10) ** n, f, w in doubled) for f in families for w, n in t["scales"][f].items()}

    worded, letters = scales("english", "indian", "comma"), scales("letters", "letters_of_money")
    plural = {w: worded[w] for w in t["scales"]["plural"].split()}
    return _Words(
        scale=Lexicon(worded, rf"{JOIN}?"),
        myriad=Lexicon(scales("myriad"), rf"{GAP}?"),
        letter=Lexicon(scales("letters"), cased=True),
        letter_of_money=Lexicon(letters, cased=True),
        letter_apart=Lexicon(letters, GAP, cased=True),
        number=Lexicon({w: w for w in (*t["numbers"]["words"], *t["numbers"]["multipliers"])}),
        size=Lexicon({w: m for w, m in t["magnitudes"].items() if w != "multi"}, rf"(?:an?{GAP})?"),
        plural=Lexicon(plural),
    )


_DIGIT_RUN: Final = re.compile(r"\d+(?:[.,'’]\d+){0,8}")
_GROUPED: Final = re.compile(
    rf"(?<!\d[{SPACES}])\d{{1,3}}(?:[{SPACES}]\d{{3}}){{1,6}}(?![{SPACES}]?\d)(?:[.,]\d{{1,9}})?(?![.,]?\d)"
)
_UNGROUPED: Final = re.compile(r"(?:\d{1,30}(?:[.,'’]\d{1,30}){0,8}|\.\d{1,9})(?![.,'’]?\d)")
_MONTH: Final = re.compile(r"(?i:\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.?)\s\Z")
_VULGAR: Final = {"½": "1/2", "¼": "1/4", "¾": "3/4"}
_MIXED: Final = re.compile(r"[ -]?(?P<vulgar>[½¼¾])|[ -](?P<over>[13]/[24])(?![\d/])")
_AND_HALF: Final = re.compile(rf"(?i:{JOIN}and{JOIN}an?{JOIN}(?P<word>half|quarter)(?!\w))")
PLUS: Final = re.compile(rf"(?:\+|[-\u2011]plus)(?={JOIN}?[{LATIN}])")
_ARTICLE: Final = re.compile(rf"(?i:an?)(?={JOIN})")
_MULTI: Final = re.compile(r"(?i:multi)")
_JOIN: Final = re.compile(JOIN)
_AND: Final = re.compile(rf"(?i:{JOIN}and(?={JOIN}))")
_OF: Final = re.compile(rf"(?i:{JOIN}of(?={JOIN}))")
_WHOLE: Final = re.compile(r"\d{1,4}(?![\d.,])")
_DOZEN: Final = re.compile(rf"(?i:{JOIN}dozen(?!\w))")
_SHARE: Final = re.compile(
    rf"(?i:(?:(?P<n>an?|one|three){JOIN})?(?P<what>half|quarters?)(?:{JOIN}(?P<of>of))?(?:{JOIN}an?)?(?={JOIN}))"
)
_INNER: Final = re.compile(rf"(?i:{JOIN}(?:of{GAP})?(?P<size>hundreds?|tens|dozens?)(?!\w))")
_DOT: Final = re.compile(rf"\.(?={GAP}[a-zà-ÿ(])")  # "60 Mio. will": an abbreviation's, not the sentence's
_SIGN_NEXT: Final = re.compile(r"\s?(?:[€$£¥₹](?!\s?\d)|(?:USD|EUR|GBP|(?i:euros?|dollars?|pounds?))(?!\w))")


def run_end(text: str, pos: int, end: int) -> int:
    """Where the digits and marks at `pos` end: what to pass over when they are no amount."""
    found = _DIGIT_RUN.match(text, pos, end)
    return found.end() if found else pos + 1


def read(text: str, pos: int, end: int, marked: bool = False) -> Numeral | None:
    """The number that starts at `pos`, or None. `marked`: a currency stands before it, so a letter may be a scale."""
    first = text[pos : pos + 1]
    if first.isdigit() or first == "." or first in _VULGAR:
        number = _digits(text, pos, end)
        return number and _completed(text, _scaled(text, number, end, marked), end)
    size = _share_of_scale(text, pos, end) or _size(text, pos, end)
    if size:
        return size
    number = _spelled(text, pos, end)
    return _completed(text, _scaled(text, number, end, False), end) if number else _bare_scale(text, pos, end)


def settled(number: Numeral, comma: bool, price: bool) -> Numeral | None:
    """The number with its digits in plain notation; None where its groups fit no style.

    What the groups leave open ("1.234") is decided by the language of the scale word; then by `price` (a mark of
    currency behind and no scale: never three decimals); then by `comma`, whether the document writes a decimal comma.
    """
    if number.span or number.spelled:
        return number
    habit = None if price and not number.family else number.family == "comma" or comma
    digits = _plain(number.digits, habit)
    return number._replace(digits=digits) if digits else None


def _plain(written: str, comma: bool | None) -> str | None:
    """Digits as Decimal reads them. `comma`: the mark of decimals where the groups do not say; None: no decimals."""
    groups, marks = re.split(rf"[.,'’{SPACES}]", written), re.findall(rf"[.,'’{SPACES}]", written)
    if not marks:
        return _decimal(written, "")
    last = marks[-1]
    if len(set(marks)) == 2 and marks.count(last) == 1 and last in ".,":
        return _decimal("".join(groups[:-1]), groups[-1]) if _in_groups(groups[:-1], marks[0]) else None
    if len(marks) == 1 and last in ".," and _is_decimal(groups, last, comma):
        return _decimal(*groups)
    return _decimal("".join(groups), "") if len(set(marks)) == 1 and _in_groups(groups, last) else None


def _is_decimal(groups: list[str], mark: str, comma: bool | None) -> bool:
    if len(groups[1]) != 3 or len(groups[0]) > 3 or not groups[0].strip("0"):
        return True
    return comma is not None and (mark == ",") == comma


def _in_groups(groups: list[str], mark: str) -> bool:
    """Thousands, or lakhs and crores (12,34,567)."""
    head, *middle, last = [len(g) for g in groups] if len(groups) > 1 else [1, 3]
    indian = mark == "," and head <= 2 and all(n == 2 for n in middle)
    return last == 3 and (indian or (head <= 3 and all(n == 3 for n in middle)))


def _decimal(whole: str, part: str) -> str:
    return format(Decimal(f"{whole or 0}.{part}" if part else whole), "f")


def _digits(text: str, pos: int, end: int) -> Numeral | None:
    if text[pos] in _VULGAR:
        return Numeral(pos, pos + 1, _mantissa(Fraction(_VULGAR[text[pos]])), spelled=True)
    grouped = _GROUPED.match(text, pos, end)
    if grouped and " " in grouped[0] and _MONTH.search(text, max(0, pos - 12), pos):
        grouped = None  # "December 16 300 million people": a day, not thousands
    found = grouped or _UNGROUPED.match(text, pos, end)
    return _with_share(text, Numeral(pos, found.end(), found[0]), end) if found else None


def _with_share(text: str, number: Numeral, end: int) -> Numeral:
    """The part behind a whole number: "2½", "2 1/2", "two and a half"."""
    found = _MIXED.match(text, number.end, end) or _AND_HALF.match(text, number.end, end)
    if not found or not number.digits.isdigit():
        return number
    kind = found.groupdict()
    if kind.get("word"):
        share = "1/2" if kind["word"].lower() == "half" else "1/4"
    else:
        share = _VULGAR[kind["vulgar"]] if kind["vulgar"] else kind["over"]
    return number._replace(end=found.end(), digits=_mantissa(int(number.digits) + Fraction(share)), spelled=True)


def _mantissa(value: Fraction) -> str:
    return format(Decimal(value.numerator) / Decimal(value.denominator), "f")


def _spelled(text: str, pos: int, end: int) -> Numeral | None:
    """Such as "twenty-five", "one hundred and fifty", "two dozen", "a hundred"; an article is one before a scale."""
    units, times = tables()["numbers"]["words"], tables()["numbers"]["multipliers"]
    article = _ARTICLE.match(text, pos, end)
    value, last, stop = (1, "a", article.end()) if article else (0, "", pos)
    at: int | None = _after(_JOIN, text, stop, end) if article else pos
    while at is not None and (hit := _words().number.at(text, at, end)) and _goes_on(hit.value, last, value):
        value = max(value, 1) * times[hit.value] if hit.value in times else value + units[hit.value]
        last, stop = hit.value, hit.end
        joined = _AND.match(text, stop, end) if last == "hundred" else None
        at = _after(_JOIN, text, joined.end() if joined else stop, end)
    if not last or (last == "a" and not _words().scale.at(text, stop, end)):
        return None
    return _with_share(text, Numeral(pos, stop, str(value), spelled=True), end)


def _goes_on(word: str, last: str, value: int) -> bool:
    """Whether a number word may follow another: hundreds, then tens, then units."""
    units, times = tables()["numbers"]["words"], tables()["numbers"]["multipliers"]
    if word in times:
        return value < 100
    return last in {"", "hundred"} or (units.get(last, 0) >= 20 and 0 < units[word] < 10)


def _after(pattern: re.Pattern[str], text: str, pos: int, end: int) -> int | None:
    found = pattern.match(text, pos, end)
    return found.end() if found else None


def _scaled(text: str, number: Numeral, end: int, marked: bool) -> Numeral:
    """The number times the scale words behind it: "2.3 crore", "1.5 lakh crore", "10+ billion", "$500B"."""
    plus = PLUS.match(text, number.end, end)
    at = plus.end() if plus else number.end
    hit = _scale_at(text, at, end, marked)
    if not hit:
        return number
    more = _words().scale.at(text, hit.end, end) if hit.value.doubles else None
    factor = hit.value.factor * (more.value.factor if more else 1)
    last = more or hit
    dot = _DOT.match(text, last.end, end) if last.value.family == "comma" else None
    stop = dot.end() if dot else last.end
    return number._replace(end=stop, scale=factor, family=last.value.family, plus=plus is not None)


def _scale_at(text: str, at: int, end: int, marked: bool) -> Hit[Scale] | None:
    w = _words()
    hit = w.scale.at(text, at, end) or w.myriad.at(text, at, end) or w.letter.at(text, at, end)
    if hit:
        return hit
    for letters in (w.letter_of_money, w.letter_apart):
        hit = letters.at(text, at, end)
        if hit and (marked or _SIGN_NEXT.match(text, hit.end, end)):
            return hit
    return None


def _completed(text: str, number: Numeral, end: int) -> Numeral:
    """With what completes it: "a billion and a half", "2 crore 50 lakh", "two thousand five hundred", "1兆5000億"."""
    if not number.family:
        return number
    number = _with_share(text, number, end) if _AND_HALF.match(text, number.end, end) else number
    rest = _rest(text, number, end)
    if not rest or not number.digits.replace(".", "").isdigit() or rest.scale * Decimal(rest.digits) >= number.scale:
        return number
    value = Decimal(number.digits) * number.scale + rest.value
    digits = format((value / rest.scale).normalize(), "f")
    return rest._replace(start=number.start, digits=digits, spelled=True, family=rest.family or number.family)


def _rest(text: str, number: Numeral, end: int) -> Numeral | None:
    if number.family == "myriad":
        at: int | None = number.end
    else:
        joined = _AND.match(text, number.end, end)
        at = _after(_JOIN, text, joined.end() if joined else number.end, end)
    if at is None or (number.family == "english" and not number.spelled):
        return None
    plain = _WHOLE.match(text, at, end)
    rest = Numeral(at, plain.end(), plain[0]) if plain else _spelled(text, at, end) if number.spelled else None
    rest = rest and _scaled(text, rest, end, False)
    if not rest or (rest.family != number.family and (rest.family or plain or int(Decimal(rest.digits)) < 100)):
        return None  # "two billion two years ago"
    return rest


def _share_of_scale(text: str, pos: int, end: int) -> Numeral | None:
    """Such as "half a billion", "a quarter of a trillion", "half-a-dozen"."""
    found = _SHARE.match(text, pos, end)
    if not found or (found["what"].lower() != "half" and not (found["n"] or found["of"])):
        return None
    at = found.end()
    share = Fraction(3 if (found["n"] or "").lower() == "three" else 1, 2 if found["what"].lower() == "half" else 4)
    dozen = _DOZEN.match(text, at, end)
    if dozen:
        return _scaled(text, Numeral(pos, dozen.end(), _mantissa(share * 12), spelled=True), end, False)
    hit = _words().scale.at(text, at, end)
    return Numeral(pos, hit.end, _mantissa(share), hit.value.factor, hit.value.family, spelled=True) if hit else None


def _size(text: str, pos: int, end: int) -> Numeral | None:
    """Such as "hundreds of millions", "several hundred million", "multi-billion", "billions"."""
    plural = _words().plural.at(text, pos, end)
    if plural:
        return _sized(pos, plural.end, plural.value, ["several", "1", "1", "1000"])
    multi = _MULTI.match(text, pos, end)
    size = Hit(tables()["magnitudes"]["multi"], multi.end()) if multi else _words().size.at(text, pos, end)
    if not size:
        return None
    inner = _INNER.match(text, size.end, end)
    if inner:  # "several hundred million", "a few dozen"
        size = Hit(tables()["magnitudes"][inner["size"].lower().rstrip("s") + "s"], inner.end())
    scale = _words().scale.at(text, _after(_OF, text, size.end, end) or size.end, end)
    return _sized(pos, scale.end if scale else size.end, scale.value if scale else Scale(Decimal(1), ""), size.value)


def _sized(start: int, end: int, scale: Scale, size: list[str]) -> Numeral:
    written, factor, low, high = size
    span = (Decimal(low), Decimal(high) if high else None)
    return Numeral(start, end, written, scale.factor * Decimal(factor), scale.family, span=span)


def _bare_scale(text: str, pos: int, end: int) -> Numeral | None:
    """The "billion" of "a billion-dollar deal": a size, where a currency follows."""
    hit = _words().scale.at(text, pos, end)
    size = hit and _sized(pos, hit.end, hit.value, tables()["magnitudes"]["multi"])
    return size._replace(bare=True) if size else None
