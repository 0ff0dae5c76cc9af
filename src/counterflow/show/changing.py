"""What changed since a day: in words for a reader, as rows and as JSON for a program."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from counterflow.analyse.since import Since
from counterflow.model.book import EXITS, Book, Deal, Estimate, Figure
from counterflow.model.claim import plain
from counterflow.reconcile.changes import Change
from counterflow.show import words

if TYPE_CHECKING:
    import polars as pl


SHOWN: Final = 10  # changes of a section, where not all are asked for
_CLAIMS: Final = 3  # told under one change
_QUOTE: Final = 180  # characters of a sentence or note
_COUNTED: Final = {"in_parts": "counted by its parts", "in_total": "counted in a total"}
_SECTIONS: Final = (
    ("Deals that changed", Deal, False),
    ("Figures that changed", Figure, False),
    ("New deals", Deal, True),
    ("New figures", Figure, True),
)


def lines(found: Since, *, everything: bool = False) -> Iterator[str]:
    """The main answers before and after, then every section, most money at stake first."""
    yield f"Public since {found.then.question.known}: {_counted(found.changes)}."
    if found.changes:
        yield from _commitments(found)
    for title, kind, new in _SECTIONS:
        own = [c for c in found.changes if isinstance(c.thing, kind) and (c.kind == "new") is new]
        shown = own if everything else own[:SHOWN]
        yield from ["", title] if shown else []
        for change in shown:
            yield from _change(change, found)
        if len(own) > len(shown):
            yield f"  and {len(own) - len(shown)} more: --all"


def _counted(found: Sequence[Change]) -> str:
    deals = [c for c in found if isinstance(c.thing, Deal)]
    figures = [c for c in found if isinstance(c.thing, Figure)]
    told = [
        f"{_count(sum(c.kind == 'new' for c in own), f'new {noun}')}, {sum(c.kind != 'new' for c in own)} changed"
        for noun, own in (("deal", deals), ("figure", figures))
        if own
    ]
    return "; ".join(told) or "nothing changed"


def _commitments(found: Since) -> Iterator[str]:
    """Binding purchases in all, and of whoever then owes most."""
    then, now = found.owed_then_usd, found.owed_usd
    yield _moved("Binding purchase commitments", sum(then.values()), sum(now.values()))
    most = max(now, key=lambda name: (now[name], name), default=None)
    if most:
        yield _moved(f"  of {most}, who owes most", then.get(most, 0.0), now[most])


def _moved(what: str, then: float, now: float) -> str:
    sign = "+" if now >= then else ""
    return f"{what}: {words.money(then)} then, {words.money(now)} now ({sign}{words.money(now - then)})"


def _change(change: Change, found: Since) -> Iterator[str]:
    stake = f"{words.money(change.usd_at_stake)}: " if change.usd_at_stake else ""
    yield f"  {stake}{title(change.thing)}: {_said(change)}"
    yield f"    id {change.ident}" + (f", before {_before(change)}" if _before(change) != change.ident else "")
    own = _claims(change.before) | _claims(change.after)
    if change.claims and not own & {*change.claims}:
        yield "    nothing new on it; told of others between its parties:"
    yield from (f"    {_heard(claim, found)}" for claim in change.claims[:_CLAIMS])
    if len(change.claims) > _CLAIMS:
        yield f"    and {_count(len(change.claims) - _CLAIMS, 'claim')} more"


def title(thing: Deal | Figure) -> str:
    """What a deal or figure is, without its amount."""
    if isinstance(thing, Deal):
        return f"{thing.payer} -> {thing.payee or 'unnamed suppliers'}, {words.family(thing.family)}"
    what = thing.what.replace("_", " ") + (f" in {thing.counterparty}" if thing.counterparty else "")
    beside = ", ".join(filter(None, ((thing.basis or "").replace("_", "-"), thing.period)))
    return f"{thing.party}, {what}" + (f" ({beside})" if beside else "")


def _said(change: Change) -> str:
    if change.kind == "new":
        parted = f"; before a part of {', '.join(change.kin)}" if change.kin else ""
        return _stands(change.thing) + parted
    if change.kind == "gone":
        heirs = f"now in {', '.join(change.kin)}" if change.kin else "no claim of it counts now"
        return f"nothing of its own any more, was {_stands(change.thing)}; {heirs}"
    heirs = f"; a part of it is now in {', '.join(change.kin)}" if change.kin else ""
    return "; ".join(_flipped(change)) + heirs


def _stands(thing: Deal | Figure) -> str:
    if isinstance(thing, Figure):
        return f"{_amount(thing)}, {thing.status}"
    aside = "" if thing.money_class or thing.stage in EXITS else f" ({_class(thing)})"
    return f"{_amount(thing)}, {thing.stage}{aside}"


def _amount(thing: Deal | Figure) -> str:
    found = thing.amount if isinstance(thing, Deal) else thing.estimate
    return words.estimate(found) + (f" a {thing.per}" if found and thing.per else "")


def _flipped(change: Change) -> Iterator[str]:
    """What reads otherwise, the class of the money after the stage that brings it."""
    one, other = change.before, change.after
    flipped = {flip.what: flip for flip in change.flips}
    if isinstance(one, Deal) and isinstance(other, Deal) and {"stage", "class"} & flipped.keys():
        stage = f"{one.stage} is now {other.stage}" if "stage" in flipped else f"{other.stage} as before"
        money = "" if "class" not in flipped or other.stage in EXITS else f" ({_class(other)}, before {_class(one)})"
        yield stage + money
    if one and other and "amount" in flipped:
        yield f"{_amount(one)}{_other_basis(one, other)} is now {_amount(other)}"
    if "interval" in flipped:
        yield f"{_interval(flipped['interval'].before)} is now {_interval(flipped['interval'].after)}"


def _other_basis(one: Deal | Figure, other: Deal | Figure) -> str:
    """The basis of a price that another one replaces."""
    if isinstance(one, Deal) or isinstance(other, Deal) or one.basis == other.basis:
        return ""
    return f" ({(one.basis or 'basis not said').replace('_', '-')})"


def _interval(found: str | Estimate | None) -> str:
    return words.interval(found) if isinstance(found, Estimate) else "unknown"


def _class(thing: Deal | Figure | None) -> str:
    """What a deal's money counts as, and why it does not."""
    if not isinstance(thing, Deal):
        return "no deal"
    if thing.money_class:
        return thing.money_class.replace("_", " ")
    return next((why for flag, why in _COUNTED.items() if flag in thing.flags), "not counted")


