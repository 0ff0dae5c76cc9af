"""The ring of parties and money: the largest of the book, each leading to its deals."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from counterflow.model.book import Support
from counterflow.show import draw
from counterflow.show.pages import anchor
from counterflow.show.report.asked import BINDING, Reported
from counterflow.show.report.ledger import Row
from counterflow.show.report.trail import ALL, Fig, How, Stand, Text, Trail, class_name, deal_place, plain
from counterflow.show.ring import Money, Party
from counterflow.show.words import money

MOST_PARTIES: Final = 14
MOST_FLOWS: Final = 25
_COLOURS: Final = {"debt": "loan"}  # of a deal's family, where it differs from that of its flows
_SUM: Final = (
    "The sum of the deals between parties, a subsidiary's counted with its owner's, a programme's total less the named "
    "contracts it holds. Binding is what is paid or committed."
)


@dataclass(frozen=True, slots=True)
class Ring:
    """The drawing, what it says, what is not on it, and its arrows by payer, payee and kind."""

    picture: str
    finding: Text
    folded: Text
    arrows: dict[tuple[str, str, str], list[str]]
    money: dict[str, str]  # colour -> the kinds of money that have it, for the legend
    kinds: tuple[str, ...]  # of parties on it
    not_binding: bool


_Edge = tuple[str, str, str, bool]  # payer, payee, colour, binding


def ring(found: Reported, trail: Trail, support: Support) -> Ring | None:
    """The ring of all money between groups; None where there is none."""
    edges: dict[_Edge, list[Row]] = defaultdict(list)
    for row in trail.all:
        payer, payee = row.groups
        if row.kind != "outside" and payer != payee:
            edges[payer, payee, colour(row), row.money_class in BINDING].append(row)
    if not edges:
        return None
    kept = _largest(edges)
    stand = Stand(support, ALL, found.everything.holes)
    names = sorted({name for payer, payee, *_ in kept for name in (payer, payee)})
    arrows = [_arrow(k, edge, edges[edge], trail, stand) for k, edge in enumerate(kept, 1)]
    by_way: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for edge, arrow in zip(kept, arrows, strict=True):
        if arrow.binding or found.count not in BINDING:  # loops go over counted money alone
            by_way[arrow.payer, arrow.payee, edges[edge][0].kind].append(arrow.key)
    marks = [_party(name, trail, stand) for name in names]
    finding = _finding(arrows, len(names))
    return Ring(
        picture=draw.ring(marks, arrows, plain(finding)),
        finding=finding,
        folded=_folded(edges, kept),
        arrows=dict(by_way),
        money=_legend(edges),
        kinds=tuple(dict.fromkeys(m.kind for m in sorted(marks, key=lambda m: m.kind))),
        not_binding=not all(a.binding for a in arrows),
    )


def _largest(edges: dict[_Edge, list[Row]]) -> list[_Edge]:
    """The largest money, as long as those who pay and receive it find room."""
    usd = {edge: sum(r.usd for r in rows) for edge, rows in edges.items()}
    kept: list[_Edge] = []
    shown: set[str] = set()
    for edge in sorted(usd, key=lambda e: (-usd[e], e)):
        if len(kept) < MOST_FLOWS and len(shown | {*edge[:2]}) <= MOST_PARTIES:
            kept.append(edge)
            shown |= {*edge[:2]}
    return kept


def _folded(edges: dict[_Edge, list[Row]], kept: Sequence[_Edge]) -> Text:
    gone = [edge for edge in edges if edge not in set(kept)]
    if not gone:
        return ()
    named = {name for edge in kept for name in edge[:2]}
    parties = {name for edge in gone for name in edge[:2]} - named
    usd = sum(r.usd for edge in gone for r in edges[edge])
    away = f"Folded away: {len(gone)} smaller flows" + (f" and {len(parties)} parties" if parties else "")
    return (f"{away}, together ", Fig(money(usd), f"ledger-{ALL}"), ".")


def _arrow(k: int, edge: _Edge, rows: Sequence[Row], trail: Trail, stand: Stand) -> Money:
    payer, payee, drawn, binding = edge
    usd, to = sum(r.usd for r in rows), f"flow-{k}"
    what, firm = _kinds(rows), ", ".join(dict.fromkeys(class_name(r.money_class) for r in rows))
    label = f"{payer} pays {payee} {money(usd)}: {what}, {firm}"
    if len(rows) == 1 and (deal := rows[0].deal):
        trail.cited.add(deal.deal_id)
        return Money(f"arrow-{k}", payer, payee, drawn, usd, binding, deal_place(deal), label)
    answer: Text = (Fig(money(usd), to), f", {firm}")
    grounds = trail.grounds(rows, to, stand)
    trail.explain(How(to, f"{payer} → {payee}, {what}", answer, _SUM, trail.rows(rows), grounds))
    return Money(f"arrow-{k}", payer, payee, drawn, usd, binding, to, label)


def colour(row: Row) -> str:
    """The token in whose colour money is drawn: what is lent apart from what buys a share."""
    drawn = {"financing": "equity", "purchase": "purchase"}[row.kind]
    return _COLOURS.get(row.deal.family, drawn) if row.deal else drawn


def _kinds(rows: Sequence[Row]) -> str:
    return " and ".join(dict.fromkeys(r.what for r in rows))


def _legend(edges: dict[_Edge, list[Row]]) -> dict[str, str]:
    """The colours of the ring and of the loops beside it, each with the kinds of money that have it."""
    found: dict[str, set[str]] = defaultdict(set)
    for edge, rows in edges.items():
        found[edge[2]] |= {r.what for r in rows}
    return {name: ", ".join(sorted(found[name])) for name in ("equity", "loan", "purchase") if name in found}


def _party(name: str, trail: Trail, stand: Stand) -> Party:
    rows = [r for r in trail.all if name in r.groups and r.kind != "outside" and r.groups[0] != r.groups[1]]
    firm = [r for r in rows if r.money_class in BINDING]
    out, into = (sum(r.usd for r in firm if r.groups[side] == name) for side in (0, 1))
    to = anchor("party", name)
    note = " · ".join(f"{way} {money(usd)}" for way, usd in (("out", out), ("in", into)) if usd) or "nothing binding"
    answer: Text = (Fig(note, to), ", binding")
    grounds = trail.grounds(rows, to, stand)
    trail.explain(How(to, f"{name}: money out and in", answer, _SUM, trail.rows(rows), grounds))
    party = trail.book.parties.get(name)
    kind = party.kind if party else "unnamed"  # those whom nobody named: suppliers, lenders, who sells a firm
    return Party(name, kind, note, to, f"{name} ({kind}): {note}, binding")


def _finding(arrows: Sequence[Money], parties: int) -> Text:
    largest = max(arrows, key=lambda a: a.usd)
    firm = sum(a.binding for a in arrows)
    flows = f"{len(arrows)} flows" if len(arrows) > 1 else "1 flow"
    count = f"{flows} of money among {parties} parties, {firm} of them binding."
    return (
        f"{count} The largest: {largest.payer} pays {largest.payee} ",
        Fig(money(largest.usd), largest.to),
        "." if largest.binding else ", not binding.",
    )
