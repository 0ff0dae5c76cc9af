"""Figures of one company: multiples, growth, marks, months against years (R4, R5, R12, R20)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from counterflow.reconcile.checks.closing import Closing, Term, exactly
from counterflow.reconcile.checks.variables import Fact, Facts, cue

_FACTOR: Final = {"/mo": 12, "/qtr": 4}
_SALES: Final = ("revenue", "annualized_revenue")
_R4: Final = "R4 valuation = multiple x revenue"
_NEAR: Final = 3  # sentences between numbers that one passage compares


def _metric(facts: Facts, *names: str, doc: str | None = None) -> list[Fact]:
    return [
        f for f in facts.of("financial_metric", doc) if f.claim.metric in names and f.claim.role("company") and f.fair
    ]


def _prices(facts: Facts, near: Fact) -> list[Fact]:
    company = near.claim.role("company")
    own = facts.of("valuation", near.doc, company=str(company))
    return [f for f in own if f.sure and not f.title and f.standing in {"done", "agreed"}]


def multiples(facts: Facts) -> Iterator[Closing]:
    """R4 valuation = multiple x revenue: a stated multiple against the article's prices, or what they come to."""
    told: set[str] = set()
    for multiple in _metric(facts, "revenue_multiple"):
        revenue = _beside(multiple, _metric(facts, *_SALES, doc=multiple.doc))
        if revenue and (closing := _multiple(multiple, revenue, _prices(facts, multiple))):
            told.add(revenue.said.id)
            yield closing
    for revenue in _metric(facts, *_SALES):
        prices = [f for f in _prices(facts, revenue) if f.hedge == "exact" and f"{f.unit}/yr" == revenue.unit]
        if revenue.said.id not in told and len({f.stated for f in prices}) == 1 and revenue.standing == "done":
            price, earned = Term.of(prices[0], "valuation"), Term.of(revenue, "revenue")
            yield Closing(_R4, (price / earned).named("multiple", "x"), (price, earned), "/")


def _multiple(multiple: Fact, revenue: Fact, prices: list[Fact]) -> Closing | None:
    """Any price of the article may be meant; where none fits, only one of the same passage is said not to."""
    earned, stated = Term.of(revenue, "revenue"), Term.of(multiple, "multiple")
    same = [f for f in prices if f.unit.partition("/")[0] == revenue.unit.partition("/")[0]]
    ways = {f: (Term.of(f, "valuation") / earned).named("multiple by the sum", "x") for f in same}
    fits = [f for f in same if ways[f].loose.meet(stated.loose)]
    near = [f for f in same if _apart(f, multiple) <= _NEAR]
    chosen = min(fits or near, key=lambda f: (abs(ways[f].value - stated.value), _apart(f, multiple)), default=None)
    if chosen is None:
        return None
    return Closing(_R4, ways[chosen], (Term.of(chosen, "valuation"), earned), "/", stated=stated)


def _beside(fact: Fact, others: list[Fact]) -> Fact | None:
    own = [o for o in others if o.doc == fact.doc and o.claim.role("company") == fact.claim.role("company")]
    own = [o for o in own if _apart(o, fact) <= 2]
    return own[0] if len(own) == 1 else None


def _apart(a: Fact, b: Fact) -> int:
    return abs(a.sentence.number - b.sentence.number)


def steps(facts: Facts) -> Iterator[Closing]:
    """R5 v1 = v0 (1 + g): which two prices a stated step fits; more than one reading is said to be so."""
    for step in _metric(facts, "valuation_change"):
        if step.unit != "1":
            continue
        every = [
            f for f in facts.of("valuation", company=str(step.claim.role("company"))) if f.sure and f.unit.isupper()
        ]
        here = [f for f in every if f.sentence == step.sentence] or every
        for end in here[:1]:
            yield from _readings(step, end, every)


def _readings(step: Fact, end: Fact, every: list[Fact]) -> Iterator[Closing]:
    stated = Term.of(step, "stated step")
    seen: set[object] = set()
    for other in every:
        if other.stated in seen or other.stated == end.stated or other.hedge != "exact" or other.unit != end.unit:
            continue
        lower = other.stated < end.stated
        if not lower and other.doc != step.doc:
            continue
        seen.add(other.stated)
        low, high = sorted((other, end), key=lambda f: f.stated)
        first, last = Term.of(low, "first price"), Term.of(high, "last price")
        one = exactly("whole", 1, "1")
        ratio = (last / first - one).named(f"step, {_short(first)} to {_short(last)}", "1")
        fits = abs(ratio.value - stated.value) <= stated.value / 20 and ratio.loose.meet(stated.loose)
        if fits or (lower and other.standing == "done" and other.claim.valuation_basis == "post_money"):
            verdict = "fits" if fits else "does not fit"
            yield Closing(
                "R5 v1 = v0 (1 + g): which step is meant",
                ratio,
                (last, first),
                "over",
                kind="ambiguity",
                beside=(stated,),
                change=f"the source's word on which step it means; this reading {verdict}",
            )


def _short(term: Term) -> str:
    value = term.value
    for size, word in ((10**12, "tn"), (10**9, "bn"), (10**6, "m")):
        if value >= size:
            return f"{(value / size).normalize():f}{word}"
    return f"{value:f}"


def marks(facts: Facts) -> Iterator[Closing]:
    """R12 mark = stake x valuation, where one sentence gives both, or the article knows one price only."""
    for stake in facts.of("stake"):
        if not stake.sure or stake.standing != "done" or cue("passing").search(stake.sentence.text):
            continue
        prices = [f for f in _prices(facts, stake) if f.hedge == "exact"]
        here = [
            f
            for f in prices
            if f.sentence == stake.sentence or any(e.start == stake.claim.evidence[0].start for e in f.claim.evidence)
        ]
        if not here and len({f.stated for f in prices}) == 1:
            here = prices
        if len({f.stated for f in here}) == 1:
            share, price = Term.of(stake, "stake"), Term.of(here[0], "valuation")
            yield Closing(
                "R12 mark = stake x valuation", (share * price).named("mark", price.unit), (share, price), "x"
            )


def run_rates(facts: Facts) -> Iterator[Closing]:
    """R20 annual = 12 x monthly, 4 x quarter: against an annualised figure of its sentence, or what it comes to."""
    for rate in facts.of("financial_metric"):
        per = next((p for p in _FACTOR if rate.unit.endswith(p)), None)
        if (
            per is None
            or not rate.sure
            or rate.standing != "done"
            or rate.claim.metric not in {"revenue", "cash_burn", "expenses", "capex"}
        ):
            continue
        times = exactly("months" if per == "/mo" else "quarters", _FACTOR[per], "a year")
        term = Term.of(rate, "rate")
        year = (term * times).named("annual", rate.unit.replace(per, "/yr"))
        own = [
            f
            for f in facts.beside(rate)
            if f.sentence == rate.sentence and f.doc == rate.doc and f.claim.roles == rate.claim.roles
        ]
        stated = [f for f in own if f.claim.metric == "annualized_revenue"]
        yield Closing(
            "R20 annual = 12 x monthly" if per == "/mo" else "R20 annual = 4 x quarter",
            year,
            (term, times),
            "x",
            stated=Term.of(stated[0], "annualised") if len(stated) == 1 else None,
        )
