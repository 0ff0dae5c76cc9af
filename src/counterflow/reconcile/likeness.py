"""Which names are one party's by likeness alone, judged so that a wrong match is rarer than a missed one.

Two names are alike from a score of 90 on: `rapidfuzz.fuzz.ratio` of their letters, the words by the alphabet. Alike is
not yet the same: names of one party differ in spaces or accents, in the order of three words or more, or by one slip
in one long word. Other words, numbers, kinds or countries tell parties apart. And a match stands only where each name
of it is nearer to each of the others than to any name outside, by a margin: of two names, each is the other's best and
clearly so. No chain of likenesses makes a match. What falls short is a doubt, for a person.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Final, NamedTuple

ALIKE: Final = 90.0  # the least score of one party's names, of 100
MARGIN: Final = 3.0  # how far the next best stays behind
_MOST: Final = 8  # names that one match joins; more are a swarm, which no margin tells apart
_LONG: Final = 7  # letters from which a word with a slip in it is still the same word
_SHORT: Final = 4  # letters below which one other letter makes another word: SDS, SDI
_ROWS: Final = 1_000  # of a block, compared at once
_MARKS: Final = 4  # of a name, the rarest: names that share none of them are not compared
# No company is one of these; what else a party is called (lab, cloud) may be unknown of a name met once.
_BODIES: Final = frozenset({"person", "sector", "market", "government", "media"})
_NOISE: Final = frozenset({"and", "the"})


class Named(NamedTuple):
    """A party as far as likeness is concerned."""

    name: str
    writings: tuple[str, ...]  # what it is called, as `parties.key` writes it
    kind: str = "company"  # which stands for an unknown kind, too
    country: str | None = None
    listed: bool = False  # in a table that tells parties apart: two such are never one
    asked: bool = True  # else only there for others to be matched with
    ruled: bool = False  # a person has spoken: never matched, and a rival still


class Match(NamedTuple):
    """Names of one party, the least score among them and the greatest to a name outside."""

    names: tuple[str, ...]
    score: float
    runner_up: float | None  # None: none is alike, or nearly


class Doubt(NamedTuple):
    """Two names that may be one party's."""

    names: tuple[str, str]
    score: float


@dataclass(frozen=True, slots=True)
class _Writing:
    """One writing of the name of the party at a place of the list, taken apart; all without accents."""

    place: int
    words: tuple[str, ...]  # by the alphabet
    sorted_letters: str
    letters: str
    numbers: tuple[str, ...]


class _Pair(NamedTuple):
    score: float
    same: bool  # may be matched


_Near = dict[int, dict[int, _Pair]]  # by two places, both ways


def likenesses(parties: Iterable[Named], margin: float = MARGIN) -> tuple[list[Match], list[Doubt]]:
    """Which names are one party's, and of which a person should say so; the same for any order of `parties`."""
    ordered = sorted(parties, key=lambda p: p.name)
    near = _pairs(ordered, ALIKE - margin)
    matches = _matches(near, margin)
    group = {place: number for number, (places, *_) in enumerate(matches) for place in places}
    doubts = [
        Doubt((ordered[a].name, ordered[b].name), pair.score)
        for a, others in sorted(near.items())
        for b, pair in sorted(others.items())
        if a < b and not (a in group and group[a] == group.get(b)) and not (ordered[a].ruled or ordered[b].ruled)
    ]
    return [Match(tuple(ordered[i].name for i in places), low, high) for places, low, high in matches], doubts


# ---------------------------------------------------------------- pairs
def _pairs(parties: Sequence[Named], least: float) -> _Near:
    """Parties alike by at least `least` that nothing surely tells apart."""
    writings = [_taken_apart(writing, place) for place, party in enumerate(parties) for writing in party.writings]
    uses = Counter(word for word, _ in {(word, w.place) for w in writings for word in w.words})
    near: _Near = defaultdict(dict)
    for one, other, score in _alike(writings, parties, least):
        a, b = parties[one.place], parties[other.place]
        if one.place == other.place or (b.asked and one.place > other.place):
            continue  # one party, or met from the other side
        same = _same(one, other, uses)
        if same is not None:
            known = near[one.place].get(other.place, _Pair(0, same=False))
            same = same and score >= ALIKE and not (a.ruled or b.ruled) and _one_kind(a, b)
            pair = _Pair(max(score, known.score), same or known.same)
            near[one.place][other.place] = near[other.place][one.place] = pair
    return near


def _taken_apart(writing: str, place: int) -> _Writing:
    bare = "".join(c for c in unicodedata.normalize("NFKD", writing) if not unicodedata.combining(c))
    words = [word for word in bare.split() if word not in _NOISE] or [bare]
    ordered = tuple(sorted(words))
    return _Writing(place, ordered, "".join(ordered), "".join(words), tuple(re.findall(r"\d+", bare)))


