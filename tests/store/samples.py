"""Small invented articles, claims and rulings for the tests of the store."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from decimal import Decimal
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from counterflow.model.claim import Anchor, Claim, Decision, Evidence, Quantity
from counterflow.model.source import Document, Segment

if TYPE_CHECKING:
    from pathlib import Path

T0 = "2026-01-01T00:00:00Z"
T1 = "2026-03-05T08:00:00Z"
T2 = "2026-03-06T08:00:00Z"
T3 = "2026-03-07T08:00:00Z"


def article(*billions: int, name: str = "wire.txt", **known: Any) -> Document:
    """One sentence for each sum: "Eastmarch will put $5 billion into Dovecote."."""
    text = "\n".join(f"Eastmarch will put ${n} billion into Dovecote." for n in billions)
    return Document(name, text, segments=(Segment("body", 0, len(text)),), **known)


def claims_of(document: Document, extractor: str = "rules/0.1") -> list[Claim]:
    """One planned investment for each sentence of an `article`."""
    found, start = [], 0
    for line in document.text.split("\n"):
        found.append(_claim(document, start, line.removesuffix("."), extractor))
        start += len(line) + 1
    return found


def told(note: str, date: str | None, kind: str = "reference") -> Claim:
    """A claim that stands on a source outside the book."""
    roles = {"company": ("Dovecote",)}
    evidence = Evidence(kind, source="The Bulletin", address="https://bulletin.example/1", date=date, note=note)
    return Claim(
        type="valuation",
        roles=roles,
        roles_as_written=roles,
        status="signed",
        evidence=(evidence,),
        text_sha256=sha256(note.encode()).hexdigest(),
        doc_id="The Bulletin",
        extractor="person/Ada",
    )


def ruling(action: str, target: str, when: str = T2, **more: Any) -> Decision:
    """What Ada ruled."""
    return Decision(action, target, "Ada", when, "it says so", **more)


def anchored(claim: Claim, document: Document) -> Decision:
    """An acceptance of a claim, with all that binds it."""
    anchor = Anchor(document.lineage, claim.evidence[0].text or "", claim.frame)
    return ruling("accept", claim.claim_id, anchor=anchor, claim=claim.to_json())


def tables(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Every table but `events`, row by row."""
    with closing(sqlite3.connect(path)) as raw:
        names = [n for (n,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name != 'events'")]
        return {name: raw.execute(f"SELECT * FROM {name} ORDER BY seq").fetchall() for name in names}


def tamper(path: Path, *statements: str | tuple[str, tuple[Any, ...]]) -> None:
    """Change a book behind its back: first the triggers go, then the statements run."""
    with closing(sqlite3.connect(path)) as raw, raw:
        for (name,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            raw.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            raw.execute(*([statement] if isinstance(statement, str) else statement))


def _claim(document: Document, start: int, quote: str, extractor: str) -> Claim:
    roles = {"investor": ("Eastmarch",), "investee": ("Dovecote",)}
    at = start + quote.index("$")
    words = quote[quote.index("$") :].partition(" into")[0]
    digits = words.split()[0].removeprefix("$")
    value = Decimal(digits) * 10**9
    amount = Quantity(
        value,
        value,
        "USD",
        "money",
        None,
        "exact",
        words,
        at,
        at + len(words),
        digits=(digits,),
        scales=(Decimal(10**9),),
    )
    return Claim(
        type="investment",
        roles=roles,
        roles_as_written=roles,
        status="planned",
        evidence=(Evidence("sentence", start, start + len(quote), quote),),
        text_sha256=document.text_sha256,
        doc_id=document.doc_id,
        amount=amount,
        extractor=extractor,
        confidence=0.86,
    )
