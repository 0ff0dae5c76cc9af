"""Who did what in a deal: "the borrower", "the seller", "the tenant" mean whoever borrows, sells or rents before.

What a party does is read off the words around its name: the verb it governs, or the verb or noun before its "from",
"to" or "for". The lists stand in name_words.json: `deeds` (words by what they say), `doers` (deeds and places by role).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from counterflow.extract.names.words import Page, lexicon

_AHEAD: Final = 12  # words in which a subject's deed follows
_BEHIND: Final = 14  # words in which the deed stands before a preposition
_WAY: Final = 9  # words in which the other side follows
_WAYS: Final = {"to": "gives", "from": "takes"}
_MARKS: Final = frozenset("from to for by with into in of".split())
_STOPS: Final = frozenset(", ; : ( ) — –".split())


def is_role(noun: str) -> bool:
    """Whether a noun names a side of a deal: borrower, seller, landlord."""
    return noun in lexicon()["doers"]


def does(page: Page, first: int, after: int, noun: str) -> bool:
    """Whether the party at words `[first, after)` has in its sentence the part of a deal that the noun names."""
    parts = lexicon()["doers"].get(noun, frozenset())
    return any(part in parts for part in _parts(page, first, after))


def _parts(page: Page, first: int, after: int) -> Iterator[str]:
    """Deed and place, "lend.subject", "rent.from", the surest first."""
    start, end = page.sentence(first)
    mark = next((k for k in range(first - 1, max(start, first - 5) - 1, -1) if _stops_at(page, k)), start - 1)
    word = page.words[mark].lower() if mark >= start else ""
    if word == ",":  # "from its partner, Orbis"
        told = next((k for k in range(mark - 1, max(start, mark - 4) - 1, -1) if page.words[k] in _MARKS), None)
        if told is not None and all(page.words[k].islower() for k in range(told, mark)):
            mark, word = told, page.words[told]
    if word in _MARKS:
        for k in range(mark - 1, max(start, mark - _BEHIND) - 1, -1):
            yield from (f"{deed}.{word}" for deed in _deeds(page.words[k]))
        return
    verb = page.words[first - 1].lower() if first > start else ""
    yield from (f"{deed}.object" for deed in _deeds(verb))
    for k in range(after, min(end, after + _AHEAD)):
        found = _deeds(page.words[k])
        if found:
            way = next((w for w in page.words[k : min(end, k + _WAY)] if w in {"to", "from", ";"}), "")
            yield from (f"{deed}.{part}" for deed in found for part in ("subject", _WAYS.get(way, "alone")))
            return
        if page.words[k] == ";":
            return


def _stops_at(page: Page, k: int) -> bool:
    word = page.words[k]
    return word.lower() in _MARKS or word in _STOPS or bool(_deeds(word))


def _deeds(word: str) -> list[str]:
    low = word.lower()
    return [deed for deed, words in lexicon()["deeds"].items() if low in words]
