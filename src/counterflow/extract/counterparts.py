"""Slots of the deals that are no investment: adopters, partners, lessors, litigants, and what is compared with what.

Each strategy is a small function `(frame, scene) -> Filler | None`, named in the tables of frames.
"""

from __future__ import annotations

import re
from typing import Final

from counterflow.extract.cues import cue
from counterflow.extract.exchange import giver, taker
from counterflow.extract.frames import Framed
from counterflow.extract.scene import Scene, Strategy
from counterflow.extract.sentences import Sentence, Tag
from counterflow.extract.subjects import Filler, filler, marked, possessive, possessive_subject, subject_tags


def words_of(frame: Framed, role: str) -> Filler:
    """What is compared stands in words: a name where the words are one, else the words as written."""
    start, end = frame.groups[role]
    tags = [t for t in frame.sentence.tags if t.at >= start and t.end <= end]
    if len(tags) == 1 and (tags[0].at, tags[0].end) == (start, end) and tags[0].letter in "PD":
        return _called(tags[0])
    words = frame.sentence.words(start, end)
    return Filler((words,), (words,), 0.9)


def _called(tag: Tag) -> Filler:
    """A party by its name, a product by its own."""
    name = tag.mention.product or (tag.mention.parties[0] if tag.letter == "P" else tag.mention.text)
    return Filler((name,), (tag.mention.text,), 0.9)


def _compared(frame: Framed, _scene: Scene) -> Filler | None:
    """As in "the chip has four times ...": the party, product or noun before the verb."""
    sentence, at = frame.sentence, frame.span[0]
    start = sentence.clause(at)[0]
    tags = [t for t in sentence.tags if t.letter in "PD" and start <= t.at and t.end <= at]
    found = cue("parties.compared").match(sentence.masked, start, at)
    if found is None or (tags and found["who"].startswith("‹") and found["who"].endswith("›")):
        return _called(tags[0]) if tags else None
    words = sentence.words(*found.span("who"))
    return Filler((words,), (words,), 0.85)


def _adopter(frame: Framed, _scene: Scene) -> Filler | None:
    """Who uses, tests or means to use: the subject, the owner of the use, or whom another brings to it."""
    sentence, at = frame.sentence, frame.trigger[0]
    near = max(0, at - 160)
    for name in ("brought_to", "such_as"):
        if found := cue(f"parties.{name}").search(sentence.masked, near, at):
            return filler(sentence.parties(*found.span("who")), 0.9)
    owner = cue("parties.owner").search(sentence.masked, sentence.clause(at)[0], at)
    if owner and sentence.masked[at : frame.trigger[1]].split()[0] in {"use", "adoption", "deployment", "testing"}:
        return filler(sentence.parties(*owner.span("who")), 0.95)
    return filler(subject_tags(sentence, at) or possessive_subject(sentence, at), 0.93)


def _product_maker(frame: Framed, _scene: Scene) -> Filler | None:
    """The owner of a product that stands without its maker."""
    span = frame.groups.get("vendor", (0, 0))
    return filler([t for t in frame.sentence.tags if span[0] <= t.at < span[1] and t.mention.parties], 0.9)


def _partners(frame: Framed, _scene: Scene) -> Filler | None:
    """Both sides: the pair as named, or the subject and whom it works with; one side alone is no partnership."""
    sentence = frame.sentence
    if "both" in frame.groups:
        tags = sentence.parties(*frame.groups["both"])
    else:
        tags = [*subject_tags(sentence, frame.trigger[0]), *sentence.parties(*frame.groups["other"])]
    found = filler(tags, 0.9)
    return found if found and len(found.names) > 1 else None


def _subject_borrower(frame: Framed, scene: Scene) -> Filler | None:
    """The subject, where it is not the one that lends."""
    found = filler(subject_tags(frame.sentence, frame.span[0]) or _owner(frame), 0.8)
    lends = giver(frame, scene)
    return None if found is None or (lends and set(lends.names) & set(found.names)) else found


def _owner(frame: Framed) -> list[Tag]:
    found = possessive(frame)
    return [t for t in frame.sentence.parties() if found and t.mention.parties == found.names][:1]


def _by_cue(name: str, sure: float = 0.93) -> Strategy:
    """Whom a cue points to, nearest behind the trigger's clause start."""

    def strategy(frame: Framed, _scene: Scene) -> Filler | None:
        sentence = frame.sentence
        start = sentence.clause(frame.span[0])[0]
        found = cue(f"parties.{name}").search(sentence.masked, start) or cue(f"parties.{name}").search(sentence.masked)
        return filler(sentence.parties(*found.span(found.lastgroup or 0)), sure) if found else None

    return strategy


def _marked(pattern: str, sure: float = 0.93) -> Strategy:
    """Whom a marker behind the trigger points to, anywhere in the sentence."""

    def strategy(frame: Framed, _scene: Scene) -> Filler | None:
        sentence = frame.sentence
        return filler(marked(sentence, pattern, frame.trigger[1], len(sentence.masked)), sure)

    return strategy


def vehicle(frame: Framed, _scene: Scene) -> Filler | None:
    """As in "a special-purpose vehicle would raise $7bn": a company that has no name yet stands by its kind."""
    sentence = frame.sentence
    start = sentence.clause(frame.span[0])[0]
    found = cue("parties.vehicle").search(sentence.masked, start, frame.span[0] + 1)
    if found is None or sentence.parties(found.end(), frame.span[0]):
        return None
    kind = "special-purpose vehicle" if found["vehicle"] else found["kind"]
    return Filler((kind,), (sentence.words(*found.span("what")),), 0.8)


def beyond(frame: Framed) -> set[str]:
    """Who stands only on the other side of a semicolon: nobody that an investment on this side means."""
    masked = frame.sentence.masked
    if frame.type != "investment" or ";" not in masked:
        return set()
    end = masked.find(";", frame.span[1])
    here = frame.sentence.parties(masked.rfind(";", 0, frame.span[0]) + 1, None if end < 0 else end)
    everyone = {n for t in frame.sentence.parties() for n in t.mention.parties}
    return everyone - {n for t in here for n in t.mention.parties}


def _nobody(_frame: Framed, _scene: Scene) -> Filler | None:
    """Whom the deal told last names in this role: filled in by what remembers the deals (memory.py)."""
    return None


def named_product(sentence: Sentence, span: tuple[int, int]) -> str | None:
    """The product that a pattern caught ("Trainium 2"), as written; None where it caught none."""
    return re.sub(r"\s+", " ", sentence.words(*span)) or None


STRATEGIES: Final[dict[str, Strategy]] = {
    "vehicle": vehicle,
    "of_last_deal": _nobody,
    "giver": giver,
    "taker": taker,
    "adopter": _adopter,
    "product_maker": _product_maker,
    "partners": _partners,
    "compared": _compared,
    "subject_borrower": _subject_borrower,
    "obliged": _by_cue("obliged"),
    "secondary_of": _by_cue("staff_of"),
    "lessor_of": _by_cue("site_of"),
    "licence_owner": _by_cue("licensed_from"),
    "maker_of": _by_cue("goods_of", 0.9),
    "holder_to": _marked(r"\bto"),
    "into_after": _marked(r"\b(?:in|into)"),
    "settled_with": _marked(r"\b(?:to|with)"),
    "against": _marked(r"\b(?:against|from)"),
}
