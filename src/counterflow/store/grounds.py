"""What a claim or a ruling must stand on: checked when it enters the book, and again by `verify`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from hashlib import sha256
from typing import Final

from counterflow.model.claim import Claim, Decision

_ID: Final = re.compile(r"[0-9a-f]{16}")  # of a claim or a document
_ON_CLAIMS: Final = frozenset({"accept", "reject", "edit", "add"})


def flaw(claim: Claim, texts: Mapping[str, str | None]) -> str | None:
    """Why the claim's evidence does not hold, or None. `texts`: hash -> text, None where the text was left out."""
    if not claim.evidence:
        return "has no evidence"
    best = claim.evidence[0]
    if best.kind != "sentence":
        note = sha256((best.note or "").encode("utf-8", "surrogatepass")).hexdigest()
        return None if claim.text_sha256 == note else "is bound to another note than the one it shows"
    if claim.text_sha256 not in texts:
        return "comes from a text that is not in this book"
    text = texts[claim.text_sha256]
    for piece in claim.evidence:
        if piece.kind == "sentence" and text is not None and text[piece.start : piece.end] != piece.text:
            return f"quotes at {piece.start}-{piece.end} what its text does not say there"
    return None


def target_kind(decision: Decision) -> str | None:
    """What the target of a ruling must be in this book: "decision", "claim" (or a document); None for a party's name.

    Names are free: a merge or a pin may speak of a party that no claim names yet.
    """
    if decision.action == "undo":
        return "decision"
    return "claim" if decision.action in _ON_CLAIMS and _ID.fullmatch(decision.target) else None
