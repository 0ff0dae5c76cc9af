"""A text as words: what stands where, glued or apart, in which sentence, and whether its line is set as a heading.

Lines in Title Case capitalise everything, so a capital proves nothing there; `Page.loud` marks their words.
"""

from __future__ import annotations

import json
import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, Final

from counterflow.model.source import ASSERTING, Segment

_WORD: Final = re.compile(r"(?:https?://|www\.)\S+|A/S\b|[^\W_]+(?:[\u0300-\u036f]+[^\W_]*)*|\S")
_BREAK: Final = re.compile(r"\n[^\S\n]*\n|\t")
_ITEM: Final = re.compile(r"\s*(?:[*•·‣▪]\s|[-–—]\s)")  # a line of a list
_ALIKE: Final = {"’": "'", "‘": "'", "ʼ": "'", "‐": "-", "‑": "-"}
_CLOSERS: Final = frozenset("\"'”’)]»")
_NEVER_LAST: Final = frozenset(
    (
        "Mr Mrs Ms Dr Prof Sen Gov Gen St vs approx No Nos Rs Re Art Fig "
        "Jan Feb Mar Apr Jun Jul Aug Sep Sept Oct Nov Dec"
    ).split()
)
_SELDOM_LAST: Final = frozenset("Inc Corp Co Ltd Cos Bros Jr Sr plc Pte Pvt Sdn Bhd".split())
_LONGEST: Final = 250  # words of a sentence
_ENDINGS: Final = (("s", ""), ("es", ""), ("ies", "y"), ("ed", ""), ("ed", "e"))
BREAK: Final = "\n"  # a gap that no name and no sentence reaches across


@lru_cache(maxsize=1)
def lexicon() -> Mapping[str, Any]:
    """The word lists of name_words.json: each a frozenset, or a mapping of them (`tails`, `heads`, `called`)."""
    lists = json.loads(Path(__file__).with_name("name_words.json").read_text(encoding="utf-8"))
    return {
        name: {kind: _words(lines) for kind, lines in value.items()} if isinstance(value, dict) else _words(value)
        for name, value in lists.items()
    }


def _words(lines: Sequence[str]) -> frozenset[str]:
    return frozenset(word for line in lines for word in line.split())


@lru_cache(maxsize=20_000)
def common(word: str) -> bool:
    """Whether a word, however capitalised and inflected, is an ordinary English word of the trade."""
    lists, low = lexicon(), word.lower()
    return any(form in lists["starters"] or form in lists["common"] for form in _uninflected(low))


def _uninflected(low: str) -> Iterator[str]:
    """A word, and what it may be a plural or a past of: "amounts" of "amount"."""
    yield low
    for ending, instead in _ENDINGS:
        if low.endswith(ending) and len(low) > len(ending) + 3:
            yield low[: -len(ending)] + instead


def keys(name: str) -> tuple[str, ...]:
    """A name as the words a text would show: `~` before a word that follows without a space."""
    made: list[str] = []
    last = 0
    for found in _WORD.finditer(name):
        word = _plain(found[0])
        made.append("~" + word if made and found.start() == last else word)
        last = found.end()
    return tuple(made)


