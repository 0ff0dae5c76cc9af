"""What a document says several times is one claim with all its mentions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from counterflow.model.claim import Claim


def gathered(claims: Sequence[Claim]) -> list[Claim]:
    """One claim for what is said twice the same way, its mentions in the evidence."""
    return _folded(_deduplicated(claims))


def _deduplicated(claims: Sequence[Claim]) -> list[Claim]:
    kept: dict[tuple[object, ...], Claim] = {}
    for claim in claims:
        amount = claim.amount
        key = (
            _deal(claim),
            amount and (amount.low, amount.high, amount.currency, amount.unit, amount.per),
            (claim.amount_scope, claim.valuation_basis, claim.metric, claim.status, claim.polarity),
        )
        kept[key] = _both(kept[key], claim) if key in kept else claim
    return list(kept.values())


def _deal(claim: Claim) -> tuple[object, ...]:
    """Type and roles: what makes two claims speak of one deal."""
    return claim.type, tuple(sorted((r, tuple(sorted(n))) for r, n in claim.roles.items()))


def _both(one: Claim, other: Claim) -> Claim:
    """The surer claim, with the mentions of both."""
    first, second = sorted((one, other), key=lambda c: -c.confidence)
    return replace(first, evidence=(*first.evidence, *(e for e in second.evidence if e not in first.evidence)))


def _without_counts(claims: Sequence[Claim]) -> list[Claim]:
    """A number of goods told with the money that buys them is a term of that claim, no claim of its own."""
    told = {
        (_deal(c), term.start)
        for c in claims
        if c.amount and c.amount.unit == "money"
        for term in c.terms.get("count", ())
    }
    return [c for c in claims if c.amount is None or c.amount.unit != "count" or (_deal(c), c.amount.start) not in told]


def _folded(claims: Sequence[Claim]) -> list[Claim]:
    """A mention of a deal without its amount adds no claim where the document prices the deal elsewhere."""
    kept = _without_counts(claims)
    for claim in list(kept):
        if claim.amount is None and claim.type != "funding_round":
            place = next((i for i, other in enumerate(kept) if _within(claim, other)), None)
            if place is not None:
                kept[place] = replace(kept[place], evidence=(*kept[place].evidence, *claim.evidence))
                kept.remove(claim)
    return kept


def _within(bare: Claim, priced: Claim) -> bool:
    """Same type and polarity, and nobody in any role that the priced claim has not there too."""
    if priced.amount is None or (bare.type, bare.polarity) != (priced.type, priced.polarity):
        return False
    return all(set(names) <= set(priced.roles.get(role, ())) for role, names in bare.roles.items())
