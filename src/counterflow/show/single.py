"""One thing with its evidence and history: a claim, a deal, a figure, a party, a document, a decision."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, Final, NamedTuple

from counterflow.model.book import Book, Deal, Estimate, Figure, Party, Ruled
from counterflow.model.claim import Decision, Evidence, plain
from counterflow.model.problem import Trouble
from counterflow.model.source import Document
from counterflow.reconcile.estimate import MARGIN
from counterflow.reconcile.votes import Explained, explained, of_deal, of_figure
from counterflow.show import words

_VOICES: Final = 4  # origins told for one value


class Shown(NamedTuple):
    """The same thing for a reader and for a program."""

    text: str
    body: dict[str, Any]


def find(book: Book, decisions: Sequence[Decision], ident: str, named: Callable[[Book, str], str]) -> Shown:
    """What an id, a name or the first digits of an id stands for; `Trouble` where it is nothing or several things.

    A whole id or name goes before the beginning of a longer one: a key's main deal is called as the others begin.
    """
    things = _things(book, decisions)
    whole = [shown for key, shown in things if key == ident]
    if len(whole) == 1:
        return whole[0]()
    try:
        return _party(book.parties[named(book, ident)], book)
    except Trouble:
        matching = whole or [shown for key, shown in things if key.startswith(ident)]
        if not matching:
            raise
    if len(matching) > 1:
        raise Trouble(ident, f"fits {len(matching)} things", "give all of its id, or the path of a document")
    return matching[0]()


def _things(book: Book, decisions: Sequence[Decision]) -> list[tuple[str, Callable[[], Shown]]]:
    """Everything that has an id, with how it is shown; a document has its name and its address."""
    papers = [(key, d) for d in book.documents.values() for key in dict.fromkeys((d.doc_id, d.address)) if key]
    return [
        *((key, partial(_claim, key, r)) for key, r in book.claims.items()),
        *((d.deal_id, partial(_deal, d, book)) for d in book.deals),
        *((f.figure_id, partial(_figure, f, book)) for f in book.figures),
        *((d.decision_id, partial(_decision, d)) for d in decisions),
        *((key, partial(_document, d, book)) for key, d in papers),
    ]


def _claim(claim_id: str, ruled: Ruled) -> Shown:
    said = ruled.claim
    lines = [
        f"claim {claim_id}: {words.claim(said)}",
        f"  {ruled.state}, confidence {said.confidence:g}, {'counts' if ruled.counts else 'does not count'}",
        f"  read by {said.extractor}; public {ruled.public} ({ruled.public_basis})",
        *(f"  {key}: {t.value}" for key, terms in said.terms.items() for t in terms),
        *([f"  said by {' <- '.join(said.attribution.chain)}"] if said.attribution.chain else []),
        *([f"  covers {said.valid_time.text}"] if said.valid_time else []),
        *_evidence(said.evidence, said.doc_id),
    ]
    return Shown(
        "\n".join(lines), said.to_json() | {"claim_id": claim_id, "state": ruled.state, "counts": ruled.counts}
    )


def _evidence(evidence: Sequence[Evidence], doc_id: str) -> Iterator[str]:
    for one in evidence:
        if one.kind == "sentence":
            yield f'  "{" ".join((one.text or "").split())}"'
            yield f"    sentence, {doc_id}, characters {one.start}-{one.end}"
        elif one.kind == "reference":
            yield f"  reference, no text held: {one.source}, {one.date or 'undated'}, {one.address or 'no address'}"
            yield f"    our note: {one.note}"
        else:
            yield f"  assumption: {one.name} ({one.note})"


def _said(claims: Sequence[str], book: Book, mark: str) -> Iterator[str]:
    for claim_id in claims:
        if ruled := book.claims.get(claim_id):
            quote = ruled.claim.evidence[0].text or ruled.claim.evidence[0].note or ""
            yield f'  {mark} {claim_id} ({ruled.claim.doc_id}, {ruled.state}): "{" ".join(quote.split())}"'


def _deal(deal: Deal, book: Book) -> Shown:
    votes = explained(of_deal(deal, book))
    lines = [
        f"deal {deal.deal_id}: {words.deal(deal)} ({deal.family}, class {deal.money_class or 'none'})",
        *_estimate(deal.amount, book),
        *_votes(votes),
        *([f"  starts {deal.start}"] if deal.start else []),
        *([f"  over {deal.years:g} years"] if deal.years else []),
        *(
            f"  {s.stage}: {words.estimate(s.amount)}, {s.when or 'undated'} ({len(s.claims)} claims)"
            for s in deal.timeline
        ),
        *([f"  flags: {', '.join(deal.flags)}"] if deal.flags else []),
        *(f"  condition: {c}" for c in deal.conditions),
    ]
    return Shown("\n".join(lines), _plain(deal) | {"votes": _plain(votes)})


def _estimate(found: Estimate | None, book: Book) -> Iterator[str]:
    if found is None:
        yield "  amount undisclosed"
        return
    yield f"  {words.estimate(found)}; a fair editor would let pass {words.interval(found)}"
    if found.reason:
        yield f"  why: {found.reason}"
    yield from _said(found.claims_for, book, "for")
    yield from _said(found.claims_against, book, "against")


def _figure(figure: Figure, book: Book) -> Shown:
    what = figure.what.replace("_", " ") + (f" in {figure.counterparty}" if figure.counterparty else "")
    basis = f" ({figure.basis.replace('_', '-')})" if figure.basis else ""
    head = f"figure {figure.figure_id}: {figure.party}, {what}{basis}, {figure.status}"
    votes = explained(of_figure(figure, book))
    lines = [head, *_estimate(figure.estimate, book), *_votes(votes)]
    return Shown("\n".join(lines), _plain(figure) | {"votes": _plain(votes)})


def _votes(found: Explained | None) -> Iterator[str]:
    """Who decided it: each value with its origins in log units, the margin, and what stands without each origin."""
    if found is None or (len(found.sides) < 2 and len(found.without) < 2):
        return
    for side in found.sides:
        voices = ", ".join(f"{v.origin} {v.votes:.2f} ({v.source})" for v in side.voices[:_VOICES])
        more = f" and {len(side.voices) - _VOICES} more" if len(side.voices) > _VOICES else ""
        share = "" if found.ruled or len(found.sides) < 2 else f", probability {side.probability:.3f}"
        yield f"  votes {side.votes:.2f}{share} for {words.estimate(side.amount)}: {voices}{more}"
    if found.margin is not None:
        yield f"  margin {found.margin:.2f}: {_decided(found)}"
    yield from _left_out(found)


def _decided(found: Explained) -> str:
    if found.ruled:
        return "a person's ruling stands before every vote"
    return f"a tie below {MARGIN:g}, both values stand" if found.tied else "decided"


def _left_out(found: Explained) -> Iterator[str]:
    """Each origin without which another value would stand, or nothing."""
    moved = [w for w in found.without if w.amount is None or w.amount.central != found.sides[0].amount.central]
    for each in moved:
        yield f"  without {each.origin}: {words.estimate(each.amount) if each.amount else 'no amount is left'}"
    if not moved:
        yield f"  without any one of its {len(found.without)} origins the same value stands"


def _party(party: Party, book: Book) -> Shown:
    deals = [d for d in book.deals if party.name in {d.payer, d.payee}]
    figures = [f for f in book.figures if f.party == party.name]
    alike = book.alike.get(party.name, ())
    lines = [
        f"{party.name} ({party.kind}{f', owned by {party.owner}' if party.owner else ''})",
        *([f"  also called {', '.join(party.aliases)}"] if party.aliases else []),
        *(
            f"  also {each}; to part them: counterflow decide '{each.writing}' --split --because '...'"
            for each in alike
        ),
        *(f"  deal {d.deal_id}: {words.deal(d)}" for d in deals),
        *(
            f"  figure {f.figure_id}: {f.what.replace('_', ' ')}{f' in {f.counterparty}' if f.counterparty else ''}"
            f"{f' ({f.basis})' if f.basis else ''} {words.estimate(f.estimate)}, {f.status}"
            for f in figures
        ),
    ]
    body = _plain(party) | {"deals": [d.deal_id for d in deals], "figures": [f.figure_id for f in figures]}
    body |= {"alike": _plain(alike)}
    return Shown("\n".join(lines), body)


def _document(document: Document, book: Book) -> Shown:
    said = [(key, r.claim) for key, r in book.claims.items() if r.claim.text_sha256 == document.text_sha256]
    said.sort(key=lambda c: c[1].evidence[0].start or 0)
    lines = [
        f"{document.doc_id}: {document.title or 'untitled'}",
        f"  dated {document.doc_date or 'nowhere'} ({document.doc_date_source or 'no date found'})",
        f"  {'text left out' if document.left_out else f'{len(document.text)} characters'}, {len(said)} claims",
        *(f"  {key}  {words.claim(claim)}" for key, claim in said),
    ]
    return Shown("\n".join(lines), document.to_json() | {"claims": [key for key, _ in said]})


def _decision(decision: Decision) -> Shown:
    lines = [
        f"decision {decision.decision_id}: {decision.who} {decision.action} {decision.target}, {decision.when[:19]}",
        f"  because: {decision.because}",
        *([f"  changes: {json.dumps(dict(decision.changes), ensure_ascii=False)}"] if decision.changes else []),
        *([f'  about: "{decision.anchor.quote}"'] if decision.anchor else []),
    ]
    return Shown("\n".join(lines), decision.to_json())


def _plain(thing: Any) -> Any:
    """A frozen value of the model as JSON can hold it."""
    from dataclasses import fields, is_dataclass
    from datetime import date
    from decimal import Decimal

    if isinstance(thing, Decimal):
        return plain(thing)
    if isinstance(thing, date):
        return thing.isoformat()
    if is_dataclass(thing):
        return {f.name: _plain(getattr(thing, f.name)) for f in fields(thing)}
    if isinstance(thing, tuple) and hasattr(thing, "_fields"):
        return {name: _plain(getattr(thing, name)) for name in thing._fields}
    return [_plain(one) for one in thing] if isinstance(thing, (list, tuple)) else thing
