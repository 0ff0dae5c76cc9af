"""The cells of one row of a table: text as it stands in the file, read as numbers, dates, words and names."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from typing import Final

from counterflow.model.problem import Trouble
from counterflow.model.when import first_day

_DATE: Final = re.compile(r"\d{4}(?:-\d{2}(?:-\d{2})?)?")


class Cells:
    """The fields of a row that are filled, and how each is read."""

    def __init__(self, fields: Mapping[str, str], where: str) -> None:
        self.fields = fields
        self.where = where

    def __call__(self, column: str) -> str | None:
        """The text of a cell; None where it is empty or not there."""
        return self.fields.get(column)

    def wrong(self, column: str, what: str, remedy: str) -> Trouble:
        """What is wrong with a cell."""
        return Trouble(f"{self.where}, column {column}", what, remedy)

    def number(self, column: str) -> Decimal | None:
        """A decimal number, thousands apart by commas or not at all."""
        text = self(column)
        if text is None:
            return None
        try:
            number = Decimal(re.sub(r"(?<=\d),(?=\d{3}(?!\d))", "", text))
        except InvalidOperation:
            number = Decimal("NaN")
        if not number.is_finite() or abs(number.adjusted()) > 30:
            raise self.wrong(column, f"{text[:60]!r} is not a number", "write it as 1234.5")
        return number

    def date(self, column: str) -> str | None:
        """A date of any precision; a half year stands for its first month."""
        text = self(column)
        if text is None:
            return None
        half = re.fullmatch(r"(\d{4})-H([12])", text)
        iso = f"{half[1]}-{'01' if half[2] == '1' else '07'}" if half else text
        if not _DATE.fullmatch(iso) or first_day(iso) is None:
            raise self.wrong(column, f"{text[:60]!r} is not a date", "write it as 2026-03-31, 2026-03 or 2026")
        return iso

    def word(self, column: str, known: Mapping[str, str], allowed: tuple[str, ...], default: str | None) -> str | None:
        """A word of a closed list, or what it is called elsewhere."""
        text = self(column)
        if text is None:
            return default
        spelled = {word.casefold(): word for word in allowed} | {
            other.casefold(): word for other, word in known.items()
        }
        found = spelled.get(text.casefold())
        if found is None:
            near = get_close_matches(text, [*allowed, *known], n=1)
            remedy = f"did you mean {near[0]}?" if near else f"one of: {', '.join(allowed)}"
            raise self.wrong(column, f"{text[:60]!r} is not known", remedy)
        return found

    def names(self, column: str) -> tuple[str, ...]:
        """The names in a column, several apart by semicolons."""
        return tuple(filter(None, (name.strip() for name in (self(column) or "").split(";"))))
