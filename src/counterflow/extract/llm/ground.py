"""Re-grounding: what a model proposes becomes a claim only where the document itself says it.

The quote must stand in the window, the amount must be what our own grammar reads there, and everyone with a role must
be named there. Offsets are found, never taken from the model.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final, NamedTuple

from counterflow.extract import amounts
from counterflow.extract.llm.orders import is_order
from counterflow.extract.llm.parties import Here, Named
from counterflow.extract.llm.quotes import places
from counterflow.extract.llm.terms import terms_of
from counterflow.extract.llm.windows import Range, Window
from counterflow.extract.names import mentions
from counterflow.extract.names.gazetteer import Gazetteer
from counterflow.extract.times import times
from counterflow.model.claim import FIGURES, ROLES, Attribution, Claim, Evidence
from counterflow.model.quantity import Quantity
from counterflow.model.source import Document, Segment

SURE: Final = 0.75  # below the trust that answers ask for: a person, or the rules, must agree first
_SCATTERED: Final = 0.6  # where a party is named outside the sentence
_TITLE: Final = 0.8  # times this in a title or heading, and where a core role is empty
_QUOTE: Final = range(8, 1_501)  # characters: less carries no claim, more is no clause
_NEEDS_AMOUNT: Final = frozenset({"valuation", "financial_metric"})
_UNDONE: Final = frozenset({"denied", "terminated"})
_CHAIN: Final = 6  # tellers
_LONE: Final = {"valuation": "company", "financial_metric": "company", "funding_round": "issuer"}
_REACH: Final = 400  # characters around a quote in which its sentence ends
_SENTENCE_END: Final = re.compile(r"[.!?][\"”’')\]]*\s|\n|[。！？]")


class Dropped(NamedTuple):
    """A proposal that the document does not carry, and for which of `quote`, `amount`, `party`."""

    why: str


class Grounded(NamedTuple):
    """A proposal that it carries."""

    claim: Claim
    dropped_terms: int


class _Fit(NamedTuple):
    """One place where a proposal may stand: quote, amount, and who fills its roles."""

    place: Range
    amount: Quantity | None
    roles: Mapping[str, list[Named]]

    @property
    def away(self) -> int:
        return sum(named.away(self.place) for several in self.roles.values() for named in several)


class Ground:
    """One document, with its names and amounts found."""

    def __init__(self, document: Document, gazetteer: Gazetteer, extractor: str) -> None:
        self._document, self._gazetteer, self._extractor = document, gazetteer, extractor
        self._named = mentions(document.text, document.segments, gazetteer)
        self._amounts = amounts.find(document.text).quantities
        self._sha = document.text_sha256

    def names(self, window: Window) -> Here:
        """The names of a window."""
        return Here(self._document.text, window, self._named, self._gazetteer)

    def claim(self, said: Mapping[str, Any], window: Window, here: Here) -> Grounded | Dropped:
        """The claim that a well-shaped proposal makes, at the place nearest to its parties; else why there is none."""
        standing = self._places(said["quote"], window)
        if not standing:
            return Dropped("quote")
        priced = [(p, amount) for p in standing for amount in self._agreeing(said, p)]
        if not priced:
            return Dropped("amount")
        fits = [_Fit(p, amount, roles) for p, amount in priced if (roles := _roles(said, p, here))]
        if not fits:
            return Dropped("party")
        best = next((fit for fit in sorted(fits, key=lambda fit: fit.away) if self._asserts(fit.place)), None)
        if best is None:
            return Dropped("quote")
        terms, dropped = terms_of(said.get("terms") or (), said["type"], self._document.text, window, best.place)
        return Grounded(self._made(said, best, (window, here), terms), dropped)

    def _places(self, quote: str, window: Window) -> list[Range]:
        if len(quote) not in _QUOTE or not any(c.isalpha() for c in quote):
            return []
        return [place for run in window.runs for place in places(quote.strip(), self._document.text, *run)]

    def _asserts(self, place: Range) -> bool:
        """Whether the words at a place say something: a headline that asks does not, nor what is said to machines."""
        segment, text = self._segment(place), self._document.text
        if segment.kind == "title" and text[segment.start : segment.end].rstrip().endswith("?"):
            return False
        return not is_order(_sentence(text, place))

    def _segment(self, place: Range) -> Segment:
        at = bisect_right(self._document.segments, place[0], key=lambda s: s.start) - 1
        return self._document.segments[at] if at >= 0 else Segment("body", 0, len(self._document.text))

    def _agreeing(self, said: Mapping[str, Any], place: Range) -> Iterator[Quantity | None]:
        """The amount of the quote that the model means, as our grammar reads it in the document."""
        amount = said.get("amount")
        if amount is None:
            if said["type"] not in _NEEDS_AMOUNT:
                yield None
            return
        first = bisect_right(self._amounts, place[0], key=lambda q: q.start)
        after = bisect_left(self._amounts, place[1], key=lambda q: q.start)
        touching = (q for q in self._amounts[max(0, first - 1) : after] if place[0] < q.end)
        yield from (q for q in touching if any(_is_meant(amount, each) for each in (q, *q.equivalents)))

    def _made(self, said: Mapping[str, Any], fit: _Fit, where: tuple[Window, Here], terms: Any) -> Claim:
        text, amount, (window, here) = self._document.text, fit.amount, where
        start, end = _evidence(text, fit)
        roles = {role: _pairs(several) for role, several in fit.roles.items()}
        kind = self._segment(fit.place).kind
        when = times(text[start:end], self._document.doc_date, figure=said["type"] in FIGURES)
        product = said.get("product")
        return Claim(
            type=said["type"],
            roles={role: tuple(pairs) for role, pairs in roles.items()},
            roles_as_written={role: tuple(pairs.values()) for role, pairs in roles.items()},
            status=said["status"],
            evidence=(Evidence("sentence", start, end, text[start:end]),),
            text_sha256=self._sha,
            doc_id=self._document.doc_id,
            amount=amount,
            amount_scope=said.get("amount_scope") if amount else None,
            valuation_basis=(said.get("valuation_basis") or "unspecified") if said["type"] == "valuation" else None,
            metric=(said.get("metric") or "other") if said["type"] == "financial_metric" else None,
            product=product if product and _stands(product, text, window) else None,
            terms=terms,
            polarity="negative" if said["status"] in _UNDONE else said.get("polarity") or "positive",
            modality=_modality(said),
            valid_time=when.valid,
            event_date=when.event,
            attribution=_attribution(said.get("said_by") or (), here, fit.place),
            extractor=self._extractor,
            confidence=_confidence(said["type"], fit, kind, _sentence(text, (start, end))),
            flags=("title",) if kind == "title" else (),
        )


def _roles(said: Mapping[str, Any], place: Range, here: Here) -> dict[str, list[Named]] | None:
    """Who fills each role; None where somebody is not named here, or where the roles make no sense together."""
    filled: dict[str, list[Named]] = {}
    for role in said["roles"]:
        named = here.words(role["name"]) if said["type"] == "comparison" else here.who(role["name"], place)
        if named is None:
            return None
        filled.setdefault(role["role"], []).append(named)
    names = {role: {name for named in several for name in named.names} for role, several in filled.items()}
    core = [names[role] for role in ROLES[said["type"]][0] if role in names]
    twice = len(core) > 1 and bool(set.intersection(*core))
    crowded = len(names.get(_LONE.get(said["type"], ""), ())) > 1
    return None if twice or crowded or not core else filled


def _pairs(several: Sequence[Named]) -> dict[str, str]:
    """Canonical name -> as written."""
    return {name: written for n in several for name, written in zip(n.names, n.written, strict=True)}


def _is_meant(said: Mapping[str, Any], read: Quantity) -> bool:
    """Whether the model's amount is the one that the grammar reads: unit, currency, rate and every end."""
    currency, per = said.get("currency"), said.get("per")
    if said["unit"] != read.unit or (per or read.per) != read.per:
        return False
    if currency and read.currency and currency.upper() != read.currency:
        return False  # where the words name none ("of which 60 million"), the claim names none either
    ends = {end for end in (read.low, read.high) if end is not None}
    told = {Decimal(end) for end in (said.get("low"), said.get("high")) if end is not None}
    if read.low is None:
        told.discard(Decimal(0))  # "up to" has no lower end, which some write as 0
    known = all(any(abs(end - each) <= abs(each) * Decimal("1e-9") for each in ends) for end in told)
    return bool(told) and known and (len(told) == len(ends) or read.qualifier == "order_of_magnitude")


