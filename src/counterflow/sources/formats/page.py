"""A web page as blocks of visible text in which every character knows its place in the source.

A reader of our own, because parsers that build a tree lose the positions. It passes over the source once: each step
moves forward, so that no page, however broken, takes more than time in proportion to its length.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape
from typing import Final, NamedTuple

_OPENING: Final = re.compile(r"<(?:!--|[!?]|/?[a-zA-Z])")
_NAME: Final = re.compile(r"</?([a-zA-Z][^\s/>]*)")
_ATTRIBUTE: Final = re.compile(r"""[\s/=]*([^\s/>=][^\s/>=]*)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>"'][^\s>]*)))?""")
_ENTITY: Final = re.compile(r"&(?:#[0-9]{1,8}|#[xX][0-9a-fA-F]{1,7}|[A-Za-z][A-Za-z0-9]{1,31});?")
_WORDS: Final = re.compile(r"[^ \t\n\r\f]+(?: [^ \t\n\r\f]+)*")
_GAPS: Final = " \t\n\r\f"
_HIDING: Final = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)

_RAW: Final = frozenset("script style title textarea xmp iframe noembed noframes".split())
_SKIPPED: Final = frozenset(
    "nav footer aside button select noscript template svg math object video audio canvas menu dialog".split()
)
_VOID: Final = frozenset("area base br col embed hr img input link meta param source track wbr".split())
_HEADS: Final = frozenset("h1 h2 h3 h4 h5 h6".split())
_BREAKING: Final = _HEADS | frozenset(
    "address article blockquote body caption center dd details div dl dt fieldset figcaption figure form head header"
    " hgroup hr html legend li main ol p pre section summary table tbody td tfoot th thead tr ul".split()
)
_NESTING: Final = frozenset("div section span b i em strong font ul ol table blockquote a".split())

_LAYOUT_CELLS: Final = 400  # characters: a row with more, in cells of several blocks, lays out a page
_MOST_TAGS: Final = 200_000
_DEEPEST: Final = 200  # the tree builder under trafilatura cuts off what nests deeper than 256
_MOST_ATTRIBUTES: Final = 200  # on one tag; it takes quadratic time over them


