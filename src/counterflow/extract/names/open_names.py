"""Open mode: the companies, people, papers and governments that a text introduces itself.

Capitalised runs outside headings are candidates. What stands around them speaks for a company ("lab Dovecote AI",
"Inc.", a verb of business, "stake in"), for a person, a paper, a government or a place; only what is backed counts.
A company is called by its fullest form in the text without Inc. and the like; its shorter forms are aliases.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from counterflow.extract.names.gazetteer import Entry, Match, is_legal, legal_end
from counterflow.extract.names.open_evidence import (
    FAMILY_OFFICE,
    Unit,
    abbreviations,
    backing,
    capital,
    is_nobody,
    is_paper,
    is_person,
    is_tail,
    kind_of,
    ministry,
    shorts,
    state,
    tail_kind,
)
from counterflow.extract.names.words import BREAK, Page, common, lexicon

_ENOUGH: Final = 2  # backing from which a candidate is a company
_SURE: Final = 4
_LONGEST: Final = 10  # words of a name
_LOUD_SHARE: Final = 0.3  # from this share of capitals inside sentences on, capitals prove little (German, say)
_LETTERED: Final = frozenset({"Series", "Class", "Phase"})
_FULL_FORMS: Final = frozenset({"corporation", "company"})  # legal forms that people speak as part of the name


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
        """The best place, a little more for each further one, less where it looks like a site or a product."""
        best, worst = max(self.scores), min(self.scores)
        further = min(2, sum(score > 0 for score in self.scores) - 1)
        return best + further + (worst if best < 3 and worst < 0 else 0)


def introduce(page: Page, known: Sequence[Match]) -> dict[str, Entry]:
    """The names that the text introduces beside the known ones: each form in which it may stand, and what it means."""
    others: dict[str, Entry] = {}
    candidates: dict[str, _Candidate] = {}
    for units, titled in _runs(page, known):
        _sort_in(page, units, others, candidates, titled=titled)
    for form, entry in list(others.items()):
        if entry.kind == "person":
            surname = form.split()[-1]
            candidates.pop(surname, None)
            others.setdefault(surname, entry)
    for abbreviation in abbreviations(page):
        candidates.pop(abbreviation, None)
    accepted = _accept(page, candidates, enough=_ENOUGH if _is_quiet(page) else _SURE)
    places = frozenset(
        name for name, candidate in candidates.items() if candidate not in accepted and min(candidate.scores) < 0
    )
    forms = _shorts_of(page, known) | _forms(page, accepted, places)
    return _in_capitals(page, forms) | forms | others


def _in_capitals(page: Page, forms: Mapping[str, Entry]) -> dict[str, Entry]:
    """The same names in capitals, where the text has lines that are set so."""
    shouted = any(page.loud[i] and word.isupper() and len(word) > 3 for i, word in enumerate(page.words))
    return {form.upper(): entry for form, entry in forms.items() if len(form) > 3} if shouted else {}


def _shorts_of(page: Page, known: Sequence[Match]) -> dict[str, Entry]:
    """What the text calls a known party for short: "American Tower Corporation (ATC)"."""
    return {
        short: match.entry._replace(how="alias", wary=common(short), confidence=0.85)
        for match in known
        if match.entry.how in {"name", "alias"} and match.entry.kind != "person"
        for short in shorts(page, legal_end(page, match.after))
    }


def _runs(page: Page, known: Sequence[Match]) -> Iterator[tuple[tuple[Unit, ...], bool]]:
    """Capitalised runs of the running text, cut at titles and trimmed; and whether a title stands before."""
    taken = bytearray(len(page.words))
    for match in known:
        if not _goes_on(page, match):
            taken[match.first : match.after] = b"\x01" * (match.after - match.first)
    i, size = 0, len(page.words)
    while i < size:
        if not page.asserting[i] or page.loud[i] or taken[i] or not capital(page.words[i]):
            i += 1
            continue
        after = _run_end(page, i, taken)
        if after - i > 2 * _LONGEST:  # capitals as a habit: no name
            i = after
            continue
        units = _units(page, i, after)
        department = next((u.first for u in units if ministry(page, u.first) > u.first), None)
        if department is not None:
            after = ministry(page, department)
            yield tuple(_units(page, department, after)), False
        elif not (i and taken[i - 1] and page.gaps[i] == " " and all(is_tail(u) or common(u.text) for u in units)):
            yield from _pieces(page, units)
        i = after


def _goes_on(page: Page, match: Match) -> bool:
    """Whether a known name only begins a longer one: "Samsung Heavy Industries", "Wes Cummins", "Azure Power"."""
    lists, after = lexicon(), match.after
    if match.entry.kind in {"person", "media", "government"} or match.entry.how in {"descriptor", "ticker"}:
        return False
    if match.after - match.first == 1 and _behind_a_first_name(page, match.first):
        return True
    words: list[str] = []
    while (
        after < min(len(page.words), match.after + _LONGEST)
        and page.gaps[after] == " "
        and page.words[after][0].isupper()
    ):
        if is_legal(page.words[after]):
            break
        words.append(page.words[after].lower())
        after += 1
    if not words or words[0] in lists["titles"] or page.loud[match.first]:
        return False
    hard = tail_kind(words[-1]) is not None and words[-1] not in lists["soft_tails"]
    strange = not any(common(word) or word.upper() in lists["acronyms"] for word in words)
    house = page.words[match.first].lower() in lists["houses"] and match.after - match.first == 1
    return (
        (house and (hard or strange))
        or (hard and len(words) > 1 and not all(tail_kind(w) for w in words))
        or (match.entry.how == "product" and any(tail_kind(w) and w not in lists["soft_tails"] for w in words))
    )


def _behind_a_first_name(page: Page, i: int) -> bool:
    """Whether a first name stands before: in "Wes Cummins" the surname only looks like a company."""
    if i == 0 or page.gaps[i] != " " or not page.words[i - 1][0].isupper():
        return False
    return page.words[i - 1].lower() in lexicon()["first_names"] or (
        i > 1
        and page.gaps[i - 1] == " "
        and page.words[i - 2].lower() in lexicon()["titles_lower"]
        and not common(page.words[i - 1])
    )


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
    lists, word, k = lexicon(), page.words[j], j
    if capital(word) or word == "plc":
        return 1
    while (
        k < min(len(page.words), j + 2)
        and page.gaps[k] == " "
        and (page.words[k] in lists["connectors"] or page.words[k] == "&")
    ):
        k += 1
    if word == "and" and j + 1 < len(page.words) and _joins(page.words[j - 1].lower(), page.words[j + 1].lower()):
        k = j + 1
    if k == j or k >= len(page.words) or page.gaps[k] != " " or taken[k] or not page.words[k][0].isupper():
        return 0
    if word == "of" and page.words[j - 1].lower() not in lists["of_heads"]:
        return 0
    return k - j + 1


def _joins(left: str, right: str) -> bool:
    """Whether "and" stands inside a name: "Industrial and Commercial Bank", "Ashton Gas and Electric"."""
    return left in lexicon()["and_left"] or (tail_kind(left) == "company" and tail_kind(right) == "company")


def _glued_step(page: Page, first: int, j: int) -> int:
    """How many words the run takes on at word j, which follows without a space: 0 ends the run."""
    word, before = page.words[j], page.words[j - 1]
    following = page.words[j + 1] if j + 1 < len(page.words) and not page.gaps[j + 1] else ""
    if word == "." and j > 1 and page.words[j - 2] in _LETTERED:
        return 0  # "Series E. Skerry": a sentence ends
    if word == "." and len(before) == 1 and not following and j + 1 < len(page.words):
        after = page.words[j + 1]
        return int(page.gaps[j + 1] == " " and after[0].isupper() and after.lower() not in lexicon()["starters"])
    if (
        word == "."
        and is_legal(before)
        and page.words[j + 1 : j + 2] == ["of"]
        and page.words[j + 2 : j + 3]
        and page.words[j + 2][0].isupper()
    ):
        return 3  # "Solar Energy Corp. of India"
    if not following or not following[0].isalnum():
        return int(word == "+")
    if word == "'":
        return 2 if following[0].isupper() and len(following) > 1 and len(before) < 3 else 0
    if word == "-" and before.isupper() and common(before):
        return 0  # "UPDATE-Dovecote signs"
    if word == "-":
        given = page.words[first].lower() in lexicon()["surnames_first"] and j > first + 1 and len(following) < 7
        return 2 if capital(following) or following.isdigit() or given else 0
    return 2 if word in ".&" else 0


def _units(page: Page, first: int, after: int) -> list[Unit]:
    units: list[Unit] = []
    start = first
    for i in range(first + 1, after + 1):
        if i == after or page.gaps[i]:
            units.append(Unit(start, i, "".join(page.words[start:i])))
            start = i
    if page.words[after : after + 2] == FAMILY_OFFICE.split():
        units.append(Unit(after, after + 2, FAMILY_OFFICE))
    return units


def _pieces(page: Page, units: Sequence[Unit]) -> Iterator[tuple[tuple[Unit, ...], bool]]:
    """A run cut at job titles and trade acronyms: "Fennimore CEO Lena Marsh" names a firm and a person."""
    lists = lexicon()
    piece: list[Unit] = []
    titled = _title_before(page, units[0].first)
    for unit in units:
        low = unit.low.rstrip(".")
        title = low in lists["titles"] or low in lists["honorifics"]
        if (
            not title
            and low not in lists["calendar"]
            and (unit.text not in lists["acronyms"] or (unit.text == "AI" and piece))
        ):
            piece.append(unit)
            continue
        yield from _trimmed(page, piece, titled=titled)
        piece, titled = [], title
    yield from _trimmed(page, piece, titled=titled)


def _title_before(page: Page, first: int) -> bool:
    if first == 0 or page.gaps[first] == BREAK:
        return False
    before = page.words[first - 1]
    if before == "." and first > 1:
        return page.words[first - 2].lower() in lexicon()["honorifics"]
    return before.lower() in lexicon()["titles_lower"]


def _trimmed(page: Page, units: list[Unit], *, titled: bool) -> Iterator[tuple[tuple[Unit, ...], bool]]:
    """Without what only leads up to a name: "The", "Rival", "Danish"."""
    lists = lexicon()
    first, after = 0, len(units)
    while first < after:
        low, rest = units[first].low, units[first + 1 : after]
        leads = low in lists["starters"] and (page.opening(units[first].first) or low in {"the", "a", "an"})
        paper = bool(rest) and (rest[-1].low in lists["media"] or rest[-1].low in lists["media_weak"])
        named = paper or (all(is_tail(unit) for unit in rest) and rest[:1] and rest[0].low != "ai")
        origin = low in lists["demonyms"] and bool(rest) and not named  # "Danish Nordhavn", not "British Airways"
        if not leads and not origin:
            break
        first += 1
    while after > first and (units[after - 1].low in lists["connectors"] or units[after - 1].text == "&"):
        after -= 1
    if first < after:
        yield tuple(units[first:after]), titled and first == 0


def _sort_in(
    page: Page, units: tuple[Unit, ...], others: dict[str, Entry], candidates: dict[str, _Candidate], *, titled: bool
) -> None:
    """One run to what it names: a government, a paper, a person (`others`), a candidate for a company, or nobody."""
    name = " ".join(unit.text for unit in units)
    government = state(page, units)
    if government:
        others.setdefault(government, Entry(government, "government", "open", confidence=0.8))
    elif is_paper(page, units):
        paper = next((e for form, e in others.items() if e.kind == "media" and form.endswith(" " + name)), None)
        others.setdefault(name, paper or Entry(name, "media", "open", confidence=0.8))
    elif is_person(page, units, titled=titled):
        others.setdefault(name, Entry(name, "person", "open", confidence=0.8))
    elif not is_nobody(page, units):
        candidate = candidates.setdefault(name, _Candidate(units))
        candidate.places.append((units[0].first, units[-1].after))
        candidate.scores.append(backing(page, units))
        candidate.kind = candidate.kind or kind_of(page, units)
        candidate.shorts += shorts(page, units[-1].after)


def _is_quiet(page: Page) -> bool:
    """Whether a capital inside a sentence is rare enough to mean something."""
    inside = [
        i for i in range(1, len(page.words)) if page.gaps[i] == " " and page.words[i][0].isalpha() and not page.loud[i]
    ]
    return len(inside) < 40 or sum(page.words[i][0].isupper() for i in inside) < _LOUD_SHARE * len(inside)


def _accept(page: Page, candidates: dict[str, _Candidate], enough: int) -> list[_Candidate]:
    """The candidates that are backed, and those listed side by side with one: "Fennimore and Greyhollow Bank"."""
    accepted = {name for name, candidate in candidates.items() if candidate.backing >= enough}
    starts = {first for name in accepted for first, _ in candidates[name].places}
    ends = {after for name in accepted for _, after in candidates[name].places}
    for name, candidate in candidates.items():
        if name in accepted or min(candidate.scores) < 0 or common(name):
            continue
        if any(
            _after_link(page, after) in starts or _before_link(page, first) in ends for first, after in candidate.places
        ):
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


def _forms(page: Page, accepted: Sequence[_Candidate], places: frozenset[str]) -> dict[str, Entry]:
    """Every form of the accepted companies with its entry; a form shared by two means the longer name, then the first.

    `places`: words that the text uses of a town or a site, which are no short form ("Louisville Gas").
    """
    named = [(_without_legal(candidate.units), candidate) for candidate in accepted]
    named.sort(key=lambda pair: (-len(pair[0]), pair[1].places[0]))
    given = {short: candidate for _, candidate in named for short in candidate.shorts}
    words = frozenset(page.words)
    forms: dict[str, Entry] = {}
    for texts, candidate in sorted(named, key=lambda pair: " ".join(pair[0]) in given):
        name = " ".join(texts)
        kind = candidate.kind or "company"
        entry = forms.get(name) or Entry(name, kind, "open", confidence=0.85 if candidate.backing >= _SURE else 0.75)
        forms.setdefault(name, entry)
        full = " ".join(unit.text for unit in candidate.units)
        for form in (*([full] if ". " in full else []), *_shorter(texts), *candidate.shorts, *_initials(texts, words)):
            if form in places:
                continue
            forms.setdefault(form, entry._replace(wary=common(form) or form.lower() in lexicon()["first_names"]))
    return forms


def _without_legal(units: Sequence[Unit]) -> list[str]:
    texts = [unit.text.rstrip(".") for unit in units]
    while len(texts) > 1 and ((is_legal(texts[-1]) and texts[-1].lower() not in _FULL_FORMS) or texts[-1] == "&"):
        texts.pop()
    return texts


def _shorter(texts: Sequence[str]) -> Iterator[str]:
    """The shorter forms of a name: "Hanbyeol Energy", "Hanbyeol"; a bare place or "Bank of" is nobody."""
    lists = lexicon()
    if texts[0].lower() in lists["heads_first"] and len(texts) > 1 and texts[1].lower() not in lists["connectors"]:
        yield " ".join(texts[1:])
        return
    for size in range(len(texts) - 1, 0, -1):
        lead = [text.lower() for text in texts[:size]]
        if lead[-1] in lists["connectors"] | {"&", "and"} or all(
            w in lists["places"] or w in lists["demonyms"] for w in lead
        ):
            continue
        if size > 1 or not (
            lead[0] in lists["starters"] or tail_kind(lead[0]) or texts[0] in lists["acronyms"] or len(lead[0]) == 1
        ):
            yield " ".join(texts[:size])


def _initials(texts: Sequence[str], words: frozenset[str]) -> Iterator[str]:
    """The initials of a name, where the text uses them: "NWP" of Nordic Wind Partners."""
    short = "".join(text[0] for text in texts if text[0].isupper())
    if len(short) > 2 and short in words and short not in lexicon()["acronyms"]:
        yield short
