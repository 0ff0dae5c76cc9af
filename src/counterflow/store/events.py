"""The one append-only table: what entered the book, in order, each row bound to the one before by its hash."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from hashlib import sha256
from typing import Any, Final, NamedTuple, TypeVar

from sqlalchemy import Column, Connection, Index, Integer, MetaData, String, Table, insert, select

from counterflow.model.claim import compact
from counterflow.model.problem import Trouble

T = TypeVar("T")

VERSION: Final = 1  # of the bodies that this program writes and reads
KINDS: Final = ("book", "document", "reading", "import", "feed", "claim", "decision", "problem")
_FIND: Final = "find all damage: counterflow verify"
PAGE: Final = 1000  # rows a read takes at once, so that no reader keeps a writer waiting
BEFORE_ALL: Final = -(2**63)  # a row that was given a number below 1 is still a row

EVENTS: Final = MetaData()
events: Final = Table(
    "events",
    EVENTS,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("recorded", String, nullable=False),
    Column("public", String),
    Column("kind", String, nullable=False),
    Column("id", String, nullable=False),
    Column("version", Integer, nullable=False),
    Column("body", String, nullable=False),
    Column("text", String),
    Column("prev", String, nullable=False),
    Column("hash", String, nullable=False),
    Index("events_by_id", "kind", "id"),
)

# REPLACE deletes without firing the delete trigger, so an insert may only ever come after the last row.
_GUARDS: Final = {
    "events_no_update": "BEFORE UPDATE ON events",
    "events_no_delete": "BEFORE DELETE ON events",
    "events_no_replace": "BEFORE INSERT ON events WHEN NEW.seq <= (SELECT max(seq) FROM events)",
}


class Head(NamedTuple):
    """The last event of a book: whoever notes it down can tell later that nothing before it was changed or cut off."""

    seq: int = 0
    hash: str = ""  # hex SHA-256


class Draft(NamedTuple):
    """What is to be appended; sequence, time and hash come with the append."""

    kind: str
    id: str
    body: Mapping[str, Any]
    public: str | None = None  # ISO day on which it was public, where something states it
    text: str | None = None  # a document's text, bound by `text_sha256` in the body


class Event(NamedTuple):
    """One row of the book's truth."""

    seq: int  # 1, 2, 3, ...
    recorded: str  # UTC, "2026-03-04T12:00:00Z"; never before that of the event before
    public: str | None
    kind: str  # one of KINDS
    id: str
    version: int
    body: str  # compact JSON
    text: str | None
    prev: str  # hash of the event before; empty for the first
    hash: str

    def digest(self) -> str:
        """Hex SHA-256 over compact JSON `[prev, seq, recorded, public, kind, id, version, body]`, body as stored."""
        bound = compact([self.prev, self.seq, self.recorded, self.public, self.kind, self.id, self.version])
        return sha256(f"{bound[:-1]},{self.body}]".encode("utf-8", "surrogatepass")).hexdigest()

    def content(self) -> dict[str, Any]:
        """The body as a mapping; `Trouble` where it is newer than this program or unreadable."""
        try:
            newer, body = self.version > VERSION, json.loads(self.body)
        except (TypeError, ValueError):
            newer, body = False, None
        if newer:
            raise Trouble(
                f"event {self.seq}", "was written by a newer Counterflow", "update: pip install -U counterflow"
            )
        if not isinstance(body, dict):
            raise Trouble(f"event {self.seq}", "has a damaged body", _FIND)
        return body

    def parse(self, make: Callable[[dict[str, Any]], T]) -> T:
        """What `make` makes of the body; `Trouble` where the body is newer than this program, damaged or of no use."""
        body = self.content()
        try:
            return make(body)
        except (AttributeError, LookupError, TypeError, ValueError, ArithmeticError):
            what = f"is no {self.kind} that this version can read"
            raise Trouble(f"event {self.seq}", what, _FIND) from None


def lay_out(connection: Connection) -> None:
    """Make the table, and the triggers that keep it append-only."""
    EVENTS.create_all(connection)
    for name, when in _GUARDS.items():
        refuse = "BEGIN SELECT RAISE(ABORT, 'events are append-only'); END"
        connection.exec_driver_sql(f"CREATE TRIGGER {name} {when} {refuse}")


def chain(last: Head, recorded: str, drafts: Iterable[Draft]) -> list[Event]:
    """The drafts as events that follow `last`; pure."""
    made: list[Event] = []
    for draft in drafts:
        row = Event(
            seq=last.seq + 1,
            recorded=recorded,
            public=draft.public,
            kind=draft.kind,
            id=draft.id,
            version=VERSION,
            body=compact(draft.body),
            text=draft.text,
            prev=last.hash,
            hash="",
        )
        made.append(row._replace(hash=row.digest()))
        last = Head(row.seq, made[-1].hash)
    return made


def append(connection: Connection, recorded: str, drafts: Iterable[Draft]) -> list[Event]:
    """Chain the drafts to the last event and write them; the caller holds the write lock and commits.

    A clock that was set back does not reach into the past: `recorded` is at least that of the last event, so what a
    book held at a time never changes. `Trouble` where a text holds half a character and so cannot be kept as UTF-8.
    """
    last, before = head(connection)
    made = chain(last, max(recorded, before), drafts)
    write(connection, made)
    return made


def write(connection: Connection, rows: list[Event]) -> None:
    """Insert rows as they are."""
    for row in rows:
        try:
            (row.body + (row.text or "")).encode("utf-8")
        except UnicodeEncodeError as error:
            what = f"holds half a character ({error.object[error.start]!a}), which UTF-8 cannot write"
            raise Trouble(f"{row.kind} {row.id}", what, "save the source as UTF-8 and read it again") from None
    if rows:
        connection.execute(insert(events), [row._asdict() for row in rows])


def page(connection: Connection, after: int) -> list[Event]:
    """The next events behind a sequence number; none at the end. `Trouble` where a damaged file runs in circles."""
    rows = connection.execute(select(events).where(events.c.seq > after).order_by(events.c.seq).limit(PAGE)).all()
    for row in rows:
        if row.seq <= after:
            raise Trouble(f"event {row.seq}", "stands out of order: the file is damaged", _FIND)
        after = row.seq
    return [Event(*row) for row in rows]


def read(connection: Connection) -> Iterator[Event]:
    """Every event in order."""
    after = BEFORE_ALL
    while rows := page(connection, after):
        yield from rows
        after = rows[-1].seq


def of_kinds(connection: Connection, *kinds: str, until: str | None = None) -> list[Event]:
    """The events of some kinds in order, as recorded by `until`."""
    asked = select(events).where(events.c.kind.in_(kinds)).order_by(events.c.seq)
    rows = connection.execute(asked if until is None else asked.where(events.c.recorded <= until))
    return [Event(*row) for row in rows]


def head(connection: Connection) -> tuple[Head, str]:
    """The last event and when it was recorded."""
    last = connection.execute(select(events).order_by(events.c.seq.desc()).limit(1)).first()
    if last is None:
        return Head(), ""
    if not isinstance(last.hash, str) or not isinstance(last.recorded, str):
        raise Trouble(f"event {last.seq}", "is damaged", _FIND)
    return Head(last.seq, last.hash), last.recorded
