"""The way from a figure to its evidence: every amount on the page is made here, with the place a click leads to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Final, NamedTuple

from counterflow.flows.build import Assumption, Hole
from counterflow.model.book import CLASSES, Book, Deal, Estimate, Figure, Support
from counterflow.model.claim import Claim
from counterflow.model.quantity import Quantity
from counterflow.model.when import quarter_label
from counterflow.show import words
from counterflow.show.pages import anchor
from counterflow.show.report.asked import Reported
from counterflow.show.report.ledger import Row, rows

GROWTH: Final = Assumption("growth of revenue", "a grid from none to doubling each year", "")
BACK: Final = "back"  # the ledger of money counted for what comes back
ALL: Final = "money"  # the ledger of all money
_GIGAWATTS: Final = {"GW": Decimal(1), "MW": Decimal("1e-3"), "kW": Decimal("1e-6")}


class Fig(NamedTuple):
    """A figure and the place that says where it comes from."""

    text: str
    to: str
    css: str = "fig"


class Link(NamedTuple):
    """Words that lead to a place of this page."""

    text: str
    to: str
    css: str = "to"


Text = tuple[str | Fig | Link, ...]


class Grounds(NamedTuple):
    """What every answer carries beside its figures."""

    mix: Text  # dollars by class of money
    support: Text  # shares of its dollars by kind of evidence
    mostly_assumed: bool
    assumed: tuple[Text, ...]
    left_out: tuple[Text, ...]


class How(NamedTuple):
    """How one answer is known: the formula in words, its inputs, and its grounds."""

    anchor: str
    title: str
    answer: Text
    formula: str
    lines: tuple[Text, ...]
    grounds: Grounds


class Stand(NamedTuple):
    """What an answer stands on as a whole: its support, the ledger it was counted in, and the holes in that."""

    support: Support
    ledger: str
    holes: tuple[Hole, ...]


class Room(NamedTuple):
    """How much of each a page shows before the rest is folded away, the largest first."""

    deals: int = 120
    figures: int = 120
    rows: int = 100  # of each ledger
    notes: int = 100  # holes and problems, each
    bands: int = 40
    loops: int = 25
    payers: int = 8
    suppliers: int = 15  # of each payer
    lines: int = 8  # of each explanation

    def halved(self) -> Room:
        """Half of it."""
        return Room(*(max(2, each // 2) for each in self))


class Trail:
    """Figures of one report, and what they lead to: whatever is pointed at is put on the page."""

    def __init__(self, found: Reported, room: Room) -> None:
        self.room = room
        self.book: Book = found.book
        self.back = rows(BACK, found.returns.money.flows, found.book)
        self.all = rows(ALL, found.flows, found.book)
        self.assumptions = _gathered(
            [*found.binding.assumptions, *found.everything.assumptions, *found.returns.money.assumptions, GROWTH]
        )
        self.deals = sorted(found.book.deals, key=_largest_first)
        self.cited = {d.deal_id for d in self.deals[: room.deals]}  # and claims, figures, rows that something leads to
        self.hows: dict[str, How] = {}

    def explain(self, how: How) -> None:
        """Put an answer's explanation on the page."""
        self.hows[how.anchor] = how

    # ------------------------------------------------------------ places
    def deal(self, deal: Deal, text: str | None = None) -> Link | str:
        """A deal, by payer and payee unless other words are given; no link where the page has no room for it."""
        text = text or f"{deal.payer} → {deal.payee or 'unnamed suppliers'}"
        return Link(text, deal_place(deal)) if deal.deal_id in self.cited else text

    def ends(self, row: Row) -> Link | str:
        """Payer and payee of a row, leading to its deal or figure."""
        text = f"{row.payer} → {row.payee}"
        if row.deal:
            return self.deal(row.deal, text)
        self.cited.add(row.figure.figure_id if row.figure else row.anchor)
        return Link(text, figure_place(row.figure) if row.figure else row.anchor)

    # ------------------------------------------------------------ figures
    def claim(self, claim_id: str) -> Fig | Link | None:
        """What a claim says, in its own hedge, leading to its words; None where the book does not hold it."""
        ruled = self.book.claims.get(claim_id)
        if ruled is None:
            return None
        self.cited.add(claim_id)
        if ruled.claim.amount is None:
            return Link("no amount", place_of(claim_id))
        return Fig(words.quantity(ruled.claim.amount), place_of(claim_id))

    def claims(self, ids: Sequence[str]) -> Text:
        """Several claims, those that rest on no sentence named so, and how many more there are."""
        known = {c: self.book.claims[c].claim.evidence[0].kind for c in ids if c in self.book.claims}
        alike = len(known) > 1 and len({*known.values()}) == 1
        shown: list[str | Fig | Link] = []
        for claim_id, kind in list(known.items())[: self.room.lines]:
            told = self.claim(claim_id)
            shown += [", "] if shown else []
            shown += [told] if told else []
            shown += [] if alike or kind == "sentence" else [f" ({kind})"]
        more, kind = len(known) - self.room.lines, next(iter(known.values()), "sentence")
        shown += [f" and {more} more"] if more > 0 else []
        return (*shown, f" (all {kind}s)") if alike and kind != "sentence" else tuple(shown)

    def estimate(self, found: Estimate | None, home: str) -> Fig | str:
        """What is believed: leads to the claim that says it, or where arithmetic made it to `home`."""
        if found is None:
            return words.estimate(None)
        claim_id = saying(found, self.book)
        if claim_id is None:
            return Fig(words.estimate(found), home)
        self.cited.add(claim_id)
        # A range and a bare ceiling are shown as they were said: nobody said the middle of one, the slack of the other.
        as_said = found.central is None or found.qualifier in {"range", "order_of_magnitude"}
        said = self.book.claims[claim_id].claim.amount
        return Fig(words.quantity(said) if as_said else words.estimate(found), place_of(claim_id))

    def deal_amount(self, deal: Deal) -> Fig | str:
        """What is believed of a deal; one whose sum no sentence says is put on the page, to say how it follows."""
        shown = self.estimate(deal.amount, deal_place(deal))
        if isinstance(shown, Fig) and shown.to == deal_place(deal):
            self.cited.add(deal.deal_id)
        return shown

    def counted(self, row: Row) -> Fig | str:
        """The dollars counted of a row: leads to the words that say them, or to the row, which says how they follow."""
        if row.deal and row.as_stated:
            return self.deal_amount(row.deal)
        self.cited.add(row.anchor)
        return Fig(words.money(row.usd), row.anchor)

    def made_of(self, row: Row) -> Text:
        """How the dollars counted follow from what is said; nothing where a claim says them, or nobody does."""
        if row.deal:
            return self._made_of_deal(row, row.deal)
        if row.figure is None:
            return ()
        self.cited.add(row.figure.figure_id)
        return ("from ", self.estimate(row.figure.estimate, figure_place(row.figure)), _over(row))

    def _made_of_deal(self, row: Row, deal: Deal) -> Text:
        said = deal.amount is None or saying(deal.amount, self.book) is not None
        worked = () if said or deal.amount is None else ("worked out from ", *self.claims(deal.amount.claims_for))
        if row.as_stated:
            return worked
        less = ", less the named contracts that it holds" if deal.umbrella and deal.per is None else _over(row)
        return ("from ", self.deal_amount(deal), less, *((", ", *worked) if worked else ()))

    # ------------------------------------------------------------ lines
    def row(self, row: Row) -> Text:
        """One line of a ledger: who pays whom, how much, how firm, when, and what the amount is made of."""
        firm = f", {class_name(row.money_class)}" if row.deal or row.kind != "outside" else ""
        made = self.made_of(row)
        note = f" ({row.what}{firm}, {when(row)})"
        return (self.ends(row), ": ", self.counted(row), note, *((", ", *made) if made else ()))

    def rows(self, found: Sequence[Row]) -> tuple[Text, ...]:
        """The largest rows as lines, and what the others come to."""
        lines = [self.row(r) for r in found[: self.room.lines]]
        rest = found[self.room.lines :]
        if rest:
            to = rest[0].anchor
            self.cited.add(to)
            lines.append((f"and {len(rest)} smaller ones, together ", Fig(words.money(sum(r.usd for r in rest)), to)))
        return tuple(lines)

    def grounds(self, found: Sequence[Row], to: str, stand: Stand, *, dated: bool = True) -> Grounds:
        """What an answer over some rows carries; `dated`: it depends on when money moves."""
        parties = {name for r in found for name in (r.payer, r.payee, *r.groups)}
        return Grounds(
            mix=mix(found, to),
            support=self.standing(stand.support, stand.ledger),
            mostly_assumed=self.mostly_assumed(stand.support, stand.ledger),
            assumed=self.assumed(found) if dated else (),
            left_out=self.left_out(stand.holes, parties),
        )

    def assumed(self, found: Iterable[Row]) -> tuple[Text, ...]:
        """The assumptions that rows stand on, each with what it is about."""
        about = {
            ident for r in found for ident in (r.deal and r.deal.deal_id, r.figure and r.figure.figure_id) if ident
        }
        return tuple(
            (Link(f"{name}: {value}", assumption_place(name, value)), f" ({self.about(sorted(about & idents))})")
            for (name, value), idents in self.assumptions.items()
            if about & idents
        )

    def about(self, idents: Sequence[str]) -> str:
        """The deals and figures of some ids, by name."""
        named = {d.deal_id: f"{d.payer} → {d.payee or 'unnamed suppliers'}" for d in self.book.deals}
        named |= {f.figure_id: f"{f.party}, {f.what.replace('_', ' ')}" for f in self.book.figures}
        names = list(dict.fromkeys(named.get(i, i) for i in idents))
        more = f" and {len(names) - 6} more" if len(names) > 6 else ""
        return "; ".join(names[:6]) + more

    def left_out(self, holes: Iterable[Hole], parties: set[str]) -> tuple[Text, ...]:
        """Deals of some parties that could not become dollars, and why."""
        deals = {d.deal_id: d for d in self.book.deals}
        found = [h for h in holes if parties & {*h.parties}]
        lines = [
            (self.deal(deals[h.deal]) if h.deal in deals else " → ".join(h.parties), f": {h.why}")
            for h in found[: self.room.lines]
        ]
        more = len(found) - self.room.lines
        return (*lines, (f"and {more} more, under ", Link("what is left out", "holes"))) if more > 0 else tuple(lines)

    def mostly_assumed(self, support: Support, ledger: str) -> bool:
        """Whether an answer says first that most of its dollars are assumed."""
        return bool(self._ledger(ledger)) and support.assumption > 0.5

    def _ledger(self, name: str) -> tuple[Row, ...]:
        return {BACK: self.back, ALL: self.all}[name]

    def standing(self, support: Support, ledger: str) -> Text:
        """The line that every answer carries: shares of its dollars by kind of evidence, and unreviewed."""
        if not self._ledger(ledger):
            return ("No money counts here, so there are no dollars to weigh by their evidence.",)
        ledger = f"ledger-{ledger}"
        return (
            "Evidence, by dollars: ",
            Fig(words.share(support.sentence), ledger),
            " sentences, ",
            Fig(words.share(support.reference), ledger),
            " references, ",
            Fig(words.share(support.assumption), ledger),
            " assumptions; ",
            Fig(words.share(support.unreviewed), ledger),
            f" on claims nobody has reviewed (proposed claims count from confidence {support.trust:g} on).",
        )