@dataclass(frozen=True, eq=False)
class Page:
    """The words of one text. `gaps[i]` is what stands before word i: "" nothing, " " space, BREAK a new paragraph."""

    text: str
    words: list[str]  # NFKC, straight apostrophes and hyphens
    starts: list[int]
    ends: list[int]
    gaps: list[str]
    asserting: bytearray  # 1 where the word stands in a title, a heading or the body

    @classmethod
    def of(cls, text: str, segments: Sequence[Segment] = ()) -> Page:
        """Split a text. Without segments all of it is body."""
        borders = sorted({s.start for s in segments})
        wrapped = _is_wrapped(text)
        words: list[str] = []
        starts: list[int] = []
        ends: list[int] = []
        gaps: list[str] = []
        seen: dict[str, str] = {}
        last = 0
        for found in _WORD.finditer(text):
            start, end = found.span()
            word = found[0]
            starts.append(start)
            ends.append(end)
            words.append(seen.get(word) or seen.setdefault(word, _plain(word)))
            gaps.append(_gap(text, last, start, wrapped=wrapped) if last else " ")
            last = end
        for border in borders:
            at = bisect_right(starts, border - 1)
            if at < len(gaps):
                gaps[at] = BREAK
        return cls(text, words, starts, ends, gaps, _asserting(starts, segments))

    @cached_property
    def sentences(self) -> list[int]:
        """The first word of each sentence, in order; what never ends is cut, so that its cost stays linear."""
        firsts = [0] if self.words else []
        for i in range(1, len(self.words)):
            if i - firsts[-1] >= _LONGEST or self._opens(i):
                firsts.append(i)
        return firsts

    @cached_property
    def paragraphs(self) -> list[int]:
        """The first word of each paragraph, in order."""
        return [i for i, gap in enumerate(self.gaps) if i == 0 or gap == BREAK]

    @cached_property
    def loud(self) -> bytearray:
        """1 for each word of a line in Title Case or capitals."""
        marks = bytearray(len(self.words))
        for first, after in zip(self.paragraphs, [*self.paragraphs[1:], len(self.words)], strict=True):
            if _is_loud(self.words[first:after]):
                marks[first:after] = b"\x01" * (after - first)
        return marks

    @cached_property
    def quiet_words(self) -> frozenset[str]:
        """Every word that the text writes in lower case somewhere."""
        return frozenset(word for word in set(self.words) if word.islower())

    def sentence(self, i: int) -> tuple[int, int]:
        """The words `[first, after)` of the sentence that holds word i."""
        return _around(self.sentences, i, len(self.words))

    def paragraph(self, i: int) -> tuple[int, int]:
        """The words `[first, after)` of the paragraph that holds word i."""
        return _around(self.paragraphs, i, len(self.words))

    def opening(self, i: int) -> bool:
        """Whether a capital at word i may only mark a beginning: of a sentence, a quotation, an item, after a colon."""
        first = self.sentence(i)[0]
        while i > first and not self.words[i - 1][0].isalpha():
            if self.words[i - 1] in '“"' or (self.words[i - 1] in ":•–—-" and self.gaps[i]):
                return True
            if self.words[i - 1] in ",;)%":
                return False
            i -= 1
        return i == first

    def apposition(self, after: int) -> list[str]:
        """The words that explain a name ending before word `after`: ", a maker of pumps," gives "maker of pumps"."""
        ahead = self.words[after : after + 12]
        if len(ahead) < 3 or ahead[0] != "," or BREAK in self.gaps[after : after + 3]:
            return []
        if ahead[1] not in {"a", "an", "the", "one"} and ahead[2] != "'":
            return []
        phrase = ahead[2:] if ahead[2] != "'" else ahead[4:]
        stop = next((k for k, word in enumerate(phrase) if word in {",", ".", ";", "—", "–", ")"}), len(phrase))
        return phrase[:stop]

    def at(self, offset: int) -> int:
        """The first word that starts at or after a place of the text."""
        return bisect_right(self.starts, offset - 1)

    def _opens(self, i: int) -> bool:
        if self.gaps[i] != " ":
            return self.gaps[i] == BREAK
        k = i - 1
        while k > 0 and self.words[k] in _CLOSERS and not self.gaps[k]:
            k -= 1
        if self.words[k] not in ".!?…" or k == 0 or self.words[i][0].islower():
            return False
        before = self.words[k - 1]
        if self.words[k] != ".":
            return True
        if before in _NEVER_LAST:
            return False
        if before in _SELDOM_LAST or (len(before) == 1 and before.isupper()):
            return self.words[i].lower() in lexicon()["starters"]
        return True


def _around(borders: Sequence[int], i: int, size: int) -> tuple[int, int]:
    place = bisect_right(borders, i)
    return borders[place - 1], borders[place] if place < len(borders) else size


def _plain(word: str) -> str:
    if word.isascii():
        return word
    return _ALIKE.get(word, word) if len(word) == 1 else unicodedata.normalize("NFKC", word)


def _gap(text: str, last: int, start: int, *, wrapped: bool) -> str:
    between = text[last:start]
    if between in {"", " "}:
        return between
    if not wrapped and ("\n" in between or "\r" in between):
        return BREAK
    if "\n" in between and text[start] in "*•‣▪":
        return BREAK
    return BREAK if _BREAK.search(between.replace("\r\n", "\n")) else " "


def _is_wrapped(text: str) -> bool:
    """Whether lines were broken to a width, as mail and PDF do: most full lines stop in mid-sentence."""
    lines = [line.rstrip() for line in text.splitlines() if line.strip() and not _ITEM.match(line)]
    if len(lines) < 4 or max(map(len, lines)) > 120:
        return False
    full = [line for line in lines if len(line) >= 45]
    return len(full) >= 3 and sum(line[-1] not in '.!?:"”' for line in full) > len(full) / 2


def _is_loud(words: Sequence[str]) -> bool:
    if len(words) > 40 or (words[-1] == "." and len(words) > 1):
        return False
    long = [word for word in words if word[0].isalpha() and len(word) > 3]
    return bool(long) and sum(not word[0].islower() for word in long) >= 0.75 * len(long)


def _asserting(starts: Sequence[int], segments: Sequence[Segment]) -> bytearray:
    if not segments:
        return bytearray(b"\x01" * len(starts))
    marks = bytearray(len(starts))
    for kind, start, end in segments:
        if kind in ASSERTING:
            first, after = bisect_right(starts, start - 1), bisect_right(starts, end - 1)
            marks[first:after] = b"\x01" * (after - first)
    return marks
