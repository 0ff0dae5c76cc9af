"""The paragraphs of a text, and what their shape says about them."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from counterflow.sources.marking.cues import Cue, cues

_LINE: Final = re.compile(r"([^\r\n]*)(?:\r\n|\r|\n|\Z)((?:[ \t\xa0]*(?:\r\n|\r|\n))*)")
TOKEN: Final = re.compile(r"[^\W_](?:[\w&./'’+-]{0,60}[^\W_])?")
_SENTENCE_START: Final = re.compile(r"(?:^\W*|[.!?:…]\W*|[“\"(])\Z")
_STOPS: Final = ".!?…。！？"
_CLOSERS: Final = "\"'”’»)]*_ "
_ABBREVIATED: Final = re.compile(
    r"\b(?:inc|corp|ltd|co|cos|plc|llc|bros|u\.s|u\.k|e\.u|n\.v|s\.a|vs|st|jr|sr|no|a\.i)\.\Z", re.IGNORECASE
)
LIST_MARK: Final = re.compile(r"(?:[-–—*•·▪◦‣►●○■]|\d{1,2}[.)]|[a-z]\))\s+|>\s?")
_PICTURES: Final = r"\U0001F000-\U0001FAFF\u2600-\u27BF\u2B00-\u2BFF"
_EMOJI: Final = re.compile(rf"[{_PICTURES}\u20E3]")
_EMOJI_LEAD: Final = re.compile(rf"[\d#*]\uFE0F?\u20E3|[{_PICTURES}]")
_URL: Final = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
_DOMAIN: Final = re.compile(
    r"(?<=[a-z0-9])\.(?:com|org|net|io|ai|co|news|app|info|tv|fm|de|uk|in)\b(?![.\w]\w)", re.IGNORECASE
)
_HANDLE: Final = re.compile(r"(?:^|\s)@\w{2,}|[\w.+-]{1,64}@[\w-]{1,63}\.\w")
AGO: Final = re.compile(
    r"\b(?:\d{1,3}|an?)\s?(?:m|h|d|mins?|minutes?|hrs?|hours?|days?|weeks?|months?)\s+ago\b|^\d{1,2}\s?[mhd]\Z"
    r"|\bvor (?:\d{1,3}|einer?|einem) (?:minuten?|stunden?|tag(?:en)?)\b",
    re.IGNORECASE,
)
CLOCK: Final = re.compile(
    r"\b\d{1,2}[:h]\d{2}(?::\d{2})?\b|\b\d{1,2}\s?(?:am|pm|min)\b|\b\d{1,2}-min(?:ute)?\b", re.IGNORECASE
)
_LEAD: Final = re.compile(r"[\W_]*(\w[^:：|\n]{0,40}?)\s*(?:[:：]|\s\||\s[–—-]\s?(?=['\"“‘]))\s*")
_COUNTED: Final = re.compile(r"^\d[\d,.]*k?\s+|\s*\(?\d[\d,.]*k?\)?\s*$")
_JOINT: Final = re.compile(r"\s*(?:/|&|\||,|\band\b|\bund\b|\bor\b)\s*")
_SIGNED: Final = re.compile(
    r"(?:by|posted|published|updated)\s.{0,60}\b(?:19|20)\d\d\b.{0,20}\Z"
)  # opens small, yet no rest
_SENTENCES: Final = re.compile(r"(?<=[.!?:…])\s+|\s&\s")
_SCALES: Final = frozenset("billion million trillion crore lakh bn mrd mio milliarden millionen milliards".split())
_WIDE: Final = re.compile(r"[぀-ヿ㐀-鿿가-힯]")
_QUOTE: Final = re.compile(
    r"(?<![\w.])([^\W\d_][\w&./'-]{0,20}(?:\s[\w&./'-]{1,12}){0,3}?)[\s:|]{1,4}(?:[$€£¥₹]\s?|Rs\.?\s?)?"
    r"\d{1,9}(?:[.,]\d{1,9}){0,4}[\s:|]{1,4}(?:[$€£¥₹]?[+−–-]\d[\d.,]{0,9}\s)?[(\[]?\s?"
    r"(?:[+−–-]|[▲▼↑↓△▽]\s?[+−–-]?)\s?\d{1,4}(?:[.,]\d{1,3})?\s?%[)\]]?"
)
_OFFER: Final = re.compile(
    r"\b(?:deposit|stake|trade|invest|spend|refer|bet|buy|open)\b[^.!?]{0,40}?(?:\band\b|,)\s*"
    r"(?:get|receive|earn|win|claim)\s+(?:up\s+to\s+|an?\s+)?[$€£¥₹\d]",
    re.IGNORECASE,
)
_TICKER: Final = re.compile(r"[A-Z]{2,5}(?:[.:][A-Z]{1,5})?")

_MOST_LINES: Final = 200_000  # what comes after is no article; it goes with the last paragraph
_WRAPPED: Final = 110  # the longest line of a text broken by hand at a fixed width
_WRAPPED_MEAN: Final = 45
_LABEL: Final = 70  # characters that a label can take
_LEADING: Final = 400  # characters of a paragraph that a lead can govern
_BYLINE: Final = 140
_OPENING: Final = 40  # characters that show how a sentence opens
_BOARD: Final = 600  # characters of a line of prices that are looked at
_NAME_BLOCKS: Final = 400  # paragraphs read for the names of an article: more teach nothing new


class Block(NamedTuple):
    """A paragraph `text[start:end]`, with its line ends and the blank lines after it; `line` is what it says."""

    start: int
    end: int
    line: str

    @property
    def size(self) -> int:
        """Its words; scripts without spaces count three characters a word."""
        line = self.line[:4_000]
        return len(line.split()) + len(_WIDE.findall(line)) // 3


def blocks(text: str) -> list[Block]:
    """The paragraphs of a text, in order, covering it; lines broken by hand are joined again."""
    found: list[Block] = []
    group: list[Block] = []  # lines without a blank line between them
    start = at = 0
    for match in itertools.islice(_LINE.finditer(text), _MOST_LINES):
        at = match.end()
        line = match[1].strip("\ufeff \t\v\f\xa0")
        if line:
            group.append(Block(start, at, line))
            start = at
        if match[2] or not line:
            found += _joined(group)
            group = []
    found += _joined(group)
    if found:
        found[-1] = found[-1]._replace(end=len(text))
    return found


def _joined(group: list[Block]) -> list[Block]:
    if _is_wrapped(group):
        runs = [[block] for block in group[:1]]
        for block in group[1:]:
            if LIST_MARK.match(block.line):
                runs.append([block])
            else:
                runs[-1].append(block)
        return [_one(run) for run in runs]
    runs = []
    for block in group:
        if runs and opens_small(block.line) and not _SIGNED.match(block.line) and _runs_on(runs[-1][-1].line):
            runs[-1].append(block)
        else:
            runs.append([block])
    return [_one(run) for run in runs]


def _one(run: list[Block]) -> Block:
    return run[0] if len(run) == 1 else Block(run[0].start, run[-1].end, " ".join(block.line for block in run))


def _runs_on(line: str) -> bool:
    """Whether a line breaks off in mid-sentence, so that the next one continues it."""
    return len(line) >= 30 and not ends_sentence(line) and line[-1] not in ":;" and not LIST_MARK.match(line)


def _is_wrapped(group: list[Block]) -> bool:
    """Lines of even width, some of which go on in lower case: prose broken by hand, not a list of headlines."""
    if len(group) < 3 or max(len(block.line) for block in group) > _WRAPPED:
        return False
    body, after = group[:-1], group[1:]
    even = sum(len(block.line) for block in body) >= _WRAPPED_MEAN * len(body)
    return even and sum(block.line[0].islower() for block in after) * 4 >= len(after)


def ends_sentence(line: str) -> bool:
    """Whether a line closes with a full stop, question mark or the like."""
    bare = line[-40:].rstrip(_CLOSERS)
    return bare[-1:] in _STOPS and bare != "" and not (bare[-1] == "." and _ABBREVIATED.search(bare[-8:]))


def is_headline(block: Block, words: int) -> bool:
    """Whether a paragraph reads like a title: at most `words` words, no full stop, not an item of a list or table."""
    line = block.line
    if len(line) > words * 9 or not 0 < block.size <= words or "\t" in line:
        return False
    bare = line.rstrip(_CLOSERS)
    stopped = bare[-1:] in ";:,…。" or (bare[-1:] == "." and not _ABBREVIATED.search(bare[-8:]))
    return not stopped and not opens_small(line) and not LIST_MARK.match(line) and any(c.isalpha() for c in line)


def opens_small(line: str) -> bool:
    """Whether a line opens with a small letter that is not that of a name such as xAI."""
    return line[0].islower() and line.split(maxsplit=1)[0].islower()


def tokens(line: str) -> list[str]:
    """The words of a line in lower case, the marks around them gone."""
    return TOKEN.findall(line.replace("’", "'").lower())


def cue_of(block: Block) -> Cue | None:
    """What a paragraph says it is, by its label, its lead or its opening words."""
    if len(block.line) <= _LABEL and (label := _label(block.line)):
        return label
    if lead := _lead(block):
        return lead
    opener = cues().opener(block.line.lstrip("*_#>[(– -•"))
    # "Sign up for a $2 billion loan and you own the bank" calls on no one.
    return None if opener and opener.kind == "promo" and not _SCALES.isdisjoint(tokens(block.line[:400])) else opener


def _label(line: str) -> Cue | None:
    bare = line.lower().strip('*_#:：.!?…>→▼▾»|[]()"“” ')
    known = cues().labels
    plain = _COUNTED.sub("", bare)
    found = known.get(line.lower()) or known.get(bare) or known.get(plain)
    if found or len(line.split()) > 8:
        return found
    parts = [known.get(part) for part in _JOINT.split(bare)]
    first = parts[0]
    return first if first and all(part is not None and part.kind == first.kind for part in parts) else None


def _lead(block: Block) -> Cue | None:
    found = _LEAD.match(block.line[:80])
    cue, plain = cues().leads.get(found[1].lower(), (None, False)) if found else (None, False)
    if not found or not cue or (cue.kind != "disclaimer" and len(block.line) > _LEADING):
        return None
    rest = block._replace(line=block.line[found.end() :])
    wrapped = block.line[0] in "([（【" and block.line[-1] in ")]）】"
    if not plain and not wrapped and not is_headline(rest, 30):
        return None
    if cue.kind == "byline" and (len(block.line) > _BYLINE or ends_sentence(rest.line)):
        return None
    return cue


def is_furniture(part: str) -> bool:
    """Whether a part of a line is a button or a label of the page: "Share", "0 comments", "Filed under: Energy"."""
    lead = _LEAD.match(part[:80])
    return len(part) <= _LABEL and (_label(part) is not None or bool(lead and lead[1].lower() in cues().leads))


def emoji_lead(line: str) -> bool:
    """Whether a line opens with a picture or a number in a box."""
    return bool(_EMOJI_LEAD.match(line))


def url_share(line: str) -> float:
    """The share (0..1) of a line's characters that is web addresses."""
    return sum(len(m[0]) for m in _URL.finditer(line[:2_000])) / len(line) if line else 0.0


