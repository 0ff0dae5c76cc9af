"""Links between the claims of a document: one deal's prices, what corrects, replaces or denies another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from counterflow.extract.cues import cue
from counterflow.model.claim import Claim


def linked(claims: Sequence[Claim], text: str) -> list[Claim]:
    """The claims with `same_as`, `corrects`, `supersedes` and `rebutted_by` set where the words say so.

    Nothing is taken away: both sides of every link stay.
    """
    for link in (_whole_price, _correction, _replacement, _rebuttal):
        claims = link(claims, text)
    return list(claims)


def _whole_price(claims: Sequence[Claim], _text: str) -> Sequence[Claim]:
    """As in "at $18 a share, about $2.4 billion in all": the price of a share is the same deal as the whole sum."""
    whole = {_deal(c): c.claim_id for c in claims if c.type == "acquisition" and c.amount and c.amount.per != "share"}
    return [
        replace(c, same_as=whole[_deal(c)]) if c.amount and c.amount.per == "share" and _deal(c) in whole else c
        for c in claims
    ]


def _deal(claim: Claim) -> tuple[object, ...]:
    """Type and roles: what makes two claims speak of one deal."""
    return claim.type, tuple(sorted((r, tuple(sorted(n))) for r, n in claim.roles.items()))


def _correction(claims: Sequence[Claim], text: str) -> Sequence[Claim]:
    """As in "the price was A, not B as first stated": A corrects the claim of B where the page made it, else its no."""

    def corrected(claim: Claim) -> str | None:
        no = next((o for o in claims if o.polarity == "negative" and _side_by_side(claim, o, text)), None)
        if no is None or claim.polarity == "negative":
            return None
        made = next((o for o in claims if _same_figure(o, no) and o.polarity == "positive"), no)
        return made.claim_id

    return [replace(c, corrects=other) if (other := corrected(c)) else c for c in claims]


def _same_figure(one: Claim, other: Claim) -> bool:
    a, b = one.amount, other.amount
    same = (
        a is not None and b is not None and (a.low, a.high, a.currency, a.unit) == (b.low, b.high, b.currency, b.unit)
    )
    return same and _deal(one) == _deal(other) and one.metric == other.metric


def _side_by_side(right: Claim, wrong: Claim, text: str) -> bool:
    """Two amounts of one deal in a sentence that corrects itself."""
    if _deal(right) != _deal(wrong) or right.metric != wrong.metric or not right.amount or not wrong.amount:
        return False
    start, end = _around(right), _around(wrong)
    if max(start[0], end[0]) > min(start[1], end[1]):
        return False
    low = text.rfind("\n", 0, min(start[0], end[0])) + 1
    return bool(cue("links.correction").search(text[low : max(start[1], end[1])].lower()))


def _around(claim: Claim) -> tuple[int, int]:
    return claim.evidence[0].start or 0, claim.evidence[0].end or 0


def _replacement(claims: Sequence[Claim], text: str) -> Sequence[Claim]:
    """As in "now seen at 5 to 6, after 4 in May's outlook": of two forecasts of one figure the newer supersedes."""
    forecasts = sorted(
        (c for c in claims if c.type == "financial_metric" and c.status == "forecast" and c.amount),
        key=lambda c: c.amount.start if c.amount else 0,
    )
    newer: dict[str, str] = {}
    for one, two in pairwise(forecasts):
        way = _compared(one, two, text)
        if way:
            new, old = (one, two) if way == "older" else (two, one)
            newer[new.claim_id] = old.claim_id
    return [replace(c, supersedes=newer[c.claim_id]) if c.claim_id in newer else c for c in claims]


def _compared(one: Claim, two: Claim, text: str) -> str | None:
    """What the second amount is to the first: "older", "newer", or None where the words do not say."""
    a, b = one.amount, two.amount
    if a is None or b is None or _deal(one) != _deal(two) or (one.metric, a.unit) != (two.metric, b.unit):
        return None
    before, between, behind = text[max(0, a.start - 30) : a.start], text[a.end : b.start], text[b.end : b.end + 30]
    if cue("links.other_period").match(behind.lower()):
        return None  # a comparison with another year replaces nothing
    if cue("links.older").fullmatch(between.lower()):
        return "older"
    return (
        "newer" if cue("links.newer").fullmatch(between.lower()) and cue("links.from").search(before.lower()) else None
    )


def _rebuttal(claims: Sequence[Claim], _text: str) -> Sequence[Claim]:
    """As in "X said it would invest $3bn; Y denies it": the claim that a denial of the same deal speaks against."""
    denials = [c for c in claims if c.status == "denied"]

    def rebutted(claim: Claim) -> str | None:
        if claim.polarity == "negative":
            return None
        return next((d.claim_id for d in denials if _speaks_against(d, claim)), None)

    return [replace(c, rebutted_by=no) if (no := rebutted(c)) else c for c in claims]


def _speaks_against(denial: Claim, claim: Claim) -> bool:
    """Same type, nobody who is not in the claim, and the same amount where the denial has one."""
    within = all(set(names) <= set(claim.roles.get(role, ())) for role, names in denial.roles.items())
    a, b = denial.amount, claim.amount
    equal = a is None or (b is not None and (a.low, a.high, a.unit, a.currency) == (b.low, b.high, b.unit, b.currency))
    return denial.type == claim.type and within and equal and _around(denial) != _around(claim)
