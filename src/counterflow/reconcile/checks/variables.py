"""Claims as named quantities: what each says, as two intervals, where it stands, and which of them may be compared."""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cache, cached_property
from importlib.resources import files
from typing import Final, NamedTuple

from counterflow.model.book import NEVER_PAY, Party, Ruled
from counterflow.model.claim import Claim, Quantity
from counterflow.model.money import Interval
from counterflow.model.source import Document
from counterflow.model.when import first_day
from counterflow.reconcile.checks.issue import Words
from counterflow.reconcile.said import Said, said


@cache
def cue(name: str) -> re.Pattern[str]:
    """A pattern of cues.toml."""
    text = files("counterflow.reconcile.checks").joinpath("cues.toml").read_text(encoding="utf-8")
    return re.compile(tomllib.loads(text)[name], re.IGNORECASE)


_SENTENCE_END: Final = re.compile(r"(?<=[.!?])[\"'”’)]*\s+(?=[\"'“‘(]?[A-Z\d$€£])|\n+")
_ABBREVIATED: Final = re.compile(
    r"(?:\b[A-Z]|\b(?:Inc|Corp|Ltd|Co|No|Mr|Ms|Dr|vs|approx|Sept?|Jan|Feb|Aug|Oct|Nov|Dec))\.$"
)
_PER: Final = {"year": "/yr", "quarter": "/qtr", "month": "/mo"}
_FLOWS: Final = frozenset(
    "revenue annualized_revenue cash_burn net_loss net_income ebitda free_cash_flow operating_cash_flow capex".split()
)
# What may be compared. A title tells the body's story, whatever its verb.
STANDING: Final = {
    "actual": "done",
    "estimated": "done",
    "completed": "done",
    "signed": "agreed",
    "rumoured": "mooted",
    "considering": "mooted",
    "planned": "mooted",
    "in_talks": "mooted",
    "letter_of_intent": "letter of intent",
    "forecast": "forecast",
}
_SURE: Final = 0.65  # below it a role was filled by a guess; titles and headings are read with less trust
_SURE_TITLE: Final = 0.5
_FAIR: Final = 0.55
NEAR_DAYS: Final = 30


class Sentence(NamedTuple):
    """One sentence of an article, or the quote of a claim whose article is not at hand."""

    article: str
    start: int
    end: int
    text: str
    line: int = 0  # counted from 1; 0 where the article is not at hand
    number: int = 0

    def words(self) -> Words:
        """The sentence as evidence."""
        return Words(self.article, self.start, self.end, self.text)


@dataclass(frozen=True)
class Paper:
    """A document with the amounts found in it, cut into sentences."""

    document: Document
    quantities: tuple[Quantity, ...] = ()

    @cached_property
    def sentences(self) -> tuple[Sentence, ...]:
        """Every sentence in order; a line break ends one too."""
        text, name = self.document.text, self.document.doc_id
        found: list[Sentence] = []
        at, line = 0, 1
        for stop in [*(m for m in _SENTENCE_END.finditer(text)), None]:
            end = stop.start() if stop else len(text)
            if stop and "\n" not in stop[0] and _ABBREVIATED.search(text, max(at, end - 12), end):
                continue
            if text[at:end].strip():
                found.append(Sentence(name, at, end, text[at:end], line, len(found)))
            after = stop.end() if stop else end
            line += text.count("\n", at, after)
            at = after
        return tuple(found)

    @cached_property
    def _starts(self) -> list[int]:
        return [s.start for s in self.sentences]

    def sentence(self, offset: int) -> Sentence | None:
        """The sentence that an offset stands in."""
        place = bisect_right(self._starts, offset) - 1
        return self.sentences[place] if place >= 0 else None

    def said(self) -> Iterable[tuple[Sentence, tuple[Quantity, ...]]]:
        """Each sentence that carries a claim's kind of text, with its amounts."""
        inside: dict[int, list[Quantity]] = defaultdict(list)
        asserting = [(s.start, s.end) for s in self.document.segments if s.kind in {"title", "heading", "body"}]
        for quantity in self.quantities:
            here = self.sentence(quantity.start)
            if here and (not asserting or any(a <= quantity.start < b for a, b in asserting)):
                inside[here.number].append(quantity)
        return [(self.sentences[n], tuple(found)) for n, found in sorted(inside.items())]

    @cached_property
    def day(self) -> date | None:
        """The day of the article, where it is dated."""
        return first_day(self.document.doc_date)

    @cached_property
    def not_before(self) -> date | None:
        """The earliest day it can be of: its own, else that of the latest event that it mentions."""
        return self.day or first_day(self.document.not_before)


