"""Slots: who fills a role, by position and marker around a frame's trigger.

Each strategy is a small function `(frame, scene) -> Filler | None`, named in frames.toml; the first that answers wins.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from counterflow.extract import counterparts
from counterflow.extract.cues import cue
from counterflow.extract.frames import Framed
from counterflow.extract.scene import (
    Scene,
    Strategy,
    carried_target,
    elsewhere,
    issuer,
    known_supplier,
    known_target,
    last,
    last_company,
    main_supplier,
    meant,
    near,
    same_contract,
    topic,
)
from counterflow.extract.sides import (
    buyer,
    group_customer,
    group_supplier,
    inside,
    near_customer,
    near_supplier,
    possessive_customer,
    possessive_supplier,
    provider,
    services_before,
    services_of,
    subject_customer,
    systems_of,
    with_buyer,
    with_supplier,
)
from counterflow.extract.subjects import (
    GROUP,
    LEAD_IN,
    Filler,
    filler,
    marked,
    named_alone,
    passive_agent,
    possessive,
    possessive_subject,
    subject_tags,
    without,
)
from counterflow.model.book import NEVER_PAY

_WEAK: Final = frozenset(
    "near topic issuer near_customer near_supplier group_customer group_supplier main_supplier known_supplier "
    "known_target last_investor last_investee last_customer last_supplier last_company".split()
)

_UNNAMED: Final = frozenset({"issuer", "borrower"})  # who may be a company without a name
_REFLEXIVE: Final = frozenset({"acquisition", "litigation"})
_PAYING: Final = frozenset("investor customer lender acquirer payer lessee licensee buyer".split())


def fill(frame: Framed, scene: Scene) -> dict[str, Filler]:
    """Every role that someone fills: first by the words of the sentence, then by what the article has said."""
    roles: dict[str, Filler] = {}
    for weak in (False, True):
        for role, strategies in frame.pattern.roles.items():
            if role in roles:
                continue
            taken = {n for f in roles.values() for n in f.names}
            found = None if weak else _caught(frame, scene, role, taken)
            if not weak and role in _UNNAMED:
                found = found or counterparts.vehicle(frame, scene)
            found = found or _first(frame, scene, [s for s in strategies if weak or s not in _WEAK], taken)
            if found is None and weak and frame.type == "capacity_commitment":
                found = same_contract(frame, scene, role, roles)
            if found is None and weak and "near" in strategies:
                found = _from_scene(frame, scene, taken)
            found = found and meant(_paying(found, role, scene), frame, scene, role)
            if found:
                roles[role] = found
    return {role: roles[role] for role in frame.pattern.roles if role in roles}


def _caught(frame: Framed, scene: Scene, role: str, taken: set[str]) -> Filler | None:
    """Whom the pattern itself caught; a price's "it" is whom the sentence invests in, or whose round it is."""
    if frame.type == "comparison" and role in frame.groups:
        return counterparts.words_of(frame, role)
    tags = frame.sentence.parties(*frame.groups[role]) if role in frame.groups else []
    if tags and frame.type == "valuation" and tags[0].mention.how in {"pronoun", "carried"}:
        meant = STRATEGIES["stake_target"](frame, scene) or _raising_subject(frame, scene) or issuer(frame, scene)
        if meant and (found := without(meant, taken)):
            return found
    if tags and frame.type in _REFLEXIVE and tags[0].mention.how in {"pronoun", "carried"}:
        subject = {n for t in subject_tags(frame.sentence, frame.trigger[0]) for n in t.mention.parties}
        if subject & set(tags[0].mention.parties):  # nobody buys or sues himself: another one is meant
            others = [t for t in frame.sentence.parties(0, frame.trigger[0]) if not subject & set(t.mention.parties)]
            recent = next((Filler((n,), (w,), 0.7) for n, w in scene.recent if n not in subject), None)
            return filler(others[-1:], 0.8) or recent
    caught = filler(tags)
    return caught and without(caught, taken)


def _first(frame: Framed, scene: Scene, strategies: Sequence[str], taken: set[str]) -> Filler | None:
    for name in strategies:
        found = STRATEGIES[name](frame, scene)
        found = found and without(found, taken)
        if found:
            return found
    return None


