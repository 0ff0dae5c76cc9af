"""Lists that others keep, as CSV: each row becomes the claims it makes, or a Problem that says what is wrong with it.

A list is read once, line by line, so its length costs time and no memory. A row that is wrong never hides the next one.
"""

from __future__ import annotations

import csv
import re
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Final, NamedTuple, TextIO

from counterflow.extract import rows
from counterflow.extract.maps import ORDERS, OTHERS, Map, nearest
from counterflow.model.claim import Claim
from counterflow.model.problem import Problem, Trouble

SHOWN: Final = 100  # bad rows listed one by one; the others are counted
MOST_ROWS: Final = 1_000_000  # of one list, which then takes minutes
LONGEST: Final = 100_000  # characters of a row
_TALLEST: Final = 50  # lines of a row, whose quoted cells may hold line ends
_DELIMITERS: Final = ",;\t"
_ODD: Final = re.compile("[\x00-\x08\x0e-\x1f\x7f\udc80-\udcff]")  # the last: bytes that are not UTF-8
_QUOTED: Final = re.compile(r'"[^"]*"')
_SEP: Final = re.compile(r"sep=([,;\t])\s*")  # a first line by which spreadsheets state the delimiter
_COLUMN: Final = ", column "  # how `rows` tells the column of a Problem
_NUMBERS: Final = frozenset("low high years capacity_gw stake_pct confidence take_or_pay".split())
_POINTS: Final = re.compile(r"(?<=\d)\.(?=\d{3}(?!\d))")  # between thousands, where decimals have a comma
_DATES: Final = frozenset("start end said_on known_from not_before maturity".split())
_DAY: Final = re.compile(r"(\d{1,2})([/. -])(\d{1,2})\2(\d{4})")
_SAVE: Final = "save the list as CSV in UTF-8 and import that"
_UNCLOSED: Final = (
    "holds a quotation mark that is not closed, or one inside a quoted cell",
    'close it, or write "" for a quotation mark inside a quoted cell',
)
_TOO_LONG: Final = "\0\n"  # stands for a line that was not kept
# The first bytes of what is often taken for a CSV list.
_NOT_TEXT: Final = (
    (b"PK\x03\x04", "a workbook or an archive"),
    (b"\xd0\xcf\x11\xe0", "an old workbook"),
    (b"%PDF-", "a PDF"),
    (b"\x1f\x8b", "compressed"),
    (b"\xff\xfe", "UTF-16"),
    (b"\xfe\xff", "UTF-16"),
)


@dataclass(slots=True)
class Tally:
    """What is met on the way through a list; whole when its claims have been read to the end."""

    rows: int = 0  # that hold anything, the header apart
    left_out: Counter[str] = field(default_factory=Counter)  # by what the map says of them: "status = void"
    problems: list[Problem] = field(default_factory=list)
    refused: int = 0

    def refuse(self, problem: Problem) -> None:
        """A row, or an entry, that makes no claim."""
        self.refused += 1
        if self.refused <= SHOWN:
            self.problems.append(problem)

    def close(self, where: str) -> None:
        """Say how many are not listed."""
        if self.refused > SHOWN:
            what = f"and {self.refused - SHOWN:,} more that make no claim"
            self.problems.append(Problem(where, what, "settle those listed and import again to see the next"))


class Listed(NamedTuple):
    """A list as it is read: its name, its claims in order, once, and what is met meanwhile."""

    name: str
    claims: Iterator[Claim]
    tally: Tally


def read(path: Path, mapping: Map | None = None) -> Listed:
    """The claims of a CSV list, by a map or by its own headers, which are then those of `rows.COLUMNS`.

    A row that makes no claim is a Problem of the tally. `Trouble`, also midway, where the file is no such list at all.
    """
    tally, mapping = Tally(), mapping or Map()
    name = mapping.name or printable(path.name)
    named = replace(mapping, defaults={"source": name} | dict(mapping.defaults))
    return Listed(name, _claims(path, named, tally), tally)


def printable(name: str) -> str:
    """A file's name as text, whatever bytes it is made of."""
    return name.encode("utf-8", "replace").decode()


@contextmanager
def readable(path: Path) -> Iterator[None]:
    """What the file system has to say of a file, as Trouble."""
    try:
        yield
    except OSError as error:
        raise Trouble(printable(str(path)), f"cannot be read: {error.strerror or error}", "check the path") from None


def _claims(path: Path, mapping: Map, tally: Tally) -> Iterator[Claim]:
    place = printable(path.name)
    with readable(path), path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
        _refuse_others(path, place)
        lines = _Lines(file, place)
        records = _records(lines, lines.delimiter(mapping.delimiter))
        reading = _laid_over(_header(records, place), mapping, place, tally)
        for line, cells in records:
            if tally.rows == MOST_ROWS:
                what = f"the rows from here on were not read: a list holds {MOST_ROWS:,} at most"
                tally.problems.append(Problem(f"{place}:{line}", what, "split the list, and import its parts by name"))
                break
            if isinstance(cells, Trouble) or any(map(str.strip, cells)):
                tally.rows += 1
                yield from _row(f"{place}:{line}", cells, reading, tally)
        if not tally.rows:
            raise Trouble(place, "holds no rows below its header", "check the file; there is nothing to import")
        tally.close(place)


