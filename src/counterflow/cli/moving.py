"""Commands that carry a book elsewhere and back: as text for git, as tables, and lists of deals into it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from counterflow.cli import options as opt
from counterflow.cli.options import DEFAULT_BOOK, Asof, BookOption, Json, Known, Recorded, Trust
from counterflow.model.problem import Trouble

if TYPE_CHECKING:
    from counterflow import desk

TABLES: Final = ("deals", "claims", "parties", "sources", "problems")
FORMATS: Final = ("text", "csv", "parquet", "xlsx")


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    app.command("export")(export_)
    app.command("import")(import_)


def export_(
    fmt: Annotated[str, typer.Argument(metavar="FORMAT", help=f"{', '.join(FORMATS)}.")],
    *,
    out: Annotated[
        Path,
        typer.Option("-o", "--out", metavar="PATH", help="A folder (text, csv, parquet) or a workbook (xlsx)."),
    ],
    no_bodies: Annotated[
        bool, typer.Option("--no-bodies", help="text: leave the articles out, keep quotes and hashes.")
    ] = False,
    book: BookOption = DEFAULT_BOOK,
    asof: Asof = None,
    known: Known = None,
    recorded: Recorded = None,
    trust: Trust = 0.8,
) -> None:
    """Write the book as text for git (every event, lossless), or its tables as csv, parquet or xlsx.

    A text form that holds an earlier state of the book is brought up: only what is new changes.

    Example: counterflow export text -o book-text
    """
    if fmt not in FORMATS:
        raise Trouble(fmt, "is no format to export to", f"one of: {', '.join(FORMATS)}")
    if fmt == "text":
        if asof or known or recorded:
            raise typer.BadParameter("a book as text holds every event: leave out --asof, --known and --recorded")
        _text(book, out, bodies=not no_bodies)
    else:
        if no_bodies:
            raise typer.BadParameter("--no-bodies goes with text alone: tables hold no articles")
        _tables(opt.open_book(book, opt.question(asof, known, recorded, trust)), fmt, out)


def _text(book: str, out: Path, *, bodies: bool) -> None:
    from counterflow.store import Store, text

    with Store.open(book) as store:
        done = text.write(store, out, bodies=bodies)
    if done.removed:
        opt.note(f"articles' texts taken out: {done.removed}; the history of a repository may still hold them")
    opt.note(
        f"{out}: {done.head.seq} events, texts: {done.texts}, files changed: {done.changed}; "
        f"a book again: counterflow import {out} --book NEW.db"
    )


def _tables(asked: opt.Asked, fmt: str, out: Path) -> None:
    from counterflow.export import flat
    from counterflow.show import listing

    if fmt != "xlsx" and out.suffix.lower() == f".{fmt}":
        what = f"{fmt} is a file for each of {', '.join(TABLES)}"
        raise Trouble(str(out), what, f"name a folder, or write one of them: counterflow deals -o {out}")
    frames = {name: listing.table(asked.book, name) for name in TABLES}
    flat.write_all(frames, fmt, out)
    opt.note(f"{out}: " + ", ".join(f"{frame.height} {name}" for name, frame in frames.items()))


def import_(
    source: Annotated[
        Path, typer.Argument(metavar="FILE", help="The folder of a text form, or a file with a list of deals.")
    ],
    *,
    mapping: Annotated[
        Path | None, typer.Option("--map", metavar="MAP.toml", help="Which column of the list holds what.")
    ] = None,
    book: BookOption = DEFAULT_BOOK,
    json: Json = False,
) -> None:
    """Bring a book's text form (a folder) or a list of deals (a file) into a book; what is known is not repeated.

    A folder makes a new book, or brings up one that holds an earlier state of it.

    Example: counterflow import book-text --book copy.db
    """
    from counterflow import desk
    from counterflow.store import Store

    if source.is_dir():
        if mapping:
            raise typer.BadParameter("--map goes with a file: the folder of a text form needs none")
        found, what = _folder(source, book), "events"
    else:
        store = Store.open(book, create=True, recorded=desk.now())
        found, what = desk.import_file(store, source, mapping), "claims"
    _say(found, what, json=json)


def _folder(source: Path, book: str) -> desk.Imported:
    """A text form into a new book, or into an earlier state of it; nothing where anything of it is wrong."""
    from counterflow import desk
    from counterflow.store import text

    form = text.read(source)
    done = text.Brought(form.head, 0, 0) if form.problems else text.bring(form, book)
    return desk.Imported(source.name, done.new, done.known, len(form.rows), form.problems, {})


def _say(found: desk.Imported, what: str, *, json: bool) -> None:
    if json:
        opt.as_json(found._asdict() | {"problems": [problem.to_json() for problem in found.problems]})
    else:
        opt.note(f"{found.name}: {found.new} new {what}, {found.known} known")
        for why, count in found.left_out.items():
            opt.note(f"  rows left out for {why}: {count}")
    if opt.complain(found.problems):
        raise typer.Exit(1)
