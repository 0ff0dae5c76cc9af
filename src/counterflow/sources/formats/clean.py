"""A web page to the text of its article, each character of which maps back to the source.

trafilatura judges what the article is; the text itself is taken from the page's own blocks (`page.py`), since only
those know where they stand. A block is kept when most of its characters occur, in order, in what trafilatura found.
"""

from __future__ import annotations

import logging
import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from counterflow.model.source import Run
from counterflow.sources.formats.page import Block, Chunk, Page, parse
from counterflow.sources.marking import dates
from counterflow.sources.marking.bylines import is_byline

if TYPE_CHECKING:
    from lxml.etree import _Element

_MOST_SOURCE: Final = 8_000_000  # characters of a page that trafilatura is given
_SILENT: Final = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u2060\ufeff]+")
_KEY: Final = 16  # characters that lead to the places where a piece of text may stand
_ANCHOR: Final = 40  # characters from which a piece of text is taken to stand in one place alone
_SKIPPED: Final = 80  # characters at the start of a piece that the page's own text may lack
_TRIES: Final = 4  # places tried for one piece
_NEAR: Final = 3_000  # characters around its neighbours in which a short piece is looked for
_WIDE: Final = 30_000  # characters in which a short piece made of several text nodes is looked for
_RUNNING: Final = 60  # characters from which a block is running text
_REMEDY: Final = "all visible paragraphs are used; if they hold more than the article, save it alone as .txt"


class Clean(NamedTuple):
    """The article of a page."""

    text: str
    runs: tuple[Run, ...]
    title: str | None
    hints: dict[int, str]  # start of a paragraph -> what its tag says
    published: str | None  # ISO day
    lang: str | None
    doubts: tuple[tuple[str, str], ...]  # what was found, and the remedy


def clean(source: str) -> Clean:
    """The article of a page from its decoded source; takes time in proportion to its length, whatever it holds."""
    page = parse(source)
    odd = page.odd or (f"it is longer than {_MOST_SOURCE:,} characters" if len(source) > _MOST_SOURCE else None)
    kept = [] if odd or not page.blocks else _kept(page.blocks, _pieces(source))
    doubts: tuple[tuple[str, str], ...] = ()
    if not kept and page.blocks:
        kept = [i for i, block in enumerate(page.blocks) if 2 * block.linked <= len(block.text)]
        reason = odd or "nothing on it was recognised as one"
        doubts = ((f"the article was not told from the rest of its page: {reason}", _REMEDY),)
    running = next(
        (i for i in kept if len(page.blocks[i].text) > _RUNNING and page.blocks[i].kind == "p"), kept[0] if kept else 0
    )
    chosen = [page.blocks[i] for i in _with_top(page, kept)]
    text, runs, hints = _laid_out(chosen)
    return Clean(text, runs, page.title, hints, dates.of_page(page, running), page.lang, doubts)


def _pieces(source: str) -> list[str]:
    """The pieces of text that trafilatura takes for the article, in order, without white space."""
    from trafilatura import bare_extraction

    logging.getLogger("trafilatura").addHandler(logging.NullHandler())  # its doubts are ours to report
    try:
        found = bare_extraction(source, include_comments=False, include_tables=True, with_metadata=False)
    except Exception:  # noqa: BLE001 - a guest that stumbles over a page leaves it to the plain reading, which says so
        return []
    body = getattr(found, "body", None)
    return [] if body is None else [bare for text in _texts(body) if (bare := _SILENT.sub("", text))]


def _texts(body: _Element) -> Iterator[str]:
    for element in body.iter():
        if element.text and isinstance(element.tag, str):
            yield element.text
        if element.tail and element is not body:
            yield element.tail


class _Found(NamedTuple):
    """`length` characters of a piece, after its first `skipped`, stand at `place` of the page's text."""

    place: int
    length: int
    skipped: int

    @property
    def end(self) -> int:
        return self.place + self.length


class _Index:
    """The page's text without white space, and where its text nodes start in it."""

    def __init__(self, blocks: Sequence[Block]) -> None:
        self.starts: list[int] = []  # of each block
        nodes: list[int] = []
        parts: list[str] = []
        at = 0
        for block in blocks:
            self.starts.append(at)
            for chunk in block.chunks:
                if chunk.fresh:
                    nodes.append(at)
                bare = _SILENT.sub("", chunk.text)
                parts.append(bare)
                at += len(bare)
        self.text = "".join(parts)
        self.starts.append(at)
        self._by_key: dict[str, list[int]] = {}
        for node in nodes:
            self._by_key.setdefault(self.text[node : node + _KEY], []).append(node)
        self._short: dict[str, list[int]] = {}
        for node, after in zip(nodes, [*nodes[1:], at], strict=True):
            if after - node < _KEY:
                self._short.setdefault(self.text[node:after], []).append(node)

    def find(self, piece: str, low: int, high: int) -> _Found | None:
        """Where the start of `piece` stands between `low` and `high`, as much of it as does; `None` for nowhere."""
        if len(piece) < _KEY:
            place = self.text.find(piece, low, min(high, low + _WIDE)) if piece not in self._short else -1
            return self._best(self._short.get(piece, [place] if place >= 0 else []), piece, low, high, 0)
        for skip in range(min(_SKIPPED, len(piece) - _KEY + 1)):
            places = self._by_key.get(piece[skip : skip + _KEY])
            if places and (found := self._best(places, piece, low, high, skip)):
                return found
        return None

    def _best(self, places: Sequence[int], piece: str, low: int, high: int, skip: int) -> _Found | None:
        at = bisect_left(places, low)
        rest = piece[skip:]
        tried = [_Found(place, self._common(rest, place), skip) for place in places[at : at + _TRIES] if place < high]
        return max(tried, key=lambda found: found.length, default=None)

    def _common(self, piece: str, place: int) -> int:
        """How many characters of `piece` stand at `place`, by halving."""
        if self.text.startswith(piece, place):
            return len(piece)
        low, high = 0, len(piece)
        while high - low > 1:
            middle = (low + high) // 2
            if self.text.startswith(piece[:middle], place):
                low = middle
            else:
                high = middle
        return low


