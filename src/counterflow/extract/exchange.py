"""Who gives and who takes: the two sides of a loan, lease, guarantee, grant, licence, warrant or delivery.

One verb settles both. An active verb of giving has the giver as its subject, one of taking the taker; a passive one
swaps them; without a verb the noun's own markers speak ("a loan from X to Y", "X's loan to Y"). The verbs of each
claim type stand in cues.toml under `gives` and `takes`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from counterflow.extract.cues import cue, section
from counterflow.extract.frames import Framed
from counterflow.extract.scene import Scene
from counterflow.extract.sentences import Tag
from counterflow.extract.subjects import GROUP, LEAD_IN, Filler, filler, marked, possessive, subject_tags

_OBJECT: Final = re.compile(rf"(?: back| out)? {LEAD_IN}(?P<who>{GROUP})(?!'s)")
_REDUCED: Final = re.compile(r"(?: [\w-]+){0,2} by ")
_FROM: Final = r"\b(?:from|by|with)"
_TO: Final = r"\b(?:to|for)"


class _Verb(NamedTuple):
    start: int
    end: int
    gives: bool
    passive: bool


class _Sides(NamedTuple):
    giver: list[Tag]
    taker: list[Tag]


def giver(frame: Framed, _scene: Scene) -> Filler | None:
    """Who lends, lets, grants, guarantees, issues or delivers."""
    return filler(_sides(frame).giver, 0.95)


def taker(frame: Framed, scene: Scene) -> Filler | None:
    """Who borrows, rents, receives or orders; an "it" that the giver cannot be is whom the sentence before named."""
    sides = _sides(frame)
    givers = {n for t in sides.giver for n in t.mention.parties}
    if (
        sides.taker
        and sides.taker[0].mention.how in {"pronoun", "carried"}
        and givers & set(sides.taker[0].mention.parties)
    ):
        return next((Filler((n,), (w,), 0.75) for n, w in scene.recent if n not in givers), None)
    return filler(sides.taker, 0.95)


def _sides(frame: Framed) -> _Sides:
    verb = _verb(frame)
    if verb is None:
        return _nominal(frame)
    return _passive(frame, verb) if verb.passive else _active(frame, verb)


def _verb(frame: Framed) -> _Verb | None:
    """The verb that governs the frame: the nearest before its amount or noun, else the first behind it."""
    masked = frame.sentence.masked
    start, end = frame.sentence.clause(frame.span[0])[0], frame.sentence.clause(max(frame.span[1] - 1, 0))[1]
    at = max(frame.trigger[0], frame.amount.at if frame.amount else 0)
    found = [
        _Verb(m.start(), m.end(), gives, _is_passive(masked, m))
        for gives, cue_name in ((True, f"gives.{frame.type}"), (False, f"takes.{frame.type}"))
        for m in cue(cue_name).finditer(masked, start, end)
        if not cue("parties.noun_before").search(masked[max(0, m.start() - 24) : m.start()])
    ]
    before = [v for v in found if v.start <= at]
    behind = [v for v in found if v.start > at and v.passive]
    return max(before, key=lambda v: (v.start, v.end)) if before else min(behind, default=None)


def _is_passive(masked: str, verb: re.Match[str]) -> bool:
    shape = verb[0].split()[0]
    participle = shape.endswith(("ed", "en", "t", "n", "d")) and not shape.endswith(("end", "rent", "grant", "lend"))
    if participle and cue("parties.passive").search(masked[max(0, verb.start() - 24) : verb.start()]):
        return True
    return participle and bool(_REDUCED.match(masked, verb.end()))


def _active(frame: Framed, verb: _Verb) -> _Sides:
    sentence = frame.sentence
    subject = subject_tags(sentence, verb.start)
    end = len(sentence.masked)
    found = _OBJECT.match(sentence.masked, verb.end)
    if not verb.gives:
        paid = sentence.parties(*found.span("who")) if found and frame.type == "licensing" else []
        if frame.type == "debt" and subject and all(_lends(t) for t in subject):
            return _Sides(subject, marked(sentence, _TO, verb.end, end))
        source = marked(sentence, _FROM, verb.end, end) or paid
        subject = subject or list(sentence.lead[:1])
        return _Sides([t for t in source if not _among(t, subject)], subject)
    taker = sentence.parties(*found.span("who")) if found else marked(sentence, _TO, verb.end, end)
    subject = subject or list(sentence.lead[:1])
    return _Sides(subject or _owner(frame), taker)


def _lends(tag: Tag) -> bool:
    """Whether a party looks like one that lends: a bank that discusses a loan seldom borrows."""
    return any(cue("parties.lends_by_name").search(name.lower()) for name in tag.mention.parties)


def _among(tag: Tag, others: Sequence[Tag]) -> bool:
    """Whether a tag names one of these parties: nobody borrows from himself."""
    return any(set(tag.mention.parties) & set(o.mention.parties) for o in others)


def _passive(frame: Framed, verb: _Verb) -> _Sides:
    """As in "Y was lent $2bn by X", "the $2bn was lent to Y by X", "a loan taken out by Y from X"."""
    sentence, end = frame.sentence, len(frame.sentence.masked)
    agent = marked(sentence, r"\bby", verb.end, end)
    if not verb.gives:
        goal = marked(sentence, _TO, verb.end, end)
        if agent and goal:
            return _Sides(agent, goal)  # "a loan arranged for Y by X"
        return _Sides(marked(sentence, r"\b(?:from|with)", verb.end, end), agent)
    to = marked(sentence, r"\bto", verb.start, end)
    return _Sides(agent or marked(sentence, r"\bfrom", verb.end, end), to or subject_tags(sentence, verb.start))


def _nominal(frame: Framed) -> _Sides:
    """As in "X's loan to Y", "Y's loan from X", "a loan by X for Y"."""
    sentence, (a, b) = frame.sentence, frame.span
    end = sentence.clause(max(b - 1, 0))[1]
    source, goal = marked(sentence, _FROM, a, end), marked(sentence, _TO, a, end)
    owner = _owner(frame)
    if owner and not (source and goal):
        gives = not source and (bool(goal) or frame.type in section("owners"))
        return _Sides(owner, goal) if gives else _Sides(source, owner)
    return _Sides(source, goal)


def _owner(frame: Framed) -> list[Tag]:
    found = possessive(frame)
    return [t for t in frame.sentence.parties() if found and t.mention.parties == found.names][:1]