def _named_elsewhere(frame: Framed) -> bool:
    """A target in words that name no party."""
    target = frame.groups.get("target")
    return bool(target) and not frame.sentence.parties(*(target or (0, 0)))


def _from_scene(frame: Framed, scene: Scene, taken: set[str]) -> Filler | None:
    if _named_elsewhere(frame) or (frame.type == "investment" and elsewhere(frame)):
        return None
    taken = taken | counterparts.beyond(frame)
    known = [scene.first_issuer] if scene.first_issuer and frame.type in {"stake", "valuation"} else []
    everyone = [*known, *scene.recent, *([scene.main] if scene.main else [])]
    if frame.type == "funding_round":
        everyone = [pair for pair in everyone if scene.kinds.get(pair[0]) != "investor"]
    return next((f for n, w in everyone if (f := without(Filler((n,), (w,), 0.6), taken))), None)


def _paying(found: Filler, role: str, scene: Scene) -> Filler | None:
    """Sectors, markets and governments never fill a paying role."""
    if role not in _PAYING:
        return found
    pairs = [(n, w) for n, w in zip(found.names, found.written, strict=True) if scene.kinds.get(n) not in NEVER_PAY]
    return Filler(tuple(n for n, _ in pairs), tuple(w for _, w in pairs), found.sure) if pairs else None


def _subject(frame: Framed, _scene: Scene) -> Filler | None:
    at = min(frame.trigger[0], frame.span[0])
    passive = passive_agent(frame)
    tags = passive or subject_tags(frame.sentence, at) or possessive_subject(frame.sentence, at)
    return filler(tags, 0.95) or filler(frame.sentence.lead[:1], 0.8)


def _found(name: str, sure: float, group: str = "who") -> Strategy:
    """Whoever a cue of the table points to, anywhere in the sentence."""

    def strategy(frame: Framed, _scene: Scene) -> Filler | None:
        found = cue(f"parties.{name}").search(frame.sentence.masked)
        return filler(frame.sentence.parties(*found.span(group)), sure) if found and found[group] else None

    return strategy


def _first_named(frame: Framed, _scene: Scene) -> Filler | None:
    """Whom the sentence names first: whose figure a later clause takes apart."""
    return filler(frame.sentence.parties()[:1], 0.85)


def _owner_after(frame: Framed, _scene: Scene) -> Filler | None:
    """As in "44% of Dovecote's sales": the owner right behind the amount."""
    b = frame.span[1]
    tags = frame.sentence.parties(b, b + 24)
    return filler(tags[:1]) if tags and frame.sentence.masked.startswith("'s", tags[0].end) else None


def _backed(frame: Framed, scene: Scene) -> Filler | None:
    """As in "X has been Y's largest investor, contributing $13bn", "the backers of Y": Y is the investee."""
    return _found("backed", 0.9)(frame, scene) or _found("backed", 0.9, "other")(frame, scene)


def _raising_subject(frame: Framed, _scene: Scene) -> Filler | None:
    """The subject of the sentence's raising or selling, where another verb carries the amount."""
    found = cue("parties.raises").search(frame.sentence.masked)
    return filler(subject_tags(frame.sentence, found.start()), 0.9) if found else None


def _receiver(frame: Framed, _scene: Scene) -> Filler | None:
    """As in "Y received a cheque for $60m": whose gain the investment is."""
    found = cue("parties.receives").search(frame.sentence.masked, 0, frame.span[0])
    return filler(subject_tags(frame.sentence, found.start()), 0.93) if found else None


def _after(pattern: str, sure: float = 0.97, *, whole: bool = False) -> Strategy:
    def strategy(frame: Framed, _scene: Scene) -> Filler | None:
        end = len(frame.sentence.masked) if whole else frame.sentence.clause(frame.span[1] - 1)[1]
        for start in dict.fromkeys((frame.span[1], frame.trigger[1])):
            tags = marked(frame.sentence, pattern, start, end)
            if tags:
                return filler(tags, sure)
        return None

    return strategy


