"""Finding a quote in a text: as it stands, or with quotation marks, dashes and spaces made alike; offsets stay true."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import Final, NamedTuple

from counterflow.model.claim import normalised

_MOST: Final = 50  # places of one quote that are looked at
_CLUSTER: Final = re.compile(r"\s+|\S[\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u064b-\u065f\u20d0-\u20ff\u3099\u309a]*")


class Folded(NamedTuple):
    """A text made comparable; character i of it stands for `[starts[i], ends[i])` of the text."""

    text: str
    starts: list[int]
    ends: list[int]


@lru_cache(maxsize=64)
def folded(text: str) -> Folded:
    """As `model.claim.normalised` has it, with the way back; spaces at the ends are kept as one."""
    parts: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for found in _CLUSTER.finditer(text):
        start, end = found.span()
        alike = " " if found[0].isspace() else _alike(found[0])
        for char in alike:
            if char == " " and parts and parts[-1] == " ":
                ends[-1] = end
                continue
            parts.append(char)
            starts.append(start)
            ends.append(end)
    return Folded("".join(parts), starts, ends)


@lru_cache(maxsize=4_096)
def _alike(cluster: str) -> str:
    made = unicodedata.normalize("NFKC", cluster)
    if made.isspace():
        return " "
    lead, tail = made[:1].isspace(), made[-1:].isspace()
    return " " * lead + normalised(made) + " " * tail


def places(quote: str, text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Where a quote stands in `text[start:end]`: exactly, else made alike; the first fifty places."""
    exact = _finds(quote, text, start, end)
    if exact:
        yield from ((at, at + len(quote)) for at in exact)
        return
    made, wanted = folded(text[start:end]), normalised(quote)
    for at in _finds(wanted, made.text, 0, len(made.text)):
        yield start + made.starts[at], start + made.ends[at + len(wanted) - 1]


def _finds(wanted: str, text: str, start: int, end: int) -> list[int]:
    found: list[int] = []
    at = text.find(wanted, start, end) if wanted else -1
    while at >= 0 and len(found) < _MOST:
        found.append(at)
        at = text.find(wanted, at + 1, end)
    return found
