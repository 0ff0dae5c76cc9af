"""Sums that cannot stand beside better-told ones: a wrong scale word, a second total, more than was ever paid.

They keep their claims and their place in the book, flagged, and count under no class of money. What a person has
accepted is never put aside.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import Final

from counterflow.model.book import UNNAMED_LENDERS, Deal, Estimate
from counterflow.model.problem import Problem

_WHY: Final = {
    "slip": "a thousand times a better-told sum, so the scale word is wrong",
    "beyond_total": "more than all that a better-told total says was ever paid",
}
_SAID_OF: Final = 2  # "more than 13" is not said of 26


def doubtful(deals: Sequence[Deal]) -> list[Deal]:
    """The same deals, those that cannot stand put aside with the reason as a flag: slip, other_total, beyond_total."""
    return _beyond_totals(_one_total(_slips(deals)))


def problems(deals: Iterable[Deal]) -> Iterator[Problem]:
    """A Problem for each sum that was put aside as a slip or as more than was ever paid."""
    for deal in deals:
        why = next((_WHY[flag] for flag in deal.flags if flag in _WHY), None)
        if why and deal.amount:
            claim = deal.amount.claims_for[0]
            remedy = f"counterflow decide {claim} --reject --because '...', or --accept if it is right"
            yield Problem(claim, f"{deal.payer} -> {deal.payee}: {deal.amount.stated:,f} is put aside: {why}", remedy)


def _aside(deals: Iterable[Deal], ids: set[str], flag: str) -> list[Deal]:
    return [
        replace(d, money_class=None, flags=(*d.flags, flag)) if d.deal_id in ids and "accepted" not in d.flags else d
        for d in deals
    ]


def _slips(deals: Sequence[Deal]) -> list[Deal]:
    """A sum a thousand times another of the same payee and kind, digit for digit, has the wrong scale word.

    The better told of the two stands; where both are told alike, the smaller.
    """
    told = [(d, d.amount, d.amount.stated) for d in deals if d.amount and d.amount.stated and d.money_class]
    by_sum: dict[tuple[object, ...], list[tuple[Deal, Estimate]]] = defaultdict(list)
    for deal, amount, stated in told:
        by_sum[deal.payee, deal.family, amount.currency, deal.per, stated].append((deal, amount))
    slips: set[str] = set()
    for large, amount, stated in told:
        for small, other in by_sum[large.payee, large.family, amount.currency, large.per, stated / 1000]:
            wrong = small if len(amount.claims_for) > len(other.claims_for) else large
            if large.payer == small.payer or UNNAMED_LENDERS in {large.payer, small.payer}:
                slips.add(wrong.deal_id)
    return _aside(deals, slips, "slip")


def _one_total(deals: Sequence[Deal]) -> list[Deal]:
    """Of several sums paid so far between the same two, told at different times or by different papers, one counts:
    the best told, then the last told.
    """
    totals: dict[tuple[object, ...], list[Deal]] = defaultdict(list)
    for deal in deals:
        if deal.scope == "cumulative" and deal.money_class == "paid" and deal.amount and deal.amount.unit == "money":
            totals[deal.payer, deal.payee, deal.family, deal.amount.currency].append(deal)
    chosen = [max(group, key=_well_told).deal_id for group in totals.values()]
    rivals = {d.deal_id for group in totals.values() for d in group} - set(chosen)
    return _aside(deals, rivals, "other_total")


def _well_told(deal: Deal) -> tuple[int, date, str]:
    assert deal.amount is not None
    return len(deal.amount.claims_for), deal.told or date.min, deal.deal_id


def _beyond_totals(deals: Sequence[Deal]) -> list[Deal]:
    """A cheque beyond all that a better-told total says was ever paid is put aside: often the value of the stake.

    The cheque has no day of its own, and was told before the total last was, or on a page without a date.
    """
    totals = [d for d in deals if d.scope == "cumulative" and d.money_class == "paid" and d.amount]
    beyond = {d.deal_id for d in deals for total in totals if _beyond(d, total)}
    return [replace(d, money_class=None, flags=(*d.flags, "beyond_total")) if d.deal_id in beyond else d for d in deals]


def _beyond(deal: Deal, total: Deal) -> bool:
    if (deal.payer, deal.payee, deal.family) != (total.payer, total.payee, total.family) or deal.money_class != "paid":
        return False
    one, other = deal.amount, total.amount
    if deal.start or not (one and other and (one.unit, one.currency) == (other.unit, other.currency)):
        return False
    most = other.interval.high or (other.stated and other.stated * _SAID_OF)
    larger = one.interval.low is not None and most is not None and one.interval.low > most
    known_then = deal.told is None or (total.told is not None and deal.told <= total.told)
    return larger and known_then and len(one.claims_for) < len(other.claims_for)
