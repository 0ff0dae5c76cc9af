"""The folder that a book's text form stands in: what it is called, what it says of itself, and nothing outside it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import IO, Final, NamedTuple

from counterflow.model.problem import Trouble
from counterflow.store.events import Head
from counterflow.store.lines import AGAIN, LONGEST

COVER: Final = "book.json"
HASH: Final = re.compile(r"[0-9a-f]{64}")
_UPDATE: Final = "update: pip install -U counterflow"
_FORMAT: Final = "counterflow book"
_VERSION: Final = 1


class Cover(NamedTuple):
    """What `book.json` says of the whole."""

    head: Head
    texts: bool = True  # False: the folder holds quotes and hashes alone
    left_out: frozenset[str] = frozenset()  # where it holds texts: hashes of those that the book did not have

    def to_bytes(self) -> bytes:
        """The file."""
        body = {"format": _FORMAT, "version": _VERSION, "events": self.head.seq, "head": self.head.hash}
        body |= {"texts": self.texts, "left_out": sorted(self.left_out)}
        return (json.dumps(body, indent=1, sort_keys=True) + "\n").encode("utf-8")


def cover(folder: Path) -> Cover:
    """What `book.json` says; `Trouble` where there is none, or none that this version can read."""
    path = inside(folder, COVER)
    if not path.exists():
        what = f"holds no text form of a book: {COVER} is missing"
        raise Trouble(str(folder), what, "name the folder that was written by: counterflow export text -o FOLDER")
    with opened(path) as file:
        content = file.read(LONGEST)
    if not content:
        raise Trouble(str(path), "is empty: an export was not finished", f"counterflow export text -o {folder}")
    try:
        body = json.loads(content.decode("utf-8"))
        version = body["version"] if body["format"] == _FORMAT else None
        found = Cover(Head(body["events"], body["head"]), body["texts"], frozenset(body["left_out"]))
    except (ValueError, TypeError, LookupError, RecursionError):
        version = None
    if type(version) is int and version > _VERSION:
        raise Trouble(str(path), f"was written by a newer Counterflow (version {version} of the text form)", _UPDATE)
    if version != _VERSION or type(found.head.seq) is not int or not isinstance(found.texts, bool):
        raise Trouble(str(path), "does not say what the book's text form says of itself", AGAIN)
    return found


def events_name(number: int) -> str:
    """The file of the n-th thousand events."""
    return f"events/{number:06d}.jsonl"


def text_name(sha: str) -> str:
    """The file of an article's text."""
    return f"texts/{sha}.txt"


def inside(folder: Path, name: str) -> Path:
    """A file of the folder; `Trouble` where a link leads out of it."""
    path = folder / name
    try:
        leads_out = not path.resolve().is_relative_to(folder.resolve())
    except RuntimeError:  # a link that leads to itself
        leads_out = True
    if leads_out:
        raise Trouble(str(path), "is a link that leads out of the folder", "put the file itself in its place")
    return path


def opened(path: Path) -> IO[bytes]:
    """The bytes of a file; `Trouble` where something else stands there."""
    if not path.is_file():
        raise Trouble(str(path), "is not a file", AGAIN)
    return path.open("rb")
