"""Why one value stands and another does not: the votes for each, and what is left when one origin falls silent."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from math import exp
from typing import NamedTuple

from counterflow.model.book import Book, Deal, Estimate, Figure
from counterflow.reconcile.deals import in_years
from counterflow.reconcile.estimate import MARGIN, estimate, support, weighed
from counterflow.reconcile.figures import faded
from counterflow.reconcile.said import Said, said
from counterflow.reconcile.weights import ALTERNATIVES


class Voice(NamedTuple):
    """What one origin adds to a value, in log units: the word of its best carrier."""

    origin: str
    source: str  # class of the carrier
    votes: float
    claim: str


class Side(NamedTuple):
    """One value with the origins for it, the heaviest first."""

    amount: Estimate
    votes: float
    probability: float  # among the values told and the false ones that could have been
    voices: tuple[Voice, ...]


class Without(NamedTuple):
    """The result when one origin is left out; None where nothing is left."""

    origin: str
    amount: Estimate | None


class Explained(NamedTuple):
    """How a value was decided."""

    sides: tuple[Side, ...]  # the winner first
    margin: float | None  # in log units; None where nothing was told against it
    ruled: bool  # a person accepted a claim for it, which outranks every vote
    without: tuple[Without, ...]  # one for each origin, the heaviest first

    @property
    def tied(self) -> bool:
        """Whether the votes are too near to decide; then both values stand."""
        return self.margin is not None and self.margin < MARGIN and not self.ruled


def explained(claims: Iterable[Said]) -> Explained | None:
    """The votes on one quantity; None where no claim states an amount. Probabilities are exp(votes), shared among the
    values told and those of ALTERNATIVES + 1 that nobody told.
    """
    heard = sorted((s for s in claims if s.measure), key=lambda s: s.id)
    told = _sides(weighed(heard))
    if not told:
        return None
    votes = [support(group) for _, group in told]
    total = sum(map(exp, votes)) + max(0, ALTERNATIVES + 1 - len(told))
    sides = tuple(
        Side(amount, own, exp(own) / total, _voices(group)) for own, (amount, group) in zip(votes, told, strict=True)
    )
    origins = dict.fromkeys(voice.origin for side in sides for voice in side.voices)
    left = tuple(Without(name, estimate(s for s in heard if s.origin != name)) for name in origins)
    margin = round(sides[0].votes - max(side.votes for side in sides[1:]), 6) if sides[1:] else None
    return Explained(sides, margin, any(s.accepted for s in told[0][1]), left)


def of_deal(deal: Deal, book: Book) -> list[Said]:
    """The claims that a deal's amount was estimated from, as they were compared: those of its stage."""
    step = next((s for s in deal.timeline if deal.amount and s.amount and _same(s.amount, deal.amount)), None)
    heard = _heard(step.claims if step else (), book)
    return [replace(s, measure=in_years(s.measure, deal.family)) for s in heard]


def of_figure(figure: Figure, book: Book) -> list[Said]:
    """The claims on a figure, as they were compared."""
    return faded(_heard((*figure.estimate.claims_for, *figure.estimate.claims_against), book))


def _heard(claims: Sequence[str], book: Book) -> list[Said]:
    papers = {paper.doc_id: paper for paper in book.documents.values()}
    return [said(claim, book.claims[claim], papers) for claim in claims]


def _same(one: Estimate, other: Estimate) -> bool:
    """The same claims on both sides: what its tranches leave of a sum has another value, and the same evidence."""
    return (one.claims_for, one.claims_against) == (other.claims_for, other.claims_against)


def _sides(heard: Sequence[Said]) -> list[tuple[Estimate, list[Said]]]:
    """The value that stands, then what the claims against it say when nobody hears those for it, and so on."""
    found: list[tuple[Estimate, list[Said]]] = []
    left = list(heard)
    while amount := estimate(left):
        group = [s for s in left if s.id in amount.claims_for]
        found.append((amount, group))
        left = [s for s in left if s.id in amount.claims_against]
    return found


def _voices(group: Iterable[Said]) -> tuple[Voice, ...]:
    best: dict[str, list[Said]] = defaultdict(list)
    for each in group:
        best[each.origin].append(each)
    carriers = [min(own, key=lambda s: (-s.weight, s.id)) for own in best.values()]
    voices = (Voice(s.origin, s.source, round(s.weight, 2), s.id) for s in carriers)
    return tuple(sorted(voices, key=lambda v: (-v.votes, v.origin)))
