"""What each stretch of a text is for: the article itself, or what its page put around it.

Claims come from titles, headings and body alone. A stretch wrongly called a promotion loses claims and one wrongly
called body makes noise; in doubt it is body, since later stages can still doubt a claim but never see a lost one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from counterflow.model.source import Segment
from counterflow.sources.marking import bylines, lines
from counterflow.sources.marking.cues import Cue, cues
from counterflow.sources.marking.dates import dateline
from counterflow.sources.marking.lines import Block
from counterflow.sources.marking.orders import ORDER
from counterflow.sources.marking.titles import TITLE_WORDS, title_of, told

_HEADING_WORDS: Final = 22
_PROSE_WORDS: Final = 8
_CALL_WORDS: Final = 120  # a longer paragraph is no advertisement
_CALL: Final = 3  # points from which a paragraph calls on the reader
_FURNITURE: Final = 2  # words of a button or a placeholder
_TITLES: Final = 3  # titles in a row, at the end, that are a list of other articles
_CARD_REACH: Final = 2  # paragraphs to either side of a time that its card takes
_BYLINE_REACH: Final = 4  # paragraphs after the first sentence of a text where a byline may still stand
_LATE: Final = 0.6  # from here on, one name in common is too little for prose to be the article again
_EARLY: Final = 0.4  # a label this early cannot close the article
_LINKS: Final = 0.4  # share of addresses from which a line is a link
_ABOUT: Final = re.compile(r"(?:about|über|à propos d[e'’])\s*(.+)", re.IGNORECASE)
_MARKED: Final = re.compile(r"#{1,6} ")


class _Article(NamedTuple):
    """The paragraphs of a text and what is known of them before each is judged."""

    blocks: Sequence[Block]
    own: Sequence[Cue | None]  # what each paragraph says it is
    first: int  # index of the first sentence of the article; the number of paragraphs if there is none
    names: frozenset[str]
    hints: Mapping[int, str]  # start of a paragraph -> what its markup says
    title: str | None
    trades: bool  # whether it is itself about prices on a screen

    def shared(self, i: int) -> int:
        """How many of the article's names a paragraph has."""
        return len(lines.names_in(self.blocks[i].line[:4_000]) & self.names)

    def part(self, i: int) -> float:
        """How far down a paragraph stands, 0..1."""
        return self.blocks[i].start / self.blocks[-1].end

    def is_prose(self, i: int) -> bool:
        """Whether a paragraph is running text."""
        block = self.blocks[i]
        return block.size >= _PROSE_WORDS and (lines.ends_sentence(block.line) or block.size >= 40)


def segments(text: str, title_hint: str | None = None, hints: Mapping[int, str] | None = None) -> tuple[Segment, ...]:
    """Mark every stretch of `text` with its kind; together they cover it without gap or overlap.

    title_hint: the title as the page's metadata has it.
    hints: for texts made from markup, what the tag of a paragraph says, by the offset of its start:
    `h1 heading item row caption link p`.
    """
    blocks = lines.blocks(text)
    if not blocks:
        return (Segment("body", 0, len(text)),) if text else ()
    own = [_own(blocks, i) for i in range(len(blocks))]
    first = next(
        (i for i, block in enumerate(blocks) if own[i] is None and _opens(block) and not bylines.is_byline(block.line)),
        len(blocks),
    )
    tail = next((i for i in range(first, len(blocks)) if (cue := own[i]) and cue.reach != "line"), len(blocks))
    names = lines.names_of(
        [b.line for i, b in enumerate(blocks[:tail]) if own[i] is None and (i >= first or i + 6 > first)]
    )
    opening = lines.tokens(" ".join(block.line[:1_000] for block in blocks[: first + 1]))
    article = _Article(blocks, own, first, names, hints or {}, title_hint, cues().sharp_tickers.count(opening) > 0)
    kinds = _regions(article)
    _cards(article, kinds)
    _top(article, kinds)
    _headings(article, kinds)
    return tuple(_merged(_split(text, article, kinds)))


