"""Cues: the table of words (cues.toml) that status, sources, slots and terms are read from, each compiled once."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def table(name: str) -> dict[str, Any]:
    """A TOML table of this room, as read."""
    read: dict[str, Any] = tomllib.loads(files("counterflow.extract").joinpath(name).read_text(encoding="utf-8"))
    return read


@cache
def macro(name: str) -> str:
    """The pattern that `{name}` stands for in the tables; macros may hold macros."""
    return expanded(table("cues.toml")["macros"][name], table("cues.toml")["macros"])


@cache
def cue(name: str) -> re.Pattern[str]:
    """A cue by "section.name", over masked sentences."""
    section, key = name.split(".")
    return re.compile(expanded(table("cues.toml")[section][key], table("cues.toml")["macros"]))


def section(name: str) -> tuple[str, ...]:
    """The names of a section's cues, in the table's order."""
    return tuple(table("cues.toml")[name])


def expanded(text: str, macros: dict[str, str]) -> str:
    """A pattern with its macros written out, those within macros too."""
    for _ in range(3):
        for name, body in macros.items():
            text = text.replace("{" + name + "}", body)
    return text
