"""Who governs a verb, and whom a marker points to: parties by their place in a masked sentence."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import Final, NamedTuple

from counterflow.extract.cues import cue, macro
from counterflow.extract.frames import Framed
from counterflow.extract.sentences import Sentence, Tag

GROUP: Final = macro("P")
LEAD_IN: Final = macro("L")
_GROUPS: Final = re.compile(GROUP)
_OWNER: Final = re.compile(GROUP + r"(?='s|' )")
_UNIT_OF: Final = re.compile(r"\b(?:subsidiar(?:y|ies)|units?|arms?|affiliates?|divisions?) of (?:the )?$")
_GIVEN: Final = re.compile(
    r"(?<!›)\b(?!and\b|or\b|that\b|but\b|if\b|as\b|when\b|while\b|said\b|says\b|where\b)[a-z]+ (?:the )?$"
)
_AFTER_OUR: Final = re.compile(
    r" (?:(?!with\b|of\b|in\b|for\b|and\b|to\b|at\b|from\b|by\b|on\b)[\w'$&-]+ |‹[DRMX]\d+› ){0,5}"
)


class Filler(NamedTuple):
    """Who fills a role: canonical names, the names as written, where, and how sure (0..1)."""

    names: tuple[str, ...]
    written: tuple[str, ...]
    sure: float


def filler(tags: Sequence[Tag], sure: float = 1.0) -> Filler | None:
    """Everyone behind these tags, each once; None where there is nobody."""
    names: dict[str, str] = {}
    for tag in tags:
        for name, written in zip(tag.mention.parties, tag.mention.written, strict=True):
            names.setdefault(name, written)
    if not names:
        return None
    return Filler(tuple(names), tuple(names.values()), sure * (0.7 + 0.3 * min(t.mention.confidence for t in tags)))


def without(filler: Filler, taken: set[str]) -> Filler | None:
    """A filler less those who fill another role already."""
    pairs = [(n, w) for n, w in zip(filler.names, filler.written, strict=True) if n not in taken]
    return Filler(tuple(n for n, _ in pairs), tuple(w for _, w in pairs), filler.sure) if pairs else None


def named_alone(sentence: Sentence, start: int, end: int) -> list[Tag]:
    """The parties of a group, less one that only owns what follows: "in Anthropic, OpenAI's closest rival"."""
    tags = sentence.parties(start, end)
    return tags[:-1] if len(tags) > 1 and sentence.masked.startswith("'s", end) else tags


@cache
def _marker(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"(?:{pattern})\s+{LEAD_IN}(?P<who>{GROUP})")


def marked(sentence: Sentence, pattern: str, start: int, end: int) -> list[Tag]:
    """The party group that follows a marker within a stretch of the sentence."""
    found = _marker(pattern).search(sentence.masked, start, end)
    return named_alone(sentence, *found.span("who")) if found else []


def subject_tags(sentence: Sentence, before: int) -> list[Tag]:
    """The party group that governs a verb at `before`: the nearest that no preposition or possessive holds."""
    start, _ = sentence.clause(max(0, before - 1))
    if re.match(r",\s(?:which|who)\b", sentence.masked[start:]) and not sentence.parties(start, before):
        named = list(_GROUPS.finditer(sentence.masked[:start]))
        if named and named[-1].end() == start:
            return sentence.parties(*named[-1].span())
    if cue("parties.relative_over").fullmatch(sentence.masked[start:before]):
        start = sentence.clause(max(0, start - 1))[0] if start else start
        before = max(m.start() for m in cue("parties.relative").finditer(sentence.masked, 0, before))
    while True:
        found = _free_group(sentence, start, before)
        if found or start == 0:
            return found
        start = sentence.clause(start - 1)[0]


def _free_group(sentence: Sentence, start: int, before: int) -> list[Tag]:
    for group in reversed(list(_GROUPS.finditer(sentence.masked[start:before]))):
        a, b = group.start() + start, group.end() + start
        after = sentence.masked[b : b + 3]
        if after.startswith("'s") and "›, ‹" in group[0]:
            return sentence.parties(a, b)[:-1]  # "Hesketh, Baltrona's founder, keeps"
        if after.startswith(("'s", "' ")):
            continue
        lead = sentence.masked[max(0, a - 60) : a]
        if _UNIT_OF.search(lead):
            return sentence.parties(a, b)  # "a subsidiary of Dovecote borrowed": who speaks of it means the house
        if (
            sentence.masked.startswith(" ‹M", b)
            and a > start
            and _GIVEN.search(lead)
            and _GROUPS.search(sentence.masked, start, a)
        ):
            continue  # "Dovecote promised Eastmarch $3bn": the one who gets it
        if (cue("parties.preposition").search(lead) or cue("parties.object_of").search(lead)) and not _own_clause(
            sentence.masked, a, b
        ):
            continue
        return sentence.parties(a, b)
    return []


def _own_clause(masked: str, a: int, b: int) -> bool:
    """As in "with X investing", "for X to invest", "after X failed": behind these prepositions stands a subject."""
    before, after = masked[max(0, a - 60) : a], masked[b : b + 40]
    return before.endswith("between ") or any(
        cue(f"parties.before_{name}").search(before) and cue(f"parties.after_{name}").match(after)
        for name in ("doing", "to_do", "verb")
    )


def passive_agent(frame: Framed) -> list[Tag]:
    """As in "was bought by X": the agent behind `by`, where the trigger is a passive participle."""
    before = frame.sentence.masked[max(0, frame.trigger[0] - 24) : frame.trigger[0]]
    if not cue("parties.passive").search(before):
        return []
    return marked(frame.sentence, r"\bby", frame.trigger[1], frame.sentence.clause(frame.trigger[0])[1])


def possessive_subject(sentence: Sentence, before: int) -> list[Tag]:
    """As in "Eastmarch's plan to invest": the owner of the noun that governs the verb."""
    start, _ = sentence.clause(max(0, before - 1))
    found = [
        m
        for m in _OWNER.finditer(sentence.masked[start:before])
        if not sentence.masked[: start + m.start()].endswith("based on ")
    ]
    return sentence.parties(found[-1].start() + start, found[-1].end() + start) if found else []


def ours(sentence: Sentence, before: int) -> Tag | None:
    """As in "our five-year contract": the writer, where "our" owns what stands at `before`."""
    return next(
        (
            tag
            for tag in reversed(sentence.tags)
            if tag.letter == "P"
            and tag.mention.text.lower() == "our"
            and tag.end <= before
            and _AFTER_OUR.fullmatch(sentence.masked, tag.end, before)
        ),
        None,
    )


def possessive(frame: Framed, _scene: object = None) -> Filler | None:
    """As in "Dovecote's (record) valuation": the owner right before the trigger or the amount."""
    masked = frame.sentence.masked
    if whose := cue("parties.whose").search(masked, 0, frame.trigger[0]):
        return filler(frame.sentence.parties(*whose.span("who")))
    for at in (frame.trigger[0], frame.span[0]):
        if own := ours(frame.sentence, at):
            return filler([own])
        found = cue("parties.owner").search(masked, frame.sentence.clause(max(0, at - 1))[0], at)
        if found:
            return filler(frame.sentence.parties(*found.span("who")))
    return None
