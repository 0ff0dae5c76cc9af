"""The deal book and the figures: what is believed of each, since when, and the claims for and against it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from counterflow.model.book import Deal, Estimate, Figure, Step
from counterflow.show import words
from counterflow.show.report.trail import Fig, Text, Trail, class_name, deal_place, figure_place

_FLAGS: Final = {
    "in_total": "counted inside a total of the same parties, and not beside it",
    "accepted": "a person has accepted it",
    "slip": "put aside: a thousand times a better-told sum, so the scale word is wrong",
    "other_total": "put aside: another sum paid so far is better told",
    "beyond_total": "put aside: more than all that a better-told total says was ever paid",
    "by_its_whole": "stands where it does because the deal it is a part of is reported completed",
    "hypothetical": "also spoken of as a mere possibility",
    "denied": "denied by someone",
    "terminated": "reported as ended",
    "remainder": "what its parts leave of a larger sum",
    "in_parts": "its parts are deals of their own",
    "power": "stated in power as well",
    "same_key": "another deal of the same parties stands beside it",
}


class Rung(NamedTuple):
    """One step of a deal's history."""

    stage: str
    when: str
    amount: Fig | str
    said: Text
    now: bool


class Entry(NamedTuple):
    """One deal of the book."""

    to: str
    who: str
    family: str
    stage: str
    money_class: str
    amount: Fig | str
    rate: str
    interval: Fig | str
    facts: tuple[str, ...]
    rungs: tuple[Rung, ...]
    for_it: Text
    against: Text
    reason: str


class Known(NamedTuple):
    """One figure of a party."""

    to: str
    party: str
    what: str
    value: Fig | str
    interval: Fig | str
    status: str
    period: str
    for_it: Text
    against: Text
    reason: str


def deals(trail: Trail) -> tuple[list[Entry], int]:
    """The largest deals and all that something points at; and how many are folded away."""
    kept = [d for d in trail.deals if d.deal_id in trail.cited]
    return [_entry(d, trail) for d in kept], len(trail.deals) - len(kept)


def figures(trail: Trail) -> tuple[list[Known], int]:
    """The figures, by what they are and whose; and how many are folded away."""
    ordered = sorted(trail.book.figures, key=lambda f: (_kind_of(f), f.party))
    kept = [f for k, f in enumerate(ordered) if k < trail.room.figures or f.figure_id in trail.cited]
    return [_known(f, trail) for f in kept], len(ordered) - len(kept)


def _entry(deal: Deal, trail: Trail) -> Entry:
    to = deal_place(deal)
    return Entry(
        to=to,
        who=f"{deal.payer} → {deal.payee or 'unnamed suppliers'}",
        family=words.family(deal.family),
        stage=deal.stage,
        money_class=class_name(deal.money_class) if deal.money_class else "counts as no money",
        amount=trail.deal_amount(deal),
        rate=f"a {deal.per}" if deal.per else "",
        interval=_interval(deal.amount, to),
        facts=tuple(_facts(deal)),
        rungs=tuple(_rung(step, deal, trail, to) for step in deal.timeline),
        for_it=trail.claims(deal.amount.claims_for if deal.amount else deal.claims),
        against=trail.claims(deal.amount.claims_against) if deal.amount else (),
        reason=deal.amount.reason if deal.amount else "",
    )


def _facts(deal: Deal) -> Iterable[str]:
    """What is known of a deal beside its amount, one fact each."""
    if deal.start:
        yield f"starts {deal.start}"
    if deal.years:
        yield f"runs {deal.years.normalize():f} years"
    if deal.public:
        yield f"public since {deal.public}"
    if deal.scope:
        yield deal.scope.replace("_", " ")
    if deal.umbrella:
        yield "a programme's total, which may hold other deals of its payer"
    if deal.earmarked:
        yield "tied to purchases from the payer"
    if deal.package:
        yield f"part of the package {deal.package}"
    yield from (f"waits for: {condition}" for condition in deal.conditions)
    yield from (_FLAGS.get(flag, flag.replace("_", " ")) for flag in deal.flags)


def _rung(step: Step, deal: Deal, trail: Trail, to: str) -> Rung:
    return Rung(
        step.stage,
        step.when or "undated",
        trail.estimate(step.amount, to),
        trail.claims(step.claims),
        step.stage == deal.stage,
    )


def _interval(found: Estimate | None, to: str) -> Fig | str:
    return "-" if found is None else Fig(words.interval(found), to)


def _kind_of(figure: Figure) -> tuple[int, str]:
    """Prices first, then stakes and rounds, then what parties earn and hold."""
    first = ("valuation", "stake", "funding_round", "revenue", "annualized_revenue", "cash")
    return (first.index(figure.what) if figure.what in first else len(first)), figure.what


def _known(figure: Figure, trail: Trail) -> Known:
    to, believed = figure_place(figure), figure.estimate
    what = figure.what.replace("_", " ") + (f" in {figure.counterparty}" if figure.counterparty else "")
    return Known(
        to=to,
        party=figure.party,
        what=what + (f" ({figure.basis.replace('_', '-')})" if figure.basis else ""),
        value=trail.estimate(believed, to),
        interval=_interval(believed, to),
        status=figure.status.replace("_", " "),
        period=figure.period or "",
        for_it=trail.claims(believed.claims_for),
        against=trail.claims(believed.claims_against),
        reason=believed.reason,
    )
