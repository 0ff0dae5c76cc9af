"""The reconciled book: parties, deals and figures, each an interval with the claims for and against it. Frozen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Final, NamedTuple

from counterflow.model.claim import Claim
from counterflow.model.money import Interval
from counterflow.model.problem import Problem
from counterflow.model.source import Document

# The one ladder of money: each class counts those before it. `committed` is binding and not yet paid.
CLASSES: Final = ("paid", "committed", "conditional", "letter_of_intent", "rumoured")
# Stages of a deal, in order; the exits stand apart.
STAGES: Final = ("rumour", "talks", "letter of intent", "signed", "part-funded", "completed")
EXITS: Final = ("terminated", "denied", "superseded", "stalled", "expired")
UNNAMED_LENDERS: Final = "unnamed lenders"  # who lends where a source does not say
# Parties of these kinds never pay: no flow starts at them.
NEVER_PAY: Final = frozenset({"sector", "market", "government"})


class Question(NamedTuple):
    """As of when, and what counts: every answer is asked with one. None means now."""

    happened: date | None = None  # --asof: what had happened
    known: date | None = None  # --known: what was public
    recorded: str | None = None  # --recorded: ISO time; what this book held
    trust: float = 0.8  # proposed claims count from this confidence on; accepted always, rejected never


@dataclass(frozen=True, slots=True)
class Party:
    """A firm, fund, person or market that claims speak of."""

    name: str
    kind: str = "company"  # company, lab, cloud, chipmaker, investor, person, sector, market, government, media
    aliases: tuple[str, ...] = ()
    owner: str | None = None  # a subsidiary or brand is a party with an owner, not an alias
    ticker: str | None = None
    country: str | None = None  # as the table writes it: "US", "South Korea"
    listed: bool = True  # in a table that tells parties apart; False: a name only met in an article


class Likeness(NamedTuple):
    """A writing that a party took in for being so alike, though no table and nobody says that it is the same."""

    writing: str
    score: float  # 0..100
    runner_up: float | None  # score of the next best; None: none was alike, or nearly

    def __str__(self) -> str:
        rival = "no runner-up" if self.runner_up is None else f"runner-up {self.runner_up:.0f}"
        return f"{self.writing} (matched by likeness {self.score:.0f}, {rival})"


@dataclass(frozen=True, slots=True)
class Estimate:
    """What is believed of one quantity: the interval, a central value inside it, and who says so.

    `central` is the stated value where one was stated, the floor of an "at least", the middle of a range, and None for
    a bare ceiling ("up to"), which promises nothing.
    """

    interval: Interval  # loose, full units
    central: Decimal | None
    unit: str
    currency: str | None
    qualifier: str
    claims_for: tuple[str, ...]
    claims_against: tuple[str, ...] = ()
    reason: str = ""
    stated: Decimal | None = None  # the value in the words, also of a ceiling


class Step(NamedTuple):
    """One rung of a deal's history: a stage, the amount said at it, when, and by which claims."""

    stage: str
    status: str
    when: str | None  # ISO date of any precision
    amount: Estimate | None
    claims: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Deal:
    """One promise or payment between two parties, from its first rumour to its last cheque.

    The four amounts are never added to each other: headline (what the title says), conditional (waits on a named
    condition), committed (binding, not yet paid), paid (cash has moved). `start`, `years` are None where unstated.
    """

    deal_id: str
    payer: str
    payee: str | None  # None: a total over suppliers nobody named
    family: str
    stage: str
    money_class: str | None  # one of CLASSES; None after an exit
    amount: Estimate | None  # at its stage; None where undisclosed
    scope: str | None
    claims: tuple[str, ...]
    timeline: tuple[Step, ...]
    start: date | None = None
    years: Decimal | None = None
    per: str | None = None  # "year": the amount is a rate
    public: date | None = None  # when it first was public
    told: date | None = None  # when a dated source last told of it, with an amount where any does
    package: str | None = None
    earmarked: bool = False
    conditions: tuple[str, ...] = ()
    umbrella: bool = False  # a programme's total, which may hold other deals of its payer
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Figure:
    """A quantity of one party that moves no money by itself: valuation, stake, revenue, cash."""

    figure_id: str
    party: str
    what: str  # "valuation", "stake", "revenue", ...
    basis: str | None  # valuation basis, or the metric's qualifier
    status: str
    estimate: Estimate
    counterparty: str | None = None  # the company a stake is in
    period: str | None = None
    per: str | None = None  # "month": the figure is a rate
    timeline: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True)
class Ruled:
    """A claim with what the decisions made of it."""

    claim: Claim
    state: str = "proposed"  # proposed, accepted, rejected
    public: date | None = None
    public_basis: str = "recorded"  # document, not_before or recorded
    counts: bool = True


@dataclass(frozen=True, slots=True)
class Book:
    """Everything believed as of one Question, with the claims it came from."""

    question: Question
    claims: Mapping[str, Ruled] = field(default_factory=dict)
    parties: Mapping[str, Party] = field(default_factory=dict)
    deals: tuple[Deal, ...] = ()
    figures: tuple[Figure, ...] = ()
    documents: Mapping[str, Document] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    alike: Mapping[str, tuple[Likeness, ...]] = field(default_factory=dict)  # by party: the writings it took in

    def deal(self, deal_id: str) -> Deal | None:
        """The deal of that id, or None."""
        return next((d for d in self.deals if d.deal_id == deal_id), None)

    def figures_of(self, party: str, what: str) -> tuple[Figure, ...]:
        """A party's figures of one kind, the preferred first."""
        return tuple(f for f in self.figures if f.party == party and f.what == what)


class Support(NamedTuple):
    """Shares of an answer's dollars by kind of evidence (the first three sum to 1), and on unreviewed claims."""

    sentence: float
    reference: float
    assumption: float
    unreviewed: float
    trust: float
