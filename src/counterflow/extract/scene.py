"""What an article has said so far: who fills a role that a sentence leaves to its context."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from counterflow.extract.cues import cue
from counterflow.extract.frames import Framed
from counterflow.extract.sentences import Sentence, Tag
from counterflow.extract.subjects import Filler, filler, subject_tags
from counterflow.model.book import NEVER_PAY


@dataclass(slots=True)
class Scene:
    """What the article has said so far: needed where a sentence leaves a role to its context."""

    main: tuple[str, str] | None = None  # the party most spoken of (canonical, as written)
    issuer: tuple[str, str, int] | None = None  # of the round spoken of, with its paragraph
    pairs: Counter[tuple[str, str]] = field(default_factory=Counter)  # (customer, supplier) seen
    reporter: tuple[str, str, int] | None = None  # whose figures were given last, with the paragraph
    first_issuer: tuple[str, str] | None = None  # whose round or price the article speaks of first
    contract: tuple[dict[str, Filler], int] | None = None  # roles of the last contract, with its paragraph
    last: tuple[dict[str, Filler], int] | None = None  # roles of the last investment, with its paragraph
    recent: tuple[tuple[str, str], ...] = ()  # who the sentence before named, the latest first
    targets: dict[str, tuple[str, str]] = field(default_factory=dict)  # investor -> investee, as written
    company: tuple[str, str, int] | None = None  # of the stake or price given last, with its paragraph
    payers: set[str] = field(default_factory=set)  # who put money in, led a round or holds a stake
    written: dict[str, str] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)


_WEAK: Final = 0.82  # below this a filler is no more than near
_UNNAMED: Final = re.compile(
    r"\b(?:the|an?|this|that|another|separate|new|unnamed|undisclosed) "
    r"(?:(?!of\b|to\b|in\b|for\b|with\b|by\b|and\b)[\w-]+ ){0,3}?"
    r"(?:vehicles?|spvs?|entit(?:y|ies)|joint venture|jv|consortium|buyer|bidder|borrower|trust|partnership)\b"
    r"(?!,? ‹P)"
)
Strategy = Callable[[Framed, Scene], "Filler | None"]


def issuer(frame: Framed, scene: Scene) -> Filler | None:
    """The company whose round the article is speaking of, a few paragraphs back at most.

    Surer where the sentence says "this round", or follows in the round's own paragraph.
    """
    if not scene.issuer or frame.sentence.paragraph - scene.issuer[2] > 4 or frame.groups.get("target"):
        return None
    same = frame.sentence.paragraph == scene.issuer[2] or cue("context.this_round").search(frame.sentence.masked)
    return Filler((scene.issuer[0],), (scene.issuer[1],), 0.9 if same else 0.8)


def last_company(frame: Framed, scene: Scene) -> Filler | None:
    """The company of the stake or price spoken of last, in this paragraph or the one before."""
    spoken = scene.company
    if spoken and frame.sentence.paragraph - spoken[2] <= 1:
        return Filler((spoken[0],), (spoken[1],), 0.8)
    return None


def carried_target(frame: Framed, _scene: Scene) -> Filler | None:
    """As in "A will put $2bn into X, and B up to $6bn": the target of the clause before, where the sentence has one."""
    masked = frame.sentence.masked
    if re.match(r" (?:in|into) (?!‹P)", masked[frame.span[1] : frame.span[1] + 40]):
        return None
    found = list(cue("parties.carried_into").finditer(masked, 0, frame.span[0]))
    return filler(frame.sentence.parties(*found[-1].span("who")), 0.9) if found else None


def _firms(sentence: Sentence, start: int = 0, end: int | None = None) -> list[Tag]:
    """Parties that can be meant without being named: sectors, markets and governments are not."""
    return [t for t in sentence.parties(start, end) if t.mention.kind not in NEVER_PAY]


def near(frame: Framed, scene: Scene) -> Filler | None:
    """The one other party of the sentence, else the article's main one: weak, and marked so."""
    if frame.groups.get("target") or (frame.type == "investment" and elsewhere(frame)):
        return None
    tags = [t for t in _firms(frame.sentence) if not rumour_source(frame.sentence, t) and not _gives_money(frame, t)]
    if tags:
        tags.sort(key=lambda t: (abs(t.at - frame.trigger[0]), t.at))
        found = filler(tags, 0.75)
        return found and Filler(found.names[:2], found.written[:2], found.sure)
    if frame.type == "funding_round" and scene.main and scene.kinds.get(scene.main[0]) == "investor":
        return None  # a fund invests: the round is another's
    return _main(scene, 0.6)


def _main(scene: Scene, sure: float) -> Filler | None:
    return Filler((scene.main[0],), (scene.main[1],), sure) if scene.main else None


def rumour_source(sentence: Sentence, tag: Tag) -> bool:
    """Whether this party is only the one that tells."""
    return bool(cue("parties.just_said").search(sentence.masked, max(0, tag.at - 14), tag.at))


