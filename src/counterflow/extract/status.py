"""Status: how firm a clause is, read from the words that govern it; scope, basis and condition."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from counterflow.extract.cues import cue, section
from counterflow.extract.frames import Framed, denied_amount
from counterflow.model.claim import FIGURES

# What is agreed stands from its signing on: to pay, let, license or supply is to be bound.
CONTRACTS: Final = frozenset(
    "capacity_commitment supply_agreement lease guarantee revenue_share licensing partnership equity_warrant".split()
)
_FIRST: Final = frozenset("investment funding_round valuation stake capacity_commitment".split())
_AHEAD: Final = 200  # characters before a trigger in which what governs it stands
_NO_MONEY: Final = frozenset({"valuation", "chip_adoption", "partnership", "litigation"})


class Standing(NamedTuple):
    """How a clause stands: status, polarity, modality."""

    status: str
    polarity: str = "positive"
    modality: str = "asserted"


def standing(frame: Framed) -> Standing | None:
    """The status that the governing words give; None where there are none (the caller looks to the article)."""
    if frame.type in FIGURES:
        return Standing(_figure_status(frame), "negative" if denied_amount(frame) else "positive")
    if denied_amount(frame):
        return Standing("denied", "negative")
    before, clause, sentence = _views(frame)
    if frame.type not in _FIRST and (undone := _undone(frame)):
        return Standing(undone, "negative")
    hypothetical = bool(
        cue("status.condition_scope").search(sentence) or cue("status.option").search(before)
    ) and not cue("status.stipulated").search(sentence)
    status = _own_word(frame, _ladder(frame, before, clause, sentence))
    if cue("status.denial").search(clause):
        return Standing("denied", "negative")
    if status == "terminated":
        return Standing("terminated", "negative")
    if frame.type == "valuation":
        return _valuation(status, hypothetical, before)
    if hypothetical and status not in {"signed", "completed", "letter_of_intent"}:
        return Standing("hypothetical", modality="hypothetical")
    if frame.pattern.scope == "tranche" and cue("status.waits").match(sentence, frame.span[1]):
        return Standing("hypothetical", modality="hypothetical")
    if cue("status.negation").search(before[-40:]) and status is None:
        return Standing("denied", "negative")
    if status is None and cue("status.modal").search(before[-60:] if frame.type in _FIRST else sentence):
        return Standing(_heard(sentence), modality="possible")
    modality = "possible" if cue("status.modal").search(before) and status != "completed" else "asserted"
    return Standing(status, modality=modality) if status else None


def _views(frame: Framed) -> tuple[str, str, str]:
    """The words that govern a frame: its clause up to the trigger's end; the clause; the sentence."""
    masked = frame.sentence.masked
    start, end = frame.sentence.clause(max(0, frame.span[0]))
    governs = frame.trigger[1]
    if frame.type == "stake" and frame.amount:
        governs = max(governs, frame.amount.at)  # "its holding will come to 9%"
    return masked[start:governs], masked[start : max(end, frame.span[1])], masked


def _ladder(frame: Framed, before: str, clause: str, sentence: str) -> str | None:
    """The first rung whose words govern: letters and talks speak for their sentence, verbs for their clause."""
    if cue("status.terminated").search(sentence if len(frame.sentence.quantities()) == 1 else clause):
        return "terminated"
    if cue("status.letter_of_intent").search(sentence):
        return "letter_of_intent"
    trigger = sentence[frame.trigger[0] : frame.trigger[1]]
    for rung in ("in_talks", "considering"):
        if cue(f"status.{rung}").search(before) or (_nominal(trigger) and cue(f"status.{rung}").search(sentence)):
            return rung
    reported = bool(cue("status.rumoured").search(before))
    if _binds(frame, before, clause, sentence):
        return "signed"
    if cue("status.has_done").search(before):
        return "completed" if frame.type not in CONTRACTS else "signed"
    if cue("status.planned").search(before) and not cue("status.done").search(before):
        return "rumoured" if reported else "planned"
    return _weaker(frame, before, clause, reported)


