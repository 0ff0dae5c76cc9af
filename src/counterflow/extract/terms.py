"""Terms that ride on a claim, each with its words: condition, trigger, consideration, package, take-or-pay, rank."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from counterflow.extract import status
from counterflow.extract.cues import cue
from counterflow.extract.frames import Framed
from counterflow.model.claim import Claim, Term
from counterflow.model.source import Document


def terms_of(frame: Framed, document: Document) -> dict[str, tuple[Term, ...]]:
    """The terms that a frame's own clause states, keyed as in `model.claim.TERM_KEYS`."""
    masked = frame.sentence.masked
    start, end = frame.sentence.clause(frame.span[0])
    end = max(end, frame.sentence.clause(max(frame.span[1] - 1, 0))[1])
    found: dict[str, tuple[Term, ...]] = {}
    if frame.type == "financial_metric":
        return found
    if span := status.condition(frame):
        found["condition"] = (_term(frame, document, *span),)
    if frame.type == "investment" and (m := cue("terms.earmark").search(masked, frame.span[1])):
        term = _term(frame, document, *m.span())
        found["trigger"] = (term._replace(value={"kind": "purchase", "what": term.text}),)
    if frame.type in {"investment", "funding_round"} and (
        m := cue("terms.consideration").search(masked, frame.span[1], end)
    ):
        word = m["what"].split()[-1]
        found["consideration"] = (_term(frame, document, *m.span(), value={"shares": "stock"}.get(word, word)),)
    if frame.type == "capacity_commitment" and (m := cue("terms.take_or_pay").search(masked)):
        found["take_or_pay"] = (_term(frame, document, *m.span(), value=1),)
    if frame.type in {"investment", "funding_round", "valuation"} and (m := cue("terms.rank").search(masked, start)):
        found["rank"] = (_term(frame, document, *m.span()),)
    if m := cue("terms.package").search(masked):
        found["package"] = (_term(frame, document, *m.span(), value=""),)  # its id is given once all claims are known
    return found


def _term(frame: Framed, document: Document, start: int, end: int, value: Any = None) -> Term:
    a, b = frame.sentence.offset(start), frame.sentence.end
    if end < len(frame.sentence.masked):
        b = frame.sentence.offset(end)
    text = document.text[a:b].strip()
    return Term(text if value is None else value, text, a, a + len(text))


def add_packages(claims: Sequence[Claim]) -> list[Claim]:
    """One id for all claims of one "in exchange for": the smallest claim id among them. A lone claim is no package."""
    together: dict[int, list[Claim]] = {}
    for claim in claims:
        for term in claim.terms.get("package", ()):
            together.setdefault(term.start or 0, []).append(claim)
    names = {start: min(c.claim_id for c in group) for start, group in together.items() if len(group) > 1}
    return [_packaged(claim, names) for claim in claims]


def _packaged(claim: Claim, names: dict[int, str]) -> Claim:
    if "package" not in claim.terms:
        return claim
    kept = tuple(t._replace(value=names[t.start or 0]) for t in claim.terms["package"] if (t.start or 0) in names)
    terms = {k: v for k, v in claim.terms.items() if k != "package"}
    return replace(claim, terms=terms | ({"package": kept} if kept else {}))
