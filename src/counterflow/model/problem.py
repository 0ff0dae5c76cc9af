"""One shape for every complaint: where it is, what was found, what settles it."""

from __future__ import annotations

from typing import NamedTuple


class Problem(NamedTuple):
    """Something a person can settle."""

    where: str  # file:line:column, a path, or a claim id
    what: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}\n  to settle: {self.remedy}"

    def to_json(self) -> dict[str, str]:
        """`{"where", "what", "remedy"}`, as `read --json` lists it."""
        return self._asdict()


class Trouble(Exception):
    """A Problem that stops one piece of work; whoever runs the whole catches it and goes on."""

    def __init__(self, where: str, what: str, remedy: str) -> None:
        self.problem = Problem(where, what, remedy)
        super().__init__(str(self.problem))