def _binds(frame: Framed, before: str, clause: str, sentence: str) -> bool:
    """Words of signing that govern: an agreement's own terms bind what it says "would" be."""
    if cue("status.own_terms").search(sentence):
        return not cue("status.in_talks").search(before)
    if frame.type == "chip_adoption" and cue("status.chosen").search(before):
        return True
    if frame.type not in _FIRST and cue("status.by_terms").search(sentence):
        return True
    if cue("status.meant").search(before):
        return False
    if frame.type in CONTRACTS:
        return bool(cue("status.signed").search(clause)) and not cue("status.maybe").search(before)
    return bool(cue("status.bound").search(before))


def _weaker(frame: Framed, before: str, clause: str, reported: bool) -> str | None:
    if reported and not cue("status.firm").search(before):
        return "rumoured"
    if cue("status.headline").search(frame.sentence.masked, 0, frame.trigger[0]):
        return "planned"  # "Eastmarch to hand Dovecote millions"
    if frame.type == "capacity_commitment":
        return "signed" if cue("status.buys").search(clause) else None
    if frame.type not in _FIRST:
        return _plain(frame)
    if cue("status.modal").search(before[-60:]):
        return None
    if cue("status.completed").search(before):
        return "completed"
    if cue("status.present").search(before):
        return "completed"
    return "completed" if frame.type == "stake" else None


def _plain(frame: Framed) -> str | None:
    """Where no rung speaks: a bare verb has happened, unless an if, a may or a "to" stands before it."""
    masked = frame.sentence.masked
    ahead = masked[max(0, frame.trigger[0] - _AHEAD) : frame.trigger[0]]
    happened = frame.type not in CONTRACTS and cue("status.past").match(masked, *frame.trigger)
    if happened and not cue("status.helped").search(ahead):
        return "completed"
    if cue("status.modal_near").search(ahead) or cue("status.condition_scope").search(masked):
        return None
    if frame.type in CONTRACTS:
        return "signed"
    if frame.type == "chip_adoption" and cue("status.use_of").match(masked, frame.trigger[0]):
        return "completed" if ahead.rstrip().endswith("'s") else None
    if ahead.endswith(" to "):
        return None if cue("status.modal").search(masked) else "planned"
    return "completed"


def _own_word(frame: Framed, status: str | None) -> str | None:
    """What the trigger itself says: a chip on trial is tested, a bid is no purchase yet."""
    if frame.type == "chip_adoption" and status in {None, "considering", "completed", "in_talks"}:
        return "testing" if cue("status.testing").search(frame.sentence.masked, *frame.trigger) else status
    if frame.type == "acquisition" and status in {None, "completed"}:
        return "planned" if cue("status.offered").search(frame.sentence.masked, *frame.trigger) else status
    return status


def _undone(frame: Framed) -> str | None:
    """A "not" or "refused to" right before the trigger, or an end put to it."""
    ahead = frame.sentence.masked[max(0, frame.trigger[0] - _AHEAD) : frame.trigger[0]]
    if cue("status.negated").search(ahead):
        return "denied"
    return "terminated" if cue("status.ended").search(ahead) else None


def _heard(sentence: str) -> str:
    """What "potentially" or "could" is worth: the talks or the rumour that the sentence speaks of, else an if."""
    for rung in ("in_talks", "considering", "rumoured", "planned"):
        if cue(f"status.{rung}").search(sentence):
            return rung
    return "hypothetical"


def _nominal(trigger: str) -> bool:
    return bool(cue("status.nominal").fullmatch(trigger.strip()))


def _valuation(status: str | None, hypothetical: bool, before: str) -> Standing:
    """A price under "if", "could", "would" is hypothetical; else it has the status of its deal."""
    if status == "considering":
        return Standing("considering")
    if hypothetical or (cue("status.modal").search(before) and status != "letter_of_intent"):
        return Standing("hypothetical", modality="hypothetical")
    if status in {"in_talks", "planned", "rumoured", "letter_of_intent", "signed"}:
        return Standing(status)
    return Standing("completed")