def _own(blocks: Sequence[Block], i: int) -> Cue | None:
    block = blocks[i]
    under_order = i > 0 and blocks[i - 1].line.endswith(":") and ORDER.match(blocks[i - 1].line)
    if under_order or ORDER.match(block.line):
        return Cue("promo", "line")
    cue = lines.cue_of(block)
    if cue is None and _is_about(blocks, i):
        return Cue("promo", "section")
    return cue


def _is_about(blocks: Sequence[Block], i: int) -> bool:
    """The heading of a company's own description: "About Halden", then a paragraph that opens with the name."""
    found = _ABOUT.fullmatch(blocks[i].line.strip("*_#: "))
    if not found or i + 1 >= len(blocks) or 2 * blocks[i].start < blocks[-1].end or not lines.is_headline(blocks[i], 9):
        return False
    name = found[1].split()
    return name[0].lower() in blocks[i + 1].line[:80].lower() and all(not word[0].islower() for word in name)


def _opens(block: Block) -> bool:
    """Whether a paragraph can be the first of an article: a sentence, and no call on the reader."""
    stopped = lines.ends_sentence(block.line) and block.line.rstrip("\"'”’»)]*_ ")[-1:] not in "?!"
    if block.size < 30 and not (block.size >= 4 and stopped):
        return False
    return not (_may_call(block) and lines.call_score(block.line, lines.tokens(block.line)) >= _CALL)


def _may_call(block: Block) -> bool:
    return len(block.line) <= _CALL_WORDS * 10 and block.size <= _CALL_WORDS


def _regions(article: _Article) -> list[str]:
    """A kind for each paragraph, from its own words and from the label it stands under."""
    kinds: list[str] = []
    region: Cue | None = None
    told = 0  # sentences and paragraphs of the article so far
    for i, cue in enumerate(article.own):
        if cue and (region is None or cue.reach != "line"):
            region = _governs(article, i, cue, told)
            kinds.append(cue.kind)
            continue
        if region and cue is None and _resumes(article, i, region):
            region = None
        if region and region.kind == "disclaimer" and _starts_cards(article, i):
            region = Cue("related", region.reach)  # below its disclaimer a page puts other people's news
        if region is None:
            kinds.append(_alone(article, i, kinds))
        else:
            kinds.append(cue.kind if cue and region.kind == "disclaimer" else region.kind)
        told += kinds[-1] == "body" and lines.ends_sentence(article.blocks[i].line)
    return kinds


def _starts_cards(article: _Article, i: int) -> bool:
    line, cue = article.blocks[i].line, article.own[i]
    return (cue is None and bylines.is_stamp(line)) or (
        cue == Cue("promo", "line") and article.blocks[i].size <= _FURNITURE
    )


def _governs(article: _Article, i: int, cue: Cue, told: int) -> Cue | None:
    """The region that a cue opens; before any sentence, and early in a text, it cannot be the end of the article."""
    if cue.reach == "line" or told == 0:
        return None
    if cue.reach == "rest" and (told < 2 or article.part(i) < _EARLY):
        return Cue(cue.kind, "list")
    return cue


def _resumes(article: _Article, i: int, region: Cue) -> bool:
    """Whether the article goes on here, after an inset.

    A list ends with prose that has the article's names, or that stands just before such prose; a section with the
    next heading.
    """
    blocks = article.blocks
    if region.reach != "list":
        return region.reach == "section" and _heads_prose(article, i)
    enough = min(len(article.names), 1 if article.part(i) < _LATE else 2)
    near = range(i, min(i + 3, len(blocks)))
    if not article.is_prose(i) or any(bylines.is_stamp(blocks[j].line) for j in near):
        return False
    return any(article.own[j] is None and article.is_prose(j) and article.shared(j) >= enough for j in near)


def _heads_prose(article: _Article, i: int) -> bool:
    """Whether a line reads like a heading: short, without a full stop, a longer sentence below it."""
    if i + 1 >= len(article.blocks) or article.own[i + 1]:
        return False
    block, after = article.blocks[i], article.blocks[i + 1]
    long = after.size >= _PROSE_WORDS and after.size > block.size and lines.ends_sentence(after.line)
    return long and lines.is_headline(block, _HEADING_WORDS)


