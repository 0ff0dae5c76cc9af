"""What is new in a reading, a ruling or a list of problems: the events still to be appended."""

from __future__ import annotations

import json
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import date
from hashlib import sha256
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, func, select

from counterflow.model.book import Party
from counterflow.model.claim import Claim, Decision, compact
from counterflow.model.problem import Problem, Trouble
from counterflow.model.source import Document
from counterflow.store import projections, times
from counterflow.store.events import Draft, Event, events
from counterflow.store.grounds import flaw, target_kind
from counterflow.store.projections import document_key


class Reading(NamedTuple):
    """One document with all that was read in it."""

    document: Document
    claims: Sequence[Claim]
    problems: Sequence[Problem]
    parties: Sequence[Party] = ()  # whom it names, as far as the built-in names do not say the same
    public: date | None = None  # when the document was public; None: as the document itself says


def of_rows(connection: Connection, rows: Sequence[Claim]) -> list[Draft]:
    """The claims of a list that are new to the book; each must stand on a reference."""
    for claim in rows:
        _well_founded(claim, {})
    claims = {claim.claim_id: claim for claim in reversed(rows)}
    known = projections.existing(connection, projections.claims.c.claim_id, list(claims))
    return [_claim(id_, claim, None, None) for id_, claim in reversed(claims.items()) if id_ not in known]


def of_import(connection: Connection, name: str, claims: Iterable[str], problems: Iterable[Problem]) -> list[Draft]:
    """The import of a list by the ids of its claims; nothing where the latest one of that name said the same."""
    body = {
        "name": name,
        "claims": sorted(claims),  # what the list says now: what an earlier one said alone stands no longer
        "problems": [p.to_json() for p in problems],
    }
    asked = select(events).where(events.c.kind == "import", events.c.id == name)
    last = connection.execute(asked.order_by(events.c.seq.desc()).limit(1)).first()
    same = last is not None and Event(*last).content() == json.loads(compact(body))
    return [] if same or not body["claims"] else [Draft("import", name, body)]


def of_reading(connection: Connection, reading: Reading) -> list[Draft]:
    """The document where it is new or better dated, the reading, its new claims; nothing where all is known."""
    document = reading.document
    texts = {document.text_sha256: document.text}
    for claim in reading.claims:
        _well_founded(claim, texts)
    claims = {claim.claim_id: claim for claim in reversed(reading.claims)}  # of twins the first
    key = document_key(document.doc_id, document.text_sha256)
    stored = projections.latest(connection, key)
    day = times.stated_day(document, reading.public)
    told = [_document(connection, document, day)] if stored is None or _redates(document, day, stored) else []
    known = projections.existing(connection, projections.claims.c.claim_id, list(claims))
    day = day or (stored.public if stored else None)
    fresh = [_claim(id_, claim, key, day) for id_, claim in reversed(claims.items()) if id_ not in known]
    same = (sorted(claims), set(reading.parties)) == _last_read(connection, document.text_sha256)
    settled = not set(reading.problems) - _met(connection, key) and not _failed_since(connection, key, document)
    if not told and not fresh and same and settled:
        return []
    body = {
        "document": key,
        "text_sha256": document.text_sha256,
        "doc_id": document.doc_id,
        "address": document.address,
        "extractors": sorted({claim.extractor for claim in claims.values()}),
        "claims": sorted(claims),  # what this reading says of the text: claims of earlier ones stand no longer
        "new": len(fresh),
        "problems": [p.to_json() for p in reading.problems],
        "parties": [asdict(p) for p in sorted(reading.parties, key=lambda p: p.name)],
    }
    return [*told, Draft("reading", key, body), *fresh]


def of_copies(connection: Connection, documents: Mapping[str, Document]) -> list[Draft]:
    """Each document that is linked to another origin than the book says, as it was told of but for the link."""
    told = connection.execute(select(events).where(events.c.kind == "document").order_by(events.c.seq))
    last = {event.id: event for event in (Event(*row) for row in told)}
    made = []
    for key, document in documents.items():
        body = last[key].content()
        links = {"duplicate_of": document.duplicate_of, "syndicated_from": document.syndicated_from}
        if links != {link: body.get(link) for link in links}:
            made.append(Draft("document", key, body | links, last[key].public))
    return made


def of_decision(connection: Connection, decision: Decision, claim: Claim | None) -> list[Draft]:
    """The ruling, behind the claim that it adds; nothing where it is known. `Trouble` where it rules on nothing."""
    if projections.existing(connection, projections.decisions.c.decision_id, [decision.decision_id]):
        return []
    added = []
    if claim is not None and not projections.existing(connection, projections.claims.c.claim_id, [claim.claim_id]):
        added.append(_added(connection, claim))
    if decision.target not in {draft.id for draft in added} and not _has_target(connection, decision):
        what = f"there is no {target_kind(decision)} of this id in the book"
        raise Trouble(decision.target, what, "list the ids: counterflow claims, counterflow log")
    return [*added, Draft("decision", decision.decision_id, decision.to_json())]