def call_score(line: str, words: list[str]) -> int:
    """Points for speaking to the reader: a call, a lure, an offer, a picture, an address, an exclamation mark.

    words: the `tokens` of the line.
    """
    table = cues()
    calls = max((2 * table.strong.at(words, 0) or +table.weak.at(words, 0) for words in _openings(line)), default=0)
    lures = min(2, table.lures.count(words))
    reader = int(table.reader.count(words) > 0)
    address = int(bool(_URL.search(line) or _DOMAIN.search(line) or _HANDLE.search(line)))
    offer = 2 * bool(_OFFER.search(line[:_LEADING]))
    shout = int("!" in line) + int(bool(_EMOJI.search(line)))
    return calls + lures + reader + address + shout + offer - 2 * (not _SCALES.isdisjoint(words))


def _openings(line: str) -> Iterator[list[str]]:
    """The first words of each sentence of a line; "For more, ..." and numbers of a list are looked through."""
    for sentence in _SENTENCES.split(line):
        words = tokens(sentence[:_OPENING])
        if words[:1] == ["for"] and "," in sentence:
            words = tokens(sentence.rpartition(",")[2][:_OPENING])
        if words and words[0].isdigit():
            del words[0]
        if words:
            yield words


def is_ticker(words: list[str]) -> bool:
    """Whether the words of a line are of prices on a screen: three that traders use, one of them sharp."""
    sharp = cues().sharp_tickers.count(words)
    return sharp > 0 and sharp + cues().loose_tickers.count(words) >= 3


