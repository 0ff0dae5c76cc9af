"""The words of `cues.toml`, read once and laid out for quick look-up."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final, NamedTuple

_LONGEST_OPENER: Final = 64  # characters of a line that an opener may take


class Cue(NamedTuple):
    """What a line says it is, and how far that holds: `line`, `list` or `rest` (see cues.toml)."""

    kind: str
    reach: str


class Lexicon:
    """Words and phrases, found among the words of a line in time that grows with the line alone."""

    def __init__(self, entries: Iterable[str]) -> None:
        self._words: set[str] = set()
        self._phrases: dict[str, list[tuple[str, ...]]] = {}
        for entry in entries:
            first, *rest = entry.split()
            if rest:
                self._phrases.setdefault(first, []).append((first, *rest))
            else:
                self._words.add(first)
        self._heads = self._words | self._phrases.keys()

    def at(self, words: list[str], place: int) -> bool:
        """Whether an entry starts at `words[place]`."""
        word = words[place]
        return word in self._words or any(
            tuple(words[place : place + len(phrase)]) == phrase for phrase in self._phrases.get(word, ())
        )

    def count(self, words: list[str]) -> int:
        """How many different words of a line open an entry."""
        if self._heads.isdisjoint(words):
            return 0
        return len({word for place, word in enumerate(words) if word in self._heads and self.at(words, place)})


@dataclass(frozen=True)
class Cues:
    """Everything in `cues.toml`."""

    labels: dict[str, Cue]
    leads: dict[str, tuple[Cue, bool]]  # with whether the words are plain in themselves
    openers: dict[str, tuple[tuple[str, Cue], ...]]  # by their first character, the longest first
    byline_starts: frozenset[str]
    byline_works: frozenset[str]
    byline_filler: frozenset[str]
    roles: frozenset[str]
    genres: frozenset[str]
    outlets: frozenset[str]
    alone: frozenset[str]
    day: dict[str, str]  # words before a date -> what they make of it: `issued filed changed elsewhere`
    events: Lexicon
    venues: Lexicon
    strong: Lexicon
    weak: Lexicon
    reader: Lexicon
    lures: Lexicon
    sharp_tickers: Lexicon
    loose_tickers: Lexicon
    instruments: Lexicon
    figures: Lexicon
    generic_names: frozenset[str]
    past: frozenset[str]
    future: frozenset[str]
    months: dict[str, int]
    page_published: tuple[str, ...]
    page_articles: frozenset[str]

    def opener(self, line: str) -> Cue | None:
        """The cue of the phrase that `line` opens with, if any; whole words count."""
        start = line[:_LONGEST_OPENER].lower()
        for phrase, cue in self.openers.get(start[:1], ()):
            if start.startswith(phrase) and not (
                phrase[-1].isalnum() and start[len(phrase) : len(phrase) + 1].isalpha()
            ):
                return cue
        return None


@cache
def cues() -> Cues:
    """The cues, read from the package on first use."""
    table = tomllib.loads(files(__package__).joinpath("cues.toml").read_text(encoding="utf-8"))
    byline, promo, ticker, tense, page = (table[name] for name in ("byline", "promo", "ticker", "tense", "page"))
    day = table["day"]
    return Cues(
        labels={word: Cue(row["kind"], row["reach"]) for row in reversed(table["label"]) for word in row["words"]},
        leads={
            word: (Cue(row["kind"], row.get("reach", "line")), row["plain"])
            for row in reversed(table["lead"])
            for word in row["words"]
        },
        openers=_openers(table["opener"]),
        byline_starts=frozenset(byline["starts"]),
        byline_works=frozenset(byline["works"]),
        byline_filler=frozenset(byline["filler"]),
        roles=frozenset(byline["roles"]),
        genres=frozenset(byline["genres"]),
        outlets=frozenset(byline["outlets"]),
        alone=frozenset(byline["alone"]),
        day={words: kind for kind in ("elsewhere", "changed", "filed", "issued") for words in day[kind]},
        events=Lexicon(day["events"]),
        venues=Lexicon(day["venues"]),
        strong=Lexicon(promo["strong"]),
        weak=Lexicon(promo["weak"]),
        reader=Lexicon(promo["reader"]),
        lures=Lexicon(promo["lures"]),
        sharp_tickers=Lexicon(ticker["sharp"]),
        loose_tickers=Lexicon(ticker["loose"]),
        instruments=Lexicon(table["board"]["instruments"]),
        figures=Lexicon(table["board"]["figures"]),
        generic_names=frozenset(table["names"]["generic"]),
        past=frozenset(tense["past"]),
        future=frozenset(tense["future"]),
        months={name: month for month, names in enumerate(table["months"]["names"], start=1) for name in names},
        page_published=tuple(page["published"]),
        page_articles=frozenset(page["articles"]),
    )


def _openers(rows: list[dict[str, Any]]) -> dict[str, tuple[tuple[str, Cue], ...]]:
    found: dict[str, list[tuple[str, Cue]]] = {}
    for row in rows:
        for phrase in row["words"]:
            found.setdefault(phrase[0], []).append((phrase, Cue(row["kind"], row["reach"])))
    return {start: tuple(sorted(rows, key=lambda row: -len(row[0]))) for start, rows in found.items()}
