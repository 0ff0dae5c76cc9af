"""Parties as they stand in a sentence, where a word that follows may mean them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from counterflow.extract.names.carry_words import GOVERNING
from counterflow.extract.names.words import Page

_LINKS: Final = frozenset({",", "and", "&"})


class Referent(NamedTuple):
    """A party standing in a sentence, where it may be meant later."""

    first: int  # its words [first, after)
    after: int
    parties: tuple[str, ...]
    opens: bool  # begins a clause: its likely subject
    owns: bool  # followed by 's


def subject_of(referents: Sequence[Referent]) -> Referent | None:
    """The likely subject of a sentence: who opens a clause, rather not as an owner; else who comes first."""
    return min(referents, key=lambda r: (not r.opens, r.owns, r.first), default=None)


def governed(page: Page, referent: Referent) -> bool:
    """Whether a preposition stands before a party, so that it is no subject."""
    return referent.first > 0 and page.words[referent.first - 1].lower() in GOVERNING


def beside(page: Page, referents: Sequence[Referent], one: Referent) -> list[Referent]:
    """The parties listed with one: "Eastmarch, Fennimore and Greyhollow"."""
    run: list[Referent] = []
    for r in referents:
        if run and (run[-1].owns or not _links(page, run[-1].after, r.first)):
            if one in run:
                break
            run = []
        run.append(r)
    return run if one in run else [one]


def _links(page: Page, first: int, after: int) -> bool:
    """Whether only a comma, an "and" and brackets stand between: "Corvid, Inc. (NYSE: CRVD) and Ampersand"."""
    inside = False
    for word in page.words[first:after]:
        inside = word == "(" or (inside and word != ")")
        if not (inside or word == ")" or word in _LINKS):
            return False
    return True