def _alike(
    writings: Sequence[_Writing], parties: Sequence[Named], least: float
) -> Iterator[tuple[_Writing, _Writing, float]]:
    """Writings alike by at least `least`, of two parties, of which one is asked about."""
    import numpy as np
    from rapidfuzz import fuzz, process

    for block in _blocks(writings, _rarest_marks(writings).__getitem__):
        texts = [w.sorted_letters for w in block]
        asked = [i for i, w in enumerate(block) if parties[w.place].asked]
        for start in range(0, len(asked), _ROWS):
            rows = asked[start : start + _ROWS]
            scores = process.cdist(
                [texts[i] for i in rows], texts, scorer=fuzz.ratio, score_cutoff=least, dtype=np.float32
            )
            yield from ((block[rows[i]], block[j], float(scores[i, j])) for i, j in np.argwhere(scores).tolist())
    for block in _blocks(writings, lambda w: [w.letters]):  # whatever the words that spaces make of them
        yield from ((a, b, 100.0) for a in block if parties[a.place].asked for b in block)


def _rarest_marks(writings: Sequence[_Writing]) -> dict[_Writing, list[str]]:
    """The beginnings and ends of words that fewest writings share: of a word with one slip, one of both is right."""
    marks = {w: {mark for word in w.words for mark in (f"{word[:3]}-", f"-{word[-3:]}")} for w in writings}
    common = Counter(mark for each in marks.values() for mark in each)
    return {w: sorted(each, key=lambda mark: (common[mark], mark))[:_MARKS] for w, each in marks.items()}


def _blocks(writings: Iterable[_Writing], marks: Callable[[_Writing], Iterable[str]]) -> list[list[_Writing]]:
    """Writings that share a mark and all numbers, where they are of two parties or more."""
    blocks: dict[Any, list[_Writing]] = defaultdict(list)
    for writing in writings:
        for mark in marks(writing):
            blocks[mark, writing.numbers].append(writing)
    return [block for block in blocks.values() if len({w.place for w in block}) > 1]


# ---------------------------------------------------------------- what tells parties apart
def _same(one: _Writing, other: _Writing, uses: Mapping[str, int]) -> bool | None:
    """Whether two alike writings are the same name; None where they surely are not."""
    if one.letters == other.letters:
        return len(one.letters) >= _LONG - 1
    if one.words == other.words:
        return len(one.words) > 2  # of two words, "First American" is not "American First"
    left, right = Counter(one.words), Counter(other.words)
    mine, theirs = sorted((left - right).elements()), sorted((right - left).elements())
    if len(mine) != len(theirs) or len(mine) > 2:
        return None
    slips = [_slip(a, b, uses) for a, b in zip(mine, theirs, strict=True)]
    return None if None in slips else len(slips) == 1 and slips[0]


def _slip(one: str, other: str, uses: Mapping[str, int]) -> bool | None:
    """Whether one word is the other with a slip of the pen; None where both are words of their own."""
    from rapidfuzz.distance import OSA

    short = min(len(one), len(other))
    if short < _SHORT or (uses[one] > 1 and uses[other] > 1) or OSA.distance(one, other, score_cutoff=1) > 1:
        return None
    return short >= _LONG and one[0] == other[0]


def _one_kind(one: Named, other: Named) -> bool:
    """Whether neither kind nor country tells two parties apart; what is not known tells nothing."""
    kinds, countries = {one.kind, other.kind}, {one.country, other.country} - {None}
    return len(countries) < 2 and (len(kinds) == 1 or ("company" in kinds and not kinds & _BODIES))


# ---------------------------------------------------------------- matches
def _matches(near: _Near, margin: float) -> list[tuple[tuple[int, ...], float, float | None]]:
    """The largest sets that stand by themselves.

    Such a set is complete before any other likeness of its members comes up, so joining pairs from the most alike down
    meets every one of them.
    """
    joined: dict[int, tuple[int, ...]] = {place: (place,) for place in near}
    stand: dict[int, tuple[tuple[int, ...], float, float | None]] = {}
    pairs = [(-pair.score, a, b) for a, others in near.items() for b, pair in others.items() if a < b and pair.same]
    for _, a, b in sorted(pairs):
        if joined[a] is not joined[b]:
            both = tuple(sorted(joined[a] + joined[b]))
            joined |= dict.fromkeys(both, both)
            if found := _standing(both, near, margin):
                stand |= dict.fromkeys(both, found)
    return sorted(set(stand.values()), key=lambda found: found[0])


def _standing(
    places: tuple[int, ...], near: _Near, margin: float
) -> tuple[tuple[int, ...], float, float | None] | None:
    """The set with its least inner score and its greatest outer one, if all are the same and the margin holds."""
    if len(places) > _MOST:
        return None
    inner = [near[a].get(b) for a, b in combinations(places, 2)]
    outer = [pair.score for a in places for b, pair in near[a].items() if b not in places]
    if not all(pair and pair.same for pair in inner):
        return None
    low, high = min(pair.score for pair in inner if pair), max(outer, default=None)
    return (places, low, high) if high is None or low - high >= margin else None