def _claims(thing: Deal | Figure | None) -> set[str]:
    if isinstance(thing, Figure):
        return {*thing.estimate.claims_for, *thing.estimate.claims_against}
    return set(thing.claims) if thing else set()


def _before(change: Change) -> str:
    """The id under which the earlier book held it."""
    if isinstance(change.before, Deal):
        return change.before.deal_id
    return change.before.figure_id if change.before else change.ident


def _heard(claim_id: str, found: Since) -> str:
    """Who said it, when, in which words."""
    ruled = found.now.claims[claim_id]
    best = ruled.claim.evidence[0]
    quote = " ".join((best.text or best.note or "").split())
    short = quote if len(quote) <= _QUOTE else quote[:_QUOTE].rsplit(" ", 1)[0] + " ..."
    since = f"{ruled.state} since" if claim_id in found.then.claims else str(ruled.public or "undated")
    return f'{best.source or ruled.claim.doc_id}, {since}: "{short}" ({claim_id})'


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def table(found: Since) -> pl.DataFrame:
    """One row for each change, most money at stake first."""
    import polars as pl

    text = "kind thing id id_before what stage_before stage class_before class amount_before amount".split()
    schema: dict[str, Any] = dict.fromkeys(text, pl.String) | {
        "central_before": pl.Float64,
        "central": pl.Float64,
        "at_stake_usd": pl.Float64,
        "kin": pl.List(pl.String),
        "claims": pl.List(pl.String),
    }
    return pl.DataFrame([tuple(_row(c).values()) for c in found.changes], schema=schema, orient="row")


def _row(change: Change) -> dict[str, Any]:
    one, other = _state(change.before), _state(change.after)
    return {
        "kind": change.kind,
        "thing": "deal" if isinstance(change.thing, Deal) else "figure",
        "id": change.ident,
        "id_before": _before(change) if change.before else None,
        "what": title(change.thing),
        "stage_before": one[0],
        "stage": other[0],
        "class_before": one[1],
        "class": other[1],
        "amount_before": one[2],
        "amount": other[2],
        "central_before": one[3],
        "central": other[3],
        "at_stake_usd": _number(change.usd_at_stake),
        "kin": list(change.kin),
        "claims": list(change.claims),
    }


def _state(thing: Deal | Figure | None) -> tuple[str | None, str | None, str | None, float | None]:
    """Stage or status, class of money, the amount in words, its central value."""
    if thing is None:
        return None, None, None, None
    if isinstance(thing, Figure):
        return thing.status, None, words.estimate(thing.estimate), _number(thing.estimate.central)
    return thing.stage, thing.money_class, words.estimate(thing.amount), _number(thing.amount and thing.amount.central)


def _number(value: Any) -> float | None:
    found = plain(value) if value is not None else None
    return None if found is None else float(found)


def body(found: Since) -> dict[str, Any]:
    """The same for a program: the commitments before and after, and each change with the claims that made it."""
    then, now = found.owed_then_usd, found.owed_usd
    return {
        "since": _iso(found.then.question.known),
        "known": _iso(found.now.question.known),
        "commitments": {
            "before_usd": sum(then.values()),
            "usd": sum(now.values()),
            "payers": [
                {"payer": name, "before_usd": then.get(name, 0.0), "usd": now.get(name, 0.0)}
                for name in sorted(then.keys() | now.keys(), key=lambda n: (-now.get(n, 0.0), n))
            ],
        },
        "changes": [_row(c) | {"flips": _flips(c), "claims": _evidence(c.claims, found.now)} for c in found.changes],
        "support": found.support._asdict(),
    }


def _flips(change: Change) -> list[dict[str, Any]]:
    return [{"what": f.what, "before": _end(f.before), "after": _end(f.after)} for f in change.flips]


def _end(end: str | Estimate | None) -> Any:
    """A stage or class as it is; an amount as its interval, in full units."""
    if not isinstance(end, Estimate):
        return end
    return {
        "low": plain(end.interval.low),
        "high": plain(end.interval.high),
        "central": plain(end.central),
        "currency": end.currency,
        "unit": end.unit,
        "words": words.estimate(end),
    }


def _evidence(claims: Iterable[str], book: Book) -> list[dict[str, Any]]:
    """The claims, each with its source, its public day and its sentence or note."""
    told = [(claim_id, book.claims[claim_id], book.claims[claim_id].claim.evidence[0]) for claim_id in claims]
    return [
        {
            "claim_id": claim_id,
            "source": best.source or ruled.claim.doc_id,
            "public": _iso(ruled.public),
            "state": ruled.state,
            "text": best.text or best.note,
            "address": best.address,
        }
        for claim_id, ruled, best in told
    ]


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
