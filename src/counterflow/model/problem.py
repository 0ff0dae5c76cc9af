"""One shape for every complaint: where it is, what was found, what settles it."""

from __future__ import annotations

from typing import NamedTuple


def plain(text: str) -> str:
    """A text on one line of a terminal: what would move its cursor or hide letters is escaped."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


class Problem(NamedTuple):
    """Something a person can settle."""

    where: str  # file:line:column, a path, or a claim id
    what: str
    remedy: str

    def __str__(self) -> str:
        return f"{plain(self.where)}: {plain(self.what)}\n  to settle: {plain(self.remedy)}"

    def to_json(self) -> dict[str, str]:
        """`{"where", "what", "remedy"}`, as `read --json` lists it."""
        return self._asdict()


class Trouble(Exception):
    """A Problem that stops one piece of work; whoever runs the whole catches it and goes on."""

    def __init__(self, where: str, what: str, remedy: str) -> None:
        self.problem = Problem(where, what, remedy)
        super().__init__(str(self.problem))
