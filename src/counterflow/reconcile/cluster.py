"""Which claims speak of one deal: same key, a possible path of stages, close in time, amounts that can be one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final, NamedTuple

from counterflow.model.book import EXITS
from counterflow.reconcile.anchors import Bound
from counterflow.reconcile.estimate import best_said_first
from counterflow.reconcile.parties import Register
from counterflow.reconcile.said import Days, Measure, Said, event_days, gap, rank, term_years

WITHIN_DAYS: Final = 180  # a story older than this is another one, unless a claim points back
CLOSINGS_APART: Final = 30  # days between two closings that cannot be one
STEP_BACK: Final = 30  # days after a signing within which papers may still speak of talks
_BINDING: Final = ("signed", "completed")
RETOLD: Final = 92  # days, a quarter, within which a plain sum is the one that another source calls additional
TIMES: Final = 6  # a rumour of 10 has closed at 50
_APART_SCOPES: Final = ("incremental", "tranche")


class Part(NamedTuple):
    """A claim as one side of a deal: who pays whom, under which family."""

    said: Said
    payer: str
    payee: str | None
    family: str


@dataclass(slots=True)
class Cluster:
    """Claims gathered around the first of them, and the most specific payee that any of them names."""

    seed: Part
    payee: str | None = None
    parts: list[Part] = field(default_factory=list)
    closings: set[Days] = field(default_factory=set)
    links: set[str] = field(default_factory=set)  # the claims in it, and those they point to

    def add(self, part: Part, register: Register) -> Cluster:
        """Put the claim in; a subsidiary's name goes before its owner's."""
        closing = _closing(part.said)
        self.parts.append(part)
        self.closings |= {closing} if closing else set()
        self.links |= {link for link in (part.said.id, part.said.claim.same_as) if link}
        if part.payee and (self.payee is None or self.payee in register.owners(part.payee)):
            self.payee = part.payee
        return self

    def takes(self, part: Part, register: Register) -> bool:
        """Whether the claim can speak of this deal."""
        closing = _closing(part.said)
        if any(gap(closing, own) > CLOSINGS_APART for own in self.closings):
            return False
        return _related(self.payee, part.payee, register) and _one_deal(self.seed.said, part.said, self.linked(part))

    @property
    def movers(self) -> list[Said]:
        """The claims that put the deal somewhere on the ladder."""
        return [part.said for part in self.parts if rank(part.said.stage) >= 0]

    def linked(self, part: Part) -> bool:
        """The claim points to one of the deal's, or one of those to it."""
        return part.said.id in self.links or part.said.claim.same_as in self.links


def clusters(parts: Iterable[Part], register: Register, rulings: Iterable[Bound] = ()) -> list[Cluster]:
    """The parts of one key, gathered; parents and subsidiaries of a payee share a key. Order of input is no matter.

    The most advanced and best-supported amounts come first and stand as seeds; every later claim is compared with
    them. Denials and what moves no deal join a deal or, exits apart, none. A person's merge or split goes first.
    """
    own = {part.said.id: part for part in parts}
    alone, joined = _ruled(rulings, own)
    found: list[Cluster] = []
    for part in _in_turn([p for p in own.values() if p.said.id not in alone and p.said.id not in joined]):
        home = _home(part, found, register)
        if home:
            home.add(part, register)
        elif rank(part.said.stage) >= 0 or part.said.stage in EXITS:
            found.append(Cluster(part).add(part, register))
    found += [Cluster(own[each]).add(own[each], register) for each in sorted(alone)]
    homes = {part.said.id: cluster for cluster in found for part in cluster.parts}
    for each in sorted(joined):
        if joined[each] in homes:
            homes[joined[each]].add(own[each], register)
    return found


def _in_turn(parts: Sequence[Part]) -> list[Part]:
    """Amounts by stage from the top and by support, then what names no amount, then what moves no deal."""
    by_stage: dict[int, list[Said]] = defaultdict(list)
    for part in parts:
        by_stage[rank(part.said.stage)].append(part.said)
    turn = {s.id: at for group in by_stage.values() for at, s in enumerate(best_said_first(group))}

    def order(part: Part) -> tuple[bool, bool, int, int, str]:
        step = rank(part.said.stage)
        return step < 0, part.said.measure is None, -step, turn.get(part.said.id, 0), part.said.id

    return sorted(parts, key=order)


def _home(part: Part, found: Sequence[Cluster], register: Register) -> Cluster | None:
    """Of the deals that can take a claim: one it points to, one of the same amount, the nearest in time, the first."""
    takers = [cluster for cluster in found if cluster.takes(part, register)]

    def order(cluster: Cluster) -> tuple[bool, bool, int]:
        seed = cluster.seed.said
        return not cluster.linked(part), _likeness(seed, part.said) != "same", gap(seed.days, part.said.days)

    return min(takers, key=order, default=None)


