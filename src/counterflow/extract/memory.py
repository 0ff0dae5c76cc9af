"""What carries over from sentence to sentence: who speaks, how firm a deal stood last, which deal is spoken of."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Final

from counterflow.extract import status
from counterflow.extract.frames import Framed
from counterflow.extract.scene import Scene
from counterflow.extract.sentences import Sentence
from counterflow.extract.subjects import Filler
from counterflow.model.claim import FIGURES, Attribution, Claim
from counterflow.model.source import Document

ISSUES: Final = frozenset({"funding_round", "secondary_sale", "ipo"})  # what makes a company the issuer spoken of
_BACK: Final = 3  # paragraphs behind which "the deal" is no longer that one
_SURE: Final = 0.75  # how sure a party is that the deal spoken of lends


@dataclass(slots=True)
class Memory:
    """What carries over from sentence to sentence."""

    scene: Scene
    document: Document
    text_sha256: str
    teller: Attribution = Attribution()
    told_in: int = -1  # the paragraph in which the teller spoke
    previous: tuple[Sentence, status.Standing] | None = None
    standing: dict[tuple[str, tuple[str, ...]], status.Standing] = field(default_factory=dict)
    deal: tuple[Claim, int] | None = None  # told last, with its paragraph


def of_deal(frame: Framed, memory: Memory) -> tuple[Framed, dict[str, Filler]]:
    """As in "the price was $900m", "the letter foresees $8bn": an amount of the deal spoken of last, and its parties.

    A frame that names two sides ("talks between X and Y have collapsed") means the deal between them.
    """
    if memory.deal is None or frame.sentence.paragraph - memory.deal[1] > _BACK:
        return frame, {}
    deal = memory.deal[0]
    named = {n for t in frame.sentence.parties() for n in t.mention.parties}
    if not named <= set(deal.parties) or (frame.pattern.deal and deal.type not in frame.pattern.deal):
        return frame, {}
    roles = {r: Filler(tuple(names), tuple(deal.roles_as_written[r]), _SURE) for r, names in deal.roles.items()}
    return replace(frame, type=deal.type), roles


def with_last_deal(frame: Framed, roles: dict[str, Filler], memory: Memory) -> dict[str, Filler]:
    """The roles, and those that a frame leaves to the deal of its own type told last ("a second facility")."""
    open_roles = [r for r, ways in frame.pattern.roles.items() if "of_last_deal" in ways and r not in roles]
    if not open_roles or memory.deal is None or memory.deal[0].type != frame.type:
        return roles
    deal = memory.deal[0]
    lent = {r: Filler(deal.roles[r], deal.roles_as_written[r], _SURE) for r in open_roles if r in deal.roles}
    return roles | lent


def remember(claim: Claim, roles: dict[str, Filler], frame: Framed, state: Memory) -> None:
    """What later sentences may leave out: whose round, which contract, which investment, which deal."""
    scene, paragraph = state.scene, frame.sentence.paragraph
    if claim.type in ISSUES and "issuer" in roles and (claim.amount or claim.type == "funding_round"):
        scene.issuer = (roles["issuer"].names[0], roles["issuer"].written[0], paragraph)
    if claim.type == "financial_metric":
        scene.reporter = (roles["company"].names[0], roles["company"].written[0], paragraph)
    if claim.type in {"funding_round", "valuation"} and scene.first_issuer is None and frame.sentence.segment == "body":
        scene.first_issuer = next((f.names[0], f.written[0]) for r, f in roles.items() if r in {"issuer", "company"})
    if claim.type in {"capacity_commitment", "supply_agreement"} and {"customer", "supplier"} <= set(roles):
        scene.contract = ({r: f for r, f in roles.items() if r in {"customer", "supplier"}}, paragraph)
        scene.pairs[(roles["customer"].names[0], roles["supplier"].names[0])] += 1
    if claim.type == "investment" and {"investor", "investee"} <= set(roles):
        scene.last = ({r: f for r, f in roles.items() if r in {"investor", "investee"}}, paragraph)
        for name in roles["investor"].names:
            scene.targets[name] = (roles["investee"].names[0], roles["investee"].written[0])
    scene.payers |= {n for r in ("investor", "lead", "holder") if r in roles for n in roles[r].names}
    if claim.type in {"stake", "valuation"} and "company" in roles:
        scene.company = (roles["company"].names[0], roles["company"].written[0], paragraph)
    if claim.type != "financial_metric":
        state.standing[(claim.type, tuple(sorted(claim.parties)))] = status.Standing(
            claim.status, claim.polarity, claim.modality
        )
    if claim.type not in FIGURES and claim.type not in {"valuation", "stake", "partnership"}:
        state.deal = claim, paragraph
