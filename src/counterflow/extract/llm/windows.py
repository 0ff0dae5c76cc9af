"""A document cut into windows that a model reads one by one: only what can assert, all of it, each border twice."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from counterflow.model.source import ASSERTING, Document

SIZE: Final = 5_000  # characters of a window: its claims fit into one answer
OVERLAP: Final = 800  # characters at its start that the window before holds too
_PARAGRAPH: Final = re.compile(r"[^\n]*\n*")
_STOP: Final = re.compile(r"[.!?][\"”’')\]]*\s+|[。！？]")

Range = tuple[int, int]


class Window(NamedTuple):
    """`text` is what the model reads: `runs` of the document, in order, a blank line between two."""

    number: int  # from 1
    runs: tuple[Range, ...]  # apart from each other: something that asserts nothing stands between
    text: str

    def holds(self, start: int, end: int) -> bool:
        """Whether all of `[start, end)` is read in one piece."""
        return any(a <= start and end <= b for a, b in self.runs)


def asserting(document: Document) -> list[Range]:
    """Where the document can assert something; without segments, all of it."""
    if not document.segments:
        return [(0, len(document.text))] if document.text else []
    return [(s.start, s.end) for s in document.segments if s.kind in ASSERTING and s.start < s.end]


def windows(document: Document, size: int = SIZE, overlap: int = OVERLAP) -> list[Window]:
    """Windows of at most `size` characters that together hold all that can assert, cut between paragraphs if possible.

    No piece between two cuts is longer than `overlap`, so what crosses one cut is whole in some window.
    """
    pieces = [piece for segment in asserting(document) for piece in _pieces(document.text, segment, overlap)]
    made: list[Window] = []
    first = 0
    while first < len(pieces):
        after = _fits(pieces, first, size)
        runs = tuple(merged(pieces[first:after]))
        made.append(Window(len(made) + 1, runs, "\n\n".join(document.text[a:b] for a, b in runs)))
        if after == len(pieces):
            break
        first = max(first + 1, _back(pieces, after, overlap))
    return made


def merged(ranges: Iterable[Range]) -> list[Range]:
    """The same places, without overlap or touching neighbours, in order."""
    kept: list[Range] = []
    for start, end in sorted(ranges):
        if kept and start <= kept[-1][1]:
            kept[-1] = (kept[-1][0], max(end, kept[-1][1]))
        else:
            kept.append((start, end))
    return kept


def characters(ranges: Iterable[Range]) -> int:
    """How many characters the ranges hold, each counted once."""
    return sum(end - start for start, end in merged(ranges))


def _fits(pieces: Sequence[Range], first: int, size: int) -> int:
    """Behind the last piece that a window from `first` on has room for."""
    after, room = first, size
    while after < len(pieces) and (after == first or pieces[after][1] - pieces[after][0] <= room):
        room -= pieces[after][1] - pieces[after][0]
        after += 1
    return after


def _back(pieces: Sequence[Range], after: int, overlap: int) -> int:
    """The first of the last pieces before `after` that the next window repeats."""
    first, room = after, overlap
    while first > 0 and pieces[first - 1][1] - pieces[first - 1][0] <= room:
        first -= 1
        room -= pieces[first][1] - pieces[first][0]
    return first


def _pieces(text: str, segment: Range, longest: int) -> Iterator[Range]:
    """Paragraphs with their line ends; a longer one is cut behind a sentence, else behind a word, else anywhere."""
    start, stop = segment
    while start < stop:
        found = _PARAGRAPH.match(text, start, stop)
        end = found.end() if found else stop
        while end - start > longest:
            cut = _cut(text, start, start + longest)
            yield start, cut
            start = cut
        yield start, end
        start = end


def _cut(text: str, start: int, end: int) -> int:
    stops = [m.end() for m in _STOP.finditer(text, start, end)]
    if stops and stops[-1] > start:
        return stops[-1]
    space = max(text.rfind(" ", start, end), text.rfind("\t", start, end))
    return space + 1 if space > start else end
