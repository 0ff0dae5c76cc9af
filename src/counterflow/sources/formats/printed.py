"""Printed pages to paragraphs: what a layout breaks into lines, columns and pages is put together again.

The pieces of a page come with their place on the paper and in the source, so that every character of the text that is
made of them can be traced back. What repeats at the edge of the pages (running heads, page numbers) is left out.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from statistics import median
from typing import Final, NamedTuple

from counterflow.sources.formats.typeset import HYPHENS, Line, Paragraph, Piece, Printed, joined
from counterflow.sources.marking.lines import Block, ends_sentence, is_headline

_ITEM: Final = re.compile(r"(?:[•·▪◦‣►●○■–—*]|-(?= )|\(?\d{1,2}[.)](?= )|\(?[a-z]\)(?= ))")
_DIGITS: Final = re.compile(r"\d+")
_FOLIO: Final = re.compile(
    r"(?:page|seite|p\.)?\s*[-–—|]?\s*(?:\d{1,3}|[ivxl]{1,6})\s*[-–—|]?(?:\s*(?:of|/|von|de|sur)\s*\d{1,4})?",
    re.IGNORECASE,
)
_BROWSER: Final = re.compile(
    r"\d{1,4}[./-]\d{1,2}[./-]\d{2,4}, \d{1,2}:\d{2}\b.*|[a-z]{2,5}:\S*\s+\d{1,4}\s*/\s*\d{1,4}"
)
"""What a browser prints above and below a page: time and title, address and page of pages."""

_EDGE: Final = 3  # lines at the top and at the bottom of a page that may repeat
_WIDTH: Final = 0.5  # of a letter, in sizes of its type; most are nearer to this than to anything else
_BIG: Final = 1.12  # sizes of the body from which type is a heading's
_LOOSE: Final = 1.3  # usual distances between lines from which a paragraph ends
_FILLED: Final = 0.75  # share of its room from which a line was full when the next word went below it
_MOST_COLUMNS: Final = 20  # left edges of a page that are looked at
_COLUMN_LETTERS: Final = 25  # mean letters of a cell from which a row of two is two columns of prose
_HEAD_LETTERS: Final = 60  # of a line at the edge of a page that may hold the number of the page
_HEAD_WORDS: Final = 24


def laid_out(pages: Sequence[Sequence[Sequence[Piece]]]) -> Printed:
    """The text of pages, each given as lines of pieces in the order in which they were drawn."""
    read = [_ordered(_lines(page, number)) for number, page in enumerate(pages, 1)]
    lines = [line for page in _without_heads(read) for line in page] or [line for page in read for line in page]
    return joined(_paragraphs(lines)) if lines else Printed("", (), {})


def _lines(page: Sequence[Sequence[Piece]], number: int) -> list[Line]:
    rows = [[piece for piece in pieces if piece.text.strip()] for pieces in page]
    rows = [row for row in rows if row]
    beside = [rows[k - 1 : k] + rows[k + 1 : k + 2] if k else rows[1:2] for k in range(len(rows))]
    return [
        Line(_cells(row, {_slot(p.x) for other in near for p in other[1:]}), number)
        for row, near in zip(rows, beside, strict=True)
    ]


def _cells(pieces: Sequence[Piece], starts: AbstractSet[int] = frozenset()) -> tuple[tuple[Piece, ...], ...]:
    """Pieces of a line, apart where the gap between two is wider than any between words.

    starts: slots where pieces of the lines beside it start; there a smaller gap is enough.
    """
    cells: list[list[Piece]] = []
    end = 0.0
    for piece in pieces:
        gap = (0.4 if _slot(piece.x) in starts else 1.5) * piece.size
        if cells and piece.x - end < gap + 0.1 * (end - cells[-1][0].x):
            cells[-1].append(piece)
        else:
            cells.append([piece])
        end = _end(piece)
    return tuple(tuple(cell) for cell in cells)


def _slot(x: float) -> int:
    return round(x / 3)


def _end(piece: Piece) -> float:
    """About where a piece ends on the paper."""
    return piece.x + len(piece.text.strip()) * _WIDTH * piece.size


def _ordered(lines: list[Line]) -> list[Line]:
    """Lines as they are read: as drawn, unless the drawing jumps about; columns drawn row by row one after another."""
    pairs = list(itertools.pairwise(lines))
    upward = sum(b.first.y > a.first.y + a.first.size / 2 for a, b in pairs)
    if 3 * upward > len(pairs):
        lines = _from_top(lines)
    rows: list[Line] = []
    for together, group in itertools.groupby(lines, key=lambda line: len(line.cells) == 2):
        found = list(group)
        rows += _by_column(found) if together and _is_prose(found) else found
    return rows


def _from_top(lines: Sequence[Line]) -> list[Line]:
    """Lines by their height, those of one height as one."""
    rows: list[list[Line]] = []
    for line in sorted(lines, key=lambda line: -line.first.y):
        if rows and rows[-1][0].first.y - line.first.y < line.first.size * 0.3:
            rows[-1].append(line)
        else:
            rows.append([line])
    pieces = [sorted((p for line in row for cell in line.cells for p in cell), key=lambda p: p.x) for row in rows]
    return [Line(_cells(row), lines[0].page) for row in pieces]


def _is_prose(rows: Sequence[Line]) -> bool:
    """Whether rows of two cells are two columns of running text: long cells that start one below the other."""
    if len(rows) < 3 or max(row.cells[1][0].x for row in rows) - min(row.cells[1][0].x for row in rows) > 40:
        return False
    letters = [[sum(len(piece.text) for piece in row.cells[side]) for row in rows] for side in (0, 1)]
    return all(sum(side) >= _COLUMN_LETTERS * len(rows) for side in letters)


def _by_column(rows: Sequence[Line]) -> list[Line]:
    return [Line((row.cells[side],), row.page) for side in (0, 1) for row in rows]


def _without_heads(pages: list[list[Line]]) -> list[list[Line]]:
    """Pages without what stands at the same place of several, and without their numbers."""
    edges = [(by_height[:_EDGE], by_height[: -_EDGE - 1 : -1]) for by_height in map(_from_highest, pages)]
    seen = Counter(key for top, bottom in edges for key in {_key(line) for line in (*top, *bottom)})
    often = max(2, len(pages) / 4)
    kept = []
    for page, edge in zip(pages, edges, strict=True):
        gone = {line for side in edge for line in itertools.takewhile(lambda x: _is_edge(x, seen, often), side)}
        kept.append([line for line in page if line not in gone])
    return kept


def _from_highest(page: Sequence[Line]) -> list[Line]:
    return sorted(page, key=lambda line: -line.first.y)


def _is_edge(line: Line, seen: Mapping[tuple[int, str], int], often: float) -> bool:
    """Whether a line is a running head, the number of its page, or what a browser prints there."""
    text = line.text
    repeats = seen[_key(line)] >= often and any(c.isalpha() for c in text)
    return repeats or bool(_FOLIO.fullmatch(text) or _BROWSER.fullmatch(text))


def _key(line: Line) -> tuple[int, str]:
    """What makes two lines of different pages the same: their height and words, digits of short ones apart."""
    text = line.text
    return round(line.first.y / 2), _DIGITS.sub("#", text) if len(text) <= _HEAD_LETTERS else text


def _paragraphs(lines: Sequence[Line]) -> list[Paragraph]:
    """Lines grouped into paragraphs, with what each is."""
    sizes: Counter[float] = Counter()
    for line in lines:
        sizes[round(line.first.size, 1)] += len(line.text)
    body = sizes.most_common(1)[0][0]
    largest = max(line.first.size for line in lines if line.page == lines[0].page)
    steps = [a.first.y - b.first.y for a, b in itertools.pairwise(lines) if a.page == b.page]
    steps = [step for step in steps if 0.5 * body < step < 3 * body]
    paper = _Paper(body, median(steps) if steps else 1.2 * body, _margins(lines), _columns(lines))
    rows = _rows(lines)
    groups: list[list[int]] = []
    for i, line in enumerate(lines):
        begun = groups[-1] if groups and i not in rows and i - 1 not in rows else []
        if begun and _goes_on(lines[begun[0]], lines[i - 1], line, paper):
            groups[-1].append(i)
        else:
            groups.append([i])
    found = [(tuple(lines[i] for i in numbers), numbers[0] in rows) for numbers in groups]
    return [Paragraph(group, "row" if row else _kind(group, body, largest)) for group, row in found]


class _Paper(NamedTuple):
    """What the lines of a document have in common."""

    body: float  # size of most of its type
    step: float  # from line to line
    margins: dict[int, float]  # of each page, the right one
    columns: dict[int, list[tuple[float, float, float]]]  # of each page: left edge, lowest and highest line

    def share(self, line: Line, word: str) -> float:
        """How much of the room it had a line takes together with the word that went to the next one; 1 is all."""
        first, y = line.first, line.first.y
        right = [
            left
            for left, low, high in self.columns[line.page]
            if left > first.x + 4 * first.size and low <= y + self.step and y - self.step <= high
        ]
        edge = min([*right, self.margins[line.page]])
        wide = _end(line.cells[-1][-1]) + (len(word) + 1) * _WIDTH * first.size - first.x
        return wide / max(edge - first.x, 1.0)


def _margins(lines: Sequence[Line]) -> dict[int, float]:
    """The right margin of each page: where its longest lines end, but for a few that stick out."""
    found = {}
    for page, group in itertools.groupby(lines, key=lambda line: line.page):
        ends = sorted(_end(line.cells[-1][-1]) for line in group)
        found[page] = ends[-1 - len(ends) // 20]
    return found


def _columns(lines: Sequence[Line]) -> dict[int, list[tuple[float, float, float]]]:
    """The left edges that several lines of a page share, with the heights between which they do."""
    found = {}
    for page, group in itertools.groupby(lines, key=lambda line: line.page):
        heights: dict[int, list[float]] = {}
        for line in group:
            heights.setdefault(_slot(line.first.x), []).append(line.first.y)
        shared = sorted(((len(ys), slot) for slot, ys in heights.items() if len(ys) > 2), reverse=True)[:_MOST_COLUMNS]
        found[page] = [(3.0 * slot, min(heights[slot]), max(heights[slot])) for _, slot in shared]
    return found


def _rows(lines: Sequence[Line]) -> set[int]:
    """The lines that are rows of a table: several cells, one of them right below or above one of a neighbour."""
    found = set()
    for i, line in enumerate(lines):
        near = [lines[k] for k in (i - 1, i + 1) if 0 <= k < len(lines)]
        starts = [cell[0].x for other in near if len(other.cells) > 1 for cell in other.cells[1:]]
        if any(abs(cell[0].x - x) < 4 * cell[0].size for cell in line.cells[1:] for x in starts):
            found.add(i)
    return found


def _goes_on(top: Line, before: Line, line: Line, paper: _Paper) -> bool:
    """Whether a line continues the paragraph that begins with `top` and has come to the line `before`."""
    text = line.text
    a, b = before.first, line.first
    if abs(a.size - b.size) > 0.08 * max(a.size, b.size) or _ITEM.match(text) or before.bold != line.bold:
        return False
    stopped = ends_sentence(before.text)
    if text[0].islower() and not stopped:
        return before.page != line.page or a.y - b.y < 2 * _LOOSE * paper.step
    filled = paper.share(before, text.split()[0]) >= _FILLED
    if before.page != line.page or b.y > a.y:  # a new page or column
        return not stopped and (filled or before.text[-1] in HYPHENS)
    if a.y - b.y > _LOOSE * paper.step * max(1.0, b.size / paper.body) or not filled:
        return False
    indented = b.x > a.x + 0.8 * b.size and not _ITEM.match(top.text)
    hung = before is not top and b.x < a.x - 0.8 * b.size
    return not stopped or not (indented or hung)


def _kind(lines: tuple[Line, ...], body: float, largest: float) -> str:
    size, text = lines[0].first.size, " ".join(line.text for line in lines)
    if _ITEM.match(text):
        return "item"
    if size >= _BIG * body and len(text.split()) <= 2 * _HEAD_WORDS:
        return "h1" if size >= 0.98 * largest and lines[0].page == 1 else "heading"
    short = is_headline(Block(0, len(text), text), _HEAD_WORDS)
    return "heading" if short and all(line.bold for line in lines) else "p"