def _row(where: str, cells: Sequence[str] | Trouble, reading: _Reading, tally: Tally) -> Iterator[Claim]:
    """The claims of one row, or what is wrong with it."""
    try:
        if isinstance(cells, Trouble):
            raise cells
        out = reading.left_out(cells)
        if out is None:
            yield from rows.claims(reading.fields(cells), where)
        else:
            tally.left_out[out] += 1
    except Trouble as trouble:
        tally.refuse(reading.in_their_words(trouble.problem))


class _Column(NamedTuple):
    """One of our columns in a list."""

    ours: str
    at: int
    words: Mapping[str, str]  # their word, casefolded -> ours
    written: Callable[[str], str]  # what the list writes its own way, as we write it


class _Chosen(NamedTuple):
    """Rows that the map chooses by what one of their columns says."""

    theirs: str
    at: int
    words: frozenset[str]

    def takes(self, cells: Sequence[str]) -> bool:
        return cells[self.at].strip().casefold() in self.words


class _Reading(NamedTuple):
    """A map laid over the header of one list."""

    mapping: Map
    header: Sequence[str]
    columns: Sequence[_Column]
    skip: Sequence[_Chosen]
    swap: Sequence[_Chosen]

    def left_out(self, cells: Sequence[str]) -> str | None:
        """By which word of the map the row is left out, if by any."""
        return next((f"{by.theirs} = {cells[by.at].strip()}" for by in self.skip if by.takes(cells)), None)

    def fields(self, cells: Sequence[str]) -> dict[str, str]:
        """Our column -> what the row says, in our words; what it leaves empty filled by the defaults."""
        told = dict(self.mapping.fixed)
        for ours, at, words, written in self.columns:
            said = " ".join(cells[at].split())
            if words:
                said = words.get(said.casefold(), words.get(OTHERS, said) if said else said)
            told[ours] = written(said)
        if self.mapping.note:
            told["note"] = self.mapping.told(dict(zip(self.header, cells, strict=False)))
        told |= {ours: default for ours, default in self.mapping.defaults.items() if not told.get(ours)}
        if any(by.takes(cells) for by in self.swap):
            told["from"], told["to"] = told.get("to", ""), told.get("from", "")
        return told

    def in_their_words(self, problem: Problem) -> Problem:
        """The Problem with the list's own name of the column that it speaks of."""
        where, _, column = problem.where.partition(_COLUMN)
        theirs = dict.fromkeys((self.mapping.columns or {}).get(each, each) for each in column.split(", "))
        return problem._replace(where=where + _COLUMN + ", ".join(theirs)) if column else problem


def _laid_over(header: Sequence[str], mapping: Map, place: str, tally: Tally) -> _Reading:
    """`Trouble` where the list lacks a column that the map names, or has no map and headers that are not ours."""
    if mapping.columns is None:
        mapping = replace(mapping, columns=_own(header, place, tally))
    at = {theirs: number for number, theirs in enumerate(header)}
    missing = [f"{theirs!r}{nearest(theirs, at)}" for theirs in mapping.headers if theirs not in at]
    if missing:
        what = f"has no column {', '.join(missing)}"
        raise Trouble(f"{place}:1", what, f"name its columns in {mapping.place} as the list does")
    return _Reading(
        mapping,
        header,
        [
            _Column(ours, at[theirs], mapping.values.get(ours, {}), _writing(ours, mapping))
            for ours, theirs in (mapping.columns or {}).items()
        ],
        [_Chosen(theirs, at[theirs], words) for theirs, words in mapping.skip.items()],
        [_Chosen(theirs, at[theirs], words) for theirs, words in mapping.swap.items()],
    )


def _writing(ours: str, mapping: Map) -> Callable[[str], str]:
    if mapping.comma and ours in _NUMBERS:
        return _with_point
    return partial(_iso, order=mapping.dates) if ours in _DATES and mapping.dates != ORDERS[0] else str


def _with_point(number: str) -> str:
    """1.234,5 -> 1234.5."""
    return _POINTS.sub("", number).replace(",", ".")


def _iso(date: str, order: str) -> str:
    """31/12/2030 or, with the month first, 12/31/2030 -> 2030-12-31; anything else as it is."""
    found = _DAY.fullmatch(date)
    if not found:
        return date
    day, month = (found[1], found[3]) if order == "DMY" else (found[3], found[1])
    return f"{found[4]}-{int(month):02}-{int(day):02}"