def quotes(line: str) -> int:
    """How many prices with their change a line gives, if that is all it gives: "Brent 81 (+0.6%) | Gold 42 -1.8%"."""
    line = line[:_BOARD]
    found = list(_QUOTE.finditer(line))
    if not found or cues().figures.count(tokens(line)) or 2 * sum(len(m[0]) for m in found) < len(line):
        return 0
    return len(found)


def is_board(line: str) -> bool:
    """Whether a line with `quotes` gives those of an index, a currency, a commodity, or of a share by its ticker."""
    return cues().instruments.count(tokens(line[:_BOARD])) > 0 or any(
        _TICKER.fullmatch(m[1]) for m in _QUOTE.finditer(line[:_BOARD])
    )


def names_in(line: str) -> set[str]:
    """The capitalised words of a line that may name a company or product."""
    return {name for name, _ in _names(line)}


def names_of(article: Sequence[str]) -> frozenset[str]:
    """The names that an article is about: words that return in its paragraphs, once capitalised within a sentence."""
    counts: Counter[str] = Counter()
    inner: set[str] = set()
    for line in article[:_NAME_BLOCKS]:
        found = list(_names(line[:4_000]))
        counts.update({name for name, _ in found})
        inner.update(name for name, within in found if within)
    often = 2 if len(article) > 3 else 1
    return frozenset(name for name in inner if counts[name] >= often)


def _names(line: str) -> Iterator[tuple[str, bool]]:
    """Each capitalised word that is not generic, and whether it stands within a sentence."""
    for token in TOKEN.finditer(line):
        word = token[0].removesuffix("'s").removesuffix("’s")
        lower = word.lower()
        if len(word) > 1 and lower != word and lower not in cues().generic_names and lower not in cues().months:
            yield word, not _SENTENCE_START.search(line[max(0, token.start() - 4) : token.start()])