def not_overtaken(connection: Connection, made: Sequence[Decision], seen: Container[str]) -> None:
    """`Trouble` where the book holds a ruling on what these rule on that is not among those `seen`."""
    targets, table = {decision.target for decision in made}, projections.decisions
    for ident, target in connection.execute(select(table.c.decision_id, table.c.target)):
        if target in targets and ident not in seen:
            raise Trouble(target, f"was ruled on meanwhile ({ident})", f"see counterflow show {ident}, and rule again")


def of_problems(problems: Iterable[Problem], listed: Iterable[Problem]) -> list[Draft]:
    """The problems that are not yet listed, each once."""
    fresh = dict.fromkeys(p for p in problems if p not in frozenset(listed))
    return [Draft("problem", problem_id(p), p.to_json()) for p in fresh]


def problems_met(body: Mapping[str, Any]) -> list[Problem]:
    """Those of a reading, from its body."""
    return [Problem(**problem) for problem in body["problems"]]


def problem_id(problem: Problem) -> str:
    """16 hex digits of all that it says."""
    return sha256(compact(problem.to_json()).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _document(connection: Connection, document: Document, day: str | None) -> Draft:
    sha = document.text_sha256
    key = document_key(document.doc_id, sha)
    first = projections.first_with(connection, sha)
    if first is not None and first.key != key:
        document = replace(document, duplicate_of=first.doc_id)
    held = first is not None and projections.text_of(connection, sha) is not None  # a text is kept once
    return Draft("document", key, document.to_json(), day, None if held else document.text)


def _redates(document: Document, day: str | None, stored: Row[Any]) -> bool:
    """Whether a known document is now dated better: on firmer ground, or otherwise by a person."""
    if day is None or (day == stored.public and times.basis(day, document) == stored.basis):
        return False
    firmer = times.BASES.index(times.basis(day, document)) < times.BASES.index(stored.basis)
    return firmer or document.doc_date_source == "option"


def _well_founded(claim: Claim, texts: Mapping[str, str | None]) -> None:
    wrong = flaw(claim, texts)
    if wrong:
        what = f"a claim ({claim.type}, by {claim.extractor}) {wrong}"
        raise Trouble(claim.doc_id, what, "nothing of this was stored; read it with another --extractor")


def _claim(claim_id: str, claim: Claim, key: str | None, day: str | None) -> Draft:
    own = times.reference_day(claim)
    return Draft("claim", claim_id, claim.to_json() | {"document": key}, own[0] if own else day)


def _added(connection: Connection, claim: Claim) -> Draft:
    """A claim that a person adds: bound to the document whose text it quotes, or to none where it names a source."""
    sha = claim.text_sha256
    home = projections.latest(connection, document_key(claim.doc_id, sha)) or projections.first_with(connection, sha)
    _well_founded(claim, {sha: projections.text_of(connection, sha)} if home else {})
    return _claim(claim.claim_id, claim, home and home.key, home and home.public)


def _has_target(connection: Connection, decision: Decision) -> bool:
    kind, at = target_kind(decision), projections
    columns = {"decision": [at.decisions.c.decision_id], "claim": [at.claims.c.claim_id, at.documents.c.key]}
    return kind is None or any(at.existing(connection, column, [decision.target]) for column in columns[kind])


def party_of(body: Mapping[str, Any]) -> Party:
    """A party from a reading's body."""
    return Party(**{**body, "aliases": tuple(body["aliases"])})


def _last_read(connection: Connection, text_sha256: str) -> tuple[list[str], set[Party]] | None:
    """Claim ids and parties of the latest reading of a text, under whatever name; None where it was never read."""
    table = projections.readings
    told = select(events).join(table, table.c.seq == events.c.seq).where(table.c.text_sha256 == text_sha256)
    row = connection.execute(told.order_by(events.c.seq.desc()).limit(1)).first()
    if row is None:
        return None
    claims, parties = Event(*row).parse(lambda body: (body["claims"], body.get("parties", ())))
    return list(claims), {party_of(p) for p in parties}


def _met(connection: Connection, key: str) -> set[Problem]:
    """Every problem that earlier readings of a document met."""
    readings = connection.execute(select(events).where(events.c.kind == "reading", events.c.id == key))
    return {problem for row in readings for problem in Event(*row).parse(problems_met)}


def _failed_since(connection: Connection, key: str, document: Document) -> bool:
    """Whether a document, known from before, could not be read once after its latest reading."""
    last = connection.scalar(select(func.max(events.c.seq)).where(events.c.kind == "reading", events.c.id == key))
    met = connection.execute(select(events).where(events.c.kind == "problem", events.c.seq > (last or 0)))
    places = {document.address, document.doc_id}
    return any(Event(*row).parse(lambda body: body["where"]) in places for row in met)