def _ruled(rulings: Iterable[Bound], own: Mapping[str, Part]) -> tuple[set[str], dict[str, str]]:
    """Claims that a person set apart, and claims that a person joined to another, by the last ruling on each."""
    alone: set[str] = set()
    steps: dict[str, str] = {}
    for decision, target in rulings:
        into = str(decision.changes.get("into"))
        if target in own and decision.action == "split":
            alone.add(target)
            steps.pop(target, None)
        elif target in own and decision.action == "merge" and into in own:
            alone.discard(target)
            steps[target] = into
    ends = {each: _end(each, steps) for each in steps}
    return alone, {each: end for each, end in ends.items() if end != each}


def _end(each: str, steps: Mapping[str, str]) -> str:
    seen = [each]
    while (step := steps.get(seen[-1], seen[-1])) not in seen:
        seen.append(step)
    return min(seen[seen.index(step) :])


def _related(a: str | None, b: str | None, register: Register) -> bool:
    if a is None or b is None:
        return a == b
    return a in register.owners(b) or b in register.owners(a)


def _one_deal(a: Said, b: Said, linked: bool) -> bool:
    like = _likeness(a, b)
    if _told_apart(a, b):
        return False
    if a.stage == b.stage and a.stage in _BINDING and _clash(a, b) and gap(a.days, b.days) > CLOSINGS_APART:
        return False  # two contracts or cheques, or one and a sum so far
    if like == "far" or _scopes_clash(a, b, like):
        return False
    return like == "same" or linked or (gap(a.days, b.days) <= WITHIN_DAYS and not _steps_back(a, b))


def _clash(a: Said, b: Said) -> bool:
    """Two amounts that no fair editor would let pass for each other; a floor lets all above it pass."""
    return bool(a.measure and b.measure and a.measure.loose.meet(b.measure.loose) is None)


def _told_apart(a: Said, b: Said) -> bool:
    """One list that numbers its deals gives these two different numbers."""
    first, second = ({f for f in s.claim.flags if f.startswith("deal:")} for s in (a, b))
    return a.claim.doc_id == b.claim.doc_id and bool(first and second) and first != second


def _likeness(a: Said, b: Said) -> str:
    """How two amounts compare: `unknown` where one is not stated, `same`, `near` (within TIMES) or `far`."""
    if a.measure is None or b.measure is None:
        return "unknown"
    one, other = a.measure, b.measure
    if (one.unit, one.currency) != (other.unit, other.currency):
        return "far"
    if one.per != other.per:
        one, other = _in_total(one, a, b), _in_total(other, b, a)
        return "same" if one.per == other.per and one.like(other) else "far"
    if one.like(other):
        return "same"
    return "near" if _times(one, other) <= TIMES else "far"


def _in_total(measure: Measure, own: Said, other: Said) -> Measure:
    """A yearly rate over its stated term, or the other claim's; a rate without any term stays a rate."""
    term = term_years(own) or term_years(other)
    return measure if measure.per is None or term is None else measure.over(term, None)


def _times(a: Measure, b: Measure) -> Decimal:
    """How many times the larger exceeds the smaller at their nearest ends; an open end stops at what was stated."""
    (low_a, high_a), (low_b, high_b) = _ends(a), _ends(b)
    if max(low_a, low_b) <= min(high_a, high_b):
        return Decimal(1)
    below, above = (high_a, low_b) if high_a < low_b else (high_b, low_a)
    return above / below if below > 0 else Decimal("Infinity")


def _ends(measure: Measure) -> tuple[Decimal, Decimal]:
    loose = measure.loose
    return (
        Decimal(0) if loose.low is None else loose.low,
        measure.stated if loose.high is None else loose.high,
    )


def _scopes_clash(a: Said, b: Said, like: str) -> bool:
    """What comes on top, a tranche, or a sum over years is not the plain amount beside it."""
    one, other = a.claim.amount_scope, b.claim.amount_scope
    if like == "same" and "cumulative" not in {one, other} and _retold(a, b):
        return False
    if any((one == scope) != (other == scope) for scope in _APART_SCOPES):
        return True
    if one == other == "incremental" and like == "near" and gap(a.days, b.days) > RETOLD:
        return True  # two steps up, each told when it was taken
    bound_to_amount = one == other == "tranche" or (one != other and "cumulative" in {one, other})
    return bound_to_amount and like == "near"


def _retold(a: Said, b: Said) -> bool:
    """The same sum by another source, near in time, or told plainly after it was told as "on top": fewer words."""
    if a.claim.doc_id == b.claim.doc_id or not (a.days and b.days):
        return False
    plain, top = (a.days, b.days) if b.claim.amount_scope == "incremental" else (b.days, a.days)
    on_top = "incremental" in {a.claim.amount_scope, b.claim.amount_scope}
    return a.days.apart(b.days) <= RETOLD or (on_top and (top.first - plain.last).days <= RETOLD)


def _steps_back(a: Said, b: Said) -> bool:
    """Talks well after a signing are about something else."""
    early, late = sorted((a, b), key=lambda s: rank(s.stage), reverse=True)
    if not (early.days and late.days and rank(early.stage) >= rank("signed") > rank(late.stage) >= 0):
        return False
    return (late.days.first - early.days.last).days > STEP_BACK


def _closing(each: Said) -> Days | None:
    return event_days(each.claim) if each.stage == "completed" else None
