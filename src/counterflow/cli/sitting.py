"""One sitting at the queue: where it stands, and the rulings made in it. It speaks in messages and draws nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from time import monotonic
from typing import Any, Final, NamedTuple

from counterflow import desk
from counterflow.model.claim import Decision
from counterflow.model.problem import Trouble, plain
from counterflow.reconcile.anchors import Placed
from counterflow.reconcile.queue import Entry, Twin, Waiting, mergeable, nearest, twins
from counterflow.reconcile.rulings import batch_of, batched, edited, on_claim
from counterflow.show import reviewing, words
from counterflow.store import Store

_DONE: Final = {"accept": "accepted", "edit": "edited", "reject": "rejected"}


class Made(NamedTuple):
    """What one key recorded, to be taken back by the next `u`."""

    ident: str  # of the decision, or of the batch
    at: int
    entry: Entry | None  # as it was before; None where a claim was added beside it


@dataclass(slots=True)
class Sitting:
    """The queue as it was when the sitting began, and what was ruled since."""

    store: Store
    waiting: Waiting
    entries: list[Entry]
    who: str
    why: str  # the because of a ruling without a comment
    again: Callable[[str], bool]  # asks whether to rule although somebody else did
    at: int = 0
    mention: int = 0
    comment: str = ""
    states: dict[str, str] = field(default_factory=dict)  # of the entries dealt with, by id
    skipped: set[str] = field(default_factory=set)
    made: list[Made] = field(default_factory=list)
    paces: list[float] = field(default_factory=list)  # seconds for each ruling
    seen: set[str] = field(default_factory=set)
    _since: float = field(default_factory=monotonic)

    def __post_init__(self) -> None:
        self.seen = set(self.waiting.seen)

    @property
    def entry(self) -> Entry | None:
        """What is looked at; None at the end."""
        return self.entries[self.at] if self.at < len(self.entries) else None

    @property
    def left(self) -> int:
        """How many still wait, those put off included."""
        return sum(entry.ident not in self.states for entry in self.entries)

    def placed(self, entry: Entry) -> Placed:
        """The claim as it was read."""
        return self.waiting.pile[entry.ident]

    def rule(self, entry: Entry, action: str, changes: Mapping[str, Any] | None = None, because: str = "") -> str:
        """Accept, reject or edit the claim; `Trouble` where an edit makes no claim."""
        made = self._on(self.placed(entry), action, changes or {}, because)
        assert entry.claim is not None
        return self._record(entry._replace(claim=edited(entry.claim, [made])), [made], _DONE[action])

    def preview(self, entry: Entry, changes: Mapping[str, Any]) -> str:
        """The claim in words as an edit would make it; `Trouble` where that is no claim."""
        assert entry.claim is not None
        return words.claim(edited(entry.claim, [Decision("edit", entry.ident, self.who, "", "", changes=changes)]))

    def merge(self, entry: Entry, twin: Twin) -> str:
        """Accept the claim as a word on the deal of another."""
        own = self.placed(entry)
        made = [self._on(own, "accept", {}), self._on(own, "merge", {"into": twin.claim_id})]
        return self._record(entry, made, f"accepted as the deal of {twin.claim_id}")

    def partners(self, entry: Entry) -> tuple[Twin, ...]:
        """The claims that it can be merged with."""
        return twins(self.waiting.book, entry.ident) if entry.claim and mergeable(entry.claim) else ()

    def candidates(self, entry: Entry) -> tuple[Placed, ...]:
        """The claims that a ruling without its own may hold for."""
        return nearest(entry.ruling, self.waiting.pile.values()) if entry.ruling else ()

    def hold(self, entry: Entry, placed: Placed) -> str:
        """The ruling without its claim holds for this one."""
        old = entry.ruling
        assert old is not None
        made = on_claim(placed, (old.action, self.who, desk.now(), self.comment or old.because), old.changes)
        return self._record(entry, [made, self._back(old)], f"holds for {placed.claim.claim_id}")

    def drop(self, entry: Entry) -> str:
        """The ruling without its claim holds no more."""
        assert entry.ruling is not None
        return self._record(entry, [self._back(entry.ruling)], "taken back")

    def added(self, decision: Decision) -> None:
        """A claim was added on the way."""
        self.made.append(Made(decision.decision_id, self.at, None))
        self.seen.add(decision.decision_id)
        self.comment = ""

    def undo(self) -> str:
        """Take back what the last key of this sitting recorded."""
        if not self.made:
            return "nothing of this sitting to take back; for what is older: counterflow undo ID"
        last = self.made.pop()
        acts = desk.undo(self.store, last.ident, self.who, self.comment or "taken back in review")
        self.seen |= {act.decision_id for act in acts}
        self.at, self.mention, self.comment = last.at, 0, ""
        if last.entry:
            self.entries[last.at] = last.entry
            self.states.pop(last.entry.ident, None)
        return f"taken back: {last.ident}"

    def skip(self) -> str:
        """Put it off."""
        if self.entry:
            self.skipped.add(self.entry.ident)
        self._advance()
        return "put off; it waits for the next sitting"

    def move(self, step: int) -> str:
        """To the next or the one before."""
        self.at, self.mention = min(max(self.at + step, 0), len(self.entries)), 0
        self._since = monotonic()
        return ""

    def turn(self, step: int) -> str:
        """To another mention of the claim."""
        count = len(self.entry.claim.evidence) if self.entry and self.entry.claim and not self.entry.ruling else 1
        self.mention = (self.mention + step) % count
        return "" if count > 1 else "the only mention"

    def because(self) -> str:
        """Why the next ruling is made."""
        return self.comment or self.why

    def _on(self, placed: Placed, action: str, changes: Mapping[str, Any], because: str = "") -> Decision:
        return on_claim(placed, (action, self.who, desk.now(), self.comment or because or self.why), changes)

    def _back(self, ruling: Decision) -> Decision:
        return Decision("undo", ruling.decision_id, self.who, desk.now(), self.because())

    def _record(self, entry: Entry, made: Sequence[Decision], state: str) -> str:
        """Record it as one, unless somebody ruled on the same meanwhile: then both are shown and it is asked again."""
        made = batched(made) if len(made) > 1 else made
        while others := self._write(made):
            self.seen |= {ruling.decision_id for ruling in others}
            both = f"meanwhile: {'; '.join(map(reviewing.told, others))}\nyours: {reviewing.told(made[0])}"
            if not self.again(plain_lines(both)):
                self.states[entry.ident] = f"ruled on by {others[-1].who}"
                self._advance()
                return "left as it is"
        ident = batch_of(made[0]) or made[0].decision_id
        self.seen |= {ruling.decision_id for ruling in made}
        self.made.append(Made(ident, self.at, self.entries[self.at]))
        self.entries[self.at] = entry
        self.states[entry.ident] = state
        self.paces.append(monotonic() - self._since)
        self.comment = ""
        self._advance()
        return plain(f"{state}: {words.claim(entry.claim) if entry.claim else entry.ident} ({ident})")

    def _write(self, made: Sequence[Decision]) -> list[Decision]:
        """The rulings of others that stand in the way; none where it was recorded."""
        try:
            self.store.add_decisions(made, recorded=made[0].when, seen=self.seen)
        except Trouble:
            targets = {ruling.target for ruling in made}
            told = [ruling for ruling, _ in self.store.decisions()]
            others = [r for r in told if r.target in targets and r.decision_id not in self.seen]
            if not others:
                raise
            return others
        return []

    def _advance(self) -> None:
        """To the next that waits, from here on and then from the top."""
        turn = [*range(self.at + 1, len(self.entries)), *range(self.at)]
        done = self.states.keys() | self.skipped
        self.at = next((at for at in turn if self.entries[at].ident not in done), len(self.entries))
        self.mention, self._since = 0, monotonic()


def plain_lines(text: str) -> str:
    """Several lines, each without what would move a cursor."""
    return "\n".join(map(plain, text.split("\n")))
