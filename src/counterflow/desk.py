"""Floor 4: the one place where stages meet. Each function takes a store or a book and returns an answer to be shown."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from counterflow.model.book import Book, Party, Question, Support
from counterflow.model.claim import Claim, Decision
from counterflow.model.problem import Problem, Trouble
from counterflow.model.source import Document
from counterflow.model.when import first_day

if TYPE_CHECKING:
    from counterflow.analyse.owed import Owed
    from counterflow.analyse.returning import Circular, NoNamedPayer
    from counterflow.analyse.since import Since
    from counterflow.extract.llm.reader import Reader
    from counterflow.extract.names.gazetteer import Gazetteer
    from counterflow.extract.rules import Reading
    from counterflow.extract.tables import Listed
    from counterflow.flows.build import Counting, Dated
    from counterflow.reconcile.anchors import Placed
    from counterflow.reconcile.checks import Issue
    from counterflow.reconcile.queue import Waiting
    from counterflow.reconcile.rulings import Ruling
    from counterflow.sources.gather import Source, Told
    from counterflow.store import Store


class Read(NamedTuple):
    """One document as read: its claims, and whether the book did not have it yet."""

    document: Document
    claims: tuple[Claim, ...]
    new: bool
    stats: Mapping[str, Any] = {}  # how it came about, where a model was asked


class Imported(NamedTuple):
    """What came of a list that was brought in."""

    name: str  # of the list: its next import takes the place of this one
    new: int  # claims
    known: int
    rows: int  # of the file, those that made no claim included
    problems: tuple[Problem, ...]
    left_out: Mapping[str, int]  # rows by what the map leaves them out for: "in_totals = 0"


@dataclass(frozen=True, slots=True)
class Returns:
    """The answer of `circular`, with what it counted, assumed and could not count."""

    circular: Circular
    curve: tuple[NoNamedPayer, ...]
    money: Dated
    support: Support
    support_dated: Support


@dataclass(frozen=True, slots=True)
class Owes:
    """The answer of `owe`, with what it counted, assumed and could not count."""

    owed: Owed
    money: Dated
    support: Support


def now() -> str:
    """The time that events are recorded under: UTC to the microsecond."""
    return datetime.now(UTC).isoformat(timespec="microseconds")


def extract(source: Source, doc_date: str | None, known: Gazetteer, reader: Reader | None) -> tuple[Document, Reading]:
    """Source -> document -> claims, by the rules or another reader; `Trouble` where it cannot be read at all."""
    from counterflow.extract import rules

    document, noticed = source.load(doc_date)
    reading = (reader or rules).read(document, known)
    return document, reading._replace(problems=[*noticed, *reading.problems])


def read(
    names: Sequence[str],
    store: Store | None,
    *,
    doc_date: str | None = None,
    gazetteer: Path | None = None,
    allow_private: bool = False,
    reader: Reader | None = None,
) -> Generator[Read | Told | Problem, None, None]:
    """Every source in order: a Read for each document, a Problem for all that stands in the way, Told of each feed."""
    from counterflow.extract.names.gazetteer import Gazetteer
    from counterflow.sources.gather import Memory, Source, gather

    known = Gazetteer.builtin().with_file(gazetteer) if gazetteer else Gazetteer.builtin()
    memory = Memory(store.feed, partial(store.add_feed, recorded=now())) if store else None
    with closing(gather(names, memory, allow_private=allow_private)) as found:
        for item in found:
            if isinstance(item, Source):
                yield from _read(item, store, partial(extract, doc_date=doc_date, known=known, reader=reader))
            else:
                yield from _noted([item], store) if isinstance(item, Problem) else [item]
    if store:
        _keep_copies(store)


def _read(source: Source, store: Store | None, found: partial[tuple[Document, Reading]]) -> Iterator[Read | Problem]:
    try:
        document, reading = found(source)
        claims, problems, own = reading.claims, reading.problems, _beyond_builtin(reading.parties)
        new = store.add_reading(document, claims, problems, recorded=now(), parties=own).new if store else True
    except Trouble as trouble:
        yield from _noted([trouble.problem], store)
        return
    source.done = True
    yield from problems
    yield Read(document, tuple(claims), new, reading.stats)


def _keep_copies(store: Store) -> None:
    """Tell the book which documents are copies: where it is made anew without their texts, nothing else says so."""
    from counterflow.sources import alike

    held = store.documents()
    store.add_copies(dict(zip(held, alike.linked(held.values()), strict=True)), recorded=now())


def _beyond_builtin(parties: Mapping[str, Party]) -> list[Party]:
    """Whom a user's own names tell more of than the built-in ones: the book keeps them, with kind and owner."""
    builtin = {party.name: party for party in gazetteer_parties()}
    told = (p for p in parties.values() if p.owner or p.aliases or p.kind != "company")
    return [p for p in told if p != builtin.get(p.name)]


def _noted(problems: Sequence[Problem], store: Store | None) -> Sequence[Problem]:
    """Problems that stopped a source, kept in the book so that `problems` lists them until it is read."""
    if store and problems:
        store.add_problems(problems, recorded=now())
    return problems


