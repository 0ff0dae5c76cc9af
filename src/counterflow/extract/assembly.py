"""A claim from its frame: roles, amount, status, scope, terms, dates, and the clause it stands in."""

from __future__ import annotations

from typing import Final

from counterflow.extract import amounts, status, tell
from counterflow.extract.counterparts import named_product
from counterflow.extract.frames import Framed
from counterflow.extract.memory import Memory
from counterflow.extract.subjects import Filler, subject_tags
from counterflow.extract.terms import terms_of
from counterflow.extract.times import times
from counterflow.model.claim import FIGURES, ROLES, Claim, EventDate, Evidence, Quantity
from counterflow.model.source import Document

VERSION: Final = "rules/0.2"
_TITLE_SURE: Final = 0.6
_PARTLY: Final = 0.85  # a core role that the sentence leaves open


def assembled(frame: Framed, roles: dict[str, Filler], stands: status.Standing, state: Memory) -> Claim:
    """The claim that a frame makes once its roles are filled and its standing is read."""
    sentence, document = frame.sentence, state.document
    start, end = _evidence(frame)
    when = times(document.text[start:end], document.doc_date, figure=frame.type in FIGURES)
    flags = ["announced"] if stands.status == "planned" and _announced(roles, state) else []
    flags += ["fx_mismatch"] if frame.amount and amounts.at_odds(frame.amount.quantity) else []
    sure = min((f.sure for f in roles.values()), default=0.5) * (_TITLE_SURE if sentence.segment != "body" else 1.0)
    missing = [r for r in ROLES[frame.type][0] if r not in roles]
    return Claim(
        type=frame.type,
        roles={r: f.names for r, f in roles.items()},
        roles_as_written={r: f.written for r, f in roles.items()},
        status=stands.status,
        evidence=(Evidence("sentence", start, end, document.text[start:end]),),
        text_sha256=state.text_sha256,
        doc_id=document.doc_id,
        amount=frame.amount.quantity if frame.amount else None,
        amount_scope=(frame.pattern.scope or status.scope(frame)) if frame.amount and frame.type in _SCOPED else None,
        valuation_basis=(frame.pattern.basis or status.basis(frame)) if frame.type == "valuation" else None,
        metric=frame.pattern.metric,
        product=_product(frame),
        terms=terms_of(frame, document, done=stands.status == "completed"),
        polarity=stands.polarity,
        modality=stands.modality,
        valid_time=when.valid,
        event_date=when.event or _around(frame, start, end, document),
        attribution=state.teller,
        extractor=VERSION,
        confidence=round(0.97 * sure * (_PARTLY if missing else 1.0), 2),
        flags=(*flags, *(["title"] if sentence.segment == "title" else [])),
    )


_SCOPED: Final = frozenset(
    {"investment", "funding_round", "debt", "prepayment", *status.CONTRACTS} - {"equity_warrant"}
)


def _product(frame: Framed) -> str | None:
    span = frame.groups.get("product")
    return named_product(frame.sentence, span) if span else None


def _around(frame: Framed, start: int, end: int, document: Document) -> EventDate | None:
    """What the sentence says of time outside the claim's clause: a bound before it, the day of the report behind it."""
    before, behind = document.text[frame.sentence.start : start], document.text[end : frame.sentence.end]
    if " than " in before and (bound := times(before, document.doc_date).event) and bound.bound:
        return bound
    told = times(behind, document.doc_date).event if behind.strip(" .") else None
    return told if told and told.of == "report" else None


def _announced(roles: dict[str, Filler], state: Memory) -> bool:
    names = tuple(n for f in roles.values() for n in f.names)
    written = tuple(n for f in roles.values() for n in f.written)
    return tell.announced(state.teller, names, written)


def _evidence(frame: Framed) -> tuple[int, int]:
    """The clause that carries the claim, from its subject to its amount, in the document's offsets."""
    sentence = frame.sentence
    a, b = frame.span
    first, last = sentence.clause(a)[0], sentence.clause(max(a, b - 1))[1]
    tags = subject_tags(sentence, a)
    if tags:
        first = min(first, tags[0].at)
    start, end = sentence.offset(first), (sentence.offset(last) if last < len(sentence.masked) else sentence.end)
    text_start = start + _leading(sentence.masked[first:])
    return text_start, max(end, _amount_end(frame, text_start))


def _leading(masked: str) -> int:
    return len(masked) - len(masked.lstrip(" ,;:-"))


def _amount_end(frame: Framed, least: int) -> int:
    if frame.amount is None:
        return least + 1
    quantity: Quantity = frame.amount.quantity
    return max([quantity.end, *(e.end for e in quantity.equivalents)])
