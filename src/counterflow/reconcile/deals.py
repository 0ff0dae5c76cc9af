"""Claims -> deals: gathered by who pays whom, each with its stage, its class of money and its history."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from hashlib import sha256
from typing import Any, Final

from counterflow.model.book import STAGES, UNNAMED_LENDERS, Deal, Step
from counterflow.model.problem import Problem
from counterflow.model.when import first_day
from counterflow.reconcile import doubtful
from counterflow.reconcile.anchors import Bound
from counterflow.reconcile.cluster import WITHIN_DAYS, Cluster, Part, clusters
from counterflow.reconcile.estimate import best_said_first, estimate, support
from counterflow.reconcile.parties import Register, key
from counterflow.reconcile.said import Measure, Said, event_days, gap, rank, term_years
from counterflow.reconcile.wholes import in_context

# Claim type -> who pays, who is paid, the family of the deal. A contract may leave its suppliers unnamed.
SIDES: Final = {
    "investment": ("investor", "investee", "equity primary"),
    "capacity_commitment": ("customer", "supplier", "compute purchase"),
    "supply_agreement": ("customer", "supplier", "compute purchase"),
    "prepayment": ("payer", "payee", "compute purchase"),
    "debt": ("lender", "borrower", "debt"),
    "lease": ("lessee", "lessor", "lease"),
    "guarantee": ("guarantor", "beneficiary", "guarantee"),
    "revenue_share": ("payer", "payee", "revenue share"),
    "equity_warrant": ("holder", "issuer", "warrant"),
    "acquisition": ("acquirer", "target", "M&A"),
    "grant": ("grantor", "recipient", "grant"),
    "licensing": ("licensee", "licensor", "licence"),
}
_MAY_LACK: Final = frozenset({"supplier", "lender", "lessor", "issuer"})  # sources often leave these unnamed
_AT_ONCE: Final = frozenset({"equity primary", "debt", "M&A", "warrant", "grant"})  # done is paid, not begun
_UNNAMED: Final = {"lender": UNNAMED_LENDERS}  # who pays where a source does not say
_MONEY: Final = frozenset({"money", "GW"})
_PAID_IN: Final = {"revenue share": _MONEY | {"percent"}, "warrant": frozenset({"money", "shares", "percent"})}
_A_YEAR: Final = {None: 1, "year": 1, "quarter": 4, "month": 12}
_CLASS: Final = {
    "rumour": "rumoured",
    "talks": "rumoured",
    "letter of intent": "letter_of_intent",
    "signed": "committed",
    "completed": "paid",
}


# Scopes from the one that says most of what a sum is: whoever leaves the words out has not denied them.
_TELLING: Final = ("tranche", "incremental", "cumulative", "annual", "contract_total", "new_money")


def gather(
    claims: Iterable[Said], register: Register, rulings: Iterable[Bound] = ()
) -> tuple[tuple[Deal, ...], tuple[Problem, ...]]:
    """Deals of every payer, payee and family, and a Problem for each claim that cannot be one: a role left empty,
    or several names for one sum. The order of the claims changes nothing.
    """
    parts: dict[tuple[str, str | None, str], list[Part]] = defaultdict(list)
    holes: list[Problem] = []
    for each in sorted((s for s in claims if s.claim.type in SIDES), key=lambda s: s.id):
        part, hole = _part(each)
        holes += [hole] if hole and rank(each.stage) >= 0 else []
        if part:
            parts[part.payer, _key_payee(part, register), part.family].append(part)
    parts = _with_suppliers(parts, register)
    rulings = tuple(rulings)
    found = [cluster for group in parts.values() for cluster in clusters(group, register, rulings)]
    deals = in_context(_named_apart(found, _packages(found)), register)
    return deals, (*holes, *doubtful.problems(deals))


def _part(each: Said) -> tuple[Part | None, Problem | None]:
    """The claim as a part of a deal, or the hole in it."""
    payer_role, payee_role, family = SIDES[each.claim.type]
    for role in (payer_role, payee_role):
        names = sorted(set(each.claim.roles.get(role, ())))
        if len(names) > 1:
            return None, _hole(each, f"names {' and '.join(names)} as {role} of one sum", "--reject, and add each part")
        if not names and role not in _MAY_LACK:
            return None, _hole(each, f"names no {role}", f"--set {role}=NAME")
    payer, payee = each.claim.role(payer_role) or _UNNAMED[payer_role], each.claim.role(payee_role)
    if payer == payee:
        return None, _hole(each, f"has {payer} pay itself", "--reject")
    return Part(replace(each, measure=in_years(each.measure, family)), payer, payee, family), None


def _with_suppliers(
    parts: Mapping[tuple[str, str | None, str], list[Part]], register: Register
) -> dict[tuple[str, str | None, str], list[Part]]:
    """A contract told without its supplier joins the one contract of its payer, near in time, of the same amount."""
    named: dict[tuple[str, str], list[Part]] = defaultdict(list)
    for (payer, payee, family), group in parts.items():
        named[payer, family] += group if payee else []
    found = defaultdict(list, {key: group for key, group in parts.items() if key[1]})
    for (payer, _, family), group in [each for each in parts.items() if each[0][1] is None]:
        for part in group:
            homes = [p for p in named[payer, family] if _same(p, part)]
            keys = {_key_payee(p, register) for p in homes}
            home = keys.pop() if len(keys) == 1 else None
            found[payer, home, family].append(part._replace(payee=homes[0].payee) if home else part)
    return found


def _same(a: Part, b: Part) -> bool:
    one, other = a.said.measure, b.said.measure
    if one is None or other is None or one.yardstick != other.yardstick:
        return False
    return one.like(other) and gap(a.said.days, b.said.days) <= WITHIN_DAYS


def in_years(measure: Measure | None, family: str) -> Measure | None:
    """What the family is paid in, as a sum or a yearly rate; a price per share says nothing of what is paid."""
    if measure is None or measure.unit not in _PAID_IN.get(family, _MONEY) or measure.per not in _A_YEAR:
        return None
    return measure.over(_A_YEAR[measure.per], "year") if measure.per else measure


def _hole(each: Said, what: str, remedy: str) -> Problem:
    return Problem(each.id, what, f"counterflow decide {each.id} {remedy} --because '...'")


def _key_payee(part: Part, register: Register) -> str | None:
    """A supplier's owner stands for it in the key, so that both names can meet in one deal."""
    return register.top(part.payee) if part.family == "compute purchase" else part.payee