class Chunk(NamedTuple):
    """Text that came from `source[start:end]`: the same characters, or what an entity stands for."""

    text: str
    start: int  # -1: we put it in (a space, a tab, a line end)
    end: int
    fresh: bool  # first of its text node


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph (`p`), title (`h1`), heading, list item, table row or figure caption."""

    kind: str
    chunks: tuple[Chunk, ...]
    text: str
    linked: int  # characters inside links to elsewhere
    table: int  # number of its table, 0 outside

    @property
    def is_link(self) -> bool:
        """Whether all but a few of its characters are links."""
        return self.kind in {"p", "heading", "item"} and self.linked * 10 >= len(self.text) * 9


class Time(NamedTuple):
    """A `<time datetime>`; `block` is the index of the block it stands in."""

    value: str
    block: int
    published: bool  # marked as the day of publication


class Page(NamedTuple):
    """What a page shows and what it says about itself."""

    blocks: tuple[Block, ...]
    title: str | None
    metas: tuple[tuple[str, str], ...]  # names in lower case, and their content
    linked_data: tuple[str, ...]  # the JSON-LD scripts
    times: tuple[Time, ...]
    lang: str | None
    odd: str | None  # why a parser that builds a tree had better not see it


def parse(source: str) -> Page:
    """Read a page from its decoded source."""
    reader = _Reader(source)
    reader.run()
    return Page(
        blocks=tuple(reader.blocks),
        title=_title(reader),
        metas=tuple(reader.metas),
        linked_data=tuple(reader.linked_data),
        times=tuple(reader.times),
        lang=reader.lang,
        odd=reader.odd,
    )


class _Reader:
    """The state of one pass over a page."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.at = 0
        self.blocks: list[Block] = []
        self.metas: list[tuple[str, str]] = []
        self.linked_data: list[str] = []
        self.times: list[Time] = []
        self.named: str | None = None  # the <title>
        self.lang: str | None = None
        self.odd: str | None = None
        self._chunks: list[Chunk] = []
        self._gap = False  # white space stands before the next word
        self._fresh = True
        self._linked = 0
        self._open: dict[str, int] = {}  # li, a, figcaption, pre: how many are open
        self._heading: str | None = None
        self._row: list[list[Block]] | None = None  # blocks by cell of the table row being read
        self._tables = 0
        self._skip: tuple[str, int] | None = None  # the element being skipped, and its depth
        self._unclosed: set[str] = set()
        self._last_close: dict[str, int] = {}
        self._tags = 0
        self._depth = 0

    def run(self) -> None:
        """Walk over the source from tag to tag."""
        while (found := _OPENING.search(self.source, self.at)) is not None:
            self._text(self.at, found.start())
            self.at = self._markup(found)
        self._text(self.at, len(self.source))
        self._finish_row()

    def _markup(self, found: re.Match[str]) -> int:
        """Take in the markup at `found`; the position after it."""
        kind = found[0]
        if kind == "<!--":
            return self._after("-->", found.end())
        if kind[1] in "!?":
            inner = self.source.find("[", found.end(), found.end() + 200)
            close = self.source.find(">", found.end())
            return self._after("]>" if -1 < inner < close and kind[1] == "!" else ">", found.end())
        name = _NAME.match(self.source, found.start())
        assert name
        tag = name[1].lower()
        attributes, end = self._attributes(name.end())
        if kind[1] == "/":
            self._close(tag)
        else:
            end = self._start(tag, attributes, end)
        return end

    def _after(self, close: str, start: int) -> int:
        place = self.source.find(close, start)
        return len(self.source) if place < 0 else place + len(close)

    def _attributes(self, at: int) -> tuple[dict[str, str], int]:
        """The attributes of a tag (the first of each name) and the position after its `>`."""
        found: dict[str, str] = {}
        count = 0
        while (attribute := _ATTRIBUTE.match(self.source, at)) is not None:
            found.setdefault(attribute[1].lower(), attribute[2] or attribute[3] or attribute[4] or "")
            at = attribute.end()
            count += 1
        if count > _MOST_ATTRIBUTES:
            self.odd = f"a tag has {count:,} attributes"
        return found, self._after(">", at)

    def _start(self, tag: str, attributes: dict[str, str], end: int) -> int:
        self._count(tag, 1)
        if tag in _RAW:
            return self._raw(tag, attributes, end)
        if self._skip:
            self._nested(tag)
            return end
        if tag not in _VOID and (tag in _SKIPPED or _is_hidden(attributes)) and self._has_close(tag, end):
            self._skip = (tag, 1)
            return end
        self._said(tag, attributes)
        self._fresh = True
        if tag == "br":
            self._line_end()
        if tag in _BREAKING:
            self._break(tag)
        leads_away = tag == "a" and not attributes.get("href", "#").startswith("#")
        if leads_away or tag in {"li", "figcaption", "caption", "pre"}:
            self._open[tag] = self._open.get(tag, 0) + 1
        return end

    def _close(self, tag: str) -> None:
        self._count(tag, -1)
        if self._skip:
            name, depth = self._skip
            if tag == name:
                self._skip = (name, depth - 1) if depth > 1 else None
            return
        self._fresh = True
        if tag in _BREAKING:
            self._flush()
        if tag == self._heading:
            self._heading = None
        if tag in {"tr", "table"}:
            self._finish_row()
        if self._open.get(tag):
            self._open[tag] -= 1

    def _count(self, tag: str, step: int) -> None:
        self._tags += 1
        if self._tags > _MOST_TAGS:
            self.odd = f"it has more than {_MOST_TAGS:,} tags"
        if tag in _NESTING:
            self._depth = max(0, self._depth + step)
            if self._depth > _DEEPEST:
                self.odd = f"its tags nest more than {_DEEPEST} deep"

    def _nested(self, tag: str) -> None:
        """A tag inside a skipped element: count its own kind; a hidden `<p>` ends where the next begins."""
        assert self._skip
        name, depth = self._skip
        if tag == name:
            self._skip = None if tag == "p" else (name, depth + 1)

    def _has_close(self, tag: str, start: int) -> bool:
        """Whether an end tag follows: what is never closed must not swallow the rest of the page."""
        if tag not in self._last_close:
            self._last_close[tag] = max(self.source.rfind("</" + tag), self.source.rfind("</" + tag.upper()))
        return self._last_close[tag] >= start

    def _raw(self, tag: str, attributes: dict[str, str], start: int) -> int:
        """An element whose content is no markup."""
        if tag in self._unclosed:
            return start
        close = re.compile(f"</{tag}(?=[\\s/>])", re.IGNORECASE).search(self.source, start)
        if close is None:
            self._unclosed.add(tag)
            return len(self.source) if tag in {"script", "style"} else start
        content = self.source[start : close.start()]
        if tag == "title" and self.named is None and not self._skip:
            self.named = _one_line(content)
        elif tag == "script" and "ld+json" in attributes.get("type", "").lower():
            self.linked_data.append(content)
        return self._after(">", close.end())

    def _said(self, tag: str, attributes: dict[str, str]) -> None:
        """What a tag says about the page."""
        if tag == "html":
            self.lang = self.lang or attributes.get("lang") or attributes.get("xml:lang") or None
        elif tag == "meta":
            content = unescape(attributes.get("content", "")).strip()
            names = [attributes[key] for key in ("property", "name", "itemprop") if attributes.get(key)]
            self.metas += [(name.lower(), content) for value in names for name in value.split() if content]
        elif tag == "time" and attributes.get("datetime"):
            marked = attributes.get("itemprop", "").lower() == "datepublished" or "pubdate" in attributes
            if attributes.get("itemprop", "").lower() != "datemodified":
                self.times.append(Time(unescape(attributes["datetime"]), len(self.blocks), marked))

    def _break(self, tag: str) -> None:
        """The start of a block."""
        self._flush()
        if tag in _HEADS:
            self._heading = tag
        elif tag in {"table", "tr"}:
            self._finish_row()
            self._tables += tag == "table"
            self._row = [] if tag == "tr" else None
        elif tag in {"td", "th"} and self._row is not None:
            self._row.append([])

    def _text(self, start: int, end: int) -> None:
        if self._skip or start >= end:
            return
        at = start
        for entity in _ENTITY.finditer(self.source, start, end):
            meaning = unescape(entity[0])
            if meaning != entity[0]:
                self._plain(at, entity.start())
                self._entity(meaning, entity.start(), entity.end())
                at = entity.end()
        self._plain(at, end)

    def _entity(self, meaning: str, start: int, end: int) -> None:
        if not meaning.strip(_GAPS):
            self._gap = True
        else:
            self._add(meaning, start, end)

    def _plain(self, start: int, end: int) -> None:
        """Characters as they stand; runs of white space become one space, and line ends in `<pre>` stay."""
        piece = self.source[start:end]
        if self._open.get("pre") and "\n" in piece:
            lines = piece.split("\n")
            for number, line in enumerate(lines):
                if number:
                    self._line_end()
                self._run_of_words(line, start)
                start += len(line) + 1
        else:
            self._run_of_words(piece, start)

    def _run_of_words(self, piece: str, start: int) -> None:
        last = 0
        for words in _WORDS.finditer(piece):
            self._gap = self._gap or words.start() > last
            self._add(words[0], start + words.start(), start + words.end())
            last = words.end()
        self._gap = self._gap or last < len(piece)

    def _add(self, text: str, start: int, end: int) -> None:
        if self._gap and self._chunks and self._chunks[-1].text != "\n":
            self._chunks.append(Chunk(" ", -1, -1, fresh=False))
        self._gap = False
        self._chunks.append(Chunk(text, start, end, self._fresh))
        self._fresh = False
        if self._open.get("a"):
            self._linked += len(text)

    def _line_end(self) -> None:
        """A `<br>`: a line end within a paragraph, two of them a new paragraph, a space in a heading or a cell."""
        if self._heading or self._row is not None or not self._chunks:
            self._gap = True
        elif self._chunks[-1].text == "\n":
            self._chunks.pop()
            self._flush()
        else:
            self._gap = False
            self._chunks.append(Chunk("\n", -1, -1, fresh=False))

    def _flush(self) -> None:
        """End the block being read."""
        chunks, self._chunks, self._gap, self._fresh = self._chunks, [], False, True
        if chunks and chunks[-1].text == "\n":
            chunks.pop()
        linked, self._linked = self._linked, 0
        text = "".join(chunk.text for chunk in chunks)
        if not text.strip():
            return
        block = Block(self._kind(), tuple(chunks), text, linked, self._tables if self._row is not None else 0)
        if self._row is None:
            self.blocks.append(block)
        else:
            (self._row or [self.blocks])[-1].append(block)

    def _kind(self) -> str:
        if self._heading:
            return "h1" if self._heading == "h1" else "heading"
        if self._open.get("figcaption") or self._open.get("caption"):
            return "caption"
        return "item" if self._open.get("li") else "p"

    def _finish_row(self) -> None:
        """A table row becomes one block, its cells apart by tabs; a row that lays out the page gives its blocks."""
        self._flush()
        cells, self._row = self._row, None
        if not cells:
            return
        blocks = [block for cell in cells for block in cell]
        simple = all(len(cell) <= 1 for cell in cells) or sum(len(b.text) for b in blocks) <= _LAYOUT_CELLS
        if simple and len(cells) > 1 and blocks:
            self.blocks.append(_row_of(cells, blocks))
        else:
            self.blocks += blocks


