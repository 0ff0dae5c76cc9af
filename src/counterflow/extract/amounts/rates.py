"""Whether an amount and its restatement in another currency can both be right."""

from __future__ import annotations

from decimal import Decimal

from counterflow.extract.amounts.numerals import tables
from counterflow.model.quantity import Quantity

_SLACK = Decimal(3)  # rates move by less than that in a generation; a slip of a scale word is a thousand


def at_odds(quantity: Quantity) -> bool:
    """As in "a 20-million-pound ($25 billion) order": one of the two is a slip. Nothing is repaired."""
    return any(_apart(quantity, other) for other in quantity.equivalents)


def _apart(one: Quantity, other: Quantity) -> bool:
    a, b = _dollars(one), _dollars(other)
    return bool(a and b and not 1 / _SLACK <= a / b <= _SLACK)


def _dollars(quantity: Quantity) -> Decimal | None:
    """What it is worth in dollars, roughly; None for a currency whose rate is not kept."""
    rate = tables()["currency"]["rough"].get(quantity.currency)
    size = quantity.low if quantity.low is not None else quantity.high
    return None if rate is None or size is None else size * Decimal(str(rate))
