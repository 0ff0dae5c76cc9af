"""Bytes to text: what kind of file it is, and in which encoding."""

from __future__ import annotations

import codecs
import re
from pathlib import PurePath
from typing import Final, NamedTuple

from counterflow.model.problem import Trouble

_REMEDY: Final = "save its text as .txt, or its page as .html, and read that file"
_PAGE_ENDINGS: Final = frozenset({".html", ".htm", ".xhtml"})
_TEXT_ENDINGS: Final = frozenset({".txt", ".text", ".md", ".markdown"})
_LATER: Final = {
    ".msg": "Outlook",
    ".doc": "old Word",
    ".odt": "OpenDocument",
    ".rtf": "rich text",
    ".xml": "XML",
    ".rss": "feed",
    ".atom": "feed",
    ".json": "JSON",
    ".csv": "table",
    ".tsv": "table",
    ".xlsx": "workbook",
    ".xls": "workbook",
    ".pptx": "slide",
    ".epub": "e-book",
}
"""Endings of files that hold text in a form that is not read yet."""
_MAGIC: Final = (
    (b"PK\x03\x04", "office or archive"),
    (b"\xd0\xcf\x11\xe0", "old or encrypted office"),
    (b"{\\rtf", "rich text"),
    (b"\x1f\x8b", "compressed"),
    (b"BZh", "compressed"),
    (b"\xfd7zXZ", "compressed"),
    (b"7z\xbc\xaf\x27", "compressed"),
    (b"Rar!", "compressed"),
    (b"\x89PNG", "image"),
    (b"\xff\xd8\xff", "image"),
    (b"GIF8", "image"),
    (b"SQLite format 3", "database"),
)
# What may stand before the first tag; atomic, for many comments could be cut up in more ways than there is time for.
_LEAD: Final = rb"\s*+(?:<\?xml[^>]{0,200}>\s*+)?+(?>(?:<!--.{0,4000}?-->\s*+){0,5})"
_PAGE: Final = re.compile(_LEAD + rb"<(?:!doctype\s+html|html[\s>])", re.IGNORECASE | re.DOTALL)
_FEED: Final = re.compile(_LEAD + rb"<(?:rss|feed|rdf:RDF)[\s>]", re.IGNORECASE | re.DOTALL)
_MAIL: Final = re.compile(
    rb"(?:[!-9;-~]{1,80}:[^\n]*\n(?:[ \t][^\n]*\n)*){0,80}?"  # other headers
    rb"(?:Received|Return-Path|Delivered-To|MIME-Version|Message-ID|DKIM-Signature):[ \t]",
    re.IGNORECASE,
)
_WORD: Final = b"word/document"  # how the name of its text begins, in every file of Word's
_RICH: Final = {".pdf": "pdf", ".docx": "word", ".docm": "word", ".eml": "mail", ".mht": "archive", ".mhtml": "archive"}
"""Endings of files that are read by a reader of their own."""
_DECLARED: Final = re.compile(
    rb"""<meta[^>]{0,300}?charset\s*=\s*["']?\s*([\w.:-]{2,40})|<\?xml[^>]{0,100}?encoding=["']([\w.:-]{2,40})""",
    re.IGNORECASE,
)
_CHARSETS: Final = re.compile(
    r"utf-8|ascii|iso8859-\d+|cp125\d|cp8\d\d|cp9\d\d|koi8-[rtu]|mac-\w+|gb2312|gbk|gb18030|hz|big5(?:hkscs)?"
    r"|shift_jis(?:_2004|x0213)?|euc_(?:jp|kr)|iso2022_(?:jp|kr)\w*|johab|tis-620"
)
"""Python's names of the encodings a page may declare; others (`unicode_escape`, `zip`) do more than decode."""
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark is the start of it
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CONTROLS: Final = re.compile(r"[\x01-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_HEAD: Final = 4_096  # bytes that show what a file is
_SAMPLE: Final = 65_536  # characters looked at for control characters
_CONTROL_SHARE: Final = 0.01  # above it a file is no text


class Decoded(NamedTuple):
    """The source of a document as text."""

    text: str
    is_page: bool
    doubts: tuple[tuple[str, str], ...]  # what was guessed, and the remedy


def kind(raw: bytes, name: str, where: str) -> str:
    """`pdf`, `word`, `mail`, `archive` (a page saved as a mail) or `text`: by content, then by the ending of `name`.

    Raises Trouble at `where` where the ending names a kind that the content shows it cannot be.
    """
    head, ending = raw[:_HEAD].removeprefix(codecs.BOM_UTF8), PurePath(name).suffix.lower()
    if head.lstrip().startswith(b"%PDF-") or (ending == ".pdf" and b"%PDF-" in head):
        return "pdf"
    if head.startswith(b"PK\x03\x04") and _WORD in raw:
        return "word"
    if _MAIL.match(head.lstrip()):
        saved = _RICH.get(ending) == "archive" or re.search(rb"(?im)^Snapshot-Content-Location:", head)
        return "archive" if saved else "mail"
    named = _RICH.get(ending, "text")
    if not raw.strip() or _PAGE.match(head) or any(head.startswith(magic) for magic, _ in _MAGIC):
        return "text"
    if named in {"pdf", "word"}:
        raise Trouble(where, f"is named {ending} but holds something else", "give it the ending of what it is")
    return named


def shown(name: str, most: int = 80) -> str:
    """A name out of a file as a message can show it: on one line, control characters escaped, not too long."""
    plain = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in name[: most + 1])
    return plain if len(name) <= most else plain[:most] + "…"


