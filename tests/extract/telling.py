"""Invented parties, and a claim told in one line, for the stories of the reader."""

from __future__ import annotations

from counterflow.extract.names.gazetteer import Gazetteer
from counterflow.model.claim import Claim

NAMES = Gazetteer.of(
    [
        {"name": "Eastmarch", "kind": "chipmaker"},
        {"name": "Dovecote", "kind": "lab"},
        {"name": "Bramblefield", "kind": "cloud"},
        {"name": "Fennimore", "kind": "investor"},
        {"name": "Greyhollow", "kind": "investor"},
        {"name": "Quarrel Foods", "kind": "company"},
        {"name": "Evening Star", "kind": "media"},
    ]
)


def told(claim: Claim, *facts: str) -> str:
    """A claim in one line."""
    roles = " ".join(f"{role} {' + '.join(names)}" for role, names in claim.roles.items())
    words = [str(getattr(claim, fact)) for fact in facts if getattr(claim, fact) not in {None, "positive"}]
    return f"{claim.type} {roles}, {claim.amount.text if claim.amount else '-'}: {' '.join(words)}"
