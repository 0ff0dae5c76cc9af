"""The arithmetic fact-check: claims that cannot all be true, sums that close, and numbers nobody stated."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from counterflow.model.book import Party
from counterflow.model.claim import Claim
from counterflow.reconcile.checks import compare, contracts, dates, exchange, figures, rounds, stages, within
from counterflow.reconcile.checks.closing import Closing
from counterflow.reconcile.checks.issue import Issue, Measured, Words, in_order
from counterflow.reconcile.checks.variables import Facts, Paper, facts

__all__ = ["Issue", "Measured", "Paper", "Words", "check"]


def check(
    claims: Iterable[Claim], papers: Sequence[Paper] = (), parties: Mapping[str, Party] | None = None
) -> list[Issue]:
    """What arithmetic finds in the claims: hard, soft, then info by size. The order of the claims changes nothing.

    `papers` are the articles with their amounts: without them sentences are the claims' quotes, and nothing is said of
    dates and restatements. `parties` tell who owns whom.
    """
    known = facts(claims, papers, parties)
    found = in_order([*(closing.issue() for closing in _closings(known) if closing.telling), *_compared(known)])
    texts = {paper.document.doc_id: paper.document.text for paper in papers}
    return [replace(issue, evidence=tuple(_placed(w, texts.get(w.article)) for w in issue.evidence)) for issue in found]


def _placed(words: Words, text: str | None) -> Words:
    """The words with their line, where the article is at hand."""
    if text is None or words.start is None:
        return words
    return words._replace(line=text.count("\n", 0, words.start) + 1)


def _closings(known: Facts) -> Iterator[Closing]:
    """Every relation whose guard holds, with its numbers."""
    found = rounds.rounds(known)
    yield from rounds.prices(found)
    yield from rounds.tranches(found, known)
    yield from rounds.bought(found)
    yield from rounds.diluted(found, known)
    yield from rounds.stepped(found, known)
    for relation in (
        rounds.parts_of_cheques,
        rounds.stakes_bought,
        contracts.yearly,
        contracts.on_top,
        contracts.grown,
        contracts.ceilings,
        contracts.against_means,
        stages.evolved,
        figures.multiples,
        figures.steps,
        figures.marks,
        figures.run_rates,
        within.sentences,
    ):
        yield from relation(known)


def _compared(known: Facts) -> Iterator[Issue]:
    """What needs more than one relation's sum: the same variable twice, stages, labels, rates, days."""
    yield from compare.clashes(known)
    yield from stages.disagreeing(known)
    yield from stages.modalities(known)
    yield from stages.unlabelled(known)
    yield from exchange.restated(known)
    yield from dates.days(known)
