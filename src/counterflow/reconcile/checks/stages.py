"""One deal at several stages: evolution, stages that disagree, two modalities on one number, unlabelled prices."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final

from counterflow.model.claim import Term as Worded
from counterflow.reconcile.checks.closing import Closing, Term, total
from counterflow.reconcile.checks.issue import Issue, Measured
from counterflow.reconcile.checks.variables import Fact, Facts, cue
from counterflow.reconcile.checks.wording import Side, message, scale, span

_FIRM: Final = frozenset({"done", "agreed"})
_EARLY: Final = {"mooted": "amount in talks", "letter of intent": "letter of intent"}
_WHOLE: Final = frozenset({None, "new_money"})
_ONE_STORY_DAYS: Final = 180
_LEAST: Final = 0.5


# ---------------------------------------------------------------- evolution
def evolved(facts: Facts) -> Iterator[Closing]:
    """The ratio of a deal's amounts at two stages: evolution, never a contradiction."""
    for cheques in _cheques(facts).values():
        whole = [
            f for f in cheques if f.claim.amount_scope in _WHOLE and not f.title and f.hedge != "order_of_magnitude"
        ]
        for late in (f for f in whole if f.standing in _FIRM):
            for early in (f for f in whole if f.standing in _EARLY and f.stated > 0):
                step = bool(cue("step").search(early.sentence.text))
                if not step and _follows(early, late, facts) and not _outvoted(early, cheques):
                    yield _step(early, late)


def _step(early: Fact, late: Fact) -> Closing:
    first, last = Term.of(early, _EARLY[str(early.standing)]), Term.of(late, "at close")
    intent = early.standing == "letter of intent"
    relation = "R24 conversion of the letter of intent" if intent else "talks -> completed"
    name = "conversion" if intent else "at close over talks"
    return Closing(relation, (last / first).named(name, "1"), (last, first), "/", kind="evolution")


def _cheques(facts: Facts) -> dict[tuple[object, ...], list[Fact]]:
    found: dict[tuple[object, ...], list[Fact]] = defaultdict(list)
    for fact in facts.of("investment"):
        if fact.sure and fact.standing and len(fact.claim.parties) == 2:
            found[fact.claim.role("investor"), fact.claim.role("investee"), fact.unit].append(fact)
    return found


def _follows(early: Fact, late: Fact, facts: Facts) -> bool:
    """Not a cheque older than the talks: where days are known, it comes within the year after."""
    if early.doc == late.doc:
        return False
    before, after = facts.day(early), facts.day(late)
    return before is None or after is None or 0 <= (after - before).days <= 366


def _outvoted(early: Fact, cheques: Sequence[Fact]) -> bool:
    """Other claims on the same talks clash with this one and weigh more."""
    same = [f for f in cheques if f.standing == early.standing]
    against = [f for f in same if f.loose.meet(early.loose) is None]
    agree = [f for f in same if f.stated == early.stated]
    return Side(tuple(against)).weight > Side(tuple(agree)).weight


# ---------------------------------------------------------------- stages that disagree
def disagreeing(facts: Facts) -> Iterator[Issue]:
    """Told as done in one article, while another tells that part of the same sum waits, or that it is a ceiling."""
    for cheques in _cheques(facts).values():
        for fact in cheques:
            plain = fact.hedge in {"exact", "approximately"} and fact.claim.amount_scope in _WHOLE and not fact.title
            told = [f for f in cheques if f.doc == fact.doc and f.claim.amount_scope == "tranche"]
            if plain and fact.standing == "done" and not any(conditional(f, told) for f in told):
                yield from _tranched(fact, cheques, facts)
                yield from _capped(fact, cheques, facts)


def _tranched(fact: Fact, cheques: Sequence[Fact], facts: Facts) -> Iterator[Issue]:
    for doc in dict.fromkeys(f.doc for f in cheques if f.doc != fact.doc):
        parts = [f for f in cheques if f.doc == doc and f.claim.amount_scope == "tranche"]
        waiting = [f for f in parts if conditional(f, parts) or f.hedge == "up_to"]
        free = [f for f in parts if f not in waiting]
        if not waiting or not _one_story(fact, waiting[0], facts):
            continue
        if abs(total([Term.of(f, "tranche") for f in parts], "sum").value - fact.stated) <= fact.stated / 50:
            yield _conflict(fact, free, waiting)


def _capped(fact: Fact, cheques: Sequence[Fact], facts: Facts) -> Iterator[Issue]:
    for cap in cheques:
        same = cap.hedge == "up_to" and cap.stated == fact.stated and cap.claim.amount_scope in _WHOLE and not cap.title
        if same and cap.standing in _FIRM and cap.doc != fact.doc and _one_story(fact, cap, facts):
            yield _conflict(fact, [], [cap])


def _one_story(a: Fact, b: Fact, facts: Facts) -> bool:
    one, other = facts.day(a), facts.day(b)
    return one is None or other is None or abs((one - other).days) <= _ONE_STORY_DAYS


def conditional(fact: Fact, parts: Sequence[Fact]) -> bool:
    """Whether the tranche waits: a condition that two of one sentence carry belongs to the one it stands nearest to."""
    return any(fact is min(_carriers(term, fact, parts), key=lambda f: _gap(term, f)) for term in _conditions(fact))


def _conditions(fact: Fact) -> tuple[Worded, ...]:
    return fact.claim.terms.get("condition", ())


def _carriers(term: Worded, fact: Fact, parts: Sequence[Fact]) -> list[Fact]:
    return [fact, *(f for f in parts if f.doc == fact.doc and any(t.start == term.start for t in _conditions(f)))]


