"""The day a document was published, and the day before which it cannot have been written; never a guess."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from datetime import date
from functools import cache
from typing import Any, Final, NamedTuple

from counterflow.model.source import ASSERTING, Segment
from counterflow.sources.cues import cues
from counterflow.sources.page import Page

_YEAR: Final = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_MAY_END_DATE: Final = re.compile(
    r"(?:[^\W\d_]{2}\.?,?|(?<!\d)\d\d?(?:st|nd|rd|th)?,?)[\s-]+\Z|\d[./-]\Z"  # a cheap first look
)
_NUMERIC_BEFORE: Final = re.compile(r"(?<!\d)(\d{1,2})([./-])(\d{1,2})\2\Z")
_AFTER: Final = re.compile(r"(?:([-/])(\d{2})\1(\d{2})|年(\d{1,2})月(\d{1,2})日)(?!\d)")
_MOMENT: Final = re.compile(r"\s*(\d{4})-?(\d{2})-?(\d{2})(?!\d)")
_WORD: Final = re.compile(r"[^\W\d_]+")
_BREAK: Final = re.compile(r"[.;!?\n](?=\s|\Z)")
_DASH: Final = re.compile(r"\s*(?:[—–]|--|\s-)\s*(?=\S)")
_ASIDE: Final = re.compile(r"\([^():]{0,40}\)|/[^/\s]{2,40}/")
_UNTIL: Final = re.compile(r"\b(?:by|until|till|before|from|starting|bis|ab|vor)\s+(?:\w+\s+){0,4}\Z", re.IGNORECASE)
_WINDOW: Final = 34  # characters before a year that can belong to its date
_CLAUSE: Final = 240  # characters to either side that can belong to the clause of a date
_DATELINE: Final = 120  # characters a dateline can take
_LOOKED_AT: Final = 2_000  # dates of a text, the latest first, of which one is asked whether it has happened
_NODES: Final = 200  # objects of a page's JSON-LD that are looked at
_STAMP: Final = 120  # characters of a block of a page that is a byline rather than running text


class Mention(NamedTuple):
    """A date as written in `text[start:end]`; `whole` is false where only month and year are given."""

    start: int
    end: int
    day: date  # the first day it can mean
    whole: bool


@cache
def _in_words() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Month before day, and day before month (or month alone), each up to the year."""
    month = "|".join(sorted(cues().months, key=lambda name: (-len(name), name)))
    return (
        re.compile(rf"(?<!\w)({month})\.?\s+(\d{{1,2}})(?:st|nd|rd|th)?,?\s+\Z", re.IGNORECASE),
        re.compile(
            rf"(?<!\w)(?:(\d{{1,2}})(?:st|nd|rd|th|er|º)?\.?[\s-]+(?:of\s|de\s)?)?({month})\.?,?[\s-]+(?:de\s|of\s)?\Z",
            re.IGNORECASE,
        ),
    )


def mentions(text: str) -> Iterator[Mention]:
    """Every date with a year and at least a month, in order; a day and month that could be swapped give nothing."""
    for year in _YEAR.finditer(text):
        found = _after(text, year) or _before(text, year)
        if found:
            yield found


def _after(text: str, year: re.Match[str]) -> Mention | None:
    rest = _AFTER.match(text, year.end())
    day = rest and _day(year[0], rest[2] or rest[4], rest[3] or rest[5])
    return Mention(year.start(), rest.end(), day, whole=True) if rest and day else None


def _before(text: str, year: re.Match[str]) -> Mention | None:
    window = text[max(0, year.start() - _WINDOW) : year.start()]
    if not _MAY_END_DATE.search(window[-8:]):
        return None
    month_first, day_first = _in_words()
    months = cues().months
    whole, day = True, None
    if found := month_first.search(window):
        day = _day(year[0], months[found[1].lower()], found[2])
    elif found := day_first.search(window):
        whole = found[1] is not None
        day = _day(year[0], months[found[2].lower()], found[1] or 1)
    elif found := _NUMERIC_BEFORE.search(window):
        day = _numeric(int(found[1]), int(found[3]), year[0], dotted=found[2] == ".")
    if not found or not day:
        return None
    return Mention(year.start() - len(window) + found.start(), year.end(), day, whole)


def _numeric(first: int, second: int, year: str, *, dotted: bool) -> date | None:
    """3.4.2026 is the third of April; 3/4/2026 may be either day, 23/4/2026 and 4/23/2026 are plain."""
    if dotted or first > 12 or first == second:
        return _day(year, second, first)
    return _day(year, first, second) if second > 12 else None


def _day(year: str, month: str | int, day: str | int) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def moment(value: str) -> str | None:
    """The ISO day that a metadata field names: "2026-03-03T08:00:00Z", "20260303", "Tue, 03 Mar 2026"; else `None`."""
    found = _MOMENT.match(value)
    if found:
        day = _day(found[1], found[2], found[3])
        return day.isoformat() if day else None
    return next((m.day.isoformat() for m in mentions(value[:200]) if m.whole), None)


def of_page(page: Page, body_from: int) -> str | None:
    """The ISO day a page says it was published: linked data, then meta fields, then a time near the title.

    `body_from`: index of the first block of running text; a time that stands after it dates something else.
    """
    fields = dict(reversed(page.metas))  # the first of a name wins
    named = [fields[name] for name in cues().page_published if name in fields]
    stated = [*_linked(page.linked_data), *named, *(t.value for t in page.times if t.published)]
    near = [
        t.value
        for t in page.times
        if t.block <= body_from
        and (t.block >= len(page.blocks) or len(page.blocks[t.block].text) <= _STAMP)
        and not (t.block < len(page.blocks) and _only_changed(page.blocks[t.block].text))
    ]
    return next((day for value in [*stated, *near] if (day := moment(value))), None)


