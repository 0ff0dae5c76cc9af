"""Contracts and means: totals and their years, what comes on top, what comes back, who can pay (R8, R9, R24)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Final

from counterflow.model.when import years
from counterflow.reconcile.checks.closing import Closing, Term, exactly, total
from counterflow.reconcile.checks.variables import Fact, Facts, cue

_FIRM: Final = frozenset({"done", "agreed"})
_TOTALS: Final = frozenset({None, "contract_total", "incremental", "new_money"})


def _contracts(facts: Facts, doc: str | None = None) -> list[Fact]:
    own = facts.of("capacity_commitment", doc)
    return [
        f for f in own if f.sure and f.standing and f.unit.isupper() and f.unit != "GW" and f.claim.role("customer")
    ]


def _term(fact: Fact) -> Term | None:
    length = years(fact.claim.valid_time.duration) if fact.claim.valid_time else None
    if length and cue("break").search(_between(fact)):
        return None  # the term may be of something else
    return exactly("years", length, "yr", "0.5" if length == int(length) else "0.05") if length else None


def _between(fact: Fact) -> str:
    """What stands between the amount and its term."""
    period, amount, said = fact.claim.valid_time, fact.claim.amount, fact.sentence
    assert period is not None
    assert amount is not None  # asked by `_term`
    at, where = amount.start - said.start, said.text.find(period.text)
    return said.text[min(at, where) : max(at, where)] if where >= 0 <= at else ""


def yearly(facts: Facts) -> Iterator[Closing]:
    """R8 total = rate x term: what a contract comes to in a year. Equal contracts of several articles stand once."""
    same: dict[tuple[object, ...], list[Fact]] = defaultdict(list)
    for fact in _contracts(facts):
        if _term(fact) and fact.claim.amount_scope in _TOTALS:
            ends = fact.claim.role("customer"), facts.top(fact.claim.role("supplier")), fact.standing
            same[*ends, fact.loose.low, fact.loose.high, _term(fact)].append(fact)
    for group in same.values():
        term = _term(group[0])
        assert term is not None  # asked above
        whole = _joined(group, "total")
        name = "per year, at least" if whole.loose.high is None else "per year"
        rate = (whole / term).named(name, f"{whole.unit}/yr")
        yield Closing("R8 total = rate x term", rate, (whole, term), "/")


def _joined(group: list[Fact], name: str) -> Term:
    first = Term.of(group[0], name)
    return Term(name, first.loose, first.tight, first.unit, first.value, tuple(group), hedge=first.hedge)


def on_top(facts: Facts) -> Iterator[Closing]:
    """R9 total = existing + additional, or inclusive: two readings of one article."""
    extras = [f for f in _contracts(facts) if f.claim.amount_scope == "incremental" and f.claim.role("supplier")]
    for extra in extras:
        for base in _contracts(facts, extra.doc):
            if (
                base.doc == extra.doc
                and base.claim.amount_scope != "incremental"
                and _pair(base, facts) == _pair(extra, facts)
                and base.unit == extra.unit
            ):
                old, new = Term.of(base, "existing"), Term.of(extra, "additional")
                yield Closing(
                    "R9 additional or inclusive",
                    (old + new).named("total if additional"),
                    (old, new),
                    "+",
                    kind="ambiguity",
                    beside=((new - old).floored().named("new if inclusive"),),
                    change="the contract, or a party that says whether the new sum holds the old one",
                )


def _pair(fact: Fact, facts: Facts) -> tuple[str | None, str | None]:
    return facts.top(fact.claim.role("customer")), facts.top(fact.claim.role("supplier"))


def grown(facts: Facts) -> Iterator[Closing]:
    """R9 where a sum so far is told with the last addition: what was there before."""
    for so_far in facts.of("investment"):
        if so_far.claim.amount_scope != "cumulative" or not so_far.sure or so_far.standing != "done":
            continue
        for last in (f for f in facts.beside(so_far) if f.claim.type == "investment"):
            near = (
                last.doc == so_far.doc and last.sentence == so_far.sentence and last.claim.roles == so_far.claim.roles
            )
            if (
                near
                and last.claim.amount_scope in {"new_money", "incremental"}
                and last.sure
                and last.unit == so_far.unit
            ):
                total_, new = Term.of(so_far, "total so far"), Term.of(last, "added")
                if total_.value > new.value:
                    yield Closing(
                        "R9 total = existing + additional", (total_ - new).floored().named("before"), (total_, new), "-"
                    )


def ceilings(facts: Facts) -> Iterator[Closing]:
    """Ceilings of one sentence add up to a ceiling, and promise nothing; its payers must be named there."""
    groups: dict[tuple[object, ...], list[Fact]] = defaultdict(list)
    for fact in facts.of("investment"):
        payer = fact.claim.roles_as_written.get("investor", ("",))[0]
        if fact.hedge == "up_to" and fact.standing and payer and payer in fact.sentence.text:
            groups[fact.doc, fact.sentence, fact.claim.role("investee"), fact.standing, fact.unit].append(fact)
    for group in groups.values():
        payers = tuple(dict.fromkeys(name for f in group for name in f.claim.roles["investor"]))
        if len(payers) == len(group) > 1:
            terms = tuple(Term.of(f, "ceiling") for f in group)
            summed = total(terms, "sum, at most")
            yield Closing("sum of ceilings", summed, terms, "+", change="money paid under either", parties=payers)


def against_means(facts: Facts) -> Iterator[Closing]:
    """R24 ratios: a cheque over its payer's cash, commitments over revenue, money back per money in."""
    yield from _over_cash(facts)
    yield from _over_revenue(facts)
    yield from _back(facts)


