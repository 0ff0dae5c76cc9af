"""How much of a name there is room for in a drawing, where no browser can be asked."""

from __future__ import annotations

from itertools import accumulate
from typing import Final
from unicodedata import east_asian_width

_SIZE: Final = 15.0  # units in which the widths below are told


def fitted(name: str, room: float, size: float = _SIZE) -> str:
    """As much of a name in bold letters of `size` as `room` holds, both in units of a view box."""
    used = list(accumulate(map(_wide, name)))
    if not used or used[-1] <= _letters(room, size):
        return name
    return name[: sum(u <= _letters(room, size) - _wide("…") for u in used)].rstrip() + "…"


def width(name: str, size: float = _SIZE) -> float:
    """How wide a name is at most, or a little less."""
    return sum(map(_wide, name)) * size / _SIZE


def _letters(room: float, size: float) -> float:
    return room * _SIZE / size


def _wide(letter: str) -> float:
    """How wide a bold letter of 15 units is, or a little less, in the widest of our typefaces."""
    if east_asian_width(letter) in {"W", "F"}:
        return 15.5
    return 16.6 if letter in "MW@%…—→" else 12.0 if letter.isupper() else 5.7 if letter in " .,'’-il" else 10.6