def _before(pattern: str, sure: float = 0.95, *, within: bool = False) -> Strategy:
    def strategy(frame: Framed, _scene: Scene) -> Filler | None:
        start = frame.sentence.clause(max(0, frame.span[0] - 1))[0]
        a, b = (frame.trigger[1], frame.span[1]) if within else (start, frame.span[0])
        tags = marked(frame.sentence, pattern, a, b)
        return filler(tags, sure)

    return strategy


def _target(frame: Framed, _scene: Scene) -> Filler | None:
    """The party right behind "in"/"into" of an investing verb; a target that names no party leaves the role empty."""
    span = frame.groups.get("target")
    if not span:
        return None
    found = re.match(rf"{LEAD_IN}(?P<who>{GROUP})", frame.sentence.masked[span[0] : span[1] + 60])
    if found:
        return filler(named_alone(frame.sentence, span[0] + found.start("who"), span[0] + found.end("who")))
    inside = frame.sentence.parties(*span)
    return filler(inside[:1], 0.85) if inside else None


def _between(frame: Framed, scene: Scene) -> list[Filler]:
    """The two sides of "between X and Y" or "X and Y are in talks over": investor first, by kind where kinds tell."""
    found = cue("parties.two_sides").search(frame.sentence.masked)
    tags = frame.sentence.parties(*found.span("who" if found["who"] else "both")) if found else []
    sides = [f for t in tags if (f := filler([t], 0.85))]
    if len(sides) != 2:
        return []
    return sides[::-1] if _takes(sides[0].names[0], scene) > _takes(sides[1].names[0], scene) else sides


def _takes(name: str, scene: Scene) -> int:
    """How much a party looks like one that is invested in."""
    return {"lab": 2, "company": 1, "chipmaker": 0, "cloud": 0, "investor": -2}.get(scene.kinds.get(name, ""), 0)


def _between_investor(frame: Framed, scene: Scene) -> Filler | None:
    return next(iter(_between(frame, scene)), None)


def _between_investee(frame: Framed, scene: Scene) -> Filler | None:
    sides = _between(frame, scene)
    return sides[1] if sides else None


def _near(frame: Framed, scene: Scene) -> Filler | None:
    """The one other party of the sentence; of an investment, on this side of a semicolon."""
    found = near(frame, scene)
    return None if found and set(found.names) & counterparts.beyond(frame) else found


def _raiser(frame: Framed, _scene: Scene) -> Filler | None:
    """The subject of raising or selling, behind the amount."""
    return filler(subject_tags(frame.sentence, frame.trigger[0]), 0.9)


def _of_inside(frame: Framed, _scene: Scene) -> Filler | None:
    """As in "puts the value of Y at": the party inside the trigger."""
    return filler(frame.sentence.parties(*frame.trigger)[-1:], 0.95)


def _sector(frame: Framed, _scene: Scene) -> Filler | None:
    """As in "the typical SaaS company multiple": the sector right before the trigger."""
    tags = [
        t
        for t in frame.sentence.parties(max(0, frame.trigger[0] - 40), frame.trigger[0])
        if t.mention.kind in NEVER_PAY
    ]
    return filler(tags[-1:], 0.9)


def _passive_subject(frame: Framed, _scene: Scene) -> Filler | None:
    """As in "Dovecote was valued at", "Dovecote is worth": the subject is the company."""
    masked = frame.sentence.masked
    before = masked[max(0, frame.trigger[0] - 40) : frame.trigger[0]]
    if masked[slice(*frame.trigger)] == "worth" or cue("parties.was").search(before):
        return filler(subject_tags(frame.sentence, frame.trigger[0]), 0.97)
    if cue("parties.aside").search(before):  # "Dovecote, valued at $9bn, ..."
        found = cue("parties.aside_party").search(masked, 0, frame.trigger[0])
        return filler(frame.sentence.parties(*found.span("who"))) if found else None
    return None


def _talks_with(frame: Framed, _scene: Scene) -> Filler | None:
    """As in "X in talks with Y for an investment of": the party talked with is the investor."""
    found = cue("parties.talks_with").search(frame.sentence.masked, 0, frame.span[0])
    return filler(frame.sentence.parties(*found.span("who")), 0.9) if found else None


def _talks_subject(frame: Framed, scene: Scene) -> Filler | None:
    return filler(subject_tags(frame.sentence, frame.span[0]), 0.9) if _talks_with(frame, scene) else None


