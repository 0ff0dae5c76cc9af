"""Feeds (RSS and Atom) to entries: what a feed links to, and what it says itself where its page does not."""

from __future__ import annotations

import codecs
import html
import io
import re
from collections.abc import Mapping
from datetime import date
from hashlib import sha256
from typing import Any, Final, NamedTuple

from counterflow.model.problem import Trouble
from counterflow.sources.marking import dates

LARGEST: Final = 5_000_000  # bytes; feeds of hundreds of whole articles have a fifth of it
_TAGS: Final = 300_000  # of which feedparser reads some 35,000 a second
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark is the start of it
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_DECLARED: Final = re.compile(rb"""\s*<\?xml[^>]{0,100}?encoding\s*=\s*["']([\w.:-]{2,40})["']""")
_NAME: Final = r"(<)(?:[\w-]{1,20}:)?(?:rss|feed|rdf)[\s>]"
# Each piece in an atomic group: a thousand comments could otherwise be cut up in more ways than there is time for.
_ROOT: Final = re.compile(
    r"\s*+(?>(?:<\?.{0,400}?\?>|<!--.{0,4000}?-->|<!DOCTYPE\s[^>\[]{0,400}(?:\[.{0,4000}?\]\s*)?>)\s*+){0,9}+" + _NAME,
    re.IGNORECASE | re.DOTALL,
)
_ASIDE: Final = re.compile(r"<!--.*?-->|<\?.*?\?>", re.DOTALL)
_TYPED: Final = re.compile(r"<!\s*(?:DOCTYPE|ENTITY|ATTLIST|ELEMENT|NOTATION)\b", re.IGNORECASE)
_HEAD: Final = 8_192  # bytes that show what a file is
_FAULTS: Final = (ValueError, LookupError, TypeError, AttributeError, AssertionError, ArithmeticError, RecursionError)
"""What feedparser lets pass of its own parts when a feed is odd enough."""


class Entry(NamedTuple):
    """One item of a feed."""

    ident: str  # 16 hex digits, of the id it has in the feed
    link: str | None  # as the feed has it, made absolute; not checked
    published: str | None  # ISO day
    page: str  # what the feed itself says of it, as a page; empty where it says nothing


class Entries(NamedTuple):
    """A feed as read: its items in its own order, each id once."""

    entries: tuple[Entry, ...]
    flaw: str | None = None  # why there may be more in it than could be read


def is_feed(raw: bytes) -> bool:
    """Whether the bytes open as RSS, RDF or Atom does."""
    return bool(_ROOT.match(_text(raw[:_HEAD], None)))


def parse(raw: bytes, where: str, charset: str | None = None) -> Entries:
    """The entries of a feed that stands at `where`, against which links are resolved if it is a web address.

    charset: the one that the server named, for a feed that names none.
    Raises Trouble for a feed that is too large, defines entities, or cannot be read at all.
    """
    text = _text(raw[: LARGEST + 1], charset)
    if len(raw) > LARGEST or text.count("<") > _TAGS:
        what = f"is a feed larger than {LARGEST // 1_000_000} MB or {_TAGS:,} tags"
        raise Trouble(where, what, "name its articles one by one")
    root = _ROOT.match(text)
    if root is None:
        raise Trouble(where, "is no feed", "name an RSS or Atom feed")
    if _TYPED.search(_ASIDE.sub("", text[: root.start(1)])):
        what = "is a feed with a document type, which can be made to fill the memory, and was not opened"
        raise Trouble(where, what, "name its articles one by one")
    found = _parsed(text[root.start(1) :], where)
    if not found.get("entries") and found.get("bozo"):
        raise Trouble(where, f"is a feed that cannot be read ({_fault(found)})", "name its articles one by one")
    entries = {entry.ident: entry for entry in map(_entry, found["entries"])}
    flaw = f"is not well-formed ({_fault(found)}); what could be read of it was read" if found.get("bozo") else None
    return Entries(tuple(entries.values()), flaw)


def _parsed(text: str, where: str) -> Mapping[str, Any]:
    import feedparser

    # As a stream: of a bare string feedparser would open the file or the address that it names.
    stream = io.BytesIO(text.encode("utf-8", "replace"))
    headers = {"content-type": "application/xml; charset=utf-8"}
    headers |= {"content-location": where} if "://" in where else {}
    try:
        found: Mapping[str, Any] = feedparser.parse(stream, response_headers=headers, sanitize_html=True)
    except _FAULTS as fault:
        what = f"is a feed that cannot be read ({type(fault).__name__})"
        raise Trouble(where, what, "name its articles one by one") from None
    return found


def _entry(item: Mapping[str, Any]) -> Entry:
    link = str(item.get("link") or "").strip().partition("#")[0] or None
    title, content = _markup(item.get("title_detail")), _content(item)
    ident = str(item.get("id") or link or title + content)
    page = ""
    if content:
        body = f"<article><h1>{title}</h1>\n<div>{content}</div></article>"
        page = f"<!doctype html><html><head><title>{title}</title></head><body>{body}</body></html>"
    return Entry(sha256(ident.encode("utf-8", "surrogatepass")).hexdigest()[:16], link, _day(item), page)


def _content(item: Mapping[str, Any]) -> str:
    """The longest of what the feed has: the whole text where it is there, else the summary."""
    found = [*(item.get("content") or ()), item.get("summary_detail")]
    return max(map(_markup, found), key=len)


def _markup(detail: Mapping[str, Any] | None) -> str:
    """A construct of a feed as HTML; feedparser has taken scripts out of it."""
    value = str((detail or {}).get("value") or "").strip()
    plain = (detail or {}).get("type") == "text/plain"
    return "<br>".join(html.escape(value, quote=False).splitlines()) if plain else value


def _day(item: Mapping[str, Any]) -> str | None:
    """The day it was published as the feed writes it, in the place of the writer; never that of a change."""
    stated = item.get("published")
    day = dates.moment(str(stated)) if stated else None
    if day is None and (parsed := item.get("published_parsed")):
        try:
            return date(*parsed[:3]).isoformat()
        except ValueError:
            return None
    return day


def _text(raw: bytes, charset: str | None) -> str:
    """The feed decoded: by its mark, what it declares, what the server named, UTF-8."""
    mark = next((name for start, name in _MARKS if raw.startswith(start)), None)
    declared = _DECLARED.match(raw[:_HEAD])
    for name in (mark, declared and declared[1].decode("ascii"), charset):
        try:
            if name:
                return raw.decode(name, "replace").removeprefix("\ufeff")
        except (LookupError, ValueError):  # no such encoding, or one of no text
            continue
    return raw.decode("utf-8", "replace")


def _fault(found: Mapping[str, Any]) -> str:
    return str(found.get("bozo_exception") or "no reason given").splitlines()[0][:120]
