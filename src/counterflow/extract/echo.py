"""An amount said again without its number: "Fennimore followed with an equal sum"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from counterflow.extract.cues import cue
from counterflow.extract.memory import Memory
from counterflow.extract.sentences import Sentence
from counterflow.extract.subjects import filler
from counterflow.model.claim import Claim, Evidence

_PAYER: Final = {
    "investment": "investor",
    "debt": "lender",
    "grant": "grantor",
    "guarantee": "guarantor",
    "prepayment": "payer",
}
_LESS_SURE: Final = 0.85


def echoed(sentence: Sentence, told: Sequence[Claim], memory: Memory) -> list[Claim]:
    """The claims of those who pay "the same" as another before them, each over both clauses."""
    found = cue("parties.equal_sum").search(sentence.masked)
    base = next((c for c in reversed(told) if _paid(c)), None) if found else None
    if found and base is None and memory.deal and memory.deal[1] == sentence.paragraph and _paid(memory.deal[0]):
        base = memory.deal[0]
    payers = filler(sentence.parties(*found.span("who"))) if found else None
    if base is None or payers is None or found is None or set(payers.names) & set(base.roles[_PAYER[base.type]]):
        return []
    role = _PAYER[base.type]
    first = base.evidence[0].start or 0
    end = sentence.offset(found.end()) if found.end() < len(sentence.masked) else sentence.end
    span = Evidence("sentence", first, end, memory.document.text[first:end])
    return [
        replace(
            base,
            roles={**base.roles, role: (name,)},
            roles_as_written={**base.roles_as_written, role: (written,)},
            status="planned" if cue("status.planned").search(found[0]) else base.status,
            evidence=(span,),
            confidence=round(base.confidence * _LESS_SURE, 2),
        )
        for name, written in zip(payers.names, payers.written, strict=True)
        if name not in base.parties
    ]


def _paid(claim: Claim) -> bool:
    return claim.amount is not None and _PAYER.get(claim.type, "") in claim.roles
