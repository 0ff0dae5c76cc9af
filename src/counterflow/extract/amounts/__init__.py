"""The amount grammar: quantities in raw text, with their hedges, scales, currencies and units."""

from counterflow.extract.amounts.grammar import Amount, Found, find, parse_amount

__all__ = ["Amount", "Found", "find", "parse_amount"]
