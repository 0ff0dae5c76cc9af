"""Keys and lines from whoever sits at the book: key by key on a terminal, else one a line from standard input."""

from __future__ import annotations

import sys
from typing import Final

import typer

from counterflow.cli import options as opt
from counterflow.model.problem import plain

ESCAPE: Final = "esc"
_ENTER: Final = "\r\n"
_ENDS: Final = {"\x03": KeyboardInterrupt, "\x04": EOFError, "\x1a": EOFError}
_ARROWS: Final = {
    **dict.fromkeys(("\x1b[B", "\x1b[C", "\x1bOB", "\x1bOC", "\xe0P", "\xe0M", "\x00P", "\x00M"), "j"),
    **dict.fromkeys(("\x1b[A", "\x1b[D", "\x1bOA", "\x1bOD", "\xe0H", "\xe0K", "\x00H", "\x00K"), "k"),
}


class Keyboard:
    """One key at a time; "" is Enter, arrows are j and k. `EOFError` at the end of the input, Ctrl-C interrupts."""

    def __init__(self) -> None:
        self.live = sys.stdin.isatty() and sys.stdout.isatty()
        self._ahead = ""  # typed faster than asked for

    def key(self) -> str:
        """The next key, or where no terminal is the next line."""
        if not self.live:
            return _next_line()
        self._ahead = self._ahead or typer.getchar()
        if self._ahead[0] in "\x1b\x00\xe0":
            found, self._ahead = self._ahead, ""
            return _ARROWS.get(found, ESCAPE)
        found, self._ahead = self._ahead[0], self._ahead[1:]
        if found in _ENDS:
            raise _ENDS[found]
        return "" if found in _ENTER else found

    def line(self, asked: str, default: str = "") -> str:
        """What is typed up to Enter; the default where that is nothing."""
        prompt = plain(f"{asked} [{default}]: " if default else f"{asked}: ")
        if not self.live:
            opt.say(prompt)
            return _next_line() or default
        return input(prompt).strip() or default


def _next_line() -> str:
    try:
        read = sys.stdin.readline()
    except OSError:  # closed, or not for reading
        read = ""
    if not read:
        raise EOFError
    return read.strip()
