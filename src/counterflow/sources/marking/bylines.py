"""The lines around a title that name who wrote a text, for whom and when: bylines, stamps and mastheads."""

from __future__ import annotations

import re
from typing import Final

from counterflow.sources.marking import lines
from counterflow.sources.marking.cues import cues
from counterflow.sources.marking.dates import label_alone, mentions, standing, without_labels
from counterflow.sources.marking.lines import AGO, CLOCK, LIST_MARK, TOKEN

_LONGEST: Final = 200  # characters
_STAMP: Final = 45  # characters of a line that holds a time and nothing else
_MOST_PARTS: Final = 9
_NAMES: Final = 8  # words beside a date, and of a part of a line without one
_RUN: Final = 4  # names right before a date, with no comma, that are more than a person or place
_ROLE: Final = 9  # words of a desk or a team
_MONTH_DAY: Final = re.compile(r"\b(?:([^\W\d_]{3,9})\.?\s+\d{1,2}(?!\d)|\d{1,2}\.?\s+([^\W\d_]{3,9}))\b")
_NUMBERED: Final = re.compile(r"(?<!\S)\d{1,2}([./])\d{1,2}\1(?:20)?\d\d(?![\w%])")  # day or month first
_PARTS: Final = re.compile(r"\s*[|·•¦▪›»>]\s*|\s+[–—/-]{1,2}\s+|\s{2,}|;\s")
_PIECES: Final = re.compile(r"[,&;/:()]|\b(?:and|with|und|et|y)\b", re.IGNORECASE)
_FURNITURE: Final = re.compile(
    r"(?:page|seite|no\.?|nr\.?|issue|vol\.?|volume|ausgabe)\s?\d{1,4}(?:\s?(?:of|/|von)\s?\d{1,4})?"
    r"|share(?:\s?:.*|\s(?:on|via)\s.*)?|[a-z]{2,4}(?:/[a-z]{2,4}){0,3}|\d{1,4}\s(?:words|views|shares|comments?|likes)"
    r"|reading time:?\s.*|(?:source\s)?form:?\s[\w-]{1,6}|f|x|in",
    re.IGNORECASE,
)
_ADDRESS: Final = re.compile(r"\S*@\S+|https?://\S+")
_MONEY: Final = re.compile(r"[$€£¥₹%]|\d[.,]\d")
_STOPPED: Final = re.compile(
    r"\b(?:min|mins|[ap]\.?m|uhr|no|nr|std|jr|sr|inc|ltd|co|corp|u\.s|u\.k)\.\)?\Z", re.IGNORECASE
)
_BY: Final = re.compile(r"\b(?:by|von|par|por)\b", re.IGNORECASE)
_LISTED: Final = re.compile(
    r"\(?(?:nasdaq|nyse|lse|otc|tsx|asx|nse|bse|xetra|euronext|tse|hkex|six)\b[^:]{0,20}:", re.IGNORECASE
)
_COVER: Final = re.compile(
    r"pursuant to|united states\s*\Z|securities and exchange commission|washington, d|commission file|\(?exact name"
    r"|(?:rns number|lei|isin|wkn|cik|ticker|symbol|stock code|rating)\s?:|embargo|for immediate"
    r"|not for (?:rel|dist|publ)|(?:press|media|news) release\s*\Z|for the (?:fiscal|quarterly)|form\s\w{1,4}-",
    re.IGNORECASE,
)
_LEGAL: Final = re.compile(
    r"\b(?:inc|corp|corporation|ltd|limited|plc|llc|s\.?a|n\.?v|ag|se|gmbh|co|kgaa|asa|ab|oyj|s\.?p\.?a|k\.?k)\.?\Z",
    re.IGNORECASE,
)
_FLASH: Final = re.compile(r"(?:flash|alert|snap|urgent|bulletin)\b\s?[-–—:]|\*\s?[A-Z]", re.IGNORECASE)


def is_byline(line: str) -> bool:
    """Whether a short line near the title names its author, outlet, day or reading time, and nothing else."""
    bare = LIST_MARK.sub("", line, count=1).strip("*_()[] ")
    if len(line) > _LONGEST or "\t" in line or not bare or _is_sentence(bare):
        return False
    parts = [part for part in _PARTS.split(bare) if part]
    if len(parts) > _MOST_PARTS:
        return False
    kinds = {_kind(part, single=len(parts) == 1) for part in parts}
    return "prose" not in kinds and ("author" in kinds or ("day" in kinds and not _is_elsewhere(bare)))


