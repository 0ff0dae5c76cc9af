"""Small books of deals made by hand; amounts in billions of US dollars."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from counterflow.model.book import Book, Deal, Estimate, Figure, Party, Question, Ruled
from counterflow.model.claim import Claim, Evidence
from counterflow.model.money import Interval

BN = Decimal(10) ** 9
LAB, CLOUD, PARENT = "Dovecote AI", "Bramble Cloud", "Bramble"
CHEQUE, CONTRACT = "equity primary", "compute purchase"


def believed(billions: Any, unit: str = "money", currency: str | None = "USD", **rest: Any) -> Estimate:
    """An amount told by one claim; a bare ceiling where `central` is None."""
    value = Decimal(str(billions)) * (BN if unit == "money" else 1)
    known = {"central": value, "qualifier": "exact", "claims_for": ("c1",)} | rest
    return Estimate(Interval(None, abs(value) * 2), unit=unit, currency=currency if unit == "money" else None, **known)


def deal(payer: str, payee: str | None, billions: Any, family: str = CONTRACT, **rest: Any) -> Deal:
    """A committed contract or a paid cheque, public in the first days of 2026."""
    amount = billions if isinstance(billions, Estimate) or billions is None else believed(billions)
    money = rest.pop("money", "paid" if family == CHEQUE else "committed")
    known = {"deal_id": f"{payer}--{payee}--{billions}", "scope": None, "claims": ("c1",), "timeline": ()}
    return Deal(
        payer=payer,
        payee=payee,
        family=family,
        stage=rest.pop("stage", "completed" if family == CHEQUE else "signed"),
        money_class=money,
        amount=amount,
        public=rest.pop("public", date(2026, 1, 5)),
        **known | rest,
    )


def contract(billions: Any, years: Any = 7, supplier: str | None = CLOUD, **rest: Any) -> Deal:
    """The lab buys from the cloud, from January 2026 on."""
    term = None if years is None else Decimal(str(years))
    return deal(
        LAB, supplier, billions, **{"years": term, "start": date(2026, 1, 1), "umbrella": supplier is None} | rest
    )


def cheque(investor: str, billions: Any, **rest: Any) -> Deal:
    """An investor pays the lab, in January 2026."""
    return deal(investor, LAB, billions, CHEQUE, **{"start": date(2026, 1, 20)} | rest)


def revenue(billions: Any, party: str = LAB, period: str | None = "2026", what: str = "revenue") -> Figure:
    """What a party earned in a year."""
    return Figure(
        f"{party}--{what}", party, what, None, "actual", believed(billions, claims_for=("r1",)), period=period
    )


def book(*deals: Deal, figures: tuple[Figure, ...] = (), parties: tuple[Party, ...] = (), **claims: Ruled) -> Book:
    """A book of these; every party that has no entry is a company."""
    named = {name: Party(name) for d in deals for name in (d.payer, d.payee) if name}
    known = named | {party.name: party for party in parties}
    return Book(Question(), claims=claims, parties=known, deals=deals, figures=figures)


def told(kind: str = "sentence", state: str = "proposed") -> Ruled:
    """A claim on one kind of evidence."""
    roles = {"company": (LAB,)}
    return Ruled(
        Claim("valuation", roles, roles, "completed", (Evidence(kind, note="seen"),), "0" * 64, "wire.txt"), state
    )
