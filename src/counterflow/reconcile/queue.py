"""What waits for a person, in the order in which a ruling tells most: money at stake x doubt x age."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from difflib import SequenceMatcher
from typing import Final, NamedTuple

from counterflow.model.book import Book, Ruled
from counterflow.model.claim import ROLES, Claim, Decision, normalised
from counterflow.model.money import ZERO
from counterflow.model.source import Document
from counterflow.model.when import first_day
from counterflow.reconcile.anchors import Placed
from counterflow.reconcile.deals import SIDES

_FIGURES: Final = 6  # decimals of a confidence: 1 - 0.97 is 0.03
_NEAREST: Final = 3  # claims that a ruling without one may mean


class Entry(NamedTuple):
    """One claim, or one ruling that lost its claim, and why it stands where it does."""

    ident: str  # of the claim, or of the ruling
    claim: Claim | None  # as it is believed; of a ruling, what it saw
    usd: Decimal
    doubt: Decimal  # 1 - confidence
    days: int  # since it was public or recorded, at least 1
    ruling: Decision | None = None  # set where a ruling waits

    @property
    def score(self) -> Decimal:
        """Money x doubt x age."""
        return self.usd * self.doubt * self.days


@dataclass(frozen=True, slots=True)
class Waiting:
    """The queue with all that a person needs to rule on it."""

    book: Book
    pile: Mapping[str, Placed]  # every current claim as it was read, by id
    entries: tuple[Entry, ...]
    seen: frozenset[str]  # ids of the rulings that this rests on


class Twin(NamedTuple):
    """Another claim of the book on the same deal or figure."""

    claim_id: str
    stands: str  # "differs", "apart" (the same parties, another deal) or "agrees"


def queue(claims: Mapping[str, Ruled], waiting: Iterable[Decision], today: date) -> tuple[Entry, ...]:
    """Rulings without a claim first, then claims still proposed; within each by score, then money, doubt, age, place.

    What names no sum in US dollars, or leaves no doubt, has score 0 and comes last. The order of the input is no
    matter.
    """
    lost = [_of_ruling(each, today) for each in waiting]
    proposed = [_of_claim(each, ruled, today) for each, ruled in claims.items() if ruled.state == "proposed"]
    return tuple(sorted([*lost, *proposed], key=_turn))


def usd(claim: Claim) -> Decimal:
    """The largest sum in US dollars that a claim names, in full units; 0 where it names none.

    A sum in another currency counts as the dollars its source restates it in.
    """
    amount = claim.amount
    written = (amount, *amount.equivalents) if amount else ()
    ends = [end for q in written if (q.unit, q.currency) == ("money", "USD") for end in (q.low, q.high) if end]
    return max([ZERO, *ends])


def of_document(entries: Iterable[Entry], name: str, documents: Iterable[Document]) -> tuple[Entry, ...]:
    """The entries of the documents, or of the source outside the book, that a name or an address stands for."""
    texts = {d.text_sha256 for d in documents if name in {d.doc_id, d.address, d.final, d.lineage}}
    kept = (entry for entry in entries if entry.claim)
    return tuple(e for e in kept if e.claim and (e.claim.doc_id == name or e.claim.text_sha256 in texts))


def twins(book: Book, claim_id: str) -> tuple[Twin, ...]:
    """What else the book says of the same deal or figure, conflicts first, then deals that the claim may belong to."""
    own = book.claims[claim_id].claim
    gathered = [deal.claims for deal in book.deals]
    gathered += [tuple(each for step in f.timeline for each in step.claims) for f in book.figures]
    gathered += [(*f.estimate.claims_for, *f.estimate.claims_against) for f in book.figures]
    same = {each for claims in gathered if claim_id in claims for each in claims} - {claim_id}
    apart = {each for each, ruled in book.claims.items() if ruled.state != "rejected" and _alike(ruled.claim, own)}
    found = [Twin(each, "agrees" if _agree(book.claims[each].claim, own) else "differs") for each in sorted(same)]
    found += [Twin(each, "apart") for each in sorted(apart - same - {claim_id})]
    return tuple(sorted(found, key=lambda twin: ("differs", "apart", "agrees").index(twin.stands)))


def mergeable(claim: Claim) -> bool:
    """Whether a claim speaks of a deal: figures are not merged."""
    return claim.type in SIDES


def nearest(ruling: Decision, pile: Iterable[Placed]) -> tuple[Placed, ...]:
    """The claims that a ruling which lost its own may mean: of its document, the same type and words first.

    None for a ruling that adds a claim, or joins two: it cannot be given to another.
    """
    if not (ruling.anchor and ruling.claim) or ruling.action in {"add", "merge"}:
        return ()
    quote, seen = ruling.anchor.quote, Claim.from_json(ruling.claim)
    here = [p for p in pile if ruling.anchor.lineage == p.lineage or seen.doc_id == p.claim.doc_id]

    def likeness(placed: Placed) -> tuple[bool, float, str]:
        words = normalised(placed.claim.evidence[0].text or placed.claim.evidence[0].note or "")
        ratio = SequenceMatcher(None, words, quote, autojunk=False).ratio()
        return placed.claim.type != seen.type, -ratio, placed.claim.claim_id

    return tuple(sorted(here, key=likeness)[:_NEAREST])


def _of_claim(claim_id: str, ruled: Ruled, today: date) -> Entry:
    doubt = round(1 - Decimal(str(ruled.claim.confidence)), _FIGURES)
    return Entry(claim_id, ruled.claim, usd(ruled.claim), doubt, _days(ruled.public, today))


def _of_ruling(ruling: Decision, today: date) -> Entry:
    """Nothing speaks for it that it still holds: all doubt."""
    claim = Claim.from_json(ruling.claim) if ruling.claim else None
    days = _days(first_day(ruling.when[:10]), today)
    return Entry(ruling.decision_id, claim, usd(claim) if claim else ZERO, Decimal(1), days, ruling)


def _days(since: date | None, today: date) -> int:
    return max(1, (today - since).days) if since else 1


def _turn(entry: Entry) -> tuple[object, ...]:
    place = (entry.claim.doc_id, entry.claim.evidence[0].start or 0) if entry.claim else ("", 0)
    return entry.ruling is None, -entry.score, -entry.usd, -entry.doubt, -entry.days, *place, entry.ident


def _alike(one: Claim, other: Claim) -> bool:
    """The same type, with the same names in its core roles; of figures, the same metric."""
    core: Sequence[str] = ROLES.get(other.type, ((), ()))[0]
    same = (one.type, one.metric) == (other.type, other.metric)
    return same and all(one.roles.get(role) == other.roles.get(role) for role in core)


def _agree(one: Claim, other: Claim) -> bool:
    """Whether a fair editor would let two amounts pass for each other; what names no amount contradicts none."""
    a, b = one.amount, other.amount
    if a is None or b is None or (a.unit, a.currency, a.per) != (b.unit, b.currency, b.per):
        return True
    try:
        return one.polarity == other.polarity and a.loose().meet(b.loose()) is not None
    except (ValueError, ArithmeticError, LookupError):
        return False  # what is no interval agrees with nothing
