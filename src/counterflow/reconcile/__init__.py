"""Claims and decisions -> the Book: what we believe, with the evidence for and against. Pure functions."""
