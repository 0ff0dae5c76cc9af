"""Sentences as frames see them: names and quantities masked by short tags, so that patterns speak of grammar alone.

`Sentence.masked` is the sentence in lower case with each party written `‹P0›`, each teller (media, person) `‹A1›`,
each product `‹D2›`, and each quantity by its unit: `‹M3›` money, `‹R4›` percent, `‹W5›` power, `‹X6›` multiple,
`‹C7›` count, `‹S8›` shares. The number is the tag's place in `Sentence.tags`.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Final

from counterflow.extract.names.gazetteer import Mention
from counterflow.model.claim import Quantity
from counterflow.model.source import ASSERTING, Document

_UNIT_LETTER: Final = {
    "money": "M",
    "percent": "R",
    "GW": "W",
    "MW": "W",
    "kW": "W",
    "GWh": "E",
    "MWh": "E",
    "multiple": "X",
    "count": "C",
    "shares": "S",
}
_REMEMBERED: Final = 600  # characters of a sentence that the next two can look back to
_KIND_LETTER: Final = {"media": "A", "person": "A", "product": "D"}
_ABBREVIATIONS: Final = re.compile(
    r"(?:\b(?:inc|corp|co|ltd|mr|mrs|ms|dr|no|st|vs|approx|est|prof|gen|sen|rs|jan|feb|mar|apr|jun|jul|aug|sep|sept|oct|nov|dec"
    r"|mrd|mio|bn|mn|u\.s|u\.k|e\.g|i\.e|a\.m|p\.m)|\b[a-z])\.$",
    re.IGNORECASE,
)
_STOP: Final = re.compile(r"[.!?]+[\"'”’)\]]*(?=\s)|[。！？]|\r?\n")
_CLOSED: Final = re.compile(r"\s?[)\]）］]")
_ITEM: Final = re.compile(r"[-*•‣▪·–—]\s|\(?[a-z\d]{1,2}[.)]\s")
_SAME: Final = str.maketrans(
    {
        "’": "'",
        "‘": "'",
        "“": '"',
        "”": '"',
        "–": "-",
        "—": "-",
        "\u00a0": " ",
        "\u202f": " ",
        "\n": " ",
        "\r": " ",
        "\t": " ",
    }
)
# A new clause: its own subject or its own verb may follow.
_CLAUSE: Final = re.compile(
    r";|:\s|\s-\s|,?\s(?:while|whereas|although|though|but)\s|,\s(?:which|who|whose)\s|(?<!›),\s(?:and\s)?(?=‹P\d+›(?:'s)?\s)"
    r"|,\s(?=(?:bringing|valuing|giving|taking|making|representing|marking|meaning|including|according|citing|with)\s)"
    r"|,\s(?=(?:the\s)?‹A\d+›\s(?:\w+ly\s)?(?:reported|reports|said|says|wrote|writes|noted|added|told)\b)"
)


@dataclass(frozen=True, slots=True)
class Tag:
    """One masked thing: its letter, where its tag stands in `masked`, and what it hides."""

    letter: str
    at: int
    end: int
    hides: Mention | Quantity

    @property
    def mention(self) -> Mention:
        """The name behind a P, A or D tag."""
        assert isinstance(self.hides, Mention)
        return self.hides

    @property
    def quantity(self) -> Quantity:
        """The quantity behind any other tag."""
        assert isinstance(self.hides, Quantity)
        return self.hides


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of an asserting segment, with its place: `start`, `end` are offsets in the document's text."""

    start: int
    end: int
    segment: str  # title, heading, body
    paragraph: int
    masked: str
    tags: tuple[Tag, ...]
    _steps: tuple[tuple[int, int], ...] = field(repr=False)  # (masked index, document offset) at each change of mapping
    clauses: tuple[tuple[int, int], ...] = ()
    before: str = ""  # the two sentences before it, masked: what the talk is of
    text: str = ""  # as written
    lead: tuple[Tag, ...] = ()  # of a list's item: the parties of the line that opens the list

    def offset(self, at: int) -> int:
        """Document offset of a place in `masked` (inside a tag: the start of what it hides)."""
        masked, offset = self._steps[bisect_right(self._steps, (at, 1 << 60)) - 1]
        tag = next((t for t in self.tags if t.at <= at < t.end), None)
        return tag.hides.start if tag else offset + at - masked

    def words(self, start: int, end: int) -> str:
        """What is written where `masked[start:end]` stands."""
        until = self.offset(end) if end < len(self.masked) else self.end
        return self.text[self.offset(start) - self.start : until - self.start].strip()

    def clause(self, at: int) -> tuple[int, int]:
        """The clause `[start, end)` of `masked` that holds a place."""
        return next(((a, b) for a, b in self.clauses if a <= at < b), self.clauses[-1])

    def parties(self, start: int = 0, end: int | None = None) -> list[Tag]:
        """The P tags within `masked[start:end]`."""
        return [
            t
            for t in self.tags
            if t.letter == "P" and t.at >= start and t.end <= (len(self.masked) if end is None else end)
        ]

    def with_people(self) -> Sentence:
        """The sentence with its people as parties: a person may hold a stake."""
        people = [t for t in self.tags if t.letter == "A" and t.mention.kind == "person" and t.mention.parties]
        if not people:
            return self
        masked = self.masked
        for tag in people:
            masked = f"{masked[: tag.at]}‹P{masked[tag.at + 2 :]}"
        tags = tuple(replace(t, letter="P") if t in people else t for t in self.tags)
        return replace(self, masked=masked, tags=tags, clauses=_clauses(masked))

    def quantities(self) -> list[Tag]:
        """The quantity tags, in order."""
        return [t for t in self.tags if isinstance(t.hides, Quantity)]

    def tag_at(self, at: int) -> Tag:
        """The tag that starts at a place of `masked`."""
        return next(t for t in self.tags if t.at == at)


