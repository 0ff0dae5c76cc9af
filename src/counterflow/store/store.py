"""The store: a book on disk, which remembers what was read and ruled, and when."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import date
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, Final, NamedTuple, Self

from sqlalchemy import Connection, Engine
from sqlalchemy import inspect as tables_of

from counterflow.model.book import Party
from counterflow.model.claim import Claim, Decision
from counterflow.model.problem import Problem, Trouble
from counterflow.model.source import Document, Feed
from counterflow.store import drafts, events, feeds, opening, projections, times, verify
from counterflow.store.events import Draft, Event, Head

SCHEMA: Final = 1


class Added(NamedTuple):
    """What a reading brought into the book."""

    new: bool  # False: all of it was known, and nothing was written
    doc_key: str
    claims: int  # new ones
    known: int  # those that were there before


class StoredClaim(NamedTuple):
    """A claim with when it entered the book, and when it was public."""

    claim: Claim
    recorded: str  # UTC, "2026-03-04T12:00:00Z"
    public: date
    public_basis: str  # document, not_before or recorded: what `public` rests on
    doc_key: str | None  # the document it was read in; None where it names a source outside the book
    current: bool  # a person's, or in the latest reading of its text


class Store:
    """One book: append-only events in a SQLite file, and tables rebuilt from them.

    Times are given, never taken from a clock. Whatever stands in the way of a call comes out as `Trouble`, and then
    nothing of that call was written. Several threads and processes may use one book.
    """

    def __init__(self, path: Path, engine: Engine) -> None:
        self.path = path
        self._engine = engine

    @classmethod
    def create(cls, place: str | Path, *, recorded: str) -> Self:
        """A new, empty book at a path or `sqlite:///path`; `Trouble` where something else stands there."""
        begun = times.utc(recorded)

        def begin(connection: Connection) -> None:
            if tables_of(connection).has_table("events"):
                if events.head(connection)[0].seq > 1:
                    what, remedy = "already holds a book", "use it as it is, or name another file: --book other.db"
                    raise Trouble(str(place), what, remedy)
                return
            _lay_out(connection)
            events.append(connection, begun, [Draft("book", "book", {"schema": SCHEMA, "created": begun})])

        return cls._make(opening.locate(place), begin)

    @classmethod
    def restore(cls, place: str | Path, rows: Iterable[Event]) -> Self:
        """A new book from the events of another, hash for hash; `Trouble` at the first that does not hold."""

        def refill(connection: Connection) -> None:
            if tables_of(connection).has_table("events"):
                raise Trouble(str(place), "already holds a book", "name a new file")
            _lay_out(connection)
            events.write(connection, list(rows))
            projections.rebuild(connection)
            for problem in verify.findings(connection):
                raise Trouble(*problem)
            _of_this_version(connection, Path(place))

        return cls._make(opening.locate(place), refill)

    def extend(self, rows: Sequence[Event]) -> int:
        """Append those of a longer, sound chain that this book lacks; how many. `Trouble` where the two grew apart."""
        with self._writing() as connection:
            for held, row in zip(events.read(connection), rows, strict=False):
                if held.hash != row.hash:
                    what = f"holds another event {row.seq} than what is to be imported: the two grew apart there"
                    remedy = "import into a new book (--book NEW.db), and read or rule again there what it lacks"
                    raise Trouble(str(self.path), what, remedy)
            fresh = list(rows[events.head(connection)[0].seq :])
            events.write(connection, fresh)
            projections.project(connection, fresh)
        return len(fresh)

    @classmethod
    def open(cls, place: str | Path, *, create: bool = False, recorded: str = "") -> Self:
        """The book at a path or `sqlite:///path`; with `create`, a new one from `recorded` where there is none."""
        path = opening.locate(place)
        if create and not opening.size(path):
            return cls.create(path, recorded=recorded)
        opening.inspect(path)
        store = cls(path, opening.engine_for(path))
        try:
            store._check()
        except Trouble:
            store.close()
            raise
        return store

    @classmethod
    def _make(cls, path: Path, fill: Callable[[Connection], None]) -> Self:
        made = opening.claim_name(path)
        if opening.size(path):
            opening.inspect(path)
        store = cls(path, opening.engine_for(path))
        try:
            with store._writing() as connection:
                fill(connection)
            store._check()
        except Trouble:
            store.close()
            if made and not opening.size(path):
                path.unlink(missing_ok=True)
            raise
        return store

    def _check(self) -> None:
        with self._reading() as connection:
            if not tables_of(connection).has_table("events"):
                raise Trouble(str(self.path), "holds no book yet", "make it one: counterflow init")
            _of_this_version(connection, self.path)
            complete = projections.complete(connection)
        if not complete:
            self.rebuild()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file."""
        self._engine.dispose()

    def add_reading(
        self,
        document: Document,
        claims: Sequence[Claim],
        problems: Sequence[Problem] = (),
        *,
        recorded: str,
        parties: Sequence[Party] = (),
        public: date | None = None,
    ) -> Added:
        """All of one document or nothing: the document, what was read in it, and the problems met.

        What is known is not repeated: the same document, a claim by its id, a problem. A text under another name is
        told of with `duplicate_of` the first. A known document is told anew where it is dated better: by a person, or
        where it had no date. `parties` are those whom the built-in names do not
        know the same. `public` overrules what the document says of itself. `Trouble` for a claim whose
        evidence is not in the text.
        """
        when, reading = times.utc(recorded), drafts.Reading(document, claims, problems, parties, public)
        with self._writing() as connection:
            made = self._append(connection, when, drafts.of_reading(connection, reading))
        fresh = sum(event.kind == "claim" for event in made)
        key = projections.document_key(document.doc_id, document.text_sha256)
        return Added(bool(made), key, fresh, len({claim.claim_id for claim in claims}) - fresh)

    def add_import(
        self,
        name: str,
        claims: Iterable[Claim],
        problems: Iterable[Problem] = (),
        *,
        recorded: str,
    ) -> Added:
        """All of a list of claims with references, or nothing; the latest import under a name is the one that stands.

        The claims are taken page by page, so that a list may be larger than memory; `problems` are asked for after the
        last of them. A list without any claim changes nothing. `Trouble` for a claim on a sentence of no document here.
        """
        when, found, fresh, rest = times.utc(recorded), set[str](), 0, iter(claims)
        with self._writing() as connection:
            while page := list(islice(rest, events.PAGE)):
                found |= {claim.claim_id for claim in page}
                fresh += len(self._append(connection, when, drafts.of_rows(connection, page)))
            told = self._append(connection, when, drafts.of_import(connection, name, found, problems))
        return Added(bool(told), name, fresh, len(found) - fresh)

    def add_copies(self, documents: Mapping[str, Document], *, recorded: str) -> int:
        """Tell anew each document, by its key, that is a copy of another than the book says; how many."""
        when = times.utc(recorded)
        with self._writing() as connection:
            return len(self._append(connection, when, drafts.of_copies(connection, documents)))

    def add_decision(self, decision: Decision, *, recorded: str, claim: Claim | None = None) -> bool:
        """A ruling, with the claim that it adds; False where it was known. `Trouble` where it rules on nothing here."""
        when = times.utc(recorded)
        with self._writing() as connection:
            return bool(self._append(connection, when, drafts.of_decision(connection, decision, claim)))

    def add_decisions(self, made: Sequence[Decision], *, recorded: str, seen: Container[str] | None = None) -> int:
        """Several rulings or none of them; how many are new. `Trouble` where one rules on nothing here.

        `seen`: the ids of the rulings known to whoever rules; `Trouble` where another one speaks of the same.
        """
        when = times.utc(recorded)
        with self._writing() as connection:
            if seen is not None:
                drafts.not_overtaken(connection, made, seen)
            return sum(bool(self._append(connection, when, drafts.of_decision(connection, d, None))) for d in made)

    def add_problems(self, problems: Iterable[Problem], *, recorded: str) -> int:
        """Keep bad input that led to no document; how many are new to the list."""
        when = times.utc(recorded)
        with self._writing() as connection:
            return len(self._append(connection, when, drafts.of_problems(problems, _listed(connection))))

    def feed(self, address: str) -> Feed:
        """What is known of the feed at an address: nothing but its address where it was never read."""
        with self._reading() as connection:
            return feeds.state(connection, address)

    def add_feed(self, feed: Feed, problems: Sequence[Problem] | None = (), *, recorded: str) -> bool:
        """Keep what a reading of a feed showed; False where it was known. `problems`: None leaves those it had."""
        when = times.utc(recorded)
        with self._writing() as connection:
            return bool(self._append(connection, when, feeds.of_feed(connection, feed, problems, _listed(connection))))

    def documents(self, recorded: str | None = None) -> dict[str, Document]:
        """Every document by its key, as recorded by a time; an empty text where the book was made without texts."""
        with self._reading() as connection:
            told = events.of_kinds(connection, "document", until=_until(recorded))
        texts: dict[str, str] = {}
        for event in told:
            if event.text is not None:
                texts[event.parse(_text_hash)] = event.text
        last = {event.id: event for event in told}
        return {
            key: event.parse(lambda b: Document.from_json(b, texts.get(_text_hash(b)))) for key, event in last.items()
        }

    def claims(self, recorded: str | None = None) -> list[StoredClaim]:
        """Every claim in the order it came in, as recorded by a time."""
        until = _until(recorded)
        with self._reading() as connection:
            days = projections.public_days(connection, until)
            standing = _standing(events.of_kinds(connection, "reading", "import", until=until))
            return [_stored(event, days, standing) for event in events.of_kinds(connection, "claim", until=until)]

    def parties(self, recorded: str | None = None) -> list[Party]:
        """Whom the readings name that the built-in names do not know the same; the latest word on a name holds."""
        with self._reading() as connection:
            read = events.of_kinds(connection, "reading", until=_until(recorded))
            named = [party for event in read for party in event.parse(_parties)]
        return list({party.name: party for party in named}.values())

    def decisions(self, recorded: str | None = None) -> list[tuple[Decision, str]]:
        """Every ruling with when it was recorded, in order."""
        with self._reading() as connection:
            found = events.of_kinds(connection, "decision", until=_until(recorded))
        return [(event.parse(Decision.from_json), event.recorded) for event in found]

    def problems(self) -> list[Problem]:
        """What the last reading of each source met, and bad input that has not been read since."""
        with self._reading() as connection:
            return _listed(connection)

    def events(self) -> Iterator[Event]:
        """Every event in order; a writer need not wait for whoever iterates."""
        after = events.BEFORE_ALL
        while True:
            with self._reading() as connection:
                rows = events.page(connection, after)
            if not rows:
                return
            yield from rows
            after = rows[-1].seq

    def head(self) -> Head:
        """Number and hash of the last event, which stands for the whole book up to it."""
        with self._reading() as connection:
            return events.head(connection)[0]

    def rebuild(self) -> None:
        """Drop every table but the events and work it out again."""
        with self._writing() as connection:
            projections.rebuild(connection)

    def verify(self) -> list[Problem]:
        """Everything wrong with the book: changed rows, loose ends, damage to the file. Empty: it holds."""
        found: list[Problem] = []
        try:
            with self._reading() as connection, opening.any_bytes(connection):
                remedy = "restore the file from a backup"
                found += [Problem(str(self.path), f"is damaged: {line}", remedy) for line in opening.damage(connection)]
                for problem in verify.findings(connection):  # one by one: the file may give out on the way
                    found.append(problem)
        except Trouble as trouble:
            found.append(trouble.problem)
        return found

    def _reading(self) -> AbstractContextManager[Connection]:
        return opening.transaction(self._engine, self.path)

    def _writing(self) -> AbstractContextManager[Connection]:
        return opening.transaction(self._engine, self.path, write=True)

    @staticmethod
    def _append(connection: Connection, recorded: str, made: list[Draft]) -> list[Event]:
        appended = events.append(connection, recorded, made)
        projections.project(connection, appended)
        return appended


