"""What a book knows of feeds: each event tells what is new about one, under its address."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, select

from counterflow.model.problem import Problem
from counterflow.model.source import Feed
from counterflow.store.drafts import problems_met
from counterflow.store.events import Draft, Event, events


def state(connection: Connection, address: str) -> Feed:
    """A feed as it was last told of, with every entry that was ever read of it; one never read knows nothing."""
    told = _told(connection, address)
    if not told:
        return Feed(address)
    seen = frozenset(ident for event in told for ident in event.parse(lambda body: body["seen"]))
    etag, last_modified = told[-1].parse(lambda body: (body["etag"], body["last_modified"]))
    return Feed(address, etag, last_modified, seen)


def of_feed(
    connection: Connection, feed: Feed, problems: Sequence[Problem] | None, listed: Iterable[Problem]
) -> list[Draft]:
    """What is new about a feed, and the problems it has now (None: those it had); nothing where all is known."""
    told, held = _told(connection, feed.address), state(connection, feed.address)
    met = told[-1].parse(problems_met) if told else []
    problems = met if problems is None else list(problems)
    cleared = {p for p in listed if p.where == feed.address} - set(problems)  # it failed in between
    if told and not cleared and problems == met and feed._replace(seen=held.seen | feed.seen) == held:
        return []
    body = {
        "address": feed.address,
        "etag": feed.etag,
        "last_modified": feed.last_modified,
        "seen": sorted(feed.seen - held.seen),
        "problems": [p.to_json() for p in problems],
    }
    return [Draft("feed", feed.address, body)]


def _told(connection: Connection, address: str) -> list[Event]:
    asked = select(events).where(events.c.kind == "feed", events.c.id == address).order_by(events.c.seq)
    return [Event(*row) for row in connection.execute(asked)]
