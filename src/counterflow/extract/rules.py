"""The rule extractor: a document in, claims with their evidence out. Offline, deterministic, in one pass."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final, NamedTuple

from counterflow.extract import amounts, status, tell
from counterflow.extract.assembly import assembled
from counterflow.extract.cues import cue
from counterflow.extract.echo import echoed
from counterflow.extract.frames import Framed, Pattern, bare, framed
from counterflow.extract.gather import gathered
from counterflow.extract.links import linked
from counterflow.extract.memory import ISSUES, Memory, of_deal, remember, with_last_deal
from counterflow.extract.names import mentions
from counterflow.extract.names.gazetteer import Gazetteer, Mention
from counterflow.extract.scene import Scene
from counterflow.extract.sentences import Sentence, sentences
from counterflow.extract.slots import fill
from counterflow.extract.subjects import Filler
from counterflow.extract.terms import add_packages
from counterflow.model.book import NEVER_PAY, Party
from counterflow.model.claim import FIGURES, ROLES, Attribution, Claim, Quantity
from counterflow.model.problem import Problem
from counterflow.model.source import ASSERTING, Document

_LEAST_USD: Final = Decimal(100_000)  # below this a sum of money is a price tag, not a deal or a company's figure


class Reading(NamedTuple):
    """What one document says: claims in text order, and what was seen and not understood."""

    claims: list[Claim]
    problems: list[Problem]
    parties: dict[str, Party]  # everyone named, with kind and owner
    stats: Mapping[str, Any] = {}  # how it came about, where a model was asked


def read(document: Document, gazetteer: Gazetteer) -> Reading:
    """Every claim of the types in `model.claim.ROLES` that the title, headings and body assert."""
    named = mentions(document.text, document.segments, gazetteer)
    found = amounts.find(document.text)
    named = _outside(named, found.quantities)
    state = Memory(_scene(named, gazetteer), document, document.text_sha256)
    claims: list[Claim] = []
    for sentence in sentences(document, named, found.quantities):
        claims += _read_sentence(sentence, state)
        state.scene.recent = _named_in(sentence) or state.scene.recent
    asserting = [(s.start, s.end) for s in document.segments if s.kind in ASSERTING]
    problems = [_unread(document, *u) for u in found.unread if any(a <= u[0] < b for a, b in asserting)]
    return Reading(linked(add_packages(gathered(claims)), document.text), problems, _parties(named, gazetteer))


def _outside(named: Sequence[Mention], quantities: Sequence[Quantity]) -> list[Mention]:
    """The names that share no character with an amount."""
    starts = [q.start for q in quantities]
    before = ((m, bisect_left(starts, m.end) - 1) for m in named)
    return [m for m, i in before if i < 0 or quantities[i].end <= m.start]


def _unread(document: Document, start: int, end: int, why: str) -> Problem:
    return Problem(
        document.place(start),
        f"{document.text[start:end]!r} looks like an amount and was not understood: {why}",
        "add the claim by hand: counterflow add TYPE --role ROLE=NAME --amount '...' --span DOCUMENT:START-END",
    )


def _scene(named: Sequence[Mention], gazetteer: Gazetteer) -> Scene:
    spoken = Counter(
        (m.parties[0], "")
        for m in named
        if len(m.parties) == 1 and m.kind not in {"media", "person", "product", *NEVER_PAY}
    )
    written = {m.parties[0]: m.written[0] for m in reversed(named) if len(m.parties) == 1}
    scene = Scene(written=written)
    for mention in named:
        for party in mention.parties:
            scene.kinds.setdefault(party, mention.kind)
    if spoken:
        writer = next((m.parties[0] for m in named if m.how == "carried" and m.text.lower() == "we"), None)
        main = writer or max(spoken, key=lambda k: (spoken[k], k))[0]
        scene.main = (main, written[main])
    scene.kinds |= {name: party.kind for name, party in _parties(named, gazetteer).items()}
    return scene


def _parties(named: Sequence[Mention], gazetteer: Gazetteer) -> dict[str, Party]:
    known = gazetteer.parties
    everyone = {name: m.kind for m in named if m.kind not in {"media", "person"} for name in m.parties}
    met = {n: Party(n, "company" if kind == "product" else kind, listed=False) for n, kind in everyone.items()}
    return {n: known.get(n, party) for n, party in met.items()}


# ---------------------------------------------------------------- one sentence
def _read_sentence(sentence: Sentence, state: Memory) -> Iterator[Claim]:
    state.teller = _who_says(sentence, state)
    if sentence.segment == "title" and sentence.masked.rstrip().endswith("?"):
        return  # a question asserts nothing by itself
    choices = [[f for f in frames if _plausible(f)] for frames in framed(sentence)]
    if priced := _bare_round(sentence, [f for frames in choices for f in frames[:1]]):
        choices.append([priced])
    choices.sort(key=lambda c: (c[0].type not in ISSUES, c[0].span) if c else (True, (0, 0)))
    claims = [claim for frames in choices for claim in _first_claims(frames, state)]
    claims += echoed(sentence, claims, state)
    yield from claims
    for frame in bare(sentence):
        yield from _unpriced(frame, claims, state)


def _unpriced(frame: Framed, priced: Sequence[Claim], state: Memory) -> Iterator[Claim]:
    """What a frame without an amount adds: nothing where an amount of its sentence says it, or says more."""
    for claim in _claims(frame, state):
        if not any(_says(c, claim) for c in priced):
            yield claim


def _says(priced: Claim, bare: Claim) -> bool:
    """Whether a claim with an amount tells the deal of one without: its own type, of partners any deal they make."""
    same = priced.type not in {"financial_metric", "valuation", "comparison"} and bare.type == "partnership"
    return (same or priced.type == bare.type) and bool(set(bare.parties) & set(priced.parties))


def _first_claims(frames: Sequence[Framed], state: Memory) -> list[Claim]:
    """The claims of the best frame whose roles somebody fills."""
    for frame in frames[:3]:
        if claims := list(_claims(frame, state)):
            return claims
    return []


def _named_in(sentence: Sentence) -> tuple[tuple[str, str], ...]:
    pairs = [
        p
        for t in reversed(sentence.parties())
        if t.mention.kind not in NEVER_PAY
        for p in zip(t.mention.parties, t.mention.written, strict=True)
    ]
    return tuple(dict.fromkeys(pairs))


def _who_says(sentence: Sentence, state: Memory) -> Attribution:
    """The sentence's own source, else the one that its paragraph opened."""
    opened = tell.teller(sentence)
    if opened is None:
        return state.teller if sentence.paragraph == state.told_in else Attribution()
    state.told_in = sentence.paragraph
    return opened


