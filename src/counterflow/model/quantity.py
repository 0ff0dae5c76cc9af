"""Amounts as sources write them, with the writing from which their intervals widen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from counterflow.model.money import Interval


@dataclass(frozen=True, slots=True)
class Quantity:
    """An amount as a source writes it: `low`, `high` are the bare words (no width invented), an unstated end is None.

    Full units of `currency` for money; percentages as percent. `hedge`, `digits`, `scales` and `part` keep the writing,
    from which `loose()` and `tight()` widen when claims are compared.
    """

    low: Decimal | None
    high: Decimal | None
    currency: str | None
    unit: str
    per: str | None
    qualifier: str
    text: str  # with its hedge, verbatim
    start: int
    end: int
    hedge: str = "exact"
    digits: tuple[str, ...] = ()
    scales: tuple[Decimal, ...] = (Decimal(1),)
    part: Decimal = Decimal(1)  # "half of the $8 billion": 0.5
    equivalents: tuple[Quantity, ...] = ()

    def loose(self) -> Interval:
        """What a fair editor would let pass."""
        return self._interval(tight=False)

    def tight(self) -> Interval:
        """What the words say, to the last written digit."""
        return self._interval(tight=True)

    def _interval(self, *, tight: bool) -> Interval:
        if not self.digits:  # a person's or a row's value: the bare words are all there is
            return Interval(self.low, self.high)
        return Interval.of(self.hedge, self.digits, self.scales, tight=tight).scaled(self.part)

    def to_json(self) -> dict[str, Any]:
        """The JSON contract of an amount, with the writing kept beside it."""
        return {
            "low": plain(self.low),
            "high": plain(self.high),
            "currency": self.currency,
            "unit": self.unit,
            "per": self.per,
            "qualifier": self.qualifier,
            "text": self.text,
            "start": self.start,
            "end": self.end,
            "equivalents": [q.to_json() for q in self.equivalents],
            "hedge": self.hedge,
            "digits": list(self.digits),
            "scales": [str(s) for s in self.scales],
            "part": str(self.part),
        }

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> Quantity:
        """Inverse of `to_json`; missing optional keys read as their defaults."""
        return cls(
            low=_number(body.get("low")),
            high=_number(body.get("high")),
            currency=body.get("currency"),
            unit=body.get("unit") or "money",
            per=body.get("per"),
            qualifier=body.get("qualifier") or "exact",
            text=body.get("text") or "",
            start=body.get("start") or 0,
            end=body.get("end") or 0,
            hedge=body.get("hedge") or body.get("qualifier") or "exact",
            digits=tuple(body.get("digits") or ()),
            scales=tuple(Decimal(s) for s in body.get("scales") or ("1",)),
            part=Decimal(body.get("part") or 1),
            equivalents=tuple(cls.from_json(q) for q in body.get("equivalents") or ()),
        )


def plain(value: Decimal | None) -> int | float | None:
    """A Decimal as JSON writes it: a whole number as an integer."""
    if value is None:
        return None
    return int(value) if value == value.to_integral_value() else float(value)


def _number(value: Any) -> Decimal | None:
    return None if value is None else Decimal(str(value))
