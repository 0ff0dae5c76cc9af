"""Commands that ask the book: what comes back round, what is owed, the report; and the demo."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from counterflow.cli import options as opt
from counterflow.cli.options import DEFAULT_BOOK, Asof, BookOption, Format, Json, Known, Out, Recorded, Trust
from counterflow.model.problem import Problem, Trouble

if TYPE_CHECKING:
    from counterflow.flows.build import Counting

Count = Annotated[
    str,
    typer.Option(
        "--count",
        metavar="CLASS",
        help="paid, committed, conditional, letter_of_intent or rumoured, each with those before it.",
    ),
]
Reading = Annotated[
    str,
    typer.Option("--reading", help="A programme's total: inclusive of the named contracts, additional, or named only."),
]


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    for command in (circular, owe, report, demo):
        app.command()(command)


def counting(count: str, reading: str) -> Counting:
    """What to count; `Trouble` for a word that is none of the choices."""
    from counterflow.flows.build import Counting

    try:
        return Counting(upto=count, reading=reading)
    except ValueError as why:
        raise Trouble("--count / --reading", str(why), "counterflow circular --help") from why


def circular(
    party: Annotated[str | None, typer.Argument(metavar="[PARTY]", help="The investor; without it, each one.")] = None,
    *,
    payer: Annotated[str | None, typer.Option("--payer", help="Only money that comes back through this party.")] = None,
    count: Count = "committed",
    reading: Reading = "inclusive",
    book: BookOption = DEFAULT_BOOK,
    asof: Asof = None,
    known: Known = None,
    recorded: Recorded = None,
    trust: Trust = 0.8,
    json: Json = False,
    fmt: Format = "table",
    out: Out = None,
) -> None:
    """How much of an investor's money comes back to it as revenue: a band; whose dollar a payer spends; the loops.

    Example: counterflow circular Amazon --payer OpenAI --count letter_of_intent
    """
    from counterflow import desk
    from counterflow.show import answers

    asked = opt.open_book(book, opt.question(asof, known, recorded, trust))
    found = desk.circular(asked.book, party, payer, counting(count, reading))
    if json:
        opt.as_json(answers.circular_json(found), out)
    elif fmt != "table" or out:
        opt.show(answers.bands_table(found), fmt, out)
    else:
        for line in answers.circular_lines(found, asked.book, count):
            opt.say(line)
        opt.say(opt.dates_line(asked.book.question))


def owe(
    party: Annotated[str | None, typer.Argument(metavar="[PARTY]", help="Who owes; without it, each who does.")] = None,
    *,
    reading: Reading = "inclusive",
    book: BookOption = DEFAULT_BOOK,
    asof: Asof = None,
    known: Known = None,
    recorded: Recorded = None,
    trust: Trust = 0.8,
    json: Json = False,
    fmt: Format = "table",
    out: Out = None,
) -> None:
    """What a party has promised, by supplier and year, and what there is to pay it with.

    Example: counterflow owe OpenAI
    """
    from counterflow import desk
    from counterflow.show import answers

    asked = opt.open_book(book, opt.question(asof, known, recorded, trust))
    owes = desk.owe(asked.book, party, counting("committed", reading))
    if json:
        opt.as_json([answers.owe_json(found) for found in owes] if party is None else answers.owe_json(owes[0]), out)
    elif fmt != "table" or out:
        opt.show(answers.due_table(owes), fmt, out)
    else:
        for found in owes:
            for line in answers.owe_lines(found, asked.book):
                opt.say(line)
        opt.say(opt.dates_line(asked.book.question) if owes else "Nobody in this book owes anything that counts.")


def report(
    *,
    out: Annotated[Path, typer.Option("-o", "--out", metavar="FILE", help="The file to write.")] = Path("report.html"),
    count: Count = "committed",
    reading: Reading = "inclusive",
    book: BookOption = DEFAULT_BOOK,
    asof: Asof = None,
    known: Known = None,
    recorded: Recorded = None,
    trust: Trust = 0.8,
) -> None:
    """One offline HTML file: the headline numbers, commitments and loops, every figure linked to its evidence.

    Example: counterflow report -o report.html
    """
    from counterflow import __version__, desk
    from counterflow.show import report as page

    asked, money = opt.open_book(book, opt.question(asof, known, recorded, trust)), counting(count, reading)
    answers = page.Reported(
        book=asked.book,
        returns=desk.circular(asked.book, None, None, money),
        owes=desk.owe(asked.book, None, money),
        binding=desk.binding(asked.book, money),
        everything=desk.everything(asked.book, money),
        count=count,
        reading=reading,
        head=asked.store.head().hash,
        version=__version__,
    )
    text = page.report(answers)
    opt.as_file(text, out)
    opt.note(f"wrote {out} ({len(text.encode('utf-8')) // 1000} kB); open it in a browser, no network needed")


def demo(
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Where the book and the report go.")] = Path(
        "counterflow-demo"
    ),
) -> None:
    """The main job from end to end: the starter book, the example articles read into it, every answer, a report.

    Example: counterflow demo --out demo-out
    """
    from counterflow import desk, starter
    from counterflow.store import Store

    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as why:
        raise Trouble(str(out), f"cannot be made: {why.strerror or why}", "name another folder: --out DIR") from why
    path = out / "book.db"
    store = Store.open(path, create=True, recorded=desk.now())
    desk.start(store)
    with starter.articles() as folder:
        items = list(desk.read([str(folder)], store))
    documents = [i for i in items if isinstance(i, desk.Read)]
    claims = sum(len(d.claims) for d in documents)
    opt.say(f"The starter book: {len(store.claims()) - claims} claims by reference to published pages.")
    opt.say(f"Read {len(documents)} example articles into it: {claims} claims, each with its sentence.")
    opt.complain(i for i in items if isinstance(i, Problem))
    _ask(path, out)


def _ask(path: Path, out: Path) -> None:
    """Every question that this program answers, on the demo's book."""
    answers: tuple[tuple[str, Any], ...] = (
        ("counterflow check", lambda: _check(str(path))),
        ("counterflow circular Amazon", lambda: circular("Amazon", book=str(path))),
        ("counterflow owe OpenAI", lambda: owe("OpenAI", book=str(path))),
        (f"counterflow report -o {out / 'report.html'}", lambda: report(out=out / "report.html", book=str(path))),
    )
    for command, run in answers:
        opt.say(f"\n$ {command} --book {path}")
        run()


def _check(path: str) -> None:
    from counterflow.cli.checking import check

    check(book=path)
