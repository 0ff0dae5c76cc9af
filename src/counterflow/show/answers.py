"""The answers of `circular` and `owe` as lines, as tables and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from counterflow.model.book import Book, Support
from counterflow.model.flow import UNIDENTIFIED
from counterflow.show.words import labels, money, share

if TYPE_CHECKING:
    import polars as pl

    from counterflow.analyse.owed import Due, Owed
    from counterflow.analyse.returning import Circular, Returned
    from counterflow.analyse.rings import Loop
    from counterflow.desk import Owes, Returns
    from counterflow.flows.build import Dated


class Answer(Protocol):
    """What every answer carries: its money and what that stands on."""

    @property
    def money(self) -> Dated:
        """The dated money, with what it leaves out and what it assumes."""

    @property
    def support(self) -> Support:
        """Shares of its dollars by kind of evidence."""


# ---------------------------------------------------------------- circular
def circular_json(found: Returns) -> dict[str, Any]:
    """The contract of `circular --json`, with `support`, `assumptions` and `holes` beside."""
    answer = found.circular
    return {
        "bands": [r.to_json() for r in answer.returned],
        "sources_of": answer.sources_of,
        "means_to_pay": [
            {
                "payer": payer,
                "outside_usd": m.outside,
                "due_usd": m.due,
                "ratio": m.ratio,
                "growth_needed": m.growth_needed,
                "growth_needed_after_financing": m.growth_needed_after_financing,
            }
            for payer, m in answer.means.items()
        ],
        "means_refused": answer.refused,
        "no_named_payer": [
            {"payer": p.payer, "reading": p.reading, "growth": p.growth, "share": p.share} for p in found.curve
        ],
        "loops": [_loop_json(loop) for loop in answer.loops],
        "loops_cut": answer.loops_cut,
        "max_circulation_usd": answer.max_circulation_usd,
        "gross_usd": answer.gross_usd,
        **_beside(found),
    }


def _loop_json(loop: Loop) -> dict[str, Any]:
    return {
        "parties": list(loop.parties),
        "kinds": list(loop.kinds),
        "category": loop.category,
        "bottleneck_usd": loop.bottleneck_usd,
        "in_order": loop.in_order,
        "lag": loop.lag,
        "linked": loop.linked,
        "deals": list(loop.deals),
    }


def _beside(found: Answer) -> dict[str, Any]:
    return {
        "support": found.support._asdict(),
        "assumed_share": found.money.assumed_share,
        "assumptions": [a._asdict() for a in found.money.assumptions],
        "holes": [{"deal": h.deal, "parties": list(h.parties), "why": h.why} for h in found.money.holes],
    }


def bands_table(found: Returns) -> pl.DataFrame:
    """One row a band, USD."""
    import polars as pl

    rows = [
        (
            r.investor,
            r.payer,
            r.period,
            b.invested,
            b.revenue,
            b.forced,
            b.pro_rata,
            b.attributed,
            b.possible,
            "; ".join(r.labels),
        )
        for r in found.circular.returned
        for b in (r.band,)
    ]
    names = ("investor", "payer", "period")
    figures = ("invested_usd", "revenue_usd", "forced_usd", "pro_rata_usd", "attributed_usd", "possible_usd")
    schema = dict.fromkeys(names, pl.String) | dict.fromkeys(figures, pl.Float64) | {"labels": pl.String}
    return pl.DataFrame(rows, schema=schema, orient="row")


def circular_lines(found: Returns, book: Book, count: str) -> Iterator[str]:
    """The answer on screen: what most of it rests on first where that is assumption, then bands, dollars, loops."""
    answer = found.circular
    yield from _first_line(found.support_dated)
    yield f"The money that comes back (counted: {count.replace('_', ' ')}, each class with those before it)"
    if not answer.returned and not answer.refused:
        yield "  Nobody here both finances a customer and sells to one, as far as the counted money tells."
    for returned in answer.returned:
        yield from _band_lines(returned)
    for who, why in answer.refused.items():
        yield f"  {who}: {why}"
    for payer, colours in answer.sources_of.items():
        parts = sorted(colours.items(), key=lambda c: (-c[1], c[0]))
        said = ", ".join(f"{_colour(name)} {share(part)}" for name, part in parts if part >= 0.0005)
        yield f"Of each dollar {payer} pays, as announced: {said}."
    for payer, means in answer.means.items():
        grow = (
            ""
            if means.growth_needed is None
            else f"; customers alone would have to grow {share(means.growth_needed)} a year"
        )
        against = f"{money(means.outside)} against {money(means.due)} due"
        yield f"{payer}'s customers bring {against} ({share(means.ratio)}){grow}."
        yield "  Revenue is not free cash, so this is generous."
    yield from _curve_lines(found)
    yield from _loop_lines(answer)
    yield from _small_print(found, book)


def _band_lines(returned: Returned) -> Iterator[str]:
    band = returned.band
    when = (
        "as announced, order of time left out"
        if returned.period == "lifetime"
        else f"in order of time, {returned.period}"
    )
    yield f"  {returned.investor}, through {returned.payer} ({when}):"
    yield f"    of {money(band.invested)} put in and {money(band.revenue)} bought from it,"
    yield (
        f"    {money(band.forced)} must, {money(band.pro_rata)} in proportion, {money(band.possible)} can come back "
        f"({share(band.forced / band.invested)} to {share(band.possible / band.invested)} of what was put in)"
        + "".join(f"; {label}" for label in labels(returned.labels))
    )


def _colour(name: str) -> str:
    return "no named source" if name == UNIDENTIFIED else name


def _curve_lines(found: Returns) -> Iterator[str]:
    lines: dict[tuple[str, str], list[str]] = {}
    for point in found.curve:
        lines.setdefault((point.payer, point.reading), []).append(f"{share(point.share)} at {share(point.growth)}")
    for (payer, reading), points in lines.items():
        yield f"No named payer for what {payer} owes ({reading} reading), by yearly growth of its revenue:"
        yield f"  {', '.join(points)}."


def _loop_lines(answer: Circular) -> Iterator[str]:
    cut = " (cut off there)" if answer.loops_cut else ""
    yield f"Loops: {len(answer.loops)}{cut}, by their smallest flow; evidence, never added up."
    for loop in answer.loops[:10]:
        way = " -> ".join([*loop.parties, loop.parties[0]])
        order = "" if loop.in_order is None else ("; in order of time" if loop.in_order else "; not in order of time")
        linked = "; one package" if loop.linked else ""
        yield f"  {way}: {money(loop.bottleneck_usd)}, {loop.category.replace('_', ' ')}{order}{linked}"
    most, gross = money(answer.max_circulation_usd), money(answer.gross_usd)
    yield f"At most {most} of {gross} could be netted with nobody's net position changed."


def _first_line(dated: Support) -> Iterator[str]:
    if dated.assumption > 0.5:
        said = share(dated.assumption)
        yield f"Most of this is assumed: {said} of its dollars have an assumed start, term or amount."


def _small_print(found: Answer, book: Book) -> Iterator[str]:
    for hole in found.money.holes:
        yield f"Left out: {hole.parties[0]} -> {hole.parties[1]} ({hole.why}; counterflow show {hole.deal})."
    gathered: dict[tuple[str, str], list[str]] = {}
    for assumption in found.money.assumptions:
        gathered.setdefault((assumption.name, assumption.value), []).append(_about(assumption.about, book))
    for (name, value), about in gathered.items():
        yield f"Assumed: {name} = {value} ({'; '.join(dict.fromkeys(about))})."
    s = found.support
    yield (
        f"Evidence, by dollars: {share(s.sentence)} sentences, {share(s.reference)} references, "
        f"{share(s.assumption)} assumptions; {share(s.unreviewed)} on claims nobody has reviewed "
        f"(proposed claims count from confidence {s.trust:g} on)."
    )


def _about(ident: str, book: Book) -> str:
    deal = book.deal(ident)
    return f"{deal.payer} -> {deal.payee or 'unnamed suppliers'}" if deal else ident


# ---------------------------------------------------------------- owe
def owe_json(found: Owes) -> dict[str, Any]:
    """Rows by supplier and year, totals, coverage; with `support`, `assumptions` and `holes` beside. USD."""
    return {
        "party": found.owed.party,
        "due": [_due_json(d) for d in found.owed.due],
        "totals": [_due_json(d) for d in found.owed.totals],
        "coverage": [
            {
                "year": c.year,
                "obligations_usd": c.obligations_usd,
                "revenue_usd": c.revenue_usd,
                "funding_usd": c.funding_usd,
                "by_revenue": c.by_revenue,
                "cumulative": c.cumulative,
            }
            for c in found.owed.covered
        ],
        "first_gap": found.owed.first_gap,
        **_beside(found),
    }


def _due_json(due: Due) -> dict[str, Any]:
    return {
        "supplier": due.supplier,
        "year": due.year or None,
        "committed_usd": due.committed_usd,
        "conditional_usd": due.conditional_usd,
        "headline_usd": due.headline_usd,
        "status": list(due.statuses),
        "assumed_share": due.assumed_share,
        "claims": list(due.claims),
    }


def due_table(found: Sequence[Owes]) -> pl.DataFrame:
    """One row a party, supplier and year, USD."""
    import polars as pl

    rows = [
        (
            o.owed.party,
            d.supplier,
            d.year,
            d.committed_usd,
            d.conditional_usd,
            d.headline_usd,
            "; ".join(d.statuses),
            d.assumed_share,
            list(d.claims),
        )
        for o in found
        for d in o.owed.due
    ]
    schema: dict[str, pl.DataType | type[pl.DataType]] = {"party": pl.String, "supplier": pl.String, "year": pl.Int64}
    schema |= dict.fromkeys(("committed_usd", "conditional_usd", "headline_usd"), pl.Float64)
    schema |= {"status": pl.String, "assumed_share": pl.Float64, "claims": pl.List(pl.String)}
    return pl.DataFrame(rows, schema=schema, orient="row")


def owe_lines(found: Owes, book: Book) -> Iterator[str]:
    """The answer on screen."""
    owed: Owed = found.owed
    yield from _first_line(found.support)
    yield f"What {owed.party} owes, USD (binding = committed, what is paid included; headline adds what is not binding)"
    for total in owed.totals:
        yield (
            f"  {total.supplier}: {money(total.committed_usd)} binding, {money(total.conditional_usd)} conditional, "
            f"{money(total.headline_usd)} headline ({', '.join(s.replace('_', ' ') for s in total.statuses)})"
        )
        years = [d for d in owed.due if d.supplier == total.supplier]
        yield "    binding by year   " + "  ".join(f"{d.year}: {money(d.committed_usd)}" for d in years)
        if any(d.headline_usd != d.committed_usd for d in years):
            yield "    headline by year  " + "  ".join(f"{d.year}: {money(d.headline_usd)}" for d in years)
        yield from _said(total.claims, book)
    if owed.covered:
        yield "  Coverage of what is binding"
    for c in owed.covered:
        yield (
            f"    {c.year}: due {money(c.obligations_usd)}, revenue {money(c.revenue_usd or None)}, "
            f"funding {money(c.funding_usd)}; revenue covers {share(c.by_revenue)}, "
            f"all named money so far {share(c.cumulative)}"
        )
    if owed.first_gap:
        yield f"  From {owed.first_gap} on, all that is named falls short of all that is owed."
    yield from _small_print(found, book)


def _said(claims: Sequence[str], book: Book) -> Iterator[str]:
    for claim_id in claims[:2]:
        ruled = book.claims.get(claim_id)
        if ruled:
            evidence = ruled.claim.evidence[0]
            if evidence.text:
                yield f'      "{" ".join(evidence.text.split())}" ({ruled.claim.doc_id}, claim {claim_id})'
            else:
                source = ", ".join(filter(None, (evidence.source or evidence.name, evidence.date)))
                yield f"      {evidence.kind}, no text held: {source}: {evidence.note} (claim {claim_id})"
