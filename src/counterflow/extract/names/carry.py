"""Carry-over: "the company", "the shipping group", "it", "its", "both" stand for a party named before.

A subject is preferred to an object, the same sentence to the one before, the paragraph to the page; failing all that,
the party the page speaks of most. Papers, people and products are never meant. All this is less sure than a name.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Final, NamedTuple

from counterflow.extract.names.carry_words import (
    GENERIC,
    GOVERNING,
    Noun,
    acting,
    boundary,
    called,
    noun_at,
    place_of,
    place_of_it,
    renames,
    told,
)
from counterflow.extract.names.gazetteer import Gazetteer, Mention
from counterflow.extract.names.words import Page, lexicon

_PAYING: Final = frozenset("company lab cloud chipmaker investor".split())
_BACKWARD: Final = frozenset({"carried", "pronoun", "group"})
_PRONOUNS: Final = frozenset("it its It Its they their They Their".split())
_POINTERS: Final = frozenset("the this that both these those The This That Both These Those".split())
_PEOPLE: Final = frozenset(
    "people sources analysts investors officials executives bankers traders lawyers economists".split()
)
_LOOSE: Final = frozenset({",", "and", "or", "as", "before", "after", "than", "since", "until"})  # lists and times too
_DEFINED: Final = 0.95
_CARRIED, _PRONOUN, _DOUBT = 0.75, 0.6, 0.1  # what a noun, a pronoun, and a guess beyond the paragraph are worth
_BACK: Final = 10  # sentences that a word can refer back over
_KIND_WORDS: Final = {
    "lab": frozenset("lab laboratory start-up startup developer ai".split()),
    "cloud": frozenset("cloud provider hyperscaler neocloud tech technology".split()),
    "chipmaker": frozenset("chipmaker chip-maker chip chips semiconductor designer tech technology".split()),
    "investor": frozenset("bank lender fund investor financier backer".split()),
}
_NOTHING: Final = frozenset[str]()
_WRITER: Final = re.compile(
    r"[\s,]{0,2}\((?:[^()\"“”]{0,90}[\s(])?(?:the )?[\"“](?:the )?(?:Company|Issuer|Corporation|we|us)"
    r"[,\"”][^()]{0,60}\)"
)


class _Referent(NamedTuple):
    """A party standing in a sentence, where it may be meant later."""

    first: int  # its words [first, after)
    after: int
    parties: tuple[str, ...]
    opens: bool  # begins a clause: its likely subject
    owns: bool  # followed by 's


def carried(page: Page, named: Sequence[Mention], gazetteer: Gazetteer) -> list[Mention]:
    """The mentions that refer back, in text order, each with the parties it stands for as last written."""
    return list(_Scene(page, named, gazetteer).resolve())


class _Scene:
    """One page as it is read: who has been named so far, in which sentence, and what each was called."""

    def __init__(self, page: Page, named: Sequence[Mention], gazetteer: Gazetteer) -> None:
        paying = [m for m in named if m.kind in _PAYING]
        proper = [m for m in paying if m.how != "descriptor"]
        self.page, self.gazetteer = page, gazetteer
        self.named = {page.at(m.start): m for m in named}
        self.taken = {i for m in named for i in range(page.at(m.start), page.at(m.end))}
        self.main = _by_weight(page, paying)
        self.kinds = {m.parties[0]: m.kind for m in reversed(paying)}
        self.told = told(page, paying)
        self.called = called(paying, self.told)
        self.writer = next((m.parties[0] for m in proper if _WRITER.match(page.text, m.end)), None)
        self.written = {m.parties[0]: m.written[0] for m in (*reversed(paying), *reversed(proper))}
        self.met: set[str] = set()
        self.papers: set[int] = set()  # sentences that have named one
        self.seen: dict[int, list[_Referent]] = defaultdict(list)  # by the first word of the sentence

    def resolve(self) -> Iterator[Mention]:
        """Word by word: names enter the scene, nouns and pronouns are answered from it."""
        page, i = self.page, 0
        while i < len(page.words):
            mention = self.named.get(i) or self._answer(i)
            if mention:
                if mention.how in _BACKWARD:
                    yield mention
                self._enter(mention)
                i = page.at(mention.end)
            else:
                i += 1

    def _enter(self, mention: Mention) -> None:
        page = self.page
        first, after = page.at(mention.start), page.at(mention.end)
        start = page.sentence(first)[0]
        if mention.kind == "media":
            self.papers.add(start)
        if mention.kind not in _PAYING:
            return
        self.met.update(mention.parties)
        if mention.how not in _BACKWARD | {"descriptor"}:
            self.written[mention.parties[0]] = mention.written[0]
        ahead = page.words[after] if after < len(page.words) else "."
        if ahead == "-" and not page.gaps[after]:
            return  # "Nvidia-backed": only describes another
        opens = first == start or boundary(page, first - 1) or page.opening(first)
        last = self.seen[start][-1] if self.seen[start] else None
        if last and page.words[last.after : first] in (["and"], ["or"], ["&"], ["'", "s"]):
            opens = last.opens  # named side by side; or "Amazon's AWS", where the unit is meant
        elif opens and first > start and page.words[first - 1] in _LOOSE:
            opens = acting(page, after)
        elif first == start + 1 and page.words[start] == "For":
            opens = True  # "For Amazon, the deal would ...": what the sentence is about
        owns = ahead == "'" or mention.text.lower() in {"its", "their"}
        self.seen[start].append(_Referent(first, after, mention.parties, opens, owns))

    def _answer(self, i: int) -> Mention | None:
        word = self.page.words[i]
        if self.writer and word in {"we", "We", "the", "The"}:
            return self._written_by(i, self.writer) or (self._referring(i) if word in _POINTERS else None)
        return self._referring(i)

    def _written_by(self, i: int, writer: str) -> Mention | None:
        """As in 'Dovecote Inc. (the "Company")': "the Company" and "we" mean it all through the paper."""
        page = self.page
        if not page.asserting[i] or i in self.taken:
            return None
        if page.words[i].lower() == "we":
            return self._made(i, i + 1, (writer,), "carried", _DEFINED)
        named = [w.lower() for w in page.words[i + 1 : i + 2]] in (["company"], ["issuer"], ["corporation"])
        return self._made(i, i + 2, (writer,), "carried", _DEFINED) if named and page.gaps[i + 1] == " " else None

    def _referring(self, i: int) -> Mention | None:
        word = self.page.words[i]
        if word not in _PRONOUNS and word not in _POINTERS:
            return None
        if not self.page.asserting[i] or self.page.loud[i] or i in self.taken:
            return None
        if word.lower() in {"it", "its"}:
            return self._pronoun(i, word.lower())
        if word in _PRONOUNS:
            pair = self._pair_named(i)
            return self._made(i, i + 1, pair, "group", _PRONOUN) if pair else None
        noun = noun_at(self.page, i, self.taken)
        if noun is None or renames(self.page, noun, self.named, self.taken):
            return None
        return self._group(noun) if noun.many > 1 else self._single(noun)

    def _single(self, noun: Noun) -> Mention | None:
        party, fit = self._best(self._before(noun.first, place_of(self.page, noun)), noun)
        sure = _CARRIED
        if fit < 3 and (noun.says or fit == 0):
            far, better = self._best([p for p in self.main if p in self.met] or self.main, noun)
            if better > fit:
                party, sure = far, sure - _DOUBT
        return self._made(noun.first, noun.after, (party,), "carried", sure) if party else None

    def _best(self, parties: Iterable[str], noun: Noun) -> tuple[str | None, int]:
        """The first of the parties that fit best, and how well."""
        fits = [(party, self._fits(party, noun)) for party in parties]
        best = max((fit for _, fit in fits), default=0)
        return next(((party, best) for party, fit in fits if fit == best > 0), (None, 0))

    def _fits(self, party: str, noun: Noun) -> int:
        """0 it cannot be meant; 1 it can; 2 its kind fits; 3 the text has called it so."""
        known = self.gazetteer.parties.get(party)
        if noun.says & self.told.get(party, _NOTHING):
            return 3
        if noun.head in GENERIC or noun.head not in lexicon()["refer"]:
            return 1
        if noun.says & self.called.get(party, _NOTHING):
            return 3
        if noun.head in lexicon()["heads"]["startup"]:
            return int(known is None or known.ticker is None)
        if noun.says & _KIND_WORDS.get(self.kinds.get(party, ""), _NOTHING):
            return 2
        return int(known is None and party not in self.told and self.kinds.get(party) == "company")

    def _group(self, noun: Noun) -> Mention | None:
        pair = self._pair(noun)
        return self._made(noun.first, noun.after, pair, "group", _PRONOUN if noun.bare else _CARRIED) if pair else None

    def _pronoun(self, i: int, word: str) -> Mention | None:
        start = self.page.sentence(i)[0]
        if not self.seen[start] and start in self.papers:
            return None  # "the Economic Times reported on its website"
        place = "owner" if word == "its" else place_of_it(self.page, i)
        if place is None or (place == "thing" and self._of_a_thing(i)):
            return None
        party = self._ahead(i) if place == "owner" and not self.seen[start] else None
        party = party or next(self._before(i, "subject" if place == "thing" else place), None)
        sure = _PRONOUN
        if party is None and place in {"subject", "owner"} and self.main:
            party, sure = self.main[0], _PRONOUN - _DOUBT
        return self._made(i, i + 1, (party,), "pronoun", sure) if party else None

    def _ahead(self, i: int) -> str | None:
        """The party that "its" only leads up to: "To cut its costs, Eastmarch sold ..."."""
        page = self.page
        first, after = page.sentence(i)
        comma = next((k for k in range(i, after) if page.words[k] == ","), after)
        mention = self.named.get(comma + 1)
        leads = page.words[first].lower() in lexicon()["lead_in"] or page.words[first].endswith("ing")
        return mention.parties[0] if leads and mention and mention.kind in _PAYING else None

    def _of_a_thing(self, i: int) -> bool:
        """Whether "it" rather means a deal, a price or the like: one stands before it, or opened the last sentence."""
        page, things = self.page, lexicon()["things"]
        start = page.sentence(i)[0]
        if any(word.lower() in things for word in page.words[start:i]):
            return True
        if start == page.paragraph(i)[0] or any(r.first > start for r in self.seen[start]):
            return False
        earlier = page.sentence(start - 1)[0]
        opening = next((r.first for r in self.seen[earlier] if r.opens and not r.owns), start)
        return any(word.lower() in things for word in page.words[earlier:opening])

    def _before(self, i: int, place: str) -> Iterator[str]:
        """Single parties before word i, the likeliest first, within the paragraph.

        `place` says what word i is in its clause: subject owner object value (what a price is put on).
        """
        page = self.page
        start, paragraph = page.sentence(i)[0], page.paragraph(i)[0]
        here = self._singles(start)
        late: list[_Referent] = []
        if place == "object":
            subject = next((r for r in reversed(here) if r.opens), None)
            subject = subject or next((r for r in here if not _governed(page, r)), None)
            late = _beside(page, here, subject) if subject else []
            yield from (r.parties[0] for r in reversed(here) if r not in late)
        elif place == "value":
            yield from (r.parties[0] for r in reversed(here) if page.words[r.first - 1] in {"in", "into", "behind"})
            yield from (r.parties[0] for r in here)
        elif here:
            lead = (
                next((r for r in reversed(here) if r.opens and not r.owns), None)
                if place == "owner"
                else _subject(here)
            )
            lead = lead or next((r for r in here if not r.owns and not _governed(page, r)), here[0])
            yield from (r.parties[0] for r in (lead, *reversed(here)))
        for _ in range(_BACK):
            if start <= paragraph and not self._follows_a_line(start):
                break
            start = page.sentence(start - 1)[0]
            there = self._singles(start)
            subject = _subject(there)
            if subject:
                yield from (r.parties[0] for r in (subject, *reversed(there)))
        yield from (r.parties[0] for r in late)

    def _singles(self, start: int) -> list[_Referent]:
        return [r for r in self.seen[start] if len(r.parties) == 1]

    def _follows_a_line(self, start: int) -> bool:
        """Whether the paragraph before is a single sentence, as wire stories have them: it then reads on."""
        if start == 0 or not self.page.asserting[start - 1] or self.page.loud[start - 1]:
            return False
        return self.page.paragraph(start - 1)[0] == self.page.sentence(start - 1)[0]

    def _pair_named(self, i: int) -> tuple[str, ...] | None:
        """The parties that "they" can mean: named side by side, or as a group, in this sentence or the last."""
        page = self.page
        start = page.sentence(i)[0]
        tells = i + 1 < len(page.words) and page.words[i + 1] in lexicon()["told_after"]
        if tells or not _PEOPLE.isdisjoint(page.words[start:i]):
            return None
        for first in [start] if start == page.paragraph(i)[0] else [start, page.sentence(start - 1)[0]]:
            for r in reversed(self.seen[first]):
                if len(r.parties) > 1:
                    return r.parties
                beside = _beside(page, self.seen[first], r)
                if len(beside) == 2:
                    return tuple(b.parties[0] for b in beside)
        return None

    def _pair(self, noun: Noun) -> tuple[str, ...] | None:
        """The two (or three) parties last named in one sentence, else the two the page speaks of most."""
        start = self.page.sentence(noun.first)[0]
        for _ in range(_BACK):
            parties: list[str] = []
            for party in chain.from_iterable(r.parties for r in self.seen[start]):
                if self._fits(party, noun) and not any(self._same_house(party, p) for p in parties):
                    parties.append(party)
            if len(parties) >= noun.many:
                return tuple(parties[: noun.many])
            if start == 0:
                break
            start = self.page.sentence(start - 1)[0]
        return tuple(self.main[: noun.many]) if len(self.main) >= noun.many else None

    def _same_house(self, one: str, two: str) -> bool:
        return one == two or self.gazetteer.owner(one) == two or self.gazetteer.owner(two) == one

    def _made(self, first: int, after: int, parties: tuple[str, ...], how: str, sure: float) -> Mention:
        page = self.page
        start, end = page.starts[first], page.ends[after - 1]
        kinds = {self.kinds.get(p, "company") for p in parties}
        written = tuple(self.written.get(p, p) for p in parties)
        kind = kinds.pop() if len(kinds) == 1 else "company"
        return Mention(start, end, page.text[start:end], parties, written, kind, how, round(sure, 2))


def _by_weight(page: Page, paying: Sequence[Mention]) -> list[str]:
    """The parties by how much the page speaks of them: often, and early."""
    weight: Counter[str] = Counter()
    opening = page.ends[page.sentences[1] - 1] if len(page.sentences) > 1 else len(page.text)
    for mention in paying:
        weight[mention.parties[0]] += 2 if mention.start < opening else 1
    return [party for party, _ in weight.most_common()]


def _subject(referents: Sequence[_Referent]) -> _Referent | None:
    """The likely subject of a sentence: who opens a clause, rather not as an owner; else who comes first."""
    return min(referents, key=lambda r: (not r.opens, r.owns, r.first), default=None)


def _governed(page: Page, referent: _Referent) -> bool:
    """Whether a preposition stands before a party, so that it is no subject."""
    return referent.first > 0 and page.words[referent.first - 1].lower() in GOVERNING


def _beside(page: Page, referents: Sequence[_Referent], one: _Referent) -> list[_Referent]:
    """The parties listed with one: "Eastmarch, Fennimore and Greyhollow"."""
    run: list[_Referent] = []
    for r in referents:
        if run and not all(word in {",", "and", "&"} for word in page.words[run[-1].after : r.first]):
            if one in run:
                break
            run = []
        run.append(r)
    return run if one in run else [one]