def _alone(article: _Article, i: int, kinds: Sequence[str]) -> str:
    """The kind of a paragraph that stands under no label."""
    block = article.blocks[i]
    if not _may_call(block):
        return "body"
    if _is_board(article, i):
        return "related"
    if article.hints.get(block.start) == "link" and i > article.first and block.size > 4:
        return "body" if lines.ends_sentence(block.line) else "related"
    words = lines.tokens(block.line)
    score = lines.call_score(block.line, words)
    if kinds and kinds[-1] == "promo" and article.own[i - 1] is None:
        score += 2 if lines.emoji_lead(block.line) else 1
    ticker = i > article.first and article.names and not article.trades and lines.is_ticker(words)
    if i > article.first and (ticker or score + 1 >= _CALL):
        shared = article.shared(i)
        if ticker and not shared:
            return "related"
        score += (article.part(i) > _LATE) if shared == 0 else -min(2, shared)
    if score >= _CALL:
        return "promo"
    return "related" if lines.url_share(block.line) > _LINKS else "body"


def _is_board(article: _Article, i: int) -> bool:
    """Whether a paragraph is of prices on a board: two of them, or one beside another."""
    if not lines.quotes(article.blocks[i].line):
        return False
    near = [b.line for b in article.blocks[max(0, i - 2) : i + 3] if lines.quotes(b.line)]
    return sum(lines.quotes(line) for line in near) > 1 and any(lines.is_board(line) for line in near)


def _cards(article: _Article, kinds: list[str]) -> None:
    """Other people's news that stands below the article without a label: times beside titles, or titles alone.

    Times beside prose about the article's own names head the entries of a chronicle instead.
    """
    blocks = article.blocks
    stamps = [
        i for i in range(article.first + 1, len(blocks)) if kinds[i] == "body" and bylines.is_stamp(blocks[i].line)
    ]
    own = {i for i in stamps if any(article.is_prose(j) and article.shared(j) for j in _beside(article, i, 1))}
    apart = {*stamps} - own if article.names else set()
    for stamp in stamps:
        if stamp in apart:
            kinds[stamp] = "related"
        elif len(stamps) - len(apart) > 1 or article.first + _BYLINE_REACH < stamp < len(blocks) - 1:
            kinds[stamp] = "heading"
        else:
            kinds[stamp] = "byline"
    if len(apart) > 1:
        for i in sorted({i for stamp in apart for i in _beside(article, stamp, _CARD_REACH)}):
            title = lines.is_headline(blocks[i], _HEADING_WORDS) and not apart.isdisjoint((i - 1, i + 1))
            if kinds[i] == "body" and article.names and (title or not article.shared(i)):
                kinds[i] = "related"
    _loose_titles(article, kinds)


def _loose_titles(article: _Article, kinds: list[str]) -> None:
    """Three titles or more in a row at the very end, most without a name of the article: links to others."""
    end = next((i + 1 for i in range(len(kinds) - 1, -1, -1) if kinds[i] == "body"), 0)
    start = end
    while start > article.first + 3 and _is_loose_title(article, kinds, start - 1):
        start -= 1
    if end - start >= _TITLES and 2 * sum(article.shared(i) == 0 for i in range(start, end)) > end - start:
        kinds[start:end] = ["related"] * (end - start)


def _beside(article: _Article, i: int, reach: int) -> list[int]:
    low, high = max(article.first + 1, i - reach), min(len(article.blocks), i + reach + 1)
    return [j for j in range(low, high) if j != i]


def _is_loose_title(article: _Article, kinds: Sequence[str], i: int) -> bool:
    block = article.blocks[i]
    plain = article.hints.get(block.start, "p") == "p" and ":" not in block.line
    return kinds[i] == "body" and plain and block.size > 3 and lines.is_headline(block, _HEADING_WORDS)


