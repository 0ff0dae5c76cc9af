"""Whose text it is: the party that "we", "our" and "the Company" mean in a filing, a release, a person's own words.

A filing names its company in the head or defines it, a release in its first sentence behind the dateline; in a
quotation the company of the speaker is meant. A paper's, a broker's or a blog's "we" is nobody's.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Final

from counterflow.extract.names.defined import Terms
from counterflow.extract.names.gazetteer import Mention, is_legal, legal_end
from counterflow.extract.names.words import Page, lexicon

OWN: Final = frozenset("we We us our Our ours Ours".split())
_WORDS: Final = 10  # of a name in the head
_HEAD: Final = 3_000  # characters in which a text says whose it is
_FILING: Final = re.compile(
    r"\b(?:(?:8|10|6|20|40)-[KQF]\b|[Rr]egistrant\b|Form [SF]-\d|Consolidated Financial Statements|Item \d{1,2}\.\d\d\b"
    r"|Material Definitive Agreement|[Pp]rospectus [Ss]upplement)"
)
_LINE: Final = re.compile(r"^[ \t]*([A-Z][^\n]{1,90})$", re.MULTILINE)
_NAMED_AS: Final = re.compile(
    r"(?:^|\n|\. )\s*(?:registrant|issuer|filer|company)(?: name)?\s?[:|]\s{0,4}$", re.IGNORECASE
)
_EXACT: Final = re.compile(r"[\s.,]{0,6}\((?:exact|full) name of", re.IGNORECASE)
_DATELINE: Final = re.compile(r"(?:^|\n)(?=[^\n]{0,80}(?:\d|[A-Z]{3}))[^\n]{3,110}(?:--|[–—/]|\s-)\s*$")
_ANNOUNCES: Final = re.compile(
    r"[^.\n]{0,200}?\b(?:announc(?:ed|es?)|(?:pleased|proud|delighted) to|today (?:said|signed|completed|closed)"
    r"|report(?:s|ed)|ha(?:s|ve) (?:today )?(?:signed|entered|completed|closed|agreed))\b"
)
_ABOUT: Final = re.compile(r"(?:^|\n)[ \t#*]*About $")
_ENDS: Final = re.compile(r"[^\n]{0,30}(?:\n|$)")
_SELF: Final = re.compile(r"\b(?:[Ww]e,|[Hh]ere at|[Ww]e at|[Oo]ur company,) $")
_TELLING: Final = frozenset("said says added adds told noted stated argued wrote explained commented declared".split())
_QUOTATION: Final = 250  # words of a quotation on either side
_FAR: Final = 40  # words between a quotation and the name of its speaker's company


def letterhead(page: Page) -> tuple[int, int] | None:
    """The words `[first, after)` of the company's name in the head of a filing, where a line of its own has it."""
    if not _FILING.search(page.text, 0, _HEAD):
        return None
    for line in _LINE.finditer(page.text, 0, _HEAD):
        first, after = page.at(line.start(1)), page.at(line.end(1))
        if _EXACT.match(page.text, line.end()) and after - first < _WORDS:
            return first, next((k for k in range(first + 1, after) if legal_end(page, k) > k), after)
        for k in range(first + 1, min(after, first + _WORDS)):
            end = legal_end(page, k)
            ends = (
                end >= after - (page.words[after - 1] == ".") or page.words[end + (page.words[end] == ".")] in "–—|-/"
            )
            if end > k and ends:
                return (first, k) if all(w[0].isupper() or not w.isalpha() for w in page.words[first:k]) else None
    return None