def _gives_money(frame: Framed, tag: Tag) -> bool:
    """Behind "from" or "led by", and before "leads", stands who pays into a round, never its issuer."""
    masked = frame.sentence.masked
    leads = cue("parties.leads").match(masked[tag.end : tag.end + 40])
    if frame.type == "investment" or leads:
        return bool(leads) and frame.type in {"investment", "funding_round", "valuation"}
    pays = cue("parties.pays_in").search(masked[max(0, tag.at - 50) : tag.at])
    return frame.type in {"funding_round", "valuation"} and bool(pays)


def topic(frame: Framed, scene: Scene) -> Filler | None:
    """The nearest party before, else whose figures the paragraph gives, else the article's main one."""
    before = [t for t in _firms(frame.sentence, 0, frame.span[0]) if not rumour_source(frame.sentence, t)]
    if before:
        return filler(before[-1:], 0.8)
    if scene.reporter and scene.reporter[2] == frame.sentence.paragraph:
        return Filler((scene.reporter[0],), (scene.reporter[1],), 0.8)
    after = _firms(frame.sentence, frame.span[1])
    if after and len({n for t in after for n in t.mention.parties}) == 1:
        return filler(after[:1], 0.7)
    return _main(scene, 0.65)


def last(role: str) -> Strategy:
    """A party to the investment or contract spoken of last, in this paragraph or the one before."""

    def strategy(frame: Framed, scene: Scene) -> Filler | None:
        spoken = scene.last if role.startswith("invest") else scene.contract
        if spoken and frame.sentence.paragraph - spoken[1] <= 1:
            found = spoken[0].get(role)
            return found and found._replace(sure=min(found.sure, 0.75))
        return None

    return strategy


def known_target(frame: Framed, scene: Scene) -> Filler | None:
    """Whom the article has this investor put money into elsewhere, where this mention leaves it out."""
    if frame.groups.get("target") or elsewhere(frame):
        return None
    tags = subject_tags(frame.sentence, frame.span[0]) or frame.sentence.parties()
    for tag in tags:
        for name in tag.mention.parties:
            if name in scene.targets:
                return Filler((scene.targets[name][0],), (scene.targets[name][1],), 0.75)
    return None


def elsewhere(frame: Framed) -> bool:
    """A target that names no party ("in similar initiatives") is a target all the same; a left-out verb shares it."""
    rest = cue("parties.left_out").sub("", frame.sentence.masked[frame.span[1] :])
    return bool(cue("parties.elsewhere").match(rest))


def unnamed(frame: Framed) -> bool:
    """As in "a special-purpose vehicle would borrow $9bn": who acts has no name, so nobody near fills its role."""
    masked = frame.sentence.masked
    start = frame.sentence.clause(max(0, frame.trigger[0] - 1))[0]
    found = list(_UNNAMED.finditer(masked, start, max(frame.trigger[0], frame.span[0])))
    return bool(found) and not frame.sentence.parties(found[-1].end(), frame.trigger[0])


def main_supplier(_frame: Framed, scene: Scene) -> Filler | None:
    """The article's main party, where another one buys: capacity has two sides."""
    return _main(scene, 0.6)


def known_supplier(frame: Framed, scene: Scene) -> Filler | None:
    """Who else the article has supply this sentence's customer."""
    for tag in subject_tags(frame.sentence, frame.span[0]):
        for (customer, supplier), _ in scene.pairs.most_common():
            if customer in tag.mention.parties:
                return Filler((supplier,), (scene.written.get(supplier, supplier),), 0.7)
    return None


def same_contract(frame: Framed, scene: Scene, role: str, roles: dict[str, Filler]) -> Filler | None:
    """The other side of the contract spoken of last, where the side that this sentence names is a party to it."""
    if scene.contract is None or frame.sentence.paragraph - scene.contract[1] > 3:
        return None
    sides = scene.contract[0]
    agrees = any(set(f.names) & set(sides[r].names) for r, f in roles.items() if r in sides)
    return sides[role]._replace(sure=0.75) if agrees and role in sides else None


def meant(found: Filler | None, frame: Framed, scene: Scene, role: str) -> Filler | None:
    """As in "the start-up": behind a sentence about an investor, a price or figure is of whose round it is."""
    if found is not None and role == "company" and scene.kinds.get(found.names[0]) == "person":
        return None
    if found is not None and found.sure < _WEAK and unnamed(frame):
        return None
    if found is None or role not in {"company", "issuer"} or scene.issuer is None or frame.type == "stake":
        return found
    if {name for name, _ in scene.recent} == set(found.names):
        return found  # the sentence before speaks of nobody else
    name, tags = found.names[0], frame.sentence.parties()
    hows = {t.mention.how for t in tags if name in t.mention.parties}
    carried = (
        hows <= {"pronoun", "carried"} and name in scene.payers and frame.sentence.paragraph - scene.issuer[2] <= 4
    )
    return Filler((scene.issuer[0],), (scene.issuer[1],), 0.7) if carried else found
