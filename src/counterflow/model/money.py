"""Money and other quantities as closed intervals of Decimals; what a hedge does to a number."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal
from typing import Final

ZERO: Final = Decimal(0)
_DOWN: Final = Context(prec=28, rounding=ROUND_FLOOR)
_UP: Final = Context(prec=28, rounding=ROUND_CEILING)
_INF: Final = Decimal("Infinity")

# Bare counts of a unit that name only its size: (tight, loose) in units.
MAGNITUDES: Final[dict[str, tuple[tuple[Decimal, Decimal], tuple[Decimal, Decimal]]]] = {
    "tens": ((Decimal(20), Decimal(99)), (Decimal(10), Decimal(100))),
    "hundreds": ((Decimal(200), Decimal(999)), (Decimal(100), Decimal(1000))),
    "multi": ((Decimal(2), Decimal(99)), (Decimal("1.5"), Decimal(999))),
    "several": ((Decimal(2), Decimal(99)), (Decimal("1.5"), Decimal(999))),
}


@dataclass(frozen=True, slots=True)
class Interval:
    """Closed interval `low..high` in full units; an open end is `None`.

    Arithmetic rounds outward, so the true result always lies inside. An empty interval cannot be made: `ValueError`.
    """

    low: Decimal | None
    high: Decimal | None

    def __post_init__(self) -> None:
        for end in (self.low, self.high):
            if end is not None and not end.is_finite():
                raise ValueError(f"an end must be finite or None, not {end}")
        if self.low is not None and self.high is not None and self.low > self.high:
            raise ValueError(f"empty interval: {self.low} > {self.high}")

    @classmethod
    def point(cls, value: Decimal | int | str) -> Interval:
        """The degenerate interval [value, value]."""
        exact = Decimal(value)
        return cls(exact, exact)

    @classmethod
    def of(
        cls,
        hedge: str,
        digits: str | Sequence[str],
        scale: Decimal | int | Sequence[Decimal] = 1,
        *,
        tight: bool = False,
    ) -> Interval:
        """What `digits` times `scale` means under `hedge`: loose (a fair editor's reading) or tight (the words).

        `digits` are the written mantissa ("38", "1.4"); a range has two, and may have two scales. `ValueError` for an
        unknown hedge.
        """
        mantissas = (digits,) if isinstance(digits, str) else tuple(digits)
        scales = (Decimal(scale),) if isinstance(scale, (Decimal, int)) else tuple(scale)
        if hedge == "order_of_magnitude":
            low, high = MAGNITUDES[mantissas[0]][0 if tight else 1]
            return cls(low * scales[0], high * scales[0])
        if hedge == "range":
            first, last = (_Written.of(m, s) for m, s in zip(mantissas, (scales[0], scales[-1]), strict=True))
            spare_low, spare_high = (ZERO, ZERO) if tight else (first.step / 2, last.step / 2)
            return cls(max(ZERO, first.value - spare_low), last.value + spare_high)
        if hedge not in _HEDGES:
            raise ValueError(f"unknown hedge {hedge!r}")
        tight_ends, loose_ends = _HEDGES[hedge]
        return cls(*(tight_ends if tight else loose_ends)(_Written.of(mantissas[0], scales[0])))

    def __add__(self, other: Interval) -> Interval:
        return Interval(_both(_DOWN.add, self.low, other.low), _both(_UP.add, self.high, other.high))

    def __neg__(self) -> Interval:
        return Interval(None if self.high is None else -self.high, None if self.low is None else -self.low)

    def __sub__(self, other: Interval) -> Interval:
        return self + (-other)

    def __mul__(self, other: Interval) -> Interval:
        pairs = [(a, b) for a in self._ends() for b in other._ends()]
        return _span([_times(_DOWN, a, b) for a, b in pairs], [_times(_UP, a, b) for a, b in pairs])

    def __truediv__(self, other: Interval) -> Interval:
        """Quotient; a divisor that contains zero leaves the result open (`None`, `None`)."""
        low, high = other._ends()
        if low <= 0 <= high:
            return Interval(None, None)
        pairs = [(a, b) for a in self._ends() for b in (low, high)]
        return _span([_over(_DOWN, a, b) for a, b in pairs], [_over(_UP, a, b) for a, b in pairs])

    def __contains__(self, value: object) -> bool:
        low, high = self._ends()
        return isinstance(value, (Decimal, int)) and low <= value <= high

    def scaled(self, factor: Decimal | int) -> Interval:
        """Both ends times an exact factor."""
        return self * Interval.point(factor)

    def meet(self, other: Interval) -> Interval | None:
        """What both allow, or `None` where they clash."""
        low, high = max(self._ends()[0], other._ends()[0]), min(self._ends()[1], other._ends()[1])
        return _span([low], [high]) if low <= high else None

    def hull(self, other: Interval) -> Interval:
        """The smallest interval that holds both."""
        return _span([self._ends()[0], other._ends()[0]], [self._ends()[1], other._ends()[1]])

    def _ends(self) -> tuple[Decimal, Decimal]:
        return (-_INF if self.low is None else self.low, _INF if self.high is None else self.high)


@dataclass(frozen=True, slots=True)
class _Written:
    """A number as written: its value, the unit of its last digit, and the width a fair editor allows."""

    value: Decimal
    step: Decimal  # f: unit of the last written digit
    width: Decimal  # w = max(f/2, min(c/2, 5% v)), c = unit of the last non-zero digit of a whole mantissa

    @classmethod
    def of(cls, mantissa: str, scale: Decimal) -> _Written:
        number = Decimal(mantissa)
        exponent = number.as_tuple().exponent
        assert isinstance(exponent, int)
        step = Decimal(1).scaleb(min(exponent, 0)) * scale
        coarse = step
        if exponent >= 0 and number:
            coarse = Decimal(1).scaleb(len(mantissa) - len(mantissa.rstrip("0"))) * scale
        value = number * scale
        return cls(value, step, max(step / 2, min(coarse / 2, value * Decimal("0.05"))))


_Ends = tuple[Decimal | None, Decimal | None]
_HEDGES: Final[dict[str, tuple[Callable[[_Written], _Ends], Callable[[_Written], _Ends]]]] = {
    # hedge: (tight ends, loose ends); spec of the widths: docs/reference/hedges.md
    "exact": (
        lambda n: (n.value - n.step / 2, n.value + n.step / 2),
        lambda n: (n.value - n.width, n.value + n.width),
    ),
    "approximately": (
        lambda n: _around(n.value, max(n.width, n.value * Decimal("0.025"))),
        lambda n: _around(n.value, n.value / 10),
    ),
    "nearly": (
        lambda n: (n.value * Decimal("0.9"), n.value + n.step / 2),
        lambda n: (n.value * Decimal("0.85"), n.value + n.step / 2),
    ),
    "more_than": (lambda n: (n.value, None), lambda n: (n.value - n.step / 2, None)),
    "at_least": (lambda n: (n.value, None), lambda n: (n.value - n.step / 2, None)),
    "up_to": (lambda n: (ZERO, n.value), lambda n: (ZERO, n.value + n.width)),
    "less_than": (lambda n: (ZERO, n.value), lambda n: (ZERO, n.value + n.step / 2)),
}


def _around(value: Decimal, half: Decimal) -> _Ends:
    return value - half, value + half


def _both(add: Callable[[Decimal, Decimal], Decimal], a: Decimal | None, b: Decimal | None) -> Decimal | None:
    return None if a is None or b is None else add(a, b)


def _times(context: Context, a: Decimal, b: Decimal) -> Decimal:
    return ZERO if not a or not b else context.multiply(a, b)  # 0 x infinity is 0: no money at any price


def _over(context: Context, a: Decimal, b: Decimal) -> Decimal:
    return ZERO if b.is_infinite() else context.divide(a, b)


def _span(lows: list[Decimal], highs: list[Decimal]) -> Interval:
    low, high = min(lows), max(highs)
    return Interval(low if low.is_finite() else None, high if high.is_finite() else None)
