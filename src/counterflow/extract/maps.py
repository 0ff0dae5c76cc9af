"""Column maps: a small TOML file that says how someone else's list is read as rows of ours."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final

from counterflow.extract.rows import COLUMNS
from counterflow.model.problem import Trouble

DELIMITERS: Final = {",": ",", ";": ";", "\t": "\t", "tab": "\t"}
ORDERS: Final = ("YMD", "DMY", "MDY")  # of a date's parts
OTHERS: Final = "*"  # in [values.*]: any other word
_SECTIONS: Final = ("list", "columns", "values", "fixed", "skip", "swap", "note")
# What [list] may hold; those with a column's name fill that column where a row leaves it empty.
_LIST: Final = {
    "name": None,
    "delimiter": None,
    "decimal": None,
    "dates": None,
    "source": "source",
    "address": "address",
    "date": "said_on",
    "unit": "unit",
    "currency": "currency",
}
_LARGEST: Final = 1_000_000  # bytes of a map
_AT: Final = re.compile(r" \(at line (\d+), column (\d+)\)$")
_HOLE: Final = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True, slots=True)
class Map:
    """How a list is read. Canonical columns are those of `rows.COLUMNS`; words of a list are kept casefolded."""

    place: str = "--map"  # the map's file, for Problems
    name: str | None = None  # of the list; None: the file's
    delimiter: str | None = None  # None: found out from the header
    comma: bool = False  # decimals are written with a comma
    dates: str = ORDERS[0]
    columns: Mapping[str, str] | None = None  # canonical -> their header; None: the headers are canonical
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # canonical -> their word -> ours
    fixed: Mapping[str, str] = field(default_factory=dict)  # canonical -> constant
    defaults: Mapping[str, str] = field(default_factory=dict)  # canonical -> where a row leaves it empty
    skip: Mapping[str, frozenset[str]] = field(default_factory=dict)  # their header -> rows left out
    swap: Mapping[str, frozenset[str]] = field(default_factory=dict)  # their header -> rows whose from and to change
    note: str | None = None  # "{their header}: words"

    @property
    def headers(self) -> tuple[str, ...]:
        """Every column of theirs that the map speaks of, once."""
        holes = _HOLE.findall(self.note or "")
        return tuple(dict.fromkeys([*(self.columns or {}).values(), *self.skip, *self.swap, *holes]))

    def told(self, row: Mapping[str, str]) -> str:
        """The note of a row: the template filled in from the row's own columns, whatever else a hole may say."""
        return _HOLE.sub(lambda hole: row[hole[1]].strip(), self.note or "")


def load(path: Path) -> Map:
    """The map in a TOML file; `Trouble` that names all that is wrong with it, for a wrong key the nearest right one."""
    body = _parsed(path)
    wrong = [*_misplaced(body)]
    if not wrong:
        wrong = [*_unknown(body)]
    if wrong:
        raise Trouble(path.name, "; ".join(wrong), "the keys of a map are listed in docs/reference/imports.md")
    told = {key: _word(value) for key, value in body.get("list", {}).items()}
    return Map(
        place=path.name,
        name=told.get("name"),
        delimiter=DELIMITERS[told["delimiter"]] if "delimiter" in told else None,
        comma=told.get("decimal") == ",",
        dates=told.get("dates", ORDERS[0]),
        columns={ours: _word(theirs) for ours, theirs in body.get("columns", {}).items()},
        values={
            ours: {theirs.strip().casefold(): _word(word) for theirs, word in words.items()}
            for ours, words in body.get("values", {}).items()
        },
        fixed={ours: _word(value) for ours, value in body.get("fixed", {}).items()},
        defaults={column: told[key] for key, column in _LIST.items() if column and key in told},
        skip=_by_word(body.get("skip", {})),
        swap=_by_word(body.get("swap", {})),
        note=_word(body["note"]["template"]) if "note" in body else None,
    )


