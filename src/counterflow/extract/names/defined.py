"""Defined terms: what brackets behind a party say it will be called, as contracts, filings and releases do.

`Dovecote AI Inc. (the "Purchaser")`, `Eastmarch and Kestrel (together, the "Lenders")`, `(hereinafter "Buyer")`,
`(collectively, the "Company", "we" or "our")`. A term that names a paper or a deal ("the Agreement") is nobody.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from counterflow.extract.names.gazetteer import Mention
from counterflow.extract.names.words import Page, common, keys, lexicon

_BRACKET: Final = re.compile(r"\([^()]{2,240}\)")
_QUOTED: Final = re.compile(
    r"(?P<the>\b(?:the|each|an?|hereinafter|hereafter)[\s,]+(?:an? )?|)"
    r"[\"“‘'](?P<own>[Tt]he )?(?P<term>[^\"“”‘’()]{1,50}?)[,.]?[\"”’'](?!\w)"
)
_TOGETHER: Final = re.compile(r"\b(?:together|collectively|jointly|each|both)\b(?! with)", re.IGNORECASE)
# What may stand between a party and the brackets that define it: its legal form, an explanation, its subsidiaries.
_BETWEEN: Final = re.compile(
    r"(?:[\s,.]|\([^()]{1,60}\)|\b(?:Inc|Corp|Co|Ltd|L\.?P|LLC|L\.L\.C|LLP|N\.V|S\.A|plc|AG|SE|GmbH|ASA|AB|AS)\b)*"
    r"(?:(?:,\s(?:an?|the|as|acting|incorporated|organi[sz]ed|registered|having|with)"
    r"|\band (?:its|certain of its|their))\b"
    r"[^.;:()]{0,110}|)[\s,]*"
)
_BESIDE: Final = re.compile(
    r"(?:\W|\([^()]*\)|\b(?:and|Inc|Ltd|LLC|LP|plc)\b|, an? [\w \u2019'-]{1,60}(?=[,(;]| and\b| \())*"
)


_OWN: Final = frozenset("company issuer registrant corporation we us our".split())
_MANY: Final = 40  # parties that a list may have
_Place = tuple[int, tuple[str, ...]]  # of a definition, and the parties that it means


class Definition(NamedTuple):
    """Terms that brackets at `text[start:end]` give; `together`: all the parties listed before are meant."""

    start: int
    end: int
    terms: tuple[str, ...]
    together: bool


def definitions(page: Page) -> Iterator[Definition]:
    """Every pair of brackets that gives somebody or something a name by its part ("the Purchaser", "Buyer", "we")."""
    for bracket in _BRACKET.finditer(page.text) if "(" in page.text else ():
        terms = tuple(
            quoted["term"]
            for quoted in _QUOTED.finditer(bracket[0])
            if quoted["the"] or quoted["own"] or all(common(word) for word in quoted["term"].split())
        )
        if terms:
            yield Definition(*bracket.span(), terms, bool(_TOGETHER.search(bracket[0])))


def is_paper(term: str) -> bool:
    """Whether a term names a paper, a deal or a date rather than a party: "Loan Agreement", "Closing Date"."""
    return term.rsplit(maxsplit=1)[-1].lower() in lexicon()["instruments"]


class Terms:
    """The defined terms of a page that stand for parties. `named`: the parties by name, in text order."""

    def __init__(self, page: Page, definitions: Sequence[Definition], named: Sequence[Mention]) -> None:
        self.page = page
        meant = _meanings(page, definitions, named)
        self.own = next((places[0][1][0] for term, places in meant.items() if _is_own(term, places)), None)
        self.opening: dict[str, list[tuple[list[str], list[_Place]]]] = {}  # by the first word, longest first
        for term in sorted(meant, key=len, reverse=True):
            words = [word.removeprefix("~") for word in keys(term)]
            if words[0][0].isupper():
                self.opening.setdefault(words[0], []).append((words, meant[term]))

    def at(self, i: int) -> tuple[int, tuple[str, ...]] | None:
        """Where a term with its "the" ends that begins at word i, and whom the latest definition before means by it."""
        page, first = self.page, i + (self.page.words[i] in {"the", "The"})
        quoted = first > 0 and page.words[first - 1] in "\"“‘'"
        if first >= len(page.words) or quoted or (first > i and page.gaps[first] != " "):
            return None
        for words, places in self.opening.get(page.words[first], ()):
            after = first + len(words)
            longer = page.gaps[after : after + 1] == [" "] and page.words[after][0].isupper()
            if page.words[first:after] == words and not longer:
                return after, places[max(0, bisect_left(places, (page.starts[i], ())) - 1)][1]
        return None


def _is_own(term: str, places: Sequence[_Place]) -> bool:
    """Whether a paper defines its own company by a term: "the Company", "the Issuer", "we"."""
    return term.lower() in _OWN and len(places[0][1]) == 1


def _meanings(page: Page, definitions: Sequence[Definition], named: Sequence[Mention]) -> dict[str, list[_Place]]:
    """Each term with whom it stands for, and from which place of the text on."""
    ends = [mention.end for mention in named]
    found: dict[str, list[_Place]] = {}
    for definition in definitions:
        last = bisect_right(ends, definition.start) - 1
        # Brackets may repeat the name: Dovecote AI ("Dovecote" or the "Company").
        while last >= 0 and not _BETWEEN.fullmatch(page.text, named[last].end, definition.start):
            last = last - 1 if named[last].start > definition.start - 160 else -1
        for term in definition.terms if last >= 0 else ():
            if not is_paper(term):
                plural = term.endswith("s") and term[-2:-1] not in "su"
                meant = _listed(page, named, last) if plural or definition.together else named[last].parties
                found.setdefault(term, []).append((definition.start, meant))
    return found


def _listed(page: Page, named: Sequence[Mention], last: int) -> tuple[str, ...]:
    """The parties listed side by side up to one: "Alder, Birch and Cypress"."""
    run = [named[last]]
    for mention in reversed(named[max(0, last - _MANY) : last]):
        between = page.text[mention.end : run[0].start]
        if len(between) > 160 or not _BESIDE.fullmatch(between):
            break
        run.insert(0, mention)
    return tuple(dict.fromkeys(party for mention in run for party in mention.parties))
