"""Where the bars of a timeline stand: geometry only, in the units of its view box."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import count
from typing import Final, NamedTuple

from counterflow.model.when import quarter_index, quarter_label
from counterflow.show.letters import fitted, width

WIDTH: Final = 1210
ROW: Final = 38.0
TOP: Final = 30.0
THICK: Final = 16.0
LEFT: Final = 300.0  # where time begins; names stand before it
RIGHT: Final = 915.0  # where time ends; what a bar says has the rest, wherever it stands
NAME: Final = 14.0  # size of a name's letters
_NAMES: Final = LEFT - 22  # room for both names of a bar
_ARROW: Final = " → "
_LEAST: Final = 8.0  # a bar that would be shorter
_DASH: Final = 3.0  # dashes of an end that is assumed, and the gaps between them
_DASHES: Final = 3
_MOST_TICKS: Final = 14
_FEW_YEARS: Final = 2


class Bar(NamedTuple):
    """One deal in time, from its first quarter to its last, as `model.when` counts them."""

    payer: str
    payee: str
    amount: str
    firm: str  # its class of money in words
    money_class: str
    first: int
    last: int
    start_assumed: bool
    end_assumed: bool
    note: str  # what is assumed, in words
    to: str  # anchor
    label: str  # all of it in words, for who does not see it


class Mark(NamedTuple):
    """A bar with its place: its body, the dashes at an end that is assumed, and where its words begin."""

    bar: Bar
    name: str
    y: float  # of its middle
    left: float
    right: float
    once: bool  # paid in a single quarter: a dot
    dashes: tuple[float, ...]
    text_x: float


class Laid(NamedTuple):
    """A whole timeline; `now` is where the day stands that it speaks of."""

    marks: list[Mark]
    ticks: list[tuple[str, float]]  # years, or quarters where there are few
    now: float | None
    height: float


def lay(bars: Sequence[Bar], moment: date | None) -> Laid:
    """Bars below one another in the order given, over whole years from the first to the last that anything falls in."""
    quarters = [q for b in bars for q in (b.first, b.last)] + ([quarter_index(moment)] if moment else [])
    begin, end = min(quarters) // 4, max(quarters) // 4 + 1
    scale = (RIGHT - LEFT) / (end - begin)
    now = None if moment is None else LEFT + (_in_years(moment) - begin) * scale
    marks = [_mark(bar, TOP + ROW * (k + 0.5), begin, scale) for k, bar in enumerate(bars)]
    ticks = [(label, LEFT + (at - begin) * scale) for label, at in _ticks(begin, end)]
    return Laid(marks, ticks, now, TOP + ROW * len(bars) + 30)


def names(payer: str, payee: str) -> str:
    """Both names of a bar in the room there is: a short one leaves its room to the other."""
    room = _NAMES - width(_ARROW, NAME)
    wide = width(payer, NAME), width(payee, NAME)
    if sum(wide) > room:
        payer = fitted(payer, max(room / 2, room - wide[1]), NAME)
        payee = fitted(payee, max(room / 2, room - wide[0]), NAME)
    return payer + _ARROW + payee


def _mark(bar: Bar, y: float, begin: int, scale: float) -> Mark:
    left, right = (LEFT + (quarter / 4 - begin) * scale for quarter in (bar.first, bar.last + 1))
    name, once = names(bar.payer, bar.payee), bar.first == bar.last
    if once:
        middle = (left + right) / 2
        return Mark(bar, name, y, middle, middle, once, (), middle + THICK / 2 + 8)
    text_x = max(right, left + _LEAST) + 8
    right, dashes = text_x - 8, []
    cut = 2 * _DASH * _DASHES
    if right - left >= 3 * cut:  # a shorter bar says it in words alone
        if bar.start_assumed:
            dashes += [left + 2 * _DASH * k for k in range(_DASHES)]
            left += cut
        if bar.end_assumed:
            right -= cut
            dashes += [right + 2 * _DASH * k + _DASH for k in range(_DASHES)]
    return Mark(bar, name, y, left, right, once, tuple(dashes), text_x)


def _in_years(day: date) -> float:
    return day.year + (day.timetuple().tm_yday - 1) / 366


def _ticks(begin: int, end: int) -> list[tuple[str, float]]:
    """What to write below the axis: each quarter of few years, else every year, or every 2nd, 5th, 10th and so on."""
    if end - begin <= _FEW_YEARS:
        return [(quarter_label(q), q / 4) for q in range(4 * begin, 4 * end + 1)]
    steps = (power * each for power in (10**k for k in count()) for each in (1, 2, 5))
    step = next(s for s in steps if (end - begin) // s + 1 <= _MOST_TICKS)
    return [(str(year), year) for year in range(begin, end + 1) if year % step == 0]
