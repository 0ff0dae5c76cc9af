"""The project as a tree of files, for the tests that walk it."""

from __future__ import annotations

import ast
import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SRC = ROOT / "src"
MADE = {"__pycache__", "build", "demo-out", "dist"}
"""Folders that `make` leaves, besides the hidden ones."""


@cache
def tracked() -> tuple[Path, ...]:
    """Every file of the project, those not yet committed included, ignored ones not."""
    listing = ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        listed = subprocess.run(listing, check=True, capture_output=True, encoding="utf-8").stdout
    except (OSError, subprocess.CalledProcessError):
        return tuple(path for path in sorted(ROOT.rglob("*")) if path.is_file() and _is_ours(path))
    return tuple(path for name in sorted(set(listed.split("\0"))) if name and (path := ROOT / name).is_file())


@cache
def modules() -> tuple[tuple[str, str, ast.Module], ...]:
    """Each module of `src`: its path from the root, its text and its syntax tree."""
    found = []
    for path in sorted(SRC.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        found.append((path.relative_to(ROOT).as_posix(), text, ast.parse(text)))
    return tuple(found)


def _is_ours(path: Path) -> bool:
    """Whether a file is part of an unpacked archive of the project, where no git can tell."""
    folders = path.relative_to(ROOT).parts[:-1]
    return not any(folder in MADE or (folder.startswith(".") and folder != ".ci") for folder in folders)
