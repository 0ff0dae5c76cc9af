"""The book's lists as tables: claims, deals, parties, sources, problems. Units stand in the column names."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from counterflow.model.book import Book, Deal, Ruled
from counterflow.model.claim import ROLES, Claim, plain
from counterflow.show import words

if TYPE_CHECKING:
    import polars as pl

_TEXT: Final = "String"
_NUMBER: Final = "Float64"


def table(book: Book, what: str) -> pl.DataFrame:
    """One of `LISTS` as a frame, sorted so that the same book gives the same rows."""
    import polars as pl

    columns, rows = LISTS[what]
    schema = {name: getattr(pl, kind) for name, kind in columns.items()}
    return pl.DataFrame(rows(book), schema=schema, orient="row")


def _claims(book: Book) -> list[tuple[Any, ...]]:
    ordered = sorted(book.claims.items(), key=lambda c: (c[1].claim.doc_id, c[1].claim.evidence[0].start or 0, c[0]))
    return [_claim(*each) for each in ordered]


def _claim(claim_id: str, ruled: Ruled) -> tuple[Any, ...]:
    said, amount = ruled.claim, ruled.claim.amount
    evidence = said.evidence[0]
    return (
        claim_id,
        said.type,
        "; ".join(f"{role}: {', '.join(said.roles[role])}" for role in _ordered(said)),
        words.quantity(amount),
        _float(amount and amount.low),
        _float(amount and amount.high),
        amount and amount.currency,
        amount and amount.unit,
        said.status,
        ruled.state,
        said.confidence,
        ruled.counts,
        ruled.public and ruled.public.isoformat(),
        evidence.kind,
        said.doc_id,
        evidence.start,
        evidence.end,
        evidence.text or evidence.note,
    )


def _ordered(said: Claim) -> list[str]:
    """The roles a claim fills, who pays or holds first."""
    core, optional = ROLES.get(said.type, ((), ()))
    return [role for role in (*core, *optional) if role in said.roles]


def _deals(book: Book) -> list[tuple[Any, ...]]:
    return [_deal(deal) for deal in book.deals]


def _deal(deal: Deal) -> tuple[Any, ...]:
    amount = deal.amount
    return (
        deal.deal_id,
        deal.payer,
        deal.payee or "unnamed suppliers",
        deal.family,
        deal.stage,
        deal.money_class,
        words.estimate(amount),
        _float(amount and amount.central),
        _float(amount and amount.interval.low),
        _float(amount and amount.interval.high),
        amount and amount.currency,
        amount and amount.unit,
        deal.start and deal.start.isoformat(),
        _float(deal.years),
        len(amount.claims_for) if amount else 0,
        len(amount.claims_against) if amount else 0,
        amount and amount.reason,
        list(deal.claims),
    )


def _parties(book: Book) -> list[tuple[Any, ...]]:
    spoken = {name for ruled in book.claims.values() for name in ruled.claim.parties}
    return [
        (
            p.name,
            p.kind,
            p.owner,
            p.ticker,
            p.country,
            "; ".join(p.aliases),
            "; ".join(map(str, book.alike.get(p.name, ()))),
            sum(p.name in r.claim.parties for r in book.claims.values()),
            sum(p.name in {d.payer, d.payee} for d in book.deals),
        )
        for p in sorted(book.parties.values(), key=lambda p: p.name)
        if p.name in spoken
    ]


def _sources(book: Book) -> list[tuple[Any, ...]]:
    """Documents first, then what stands outside the book: each page that claims refer to."""
    return [*_documents(book), *_references(book)]


def _references(book: Book) -> list[tuple[Any, ...]]:
    best = [ruled.claim.evidence[0] for ruled in book.claims.values()]
    pages = Counter((e.source or "", e.date or "", e.address or "") for e in best if e.kind == "reference")
    return [
        (source, "reference", None, date or None, None, None, claims, None, None, address or None)
        for (source, date, address), claims in sorted(pages.items())
    ]


def _documents(book: Book) -> list[tuple[Any, ...]]:
    return [
        (
            d.doc_id,
            "document",
            d.title,
            d.doc_date,
            d.doc_date_source,
            None if d.left_out else len(d.text),
            sum(r.claim.doc_id == d.doc_id and r.claim.text_sha256 == d.text_sha256 for r in book.claims.values()),
            d.duplicate_of,
            d.syndicated_from,
            d.address,
        )
        for d in sorted(book.documents.values(), key=lambda d: (d.doc_id, d.text_sha256))
    ]


def _problems(book: Book) -> list[tuple[Any, ...]]:
    return [(p.where, p.what, p.remedy) for p in book.problems]


def _float(value: Any) -> float | None:
    number = plain(value) if value is not None else None
    return None if number is None or abs(number) > sys.float_info.max else float(number)


LISTS: Final[dict[str, tuple[dict[str, str], Callable[[Book], list[tuple[Any, ...]]]]]] = {
    "claims": (
        dict.fromkeys(("claim_id", "type", "roles", "amount"), _TEXT)
        | dict.fromkeys(("low", "high"), _NUMBER)
        | dict.fromkeys(("currency", "unit", "status", "state"), _TEXT)
        | {"confidence": _NUMBER, "counts": "Boolean", "public": _TEXT, "evidence_kind": _TEXT, "source_id": _TEXT}
        | {"start": "Int64", "end": "Int64", "quote": _TEXT},
        _claims,
    ),
    "deals": (
        dict.fromkeys(("deal_id", "payer", "payee", "family", "stage", "class", "amount"), _TEXT)
        | dict.fromkeys(("central", "low", "high"), _NUMBER)
        | dict.fromkeys(("currency", "unit", "start"), _TEXT)
        | {"years": _NUMBER, "claims_for": "Int64", "claims_against": "Int64", "reason": _TEXT, "claims": "List"},
        _deals,
    ),
    "parties": (
        dict.fromkeys(("party", "kind", "owner", "ticker", "country", "aliases", "alike"), _TEXT)
        | {"claims": "Int64", "deals": "Int64"},
        _parties,
    ),
    "sources": (
        dict.fromkeys(("source_id", "kind", "title", "doc_date", "doc_date_source"), _TEXT)
        | {"characters": "Int64", "claims": "Int64"}
        | dict.fromkeys(("duplicate_of", "syndicated_from", "address"), _TEXT),
        _sources,
    ),
    "problems": (dict.fromkeys(("where", "what", "remedy"), _TEXT), _problems),
}
