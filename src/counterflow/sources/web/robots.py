"""What a site's robots.txt asks of us (RFC 9309).

The standard library's parser takes the first rule that fits instead of the longest, knows no wildcards, and fails on a
file with one odd number; what it makes of a file also differs between Python versions.
"""

from __future__ import annotations

from typing import Final, NamedTuple
from urllib.parse import quote, unquote

_LINES: Final = 20_000  # read of one file


class Rules(NamedTuple):
    """What holds for us at one site."""

    paths: tuple[tuple[str, bool], ...] = ()  # pattern, whether it allows
    pause_s: float = 0.0  # asked for between two requests

    def allow(self, path: str) -> bool:
        """Whether a path with its query may be fetched: the longest pattern that fits decides, of equals the kind."""
        asked = _plain(path)
        fitting = [(len(pattern), allows) for pattern, allows in self.paths if _fits(pattern, asked)]
        return max(fitting, default=(0, True))[1]


def parse(text: str, agent: str) -> Rules:
    """The rules of a robots.txt for `agent` (its bare name): of the groups that name it, else of those for all."""
    named: dict[str, tuple[list[tuple[str, bool]], list[float]]] = {}
    group: list[str] = []
    heading = False
    for line in text.removeprefix("\ufeff").splitlines()[:_LINES]:
        key, _, value = (part.strip() for part in line.partition("#")[0].partition(":"))
        key = key.lower()
        if key == "user-agent":
            group = [*group, value.lower()] if heading else [value.lower()]
            named.setdefault(value.lower(), ([], []))
        elif key in {"allow", "disallow"} and value:
            for name in group:
                named[name][0].append((value, key == "allow"))
        elif key == "crawl-delay":
            for name in group:
                named[name][1].append(_seconds(value))
        heading = key == "user-agent" or (heading and not key)
    paths, pauses = named.get(agent.lower()) or named.get("*") or ([], [])
    return Rules(tuple(paths), max(pauses, default=0.0))


def _fits(pattern: str, path: str) -> bool:
    """Whether a pattern (`*`: anything, `$` at its end: the end) fits a path from its start."""
    ended = pattern.endswith("$")
    first, *rest = (_plain(piece) for piece in pattern.removesuffix("$").split("*"))
    if not path.startswith(first):
        return False
    at = len(first)
    for piece in rest[:-1] if ended else rest:
        at = path.find(piece, at)
        if at < 0:
            return False
        at += len(piece)
    if not ended:
        return True
    return path.endswith(rest[-1]) and len(path) - len(rest[-1]) >= at if rest else len(path) == at


def _plain(path: str) -> str:
    """One spelling for paths that differ only in what is percent-encoded."""
    return quote(unquote(path, errors="surrogateescape"), errors="surrogateescape", safe="/?&=;:@!$'()*+,~")


def _seconds(value: str) -> float:
    try:
        return max(0.0, float(value)) if value.isascii() and value[:1].isdigit() else 0.0
    except ValueError:
        return 0.0
