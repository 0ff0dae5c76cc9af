"""Floor 1: Document -> Claims and Problems. Quantities, names, frames and status are stages; rules.py joins them."""
