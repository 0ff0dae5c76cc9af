"""Documents: the text that claims point into, and where it came from."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final, NamedTuple

SEGMENT_KINDS: Final = tuple("title byline heading body promo related disclaimer further_reading comments".split())
ASSERTING: Final = frozenset({"title", "heading", "body"})  # the segments that can carry a claim


class Segment(NamedTuple):
    """`text[start:end]` is of one kind (SEGMENT_KINDS). Segments cover a text without gap or overlap."""

    kind: str
    start: int
    end: int


class Run(NamedTuple):
    """`length` characters of clean text from `clean_start` stand unchanged at `source_start` of the decoded source.

    part: the page of a PDF, or the part of a mail, that they stand in, counted from 1.
    """

    clean_start: int
    source_start: int
    length: int
    part: int | None = None


class Feed(NamedTuple):
    """What is known of a feed from reading it before."""

    address: str  # URL or path, as it was named
    etag: str | None = None  # as its server gave it, to ask only for what has changed since; so is `last_modified`
    last_modified: str | None = None
    seen: frozenset[str] = frozenset()  # 16 hex digits for each entry that was read


@dataclass(frozen=True, slots=True)
class Document:
    """One text as read: offsets everywhere are `[start, end)` in code points of `text`."""

    doc_id: str  # the file's name without its folder, or the URL
    text: str
    title: str | None = None
    doc_date: str | None = None  # ISO day, or None: never guessed
    doc_date_source: str | None = None  # option, metadata, feed, byline, or None
    address: str | None = None  # where it was read from: path or URL
    segments: tuple[Segment, ...] = ()
    runs: tuple[Run, ...] = ()  # empty: the clean text is the decoded source, unchanged
    lang: str | None = None
    not_before: str | None = None  # latest event its text mentions, where the document itself is undated
    duplicate_of: str | None = None  # name of the document whose text this one repeats: always the origin itself
    syndicated_from: str | None = None  # the same where it holds a good part of the text; one of the two at most
    final: str | None = None  # where the redirects of its URL led; None where there were none
    left_out: str | None = None  # hash of the text where a book was made without it; `text` is then empty

    @property
    def text_sha256(self) -> str:
        """Hex SHA-256 of the text in UTF-8: what claims and the event chain bind to."""
        return self.left_out or sha256(self.text.encode("utf-8", "surrogatepass")).hexdigest()

    @property
    def copy_of(self) -> str | None:
        """The document that this one has its text from, whole or in good part; None for its own."""
        return self.duplicate_of or self.syndicated_from

    @property
    def lineage(self) -> str:
        """One web address, or one text, over all its fetches: what rulings are anchored to."""
        if self.address and "://" in self.address:
            return self.address
        return "text:" + self.text_sha256

    def to_source(self, start: int, end: int) -> tuple[int, int]:
        """The range of the decoded source that `text[start:end]` came from; inserted text maps to its neighbours."""
        if not self.runs:
            return start, end
        touched = [run for run in self.runs if run.clean_start < end and start < run.clean_start + run.length]
        if not touched:
            before = [r for r in self.runs if r.clean_start + r.length <= start]
            at = before[-1].source_start + before[-1].length if before else self.runs[0].source_start
            return at, at
        first, last = touched[0], touched[-1]
        return (
            first.source_start + max(0, start - first.clean_start),
            last.source_start + min(last.length, end - last.clean_start),
        )

    def place(self, offset: int) -> str:
        """`name:line:column` of an offset, counted from 1, for Problems."""
        before = self.text[:offset]
        return f"{self.doc_id}:{before.count(chr(10)) + 1}:{offset - (before.rfind(chr(10)) + 1) + 1}"

    def to_json(self) -> dict[str, Any]:
        """Everything but the text, which is stored beside (`text_sha256` binds it)."""
        return {
            "doc_id": self.doc_id,
            "title": self.title,
            "doc_date": self.doc_date,
            "doc_date_source": self.doc_date_source,
            "address": self.address,
            "final": self.final,
            "segments": [list(s) for s in self.segments],
            "runs": [list(r if r.part else r[:3]) for r in self.runs],
            "lang": self.lang,
            "not_before": self.not_before,
            "duplicate_of": self.duplicate_of,
            "syndicated_from": self.syndicated_from,
            "text_sha256": self.text_sha256,
        }

    @classmethod
    def from_json(cls, body: dict[str, Any], text: str | None) -> Document:
        """Inverse of `to_json`, given the text; None where it was left out."""
        kept = {k: v for k, v in body.items() if k not in {"segments", "runs", "text_sha256"}}
        return cls(
            **kept,
            text=text or "",
            left_out=body["text_sha256"] if text is None else None,
            segments=tuple(Segment(*s) for s in body["segments"]),
            runs=tuple(Run(*r) for r in body["runs"]),
        )