@dataclass(frozen=True, eq=False)
class Fact:
    """One amount that one claim states: `loose` (a fair editor's reading) holds `tight` (the words)."""

    said: Said
    loose: Interval
    tight: Interval
    unit: str
    sentence: Sentence
    title: bool
    doubtful: bool  # a role filled from elsewhere, although the sentence names somebody else

    @property
    def claim(self) -> Claim:
        """The claim itself."""
        return self.said.claim

    @property
    def sure(self) -> bool:
        """Read well enough to contradict another claim."""
        return not self.doubtful and self.claim.confidence >= (_SURE_TITLE if self.title else _SURE)

    @property
    def fair(self) -> bool:
        """Read well enough to be computed with."""
        return not self.doubtful and self.claim.confidence >= _FAIR

    @property
    def doc(self) -> str:
        """The article's text: two articles may share a name."""
        return self.claim.text_sha256

    @property
    def at(self) -> int:
        """Where the amount stands in its article."""
        return self.claim.amount.start if self.claim.amount else 0

    @property
    def stated(self) -> Decimal:
        """The value, floor or ceiling in the words."""
        assert self.said.measure is not None  # a fact has an amount
        return self.said.measure.stated * (Decimal("0.01") if self.unit == "1" else 1)

    @property
    def hedge(self) -> str:
        """The claim's hedge."""
        assert self.claim.amount is not None
        return self.claim.amount.hedge

    @cached_property
    def standing(self) -> str | None:
        """What it may be compared with (the values of STANDING); None for what is imagined, denied or ended."""
        claim = self.claim
        if claim.polarity == "negative" or claim.modality == "hypothetical":
            return None
        if claim.type in {"capacity_commitment", "supply_agreement"} and claim.status == "completed":
            return "agreed"
        if claim.status == "planned" and "announced" in claim.flags:
            return "agreed"
        return STANDING.get(claim.status)

    def words(self) -> list[Words]:
        """Every mention as evidence, the best first."""
        spans = [e for e in self.claim.evidence if e.kind == "sentence"]
        said = [Words(self.claim.doc_id, e.start, e.end, e.text) for e in spans]
        return said or [Words(self.claim.doc_id, None, None, self.claim.evidence[0].note)]


@dataclass(frozen=True)
class Facts:
    """All that is compared: the facts in order, the papers by the hash of their text, and who owns whom."""

    all: tuple[Fact, ...]
    papers: Mapping[str, Paper]
    parties: Mapping[str, Party] = field(default_factory=dict)

    def of(self, kind: str, doc: str | None = None, **roles: str) -> list[Fact]:
        """The facts of one claim type, of one article, whose roles have these names, alone in their role."""
        keys = [(kind, role, name) for role, name in roles.items()] + ([(kind, "", doc)] if doc else [])
        shortest = min((self._piles.get(key, []) for key in keys or [(kind, "", "")]), key=len)
        fits = (f for f in shortest if doc is None or f.doc == doc)
        return [f for f in fits if all(f.claim.roles.get(role) == (name,) for role, name in roles.items())]

    def top(self, name: str | None) -> str | None:
        """The owner at the top of a party's chain."""
        seen = {name}
        while name and name in self.parties and (owner := self.parties[name].owner) and owner not in seen:
            seen.add(name := owner)
        return name

    def together(self, a: Fact, b: Fact) -> bool:
        """One article, or two of about one day, or two that tell one story."""
        if a.doc == b.doc:
            return True
        one, other = self.day(a), self.day(b)
        if one and other:
            return abs((one - other).days) <= NEAR_DAYS
        floors = [self.papers[f.doc].not_before if f.doc in self.papers else None for f in (a, b)]
        if any(
            day and floor and (floor - day).days > NEAR_DAYS
            for day, floor in zip((one, other), floors[::-1], strict=True)
        ):
            return False
        return frozenset((a.doc, b.doc)) in self._stories

    def day(self, fact: Fact) -> date | None:
        """The day of a fact's article, as far as it is known."""
        return self.papers[fact.doc].day if fact.doc in self.papers else first_day(fact.claim.evidence[0].date)

    def beside(self, fact: Fact) -> list[Fact]:
        """The facts of a fact's sentence, itself among them."""
        return self._by_sentence[fact.doc, fact.sentence.start]

    def named_in(self, doc: str, sentence: Sentence) -> tuple[str, ...]:
        """Whom the claims of one sentence speak of."""
        own = self._by_sentence.get((doc, sentence.start), [])
        return tuple(dict.fromkeys(name for f in own for name in f.claim.parties))

    @cached_property
    def _piles(self) -> dict[tuple[str, str, str], list[Fact]]:
        """By type alone, by type and article, by type, role and the one name in it."""
        found: dict[tuple[str, str, str], list[Fact]] = defaultdict(list)
        for fact in self.all:
            named = [(role, names[0]) for role, names in fact.claim.roles.items() if len(names) == 1]
            for role, name in (("", ""), ("", fact.doc), *named):
                found[fact.claim.type, role, name].append(fact)
        return found

    @cached_property
    def _by_sentence(self) -> dict[tuple[str, int], list[Fact]]:
        found: dict[tuple[str, int], list[Fact]] = defaultdict(list)
        for fact in self.all:
            found[fact.doc, fact.sentence.start].append(fact)
        return found

    @cached_property
    def _stories(self) -> frozenset[frozenset[str]]:
        """Pairs of articles that report one deal at one stage with amounts that agree."""
        groups: dict[tuple[object, ...], list[Fact]] = defaultdict(list)
        for fact in self.all:
            if fact.claim.type in {"investment", "funding_round"} and fact.standing in {"mooted", "done"}:
                groups[fact.claim.type, tuple(sorted(fact.claim.parties)), fact.standing, fact.unit].append(fact)
        return frozenset(
            frozenset((a.doc, b.doc))
            for group in groups.values()
            for a in group
            for b in group
            if len(a.claim.parties) > 1 or a.claim.type == "funding_round"
            if a.doc != b.doc and a.loose.meet(b.loose) and a.hedge != "order_of_magnitude" != b.hedge
        )