def _subject_equity(frame: Framed, _scene: Scene) -> Filler | None:
    """The subject of "made a $4bn investment in", where an investee stands behind it."""
    masked, (a, b) = frame.sentence.masked, frame.span
    if cue("parties.receives").search(masked, 0, a):
        return None
    if re.search(r"\b(?:in|into) ", masked[b : b + 30]) or cue("parties.makes_investment").search(masked, 0, a):
        return filler(subject_tags(frame.sentence, a), 0.9)
    return None


STRATEGIES: Final[dict[str, Strategy]] = counterparts.STRATEGIES | {
    "subject": _subject,
    "subject_equity": _subject_equity,
    "possessive": possessive,
    "of": _after(r"\b(?:of|for)"),
    "for": _after(r"\bfor"),
    "valued": _found("valued_party", 1.0),
    "led_into": _found("led_into", 0.93),
    "round_owner": _found("round_of", 0.9),
    "where_head": _found("where_head", 0.9),
    "raising_subject": _raising_subject,
    "receiver": _receiver,
    "inside": inside,
    "near_supplier": near_supplier,
    "first_named": _first_named,
    "owner_after": _owner_after,
    "for_before": _before(r"\bfor", 0.85),
    "last_company": last_company,
    "known_supplier": known_supplier,
    "possessive_customer": possessive_customer,
    "to_between": _before(r"\bto", 0.9, within=True),
    "between_investor": _between_investor,
    "between_investee": _between_investee,
    "provider": provider,
    "sector": _sector,
    "stake_target": _found("invested_in", 0.9),
    "main_supplier": main_supplier,
    "of_inside": _of_inside,
    "last_investor": last("investor"),
    "last_customer": last("customer"),
    "last_supplier": last("supplier"),
    "led_by": _before(r"\bled by", 0.95),
    "at_after": _after(r"\bat", 0.9),
    "at_before": _before(r"\bat", 0.85),
    "with_named": _before(r"\bwith", 0.85),
    "last_investee": last("investee"),
    "raiser": _raiser,
    "consortium": _found("consortium", 0.9),
    "services_before": services_before,
    "order_from": _before(r"\borders? from", 0.93),
    "buyer": buyer,
    "from_before": _before(r"\b(?:from|by)"),
    "to_before": _before(r"\b(?:to|for)", 0.85),
    "with_inside": with_supplier,
    "with_anywhere": with_supplier,
    "with_buyer": with_buyer,
    "passive": _passive_subject,
    "issuer": issuer,
    "near": _near,
    "topic": topic,
    "with_object": _before(r"\b(?:at|for|of)", 0.85),
    "target": _target,
    "target_after": _after(r"\b(?:in|into|behind)"),
    "carried_target": carried_target,
    "in_after": _after(r"\b(?:in|into)", whole=True),
    "in_before": _before(r"\b(?:in|into)"),
    "by_from": _after(r"\b(?:by|from)"),
    "from_after": _after(r"\b(?:from|(?<!led )by)", 0.95),
    "with": _after(r"\bwith"),
    "lead": _after(r"\bled by", whole=True),
    "recipient": _after(r"\bto", 0.8),
    "round_for": _after(r"\b(?:for|in|of|at)"),
    "talks_with": _talks_with,
    "talks_subject": _talks_subject,
    "held_by": _after(r"\b(?:by|for|to)"),
    "stake_in": _after(r"\b(?:in|of)", whole=True),
    "stake_with": _before(
        r"\b(?:leaves|leaving|gives|giving|gave|left|hands|handing|handed|sells|sold|selling|grants|granting)", 0.9
    ),
    "giving": _subject,
    "by_supplier": _after(r"\bby", 0.85),
    "by_customer": _after(r"\b(?:by|from)", 0.8),
    "possessive_supplier": possessive_supplier,
    "to_after": _after(r"\b(?:to|for)"),
    "for_after": _after(r"\bfor"),
    "backed": _backed,
    "known_target": known_target,
    "subject_customer": subject_customer,
    "group_customer": group_customer,
    "group_supplier": group_supplier,
    "near_customer": near_customer,
    "services_of": services_of,
    "systems_of": systems_of,
}
