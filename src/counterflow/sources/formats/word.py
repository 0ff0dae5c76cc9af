"""A Word file (.docx) to text: paragraphs, headings, lists and tables of its main part, and its notes.

The file is a zip of XML. Both can be made to swell, so each is read in small pieces and given up at a limit, whatever
sizes it declares; a document type, which Word never declares, stops the reading before it can define entities.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Callable, Mapping, Sequence
from io import BytesIO
from typing import Final, NamedTuple
from xml.parsers import expat

from counterflow.model.problem import Trouble
from counterflow.sources.formats.clean import Clean

_MOST_ENTRIES: Final = 5_000
_MOST_UNPACKED: Final = 60_000_000  # bytes of XML
_MOST_LETTERS: Final = 1_500_000
_MOST_ELEMENTS: Final = 1_000_000
_MOST_RATIO: Final = 400  # XML shrinks to a twentieth, or to a hundredth at the very best
_DEEPEST: Final = 400
_PIECE: Final = 1_000_000
_MOST_PARTS: Final = 100  # pieces of a title
_LAYOUT_CELLS: Final = 400  # letters: a row with more, in cells of several paragraphs, lays out a page
_OFF: Final = frozenset({"0", "false", "off", "none"})
_UNSEEN: Final = frozenset("del moveFrom Fallback instrText delText delInstrText footnotePr endnotePr".split())
"""Elements whose text Word does not show; `Fallback` repeats what stands beside it."""
_PLAIN: Final = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}
_HEADING: Final = re.compile(r"(?i)(?:heading|berschrift|überschrift|titre|título|titolo|kop)\s*([1-9])")
_TITLES: Final = frozenset({"title", "titel", "titre"})
_AGAIN: Final = "open it in a word processor, save it as .docx or .txt again, and read that file"
_SMALLER: Final = "save its text as .txt, or the part that matters, and read that file"


_DAMAGE: Final = (zipfile.BadZipFile, zlib.error, expat.ExpatError, EOFError)
_Start = Callable[[str, dict[str, str]], None]
_Text = Callable[[str], None]


class _Full(Exception):
    """A limit of this reader."""


class _Enough(Exception):
    """As much text as is read of one file."""


class _Line(NamedTuple):
    text: str
    kind: str  # p h1 heading item row


def read_word(raw: bytes, where: str) -> Clean:
    """The text of a Word file; it is its own source, so that there are no runs.

    Its title is the one that its properties name. The days in them tell when the file, or the one it was made from,
    was first saved, not when it was published, and are left alone.
    Raises Trouble at `where` for what is damaged or swells beyond reading.
    """
    doubts: list[tuple[str, str]] = []
    try:
        with _opened(raw) as archive:
            names = set(archive.namelist())
            budget = _Budget()
            main = next((n for n in ("word/document.xml", "word/document2.xml") if n in names), None)
            if main is None:
                raise Trouble(where, "has no main part, as a file of Word's has", _AGAIN)
            styles = _styles(archive, budget) if "word/styles.xml" in names else {}
            lines = _lines(archive, main, budget, styles, doubts)
            for notes in ("word/footnotes.xml", "word/endnotes.xml"):
                if notes in names and not doubts:
                    lines += [line._replace(kind="p") for line in _lines(archive, notes, budget, styles, doubts)]
            title = _title(archive, budget) if "docProps/core.xml" in names else None
    except _Full as full:
        raise Trouble(where, f"is made so that it cannot be read: {full}", _AGAIN) from full
    except (*_DAMAGE, OSError, ValueError, RuntimeError, NotImplementedError) as error:
        encrypted = isinstance(error, RuntimeError) and "encrypt" in str(error)
        what = "is encrypted" if encrypted else "is damaged: it cannot be read as a file of Word's"
        raise Trouble(where, what, _AGAIN) from error
    text, hints = _laid_out(lines)
    return Clean(text, (), title, hints, None, None, tuple(doubts))


def _opened(raw: bytes) -> zipfile.ZipFile:
    if raw.count(b"PK\x01\x02") > _MOST_ENTRIES:
        raise _Full(f"it holds more than {_MOST_ENTRIES:,} files")
    return zipfile.ZipFile(BytesIO(raw))


class _Budget:
    """Bytes that may still be unpacked."""

    def __init__(self) -> None:
        self.left = _MOST_UNPACKED

    def feed(self, archive: zipfile.ZipFile, name: str, parser: expat.XMLParserType) -> None:
        """Parse an entry piece by piece, counting what comes out rather than what the entry says of itself."""
        info = archive.getinfo(name)
        if info.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
            raise _Full("it is packed in a way that Word does not use")  # and that unpacks without bounds
        packed = max(info.compress_size, 1)
        unpacked = 0
        with archive.open(name) as entry:
            while piece := entry.read(_PIECE):
                unpacked += len(piece)
                self.left -= len(piece)
                if self.left < 0:
                    raise _Full(f"it unpacks to more than {_MOST_UNPACKED // 1_000_000} MB")
                if unpacked > _PIECE and unpacked > _MOST_RATIO * packed:
                    raise _Full(f"a part of it unpacks to more than {_MOST_RATIO} times its size")
                parser.Parse(piece, False)
        parser.Parse(b"", True)


def _parser(start: _Start, end: _Text | None = None, data: _Text | None = None) -> expat.XMLParserType:
    """A parser that stops where a document type is declared or elements nest too deep; names lose their namespaces."""
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    depth = 0

    def opened(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > _DEEPEST:
            raise _Full(f"its elements nest more than {_DEEPEST} deep")
        start(_bare(name), {_bare(key): value for key, value in attributes.items()})

    def closed(name: str) -> None:
        nonlocal depth
        depth -= 1
        if end:
            end(_bare(name))

    def declared(*_: object) -> None:
        raise _Full("its XML declares a document type")

    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = opened, closed, data
    parser.StartDoctypeDeclHandler = declared
    return parser


def _bare(name: str) -> str:
    return name.rpartition(" ")[2]


def _styles(archive: zipfile.ZipFile, budget: _Budget) -> dict[str, str]:
    """The kind of paragraph that each style is for, by its id."""
    found: dict[str, str] = {}
    now = ""

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal now
        if name == "style":
            now = attributes.get("styleId", "")
        elif name == "name" and now and (kind := _kind_of_style(attributes.get("val", ""))):
            found[now] = kind
        elif name == "outlineLvl" and now and attributes.get("val", "9") < "9":
            found.setdefault(now, "h1" if attributes["val"] == "0" else "heading")

    budget.feed(archive, "word/styles.xml", _parser(start))
    return found


def _kind_of_style(name: str) -> str | None:
    """What a style called so is for; the built-in ones have the same names in every language, not the same ids."""
    if name.lower() in _TITLES:
        return "h1"
    if found := _HEADING.match(name):
        return "h1" if found[1] == "1" else "heading"
    return "item" if name.lower().startswith("list") else None


def _title(archive: zipfile.ZipFile, budget: _Budget) -> str | None:
    parts: list[str] = []
    inside = False

    def start(name: str, _attributes: object) -> None:
        nonlocal inside
        inside = name == "title"

    def end(_name: str) -> None:
        nonlocal inside
        inside = False

    def data(text: str) -> None:
        if inside and len(parts) < _MOST_PARTS:
            parts.append(text)

    try:
        budget.feed(archive, "docProps/core.xml", _parser(start, end, data))
    except _DAMAGE:
        return None  # a title is not worth the document
    return " ".join("".join(parts).split())[:500] or None


def _lines(
    archive: zipfile.ZipFile, name: str, budget: _Budget, styles: Mapping[str, str], doubts: list[tuple[str, str]]
) -> list[_Line]:
    """The paragraphs of one part of the file; as many as come before a limit, or before the damage."""
    body = _Body(styles)
    try:
        budget.feed(archive, name, _parser(body.start, body.end, body.data))
    except _Enough:
        doubts.append((f"only its first {body.letters:,} letters are read: it is very large, or made so", _SMALLER))
    except _DAMAGE:
        if not body.lines:
            raise
        doubts.append(("is damaged: only what stands before the damage is read", _AGAIN))
    return body.lines


class _Paragraph:
    """A paragraph being read."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.kind = "p"

    def line(self) -> _Line:
        text = "".join(self.parts)
        if self.kind in {"h1", "heading"}:
            text = " ".join(text.split())
        return _Line("\n".join(filter(None, (line.strip() for line in text.split("\n")))), self.kind)