def _linked(scripts: Sequence[str]) -> Iterator[str]:
    """`datePublished` of each article that the page's JSON-LD describes as its own."""
    for script in scripts:
        try:
            todo: list[Any] = [json.loads(script, strict=False)]
        except (ValueError, RecursionError):
            continue
        for node in todo:  # grows while it is read
            if isinstance(node, list):
                todo += node[: _NODES - len(todo)]
            elif isinstance(node, dict):
                kinds = node["@type"] if isinstance(node.get("@type"), list) else [node.get("@type")]
                stated = node.get("datePublished")
                if isinstance(stated, str) and any(str(kind).lower() in cues().page_articles for kind in kinds):
                    yield stated
                if len(todo) < _NODES:
                    todo += [node[key] for key in ("@graph", "mainEntity", "mainEntityOfPage") if key in node]


def of_text(text: str, segments: Sequence[Segment]) -> str | None:
    """The ISO day of the first full date in a byline or dateline; one that only says when it was changed has none.

    Below the article, a date among links to other articles is theirs.
    """
    last = max((i for i, segment in enumerate(segments) if segment.kind in ASSERTING), default=0)
    for i, segment in enumerate(segments):
        if i > last and segment.kind in {"related", "comments", "further_reading"}:
            break
        if segment.kind == "byline":
            for line in text[segment.start : segment.end].splitlines():
                if day := _of_byline(line):
                    return day
    return None


def _of_byline(line: str) -> str | None:
    found = [m for m in mentions(line) if m.whole]
    lower = line.lower()
    for mention in found:
        # What stands before the date decides: "Published 3 March 2026, updated 5 March 2026".
        before = lower[: mention.start]
        changed = max((before.rfind(word) for word in cues().modified), default=-1)
        issued = max((before.rfind(word) for word in cues().published), default=-1)
        if changed <= issued:
            return mention.day.isoformat()
    return None


def _only_changed(line: str) -> bool:
    lower = line.lower()
    return any(w in lower for w in cues().modified) and not any(w in lower for w in cues().published)


def dateline(line: str, later: str, bylines: Sequence[str]) -> int:
    """Length of the dateline that opens a paragraph ("SEOUL, March 3 (Wire) - "), 0 if it has none.

    later: the text that follows, where a company written in capitals would turn up again.
    bylines: lines that name the outlet; a paragraph may open with that name and a dash.
    """
    for dash in _DASH.finditer(line, 0, _DATELINE):
        head = line[: dash.start()].strip()
        if head and _is_dateline(head, line[dash.end() :], later, bylines):
            return dash.end()
    return 0


def _is_dateline(head: str, rest: str, later: str, bylines: Sequence[str]) -> bool:
    if rest[:1].islower():
        return False  # an aside: "Halden — the robot maker — said"
    if len(head) > 2 and any(head.lower() in line.lower() for line in bylines):
        return True
    bare = _ASIDE.sub(" ", head)
    words = _WORD.findall(bare)
    names = [w for w in words if w.lower() not in cues().months and w.lower() not in cues().byline_filler]
    dated = any(_calendar_words(bare))
    if not words or len(names) > 8 or not all(name[0].isupper() for name in names):
        return False
    if words[:1] != names[:1]:  # "March 3 - ", but not "On March 3, Halden — "
        return dated and not names and words[0].lower() in cues().months
    if dated or (bare != head and words[0].isupper()):
        return True
    # A place in capitals with nothing else: not if the name turns up again, for then it is a company.
    return bare.isupper() and len(words[0]) > 2 and rest[:1].isupper() and words[0] not in later


def _calendar_words(text: str) -> Iterator[str]:
    """Months that stand beside a day: "March 3", "3. März"."""
    words = text.replace(".", " ").replace(",", " ").split()
    for word, beside in zip([*words, ""], ["", *words], strict=True):
        if (word.lower() in cues().months and beside[:1].isdigit()) or (
            beside.lower() in cues().months and word[:1].isdigit()
        ):
            yield word


def not_before(text: str, segments: Sequence[Segment]) -> str | None:
    """The latest day, named with its year, that the text reports as past: it cannot have been written earlier.

    A date counts where its clause has a word of the past and none of the future (`[tense]` in cues.toml); a month
    counts as its first day. In a list of further reading each full date counts: one cites what is published.
    """
    cited = [m.day for s in segments if s.kind == "further_reading" for m in mentions(text[s.start : s.end]) if m.whole]
    told = [(m, s.start) for s in segments if s.kind in ASSERTING for m in mentions(text[s.start : s.end])]
    latest = sorted(told, key=lambda pair: pair[0].day, reverse=True)[:_LOOKED_AT]
    past = next((mention.day for mention, offset in latest if _has_happened(text, offset, mention)), None)
    days = [day for day in (*cited, past) if day]
    return max(days).isoformat() if days else None


def _has_happened(text: str, offset: int, mention: Mention) -> bool:
    start, end = offset + mention.start, offset + mention.end
    before, after = text[max(0, start - _CLAUSE) : start], text[end : end + _CLAUSE]
    before = before[max((m.end() for m in _BREAK.finditer(before)), default=0) :]
    stop = _BREAK.search(after)
    # "May" with a capital is the month, "may" the verb.
    words = {w.lower() for w in _WORD.findall(before + " " + after[: stop.start() if stop else None]) if w != "May"}
    past = not words.isdisjoint(cues().past) or any(w.endswith("ed") and len(w) > 4 for w in words)
    return past and words.isdisjoint(cues().future) and not _UNTIL.search(before)
