"""The amount grammar: quantities in raw text, with their hedges, scales, currencies and units."""

from counterflow.extract.amounts.grammar import Amount, Found, find, parse_amount
from counterflow.extract.amounts.rates import at_odds

__all__ = ["Amount", "Found", "at_odds", "find", "parse_amount"]
