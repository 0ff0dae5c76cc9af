"""What a reviewer is asked for: the fields of an edit, and those of a claim that the reader missed."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from counterflow.cli import options as opt
from counterflow.cli.keys import ESCAPE, Keyboard
from counterflow.extract import person
from counterflow.model.claim import BASES, METRICS, ROLES, SCOPES, Claim, statuses_of
from counterflow.model.problem import Trouble, plain
from counterflow.model.source import Document
from counterflow.reconcile.deals import SIDES

_LABELS: Final = "123456789abcdefghijklmnopqrstuvwxyz"
_LONG: Final = 30  # letters of a choice that has a line of its own
_NONE: Final = "none"
_OPEN: Final = frozenset({"-", _NONE})
_SPAN: Final = re.compile(r"(\d+)-(\d+)$")
_FIELDS: Final = {
    "a": "amount in words",
    "l": "low",
    "h": "high",
    "s": "status",
    "c": "scope",
    "r": "roles",
    "b": "basis",
    "m": "metric",
}
Where = str | dict[str, str | None]


class Dropped(Exception):
    """The form was left: nothing is recorded."""


def edit(keys: Keyboard, said: Claim, preview: Callable[[Mapping[str, Any]], str]) -> dict[str, Any]:
    """The fields that change, asked for one by one until Enter; `Dropped` where none does."""
    changes: dict[str, Any] = {}
    while True:
        opt.say("edit: " + "  ".join(f"{key} {name}" for key, name in _FIELDS.items()) + "  Enter record  Esc leave")
        key = keys.key()
        if key == "" and changes:
            return changes
        if key in {"", ESCAPE, "q"}:
            raise Dropped
        try:
            new = _field(keys, said, key)
            told = preview(changes | new)
        except Trouble as trouble:
            opt.say(str(trouble.problem))
        else:
            changes |= new
            opt.say(plain(told))


def missed(keys: Keyboard, said: Claim, document: Document | None, who: str) -> tuple[dict[str, Any], Where]:
    """The draft of a claim, and where it stands: a span of the document, or a named source outside the book."""
    where, quote = _where(keys, said, document)
    opt.say(f'"{plain(" ".join(quote.split()))}"')
    kind = choose(keys, "type", tuple(ROLES), said.type)
    roles = _roles(keys, kind, said.roles if kind == said.type else {})
    amount = _amount(keys, quote)
    statuses = statuses_of(kind)
    status = choose(keys, "status", statuses, said.status if said.status in statuses else statuses[0])
    draft = {"type": kind, "roles": roles, "amount": amount, "status": status, "who": who}
    if kind == "financial_metric":
        draft["metric"] = choose(keys, "metric", METRICS, said.metric)
    if kind == "valuation":
        draft["basis"] = choose(keys, "basis", BASES, said.valuation_basis or "unspecified")
    if kind in SIDES:
        draft["scope"] = _or_none(choose(keys, "scope", (*SCOPES, _NONE), _NONE))
    return draft, where


def choose(keys: Keyboard, what: str, options: Sequence[str], default: str | None = None) -> str:
    """One of a list by its label or its name; Enter is the default, Esc leaves."""
    apart = "\n " if any(len(option) > _LONG for option in options) else " "
    shown = "".join(f"{apart}{label} {plain(option)} " for label, option in zip(_LABELS, options, strict=False))
    while True:
        opt.say(f"{what}:{shown}" + (f"  [{plain(default)}]" if default else ""))
        key = keys.key()
        if key == ESCAPE:
            raise Dropped
        if key == "" and default:
            return default
        if key in options:
            return key
        if len(key) == 1 and key in _LABELS[: len(options)]:
            return options[_LABELS.index(key)]


def _field(keys: Keyboard, said: Claim, key: str) -> dict[str, Any]:
    """What one field becomes."""
    match key:
        case "a":
            return _in_words(keys.line("amount", said.amount.text if said.amount else ""))
        case "l" | "h":
            return {"low" if key == "l" else "high": _end(keys.line(f"{_FIELDS[key]}, in full units or words"))}
        case "s":
            return {"status": choose(keys, "status", statuses_of(said.type), said.status)}
        case "c":
            return {"amount_scope": _or_none(choose(keys, "scope", (*SCOPES, _NONE), said.amount_scope))}
        case "r":
            return _roles(keys, said.type, said.roles)
        case "b":
            return {"valuation_basis": _or_none(choose(keys, "basis", (*BASES, _NONE), said.valuation_basis))}
        case "m":
            return {"metric": choose(keys, "metric", METRICS, said.metric)}
    raise Trouble("edit", f"{key!r} is no field", f"one of: {', '.join(_FIELDS)}")


def _in_words(text: str) -> dict[str, Any]:
    read = person.amount(text).to_json()
    return {part: read[part] for part in ("low", "high", "currency", "unit", "per", "qualifier")}


def _end(text: str) -> str | None:
    if text in _OPEN:
        return None
    try:
        return str(Decimal(text.replace(",", "").replace("_", "")))
    except InvalidOperation:
        read = person.amount(text)
        end = read.low if read.low is not None else read.high
        return None if end is None else f"{end.normalize():f}"


def _roles(keys: Keyboard, kind: str, known: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """The names in each role, several apart by ";"; Enter keeps what is known, "-" leaves a role empty."""
    core, optional = ROLES[kind]
    found: dict[str, list[str]] = {}
    for role in (*core, *optional):
        typed = keys.line(f"{role}{'' if role in core else ' (if any)'}", "; ".join(known.get(role, ())))
        found[role] = [] if typed in _OPEN else [name.strip() for name in typed.split(";") if name.strip()]
    return {role: names for role, names in found.items() if names or known.get(role)}


def _amount(keys: Keyboard, quote: str) -> str | None:
    """One of the amounts of the quote by its number, other words, or none."""
    found = person.amounts_in(quote)
    if found:
        opt.say("amounts here: " + "  ".join(f"{place} {plain(each)}" for place, each in enumerate(found, 1)))
    typed = keys.line('amount (a number of the list, words, "-" for none)', "1" if found else "-")
    if typed.isdecimal() and 1 <= int(typed) <= len(found):
        return found[int(typed) - 1]
    return None if typed in _OPEN else typed


def _where(keys: Keyboard, said: Claim, document: Document | None) -> tuple[Where, str]:
    if document is None or document.left_out:
        return _outside(keys)
    shown = said.evidence[0]
    asked = 'quote: some of its words, START-END, or "=" for a source outside the book'
    typed = keys.line(asked, "the words shown" if shown.start is not None else "=")
    if typed == "=":
        return _outside(keys)
    span = _SPAN.match(typed)
    if typed == "the words shown":
        start, end = shown.start or 0, shown.end or 0
    elif span:
        start, end = int(span[1]), int(span[2])
    else:
        start, end = _found(keys, document.text, typed)
    return f"text:{document.text_sha256}:{start}-{end}", document.text[start:end]


def _found(keys: Keyboard, text: str, typed: str) -> tuple[int, int]:
    """The one sentence of the text that holds these words, or the one of several that a person chooses."""
    spans = person.spans_of(text, typed)
    if not spans:
        raise Trouble("quote", f"{typed!r} does not stand in this document", "fewer words, or START-END")
    if len(spans) == 1:
        return spans[0]
    few = {" ".join(text[a:b].split()): (a, b) for a, b in spans[:9]}
    return few[choose(keys, "sentence", tuple(few))]


def _outside(keys: Keyboard) -> tuple[Where, str]:
    source = keys.line("source, by its name")
    note = keys.line("what it says, in your own words")
    if not (source and note):
        raise Dropped
    return {
        "source": source,
        "address": keys.line("address") or None,
        "date": keys.line("date") or None,
        "note": note,
    }, note


def _or_none(value: str) -> str | None:
    return None if value == _NONE else value
