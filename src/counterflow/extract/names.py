"""Names in a text: known parties, products, sources and people, those that the text introduces, and what refers back to them.

`mentions` is the one door. Known names come from the gazetteer, unknown ones from open mode, "the company" and "it" from
carry-over. The longest name at a place wins; mentions stand in text order and never overlap.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

from counterflow.extract.carry import carried
from counterflow.extract.gazetteer import Gazetteer, Match, Mention, legal_end, scan, tree
from counterflow.extract.open_names import introduce
from counterflow.extract.words import BREAK, Page, common, lexicon
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
_TELLING: Final = frozenset("said says added told noted stated argued wrote explained".split())
_APART: Final = re.compile(r"\s?[,–—(-]?\s?")  # what may stand between a name and its apposition


def mentions(text: str, segments: Sequence[Segment], gazetteer: Gazetteer) -> list[Mention]:
    """Every mention of the text, in order, without overlap; without segments all of it is body.

    Names are found everywhere; new ones are learnt from titles, headings and the body alone, and only there do "the
    company" and "it" count. Linear in the text, whatever the number of names.
    """
    page = Page.of(text, segments)
    known = gazetteer.matches(page)
    met = tree(introduce(page, [m for m in known if _stands_alone(page, m)]).items())
    matches = _longest(page, [*known, *scan(met, page)])
    named = [_mention(page, m) for m in _trusted(page, matches)]
    named = _without_appositions(page, list(_with_roles(page, _with_brackets(page, named), gazetteer)))
    return sorted([*named, *carried(page, named, gazetteer)])


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
    return [m for m in matches if not m.entry.wary or _stands_alone(page, m) or (m.entry.how != "ticker" and m.entry.party in sure)]


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
    if not page.opening(first):
        return page.words[first - 1].lower() not in {"the", "a", "an"}
    ahead = page.words[after : after + 2]
    if not ahead:
        return False
    acts = ahead[0] in lexicon()["verbs"] and not (ahead[0] in lexicon()["noun_verbs"] and ahead[1:] and ahead[1] not in {"to", "a", "an", "the", "its", "$", "€", "£"})
    return acts or ahead[0] == "'" or legal_end(page, after) > after


def _in_a_longer_name(page: Page, first: int, after: int) -> bool:
    def capital(i: int) -> bool:
        word = page.words[i]
        ordinary = word.lower() in lexicon()["titles"] or word in lexicon()["acronyms"] or word.lower() in lexicon()["legal"]
        return word[0].isupper() and not ordinary and not common(word) and word.lower() not in lexicon()["demonyms"]

    behind = first > 0 and page.gaps[first] == " " and capital(first - 1) and not page.opening(first - 1)
    ahead = after < len(page.words) and page.gaps[after] == " " and capital(after)
    return behind or ahead


def _mention(page: Page, match: Match) -> Mention:
    """The match with its legal form, or, for a product, with its version."""
    entry, start = match.entry, page.starts[match.first]
    if entry.how == "product":
        end = _VERSION.match(page.text, page.ends[match.after - 1])
        stop = end.end() if end else page.ends[match.after - 1]
        text = page.text[start:stop]
        plural = text.endswith("s") and page.words[match.after - 1][-2:-1].isdigit()
        product = " ".join(text.split())
        return Mention(start, stop, text, (entry.party,), (product,), "product", "product", 0.9, product[:-1] if plural else product)
    after = match.after if entry.kind in {"person", "media"} else legal_end(page, match.after)
    text = page.text[start : page.ends[after - 1]]
    return Mention(start, page.ends[after - 1], text, (entry.party,), (" ".join(text.split()),), entry.kind, entry.how, entry.confidence)


def _with_brackets(page: Page, named: Sequence[Mention]) -> list[Mention]:
    """ "Amazon Web Services (AWS)" is one mention, not two; its name as written is what stands before the brackets."""
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
    """Products that only describe their owner: "the ChatGPT maker", "the developer of Claude"."""
    roles = lexicon()["roles"]
    for mention in named:
        if mention.how != "product":
            yield mention
            continue
        first, after = page.at(mention.start), page.at(mention.end)
        behind = page.words[max(0, first - 4) : first]
        start, end = mention.start, mention.end
        if after < len(page.words) and (page.words[after] in roles or page.words[after : after + 1] == ["-"] and page.words[after + 1 : after + 2] and page.words[after + 1] in roles):
            at = after if page.words[after] in roles else after + 1
            end = page.ends[at]
            start = page.starts[first - 1] if behind and behind[-1].lower() == "the" else start
        elif len(behind) > 1 and ((behind[-1] == "of" and behind[-2] in roles) or (behind[-1] == "behind" and behind[-2] in lexicon()["heads"]["any"] | lexicon()["heads"]["startup"] | lexicon()["heads"]["lab"])):
            start = page.starts[first - 3] if len(behind) > 2 and behind[-3].lower() in {"the", "a"} else page.starts[first - 2]
        else:
            yield mention
            continue
        text = page.text[start:end]
        yield Mention(start, end, text, mention.parties, (" ".join(text.split()),), gazetteer.kind(mention.parties[0]), "descriptor", 0.85)


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
