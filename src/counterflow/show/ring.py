"""Where the parties and the money of a ring stand: geometry only, in the units of its view box."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import combinations
from math import atan2, cos, dist, hypot, pi, sin, sqrt
from typing import Final, NamedTuple

from counterflow.show.letters import fitted

WIDTH: Final = 900
HEIGHT: Final = 620
_CENTRE: Final = (450.0, 308.0)
_RADII: Final = (230.0, 226.0)
_NODE: Final = (11.0, 32.0)  # least and largest radius of a party
_FLOW: Final = (2.0, 22.0)  # least and largest width of money
_FEW: Final = 9  # parties, and flows, that have room at full size
_NAME: Final = 176.0  # room for a name at a pole; the whole of it stands in the title
_EDGE: Final = 4.0  # from a name to the edge of the picture
_LINE: Final = 34.0  # from one label to the next
_PULL: Final = 0.42  # how far money bends towards the middle
_PASSES: Final = 8

Point = tuple[float, float]


class Party(NamedTuple):
    """One mark of the ring."""

    name: str
    kind: str
    note: str  # the line under its name
    to: str  # anchor
    label: str  # in words, for who does not see it


class Money(NamedTuple):
    """One arrow of the ring, USD."""

    key: str
    payer: str
    payee: str
    kind: str  # the token of its colour: equity, loan or purchase
    usd: float
    binding: bool
    to: str
    label: str


class Mark(NamedTuple):
    """A party with its place, and that of its name (`side`: start, middle or end)."""

    party: Party
    name: str
    x: float
    y: float
    radius: float
    name_x: float
    name_y: float
    side: str


class Arrow(NamedTuple):
    """Money with its path, its head and its width."""

    money: Money
    path: str
    head: str
    width: float


def lay(parties: Sequence[Party], money: Sequence[Money]) -> tuple[list[Mark], list[Arrow]]:
    """Parties round an oval, those that trade near each other; the widest money first, so that the thin lies on top."""
    weight = {p.name: sum(m.usd for m in money if p.name in {m.payer, m.payee}) for p in parties}
    order = _order([p.name for p in sorted(parties, key=lambda p: (-weight[p.name], p.name))], money)
    place = dict(zip(order, _oval(len(order)), strict=True))
    largest = max(weight.values(), default=0.0)
    sizes = _NODE[0], _NODE[1] * min(1.0, sqrt(_FEW / max(len(order), 1)))
    radius = {name: _scaled(usd, largest, sizes) for name, usd in weight.items()}
    named = {p.name: p for p in parties}
    marks = _apart([_mark(named[name], place[name], radius[name]) for name in order])
    return marks, _arrows(money, place, radius)


def curve(start: Point, end: Point, control: Point, radii: Point, width: float) -> tuple[str, str]:
    """Path and arrowhead of a bent line from one circle to another."""
    length, half = 6.0 + 1.25 * width, 3.5 + 0.75 * width
    begin = _leaves(start, control, end, radii[0] + 1.5)
    tip = 1 - _leaves(end, control, start, radii[1] + 2.0)
    neck = 1 - _leaves(end, control, start, radii[1] + 2.0 + length)
    neck = max(neck, begin + 0.05)
    (x0, y0), (x1, y1), (x2, y2) = (_at(start, control, end, t) for t in (begin, neck, tip))
    # The part of the curve from `begin` to `neck` is again such a curve, with this control.
    mid = _blend(_blend(start, control, begin), _blend(control, end, begin), neck)
    along = hypot(x2 - x1, y2 - y1) or 1.0
    ux, uy = (x2 - x1) / along, (y2 - y1) / along
    head = f"M{x2:.1f} {y2:.1f}L{x1 - uy * half:.1f} {y1 + ux * half:.1f}L{x1 + uy * half:.1f} {y1 - ux * half:.1f}Z"
    return f"M{x0:.1f} {y0:.1f}Q{mid[0]:.1f} {mid[1]:.1f} {x1:.1f} {y1:.1f}", head


def _scaled(usd: float, largest: float, sizes: Point) -> float:
    """Grows with the square root of the amount, so that areas of circles compare."""
    return max(sizes[0], sizes[1] * sqrt(usd / largest)) if largest else sizes[0]


def _oval(count: int) -> list[Point]:
    (x, y), (rx, ry) = _CENTRE, _RADII
    if count == 1:
        return [_CENTRE]
    first = pi if count == 2 else -pi / 2
    turns = [first + 2 * pi * k / count for k in range(count)]
    return [(x + rx * cos(t), y + ry * sin(t)) for t in turns]


def _order(names: list[str], money: Sequence[Money]) -> list[str]:
    """Names round the ring so that money crosses little and runs short: swaps, as long as they help."""
    pairs = {tuple(sorted((m.payer, m.payee))) for m in money}
    best = _tangle(names, pairs)
    for _ in range(_PASSES):
        before = best
        for i, j in combinations(range(1, len(names)), 2):  # the largest keeps the top
            swapped = [*names]
            swapped[i], swapped[j] = names[j], names[i]
            cost = _tangle(swapped, pairs)
            if cost < best:
                names, best = swapped, cost
        if best == before:
            break
    return names


def _tangle(names: Sequence[str], pairs: Iterable[tuple[str, ...]]) -> float:
    at = {name: k for k, name in enumerate(names)}
    spans = sorted(tuple(sorted((at[a], at[b]))) for a, b in pairs)
    crossings = sum(a < c < b < d for (a, b), (c, d) in combinations(spans, 2))
    return 3 * crossings + sum(min(b - a, len(names) - b + a) for a, b in spans)


def _mark(party: Party, place: Point, radius: float) -> Mark:
    x, y = place
    turn = atan2(y - _CENTRE[1], x - _CENTRE[0]) if place != _CENTRE else pi / 2
    if abs(cos(turn)) < 0.1:  # at a pole the name stands outside, above or below
        name_y = y - radius - 24 if sin(turn) < 0 else y + radius + 20
        return Mark(party, fitted(party.name, _NAME), x, y, radius, x, name_y, "middle")
    side = 1 if cos(turn) > 0 else -1
    name_x = x + side * (radius + 10)
    name = fitted(party.name, (WIDTH - name_x if side > 0 else name_x) - _EDGE)
    return Mark(party, name, x, y, radius, name_x, y - 2, "start" if side > 0 else "end")


def _apart(marks: list[Mark]) -> list[Mark]:
    """Names on one side pushed apart, from the top down and where the page ends back up."""
    moved = {m.party.name: m for m in marks}
    for side in ("start", "end"):
        column = sorted((m for m in marks if m.side == side), key=lambda m: m.name_y)
        heights: list[float] = []
        for mark in column:
            heights.append(max(mark.name_y, heights[-1] + _LINE if heights else 18.0))
        lowest = HEIGHT - 20.0
        for k in reversed(range(len(column))):
            heights[k] = min(heights[k], lowest)
            lowest = heights[k] - _LINE
        moved |= {m.party.name: m._replace(name_y=y) for m, y in zip(column, heights, strict=True)}
    return [moved[m.party.name] for m in marks]


def _arrows(money: Sequence[Money], place: dict[str, Point], radius: dict[str, float]) -> list[Arrow]:
    between: dict[tuple[str, ...], list[Money]] = defaultdict(list)
    for each in money:
        between[tuple(sorted((each.payer, each.payee)))].append(each)
    largest = max((m.usd for m in money), default=0.0)
    sizes = _FLOW[0], _FLOW[1] * min(1.0, sqrt(_FEW / max(len(money), 1)))
    found = []
    for pair, bundle in between.items():
        widths = [_scaled(m.usd, largest, sizes) for m in bundle]
        gap = 34 + max(widths)
        for k, (each, width) in enumerate(zip(bundle, widths, strict=True)):
            control = _control(place[pair[0]], place[pair[1]], (k - (len(bundle) - 1) / 2) * gap)
            ends = place[each.payer], place[each.payee]
            found.append(Arrow(each, *curve(*ends, control, (radius[each.payer], radius[each.payee]), width), width))
    return sorted(found, key=lambda a: (-a.width, a.money.key))


def _control(p: Point, q: Point, aside: float) -> Point:
    """The point a line bends to: towards the middle of the ring, and aside from its neighbours."""
    mid = _blend(p, q, 0.5)
    inward = _blend(mid, _CENTRE, _PULL)
    length = dist(p, q) or 1.0
    return inward[0] - (q[1] - p[1]) / length * aside, inward[1] + (q[0] - p[0]) / length * aside


def _leaves(p: Point, control: Point, q: Point, radius: float) -> float:
    """Where (0..0.5) the curve from `p` is `radius` away from it."""
    low, high = 0.0, 0.5
    for _ in range(24):
        middle = (low + high) / 2
        if dist(_at(p, control, q, middle), p) < radius:
            low = middle
        else:
            high = middle
    return high


def _at(p: Point, control: Point, q: Point, t: float) -> Point:
    return _blend(_blend(p, control, t), _blend(control, q, t), t)


def _blend(p: Point, q: Point, t: float) -> Point:
    return p[0] + (q[0] - p[0]) * t, p[1] + (q[1] - p[1]) * t
