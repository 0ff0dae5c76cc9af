"""The report: one offline HTML page in which every figure leads to its evidence."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from hashlib import sha256
from typing import Any, Final, NamedTuple

from counterflow.flows.build import READINGS, Hole
from counterflow.flows.support import support
from counterflow.model.book import Support
from counterflow.model.problem import Problem
from counterflow.show import tokens
from counterflow.show.pages import asset, fill, showable
from counterflow.show.report import dealbook, evidence, headlines, overtime, owing, parties, returning
from counterflow.show.report.asked import Reported
from counterflow.show.report.ledger import Row
from counterflow.show.report.trail import ALL, BACK, GROWTH, Fig, Link, Room, Text, Trail, assumption_place, mix
from counterflow.show.words import money

__all__ = ["Reported", "report"]

_LIMIT: Final = 1_200_000  # bytes of a page
_CHOSEN: Final = {
    "programme": "chosen for this report with --reading",
    GROWTH.name: "this program, to show what the answer depends on",
}


class Assumed(NamedTuple):
    """A named input that no source states."""

    to: str
    name: str
    value: str
    by: str
    about: str


class Ledger(NamedTuple):
    """All money that an answer counted."""

    to: str
    title: str
    rows: tuple[tuple[str, Text], ...]  # anchor, line
    folded: Text
    mix: Text
    support: Text


def report(found: Reported) -> str:
    """The page: the same values give the same text, under 1.2 MB; it asks nothing of the network."""
    room = Room()
    text = _page(found, room)
    while len(text.encode("utf-8")) >= _LIMIT and room != room.halved():
        room = room.halved()
        text = _page(found, room)
    return text


def _page(found: Reported, room: Room) -> str:
    style, script = tokens.css() + asset("report.css"), asset("report.js")
    page = fill(
        "report.html",
        asked=found,
        style=_inline(style),
        script=_inline(script),
        policy=_policy(style, script),
        reading=READINGS[found.reading],
        **_chapters(found, room),
    )
    return showable(str(page)) + "\n"


def _chapters(found: Reported, room: Room) -> dict[str, Any]:
    """What the page says, chapter by chapter. Answers come first: what they lead to decides what follows."""
    trail = Trail(found, room)
    whole = support(found.flows, found.book, dated=True)
    answers = _answers(found, trail, whole)
    back = f"Money counted for what comes back ({found.count.replace('_', ' ')})"
    ledgers = [
        _ledger(trail, (ALL, "All money: what binds, and beside it what does not"), trail.all, whole),
        _ledger(trail, (BACK, back), trail.back, found.returns.support),
    ]
    deals, deals_folded = dealbook.deals(trail)
    figures, figures_folded = dealbook.figures(trail)
    return answers | {
        "ledgers": ledgers,
        "deals": deals,
        "deals_folded": deals_folded,
        "figures": figures,
        "figures_folded": figures_folded,
        "hows": list(trail.hows.values()),
        "assumptions": _assumptions(trail),
        "problems": _problems(found, trail),
        "problems_folded": max(0, len(found.book.problems) - room.notes),
        "sources": evidence.sources(found.book, trail.cited),
        "others": evidence.others(found.book, trail.cited),
        "uncounted": sum(not r.counts for r in found.book.claims.values()),
    }


def _answers(found: Reported, trail: Trail, whole: Support) -> dict[str, Any]:
    """The chapters that answer: numbers, flows and loops, what comes back, what is owed, what is left out."""
    dated = found.returns.support_dated
    mostly_assumed = trail.mostly_assumed(dated, BACK)
    ring = parties.ring(found, trail, whole)
    curves, steady = returning.curves(found, trail)
    bands, bands_empty = returning.bands(found, trail)
    owed, owed_folded = owing.owing(found.owes, trail)
    return {
        "headlines": headlines.headlines(found, curves),
        "ring": ring,
        "timeline": overtime.over_time(found, trail, whole),
        "bands": bands,
        "bands_folded": sum(r.band.possible > 0 for r in found.returns.circular.returned) - len(bands),
        "bands_empty": bands_empty,
        "loops": returning.loops(found, trail, ring.arrows if ring else {}),
        "dollars": returning.dollars(found, trail),
        "curves": curves,
        "steady": steady,
        "owed": owed,
        "owed_folded": owed_folded,
        "holes": _holes(found, trail),
        "circulation": _circulation(found),
        "standing": trail.standing(dated if mostly_assumed else found.returns.support, BACK),
        "mostly_assumed": mostly_assumed,
    }


def _circulation(found: Reported) -> Text:
    answer, to = found.returns.circular, f"ledger-{BACK}"
    if not answer.gross_usd:
        return ()
    return (
        "At most ",
        Fig(money(answer.max_circulation_usd), to),
        " of ",
        Fig(money(answer.gross_usd), to),
        " could be netted with nobody's net position changed.",
    )


def _ledger(trail: Trail, name: tuple[str, str], rows: Sequence[Row], stands: Support) -> Ledger:
    """The largest rows, and every row that a figure leads to."""
    key, title = name
    to = f"ledger-{key}"
    kept = [r for k, r in enumerate(rows) if k < trail.room.rows or r.anchor in trail.cited]
    shown = tuple((r.anchor, trail.row(r)) for r in kept)
    gone = len(rows) - len(kept)
    rest = Fig(money(sum(r.usd for r in rows) - sum(r.usd for r in kept)), to)
    folded: Text = (f"{gone} smaller ones are folded away, together ", rest, ".") if gone else ()
    return Ledger(to, title, shown, folded, mix(rows, to), trail.standing(stands, key))


def _holes(found: Reported, trail: Trail) -> list[tuple[Link | str, str]]:
    deals = {d.deal_id: d for d in found.book.deals}
    holes: list[Hole] = sorted({*found.everything.holes, *found.returns.money.holes})
    named = [
        (trail.deal(deals[h.deal]) if h.deal in deals else " → ".join(h.parties), h.why)
        for h in holes[: trail.room.notes]
    ]
    more = len(holes) - trail.room.notes
    return [*named, (f"{more} more", "counterflow circular lists them all")] if more > 0 else [*named]


def _assumptions(trail: Trail) -> list[Assumed]:
    return [
        Assumed(
            assumption_place(name, value),
            name,
            value,
            _CHOSEN.get(name, "this program, where no source says"),
            trail.about(sorted(about - {""})),
        )
        for (name, value), about in trail.assumptions.items()
    ]


def _problems(found: Reported, trail: Trail) -> list[tuple[Problem, Fig | Link | None]]:
    """Each problem, with the claim it speaks of."""
    return [(p, trail.claim(p.where)) for p in found.book.problems[: trail.room.notes]]


def _inline(text: str) -> Any:
    """Our own style sheet or script as it stands; nothing from a book is ever in it."""
    from markupsafe import Markup

    return Markup(text)  # noqa: S704


def _policy(style: str, script: str) -> str:
    """Nothing from anywhere, but this style sheet and this script."""
    return (
        f"default-src 'none'; style-src '{_digest(style)}'; script-src '{_digest(script)}'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _digest(text: str) -> str:
    return "sha256-" + b64encode(sha256(text.encode("utf-8")).digest()).decode("ascii")
