"""Dates and periods in a sentence: their text, resolved against the document's date, else left open."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Final, NamedTuple

from counterflow.extract.cues import cue
from counterflow.model.claim import EventDate, ValidTime
from counterflow.model.when import first_day

_MONTHS: Final = "january february march april may june july august september october november december".split()
_WEEKDAYS: Final = "monday tuesday wednesday thursday friday saturday sunday".split()
_TO_FIFTEEN: Final = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen".split()
)
_NUMBERS: Final = {word: number for number, word in enumerate(_TO_FIFTEEN)} | {
    "a": 1,
    "an": 1,
    "twenty": 20,
    "twenty-five": 25,
    "thirty": 30,
}


class Times(NamedTuple):
    """What a stretch of text says of time."""

    valid: ValidTime | None
    event: EventDate | None


def times(text: str, doc_date: str | None, *, figure: bool = False) -> Times:
    """The period an amount covers and the day a thing happened, as far as `text` says.

    With no `doc_date` nothing is resolved to a year: unknown digits stay X, offsets stay offsets.
    """
    lowered = text.lower().replace("\u00a0", " ")
    return Times(_valid(text, lowered, doc_date, figure), _event(text, lowered, doc_date))


def duration(count: str, unit: str) -> str:
    """As in "five", "years": the ISO 8601 duration, P5Y."""
    return f"P{_number(count)}{unit[0].upper()}"


def month_of(name: str) -> int:
    """The number of a month by its name or short name."""
    return next(n for n, full in enumerate(_MONTHS, 1) if full.startswith(name[:3]))


def _number(word: str) -> int:
    return int(word) if word.isdigit() else _NUMBERS[word]


def _valid(text: str, lowered: str, doc_date: str | None, figure: bool) -> ValidTime | None:
    if not figure and (found := cue("times.term").search(lowered)):
        return ValidTime(text[found.start() : found.end()], duration=duration(found["n"], found["unit"]))
    if found := cue("times.since").search(lowered):
        return ValidTime(text[found.start() : found.end()], start=found["year"])
    if figure and (found := cue("times.as_of").search(lowered)):
        day = _iso(found["month"], found["day"], _year(found["year"], found["this"], doc_date))
        return ValidTime(text[found.start() : found.end()], day, day)
    if found := cue("times.by").search(lowered):
        return ValidTime(text[found.start() : found.end()], end=found["year"])
    if figure and (found := cue("times.in").search(lowered)):
        year = found["year"] or found["later"]
        return ValidTime(text[found.start() : found.end()], year, year, "P1Y")
    if figure and (found := cue("times.this").search(lowered)):
        year = _year(None, found["which"], doc_date) if found["which"] else None
        return ValidTime(text[found.start() : found.end()], year, year, "P1Y")
    return None


def _year(stated: str | None, which: str | None, doc_date: str | None) -> str | None:
    """A stated year; else "this", "last" or "next" year where the document's date is known."""
    start = first_day(doc_date)
    if stated or start is None:
        return stated
    return str(start.year + {"last": -1, "previous": -1, "next": 1}.get(which or "", 0)) if which else None


def _iso(month: str, day: str | None, year: str | None) -> str:
    number = month_of(month)
    return f"{year or 'XXXX'}-{number:02d}" + (f"-{int(day):02d}" if day and 0 < int(day) <= 31 else "")


def _event(text: str, lowered: str, doc_date: str | None) -> EventDate | None:
    if found := cue("times.bound").search(lowered):
        sign = "<" if found["sign"] in {"less", "fewer"} else ">"
        bound = f"{sign}P{_number(found['n'])}{found['unit'][0].upper()}"
        return EventDate(text[found.start() : found.end()], anchor="event", bound=bound, of="signing")
    if found := _dated(lowered):
        return _explicit(text, found, doc_date)
    if found := cue("times.ago").search(lowered):
        return _offset(text, found, doc_date)
    if found := cue("times.weekday").search(lowered):
        return _weekday(text, found, doc_date)
    return None


def _dated(lowered: str) -> re.Match[str] | None:
    """A month with a day or a year, or behind a preposition: "may" and "march" are verbs too."""
    for found in cue("times.on").finditer(lowered):
        if (
            found["month"] not in {"may", "march", "mar"}
            or found["day"]
            or found["day1"]
            or found["year"]
            or re.match(r"(?:in|last|this|since|early|late|during) ", found[0])
        ):
            return found
    return None


def _explicit(text: str, found: re.Match[str], doc_date: str | None) -> EventDate:
    day = found["day"] or found["day1"]
    year = _year(found["year"], found["this"], doc_date)
    anchored = year is None
    if anchored:
        year = _latest_year(found["month"], day, doc_date)
    value = _iso(found["month"], day, year)
    explicit = bool(found["year"])
    return EventDate(
        text[found.start() : found.end()].strip(),
        value,
        "day" if day else "month",
        "explicit" if explicit else "doc_date",
    )


def _latest_year(month: str, day: str | None, doc_date: str | None) -> str | None:
    """As in "in October" in a text of December 2025 is October 2025; of March 2026, the October before."""
    start = first_day(doc_date)
    if start is None:
        return None
    number = month_of(month)
    return str(start.year - ((number, int(day or 0)) > (start.month, start.day)))


def _offset(text: str, found: re.Match[str], doc_date: str | None) -> EventDate:
    span = found["unit"] or found["span"]
    count = _number(found["n"]) if found["n"] else {"last": 1, "next": -1}.get(found["last"], 0)
    unit = span[0].upper() if not span.startswith("quarter") else "M"
    months = count * {"m": 1, "y": 12, "q": 3}.get(span[0], 0)
    offset = f"{'-' if count > 0 else ''}P{abs(count) * (3 if span.startswith('quarter') else 1)}{unit}"
    start = first_day(doc_date)
    value = None
    if start is not None and span[0] in "myq":
        index = start.year * 12 + start.month - 1 - months
        value = f"{index // 12}" if span[0] == "y" else f"{index // 12}-{index % 12 + 1:02d}"
    elif start is not None:
        value = (start - timedelta(days=count * (7 if span[0] == "w" else 1))).isoformat()
    return EventDate(text[found.start() : found.end()], value, span.rstrip("s"), "doc_date", offset)


def _weekday(text: str, found: re.Match[str], doc_date: str | None) -> EventDate:
    start = first_day(doc_date)
    value = None
    if start is not None:
        back = (start.weekday() - _WEEKDAYS.index(found["weekday"])) % 7
        value = date.fromordinal(start.toordinal() - back).isoformat()
    return EventDate(text[found.start() : found.end()], value, "day", "doc_date", of="report")
