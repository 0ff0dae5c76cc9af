"""Counterflow: who funds whom, as one reconciled deal book with the evidence behind every number.

The public names are loaded when they are first asked for, so that `import counterflow` costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from counterflow.model.book import Book as Book
    from counterflow.model.book import Question as Question
    from counterflow.model.claim import Claim as Claim
    from counterflow.model.claim import Decision as Decision
    from counterflow.model.money import Interval as Interval
    from counterflow.model.problem import Problem as Problem
    from counterflow.model.source import Document as Document

__version__ = "0.2.0"

_HOME: Final = {
    "Book": "counterflow.model.book",
    "Claim": "counterflow.model.claim",
    "Decision": "counterflow.model.claim",
    "Document": "counterflow.model.source",
    "Interval": "counterflow.model.money",
    "Problem": "counterflow.model.problem",
    "Question": "counterflow.model.book",
}
"""Each public name and the module it lives in."""

__all__ = ["Book", "Claim", "Decision", "Document", "Interval", "Problem", "Question", "__version__"]


def __getattr__(name: str) -> object:
    """Load a public name on first use; AttributeError for any other."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(import_module(_HOME[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
