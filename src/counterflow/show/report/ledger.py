"""Dated flows gathered back into rows: one for each deal or revenue, with the dollars that were counted of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from counterflow.flows.build import owner_of, payer_of
from counterflow.model.book import Book, Deal, Figure
from counterflow.model.flow import Flow
from counterflow.show import words

# Kind of money that is part of no deal of the book.
_KINDS = {"financing": "financing", "purchase": "purchase", "outside": "from customers"}


@dataclass(frozen=True, slots=True)
class Row:
    """What was counted of one deal, or of one party's revenue. USD over all its quarters."""

    anchor: str
    payer: str
    payee: str
    kind: str  # financing, purchase or outside
    usd: float
    money_class: str
    first: int  # quarters, as model.when counts them
    last: int
    deal: Deal | None
    figure: Figure | None
    claims: tuple[str, ...]
    groups: tuple[str, str]  # payer and payee at the top of their owners
    quarterly: tuple[tuple[int, float], ...]  # quarter, USD

    @property
    def quarters(self) -> int:
        """How many quarters the money moves in."""
        return self.last - self.first + 1

    @property
    def what(self) -> str:
        """The kind of money in words: that of its deal, where it is part of one."""
        return words.family(self.deal.family) if self.deal else _KINDS[self.kind]

    def after(self, quarter: int) -> float:
        """The dollars that fall after a quarter."""
        return sum(usd for when, usd in self.quarterly if when > quarter)

    @property
    def as_stated(self) -> bool:
        """Whether what was counted is the amount as it is believed, no more and no less."""
        believed = self.deal.amount if self.deal else None
        return believed is not None and believed.central is not None and abs(float(believed.central) - self.usd) < 1


def rows(name: str, flows: Iterable[Flow], book: Book) -> tuple[Row, ...]:
    """Flows by what they are part of, the largest first; `name` begins the rows' anchors."""
    parts: dict[tuple[str, str, str, str, tuple[str, ...], str | None], list[Flow]] = defaultdict(list)
    for flow in flows:
        parts[flow.payer, flow.payee, flow.kind, flow.money_class, flow.claims, flow.deal].append(flow)
    deals = {(payer_of(d), d.amount.claims_for): d for d in book.deals if d.amount and d.amount.claims_for}
    figures = {(f.party, f.estimate.claims_for): f for f in book.figures if f.estimate.claims_for}
    ordered = sorted(parts.items(), key=lambda item: (-sum(f.usd for f in item[1]), item[0][:5]))
    found = []
    for k, ((payer, payee, kind, money_class, claims, _), gathered) in enumerate(ordered):
        deal = deals.get((payer, claims))
        outside = kind == "outside" and deal is None  # a grant is outside money too, and a deal
        found.append(
            Row(
                anchor=f"{name}-{k + 1}",
                payer=payer,
                payee=payee,
                kind=kind,
                usd=sum(f.usd for f in gathered),
                money_class=money_class,
                first=min(f.period or 0 for f in gathered),
                last=max(f.period or 0 for f in gathered),
                deal=deal,
                figure=figures.get((payee, claims)) if outside else None,
                claims=claims,
                quarterly=tuple((f.period or 0, f.usd) for f in gathered),
                groups=(payer if outside else owner_of(payer, book), owner_of(payee, book)),
            )
        )
    return tuple(found)