def _plausible(frame: Framed) -> bool:
    amount = frame.amount
    if amount is None or amount.letter != "M":
        return True
    quantity = amount.quantity
    if frame.pattern.metric == "eps":
        return True
    if quantity.per == "share" and frame.type in {"acquisition", "ipo"}:
        return True
    if quantity.per in {"share", "unit", "hour", "MWh"}:
        return False
    size = quantity.high if quantity.low is None else quantity.low
    return size is None or size >= _LEAST_USD


def _bare_round(sentence: Sentence, drafts: Sequence[Framed]) -> Framed | None:
    """As in "plans to raise funds at a valuation of $90bn": a round without a sum, where its price is given."""
    found = cue("parties.raising_round").search(sentence.masked)
    if not found or any(f.type == "funding_round" for f in drafts) or not any(f.type == "valuation" for f in drafts):
        return None
    pattern = Pattern("funding_round", "", 0, "", {"issuer": ["subject", "possessive", "issuer", "near"]})
    return Framed("funding_round", sentence, None, found.span(), pattern)


def _claims(frame: Framed, state: Memory) -> Iterator[Claim]:
    roles: dict[str, Filler] = {}
    if frame.pattern.deal is not None:
        frame, roles = of_deal(frame, state)
    roles = with_last_deal(frame, roles or fill(frame, state.scene), state)
    if not roles or not _fits(frame, roles):
        return
    stands = _standing(frame, roles, state)
    if frame.type not in FIGURES:
        state.previous = (frame.sentence, stands)
    for one in _each(frame, roles):
        claim = assembled(frame, one, stands, state)
        remember(claim, one, frame, state)
        yield claim


