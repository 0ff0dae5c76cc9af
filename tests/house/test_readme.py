"""The front page keeps its word: a reader pastes a command and sees what the page shows."""

from __future__ import annotations

import os
import re
import subprocess
import sysconfig
from typing import TYPE_CHECKING

from house.tree import ROOT

if TYPE_CHECKING:
    from pathlib import Path

CONSOLE = re.compile(r"^```console\n(.*?)^```", re.MULTILINE | re.DOTALL)
PROMISE = re.compile(r"^\$ ((?:.*\\\n)*.+)\n((?:(?!\$ ).*\n)*)", re.MULTILINE)
SKIPPED = {"...", "…"}  # a line of the page that stands for any number of lines


def test_the_readme_prints_what_it_says(tmp_path: Path):
    """Each `$ command` in a console block is run, one after the other in one folder; what the page shows
    is what appears."""
    promises = [promise for block in CONSOLE.findall(_readme()) for promise in PROMISE.findall(block)]
    assert promises
    for command, shown in promises:
        printed = _printed(command.replace("\\\n", " "), tmp_path)
        assert _pattern(shown).fullmatch(_trimmed(printed)), f"$ {command}\nshows\n{shown}\nbut prints\n{printed}"


def test_the_readme_opens_the_two_doors():
    assert "make demo" in _readme()
    assert "make test" in _readme()


def test_a_skipped_line_stands_for_any_number_of_lines():
    assert _pattern("one\n...\nfour\n").fullmatch(_trimmed("one\ntwo\nthree\nfour\n"))
    assert _pattern("one\n...\n").fullmatch(_trimmed("one\n"))
    assert not _pattern("one\n...\nfour\n").fullmatch(_trimmed("one\ntwo\nfive\n"))
    assert not _pattern("one\n").fullmatch(_trimmed("one\ntwo\n"))


def _readme() -> str:
    return (ROOT / "README.md").read_text(encoding="utf-8")


def _pattern(shown: str) -> re.Pattern[str]:
    lines = _trimmed(shown).splitlines(keepends=True)
    return re.compile("".join("(?:.*\n)*?" if line.strip() in SKIPPED else re.escape(line) for line in lines))


def _trimmed(text: str) -> str:
    """The text with no spaces at the end of a line and no empty lines around it."""
    return "\n".join(line.rstrip() for line in text.strip("\n").splitlines()) + "\n"


def _printed(command: str, folder: Path) -> str:
    path = os.pathsep.join([sysconfig.get_path("scripts"), os.environ["PATH"]])
    surroundings = {**os.environ, "PATH": path, "COLUMNS": "100", "NO_COLOR": "1", "PYTHONUTF8": "1"}
    run = subprocess.run(
        command,
        shell=True,
        cwd=folder,
        env=surroundings,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,  # a reader sees both
        check=False,
        encoding="utf-8",
    )
    assert run.returncode in {0, 1}, f"$ {command}\n{run.stdout}"
    return run.stdout
