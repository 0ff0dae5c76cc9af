"""Days (R7): weekdays against dates, ends before starts, "less than six weeks after" against the two dates."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from counterflow.model.money import Interval
from counterflow.model.when import first_day, last_day
from counterflow.reconcile.checks.issue import Issue, Measured
from counterflow.reconcile.checks.variables import Fact, Facts, Paper, Sentence
from counterflow.reconcile.checks.wording import Side, message, repair
from counterflow.reconcile.said import Days, event_days

_WEEKDAYS: Final = "monday tuesday wednesday thursday friday saturday sunday".split()
_MONTHS: Final = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_DAY: Final = r"(?P<weekday>mon|tues|wednes|thurs|fri|satur|sun)day"
_MONTH: Final = (
    r"(?P<month>jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)(?:uary|ruary|ch|il|ust|tember|ember|ober)?\.?"
)
_DATES: Final = (
    re.compile(
        rf"\b{_DAY},? (?:the )?(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?: of)? {_MONTH}\b(?:,? (?P<year>(?:19|20)\d\d))?",
        re.IGNORECASE,
    ),
    re.compile(
        rf"\b{_DAY},? {_MONTH} (?P<day>\d{{1,2}})(?:st|nd|rd|th)?\b(?:,? (?P<year>(?:19|20)\d\d))?", re.IGNORECASE
    ),
)
_SPAN: Final = re.compile(
    r"\b(?:from|between) (?:the end of |early |late |mid-?)?(?:[A-Z][a-z]+ )?(?P<first>(?:19|20)\d\d)"
    r" (?:to|until|till|through|and) (?:the end of |early |late |mid-?)?(?:[A-Z][a-z]+ )?(?P<last>(?:19|20)\d\d)\b"
)
_FAR: Final = 120  # days from the article's own date within which a date without a year is of the nearest one
_BOUND: Final = re.compile(r"(?P<sign>[<>])P(?P<count>\d+)(?P<unit>[DWMY])")
_UNIT_DAYS: Final = {"D": 1, "W": 7}  # months and years have no one length


def days(facts: Facts) -> Iterator[Issue]:
    """Every finding of R7."""
    for paper in facts.papers.values():
        kinds = [s for s in paper.document.segments if s.kind in {"title", "byline", "heading", "body"}]
        for sentence in paper.sentences:
            if not kinds or any(s.start <= sentence.start < s.end for s in kinds):
                yield from _weekdays(paper, sentence)
                yield from _spans(sentence)
    yield from _periods(facts)
    yield from _bounds(facts)


def _weekdays(paper: Paper, sentence: Sentence) -> Iterator[Issue]:
    for pattern in _DATES:
        for found in pattern.finditer(sentence.text):
            when = _resolved(found, paper.day if paper.document.doc_date else None)
            stated = next(n for n, name in enumerate(_WEEKDAYS) if name.startswith(found["weekday"].lower()))
            if when and (off := min((when.weekday() - stated) % 7, (stated - when.weekday()) % 7)):
                yield _mismatch(sentence, found[0], when, stated, off)


def _resolved(found: re.Match[str], near: date | None) -> date | None:
    """The date with its stated year, else the one nearest to the article's own day, if that is near."""
    month = next(n for n, name in enumerate(_MONTHS, 1) if found["month"].lower().startswith(name))
    years = [int(found["year"])] if found["year"] else [near.year + n for n in (-1, 0, 1)] if near else []
    whole = [d for year in years if (d := _day(year, month, int(found["day"])))]
    if found["year"] or near is None:
        return next(iter(whole), None)
    nearest = min(whole, key=lambda d: abs((d - near).days), default=None)
    return nearest if nearest and abs((nearest - near).days) <= _FAR else None


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _mismatch(sentence: Sentence, quote: str, when: date, stated: int, off: int) -> Issue:
    true = when.weekday()
    said, right = (_WEEKDAYS[n].capitalize() for n in (stated, true))
    return _issue(
        "tension" if off == 1 else "contradiction",  # one day of time-zone slack, loose only
        "R7 weekday(date)",
        sentence,
        (
            Measured("stated weekday (Monday is 1)", _point(stated + 1), "day"),
            Measured("weekday of the date", _point(true + 1), "day"),
        ),
        (
            f'"{quote}": {said} as stated, {right} by the calendar',
            f"{when.isoformat()} is a {right}, {off} {'day' if off == 1 else 'days'} from {said}",
        ),
    )


def _spans(sentence: Sentence) -> Iterator[Issue]:
    for found in _SPAN.finditer(sentence.text):
        first, last = int(found["first"]), int(found["last"])
        if last < first:
            yield _backwards(sentence, first, last, found[0], ())


