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
    Unit,
    abbreviations,
    backing,
    is_nobody,
    is_paper,
    is_person,
    kind_of,
    shorts,
    state,
    tail_kind,
)
from counterflow.extract.names.runs import runs, units_of
from counterflow.extract.names.voice import capitalised, letterhead
from counterflow.extract.names.words import Page, common, lexicon

_ENOUGH: Final = 2  # backing from which a candidate is a company
_MORE: Final = 3  # the same in English with many names
_SURE: Final = 4
_LOUD_SHARE: Final = 0.3  # from this share of capitals inside sentences on, capitals prove little (German, say)
_ENGLISH: Final = frozenset("the of and to in a for on by with is has its".split())
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


def introduce(page: Page, known: Sequence[Match], terms: frozenset[str] = frozenset()) -> dict[str, Entry]:
    """The names that the text introduces beside the known ones: each form in which it may stand, and what it means.

    `terms`: words that the text defines for its own use ("the Purchaser"), which are no names.
    """
    others: dict[str, Entry] = {}
    candidates: dict[str, _Candidate] = {}
    for units, titled in runs(page, known):
        if " ".join(unit.text for unit in units) not in terms:
            _sort_in(page, units, others, candidates, titled=titled)
    for form, entry in list(others.items()):
        if entry.kind == "person":
            surname = form.split()[-1]
            candidates.pop(surname, None)
            others.setdefault(surname, entry)
    for abbreviation in abbreviations(page):
        candidates.pop(abbreviation, None)
    shorter = _shorter_known(page, known, candidates)
    accepted = _accept(page, candidates, _enough(page))
    places = frozenset(
        name for name, candidate in candidates.items() if candidate not in accepted and min(candidate.scores) < 0
    )
    forms = _shorts_of(page, known) | shorter | _forms(page, accepted, places)
    return _in_capitals(page, forms) | _of_the_head(page, known, forms) | forms | others


def _of_the_head(page: Page, known: Sequence[Match], forms: Mapping[str, Entry]) -> dict[str, Entry]:
    """The company whose filing this is, where its name stands in the head alone, in capitals."""
    head = letterhead(page)
    if head is None or any(match.first == head[0] for match in known):
        return {}
    first, after = head
    while after < len(page.words) and page.words[after].lower() in _FULL_FORMS and page.gaps[after] == " ":
        after += 1
    shouted = [page.text[page.starts[u.first] : page.ends[u.after - 1]] for u in units_of(page, first, after)]
    texts = capitalised(shouted)
    name = " ".join(texts)
    if name in forms or not name.strip():
        return {}
    entry = Entry(name, tail_kind(texts[-1].lower()) or "company", "open", confidence=0.85)
    shorter = {form: entry for form in _shorter(texts) if not common(form)}
    return shorter | {name: entry, " ".join(shouted): entry}


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


def _shorter_known(page: Page, known: Sequence[Match], candidates: dict[str, _Candidate]) -> dict[str, Entry]:
    """Shorter forms of known names, where the text uses them: "Cipher" of Cipher Mining. They are no candidates."""
    found: dict[str, Entry] = {}
    for match in known:
        if match.entry.how in {"name", "alias"} and match.after > match.first + 1 and match.entry.kind != "media":
            written = page.text[page.starts[match.first] : page.ends[match.after - 1]].split()
            for form in _shorter(written):
                if form in candidates and not common(form):
                    found.setdefault(form, match.entry._replace(how="alias", confidence=0.85, wary=False))
    for form in found:
        candidates.pop(form)
    return found


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
        candidate.shorts += shorts(page, legal_end(page, units[-1].after))


def _enough(page: Page) -> int:
    """The backing from which a candidate is a company: more where a capital inside a sentence means less."""
    inside = [
        i for i in range(1, len(page.words)) if page.gaps[i] == " " and page.words[i][0].isalpha() and not page.loud[i]
    ]
    capitals = sum(page.words[i][0].isupper() for i in inside)
    if len(inside) < 40 or capitals < _LOUD_SHARE * len(inside):
        return _ENOUGH
    english = sum(page.words[i] in _ENGLISH for i in inside) > 0.1 * len(inside)
    return _MORE if english and capitals < 0.5 * len(inside) else _SURE


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
    quiet = {" ".join(texts).upper(): texts for c in accepted if not (texts := _without_legal(c.units))[0].isupper()}
    named = [(_quietly(_without_legal(candidate.units), quiet), candidate) for candidate in accepted]
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
        shouted = " ".join(_without_legal(candidate.units))
        for form in (
            shouted,
            *([full] if ". " in full else []),
            *_shorter(texts),
            *candidate.shorts,
            *_initials(texts, words),
        ):
            if form in places:
                continue
            forms.setdefault(form, entry._replace(wary=common(form) or form.lower() in lexicon()["first_names"]))
    return forms


def _quietly(texts: list[str], quiet: Mapping[str, list[str]]) -> list[str]:
    """A name set in capitals, as the text writes it elsewhere, else as one would; short ones stay as they are."""
    shouted = len(texts) > 1 and all(text.isupper() for text in texts) and any(len(text) > 4 for text in texts)
    return quiet.get(" ".join(texts)) or capitalised(texts) if shouted else texts


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
