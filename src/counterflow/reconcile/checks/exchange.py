"""Restatements in another currency or unit (R6): the rate they imply against a table of plausible ones, rates.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import Final, NamedTuple

from counterflow.model.claim import Quantity
from counterflow.model.money import Interval
from counterflow.reconcile.checks.issue import Issue, Measured
from counterflow.reconcile.checks.variables import Facts, Sentence
from counterflow.reconcile.checks.within import term
from counterflow.reconcile.checks.wording import digits, message, span

_SLIPS: Final = {
    3: "million for billion, or thousand for million",
    6: "million for trillion",
    1: "one zero",
    2: "two zeros",
}


_TIE: Final = "tie: either amount can be the wrong one"


class _Pair(NamedTuple):
    """An amount in US dollars and its restatement."""

    dollars: Quantity
    local: Quantity
    sentence: Sentence
    year: int | None
    parties: tuple[str, ...]


@cache
def _table() -> dict[str, dict[int, tuple[Decimal, Decimal]]]:
    text = files("counterflow.reconcile.checks").joinpath("rates.toml").read_text(encoding="utf-8")
    rows = tomllib.loads(text, parse_float=Decimal)
    return {
        code: {int(year): (Decimal(low), Decimal(high)) for year, (low, high) in years.items()}
        for code, years in rows.items()
        if isinstance(years, dict)
    }


@cache
def _beyond() -> Decimal:
    text = files("counterflow.reconcile.checks").joinpath("rates.toml").read_text(encoding="utf-8")
    return Decimal(tomllib.loads(text, parse_float=Decimal)["beyond"])


def bracket(code: str, year: int | None) -> Interval | None:
    """Plausible local currency for one US dollar; None for a currency that the table does not have."""
    years = _table().get(code)
    if years is None:
        return None
    if year is None:
        return Interval(min(low for low, _ in years.values()), max(high for _, high in years.values()))
    nearest = min(years, key=lambda y: (abs(y - year), y))
    spare = _beyond() * abs(nearest - year)
    low, high = years[nearest]
    return Interval(low * max(Decimal("0.2"), 1 - spare), high * (1 + spare))


def restated(facts: Facts) -> Iterator[Issue]:
    """R6 local = USD x rate, for each restatement in brackets; and one amount restated in its own currency."""
    for pair in _pairs(facts):
        plausible = bracket(pair.local.currency or "", pair.year)
        if plausible:
            yield _judged(pair, plausible)


def _pairs(facts: Facts) -> Iterator[_Pair]:
    for paper in facts.papers.values():
        year = paper.day.year if paper.day else None
        for sentence, amounts in paper.said():
            told = facts.named_in(paper.document.text_sha256, sentence)
            for one, other in _restatements(amounts, paper.document.text):
                if (one.currency == "USD") == (other.currency == "USD") or None in {one.currency, other.currency}:
                    continue
                dollars, local = (one, other) if one.currency == "USD" else (other, one)
                yield _Pair(dollars, local, sentence, year, told)


def _restatements(amounts: tuple[Quantity, ...], text: str) -> Iterator[tuple[Quantity, Quantity]]:
    """Each amount with the one that restates it: as the reader found it, or in brackets right behind."""
    for amount in amounts:
        for other in amount.equivalents:
            yield amount, other
    for one, other in pairwise(amounts):
        gap = text[one.end : other.start].strip()
        if (
            gap in {"(", "[", "– or", "(or", ", or"}
            and other.unit == one.unit == "money"
            and not one.equivalents
            and one.per == other.per
        ):
            yield one, other


def _judged(pair: _Pair, plausible: Interval) -> Issue:
    dollars, local = term(pair.dollars, pair.sentence, "amount"), term(pair.local, pair.sentence, "restated")
    rate = (local / dollars).named("implied rate", f"{pair.local.currency}/USD")
    fits = rate.loose.meet(plausible) is not None
    sides = f"{span(local.tight, local.unit)} / {span(dollars.tight, dollars.unit)} = {digits(rate.value)} {rate.unit}"
    return Issue(
        kind="identity" if fits else "contradiction",
        article=pair.sentence.article,
        relation="R6 local = USD x rate",
        parties=pair.parties,
        quantities=(
            rate.measured(),
            Measured("plausible rate", plausible, rate.unit),
            local.measured(),
            dollars.measured(),
        ),
        message=message(
            f"implied rate {span(rate.loose, rate.unit)}, plausible {span(plausible, rate.unit)}",
            sides + ("" if fits else _slip(rate.value, plausible)),
            "nothing to repair" if fits else _TIE,
            "a rate of the day outside the bracket"
            if fits
            else "the amount in the currency in which the deal was made",
        ),
        evidence=(pair.sentence.words(),),
        repair="" if fits else _TIE,
    )


def _slip(rate: Decimal, plausible: Interval) -> str:
    """By which power of ten the rate misses, where one brings it back."""
    for power, words in _SLIPS.items():
        for factor, way in ((Decimal(10) ** power, "too small"), (Decimal(10) ** -power, "too large")):
            if rate * factor in plausible:
                return f": {Decimal(10) ** power:,} times {way} ({words})"
    return ""
