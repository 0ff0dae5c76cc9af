"""Carry-over: "the company", "the shipping group", "it", "its", "both" stand for a party named before.

A subject is preferred to an object, the same sentence to the one before, the paragraph to the page; failing all that,
the party the page speaks of most. Papers, people and products are never meant. Everything here is less sure than a name.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, pairwise
from typing import Final, NamedTuple

from counterflow.extract.gazetteer import Gazetteer, Mention
from counterflow.extract.words import BREAK, Page, lexicon

_PAYING: Final = frozenset("company lab cloud chipmaker investor".split())
_CARRIED, _PRONOUN, _DOUBT = 0.75, 0.6, 0.1  # what a noun, a pronoun, and a guess beyond the paragraph are worth
_BACK: Final = 10  # sentences that a word can refer back over
_PLURALS: Final = {"companies": "company", "parties": "party", "sides": "party", "partners": "party", "utilities": "utility"}
_KIND_WORDS: Final = {
    "lab": frozenset("lab laboratory start-up startup developer ai".split()),
    "cloud": frozenset("cloud provider hyperscaler neocloud".split()),
    "chipmaker": frozenset("chipmaker chip-maker chip chips semiconductor designer".split()),
    "investor": frozenset("bank lender fund investor financier backer".split()),
}
_GOVERNING: Final = frozenset("in into with from of by to for at on both between and or against via through".split())
_TOGETHER: Final = frozenset("companies firms parties sides partners start-ups startups groups labs".split())
_GENERIC: Final = frozenset("company firm group corporation giant party outfit".split())


_PEOPLE: Final = frozenset("people sources analysts investors officials executives bankers traders lawyers economists".split())


class _Referent(NamedTuple):
    """A party standing in a sentence, where it may be meant later."""

    first: int  # its words [first, after)
    after: int
    parties: tuple[str, ...]
    kind: str
    opens: bool  # begins a clause: its likely subject
    owns: bool  # followed by 's


class _Noun(NamedTuple):
    """A noun that refers back: its words, its head, and the words that say of what kind."""

    first: int
    after: int
    head: str
    says: frozenset[str]
    count: int  # 1, or how many parties are meant
    bare: bool  # "both", "the two" without a noun


def carried(page: Page, named: Sequence[Mention], gazetteer: Gazetteer) -> list[Mention]:
    """The mentions that refer back, in text order, each with the parties it stands for as last written."""
    return list(_Scene(page, named, gazetteer).resolve())


class _Scene:
    """One page as it is read: who has been named so far, in which sentence, and what each was called."""

    def __init__(self, page: Page, named: Sequence[Mention], gazetteer: Gazetteer) -> None:
        self.page, self.gazetteer = page, gazetteer
        self.named = {page.at(m.start): m for m in named}
        self.taken = {i for m in named for i in range(page.at(m.start), page.at(m.end))}
        paying = [m for m in named if m.kind in _PAYING and m.how != "product"]
        self.main = _main(page, paying)
        self.kinds = {m.parties[0]: m.kind for m in reversed(paying) if m.how != "descriptor"}
        self.told = _told(page, paying)
        self.called = _called(paying, self.told)
        self.written = {m.parties[0]: m.written[0] for m in reversed(paying) if m.how != "descriptor"}
        self.met: set[str] = set()
        self.papers: set[int] = set()  # sentences that have named one
        self.seen: dict[int, list[_Referent]] = defaultdict(list)  # by the first word of the sentence

    def resolve(self) -> Iterator[Mention]:
        """Word by word: names enter the scene, nouns and pronouns are answered from it."""
        page, i = self.page, 0
        while i < len(page.words):
            mention = self.named.get(i)
            if mention:
                self._enter(mention)
                i = page.at(mention.end)
                continue
            answer = self._answer(i) if page.asserting[i] and not page.loud[i] and i not in self.taken else None
            if answer:
                yield answer
                self._enter(answer)
                i = page.at(answer.end)
            else:
                i += 1

    def _enter(self, mention: Mention) -> None:
        page = self.page
        if mention.kind == "media":
            self.papers.add(page.sentence(page.at(mention.start))[0])
        if mention.kind not in _PAYING:
            return
        first, after = page.at(mention.start), page.at(mention.end)
        self.met.update(mention.parties)
        if mention.how not in {"descriptor", "carried", "pronoun", "group"}:
            self.written[mention.parties[0]] = mention.written[0]
        if after < len(page.words) and page.words[after] == "-" and not page.gaps[after]:
            return  # "Nvidia-backed": only describes another
        owns = mention.text.lower() in {"its", "their"} or (after < len(page.words) and page.words[after] == "'")
        start = page.sentence(first)[0]
        opens = first == start or _boundary(page, first - 1) or page.opening(first)
        last = self.seen[start][-1] if self.seen[start] else None
        if last and page.words[last.after : first] in (["and"], ["or"], ["&"], ["'", "s"]):
            opens = last.opens  # named side by side; or "Amazon's AWS", where the unit is meant
        elif opens and first > start and page.words[first - 1] in {",", "and", "or"}:
            opens = _acting(page, after)
        self.seen[start].append(_Referent(first, after, mention.parties, mention.kind, opens, owns))

    def _answer(self, i: int) -> Mention | None:
        word = self.page.words[i].lower()
        if word in {"it", "its"}:
            return self._pronoun(i, word)
        if word in {"they", "their"}:
            pair = self._pair_named(i)
            return self._made(i, i + 1, pair, "group", _PRONOUN) if pair else None
        noun = _noun(self.page, i, self.taken) if word in {"the", "this", "that", "both", "these", "those"} else None
        if noun is None or self._renames(noun):
            return None
        return self._group(noun) if noun.count > 1 else self._single(noun)

    def _renames(self, noun: _Noun) -> bool:
        """Whether the noun only describes its neighbour: "OpenAI, the company behind ...", "the start-up Dovecote"."""
        page = self.page
        ahead = page.words[noun.after] if noun.after < len(page.words) else "."
        if noun.after in self.named and page.gaps[noun.after] == " ":
            return True
        if ahead in {"of", "behind", "that", "whose", "who"} and not noun.bare and page.gaps[noun.after] == " ":
            return True
        behind = page.words[noun.first - 1] if noun.first and page.gaps[noun.first] != BREAK else ""
        if behind in {"is", "was", "be", "become", "becomes", "became", "remains", "remain"}:
            return True
        beside = noun.first > 1 and noun.first - 2 in self.taken and behind in {",", "—", "–", "("}
        return beside and ahead in {",", "—", "–", ")", "which", "known", "led", "founded", "best", "backed", "in"}

    def _single(self, noun: _Noun) -> Mention | None:
        near = list(self._before(noun.first, _place(self.page, noun)))
        party, fit = self._best(near, noun)
        sure = _CARRIED
        if fit < 3 and (noun.says or fit == 0):
            far, better = self._best([p for p in self.main if p in self.met] or self.main, noun)
            if better > fit:
                party, sure = far, sure - _DOUBT
        return self._made(noun.first, noun.after, (party,), "carried", sure) if party else None

    def _best(self, parties: Iterable[str], noun: _Noun) -> tuple[str | None, int]:
        """The first of the parties that fit best, and how well."""
        fits = [(party, self._fits(party, noun)) for party in parties]
        fit = max((fit for _, fit in fits), default=0)
        return next(((party, fit) for party, f in fits if f == fit > 0), (None, 0))

    def _group(self, noun: _Noun) -> Mention | None:
        pair = self._pair(noun.first, noun)
        sure = _PRONOUN if noun.bare else _CARRIED
        return self._made(noun.first, noun.after, pair, "group", sure) if pair else None

    def _pronoun(self, i: int, word: str) -> Mention | None:
        start = self.page.sentence(i)[0]
        if not self.seen[start] and start in self.papers:
            return None  # "the Economic Times reported on its website"
        place = "owner" if word == "its" else _it_place(self.page, i)
        if place is None or (place == "thing" and self._of_a_thing(i)):
            return None
        party = self._ahead(i) if place == "owner" and not self.seen[start] else None
        party = party or next(iter(self._before(i, "subject" if place == "thing" else place)), None)
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
        """Whether a deal, a price or the like is the more likely meaning of "it": one stands before it, here or as the last subject."""
        page, things = self.page, lexicon()["things"]
        start = page.sentence(i)[0]
        if any(word.lower() in things for word in page.words[start:i]):
            return True
        first = page.paragraph(i)[0]
        if start == first or any(r.first > start for r in self.seen[start]):
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
        here = [r for r in self.seen[start] if len(r.parties) == 1]
        subject = next((r for r in reversed(here) if r.opens), None) or next((r for r in here if not _governed(page, r)), None)
        late: list[str] = []
        if place == "object" and not subject:
            yield from (r.parties[0] for r in reversed(here))
        elif place == "object" and subject:
            beside = _beside(page, here, subject)
            late = [r.parties[0] for r in beside]
            yield from (r.parties[0] for r in reversed(here) if r not in beside)
        elif place == "value":
            yield from (r.parties[0] for r in reversed(here) if page.words[r.first - 1] in {"in", "into", "behind"})
            yield from (r.parties[0] for r in here)
        elif here:
            lead = next((r for r in reversed(here) if r.opens and not r.owns), None) if place == "owner" else _subject(here)
            lead = lead or next((r for r in here if not r.owns and not _governed(page, r)), here[0])
            yield from (r.parties[0] for r in (lead, *reversed(here)))
        for _ in range(_BACK):
            if start <= paragraph and not self._follows_a_line(start):
                break
            start = page.sentence(start - 1)[0]
            there = [r for r in self.seen[start] if len(r.parties) == 1]
            lead_there = _subject(there)
            if lead_there:
                yield from (r.parties[0] for r in (lead_there, *reversed(there)))
        yield from late

    def _follows_a_line(self, start: int) -> bool:
        """Whether the paragraph before is a single sentence, as wire stories have them: it then reads on."""
        if start == 0 or not self.page.asserting[start - 1] or self.page.loud[start - 1]:
            return False
        return self.page.paragraph(start - 1)[0] == self.page.sentence(start - 1)[0]

    def _pair_named(self, i: int) -> tuple[str, ...] | None:
        """The parties that "they" can mean: named side by side, or as a group, in this sentence or the last."""
        page = self.page
        start = page.sentence(i)[0]
        if page.words[i + 1 : i + 2] and page.words[i + 1] in lexicon()["told_after"] or not _PEOPLE.isdisjoint(page.words[start:i]):
            return None
        starts = [start] if start == page.paragraph(i)[0] else [start, page.sentence(start - 1)[0]]
        for first in starts:
            for r in reversed(self.seen[first]):
                if len(r.parties) > 1:
                    return r.parties
                beside = _beside(page, self.seen[first], r)
                if len(beside) == 2:
                    return tuple(b.parties[0] for b in beside)
        return None

    def _pair(self, i: int, noun: _Noun) -> tuple[str, ...] | None:
        """The two (or three) parties last named in one sentence, else the two the page speaks of most."""
        start = self.page.sentence(i)[0]
        for _ in range(_BACK):
            parties: list[str] = []
            for party in chain.from_iterable(r.parties for r in self.seen[start]):
                if self._fits(party, noun) and not any(self._same_house(party, p) for p in parties):
                    parties.append(party)
            if len(parties) >= noun.count:
                return tuple(parties[: noun.count])
            if start == 0:
                break
            start = self.page.sentence(start - 1)[0]
        return tuple(self.main[: noun.count]) if len(self.main) >= noun.count else None

    def _same_house(self, one: str, two: str) -> bool:
        return one == two or self.gazetteer.owner(one) == two or self.gazetteer.owner(two) == one

    def _fits(self, party: str, noun: _Noun) -> int:
        """0 it cannot be meant; 1 it can; 2 its kind fits; 3 the text has called it so."""
        known, called = self.gazetteer.parties.get(party), self.called.get(party, frozenset())
        if noun.says & self.told[party]:
            return 3
        if noun.head in _GENERIC or noun.head not in lexicon()["refer"]:
            return 1
        if noun.says & called:
            return 3
        if noun.head in lexicon()["heads"]["startup"]:
            return int(known is None or known.ticker is None)
        if noun.says & _KIND_WORDS.get(self.kinds.get(party, ""), frozenset()):
            return 2
        return int(known is None and not called and self.kinds.get(party) == "company")

    def _made(self, first: int, after: int, parties: tuple[str, ...], how: str, sure: float) -> Mention:
        page = self.page
        start, end = page.starts[first], page.ends[after - 1]
        kinds = {self.kinds.get(p, "company") for p in parties}
        written = tuple(self.written.get(p, p) for p in parties)
        kind = kinds.pop() if len(kinds) == 1 else "company"
        return Mention(start, end, page.text[start:end], parties, written, kind, how, round(sure, 2))


def _subject(referents: Sequence[_Referent]) -> _Referent | None:
    """The likely subject of a sentence: who opens a clause, rather not as an owner ("Amazon's bid"); else who comes first."""
    ranked = sorted(referents, key=lambda r: (not r.opens, r.owns, r.first))
    return ranked[0] if ranked else None


def _beside(page: Page, referents: Sequence[_Referent], one: _Referent) -> list[_Referent]:
    """The parties listed with one: "Eastmarch, Fennimore and Greyhollow"."""
    runs: list[list[_Referent]] = [[]]
    for r in referents:
        if runs[-1] and not all(w in {",", "and", "&"} for w in page.words[runs[-1][-1].after : r.first]):
            runs.append([])
        runs[-1].append(r)
    return next((run for run in runs if one in run), [one])


def _governed(page: Page, referent: _Referent) -> bool:
    """Whether a preposition stands before a party, so that it is no subject."""
    return referent.first > 0 and page.words[referent.first - 1].lower() in _GOVERNING


def _acting(page: Page, after: int) -> bool:
    """Whether a verb follows a name, so that it begins a clause and does not just go on a list."""
    lists = lexicon()
    ahead = page.words[after : after + 1]
    return bool(ahead) and (ahead[0] in lists["verbs"] or ahead[0] in lists["acts"] or ahead[0] in lists["adverbs"] or ahead[0] in {"up", "another"})


def _boundary(page: Page, i: int) -> bool:
    return page.words[i] in {",", ";", ":", "—", "–", "("} or page.words[i].lower() in lexicon()["boundaries"]


def _main(page: Page, paying: Sequence[Mention]) -> list[str]:
    """The parties by how much the page speaks of them: often, first, and in its title."""
    weight: Counter[str] = Counter()
    for rank, mention in enumerate(paying):
        weight[mention.parties[0]] += 2 if rank == 0 or page.at(mention.start) < page.sentence(0)[1] else 1
    return [party for party, _ in weight.most_common()]


def _told(page: Page, paying: Iterable[Mention]) -> dict[str, frozenset[str]]:
    """What the text says each party is: "Danish battery maker Hanbyeol", "Hanbyeol, a maker of batteries"."""
    told: dict[str, set[str]] = defaultdict(set)
    for mention in paying:
        first, after = page.at(mention.start), page.at(mention.end)
        start = first
        while start > max(0, first - 4) and page.gaps[start] and _describes(page.words[start - 1]):
            start -= 1
        if start < first and _is_head(page.words[first - 1]):
            told[mention.parties[0]] |= _content(page.words[start:first])
        phrase = page.apposition(after)
        heads = [k for k, word in enumerate(phrase) if _is_head(word)]
        acts = page.words[after + 1 : after + 2] == ["the"] and heads and _acting(page, after + 3 + heads[-1])
        if heads and not acts:
            told[mention.parties[0]] |= _content(phrase)
    return defaultdict(frozenset, {party: frozenset(words) for party, words in told.items()})


def _called(paying: Iterable[Mention], told: Mapping[str, frozenset[str]]) -> dict[str, frozenset[str]]:
    """The nouns that each party may be called by, from what the text says and from its name: Shipping, a shipper."""
    nouns = lexicon()["called"]
    words: dict[str, set[str]] = defaultdict(set)
    for mention in paying:
        words[mention.parties[0]].update(f"{mention.parties[0]} {mention.written[0]}".lower().split(), told[mention.parties[0]])
    return {
        party: told[party].union(*(nouns.get(word, frozenset()) for word in said)) for party, said in words.items()
    }


def _describes(word: str) -> bool:
    return (word.islower() and word.isalpha()) or word.lower() in lexicon()["demonyms"]


def _content(words: Iterable[str]) -> set[str]:
    lists = lexicon()
    return {w.lower() for w in words if w.isalpha() and w.lower() not in lists["starters"] - lists["head_words"] and w.lower() not in _GENERIC}


def _refers(word: str) -> bool:
    return word in lexicon()["refer"] or word == "party" or word.endswith("maker")


def _is_head(word: str) -> bool:
    return word in lexicon()["head_words"] or word.endswith("maker")


def _noun(page: Page, i: int, taken: set[int]) -> _Noun | None:
    """The noun that refers back at word i ("the Danish shipping group", "both companies", "the two"), if there is one."""
    lists = lexicon()
    first, count, k = i, 1, i + 1
    word = page.words[i].lower()
    if word == "both":
        count = 2
    elif k < len(page.words) and page.words[k] in {"two", "three", "pair", "duo", "trio"} and page.gaps[k] == " ":
        count = 3 if page.words[k] in {"three", "trio"} else 2
        k += 1
        if page.words[k - 1] in {"pair", "duo", "trio"}:
            return _Noun(i, k, "company", frozenset(), count, bare=True)
    says: set[str] = set()
    for _ in range(5):
        if k >= len(page.words) or page.gaps[k] != " ":
            break
        after, text = _joined(page, k)
        low = text.lower()
        if low.split("-")[0] in lists["not_the"] or (k in taken and not text.endswith(("backed", "owned", "based", "listed", "led"))):
            return None
        singular = _PLURALS.get(low, low[:-1] if low.endswith("s") and not low.endswith("ss") else low)
        plural = singular != low and (_refers(singular) or (count > 1 and _is_head(singular)))
        if _refers(low) or plural:
            following = _joined(page, after) if after < len(page.words) and page.gaps[after] == " " else (after, "")
            if _refers(following[1]):  # "the bank group": the head is still to come
                says.add(low)
                k = after
                continue
            if plural != (count > 1) and not (plural and word == "the" and k == first + 1 and low in _TOGETHER):
                return None
            if following[1] in lists["not_after"]:
                return None
            says |= {singular} - _GENERIC
            start = max((t + 1 for t in range(first, after) if t in taken), default=first)
            return _Noun(start, after, singular, frozenset(says), max(count, 2 if plural else 1), bare=False)
        if low in lists["verbs"] or (low in lists["starters"] and low not in lists["still_the"]):
            break
        if not (text.islower() or low in lists["demonyms"] or "-" in text or text in lists["acronyms"]):
            break
        says.add(low)
        k = after
    if count == 2 and _acts(page, first + (1 if word == "both" else 2)):
        return _Noun(first, first + (1 if word == "both" else 2), "company", frozenset(), 2, bare=True)
    return None


def _joined(page: Page, k: int) -> tuple[int, str]:
    """The word at k with what a hyphen ties to it: "start-up"."""
    after = k + 1
    while after + 1 < len(page.words) and page.words[after] == "-" and not page.gaps[after] and not page.gaps[after + 1]:
        after += 2
    return after, "".join(page.words[k:after])


def _acts(page: Page, k: int) -> bool:
    """Whether a verb or the end of the clause follows: "both signed", "the two have agreed", "between the two"."""
    if k >= len(page.words) or page.gaps[k] == BREAK:
        return True
    word = page.words[k]
    if word in lexicon()["verbs"] or word.endswith("ed"):
        return "and" not in page.words[k + 1 : k + 4]
    return word in {".", ",", ";", "?", "'"}


def _place(page: Page, noun: _Noun) -> str:
    """What the noun is in its clause: subject, object, or value (what a price is put on)."""
    lists = lexicon()
    first = noun.first
    if first == 0 or page.gaps[first] == BREAK or page.sentence(first)[0] == first:
        return "subject"
    behind = page.words[first - 1].lower()
    ahead = page.words[noun.after : noun.after + 5]
    if behind in lists["value_verbs"] or (behind in {"bringing", "giving", "gives", "gave", "taking", "lifting"} and not {"valuation", "value", "worth"}.isdisjoint(ahead)):
        return "value"
    return "subject" if _boundary(page, first - 1) else "object"


def _it_place(page: Page, i: int) -> str | None:
    """What "it" is in its clause: subject, object, thing (the verb suits a deal as well); None where it means nothing."""
    lists = lexicon()
    k, end = i + 1, page.sentence(i)[1]
    before = page.words[i - 1].lower() if i else ""
    while k < end and page.gaps[k] == " " and page.words[k] in lists["adverbs"]:
        k += 1
    verb = page.words[k] if k < end else "."
    if verb in lists["pleonastic"] or before in {"makes", "made", "make", "making", "find", "found"}:
        return None
    if k > i + 1 and "that" in page.words[k + 1 : k + 2]:
        return None  # "it is reported that"
    if before in lists["giving_it"]:
        return "object"
    if before in _GOVERNING and before not in lists["boundaries"]:
        return "object" if not lists["fund_verbs"].isdisjoint(page.words[max(0, i - 6) : i]) else None
    if verb in {"seems", "appears", "takes", "comes", "turns"} or not verb[0].isalpha() or verb in lists["neutral_before"]:
        return None
    if verb in lists["thing_verbs"] or not (verb in lists["verbs"] or verb in lists["acts"]):
        return "thing"
    return "subject"
