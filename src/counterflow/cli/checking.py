"""The command that checks the arithmetic of articles, or of the whole book."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from counterflow.cli import options as opt
from counterflow.cli.options import DEFAULT_BOOK, Asof, BookOption, Json, Known, Out, Recorded
from counterflow.model.problem import Problem, Trouble

if TYPE_CHECKING:
    from counterflow.desk import Read

_TRUST = 0.8  # as in every question to a book; of articles given by name every claim counts


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command()(check)


def check(
    sources: Annotated[
        list[str] | None, typer.Argument(metavar="[SOURCE...]", help="Articles to check; without any, the book.")
    ] = None,
    *,
    everything: Annotated[bool, typer.Option("--all", help="Every finding, not only the first.")] = False,
    doc_date: Annotated[
        str | None, typer.Option("--doc-date", metavar="DATE", help="When these texts appeared.")
    ] = None,
    book: BookOption = DEFAULT_BOOK,
    asof: Asof = None,
    known: Known = None,
    recorded: Recorded = None,
    trust: Annotated[
        float, typer.Option("--trust", min=0.0, max=1.0, help="Proposed claims of the book count from there on.")
    ] = _TRUST,
    json: Json = False,
    out: Out = None,
) -> None:
    """Check the arithmetic: what cannot all be true, what adds up, and what follows that nobody wrote.

    A finding is an answer; only input that could not be read ends with exit code 1.

    Example: counterflow check wire.txt blog.html --all
    """
    from counterflow import desk
    from counterflow.show import issues

    unread: list[Problem] = []
    if sources:
        reads, unread = _read(sources, doc_date)
        found = desk.check(desk.book_of(reads))
    else:
        found = desk.check(opt.open_book(book, opt.question(asof, known, recorded, trust)).book)
    if json or out:
        opt.as_json([issue.to_json() for issue in found], out)
    else:
        for line in issues.lines(found, everything=everything):
            opt.say(line)
    if opt.complain(unread):
        raise typer.Exit(1)


def _read(sources: list[str], doc_date: str | None) -> tuple[list[Read], list[Problem]]:
    """What was read, and the problems that stopped a source; notes on what was read are the business of `read`."""
    from counterflow import desk

    if doc_date is not None:
        opt.day_of("--doc-date", doc_date)
    reads: list[Read] = []
    problems: list[Problem] = []
    for item in desk.read(sources, None, doc_date=doc_date):
        if isinstance(item, Problem):
            problems.append(item)
        elif isinstance(item, desk.Read):
            reads.append(item)
    if not reads and not problems:
        raise Trouble(" ".join(sources), "holds nothing to read", "name a text, a page or a folder of them")
    names = {name for r in reads for name in (r.document.doc_id, r.document.address) if name}
    return reads, [p for p in problems if not any(p.where == n or p.where.startswith(f"{n}:") for n in names)]