def _top(article: _Article, kinds: list[str]) -> None:
    """Title and byline, in what stands before the first sentence or just after it."""
    blocks, first = article.blocks, article.first
    if first == len(blocks):
        return
    title = title_of(blocks, first, kinds, article.title)
    if title is not None:
        kinds[title] = "title"
    top = range(min(first + _BYLINE_REACH + 1, len(blocks)))
    loose = [i for i in top if kinds[i] == "body" and article.hints.get(blocks[i].start) != "caption"]
    signed = [i for i in loose if _is_signed(article, i)]
    for i in signed:
        kinds[i] = "byline"
    for i in (*loose, *reversed(loose)):  # a name may stand beside one that is known only after it
        if kinds[i] == "body" and i < first and _names_outlet(article, kinds, i, title):
            kinds[i] = "byline"
    for i in loose:
        free = kinds[i] == "body" and i < first and article.hints.get(blocks[i].start) not in {"item", "row"}
        if free and lines.is_headline(blocks[i], TITLE_WORDS):
            kinds[i] = "heading"


def _is_signed(article: _Article, i: int) -> bool:
    """Whether a line says who wrote the text or when; after the first sentence, in so many words."""
    line = article.blocks[i].line
    if i < article.first and bylines.is_label(line):
        return i + 1 < len(article.blocks) and bylines.is_byline(article.blocks[i + 1].line)
    return bylines.is_byline(line) and (i < article.first or bylines.is_dated(line))


def _names_outlet(article: _Article, kinds: Sequence[str], i: int, title: int | None) -> bool:
    """Whether a line is a name beside a byline, or the masthead of the outlet or section."""
    line = article.blocks[i].line
    beside = [j for j in (i - 1, i + 1) if 0 <= j < len(kinds) and j != title and kinds[j] == "byline"]
    if title is not None and i > title and beside and (bylines.is_person(line) or bylines.is_signature(line)):
        return bylines.is_person(line) or not told(article.blocks, article.first, i)
    return title is not None and bylines.is_masthead(line) and told(article.blocks, article.first, i) < 2


def _headings(article: _Article, kinds: list[str]) -> None:
    """Short lines without a full stop that stand before prose, and what the markup calls a heading."""
    for i, block in enumerate(article.blocks):
        hint = article.hints.get(block.start)
        marked = hint in {"h1", "heading"} or (hint is None and _MARKED.match(block.line))
        before_prose = hint in {None, "p"} and i > article.first and kinds[i + 1 : i + 2] == ["body"]
        if kinds[i] == "body" and (marked or (before_prose and _heads_prose(article, i))):
            kinds[i] = "heading"


def _split(text: str, article: _Article, kinds: Sequence[str]) -> Iterator[Segment]:
    """The paragraphs with their kinds, a dateline cut off before the first and orders to machines cut out of any."""
    bylines = [b.line for b, kind in zip(article.blocks, kinds, strict=True) if kind == "byline"]
    openings = 2  # a dateline opens the first paragraph, or the second after a summary
    for block, kind in zip(article.blocks, kinds, strict=True):
        start = block.start
        if kind == "body" and openings:
            openings -= 1
            start = _after_dateline(text, block, bylines)
            if start > block.start:
                yield Segment("byline", block.start, start)
                openings = 0
        order = ORDER.search(text, start, block.end) if kind == "body" else None
        cut = order.start() + text[order.start()].isspace() if order else block.end
        if cut > start:
            yield Segment(kind, start, cut)
        if order:
            yield Segment("promo", cut, block.end)


def _after_dateline(text: str, block: Block, bylines: Sequence[str]) -> int:
    opening = text[block.start : min(block.end, block.start + 400)]
    bare = opening.lstrip("\ufeff \t\r\n\v\f\xa0")
    length = dateline(bare, text[block.start + 200 : block.start + 4_000], bylines)
    return block.start + len(opening) - len(bare) + length if length else block.start


def _merged(parts: Iterator[Segment]) -> Iterator[Segment]:
    """Neighbours of one kind as one; each title and heading stays its own."""
    last: Segment | None = None
    for part in parts:
        if last and last.kind == part.kind and part.kind not in {"title", "heading"}:
            last = Segment(last.kind, last.start, part.end)
        else:
            if last:
                yield last
            last = part
    if last:
        yield last
