"""The `counterflow` executable: its commands, and how every one ends (0 done, 1 problems shown, 2 wrong usage)."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from counterflow import __version__
from counterflow.cli import asking, changing, checking, moving, reading, review
from counterflow.model.problem import Trouble

app = typer.Typer(
    name="counterflow",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,  # plain help comes up three times as fast
    pretty_exceptions_enable=False,
)
reading.add_to(app)
checking.add_to(app)
review.add_to(app)
asking.add_to(app)
changing.add_to(app)
moving.add_to(app)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"counterflow {__version__}")
        raise typer.Exit


@app.callback()
def about(
    _: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Say which version.")] = False,
) -> None:
    """Who funds whom in the AI build-out: read articles into one deal book, and ask what comes back, what is owed."""


def main() -> None:
    """Run one command; whatever stops it is said in one Problem, never a traceback."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    try:
        app()
    except Trouble as trouble:
        typer.echo(str(trouble.problem), err=True)
        sys.exit(1)
    except KeyboardInterrupt:
        typer.echo("stopped; what was finished is kept", err=True)
        sys.exit(1)
    except BrokenPipeError:  # `counterflow claims | head`
        sys.stderr.close()
        sys.exit(1)
