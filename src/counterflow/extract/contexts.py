"""Contexts: what a weak pattern needs beside its own words, by the name that its row gives under `needs`."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Final

from counterflow.extract.cues import cue

if TYPE_CHECKING:
    from counterflow.extract.frames import Framed


def _speaks_of(name: str, frame: Framed) -> bool:
    return bool(cue(f"context.{name}").search(frame.sentence.masked))


def _spoke_of(name: str, frame: Framed) -> bool:
    return _speaks_of(name, frame) or bool(cue(f"context.{name}").search(frame.sentence.before))


def _equity_context(frame: Framed) -> bool:
    if _speaks_of("equity", frame) or cue("context.round").search(frame.sentence.before):
        return True
    return len(frame.sentence.parties()) <= 2 and not _speaks_of("result", frame)


def _service_context(frame: Framed) -> bool:
    if _speaks_of("takeover", frame):
        return False
    sellers = any(t.mention.kind in {"cloud", "chipmaker"} for t in frame.sentence.parties())
    return sellers or _speaks_of("service", frame) or bool(cue("context.contract_before").search(frame.sentence.before))


def _two_parties(frame: Framed) -> bool:
    return len({n for t in frame.sentence.parties() for n in t.mention.parties}) >= 2


def _elliptic_investment(frame: Framed) -> bool:
    return bool(cue("context.elliptic").search(frame.sentence.masked, 0, frame.span[0]))


def _power_context(frame: Framed) -> bool:
    return any(t.letter == "W" for t in frame.sentence.tags) or _service_context(frame)


def _seller_or_service(frame: Framed) -> bool:
    tags = frame.sentence.parties(*frame.groups["supplier"])
    return _service_context(frame) or any(t.mention.kind in {"cloud", "chipmaker"} for t in tags)


def _goods_bought(frame: Framed) -> bool:
    return _speaks_of("goods", frame) and not _speaks_of("rented", frame)


def _public_money(frame: Framed) -> bool:
    governed = any(t.mention.kind == "government" for t in frame.sentence.parties())
    return governed or _speaks_of("public", frame)


def _chip_context(frame: Framed) -> bool:
    """The product named is a chip: its maker builds no models, or the word chip stands beside it."""
    a, b = frame.groups["product"]
    return bool(cue("context.chip").match(frame.sentence.masked, b)) or bool(
        cue("context.chip").search(frame.sentence.masked, max(0, a - 60), a)
    )


def _no_seller(frame: Framed) -> bool:
    """The one promised money sells no capacity: money for a lab or a newcomer is no order."""
    kinds = {t.mention.kind for t in frame.sentence.parties(*frame.groups["investee"])}
    return not kinds & {"cloud", "chipmaker"} or not _speaks_of("service", frame)


def _per_share(frame: Framed) -> bool:
    return frame.amount is not None and frame.amount.quantity.per == "share"


NEEDS: Final[dict[str, Callable[[Framed], bool]]] = {
    "seller_or_service": _seller_or_service,
    "power_context": _power_context,
    "contract_context": partial(_speaks_of, "contract"),
    "round_context": partial(_spoke_of, "round"),
    "equity_context": _equity_context,
    "service_context": _service_context,
    "two_parties": _two_parties,
    "elliptic_investment": _elliptic_investment,
    "stake_context": partial(_spoke_of, "stake"),
    "price_context": partial(_spoke_of, "price"),
    "change_context": partial(_speaks_of, "change"),
    "goods_bought": _goods_bought,
    "lending_context": partial(_speaks_of, "lending"),
    "lending_before": partial(_spoke_of, "lending_words"),
    "no_seller": _no_seller,
    "no_service": lambda frame: not _speaks_of("rented", frame),
    "per_share": _per_share,
    "public_money": _public_money,
    "staff_context": partial(_speaks_of, "staff"),
    "fund_context": partial(_speaks_of, "fund"),
    "chip_context": _chip_context,
    "chip_talk": partial(_spoke_of, "chip"),
}
