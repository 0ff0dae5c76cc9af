"""One variable, several claims: contradictions and tensions, stages that disagree, two modalities on one number."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from counterflow.model.claim import ROLES
from counterflow.reconcile.checks.issue import Issue, Measured
from counterflow.reconcile.checks.variables import Fact, Facts, cue
from counterflow.reconcile.checks.wording import Side, digits, message, repair, scale, span
from counterflow.reconcile.said import Days, event_days, gap

_DEALS: Final = frozenset(
    {"investment", "funding_round", "capacity_commitment", "supply_agreement", "acquisition", "stake"}
)
_FLOWS: Final = frozenset(
    "revenue annualized_revenue net_loss net_income ebitda capex free_cash_flow operating_cash_flow".split()
)
_STOCKS: Final = frozenset({"cash", "debt", "backlog", "loans_outstanding"})
_REPEATED: Final = frozenset({"investment", "capacity_commitment", "supply_agreement"})  # deals that come in series
_EVENT_DAYS: Final = 30


class _Key(NamedTuple):
    """Claims on one variable agree in all of these; standing and time are compared pair by pair."""

    kind: str
    ends: tuple[tuple[str, ...], ...]
    what: str
    unit: str


def clashes(facts: Facts) -> Iterator[Issue]:
    """Every pair of values of one variable that no reading brings together: at loose hard, at tight only soft."""
    for key, group in _variables(facts).items():
        values: dict[tuple[object, ...], list[Fact]] = defaultdict(list)
        for fact in group:
            values[fact.loose.low, fact.loose.high, fact.tight.low, fact.tight.high].append(fact)
        sides = list(values.values())
        for place, one in enumerate(sides):
            for other in sides[place + 1 :]:
                if found := _clash(key, one, other, facts):
                    yield found


def _variables(facts: Facts) -> dict[_Key, list[Fact]]:
    found: dict[_Key, list[Fact]] = defaultdict(list)
    for fact in facts.all:
        if (key := _key(fact, facts)) and fact.sure and fact.standing:
            found[key].append(fact)
    return {key: [f for f in group if not _compared_with(f, group)] for key, group in found.items()}


def _compared_with(fact: Fact, group: Sequence[Fact]) -> bool:
    """The later of two values of one sentence is what the first is compared with: of another day or plan."""
    beside = [f for f in group if f.doc == fact.doc and f.sentence == fact.sentence]
    return beside[0] is not fact


def _key(fact: Fact, facts: Facts) -> _Key | None:
    claim = fact.claim
    core = ROLES[claim.type][0]
    if any(role not in claim.roles for role in core):
        return None
    # A supplier's arm stands for it; a subsidiary that raises money is no round of its owner.
    ends = tuple(
        tuple(sorted(str(facts.top(n)) if role == "supplier" else n for n in claim.roles[role])) for role in core
    )
    if claim.type in _DEALS:
        return _Key(claim.type, ends, "", fact.unit)
    if claim.type == "valuation" and claim.valuation_basis in {"pre_money", "post_money"}:
        return _Key(claim.type, ends, claim.valuation_basis, fact.unit)
    if claim.type == "financial_metric" and claim.metric in _FLOWS | _STOCKS:
        return _Key(claim.type, ends, f"{claim.metric} {claim.product or ''}".strip(), fact.unit)
    return None


def _clash(key: _Key, one: Sequence[Fact], other: Sequence[Fact], facts: Facts) -> Issue | None:
    if one[0].tight.meet(other[0].tight) or _sized(one[0], other[0]):
        return None
    pairs = [(a, b) for a in one for b in other if _comparable(a, b, facts) and not _retold(a, b, [*one, *other])]
    if not pairs:
        return None
    left = tuple(dict.fromkeys(a for a, _ in pairs))
    right = tuple(dict.fromkeys(b for _, b in pairs))
    hard = one[0].loose.meet(other[0].loose) is None
    wanted = repair([Side(left), Side(right)])
    first, second = (right, left) if wanted.drop in right else (left, right)
    return Issue(
        kind="contradiction" if hard else "tension",
        article=(wanted.drop or first[0]).claim.doc_id,
        relation=f"same variable: {_named(key)}",
        parties=tuple(dict.fromkeys(n for f in (*left, *right) for n in f.claim.parties)),
        quantities=(
            Measured(_name(first[0]), first[0].loose, key.unit),
            Measured(_name(second[0]), second[0].loose, key.unit),
        ),
        message=message(
            f"{_named(key)}: {span(first[0].loose, key.unit)} against {span(second[0].loose, key.unit)}",
            _sum(first[0], second[0], key.unit),
            wanted.text,
            wanted.change,
        ),
        evidence=tuple(dict.fromkeys(w for f in (*first, *second) for w in f.words())),
        repair=wanted.text,
    )


def _sized(a: Fact, b: Fact) -> bool:
    """A bare size ("tens of billions") beside a number within a factor of it names a size and refutes nothing."""
    rough = "order_of_magnitude" in {a.hedge, b.hedge}
    return rough and a.loose.meet(b.loose) is not None


def _sum(a: Fact, b: Fact, unit: str) -> str:
    low, high = sorted((a.stated, b.stated))
    found = scale((low, high), unit)
    times = f", {digits(high / low)} times" if low > 0 else ""
    return f"{found.number(a.stated)} stated against {found.number(b.stated)} ({found.word}){times}"


def _named(key: _Key) -> str:
    who = " -> ".join(" and ".join(names) for names in key.ends)
    return (
        f"{(key.what or key.kind).replace('_', ' ')} of {who}"
        if len(key.ends) == 1
        else f"{key.kind.replace('_', ' ')} {who}"
    )


def _name(fact: Fact) -> str:
    what = fact.claim.metric or (
        "amount" if fact.claim.type in _DEALS else fact.claim.valuation_basis or fact.claim.type
    )
    return f"{'title ' if fact.title else ''}{what}".replace("_", " ") + (
        " in talks" if fact.standing == "mooted" else ""
    )


# ---------------------------------------------------------------- what may be compared
def _comparable(a: Fact, b: Fact, facts: Facts) -> bool:
    """The guard: one deal or figure, at one stage, of one time; when in doubt, another one."""
    if (a.doc == b.doc and a.sentence == b.sentence) or not facts.together(a, b) or not _same_stage(a, b):
        return False
    if a.claim.supersedes or b.claim.supersedes or a.claim.corrects or b.claim.corrects:
        return False
    if a.claim.type == "financial_metric":
        return _same_period(a, b) and not any(
            cue("moving").search(f.sentence.text) for f in (a, b) if not _period(f)[2] and not f.title
        )
    return _same_scope(a, b) and _same_event(a, b, facts) and not any(_another(f) or _unnamed(f) for f in (a, b))


def _unnamed(fact: Fact) -> bool:
    """A sentence that names neither side may speak of other ones; a note of ours beside a reference need not."""
    if fact.claim.evidence[0].kind != "sentence":
        return False
    written = {n for names in fact.claim.roles_as_written.values() for n in names}
    return not fact.title and not any(n in fact.sentence.text for n in written)


def _same_stage(a: Fact, b: Fact) -> bool:
    if a.standing == b.standing:
        return True
    if a.doc != b.doc:
        return False
    return a.title or b.title or {a.standing, b.standing} == {"done", "agreed"}


def _same_scope(a: Fact, b: Fact) -> bool:
    scopes = {f.claim.amount_scope for f in (a, b)}
    return scopes <= {None, "new_money", "contract_total"} and not any(_waits(f) for f in (a, b))


def _waits(fact: Fact) -> bool:
    return bool(fact.claim.valid_time and (fact.claim.valid_time.start or fact.claim.valid_time.end))


def _same_event(a: Fact, b: Fact, facts: Facts) -> bool:
    """One event: no dates or terms that differ; and where two texts tell of what is done, a tie between them."""
    one, other = (event_days(f.claim) for f in (a, b))
    if gap(one, other) > _EVENT_DAYS or _months_apart(a, b):
        return False
    terms = [f.claim.valid_time.duration for f in (a, b) if f.claim.valid_time and f.claim.valid_time.duration]
    if len(set(terms)) > 1:
        return False
    if one and other and all((days.last - days.first).days <= _EVENT_DAYS for days in (one, other)):
        return True
    if any(f.claim.evidence[0].kind != "sentence" for f in (a, b)):
        return False  # a row has no sentence that tells the event: without both days it may be another one
    if a.doc != b.doc and a.claim.type in _REPEATED and a.standing != "mooted" and len(terms) < 2:
        return False  # a cheque and the sum of all cheques are told in the same words
    return all(_fresh(f, day, facts) for f, day in ((a, one), (b, other)))


def _fresh(fact: Fact, days: Days | None, facts: Facts) -> bool:
    """An event without a day is taken for the news of its article; one long before the article is told in passing."""
    told = facts.day(fact)
    return days is None or told is None or (told - days.last).days <= _EVENT_DAYS


def _months_apart(a: Fact, b: Fact) -> bool:
    """Months that are named without a year still tell two days apart."""
    values = [f.claim.event_date.value or "" for f in (a, b) if f.claim.event_date]
    months = {value[5:7] for value in values if len(value) >= 7 and "X" not in value[5:7]}
    return len(months) > 1


def _another(fact: Fact) -> bool:
    """The sentence speaks of more than one sum of this kind. A title has no room for that."""
    if fact.title:
        return False
    text = fact.sentence.text
    amount = fact.claim.amount
    if amount and fact.sentence.text[: amount.end - fact.sentence.start]:
        at = amount.start - fact.sentence.start
        text = text[:at] + text[at + (amount.end - amount.start) :]
    return bool(cue("another").search(text))


def _period(fact: Fact) -> tuple[str | None, str | None, str | None]:
    period = fact.claim.valid_time
    return (period.start, period.end, period.duration) if period else (None, None, None)


def _same_period(a: Fact, b: Fact) -> bool:
    one, other = _period(a), _period(b)
    if any(f.claim.evidence[0].kind != "sentence" and f.claim.status != "actual" for f in (a, b)):
        return False
    if a.claim.metric in _STOCKS:
        return one[0] is not None and one == other and "X" not in one[0]
    if one[0] and other[0]:
        return one == other and "X" not in one[0]
    if one[2] and one[2] == other[2]:
        return True
    return a.doc == b.doc and one == other == (None, None, None)


def _retold(a: Fact, b: Fact, all_of_both: Sequence[Fact]) -> bool:
    """A title that one passage of its body supports says nothing against another passage."""
    titles = [f for f in (a, b) if f.title]
    if len(titles) != 1 or a.doc != b.doc:
        return False
    other = b if titles[0] is a else a
    agreeing = [f for f in all_of_both if f.doc == a.doc and not f.title and f.loose.meet(titles[0].loose)]
    return bool(agreeing) and other not in agreeing
