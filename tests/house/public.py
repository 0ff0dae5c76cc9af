"""Names that only users, frameworks or the interpreter reach, for vulture; all else in `src` is used in `src`.

Never run: a name that stands here counts as used. A function belongs here only when it is part of the public API.
"""
# ruff: noqa: B018

from counterflow import __all__, __dir__, __getattr__
from counterflow.model.book import Book, Deal, Estimate, Figure, Party, Question, Ruled, Support
from counterflow.model.claim import Attribution, EventDate, Evidence

# The interpreter asks the package for these.
(__all__, __dir__, __getattr__)

# Fields of the nouns: what a reader of a book may ask for.
(Attribution.anonymous, EventDate.precision, Evidence.source)
(Book.question, Question.happened, Party.aliases, Party.ticker)
(Deal.conditions, Deal.timeline, Figure.counterparty, Figure.timeline)
(Estimate.claims_against, Estimate.interval, Estimate.reason, Ruled.counts, Support.assumption)