def _figure_status(frame: Framed) -> str:
    """Reported = actual, expected = forecast, outsiders' = estimated."""
    masked = frame.sentence.masked
    start, end = frame.sentence.clause(frame.span[0])
    others = [
        t.end
        for t in frame.sentence.quantities()
        if t.end <= frame.span[0]
        and t is not frame.amount
        and not cue("status.one_more").fullmatch(masked, t.end, frame.trigger[0])
    ]
    ahead, behind = masked[max([start, *others]) : frame.span[1]], masked[frame.span[1] : min(end, frame.span[1] + 60)]
    near = ahead + cue("status.next_verb").split(behind)[0]  # what "and expects ..." says is of another figure
    if cue("status.figure_estimated").search(near) and not cue("status.figure_ahead").search(near):
        return "estimated"
    if cue("status.figure_forecast").search(near):
        return "forecast"
    return "actual"


def scope(frame: Framed) -> str | None:
    """What an amount counts: new money, a cumulative total, a contract's whole term, one year of it, a tranche."""
    masked = frame.sentence.masked
    start, end = frame.sentence.clause(frame.span[0])
    assert frame.amount is not None
    near = masked[max(start, frame.amount.at - 60) : min(max(end, frame.amount.end), frame.amount.end + 60)]
    tight = masked[max(start, frame.amount.at - 30) : frame.amount.at]
    said = frame.amount.quantity.text.lower()  # "up to an additional $5 billion"
    for name in section("scope"):
        words = cue(f"scope.{name}")
        if name == "incremental" and (words.search(tight + said) or re.match(r" more\b", masked[frame.amount.end :])):
            return name
        if name != "incremental" and words.search(near):
            return name if name != "tranche" or frame.type in {"investment", "funding_round"} else None
    if frame.amount.quantity.per in {"year", "quarter", "month"}:
        return "annual" if frame.amount.quantity.per == "year" else None
    if frame.type == "capacity_commitment":
        return "contract_total" if frame.amount.letter == "M" else None
    return "new_money" if frame.type in {"investment", "funding_round"} else None


def condition(frame: Framed) -> tuple[int, int] | None:
    """Where the words stand that say what must hold or the money does not come, in the masked sentence."""
    if frame.type in _NO_MONEY:
        return None
    start, end = frame.sentence.clause(frame.span[0])
    found = cue("terms.condition").search(frame.sentence.masked, start, end) or cue("terms.condition").search(
        frame.sentence.masked
    )
    return found.span() if found else None


def basis(frame: Framed) -> str | None:
    """Before or after the new money, listed, in an employee sale: the basis of a valuation, where the words say it."""
    masked = frame.sentence.masked
    start, end = frame.sentence.clause(frame.span[0])
    near = masked[max(0, start - 40) : min(len(masked), max(end, frame.span[1]) + 30)]
    found = [name for name in section("basis") if cue(f"basis.{name}").search(near)]
    if frame.amount and found[:2] == ["pre_money", "post_money"]:
        return min(found[:2], key=lambda name: _away(frame, name))
    return next(iter(found), None)


def _away(frame: Framed, name: str) -> int:
    """How far a basis stands from its amount: two prices in one sentence have each their own."""
    assert frame.amount is not None
    masked, at, end = frame.sentence.masked, frame.amount.at, frame.amount.end
    found = list(cue(f"basis.{name}").finditer(masked))
    ahead = [at - m.end() for m in found if m.end() <= at and "‹M" not in masked[m.end() : at]]
    behind = [m.start() - end for m in found if m.start() >= end]
    if behind and behind[0] <= len(", "):
        return 0  # "$9bn pre-money"
    return min(ahead, default=len(masked) + min(behind, default=len(masked)))
