"""Book -> flows by quarter: which deals count, when their money moves, and what had to be assumed for it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Final, NamedTuple

from counterflow.flows.revenue import Rate, at, is_sum, revenues
from counterflow.flows.schedule import schedule
from counterflow.model.book import CLASSES, NEVER_PAY, Book, Deal
from counterflow.model.flow import Flow
from counterflow.model.money import ZERO
from counterflow.model.when import first_day, quarter_index, quarter_label

if TYPE_CHECKING:
    import polars as pl

CUSTOMERS: Final = "customers"  # label of outside money
UNNAMED: Final = "unnamed suppliers"  # sink for the part of a programme whose payees nobody named
READINGS: Final = {
    "inclusive": "a programme's total holds the named contracts",
    "additional": "a programme's total comes on top of the named contracts",
    "named": "only contracts with a named supplier count",
}
# Family of a deal -> kind of its flows. A guarantee moves money only when called, a warrant when exercised.
KINDS: Final = {
    "equity primary": "financing",
    "debt": "financing",
    "M&A": "financing",
    "compute purchase": "purchase",
    "lease": "purchase",
    "revenue share": "purchase",
    "licence": "purchase",
    "grant": "outside",
}
_LONGEST_YEARS: Final = 100


@dataclass(frozen=True, slots=True)
class Counting:
    """Which money counts and how a programme is read; `term_years` stands in where a contract states none (assumed)."""

    upto: str = "committed"  # one of CLASSES, each with those before it
    reading: str = "inclusive"  # one of READINGS
    term_years: Decimal = Decimal(5)
    shapes: Mapping[str, str] = field(default_factory=dict)  # deal id -> flat, linear, s_curve

    def __post_init__(self) -> None:
        if self.upto not in CLASSES:
            raise ValueError(f"{self.upto!r} is not a class of money; choose one of {', '.join(CLASSES)}")
        if self.reading not in READINGS:
            raise ValueError(f"{self.reading!r} is not a reading; choose one of {', '.join(READINGS)}")

    @property
    def classes(self) -> tuple[str, ...]:
        """The classes counted, in order."""
        return CLASSES[: CLASSES.index(self.upto) + 1]

    @property
    def labels(self) -> tuple[str, ...]:
        """What an answer must say of itself: money counted that does not bind, by its weakest class."""
        return (f"counts:{self.upto}",) if self.upto not in {"paid", "committed"} else ()


class Hole(NamedTuple):
    """A deal of a counted class that could not become dollars, and why."""

    deal: str
    parties: tuple[str, str]
    why: str


class Assumption(NamedTuple):
    """A named input that no source states."""

    name: str
    value: str
    about: str  # deal id, or party


@dataclass(frozen=True, slots=True)
class Dated:
    """A book's dated money, with what it leaves out and what it takes for granted."""

    flows: tuple[Flow, ...]
    holes: tuple[Hole, ...]
    assumptions: tuple[Assumption, ...]

    @property
    def assumed_share(self) -> float:
        """Share (0..1) of all dollars whose start, term or amount is assumed."""
        total = sum(f.usd for f in self.flows)
        return sum(f.usd * f.assumed_share for f in self.flows) / total if total else 0.0


def dated(book: Book, counting: Counting | None = None) -> Dated:
    """Every counted deal as flows by quarter, and each payer's revenue as money from its customers.

    Umbrella programmes and the contracts they hold are never both counted: under `inclusive` only the rest of the
    programme flows to unnamed suppliers. Flows with a bare ceiling, no amount, or a currency without a rate are holes.
    """
    counting = counting or Counting()
    ledger = _Ledger(counting)
    counted = [d for d in book.deals if d.money_class in counting.classes and d.family in KINDS]
    named = [d for d in counted if not d.umbrella]
    for deal in named:
        ledger.deal(deal, book)
    if counting.reading != "named":
        for deal in (d for d in counted if d.umbrella):
            ledger.umbrella(deal, book)
    for party, rates in revenues(book).items():
        ledger.revenue(party, rates, book)
    return Dated(tuple(ledger.flows), tuple(ledger.holes), tuple(ledger.assumptions))


