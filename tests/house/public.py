"""Names that only users, frameworks or the interpreter reach, for vulture; all else in `src` is used in `src`.

Never run: a name that stands here counts as used. A function belongs here only when it is part of the public API.
"""
# ruff: noqa: B018

from xml.parsers.expat import XMLParserType

from counterflow import __all__, __dir__, __getattr__
from counterflow.analyse.commitments import Combined, Coverage, Expected, Rate
from counterflow.analyse.holdings import LookThrough
from counterflow.extract.amounts import Amount, parse_amount
from counterflow.model.book import Book, Deal, Estimate, Figure, Party, Question, Ruled, Support
from counterflow.model.claim import Attribution, EventDate, Evidence
from counterflow.model.money import Interval
from counterflow.model.source import SEGMENT_KINDS, Document
from counterflow.show.report import Assumed
from counterflow.show.report.dealbook import Entry, Known
from counterflow.show.report.owing import Party as Owing
from counterflow.show.report.parties import Ring
from counterflow.show.report.returning import Band, Curve
from counterflow.show.report.returning import Ring as Looped
from counterflow.show.ring import Mark
from counterflow.store import Store

# The interpreter asks the package for these.
(__all__, __dir__, __getattr__)

# A parser of XML calls what is set on it.
(XMLParserType.buffer_text, XMLParserType.CharacterDataHandler, XMLParserType.StartDoctypeDeclHandler)
(XMLParserType.StartElementHandler, XMLParserType.EndElementHandler)

# Fields of the nouns: what a reader of a book may ask for.
(Attribution.anonymous, EventDate.precision, Evidence.source)
(Book.question, Question.happened, Party.aliases, Party.ticker)
(Deal.conditions, Deal.timeline, Figure.counterparty, Figure.timeline)
(Estimate.claims_against, Estimate.interval, Estimate.reason, Ruled.counts, Support.assumption)

# Pure functions that analysts call themselves, and the fields of their answers.
(Combined.alternatives, Rate.usd_per_year, Rate.usd_per_quarter, Coverage.by_quarter, LookThrough.held_outside)
(Expected.expected_usd, Expected.sd_usd, Expected.firm_usd, Expected.firm_share)
(parse_amount, Amount.tight_low, Amount.tight_high, Interval.hull, SEGMENT_KINDS, Document.to_source, Store.restore)

# What templates of the report and its drawings read.
(Assumed.by, Entry.facts, Entry.rungs, Entry.for_it, Known.for_it, Owing.cover, Owing.picture, Ring.not_binding)
(Ring.picture, Band.picture, Looped.picture, Looped.bottleneck, Curve.picture, Mark.name_x)