def start(store: Store) -> int:
    """Fill a book with the starter tables; how many claims are new to it."""
    from counterflow import starter

    with starter.deals() as folder:
        return sum(import_file(store, path).new for path in sorted(folder.glob("*.csv")))


def import_file(store: Store, path: Path, mapping: Path | None = None) -> Imported:
    """A list (CSV) or a company's filed figures (JSON): its good rows go in together; the others are told of.

    A file that makes no claim at all changes nothing in the book but its list of problems.
    """
    try:
        listed = _listed(path, mapping)
        name, met = listed.name, listed.tally
        added = store.add_import(name, listed.claims, met.problems, recorded=now())
    except Trouble as trouble:
        return Imported(path.name, 0, 0, 0, tuple(_noted([trouble.problem], store)), {})
    problems = met.problems if added.new else _noted(met.problems, store)
    return Imported(name, added.claims, added.known, met.rows, tuple(problems), met.left_out)


def _listed(path: Path, mapping: Path | None) -> Listed:
    from counterflow.extract import filings, maps, tables

    return filings.read(path) if filings.is_facts(path) else tables.read(path, maps.load(mapping) if mapping else None)


def placed(store: Store, recorded: str | None = None) -> list[Placed]:
    """Every claim of the current readings, and every claim of a person, with where it stands and since when."""
    from counterflow.reconcile.anchors import Placed

    documents = store.documents(recorded)
    return [
        Placed(
            s.claim,
            documents[s.doc_key].lineage if s.doc_key in documents else "text:" + s.claim.text_sha256,
            s.recorded,
            s.public,
            s.public_basis,
        )
        for s in store.claims(recorded)
        if s.current
    ]


def book(store: Store, question: Question) -> Book:
    """The reconciled book as of a question's three times and its trust."""
    from counterflow.reconcile import build

    decisions = [decision for decision, _ in store.decisions(question.recorded)]
    pile = placed(store, question.recorded)
    documents = _with_copies(store.documents(question.recorded), pile, question.known)
    known = [*gazetteer_parties(), *store.parties(question.recorded)]  # the later of one name holds: the user's
    found = build.book(pile, decisions, parties=known, documents=documents, question=question)
    return replace(found, problems=(*found.problems, *store.problems()))


def _with_copies(documents: dict[str, Document], pile: Sequence[Placed], day: date | None) -> dict[str, Document]:
    """The documents, each copy linked to its origin among what was public by a day."""
    from counterflow.sources.alike import linked

    heard = {p.claim.text_sha256 for p in pile if day and p.public and p.public <= day}
    public = [key for key, document in documents.items() if day is None or document.text_sha256 in heard]
    return documents | dict(zip(public, linked(documents[key] for key in public), strict=True))


def copies(reads: Sequence[Read], store: Store | None) -> list[Read]:
    """What was read, each copy linked to its origin among these documents and those of the book."""
    from counterflow.sources.alike import linked

    held = store.documents().values() if store and reads else ()
    found = linked([*(each.document for each in reads), *held])
    return [each._replace(document=document) for each, document in zip(reads, found, strict=False)]


def book_of(reads: Sequence[Read]) -> Book:
    """The book of articles just read, kept nowhere: every claim counts."""
    from counterflow.reconcile import build
    from counterflow.reconcile.anchors import Placed

    pile = [Placed(c, r.document.lineage, now(), first_day(r.document.doc_date)) for r in reads for c in r.claims]
    documents = {r.document.lineage: r.document for r in copies(reads, None)}
    return build.book(pile, parties=gazetteer_parties(), documents=documents, question=Question(trust=0.0))


def check(known: Book) -> list[Issue]:
    """The arithmetic fact-check of all that counts in a book."""
    from counterflow.extract import amounts
    from counterflow.reconcile.checks import Paper, check

    papers = [Paper(d, tuple(amounts.find(d.text).quantities)) for d in known.documents.values()]
    return check([r.claim for r in known.claims.values() if r.counts], papers, known.parties)


def gazetteer_parties() -> tuple[Party, ...]:
    """Who the built-in gazetteer knows."""
    from counterflow.extract.names.gazetteer import Gazetteer

    return tuple(Gazetteer.builtin().parties.values())


def owing(known: Book, party: str | None) -> list[str]:
    """Whose commitments to show: the party named, or each that has some."""
    if party is not None:
        return [named(known, party)]
    from counterflow.flows.build import KINDS

    return sorted({d.payer for d in known.deals if KINDS.get(d.family) == "purchase" and d.money_class})


def circular(known: Book, party: str | None, payer: str | None, counting: Counting) -> Returns:
    """The money that comes back, over the flows of a book between groups of companies."""
    from counterflow.analyse import returning
    from counterflow.flows import build
    from counterflow.flows.support import support

    money = build.dated(known, counting)
    flows = build.consolidated(money.flows, known)
    answer = returning.circular(flows, group(known, party), group(known, payer), counting.labels)
    curve = returning.no_named_payer(_readings(known, counting), answer.sources_of)
    return Returns(answer, tuple(curve), money, support(flows, known, dated=False), support(flows, known, dated=True))


