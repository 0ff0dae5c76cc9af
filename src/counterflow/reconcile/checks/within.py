"""Arithmetic inside one sentence, on its amounts as written: rates and totals, shares of a whole (R8, R20, R22)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise
from typing import Final

from counterflow.model.claim import Quantity
from counterflow.reconcile.checks.closing import Closing, Term, exactly
from counterflow.reconcile.checks.variables import Facts, Paper, Sentence, cue

_NUMBERS: Final = dict(zip("two three four five six seven eight nine ten".split(), range(2, 11), strict=True)) | {
    "twelve": 12,
    "fifteen": 15,
    "twenty": 20,
}
_PER_YEAR: Final = {"month": 12, "quarter": 4}


def sentences(facts: Facts) -> Iterator[Closing]:
    """Every relation that two or three neighbouring amounts of a sentence state of each other."""
    for paper in facts.papers.values():
        for sentence, amounts in paper.said():
            for first, second in pairwise(amounts):
                yield from _of(facts, paper, sentence, _restated(paper, sentence, first, second))
            for three in zip(amounts, amounts[1:], amounts[2:], strict=False):
                yield from _of(facts, paper, sentence, _share(paper, sentence, three))


def _of(facts: Facts, paper: Paper, sentence: Sentence, found: Iterable[Closing]) -> Iterator[Closing]:
    parties = facts.named_in(paper.document.text_sha256, sentence)
    return (replace(closing, parties=parties) for closing in found)


def _restated(paper: Paper, sentence: Sentence, first: Quantity, second: Quantity) -> Iterator[Closing]:
    """As in "$2m a month, or $24m a year" and "$300bn over five years, an average of $60bn a year"."""
    text = paper.document.text
    between = text[first.end : second.start]
    if first.currency is None or first.currency != second.currency or not cue("same").search(between):
        return
    one, other = term(first, sentence, "first"), term(second, sentence, "second")
    if first.per in _PER_YEAR and second.per == "year":
        times = exactly("a year", _PER_YEAR[first.per], "")
        name = "R20 annual = 12 x monthly" if first.per == "month" else "R20 annual = 4 x quarter"
        yield Closing(
            name,
            (one * times).named("annual", other.unit),
            (one.named("rate"), times),
            "x",
            stated=other.named("stated"),
        )
    elif second.per in _PER_YEAR and first.per == "year":
        yield from _restated_back(one, other, second.per)
    elif first.per is None and second.per == "year" and (found := cue("over").match(between)):
        count = found["n"]
        span = exactly("years", _NUMBERS[count] if count in _NUMBERS else Decimal(count), "yr", "0.5")
        yield Closing(
            "R8 total = rate x term",
            (one / span).named("per year", other.unit),
            (one.named("total"), span),
            "/",
            stated=other.named("stated rate"),
        )


def _restated_back(year: Term, rate: Term, per: str) -> Iterator[Closing]:
    times = exactly("a year", _PER_YEAR[per], "")
    name = "R20 annual = 12 x monthly" if per == "month" else "R20 annual = 4 x quarter"
    yield Closing(
        name, (rate * times).named("annual", year.unit), (rate.named("rate"), times), "x", stated=year.named("stated")
    )


def _share(paper: Paper, sentence: Sentence, three: Sequence[Quantity]) -> Iterator[Closing]:
    """As in "$30bn, or 60% of the $50bn" and "60% of the $50bn, or $30bn": part = share x whole."""
    a, b, c = three
    text = paper.document.text
    first, second = text[a.end : b.start], text[b.end : c.start]
    if (
        (a.unit, b.unit, c.unit) == ("money", "percent", "money")
        and cue("same").search(first)
        and cue("of").fullmatch(second)
    ):
        part, share, whole = a, b, c
    elif (
        (a.unit, b.unit, c.unit) == ("percent", "money", "money")
        and cue("of").fullmatch(first)
        and cue("same").fullmatch(second)
    ):
        share, whole, part = a, b, c
    else:
        return
    if part.currency == whole.currency and part.per == whole.per:
        held, of = term(share, sentence, "share"), term(whole, sentence, "whole")
        product = (held * of).named("part", of.unit)
        yield Closing("R22 part = share x whole", product, (held, of), "x", stated=term(part, sentence, "stated part"))


def term(quantity: Quantity, sentence: Sentence, name: str) -> Term:
    """A quantity of a sentence as a term of a relation; percent as a share of 1."""
    factor = Decimal("0.01") if quantity.unit == "percent" else Decimal(1)
    unit = "1" if quantity.unit == "percent" else (quantity.currency or quantity.unit)
    unit += {"year": "/yr", "quarter": "/qtr", "month": "/mo"}.get(quantity.per or "", "")
    ends = [end for end in (quantity.low, quantity.high) if end is not None]
    value = sum(ends, Decimal(0)) / len(ends) if ends else Decimal(0)
    return Term(
        name,
        quantity.loose().scaled(factor),
        quantity.tight().scaled(factor),
        unit,
        value * factor,
        words=(sentence.words(),),
    )
