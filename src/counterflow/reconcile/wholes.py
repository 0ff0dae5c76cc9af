"""Deals seen beside each other: earmarks, programmes, and sums that hold other deals, so that nothing counts twice."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import combinations
from typing import Final

from counterflow.model.book import CLASSES, Deal
from counterflow.model.money import ZERO, Interval
from counterflow.model.when import first_day
from counterflow.reconcile.doubtful import doubtful
from counterflow.reconcile.parties import Register
from counterflow.reconcile.said import rank

_CLOSE: Final = Decimal("0.01")  # of a total: how near its addends must come
_MOST_ADDENDS: Final = 10  # deals of one key that are tried as parts of a sum
_SLACK: Final = Decimal("0.05")  # of the whole: what the rounding of parts may add up to
_APART: Final = frozenset({"incremental", "tranche", "cumulative"})


def in_context(deals: Sequence[Deal], register: Register) -> tuple[Deal, ...]:
    """The same deals, in order of their ids, with what only the others show.

    A deal that holds others (a whole with tranches, a sum over years with its cheques) keeps what they leave of it:
    flagged `remainder`, or `in_parts` and of no class where they leave nothing. Its timeline keeps the whole.
    Parts less firm than a total told later are flagged `in_total` and of no class; a tranche that stands where it does
    because its deal is reported completed is flagged `by_its_whole`; sums that cannot stand are put aside (`doubtful`).
    """
    rest = _running_totals(_less(_less(_funded(doubtful(deals)), _tranches), _cheques))
    return tuple(
        replace(
            deal,
            earmarked=deal.earmarked or _tied(deal, rest, register),
            umbrella=_programme(deal, rest, register),
        )
        for deal in sorted(rest, key=lambda d: d.deal_id)
    )


def _tied(deal: Deal, deals: Iterable[Deal], register: Register) -> bool:
    """A cheque in one package with a purchase from its payer."""
    return deal.package is not None and any(
        other.package == deal.package
        and (deal.family, other.family) == ("equity primary", "compute purchase")
        and register.top(other.payer) == register.top(deal.payee)
        and register.top(other.payee) == register.top(deal.payer)
        for other in deals
    )


def _programme(deal: Deal, deals: Iterable[Deal], register: Register) -> bool:
    """A commitment without a supplier that is more than any as firm one of its payer: a total, which may hold them.

    A smaller one is a contract of its own with a supplier whom nobody named.
    """
    total = _usd(deal)
    if deal.payee is not None or deal.family != "compute purchase" or total is None or deal.money_class is None:
        return False
    payer, firm = register.top(deal.payer), CLASSES[: CLASSES.index(deal.money_class) + 1]
    named = [d for d in deals if d.payee and d.money_class in firm and d.family == deal.family]
    return total > max((_usd(d) or ZERO for d in named if register.top(d.payer) == payer), default=ZERO)


def _usd(deal: Deal) -> Decimal | None:
    """The deal's central money over its whole term; None where it names none."""
    if deal.amount is None or deal.amount.unit != "money" or deal.amount.central is None:
        return None
    return deal.amount.central * (deal.years or 1) if deal.per == "year" else deal.amount.central


def _less(deals: Sequence[Deal], parts_of: Callable[[Deal, Sequence[Deal]], list[Deal]]) -> list[Deal]:
    groups: dict[tuple[object, ...], list[Deal]] = defaultdict(list)
    for deal in deals:
        if deal.amount and deal.amount.central is not None and deal.money_class:
            yardstick = deal.amount.unit, deal.amount.currency, deal.per
            groups[deal.payer, deal.payee, deal.family, yardstick].append(deal)
    less = {whole.deal_id: _rest(whole, parts_of(whole, group)) for group in groups.values() for whole in group}
    return [less.get(deal.deal_id, deal) for deal in deals]


def _tranches(whole: Deal, group: Sequence[Deal]) -> list[Deal]:
    """The agreed tranches of the first plain deal of a key, where they fit into it."""
    plain = [d for d in group if d.scope not in _APART]
    parts = [d for d in group if d.scope == "tranche" and rank(d.stage) >= rank("signed")]
    fits = _sum(parts) <= _central(whole) * (1 + _SLACK)
    return parts if plain and plain[0].deal_id == whole.deal_id and fits else []


def _cheques(whole: Deal, group: Sequence[Deal]) -> list[Deal]:
    """The cheques that a sum paid so far holds: those paid by the day it was told."""
    if whole.scope != "cumulative" or whole.money_class != "paid":
        return []
    told = whole.public or date.max
    cheques = [d for d in group if d.scope != "cumulative" and d.money_class == "paid"]
    return [d for d in cheques if (d.start or d.public or told) <= told]