def _packages(found: Iterable[Cluster]) -> dict[str, str]:
    """Package -> the first of all packages that share a deal with it: two articles name one package by two ids."""
    first: dict[str, str] = {}
    for cluster in found:
        ids = set(map(str, _terms((p.said for p in cluster.parts), "package")))
        linked = {first.get(each, each) for each in ids}
        first |= dict.fromkeys({*ids, *(each for each, low in first.items() if low in linked)}, min(linked, default=""))
    return first


def _named_apart(found: Sequence[Cluster], packages: Mapping[str, str]) -> list[Deal]:
    """A deal for each cluster. The main one of a key has the plain id, the others one from their first claim."""
    deals: list[Deal] = []
    taken: dict[str, list[Deal]] = defaultdict(list)
    for cluster in sorted(found, key=_main_first):
        deal = _deal(cluster, packages)
        before = taken[deal.deal_id]
        if before:
            told = cluster.movers or [cluster.seed.said]
            first = min(told, key=lambda s: (s.ruled.public or date.max, s.id)).id
            tail = sha256(first.encode()).hexdigest()[:8]
            rivals = [d for d in before if _kind(d) == _kind(deal) and deal.scope != "tranche"]
            deal = replace(
                deal, deal_id=f"{deal.deal_id}--{tail}", flags=(*deal.flags, *(["same_key"] if rivals else []))
            )
        before.append(deal)
        deals.append(deal)
    return deals


def _main_first(cluster: Cluster) -> tuple[bool, bool, int, float]:
    """Money before power, the plain amount before what comes on top of it, then the furthest, then the best told."""
    seed = cluster.seed.said
    return (
        bool(seed.measure and seed.measure.unit != "money"),
        seed.claim.amount_scope in {"incremental", "tranche"},
        -rank(seed.stage),
        -support(cluster.movers),
    )


def _kind(deal: Deal) -> tuple[str, str | None]:
    """Deals of one key that differ in this are no doubles: another unit, or a scope that says it stands apart."""
    apart = deal.scope if deal.scope in {"incremental", "tranche", "cumulative"} else None
    return deal.amount.unit if deal.amount else "money", apart


