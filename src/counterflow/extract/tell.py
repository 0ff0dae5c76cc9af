"""Attribution: who says so. A cue opens a source, which carries on until another one or the writer's own voice."""

from __future__ import annotations

from typing import Final

from counterflow.extract.cues import cue
from counterflow.extract.sentences import Sentence
from counterflow.model.claim import Attribution

_NAMED: Final = ("teller.according", "teller.citing", "teller.subject", "teller.quoted")
_TOLD_WITHIN: Final = 2_000  # characters of a sentence in which its teller is looked for: longer ones are no sentences
_ANONYMOUS: Final = ("teller.anonymous_according", "teller.anonymous_citing", "teller.anonymous_subject")


def teller(sentence: Sentence) -> Attribution | None:
    """The source that a sentence opens, outermost teller first; None where it opens none."""
    head = sentence.masked[:_TOLD_WITHIN]
    named = _named(sentence, head)
    unnamed = next((_who(m["some"]) for name in _ANONYMOUS if (m := cue(name).search(head))), None)
    chain = [*named, *([unnamed] if unnamed else [])]
    if not chain:
        return Attribution((), None, True) if cue("teller.passive").search(head) else None
    origin = named[-1] if named else unnamed
    return Attribution(tuple(chain), origin, unnamed is not None and not cue("teller.own_paper").search(unnamed))


def _named(sentence: Sentence, head: str) -> list[str]:
    found: list[tuple[int, str]] = []
    for cue_name in _NAMED:
        for match in cue(cue_name).finditer(head):
            tag = sentence.tag_at(match.start("who"))
            name = tag.mention.parties[0] if tag.mention.parties else tag.mention.text
            if all(name != other for _, other in found):
                found.append((match.start("who"), name))
    media_first = sorted(found, key=lambda f: f[0])
    return [name for _, name in media_first]


def announced(tell: Attribution, parties: tuple[str, ...], written: tuple[str, ...]) -> bool:
    """Whether the innermost teller is a party of the deal itself, or the deal's own paper."""
    if not tell.chain:
        return False
    last = tell.chain[-1]
    return last in parties or last in written or bool(cue("teller.own_paper").search(last))


def _who(words: str) -> str:
    """As in "two people who know the plan": two people."""
    return cue("teller.article").sub("", cue("teller.described").split(words.strip())[0])
