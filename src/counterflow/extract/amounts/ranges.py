"""Two numbers that make one range ("between $3 and $4 billion"), or share the scale behind the second."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from counterflow.extract.amounts import figures, hedges, marks
from counterflow.extract.amounts.figures import Figure, Stretch, Unread
from counterflow.extract.amounts.numerals import GAP, JOIN, alternation, tables

_APPOSED: Final = re.compile(r"\s?(?:—|--)\s|\s[–―-]\s")  # a dash that may part two thoughts
_OTHER_THOUGHT: Final = re.compile(rf"{GAP}(?i:more|less|higher|lower|above|below|of|in)(?!\w)|{GAP}?—")


@cache
def _joint() -> re.Pattern[str]:
    words = alternation([*tables()["ranges"]["words"], "and"])
    dash = rf"(?P<dash>{GAP}?(?:--|[-‐‑‒–—―−~〜～]){GAP}?)"
    return re.compile(rf"{dash}|(?P<comma>,){GAP}|{JOIN}(?i:(?P<word>{words})){JOIN}")


def ends(page: Stretch, floor: int, first: Figure, depth: int = 3) -> list[Figure] | Unread:
    """The figure and, of a range, its other end; one scale or currency behind a pair or list serves all of it."""
    joint = _joint().match(page.text, first.end, page.end)
    second = figures.read(page, joint.end()) if joint and not first.number.span else None
    if not joint or not isinstance(second, Figure) or second.number.span or not _agree(first, second):
        return [first]
    if joint["comma"]:
        return [_with_list(page, floor, first, second, depth)]
    kind, left = (joint["word"] or "dash").lower(), hedges.left(page.text, floor, first.start, money=True)
    opener = left.opener.text if left.opener else ""
    if not _is_pair(page, first, second, kind, opener) or (kind == "to" and _has_moved(page, floor, left.start)):
        return [first]
    spread = _spread(first, second)
    if (kind == "and" and opener != "between") or (opener == "from" and _is_change(page, left.start)):
        return [spread]
    if spread.value <= second.value:
        return [spread, second._replace(measure=second.measure or first.measure)]
    return [first] if first.whole and second.whole else Unread(first.start, second.end, "a range that runs backwards")


def _with_list(page: Stretch, floor: int, first: Figure, second: Figure, depth: int) -> Figure:
    """The first of "$1, $2 and $3 billion", in billions."""
    if first.whole or not first.marked or not second.marked or not depth:
        return first
    rest = [second] if second.whole else ends(page, floor, second, depth - 1)
    return _spread(first, rest[0]) if isinstance(rest, list) and not second.whole else first


def _agree(first: Figure, second: Figure) -> bool:
    """Whether two numbers can be ends of one range: the same unit and currency, as far as both say."""
    return first.measure is None or second.measure is None or first.measure == second.measure


def _spread(first: Figure, second: Figure) -> Figure:
    """The first of a pair with the scale and the measure that stand behind the second alone."""
    number = first.number
    if not first.whole and second.number.family:
        number = number._replace(scale=second.number.scale, family=second.number.family)
    return first._replace(number=number, measure=first.measure or second.measure)


def _is_pair(page: Stretch, first: Figure, second: Figure, kind: str, opener: str) -> bool:
    text, end = page.text, page.end
    measured = second.whole or (first.measure is None and marks.counted(text, second.end, end) is not None)
    bare = first.marked and not first.whole
    if kind == "and":
        return (opener == "between" and (measured or second.marked)) or (bare and second.marked and second.whole)
    if _is_date(page, first, second) or (second.marked and not first.marked):
        return False
    if kind == "or":
        return not first.whole and measured
    if kind == "dash" and first.whole and measured and _APPOSED.match(text, first.end, end):
        return "—" not in text[first.end : first.end + 2] and _OTHER_THOUGHT.match(text, second.end, end) is None
    if first.measure and not first.marked and not second.measure:
        return False
    return measured or (bare and (second.marked or kind == "dash"))


def _is_date(page: Stretch, first: Figure, second: Figure) -> bool:
    """Whether the first number is the year of "from $3bn in 2023 to $30bn"."""
    if not first.is_year or first.marked:
        return False
    before = marks.words_before(page.text, page.start, first.start)
    return bool(second.number.family) or bool(before and before[-1].text in tables()["ranges"]["year_before"].split())


def _is_change(page: Stretch, pos: int) -> bool:
    """Whether "from" tells a change ("rose from $3 to $4 billion") and not a range."""
    words = tables()["ranges"]
    lead = re.findall(r"\w+", re.split(r"[.;:\n]", page.text[max(page.start, pos - 60) : pos])[-1].lower())
    opened = len(lead) > 1 and lead[-2] in words["open"].split()
    return not opened and not set(lead).isdisjoint(words["changes"].split())


def _has_moved(page: Stretch, floor: int, pos: int) -> bool:
    """Whether the verb before `pos` makes the second number a result: "fell 1% to 4%"."""
    words = marks.words_before(page.text, floor, pos)
    return bool(words) and words[-1].text in tables()["ranges"]["moved"].split()