def _over_cash(facts: Facts) -> Iterator[Closing]:
    held = [
        f
        for f in facts.of("financial_metric")
        if f.claim.metric == "cash" and f.sure and f.standing == "done" and f.hedge == "exact"
    ]
    for cash in held:
        payer = str(cash.claim.role("company"))
        for cheque in facts.of("investment", investor=payer):
            if (
                not cheque.sure
                or not cheque.standing
                or cheque.unit != cash.unit
                or cheque.claim.amount_scope not in {None, "new_money"}
                or cheque.title
                or cheque.hedge == "order_of_magnitude"
            ):
                continue
            if cheque.doc == cash.doc or earlier_by_deal(cash, cheque, facts):
                amount, means = Term.of(cheque, "amount"), Term.of(cash, "cash")
                ratio = (amount / means).named("share of cash", "1")
                beyond = ratio.loose.low is not None and ratio.loose.low > 1
                yield Closing(
                    "R24 amount over cash", ratio, (amount, means), "/", kind="plausibility" if beyond else "inference"
                )


def earlier_by_deal(cash: Fact, cheque: Fact, facts: Facts) -> bool:
    """The cash was told in an article that speaks of talks on the very cheque, or shortly before it."""
    before, after = facts.day(cash), facts.day(cheque)
    if before and after:
        return 0 <= (after - before).days <= 200
    talks = [f for f in facts.of("investment", cash.doc) if f.claim.roles == cheque.claim.roles]
    return cheque.standing in _FIRM and any(f.standing == "mooted" for f in talks)


def _over_revenue(facts: Facts) -> Iterator[Closing]:
    for revenue in facts.of("financial_metric"):
        if (
            revenue.claim.metric != "revenue"
            or not revenue.sure
            or revenue.standing != "done"
            or not revenue.unit.endswith("/yr")
        ):
            continue
        customer = str(revenue.claim.role("company"))
        own = [
            f
            for f in _contracts(facts, revenue.doc)
            if f.doc == revenue.doc and f.claim.role("customer") == customer and f.claim.role("supplier") is None
        ]
        for programme in own:
            if f"{programme.unit}/yr" == revenue.unit:
                owed, earned = Term.of(programme, "commitment"), Term.of(revenue, "revenue a year")
                yield Closing(
                    "R24 commitment over revenue", (owed / earned).named("years of revenue", "1"), (owed, earned), "/"
                )


def _back(facts: Facts) -> Iterator[Closing]:
    for contract in _contracts(facts):
        seller = facts.top(contract.claim.role("supplier"))
        if contract.claim.amount_scope not in _TOTALS or seller is None:
            continue
        for cheque in facts.of("investment", contract.doc, investee=str(contract.claim.role("customer"))):
            if (
                cheque.doc == contract.doc
                and facts.top(cheque.claim.role("investor")) == seller
                and _plain(cheque, contract)
            ):
                back, paid = Term.of(contract, "commitment"), Term.of(cheque, "equity")
                ratio = (back / paid).named("commitment per equity", "1")
                yield Closing("R24 money back per money in", ratio, (back, paid), "/")


def _plain(cheque: Fact, contract: Fact) -> bool:
    firm = cheque.standing in _FIRM and cheque.claim.amount_scope in {None, "new_money"}
    old = any(cue("old").search(f.sentence.text) for f in (cheque, contract))
    return firm and not old and cheque.sure and cheque.unit == contract.unit and not cheque.title