def _lay_out(connection: Connection) -> None:
    opening.mark(connection)
    events.lay_out(connection)
    projections.PROJECTIONS.create_all(connection)


def _of_this_version(connection: Connection, path: Path) -> None:
    begun = events.of_kinds(connection, "book")
    schema = begun[-1].content().get("schema") if begun else None
    if not isinstance(schema, int):
        raise Trouble(str(path), "is damaged: it does not say what it is", "restore the file from a backup")
    if schema > SCHEMA:
        what = f"was written by a newer Counterflow (schema {schema}; this version reads up to {SCHEMA})"
        raise Trouble(str(path), what, "update: pip install -U counterflow")


def _until(recorded: str | None) -> str | None:
    return None if recorded is None else times.utc(recorded, whole_day=True)


def _parties(body: dict[str, Any]) -> list[Party]:
    return [drafts.party_of(party) for party in body.get("parties", ())]


def _standing(readings: Iterable[Event]) -> frozenset[str]:
    """The claims that the latest reading of each text found, and those of the latest import of each list."""
    latest = {event.parse(_what_was_read): event.parse(lambda body: body["claims"]) for event in readings}
    return frozenset(claim for claims in latest.values() for claim in claims)


def _what_was_read(body: dict[str, Any]) -> str:
    return f"text {body['text_sha256']}" if "text_sha256" in body else f"list {body['name']}"


