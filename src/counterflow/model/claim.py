"""Claims (what one source says), their evidence, and the decisions people take on them."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha1, sha256
from typing import Any, Final, NamedTuple

from counterflow.model.quantity import Quantity as Quantity
from counterflow.model.quantity import plain as plain

# Core roles of each claim type first in the tuple's first part, optional ones in the second.
ROLES: Final[dict[str, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    "investment": (("investor", "investee"), ()),
    "valuation": (("company",), ()),
    "funding_round": (("issuer",), ("investor", "lead")),
    "stake": (("holder", "company"), ()),
    "capacity_commitment": (("customer", "supplier"), ()),
    "financial_metric": (("company",), ()),
    "chip_adoption": (("adopter", "vendor"), ()),
    "secondary_sale": (("issuer",), ("buyer", "seller")),
    "ipo": (("issuer",), ()),
    "debt": (("borrower", "lender"), ()),
    "acquisition": (("acquirer", "target"), ()),
    "grant": (("grantor", "recipient"), ()),
    "supply_agreement": (("customer", "supplier"), ()),
    "equity_warrant": (("holder", "issuer"), ()),
    "partnership": (("party",), ()),
    "licensing": (("licensor", "licensee"), ()),
    "fund_close": (("fund",), ("investor",)),
    "prepayment": (("payer", "payee"), ()),
    "litigation": (("plaintiff", "defendant"), ()),
    "lease": (("lessee", "lessor"), ()),
    "guarantee": (("guarantor", "beneficiary"), ()),
    "revenue_share": (("payer", "payee"), ()),
    "comparison": (("subject", "object", "what"), ()),
}
DEAL_STATUSES: Final = (
    "rumoured",
    "considering",
    "planned",
    "in_talks",
    "letter_of_intent",
    "signed",
    "completed",
    "terminated",
    "denied",
    "hypothetical",
)
FIGURE_STATUSES: Final = ("actual", "estimated", "forecast")
FIGURES: Final = frozenset({"financial_metric", "comparison"})  # types whose status is one of FIGURE_STATUSES
SCOPES: Final = ("new_money", "cumulative", "incremental", "contract_total", "tranche", "annual")
BASES: Final = (
    "pre_money",
    "post_money",
    "market_cap",
    "secondary_sale",
    "ipo",
    "implied_off_market",
    "market_cap_change",
    "enterprise_value",
    "unspecified",
)
METRICS: Final = (
    "revenue annualized_revenue revenue_multiple growth customer_share cash cash_burn operating_cash_flow ebitda eps "
    "net_loss net_income free_cash_flow capex expenses cost project_cost backlog debt loans_outstanding "
    "financing_commitments financing_available provision market_value valuation_change premium spread contracts "
    "capacity_added gpus other"
).split()
TERM_KEYS: Final = (
    "condition",
    "trigger",
    "consideration",
    "package",
    "take_or_pay",
    "rate",
    "maturity",
    "seniority",
    "security",
    "strike",
    "count",
    "exclusivity",
    "rank",
)


class Evidence(NamedTuple):
    """What a claim stands on.

    `sentence`: a span of the document; `reference`: a named source outside the book, with our own note; `assumption`:
    a name and who chose it. The last two have no span and no text of the source.
    """

    kind: str = "sentence"
    start: int | None = None
    end: int | None = None
    text: str | None = None
    source: str | None = None
    address: str | None = None
    date: str | None = None
    note: str | None = None
    name: str | None = None


class Attribution(NamedTuple):
    """Who says so: `chain` from the outermost teller to the innermost, `origin` the innermost named one."""

    chain: tuple[str, ...] = ()
    origin: str | None = None
    anonymous: bool = False


class ValidTime(NamedTuple):
    """The period an amount covers: ISO dates of any precision, ISO 8601 duration."""

    text: str
    start: str | None = None
    end: str | None = None
    duration: str | None = None


class EventDate(NamedTuple):
    """When it happened, as far as the text says; unknown digits of `value` are X."""

    text: str
    value: str | None = None
    precision: str | None = None
    anchor: str = "explicit"
    offset: str | None = None
    bound: str | None = None
    of: str | None = None


class Term(NamedTuple):
    """One value of a term (TERM_KEYS) with the words that say so."""

    value: Any
    text: str | None = None
    start: int | None = None
    end: int | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """One assertion, by one document, about one deal or figure. Its id hashes all it asserts."""

    type: str
    roles: Mapping[str, tuple[str, ...]]  # canonical names; a role the text does not fill is absent
    roles_as_written: Mapping[str, tuple[str, ...]]
    status: str
    evidence: tuple[Evidence, ...]  # at least one, the best first
    text_sha256: str  # of the document's text; for a reference or an assumption, of its note
    doc_id: str
    amount: Quantity | None = None
    amount_scope: str | None = None
    valuation_basis: str | None = None
    metric: str | None = None
    metric_text: str | None = None  # the source's own word, where `metric` is `other`
    product: str | None = None
    terms: Mapping[str, tuple[Term, ...]] = field(default_factory=dict)
    polarity: str = "positive"
    modality: str = "asserted"
    valid_time: ValidTime | None = None
    event_date: EventDate | None = None
    attribution: Attribution = Attribution()
    extractor: str = "rules/0.1"
    confidence: float = 1.0
    same_as: str | None = None
    rebutted_by: str | None = None
    corrects: str | None = None
    supersedes: str | None = None
    flags: tuple[str, ...] = ()

    @property
    def claim_id(self) -> str:
        """First 16 hex digits of SHA-1 over the compact JSON of what is asserted (docs/reference/claims.md)."""
        amount = self.amount and [
            plain(self.amount.low),
            plain(self.amount.high),
            self.amount.currency,
            self.amount.unit,
            self.amount.per,
        ]
        asserted = [
            self.type,
            {role: sorted(names) for role, names in self.roles_as_written.items()},
            amount,
            self.amount_scope,
            self.valuation_basis,
            self.metric,
            self.status,
            self.polarity,
            self.text_sha256,
            self.evidence[0].start,
        ]
        return sha1(compact(asserted).encode("utf-8", "surrogatepass"), usedforsecurity=False).hexdigest()[:16]

    @property
    def frame(self) -> str:
        """Type and the roles it fills, with how many names: "investment(investee:1,investor:2)"."""
        return f"{self.type}({','.join(f'{r}:{len(n)}' for r, n in sorted(self.roles.items()))})"

    @property
    def parties(self) -> tuple[str, ...]:
        """Every canonical name in any role, once, in role order."""
        return tuple(dict.fromkeys(name for names in self.roles.values() for name in names))

    def role(self, name: str) -> str | None:
        """The first canonical name in a role, or None."""
        return next(iter(self.roles.get(name, ())), None)

    def to_json(self) -> dict[str, Any]:
        """The JSON contract of a claim (what `read --json` prints and the store keeps)."""
        return {
            "claim_id": self.claim_id,
            "type": self.type,
            "roles": {r: list(n) for r, n in self.roles.items()},
            "roles_as_written": {r: list(n) for r, n in self.roles_as_written.items()},
            "amount": self.amount and self.amount.to_json(),
            "amount_scope": self.amount_scope,
            "valuation_basis": self.valuation_basis,
            "metric": self.metric,
            "metric_text": self.metric_text,
            "product": self.product,
            "status": self.status,
            "terms": {k: [t._asdict() for t in ts] for k, ts in self.terms.items()},
            "polarity": self.polarity,
            "modality": self.modality,
            "valid_time": self.valid_time and self.valid_time._asdict(),
            "event_date": self.event_date and self.event_date._asdict(),
            "attribution": self.attribution._asdict() | {"chain": list(self.attribution.chain)},
            "evidence": [_evidence_json(e) for e in self.evidence],
            "extractor": self.extractor,
            "confidence": self.confidence,
            "same_as": self.same_as,
            "rebutted_by": self.rebutted_by,
            "corrects": self.corrects,
            "supersedes": self.supersedes,
            "flags": list(self.flags),
            "doc_id": self.doc_id,
            "text_sha256": self.text_sha256,
        }

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> Claim:
        """Inverse of `to_json`; missing optional keys read as null."""
        tell = body.get("attribution") or {}
        return cls(
            type=body["type"],
            roles=_names(body["roles"]),
            roles_as_written=_names(body.get("roles_as_written") or body["roles"]),
            status=body["status"],
            evidence=tuple(Evidence(**e) for e in body["evidence"]),
            text_sha256=body["text_sha256"],
            doc_id=body["doc_id"],
            amount=Quantity.from_json(body["amount"]) if body.get("amount") else None,
            terms={k: tuple(Term(**t) for t in ts) for k, ts in (body.get("terms") or {}).items()},
            polarity=body.get("polarity") or "positive",
            modality=body.get("modality") or "asserted",
            valid_time=ValidTime(**body["valid_time"]) if body.get("valid_time") else None,
            event_date=EventDate(**body["event_date"]) if body.get("event_date") else None,
            attribution=Attribution(tuple(tell.get("chain", ())), tell.get("origin"), tell.get("anonymous", False)),
            flags=tuple(body.get("flags") or ()),
            extractor=body.get("extractor") or "rules/0.1",
            confidence=float(body.get("confidence", 1.0)),
            **{k: body.get(k) for k in _PLAIN_KEYS},
        )


_PLAIN_KEYS: Final = (
    "amount_scope",
    "valuation_basis",
    "metric",
    "metric_text",
    "product",
    "same_as",
    "rebutted_by",
    "corrects",
    "supersedes",
)


class Anchor(NamedTuple):
    """What a ruling binds to, so that it outlives every upgrade: where, which words, which frame."""

    lineage: str
    quote: str  # normalised: NFKC, quotes, dashes and spaces made alike
    frame: str


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person ruled. `target` is a claim id or a party's name; for `undo`, the id of the decision taken back."""

    action: str  # accept reject edit add merge split pin undo
    target: str
    who: str
    when: str  # ISO date and time, UTC
    because: str
    anchor: Anchor | None = None
    changes: Mapping[str, Any] = field(default_factory=dict)  # edit: field -> value; merge: {"into": name}
    claim: Mapping[str, Any] | None = None  # what the ruling saw (or, for `add`, made): a claim's JSON

    @property
    def decision_id(self) -> str:
        """First 12 hex digits of SHA-256 over all of it."""
        return sha256(compact(self._body()).encode("utf-8", "surrogatepass")).hexdigest()[:12]

    def _body(self) -> dict[str, Any]:
        return {
            "action": self.action,
            "target": self.target,
            "who": self.who,
            "when": self.when,
            "because": self.because,
            "anchor": self.anchor and list(self.anchor),
            "changes": dict(self.changes),
            "claim": None if self.claim is None else dict(self.claim),
        }

    def to_json(self) -> dict[str, Any]:
        """Everything, with its id."""
        return {"decision_id": self.decision_id} | self._body()

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> Decision:
        """Inverse of `to_json`."""
        kept = {k: v for k, v in body.items() if k not in {"decision_id", "anchor"}}
        return cls(**kept, anchor=Anchor(*body["anchor"]) if body.get("anchor") else None)


def statuses_of(claim_type: str) -> tuple[str, ...]:
    """The statuses that a claim of a type can have."""
    if claim_type in FIGURES:
        return FIGURE_STATUSES
    return (*DEAL_STATUSES, "testing") if claim_type == "chip_adoption" else DEAL_STATUSES


def normalised(quote: str) -> str:
    """A quote made comparable: NFKC; quotes, dashes and spaces alike."""
    text = unicodedata.normalize("NFKC", quote)
    text = re.sub(r"[‘’‚‛′`´]", "'", text)
    text = re.sub(r"[“”„‟″«»]", '"', text)
    return re.sub(r"\s+", " ", re.sub(r"[‐-―−]", "-", text)).strip()


def compact(value: Any) -> str:
    """Compact JSON: no spaces, keys sorted, non-ASCII as it is."""
    return json.dumps(value, separators=(",", ":"), sort_keys=True, ensure_ascii=False)


def _names(roles: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    return {role: tuple(names) for role, names in roles.items()}


def _evidence_json(evidence: Evidence) -> dict[str, Any]:
    always = {"kind": evidence.kind, "start": evidence.start, "end": evidence.end, "text": evidence.text}
    return always | {k: v for k, v in evidence._asdict().items() if v is not None}