# Types that say something only of all their sides; and, without an amount, the side that must be there.
_WHOLE: Final = frozenset({"chip_adoption", "partnership", "licensing", "litigation", "comparison"})
_HALF: Final = {"acquisition": "target", "secondary_sale": "issuer", "ipo": "issuer", "fund_close": "fund"}


def _fits(frame: Framed, roles: dict[str, Filler]) -> bool:
    """A claim names at least its actor; an investment without any party, or a figure of nobody, is no claim."""
    core = ROLES[frame.type][0]
    if frame.type in _WHOLE:
        return all(role in roles for role in core)
    if frame.type == "supply_agreement" and "customer" not in roles:
        return False  # what a maker sold to nobody named is its revenue
    if frame.amount is None and frame.type in _HALF:
        return _HALF[frame.type] in roles
    weak = min((f.sure for f in roles.values()), default=0.0) < 0.7 or any(r not in roles for r in core)
    if (
        weak
        and frame.amount
        and frame.amount.quantity.qualifier == "order_of_magnitude"
        and "-" in frame.amount.quantity.text
    ):
        return False  # "multi-billion-dollar commitments" of nobody in particular
    if weak and frame.type == "valuation" and frame.sentence.masked[slice(*frame.trigger)] == "worth":
        return False
    if frame.type in {"valuation", "funding_round", "financial_metric"}:
        return core[0] in roles and len(roles[core[0]].names) == 1
    if frame.type == "stake":
        return "holder" in roles and "company" in roles
    if frame.type == "investment" and frame.pattern.roles.get("investor", [""])[:1] == ["subject"]:
        return "investor" in roles  # a verb without its subject says nothing of an investment
    return any(role in roles for role in core)


def _standing(frame: Framed, roles: dict[str, Filler], state: Memory) -> status.Standing:
    if frame.trigger[0] == frame.trigger[1] and state.previous and state.previous[0] is frame.sentence:
        return state.previous[1]  # the verb is left out: it is the one before
    read_off = status.standing(frame)
    key = (frame.type, tuple(sorted(n for f in roles.values() for n in f.names)))
    if read_off is None or (frame.sentence.segment != "body" and read_off.status == "completed"):
        read_off = state.standing.get(key) or read_off or _default(frame)
    return read_off


def _default(frame: Framed) -> status.Standing:
    if frame.sentence.segment != "body":
        return status.Standing("rumoured")
    return status.Standing(
        "signed" if frame.type in status.CONTRACTS or frame.pattern.scope == "tranche" else "completed"
    )


def _each(frame: Framed, roles: dict[str, Filler]) -> Iterator[dict[str, Filler]]:
    """As in "A and B each put in $40m" is one claim for each; so are the customers and holders of a shared verb."""
    if frame.share:
        yield {role: _dealt(filler, *frame.share) for role, filler in roles.items()}
        return
    split = next((r for r in ("investor", "holder", "investee") if r in roles and len(roles[r].names) > 1), None)
    if split is None or frame.type not in {"investment", "stake"} or not _distributes(frame):
        yield roles
        return
    several = roles[split]
    for name, written in zip(several.names, several.written, strict=True):
        yield roles | {split: Filler((name,), (written,), several.sure)}


def _dealt(filler: Filler, place: int, count: int) -> Filler:
    """The one of a group that "respectively" means, where there are as many names as amounts."""
    if len(filler.names) != count:
        return filler
    return Filler((filler.names[place],), (filler.written[place],), filler.sure)


def _distributes(frame: Framed) -> bool:
    return bool(re.search(r"\beach\b|\bapiece\b|\bboth\b", frame.sentence.masked))