def mix(found: Iterable[Row], to: str) -> Text:
    """Dollars by class of money, firmest first."""
    between = [r for r in found if r.kind != "outside"]
    totals = [(name, sum(r.usd for r in between if r.money_class == name)) for name in CLASSES]
    said: list[str | Fig] = []
    for name, usd in totals:
        if usd:
            said += [", " if said else "Status mix, USD: ", Fig(words.money(usd), to), f" {class_name(name)}"]
    return (*said, ".") if said else ()


def plain(text: Text) -> str:
    """The same words without their links."""
    return "".join(piece if isinstance(piece, str) else piece.text for piece in text)


def saying(found: Estimate, book: Book) -> str | None:
    """The claim whose words hold an estimate's value: accepted before proposed, then the surest.

    None where no claim says it: the value is what arithmetic left of the ones that were said. A bare ceiling has no
    value, so that any claim for it will do.
    """
    value = found.central
    held = {c: book.claims[c] for c in found.claims_for if c in book.claims}
    stating = [c for c, ruled in held.items() if ruled.claim.amount and (value is None or _states(ruled.claim, value))]
    return min(stating, default=None, key=lambda c: (held[c].state != "accepted", -held[c].claim.confidence, c))


def _states(claim: Claim, value: Decimal) -> bool:
    amount = claim.amount
    return amount is not None and any(value in _values(said) for said in (amount, *amount.equivalents))