class _Body:
    """The lines of a part, as its elements come."""

    def __init__(self, styles: Mapping[str, str]) -> None:
        self.lines: list[_Line] = []
        self._styles = styles
        self._open: list[_Paragraph] = []  # a text box puts paragraphs into paragraphs
        self._tables: list[list[list[_Line]]] = []  # the row being read, of each table around this place, as cells
        self._hidden: list[bool] = []  # of each run around this place
        self._unseen = 0
        self._text = False
        self._elements = 0
        self.letters = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element opens."""
        self._elements += 1
        if self._elements > _MOST_ELEMENTS:
            raise _Enough
        if name in _UNSEEN or self._unseen:
            self._unseen += 1
        elif name == "p":
            self._open.append(_Paragraph())
        elif name == "r":
            self._hidden.append(False)
        elif name == "vanish" and self._hidden:
            self._hidden[-1] = attributes.get("val", "1") not in _OFF
        elif name == "tbl":
            self._tables.append([])
        elif name == "tc" and self._tables:
            self._tables[-1].append([])
        elif self._open:
            self._within(name, attributes)

    def _within(self, name: str, attributes: dict[str, str]) -> None:
        """An element of a paragraph opens."""
        paragraph = self._open[-1]
        self._text = name == "t"
        if name == "pStyle":
            paragraph.kind = self._styles.get(attributes.get("val", ""), paragraph.kind)
        elif name == "outlineLvl" and attributes.get("val", "9") < "9":
            paragraph.kind = "h1" if attributes["val"] == "0" else "heading"
        elif name == "numId" and attributes.get("val") != "0" and paragraph.kind == "p":
            paragraph.kind = "item"
        elif name in _PLAIN and self._hidden:
            self._add(_PLAIN[name])

    def end(self, name: str) -> None:
        """An element closes."""
        self._text = False
        if self._unseen:
            self._unseen -= 1
        elif name == "p" and self._open:
            self._emit(self._open.pop().line())
        elif name == "r" and self._hidden:
            self._hidden.pop()
        elif name == "tr" and self._tables:
            cells, self._tables[-1] = self._tables[-1], []
            self._finish_row(cells)
        elif name == "tbl" and self._tables:
            self._tables.pop()

    def data(self, text: str) -> None:
        """Characters of the XML: text where they stand in an element for it."""
        if self._text and not self._unseen:
            self._add(text)

    def _add(self, text: str) -> None:
        if not any(self._hidden) and self._open:
            self.letters += len(text)
            if self.letters > _MOST_LETTERS:
                raise _Enough
            self._open[-1].parts.append(text)

    def _emit(self, line: _Line) -> None:
        if not line.text:
            return
        inside = next((row for row in reversed(self._tables) if row), None)
        (inside[-1] if inside else self.lines).append(line)

    def _finish_row(self, cells: Sequence[Sequence[_Line]]) -> None:
        """A row becomes one line, its cells apart by tabs; one that lays out the page gives its paragraphs."""
        lines = [line for cell in cells for line in cell]
        simple = all(len(cell) < 2 for cell in cells) or sum(len(line.text) for line in lines) <= _LAYOUT_CELLS
        if simple and len(cells) > 1 and lines:
            texts = [" ".join(" ".join(line.text for line in cell).split()) for cell in cells]
            self._emit(_Line("\t".join(texts), "row"))
        else:
            for line in lines:
                self._emit(line)


def _laid_out(lines: Sequence[_Line]) -> tuple[str, dict[int, str]]:
    """Lines as text, a blank line between two but for rows and items; and what each is, by its start."""
    parts: list[str] = []
    hints: dict[int, str] = {}
    at = 0
    for before, line in zip([None, *lines], lines, strict=False):
        if before:
            parts.append("\n" if before.kind == line.kind and line.kind in {"row", "item"} else "\n\n")
            at += len(parts[-1])
        hints[at] = line.kind
        parts.append(line.text)
        at += len(line.text)
    return "".join(parts), hints
