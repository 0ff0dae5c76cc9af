"""Tables for look-ups: each row is worked out from one event, so all can be dropped and rebuilt the same."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from hashlib import sha256
from typing import Any, Final

from sqlalchemy import Column, Connection, Integer, MetaData, Row, String, Table, insert, select
from sqlalchemy import inspect as tables_of

from counterflow.model.claim import compact
from counterflow.model.problem import Trouble
from counterflow.model.source import Document
from counterflow.store import times
from counterflow.store.events import Event, events, read

_CHUNK: Final = 500  # ids in one question; databases limit how many

PROJECTIONS: Final = MetaData()
documents: Final = Table(
    "documents",  # one row for each time a document was told of; the last one holds
    PROJECTIONS,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("key", String, nullable=False, index=True),
    Column("doc_id", String, nullable=False),
    Column("text_sha256", String, nullable=False, index=True),
    Column("recorded", String, nullable=False),
    Column("public", String),
    Column("basis", String, nullable=False),
)
claims: Final = Table(
    "claims",
    PROJECTIONS,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("claim_id", String, nullable=False, index=True),
    Column("document", String),
)
readings: Final = Table(
    "readings",
    PROJECTIONS,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("document", String, nullable=False, index=True),
    Column("text_sha256", String, nullable=False, index=True),
)
decisions: Final = Table(
    "decisions",
    PROJECTIONS,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("decision_id", String, nullable=False, index=True),
    Column("target", String, nullable=False),
)


def document_key(doc_id: str, text_sha256: str) -> str:
    """A document's id in the store, of its name and its text: 16 hex digits."""
    return sha256(compact([doc_id, text_sha256]).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def row_of(event: Event) -> tuple[Table, dict[str, Any]] | None:
    """The row that an event puts into a table, or None; pure. `Trouble` where its body cannot be read."""
    match event.kind:
        case "document":
            return documents, event.parse(partial(_document_row, event))
        case "reading":
            return readings, event.parse(
                lambda b: {"seq": event.seq, "document": event.id, "text_sha256": b["text_sha256"]}
            )
        case "claim":
            return claims, event.parse(lambda b: {"seq": event.seq, "claim_id": event.id, "document": b["document"]})
        case "decision":
            return decisions, event.parse(lambda b: {"seq": event.seq, "decision_id": event.id, "target": b["target"]})
    return None


def _document_row(event: Event, body: dict[str, Any]) -> dict[str, Any]:
    return {
        "seq": event.seq,
        "key": event.id,
        "doc_id": body["doc_id"],
        "text_sha256": body["text_sha256"],
        "recorded": event.recorded,
        "public": event.public,
        "basis": times.basis(event.public, Document.from_json(body, "")),
    }


def project(connection: Connection, rows: Iterable[Event]) -> None:
    """Add to the tables what the events put there."""
    batches: dict[Table, list[dict[str, Any]]] = {}
    for table, row in filter(None, map(row_of, rows)):
        batches.setdefault(table, []).append(row)
    for table, batch in batches.items():
        connection.execute(insert(table), batch)


def rebuild(connection: Connection) -> None:
    """Drop the tables and work them out again from the events."""
    PROJECTIONS.drop_all(connection)
    PROJECTIONS.create_all(connection)
    project(connection, read(connection))


def complete(connection: Connection) -> bool:
    """Whether every table stands with the columns of this version."""
    found = tables_of(connection)
    return all(
        found.has_table(table.name) and [c["name"] for c in found.get_columns(table.name)] == table.columns.keys()
        for table in PROJECTIONS.sorted_tables
    )


def existing(connection: Connection, column: Column[str], ids: Sequence[str]) -> set[str]:
    """Which of the ids stand in the column."""
    chunks = (ids[at : at + _CHUNK] for at in range(0, len(ids), _CHUNK))
    return {found for chunk in chunks for found in connection.scalars(select(column).where(column.in_(chunk)))}


def latest(connection: Connection, key: str) -> Row[Any] | None:
    """The row of `documents` that holds for a key, or None."""
    return connection.execute(
        select(documents).where(documents.c.key == key).order_by(documents.c.seq.desc()).limit(1)
    ).first()


def first_with(connection: Connection, text_sha256: str) -> Row[Any] | None:
    """The row of `documents` that first told of a text, or None."""
    return connection.execute(
        select(documents).where(documents.c.text_sha256 == text_sha256).order_by(documents.c.seq).limit(1)
    ).first()


def text_of(connection: Connection, text_sha256: str) -> str | None:
    """A stored text by its hash; None where the book was made without it."""
    told = select(events.c.text).join(documents, documents.c.seq == events.c.seq)
    here = (documents.c.text_sha256 == text_sha256) & events.c.text.is_not(None)
    return connection.scalar(told.where(here).limit(1))


def public_days(connection: Connection, until: str | None) -> dict[str, tuple[str, str]]:
    """Document key -> ISO day its text was public and the basis of that, as recorded by `until`.

    A text under several names was public when the first of them was: what is read later can only show it to be older.
    """
    told = select(documents).order_by(documents.c.seq)
    rows = connection.execute(told if until is None else told.where(documents.c.recorded <= until))
    held: dict[str, Row[Any]] = {}
    begun: dict[str, str] = {}  # when a document was first told of: what is told anew is no younger
    for row in rows:
        held[row.key] = row
        begun.setdefault(row.key, row.recorded)
    earliest: dict[str, tuple[str, int]] = {}
    try:
        for row in held.values():
            day = (row.public or begun[row.key][:10], times.BASES.index(row.basis))
            earliest[row.text_sha256] = min(day, earliest.get(row.text_sha256, day))
    except (TypeError, ValueError):
        raise Trouble("the table documents", "is damaged", "find all damage: counterflow verify") from None
    found = {key: earliest[row.text_sha256] for key, row in held.items()}
    return {key: (day, times.BASES[rank]) for key, (day, rank) in found.items()}
