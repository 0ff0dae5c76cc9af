"""Paragraphs of printed lines as text: words broken at the end of a line are joined, each character keeps its place."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from counterflow.model.source import Run

_WORDS: Final = re.compile(r"[^\s\x00-\x1f\x7f-\x9f\ufeff]+")
_LIGATURES: Final = {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st", "\u00ad": ""}
"""Letters cast as one, and the hyphen that shows at the end of a line alone."""
_LIGATURE: Final = re.compile(f"([{''.join(_LIGATURES)}])")
_SOFT: Final = "\u00ad"
HYPHENS: Final = f"-{_SOFT}\u2010"
_BROKEN: Final = re.compile(rf"([^\W\d_]+)[{HYPHENS}]\Z")
_FIRST_WORD: Final = re.compile(r"[^\W\d_]+")
_KNOWN_WORD: Final = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_OWN_HALVES: Final = frozenset(
    "one two three four five six seven eight nine ten twelve fifteen twenty thirty forty fifty hundred day week month "
    "quarter year multi non self half long short high low well all co so billion million trillion".split()
)
"""Words that keep their hyphen where a line ends at it: "five-year", "multi-billion"."""


class Piece(NamedTuple):
    """Letters shown in one go: `start` is their place in the source, the rest their place on the paper, in points."""

    text: str
    start: int
    x: float
    y: float
    size: float
    bold: bool


class Line(NamedTuple):
    """Pieces on one height, those of each cell together; `page` counts from 1."""

    cells: tuple[tuple[Piece, ...], ...]
    page: int

    @property
    def first(self) -> Piece:
        """Where it begins."""
        return self.cells[0][0]

    @property
    def text(self) -> str:
        """What it says, for judging it."""
        return " ".join(" ".join("".join(piece.text for piece in cell) for cell in self.cells).split())

    @property
    def bold(self) -> bool:
        """Whether all of it is in bold type."""
        return all(piece.bold for cell in self.cells for piece in cell)


class Printed(NamedTuple):
    """The text of printed pages, where its characters come from, and the headings, rows and items by their start."""

    text: str
    runs: tuple[Run, ...]
    hints: dict[int, str]


class Paragraph(NamedTuple):
    """Lines that belong together, and what they are."""

    lines: tuple[Line, ...]
    kind: str  # p h1 heading item row


class _Writer:
    """The text as it grows, with the runs of what was taken over."""

    def __init__(self, known: set[str]) -> None:
        self.parts: list[str] = []
        self.runs: list[Run] = []
        self.at = 0
        self._known = known
        self._page = 0

    def insert(self, text: str) -> None:
        if text:
            self.parts.append(text)
            self.at += len(text)

    def line(self, line: Line) -> None:
        self._page = line.page
        for number, cell in enumerate(line.cells):
            if number:
                self.insert("\t")
            self._words(cell)

    def cell_line(self, line: Line) -> None:
        """A line whose gaps mean nothing."""
        self._page = line.page
        self._words([piece for cell in line.cells for piece in cell])

    def join(self, before: str, after: str) -> None:
        """Go over to the next line of a paragraph: a space, or nothing where a word was broken."""
        left, right = _BROKEN.search(before), _FIRST_WORD.match(after)
        if not left or not after[0].isalnum():
            self.insert(" ")
        elif right and right[0][0].islower() and before[-1] != _SOFT and not self._keeps(left[1], right[0]):
            self._unhyphen()

    def _keeps(self, left: str, right: str) -> bool:
        """Whether a hyphen at a line's end belongs to the word; the other words of the text decide."""
        left, right = "".join(_LIGATURES.get(c, c) for c in left).lower(), right.lower()
        if left + right in self._known:
            return False
        return f"{left}-{right}" in self._known or left in _OWN_HALVES or {left, right} <= self._known

    def _unhyphen(self) -> None:
        self.parts[-1] = self.parts[-1][:-1]
        self.at -= 1
        last = self.runs[-1]
        self.runs[-1:] = [last._replace(length=last.length - 1)] if last.length > 1 else []

    def _words(self, pieces: Sequence[Piece]) -> None:
        """Words with one space between them; pieces that touch stay one word."""
        gap = False
        begun = False
        for piece in pieces:
            last = 0
            for word in _WORDS.finditer(piece.text):
                if begun and (gap or word.start() > last):
                    self.insert(" ")
                self._take(word[0], piece.start + word.start())
                begun, gap, last = True, False, word.end()
            gap = gap or last < len(piece.text)

    def _take(self, word: str, start: int) -> None:
        for part in _LIGATURE.split(word):
            meaning = _LIGATURES.get(part)
            if meaning is not None:
                self.runs += [Run(self.at + i, start, 1, self._page) for i in range(len(meaning))]
            elif part:
                self._run(start, len(part))
            self.insert(part if meaning is None else meaning)
            start += len(part)

    def _run(self, start: int, length: int) -> None:
        """Another run, or a longer one where clean text and source go on alike."""
        last = self.runs[-1] if self.runs else None
        if last and last.clean_start + last.length == self.at and last.source_start + last.length == start:
            self.runs[-1] = last._replace(length=last.length + length)
        else:
            self.runs.append(Run(self.at, start, length, self._page))


def joined(paragraphs: Sequence[Paragraph]) -> Printed:
    """Paragraphs, a blank line between two; rows and items follow each other closely."""
    writer = _Writer(_known_words(paragraphs))
    hints: dict[int, str] = {}
    for before, paragraph in zip([None, *paragraphs], paragraphs, strict=False):
        if before:
            close = before.kind == paragraph.kind and paragraph.kind in {"row", "item"}
            writer.insert("\n" if close else "\n\n")
        hints[writer.at] = paragraph.kind
        for number, line in enumerate(paragraph.lines):
            if number:
                writer.join(paragraph.lines[number - 1].text, line.text)
            (writer.line if paragraph.kind == "row" else writer.cell_line)(line)
    return Printed("".join(writer.parts), tuple(writer.runs), hints)


def _known_words(paragraphs: Sequence[Paragraph]) -> set[str]:
    """The words within lines: those at their ends may be halves."""
    return {word.lower() for p in paragraphs for line in p.lines for word in _inner(line.text)}


def _inner(text: str) -> Iterator[str]:
    words = _KNOWN_WORD.findall(text)
    yield from words[1:-1]
    yield from (part for word in words[1:-1] if "-" in word for part in word.split("-"))