def _evidence(text: str, fit: _Fit) -> Range:
    """The quote with all of its amount, whole words, no spaces around."""
    start, end = fit.place
    if fit.amount:
        spans = [(q.start, q.end) for q in (fit.amount, *fit.amount.equivalents)]
        start, end = min(start, *(a for a, _ in spans)), max(end, *(b for _, b in spans))
    while start > 0 and text[start - 1].isalnum() and text[start].isalnum():
        start -= 1
    while end < len(text) and text[end - 1].isalnum() and text[end].isalnum():
        end += 1
    words = text[start:end]
    return start + len(words) - len(words.lstrip()), end - (len(words) - len(words.rstrip()))


def _sentence(text: str, place: Range) -> str:
    """The sentences that a place touches, as far as they reach."""
    start, end = place
    before = [m.end() for m in _SENTENCE_END.finditer(text, max(0, start - _REACH), start)]
    after = _SENTENCE_END.search(text, max(start, end - 1), min(len(text), end + _REACH))
    return text[
        before[-1] if before else max(0, start - _REACH) : after.end() if after else min(len(text), end + _REACH)
    ]


def _stands(words: str, text: str, window: Window) -> bool:
    return any(True for run in window.runs for _ in places(words.strip(), text, *run)) if words.strip() else False


def _modality(said: Mapping[str, Any]) -> str:
    return "hypothetical" if said["status"] == "hypothetical" else said.get("modality") or "asserted"


def _attribution(tellers: Sequence[str], here: Here, place: Range) -> Attribution:
    """Who says so, as far as the window names them; one in small letters ("two bankers") is nobody by name."""
    found = (here.teller(teller, place) for teller in tellers[:_CHAIN])
    chain = tuple(dict.fromkeys(teller for teller in found if teller))
    named = [teller for teller in chain if not teller.islower()]
    return Attribution(chain, named[-1] if named else None, bool(chain) and chain[-1] not in named)


def _confidence(claim_type: str, fit: _Fit, kind: str, sentence: str) -> float:
    """Conservative: a model's reading counts by itself for nobody who has not asked for less trust."""
    near = all(any(w in sentence for w in n.written) or n.away(fit.place) == 0 for ns in fit.roles.values() for n in ns)
    sure = SURE if near else _SCATTERED
    partial = any(role not in fit.roles for role in ROLES[claim_type][0])
    return round(sure * (_TITLE if kind != "body" else 1.0) * (_TITLE if partial else 1.0), 2)