def sentences(document: Document, mentions: Sequence[Mention], quantities: Sequence[Quantity]) -> Iterator[Sentence]:
    """Every sentence of the title, headings and body, in order."""
    # "its" and "their" stay words: the subject of their clause says as much, and patterns expect a word there.
    hidden = _without_overlap([m for m in mentions if m.text.lower() not in {"its", "their"}], quantities)
    starts = [h.start for h in hidden]
    paragraph, before, lead = 0, ("", ""), tuple[Tag, ...]()
    for segment in document.segments:
        if segment.kind not in ASSERTING:
            continue
        for start, end in _split(document.text, segment.start, segment.end, hidden, starts):
            paragraph += document.text.count("\n", max(segment.start, start - 2), start) > 0
            inside = hidden[bisect_right(starts, start - 1) : bisect_right(starts, end - 1)]
            sentence = replace(
                _mask(document.text, start, end, inside, segment.kind, paragraph), before=" ".join(before)
            )
            before = (before[1], sentence.masked[:_REMEMBERED])
            if _ITEM.match(sentence.text):
                sentence = replace(sentence, lead=lead)
            else:
                lead = tuple(sentence.parties())
            yield sentence


def _without_overlap(mentions: Sequence[Mention], quantities: Sequence[Quantity]) -> list[Mention | Quantity]:
    """Names and quantities by place; where both overlap ("H100"), the quantity stands only if longer."""
    kept: list[Mention | Quantity] = []
    things: list[Mention | Quantity] = [*mentions, *quantities]
    for thing in sorted(things, key=lambda t: (t.start, t.start - t.end)):
        if kept and thing.start < kept[-1].end:
            longer = (thing.end - thing.start) - (kept[-1].end - kept[-1].start)
            if longer > 0 or (longer == 0 and isinstance(thing, Quantity)):
                kept[-1] = thing
            continue
        kept.append(thing)
    return kept


def _split(
    text: str, start: int, end: int, hidden: Sequence[Mention | Quantity], starts: Sequence[int]
) -> Iterator[tuple[int, int]]:
    begin = start
    for stop in _STOP.finditer(text, start, end):
        place = bisect_right(starts, stop.start()) - 1
        if place >= 0 and hidden[place].end > stop.start():
            continue  # the full stop belongs to a name or an amount
        if stop[0].startswith(".") and not _ends(text, stop.start(), stop.end(), end):
            continue
        if text[begin : stop.end()].strip():
            yield _trim(text, begin, stop.end())
        begin = stop.end()
    if text[begin:end].strip():
        yield _trim(text, begin, end)


def _ends(text: str, stop: int, after: int, end: int) -> bool:
    following = text[after : min(end, after + 4)].lstrip(" \u00a0\"'“‘(")
    if following[:1].islower():
        return False
    return not _ABBREVIATIONS.search(text[max(0, stop - 8) : stop + 1])


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


def _mask(
    text: str, start: int, end: int, hidden: Sequence[Mention | Quantity], segment: str, paragraph: int
) -> Sentence:
    parts: list[str] = []
    tags: list[Tag] = []
    steps: list[tuple[int, int]] = []
    at, offset = 0, start
    for thing in hidden:
        if thing.start < offset or thing.end > end:
            continue
        plain = _flat(text[offset : thing.start])
        letter = _letter(thing)
        name = f"‹{letter}{len(tags)}›"
        steps += [(at, offset), (at + len(plain), thing.start)]
        tags.append(Tag(letter, at + len(plain), at + len(plain) + len(name), thing))
        parts += [plain, name]
        at, offset = at + len(plain) + len(name), _until(text, thing)
    parts.append(_flat(text[offset:end]))
    steps.append((at, offset))
    masked = "".join(parts)
    written = text[start:end]
    return Sentence(start, end, segment, paragraph, masked, tuple(tags), tuple(steps), _clauses(masked), text=written)


def _until(text: str, thing: Mention | Quantity) -> int:
    """Where a thing ends; what restates an amount ("(about €5.2 billion)") is passed over with it."""
    if not isinstance(thing, Quantity) or not thing.equivalents:
        return thing.end
    end = max(each.end for each in thing.equivalents)
    closed = _CLOSED.match(text, end)
    return closed.end() if closed else end


def _flat(text: str) -> str:
    """Lower case, straight quotes, plain spaces and dashes: the same length, so that offsets hold."""
    lowered = text.translate(_SAME).lower()
    return (
        lowered
        if len(lowered) == len(text)
        else "".join(c.lower() if len(c.lower()) == 1 else c for c in text.translate(_SAME))
    )


def _letter(thing: Mention | Quantity) -> str:
    if isinstance(thing, Quantity):
        return _UNIT_LETTER[thing.unit]
    return _KIND_LETTER.get(thing.kind, "P")


def _clauses(masked: str) -> tuple[tuple[int, int], ...]:
    cuts = [0, *(m.start() for m in _CLAUSE.finditer(masked) if m.start() > 0), len(masked)]
    return tuple((a, b) for a, b in pairwise(cuts) if b > a) or ((0, len(masked)),)