def is_stamp(line: str) -> bool:
    """Whether a line is the time of a card and nothing else: "Dec 15, Mon", "11 hours ago"."""
    if len(line) > _STAMP or not (AGO.search(line) or _has_date(line)):
        return False
    return all(w.lower() in cues().byline_filler for w in TOKEN.findall(_without_dates(line)))


def is_dated(line: str) -> bool:
    """Whether a byline is more than names beside a day: it says what the day is, or an hour, or who signs."""
    return bool(_BY.search(line) or CLOCK.search(line) or without_labels(line) != line or is_stamp(line))


def is_person(line: str) -> bool:
    """Whether a line is two to four capitalised words: a name, or a heading as short as one."""
    words = LIST_MARK.sub("", line, count=1).split()
    return 2 <= len(words) <= 4 and all(w[0].isupper() and re.sub(r"[.,’'-]", "", w).isalpha() for w in words)


def is_signature(line: str) -> bool:
    """Whether a line is names with places or offices, "Ann Lee in Paris and Tom Ray in Rome", or an address."""
    if _ADDRESS.fullmatch(line):
        return True
    if len(line) > _LONGEST // 2 or _MONEY.search(line) or lines.ends_sentence(line):
        return False
    pieces = [piece for text in _PIECES.split(line) if (piece := TOKEN.findall(text))]
    named = len(pieces) > 0 and len(pieces[0]) > 1 and all(word[0].isupper() for word in pieces[0][:2])
    return named and len(pieces) <= _RUN and all(len(piece) <= _NAMES - 2 and _is_team(piece) for piece in pieces)


def is_company(line: str) -> bool:
    """Whether a line is the full name of a company and nothing else: "HALDEN ROBOTICS, INC."."""
    words = TOKEN.findall(line)
    return 1 < len(words) <= _NAMES and bool(_LEGAL.search(line)) and all(_is_plain(word) for word in words)


def is_masthead(line: str) -> bool:
    """Whether a line reads like the name of an outlet, a section or a form: names and no sentence, or bars between."""
    if len(line) > _LONGEST // 2 or "\t" in line or _MONEY.search(line) or _is_sentence(line):
        return False
    if CLOCK.search(line) or _has_date(line):
        return False
    parts = [part for part in _PARTS.split(line.strip("*_# ")) if part]
    named = [_is_name(part) or _is_called(part) for part in parts]
    return bool(parts) and all(named) and (len(parts) > 1 or _is_outlet(parts[0]))


def is_lesser(line: str) -> bool:
    """Whether a line that could be a title is one that a better one follows: a flash, a listing, an aside, a form."""
    aside = line[0] in "([" and line[-1] in ")]"
    period = len(_PARTS.split(line)) > 1 and _is_elsewhere(line)
    return aside or period or any(known.match(line) for known in (_FLASH, _LISTED, _COVER))


def is_label(line: str) -> bool:
    """Whether a line only says what the date below it stands for."""
    return label_alone(line) is not None


def _is_sentence(line: str) -> bool:
    return lines.ends_sentence(line) and not _STOPPED.search(line)


def _is_elsewhere(line: str) -> bool:
    """Whether the dates of a line are all those of something else than a text."""
    kinds = [kind for _, kind in standing(line)]
    return bool(kinds) and all(kind == "elsewhere" for kind in kinds)


def _kind(part: str, *, single: bool) -> str:
    """What a part of a line between two bars is: `author day name prose`."""
    if AGO.search(part) or CLOCK.search(part) or _has_date(part):
        signed = _BY.search(part)
        if signed and signed.start() and _is_author(part[signed.start() :]):
            part = part[: signed.start()]
        return "day" if _is_author(part) or _is_stamp_like(part, single=single) else "prose"
    if _is_author(part):
        return "author"
    return "name" if _is_aside(part) or _is_name(part) or _is_called(part) else "prose"


def _is_stamp_like(part: str, *, single: bool) -> bool:
    """Whether a part holds a date or a time with nothing but names and words of the trade beside it."""
    rest = TOKEN.findall(_without_dates(part))
    beside = [word for word in rest if word.lower() not in cues().byline_filler]
    if len(beside) > _NAMES or not all(_is_plain(word) or word.lower() in cues().genres for word in beside):
        return False
    return not (single and _runs_into_date(part))