def owe(known: Book, party: str | None, counting: Counting) -> tuple[Owes, ...]:
    """What a party owes by supplier and year, and its coverage; without one, each party that owes."""
    bound, money = binding(known, counting), everything(known, counting)
    return tuple(_owed(known, name, bound, money) for name in owing(known, party))


def _owed(known: Book, name: str, bound: Dated, money: Dated) -> Owes:
    from counterflow.analyse.owed import owed
    from counterflow.flows.build import of_party
    from counterflow.flows.support import support

    own = of_party(money, name, known)
    answer = owed(of_party(bound, name, known).flows, own.flows, name, cash_usd=_cash(known, name))
    return Owes(answer, own, support(own.flows, known, dated=True))


def binding(known: Book, counting: Counting) -> Dated:
    """The dated money that binds: paid and committed."""
    from counterflow.flows.build import dated

    return dated(known, replace(counting, upto="committed"))


def changes(store: Store, question: Question, day: date) -> Since:
    """What the book of a question knows that was not public by a day; rulings are those of the question."""
    from counterflow.analyse.since import since

    return since(book(store, question._replace(known=day)), book(store, question))


def everything(known: Book, counting: Counting) -> Dated:
    """The dated money of every class, rumours included."""
    from counterflow.flows.build import dated

    return dated(known, replace(counting, upto="rumoured"))


def _readings(known: Book, counting: Counting) -> dict[str, Any]:
    """The book's flows under each reading of its programmes."""
    from counterflow.flows.build import READINGS, consolidated, dated

    return {r: consolidated(dated(known, replace(counting, reading=r)).flows, known) for r in READINGS}


def _cash(known: Book, party: str) -> float:
    figure = next(iter(known.figures_of(party, "cash")), None)
    return float(figure.estimate.central or 0) if figure and figure.estimate.unit == "money" else 0.0


def named(known: Book, party: str) -> str:
    """The name of the party that a user means; `Trouble` that proposes the nearest where there is none."""
    from counterflow.reconcile.parties import find

    return find(party, known.parties.values(), known.alike)


def group(known: Book, party: str | None) -> str | None:
    """The same, at the top of its chain of owners."""
    from counterflow.flows.build import owner_of

    return None if party is None else owner_of(named(known, party), known)


def decide(store: Store, ruling: Ruling) -> Decision:
    """Record one ruling on a claim or a party; `Trouble` where there is no such thing or the edit makes no claim."""
    from counterflow.reconcile.rulings import on_claim, on_party

    pile = placed(store)
    matching = [p for p in pile if p.claim.claim_id.startswith(ruling.target)] if ruling.action != "merge" else []
    act = (ruling.action, ruling.who, now(), ruling.because)
    if len(matching) == 1:
        decision = on_claim(matching[0], act, ruling.edits.changes())
    else:
        decision = on_party(
            ruling.target, act, into=ruling.into, pile=pile, parties=[*gazetteer_parties(), *store.parties()]
        )
    store.add_decision(decision, recorded=decision.when)
    return decision


def add(store: Store, draft: Mapping[str, Any], where: str | Mapping[str, Any], because: str) -> tuple[Claim, Decision]:
    """A claim made by a person, from a span ("DOCUMENT:START-END") or a reference; accepted at once."""
    from counterflow.extract import person
    from counterflow.model.claim import Evidence
    from counterflow.reconcile.anchors import anchor

    made = person.Draft(**draft)
    documents = list(store.documents().values())
    if isinstance(where, str):
        claim, document = person.from_span(made, where, documents)
        lineage = document.lineage
    else:
        claim = person.from_reference(made, Evidence("reference", **where))
        lineage = "text:" + claim.text_sha256
    act = Decision("add", claim.claim_id, made.who, now(), because, anchor(claim, lineage), claim=claim.to_json())
    store.add_decision(act, recorded=act.when, claim=claim)
    return claim, act


def undo(store: Store, ident: str | None, who: str, because: str) -> list[Decision]:
    """Take back one decision or one batch, the last that stands if none is named; `Trouble` where there is none."""
    from counterflow.reconcile.rulings import taken_back

    acts = taken_back([decision for decision, _ in store.decisions()], ident, who, now(), because)
    store.add_decisions(acts, recorded=acts[0].when)
    return acts


def waiting(store: Store, today: date) -> Waiting:
    """What waits for a person as of a day, in order, with the book around it: every claim not rejected counts."""
    from counterflow.reconcile import anchors, queue

    ruled = [decision for decision, _ in store.decisions()]
    pile, known = placed(store), book(store, Question(trust=0.0))
    entries = queue.queue(known.claims, anchors.rebind(ruled, pile)[1], today)
    seen = frozenset(decision.decision_id for decision in ruled)
    return queue.Waiting(known, {p.claim.claim_id: p for p in pile}, entries, seen)