def _kept(blocks: Sequence[Block], pieces: Sequence[str]) -> list[int]:
    """The blocks whose text is, for the better half, among the pieces."""
    index = _Index(blocks)
    covered = [0] * len(blocks)
    for found in _places(index, pieces):
        at = bisect_left(index.starts, found.place + 1) - 1
        while at < len(blocks) and index.starts[at] < found.end:
            covered[at] += min(found.end, index.starts[at + 1]) - max(found.place, index.starts[at])
            at += 1
    sizes = [after - before for before, after in zip(index.starts, index.starts[1:], strict=False)]
    return _filled(blocks, [i for i, size in enumerate(sizes) if size and 2 * covered[i] >= size])


def _places(index: _Index, pieces: Sequence[str]) -> Iterator[_Found]:
    """Where each piece stands: the long ones first, in order; then the short ones, each between its neighbours."""
    placed: dict[int, _Found] = {}
    at = 0
    for number, piece in enumerate(pieces):
        if len(piece) >= _ANCHOR and (found := index.find(piece, at, len(index.text)) or index.find(piece, 0, at)):
            placed[number] = found
            at = max(at, found.end)
    after = [len(index.text)] * (len(pieces) + 1)
    for number in range(len(pieces) - 1, -1, -1):
        after[number] = placed[number].place if number in placed else after[number + 1]
    before = max(0, after[0] - _NEAR) if placed else 0
    for number, piece in enumerate(pieces):
        high = min(after[number], before + _NEAR) if placed else after[number]
        now = placed.get(number) or index.find(piece, before, high)
        rest = piece
        while now:
            yield now
            before, rest = now.end, rest[now.skipped + now.length :]
            now = index.find(rest, before, before + _NEAR) if len(rest) >= _KEY else None


def _filled(blocks: Sequence[Block], found: Sequence[int]) -> list[int]:
    """With what belongs to the blocks found: the other rows of their tables and the captions between them."""
    if not found:
        return []
    tables = {blocks[i].table for i in found if blocks[i].kind == "row"}
    inside = range(found[0], found[-1] + 1)
    captions = [i for i in inside if blocks[i].kind == "caption"]
    rows = [i for i, block in enumerate(blocks) if block.kind == "row" and block.table in tables]
    return sorted({*found, *captions, *rows})


def _with_top(page: Page, kept: Sequence[int]) -> list[int]:
    """The blocks kept, with the title and the byline that stand above the first paragraph of them."""
    first = next((i for i in kept if page.blocks[i].kind != "h1"), 0)
    title = max(
        (i for i in range(first) if page.blocks[i].kind == "h1" and page.blocks[i].text == page.title), default=first
    )
    byline = [i for i in range(title + 1, first) if is_byline(page.blocks[i].text)]
    return sorted({*kept, *byline, *range(title, min(title + 1, first))})


def _laid_out(blocks: Sequence[Block]) -> tuple[str, tuple[Run, ...], dict[int, str]]:
    """The text of blocks, one to a line, where each of its characters came from, and what each line is."""
    parts: list[str] = []
    runs: list[Run] = []
    hints: dict[int, str] = {}
    at = 0
    for before, block in zip([None, *blocks], blocks, strict=False):
        if before:
            close = block.kind == before.kind and block.kind in {"row", "item"}
            parts.append("\n" if close else "\n\n")
            at += len(parts[-1])
        hints[at] = "link" if block.is_link else block.kind
        for chunk in block.chunks:
            runs += _runs(chunk, at)
            parts.append(chunk.text)
            at += len(chunk.text)
    return "".join(parts), tuple(runs), hints


def _runs(chunk: Chunk, at: int) -> Iterator[Run]:
    """One run where characters stand as they are; an entity gives, for each, its first and its last character."""
    if chunk.start < 0:
        return
    if chunk.end - chunk.start == len(chunk.text):
        yield Run(at, chunk.start, len(chunk.text))
    else:
        for i in range(len(chunk.text)):
            yield Run(at + i, chunk.start, 1)
            yield Run(at + i, chunk.end - 1, 1)
