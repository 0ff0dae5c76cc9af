"""An invented book, with its articles, claims and deals made by hand, and the report about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from hashlib import sha256
from typing import Any

from counterflow import desk
from counterflow.flows.build import Counting
from counterflow.model.book import Book, Deal, Estimate, Figure, Party, Question, Ruled, Step
from counterflow.model.claim import Claim, Evidence
from counterflow.model.money import Interval
from counterflow.model.problem import Problem
from counterflow.model.quantity import Quantity
from counterflow.model.source import Document
from counterflow.show.report import Reported

BN = Decimal(10) ** 9
FAMILIES = {
    "investment": ("investor", "investee", "equity primary"),
    "capacity_commitment": ("customer", "supplier", "compute purchase"),
}
STATUS = {"paid": "completed", "committed": "signed", "conditional": "signed", "rumoured": "in_talks"}
STAGE = {"paid": "completed", "committed": "signed", "conditional": "signed", "rumoured": "talks"}


@dataclass
class Wire:
    """A wire service: each story it tells becomes one article and what it says."""

    claims: dict[str, Ruled] = field(default_factory=dict)
    deals: list[Deal] = field(default_factory=list)
    figures: list[Figure] = field(default_factory=list)
    documents: dict[str, Document] = field(default_factory=dict)
    parties: dict[str, Party] = field(default_factory=dict)

    def says(self, kind: str, roles: dict[str, str], sentence: str, amount: str = "", **known: Any) -> str:
        """A claim in its own article; `amount` is the part of the sentence that states it, in billions of dollars."""
        text = f"From our desk. {sentence} Shares were little changed."
        document = Document(
            doc_id=known.pop("doc_id", f"wire-{len(self.documents) + 1:03}.txt"),
            text=text,
            title=known.pop("title", f"Story {len(self.documents) + 1}"),
            doc_date=known.pop("day", "2026-02-03"),
            doc_date_source="byline",
            address=known.pop("address", "https://wire.example/story"),
        )
        start = text.index(sentence)
        return self.holds(
            Claim(
                type=kind,
                roles={role: (name,) for role, name in roles.items()},
                roles_as_written={role: (name,) for role, name in roles.items()},
                status=known.pop("status", "signed"),
                evidence=(Evidence("sentence", start, start + len(sentence), sentence),),
                text_sha256=document.text_sha256,
                doc_id=document.doc_id,
                amount=quantity(amount, text.index(amount, start)) if amount else None,
                metric=known.pop("metric", None),
                valuation_basis=known.pop("basis", None),
            ),
            document,
            state=known.pop("state", "proposed"),
        )

    def refers(self, kind: str, roles: dict[str, str], evidence: Evidence, amount: str, **known: Any) -> str:
        """A claim on a reference or an assumption."""
        return self.holds(
            Claim(
                type=kind,
                roles={role: (name,) for role, name in roles.items()},
                roles_as_written={role: (name,) for role, name in roles.items()},
                status=known.pop("status", "actual"),
                evidence=(evidence,),
                text_sha256=sha256(str(evidence).encode()).hexdigest(),
                doc_id=evidence.source or evidence.name or "note",
                amount=quantity(amount, 0),
                metric=known.pop("metric", None),
                extractor="person/Ada",
            ),
            None,
            state="accepted",
        )

    def holds(self, claim: Claim, document: Document | None, state: str) -> str:
        if document:
            self.documents[document.doc_id] = document
        for names in claim.roles.values():
            for name in names:
                self.parties.setdefault(name, Party(name))
        public = date.fromisoformat((document.doc_date if document else None) or "2026-02-03")
        self.claims[claim.claim_id] = Ruled(claim, state, public, "document")
        return claim.claim_id

    def deal(self, claim_id: str, money_class: str = "committed", **known: Any) -> Deal:
        """A deal that rests on a claim, and on others where `more` names them."""
        claim = self.claims[claim_id].claim
        payer_role, payee_role, family = FAMILIES[claim.type]
        against = tuple(known.pop("against", ()))
        amount = believed(claim, [claim_id, *known.pop("more", ())], against) if claim.amount else None
        payer, payee = claim.roles[payer_role][0], claim.role(payee_role)
        stage = STAGE.get(money_class, "letter of intent")
        deal = Deal(
            deal_id=known.pop(
                "deal_id", "--".join(n.lower().replace(" ", "-") for n in (payer, payee or "unnamed", family))
            ),
            payer=payer,
            payee=payee,
            family=family,
            stage=stage,
            money_class=money_class,
            amount=amount,
            scope=None,
            claims=(claim_id, *against),
            timeline=(Step(stage, claim.status, "2026-02", amount, (claim_id, *against)),),
            public=self.claims[claim_id].public,
            **known,
        )
        self.deals.append(deal)
        return deal

    def figure(self, claim_id: str, status: str = "actual", against: Sequence[str] = ()) -> Figure:
        """A figure that rests on a claim."""
        claim = self.claims[claim_id].claim
        party = claim.role("company") if claim.type != "stake" else claim.role("holder")
        assert party
        figure = Figure(
            figure_id=f"{party}--{claim.metric or claim.type}--{len(self.figures)}".lower().replace(" ", "-"),
            party=party,
            what=claim.metric or claim.type,
            basis=claim.valuation_basis,
            status=status,
            estimate=believed(claim, [claim_id], tuple(against)),
            counterparty=claim.role("company") if claim.type == "stake" else None,
        )
        self.figures.append(figure)
        return figure

    def book(self, *problems: Problem) -> Book:
        return Book(
            Question(), self.claims, self.parties, tuple(self.deals), tuple(self.figures), self.documents, problems
        )


def quantity(text: str, start: int) -> Quantity:
    """ "more than $13 billion", "$1 billion to $2 billion", "27%" as written."""
    hedge = "more_than" if text.startswith("more than") else "up_to" if text.startswith("up to") else "exact"
    numbers = [Decimal(w.strip("$%")) for w in text.split() if w.strip("$%").replace(".", "").isdigit()]
    money = "$" in text
    low, high = numbers[0] * (BN if money else 1), numbers[-1] * (BN if money else 1)
    return Quantity(
        low=None if hedge == "up_to" else low,
        high=None if hedge == "more_than" else high,
        currency="USD" if money else None,
        unit="money" if money else "percent",
        per="year" if "a year" in text else None,
        qualifier="range" if len(numbers) > 1 else hedge,
        text=text,
        start=start,
        end=start + len(text),
    )


def believed(claim: Claim, claims_for: Sequence[str], against: tuple[str, ...]) -> Estimate:
    said = claim.amount
    assert said
    ends = [end for end in (said.low, said.high) if end is not None]
    central = None if said.qualifier == "up_to" else sum(ends, Decimal(0)) / len(ends)
    width = Decimal("1.05")
    return Estimate(
        interval=Interval(
            said.low and (said.low / width).quantize(Decimal(1)), said.high and (said.high * width).quantize(Decimal(1))
        ),
        central=central,
        unit=said.unit,
        currency=said.currency,
        qualifier=said.qualifier,
        claims_for=tuple(claims_for),
        claims_against=against,
        reason="best supported: 2.9 to 1.4 in votes, each origin once" if against else "one claim",
    )


def story() -> Wire:
    """Larkspur buys compute from those who fund it: every class of money, every kind of evidence."""
    wire = Wire()
    kinds = {
        "Larkspur AI": "lab",
        "Brightwater Cloud": "cloud",
        "Cobalt Chips": "chipmaker",
        "Tern Capital": "investor",
        "Hazel Grid": "cloud",
        "Quarry Motors": "company",
        "Meadow Labs": "lab",
    }
    wire.parties = {name: Party(name, kind) for name, kind in kinds.items()}
    lark, bright, cobalt, tern = "Larkspur AI", "Brightwater Cloud", "Cobalt Chips", "Tern Capital"
    invest = lambda a, b: {"investor": a, "investee": b}  # noqa: E731
    buy = lambda a, b: {"customer": a, "supplier": b}  # noqa: E731
    half = wire.says(
        "investment",
        invest(bright, lark),
        "Brightwater Cloud has put $50 billion into Larkspur AI.",
        "$50 billion",
        status="completed",
        state="accepted",
    )
    other = wire.says(
        "investment",
        invest(bright, lark),
        "Brightwater is said to have paid Larkspur $40 billion.",
        "$40 billion",
        status="completed",
    )
    wire.deal(half, "paid", against=[other], start=date(2026, 1, 15), earmarked=True)
    wire.deal(
        wire.says(
            "investment",
            invest(tern, lark),
            "Tern Capital paid $30 billion for shares of Larkspur AI.",
            "$30 billion",
            status="completed",
        ),
        "paid",
        start=date(2026, 2, 1),
    )
    wire.deal(
        wire.says(
            "investment",
            invest(cobalt, lark),
            "Cobalt Chips signed a letter of intent to invest up to $100 billion in Larkspur AI.",
            "up to $100 billion",
            status="letter_of_intent",
        ),
        "letter_of_intent",
    )
    wire.deal(
        wire.says(
            "investment",
            invest(cobalt, "Meadow Labs"),
            "Cobalt Chips is in talks to put $10 billion into Meadow Labs.",
            "$10 billion",
            status="in_talks",
        ),
        "rumoured",
    )
    wire.deal(
        wire.says(
            "investment",
            invest(cobalt, "Hazel Grid"),
            "Cobalt Chips has bought $2 billion of shares in Hazel Grid.",
            "$2 billion",
            status="completed",
        ),
        "paid",
    )
    wire.deal(
        wire.says(
            "capacity_commitment",
            buy(lark, bright),
            "Larkspur AI will buy $138 billion of computing from Brightwater Cloud over eight years.",
            "$138 billion",
        ),
        start=date(2026, 1, 1),
        years=Decimal(8),
    )
    wire.deal(
        wire.says(
            "capacity_commitment",
            buy(lark, "Hazel Grid"),
            "Larkspur AI signed for $22.4 billion of capacity at Hazel Grid.",
            "$22.4 billion",
        )
    )
    wire.deal(
        wire.says(
            "capacity_commitment",
            buy(lark, cobalt),
            "Larkspur AI plans to order $1 billion to $2 billion of chips from Cobalt Chips.",
            "$1 billion to $2 billion",
            status="planned",
        ),
        "letter_of_intent",
    )
    wire.deal(
        wire.says(
            "capacity_commitment",
            buy("Hazel Grid", cobalt),
            "Hazel Grid will take $3 billion a year of chips from Cobalt Chips.",
            "$3 billion a year",
        ),
        "committed",
        per="year",
        years=Decimal(4),
    )
    wire.deal(
        wire.says(
            "capacity_commitment",
            {"customer": lark},
            "Larkspur AI says its commitments for computing come to $1400 billion.",
            "$1400 billion",
        ),
        umbrella=True,
        years=Decimal(8),
        start=date(2026, 1, 1),
    )
    wire.deal(
        wire.refers(
            "capacity_commitment",
            buy(bright, cobalt),
            Evidence(
                "reference",
                source="Brightwater annual report",
                address="https://filings.example/10-k",
                date="2026-01-30",
                note="Purchase obligations, note 14.",
            ),
            "$90 billion",
            status="signed",
        ),
        start=date(2026, 1, 1),
        years=Decimal(6),
    )
    wire.deal(
        wire.refers(
            "capacity_commitment",
            buy("Meadow Labs", bright),
            Evidence("assumption", name="Meadow's cloud bill", note="as large as its last round"),
            "$5 billion",
            status="signed",
        )
    )
    wire.deal(
        wire.says(
            "investment",
            invest("Quarry Motors", "Meadow Labs"),
            "Quarry Motors has taken a small stake in Meadow Labs for an undisclosed sum.",
            status="completed",
        ),
        "paid",
    )
    wire.figure(
        wire.says(
            "financial_metric",
            {"company": lark},
            "Larkspur AI has revenue of more than $13 billion a year.",
            "more than $13 billion a year",
            metric="revenue",
            status="actual",
        )
    )
    wire.figure(
        wire.says(
            "financial_metric",
            {"company": lark},
            "It had cash of $11.5 billion at the end of the year.",
            "$11.5 billion",
            metric="cash",
            status="actual",
        )
    )
    first = wire.says(
        "valuation",
        {"company": lark},
        "The round valued Larkspur AI at $840 billion.",
        "$840 billion",
        basis="post_money",
    )
    wire.figure(
        wire.says(
            "valuation",
            {"company": lark},
            "The price of Larkspur AI was $730 billion before the money.",
            "$730 billion",
            basis="pre_money",
        ),
        against=[first],
    )
    wire.figure(
        wire.says("stake", {"holder": bright, "company": lark}, "Brightwater Cloud holds 27% of Larkspur AI.", "27%")
    )
    return wire


def reported(book: Book, count: str = "committed", reading: str = "inclusive") -> Reported:
    """The report's answers about a book, as the command asks for them."""
    counting = Counting(upto=count, reading=reading)
    return Reported(
        book=book,
        returns=desk.circular(book, None, None, counting),
        owes=desk.owe(book, None, counting),
        binding=desk.binding(book, counting),
        everything=desk.everything(book, counting),
        count=count,
        reading=reading,
        head="3f" * 32,
        version="0.1.0",
    )
