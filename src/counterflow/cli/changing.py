"""The command that compares two days of one book: what became public since, what flipped, and why."""

from __future__ import annotations

from typing import Annotated

import typer

from counterflow.cli import options as opt
from counterflow.cli.options import DEFAULT_BOOK, Asof, BookOption, Format, Json, Known, Out, Recorded, Trust
from counterflow.model.problem import Trouble


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command()(changes)


def changes(
    *,
    since: Annotated[str, typer.Option("--since", metavar="DATE", help="The day to compare with: what was public.")],
    everything: Annotated[bool, typer.Option("--all", help="Every change, not the largest of each kind.")] = False,
    book: BookOption = DEFAULT_BOOK,
    asof: Asof = None,
    known: Known = None,
    recorded: Recorded = None,
    trust: Trust = 0.8,
    json: Json = False,
    fmt: Format = "table",
    out: Out = None,
) -> None:
    """What became public since a day, what flipped, and why: new and changed deals and figures, with their claims.

    Example: counterflow changes --since 2026-03-31
    """
    from counterflow import desk
    from counterflow.show import changing
    from counterflow.store import Store

    asked, day = opt.question(asof, known, recorded, trust), opt.day_of("--since", since)
    if day is None or (asked.known and asked.known < day):
        raise Trouble(
            "--since", f"{since} is after --known {known}", "counterflow changes --since EARLIER --known LATER"
        )
    found = desk.changes(Store.open(book), asked, day)
    if json:
        opt.as_json(changing.body(found), out)
    elif fmt != "table" or out:
        opt.show(changing.table(found), fmt, out)
    else:
        for line in changing.lines(found, everything=everything):
            opt.say(line)
        opt.say()
        opt.say(opt.dates_line(asked))
