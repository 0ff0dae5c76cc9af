"""A claim that a person makes: from a selected span of a stored document, or from a named source outside the book."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Final

from counterflow.extract import amounts
from counterflow.model.claim import (
    BASES,
    METRICS,
    ROLES,
    SCOPES,
    TERM_KEYS,
    Claim,
    Evidence,
    Quantity,
    Term,
    ValidTime,
    statuses_of,
)
from counterflow.model.problem import Trouble
from counterflow.model.source import Document
from counterflow.model.when import years

_SPAN: Final = re.compile(r"(?P<document>.+):(?P<start>\d+)-(?P<end>\d+)$")


@dataclass(frozen=True, slots=True)
class Draft:
    """What a person typed: names as written, the amount in words, and where it stands."""

    type: str
    roles: Mapping[str, Sequence[str]]
    amount: str | None = None
    status: str = "completed"
    who: str = "person"
    scope: str | None = None
    basis: str | None = None
    metric: str | None = None
    term: str | None = None  # ISO 8601 duration the amount covers: P7Y
    terms: Mapping[str, Sequence[str]] = field(default_factory=dict)


def from_span(draft: Draft, span: str, documents: Sequence[Document]) -> tuple[Claim, Document]:
    """A claim on `DOCUMENT:START-END`, with its document; `Trouble` where the span does not lie in a stored text."""
    found = _SPAN.match(span)
    if not found:
        raise Trouble("--span", f"{span!r} is not a span", "write it as DOCUMENT:START-END, e.g. wire.txt:120-180")
    matching = [d for d in documents if d.doc_id == found["document"]]
    if not matching:
        raise Trouble("--span", f"no document {found['document']!r} in this book", "list them: counterflow sources")
    document, start, end = matching[0], int(found["start"]), int(found["end"])
    if document.left_out:
        what = f"the text of {document.doc_id} was left out of this book"
        raise Trouble("--span", what, "say what it says in your own words: --source and --note")
    if not 0 <= start < end <= len(document.text):
        raise Trouble(
            "--span", f"{start}-{end} lies outside its {len(document.text)} characters", "choose START < END inside it"
        )
    evidence = Evidence("sentence", start, end, document.text[start:end])
    return _claim(draft, evidence, document.text_sha256, document.doc_id, base=start), document


def from_reference(draft: Draft, reference: Evidence) -> Claim:
    """A claim that stands in a source outside the book; its note stands for the text."""
    note = reference.note or ""
    if not (reference.source and note):
        raise Trouble(
            "--source", "a reference needs a source and a note in your own words", "add --source NAME --note '...'"
        )
    return _claim(draft, reference, sha256(note.encode("utf-8", "surrogatepass")).hexdigest(), reference.source)


def _claim(draft: Draft, evidence: Evidence, text_sha256: str, doc_id: str, *, base: int = 0) -> Claim:
    _check(draft)
    written = {role: tuple(names) for role, names in draft.roles.items()}
    return Claim(
        type=draft.type,
        roles=written,  # the register of parties maps aliases when the book is made
        roles_as_written=written,
        status=draft.status,
        evidence=(evidence,),
        text_sha256=text_sha256,
        doc_id=doc_id,
        amount=_amount(draft.amount, evidence, base),
        amount_scope=draft.scope,
        valuation_basis=draft.basis,
        metric=draft.metric,
        terms={key: tuple(Term(v) for v in values) for key, values in draft.terms.items()},
        valid_time=ValidTime(draft.term, duration=draft.term) if draft.term else None,
        extractor=f"person/{draft.who}",
        confidence=1.0,
    )


def _amount(said: str | None, evidence: Evidence, base: int) -> Quantity | None:
    if said is None:
        return None
    found = amounts.find(said).quantities
    if len(found) != 1:
        raise Trouble("--amount", f"{said!r} holds {len(found)} amounts", "write one, e.g. --amount 'about $4 billion'")
    at = (evidence.text or "").find(said)
    shift = base + at if at >= 0 else 0
    body: dict[str, Any] = found[0].to_json()
    return Quantity.from_json(body | {"start": body["start"] + shift, "end": body["end"] + shift})


def _check(draft: Draft) -> None:
    """Every word from a closed list is one of its list; the first that is not is a Trouble with the list."""
    if draft.type not in ROLES:
        raise Trouble("TYPE", f"{draft.type!r} is no claim type", f"one of: {', '.join(ROLES)}")
    core, optional = ROLES[draft.type]
    statuses = statuses_of(draft.type)
    wanted: list[tuple[str, str | None, Sequence[str]]] = [
        *(("--role", role, (*core, *optional)) for role in draft.roles),
        *(("--term", key, TERM_KEYS) for key in draft.terms),
        ("--status", draft.status, statuses),
        ("--scope", draft.scope, SCOPES),
        ("--basis", draft.basis, BASES),
        ("--metric", draft.metric, METRICS),
    ]
    for option, value, allowed in wanted:
        if value is not None and value not in allowed:
            raise Trouble(option, f"{value!r} is not known here", f"one of: {', '.join(allowed)}")
    if not any(role in draft.roles for role in core):
        raise Trouble("--role", f"a {draft.type} names at least one of {', '.join(core)}", f"--role {core[0]}=NAME")
    if draft.term and years(draft.term) is None:
        raise Trouble("--years", f"{draft.term!r} is not a duration", "an ISO 8601 duration such as P7Y")
