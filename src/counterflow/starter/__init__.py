"""The starter book as readable tables, one a year, and the articles that `counterflow demo` reads.

Each line of `deals/starter-YEAR.csv` is one claim that one published page makes, in our own words, with the page's
name, address and date; DEALS.md tells how they were chosen. SOURCES.md says what each article rests on.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from importlib.resources import as_file, files
from pathlib import Path


def articles() -> AbstractContextManager[Path]:
    """The folder of example articles, for as long as the context lasts (a zipped package unpacks it)."""
    return as_file(files("counterflow.starter").joinpath("articles"))


def deals() -> AbstractContextManager[Path]:
    """The folder of the starter book's tables, one CSV a year, for as long as the context lasts."""
    return as_file(files("counterflow.starter").joinpath("deals"))