def _running_totals(deals: Sequence[Deal]) -> list[Deal]:
    """A sum told with or after others of its parties that add up to it is their total, and one of the two is counted:
    the parts where each is as firm as the total or the total promises nothing, else the total.
    """
    groups: dict[tuple[object, ...], list[Deal]] = defaultdict(list)
    for deal in deals:
        if deal.amount and deal.amount.stated and deal.money_class and "remainder" not in deal.flags:
            groups[deal.payer, deal.payee, deal.family, (deal.amount.unit, deal.amount.currency, deal.per)].append(deal)
    put_aside: dict[str, str] = {}
    for group in groups.values():
        for whole in sorted(group, key=lambda d: -_stated(d)):
            parts = [] if whole.deal_id in put_aside else _addends(whole, group)
            firm = all(_firmness(d) <= _firmness(whole) and _promised(d) for d in parts)
            if parts and (firm or not _promised(whole)):
                put_aside[whole.deal_id] = "in_parts"
            else:
                put_aside |= dict.fromkeys((d.deal_id for d in parts), "in_total")
    return [
        replace(d, money_class=None, flags=(*d.flags, put_aside[d.deal_id])) if d.deal_id in put_aside else d
        for d in deals
    ]


def _addends(whole: Deal, group: Sequence[Deal]) -> list[Deal]:
    """The smallest set of earlier sums, two or more, that add up to a sum."""
    if whole.scope in {"incremental", "tranche"}:
        return []
    told = whole.public or date.max
    large = _stated(whole) * _SLACK  # less is lost in the rounding of the total
    others = (d for d in group if d.deal_id != whole.deal_id and _stated(d) >= large)
    earlier = [d for d in others if (d.public or told) <= told][:_MOST_ADDENDS]
    sets = (list(parts) for size in range(2, len(earlier) + 1) for parts in combinations(earlier, size))
    exact = _stated(whole) * _CLOSE
    return next((parts for parts in sets if abs(sum(map(_stated, parts), ZERO) - _stated(whole)) <= exact), [])


def _firmness(deal: Deal) -> int:
    return CLASSES.index(deal.money_class) if deal.money_class else len(CLASSES)


def _promised(deal: Deal) -> bool:
    return bool(deal.amount and deal.amount.central is not None)


def _stated(deal: Deal) -> Decimal:
    assert deal.amount is not None
    assert deal.amount.stated is not None  # only such deals are grouped
    return deal.amount.stated


def _funded(deals: Sequence[Deal]) -> list[Deal]:
    """Where a deal is reported completed, its tranches told by then are paid, and those that wait stay conditional."""
    done = {
        (d.payer, d.payee, d.family): _closed(d)
        for d in deals
        if d.stage == "completed" and d.family == "equity primary" and d.scope not in _APART
    }
    return [_as_funded(d) if _tranche_of(d, done) else d for d in deals]


def _closed(deal: Deal) -> date:
    """The day by which a deal was reported completed."""
    told = (first_day(step.when) for step in deal.timeline if step.stage == "completed")
    return max(filter(None, (*told, deal.told)), default=date.min)


def _tranche_of(deal: Deal, done: Mapping[tuple[str, str | None, str], date]) -> bool:
    """An agreed or announced tranche of a deal of the same parties that was completed after it was told."""
    completed = done.get((deal.payer, deal.payee, deal.family))
    agreed = deal.money_class in {"committed", "conditional", "letter_of_intent"}
    return deal.scope == "tranche" and agreed and completed is not None and (deal.public or date.min) <= completed


def _as_funded(tranche: Deal) -> Deal:
    flags = (*tranche.flags, "by_its_whole")
    if tranche.conditions:
        return replace(tranche, stage="signed", money_class="conditional", flags=flags)
    return replace(tranche, stage="completed", money_class="paid", flags=flags)


def _rest(whole: Deal, parts: Sequence[Deal]) -> Deal:
    """What the parts leave of a whole; with money still to come it is part-funded, and the rest stands as signed."""
    if not parts:
        return whole
    amount, left = whole.amount, _central(whole) - _sum(parts)
    assert amount is not None
    part_funded = parts[0].scope == "tranche" and any(d.money_class == "paid" for d in parts)
    if left <= _central(whole) * _SLACK:
        mixed = part_funded and any(d.money_class != "paid" for d in parts)
        stage = "part-funded" if mixed else whole.stage
        return replace(whole, stage=stage, money_class=None, flags=(*whole.flags, "in_parts"))
    owed = "committed" if part_funded and whole.money_class == "paid" else whole.money_class
    reason = f"what {', '.join(d.deal_id for d in parts)} leave of {_central(whole):,.0f}; {amount.reason}"
    return replace(
        whole,
        stage="part-funded" if part_funded else whole.stage,
        money_class=owed,
        amount=replace(amount, interval=_difference(amount.interval, parts), central=left, reason=reason),
        flags=(*whole.flags, "remainder"),
    )


def _difference(whole: Interval, parts: Sequence[Deal]) -> Interval:
    for deal in parts:
        assert deal.amount is not None
        whole -= deal.amount.interval
    return Interval(max(ZERO, whole.low or ZERO), whole.high)


def _central(deal: Deal) -> Decimal:
    assert deal.amount is not None
    assert deal.amount.central is not None  # only such deals are grouped
    return deal.amount.central


def _sum(deals: Iterable[Deal]) -> Decimal:
    return sum(map(_central, deals), ZERO)