def facts(claims: Iterable[Claim], papers: Sequence[Paper] = (), parties: Mapping[str, Party] | None = None) -> Facts:
    """The claims that state an amount, as facts in order of article and place. Amounts that are no interval are left
    out: whoever reads them reports those.
    """
    by_text = {paper.document.text_sha256: paper for paper in papers}
    by_name = {paper.document.doc_id: paper.document for paper in papers}
    claims = list(claims)
    scene = _Scene(by_text, by_name, parties or {}, claims)
    found = [f for claim in claims if (f := _fact(claim, scene))]
    found.sort(key=lambda f: (f.claim.doc_id, f.doc, f.sentence.start, f.at, f.said.id))
    return Facts(tuple(found), by_text, parties or {})


class _Scene:
    """What a claim is read beside: its article, and who else the article's claims speak of."""

    def __init__(
        self,
        papers: Mapping[str, Paper],
        documents: Mapping[str, Document],
        parties: Mapping[str, Party],
        claims: Sequence[Claim],
    ) -> None:
        self.papers, self.documents = papers, documents
        self.places = {id(claim): _place(claim, papers.get(claim.text_sha256)) for claim in claims}
        self._names: dict[str, set[str]] = defaultdict(set)
        self._fills: dict[tuple[str, int, str], set[str]] = defaultdict(set)
        for claim in claims:
            for role, written in claim.roles_as_written.items():
                known = zip(written, claim.roles.get(role, written), strict=False)
                names = {w for w, name in known if name not in parties or parties[name].kind not in NEVER_PAY}
                self._names[claim.text_sha256] |= names
                self._fills[claim.text_sha256, self.places[id(claim)].start, role] |= names

    def doubtful(self, claim: Claim) -> bool:
        """A role filled from elsewhere although the sentence names another party, and not one beside those it names."""
        sentence = self.places[id(claim)]
        own = {n for written in claim.roles_as_written.values() for n in written}
        if all(n in sentence.text for n in own):
            return False
        others = {n for n in self._names[claim.text_sha256] if n not in own and n in sentence.text}
        beside = {
            n
            for role, written in claim.roles_as_written.items()
            if all(w in sentence.text for w in written)
            for n in self._fills[claim.text_sha256, sentence.start, role]
        }
        return any(not any(n in o or o in n for o in own) for n in others - beside)


def _fact(claim: Claim, scene: _Scene) -> Fact | None:
    papers = scene.papers
    try:
        each = said(claim.claim_id, Ruled(claim), scene.documents)
        if each.measure is None or claim.amount is None:
            return None
        loose, tight = _intervals(claim.amount, each.measure.currency)
    except (ValueError, ArithmeticError, LookupError):
        return None
    title = each.titled or _heading(claim, papers)
    unit = _unit(claim, claim.amount, each.measure.currency)
    return Fact(each, loose, tight, unit, scene.places[id(claim)], title, doubtful=scene.doubtful(claim))


def _intervals(amount: Quantity, currency: str | None) -> tuple[Interval, Interval]:
    """Loose and tight, in full units, shares of 1 for percent, gigawatts for power."""
    one = next(q for q in (amount, *amount.equivalents) if q.currency == currency)
    factor = {"percent": "0.01", "MW": "1e-3", "kW": "1e-6"}.get(one.unit, "1")
    return one.loose().scaled(Decimal(factor)), one.tight().scaled(Decimal(factor))


def _unit(claim: Claim, amount: Quantity, currency: str | None) -> str:
    rate = _PER.get(amount.per or "", "")
    if amount.unit == "money":
        yearly = claim.valid_time is not None and claim.valid_time.duration == "P1Y"
        if (
            claim.amount_scope == "annual"
            or (claim.metric in _FLOWS and yearly)
            or claim.metric == "annualized_revenue"
        ):
            rate = rate or "/yr"
        return f"{currency or 'money'}{rate}"
    return {"percent": "1", "multiple": "x", "MW": "GW", "kW": "GW"}.get(amount.unit, amount.unit) + rate


def _place(claim: Claim, paper: Paper | None) -> Sentence:
    best = claim.evidence[0]
    start = claim.amount.start if paper and claim.amount else best.start
    found = paper.sentence(start) if paper and start is not None and best.start is not None else None
    return found or Sentence(claim.doc_id, best.start or 0, best.end or 0, best.text or best.note or "")


def _heading(claim: Claim, papers: Mapping[str, Paper]) -> bool:
    paper, at = papers.get(claim.text_sha256), claim.evidence[0].start
    if paper is None or at is None:
        return False
    return any(s.kind in {"title", "heading"} and s.start <= at < s.end for s in paper.document.segments)
