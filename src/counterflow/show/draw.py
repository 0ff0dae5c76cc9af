"""Drawings as SVG text: the ring of parties and money, loops in small, deals over time, bands, bars and curves.

Each states its finding in words, needs no script, and takes its colours from the page it stands in; the colours written
into it are the light ones, so that it also stands alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from math import cos, pi, sin
from typing import TYPE_CHECKING, Final, NamedTuple

from counterflow.show import ring as geometry
from counterflow.show import timeline as time
from counterflow.show.pages import fill
from counterflow.show.ring import Money, Party
from counterflow.show.tokens import LIGHT, SANS

if TYPE_CHECKING:
    from markupsafe import Markup

_TICKS: Final = 5


class Series(NamedTuple):
    """Bars of one kind, in the colour of a token; USD, one value for each label."""

    name: str
    colour: str
    usd: tuple[float, ...]


class Reading(NamedTuple):
    """One line of a curve: points (x, y), both 0..1."""

    name: str
    points: tuple[tuple[float, float], ...]


def ring(parties: Sequence[Party], money: Sequence[Money], finding: str) -> Markup:
    """Who pays whom. Width by the square root of the amount, colour by kind, dashed on pale where not binding."""
    marks, arrows = geometry.lay(parties, money)
    return fill(
        "ring.svg",
        marks=marks,
        arrows=arrows,
        finding=finding,
        width=geometry.WIDTH,
        height=geometry.HEIGHT,
        light=LIGHT,
        sans=SANS,
    )


def timeline(bars: Sequence[time.Bar], moment: date | None, finding: str) -> Markup:
    """Deals from first to last payment: solid where they bind, striped or outlined where not, dashed where assumed."""
    return fill(
        "timeline.svg",
        laid=time.lay(bars, moment),
        moment=moment,
        finding=finding,
        width=time.WIDTH,
        left=time.LEFT,
        top=time.TOP,
        row=time.ROW,
        thick=time.THICK,
        size=time.NAME,
        light=LIGHT,
        sans=SANS,
    )


def glyph(kinds: Sequence[str]) -> Markup:
    """A loop in small: one arrow for each payment, in the colour of its kind. Decoration beside its words."""
    count = len(kinds)
    spots = [(18 - 12 * cos(2 * pi * k / count), 18 - 12 * sin(2 * pi * k / count)) for k in range(count)]
    arrows = []
    for k, kind in enumerate(kinds):
        start, end = spots[k], spots[(k + 1) % count]
        control = (
            (start[0] + end[0]) / 2 + (end[1] - start[1]) * -0.4,
            (start[1] + end[1]) / 2 + (end[0] - start[0]) * 0.4,
        )
        arrows.append((*geometry.curve(start, end, control, (2.5, 2.5), 1.2), kind))
    return fill("glyph.svg", spots=spots, arrows=arrows, light=LIGHT)


def band(least: float, most: float, middle: float, finding: str) -> Markup:
    """A band between two shares (0..1) with a mark between them; it stretches to the width it is given."""
    return fill("band.svg", least=least, most=most, middle=middle, finding=finding, light=LIGHT)


def bars(labels: Sequence[str], series: Sequence[Series], finding: str) -> Markup:
    """Bars side by side for each label, on an axis in USD bn from zero."""
    step, top = _axis(max((usd for s in series for usd in s.usd), default=0.0))
    return fill(
        "bars.svg",
        labels=labels,
        series=series,
        finding=finding,
        ticks=[k * step for k in range(round(top / step) + 1)],
        top=top,
        light=LIGHT,
        sans=SANS,
    )


def lines(readings: Sequence[Reading], finding: str) -> Markup:
    """Shares over yearly growth, one line for each reading, told apart by their dashes."""
    return fill("lines.svg", readings=readings, finding=finding, light=LIGHT, sans=SANS)


def _axis(largest: float) -> tuple[float, float]:
    """A round step and the first multiple of it that holds the largest value."""
    if largest <= 0:
        return 1.0, 1.0
    power = 10.0 ** (len(f"{largest:.0f}") - 2)
    step = next(power * m for m in (0.2, 0.5, 1, 2, 2.5, 5, 10, 20, 50) if power * m * _TICKS >= largest)
    return step, step * -(-largest // step)
