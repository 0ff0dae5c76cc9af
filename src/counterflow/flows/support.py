"""What an answer's dollars stand on: sentences, references or assumptions, and how much nobody has reviewed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from counterflow.model.book import Book, Support
from counterflow.model.flow import Flow

_WEAKEST = ("assumption", "reference", "sentence")


def support(flows: Iterable[Flow], book: Book, *, dated: bool) -> Support:
    """Shares of dollars by kind of evidence; several claims count under the weakest kind among them.

    `dated`: the answer depends on when money moves, so dollars whose start or term is assumed count as assumption.
    Money from customers beyond the stated year is assumed either way. With no dollars at all, everything is assumption.
    """
    kinds: Counter[str] = Counter()
    unreviewed = total = 0.0
    for flow in flows:
        total += flow.usd
        assumed = flow.usd * (flow.assumed_share if dated or flow.kind == "outside" else 0.0)
        kinds["assumption"] += assumed  # type: ignore[assignment]  # Counter adds floats as well as counts
        kinds[_kind(flow, book)] += flow.usd - assumed  # type: ignore[assignment]
        if any(book.claims[c].state != "accepted" for c in flow.claims if c in book.claims):
            unreviewed += flow.usd
    if not total:
        return Support(0.0, 0.0, 1.0, 0.0, book.question.trust)
    sentence, reference = kinds["sentence"] / total, kinds["reference"] / total
    return Support(sentence, reference, max(0.0, 1.0 - sentence - reference), unreviewed / total, book.question.trust)


def _kind(flow: Flow, book: Book) -> str:
    kinds = {e.kind for c in flow.claims if c in book.claims for e in book.claims[c].claim.evidence[:1]}
    return next((k for k in _WEAKEST if k in kinds), "assumption")
