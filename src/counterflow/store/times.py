"""Two of the three times: when a thing entered the book, and when it was public, with what that rests on."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Final

from counterflow.model.claim import Claim
from counterflow.model.problem import Trouble
from counterflow.model.source import Document
from counterflow.model.when import first_day

BASES: Final = ("document", "not_before", "recorded")  # what a public date rests on, the firmest first


def utc(time: str, *, whole_day: bool = False) -> str:
    """An ISO day or time as "2026-03-04T12:00:00Z", which sorts as text; without a zone it is read as UTC.

    A bare day is its first second, or its last with `whole_day`: a book as recorded on a day holds all of that day.
    """
    try:
        when = datetime.fromisoformat(time)
        if whole_day and len(time) <= len("2026-03-31"):
            when = when.replace(hour=23, minute=59, second=59)
        when = when.replace(tzinfo=UTC) if when.tzinfo is None else when.astimezone(UTC)
    except (ValueError, OverflowError):
        raise Trouble(time or "time", "is not a time", "write it as 2026-03-31 or 2026-03-31T12:00:00Z") from None
    return when.replace(tzinfo=None).isoformat(timespec="seconds") + "Z"


def stated_day(document: Document, public: date | None = None) -> str | None:
    """The ISO day a document was public as `public`, its own date, or its `not_before` say it; None where none does."""
    stated = public or first_day(document.doc_date) or first_day(document.not_before)
    return stated.isoformat() if stated else None


def basis(public: str | None, document: Document) -> str:
    """What a document's stated day rests on: one of BASES."""
    if public is None:
        return "recorded"
    return "not_before" if document.doc_date is None and public == stated_day(document) else "document"


def reference_day(claim: Claim) -> tuple[str, str] | None:
    """ISO day and basis of a claim whose own evidence is dated: a named source outside the book. None for any other.

    A date that names only a month or a year stands for its first day, the earliest it can be.
    """
    best = claim.evidence[0]
    day = first_day(best.date) if best.kind != "sentence" else None
    if day is None:
        return None
    firm = best.date == day.isoformat() and "not_before" not in claim.flags
    return day.isoformat(), "document" if firm else "not_before"
