"""Options that commands share, and how an answer leaves: as a table, as JSON, as a file."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from counterflow.model.book import Question
from counterflow.model.problem import Problem, Trouble
from counterflow.model.when import day

if TYPE_CHECKING:
    import polars as pl

    from counterflow.model.book import Book
    from counterflow.store import Store

BookOption = Annotated[
    str, typer.Option("--book", envvar="COUNTERFLOW_BOOK", help="The book: a file, for one writing machine at a time.")
]
Asof = Annotated[str | None, typer.Option("--asof", metavar="DATE", help="What had happened by then.")]
Known = Annotated[str | None, typer.Option("--known", metavar="DATE", help="What was public by then.")]
Recorded = Annotated[str | None, typer.Option("--recorded", metavar="DATE", help="What this book held then (audit).")]
Trust = Annotated[
    float, typer.Option("--trust", min=0.0, max=1.0, help="Proposed claims count from this confidence on.")
]
Json = Annotated[bool, typer.Option("--json", help="One JSON document on standard output, nothing else.")]
Format = Annotated[str, typer.Option("--format", help="table, csv, json, parquet or xlsx.")]
Out = Annotated[Path | None, typer.Option("-o", "--out", metavar="FILE", help="Write to this file.")]
Because = Annotated[str, typer.Option("--because", help="Why, for whoever reads this later.")]
DEFAULT_BOOK = "book.db"


@dataclass(frozen=True, slots=True)
class Asked:
    """A book opened under a question."""

    store: Store
    book: Book


def question(asof: str | None, known: str | None, recorded: str | None, trust: float) -> Question:
    """The question that the options ask; `Trouble` for a date that is none."""
    return Question(
        happened=day_of("--asof", asof),
        known=day_of("--known", known),
        recorded=_recorded(recorded),
        trust=trust,
    )


def day_of(option: str, text: str | None) -> date | None:
    """The day that an option names; `Trouble` with its form for a date that is none."""
    if text is None:
        return None
    try:
        return day(text)
    except ValueError as why:
        raise Trouble(option, str(why), f"{option} 2026-03-31") from why


def _recorded(text: str | None) -> str | None:
    """A day means all of it."""
    found = day_of("--recorded", text[:10]) if text else None
    if text is None or found is None:
        return None
    return f"{text}T23:59:59.999999+00:00" if len(text) == 10 else text


def open_book(path: str, asked: Question) -> Asked:
    """The store, and the book as of the question."""
    from counterflow import desk
    from counterflow.store import Store

    store = Store.open(path)
    return Asked(store, desk.book(store, asked))


def who() -> str:
    """Who rules: $COUNTERFLOW_USER, else the name of the account."""
    return os.environ.get("COUNTERFLOW_USER") or os.environ.get("USER") or os.environ.get("USERNAME") or "someone"


def say(line: str = "") -> None:
    """A line of the answer."""
    typer.echo(line)


def note(line: str) -> None:
    """A line beside the answer: progress, messages."""
    typer.echo(line, err=True)


def as_json(answer: Any, out: Path | None = None) -> None:
    """One JSON document on standard output, or in a file."""
    text = json.dumps(answer, ensure_ascii=False, indent=1) + "\n"
    if out is None:
        sys.stdout.write(text)
    else:
        as_file(text, out)


def as_file(text: str, out: Path) -> None:
    """A text as a file, UTF-8; `Trouble` where it cannot be written."""
    try:
        out.write_text(text, encoding="utf-8", newline="\n")
    except OSError as why:
        raise Trouble(str(out), f"cannot be written: {why.strerror or why}", "name another file with -o") from why


def complain(problems: Iterable[Problem]) -> bool:
    """Show every problem; True where there was one."""
    found = list(problems)
    for problem in found:
        note(str(problem))
    return bool(found)


def show(frame: pl.DataFrame, fmt: str, out: Path | None, columns: Sequence[str] = ()) -> None:
    """A table on screen, or as bytes in the format asked for; binary formats need a file."""
    from counterflow.export import flat

    if fmt not in flat.FORMATS:
        raise Trouble("--format", f"{fmt!r} is no format", f"one of: {', '.join(flat.FORMATS)}")
    if out is not None:
        flat.write(frame, fmt if fmt != "table" else _by_ending(out), out)
        note(f"wrote {frame.height} rows to {out}")
    elif fmt == "table":
        on_screen(frame.select(columns) if columns else frame)
    elif fmt in flat.TEXT:
        sys.stdout.write(flat.to_bytes(frame, fmt).decode("utf-8"))
    else:
        raise Trouble("--format", f"{fmt} is not for a screen", f"add -o FILE.{fmt}")


def _by_ending(out: Path) -> str:
    from counterflow.export.flat import FILES

    ending = out.suffix.lstrip(".").lower()
    return ending if ending in FILES else "csv"


def on_screen(frame: pl.DataFrame) -> None:
    """A plain table, as wide as the terminal, numbers to the right."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name, kind in frame.schema.items():
        whole = name.endswith("_id")  # an id is there to be copied
        table.add_column(name, justify="right" if kind.is_numeric() else "left", overflow="fold", no_wrap=whole)
    for row in frame.iter_rows():
        table.add_row(*(Text(_cell(value)) for value in row))
    Console(width=None if sys.stdout.isatty() else 160, highlight=False).print(table)


def _cell(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:,.2f}".rstrip("0").rstrip(".")
    if isinstance(value, list):
        return " ".join(str(v) for v in value)
    return "" if value is None else str(value)


def dates_line(asked: Question) -> str:
    """As of when the answer holds."""
    parts = [f"what had happened by {asked.happened}"] if asked.happened else []
    parts += [f"what was public by {asked.known}"] if asked.known else []
    parts += [f"what this book held by {asked.recorded[:10]}"] if asked.recorded else []
    return "As of now." if not parts else "As of " + ", ".join(parts) + "."
