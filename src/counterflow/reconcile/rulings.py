"""Rulings: how one is made, and what those made of a claim, its state and the values a person put in place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from hashlib import sha256
from typing import Any, Final, NamedTuple

from counterflow.model.book import Party
from counterflow.model.claim import DEAL_STATUSES, FIGURE_STATUSES, ROLES, Claim, Decision, compact
from counterflow.model.problem import Trouble
from counterflow.reconcile.anchors import BY_PERSON, OF_PARTIES, Placed, anchor, standing
from counterflow.reconcile.parties import find

Act = tuple[str, str, str, str]  # what a person does, who, when (ISO time, UTC), and why
_STATES: Final = {"accept": "accepted", "edit": "accepted", "add": "accepted", "pin": "accepted", "reject": "rejected"}
_OF_AMOUNT: Final = frozenset({"low", "high", "currency", "unit", "per", "qualifier"})
_FIELDS: Final = frozenset(
    "amount amount_scope event_date metric modality polarity product roles status terms valid_time "
    "valuation_basis".split()
)
_BATCH: Final = "batch"  # the change by which rulings made as one know each other


class Edits(NamedTuple):
    """What a person puts in place of what was read; amounts in full units."""

    low: str | None = None
    high: str | None = None
    status: str | None = None
    fields: Mapping[str, str] = {}

    def changes(self) -> dict[str, Any]:
        """The fields that change."""
        named = {"low": self.low, "high": self.high, "status": self.status}
        return {k: v for k, v in named.items() if v is not None} | dict(self.fields)


class Ruling(NamedTuple):
    """What a person typed at `decide`."""

    action: str
    target: str  # the first digits of a claim's id, or a party
    who: str
    because: str
    into: str | None = None
    edits: Edits = Edits()


def on_claim(placed: Placed, act: Act, changes: Mapping[str, Any]) -> Decision:
    """A ruling on a claim, bound to its words. `Trouble` where an edit makes no claim."""
    action, who, when, because = act
    claim, place = placed.claim, anchor(placed.claim, placed.lineage)
    decision = Decision(action, claim.claim_id, who, when, because, place, changes, claim.to_json())
    edited(claim, [decision])
    return decision


def on_party(target: str, act: Act, *, into: str | None, pile: Iterable[Placed], parties: Iterable[Party]) -> Decision:
    """A ruling on a name that claims or the table use; `Trouble` for any other, or where it rules on claims alone."""
    action, who, when, because = act
    if action not in OF_PARTIES:
        raise Trouble(target, "names no single claim", "give more of its id: counterflow claims")
    if action == "merge" and not into:
        raise Trouble(target, "is merged into nothing", f"counterflow decide '{target}' --merge NAME --because '...'")
    written = {name for p in pile for names in (p.claim.parties, *p.claim.roles_as_written.values()) for name in names}
    known = [*map(Party, sorted(written)), *parties]
    find(target, known)
    return Decision(action, target, who, when, because, changes={"into": find(into, known)} if into else {})


def batched(rulings: Sequence[Decision]) -> tuple[Decision, ...]:
    """Rulings made as one, so that one undo takes all of them back: each names the batch (12 hex digits)."""
    name = sha256(compact([ruling.decision_id for ruling in rulings]).encode("utf-8")).hexdigest()[:12]
    return tuple(replace(ruling, changes={**ruling.changes, _BATCH: name}) for ruling in rulings)


def batch_of(ruling: Decision) -> str | None:
    """The batch that a ruling was made in, or None."""
    return ruling.changes.get(_BATCH)


def taken_back(decisions: Sequence[Decision], ident: str | None, who: str, when: str, because: str) -> list[Decision]:
    """The undo of one decision, or of each of a batch, by its first digits; without any, of what was ruled last.

    `Trouble` where that is nothing, or several. The undos of a batch are one batch themselves.
    """
    known = decisions if ident else standing(decisions)[-1:]
    asked = ident or (known and (batch_of(known[-1]) or known[-1].decision_id)) or ""
    one = {d.decision_id: [d] for d in decisions if asked and d.decision_id.startswith(asked)}
    for decision in decisions:
        batch = batch_of(decision)
        if asked and batch and batch.startswith(asked):
            one.setdefault(f"{_BATCH} {batch}", []).append(decision)
    if len(one) != 1:
        what = "names no single decision" if ident else "nothing to undo"
        raise Trouble(ident or "undo", what, "counterflow log")
    acts = [Decision("undo", decision.decision_id, who, when, because) for decision in one.popitem()[1]]
    return acts if len(acts) == 1 else list(batched(acts))


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
    try:
        return _checked(Claim.from_json(_changed(claim, ruling.changes)))
    except (ValueError, ArithmeticError, TypeError, KeyError, AttributeError) as error:
        raise Trouble(
            claim.claim_id,
            f"the edit by {ruling.who} makes no claim: {error}",
            f"write amounts in full units, and a known status; if it stands: counterflow undo {ruling.decision_id}",
        ) from error


def _changed(claim: Claim, changes: Mapping[str, Any]) -> dict[str, Any]:
    """The claim's JSON with a person's values: its fields, the parts of its amount, and its roles by their names."""
    body = claim.to_json()
    roles = {role for sides in ROLES.get(claim.type, ()) for role in sides} | claim.roles.keys()
    unknown = changes.keys() - _FIELDS - _OF_AMOUNT - roles - {_BATCH}
    if unknown:
        raise ValueError(f"{', '.join(sorted(unknown))}: no such field")
    body |= {name: value for name, value in changes.items() if name in _FIELDS}
    body["roles"] |= {
        role: [names] if isinstance(names, str) else names for role, names in changes.items() if role in roles
    }
    body |= {name: _dated(name, body[name]) for name in ("event_date", "valid_time")}
    ends = {name: value for name, value in changes.items() if name in _OF_AMOUNT}
    return body | ({"amount": _amount(body["amount"], ends)} if ends else {})


def _dated(name: str, value: Any) -> Any:
    """A date or a duration as typed, in the claim's form; anything else as it is."""
    if not isinstance(value, str):
        return value
    part = "value" if name == "event_date" else "duration" if value.startswith("P") else "start"
    return {"text": value, part: value}


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