def _stored(event: Event, days: dict[str, tuple[str, str]], standing: frozenset[str]) -> StoredClaim:
    return event.parse(partial(_stored_claim, event.recorded, days, standing))


def _stored_claim(
    recorded: str, days: dict[str, tuple[str, str]], standing: frozenset[str], body: dict[str, Any]
) -> StoredClaim:
    claim = Claim.from_json(body)
    day, basis = times.reference_day(claim) or days.get(body["document"], (recorded[:10], "recorded"))
    current = claim.extractor.startswith("person/") or claim.claim_id in standing
    return StoredClaim(claim, recorded, date.fromisoformat(day), basis, body["document"], current)


def _text_hash(body: dict[str, Any]) -> str:
    return str(body["text_sha256"])


def _listed(connection: Connection) -> list[Problem]:
    met: dict[str, list[Problem]] = {}
    for event in events.of_kinds(connection, "reading", "import", "feed", "problem"):
        if event.kind == "problem":
            problem = event.parse(lambda body: Problem(**body))
            met.setdefault(problem.where, []).append(problem)
        elif event.kind in {"import", "feed"}:
            met[event.id] = event.parse(drafts.problems_met)
        else:  # a source that was read again is judged by that
            source, address = event.parse(lambda body: (body["doc_id"], body["address"]))
            met.pop(address, None)
            met[source] = event.parse(drafts.problems_met)
    return list(dict.fromkeys(problem for problems in met.values() for problem in problems))
