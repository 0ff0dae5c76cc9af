"""The day a document was published, and the day before which it cannot have been written; never a guess."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from datetime import date
from functools import cache
from typing import Any, Final, NamedTuple

from counterflow.model.source import ASSERTING, Segment
from counterflow.sources.formats.page import Page
from counterflow.sources.marking.cues import cues

_YEAR: Final = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_MAY_END_DATE: Final = re.compile(
    r"(?:[^\W\d_]{2}\.?,?|(?<!\d)\d\d?(?:st|nd|rd|th)?,?)[\s-]+\Z|\d[./-]\Z"  # a cheap first look
)
_NUMERIC_BEFORE: Final = re.compile(r"(?<!\d)(\d{1,2})([./-])(\d{1,2})\2\Z")
_AFTER: Final = re.compile(r"(?:([-/.])(\d{1,2})\1(\d{1,2})(?!\1\d)|年\s?(\d{1,2})月\s?(\d{1,2})日)(?!\d)")
_MOMENT: Final = re.compile(r"\s*(\d{4})-?(\d{2})-?(\d{2})(?!\d)")
_WORD: Final = re.compile(r"[^\W\d_]+")
_BREAK: Final = re.compile(r"[.;!?\n](?=\s|\Z)")
_DASH: Final = re.compile(r"\s*(?:[—–]|--|\s-)\s*(?=\S)")
_AGENCY: Final = re.compile(r"\s\([a-z]{2,5}(?:[-/ ][A-Za-z]{2,5})?\)\Z")  # "Hamburg (abc)"
_CLOSE: Final = re.compile(r"(?:[.:]|(?<=[)/]))\s+(?=[^\W\d_]|[\"“'‘$€£¥])")
_BAR: Final = re.compile(r"[|·•¦]|\s[–—/-]\s|;")
_LABELLED: Final = re.compile(r"([^:：]*)[:：]\s*(?:[^\W\d_]+\.?,?\s+){0,2}\Z")
_ON: Final = re.compile(r"(.*)\bon\s+(?:[^\W\d_]+,?\s+)?\Z", re.IGNORECASE)
_SPOKEN: Final = re.compile(r"[^\W_](?:[\w'’-]*[^\W_])?")
_ASIDE: Final = re.compile(r"\([^():]{0,40}\)|/[^/\s]{2,40}/")
_UNTIL: Final = re.compile(r"\b(?:by|until|till|before|from|starting|bis|ab|vor)\s+(?:\w+\s+){0,4}\Z", re.IGNORECASE)
_UP_TO: Final = re.compile(
    r"\b(?:by|until|till|before|from|through|since|for|to|after|bis|ab|vor|seit|nach|hasta|jusqu['’]au)\s+"
    r"(?:the\s+|[^\W\d_]+(?:day|tag),?\s+)?\Z",
    re.IGNORECASE,
)
_SPAN: Final = re.compile(r"\d(?:st|nd|rd|th)?\s*(?:[–—&/-]|and|und|et)\s*\Z")
_NEAR: Final = 200  # characters to either side of a line in which the place of an occasion would stand
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
    """The ISO day of the first full date in a byline or dateline that says when the text was published.

    A date with such a word ("Published", "Filed") goes before one with none, and one below the title before one above
    it, where a page may print the day on which it was looked at. Below the article, a date among links to other
    articles is theirs.
    """
    found = list(_said(text, segments))
    changed = min((mention.day for mention, kind, _ in found if kind == "changed"), default=date.max)
    ranked = [
        (kind != "issued", above, m.day) for m, kind, above in found if kind == "issued" or _fits(m, kind, changed)
    ]
    return min(ranked, key=lambda row: row[:2])[2].isoformat() if ranked else None


def _fits(mention: Mention, kind: str, changed: date) -> bool:
    """Whether a bare date can be the day of publication: none is changed before."""
    return kind == "bare" and mention.day <= changed


def _said(text: str, segments: Sequence[Segment]) -> Iterator[tuple[Mention, str, bool]]:
    """Each full date of the bylines, what it stands for (see `standing`), and whether it is above the title."""
    last = max((i for i, segment in enumerate(segments) if segment.kind in ASSERTING), default=0)
    above = any(segment.kind == "title" for segment in segments)
    label: str | None = None  # from a line of its own: "Published", and the day below it
    for i, segment in enumerate(segments):
        if i > last and segment.kind in {"related", "comments", "further_reading"}:
            break
        above = above and segment.kind != "title"
        at = segment.start
        for line in text[segment.start : segment.end].splitlines(keepends=True) if segment.kind == "byline" else ():
            if not _is_occasion(text, at, at + len(line)):
                yield from ((mention, kind, above) for mention, kind in standing(line, label))
            label = label_alone(line) or (label if not line.strip() else None)
            at += len(line)


def _is_occasion(text: str, start: int, end: int) -> bool:
    """Whether a line beside `text[start:end]` names a place to come to, so that a date here is not of publication."""
    before, after = text[max(0, start - _NEAR) : start].splitlines()[-3:], text[end : end + _NEAR].splitlines()[:3]
    opened = [_SPOKEN.findall(line[: line.find(":")].lower()) for line in (*before, *after) if ":" in line[:20]]
    return any(words and cues().venues.at(words, 0) for words in opened)


@cache
def _labels() -> re.Pattern[str]:
    words = "|".join(re.escape(word) for word in sorted(cues().day, key=lambda word: (-len(word), word)))
    return re.compile(rf"(?<!\w)(?:{words})(?!\w)", re.IGNORECASE)


def without_labels(line: str) -> str:
    """A line without the words that say what its dates stand for."""
    return _labels().sub(" ", line)


def label_alone(line: str) -> str | None:
    """What a line says of the date below it, where it says nothing else: "Published", "Last updated on:"."""
    found = _labels().search(line[:80])
    rest = _SPOKEN.findall(without_labels(line).lower()) if found and len(line) <= 80 else ["-"]
    return _kind(found[0]) if found and all(word in cues().byline_filler for word in rest) else None


def _kind(label: str) -> str:
    kind = cues().day[label.lower()]
    return "issued" if kind == "filed" else kind


def standing(line: str, label: str | None = None) -> list[tuple[Mention, str]]:
    """Each full date of a line, with what the words beside it make of it: `issued changed elsewhere`, or `bare`.

    label: what the line above says of the first date. `elsewhere` is the day of something else, such as an event, or
    one that words which are not understood stand before.
    """
    found: list[tuple[Mention, str]] = []
    at = 0
    dated = list(mentions(line))
    for mention, after in zip(dated, [*dated[1:], None], strict=False):
        kind = _told(line[at : mention.start])
        kind = label if label and not at and kind == "bare" else kind
        at = mention.end
        if kind == "bare":
            kind = _doubted(line, line[at : after.start if after else None], [known for _, known in found])
        if mention.whole:
            found.append((mention, kind))
    several = len({mention.day for mention, kind in found if kind == "bare"}) > 1  # the columns of a table
    return [(mention, "elsewhere" if several and kind == "bare" else kind) for mention, kind in found]


def _told(before: str) -> str:
    """What the words before a date, from the date before it, make of it."""
    if _UP_TO.search(before) or _SPAN.search(before):
        return "elsewhere"
    bar = max((m.end() for m in _BAR.finditer(before)), default=0)
    for found in reversed(list(_labels().finditer(before))):
        kind = cues().day[found[0].lower()]
        if kind == "filed":
            subject = _SPOKEN.findall(before[bar : found.start()].lower())
            return "issued" if all(map(_is_of_texts, subject)) else "elsewhere"
        if kind != "elsewhere" or found.start() >= bar:
            return kind
    part = before[bar:]
    lead = _LABELLED.search(part) or _ON.search(part)
    words = _SPOKEN.findall(lead[1].lower()) if lead else []
    signed = words[:1] and words[0] in cues().byline_starts
    return "elsewhere" if words and not signed and not all(word in cues().byline_filler for word in words) else "bare"


def _is_of_texts(word: str) -> bool:
    return word in cues().genres | cues().byline_filler or any(c.isdigit() for c in word)


def _doubted(line: str, after: str, known: Sequence[str]) -> str:
    """`bare`, unless the rest of the line makes something else of a date without a word of its own before it."""
    if "°" in line or cues().events.count(_SPOKEN.findall(line.lower().replace("’", "'"))):
        return "elsewhere"
    closing = _BAR.split(after, maxsplit=1)[0].strip(" ()[],\r\n")
    return "changed" if "changed" in known or label_alone(closing) == "changed" else "bare"


def _only_changed(line: str) -> bool:
    said = {_kind(found[0]) for found in _labels().finditer(line)}
    return "changed" in said and "issued" not in said


def dateline(line: str, later: str, bylines: Sequence[str]) -> int:
    """Length of the dateline that opens a paragraph ("SEOUL, March 3 (Wire) - "), 0 if it has none.

    later: the text that follows, where a company written in capitals would turn up again.
    bylines: lines that name the outlet; a paragraph may open with that name and a dash.
    """
    for dash in _DASH.finditer(line, 0, _DATELINE):
        head = line[: dash.start()].strip()
        if head and _is_dateline(head, line[dash.end() :], later, bylines):
            return dash.end()
    closes = (m.end() for m in _CLOSE.finditer(line, 0, _DATELINE) if _is_dated_place(line[: m.end()].rstrip(" .:")))
    return next(closes, 0)


def _is_dated_place(head: str) -> bool:
    """Whether a line opens with a place and a day, and an agency or a stop to close them: "Pune, Mar 4 (Wire) "."""
    words = _WORD.findall(_ASIDE.sub(" ", head))
    names = [w for w in words if w.lower() not in cues().months and w.lower() not in cues().byline_filler]
    ends = head[-1:] in ")/" or any(m.end == len(head) and m.whole for m in mentions(head))
    placed = 0 < len(names) <= 4 and words[0] == names[0] and all(name[0].isupper() for name in names)
    return placed and ends and any(_calendar_words(_ASIDE.sub(" ", head)))


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
    if _AGENCY.search(head) and len(names) <= 3 and words[0] not in later:
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
