"""The words that refer back, each judged where it stands: which noun it is, and what it is in its clause.

"The Danish shipping group", "both companies", "the two": `noun_at`. What texts and names call a party: `told` and
`called`. Who is meant is the business of `carry`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from counterflow.extract.names.deeds import is_role
from counterflow.extract.names.gazetteer import Mention
from counterflow.extract.names.words import BREAK, Page, lexicon

GENERIC: Final = frozenset("company firm group corporation giant party outfit".split())  # say nothing of the kind
GOVERNING: Final = frozenset("in into with from of by to for at on both between and or against via through".split())
_PLURALS: Final = {
    "companies": "company",
    "parties": "party",
    "sides": "party",
    "partners": "party",
    "utilities": "utility",
}
_TOGETHER: Final = frozenset("companies firms parties sides partners start-ups startups groups labs".split())
_NUMBERS: Final = {"two": 2, "pair": 2, "duo": 2, "three": 3, "trio": 3}
_BEING: Final = frozenset("is was be become becomes became remains remain".split())
_INDEFINITE: Final = frozenset("a an another one unnamed undisclosed unidentified".split())
_NAMING: Final = frozenset(", ( – — : called named by".split())
_SPOKEN: Final = 120  # words over which "the buyer" can mean a buyer without a name
_MODIFIED: Final = ("backed", "owned", "based", "listed", "led")


class Noun(NamedTuple):
    """A noun that refers back: its words `[first, after)`, its head, and the words that say of what kind."""

    first: int
    after: int
    head: str
    says: frozenset[str] = frozenset()
    many: int = 1  # how many parties are meant
    bare: bool = False  # "both", "the two" without a noun


def noun_at(page: Page, i: int, taken: set[int]) -> Noun | None:
    """The noun that begins at word i ("the Danish shipping group", "both companies", "the two"), if it refers back.

    `taken`: words that are names already.
    """
    k, count = i + 1, 2 if page.words[i].lower() == "both" else 1
    if count == 1 and k < len(page.words) and page.gaps[k] == " " and page.words[k] in _NUMBERS:
        count, k = _NUMBERS[page.words[k]], k + 1
        if page.words[k - 1] not in {"two", "three"}:
            return Noun(i, k, "company", many=count, bare=True)
    found = _phrase(page, i, k, count, taken)
    if found is None or found.head:
        return found
    return Noun(i, k, "company", many=count, bare=True) if count == 2 and _acts_alone(page, k) else None


def _phrase(page: Page, i: int, k: int, count: int, taken: set[int]) -> Noun | None:
    """From word k on: the phrase with its head; without one, a Noun without head; None where it refers to nobody."""
    lists, says = lexicon(), set[str]()
    for _ in range(5):
        if k >= len(page.words) or page.gaps[k] != " ":
            break
        after, text = _hyphened(page, k)
        low = text.lower()
        holding = low == "holding" and page.words[after : after + 1] == ["company"]
        if (low.split("-")[0] in lists["not_the"] and not holding) or (k in taken and not text.endswith(_MODIFIED)):
            return None
        singular = _PLURALS.get(low, low[:-1] if low.endswith("s") and not low.endswith("ss") else low)
        plural = singular != low and (_refers(singular) or (count > 1 and is_head(singular)))
        if _refers(low) or plural:
            following = _hyphened(page, after)[1] if after < len(page.words) and page.gaps[after] == " " else ""
            if not _refers(following):
                together = plural and k == i + 1 and (low in _TOGETHER or is_role(singular))
                if following in lists["not_after"] or (plural != (count > 1) and not together):
                    return None
                start = max((t + 1 for t in range(i, after) if t in taken), default=i)
                return Noun(start, after, singular, frozenset(says | {singular} - GENERIC), max(count, 1 + plural))
        elif not _modifies(text):
            break
        says.add(low)
        k = after
    return Noun(i, k, "")


def _modifies(text: str) -> bool:
    """Whether a word can stand between "the" and its noun: "Danish", "Basel-based", "shipping"."""
    lists, low = lexicon(), text.lower()
    if low in lists["verbs"] or (low in lists["starters"] and low not in lists["still_the"]):
        return False
    return text.islower() or "-" in text or low in lists["demonyms"] or text in lists["acronyms"]


def _hyphened(page: Page, k: int) -> tuple[int, str]:
    """The word at k with what a hyphen ties to it, and where that ends: "start-up"."""
    after = k + 1
    while (
        after + 1 < len(page.words) and page.words[after] == "-" and not page.gaps[after] and not page.gaps[after + 1]
    ):
        after += 2
    return after, "".join(page.words[k:after])


def _refers(word: str) -> bool:
    return word in lexicon()["refer"] or word == "party" or word.endswith("maker") or is_role(word)


def is_head(word: str) -> bool:
    """Whether a noun is a sort of firm: company, lender, battery maker."""
    return word in lexicon()["head_words"] or word.endswith("maker")


def _acts_alone(page: Page, k: int) -> bool:
    """Whether a verb or the end of the clause follows: "both signed", "the two have agreed", "between the two"."""
    if k >= len(page.words) or page.gaps[k] == BREAK:
        return True
    if page.words[k] in lexicon()["verbs"] or page.words[k].endswith("ed"):
        return "and" not in page.words[k + 1 : k + 4]
    return page.words[k] in {".", ",", ";", "?", "'"}


def renames(page: Page, noun: Noun, names: Mapping[int, Mention], taken: set[int]) -> bool:
    """Whether the noun only describes its neighbour: "OpenAI, the company behind ...", "the start-up Dovecote"."""
    spaced = noun.after < len(page.words) and page.gaps[noun.after] == " "
    ahead = page.words[noun.after] if noun.after < len(page.words) else "."
    if spaced and (noun.after in names or (ahead in {"of", "behind", "that", "whose", "who"} and not noun.bare)):
        return True
    behind = page.words[noun.first - 1] if noun.first and page.gaps[noun.first] != BREAK else ""
    if behind in _BEING:
        return True
    beside = noun.first > 1 and noun.first - 2 in taken and behind in {",", "—", "–", "("}
    return beside and ahead in {",", "—", "–", ")", "which", "known", "led", "founded", "best", "backed", "in"}


def unnamed(page: Page, noun: Noun, taken: set[int]) -> bool:
    """Whether the text spoke of such a one without a name, and means that one: "an unnamed buyer ... the buyer"."""
    if noun.head in GENERIC or noun.many > 1:
        return False
    for k in range(noun.first - 1, max(0, noun.first - _SPOKEN), -1):
        if page.words[k].lower() == noun.head:
            first = next((n for n in range(k - 1, max(0, k - 5) - 1, -1) if page.words[n].lower() in _INDEFINITE), None)
            if first is not None:
                return not _explains(page, first, k + 1, taken)
    return False


def _explains(page: Page, first: int, after: int, taken: set[int]) -> bool:
    """Whether a phrase tells of a name beside it: "Hanbyeol, a battery maker", "a start-up called Larkspur"."""
    ahead, behind = page.words[after] if after < len(page.words) else "", page.words[first - 1] if first else ""
    named = {*range(first - 1, after + 1)}
    if ahead in _NAMING:
        named.add(after + 1)
    if behind in _NAMING:
        named.add(first - 2)
    return behind in _BEING or behind == "as" or not named.isdisjoint(taken)


def place_of(page: Page, noun: Noun) -> str:
    """What the noun is in its clause: subject, object, or value (what a price is put on)."""
    lists, first = lexicon(), noun.first
    if first == 0 or page.gaps[first] == BREAK or page.sentence(first)[0] == first:
        return "subject"
    behind, ahead = page.words[first - 1].lower(), page.words[noun.after : noun.after + 5]
    lifting = behind in lists["lifting"] and not {"valuation", "value", "worth"}.isdisjoint(ahead)
    if behind in lists["value_verbs"] or lifting:
        return "value"
    return "subject" if boundary(page, first - 1) else "object"


def place_of_it(page: Page, i: int) -> str | None:
    """What "it" is in its clause: subject, object, thing (where a deal may be meant); None where it means nothing."""
    lists = lexicon()
    k, end = i + 1, page.sentence(i)[1]
    before = page.words[i - 1].lower() if i else ""
    while k < end and page.gaps[k] == " " and page.words[k] in lists["adverbs"]:
        k += 1
    verb = page.words[k] if k < end else "."
    if before in GOVERNING and before not in lists["boundaries"]:
        if before in {"in", "into", "behind"}:
            return "other" if not lists["fund_verbs"].isdisjoint(page.words[max(0, i - 9) : i]) else None
        dealt = lists["dealt"].get(before, frozenset())
        return "other" if not dealt.isdisjoint(page.words[max(0, i - 9) : i]) else None
    if verb in lists["pleonastic"] or before in {"makes", "made", "make", "making", "find", "found"}:
        return None
    if k > i + 1 and page.words[k + 1 : k + 2] == ["that"]:
        return None  # "it is reported that"
    if before in lists["giving_it"]:
        return "other"
    if verb == "in" and page.words[k + 1 : k + 2] in (["talks"], ["negotiations"], ["discussions"]):
        return "subject"
    if verb in lists["neutral_before"] or not verb[0].isalpha():
        return None
    acts = verb in lists["acts"] or (verb in lists["verbs"] and verb not in lists["thing_verbs"])
    return "subject" if acts else "thing"


def boundary(page: Page, i: int) -> bool:
    """Whether a clause may begin behind word i."""
    return page.words[i] in {",", ";", ":", "—", "–", "("} or page.words[i].lower() in lexicon()["boundaries"]


def acting(page: Page, after: int) -> bool:
    """Whether a verb follows a name that ends before word `after`: a clause begins there, no list goes on."""
    lists, ahead = lexicon(), page.words[after] if after < len(page.words) else ""
    return ahead in lists["verbs"] or ahead in lists["acts"] or ahead in lists["adverbs"] or ahead in {"up", "another"}


def told(page: Page, mentions: Iterable[Mention]) -> dict[str, frozenset[str]]:
    """What the text says each party is: "Danish battery maker Hanbyeol", "Hanbyeol, a maker of batteries"."""
    said: dict[str, set[str]] = defaultdict(set)
    for mention in mentions:
        first, after = page.at(mention.start), page.at(mention.end)
        if page.words[first - 1 : first] and page.words[first - 1] in {"founded", "co-founded", "started"}:
            said[mention.parties[0]] |= {"start-up", "startup"}
        if first > 1 and page.words[first - 1] in _BEING and is_head(page.words[first - 2]):
            said[mention.parties[0]].add(page.words[first - 2])  # "its biggest customer is Plinth"
        if first > 2 and page.words[first - 1] == "," and page.words[first - 3] in {"its", "their"}:
            said[mention.parties[0]].add(page.words[first - 2])  # "its holding, Baumann"
        if first > 2 and page.words[first - 2 : first] == ["'", "s"]:  # "Japan's Ogawa Metals" is "the Japanese group"
            said[mention.parties[0]] |= lexicon()["peoples"].get(page.words[first - 3].lower(), frozenset())
        start = first
        while start > max(0, first - 4) and page.gaps[start] and _describes(page.words[start - 1]):
            start -= 1
        if start < first and is_head(page.words[first - 1]):
            said[mention.parties[0]] |= _content(page.words[start:first])
        phrase = page.apposition(after)
        heads = [k for k, word in enumerate(phrase) if is_head(word)]
        acts = page.words[after + 1 : after + 2] == ["the"] and heads and acting(page, after + 3 + heads[-1])
        if heads and not acts:  # not ", the company said"
            said[mention.parties[0]] |= _content(phrase)
    return {party: frozenset(words) for party, words in said.items()}


def called(mentions: Iterable[Mention], said: Mapping[str, frozenset[str]]) -> dict[str, frozenset[str]]:
    """The nouns that each party may be called by, from what the text says and from its name: Shipping, a shipper."""
    nouns, nothing = lexicon()["called"], frozenset[str]()
    words: dict[str, set[str]] = defaultdict(set)
    for mention in mentions:
        party = mention.parties[0]
        words[party].update(f"{party} {mention.written[0]}".lower().split(), said.get(party, nothing))
    return {p: said.get(p, nothing).union(*(nouns.get(word, nothing) for word in own)) for p, own in words.items()}


def _describes(word: str) -> bool:
    return (word.islower() and word.isalpha()) or word.lower() in lexicon()["demonyms"]


def _content(words: Iterable[str]) -> set[str]:
    idle = lexicon()["starters"] - lexicon()["head_words"] | GENERIC
    return {word.lower() for word in words if word.isalpha() and word.lower() not in idle}