def decode(raw: bytes, name: str, where: str) -> Decoded:
    """The text of a file, a byte-order mark kept; its kind by content, then by the ending of `name`.

    Raises Trouble at `where` for what is empty, binary or of a kind not read yet.
    """
    ending = PurePath(name).suffix.lower()
    mark = next((name for start, name in _MARKS if raw.startswith(start)), None)
    bare = raw[:_HEAD].removeprefix(codecs.BOM_UTF8)
    if mark and mark != "utf-8":
        bare = raw[:_HEAD].decode(mark, "ignore").lstrip("\ufeff").encode()
    is_page = bool(_PAGE.match(bare)) or (ending in _PAGE_ENDINGS and not _FEED.match(bare))
    if not is_page:
        _refuse(bare, ending, where)
    if not raw.strip():
        raise Trouble(where, "is empty", "check the file; there is nothing in it to read")
    if mark is None and b"\0" in raw:
        raise _not_text(where)
    text, doubts = _text(raw, mark or (_declared(bare) if is_page else None))
    if len(_CONTROLS.findall(text[:_SAMPLE])) > _CONTROL_SHARE * min(len(text), _SAMPLE) or "\0" in text:
        raise _not_text(where)
    return Decoded(text, is_page, doubts)


def _refuse(head: bytes, ending: str, where: str) -> None:
    kind = next((kind for magic, kind in _MAGIC if head.startswith(magic)), None)
    kind = kind or ("feed" if _FEED.match(head) else None) or _LATER.get(ending)
    if kind:
        raise Trouble(where, f"{kind} files are not read yet", _REMEDY)


def _not_text(where: str) -> Trouble:
    remedy = "check the file; text, web pages, PDF, mails and Word files are read"
    return Trouble(where, "is not text: it holds bytes that no text has", remedy)


def _declared(head: bytes) -> str | None:
    """The encoding that a page declares, as Python names it; `None` for none and for what decodes no text."""
    found = _DECLARED.search(head)
    return _encoding((found[1] or found[2]).decode("ascii")) if found else None


def recoded(raw: bytes, charset: str | None) -> bytes:
    """The bytes of a text in UTF-8, where only its server says which encoding they are in: `charset`."""
    encoding = _encoding(charset) if charset else None
    if encoding is None or any(raw.startswith(mark) for mark, _ in _MARKS) or _declared(raw[:_HEAD]):
        return raw
    try:
        return raw if encoding == "utf-8" else raw.decode(encoding).encode()
    except UnicodeDecodeError:  # the server is wrong about it
        return raw


def _encoding(name: str) -> str | None:
    try:
        name = codecs.lookup(name).name
    except LookupError:
        return None
    if name in {"iso8859-1", "ascii"}:
        return "cp1252"  # as browsers read these two
    return name if _CHARSETS.fullmatch(name) else None


def _text(raw: bytes, encoding: str | None) -> tuple[str, tuple[tuple[str, str], ...]]:
    try:
        return raw.decode(encoding or "utf-8"), ()
    except UnicodeDecodeError as error:
        if error.reason == "unexpected end of data" or (encoding and "truncated" in error.reason):
            rest = len(raw) - error.start
            what = f"the last {rest} bytes are half a character and were left out; the file may be cut short"
            return raw[: error.start].decode(encoding or "utf-8"), ((what, "fetch or copy the file again"),)
        if encoding and encoding != "utf-8":
            what = f"is declared as {encoding} but byte {error.start:,} is not; read with marks in place of such bytes"
            return raw.decode(encoding, "replace"), ((what, "save the file as UTF-8"),)
        return _guess(raw, error.start)


def _guess(raw: bytes, first: int) -> tuple[str, tuple[tuple[str, str], ...]]:
    """UTF-8 with a few damaged bytes, if most of what is not ASCII reads as such; else Western European."""
    text = raw.decode("utf-8", "replace")
    damaged = text.count("\ufffd")
    if sum(not c.isascii() for c in text) > 4 * damaged:
        what = f"{damaged} bytes are not UTF-8, the first at {first:,}; a mark stands in their place"
        return text, ((what, "save the file as UTF-8"),)
    what = f"is not UTF-8 (byte {first:,}); read as Windows-1252, which is a guess"
    return raw.decode("cp1252", "replace"), ((what, "save the file as UTF-8 if letters look wrong"),)
