"""Claims in one line: amounts in billions of US dollars, as a paper would hedge them."""

from __future__ import annotations

import json
import re
from datetime import date
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any

from counterflow.model.book import Ruled
from counterflow.model.claim import (
    Attribution,
    Claim,
    Decision,
    EventDate,
    Evidence,
    Quantity,
    Term,
    ValidTime,
)
from counterflow.reconcile.anchors import Placed, anchor
from counterflow.reconcile.said import Said, said

BILLION = Decimal(10) ** 9
_SCALES = {"billion": BILLION, "b": BILLION, "million": Decimal(10) ** 6, "trillion": Decimal(10) ** 12}
_HEDGES = {
    "": "exact",
    "about": "approximately",
    "at least": "at_least",
    "over": "more_than",
    "up to": "up_to",
    "under": "less_than",
}


def amount(words: str | None, *, unit: str = "money", per: str | None = None, currency: str = "USD") -> Quantity | None:
    """ "about 38" is about 38 billion US dollars, "3-4" a range; another unit takes the number as it stands."""
    if words is None:
        return None
    hedge, first, last = re.fullmatch(r"([a-z ]*?) ?([\d.]+)(?:-([\d.]+))?", words).groups()
    qualifier = "range" if last else _HEDGES[hedge]
    scale = BILLION if unit == "money" else Decimal(1)
    low, high = Decimal(first) * scale, Decimal(last or first) * scale
    return Quantity(
        None if qualifier in {"up_to", "less_than"} else low,
        None if qualifier in {"at_least", "more_than"} else high,
        currency if unit == "money" else None,
        unit,
        per,
        qualifier,
        words,
        0,
        len(words),
        hedge=qualifier,
        digits=(first, last) if last else (first,),
        scales=(scale, scale) if last else (scale,),
    )


def claim(
    kind: str,
    words: str | None = None,
    status: str = "signed",
    *,
    doc: str = "wire.txt",
    at: int = 0,
    quote: str | None = None,
    origin: str | None = None,
    event: str | EventDate | None = None,
    period: ValidTime | None = None,
    terms: dict[str, Any] | None = None,
    unit: str = "money",
    per: str | None = None,
    scope: str | None = None,
    basis: str | None = None,
    **rest: Any,
) -> Claim:
    """A claim of `kind` (its type); names of roles are given by keyword, lists of names as tuples."""
    roles = {role: rest.pop(role) for role in list(rest) if role not in Claim.__dataclass_fields__}
    named = {role: (names,) if isinstance(names, str) else tuple(names) for role, names in roles.items()}
    text = quote or f"{kind} {words} {status} {sorted(named.items())}"
    return Claim(
        type=kind,
        roles=named,
        roles_as_written=rest.pop("roles_as_written", named),
        status=status,
        evidence=(Evidence("sentence", at, at + len(text), text),),
        text_sha256=sha256(doc.encode()).hexdigest(),
        doc_id=doc,
        amount=amount(words, unit=unit, per=per),
        amount_scope=scope,
        valuation_basis=basis,
        attribution=Attribution((origin,) if origin else (), origin),
        event_date=EventDate(event, event, "day") if isinstance(event, str) else event,
        valid_time=period,
        terms={name: (Term(value),) for name, value in (terms or {}).items()},
        **rest,
    )


def cheque(words: str | None, status: str = "completed", **rest: Any) -> Claim:
    """Eastmarch invests in Dovecote AI."""
    return claim("investment", words, status, **{"investor": "Eastmarch", "investee": "Dovecote AI"} | rest)


def contract(words: str | None, status: str = "signed", **rest: Any) -> Claim:
    """Dovecote AI buys capacity from Bramble Cloud."""
    return claim(
        "capacity_commitment", words, status, **{"customer": "Dovecote AI", "supplier": "Bramble Cloud"} | rest
    )


def placed(one: Claim, public: str | None = None, basis: str = "document") -> Placed:
    """The claim where its document lies; without a day only its recording is known."""
    day = date.fromisoformat(public) if public else None
    return Placed(one, f"text:{one.text_sha256}", "2026-11-22T12:00:00Z", day, basis if day else "recorded")


def heard(one: Claim, public: str | None = None, state: str = "proposed") -> Said:
    """The claim as it is compared."""
    own = placed(one, public)
    return said(one.claim_id, Ruled(one, state, own.public, own.public_basis), {})


def ruling(action: str, one: Claim, when: str = "2026-11-01T09:00:00Z", **changes: Any) -> Decision:
    """A person's word on a claim, as a review would record it."""
    place = anchor(one, f"text:{one.text_sha256}")
    return Decision(action, one.claim_id, "Ada", when, "seen the filing", place, changes, one.to_json())


def naming(action: str, name: str, into: str | None = None, when: str = "2026-11-01T09:00:00Z") -> Decision:
    """A person's word on a party's name."""
    return Decision(action, name, "Ada", when, "one firm", changes={"into": into} if into else {})


def undo(decision: Decision, when: str = "2026-11-02T09:00:00Z") -> Decision:
    """Takes a decision back."""
    return Decision("undo", decision.decision_id, "Ada", when, "too early")


def gold() -> list[Claim]:
    """The gold claims of the five articles, as an extractor would hand them over; amounts keep their writing."""
    path = Path(__file__).parents[1] / "cases" / "claims_seeds.json"
    documents = json.loads(path.read_text(encoding="utf-8"))["documents"]
    return [_gold(row, document["doc_id"]) for document in documents for row in document["claims"]]


def _gold(row: dict[str, Any], doc_id: str) -> Claim:
    spans = [{"start": e["start"], "end": e["end"], "text": f"{doc_id} {e['start']}"} for e in row["evidence"]]
    known = {
        "type",
        "roles",
        "status",
        "amount_scope",
        "valuation_basis",
        "metric",
        "product",
        "polarity",
        "valid_time",
    }
    body = {key: value for key, value in row.items() if key in known} | {"evidence": spans, "doc_id": doc_id}
    body |= {
        "attribution": row.get("attribution"),
        "confidence": 0.9,
        "text_sha256": sha256(doc_id.encode()).hexdigest(),
    }
    body["event_date"] = row.get("event_date")
    body["flags"] = ["title"] if row.get("note") == "title" else []
    body["amount"] = row["amount"] and row["amount"] | _writing(row["amount"])
    return Claim.from_json(body)


def _writing(amount: dict[str, Any]) -> dict[str, Any]:
    """Digits and scale of a plain phrase such as "$38 billion"; other phrases keep the bare words' interval."""
    found = re.fullmatch(r"\D*?([\d.]+) ?(billion|million|trillion|b)?\W*", amount["text"].casefold())
    if not found or amount["unit"] != "money" or amount["qualifier"] == "order_of_magnitude":
        return {}
    return {"digits": [found[1]], "scales": [str(_SCALES.get(found[2], 1))]}
