"""Commitments over time: the largest deals from first to last payment, each leading to its deal."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Final, NamedTuple

from counterflow.model.book import CLASSES, Support
from counterflow.model.when import quarter_index, quarter_label
from counterflow.show import draw
from counterflow.show.report.asked import BINDING, Reported
from counterflow.show.report.ledger import Row
from counterflow.show.report.trail import ALL, Fig, How, Link, Stand, Text, Trail, class_name, deal_place, plain, when
from counterflow.show.timeline import Bar
from counterflow.show.words import money

MOST_BARS: Final = 14
_PLACE: Final = "over-time"
_SPAN: Final = (
    "Each deal from the first quarter in which its money moves to the last, its amount spread evenly between them. "
    "Binding is what is paid or committed. The quarter that divides what falls later is that of the day this report "
    "speaks of. A programme's total is drawn less the named contracts it holds; what a firm pays its own is left out."
)
_WHEN: Final = ("start", "term", "spread")  # assumptions about when money moves, by their names


class Line(NamedTuple):
    """One row of the table beside the drawing."""

    ends: Link | str
    amount: Fig
    firm: str
    kind: str
    first: str
    last: str
    assumed: str


class OverTime(NamedTuple):
    """The drawing, what it says, what is not on it, and the same rows as a table."""

    picture: str
    finding: Text
    folded: Text
    classes: tuple[str, ...]  # on it, for the legend
    assumed: bool  # whether an end of one of its bars is
    once: bool  # whether one of them falls in a single quarter
    lines: tuple[Line, ...]


def over_time(found: Reported, trail: Trail, support: Support) -> OverTime | None:
    """The timeline of all money between parties; None where there is none."""
    rows = [r for r in trail.all if r.deal and r.groups[0] != r.groups[1]]
    if not rows:
        return None
    kept = sorted(rows[:MOST_BARS], key=lambda r: (r.first, r.last, -r.usd, r.anchor))
    guessed = _guessed(trail)
    shown = [_shown(r, trail) for r in kept]
    finding = _finding(found, rows)
    _explain(trail, rows, finding, Stand(support, ALL, found.everything.holes))
    bars = [_bar(r, fig, guessed[_deal_id(r)]) for r, fig in zip(kept, shown, strict=True)]
    return OverTime(
        picture=draw.timeline(bars, found.moment, plain(finding)),
        finding=finding,
        folded=_folded(rows[MOST_BARS:]),
        classes=tuple(c for c in CLASSES if any(b.money_class == c for b in bars)),
        assumed=any(b.note and b.first < b.last for b in bars),
        once=any(b.first == b.last for b in bars),
        lines=tuple(_line(r, b, fig, trail) for r, b, fig in zip(kept, bars, shown, strict=True)),
    )


def _deal_id(row: Row) -> str:
    assert row.deal is not None  # only rows of deals have a bar
    return row.deal.deal_id


def _guessed(trail: Trail) -> dict[str, list[str]]:
    """Deal -> what of its dates is assumed."""
    found: dict[str, list[str]] = defaultdict(list)
    for (name, _), about in trail.assumptions.items():
        for ident in about if name in _WHEN else ():
            found[ident].append(name)
    return found


def _shown(row: Row, trail: Trail) -> Fig:
    """The dollars of a row in the hedge of who says them, leading to its deal where that says them, else to the row."""
    counted = trail.counted(row)
    trail.cited.add(_deal_id(row))
    assert isinstance(counted, Fig)  # money that moves has an amount
    assert row.deal is not None
    return Fig(counted.text, deal_place(row.deal) if row.as_stated else row.anchor)


def _bar(row: Row, amount: Fig, guessed: Sequence[str]) -> Bar:
    firm, note = class_name(row.money_class), f"{' and '.join(guessed)} assumed" if guessed else ""
    label = f"{row.payer} pays {row.payee} {amount.text}: {row.what}, {firm}, {when(row)}"
    return Bar(
        payer=row.payer,
        payee=row.payee,
        amount=amount.text,
        firm=firm,
        money_class=row.money_class,
        first=row.first,
        last=row.last,
        start_assumed="start" in guessed,
        end_assumed=bool({"term", "spread"} & {*guessed}),
        note=note,
        to=amount.to,
        label=f"{label}, {note}" if note else label,
    )


def _line(row: Row, bar: Bar, amount: Fig, trail: Trail) -> Line:
    first, last = quarter_label(row.first), quarter_label(row.last)
    return Line(trail.ends(row), amount, bar.firm, row.what, first, last, bar.note.removesuffix(" assumed") or "-")


def _finding(found: Reported, rows: Sequence[Row]) -> Text:
    """How much of what binds is still to come; where nothing binds, how much is talked of."""
    firm = [r for r in rows if r.money_class in BINDING]
    if not firm:
        loose = Fig(money(sum(r.usd for r in rows)), _PLACE)
        return ("Nothing here binds: ", loose, " is conditional, a letter of intent or a rumour.")
    whole, last = Fig(money(sum(r.usd for r in firm)), _PLACE), quarter_label(max(r.last for r in firm))
    now = quarter_index(found.moment) if found.moment else 0
    ahead = sum(r.after(now) for r in firm)
    if ahead < 1:
        return ("All of the ", whole, f" that binds falls in {last} or before.")
    rest = Fig(money(ahead), _PLACE)
    return ("Of the ", whole, " that binds, ", rest, f" falls after {quarter_label(now)}, the last of it in {last}.")


def _explain(trail: Trail, rows: Sequence[Row], finding: Text, stand: Stand) -> None:
    grounds = trail.grounds(rows, _PLACE, stand)
    trail.explain(How(_PLACE, "Commitments over time", finding, _SPAN, trail.rows(rows), grounds))


def _folded(gone: Sequence[Row]) -> Text:
    if not gone:
        return ()
    deals = f"{len(gone)} smaller deal{'s are' if len(gone) > 1 else ' is'} folded away, together "
    return (deals, Fig(money(sum(r.usd for r in gone)), f"ledger-{ALL}"), ".")
