"""What a figure ends at: the sentence that says it, a reference to a source not held, or a named assumption."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Final, NamedTuple

from counterflow.model.book import Book, Ruled
from counterflow.model.claim import Claim, Evidence
from counterflow.model.source import Document
from counterflow.show import words
from counterflow.show.pages import anchor, outside
from counterflow.show.report.trail import place_of

_MOST_SHOWN: Final = 420  # characters of one quote; what is cut away is marked


class Quote(NamedTuple):
    """One piece of evidence. A sentence: its words before, in and after the amount; else what is known of its source.

    `source` is who published it, or the name and value of an assumption; `note` is our own.
    """

    kind: str
    before: str = ""
    amount: str = ""
    after: str = ""
    source: str = ""
    note: str = ""
    date: str = ""
    address: str | None = None
    who: str = ""  # the person who stated it


class Block(NamedTuple):
    """All that stands behind one claim."""

    to: str
    said: str
    state: str
    quotes: tuple[Quote, ...]
    beside: str  # where the amount stands outside the quoted words: its own words


class Source(NamedTuple):
    """A document with what is quoted of it; or what rests on no document."""

    to: str
    title: str
    date: str
    address: str | None
    apart: bool  # no document: references or assumptions
    blocks: tuple[Block, ...]


class Other(NamedTuple):
    """A document of which nothing is quoted."""

    title: str
    date: str


_STANDS_APART: Final = {"reference": "Sources outside this book", "assumption": "Assumptions that people made"}


def sources(book: Book, cited: set[str]) -> list[Source]:
    """Every claim that the page leads to, under the document it was read in."""
    papers = _papers(book)
    groups: dict[tuple[str, str], list[str]] = defaultdict(list)
    for claim_id in sorted(cited & book.claims.keys()):
        claim = book.claims[claim_id].claim
        apart = _STANDS_APART.get(claim.evidence[0].kind)
        groups[("~" + apart, "") if apart else (claim.doc_id, claim.text_sha256)].append(claim_id)
    return [_source(name, papers.get(name), [(c, book.claims[c]) for c in ids]) for name, ids in sorted(groups.items())]


def others(book: Book, cited: set[str]) -> list[Other]:
    """The documents of which nothing is quoted."""
    quoted = {book.claims[c].claim.doc_id for c in cited & book.claims.keys()}
    found = sorted((d for d in book.documents.values() if d.doc_id not in quoted), key=lambda d: d.doc_id)
    return [Other(d.title or d.doc_id, _dated(d)) for d in found]


def _papers(book: Book) -> dict[tuple[str, str], Document]:
    return {(d.doc_id, d.text_sha256): d for d in book.documents.values()}


def _source(name: tuple[str, str], paper: Document | None, claims: Iterable[tuple[str, Ruled]]) -> Source:
    ordered = sorted(claims, key=lambda c: _in_order(c[1].claim.evidence[0], c[0]))
    blocks = tuple(_block(claim_id, ruled, paper) for claim_id, ruled in ordered)
    if paper is None:
        return Source(
            anchor("source", *name), name[0].removeprefix("~"), "", outside(name[0]), name[0].startswith("~"), blocks
        )
    title = paper.title or paper.doc_id
    return Source(anchor("source", *name), title, _dated(paper), outside(paper.address), False, blocks)


def _in_order(evidence: Evidence, claim_id: str) -> tuple[int, str, str, str]:
    """Sentences as their document has them; what stands outside by who published it, then by its date."""
    published = evidence.source or evidence.name or ""
    return evidence.start or 0, published.lower(), evidence.date or "", claim_id


def _dated(paper: Document) -> str:
    if paper.doc_date:
        return f"{paper.doc_date} ({paper.doc_date_source})" if paper.doc_date_source else paper.doc_date
    return f"undated, not before {paper.not_before}" if paper.not_before else "undated"


def _block(claim_id: str, ruled: Ruled, paper: Document | None) -> Block:
    claim = ruled.claim
    quotes = tuple(_quote(e, claim) for e in claim.evidence)
    edited = "; edited by a person, so its words say something else" if claim.claim_id != claim_id else ""
    sure = f", confidence {claim.confidence:g}" if ruled.state == "proposed" else ""
    return Block(
        to=place_of(claim_id),
        said=words.claim(claim),
        state=f"{ruled.state}{sure}{edited}; public {ruled.public or 'at no known day'}",
        quotes=quotes,
        beside="" if any(q.amount for q in quotes) else _elsewhere(claim, paper),
    )


def _elsewhere(claim: Claim, paper: Document | None) -> str:
    """The amount's own words, where the quoted ones do not hold them."""
    amount = claim.amount
    if claim.evidence[0].kind != "sentence" or amount is None:
        return ""
    held = paper.text[amount.start : amount.end] if paper else ""
    return held or amount.text


def _quote(evidence: Evidence, claim: Claim) -> Quote:
    if evidence.kind == "sentence":
        return Quote("sentence", *_parted(evidence, claim))
    by, _, person = claim.extractor.partition("/")
    name = ". ".join(filter(None, (evidence.name, evidence.source))) or "without a name"
    return Quote(
        evidence.kind,
        source=name if evidence.kind == "reference" else f"{name}: {words.quantity(claim.amount)}",
        note=". ".join(filter(None, (evidence.note, evidence.text))),
        date=evidence.date or "",
        address=outside(evidence.address),
        who=person if by == "person" else "",
    )


def _parted(evidence: Evidence, claim: Claim) -> tuple[str, str, str]:
    """A sentence's words before, in and after the amount, cut where it is long."""
    text = evidence.text or ""
    begin, end = _amount_in(text, evidence, claim)
    room = max(_MOST_SHOWN - (end - begin), 0)
    before, after = text[:begin], text[end:]
    ahead = min(len(before), max(room // 2, room - len(after)))
    behind = room - ahead
    if len(before) > ahead:
        before = "[…] " + before[len(before) - ahead :].partition(" ")[2]
    if len(after) > behind:
        after = after[:behind].rpartition(" ")[0] + " […]"
    return before, text[begin:end], after


def _amount_in(text: str, evidence: Evidence, claim: Claim) -> tuple[int, int]:
    """Where the amount stands in a sentence; an empty range at its start where it does not."""
    amount = claim.amount
    if amount is None or not amount.text:
        return 0, 0
    at = amount.start - (evidence.start or 0)
    if at < 0 or text[at : at + len(amount.text)] != amount.text:
        at = text.find(amount.text)
    return (at, at + len(amount.text)) if at >= 0 else (0, 0)
