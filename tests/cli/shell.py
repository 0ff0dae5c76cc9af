"""Commands as a user types them, run in this process: exit code, what was answered and what was said beside it."""

from __future__ import annotations

import json
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from typing import Any, NamedTuple
from unittest.mock import patch

from counterflow.cli.app import main


class Ran(NamedTuple):
    """How a command ended; an exception other than an exit fails the test that ran it."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one JSON document on standard output."""
        return json.loads(self.out)


def run(*words: object, code: int | None = 0) -> Ran:
    """One command; its exit code is checked unless `code` is None."""
    out, err = StringIO(), StringIO()
    ended: int | str | None = 0
    with patch("sys.argv", ["counterflow", *map(str, words)]), redirect_stdout(out), redirect_stderr(err):
        try:
            main()
        except SystemExit as stop:
            ended = stop.code
    found = Ran(int(ended or 0), out.getvalue(), err.getvalue())
    assert "Traceback" not in found.err
    assert code is None or found.code == code, f"{words}: {found}"
    return found


def problem(found: Ran, where: object) -> str:
    """The one Problem that a command showed: it names its place and a way out."""
    lines = found.err.splitlines()
    at = [k for k, line in enumerate(lines) if line.startswith("  to settle: ")]
    assert len(at) == 1, found.err
    said = lines[at[0] - 1]
    assert said.startswith(f"{where}"), said
    assert lines[at[0]].removeprefix("  to settle: ").strip()
    return said
