"""Two books -> what is new in the later one, what flipped, what vanished, and the claims that made it so."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final, NamedTuple

from counterflow.model.book import Book, Deal, Estimate, Figure, Ruled
from counterflow.model.money import ZERO

# How a change is told, from what turns an answer to what merely sharpens one.
KINDS: Final = ("new", "gone", "stage", "class", "amount", "interval")


class Flip(NamedTuple):
    """One thing that reads otherwise than before; None where there was nothing, or is nothing now."""

    what: str  # stage, class, amount or interval
    before: str | Estimate | None
    after: str | Estimate | None


@dataclass(frozen=True, slots=True)
class Change:
    """One deal, or the preferred one of a party's figures of a kind, that is not what it was.

    `before` is None where it is new, `after` where it vanished. `kin` are the ids of other deals that hold claims of
    it: of the later book where it was known before, else of the earlier.
    `claims` are those that made the change: not heard before, or ruled otherwise. `usd_at_stake` is None where no
    amount is stated, or none in dollars.
    """

    before: Deal | Figure | None
    after: Deal | Figure | None
    flips: tuple[Flip, ...]
    claims: tuple[str, ...]
    usd_at_stake: Decimal | None
    kin: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        """`new`, `gone`, or the weightiest of what flipped."""
        if self.before is None or self.after is None:
            return "new" if self.before is None else "gone"
        return min((flip.what for flip in self.flips), key=KINDS.index)

    @property
    def thing(self) -> Deal | Figure:
        """The deal or figure as it stands, or as it last stood."""
        found = self.after or self.before
        assert found is not None  # a change is of something
        return found

    @property
    def ident(self) -> str:
        """Its id: that of the later book, where it still has one."""
        return self.thing.deal_id if isinstance(self.thing, Deal) else self.thing.figure_id


def changes(before: Book, after: Book) -> tuple[Change, ...]:
    """What changed from one book to a later one, most money at stake first; the same book twice gives none.

    Deals are the same where they share claims: those of one id first, then those that share most. Of figures the
    preferred one of each party, kind, counterparty and period is compared.
    """
    fresh = _fresh(before, after)
    found = [*_of_deals(before, after, fresh), *_of_figures(before, after, fresh)]
    return tuple(sorted(found, key=_order))


def _order(change: Change) -> tuple[bool, Decimal, int, str]:
    stake = change.usd_at_stake
    return stake is None, -(stake or ZERO), KINDS.index(change.kind), change.ident


def _fresh(before: Book, after: Book) -> frozenset[str]:
    """Claims of the later book that the earlier had not heard, or that people have ruled on since."""
    heard = {each: _ruling(ruled) for each, ruled in before.claims.items()}
    return frozenset(each for each, ruled in after.claims.items() if heard.get(each) != _ruling(ruled))


def _ruling(ruled: Ruled) -> tuple[str, bool, str]:
    """What people made of a claim; the names that its parties go by are no part of it."""
    return ruled.state, ruled.counts, ruled.claim.claim_id


def _of_deals(before: Book, after: Book, fresh: frozenset[str]) -> Iterable[Change]:
    held, holds = _holders(before.deals), _holders(after.deals)
    for old, new in _matched(before.deals, after.deals):
        flips = _deal_flips(old, new) if old and new else ()
        if flips or old is None or new is None:
            claims, others = (old.claims, holds) if old else (new.claims if new else (), held)
            kin = {d.deal_id: d for claim in claims for d in others[claim] if d is not new}
            why = _why(old, new, [*kin.values(), *_beside(old or new, after)], fresh)
            yield Change(
                old,
                new,
                flips,
                _told(why, new.amount if new else None, after),
                _stake(old, new, flips),
                tuple(sorted(kin)),
            )


def _holders(deals: Iterable[Deal]) -> defaultdict[str, list[Deal]]:
    """The deals that each claim is part of."""
    found: defaultdict[str, list[Deal]] = defaultdict(list)
    for deal in deals:
        for claim in deal.claims:
            found[claim].append(deal)
    return found


def _matched(before: Sequence[Deal], after: Sequence[Deal]) -> list[tuple[Deal | None, Deal | None]]:
    """Each deal with what it was or became; a pair shares an id and claims, or most claims, or at least its id."""
    by_claim = _holders(after)
    by_id = {deal.deal_id: deal for deal in after}
    pairs: list[tuple[bool, int, bool, str, str]] = []
    for old in before:
        near = {d.deal_id for claim in old.claims for d in by_claim[claim]} | ({old.deal_id} & by_id.keys())
        for ident in near:
            shared = len({*old.claims} & {*by_id[ident].claims})
            same = ident == old.deal_id
            pairs.append((not (same and shared), -shared, not same, old.deal_id, ident))
    left, right = {d.deal_id: d for d in before}, dict(by_id)
    found: list[tuple[Deal | None, Deal | None]] = []
    for *_, one, other in sorted(pairs):
        if one in left and other in right:
            found.append((left.pop(one), right.pop(other)))
    return [*found, *((d, None) for d in left.values()), *((None, d) for d in right.values())]


def _deal_flips(old: Deal, new: Deal) -> tuple[Flip, ...]:
    told = [
        Flip("stage", old.stage, new.stage),
        Flip("class", old.money_class, new.money_class),
        *_amount_flips(old.amount, new.amount, rate=(old.per, new.per)),
    ]
    return tuple(flip for flip in told if flip.before != flip.after)


def _amount_flips(
    old: Estimate | None, new: Estimate | None, rate: tuple[str | None, str | None] = (None, None)
) -> list[Flip]:
    """The value, or else the interval, where it is not what it was; other words for the same are no change."""
    if old is None or new is None:
        return [Flip("amount", old, new)] if old != new else []
    if _value(old) != _value(new) or rate[0] != rate[1]:
        return [Flip("amount", old, new)]
    return [Flip("interval", old, new)] if old.interval != new.interval else []


def _value(found: Estimate) -> tuple[Decimal | None, Decimal | None, str, str | None]:
    """What is promised, and what is said where nothing is: a sum that became a ceiling is another."""
    return found.central, found.stated if found.central is None else None, found.unit, found.currency


def _why(old: Deal | None, new: Deal | None, around: Sequence[Deal], fresh: frozenset[str]) -> set[str]:
    """The new claims on a deal itself, or else on the deals around it."""
    own = {claim for deal in (old, new) if deal for claim in deal.claims} & fresh
    return own or {claim for deal in around for claim in deal.claims} & fresh


def _told(claims: Iterable[str], amount: Estimate | None, book: Book) -> tuple[str, ...]:
    """Claims in the order in which they are told: those for the amount that now stands, then as they became public."""

    def order(claim: str) -> tuple[bool, date, str]:
        return claim not in (amount.claims_for if amount else ()), book.claims[claim].public or date.max, claim

    return tuple(sorted(claims, key=order))


def _beside(thing: Deal | None, book: Book) -> list[Deal]:
    """Deals of the same parties and family: what they say can decide what a deal counts as."""
    key = (thing.payer, thing.payee, thing.family) if thing else None
    return [d for d in book.deals if (d.payer, d.payee, d.family) == key]


def _stake(old: Deal | Figure | None, new: Deal | Figure | None, flips: Sequence[Flip]) -> Decimal | None:
    """Dollars that are new, gone or of another kind; where only the amount moved, by how much."""
    was, now = _dollars(old), _dollars(new)
    if old is None or new is None or any(flip.what in {"stage", "class"} for flip in flips) or None in {was, now}:
        return max(filter(None, (was, now)), default=None)
    assert was is not None
    assert now is not None  # both ends are stated here
    return abs(now - was) or max(map(_moved, flips), default=ZERO)


def _dollars(thing: Deal | Figure | None) -> Decimal | None:
    if thing is None:
        return None
    amount = thing.amount if isinstance(thing, Deal) else thing.estimate
    if amount is None or amount.unit != "money" or amount.currency != "USD":
        return None
    value = amount.central if amount.central is not None else amount.stated
    years = thing.years if isinstance(thing, Deal) and thing.per == "year" else None
    return value and value * (years or 1)


def _moved(flip: Flip) -> Decimal:
    """How far the ends of an interval moved; an end that opened or closed counts nothing."""
    if not (isinstance(flip.before, Estimate) and isinstance(flip.after, Estimate)):
        return ZERO
    old, new = flip.before.interval, flip.after.interval
    ends = ((old.low, new.low), (old.high, new.high))
    return sum((abs(b - a) for a, b in ends if a is not None and b is not None), ZERO)


def _of_figures(before: Book, after: Book, fresh: frozenset[str]) -> Iterable[Change]:
    old, new = _preferred(before.figures), _preferred(after.figures)
    for key in sorted(old.keys() | new.keys()):
        one, other = old.get(key), new.get(key)
        flips = tuple(_amount_flips(one.estimate, other.estimate, (one.per, other.per))) if one and other else ()
        if flips or one is None or other is None:
            thing = other or one
            assert thing is not None  # the key is of one of the two
            told = {c for f in (one, other) if f for c in (*f.estimate.claims_for, *f.estimate.claims_against)}
            kind = {c for f in after.figures if _kind(f) == key for c in f.estimate.claims_for}
            claims = _told(told & fresh or kind & fresh, other.estimate if other else None, after)
            yield Change(one, other, flips, claims, _stake(one, other, flips))


def _preferred(figures: Iterable[Figure]) -> Mapping[tuple[str, ...], Figure]:
    """The first of each kind: a book lists the preferred first."""
    found: dict[tuple[str, ...], Figure] = {}
    for figure in figures:
        found.setdefault(_kind(figure), figure)
    return found


def _kind(figure: Figure) -> tuple[str, ...]:
    """What makes two figures values of one thing. A stock is one thing on every day; a price is whatever its basis."""
    period = "" if len(figure.period or "") == len("2026-03-31") else figure.period or ""
    basis = "" if figure.what == "valuation" else figure.basis or ""
    return figure.party, figure.what, figure.counterparty or "", basis, period