def _gap(term: Worded, fact: Fact) -> int:
    amount = fact.claim.amount
    assert amount is not None  # a fact has an amount
    return abs((term.start or 0) - amount.end)


def _conflict(fact: Fact, free: Sequence[Fact], waiting: Sequence[Fact]) -> Issue:
    named = [("unconditional", f) for f in free]
    named += [("ceiling" if f.hedge == "up_to" else "conditional", f) for f in waiting]
    unit, found = fact.unit, scale([fact.stated], fact.unit)
    beside = ", ".join(f"{name} {span(f.loose, unit)}" for name, f in named)
    parts = " and ".join(f"{found.number(f.stated)} {name}" for name, f in named)
    return Issue(
        kind="status_conflict",
        article=fact.claim.doc_id,
        relation="paid, committed and conditional",
        parties=fact.claim.parties,
        quantities=(Measured("headline", fact.loose, unit), *(Measured(name, f.loose, unit) for name, f in named)),
        message=message(
            f"headline {span(fact.loose, unit)}, {fact.claim.status}, against {beside}",
            f"{found.number(fact.stated)} told as {fact.claim.status}, elsewhere {parts} ({found.word})",
            "count what waits as conditional: the amounts agree, the stage does not",
            "a report that the condition is met, or that the money has moved",
        ),
        evidence=tuple(dict.fromkeys(w for _, f in [("", fact), *named] for w in f.words())),
        repair="count what waits as conditional",
    )


# ---------------------------------------------------------------- two readings
def modalities(facts: Facts) -> Iterator[Issue]:
    """One number, one article, two modalities: committed here and projected there."""
    groups: dict[tuple[object, ...], list[Fact]] = defaultdict(list)
    for fact in facts.of("capacity_commitment"):
        if fact.standing and fact.claim.role("customer") and fact.claim.confidence >= _LEAST:
            ends = fact.claim.role("customer"), facts.top(fact.claim.role("supplier"))
            groups[fact.doc, *ends, fact.unit].append(fact)
    for group in groups.values():
        for firm in (f for f in group if f.claim.status == "signed"):
            for soft in (f for f in group if f.claim.status in {"planned", "considering"}):
                if firm.tight.meet(soft.tight) and abs(firm.stated - soft.stated) <= firm.stated / 50:
                    yield _two_modalities(firm, soft)


def _two_modalities(firm: Fact, soft: Fact) -> Issue:
    sides = [f"{span(f.loose, f.unit)} as {f.claim.status}" for f in (soft, firm)]
    return Issue(
        kind="ambiguity",
        article=soft.claim.doc_id,
        relation="two modalities on one number",
        parties=firm.claim.parties,
        quantities=(Measured("programme", soft.loose, soft.unit), Measured("programme", firm.loose, firm.unit)),
        message=message(
            ", ".join(sides),
            "one number, told with two degrees of firmness",
            "nothing to drop: count it under the weaker one until a contract is named",
            "a named contract",
        ),
        evidence=(*soft.words(), *firm.words()),
        repair="",
    )


def unlabelled(facts: Facts) -> Iterator[Issue]:
    """A price in talks without a label, beside the pre- and post-money prices at which the round closed."""
    for talk in facts.of("valuation"):
        if talk.standing == "mooted" and talk.sure and talk.hedge == "exact" and _plain(talk):
            closed = facts.of("valuation", company=str(talk.claim.role("company")))
            closed = [
                f for f in closed if f.standing == "done" and f.unit == talk.unit and f.sure and f.doc != talk.doc
            ]
            for post in (f for f in closed if f.claim.valuation_basis == "post_money"):
                pre = next((f for f in closed if f.doc == post.doc and _closes(f, post, facts)), None)
                if pre and pre.stated / 2 <= talk.stated <= post.stated * 2 and _before(talk, post, facts):
                    yield _unlabelled(talk, pre, post)


def _plain(fact: Fact) -> bool:
    return fact.claim.valuation_basis in {None, "unspecified"}


def _closes(pre: Fact, post: Fact, facts: Facts) -> bool:
    """The article's own round brings the one price to the other."""
    if not (_plain(pre) or pre.claim.valuation_basis == "pre_money"):
        return False
    raised = facts.of("funding_round", post.doc, issuer=str(post.claim.role("company")))
    return any(abs(pre.stated + f.stated - post.stated) <= post.stated / 50 for f in raised if f.unit == post.unit)


def _before(talk: Fact, close: Fact, facts: Facts) -> bool:
    days: list[date | None] = [facts.day(talk), facts.day(close)]
    return None in days or bool(days[0] and days[1] and 0 <= (days[1] - days[0]).days <= 366)


def _unlabelled(talk: Fact, pre: Fact, post: Fact) -> Issue:
    unit, found = talk.unit, scale([post.stated], talk.unit)
    low, high = (float(f.stated / talk.stated - 1) for f in (pre, post))
    one, two, three = (found.number(f.stated) for f in (talk, pre, post))
    prices = (("in talks", talk), ("pre", pre), ("post", post))
    return Issue(
        kind="ambiguity",
        article=talk.claim.doc_id,
        relation="label of the valuation in talks",
        parties=talk.claim.parties,
        quantities=tuple(Measured(name, f.loose, unit) for name, f in prices),
        message=message(
            ", ".join(f"{name} {span(f.loose, unit)}" for name, f in prices),
            f"{two} against {one} is {low:+.1%} if the talks meant pre, {three} is {high:+.1%} if post ({found.word})",
            "nothing to drop: the talks gave no label",
            "a source that says whether the price in talks held the new money",
        ),
        evidence=tuple(w for _, f in prices for w in f.words()[:1]),
        repair="",
    )
