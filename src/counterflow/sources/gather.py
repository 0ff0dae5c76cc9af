"""What a user names, to Documents in that order: files, folders, lists, standard input, web addresses and feeds."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import urlsplit

from counterflow.model.problem import Problem, Trouble
from counterflow.model.source import Document, Feed
from counterflow.sources.load import LARGEST, bytes_of, expand, from_bytes, load
from counterflow.sources.web import feeds

if TYPE_CHECKING:
    from counterflow.sources.web.browse import Fetched, Web
    from counterflow.sources.web.feeds import Entry

MOST: Final = 200  # entries of a feed that one run reads
_HEAD: Final = 8_192  # bytes that tell a feed
_PAGES: Final = frozenset({"text/html", "application/xhtml+xml"})

Loaded = tuple[Document, list[Problem]]


@dataclass(slots=True)
class Source:
    """One thing to be read. Whoever reads it says so in `done` once its Document is safe: a feed keeps count of it."""

    load: Callable[[str | None], Loaded]
    """From the ISO day that holds for it, or None, to its Document and the doubts; Trouble where it cannot be read."""
    done: bool = False


class Told(NamedTuple):
    """How a feed came out."""

    address: str
    new: int  # entries read in this run
    known: int  # entries that were read before
    unchanged: bool = False  # it said itself that nothing has changed


class Memory(NamedTuple):
    """What a book knows of feeds, and how it is told."""

    recall: Callable[[str], Feed]
    keep: Callable[[Feed, Sequence[Problem] | None], object]  # None: the problems it had


def listed(name: str) -> list[str]:
    """The names in a file, one a line, or on standard input for "-"; blank lines and those that open with # are none.

    What stands behind a web address on its line is a remark too. Raises Trouble where the file cannot be read.
    """
    raw = _stdin() if name == "-" else bytes_of(Path(name))
    try:
        lines = [line.strip() for line in raw.decode("utf-8-sig").splitlines()]
    except UnicodeDecodeError as error:
        what = f"is no list in UTF-8 (byte {error.start:,})"
        raise Trouble(name, what, "write one file, folder or web address on each line") from None
    return [line.split()[0] if "://" in line else line for line in lines if line and not line.startswith("#")]


def gather(
    names: Sequence[str], memory: Memory | None = None, *, allow_private: bool = False
) -> Generator[Source | Told | Problem, None, None]:
    """Everything that the names stand for, in their order; a Problem for each that stands for nothing.

    memory: None reads each feed as if for the first time.
    allow_private: pages may come from this machine and its own network too.
    """
    web = cache(partial(_web, allow_private))
    for name in names:
        try:
            if name == "-":
                yield from _from_stdin(web)
            elif "://" in name:
                yield from _from_web(name.strip().partition("#")[0], web, memory)
            else:
                yield from _from_files(name, web, memory)
        except Trouble as trouble:
            yield trouble.problem


def _web(allow_private: bool) -> Web:
    from counterflow.sources.web.browse import Web  # a tenth of a second to load

    return Web(allow_private=allow_private)


def _from_stdin(web: Callable[[], Web]) -> Iterator[Source | Told | Problem]:
    raw = _stdin()
    if feeds.is_feed(raw):
        yield from _entries(raw, Feed("stdin"), None, web, None)
    else:
        yield Source(lambda doc_date: from_bytes(raw, "stdin", doc_date=doc_date))


def _from_files(name: str, web: Callable[[], Web], memory: Memory | None) -> Iterator[Source | Told | Problem]:
    paths, problems = expand([name])
    yield from problems
    for path in paths:
        if _is_feed(path):
            try:
                yield from _entries(bytes_of(path), Feed(str(path)), None, web, memory)
            except Trouble as trouble:
                yield trouble.problem
        else:
            yield Source(partial(load, path))


def _from_web(address: str, web: Callable[[], Web], memory: Memory | None) -> Iterator[Source | Told | Problem]:
    held = memory.recall(address) if memory else Feed(address)
    fetched = web().get(address, etag=held.etag, last_modified=held.last_modified)
    if fetched.unchanged:
        if memory:
            memory.keep(held, None)
        yield Told(address, 0, len(held.seen), unchanged=True)
    elif feeds.is_feed(fetched.body):
        yield from _entries(fetched.body, Feed(address), fetched, web, memory)
    else:
        yield Source(partial(_page, address, fetched))


def _entries(
    raw: bytes, feed: Feed, fetched: Fetched | None, web: Callable[[], Web], memory: Memory | None
) -> Iterator[Source | Told | Problem]:
    """The entries of a feed that were not read before; what was read is kept even where this is stopped halfway."""
    held = memory.recall(feed.address) if memory else feed
    base = (fetched.led or feed.address) if fetched else feed.address
    found = feeds.parse(raw, base, fetched.charset if fetched else None)
    links = Counter([entry.link for entry in found.entries] + [feed.address, base])
    unseen = [e if links[e.link] == 1 else e._replace(link=None) for e in found.entries if e.ident not in held.seen]
    doubts = list(_doubts(feed.address, found.flaw, len(unseen) - MOST, fetched))
    yield from doubts
    sources = {entry.ident: Source(partial(_entry, entry, feed.address, web)) for entry in unseen[:MOST]}
    try:
        yield from sources.values()
    finally:  # where it is stopped halfway, too
        read = {ident for ident, source in sources.items() if source.done}
        now = feed._replace(seen=held.seen | read)
        if fetched and len(read) == len(unseen):  # else the feed is asked for in full the next time
            now = now._replace(etag=fetched.etag, last_modified=fetched.last_modified)
        if memory:
            memory.keep(now, doubts)
    yield Told(feed.address, len(read), len(found.entries) - len(unseen))


def _doubts(address: str, flaw: str | None, left_out: int, fetched: Fetched | None) -> Iterator[Problem]:
    for what, remedy in fetched.doubts if fetched else ():
        yield Problem(address, what, remedy)
    if flaw:
        yield Problem(address, flaw, "tell whoever publishes it, or name its articles one by one")
    if left_out > 0:
        what = f"{left_out} of its entries were left out: {MOST} are read at a time"
        yield Problem(address, what, "read it again for the next ones")


def _entry(entry: Entry, feed: str, web: Callable[[], Web], doc_date: str | None) -> Loaded:
    """The page of an entry; where that cannot be read, what the feed itself says."""
    try:
        document, doubts = _linked(entry, feed, web, doc_date)
    except Trouble as trouble:
        if not entry.page:
            raise
        where, what, remedy = trouble.problem
        document, doubts = from_bytes(entry.page.encode("utf-8", "replace"), where, doc_date=doc_date, address=where)
        doubts = [Problem(where, f"is read from its feed alone, for it {what}", remedy), *doubts]
    if entry.published and document.doc_date_source in {None, "byline"}:
        document = replace(document, doc_date=entry.published, doc_date_source="feed", not_before=None)
    return document, doubts


def _linked(entry: Entry, feed: str, web: Callable[[], Web], doc_date: str | None) -> Loaded:
    if entry.link is None:
        raise Trouble(f"{feed}#{entry.ident}", "has no address of its own", "tell whoever publishes the feed")
    return _page(entry.link, web().get(entry.link), doc_date)


def _page(address: str, fetched: Fetched, doc_date: str | None) -> Loaded:
    """The document at an address; its kind is told by its content, then by what the address and the server say."""
    if feeds.is_feed(fetched.body):
        raise Trouble(address, "is a feed inside a feed", "name it itself: counterflow read ADDRESS")
    ending = PurePosixPath(urlsplit(fetched.led or address).path).suffix
    if fetched.media in _PAGES and fetched.body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<":
        ending = ".html"
    document, doubts = from_bytes(
        fetched.body, "page" + ending, doc_date=doc_date, address=address, charset=fetched.charset
    )
    document = replace(document, doc_id=address, final=fetched.led)
    return document, [*(Problem(address, *doubt) for doubt in fetched.doubts), *doubts]


def _stdin() -> bytes:
    return sys.stdin.buffer.read(LARGEST + 1)


def _is_feed(path: Path) -> bool:
    try:
        if not path.is_file():  # a pipe would wait for its writer
            return False
        with path.open("rb") as file:
            return feeds.is_feed(file.read(_HEAD))
    except (OSError, ValueError):  # said when it is loaded
        return False
