"""Rulings bound to claims by what they were about, so that no upgrade, re-reading or re-fetch loses or alters one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from graphlib import TopologicalSorter
from typing import Any, Final, NamedTuple

from counterflow.model.claim import Anchor, Claim, Decision, normalised, plain

BY_PERSON: Final = "person/"  # extractor of a claim that somebody added; no reading repeats it
OF_PARTIES: Final = frozenset({"merge", "split", "pin"})  # without an anchor these rule on a name


@dataclass(frozen=True, slots=True)
class Placed:
    """A claim of the current reading of its document, with where it stands and since when it was public."""

    claim: Claim
    lineage: str  # model.source.Document.lineage, or the claim's own text hash where it has no document
    recorded: str = ""  # ISO time at which the claim entered the book
    public: date | None = None
    public_basis: str = "recorded"  # document, not_before or recorded


class Bound(NamedTuple):
    """A standing ruling and what it holds for: a claim's id in the current reading, or a party's name."""

    decision: Decision
    target: str


class _Match(NamedTuple):
    """How well a claim fits a ruling: the same names as written, the same amount."""

    names: bool
    amount: bool
    claim_id: str


def anchor(claim: Claim, lineage: str) -> Anchor:
    """Where a ruling on this claim binds: document lineage, best quote (or our own note), frame."""
    return Anchor(lineage, _quotes(claim)[0], claim.frame)


def standing(decisions: Iterable[Decision]) -> tuple[Decision, ...]:
    """The rulings that nobody has taken back, oldest first; an undo of an undo restores.

    Rulings of one second keep their order where they share a target; others have none.
    """
    known = {decision.decision_id: decision for decision in decisions}
    undoers: dict[str, list[str]] = {decision_id: [] for decision_id in known}
    for decision_id, decision in known.items():
        if decision.action == "undo":
            undoers.setdefault(decision.target, []).append(decision_id)
    back: set[str] = set()
    for decision_id in TopologicalSorter(undoers).static_order():  # an undo comes before what it takes back
        ruling = known.get(decision_id)
        if ruling and ruling.action == "undo" and decision_id not in back:
            back.add(ruling.target)
    kept = [d for decision_id, d in known.items() if d.action != "undo" and decision_id not in back]
    return tuple(sorted(kept, key=lambda d: (d.when, d.target)))


def rebind(decisions: Iterable[Decision], claims: Iterable[Placed]) -> tuple[tuple[Bound, ...], tuple[Decision, ...]]:
    """Every standing ruling, either bound to what it is about or waiting for a person.

    A claim that still has the id holds its ruling. Else the anchor decides; where several claims share it, names as
    written and then amount tell them apart. No match, or several: waiting. A ruling also waits where its only
    candidate is ruled on by another decision that fits it better.
    """
    pile = {placed.claim.claim_id: placed for placed in claims}
    rulings = standing(decisions)
    shelf = _shelf(pile) if any(d.anchor and d.target not in pile for d in rulings) else {}
    bound: list[Bound] = []
    waiting: list[Decision] = []
    held: list[tuple[Decision, _Match]] = []
    for ruling in rulings:
        match = _match(ruling, pile, shelf)
        if match:
            held.append((ruling, match))
        elif ruling.action in OF_PARTIES and ruling.anchor is None:
            bound.append(Bound(ruling, ruling.target))
        else:
            waiting.append(ruling)
    fits: dict[str, dict[str, _Match]] = defaultdict(dict)
    for ruling, match in held:
        rivals = fits[match.claim_id]
        rivals[ruling.target] = max(match, rivals.get(ruling.target, match))
    for ruling, match in held:
        if _holds(ruling.target, fits[match.claim_id]):
            bound.append(Bound(ruling, match.claim_id))
        else:
            waiting.append(ruling)
    return tuple(bound), tuple(waiting)


def _match(ruling: Decision, pile: Mapping[str, Placed], shelf: Mapping[Anchor, Sequence[str]]) -> _Match | None:
    if ruling.action == "merge" and ruling.anchor and ruling.changes.get("into") not in pile:
        return None  # the other half is gone: a person says what it has become
    if ruling.target in pile:
        return _Match(True, True, ruling.target)
    if ruling.anchor is None or ruling.action == "add":
        return None
    found = [_fit(ruling.claim or {}, pile[claim_id].claim, claim_id) for claim_id in shelf.get(ruling.anchor, ())]
    for tells in ("names", "amount"):
        if len(found) > 1:
            found = [match for match in found if getattr(match, tells)] or found
    return found[0] if len(found) == 1 else None


def _holds(target: str, fits: Mapping[str, _Match]) -> bool:
    """Whether a ruling made on `target` holds for a claim, beside rulings made on others that found the same claim."""
    fit = fits[target]
    return len(fits) == 1 or (fit.names and fit.amount) or (fit.names and fit == max(fits.values()))


def _fit(seen: Mapping[str, Any], claim: Claim, claim_id: str) -> _Match:
    names = {role: sorted(names) for role, names in (seen.get("roles_as_written") or {}).items()}
    now = {role: sorted(names) for role, names in claim.roles_as_written.items()}
    ends = claim.amount and {"low": plain(claim.amount.low), "high": plain(claim.amount.high)}
    then = seen.get("amount") and {"low": seen["amount"].get("low"), "high": seen["amount"].get("high")}
    return _Match(names == now, ends == then, claim_id)


def _shelf(pile: Mapping[str, Placed]) -> dict[Anchor, list[str]]:
    """Claim ids by every anchor they can be found under: each mention counts, for a reading may reorder them."""
    shelf: dict[Anchor, list[str]] = defaultdict(list)
    for claim_id, placed in sorted(pile.items()):
        if not placed.claim.extractor.startswith(BY_PERSON):
            for quote in dict.fromkeys(_quotes(placed.claim)):
                shelf[Anchor(placed.lineage, quote, placed.claim.frame)].append(claim_id)
    return shelf


def _quotes(claim: Claim) -> list[str]:
    return [normalised(e.text or e.note or e.name or "") for e in claim.evidence]