def _deal(cluster: Cluster, packages: Mapping[str, str]) -> Deal:
    seed = cluster.seed
    movers = sorted(cluster.movers, key=lambda s: (-rank(s.stage), -s.weight, s.id))
    beside = [p.said for p in cluster.parts if rank(p.said.stage) < 0]
    timeline = _timeline(movers, beside)
    stage = _stands_at(movers, beside)
    at_stage = [s for s in movers if s.stage == movers[0].stage]
    amount = next((step.amount for step in timeline if movers and step.stage == movers[0].stage), None)
    shown = next((s for s in best_said_first(at_stage) if amount and s.id in amount.claims_for), None)
    conditions = tuple(sorted(_conditions(at_stage)))
    ends = (seed.payer, cluster.payee or "unnamed", seed.family)
    return Deal(
        deal_id="--".join("-".join(key(end).split()) for end in ends),
        payer=seed.payer,
        payee=cluster.payee,
        family=seed.family,
        stage=stage,
        money_class=_money_class(seed.family, stage, waits=bool(conditions)),
        amount=amount,
        scope=min((s.claim.amount_scope for s in movers if s.claim.amount_scope), key=_TELLING.index, default=None),
        claims=tuple(sorted(p.said.id for p in cluster.parts)),
        timeline=timeline,
        start=_start(movers, at_stage),
        years=next(filter(None, map(term_years, movers)), None),
        per=shown.measure.per if shown and shown.measure else None,
        public=min((s.ruled.public for s in movers or beside if s.ruled.public), default=None),
        told=max((s.told for s in _measured(movers or beside) if s.told), default=None),
        package=min((packages[str(each)] for each in _terms(movers, "package")), default=None),
        earmarked=any(isinstance(t, dict) and t.get("kind") == "purchase" for t in _terms(movers, "trigger")),
        conditions=conditions,
        flags=_flags(movers, beside),
    )


def _measured(claims: Sequence[Said]) -> Sequence[Said]:
    return [s for s in claims if s.measure] or claims


def _stands_at(movers: Sequence[Said], beside: Sequence[Said]) -> str:
    """The furthest stage reached; an exit where nothing else is said, or where it came last and no money had moved.

    A denial alone never ends a deal that others report.
    """
    ended = [s for s in beside if s.stage == "terminated"]
    if not movers:
        return "terminated" if ended else "denied"
    furthest = str(movers[0].stage)
    if ended and furthest != "completed":
        last = [s.days.last for s in ended if s.days]
        resumed = [s for s in movers if s.days and last and s.days.first > max(last)]
        return furthest if resumed else "terminated"
    return furthest


def _money_class(family: str, stage: str, *, waits: bool) -> str | None:
    """The ladder: a contract to buy over time is committed until delivered; a condition makes it conditional."""
    money = _CLASS.get(stage)
    if money == "paid" and family not in _AT_ONCE:
        money = "committed"
    return "conditional" if money == "committed" and waits else money


def _timeline(movers: Sequence[Said], beside: Sequence[Said]) -> tuple[Step, ...]:
    """One step for each stage reached, in order, exits last."""
    steps = [_step(stage, [s for s in movers if s.stage == stage]) for stage in STAGES]
    exits = [_step(stage, [s for s in beside if s.stage == stage]) for stage in ("denied", "terminated")]
    return tuple(step for step in (*steps, *exits) if step)


def _step(stage: str, claims: Sequence[Said]) -> Step | None:
    if not claims:
        return None
    amount = estimate(claims)
    shown = [s for s in claims if amount and s.id in amount.claims_for] or claims
    status = min(shown, key=lambda s: (-s.weight, s.id)).claim.status
    return Step(stage, status, _when(claims), amount, tuple(sorted(s.id for s in claims)))


def _when(claims: Iterable[Said]) -> str | None:
    """The earliest date told, as precise as it is told."""
    dates: list[tuple[date, str]] = []
    for each in claims:
        event = event_days(each.claim)
        if event and each.claim.event_date and each.claim.event_date.value:
            dates.append((event.first, each.claim.event_date.value))
        elif each.ruled.public:
            dates.append((each.ruled.public, each.ruled.public.isoformat()))
    return min(dates)[1] if dates else None


def _start(movers: Sequence[Said], at_stage: Sequence[Said]) -> date | None:
    """First day of the stated period, else of the event that brought the deal to its stage; None where none is told."""
    periods = [first_day(s.claim.valid_time.start) for s in movers if s.claim.valid_time]
    events = [event_days(s.claim) for s in at_stage]
    return next(filter(None, (*periods, *(event and event.first for event in events))), None)


def _terms(claims: Iterable[Said], name: str) -> list[Any]:
    return [term.value for s in claims for term in s.claim.terms.get(name, ())]


def _conditions(claims: Sequence[Said]) -> set[str]:
    """What the money waits for, in words; an earmark ties money and holds nothing back."""
    triggers = [t if isinstance(t, dict) else {"what": t} for t in _terms(claims, "trigger")]
    waits = [str(t.get("what")) for t in triggers if t.get("kind") != "purchase"]
    return {*map(str, _terms(claims, "condition")), *waits}


def _flags(movers: Sequence[Said], beside: Sequence[Said]) -> tuple[str, ...]:
    signs = {
        "denied": any(s.stage == "denied" for s in beside) or any(s.claim.rebutted_by for s in movers),
        "terminated": any(s.stage == "terminated" for s in beside),
        "hypothetical": any(s.stage is None for s in beside),
        "accepted": any(s.accepted for s in movers),
        "power": any(s.measure and s.measure.unit == "GW" for s in movers),
    }
    return tuple(flag for flag, shown in signs.items() if shown)
