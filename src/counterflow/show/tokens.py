"""Colours and type, in one place: pages, drawings and charts read them from here."""

from __future__ import annotations

from typing import Final

# Series colours carry marks only, words use `text`. One colour, one meaning: a kind's colour is never a status's.
LIGHT: Final = {
    "page": "#ffffff",
    "card": "#f6f7f9",
    "line": "#d5dae0",
    "border": "#8a929c",
    "text": "#1b2128",
    "muted": "#56606b",
    "link": "#3e19a1",
    "good": "#0b6b4f",
    "bad": "#880103",
    "mark": "#ffe9b8",
    "mark-line": "#b36b00",
    "equity": "#3e19a1",
    "purchase": "#e6740b",
    "backstop": "#880103",
    "loan": "#4895f1",
    "paid": "#1b2128",
    "committed": "#56606b",
    "conditional": "#8a929c",
}
DARK: Final = {
    "page": "#14181d",
    "card": "#1d232a",
    "line": "#37404a",
    "border": "#6b7682",
    "text": "#e8ebee",
    "muted": "#a9b3be",
    "link": "#b4a2ff",
    "good": "#5fd3ac",
    "bad": "#ff8f8a",
    "mark": "#51410f",
    "mark-line": "#f0b24a",
    "equity": "#6c59e0",
    "purchase": "#e2ae21",
    "backstop": "#c0283e",
    "loan": "#61c8f6",
    "paid": "#e8ebee",
    "committed": "#a9b3be",
    "conditional": "#6b7682",
}
SANS: Final = 'Inter, "Noto Sans", "DejaVu Sans", system-ui, sans-serif'
SERIF: Final = '"Noto Serif", "DejaVu Serif", Georgia, serif'  # words of documents


def css() -> str:
    """The tokens as CSS variables; dark on screens that ask for it, paper is always light."""
    light = _variables(LIGHT) + f"--sans:{SANS};--serif:{SERIF};"
    dark = _variables(DARK)
    return (
        f":root{{color-scheme:light;{light}}}\n"
        f"@media screen and (prefers-color-scheme:dark){{:root{{color-scheme:dark;{dark}}}}}\n"
    )


def _variables(palette: dict[str, str]) -> str:
    return "".join(f"--{name}:{colour};" for name, colour in palette.items())
