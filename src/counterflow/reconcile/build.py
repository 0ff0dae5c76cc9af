"""Claims and decisions -> the Book, as of three times."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Final

from counterflow.model.book import Book, Party, Question, Ruled
from counterflow.model.claim import Claim, Decision
from counterflow.model.problem import Problem, Trouble
from counterflow.model.source import Document
from counterflow.model.when import first_day
from counterflow.reconcile.anchors import Bound, Placed, rebind, standing
from counterflow.reconcile.deals import gather
from counterflow.reconcile.figures import figures
from counterflow.reconcile.parties import Register, resolve
from counterflow.reconcile.rounds import with_basis
from counterflow.reconcile.rulings import edited, state
from counterflow.reconcile.said import happened, said

_NOW: Final = Question()


def book(
    claims: Iterable[Placed],
    decisions: Sequence[Decision] = (),
    *,
    parties: Iterable[Party] = (),
    documents: Mapping[str, Document] | None = None,
    question: Question = _NOW,
) -> Book:
    """The reconciled book as of a Question.

    `claims` are those of the current reading of each document, `decisions` all ever made, both as recorded by
    `question.recorded`: the store sees to that. `parties` is the table of known names; `documents` tell titles and
    copies.
    Public by `question.known`: nothing later is in the book at all. Happened by `question.happened`, and trusted: what
    is not stays in `Book.claims` with `counts` False. Claims keep the id they were read with; an edited one says what
    the person made it say. The queue of waiting rulings is a matter of now: a book of a past day lists none of it.
    """
    heard = _heard([*claims, *_added(standing(decisions))], question.known)
    bound, waiting = rebind(decisions, heard.values())
    rulings = _by_claim(bound, heard)
    ruled, problems = _ruled(heard, rulings, question)
    of_parties = [b.decision for b in bound if b.target not in heard]
    register = resolve((n for r in ruled.values() if r.counts for n in r.claim.parties), of_parties, parties)
    ruled = {each: replace(r, claim=_renamed(r.claim, register)) for each, r in ruled.items()}
    papers = {name: paper for name, paper in (documents or {}).items() if _known(paper, heard, question.known)}
    by_name = {paper.doc_id: paper for paper in papers.values()}
    counting = [said(each, r, by_name) for each, r in ruled.items() if r.counts]
    deals, holes = gather(counting, register, bound)
    queue = [] if question.known else [_waits(decision) for decision in waiting]
    return Book(
        question=question,
        claims=ruled,
        parties=register.parties,
        deals=deals,
        figures=with_basis(figures(counting)),
        documents=papers,
        problems=tuple(sorted([*problems, *queue, *register.problems, *holes])),
        alike=register.alike,
    )


def _added(decisions: Iterable[Decision]) -> list[Placed]:
    """Claims that people added, from the rulings that hold them."""
    return [
        Placed(
            Claim.from_json(decision.claim),
            decision.anchor.lineage if decision.anchor else decision.claim["text_sha256"],
            decision.when,
        )
        for decision in decisions
        if decision.action == "add" and decision.claim
    ]


def _heard(claims: Iterable[Placed], known: date | None) -> dict[str, Placed]:
    """Claims public by a day, by id; one that is placed twice was public when it first was."""
    heard: dict[str, Placed] = {}
    for placed in map(_dated, claims):
        if known is None or (placed.public and placed.public <= known):
            each = placed.claim.claim_id
            heard[each] = min(placed, heard.get(each, placed), key=_firmest)
    return dict(sorted(heard.items()))


def _dated(placed: Placed) -> Placed:
    """A claim is public by the day of its reference or, at the latest, when it entered the book."""
    if placed.public:
        return placed
    best = placed.claim.evidence[0]
    stated = first_day(best.date) if best.kind != "sentence" else None
    return replace(
        placed,
        public=stated or first_day(placed.recorded[:10]),
        public_basis="document" if stated else "recorded",
    )


def _firmest(placed: Placed) -> tuple[bool, date, str, str]:
    return placed.public_basis == "recorded", placed.public or date.max, placed.recorded, placed.lineage


def _by_claim(bound: Iterable[Bound], heard: Mapping[str, Placed]) -> dict[str, list[Decision]]:
    rulings: dict[str, list[Decision]] = defaultdict(list)
    for decision, target in bound:
        if target in heard:
            rulings[target].append(decision)
    return rulings


def _ruled(
    heard: Mapping[str, Placed], rulings: Mapping[str, Sequence[Decision]], question: Question
) -> tuple[dict[str, Ruled], list[Problem]]:
    """Each claim with what people made of it and whether it counts; what cannot be read is a Problem and does not."""
    ruled: dict[str, Ruled] = {}
    problems: list[Problem] = []
    for each, placed in heard.items():
        own = rulings.get(each, ())
        claim, sound = placed.claim, True
        try:
            claim = edited(claim, own)
            _sound(claim)
        except Trouble as trouble:
            problems.append(trouble.problem)
            sound = False
        known = Ruled(claim, state(claim, own), placed.public, placed.public_basis)
        ruled[each] = replace(known, counts=sound and _counts(known, question))
    return ruled, problems


def _sound(claim: Claim) -> None:
    """`Trouble` where the amount is no interval."""
    try:
        if claim.amount:
            claim.amount.loose()
    except (ValueError, ArithmeticError, LookupError) as error:
        remedy = f"counterflow decide {claim.claim_id} --low X --high X --because '...'"
        raise Trouble(claim.claim_id, f"its amount cannot be read: {error}", remedy) from error


def _counts(ruled: Ruled, question: Question) -> bool:
    """Accepted always, rejected never, proposed from `trust` on; and only what had happened by the day asked for."""
    if ruled.state == "rejected" or (ruled.state == "proposed" and ruled.claim.confidence < question.trust):
        return False
    when = happened(ruled)
    return question.happened is None or when is None or when <= question.happened


def _renamed(claim: Claim, register: Register) -> Claim:
    """The claim with its parties' names of today; what the document writes stays as it is."""
    return replace(claim, roles={role: tuple(map(register.name, names)) for role, names in claim.roles.items()})


def _known(paper: Document, heard: Mapping[str, Placed], known: date | None) -> bool:
    return known is None or any(placed.claim.doc_id == paper.doc_id for placed in heard.values())


def _waits(decision: Decision) -> Problem:
    quote = f" on \u201c{decision.anchor.quote}\u201d" if decision.anchor else ""
    return Problem(
        decision.target,
        f"the ruling {decision.action} by {decision.who}{quote} matches no claim, or several",
        f"rule again on the claim it means, or counterflow undo {decision.decision_id}",
    )
