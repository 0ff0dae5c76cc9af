"""Terms that ride on a claim, each value with its words: what must hold, what releases the money, what it costs.

Each reader is a small function `frame -> values with their place in the masked sentence`; READERS says which claim
types it speaks of. A term never changes a claim's type, roles or amount.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Final, NamedTuple

from counterflow.extract import status
from counterflow.extract.cues import cue, section
from counterflow.extract.frames import Framed
from counterflow.extract.times import duration, month_of
from counterflow.model.claim import FIGURES, Claim, Term
from counterflow.model.quantity import Quantity, plain
from counterflow.model.source import Document


class _Found(NamedTuple):
    """A value and where its words stand in the masked sentence; no value: the words themselves."""

    start: int
    end: int
    value: Any = None


Reader = Callable[[Framed], list[_Found]]


def terms_of(frame: Framed, document: Document, *, done: bool = False) -> dict[str, tuple[Term, ...]]:
    """The terms that the words around a frame state, keyed as in `model.claim.TERM_KEYS`.

    What is `done` waits for nothing: an "if" of its sentence is another's (a payment that may come in parts excepted).
    """
    if frame.type in FIGURES:
        return {}
    idle = {"condition", "trigger"} if done and frame.type in _AT_ONCE else frozenset()
    read = {
        key: reader(frame)
        for key, (types, reader) in READERS.items()
        if key not in idle and (not types or frame.type in types)
    }
    return {key: tuple(_term(frame, document, each) for each in found) for key, found in read.items() if found}


def _term(frame: Framed, document: Document, found: _Found) -> Term:
    sentence = frame.sentence
    a = sentence.offset(found.start)
    b = sentence.offset(found.end) if found.end < len(sentence.masked) else sentence.end
    text = document.text[a:b].strip()
    value = text if found.value is None else found.value
    if isinstance(value, dict) and value.get("what", "") is None:
        value = value | {"what": text}
    return Term(value, text, a, a + len(text))


# ---------------------------------------------------------------- where a term may stand
def _reach(frame: Framed) -> tuple[int, int]:
    """From the clause of the frame to the end of the sentence, or to the next amount that is summed up beside it."""
    masked = frame.sentence.masked
    start = frame.sentence.clause(frame.span[0])[0]
    others = [t.at for t in frame.sentence.quantities() if t.letter == "M" and t.at >= frame.span[1]]
    beside = next((at for at in others if cue("terms.beside").search(masked[frame.span[1] : at])), len(masked))
    return start, beside


def _search(frame: Framed, name: str) -> re.Match[str] | None:
    """The nearest words of a cue: behind the amount first, else before it in the clause."""
    start, end = _reach(frame)
    at = frame.amount.end if frame.amount else frame.trigger[0]
    return cue(f"terms.{name}").search(frame.sentence.masked, at, end) or cue(f"terms.{name}").search(
        frame.sentence.masked, start, end
    )


def _words(name: str) -> Reader:
    """The words of a cue are the value."""

    def reader(frame: Framed) -> list[_Found]:
        found = _search(frame, name)
        return [_Found(*found.span())] if found else []

    return reader


def _choice(group: str) -> Reader:
    """One of a closed list of words, each with its cue: `senior`, `subordinated`."""

    def reader(frame: Framed) -> list[_Found]:
        hits = [(m, name) for name in section(group) if (m := _search_in(frame, f"{group}.{name}"))]
        return [_Found(*m.span(), name) for m, name in hits[:1]]

    return reader


def _search_in(frame: Framed, name: str) -> re.Match[str] | None:
    return cue(name).search(frame.sentence.masked, *_reach(frame))


# ---------------------------------------------------------------- what must hold, what releases
def _condition(frame: Framed) -> list[_Found]:
    span = status.condition(frame)
    return [_Found(*span)] if span and not _another_takes_it(frame, span[0]) else []


def _another_takes_it(frame: Framed, at: int) -> bool:
    """As in "15 now and 35 once it is listed": the condition is of the amount summed up beside this one."""
    masked = frame.sentence.masked
    others = [t.at for t in frame.sentence.quantities() if t.letter == "M" and frame.span[1] <= t.at < at]
    return any(cue("terms.beside").search(masked[frame.span[1] : other]) for other in others)


def _trigger(frame: Framed) -> list[_Found]:
    """An earmark; else the event that releases, calls or ties the money, by what it waits for."""
    masked = frame.sentence.masked
    if frame.type in _FUNDING and (m := cue("terms.earmark").search(masked, frame.span[1])):
        return [_Found(*m.span(), {"kind": "purchase", "what": None})]
    span = status.condition(frame)
    if span is None and (event := _search(frame, "event")):
        span = event.span()
    if span is None or _another_takes_it(frame, span[0]):
        return []
    if masked.startswith("vest", span[0]) and frame.type != "equity_warrant":
        return []
    kind = next((name for name in section("trigger") if cue(f"trigger.{name}").search(masked, *span)), None)
    return [_Found(*span, {"kind": kind, "what": None})] if kind else []


def _package(frame: Framed) -> list[_Found]:
    found = cue("terms.package").search(frame.sentence.masked)
    return [_Found(*found.span(), "")] if found else []  # its id is given once all claims are known


# ---------------------------------------------------------------- what it is paid in, what it costs
def _consideration(frame: Framed) -> list[_Found]:
    found = [
        _Found(*m.span(group), group.rstrip("2"))
        for m in cue("terms.consideration").finditer(frame.sentence.masked, *_reach(frame))
        for group in ("cash", "credits", "services", "stock", "cash2", "stock2")
        if m[group]
    ]
    return list({each.value: each for each in reversed(found)}.values())[::-1]


def _take_or_pay(frame: Framed) -> list[_Found]:
    found = _search(frame, "take_or_pay")
    if not found:
        return []
    quantity = _quantity(frame, found, "share")
    share = quantity.low if quantity and quantity.low is not None else None
    return [_Found(*found.span(), 1 if share is None else plain(share / 100))]


def _rate(frame: Framed) -> list[_Found]:
    """Interest as a share a year, with the base it is counted from."""
    found = _search(frame, "rate")
    if not found:
        return []
    place = next((name for name in ("r1", "r2", "r3", "r4") if found[name]), None)
    quantity = _quantity(frame, found, place) if place else None
    points = found["points"]
    if quantity is None and points is None:
        return []
    low = quantity.low / 100 if quantity and quantity.low is not None else None
    high = quantity.high / 100 if quantity and quantity.high is not None else None
    value = {"low": low and plain(low), "high": high and plain(high), "base": _base(frame, found)}
    if quantity is None:
        value |= dict.fromkeys(("low", "high"), int(points) / 10_000)
    return [_Found(*found.span(), value)]


def _base(frame: Framed, found: re.Match[str]) -> str | None:
    return frame.sentence.words(*found.span("base")) if found["base"] else None


def _maturity(frame: Framed) -> list[_Found]:
    """The day it falls due, else how long it runs."""
    if due := _search(frame, "due"):
        month = month_of(due["month"]) if due["month"] else None
        return [_Found(*due.span(), f"{due['year']}-{month:02d}" if month else due["year"])]
    if runs := _search(frame, "runs"):
        return [_Found(*runs.span(), duration(runs["n"] or runs["n2"], runs["unit"] or runs["unit2"]))]
    return []


def _security(frame: Framed) -> list[_Found]:
    found = _search(frame, "security")
    if not found:
        return []
    name = "what" if found["what"] else "pledged"
    return [_Found(*found.span(name))]


# ---------------------------------------------------------------- numbers beside the amount
def _strike(frame: Framed) -> list[_Found]:
    tags = [t for t in frame.sentence.quantities() if t.letter == "M" and t is not frame.amount]
    for tag in tags:
        named = cue("terms.strike").search(frame.sentence.masked, max(0, tag.at - 60), tag.at)
        if tag.quantity.per == "share" or named:
            each = tag.quantity
            value = {"low": _number(each.low), "high": _number(each.high), "currency": each.currency}
            return [_Found(tag.at, tag.end, value)]
    return []


def _count(frame: Framed) -> list[_Found]:
    """A number of shares, chips or sites that is not the amount itself."""
    start, end = _reach(frame)
    for tag in frame.sentence.quantities():
        if tag is frame.amount or tag.letter not in "CS" or not start <= tag.at < end:
            continue
        if tag.letter == "S" or cue("terms.counted").match(frame.sentence.masked, tag.end):
            number = tag.quantity.high if tag.quantity.low is None else tag.quantity.low
            return [_Found(tag.at, tag.end, _number(number))]
    return []


def _number(value: Any) -> Any:
    return None if value is None else plain(value)


def _quantity(frame: Framed, found: re.Match[str], group: str) -> Quantity | None:
    """The percentage whose tag a cue caught."""
    if not found[group]:
        return None
    return next((t.quantity for t in frame.sentence.quantities() if t.at == found.start(group)), None)


_FUNDING: Final = frozenset("investment funding_round debt grant prepayment".split())
_BOUND: Final = frozenset("capacity_commitment supply_agreement lease".split())
_AT_ONCE: Final = frozenset("acquisition secondary_sale ipo fund_close grant litigation".split())
_LENT: Final = frozenset({"debt", "prepayment"})
_PAID: Final = _FUNDING | _BOUND | frozenset("acquisition secondary_sale licensing litigation revenue_share".split())
_DEALS: Final = _PAID | frozenset("stake equity_warrant guarantee ipo fund_close".split())

READERS: Final[dict[str, tuple[frozenset[str], Reader]]] = {
    "condition": (_DEALS, _condition),
    "trigger": (_DEALS, _trigger),
    "consideration": (_PAID, _consideration),
    "package": (frozenset(), _package),
    "take_or_pay": (_BOUND, _take_or_pay),
    "rate": (_LENT, _rate),
    "maturity": (_LENT | {"guarantee", "lease", "equity_warrant"}, _maturity),
    "seniority": (_LENT, _choice("seniority")),
    "security": (_LENT | {"guarantee"}, _security),
    "strike": (frozenset({"equity_warrant"}), _strike),
    "count": (_DEALS | {"chip_adoption"}, _count),
    "exclusivity": (_BOUND | {"partnership", "licensing", "chip_adoption"}, _choice("exclusivity")),
    "rank": (_DEALS | {"valuation"}, _words("rank")),
}


# ---------------------------------------------------------------- packages
def add_packages(claims: Sequence[Claim]) -> list[Claim]:
    """One id for all claims of one "in exchange for": the smallest claim id among them. A lone claim is no package."""
    together: dict[int, list[Claim]] = {}
    for claim in claims:
        for term in claim.terms.get("package", ()):
            together.setdefault(term.start or 0, []).append(claim)
    names = {start: min(c.claim_id for c in group) for start, group in together.items() if len(group) > 1}
    return [_packaged(claim, names) for claim in claims]


def _packaged(claim: Claim, names: dict[int, str]) -> Claim:
    if "package" not in claim.terms:
        return claim
    kept = tuple(t._replace(value=names[t.start or 0]) for t in claim.terms["package"] if (t.start or 0) in names)
    terms = {k: v for k, v in claim.terms.items() if k != "package"}
    return replace(claim, terms=terms | ({"package": kept} if kept else {}))
