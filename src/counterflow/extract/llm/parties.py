"""Whom a model means: only who is named in the window, or what stands for a name there."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from counterflow.extract.llm.quotes import places
from counterflow.extract.llm.windows import Range, Window
from counterflow.extract.names import mentions
from counterflow.extract.names.gazetteer import Gazetteer, Mention
from counterflow.model.claim import normalised

_STANDS_FOR: Final = frozenset({"carried", "pronoun", "group"})
_LONGEST: Final = 120  # characters of a name
_AROUND: Final = re.compile(r"^(?:the|The)\s+|['’]s?$")


class Named(NamedTuple):
    """Who fills a role by a name: canonical names, as written, and where in the window they are named."""

    names: tuple[str, ...]
    written: tuple[str, ...]
    at: tuple[Range, ...]

    def away(self, place: Range) -> int:
        """Characters between a place and the nearest naming; 0 where they touch."""
        return min(max(0, a - place[1], place[0] - b) for a, b in self.at)


class Here:
    """The names of one window; `named` are those of its document, in order."""

    def __init__(self, text: str, window: Window, named: Sequence[Mention], gazetteer: Gazetteer) -> None:
        self._text, self._window, self._gazetteer = text, window, gazetteer
        first, last = (bisect_left(named, at, key=lambda m: m.start) for at in (window.runs[0][0], window.runs[-1][1]))
        here = [m for m in named[first:last] if window.holds(m.start, m.end)]
        self._meant_by = [m for m in here if m.how in _STANDS_FOR]
        self._plain = [m for m in here if m.how not in _STANDS_FOR]
        self._at: dict[str, list[Range]] = {}
        self._met: dict[str, Named | None] = {}
        self._known: dict[str, list[Mention]] = {}
        for mention in self._plain:
            for party in mention.parties:
                self._at.setdefault(party, []).append((mention.start, mention.end))
            for key in {_key(name) for name in (mention.text, *mention.written, *mention.parties)}:
                self._known.setdefault(key, []).append(mention)

    def who(self, name: str, quote: Range) -> Named | None:
        """Whom a name means at a quote; None where nobody of the window is meant, or a paper that only tells."""
        wanted = _key(name)
        if not wanted or len(name) > _LONGEST:
            return None
        if mention := self._nearest(wanted, quote):
            return self._named(mention) if mention.kind != "media" else None
        return self._meant(wanted, quote) or self._strange(name)

    def _strange(self, name: str) -> Named | None:
        """Whom a name means anywhere in the window; worked out once."""
        if name not in self._met:
            self._met[name] = self._unmet(name) or self._alias(name)
        return self._met[name]

    def teller(self, name: str, quote: Range) -> str | None:
        """Who tells: the canonical name, else the words as they stand in the window, else None."""
        known = self._nearest(_key(name), quote)
        words = None if known else self.words(name)
        return known.parties[0] if known else words and words.written[0]

    def _nearest(self, wanted: str, quote: Range) -> Mention | None:
        found = self._known.get(wanted, ())
        return min(found, key=lambda m: max(0, m.start - quote[1], quote[0] - m.end), default=None)

    def words(self, words: str) -> Named | None:
        """Words of the window in any role that need not be a company's: "cost-performance"."""
        at = tuple(self._found(words)) if len(words) <= _LONGEST else ()
        written = " ".join(self._text[slice(*at[0])].split()) if at else ""
        return Named((written,), (written,), at) if written else None

    def _named(self, mention: Mention) -> Named:
        at = tuple(place for party in mention.parties for place in self._at[party])
        return Named(mention.parties, mention.written, at)

    def _meant(self, wanted: str, quote: Range) -> Named | None:
        """As in "the company": whom it stands for in the quote, if the window names them."""
        for mention in self._meant_by:
            overlaps = mention.start < quote[1] and quote[0] < mention.end
            if overlaps and _key(mention.text) == wanted:
                return self._named(mention) if all(p in self._at for p in mention.parties) else None
        return None

    def _unmet(self, name: str) -> Named | None:
        """A name that open mode passed over: it stands in the window, by itself, and is written as a name is."""
        if name.islower() or not any(c.isalpha() for c in name):
            return None
        at = tuple(self._found(name))
        if not at or any(m.start < b and a < m.end and not _holds((a, b), m) for m in self._plain for a, b in at):
            return None
        written = " ".join(self._text[slice(*at[0])].split())
        return Named((written,), (written,), at)

    def _alias(self, name: str) -> Named | None:
        """Another name of a party of the window: "Amazon.com, Inc." where it says Amazon."""
        known = mentions(name, (), self._gazetteer)
        if len(known) != 1 or len(known[0].parties) != 1 or known[0].parties[0] not in self._at:
            return None
        if known[0].end - known[0].start < len(name.strip()) - 1:
            return None  # only a part of it is known
        mention = next(m for m in self._plain if known[0].parties[0] in m.parties)
        return self._named(mention) if mention.kind != "media" else None

    def _found(self, words: str) -> Iterator[Range]:
        for run in self._window.runs:
            for start, end in places(words.strip(), self._text, *run):
                if not (_is_inside_word(self._text, start) or _is_inside_word(self._text, end)):
                    yield start, end


def _holds(place: Range, mention: Mention) -> bool:
    """Whether a place is a longer name around a mention."""
    return place[0] <= mention.start and mention.end <= place[1]


def _is_inside_word(text: str, at: int) -> bool:
    """Whether a border at `at` would cut a word."""
    return 0 < at < len(text) and text[at - 1].isalnum() and text[at].isalnum()


def _key(name: str) -> str:
    return _AROUND.sub("", normalised(name)).casefold()
