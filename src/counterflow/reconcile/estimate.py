"""What is believed of one quantity: the interval that its best-supported claims share, and a value inside it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Final, NamedTuple

from counterflow.model.book import Estimate
from counterflow.model.money import Interval
from counterflow.reconcile.said import EXACTNESS, Measure, Said

MARGIN: Final = 1.0  # log units; a vote closer than this is a tie, and said to be one
_TIER: Final = {"forecast": 0, "estimated": 1}  # of figures; everything else is what was or was agreed
_LOWEST: Final = Decimal("-Infinity")


class _Group(NamedTuple):
    """Claims whose loose intervals share at least one value."""

    members: tuple[Said, ...]
    shared: Interval
    accepted: float
    tier: int
    support: float

    @property
    def order(self) -> tuple[float, int, float, int, Decimal]:
        """Best first when sorted; the last two, exact wording and the smaller amount, settle what votes do not."""
        worded = min(_exactness(m) for m in self.members)
        return -self.accepted, -self.tier, -self.support, worded, min(_measure(m).stated for m in self.members)


def estimate(claims: Iterable[Said]) -> Estimate | None:
    """The estimate of one quantity at one stage; None where no claim states an amount.

    Loose intervals are intersected where all of them meet, else within the best-supported group: claims that a person
    accepted first, actual before estimated before forecast, then votes, each origin once. Claims on another yardstick
    (unit, currency, period) than the best-supported are left out. The reason names the rule.
    """
    measured = _of_one_yardstick([s for s in claims if s.measure])
    if not measured:
        return None
    current, told = _current(measured)
    groups = _groups(current)
    best = groups[0]
    preferred = _preferred(best)
    measure = _measure(preferred)
    return Estimate(
        interval=best.shared,
        central=_inside(measure.stated, best.shared) if measure.promises else None,
        unit=measure.unit,
        currency=measure.currency,
        qualifier=measure.qualifier,
        claims_for=tuple(s.id for s in best.members),
        claims_against=tuple(sorted({s.id for s in measured} - {s.id for s in best.members})),
        reason="; ".join([_reason(best, groups[1] if len(groups) > 1 else None), *told]),
        stated=measure.stated,
    )


def weighed(claims: Iterable[Said]) -> list[Said]:
    """The claims that are weighed against each other: of one yardstick, and not replaced by a later word."""
    return _current(_of_one_yardstick([s for s in claims if s.measure]))[0]


def support(claims: Iterable[Said]) -> float:
    """Votes for what the claims share, in log units: each origin counts once, with the weight of its best carrier."""
    best: dict[str, float] = defaultdict(float)
    for each in claims:
        best[each.origin] = max(best[each.origin], each.weight)
    return round(sum(best.values()), 6)


def best_said_first(claims: Iterable[Said]) -> list[Said]:
    """Claims with an amount, those of the best-supported value first; the order in which they came does not matter."""
    measured = [s for s in claims if s.measure]
    same: dict[tuple[object, Decimal], list[Said]] = defaultdict(list)
    for each in measured:
        same[_measure(each).yardstick, _measure(each).stated].append(each)
    votes = {value: support(group) for value, group in same.items()}

    def order(each: Said) -> tuple[bool, float, int, Decimal, str]:
        measure = _measure(each)
        return not each.accepted, -votes[measure.yardstick, measure.stated], _exactness(each), measure.stated, each.id

    return sorted(measured, key=order)


def _of_one_yardstick(claims: Sequence[Said]) -> list[Said]:
    groups: dict[tuple[str, str | None, str | None], list[Said]] = defaultdict(list)
    for each in claims:
        groups[_measure(each).yardstick].append(each)
    # A sum goes before a rate where both are equally well told.
    ranked = sorted(groups.items(), key=_best_told)
    return sorted(ranked[0][1], key=lambda s: s.id) if ranked else []


def _best_told(group: tuple[tuple[str, str | None, str | None], list[Said]]) -> tuple[bool, float, str, str, str]:
    (unit, currency, per), claims = group
    return not any(s.accepted for s in claims), -support(claims), per or "", unit, currency or ""


def _current(claims: Sequence[Said]) -> tuple[list[Said], list[str]]:
    """Claims that still stand: an origin's later word, or a claim that says so, replaces what it clashes with.

    A copy printed later is no later word.
    """
    linked = {link for s in claims for link in (s.claim.supersedes, s.claim.corrects) if link}
    by_origin: dict[str, list[Said]] = defaultdict(list)
    for each in claims:
        by_origin[each.origin].append(each)
    late = {origin: _latest([s for s in group if not s.copied]) for origin, group in by_origin.items()}
    stale = {s.id for s in claims if not s.accepted and (s.id in linked or _outdated(s, late[s.origin]))}
    if len(stale) == len(claims):
        return list(claims), []
    told = [f"superseded by a later word of the same origin: {', '.join(sorted(stale))}"] if stale else []
    return [s for s in claims if s.id not in stale], told


def _latest(claims: Sequence[Said]) -> list[Said]:
    last = max((s.told for s in claims if s.told), default=None)
    return [s for s in claims if s.told and s.told == last]


def _outdated(each: Said, latest: Sequence[Said]) -> bool:
    if not each.told or not latest or each.told == latest[0].told:
        return False
    return all(_measure(s).loose.meet(_measure(each).loose) is None for s in latest)


def _groups(claims: Sequence[Said]) -> list[_Group]:
    """Every largest group with a value in common, the best first: such a value is the low end of one of its members."""
    measures = {s.id: _measure(s) for s in claims}
    lows = sorted({_LOWEST if m.loose.low is None else m.loose.low for m in measures.values()})
    found = [frozenset(each for each, m in measures.items() if _covers(m, low)) for low in lows]
    largest = [ids for ids in dict.fromkeys(found) if not any(ids < other for other in found)]
    return sorted((_group([s for s in claims if s.id in ids]) for ids in largest), key=lambda g: g.order)


def _covers(measure: Measure, low: Decimal) -> bool:
    """Whether an amount allows a value; touching it at its upper edge, which nobody stated, is no agreement."""
    return low in measure.loose and (measure.loose.high != low or measure.stated == low)


def _group(members: Sequence[Said]) -> _Group:
    # "Multi-billion" names a size, no bound: it agrees with a number said beside it and never narrows it.
    sized = [m for m in members if _measure(m).qualifier != "order_of_magnitude"] or list(members)
    shared = _measure(sized[0]).loose
    for each in sized[1:]:
        met = shared.meet(_measure(each).loose)
        assert met is not None  # intervals that share a value meet
        shared = met
    return _Group(
        tuple(members),
        shared,
        support(m for m in members if m.accepted),
        max(_TIER.get(m.claim.status, 2) for m in members),
        support(members),
    )


def _preferred(group: _Group) -> Said:
    """Whose value is shown: no ceiling before a promise, inside before outside, accepted, exactly worded, well told."""

    def order(each: Said) -> tuple[bool, bool, bool, int]:
        measure = _measure(each)
        return not measure.promises, measure.stated not in group.shared, not each.accepted, _exactness(each)

    return min(best_said_first(group.members), key=order)  # the first of equals is the best told


def _reason(best: _Group, second: _Group | None) -> str:
    if second is None:
        claims, origins = len(best.members), len({m.origin for m in best.members})
        return "one claim" if claims == 1 else f"{claims} claims agree, of {_count(origins, 'origin')}"
    if best.accepted != second.accepted:
        return "ruled by a person"
    if best.tier != second.tier:
        return "what is actual goes before estimates, and estimates before forecasts"
    votes = f"{best.support:.1f} to {second.support:.1f} in votes, each origin once"
    return f"tie: {votes}; both values stand" if best.support - second.support < MARGIN else f"best supported: {votes}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _inside(value: Decimal, interval: Interval) -> Decimal:
    if interval.low is not None and value < interval.low:
        return interval.low
    return interval.high if interval.high is not None and value > interval.high else value


def _measure(each: Said) -> Measure:
    assert each.measure is not None  # only claims with an amount are weighed
    return each.measure


def _exactness(each: Said) -> int:
    qualifier = _measure(each).qualifier
    return EXACTNESS.index(qualifier) if qualifier in EXACTNESS else len(EXACTNESS)
