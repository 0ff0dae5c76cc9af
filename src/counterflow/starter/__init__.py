"""The starter book, and the articles that `counterflow demo` reads. SOURCES.md says what each article rests on."""

from __future__ import annotations

from contextlib import AbstractContextManager
from importlib.resources import as_file, files
from pathlib import Path


def articles() -> AbstractContextManager[Path]:
    """The folder of example articles, for as long as the context lasts (a zipped package unpacks it)."""
    return as_file(files("counterflow.starter").joinpath("articles"))
