"""Dated money: who hands how much to whom, in which quarter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

KINDS: Final = ("financing", "purchase", "outside")
UNIDENTIFIED: Final = "unidentified"  # the colour of money nobody has named


@dataclass(frozen=True, slots=True)
class Flow:
    """`payer` hands `usd` to `payee`. Goods, shares and warrants travel against it and are not flows.

    `kind`: financing (equity, loan, repayable prepayment), purchase (payee's revenue) or outside (money from beyond
    the ledger; `payer` is then a label such as `customers`). `period` is any ordinal; the book's flows use
    `model.when.quarter_index`. `money_class` is one of `model.book.CLASSES`; `assumed_share` (0..1) is the part of the
    dollars whose start, term or amount is assumed; `claims` are the ids behind it.
    """

    payer: str
    payee: str
    usd: float
    kind: str
    period: int | None = None
    deal: str | None = None
    earmarked: bool = False
    money_class: str = "committed"
    status: str | None = None
    claims: tuple[str, ...] = ()
    assumed_share: float = 0.0
