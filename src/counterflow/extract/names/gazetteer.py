"""The gazetteer: parties with their other names, what they make, and how their names are found in a text.

Names stand in one tree of words, so a text is matched in one pass whatever the number of names; the longest match wins.
Units and brands ("Amazon Web Services") are parties with an owner, products ("Trainium") belong to one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, Final, NamedTuple

from counterflow.extract.names.words import BREAK, Page, common, keys, lexicon
from counterflow.model.book import Party
from counterflow.model.problem import Trouble

KINDS: Final = frozenset("company lab cloud chipmaker investor person sector market government media product".split())
# Words that users' lists and other tables use for a kind of ours; any other word makes a company.
_KIND_WORDS: Final = {
    "neocloud": "cloud",
    "hyperscaler": "cloud",
    "outlet": "media",
    "newspaper": "media",
    "agency": "media",
    "bank": "investor",
    "fund": "investor",
    "lender": "investor",
    "insurer": "investor",
}
_PERIODS: Final = frozenset({"inc", "corp", "co", "ltd", "cos", "bros"})
_DOTTED: Final = re.compile(r"(?:[A-Za-z]\.){2,4}|S\.?à\.? ?r\.?l\.?")
_END: Final = ""  # the key under which a tree of words keeps its entry
_NUMBERED: Final = re.compile(r"(.+)s|(.*[A-Za-z])\d{1,3}[a-z]?")
_SHAPE: Final = '{"entities": [{"name": "...", "aliases": ["..."], "parent": "..." or null, "kind": "company"}]}'

Tree = dict[str, Any]


class Mention(NamedTuple):
    """One place that names a party, a source or a product: `text[start:end]` of the document is `text`.

    `parties`: canonical names (one; two or more for "both", "the two companies"). `written`: each as the document
    writes it; for "the company" and the like, the name it stands for as last written. `kind`: one of KINDS. `how`: name
    alias ticker descriptor product open carried pronoun group. A possessive 's stands outside.
    """

    start: int
    end: int
    text: str
    parties: tuple[str, ...]
    written: tuple[str, ...]
    kind: str
    how: str
    confidence: float  # 0..1
    product: str | None = None  # "Trainium 2", where the words name a product of the party


class Entry(NamedTuple):
    """What a name in the tree stands for. `wary`: an ordinary word too ("Target"), so a capital alone proves little."""

    party: str
    kind: str
    how: str
    wary: bool = False
    confidence: float = 0.95


class Match(NamedTuple):
    """Words `[first, after)` of a page are a name."""

    first: int
    after: int
    entry: Entry


@dataclass(frozen=True)
class Gazetteer:
    """Known parties by canonical name, the owner of each product, and further surfaces: descriptors and tickers."""

    parties: Mapping[str, Party]
    products: Mapping[str, str]  # product -> owner
    descriptors: Mapping[str, str] = field(default_factory=dict)  # "the search giant" -> party
    tickers: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def builtin(cls) -> Gazetteer:
        """The names that come with Counterflow."""
        return _builtin()

    @classmethod
    def of(cls, entities: Iterable[Mapping[str, Any]]) -> Gazetteer:
        """From entities: `name` and, if wanted, `aliases`, `parent`, `kind`, `products`, `descriptors`, `tickers`."""
        return cls({}, {}).with_entities(entities)

    def with_file(self, path: Path) -> Gazetteer:
        """These names and those of a file (UTF-8 JSON, `{"entities": [{"name", "aliases", "parent", "kind"}]}`).

        The file wins where both know a name. Raises Trouble that says where the file breaks the format.
        """
        return self.with_entities(_read(path))

    def with_entities(self, entities: Iterable[Mapping[str, Any]]) -> Gazetteer:
        """These names and further ones; the further ones win. An alias that names a known party takes it over."""
        parties, products = dict(self.parties), dict(self.products)
        descriptors, tickers = dict(self.descriptors), dict(self.tickers)
        for entity in entities:
            name = entity["name"]
            for alias in entity.get("aliases", ()):
                if alias != name and alias in parties:
                    _take_over(name, parties, alias, (products, descriptors, tickers))
            parties[name] = _party(entity, parties.pop(name, None))  # to the end: what comes last wins
            products |= dict.fromkeys(entity.get("products", ()), name)
            descriptors |= dict.fromkeys(entity.get("descriptors", ()), name)
            tickers |= dict.fromkeys(entity.get("tickers", ()), name)
        return Gazetteer(_one_meaning(parties), products, descriptors, tickers)

    def kind(self, party: str) -> str:
        """The kind of a known party, else "company"."""
        known = self.parties.get(party)
        return known.kind if known else "company"

    def owner(self, party: str) -> str | None:
        """The parent of a known unit or brand, else None."""
        known = self.parties.get(party)
        return known.owner if known else None

    def matches(self, page: Page) -> list[Match]:
        """Every known name of the page, the longest at each place, in order; wary ones are not judged."""
        return list(scan(self._tree, page, numbered=True))

    @cached_property
    def _tree(self) -> Tree:
        return tree(self._surfaces())

    def _surfaces(self) -> Iterator[tuple[str, Entry]]:
        for product, owner in self.products.items():
            yield product, Entry(owner, "product", "product", wary=_is_wary(product))
        for ticker, name in self.tickers.items():
            yield ticker, Entry(name, self.kind(name), "ticker", wary=True, confidence=0.9)
        for descriptor, name in self.descriptors.items():
            yield descriptor, Entry(name, self.kind(name), "descriptor", confidence=0.85)
            yield descriptor[:1].upper() + descriptor[1:], Entry(name, self.kind(name), "descriptor", confidence=0.85)
        for party in self.parties.values():
            for alias in party.aliases:
                yield from _spellings(alias, Entry(party.name, party.kind, "alias", wary=_is_wary(alias)))
        for party in self.parties.values():
            entry = Entry(party.name, party.kind, "name", wary=_is_wary(party.name), confidence=1.0)
            yield from _spellings(party.name, entry)


def tree(surfaces: Iterable[tuple[str, Entry]]) -> Tree:
    """A tree of words over names; a later name replaces an equal earlier one."""
    root: Tree = {}
    for surface, entry in surfaces:
        node = root
        words = keys(surface)
        for word in words:
            node = node.setdefault(word, {})
        if words:
            node[_END] = entry
    return root


def scan(root: Tree, page: Page, *, numbered: bool = False) -> Iterator[Match]:
    """The longest name at each place, left to right, without overlap.

    `numbered` also finds a product with digits or a plural s grown on ("Trainium2", "H100s").
    """
    i, size = 0, len(page.words)
    while i < size:
        node = root.get(page.words[i])
        if node is None and numbered:
            node = _stem(root, page.words[i])
        found = _longest(node, page, i) if node is not None and _free(page, i) else None
        if found:
            yield found
            i = found.after
        else:
            i += 1


def legal_end(page: Page, after: int) -> int:
    """Where a name that ends before word `after` ends with its legal form: "Dovecote AI" + "Inc."."""
    size = len(page.words)
    while True:
        at = after + 1 if after + 1 < size and page.words[after] == "," and not page.gaps[after] else after
        if at >= size or page.gaps[at] != " ":
            return after
        dotted = _dotted(page, at)
        if dotted > at:
            after = dotted
            continue
        if not is_legal(page.words[at]):
            return after
        after = at + 1
        if after < size and page.words[after] == "." and not page.gaps[after] and page.words[at].lower() in _PERIODS:
            inside = after + 1 < size and (page.words[after + 1][0].islower() or page.words[after + 1] in ",(\"“'")
            after += inside


def _dotted(page: Page, at: int) -> int:
    """Where a legal form with stops, "L.P." or "S.p.A.", ends that begins at word `at`; `at` if none does."""
    found = _DOTTED.match(page.text, page.starts[at]) if len(page.words[at]) == 1 and page.words[at].isupper() else None
    if not found or not (is_legal(found[0]) or "à" in found[0]):
        return at
    after = page.at(found.end())
    ends = after < len(page.words) and page.gaps[after] == " " and page.words[after][0].isupper()
    return after - (ends and page.words[after].lower() in lexicon()["starters"])  # "of Orrin N.V. The loan"


def is_legal(word: str) -> bool:
    """Whether a capitalised word is a legal form: Inc, AG, GmbH, N.V."""
    return word == "plc" or (word[0].isupper() and word.lower().replace(".", "") in lexicon()["legal"])


def _longest(node: Tree, page: Page, i: int) -> Match | None:
    best, j, size = None, i + 1, len(page.words)
    while True:
        if _END in node:
            best = Match(i, j, node[_END])
        if j >= size or page.gaps[j] == BREAK:
            return best
        following = node.get(page.words[j] if page.gaps[j] else "~" + page.words[j])
        if following is None:
            return best
        node, j = following, j + 1


def _stem(root: Tree, word: str) -> Tree | None:
    shape = (
        _NUMBERED.fullmatch(word)
        if len(word) > 2 and (word[-1] == "s" or word[-2:-1].isdigit() or word[-1].isdigit())
        else None
    )
    node = root.get(shape[1] or shape[2]) if shape else None
    return {_END: node[_END]} if node and _END in node and node[_END].how == "product" else None


def _free(page: Page, i: int) -> bool:
    """Whether a name can begin at word i: not inside "non-Nvidia", "www.nvidia.com" or a longer hyphenated name."""
    if page.gaps[i] or i == 0:
        return True
    if page.words[i - 1] == "-":
        return not page.gaps[i - 1] and page.words[i - 2][0].isupper() and i > 1
    return page.words[i - 1] not in "._@" or bool(page.gaps[i - 1])


def _is_wary(name: str) -> bool:
    return name.isalpha() and (common(name) or len(name) < 3 or name.lower() in lexicon()["first_names"])


def _spellings(name: str, entry: Entry) -> Iterator[tuple[str, Entry]]:
    """A name, in capitals, and without its legal form."""
    words = name.replace(",", "").split()
    while len(words) > 1 and is_legal(words[-1].rstrip(".")) and words[-1].lower() not in {"company", "co", "co."}:
        words.pop()
        bare = " ".join(words)
        yield bare, entry._replace(wary=_is_wary(bare))
    if len(name) >= 5 and not name.isupper():
        yield name.upper(), entry
    yield name, entry


def _party(entity: Mapping[str, Any], known: Party | None) -> Party:
    kind = entity.get("kind")
    if kind is not None and kind not in KINDS:
        kind = _KIND_WORDS.get(kind, "company")
    tickers = entity.get("tickers") or ()
    if known is None:
        return Party(
            entity["name"],
            kind or "company",
            tuple(entity.get("aliases", ())),
            entity.get("parent"),
            next(iter(tickers), None),
            entity.get("country"),
        )
    aliases = tuple(dict.fromkeys((*known.aliases, *entity.get("aliases", ()))))
    told = {"owner": entity.get("parent", known.owner), "country": entity.get("country", known.country)}
    return replace(known, kind=kind or known.kind, aliases=aliases, **told)


def _take_over(name: str, parties: dict[str, Party], other: str, owners: Iterable[dict[str, str]]) -> None:
    """All that belongs to another party now belongs to `name`."""
    known, taken = parties.get(name), parties.pop(other)
    base = known or replace(taken, name=name)
    parties[name] = replace(base, aliases=tuple(dict.fromkeys((*base.aliases, *taken.aliases, other))))
    for owned in owners:
        owned.update({thing: name for thing, owner in owned.items() if owner == other})
    for unit, party in parties.items():
        if party.owner == other:
            parties[unit] = replace(party, owner=name)


def _one_meaning(parties: Mapping[str, Party]) -> dict[str, Party]:
    """Each alias with one party: a party's own name before any alias, then the last that claims it."""
    means = {alias: name for name, party in parties.items() for alias in party.aliases} | {
        name: name for name in parties
    }
    return {
        name: replace(party, aliases=tuple(a for a in party.aliases if means[a] == name and a != name))
        for name, party in parties.items()
    }


