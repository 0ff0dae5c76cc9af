"""What both extractors say is one claim, and surer; what one says alone stays as it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final, NamedTuple

from counterflow.model.claim import Claim

AGREED: Final = "agreed"
STATUS_DIFFERS: Final = "status_differs"
_SUREST: Final = 0.98


class Merged(NamedTuple):
    """The claims of both in text order; how many both made (`agreed`, or `status_differs`), and how many one alone."""

    claims: list[Claim]
    counts: Mapping[str, int]


def merged(rules: Sequence[Claim], model: Sequence[Claim]) -> Merged:
    """One claim where type, roles, interval and polarity are the same and the evidence overlaps: it is the rules' own.

    Agreement on the status too halves the doubt; a different one leaves it, and says so in the flags.
    """
    met: dict[int, list[Claim]] = {}
    alone: list[Claim] = []
    for claim in model:
        same = [i for i, other in enumerate(rules) if is_same(other, claim)]
        if same:
            met.setdefault(min(same, key=lambda i: rules[i].status != claim.status), []).append(claim)
        else:
            alone.append(claim)
    both = [_both(claim, met[i]) if i in met else claim for i, claim in enumerate(rules)]
    agreed = sum(any(c.status == rules[i].status for c in claims) for i, claims in met.items())
    ordered = sorted([*both, *alone], key=lambda c: c.evidence[0].start or 0)
    counts = {AGREED: agreed, STATUS_DIFFERS: len(met) - agreed}
    return Merged(ordered, counts | {"only_rules": len(rules) - len(met), "only_llm": len(alone)})


def is_same(one: Claim, other: Claim) -> bool:
    """Whether two claims of one document assert the same thing in the same place."""
    return _core(one) == _core(other) and any(
        (a.start or 0) < (b.end or 0) and (b.start or 0) < (a.end or 0) for a in one.evidence for b in other.evidence
    )


def _core(claim: Claim) -> tuple[object, ...]:
    amount = claim.amount
    interval = amount and (amount.low, amount.high, amount.currency, amount.unit, amount.per)
    roles = {role: frozenset(names) for role, names in claim.roles.items()}
    return claim.type, roles, interval, claim.polarity, claim.metric if claim.type == "financial_metric" else None


def _both(claim: Claim, others: Sequence[Claim]) -> Claim:
    if all(other.status != claim.status for other in others):
        return replace(claim, flags=(*claim.flags, STATUS_DIFFERS))
    surer = min(_SUREST, 1 - (1 - claim.confidence) / 2)
    return replace(claim, confidence=round(max(surer, claim.confidence), 2), flags=(*claim.flags, AGREED))
