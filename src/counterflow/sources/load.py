"""Files and folders to Documents. What cannot be read is Trouble with a remedy; what was guessed is a Problem."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from counterflow.model.problem import Problem, Trouble
from counterflow.model.source import Document, Segment
from counterflow.sources.formats.clean import Clean
from counterflow.sources.formats.decode import decode, kind, recoded
from counterflow.sources.marking import dates
from counterflow.sources.marking.segments import segments

_Read = tuple[Document, list[tuple[str, str]]]
LARGEST: Final = 20_000_000  # bytes of a file; an article has a thousandth of it


def expand(names: Sequence[str]) -> tuple[list[Path], list[Problem]]:
    """The files that `names` stand for, in that order; a folder gives its files, sorted, hidden ones left out."""
    found: list[Path] = []
    problems: list[Problem] = []
    for name in names:
        try:
            found += _files(name)
        except Trouble as trouble:
            problems.append(trouble.problem)
        except (OSError, ValueError) as error:  # a name that no file system takes: too long, or with a NUL
            problems.append(_unreadable(name[:200], error).problem)
    return found, problems


def _files(name: str) -> list[Path]:
    path = Path(name)
    if not path.exists():
        raise _missing(name)
    if not path.is_dir():
        return [path]
    inside = []
    for here, folders, files in os.walk(path):
        folders[:] = [folder for folder in folders if not folder.startswith(".")]
        inside += [Path(here, file) for file in files if not file.startswith(".")]
    if not inside:
        raise Trouble(name, "the folder holds no files", "name a folder with articles in it")
    return sorted(inside, key=lambda file: file.parts)


def load(path: Path, doc_date: str | None = None) -> tuple[Document, list[Problem]]:
    """Read one file.

    doc_date: the ISO day that holds for the document, whatever it says itself.
    Raises Trouble for what is missing, not readable, too big, empty, no text, or of a kind not read yet.
    """
    return from_bytes(bytes_of(path), path.name, doc_date=doc_date, address=str(path))


def bytes_of(path: Path) -> bytes:
    """All of a file; Trouble where it is missing, not a file, not readable, or too big."""
    where = str(path)
    try:
        if not path.exists():
            raise _missing(where)
        if path.is_dir():
            raise Trouble(where, "is a folder", "name it to read all its files; a single file is wanted here")
        if not path.is_file():
            raise Trouble(where, "is not a regular file", "copy what it holds into a file")
        size = path.stat().st_size
        if size > LARGEST:
            raise _too_big(where, size)
        with path.open("rb") as file:
            return file.read(LARGEST + 1)
    except (OSError, ValueError) as error:
        raise _unreadable(where, error) from error


def from_bytes(
    raw: bytes, doc_id: str, *, doc_date: str | None = None, address: str | None = None, charset: str | None = None
) -> tuple[Document, list[Problem]]:
    """A Document from the bytes of a file, its kind told by content first and by the ending of `doc_id` second.

    charset: the encoding that a server names, for a page or text that names none itself.
    Raises Trouble as `load` does. The Problems are doubts that did not stop the reading, such as a guessed encoding.
    """
    where = address or doc_id
    if len(raw) > LARGEST:
        raise _too_big(where, len(raw))
    sort = kind(raw, doc_id, where)
    document, doubts = (
        _from_text(recoded(raw, charset), doc_id, where) if sort == "text" else _from_rich(sort, raw, doc_id, where)
    )
    if not document.text.strip("\ufeff \t\r\n\v\f\xa0"):
        raise Trouble(where, "holds no text", "check the file; a page must show its text without running scripts")
    document = _dated(replace(document, address=address), doc_date)
    return document, [Problem(where, what, remedy) for what, remedy in doubts]


def _from_text(raw: bytes, doc_id: str, where: str) -> _Read:
    """A plain text, or a web page."""
    source = decode(raw, doc_id, where)
    if source.is_page:
        from counterflow.sources.formats.clean import clean  # trafilatura takes half a second to load

        page = clean(source.text)
        return _document(page, doc_id, page.title), [*source.doubts, *page.doubts]
    parts = segments(source.text)
    return Document(doc_id, source.text, title=_first_title(source.text, parts), segments=parts), [*source.doubts]


def _from_rich(sort: str, raw: bytes, doc_id: str, where: str) -> _Read:
    """A PDF, a Word file, a mail or a saved page; the reader of each is loaded when it is first needed."""
    if sort == "pdf":
        from counterflow.sources.formats.pdf import read_pdf

        found = read_pdf(raw, where)
    elif sort == "word":
        from counterflow.sources.formats.word import read_word

        found = read_word(raw, where)
    else:
        from counterflow.sources.formats.mail import read_archive, read_mail

        found = (read_mail if sort == "mail" else read_archive)(raw, where)
    # What a PDF or a Word file calls itself is often the name of a draft: what it says at its top comes first.
    return _document(found, doc_id, None if sort in {"pdf", "word"} else found.title), [*found.doubts]


def _document(page: Clean, doc_id: str, title: str | None = None) -> Document:
    """A Document of what a reader found; its title is `title`, else the line marked as one, else what the file says."""
    parts = segments(page.text, page.title, page.hints)
    return Document(
        doc_id,
        page.text,
        title=title or _first_title(page.text, parts) or page.title,
        doc_date=page.published,
        doc_date_source="metadata" if page.published else None,
        segments=parts,
        runs=page.runs,
        lang=page.lang,
    )


def _first_title(text: str, parts: Sequence[Segment]) -> str | None:
    return next((text[s.start : s.end].strip("\ufeff \t\r\n#*_") for s in parts if s.kind == "title"), None)


def _dated(document: Document, doc_date: str | None) -> Document:
    """The day given, else that of the metadata, else that of the byline; else the day before which it cannot be."""
    if doc_date:
        return replace(document, doc_date=doc_date, doc_date_source="option")
    if document.doc_date:
        return document
    if day := dates.of_text(document.text, document.segments):
        return replace(document, doc_date=day, doc_date_source="byline")
    return replace(document, not_before=dates.not_before(document.text, document.segments))


def _missing(name: str) -> Trouble:
    return Trouble(name, "there is no such file or folder", "check the spelling and the current folder")


def _unreadable(name: str, error: Exception) -> Trouble:
    reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
    return Trouble(name, f"cannot be read ({reason})", "check the name and that you may read it")


def _too_big(where: str, size: int) -> Trouble:
    what = f"is too big: {size / 1e6:,.1f} MB"
    return Trouble(where, what, f"split it or keep the article alone; files up to {LARGEST // 1_000_000} MB are read")
