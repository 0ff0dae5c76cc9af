"""Claims -> figures: what a party is worth, holds, earns or raises. Figures move no money by themselves."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from hashlib import sha256
from typing import Final, NamedTuple

from counterflow.model.book import Figure
from counterflow.reconcile.cluster import WITHIN_DAYS
from counterflow.reconcile.estimate import best_said_first, estimate, support
from counterflow.reconcile.parties import key
from counterflow.reconcile.said import Said, event_days, gap
from counterflow.reconcile.weights import freshness

# Claim type -> the role whose figure it is. A round moves no money: its investors' cheques do.
_PARTY: Final = {
    "valuation": "company",
    "stake": "holder",
    "financial_metric": "company",
    "funding_round": "issuer",
}
_SEVERAL_EVENTS: Final = frozenset({"valuation", "funding_round"})  # another amount is another event, not a clash
# What may be compared: done, agreed, talked of, imagined, estimated and forecast are different variables.
_STANDING: Final = {
    "actual": "done",
    "completed": "done",
    "signed": "agreed",
    "rumoured": "mooted",
    "considering": "mooted",
    "planned": "mooted",
    "in_talks": "mooted",
    "letter_of_intent": "mooted",
    "hypothetical": "imagined",
    "estimated": "estimated",
    "forecast": "forecast",
}
_FIRMEST: Final = ("done", "agreed", "estimated", "forecast", "mooted", "imagined")


class _Key(NamedTuple):
    """Claims on one figure agree in all of these."""

    party: str
    what: str
    basis: str
    counterparty: str
    period: str
    standing: str
    yardstick: tuple[str, str | None, str | None]


def figures(claims: Iterable[Said]) -> tuple[Figure, ...]:
    """Every figure that a claim states an amount of, by party and kind, the preferred first: accepted by a person,
    then done before estimated before mooted, then the latest told, then the best supported.
    """
    groups: dict[_Key, list[Said]] = defaultdict(list)
    for each in claims:
        found = _key(each)
        if found:
            groups[found].append(each)
    events = [(found, event) for found, group in groups.items() for event in _events(found, group)]
    ranked = sorted(events, key=lambda e: _preferred_first(*e))
    taken: set[str] = set()
    return tuple(_figure(found, event, taken) for found, event in ranked)


def _key(each: Said) -> _Key | None:
    claim = each.claim
    party = claim.role(_PARTY.get(claim.type, ""))
    standing = "imagined" if claim.modality == "hypothetical" else _STANDING.get(claim.status)
    if party is None or standing is None or each.measure is None or claim.polarity == "negative":
        return None
    return _Key(
        party,
        claim.metric or claim.type,
        _basis(each),
        (claim.role("company") or "") if claim.type == "stake" else "",
        _period(each) if claim.type == "financial_metric" else "",
        standing,
        each.measure.yardstick,
    )


def _basis(each: Said) -> str:
    """What a figure is a figure of: the basis of a price, the scope of a round, the product a metric speaks of."""
    claim = each.claim
    if claim.type == "valuation":
        return "" if claim.valuation_basis in {None, "unspecified"} else str(claim.valuation_basis)
    if claim.type == "funding_round":
        return str(claim.amount_scope) if claim.amount_scope in {"incremental", "cumulative"} else ""
    return claim.product or ""


def _period(each: Said) -> str:
    """The period as ISO dates where they are known, else in the text's words."""
    period = each.claim.valid_time
    if period is None:
        return ""
    ends = dict.fromkeys(end for end in (period.start, period.end) if end)
    return "..".join(ends) if ends else period.text.casefold()


def _events(found: _Key, group: Sequence[Said]) -> list[list[Said]]:
    """One list of claims for each event: apart in time, and for prices and rounds apart in amount."""
    events: list[list[Said]] = []
    for each in best_said_first(group):
        home = next((event for event in events if _one_event(found.what, event[0], each)), None)
        if home is None:
            events.append([each])
        else:
            home.append(each)
    return events


def _one_event(what: str, seed: Said, each: Said) -> bool:
    assert seed.measure is not None
    assert each.measure is not None  # `_key` leaves out what names no amount
    if gap(event_days(seed.claim), event_days(each.claim)) > WITHIN_DAYS:
        return False
    return what not in _SEVERAL_EVENTS or seed.measure.loose.meet(each.measure.loose) is not None


def _preferred_first(found: _Key, event: Sequence[Said]) -> tuple[str, str, bool, int, int, float, tuple[str, ...]]:
    told = max((s.ruled.public for s in event if s.ruled.public), default=date.min)
    return (
        found.party,
        found.what,
        not any(s.accepted for s in event),
        _FIRMEST.index(found.standing),
        -told.toordinal(),
        -support(event),
        (found.counterparty, found.basis, found.period, *sorted(s.id for s in event)),
    )


def faded(event: Sequence[Said]) -> list[Said]:
    """Claims as they weigh on the day of the latest of them: what is volatile has lost weight with its age since."""
    latest = max((s.told for s in event if s.told), default=None)
    return [
        replace(s, weight=s.weight * freshness(s.claim, (latest - s.told).days)) if latest and s.told else s
        for s in event
    ]


def _figure(found: _Key, event: Sequence[Said], taken: set[str]) -> Figure:
    event = faded(event)
    believed = estimate(event)
    assert believed is not None
    words = (found.party, found.what, found.basis, found.counterparty, found.period, found.standing)
    figure_id = "--".join("-".join(key(word).split()) for word in words if word)
    if figure_id in taken:
        figure_id += "--" + sha256(min(s.id for s in event).encode()).hexdigest()[:8]
    taken.add(figure_id)
    shown = min((s for s in event if s.id in believed.claims_for), key=lambda s: (not s.accepted, -s.weight, s.id))
    return Figure(
        figure_id=figure_id,
        party=found.party,
        what=found.what,
        basis=found.basis or None,
        status=shown.claim.status,
        estimate=believed,
        counterparty=found.counterparty or None,
        period=found.period or None,
        per=found.yardstick[2],
    )
