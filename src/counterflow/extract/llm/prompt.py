"""What the model is told and asked; the words stand in text files beside this one."""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from pathlib import Path
from string import Template
from typing import Final

from counterflow.extract.llm.schema import SCHEMA, TERMS
from counterflow.model.claim import BASES, DEAL_STATUSES, FIGURE_STATUSES, METRICS, ROLES, SCOPES, compact

_KEPT_OF_A_BAD_ANSWER: Final = 4_000  # characters
_ERRORS_TOLD: Final = 12


@cache
def system() -> str:
    """What the model is for, in which words it answers, and that the article is data."""
    types = "\n".join(f"- {name}: {', '.join((*core, *more))}" for name, (core, more) in ROLES.items())
    return _file("system.txt").substitute(
        types=types,
        deal_statuses=", ".join(DEAL_STATUSES),
        figure_statuses=", ".join(FIGURE_STATUSES),
        scopes=", ".join(SCOPES),
        bases=", ".join(BASES),
        metrics=", ".join(METRICS),
        terms=", ".join(TERMS),
        schema=compact(SCHEMA),
    )


def question(text: str) -> list[dict[str, str]]:
    """The messages that ask for the claims of a window."""
    mark = sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]  # no text can hold its own
    asked = _file("question.txt").substitute(mark=mark, text=text)
    return [{"role": "system", "content": system()}, {"role": "user", "content": asked}]


def again(asked: list[dict[str, str]], answered: str, errors: list[str]) -> list[dict[str, str]]:
    """The messages of the one repair round: what was answered, and what is wrong with it."""
    told = "\n".join(f"- {error}" for error in errors[:_ERRORS_TOLD])
    said = {"role": "assistant", "content": answered[:_KEPT_OF_A_BAD_ANSWER]}
    return [*asked, said, {"role": "user", "content": _file("repair.txt").substitute(errors=told)}]


@cache
def _file(name: str) -> Template:
    return Template(Path(__file__).with_name(name).read_text(encoding="utf-8"))
