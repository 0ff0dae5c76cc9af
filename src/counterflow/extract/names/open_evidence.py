"""What the words in and around a capitalised run say it is: a company, a person, a paper, a government, or nobody.

The tests of open mode, each on one place of the text; `open_names` weighs them over the whole of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from counterflow.extract.names.gazetteer import is_legal, legal_end
from counterflow.extract.names.words import BREAK, Page, common, lexicon

_CAMEL: Final = re.compile(r"(?!Ma?c[A-Z])(?:[A-Z]?[a-z]+[A-Z]\w*|[A-Z]{2,}[a-z]{2,}\w*|\d+[A-Z][A-Za-z]+)")
_SHORT: Final = re.compile(
    r"\s?\(\s?(formerly |previously |the |or )?(?:known as )?([\"“‘']?)"
    r"([A-Z][\w&.-]*(?: [A-Z][\w&.-]*){0,3}?)\.?[\"”’']?\s?\)"
)
_BEHIND: Final = re.compile(r"\s?\(([^()]{1,160})\)")
_QUOTED: Final = re.compile(r"(?<!the )[\"“](?![Tt]he )([^\"“”]{1,40})[\"”]")
_TICKER: Final = re.compile(r"\s?\(\s?[A-Z]{2,10}\s?:\s?([A-Z0-9]{1,8})(?:\.[A-Z]{1,3})?\s?\)")
_LISTED: Final = re.compile(
    r"\s?\(\s?(?:[A-Z]{2,10}\s?:\s?[A-Z0-9]{1,8}|[A-Z0-9]{2,6}(?: [A-Z]{2})?[,;/] )"
)  # "(TLN, Buy"
_CALLED: Final = re.compile(r"\s?\([^()]{0,120}[\"“]")
_MINISTRY: Final = re.compile(
    r"(?:Ministry|Department) (?:of|for) (?:the )?[A-Z]\w+(?:(?:, [A-Z]\w+){0,3},? (?:and|&) [A-Z]\w+)?(?: [A-Z]\w+)?"
)
_LABEL: Final = re.compile(
    r"(?:(?:FY|CY)'?\d{2,4}[EAFP]?|[QH][1-4](?:FY)?\d*[EAFP]?|[1-4][QH](?:FY)?\d*[EAFP]?|9M\d*|[IVX]{2,5}|[A-Z]{2,4}-\d+[A-Z]?|(?:A{1,3}|B{1,3}|C{1,3})[+-]|[ABC]a{1,2}[123])"
)  # periods, Roman numerals, part numbers, ratings
_INITIALS: Final = re.compile(r"(?:[A-Z]\.)+[A-Z]?")


_POWER: Final = frozenset("mw gw megawatts gigawatts megawatt gigawatt".split())
FAMILY_OFFICE: Final = "family office"  # the one tail of names in lower case


class Unit(NamedTuple):
    """Words of a run that hang together: "Dovecote", "U.S", "Rolls-Royce"."""

    first: int
    after: int
    text: str

    @property
    def low(self) -> str:
        """The unit in lower case."""
        return self.text.lower()


def capital(word: str) -> bool:
    """Whether a word can stand in a name: a capital first, or inside ("xAI"), and no unit of measure."""
    return word[0].isupper() or (len(word) > 2 and bool(_CAMEL.fullmatch(word)) and word not in lexicon()["acronyms"])


def tail_kind(low: str) -> str | None:
    """The kind of party that the last word of a name makes it ("bank", "semiconductors"), else None."""
    return next((kind for kind, tails in lexicon()["tails"].items() if low in tails), None)


def _is_bank(low: str) -> bool:
    return (
        low == FAMILY_OFFICE
        or low.endswith(("bank", "banken", "banque"))
        or low
        in {
            "bank",
            "banco",
            "banca",
            "banque",
            "crédit",
            "credit",
            "caisse",
            "caja",
        }
    )


def is_tail(unit: Unit) -> bool:
    """Whether a unit ends names of companies: a legal form, "Energy", "IPEX-Bank"."""
    return (
        is_legal(unit.text.rstrip("."))
        or unit.text == FAMILY_OFFICE
        or tail_kind(unit.low.rsplit("-", 1)[-1]) is not None
    )


def head_kind(word: str) -> str | None:
    """The kind of party that a noun such as "lab" or "carmaker" announces, else None."""
    kind = next((kind for kind, heads in lexicon()["heads"].items() if word in heads), None)
    return kind or ("other" if word.endswith("maker") else None)


def ministry(page: Page, first: int) -> int:
    """Where the ministry or department that begins at word `first` ends, commas and all; `first` if none does."""
    found = _MINISTRY.match(page.text, page.starts[first])
    return page.at(found.end()) if found else first


def state(page: Page, units: Sequence[Unit]) -> str | None:
    """The government, ministry or department that a run names, else None."""
    lists = lexicon()
    name = " ".join(unit.text for unit in units)
    if ministry(page, units[0].first) > units[0].first:
        return name
    after = units[-1].after
    following = page.words[after] if after < len(page.words) and page.gaps[after] == " " else ""
    if all(unit.low in lists["places"] or unit.low in lists["demonyms"] for unit in units):
        return f"{name} {following}" if following in {"government", "treasury"} else None
    heads = {"ministry", "department", "government", "treasury"}
    governs = len(units) > 1 and (units[-1].low in heads or (units[0].low in heads and units[1].low == "of"))
    return name if governs else None


def is_paper(page: Page, units: Sequence[Unit]) -> bool:
    """Whether a run names a newspaper or an agency: by its last word, or because it reports, citing others."""
    lists = lexicon()
    first, after, last = units[0].first, units[-1].after, units[-1].low
    the = first > 0 and page.words[first - 1].lower() == "the"
    if any(is_legal(unit.text.rstrip(".")) for unit in units):
        return False
    if last in lists["media"] or not lists["media_abroad"].isdisjoint(unit.low for unit in units):
        return len(units) > 1 or the
    if last in lists["media_weak"]:
        return the and _tells(page, first - 1, after)
    behind = page.words[first - 1] if first else ""
    ahead = page.words[after] if after < len(page.words) and page.gaps[after] == " " else ""
    source = page.words[max(0, first - 3) : first - 1] == ["according", "to"] or page.words[
        max(0, first - 3) : first - 1
    ] == ["According", "to"]
    if the and source and len(units) == 1 and ahead in {",", "", "."}:
        return True  # "According to the Handelsblick, "
    cites = "citing" in page.words[after : after + 5] and ahead in {"reported", "reports", "said", "wrote"}
    reported_by = behind == "by" and first > 1 and page.words[first - 2] == "reported"
    return (
        cites
        or reported_by
        or behind in {"newspaper", "magazine", "daily", "weekly", "website", "portal", "newsletter", "blog", "outlet"}
        or (behind == "site" and first > 1 and page.words[first - 2] not in {"the", "a", "its", "their", "this"})
        or ahead in {"newspaper", "magazine"}
    )


def _tells(page: Page, first: int, after: int) -> bool:
    lists = lexicon()
    behind = {word.lower() for word in page.words[max(0, first - 3) : first]}
    return not behind.isdisjoint(lists["told_before"]) or not lists["told_after"].isdisjoint(
        page.words[after : after + 3]
    )


def is_person(page: Page, units: Sequence[Unit], *, titled: bool) -> bool:
    """Whether a run names a person: a title around it (`titled`: one stands before), a first name, initials."""
    lists = lexicon()
    if len(units) > 4 or any(is_tail(unit) for unit in units) or _CAMEL.fullmatch(units[0].text):
        return False
    if titled or len(units) == 1:
        return titled
    if units[0].low.rstrip(".") in lists["first_names"] or _INITIALS.fullmatch(units[0].text):
        return True
    if units[0].low in lists["surnames_first"] and "-" in units[1].text:
        return True
    ahead = [word.lower() for word in page.words[units[-1].after : units[-1].after + 3]]
    if len(ahead) < 3 or ahead[0] != ",":
        return False
    role = ahead[2] if ahead[1] in {"a", "an", "the", "its", "their", "senior", "managing", "group"} else ahead[1]
    return role == "who" or role in lists["titles_lower"]


def is_nobody(page: Page, units: Sequence[Unit]) -> bool:
    """A place, a law, an event, an ordinary word at a beginning: named or capitalised, yet no one who pays."""
    lists = lexicon()
    if all(_LABEL.fullmatch(unit.text) for unit in units) or _is_adverb(page, units):
        return True
    if all(_is_place(unit.low) for unit in units) or all(is_legal(unit.text.rstrip(".")) for unit in units):
        return True
    tailed = any(is_tail(unit) for unit in units)
    if units[0].low in lists["landmarks"] and not tailed:
        return True
    if units[-1].low in lists["events"] or (units[-1].low in lists["not_names"] and not tailed):
        return True
    if all(unit.text.isupper() and len(unit.text) < 6 for unit in units) and page.words[units[0].first - 1] == "(":
        return True  # a ticker or an abbreviation
    ordinary = all(_is_ordinary(page, unit) for unit in units)
    legal = any(is_legal(unit.text.rstrip(".")) for unit in units[1:])
    if not legal and (units[-1].low in lists["papers"] or (units[-1].low == "securities" and ordinary)):
        return True  # "Credit Facility", "Class B Common Stock", "Equity Securities"
    if len(units) > 1:
        return ordinary and (not tailed or units[-1].low in lists["weak_tails"])
    only = units[0]
    if len(only.text) == 1 or only.low in lists["starters"]:
        return True
    return ordinary and (page.opening(only.first) or tail_kind(only.low) is not None)


def _is_adverb(page: Page, units: Sequence[Unit]) -> bool:
    """As in "Belatedly, Dovecote sold": a word in -ly that opens a sentence, before a comma."""
    only = units[0]
    ahead = page.words[only.after : only.after + 1]
    return len(units) == 1 and only.low.endswith("ly") and ahead == [","] and page.opening(only.first)


def _is_place(low: str) -> bool:
    lists = lexicon()
    people = low in lists["demonyms"] or low.removesuffix("s") in lists["demonyms"]
    return people or low in lists["places"] or low in lists["connectors"]


def _is_ordinary(page: Page, unit: Unit) -> bool:
    return all(common(part) or part in page.quiet_words or tail_kind(part) for part in unit.low.split("-") if part)


def abbreviations(page: Page) -> frozenset[str]:
    """What brackets behind words in lower case abbreviate: "patent foramen ovale (PFO)"."""
    return frozenset(
        word
        for i, word in enumerate(page.words[2:-1], 2)
        if page.words[i - 1] == "(" and page.words[i + 1] == ")" and word.isupper() and page.words[i - 2].islower()
    )


def backing(page: Page, units: Sequence[Unit]) -> int:
    """How much one place speaks for a company: the name itself, the words before it, the words after it."""
    return _by_itself(units) + _by_before(page, units) + _by_after(page, units[-1].after)


def _by_itself(units: Sequence[Unit]) -> int:
    score = int(len(units) > 1)
    if any(is_legal(unit.text.rstrip(".")) for unit in units[1:]):
        score += 4
    if len(units) > 1 and (
        any(is_tail(unit) for unit in units[1:]) or units[0].low in lexicon()["heads_first"] or _is_bank(units[0].low)
    ):
        score += 3
    if len(units) == 1:
        score += 2 * bool(_CAMEL.fullmatch(units[0].text)) - common(units[0].text)
    return score


def _by_before(page: Page, units: Sequence[Unit]) -> int:
    lists = lexicon()
    first = units[0].first
    if page.opening(first):
        listed = page.words[first - 1] == ":" and page.words[first - 2].lower() in lists["listed_before"]
        return 3 * listed  # "Peers: Pale Ridge, Coppervale"
    before, earlier = page.words[first - 1], page.words[first - 2].lower() if first > 1 else ""
    if before.lower() in lists["starters"] and page.opening(first - 1):
        before = before.lower()
    if before == "," and head_kind(earlier) and page.words[units[-1].after : units[-1].after + 1] == [","]:
        return 4  # "its foundry unit, Elbora, to"
    if before.lower() in lists["listed_before"]:
        return 3  # "Peers Dovecote and Larkin trade at"
    if not before.islower():  # another name, a bracket or a sign
        return 1 if not before[0].isalnum() or before.lower() in lists["demonyms"] else -1
    if head_kind(before):
        return 4
    if before == "line" and earlier in {"ferry", "shipping", "cruise", "container"}:
        return 4
    if before in lists["product_nouns"]:
        return -3
    if before == "the" and len(units) == 1:
        following = page.words[units[0].after] if units[0].after < len(page.words) else ""
        return -2 if following in lists["product_nouns"] or following in lists["place_nouns"] else 0
    return _by_preposition(page, first, before, earlier)


def _by_preposition(page: Page, first: int, before: str, earlier: str) -> int:
    """What the word before a name inside a sentence says, given the word before that: firm or place."""
    lists = lexicon()
    if before in {"in", "into"}:
        return 3 if earlier in lists["fund_verbs"] or _is_amount(earlier) else -2 if before == "in" else 1
    if before == "at":
        return 1 + 2 * (earlier in lists["titles_lower"] or earlier in lists["staff"] or earlier in _POWER)
    if before in lists["places_before"]:
        return -3
    if before == "of":
        return 1 + 2 * (earlier in lists["of_before"])
    if before in {"from", "to"} and _between_places(page, first, before):
        return -3
    if before in {"to", "for"}:
        earlier_words = page.words[max(0, first - 8) : first - 1]
        return 1 + any(w in lists["fund_verbs"] or w in lists["giving_it"] or _is_amount(w) for w in earlier_words)
    return 1 + (before in lists["finance_before"] or before not in lists["neutral_before"])


def _between_places(page: Page, first: int, before: str) -> bool:
    """As in "from Ostermere to Valdheim": the ends of a way."""
    if before == "from":
        return page.words[first + 1 : first + 2] == ["to"] and "".join(page.words[first + 2 : first + 3])[:1].isupper()
    return first > 3 and page.words[first - 3].lower() == "from" and page.words[first - 2][0].isupper()


def _is_amount(word: str) -> bool:
    return word in {"million", "billion", "trillion", "bn", "m", "crore", "%", "percent", "stake"} or word[:1].isdigit()


def _by_after(page: Page, after: int) -> int:
    lists = lexicon()
    if after >= len(page.words) or page.gaps[after] == BREAK:
        return 0
    legal = legal_end(page, after)
    if legal > after:
        return 4  # "Heliand, Inc., a developer"
    ahead = page.words[after : after + 12]
    following = ahead[1] if ahead[1:] else ""
    if ahead[0] in "'(" or (ahead[0] == "-" and not page.gaps[after]):
        return _by_sign(page, after, following)
    explained = page.apposition(after)
    if explained:
        return 3 if any(head_kind(word) for word in explained) else 1
    if ahead[0] == "," and following in lists["asides"]:
        return 2
    if following.lower() in lists["places"] and ahead[2:3] not in ([], ["'"], ["-"]) and ahead[0] in {",", "in"}:
        return -3  # "$23 billion for Shackelford in Texas"
    if ahead[0] == "to" and following[:1].isupper():
        return 0  # "from Ostermere to Valdheim"
    if ahead[0] in lists["verbs"] or ahead[0].lower() in lists["after_company"]:
        return 2
    if ahead[0].islower() and not lists["place_nouns"].isdisjoint(ahead[:2]):
        return -2
    if ahead[0].islower() and ahead[0].endswith(("ed", "s")):
        return 1 + (not common(ahead[0]))  # rather a verb than a plural
    return int(ahead[0] in {"–", "—"})


def _by_sign(page: Page, after: int, following: str) -> int:
    """What an apostrophe, a hyphen or brackets right behind a name say."""
    at = page.ends[after - 1]
    if page.words[after] == "-":
        return 2 if following in {"backed", "owned", "led", "controlled", "funded"} else -2
    if page.words[after] == "'" or _SHORT.match(page.text, at) or _CALLED.match(page.text, at):
        return 3 if _LISTED.match(page.text, at) else 2
    return 3 if _LISTED.match(page.text, at) else 0


def kind_of(page: Page, units: Sequence[Unit]) -> str | None:
    """What the words before and after a name, or the name itself, make of it; None where nothing says."""
    first, after = units[0].first, units[-1].after
    near = [page.words[first - 1]] if first and page.gaps[first] == " " else []
    said = next((kind for word in (*near, *page.apposition(after)) if (kind := head_kind(word))), None)
    if said in {"lab", "investor", "chipmaker", "cloud"}:
        return said
    if any(_is_bank(unit.low) for unit in units):
        return "investor"
    tails = [kind for unit in reversed(units[1:]) if (kind := tail_kind(unit.low))]
    return next((kind for kind in tails if kind != "company"), tails[0] if tails else None)


def shorts(page: Page, after: int) -> list[str]:
    """Other names that brackets behind a name give: `("Dovecote")`, `(NWP)`, `(OSE: NHAV) ("Nordhavn")`."""
    found: list[str] = []
    at = page.ends[after - 1]
    for _ in range(3):
        bracket = _BEHIND.match(page.text, at)
        if not bracket:
            break
        found += _names_in(bracket[1])
        at = bracket.end()
    return found


def _names_in(bracket: str) -> Iterator[str]:
    ticker = _TICKER.match(f"({bracket})")
    if ticker:
        yield ticker[1]
        return
    quoted = [name for name in _QUOTED.findall(bracket) if not all(common(word) for word in name.split())]
    short = _SHORT.match(f"({bracket})") if not quoted else None
    said = bool(quoted) or bool(short and short[1] in {"formerly ", "previously "})
    for full in quoted or ([short[3]] if short else []):
        words = full.rstrip(".,").split()
        while len(words) > 1 and is_legal(words[-1]):
            words.pop()
        name = " ".join(words)
        if _may_be_short(name) and (said or name.isupper() or (len(words) == 1 and short and short[1] is None)):
            yield name


def _may_be_short(name: str) -> bool:
    lists, low = lexicon(), name.lower()
    nobody = low in lists["places"] or low in lists["starters"] or low in lists["calendar"]
    return name[:1].isupper() and not nobody and name not in lists["acronyms"]