def _backwards(sentence: Sentence, first: int, last: int, quote: str, parties: tuple[str, ...]) -> Issue:
    return _issue(
        "contradiction",
        "R7 end >= start",
        sentence,
        (Measured("start", _point(first), "year"), Measured("end", _point(last), "year")),
        (f'"{quote}": starts {first}, ends {last}', f"{last} - {first} = {last - first} years, below 0"),
        parties,
    )


def _periods(facts: Facts) -> Iterator[Issue]:
    for fact in facts.all:
        period = fact.claim.valid_time
        first, last = (first_day(period.start), last_day(period.end)) if period else (None, None)
        if period and first and last and last < first and fact.sure:
            yield _backwards(fact.sentence, first.year, last.year, period.text, fact.claim.parties)


def _bounds(facts: Facts) -> Iterator[Issue]:
    """As in "less than six weeks after": the day of the signing from any article, the later day from this one."""
    for fact in facts.all:
        event = fact.claim.event_date
        bound = _BOUND.fullmatch(event.bound or "") if event else None
        if not bound or bound["unit"] not in _UNIT_DAYS:
            continue
        later = _told(fact, facts)
        for anchor in facts.of(fact.claim.type):
            when = event_days(anchor.claim)
            exact = when is not None and when.first == when.last
            if when and later and exact and _same_deal(anchor, fact, facts):
                yield from _bounded(fact, anchor, when, later, bound)
                break


def _same_deal(anchor: Fact, fact: Fact, facts: Facts) -> bool:
    one, other = ({facts.top(n) for n in f.claim.parties} for f in (anchor, fact))
    return anchor is not fact and one == other and bool(anchor.loose.meet(fact.loose)) and anchor.unit == fact.unit


def _told(fact: Fact, facts: Facts) -> tuple[int, int] | date | None:
    """The day of this article, else the last month and day that it names before the bound."""
    paper = facts.papers.get(fact.doc)
    if paper and paper.document.doc_date:
        return paper.day
    named = [
        f.claim.event_date.value
        for f in facts.all
        if f.doc == fact.doc and f.sentence.number <= fact.sentence.number and f.claim.event_date
    ]
    whole = [v for v in named if v and re.fullmatch(r"[\dX]{4}-\d\d-\d\d", v)]
    if not whole:
        return None
    return (int(whole[-1][5:7]), int(whole[-1][8:])) if "X" in whole[-1] else first_day(whole[-1])


def _bounded(
    fact: Fact, anchor: Fact, start: Days, later: tuple[int, int] | date, bound: re.Match[str]
) -> Iterator[Issue]:
    end = later if isinstance(later, date) else _next(start.first, *later)
    if end is None or end < start.first:
        return
    between, limit = (end - start.first).days, int(bound["count"]) * _UNIT_DAYS[bound["unit"]]
    below = bound["sign"] == "<"
    broken = between >= limit if below else between <= limit
    if not broken:
        return
    wide = Interval(Decimal(between - 1), Decimal(between + 1))
    stated = Interval(Decimal(0), limit + Decimal("0.5")) if below else Interval(limit - Decimal("0.5"), None)
    wanted = repair([Side((fact,)), Side((anchor,))])
    word = "below" if below else "above"
    yield Issue(
        kind="tension" if wide.meet(stated) else "contradiction",
        article=(wanted.drop or fact).claim.doc_id,
        relation="R7 days = d2 - d1",
        parties=fact.claim.parties,
        quantities=(Measured("days between", wide, "day"), Measured(f"stated, {word}", stated, "day")),
        message=message(
            f"{between} days, stated {word} {limit}",
            f"{start.first} to {end} = {between} days, stated {word} {limit}: {abs(between - limit)} beyond the limit",
            wanted.text,
            "the day on which either was signed",
        ),
        evidence=(*fact.words()[:1], *anchor.words()[:1]),
        repair=wanted.text,
    )


def _next(start: date, month: int, day: int) -> date | None:
    """The first such day after `start`."""
    years = (start.year, start.year + 1)
    return next((d for y in years if (d := _day(y, month, day)) and d >= start - timedelta(1)), None)


def _point(value: int) -> Interval:
    return Interval.point(value)


def _issue(
    kind: str,
    relation: str,
    sentence: Sentence,
    quantities: tuple[Measured, ...],
    said: tuple[str, str],
    parties: tuple[str, ...] = (),
) -> Issue:
    tie = "tie: either of the two can be the wrong one"
    return Issue(
        kind=kind,
        article=sentence.article,
        relation=relation,
        parties=parties,
        quantities=quantities,
        message=message(said[0], said[1], tie, "another report of the day"),
        evidence=(sentence.words(),),
        repair=tie,
    )