def _values(said: Quantity) -> set[Decimal]:
    factor = _GIGAWATTS.get(said.unit, Decimal(1))
    ends = [end * factor for end in (said.low, said.high) if end is not None]
    return {*ends, sum(ends, Decimal(0)) / len(ends)} if ends else set()


def _largest_first(deal: Deal) -> tuple[bool, bool, float, str]:
    amount = deal.amount
    usd = amount and amount.unit == "money" and (amount.central or amount.interval.high)
    return deal.money_class is None, not usd, -float(usd or 0), deal.deal_id


def _gathered(assumptions: Iterable[Assumption]) -> dict[tuple[str, str], set[str]]:
    """Name and value -> what it is about, in order of name and value."""
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    for each in assumptions:
        found[each.name, each.value].add(each.about)
    return dict(sorted(found.items()))


def _over(row: Row) -> str:
    quarters = f"{row.quarters} quarter{'s' if row.quarters > 1 else ''}"
    yearly = row.figure is not None or (row.deal is not None and row.deal.per == "year")
    return f" a year, over {quarters}" if yearly else f", over {quarters}"


def class_name(money_class: str | None) -> str:
    """A class of money in words."""
    return (money_class or "of no class").replace("_", " ")


def when(row: Row) -> str:
    """The quarters of a row."""
    first, last = quarter_label(row.first), quarter_label(row.last)
    return first if first == last else f"{first} to {last}"


def place_of(claim_id: str) -> str:
    """Where a claim's evidence stands."""
    return f"ev-{claim_id}"


def deal_place(deal: Deal) -> str:
    """Where a deal stands."""
    return anchor("deal", deal.deal_id)


def figure_place(figure: Figure) -> str:
    """Where a figure stands."""
    return anchor("figure", figure.figure_id)


def assumption_place(name: str, value: str) -> str:
    """Where an assumption stands."""
    return anchor("assumed", name, value)
