"""What the rulings make of a claim: its state, and the values a person put in place of what was read."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final

from counterflow.model.claim import DEAL_STATUSES, FIGURE_STATUSES, Claim, Decision
from counterflow.model.problem import Trouble
from counterflow.reconcile.anchors import BY_PERSON

_STATES: Final = {"accept": "accepted", "edit": "accepted", "add": "accepted", "pin": "accepted", "reject": "rejected"}
_OF_AMOUNT: Final = ("low", "high", "currency", "unit", "per", "qualifier")


def state(claim: Claim, rulings: Sequence[Decision]) -> str:
    """`proposed`, `accepted` or `rejected`: the latest ruling's word.

    A claim that a person added stands on that ruling alone: taken back, it is rejected.
    """
    spoken = [_STATES[ruling.action] for ruling in rulings if ruling.action in _STATES]
    if claim.extractor.startswith(BY_PERSON) and not any(ruling.action == "add" for ruling in rulings):
        return "rejected"
    return spoken[-1] if spoken else "proposed"


def edited(claim: Claim, rulings: Sequence[Decision]) -> Claim:
    """The claim with every edit's values in place, the latest last. `Trouble` where an edit makes no claim."""
    for ruling in rulings:
        if ruling.action == "edit":
            claim = _edit(claim, ruling)
    return claim


def _edit(claim: Claim, ruling: Decision) -> Claim:
    ends = {key: value for key, value in ruling.changes.items() if key in _OF_AMOUNT}
    body = claim.to_json() | {key: value for key, value in ruling.changes.items() if key not in _OF_AMOUNT}
    try:
        if ends:
            body["amount"] = _amount(body["amount"], ends)
        return _checked(Claim.from_json(body))
    except (ValueError, ArithmeticError, TypeError, KeyError, AttributeError) as error:
        raise Trouble(
            claim.claim_id,
            f"the edit {ruling.decision_id} by {ruling.who} makes no claim: {error}",
            f"counterflow undo {ruling.decision_id}, then decide again",
        ) from error


def _checked(claim: Claim) -> Claim:
    if claim.amount:
        claim.amount.loose()
    if claim.status not in {*DEAL_STATUSES, *FIGURE_STATUSES, "testing"}:
        raise ValueError(f"{claim.status!r} is no status")
    return claim


def _amount(read: dict[str, Any] | None, ends: dict[str, Any]) -> dict[str, Any]:
    """A person's amount is the bare words: the writing it replaces widens it no more."""
    amount = {"low": None, "high": None, "unit": "money"} | (read or {}) | ends
    if {"low", "high"} & ends.keys():
        for end in ("low", "high"):
            amount[end] = None if amount[end] is None else Decimal(str(amount[end]))
        amount |= {"digits": (), "part": "1", "equivalents": (), "hedge": None}
        amount["qualifier"] = ends.get("qualifier") or _qualifier(amount["low"], amount["high"])
    return amount


def _qualifier(low: Decimal | None, high: Decimal | None) -> str:
    if low is None or high is None:
        return "up_to" if low is None else "at_least"
    return "exact" if low == high else "range"
