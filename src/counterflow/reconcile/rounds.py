"""Prices of a round that close: pre-money + new money = post-money names the basis that a text left out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from counterflow.model.book import Figure


def with_basis(figures: Iterable[Figure]) -> tuple[Figure, ...]:
    """The figures, with `pre_money` on each unlabelled price that a stated round brings to a stated post-money one.

    Prices that are done are compared with rounds and prices that are done, on their loose intervals.
    """
    known, done = tuple(figures), defaultdict[str, list[Figure]](list)
    for figure in known:
        done[figure.party] += [figure] if figure.status == "completed" else []
    return tuple(_labelled(figure, done[figure.party]) for figure in known)


def _labelled(price: Figure, beside: Sequence[Figure]) -> Figure:
    if price.what != "valuation" or price.basis is not None or price.status != "completed":
        return price
    for new in (f for f in beside if f.what == "funding_round"):
        for post in (f for f in beside if f.what == "valuation" and f.basis == "post_money"):
            if _closes(price, new, post):
                said = " + ".join(f"{f.estimate.central:,f}" for f in (price, new))
                reason = f"{price.estimate.reason}; pre-money, since {said} = {post.estimate.central:,f} post-money"
                return replace(price, basis="pre_money", estimate=replace(price.estimate, reason=reason))
    return price


def _closes(price: Figure, new: Figure, post: Figure) -> bool:
    one, two, three = price.estimate, new.estimate, post.estimate
    if None in {one.central, two.central, three.central} or len({e.currency for e in (one, two, three)}) > 1:
        return False
    assert one.central is not None
    assert two.central is not None
    assert three.central is not None
    exact = abs(one.central + two.central - three.central) <= three.central / 100
    return exact and (one.interval + two.interval).meet(three.interval) is not None