def _own(header: Sequence[str], place: str, tally: Tally) -> dict[str, str]:
    """The columns of a list whose headers are our own names; a Problem names those that are not."""
    if "type" not in header:
        what = f"has no column 'type'{nearest('type', header)}"
        raise Trouble(f"{place}:1", what, "say in a map what its columns hold: --map MAP.toml")
    unknown = [f"{each!r}{nearest(each, rows.COLUMNS)}" for each in header if each and each not in rows.COLUMNS]
    if unknown:
        remedy = "rename these columns, or name those that matter in a map: --map MAP.toml"
        tally.problems.append(Problem(f"{place}:1", f"the columns {', '.join(unknown)} are not read", remedy))
    return {each: each for each in header if each in rows.COLUMNS}


def _header(records: Iterator[tuple[int, list[str] | Trouble]], place: str) -> list[str]:
    line, cells = next(records, (0, Trouble(place, "is empty", "check the file; there is nothing to import")))
    if isinstance(cells, Trouble):
        raise cells
    header = [cell.strip() for cell in cells]
    twice = [each for each, count in Counter(header).items() if each and count > 1]
    if twice:
        what = f"has several columns called {', '.join(map(repr, twice))}"
        raise Trouble(f"{place}:{line}", what, "give each column a name of its own")
    return header


class _Lines:
    """The lines of a file in order; those of one row are kept, so that they can be read anew."""

    def __init__(self, file: TextIO, place: str) -> None:
        self.place = place
        self.number = 0  # of the line given last, from 1
        self.taken: list[str] = []  # since the row began
        self._file = file
        self._back: deque[str] = deque()

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self._back.popleft() if self._back else self._file.readline(LONGEST)
        if not line:
            raise StopIteration
        if len(line) >= LONGEST and not line.endswith(("\n", "\r")):
            while (rest := self._file.readline(LONGEST)) and not rest.endswith(("\n", "\r")):
                pass
            line = _TOO_LONG
        self.number += 1
        self.taken.append(line)
        if line is _TOO_LONG:
            raise self.bad_row(f"is longer than {LONGEST:,} characters", "split the row, or check its line ends")
        if len(self.taken) > _TALLEST or sum(map(len, self.taken)) > LONGEST:
            raise self.bad_row(*_UNCLOSED)
        return line

    def begin(self) -> None:
        """A row begins."""
        self.taken.clear()

    @property
    def first(self) -> int:
        """The number of the row's first line."""
        return self.number - len(self.taken) + 1

    def bad_row(self, what: str, remedy: str) -> Trouble:
        """What is wrong with the row that was begun."""
        return Trouble(f"{self.place}:{self.first}", what, remedy)

    def back(self, keep: int) -> None:
        """Give all lines of the row but the first so many again."""
        self._back.extendleft(reversed(self.taken[keep:]))
        self.number -= len(self.taken[keep:])
        del self.taken[keep:]

    def delimiter(self, stated: str | None) -> str:
        """The delimiter as the map or the file states it, else the one that the header holds most of."""
        line = "\n"
        while line.isspace():
            self.begin()
            line = next(self, "")
        told = _SEP.fullmatch(line)
        if not told:
            self.back(0)
        bare = _QUOTED.sub("", line)
        return stated or (told[1] if told else max(_DELIMITERS, key=bare.count))


def _records(lines: _Lines, delimiter: str) -> Iterator[tuple[int, list[str] | Trouble]]:
    """First line and cells of each row, the header first, or what is wrong with it; blank lines are passed over.

    After a row that cannot be read the next line is the next row, whatever a broken quotation mark made of it.
    """
    wide = 0  # cells of the header
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        lines.begin()
        try:
            cells = next(reader)
            wide = wide or max((at for at, cell in enumerate(cells, 1) if cell.strip()), default=0)
            _refuse_flawed(cells, wide, lines)
        except StopIteration:
            return
        except (csv.Error, Trouble) as error:
            bad = error if isinstance(error, Trouble) else lines.bad_row(*_UNCLOSED)
            yield lines.first, bad
            lines.back(1)
            reader = csv.reader(lines, delimiter=delimiter, strict=True)
            continue
        if cells:
            yield lines.first, cells[:wide]


def _refuse_flawed(cells: Sequence[str], wide: int, lines: _Lines) -> None:
    """`Trouble` for what is wrong with a row as text, or with the number of its cells; surplus empty ones may stand."""
    odd = next(filter(None, map(_ODD.search, lines.taken)), None)
    if odd and ord(odd[0]) > 0x7F:
        raise lines.bad_row(f"is not UTF-8 (byte 0x{ord(odd[0]) - 0xDC00:02X})", _SAVE)
    if odd:
        raise lines.bad_row(f"holds a character that no text has (U+{ord(odd[0]):04X})", _SAVE)
    if cells and (len(cells) < wide or any(map(str.strip, cells[wide:]))):
        remedy = "give every row as many cells as the header; quote a cell that holds the delimiter"
        raise lines.bad_row(f"has {len(cells)} cells where the header has {wide}", remedy)


def _refuse_others(path: Path, place: str) -> None:
    with path.open("rb") as file:
        head = file.read(8)
    kind = next((kind for magic, kind in _NOT_TEXT if head.startswith(magic)), None)
    if kind:
        raise Trouble(place, f"is {kind}, not a CSV list in UTF-8", _SAVE)