def of_party(money: Dated, name: str, book: Book) -> Dated:
    """The part of dated money that a party pays or is paid, with its own holes and assumptions."""
    own = {d.deal_id for d in book.deals if name in {d.payer, d.payee}}
    own |= {f.figure_id for f in book.figures if f.party == name}
    return Dated(
        tuple(f for f in money.flows if name in {f.payer, f.payee}),
        tuple(h for h in money.holes if name in h.parties),
        tuple(a for a in money.assumptions if a.about in own),
    )


def frame(money: Dated) -> pl.DataFrame:
    """The flows as a table: payer, payee, quarter, kind, class, status, usd, claims, assumed_share, deal."""
    import polars as pl

    rows = [
        (
            f.payer,
            f.payee,
            quarter_label(f.period or 0),
            f.kind,
            f.money_class,
            f.status,
            f.usd,
            list(f.claims),
            f.assumed_share,
            f.deal,
        )
        for f in money.flows
    ]
    schema: dict[str, pl.DataType | type[pl.DataType]] = {
        "payer": pl.String,
        "payee": pl.String,
        "quarter": pl.String,
        "kind": pl.String,
        "class": pl.String,
        "status": pl.String,
        "usd": pl.Float64,
        "claims": pl.List(pl.String),
        "assumed_share": pl.Float64,
        "deal": pl.String,
    }
    return pl.DataFrame(rows, schema=schema, orient="row")


def flows(book: Book, counting: Counting | None = None, shapes: Mapping[str, str] | None = None) -> pl.DataFrame:
    """Dated money as a table (see `frame`); `shapes` names a schedule by deal where it is not flat."""
    counting = counting or Counting()
    return frame(dated(book, replace(counting, shapes=shapes) if shapes else counting))


def consolidated(money: tuple[Flow, ...], book: Book) -> tuple[Flow, ...]:
    """The same flows between groups: a subsidiary's money is its owner's; money inside a group is none.

    An owner's stated revenue holds that of its subsidiaries, so theirs is not counted beside it.
    """
    stated = {f.payee for f in money if f.kind == "outside"}
    inside = {name for name in stated if owner_of(name, book) != name and owner_of(name, book) in stated}
    moved = (
        replace(f, payer=owner_of(f.payer, book), payee=owner_of(f.payee, book))
        for f in money
        if f.kind != "outside" or f.payee not in inside
    )
    return tuple(f for f in moved if f.payer != f.payee)


def owner_of(name: str, book: Book) -> str:
    """The party at the top of a chain of owners."""
    seen = {name}
    while (party := book.parties.get(name)) and party.owner and party.owner not in seen:
        name = party.owner
        seen.add(name)
    return name


def payer_of(deal: Deal) -> str:
    """Whom a deal's flows come from: its payer, or a label of outside money where it is a grant."""
    return f"{deal.payer} (grant)" if deal.family == "grant" else deal.payer


