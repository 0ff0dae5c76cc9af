"""A claim that a person makes: from a selected span of a stored document, or from a named source outside the book."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Final

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
    normalised,
    statuses_of,
)
from counterflow.model.problem import Trouble
from counterflow.model.source import Document
from counterflow.model.when import years

# A sentence ends at a stop before a new beginning, or at the end of its line; initials and legal forms end none.
_STOP: Final = re.compile(
    r"(?<!\b[A-Z])(?<!\b(?:Co|Mr|Ms|Dr|vs))(?<!\b(?:Inc|Ltd|Mrs))(?<!\bCorp)[.!?][\"'”’)\]]*(?=\s+[\"'“‘(\[]?[A-Z0-9])"
    r"|\r?\n"
)
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
    """A claim on `DOCUMENT:START-END`, with its document; `Trouble` where the span does not lie in a stored text.

    DOCUMENT is its name, or `text:` and the hash of its text where names are not enough.
    """
    found = _SPAN.match(span)
    if not found:
        raise Trouble("--span", f"{span!r} is not a span", "write it as DOCUMENT:START-END, e.g. wire.txt:120-180")
    matching = [d for d in documents if found["document"] in {d.doc_id, f"text:{d.text_sha256}"}]
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


def amount(said: str) -> Quantity:
    """The one amount that a person's words hold; `Trouble` where they hold none, or several."""
    found = amounts.find(said).quantities
    if len(found) != 1:
        raise Trouble("--amount", f"{said!r} holds {len(found)} amounts", "write one, e.g. --amount 'about $4 billion'")
    return found[0]


def amounts_in(text: str) -> list[str]:
    """The words of every amount in a text, in order."""
    return [quantity.text for quantity in amounts.find(text).quantities]


def spans_of(text: str, words: str) -> list[tuple[int, int]]:
    """The sentences `[start, end)` of a text that hold these words; spaces, quotes, dashes and case are no matter."""
    wanted = r"\s+".join(map(_same, words.split()))
    found = [m.span() for m in re.finditer(wanted, text, re.IGNORECASE)] if wanted else []
    stops = [0, *(stop.end() for stop in _STOP.finditer(text)), len(text)] if found else []
    around = [(stops[bisect_right(stops, a) - 1], stops[bisect_left(stops, b)]) for a, b in found]
    return list(dict.fromkeys(_trimmed(text, *bounds) for bounds in around))


def _same(word: str) -> str:
    """A word as a pattern that every way of writing its quotes and dashes fits."""
    word = re.escape(normalised(word))
    return word.replace("'", "['’‘]").replace('"', '["“”„]').replace(r"\-", "[-‐‑–—]")


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """The span without the space around its words."""
    words = text[start:end]
    return start + len(words) - len(words.lstrip()), start + len(words.rstrip())


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
    found = amount(said)
    at = (evidence.text or "").find(said)
    shift = base + at if at >= 0 else 0
    return replace(found, start=found.start + shift, end=found.end + shift)


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