def _row_of(cells: list[list[Block]], blocks: list[Block]) -> Block:
    chunks: list[Chunk] = []
    for number, cell in enumerate(cells):
        if number:
            chunks.append(Chunk("\t", -1, -1, fresh=False))
        for place, block in enumerate(cell):
            if place:
                chunks.append(Chunk(" ", -1, -1, fresh=False))
            chunks += block.chunks
    text = "".join(chunk.text for chunk in chunks)
    return Block("row", tuple(chunks), text, sum(b.linked for b in blocks), blocks[0].table)


def _is_hidden(attributes: dict[str, str]) -> bool:
    return "hidden" in attributes or bool(_HIDING.search(attributes.get("style", "")[:2_000]))


def _one_line(markup: str) -> str | None:
    return " ".join(unescape(markup[:2_000]).split()) or None


def _title(reader: _Reader) -> str | None:
    """The heading of the page if its title repeats it, else what it tells other sites, else its title."""
    metas = dict(reversed(reader.metas))
    offered = metas.get("og:title") or metas.get("twitter:title")
    heads = [block.text for block in reader.blocks if block.kind == "h1"]
    known = " ".join(filter(None, (offered, reader.named))).lower()
    for head in heads:
        if len(head.split()) > 1 and head.lower() in known:
            return head
    return offered or (heads[0] if heads and not reader.named else reader.named)