class _Ledger:
    """Collects flows, holes and assumptions while deals are laid out in time."""

    def __init__(self, counting: Counting) -> None:
        self.counting = counting
        self.flows: list[Flow] = []
        self.holes: list[Hole] = []
        self.assumptions: list[Assumption] = []
        self.named_usd: dict[str, Decimal] = defaultdict(lambda: ZERO)

    def deal(self, deal: Deal, book: Book) -> None:
        payee = f"sellers of {deal.payee}" if deal.family == "M&A" else deal.payee or UNNAMED
        why = _cannot(deal, book)
        if why:
            self.holes.append(Hole(deal.deal_id, (deal.payer, payee), why))
            return
        total = self._total(deal)
        if deal.family == "compute purchase":
            self.named_usd[owner_of(deal.payer, book)] += total
        self._lay(deal, payee, total)

    def umbrella(self, deal: Deal, book: Book) -> None:
        why = _cannot(deal, book)
        if why:
            self.holes.append(Hole(deal.deal_id, (deal.payer, UNNAMED), why))
            return
        total = self._total(deal)
        if self.counting.reading == "inclusive":
            total = max(ZERO, total - self.named_usd[owner_of(deal.payer, book)])
        self.assumptions.append(Assumption("programme", READINGS[self.counting.reading], deal.deal_id))
        if total:
            self._lay(deal, UNNAMED, total)

    def revenue(self, party: str, rates: Sequence[Rate], book: Book) -> None:
        """Money from customers over the quarters in which the party pays: as stated for a quarter, else carried on."""
        own = (f for f in self.flows if owner_of(f.payer, book) == owner_of(party, book) and f.kind == "purchase")
        periods = [f.period for f in own if f.period is not None]
        if not periods:
            return
        told = [(period, at(rates, period)) for period in range(min(periods), max(periods) + 1)]
        for figure in dict.fromkeys(rate.figure for period, rate in told if not rate.covers(period)):
            about = f"{party}'s {figure.what} stays at its stated yearly rate"
            self.assumptions.append(Assumption("revenue", about, figure.figure_id))
        self.flows += [_earned(party, period, rate) for period, rate in told]

    def _total(self, deal: Deal) -> Decimal:
        assert deal.amount is not None
        assert deal.amount.central is not None
        if deal.per == "year":
            return deal.amount.central * self._years(deal)
        return deal.amount.central

    def _years(self, deal: Deal) -> Decimal:
        return deal.years or self.counting.term_years

    def _lay(self, deal: Deal, payee: str, total: Decimal) -> None:
        first, count, assumed = self._span(deal)
        shape = self.counting.shapes.get(deal.deal_id, "flat")
        amounts = schedule(total, count, shape).quarters_usd
        for step, usd in enumerate(amounts):
            self.flows.append(
                Flow(
                    payer_of(deal),
                    payee,
                    float(usd),
                    KINDS[deal.family],
                    first + step,
                    deal=deal.package or deal.deal_id,
                    earmarked=deal.earmarked,
                    money_class=deal.money_class or "rumoured",
                    status=deal.stage,
                    claims=deal.amount.claims_for if deal.amount else (),
                    assumed_share=float(assumed),
                )
            )

    def _span(self, deal: Deal) -> tuple[int, int, bool]:
        """First quarter, number of quarters, and whether start or term had to be assumed."""
        start = deal.start or _stood(deal) or deal.public
        assert start is not None  # the store dates every document, if only by when it was read
        first = quarter_index(start)
        if deal.start is None:
            self.assumptions.append(
                Assumption("start", f"{quarter_label(first)}, when its stage became public", deal.deal_id)
            )
        if KINDS[deal.family] != "purchase":
            until = quarter_index(deal.public or start)
            spread = deal.scope == "cumulative" and deal.start is not None and until > first
            if spread:
                self.assumptions.append(
                    Assumption("spread", f"evenly from {quarter_label(first)} to {quarter_label(until)}", deal.deal_id)
                )
            return first, (until - first + 1 if spread else 1), deal.start is None or spread
        if not deal.years:
            self.assumptions.append(Assumption("term", f"{self.counting.term_years} years", deal.deal_id))
        return first, max(1, round(self._years(deal) * 4)), deal.start is None or not deal.years


def _earned(party: str, period: int, rate: Rate) -> Flow:
    assumed = 0.0 if rate.covers(period) else 1.0
    usd = float(rate.usd_a_year / 4)
    status, claims = rate.figure.status, rate.figure.estimate.claims_for
    return Flow(CUSTOMERS, party, usd, "outside", period, status=status, claims=claims, assumed_share=assumed)


def _stood(deal: Deal) -> date | None:
    """The day since which the deal is known to stand where it does: later than its first rumour."""
    return next((first_day(step.when) for step in deal.timeline if step.stage == deal.stage), None)


def _cannot(deal: Deal, book: Book) -> str | None:
    """Why a counted deal moves no dollars, or None."""
    amount = deal.amount
    payer = book.parties.get(deal.payer)
    if payer and payer.kind in NEVER_PAY and deal.family != "grant":
        return f"{deal.payer} is a {payer.kind}; such parties pay nothing here"
    if amount is None:
        return "no amount disclosed"
    if amount.unit != "money":
        return f"stated in {amount.unit}, and no price per {amount.unit} is lent"
    if amount.central is None:
        return "only a ceiling is stated (up to), which promises nothing"
    if amount.currency not in {"USD", None}:
        return f"stated in {amount.currency}, and no rate is given"
    if not is_sum(amount.central):
        return "a sum below zero, or beyond all the money there is"
    if deal.years and not 0 < deal.years <= _LONGEST_YEARS:
        return f"a term of {deal.years:g} years, and {_LONGEST_YEARS} are the most that is laid out"
    return None
