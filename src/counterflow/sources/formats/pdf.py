"""A PDF to text: `pdf_pages.py` has pypdf show its pages, `printed.py` puts their lines together again.

pypdf runs in a process of its own. It parses in pure Python, and a file can be made on which it takes hours in places
that no setting bounds; a process can be stopped, and what it had told until then is kept.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from counterflow.model.problem import Trouble
from counterflow.sources.formats import pdf_pages
from counterflow.sources.formats.clean import Clean
from counterflow.sources.formats.printed import laid_out
from counterflow.sources.formats.typeset import Piece

_PATIENCE: Final = 7.0  # seconds; pypdf shows some fifty pages of prose in one
_NO_TITLE: Final = re.compile(r"(?i)(?:microsoft|untitled|about:|document\d*\Z|https?:)|.*\.\w{2,4}\Z|[\W\d_]*\Z")
_ODD: Final = re.compile(r"[\ufffd\ue000-\uf8ff\x01-\x08\x0e-\x1f]")
_ODD_SHARE: Final = 0.1
_SCAN: Final = "run a text recognition (OCR) over it and read what that gives"
_AGAIN: Final = "fetch or copy the file again, or save its text as .txt and read that file"
_SPLIT: Final = "keep the pages that matter, or save its text as .txt, and read that file"
_FAILED: Final = {
    "encrypted": (
        "is encrypted: it cannot be read without its password",
        "open it with its password, save a copy without one (or print it to a new PDF), and read that",
    ),
    "damaged": ("is damaged, or made so that it cannot be read as a PDF", _AGAIN),
    "slow": ("takes too long to read: it is very large, or made so", _SPLIT),
}


def read_pdf(raw: bytes, where: str) -> Clean:
    """The text of a PDF; the source that its runs lead to is the text of the pages, a form feed between two.

    Raises Trouble at `where` for what is encrypted, damaged beyond reading, or pictures of pages without text.
    """
    facts, ended = _facts(raw)
    pages = [fact for fact in facts if "shown" in fact]
    failed = next((fact["failed"] for fact in facts if "failed" in fact), "damaged" if ended else "slow")
    texts = ["".join(piece[0] for piece in page["shown"]) for page in pages]
    doubts = _doubts(facts[0]["pages"], pages, texts) if pages else []
    if not any(text.strip() for text in texts):
        whole = ended and pages and "failed" not in facts[-1]
        raise Trouble(where, *(_textless(pages) if whole else _FAILED[failed]))
    printed = laid_out(_in_lines(pages))
    odd = len(_ODD.findall(printed.text))
    if odd > _ODD_SHARE * len(printed.text):
        doubts.append((f"{odd:,} of its letters cannot be told: its type says not what they are", _SCAN))
    title = facts[0]["title"]
    title = None if not title or _NO_TITLE.match(title) else title
    return Clean(
        printed.text, printed.runs, title, printed.hints, facts[0]["published"], facts[0]["lang"], tuple(doubts)
    )


def _facts(raw: bytes) -> tuple[list[dict[str, Any]], bool]:
    """What `pdf_pages` tells of a file, and whether it came to its end in time."""
    path = os.pathsep.join(filter(None, sys.path))
    command = [sys.executable, "-P", str(Path(pdf_pages.__file__))]  # -P: nothing is imported from the current folder
    try:
        done = subprocess.run(  # noqa: S603 - our own program, with no argument from outside
            command,
            input=raw,
            capture_output=True,
            timeout=_PATIENCE,
            env={**os.environ, "PYTHONPATH": path},
            check=False,  # what it told counts, however it ended
        )
    except subprocess.TimeoutExpired as slow:
        return _parsed(slow.stdout or b""), False
    except OSError:  # where no process can be started
        return list(pdf_pages.told(raw)), True
    return _parsed(done.stdout), True


def _parsed(out: bytes) -> list[dict[str, Any]]:
    """The lines that were written to their end."""
    return [json.loads(line) for line in out[: out.rfind(b"\n") + 1].splitlines()]


def _in_lines(pages: Sequence[dict[str, Any]]) -> list[list[list[Piece]]]:
    """The pieces of each page with their place in the source, a new list for each line of its text."""
    found = []
    at = 0
    for page in pages:
        lines: list[list[Piece]] = [[]]
        for text, x, y, size, bold in page["shown"]:
            for number, part in enumerate(text.split("\n")):
                if number:
                    lines.append([])
                    at += 1
                if part:
                    lines[-1].append(Piece(part, at, x, y, size, bold))
                    at += len(part)
        found.append([line for line in lines if line])
        at += 1  # the form feed
    return found


def _doubts(total: int, pages: Sequence[dict[str, Any]], texts: Sequence[str]) -> list[tuple[str, str]]:
    """What was not read, and the remedy."""
    found = []
    if len(pages) < total:
        what = f"only the first {len(pages):,} of its {total:,} pages are read: the rest would take too long"
        found.append((what, _SPLIT))
    if cut := [number for number, page in enumerate(pages, 1) if not page["whole"]]:
        found.append((f"{_numbers(cut)} could not be read, or not to the end", _AGAIN))
    if bare := [n for n, page in enumerate(pages, 1) if page["drawn"] and page["whole"] and not texts[n - 1].strip()]:
        found.append((f"{_numbers(bare)}: no text, which may be in a picture", _SCAN))
    return found


def _numbers(pages: Sequence[int]) -> str:
    listed = ", ".join(map(str, pages[:8])) + (f" and {len(pages) - 8:,} more" if len(pages) > 8 else "")
    return f"page {listed}" if len(pages) == 1 else f"pages {listed}"


def _textless(pages: Sequence[dict[str, Any]]) -> tuple[str, str]:
    if not all(page["whole"] for page in pages):
        return "holds no text that can be read: its pages are damaged, or made so that they cannot be", _AGAIN
    if any(page["drawn"] for page in pages):
        return "holds no text: its pages are pictures", _SCAN
    return "holds no text: its pages are blank, or their text is drawn as lines", _SCAN
