"""Customers and suppliers: which of two parties buys, which sells."""

from __future__ import annotations

import re

from counterflow.extract.cues import cue
from counterflow.extract.frames import Framed
from counterflow.extract.scene import Scene, rumour_source
from counterflow.extract.subjects import Filler, filler, ours, possessive, subject_tags


def sells(name: str, scene: Scene) -> int:
    """How much a party looks like the seller of capacity: its kind, what the article said before, then its name."""
    kind = {"cloud": 3, "chipmaker": 3, "lab": -3, "investor": -1}.get(scene.kinds.get(name, ""), 0)
    pairs = scene.pairs.items()
    seen = sum(n for (_, s), n in pairs if s == name) - sum(n for (c, _), n in pairs if c == name)
    return 2 * max(-2, min(2, seen)) + kind or _by_name(name)


def _by_name(name: str) -> int:
    lowered = name.lower()
    return bool(cue("parties.sells_by_name").search(lowered)) - bool(cue("parties.buys_by_name").search(lowered))


def _pair(frame: Framed, scene: Scene) -> tuple[Filler, Filler] | None:
    """(customer, supplier) of two parties named together, by kind and by what the article said before."""
    groups = [t for t in frame.sentence.parties() if len(t.mention.parties) == 2]
    tags = groups[:1] or subject_tags(frame.sentence, frame.span[0]) or frame.sentence.parties()
    both = filler(tags, 0.85)
    if not both or len(both.names) != 2:
        return None
    one, two = (Filler((n,), (w,), both.sure) for n, w in zip(both.names, both.written, strict=True))
    return (two, one) if sells(one.names[0], scene) > sells(two.names[0], scene) else (one, two)


def group_customer(frame: Framed, scene: Scene) -> Filler | None:
    """The buyer of two parties named together."""
    pair = _pair(frame, scene)
    return pair[0] if pair else None


def group_supplier(frame: Framed, scene: Scene) -> Filler | None:
    """The seller of two parties named together."""
    pair = _pair(frame, scene)
    return pair[1] if pair else None


def subject_customer(frame: Framed, _scene: Scene) -> Filler | None:
    """The subject of "signed a $38bn agreement with", unless both sides stand in it."""
    found = filler(subject_tags(frame.sentence, frame.span[0]), 0.92)
    return found if found and len(found.names) == 1 else None


def services_of(frame: Framed, _scene: Scene) -> Filler | None:
    """As in "of AWS services", "in Bramblefield's cloud", "to lease AWS servers": a party right before the goods."""
    masked = frame.sentence.masked
    if found := cue("parties.goods_of").search(masked, frame.span[0]):
        return filler(frame.sentence.parties(*found.span("who")), 0.95)
    product = cue("parties.goods_of_product").search(masked, frame.span[0])
    tag = next((t for t in frame.sentence.tags if product and t.at == product.start("who")), None)
    return filler([tag], 0.85) if tag and tag.mention.parties else None


def systems_of(frame: Framed, _scene: Scene) -> Filler | None:
    """As in "deploy Nvidia systems with a capacity of 10 GW": the maker named between verb and amount."""
    found = cue("parties.goods_of").search(frame.sentence.masked, *frame.span)
    return filler(frame.sentence.parties(*found.span("who")), 0.95) if found else None


def inside(frame: Framed, _scene: Scene) -> Filler | None:
    """As in "provide Y with 120 MW": the party between the verb and the amount."""
    tags = frame.sentence.parties(frame.trigger[1], frame.span[1])
    straight = tags and re.fullmatch(r"(?: [\w-]+){0,3} ", frame.sentence.masked[frame.trigger[1] : tags[0].at])
    return filler(tags[:1], 0.93) if straight else None


def near_customer(frame: Framed, scene: Scene) -> Filler | None:
    """The other party of the sentence that buys rather than sells, else the article's main party."""
    tags = [t for t in frame.sentence.parties() if len(t.mention.parties) == 1 and not rumour_source(frame.sentence, t)]
    buyers = [t for t in tags if sells(t.mention.parties[0], scene) <= 0]
    if buyers:
        return filler(buyers[:1], 0.75)
    if scene.main and sells(scene.main[0], scene) <= 0:
        return Filler((scene.main[0],), (scene.main[1],), 0.65)
    return None


def near_supplier(frame: Framed, scene: Scene) -> Filler | None:
    """The other party of the sentence that sells, else the article's main party where it does."""
    tags = [t for t in frame.sentence.parties() if len(t.mention.parties) == 1 and not rumour_source(frame.sentence, t)]
    sellers = [t for t in tags if sells(t.mention.parties[0], scene) > 0]
    if sellers:
        return filler(sellers[:1], 0.75)
    if scene.main and sells(scene.main[0], scene) > 0:
        return Filler((scene.main[0],), (scene.main[1],), 0.65)
    return None


def provider(frame: Framed, _scene: Scene) -> Filler | None:
    """The subject of providing, supplying, building."""
    found = cue("parties.gives").search(frame.sentence.masked)
    return filler(subject_tags(frame.sentence, found.start()), 0.92) if found else None


def buyer(frame: Framed, _scene: Scene) -> Filler | None:
    """The subject of renting, buying, ordering."""
    found = cue("parties.takes_up").search(frame.sentence.masked)
    return filler(subject_tags(frame.sentence, found.start()), 0.92) if found else None


def _contract_sides(frame: Framed, scene: Scene) -> list[Filler]:
    """As in "its contract with Y", "X's agreement with Y": both sides, the buyer first."""
    found = cue("parties.contract_with").search(frame.sentence.masked)
    if not found:
        return []
    other = filler(frame.sentence.parties(*found.span("who")), 0.9)
    our = ours(frame.sentence, found.start())
    own = filler([our] if our else []) or possessive(frame) or filler(subject_tags(frame.sentence, found.start()), 0.85)
    if not own or not other:
        return []
    return [own, other] if sells(own.names[0], scene) <= sells(other.names[0], scene) else [other, own]


def with_supplier(frame: Framed, scene: Scene) -> Filler | None:
    """The seller of a contract's two sides."""
    sides = _contract_sides(frame, scene)
    return sides[1] if sides else None


def with_buyer(frame: Framed, scene: Scene) -> Filler | None:
    """The buyer of a contract's two sides."""
    return next(iter(_contract_sides(frame, scene)), None)


def possessive_supplier(frame: Framed, scene: Scene) -> Filler | None:
    """An owner that looks like the seller; else a possessive names the customer."""
    found = possessive(frame)
    return found if found and sells(found.names[0], scene) > 0 else None


def possessive_customer(frame: Framed, scene: Scene) -> Filler | None:
    """As in "Eastmarch's commitment to Bramblefield": an owner that does not look like the seller."""
    found = possessive(frame)
    return found if found and sells(found.names[0], scene) <= 0 else None


def services_before(frame: Framed, _scene: Scene) -> Filler | None:
    """As in "order Nvidia chips worth $40bn": the maker named before its goods."""
    found = cue("parties.goods_of").search(frame.sentence.masked, frame.trigger[1], frame.span[1])
    return filler(frame.sentence.parties(*found.span("who")), 0.93) if found else None
