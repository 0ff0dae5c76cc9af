"""Which of the lines above an article is its title."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from counterflow.sources.marking import bylines, lines
from counterflow.sources.marking.dates import dateline
from counterflow.sources.marking.lines import Block

TITLE_WORDS: Final = 32
_OPENING: Final = 3  # paragraphs that open an article
_OPENED: Final = 1_000  # characters of each of them
_KNOWN: Final = 8  # characters from which a title that the page names is one


def title_of(blocks: Sequence[Block], first: int, kinds: Sequence[str], named: str | None) -> int | None:
    """The line that the page calls its title, else the first before the text that reads like one.

    first: index of the first sentence of the article. A masthead, a flash or a form gives way to a line of which the
    article tells more, and so does the bare name of a company to any other title.
    """
    known = _named(blocks, first, named or "")
    if known is not None:
        return known
    fit = [i for i in range(first) if kinds[i] == "body" and _reads_like_one(blocks[i])]
    most = max((told(blocks, first, i) for i in fit), default=0)
    ways = {i: _gives_way(blocks, first, i, most) for i in fit}
    return min(fit, key=lambda i: (ways[i], blocks[i].size < 4, i), default=None)


def told(blocks: Sequence[Block], first: int, i: int) -> int:
    """How many words of a line the article opens with: a title has some, a masthead none."""
    start = blocks[first].line[:_OPENED]
    rest = (block.line[:_OPENED] for block in blocks[first + 1 : first + _OPENING])
    return len(_words(blocks[i].line) & _words(" ".join([start[dateline(start, "", ()) :], *rest])))


def _named(blocks: Sequence[Block], first: int, title: str) -> int | None:
    title = _folded(title)
    for i in range(min(first + 1, len(blocks)) if len(title) > _KNOWN else 0):
        line = _folded(blocks[i].line)
        alike = len(line) > 15 and (line in title or title in line) and len(line) < 2 * len(title)
        if line == title or alike:
            return i
    return None


def _reads_like_one(block: Block) -> bool:
    line = block.line
    fits = block.size > 1 and lines.is_headline(block, TITLE_WORDS)
    return fits and not bylines.is_byline(line) and not bylines.is_label(line)


def _gives_way(blocks: Sequence[Block], first: int, i: int, most: int) -> int:
    """0 for a line that may be the title, 1 for the name of a company, 2 for what stands above a title."""
    line = blocks[i].line
    if bylines.is_lesser(line) or (told(blocks, first, i) < min(most, 2) and bylines.is_masthead(line)):
        return 2
    return int(bylines.is_company(line))


def _folded(line: str) -> str:
    return " ".join(lines.tokens(line))


def _words(line: str) -> set[str]:
    return {word.removesuffix("'s") for word in lines.tokens(line) if len(word) > 3 or any(c.isdigit() for c in word)}
