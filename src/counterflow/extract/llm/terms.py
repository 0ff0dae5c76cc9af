"""Terms that a model adds to a claim: each stands on words of the window, its numbers read by our own grammar."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any, Final

from counterflow.extract import amounts
from counterflow.extract.llm.quotes import places
from counterflow.extract.llm.windows import Range, Window
from counterflow.extract.times import times
from counterflow.model.claim import FIGURES, Term
from counterflow.model.quantity import Quantity, plain

_CHOICES: Final = {
    "consideration": frozenset({"cash", "credits", "services", "stock"}),
    "seniority": frozenset({"senior", "subordinated"}),
    "exclusivity": frozenset({"exclusive", "non_exclusive"}),
    "trigger": frozenset({"milestone", "date", "price", "rating", "purchase"}),
}


def terms_of(
    said: Iterable[Mapping[str, Any]], claim_type: str, text: str, window: Window, quote: Range
) -> tuple[dict[str, tuple[Term, ...]], int]:
    """The terms whose words stand in the window and say something of their key; how many were dropped."""
    kept: dict[str, tuple[Term, ...]] = {}
    dropped = 0
    for each in said:
        place = _place(each["text"], text, window, quote)
        value = None if place is None or claim_type in FIGURES else _value(each, text[slice(*place)])
        if place is None or value is None:
            dropped += 1
        else:
            term = Term(value, text[slice(*place)], *place)
            others = kept.get(each["key"], ())
            kept[each["key"]] = others if term in others else (*others, term)
    return kept, dropped


def _place(words: str, text: str, window: Window, quote: Range) -> Range | None:
    """Where the words stand, the place nearest to the quote."""
    found = [place for run in window.runs for place in places(words.strip(), text, *run)] if words.strip() else []
    return min(found, key=lambda p: max(0, p[0] - quote[1], quote[0] - p[1]), default=None)


def _value(said: Mapping[str, Any], words: str) -> Any:
    """What the words say of the key; None where they do not."""
    key, value = said["key"], said.get("value")
    if key in _CHOICES:
        chosen = value if value in _CHOICES[key] else None
        return {"kind": chosen, "what": words} if chosen and key == "trigger" else chosen
    if key in _READ:
        return _READ[key](amounts.find(words).quantities, words)
    return words


def _take_or_pay(found: list[Quantity], _words: str) -> Any:
    share = next((q.low for q in found if q.unit == "percent" and q.low is not None), Decimal(100))
    return plain(share / 100)


def _rate(found: list[Quantity], _words: str) -> Any:
    rate = next((q for q in found if q.unit == "percent"), None)
    if rate is None:
        return None
    low, high = (None if end is None else plain(end / 100) for end in (rate.low, rate.high))
    return {"low": low, "high": high, "base": None}


def _strike(found: list[Quantity], _words: str) -> Any:
    price = next((q for q in found if q.unit == "money"), None)
    return price and {"low": plain(price.low), "high": plain(price.high), "currency": price.currency}


def _count(found: list[Quantity], _words: str) -> Any:
    number = next((q for q in found if q.unit in {"count", "shares"}), None)
    return None if number is None else plain(number.high if number.low is None else number.low)


def _maturity(_found: list[Quantity], words: str) -> Any:
    when = times(words, None)
    return (when.valid and when.valid.duration) or (when.event and when.event.value)


_READ: Final[dict[str, Callable[[list[Quantity], str], Any]]] = {
    "take_or_pay": _take_or_pay,
    "rate": _rate,
    "strike": _strike,
    "count": _count,
    "maturity": _maturity,
}
