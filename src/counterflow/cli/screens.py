"""The screens of a review as Rich draws them: the queue's heading, the claim or the ruling, the keys."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from rich.console import Console

    from counterflow.cli.sitting import Sitting
    from counterflow.reconcile.queue import Entry
    from counterflow.show.reviewing import Line

_STYLES: Final = {
    "title": "bold",
    "label": "dim",
    "muted": "dim",
    "mark": "bold underline black on #ffe9b8",
    "pale": "underline",
    "bad": "bold red",
    "key": "bold cyan",
}


def console() -> Console:
    """Standard output, as wide as it is."""
    from rich.console import Console

    return Console(highlight=False, markup=False, emoji=False)


def draw(console: Console, sitting: Sitting, message: str) -> None:
    """One screen: where in the queue, what the last key did, the claim or the ruling, and the keys."""
    from counterflow.show.reviewing import heading

    if console.is_terminal:
        console.clear()
    if message:
        console.print(message, soft_wrap=True)
    entry = sitting.entry
    if entry is None:
        put_off = f", {len(sitting.skipped)} put off" if sitting.skipped else ""
        console.print(f"The end of the queue: {sitting.left} still wait{put_off}. u undo  k back  Enter or q quit")
        return
    console.print(f"Review: {heading(sitting.at + 1, len(sitting.entries), sitting.paces, sitting.left)}\n")
    for line in _screen(sitting, entry):
        _print(console, line)


def _screen(sitting: Sitting, entry: Entry) -> Iterator[Line]:
    from counterflow.show import reviewing

    states = dict.fromkeys(sitting.skipped, "put off") | sitting.states
    if entry.ruling:
        yield from reviewing.ruling_screen(sitting.waiting, entry, states.get(entry.ident, "waits"))
    else:
        yield from reviewing.claim_screen(sitting.waiting, entry, states, sitting.mention)
    yield ()
    yield reviewing.foot(entry)


def _print(console: Console, line: Line) -> None:
    """A line in its styles; where there are none, marked words stand between » and «."""
    from rich.text import Text

    text = Text()
    for piece in line:
        bare = piece.style == "mark" and (not console.is_terminal or console.is_dumb_terminal)
        text.append(f"»{piece.text}«" if bare else piece.text, _STYLES.get(piece.style, ""))
    console.print(text, soft_wrap=not console.is_terminal)
