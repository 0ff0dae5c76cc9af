"""Figures in words: money shortened for labels, intervals, shares. Data and exports keep whole units."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from counterflow.model.book import Deal, Estimate
from counterflow.model.claim import ROLES, Claim, Quantity

_STEPS: Final = ((1e12, "tn"), (1e9, "bn"), (1e6, "m"), (1e3, "k"))
_SIGNS: Final = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "INR": "₹", "KRW": "₩", None: ""}
_FAMILIES: Final = {
    "equity primary": "equity",
    "debt": "loan",
    "compute purchase": "purchase",
    "M&A": "acquisition",
}
_HEDGES: Final = {
    "approximately": "about ",
    "at_least": "at least ",
    "more_than": "more than ",
    "up_to": "up to ",
    "less_than": "less than ",
}


def money(value: float | Decimal | None, currency: str | None = "USD") -> str:
    """`$38bn`, `TWD 24tn`, `$1.4tn`; three significant digits at least, "-" where there is none."""
    if value is None:
        return "-"
    number = float(value)
    sign = _SIGNS.get(currency, f"{currency} ")
    if number < 0:
        return "-" + money(-number, currency)
    for step, word in _STEPS:
        if number >= step * 0.9995:
            return f"{sign}{_digits(number / step)}{word}"
    return f"{sign}{_digits(number)}"


def _digits(value: float) -> str:
    """Three decimals below ten, one below a thousand; a second one where it ends there, as in a stated 14.75."""
    exact = abs(round(value, 2) - value) < 1e-9 * abs(value)
    text = f"{value:.3f}" if value < 10 else f"{value:.{2 if exact else 1}f}" if value < 1000 else f"{value:,.0f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def share(value: float | None) -> str:
    """A share 0..1 as a percentage: "7.4%"; "-" where there is none."""
    return "-" if value is None else f"{value * 100:.{0 if value >= 0.9995 or value == 0 else 1}f}%"


def quantity(amount: Quantity | None) -> str:
    """An amount as its source hedged it: "more than $13bn", "27%", "10 GW"."""
    if amount is None:
        return "undisclosed"
    if amount.qualifier in {"range", "order_of_magnitude"}:
        return (
            f"{_one(amount.low, amount)} to {_one(amount.high, amount)}"
            if amount.high is not None
            else f"{_one(amount.low, amount)} or more"
        )
    value = amount.low if amount.low is not None else amount.high
    rate = f" a {amount.per}" if amount.per else ""
    return f"{_HEDGES.get(amount.qualifier, '')}{_one(value, amount)}{rate}"


def _one(value: Decimal | None, amount: Quantity) -> str:
    if amount.unit == "money":
        return money(value, amount.currency)
    return "-" if value is None else measure(value, amount.unit)


def measure(value: float | Decimal, unit: str) -> str:
    """A number with a unit other than money: "27%", "167x", "10 GW"."""
    text = _digits(float(value))
    return text + {"percent": "%", "multiple": "x"}.get(unit, f" {unit}")


def estimate(found: Estimate | None) -> str:
    """What is believed: the central value, with the hedge that stays on it."""
    if found is None:
        return "undisclosed"
    if found.qualifier in {"range", "order_of_magnitude"}:
        return interval(found)
    value = next((v for v in (found.central, found.stated, found.interval.high) if v is not None), None)
    if value is None:
        return interval(found)
    text = money(value, found.currency) if found.unit == "money" else measure(value, found.unit)
    return _HEDGES.get(found.qualifier, "") + text


def interval(found: Estimate | None) -> str:
    """The loose interval: "47.5bn to 52.5bn", an open end in words."""
    if found is None:
        return "-"
    ends = [
        None if end is None else (money(end, found.currency) if found.unit == "money" else measure(end, found.unit))
        for end in (found.interval.low, found.interval.high)
    ]
    if ends[0] is None:
        return f"up to {ends[1]}" if ends[1] else "unknown"
    return f"{ends[0]} to {ends[1]}" if ends[1] else f"{ends[0]} or more"


def claim(said: Claim) -> str:
    """A claim in one line: "Amazon -> OpenAI: investment of $50bn, completed"."""
    if said.type == "financial_metric":
        what = (said.metric or "figure").replace("_", " ")
        return f"{said.role('company')}: {what} {quantity(said.amount)}, {said.status}"
    core, optional = ROLES[said.type]
    who = " -> ".join(" and ".join(said.roles[role]) for role in (*core, *optional) if role in said.roles)
    kind = said.type.replace("_", " ") + (
        f" ({said.valuation_basis.replace('_', '-')})" if said.valuation_basis else ""
    )
    return f"{who}: {kind} of {quantity(said.amount)}, {said.status.replace('_', ' ')}"


def deal(found: Deal) -> str:
    """A deal in one line."""
    return f"{found.payer} -> {found.payee or 'unnamed suppliers'}: {estimate(found.amount)}, {found.stage}"


def family(name: str) -> str:
    """What kind of deal it is: "equity", "loan", "lease"."""
    return _FAMILIES.get(name, name)


def labels(found: Sequence[str]) -> list[str]:
    """The labels of a band: what is earmarked, what counts as money, and whose payments are not known in full."""
    said = ["tied to purchases" if label == "earmarked" else label for label in found if ":" not in label]
    said += [f"counts as money: {label.partition(':')[2]}" for label in found if label.startswith("counts:")]
    partly = [label.partition(":")[2] for label in found if label.startswith("incomplete:")]
    said += [f"payments not known in full: {_first_few(partly)}"] if partly else []
    return [label.replace("_", " ") for label in said]


def _first_few(names: list[str]) -> str:
    """All of a few names; of many the first, and how many more."""
    few = 4
    return ", ".join(names) if len(names) <= few + 1 else f"{', '.join(names[:few])} and {len(names) - few} more"
