"""What a check hands back: issues, each with the quantities of one relation and the sentences they stand in."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from hashlib import sha256
from typing import Any, Final, NamedTuple

from counterflow.model.claim import compact, plain
from counterflow.model.money import ZERO, Interval

SEVERITY: Final = {"contradiction": "hard", "tension": "soft", "status_conflict": "soft"}  # all else: info
SEVERITIES: Final = ("hard", "soft", "info")
MOST_QUANTITIES: Final = 16


class Measured(NamedTuple):
    """A named quantity: `interval` is the loose one, in full units of `unit` (USD, USD/yr, 1, x, GW, day, TWD/USD)."""

    name: str
    interval: Interval
    unit: str

    def to_json(self) -> dict[str, Any]:
        """`{"name", "low", "high", "unit"}`, an open end null."""
        return {
            "name": self.name,
            "low": plain(self.interval.low),
            "high": plain(self.interval.high),
            "unit": self.unit,
        }


class Words(NamedTuple):
    """A place in an article: offsets in code points, None where the evidence is a reference; `line` counts from 1."""

    article: str
    start: int | None
    end: int | None
    text: str | None
    line: int | None = None

    def to_json(self) -> dict[str, Any]:
        """`{"article", "start", "end", "text"}`."""
        return {"article": self.article, "start": self.start, "end": self.end, "text": self.text}


@dataclass(frozen=True, slots=True)
class Issue:
    """One finding: a relation that does not hold, holds, or tells a number that nobody stated.

    `article` is the one whose claim the cheapest repair would drop, else that of the first evidence. `quantities` are
    those of one instance of the relation, the contested one first, at most MOST_QUANTITIES.
    """

    kind: str
    article: str
    relation: str
    parties: tuple[str, ...]
    quantities: tuple[Measured, ...]
    message: str
    evidence: tuple[Words, ...]
    repair: str

    @property
    def id(self) -> str:
        """First 12 hex digits of SHA-256 over what is found and where, not over how it is worded."""
        found = [
            self.kind,
            self.relation,
            sorted(self.parties),
            [q.to_json() for q in self.quantities],
            sorted([w.article, w.start or 0, w.end or 0] for w in self.evidence),
        ]
        return sha256(compact(found).encode("utf-8", "surrogatepass")).hexdigest()[:12]

    @property
    def severity(self) -> str:
        """One of SEVERITIES, by the kind."""
        return SEVERITY.get(self.kind, "info")

    @property
    def size(self) -> Decimal:
        """The largest end in US dollars (a rate as of one period); 0 where there is none."""
        money = [q.interval for q in self.quantities if q.unit.partition("/")[0] == "USD"]
        return max((end for i in money for end in (i.low, i.high) if end is not None), default=ZERO)

    def to_json(self) -> dict[str, Any]:
        """The JSON contract of an issue (`check --json`)."""
        return {
            "id": self.id,
            "kind": self.kind,
            "article": self.article,
            "relation": self.relation,
            "parties": list(self.parties),
            "quantities": [q.to_json() for q in self.quantities],
            "message": self.message,
            "evidence": [w.to_json() for w in self.evidence],
            "repair": self.repair,
            "severity": self.severity,
        }


def in_order(issues: list[Issue]) -> list[Issue]:
    """Hard, soft, info; within each by size, the largest first. One finding of several articles stands once."""
    once: dict[tuple[object, ...], Issue] = {}
    for issue in issues:
        key = (
            issue.kind,
            issue.relation,
            frozenset(issue.parties),
            tuple((q.interval, q.unit) for q in issue.quantities),
        )
        first = once.get(key)
        once[key] = replace(first, evidence=_joined(first.evidence, issue.evidence)) if first else issue
    return sorted(once.values(), key=lambda i: (SEVERITIES.index(i.severity), -i.size, i.kind, i.relation, i.id))


def _joined(first: tuple[Words, ...], second: tuple[Words, ...]) -> tuple[Words, ...]:
    known = {(w.article, w.start, w.end) for w in first}
    return (*first, *(w for w in second if (w.article, w.start, w.end) not in known))[:MOST_QUANTITIES]
