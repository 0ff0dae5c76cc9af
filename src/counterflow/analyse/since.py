"""Two days of one book beside each other: what changed, and what that did to the binding commitments."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from counterflow.flows.build import Counting, Dated, dated
from counterflow.flows.support import support
from counterflow.model.book import Book, Support
from counterflow.reconcile.changes import Change, changes


@dataclass(frozen=True, slots=True)
class Since:
    """The earlier book, the later one, and what lies between; commitments are binding purchases by payer, in USD."""

    then: Book
    now: Book
    changes: tuple[Change, ...]
    owed_then_usd: dict[str, float]
    owed_usd: dict[str, float]
    support: Support  # of the later commitments


def since(then: Book, now: Book) -> Since:
    """All that changed from one book to a later one."""
    before, after = (dated(each, Counting()) for each in (then, now))
    rests = support(after.flows, now, dated=True)
    return Since(then, now, changes(then, now), _owed(before), _owed(after), rests)


def _owed(money: Dated) -> dict[str, float]:
    owed: dict[str, float] = defaultdict(float)
    for flow in money.flows:
        if flow.kind == "purchase":
            owed[flow.payer] += flow.usd
    return dict(owed)
