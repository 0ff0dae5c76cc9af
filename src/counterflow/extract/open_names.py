"""Open mode: the companies, people, papers and governments that a text introduces itself.

Capitalised runs outside headings are candidates. What stands around them speaks for a company ("lab Dovecote AI",
"Inc.", a verb of business, "stake in"), for a person, a paper, a government or a place; only what is backed counts.
A company is called by its fullest form in the text without the legal form; shorter forms are its aliases.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from counterflow.extract.gazetteer import Entry, Match, is_legal
from counterflow.extract.words import BREAK, Page, common, lexicon

_ENOUGH: Final = 2  # evidence from which a candidate is a company: see `_backing`
_CAMEL: Final = re.compile(r"[A-Z]?[a-z]+[A-Z]\w*|\d+[A-Z][a-z]\w*|[A-Z]\w*\d\w*")
_SHORT: Final = re.compile(r"\s?\(\s?(?:the |or |formerly )?([\"“‘']?)([A-Z][\w&.-]*(?: [A-Z][\w&.-]*){0,2})[\"”’']?\s?\)")
_TICKER: Final = re.compile(r"\s?\(\s?[A-Z]{2,10}\s?:\s?([A-Z0-9]{1,8})(?:\.[A-Z]{1,3})?\s?\)")
_TITLED_SHARE: Final = 0.3  # from this share of capitals inside sentences on, capitals prove little (German, title case)


class Unit(NamedTuple):
    """Words of a run that hang together: "Dovecote", "U.S", "Rolls-Royce"."""

    first: int
    after: int
    text: str

    @property
    def low(self) -> str:
        """The unit in lower case."""
        return self.text.lower()


@dataclass
class _Candidate:
    """One name, with what its places in the text say about it."""

    units: tuple[Unit, ...]
    kind: str | None = None
    scores: list[int] = field(default_factory=list)
    places: list[tuple[int, int]] = field(default_factory=list)
    shorts: list[str] = field(default_factory=list)

    @property
    def backing(self) -> int:
        """The best single piece of evidence, a little more for each further one; a place where it is a site counts against."""
        best = max(self.scores)
        return best + min(2, sum(score > 0 for score in self.scores) - 1) + (min(self.scores) if best < 3 and min(self.scores) < 0 else 0)


def introduce(page: Page, known: Sequence[Match]) -> dict[str, Entry]:
    """The names that the text introduces beside the known ones: each form in which it may stand, and what it means."""
    others: dict[str, Entry] = {}
    candidates: dict[str, _Candidate] = {}
    for units, titled in _runs(page, known):
        _sort_in(page, units, titled, others, candidates)
    people = {form.split()[-1] for form, entry in others.items() if entry.kind == "person"}
    for surname in people & set(candidates):
        if max(candidates[surname].scores) < 4:
            del candidates[surname]
    for form, entry in list(others.items()):
        if entry.kind == "person":
            others.setdefault(form.split()[-1], entry)
    accepted = _accept(page, candidates, enough=_ENOUGH if _shown_by_capitals(page) else 2 * _ENOUGH)
    return others | _forms(page, accepted)


def _runs(page: Page, known: Sequence[Match]) -> Iterator[tuple[tuple[Unit, ...], bool]]:
    """Capitalised runs of the running text, cut at titles and trimmed; and whether a title stands before."""
    taken = bytearray(len(page.words))
    for match in known:
        house = page.words[match.first].lower() in lexicon()["houses"] and match.after - match.first == 1
        if not (house and _continues(page, match.after)):
            taken[match.first : match.after] = b"\x01" * (match.after - match.first)
    i, size = 0, len(page.words)
    while i < size:
        if page.asserting[i] and not page.loud[i] and not taken[i] and _capital(page.words[i]):
            after = _run_end(page, i, taken)
            yield from _pieces(page, _units(page, i, after))
            i = after
        else:
            i += 1


def _continues(page: Page, after: int) -> bool:
    """Whether "Samsung" goes on as another firm of the house: "Samsung Heavy Industries"."""
    tails: list[str] = []
    while after < len(page.words) and page.gaps[after] == " " and page.words[after][0].isupper():
        tails.append(page.words[after].lower())
        after += 1
    return bool(tails) and _tail_kind(tails[-1]) is not None and tails[-1] not in lexicon()["soft_tails"]


def _capital(word: str) -> bool:
    if word[0].isupper():
        return True
    return len(word) > 2 and bool(_CAMEL.fullmatch(word)) and word not in lexicon()["acronyms"]


def _run_end(page: Page, first: int, taken: bytearray) -> int:
    j, size = first + 1, len(page.words)
    while j < size and page.gaps[j] != BREAK and not taken[j]:
        step = _spaced_step(page, j, taken) if page.gaps[j] else _glued_step(page, first, j)
        if not step:
            break
        j += step
    return j


def _spaced_step(page: Page, j: int, taken: bytearray) -> int:
    """How many words the run takes on at word j, which stands apart: 0 ends the run."""
    word = page.words[j]
    if _capital(word):
        return 1
    k = j
    while k < len(page.words) and k < j + 2 and page.gaps[k] == " " and (page.words[k] in lexicon()["connectors"] or page.words[k] == "&"):
        k += 1
    if k == j or k >= len(page.words) or page.gaps[k] != " " or taken[k] or not page.words[k][0].isupper():
        return 0
    if word == "of" and page.words[j - 1].lower() not in lexicon()["of_heads"]:
        return 0
    return k - j + 1


def _glued_step(page: Page, first: int, j: int) -> int:
    word, following = page.words[j], page.words[j + 1] if j + 1 < len(page.words) and not page.gaps[j + 1] else ""
    if word == "." and len(page.words[j - 1]) == 1 and not following and j + 1 < len(page.words):
        return int(page.gaps[j + 1] == " " and page.words[j + 1][0].isupper() and page.words[j + 1].lower() not in lexicon()["starters"])
    if not following or not following[0].isalnum():
        return int(word == "+")
    if word == "'":
        return 2 if following[0].isupper() and len(following) > 1 and len(page.words[j - 1]) < 3 else 0
    if word == "-":
        given = page.words[first].lower() in lexicon()["surnames_first"] and j > first + 1 and len(following) < 7
        return 2 if _capital(following) or following.isdigit() or given else 0
    return 2 if word in ".&" else 0


def _units(page: Page, first: int, after: int) -> list[Unit]:
    units: list[Unit] = []
    start = first
    for i in range(first + 1, after + 1):
        if i == after or page.gaps[i]:
            units.append(Unit(start, i, page.quote(start, i) if i - start > 1 else page.words[start]))
            start = i
    return units


def _pieces(page: Page, units: Sequence[Unit]) -> Iterator[tuple[tuple[Unit, ...], bool]]:
    """A run cut at job titles and trade acronyms: "Fennimore CEO Lena Marsh" names a firm and a person."""
    lists = lexicon()
    piece: list[Unit] = []
    titled = _title_before(page, units[0].first)
    for unit in units:
        title = unit.low.rstrip(".") in lists["titles"] or unit.low.rstrip(".") in lists["honorifics"]
        cut = title or unit.low in lists["calendar"] or (unit.text in lists["acronyms"] and not (unit.text == "AI" and piece))
        if not cut:
            piece.append(unit)
            continue
        yield from _trimmed(page, piece, titled)
        piece, titled = [], title
    yield from _trimmed(page, piece, titled)


def _title_before(page: Page, first: int) -> bool:
    if first == 0 or page.gaps[first] == BREAK:
        return False
    before = page.words[first - 1]
    if before == "." and first > 1:
        return page.words[first - 2].lower() in lexicon()["honorifics"]
    return before.lower() in lexicon()["titles_lower"]


def _trimmed(page: Page, units: list[Unit], titled: bool) -> Iterator[tuple[tuple[Unit, ...], bool]]:
    lists = lexicon()
    first, after = 0, len(units)
    while first < after:
        low, rest = units[first].low, units[first + 1 : after]
        leads = low in lists["starters"] and (page.opening(units[first].first) or low in {"the", "a", "an"})
        origin = low in lists["demonyms"] and bool(rest) and not all(_is_tail(unit) for unit in rest)
        if not (leads or origin):
            break
        first += 1
    while after > first and units[after - 1].low in lists["connectors"] | {"&"}:
        after -= 1
    if first < after:
        yield tuple(units[first:after]), titled and first == 0


def _is_tail(unit: Unit) -> bool:
    return is_legal(unit.text.rstrip(".")) or _tail_kind(unit.low) is not None


def _tail_kind(low: str) -> str | None:
    return next((kind for kind, tails in lexicon()["tails"].items() if low in tails), None)


def _sort_in(
    page: Page, units: tuple[Unit, ...], titled: bool, others: dict[str, Entry], candidates: dict[str, _Candidate]
) -> None:
    """One run to what it names: a government, a paper, a person (`others`), a candidate for a company, or nothing."""
    first, after = units[0].first, units[-1].after
    state = _state(page, units)
    if state:
        others.setdefault(state, Entry(state, "government", "open", confidence=0.8))
    elif _is_paper(page, units):
        name = " ".join(unit.text for unit in units)
        paper = next((e for form, e in others.items() if e.kind == "media" and form.endswith(" " + name)), None)
        others.setdefault(name, paper or Entry(name, "media", "open", confidence=0.8))
    elif _is_person(page, units, titled):
        name = " ".join(unit.text for unit in units)
        others.setdefault(name, Entry(name, "person", "open", confidence=0.8))
    elif not _is_nothing(page, units):
        name = " ".join(unit.text for unit in units)
        candidate = candidates.setdefault(name, _Candidate(units))
        candidate.places.append((first, after))
        candidate.scores.append(_backing(page, units))
        candidate.kind = candidate.kind or _kind(page, units)
        candidate.shorts += _shorts(page, after)


def _state(page: Page, units: Sequence[Unit]) -> str | None:
    """The government, ministry or department that a run names, else None."""
    lists = lexicon()
    name = " ".join(unit.text for unit in units)
    where = all(unit.low in lists["places"] or unit.low in lists["demonyms"] for unit in units)
    after = units[-1].after
    following = page.words[after] if after < len(page.words) and page.gaps[after] == " " else ""
    if where:
        return f"{name} {following}" if following in {"government", "treasury"} else None
    heads = {"ministry", "department", "government", "treasury"}
    if len(units) > 1 and (units[0].low in heads and units[1].low == "of" or units[-1].low in heads):
        return name
    return None


def _is_paper(page: Page, units: Sequence[Unit]) -> bool:
    lists = lexicon()
    first, after, last = units[0].first, units[-1].after, units[-1].low
    the = first > 0 and page.words[first - 1].lower() == "the"
    if any(is_legal(unit.text.rstrip(".")) for unit in units):
        return False
    if last in lists["media"]:
        return len(units) > 1 or the
    told = _told(page, first - 1 if the else first, after)
    if last in lists["media_weak"] and (len(units) > 1 or the):
        return told and the
    behind = page.words[first - 1] if first else ""
    ahead = page.words[after] if after < len(page.words) and page.gaps[after] == " " else ""
    cited = "citing" in page.words[after : after + 5] and ahead in {"reported", "reports", "said", "wrote"}
    return behind in {"newspaper", "magazine", "daily", "weekly"} or ahead in {"newspaper", "magazine"} or cited or (
        behind == "by" and first > 1 and page.words[first - 2] == "reported"
    )


def _told(page: Page, first: int, after: int) -> bool:
    lists = lexicon()
    behind = {word.lower() for word in page.words[max(0, first - 3) : first]}
    return not behind.isdisjoint(lists["told_before"]) or not set(page.words[after : after + 3]).isdisjoint(lists["told_after"])


def _is_person(page: Page, units: Sequence[Unit], titled: bool) -> bool:
    lists = lexicon()
    if len(units) > 4 or any(_is_tail(unit) for unit in units) or any(_CAMEL.fullmatch(unit.text) for unit in units[:1]):
        return False
    if titled:
        return True
    if len(units) == 1:
        return False
    if units[0].low.rstrip(".") in lists["first_names"] or re.fullmatch(r"(?:[A-Z]\.)+[A-Z]?", units[0].text):
        return True
    if units[0].low in lists["surnames_first"] and "-" in units[1].text:
        return True
    ahead = [word.lower() for word in page.words[units[-1].after : units[-1].after + 4]]
    if ahead[:1] != [","] or len(ahead) < 3:
        return False
    return ahead[1] == "who" or ahead[1] in lists["titles_lower"] or (
        ahead[1] in {"a", "an", "the", "its", "their", "senior", "managing"} and ahead[2] in lists["titles_lower"]
    )


def _is_nothing(page: Page, units: Sequence[Unit]) -> bool:
    """A place, a law, an event, a heading word: named, yet no one who pays."""
    lists = lexicon()
    if all(unit.low in lists["places"] or unit.low in lists["demonyms"] or unit.low in lists["connectors"] for unit in units):
        return True
    tailed = any(_is_tail(unit) for unit in units)
    if units[-1].low in lists["not_names"] and not tailed:
        return True
    if all(is_legal(unit.text.rstrip(".")) for unit in units) or (len(units) == 1 and len(units[0].text) == 1):
        return True
    ordinary = [unit for unit in units if common(unit.text) or unit.low in page.quiet_words or _tail_kind(unit.low)]
    if len(units) == 1:
        return bool(ordinary) and (page.opening(units[0].first) or _tail_kind(units[0].low) is not None)
    return len(ordinary) == len(units) and not tailed


def _backing(page: Page, units: Sequence[Unit]) -> int:
    """How much one place speaks for a company: the name itself, the words before it, the words after it."""
    return _own_backing(units) + _backing_before(page, units) + _backing_after(page, units[-1].after)


def _own_backing(units: Sequence[Unit]) -> int:
    score = int(len(units) > 1)
    if any(is_legal(unit.text.rstrip(".")) for unit in units[1:]):
        score += 4
    if any(_tail_kind(unit.low) for unit in units[1:]) or units[0].low in lexicon()["heads_first"]:
        score += 3
    if len(units) == 1:
        word = units[0].text
        score += 2 * bool(_CAMEL.fullmatch(word)) - 1 * common(word)
    return score


def _backing_before(page: Page, units: Sequence[Unit]) -> int:
    lists = lexicon()
    first = units[0].first
    if page.opening(first):
        return 0
    before, score = page.words[first - 1].lower(), 1
    earlier = page.words[first - 2].lower() if first > 1 else ""
    if _head_kind(before):
        return score + 3
    if before in {"in", "into"}:
        return score + (2 if earlier in lists["fund_verbs"] or _is_amount(earlier) else -3 if before == "in" else 0)
    if before in lists["places_before"]:
        return score - 2
    if before == "of":
        return score + 2 * (earlier in lists["of_before"])
    if before in {"to", "for"}:
        return score + any(word in lists["fund_verbs"] or _is_amount(word) for word in page.words[max(0, first - 6) : first - 1])
    if before == "the" and len(units) == 1:
        following = page.words[units[0].after] if units[0].after < len(page.words) else ""
        return score - (3 if following in lists["product_nouns"] or following in lists["place_nouns"] else 1)
    if before in lists["finance_before"]:
        return score + 1
    return score + (before.isalpha() and before.islower() and before not in lists["neutral_before"])


def _is_amount(word: str) -> bool:
    return word in {"million", "billion", "trillion", "bn", "m", "crore", "%", "percent", "stake"} or word[:1].isdigit()


def _backing_after(page: Page, after: int) -> int:
    lists = lexicon()
    if after >= len(page.words) or page.gaps[after] == BREAK:
        return 0
    ahead = page.words[after : after + 12]
    if ahead[0] == "'":
        return 1
    if ahead[0] == "-" and not page.gaps[after]:
        return 2 if ahead[1:2] and ahead[1] in {"backed", "owned", "led", "controlled", "funded"} else -2
    if ahead[0] == "(":
        return 3 if _TICKER.match(page.text, page.ends[after - 1]) else 2 if _SHORT.match(page.text, page.ends[after - 1]) else 0
    if ahead[0] == "," and ahead[1:2] and ahead[1] in {"a", "an", "the", "one", "which"}:
        return 3 if ahead[1] != "which" and any(_head_kind(word) for word in ahead[2:10]) else 1
    if ahead[0] == "," and len(ahead) > 2 and ahead[1].lower() in lists["places"] and ahead[2] != "'":
        return -3
    if ahead[0] in lists["verbs"]:
        return 2
    if ahead[0] in lists["place_nouns"]:
        return -2
    return 2 * (ahead[0] in lists["after_company"] and ahead[0] != "and")


def _head_kind(word: str) -> str | None:
    """The kind of party that a noun such as "lab" or "carmaker" announces, else None."""
    kind = next((kind for kind, heads in lexicon()["heads"].items() if word in heads), None)
    return kind or ("other" if word.endswith("maker") else None)


def _kind(page: Page, units: Sequence[Unit]) -> str | None:
    """What the words before and after a name, or the name itself, make of it; None where nothing says."""
    first, after = units[0].first, units[-1].after
    near = [page.words[first - 1]] if first and page.gaps[first] == " " else []
    ahead = page.words[after : after + 10]
    if ahead[:1] == [","] and ahead[1:2] and ahead[1] in {"a", "an", "the"}:
        near += [word for word in ahead[2:] if word.isalpha() or "-" in word]
    for word in near:
        kind = _head_kind(word)
        if kind in {"lab", "startup"}:
            return "lab" if kind == "lab" else None
        if kind in {"investor", "chipmaker", "cloud"}:
            return kind
    return next((kind for unit in reversed(units[1:]) if (kind := _tail_kind(unit.low))), None)


def _shorts(page: Page, after: int) -> list[str]:
    """The short form that brackets behind a name give: `("Dovecote")`, `(NWP)`, `(OSE: NHAV)`."""
    ticker = _TICKER.match(page.text, page.ends[after - 1])
    if ticker:
        return [ticker[1]]
    short = _SHORT.match(page.text, page.ends[after - 1])
    return [short[2]] if short and (short[1] or short[2].isupper()) and short[2].lower() not in {"company", "group"} else []


def _shown_by_capitals(page: Page) -> bool:
    """Whether a capital inside a sentence is rare enough to mean something."""
    inside = [i for i in range(1, len(page.words)) if page.words[i][0].isalpha() and page.gaps[i] == " " and not page.loud[i]]
    return sum(page.words[i][0].isupper() for i in inside) < _TITLED_SHARE * len(inside) or len(inside) < 40


def _accept(page: Page, candidates: dict[str, _Candidate], enough: int) -> list[_Candidate]:
    """The candidates that are backed, and those listed side by side with one: "Fennimore and Greyhollow Bank"."""
    accepted = {name for name, candidate in candidates.items() if candidate.backing >= enough}
    starts = {first for name in accepted for first, _ in candidates[name].places}
    ends = {after for name in accepted for _, after in candidates[name].places}
    for name, candidate in candidates.items():
        if name not in accepted and min(candidate.scores) >= 0 and not common(name):
            beside = any(_after_link(page, after) in starts or _before_link(page, first) in ends for first, after in candidate.places)
            if beside:
                accepted.add(name)
    return [candidate for name, candidate in candidates.items() if name in accepted]


def _after_link(page: Page, i: int) -> int:
    while i < len(page.words) and page.words[i] in {",", "and", "or", "&"}:
        i += 1
    return i


def _before_link(page: Page, i: int) -> int:
    while i > 0 and page.words[i - 1] in {",", "and", "or", "&"}:
        i -= 1
    return i


def _forms(page: Page, accepted: Sequence[_Candidate]) -> dict[str, Entry]:
    """Every form of the accepted companies with its entry; a form shared by two means the one that is written first."""
    bare = {id(c): _without_legal(c.units) for c in accepted}
    forms: dict[str, Entry] = {}
    for candidate in sorted(accepted, key=lambda c: (-len(bare[id(c)]), c.places[0])):
        texts = bare[id(candidate)]
        name = " ".join(texts)
        sure = 0.85 if candidate.backing >= 4 else 0.75
        entry = forms.get(name) or Entry(name, candidate.kind or "company", "open", confidence=sure)
        forms.setdefault(name, entry)
        for form in (*_prefixes(texts), *candidate.shorts, *_initials(page, texts)):
            forms.setdefault(form, entry._replace(wary=common(form) or form.lower() in lexicon()["first_names"]))
    return forms


def _without_legal(units: Sequence[Unit]) -> list[str]:
    texts = [unit.text.rstrip(".") for unit in units]
    while len(texts) > 1 and (is_legal(texts[-1]) or texts[-1] == "&"):
        texts.pop()
    return texts


def _prefixes(texts: Sequence[str]) -> Iterator[str]:
    """"Hanbyeol Energy Solution" is also "Hanbyeol Energy" and "Hanbyeol"; a bare place or "Bank of" is nobody."""
    lists = lexicon()
    if texts[0].lower() in lists["heads_first"] and len(texts) > 1:
        yield " ".join(texts[1:])
        return
    for size in range(len(texts) - 1, 0, -1):
        lead = [text.lower() for text in texts[:size]]
        if lead[-1] in lists["connectors"] | {"&"} or all(w in lists["places"] or w in lists["demonyms"] for w in lead):
            continue
        if size == 1 and (lead[0] in lists["starters"] or _tail_kind(lead[0]) or texts[0] in lists["acronyms"]):
            continue
        yield " ".join(texts[:size])


def _initials(page: Page, texts: Sequence[str]) -> Iterator[str]:
    short = "".join(text[0] for text in texts if text[0].isupper())
    if len(short) > 2 and short in set(page.words) and short not in lexicon()["acronyms"]:
        yield short