def _runs_into_date(part: str) -> bool:
    """Whether many names run into the date without a mark: "Halden Starts New Plant 4 March 2026"."""
    before = part[: next((mention.start for mention in mentions(part)), 0)]
    run = [w for w in TOKEN.findall(_PIECES.split(before)[-1]) if w.lower() not in cues().byline_filler]
    known = cues().genres | cues().outlets | cues().roles
    return len(run) >= _RUN and known.isdisjoint(word.lower() for word in run)


def _is_author(part: str) -> bool:
    """Whether a part names who wrote: "By Ann Lee in Paris", "By the Harbour technology desk", "Story by Ann Lee"."""
    found = _BY.search(part[:30])
    lead = part[: found.start()].strip().lower() if found else ""
    bare = part[found.start() :] if found and lead in cues().byline_works else part
    words = TOKEN.findall(bare)
    small = bare == part and bare[0].islower()
    if small or not 1 < len(words) <= 2 * _NAMES or words[0].lower() not in cues().byline_starts:
        return _is_signed_small(part)
    pieces = [piece for text in _PIECES.split(_without_dates(bare)) if (piece := TOKEN.findall(text))]
    return len(pieces[0]) > 1 - (":" in bare) and all(_is_team(piece) for piece in pieces)


def _is_signed_small(part: str) -> bool:
    """A signature beside a date or between bars: "by admin", "by the Lantern blog"."""
    words = TOKEN.findall(_without_dates(part))
    while words and words[-1].lower() in cues().byline_filler:
        words.pop()
    return words[:1] == ["by"] and len(words) > 1 and (len(words) == 2 or _is_team(words))


def _is_team(words: list[str]) -> bool:
    """Names, or words that end in what a desk is called."""
    if any(word.isdigit() for word in words):
        return False
    known = cues().byline_filler | cues().roles | cues().genres
    plain = all(not word[0].islower() or word.lower() in known for word in words)
    return plain or (len(words) <= _ROLE and words[-1].lower() in cues().roles | cues().outlets)


def _is_aside(part: str) -> bool:
    """What stands between bars and is no name: "3 min read", "Page 1 of 2", "mb/dk", "Subscribers only"."""
    bare = part.lower().strip(" .:!")
    return bare in cues().alone or bool(_FURNITURE.fullmatch(bare)) or lines.is_furniture(part)


def _is_name(part: str) -> bool:
    """Names alone, or two words of which the first is one: "Deccan Ledger", "Fixed income"."""
    words = TOKEN.findall(part)
    if not 0 < len(words) <= _NAMES - 1 or _MONEY.search(part):
        return False
    plain = all(_is_plain(word) for word in words)
    return plain or (not words[0][0].islower() and len(words) <= 2)


def _is_called(part: str) -> bool:
    """Whether a part names an outlet, or says what a publication is: "an English edition"."""
    words = TOKEN.findall(part.lower())
    if not 0 < len(words) <= _NAMES or _MONEY.search(part):
        return False
    return _is_outlet(part) or not (cues().genres - cues().roles).isdisjoint(words)


def _is_outlet(part: str) -> bool:
    """Whether a part opens with a name that ends as those of outlets do: "The Slow Ledger, a letter on debt"."""
    pieces = [piece for text in _PIECES.split(part) if (piece := TOKEN.findall(text))]
    name = pieces[0] if pieces else []
    return len(name) > 1 and all(_is_plain(word) for word in name) and name[-1].lower() in cues().outlets


def _is_plain(word: str) -> bool:
    return not word[0].islower() or word.lower() in cues().byline_filler or "@" in word


def _has_date(line: str) -> bool:
    if _NUMBERED.search(line) or any(True for _ in mentions(line)):
        return True
    return any((m[1] or m[2]).lower() in cues().months for m in _MONTH_DAY.finditer(line))


def _without_dates(line: str) -> str:
    """A line without its dates, times and addresses, and without the words that say what they stand for."""
    for mention in reversed(list(mentions(line))):
        line = line[: mention.start] + " " + line[mention.end :]
    bare = without_labels(_ADDRESS.sub(" ", AGO.sub(" ", CLOCK.sub(" ", line))))
    words = [(word, word.strip("(,.)")) for word in bare.split()]
    return " ".join(word for word, core in words if not core.isdigit() and core.lower() not in cues().months)
