"""What one claim says, made comparable: its amount, its stage, its days, whose word it is and what that weighs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final, NamedTuple

from counterflow.model.book import STAGES, Ruled
from counterflow.model.claim import Claim, Quantity
from counterflow.model.money import Interval
from counterflow.model.source import Document
from counterflow.model.when import first_day, last_day, years
from counterflow.reconcile.weights import TITLE_SHARE, Carrier, carrier, vote

# From the firmest wording to the one that promises least.
EXACTNESS: Final = (
    "exact",
    "approximately",
    "range",
    "at_least",
    "more_than",
    "order_of_magnitude",
    "up_to",
    "less_than",
)
_STAGE: Final = {
    "rumoured": "rumour",
    "considering": "rumour",
    "planned": "rumour",
    "in_talks": "talks",
    "letter_of_intent": "letter of intent",
    "signed": "signed",
    "completed": "completed",
    "terminated": "terminated",
    "denied": "denied",
}
_GIGAWATTS: Final = {"GW": Decimal(1), "MW": Decimal("1e-3"), "kW": Decimal("1e-6")}
_SAID_NOT_DONE: Final = frozenset({"report", "start_of_talks"})  # dates of telling, not of the event itself


class Measure(NamedTuple):
    """An amount in full units, ready to be compared: power in GW, money in dollars where the source says so too."""

    loose: Interval
    stated: Decimal  # the value, floor or ceiling as said; the middle of a range
    unit: str
    currency: str | None
    per: str | None
    qualifier: str

    @property
    def yardstick(self) -> tuple[str, str | None, str | None]:
        """Amounts compare only where unit, currency and period are the same."""
        return self.unit, self.currency, self.per

    @property
    def promises(self) -> bool:
        """False for a bare ceiling, which promises nothing."""
        return self.qualifier not in {"up_to", "less_than"}

    def over(self, periods: Decimal | int, per: str | None) -> Measure:
        """The same money over so many of its periods."""
        return self._replace(loose=self.loose.scaled(periods), stated=self.stated * periods, per=per)

    def like(self, other: Measure) -> bool:
        """The same amount: what each says lies in what a fair editor would let pass of the other."""
        return self.stated in other.loose and other.stated in self.loose


class Days(NamedTuple):
    """First and last day that a date can mean."""

    first: date
    last: date

    def apart(self, other: Days) -> int:
        """Whole days between the two, 0 where they touch."""
        return max(0, (self.first - other.last).days, (other.first - self.last).days)


@dataclass(frozen=True, slots=True)
class Said:
    """A claim that counts, under the id it was read with (a person's edit changes what it says, not which claim it is).

    `days` are those of the event, else of publication. `weight` is in log units of a vote.
    """

    id: str
    ruled: Ruled
    measure: Measure | None
    stage: str | None  # of STAGES and EXITS; None: moves no deal
    days: Days | None
    told: date | None  # the day it was published, where more is known than when it was fetched
    origin: str
    weight: float
    source: str = "trade"  # class of who tells it: filing, company, wire, trade or aggregator
    titled: bool = False  # a headline says it
    copied: bool = False  # its document is a copy of another, or largely taken from one

    @property
    def claim(self) -> Claim:
        """The claim itself, with a person's values where one edited it."""
        return self.ruled.claim

    @property
    def accepted(self) -> bool:
        """A person has ruled for it."""
        return self.ruled.state == "accepted"


def said(claim_id: str, ruled: Ruled, documents: Mapping[str, Document]) -> Said:
    """A claim as it is compared. `ValueError` where its amount is no interval."""
    claim = ruled.claim
    document = documents.get(claim.doc_id)
    told = ruled.public if ruled.public_basis != "recorded" else None
    teller, titled = carrier(claim, document), _in_title(claim, document)
    return Said(
        id=claim_id,
        ruled=ruled,
        measure=measure(claim),
        stage=stage(claim),
        days=event_days(claim) or (Days(told, told) if told else None),
        told=told,
        origin=_origin(claim, teller, _original(document, documents)),
        weight=vote(teller.kind) * claim.confidence * (TITLE_SHARE if titled else 1),
        source=teller.kind,
        titled=titled,
        copied=document is not None and document.copy_of is not None,
    )


def measure(claim: Claim) -> Measure | None:
    """The claim's amount made comparable; None where it states none. `ValueError` where it is no interval."""
    quantity = claim.amount and _in_dollars(claim.amount, claim.flags)
    if quantity is None or (quantity.low is None and quantity.high is None):
        return None
    factor = _GIGAWATTS.get(quantity.unit, Decimal(1))
    return Measure(
        loose=quantity.loose().scaled(factor),
        stated=_stated(quantity) * factor,
        unit="GW" if quantity.unit in _GIGAWATTS else quantity.unit,
        currency=quantity.currency,
        per=quantity.per or ("year" if claim.amount_scope == "annual" else None),
        qualifier=quantity.qualifier,
    )


def stage(claim: Claim) -> str | None:
    """Where the claim puts its deal: one of STAGES, `terminated`, `denied`, or None where it moves no deal."""
    if claim.polarity == "negative":
        return "terminated" if claim.status == "terminated" else "denied"
    if claim.status == "planned" and "announced" in claim.flags:
        return "letter of intent"
    return None if claim.modality == "hypothetical" else _STAGE.get(claim.status)


def rank(stage_name: str | None) -> int:
    """Place on the ladder from 0 (rumour) up; -1 for what is not on it."""
    return STAGES.index(stage_name) if stage_name in STAGES else -1


def event_days(claim: Claim) -> Days | None:
    """When it happened, where the text says so or it could be resolved."""
    if claim.event_date is None or claim.event_date.of in _SAID_NOT_DONE:
        return None
    first, last = first_day(claim.event_date.value), last_day(claim.event_date.value)
    return Days(first, last) if first and last else None


def happened(ruled: Ruled) -> date | None:
    """The first day on which the claim's fact can have held: its event, its period or, if earlier, its publication.

    A sum that has grown over a period is reached when it is told, not when the period begins.
    """
    claim = ruled.claim
    event = event_days(claim)
    begins = claim.valid_time.start if claim.valid_time and claim.amount_scope != "cumulative" else None
    return min(filter(None, (event and event.first, first_day(begins), ruled.public)), default=None)


def term_years(each: Said) -> Decimal | None:
    """The length of the period that the amount covers, from its duration or from both its ends."""
    period = each.claim.valid_time
    if period is None:
        return None
    first, last = first_day(period.start), last_day(period.end)
    between = (last - first).days + 1 if first and last and last > first else None
    return years(period.duration) or (round(between / Decimal("365.25"), 2) if between else None)


def gap(a: Days | None, b: Days | None) -> int:
    """Days between two dates; 0 where one is unknown."""
    return a.apart(b) if a and b else 0


def _origin(claim: Claim, teller: Carrier, first: Document | None) -> str:
    """Whose word it is: whoever is named, else the outlet of the page that it stands on or was taken from, else it."""
    named = (carrier(claim, first) if first else teller).story_of or claim.attribution.origin
    return named.casefold() if named else first.doc_id if first else claim.doc_id


def _original(document: Document | None, documents: Mapping[str, Document]) -> Document | None:
    """The document that this one is taken from, by its name alone where it is not held."""
    first = document and document.copy_of
    return documents.get(first, Document(first, "")) if first else None


def _in_title(claim: Claim, document: Document | None) -> bool:
    if "title" in claim.flags:
        return True
    at = claim.evidence[0].start
    segments = document.segments if document else ()
    return at is not None and any(s.kind == "title" and s.start <= at < s.end for s in segments)


def _in_dollars(amount: Quantity, flags: tuple[str, ...]) -> Quantity:
    """The source's own restatement in dollars, unless it was found not to fit."""
    if amount.currency in {None, "USD"} or "fx_mismatch" in flags:
        return amount
    return next((q for q in amount.equivalents if q.currency == "USD"), amount)


def _stated(quantity: Quantity) -> Decimal:
    low, high = quantity.low, quantity.high
    if low is not None and high is not None:
        return (low + high) / 2
    stated = low if low is not None else high
    assert stated is not None  # `measure` asks for an end
    return stated