def _read(path: Path) -> list[Mapping[str, Any]]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise Trouble(str(path), f"the gazetteer cannot be read: {error}", "give a JSON file in UTF-8") from error
    try:
        body = json.loads(text)
    except (ValueError, RecursionError) as error:
        place = f"{path}:{error.lineno}:{error.colno}" if isinstance(error, json.JSONDecodeError) else str(path)
        raise Trouble(place, "the gazetteer is not JSON", f"write it as {_SHAPE}") from error
    entities = body.get("entities") if isinstance(body, dict) else None
    if not isinstance(entities, list):
        raise Trouble(str(path), 'the gazetteer has no list "entities"', f"write it as {_SHAPE}")
    for number, entity in enumerate(entities):
        _check(f"{path}: entity {number + 1}", entity)
    return entities


def _check(where: str, entity: Any) -> None:
    if not isinstance(entity, dict) or not isinstance(entity.get("name"), str) or not entity["name"].strip():
        raise Trouble(where, 'an entity needs a "name"', f"write it as {_SHAPE}")
    where = f"{where} ({entity['name']})"
    for key in ("aliases", "products", "descriptors", "tickers"):
        value = entity.get(key, [])
        if not isinstance(value, list) or not all(isinstance(v, str) and v.strip() for v in value):
            raise Trouble(where, f'"{key}" is not a list of names', f'write "{key}": ["..."], or leave it out')
    for key in ("parent", "kind", "country"):
        if not isinstance(entity.get(key, ""), str | None):
            raise Trouble(where, f'"{key}" is not a name', f'write "{key}": "...", or leave it out')


@lru_cache(maxsize=1)
def _builtin() -> Gazetteer:
    entities = json.loads(Path(__file__).with_name("gazetteer.json").read_text(encoding="utf-8"))["entities"]
    return Gazetteer.of(entities)
