"""What a report is made from, and as of when it speaks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from counterflow.desk import Owes, Returns
from counterflow.flows.build import Dated
from counterflow.model.book import Book
from counterflow.model.flow import Flow

BINDING: Final = frozenset({"paid", "committed"})


@dataclass(frozen=True, slots=True)
class Reported:
    """A book and the answers about it. The same values give the same bytes."""

    book: Book
    returns: Returns
    owes: tuple[Owes, ...]
    binding: Dated  # what is paid or committed, under the same reading
    everything: Dated  # the money of every class, rumours included
    count: str  # the class up to which `returns` counts
    reading: str  # how programmes are read: a key of flows.build.READINGS
    head: str  # hash of the book's last event
    version: str

    @property
    def flows(self) -> tuple[Flow, ...]:
        """What binds, and beside it what does not: a rumour within a programme makes it no less binding."""
        beside = (f for f in self.everything.flows if f.kind != "outside" and f.money_class not in BINDING)
        return (*self.binding.flows, *beside)

    @property
    def moment(self) -> date | None:
        """The day it speaks of: the one asked for, else that of the latest source; None for an empty book."""
        asked = self.book.question
        told = (r.public for r in self.book.claims.values() if r.public)
        return asked.happened or asked.known or max(told, default=None)

    @property
    def dates(self) -> str:
        """As of when, in words."""
        asked = self.book.question
        parts = [f"what had happened by {asked.happened}"] if asked.happened else []
        parts += [f"what was public by {asked.known}"] if asked.known else []
        parts += [f"what this book held by {asked.recorded[:10]}"] if asked.recorded else []
        if parts:
            return "As of " + ", ".join(parts)
        return f"As of the latest source, {self.moment}" if self.moment else "As of an empty book"