class Voice:
    """The one who speaks at each place of a page. `named`: its names in text order, `paying`: its parties."""

    def __init__(self, page: Page, named: Sequence[Mention], paying: Sequence[Mention], terms: Terms) -> None:
        self.page, self.named, self.paying = page, named, paying
        self.own = terms.own
        self.writer = self.own or self._of_a_filing() or self._of_a_release()

    def at(self, i: int) -> str | None:
        """Who says "we" at word i: in a quotation the speaker's company, else the text's own."""
        quoted = self._quotation(i)
        return (self._speaker(*quoted) if quoted else None) or self.writer

    def _of_a_filing(self) -> str | None:
        """The name in the head, or behind "Registrant:"."""
        page = self.page
        head = letterhead(page)
        start = page.starts[head[0]] if head else -1
        for mention in self.paying[:12]:
            if mention.start > _HEAD:
                break
            line = page.text[max(0, mention.start - 40) : mention.start]
            if mention.start == start or _EXACT.match(page.text, mention.end) or _NAMED_AS.search(line):
                return mention.parties[0]
        return None

    def _of_a_release(self) -> str | None:
        """The first to announce behind a dateline, else whom "About ..." tells of, else who says "We, Dovecote, "."""
        text = self.page.text
        for mention in self.paying[:12]:
            lead = text[max(0, mention.start - 112) : mention.start]
            if mention.start < _HEAD and _DATELINE.search(lead) and _ANNOUNCES.match(text, mention.end):
                return mention.parties[0]
        for mention in self.paying:
            lead = text[max(0, mention.start - 16) : mention.start]
            if _SELF.search(lead) or (_ABOUT.search(lead) and _ENDS.match(text, mention.end)):
                return mention.parties[0]
        return None

    def _quotation(self, i: int) -> tuple[int, int] | None:
        """The words `[opening, closing]` of the quotation around word i, else None."""
        words, (first, after) = self.page.words, self.page.paragraph(i)
        first, after = max(first, i - _QUOTATION), min(after, i + _QUOTATION)
        marks = [k for k in range(first, i) if words[k] in '“”"']
        if not marks or words[marks[-1]] == "”" or (words[marks[-1]] == '"' and len(marks) % 2 == 0):
            return None
        closing = next((k for k in range(i, after) if words[k] in '”"'), after - 1)
        return marks[-1], closing

    def _speaker(self, opening: int, closing: int) -> str | None:
        page = self.page
        first, after = page.paragraph(opening)
        after = min(after, closing + _FAR)
        behind = range(closing + 1, next((k for k in range(closing + 1, after) if page.words[k] in '“"'), after))
        before = range(max(first, opening - _FAR // 2), opening)
        for stretch in (behind, before):
            if not _TELLING.isdisjoint(page.words[k] for k in stretch):
                here = [m for m in self._within(stretch) if m.kind != "media"]
                party = next((m.parties[0] for m in here if m in self._parties), None)
                person = next((m.parties[0] for m in here if m.kind == "person"), None)
                if party or person:
                    return party or self._houses.get(person or "")
        return None

    def _within(self, stretch: range) -> list[Mention]:
        if not stretch:
            return []
        start, end = self.page.starts[stretch[0]], self.page.ends[stretch[-1]]
        return list(self.named[bisect_left(self._starts, start) : bisect_left(self._starts, end)])

    @cached_property
    def _starts(self) -> list[int]:
        return [mention.start for mention in self.named]

    @cached_property
    def _parties(self) -> frozenset[Mention]:
        return frozenset(self.paying)

    @cached_property
    def _houses(self) -> Mapping[str, str]:
        """The company of each person whose post is told: "Lena Marsh, head of Kestrel", "Kestrel CEO Lena"."""
        page, titles = self.page, lexicon()["titles_lower"]
        found: dict[str, str] = {}
        for one, two in zip(self.named, self.named[1:], strict=False):
            between = [word.lower() for word in page.words[page.at(one.end) : page.at(two.start)]]
            if len(between) < 9 and not titles.isdisjoint(between) and "." not in between:
                if one.kind == "person" and two in self._parties:
                    found.setdefault(one.parties[0], two.parties[0])
                elif two.kind == "person" and one in self._parties:
                    found.setdefault(two.parties[0], one.parties[0])
        return found


def capitalised(words: Sequence[str]) -> list[str]:
    """A name set in capitals as one would write it: "BRENMOOR TELECOM" as "Brenmoor Telecom"."""
    return [w.capitalize() if w.isupper() and len(w) > 3 and not is_legal(w) else w for w in words]
