"""Carry-over: "the company", "the shipping group", "it", "its", "both" stand for a party named before.

A subject is preferred to an object, the same sentence to the one before, the paragraph to the page; failing all that,
the party the page speaks of most. Papers, people and products are never meant. All this is less sure than a name.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Final

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
    unnamed,
)
from counterflow.extract.names.deeds import does, is_role
from counterflow.extract.names.defined import Definition, Terms
from counterflow.extract.names.gazetteer import Gazetteer, Mention
from counterflow.extract.names.referents import Referent, beside, governed, subject_of
from counterflow.extract.names.voice import OWN, Voice
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
_NEAR: Final = 4  # sentences in which "the borrower" has borrowed
_KIND_WORDS: Final = {
    "lab": frozenset("lab laboratory start-up startup developer ai".split()),
    "cloud": frozenset("cloud provider hyperscaler neocloud tech technology".split()),
    "chipmaker": frozenset("chipmaker chip-maker chip chips semiconductor designer tech technology".split()),
    "investor": frozenset("bank lender fund investor financier backer".split()),
}
_NOTHING: Final = frozenset[str]()
_CLAUSAL: Final = frozenset(
    "that said says saying if when because while after before since whether until as".split()
)  # behind these a clause with a subject of its own may begin
_ASKING: Final = frozenset("should were had did does will would can could".split())  # "should Microsoft take up"
_WRITERS: Final = frozenset("company issuer corporation registrant".split())
_OWNERS: Final = frozenset("owner parent buyer acquirer".split())


def carried(
    page: Page, named: Sequence[Mention], gazetteer: Gazetteer, defined: Sequence[Definition] = ()
) -> list[Mention]:
    """The mentions that refer back, in text order, each with the parties it stands for as last written."""
    return list(_Scene(page, named, gazetteer, defined).resolve())


class _Scene:
    """One page as it is read: who has been named so far, in which sentence, and what each was called."""

    def __init__(
        self, page: Page, named: Sequence[Mention], gazetteer: Gazetteer, defined: Sequence[Definition]
    ) -> None:
        paying = [m for m in named if m.kind in _PAYING]
        proper = [m for m in paying if m.how != "descriptor"]
        self.page, self.gazetteer = page, gazetteer
        self.named = {page.at(m.start): m for m in named}
        self.taken = {i for m in named for i in range(page.at(m.start), page.at(m.end))}
        self.main = _by_weight(page, paying)
        self.kinds = {m.parties[0]: m.kind for m in reversed(paying)}
        self.told = told(page, paying)
        self.called = called(paying, self.told)
        self.terms = Terms(page, defined, proper)
        self.voice = Voice(page, named, proper, self.terms)
        self.written = {m.parties[0]: m.written[0] for m in (*reversed(paying), *reversed(proper))}
        self.met: set[str] = set()
        self.papers: set[int] = set()  # sentences that have named one
        self.seen: dict[int, list[Referent]] = defaultdict(list)  # by the first word of the sentence

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
        elif first > start and (
            (opens and page.words[first - 1] in _LOOSE) or page.words[first - 1].lower() in _ASKING
        ):
            opens = acting(page, after)
        elif first == start + 1 and page.words[start] == "For":
            opens = True  # "For Amazon, the deal would ...": what the sentence is about
        owns = ahead == "'" or mention.text.lower() in {"its", "their"}
        self.seen[start].append(Referent(first, after, mention.parties, opens, owns))

    def _answer(self, i: int) -> Mention | None:
        word = self.page.words[i]
        if word in OWN:
            return self._own(i)
        if word in {"the", "The"} or word in self.terms.opening:
            return self._defined(i) or self._written_by(i) or self._referring(i)
        return self._referring(i)

    def _own(self, i: int) -> Mention | None:
        """As in "we will deliver", "our contract": whoever's text it is."""
        if not self.page.asserting[i] or i in self.taken or self.page.loud[i]:
            return None
        party = self.voice.at(i)
        how = "carried" if party == self.voice.writer and self.page.words[i] in {"we", "We"} else "pronoun"
        return self._made(i, i + 1, (party,), how, _DEFINED if party == self.voice.own else _CARRIED) if party else None

    def _defined(self, i: int) -> Mention | None:
        """As in 'Dovecote Inc. (the "Purchaser")': "the Purchaser" means it all through the paper."""
        found = self.terms.at(i) if self.page.asserting[i] else None
        if found is None or not self.taken.isdisjoint(range(i, found[0])):
            return None
        after, parties = found
        return self._made(i, after, parties, "carried" if len(parties) == 1 else "group", _DEFINED)

    def _written_by(self, i: int) -> Mention | None:
        """As in a filing's "the Company": whoever files it; where the paper defines it, in small letters too."""
        page, writer = self.page, self.voice.writer
        noun = page.words[i + 1] if i + 1 < len(page.words) and page.gaps[i + 1] == " " else ""
        own = noun.lower() if self.voice.own or noun[:1].isupper() or noun == "registrant" else ""
        if writer is None or own not in _WRITERS or not page.asserting[i] or i in self.taken:
            return None
        return self._made(i, i + 2, (writer,), "carried", _DEFINED)

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
        if noun is None or renames(self.page, noun, self.named, self.taken) or unnamed(self.page, noun, self.taken):
            return None
        if is_role(noun.head) and noun.many > 1:
            doers = tuple(dict.fromkeys(self._doers(noun)))
            return self._made(noun.first, noun.after, doers, "group", _CARRIED) if len(doers) > 1 else None
        if is_role(noun.head):
            doer = next(self._doers(noun), None)
            if doer:
                return self._made(noun.first, noun.after, (doer,), "carried", _CARRIED)
            called = any(noun.head in words for words in self.told.values())
            if noun.head not in lexicon()["refer"] and not called:
                return None
        return self._group(noun) if noun.many > 1 else self._single(noun)

    def _doers(self, noun: Noun) -> Iterator[str]:
        """The parties that have the noun's part in a deal, the nearest sentence first."""
        page, start = self.page, self.page.sentence(noun.first)[0]
        for _ in range(_NEAR):
            for r in self._singles(start):
                if r.after <= noun.first and not r.owns and does(page, r.first, r.after, noun.head):
                    yield r.parties[0]
            if start <= page.paragraph(noun.first)[0] and not self._follows_a_line(start):
                return
            start = page.sentence(start - 1)[0]

    def _single(self, noun: Noun) -> Mention | None:
        place, page = place_of(self.page, noun), self.page
        likely = self._before(noun.first, "other" if place == "object" else place)
        if page.words[noun.first - 1] == "which" and page.words[noun.first - 2] in GOVERNING:
            here = self._singles(page.sentence(noun.first)[0])[-1:]  # "Orrery, in which the firm has 7%"
            likely = (party for party in likely if party not in {r.parties[0] for r in here})
        party, fit = self._best(likely, noun)
        sure = _CARRIED
        if fit < 3 and (noun.says or fit == 0):
            subject = self._acting(noun.first) if place == "object" else []
            others = [p for p in self.main if p not in {r.parties[0] for r in subject}]
            far, better = self._best([p for p in others if p in self.met] or others, noun)
            if not far and not party and subject:
                far, better = self._best([r.parties[0] for r in subject], noun)
            if better > fit:
                party, sure = far, sure - _DOUBT
        return self._made(noun.first, noun.after, (party,), "carried", sure) if party else None

    def _best(self, parties: Iterable[str], noun: Noun) -> tuple[str | None, int]:
        """The first of the parties that fit best, and how well."""
        fits = [(party, self._fits(party, noun)) for party in parties]
        best = max((fit for _, fit in fits), default=0)
        return next(((party, best) for party, fit in fits if fit == best > 0), (None, 0))

    def _fits(self, party: str, noun: Noun) -> int:
        """0 it cannot be meant; 1 it can; 2 its kind fits; 3 its name says so; 4 the text has called it so."""
        known = self.gazetteer.parties.get(party)
        if noun.says & self.told.get(party, _NOTHING):
            return 4
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
        if not self.seen[start] and start in self.papers and self.page.words[i - 1] != "that":
            return None  # "the Economic Times reported on its website"
        place = "owner" if word == "its" else place_of_it(self.page, i)
        if place is None or (place == "thing" and self._of_a_thing(i)):
            return None
        party = self._ahead(i) if place == "owner" and not self.seen[start] else None
        if place == "owner" and not _OWNERS.isdisjoint(self.page.words[i + 1 : i + 3]):
            party = party or next(self._doers(Noun(i, i + 1, "target")), None)  # "its new owner": of what was bought
        if place == "other" and self.page.words[i - 1] == "of":  # "11% of it": of what another holds a part of
            party = next(self._doers(Noun(i, i + 1, "holding")), None)
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

        `place` says what word i is in its clause: subject, owner, value (what a price is put on), or other (an
        object, which is never the subject itself).
        """
        page = self.page
        start, paragraph = page.sentence(i)[0], page.paragraph(i)[0]
        here = self._singles(start)
        late: list[Referent] = []
        barred: set[str] = set()
        if place == "other":
            late = self._acting(i)
            own = {r.parties[0] for r in late}
            yield from (r.parties[0] for r in reversed(here) if r.parties[0] not in own)
            if late and not _CLAUSAL.isdisjoint(page.words[late[-1].after : i]):
                yield from own
            else:
                barred = own
        elif place == "value":
            yield from (r.parties[0] for r in reversed(here) if page.words[r.first - 1] in {"in", "into", "behind"})
            yield from (r.parties[0] for r in reversed(here) if r.owns)  # "Dovecote's round, which values the firm at"
            yield from (r.parties[0] for r in here)
        elif here:
            lead = (
                next((r for r in reversed(here) if r.opens and not r.owns), None)
                if place == "owner"
                else subject_of(here)
            )
            lead = lead or next((r for r in here if not r.owns and not governed(page, r)), here[0])
            yield from (r.parties[0] for r in (lead, *reversed(here)))
        for _ in range(_BACK):
            if start <= paragraph and not self._follows_a_line(start):
                break
            start = page.sentence(start - 1)[0]
            there = self._singles(start)
            subject = subject_of(there)
            if subject:
                yield from (r.parties[0] for r in (subject, *reversed(there)) if r.parties[0] not in barred)

    def _acting(self, i: int) -> list[Referent]:
        """The subject of the clause of word i, with those listed beside it."""
        here = self._singles(self.page.sentence(i)[0])
        subject = next((r for r in reversed(here) if r.opens and not r.owns), None)
        subject = subject or next((r for r in here if not governed(self.page, r) and not r.owns), None)
        return beside(self.page, here, subject) if subject else []

    def _singles(self, start: int) -> list[Referent]:
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
                listed = beside(page, self.seen[first], r)
                if len(listed) == 2:
                    return tuple(each.parties[0] for each in listed)
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