def nearest(word: str, known: Iterable[str]) -> str:
    """A question that names what was probably meant, or nothing: " (did you mean 'type'?)"."""
    spelled = {each.casefold(): each for each in known}
    near = get_close_matches(word.casefold(), spelled, n=1)
    return f" (did you mean {spelled[near[0]]!r}?)" if near else ""


def _parsed(path: Path) -> dict[str, Any]:
    try:
        raw = path.read_bytes()[: _LARGEST + 1]
        if len(raw) > _LARGEST:
            raise Trouble(path.name, "is too long for a map", "name a TOML file after --map, and the list before it")
        return tomllib.loads(raw.decode("utf-8-sig"))
    except OSError as error:
        raise Trouble(str(path), f"cannot be read: {error.strerror or error}", "check the path after --map") from None
    except UnicodeDecodeError as error:
        raise Trouble(path.name, f"is not UTF-8 (byte {error.start:,})", "save the map as UTF-8") from None
    except RecursionError:
        raise Trouble(path.name, "is nested too deeply", "a map has sections of plain keys, no more") from None
    except tomllib.TOMLDecodeError as error:
        at = _AT.search(str(error))
        where = f"{path.name}:{at[1]}:{at[2]}" if at else path.name
        raise Trouble(where, f"is not TOML: {_AT.sub('', str(error))}", "correct that line of the map") from None


def _misplaced(body: Mapping[str, Any]) -> Iterable[str]:
    """What has not the shape of a map."""
    for section, content in body.items():
        if section not in _SECTIONS:
            yield f"{section!r} is no section of a map{nearest(section, _SECTIONS)}"
        elif not isinstance(content, dict):
            yield f"[{section}] must be a section of its own, with keys below it"
        elif section == "values":
            for key, words in content.items():
                if not isinstance(words, dict) or not all(map(_is_word, words.values())):
                    yield f"[values.{key}] must hold their word = our word"
        else:
            many = section in {"skip", "swap"}
            yield from (
                f"{key!r} in [{section}] must be {'a list of words' if many else 'a word or a number'}"
                for key, value in content.items()
                if not (_is_words(value) if many else _is_word(value))
            )


def _unknown(body: Mapping[str, Any]) -> Iterable[str]:
    """Keys that a map does not have, and keys that contradict each other."""
    allowed: dict[str, Iterable[str]] = {
        "list": _LIST,
        "columns": COLUMNS,
        "values": COLUMNS,
        "fixed": COLUMNS,
        "note": ["template"],
    }
    for section, known in allowed.items():
        for key in body.get(section, {}):
            if key not in known:
                yield f"{key!r} in [{section}] is not known{nearest(key, known)}"
    columns, fixed, told = (body.get(section, {}) for section in ("columns", "fixed", "list"))
    if not columns:
        yield "[columns] says of no column what it holds"
    yield from (f"{key!r} stands in [columns] and in [fixed]" for key in columns if key in fixed)
    yield from (f"[values.{key}] needs {key!r} in [columns]" for key in body.get("values", {}) if key not in columns)
    if "note" in body and "note" in (*columns, *fixed):
        yield "'note' stands in [note] and in [columns] or [fixed]"
    if "note" in body and "template" not in body["note"]:
        yield "[note] needs a template"
    if "type" not in columns and "type" not in fixed:
        yield "'type' stands neither in [columns] nor in [fixed]"
    if _word(told.get("delimiter", ",")) not in DELIMITERS:
        yield "'delimiter' in [list] must be ',' or ';' or 'tab'"
    if _word(told.get("decimal", ".")) not in {".", ","}:
        yield "'decimal' in [list] must be '.' or ','"
    if _word(told.get("dates", ORDERS[0])) not in ORDERS:
        yield f"'dates' in [list] must be one of {', '.join(ORDERS)}"


def _by_word(section: Mapping[str, Iterable[Any]]) -> dict[str, frozenset[str]]:
    return {theirs: frozenset(_word(w).strip().casefold() for w in words) for theirs, words in section.items()}


def _is_word(value: Any) -> bool:
    return not isinstance(value, (dict, list))


def _is_words(value: Any) -> bool:
    return isinstance(value, list) and all(map(_is_word, value))


def _word(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
