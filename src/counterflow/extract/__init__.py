"""Floor 1: Document -> Claims and Problems. Quantities, names, frames and status are separate stages, rules.py joins them."""
