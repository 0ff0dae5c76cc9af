"""Days, quarters and durations. Dates are ISO text of any precision; unknown digits are X ("XXXX-10")."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date
from decimal import Decimal
from typing import Final

_PARTIAL: Final = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?$")
_DURATION: Final = re.compile(r"P(?:(\d+(?:\.\d+)?)Y)?(?:(\d+(?:\.\d+)?)M)?(?:(\d+(?:\.\d+)?)W)?(?:(\d+(?:\.\d+)?)D)?$")


def day(text: str) -> date:
    """A full ISO day; `ValueError` with the expected form."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is not a day; write it as 2026-03-31") from None


def first_day(text: str | None) -> date | None:
    """The first day that an ISO date of any precision can mean; `None` where the year is unknown."""
    found = _PARTIAL.match(text or "")
    if not found or int(found[1]) < 1:
        return None
    try:
        return date(int(found[1]), int(found[2] or 1), int(found[3] or 1))
    except ValueError:
        return None


def last_day(text: str | None) -> date | None:
    """The last day that an ISO date of any precision can mean; `None` where the year is unknown."""
    start = first_day(text)
    if start is None or text is None:
        return None
    if len(text) == 4:
        return date(start.year, 12, 31)
    return date(start.year, start.month, monthrange(start.year, start.month)[1]) if len(text) == 7 else start


def years(duration: str | None) -> Decimal | None:
    """Length in years of an ISO 8601 duration of years, months, weeks or days; `None` if there is none."""
    found = _DURATION.match(duration or "")
    if not found or not any(found.groups()):
        return None
    y, m, w, d = (Decimal(part or 0) for part in found.groups())
    return y + m / 12 + (w * 7 + d) / Decimal("365.25")


def quarter_index(when: date) -> int:
    """Quarters since year 0: 2026Q1 is 8104. Consecutive quarters are consecutive numbers."""
    return when.year * 4 + (when.month - 1) // 3


def quarter_label(index: int) -> str:
    """`8104` -> "2026Q1"."""
    return f"{index // 4}Q{index % 4 + 1}"


def parse_quarter(label: str) -> int:
    """`"2026Q1"` -> `8104`; `ValueError` with the expected form."""
    found = re.fullmatch(r"(\d{4})Q([1-4])", label)
    if not found:
        raise ValueError(f"{label!r} is not a quarter; write it as 2026Q1")
    return int(found[1]) * 4 + int(found[2]) - 1
