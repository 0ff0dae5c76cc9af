"""Names in a text: known parties, products, sources and people, those it introduces, and what refers back to them.

`mentions` is the one door. Known names come from the gazetteer, unknown ones from open mode, "the company" and "it"
from carry-over. The longest name at a place wins; mentions stand in text order and never overlap.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

from counterflow.extract.names.carry import carried
from counterflow.extract.names.defined import definitions
from counterflow.extract.names.gazetteer import Entry, Gazetteer, Match, Mention, legal_end, scan, tree
from counterflow.extract.names.open_names import introduce
from counterflow.extract.names.words import Page, common, lexicon
from counterflow.model.source import Segment

__all__ = ["Gazetteer", "Mention", "mentions"]

_VERSION: Final = re.compile(
    r"(?:(?:[  ]|-)?[vV]?\d{1,2}(?:\.\d{1,2})?[a-zA-Z]?(?![\w%])(?![.,]\d)"
    r"(?![  -](?:million|billion|trillion|bn|percent|per|times|people|users|years?|months?|weeks?|days?|GW|MW)\b))?"
    r"(?:[  -](?:Pro|Ultra|Max|Mini|Nano|Turbo|Opus|Sonnet|Haiku|Flash|Lite|Super|mini|nano)\b)*"
)
_BRACKET: Final = re.compile(r"\s?\((?:(?:the|or|NASDAQ|Nasdaq|NYSE|LSE)[:\s]\s?)?[\"“‘']?")
_CLOSING: Final = re.compile(r"(?:\.[A-Z]{1,2})?[\"”’']?\)")
_TICKER_SIGN: Final = re.compile(r"(?:\$|\(|[A-Z]{2,10}:\s?)$")
_AFTER_A_VERB: Final = frozenset({"to", "a", "an", "the", "its", "up", "$", "€", "£"})
_TELLING: Final = frozenset("said says added told noted stated argued wrote explained".split())
_APART: Final = re.compile(r"\s?[,–—(-]?\s?")  # what may stand between a name and its apposition


def mentions(text: str, segments: Sequence[Segment], gazetteer: Gazetteer) -> list[Mention]:
    """Every mention of the text, in order, without overlap; without segments all of it is body.

    Names are found everywhere; new ones are learnt from titles, headings and the body alone, and only there do "the
    company" and "it" count. Linear in the text, whatever the number of names.
    """
    page = Page.of(text, segments)
    known = gazetteer.matches(page)
    defined = tuple(definitions(page))
    terms = frozenset(term for definition in defined for term in definition.terms)
    met = tree(introduce(page, [m for m in known if _stands_alone(page, m)], terms).items())
    matches = _longest(page, [*known, *scan(met, page)])
    named = [_mention(page, m) for m in _trusted(page, matches)]
    named = _without_appositions(page, list(_with_roles(page, _with_brackets(page, named), gazetteer)))
    return sorted([*named, *carried(page, named, gazetteer, defined)])


def _longest(page: Page, matches: Sequence[Match]) -> list[Match]:
    """Without overlap: the longer of two, of equal ones the known one, unless the text has a person say something."""
    kept: list[Match] = []

    def speaks(match: Match) -> bool:
        return match.entry.kind == "person" and not _TELLING.isdisjoint(page.words[match.after : match.after + 1])

    for match in sorted(matches, key=lambda m: (m.first, -m.after, not speaks(m), m.entry.how == "open")):
        if not kept or match.first >= kept[-1].after:
            kept.append(match)
        elif match.after - match.first > kept[-1].after - kept[-1].first:
            kept[-1] = match
    return kept


def _trusted(page: Page, matches: Sequence[Match]) -> list[Match]:
    """Without the ordinary words that only look like names: "Target prices", "MU" as a Greek letter."""
    sure = {m.entry.party for m in matches if _stands_alone(page, m)}
    kept: list[Match] = []
    for m in matches:
        if m.entry.how == "ticker" and _of_another(page, m, kept[-1] if kept else None):
            continue
        if not m.entry.wary or _stands_alone(page, m) or (m.entry.how != "ticker" and m.entry.party in sure):
            kept.append(m)
    return kept


def _stands_alone(page: Page, match: Match) -> bool:
    """Whether the name counts here without help from elsewhere in the text."""
    if not match.entry.wary:
        return True
    first, after = match.first, match.after
    if match.entry.how == "ticker":
        word = page.words[first]
        signed = _TICKER_SIGN.search(page.text, max(0, page.starts[first] - 12), page.starts[first])
        return bool(signed) or (len(word) > 3 and word.isalpha() and not page.loud[first] and not common(word))
    if page.loud[first] or _in_a_longer_name(page, first, after):
        return False
    behind = page.words[first - 1].lower() if first else ""
    if len(page.words[first]) == 1 and after == first + 1 and (behind in {"on", "via", "follow"} or behind.isdigit()):
        return False  # what is said on X is not said by X
    if not page.opening(first):
        return behind not in {"the", "a", "an"}
    ahead = page.words[after : after + 2]
    noun = ahead[:1] and ahead[0] in lexicon()["noun_verbs"] and ahead[1:] and ahead[1] not in _AFTER_A_VERB
    acts = bool(ahead) and ahead[0] in lexicon()["verbs"] and not noun  # "Target plans to", not "Target prices rose"
    return acts or ahead[:1] == ["'"] or legal_end(page, after) > after


def _of_another(page: Page, ticker: Match, last: Match | None) -> bool:
    """Whether brackets give these letters as the ticker of another company: "Cobalt Ridge Corp. (TSX: CRM)"."""
    near = range(ticker.first - 1, max(0, ticker.first - 4), -1)
    opening = next((k for k in near if page.words[k] == "("), 0)
    if not opening or (last and last.entry.party == ticker.entry.party and last.first > opening - 10):
        return False
    behind = page.words[opening - 1]
    return behind[0].isupper() or (behind == "." and not page.gaps[opening - 1])


def _in_a_longer_name(page: Page, first: int, after: int) -> bool:
    """Whether the words beside a name make another one of it: "Anker Target", or no name at all: "Target Price"."""
    lists, ahead = lexicon(), page.words[after] if after < len(page.words) and page.gaps[after] == " " else ""
    titled = ahead[:1].isupper() and ahead.lower() in lists["papers"] | lists["instruments"]
    if titled and not page.opening(first):
        return True
    behind = first > 0 and page.gaps[first] == " " and _strange(page.words[first - 1]) and not page.opening(first - 1)
    return behind or (after < len(page.words) and page.gaps[after] == " " and _strange(page.words[after]))


def _strange(word: str) -> bool:
    """Whether a word beside a name looks like a part of it: a capital, and no title, no acronym, no ordinary word."""
    lists, low = lexicon(), word.lower()
    if not word[0].isupper() or word in lists["acronyms"] or common(word):
        return False
    return not (low in lists["titles"] or low in lists["legal"] or low in lists["demonyms"])


def _mention(page: Page, match: Match) -> Mention:
    """The match with its legal form, or, for a product, with its version."""
    entry, start, end = match.entry, page.starts[match.first], page.ends[match.after - 1]
    if entry.how == "product":
        version = _VERSION.match(page.text, end)
        end = version.end() if version else end
        product = " ".join(page.text[start:end].split())
        plural = product.endswith("s") and product[-2:-1].isdigit()
        return _made(page, start, end, entry, product=product[:-1] if plural else product)
    after = match.after if entry.kind in {"person", "media"} else legal_end(page, match.after)
    return _made(page, start, page.ends[after - 1], entry)


def _made(page: Page, start: int, end: int, entry: Entry, *, product: str | None = None) -> Mention:
    text = page.text[start:end]
    written = " ".join(text.split())
    return Mention(start, end, text, (entry.party,), (written,), entry.kind, entry.how, entry.confidence, product)


def _with_brackets(page: Page, named: Sequence[Mention]) -> list[Mention]:
    """One mention where brackets repeat a name, "Amazon Web Services (AWS)", written as before the brackets."""
    kept: list[Mention] = []
    for mention in named:
        last = kept[-1] if kept else None
        if last and mention.parties == last.parties and _BRACKET.fullmatch(page.text, last.end, mention.start):
            closing = _CLOSING.match(page.text, mention.end)
            if closing:
                kept[-1] = last._replace(end=closing.end(), text=page.text[last.start : closing.end()])
                continue
        kept.append(mention)
    return kept


def _with_roles(page: Page, named: Sequence[Mention], gazetteer: Gazetteer) -> Iterator[Mention]:
    """Products that only describe their owner become descriptors: "the ChatGPT maker", "the developer of Claude"."""
    for mention in named:
        role = _role(page, page.at(mention.start), page.at(mention.end)) if mention.how == "product" else None
        if role:
            entry = Entry(mention.parties[0], gazetteer.kind(mention.parties[0]), "descriptor", confidence=0.85)
            yield _made(page, page.starts[role[0]], page.ends[role[1] - 1], entry)
        else:
            yield mention


def _role(page: Page, first: int, after: int) -> tuple[int, int] | None:
    """The words `[first, after)` of a description of the owner around a product's, or None."""
    lists = lexicon()
    behind, ahead = page.words[max(0, first - 3) : first], page.words[after : after + 2]
    tied = ahead[:1] == ["-"]
    if ahead[tied:] and ahead[tied] in lists["roles"]:
        return first - (behind[-1:] in (["the"], ["The"])), after + 1 + tied
    firms = lists["heads"]["any"] | lists["heads"]["startup"] | lists["heads"]["lab"]
    of = behind[-1:] == ["of"] and behind[-2] in lists["roles"] if len(behind) > 1 else False
    makes = behind[-1:] == ["behind"] and behind[-2] in firms if len(behind) > 1 else False
    if not of and not makes:
        return None
    return first - 2 - (len(behind) > 2 and behind[-3] in {"the", "The", "a"}), after


def _without_appositions(page: Page, named: Sequence[Mention]) -> list[Mention]:
    """Without what only renames its neighbour: "ChatGPT maker OpenAI", "OpenAI, the developer of ChatGPT,"."""
    renames = set()
    for one, two in pairwise(named):
        if one.parties == two.parties and _APART.fullmatch(page.text, one.end, two.start):
            if two.how in {"descriptor", "ticker"}:
                renames.add(two)
            elif one.how == "descriptor":
                renames.add(one)
    return [m for m in named if m not in renames]
