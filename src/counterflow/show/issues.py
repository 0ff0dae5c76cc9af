"""Findings of the fact-check on screen: what was found, the sum, and every sentence with its article and line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from textwrap import wrap
from typing import Final

from counterflow.reconcile.checks import Issue, Words

OTHERS: Final = 5  # what is shown of the findings that are neither hard nor soft
_WIDTH: Final = 116


def lines(issues: Sequence[Issue], *, everything: bool) -> Iterator[str]:
    """All hard and soft findings and the largest others, in the order in which they come; then how many more."""
    shown = list(issues) if everything else _first(issues)
    if not issues:
        yield "Nothing found: no relation that these texts state fails, closes or tells more."
        return
    for issue in shown:
        yield from _issue(issue)
    count = Counter(issue.severity for issue in issues)
    total = f"{count['hard']} hard, {count['soft']} soft, {count['info']} for information"
    more = len(issues) - len(shown)
    yield f"{total}; {more} more: --all" if more else total


def _first(issues: Sequence[Issue]) -> list[Issue]:
    others = [issue for issue in issues if issue.severity == "info"]
    return [issue for issue in issues if issue.severity != "info"] + others[:OTHERS]


def _issue(issue: Issue) -> Iterator[str]:
    who = f" ({', '.join(issue.parties)})" if issue.parties else ""
    yield f"{issue.severity.upper()} {issue.kind.replace('_', ' ')}: {issue.relation}{who}  [{issue.id}]"
    yield from wrap(issue.message, _WIDTH, initial_indent="  ", subsequent_indent="  ")
    for words in issue.evidence:
        yield from wrap(_quoted(words), _WIDTH, initial_indent="    ", subsequent_indent="      ")
    yield ""


def _quoted(words: Words) -> str:
    where = f"{words.article}, line {words.line}" if words.line else words.article
    said = " ".join((words.text or "").split())
    return f'"{said}" ({where})' if words.start is not None else f"reference, no text held: {said} ({where})"
