"""What a model may answer: claims with quotes in a closed shape; what breaks it; the first JSON in its words."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, Final, NamedTuple

from counterflow.model.claim import (
    BASES,
    DEAL_STATUSES,
    FIGURE_STATUSES,
    METRICS,
    ROLES,
    SCOPES,
    TERM_KEYS,
    statuses_of,
)

MOST: Final = 200  # claims of one answer
UNITS: Final = tuple("money percent GW MW kW GWh MWh multiple count shares".split())
PERS: Final = tuple("year quarter month share unit hour MWh".split())
MODALITIES: Final = ("asserted", "possible", "hypothetical")
TERMS: Final = tuple(key for key in TERM_KEYS if key != "package")  # a package is told by our own reading
_STARTS: Final = 40  # places where JSON may begin that are tried
_JSON_TYPES: Final[dict[str, tuple[type, ...]]] = {
    "string": (str,),
    "number": (int, Decimal),
    "array": (list,),
    "object": (dict,),
    "null": (type(None),),
}


def _maybe(words: Any) -> dict[str, Any]:
    return {"type": ["string", "null"], "enum": [*words, None]}


def _of(properties: dict[str, Any], *optional: str) -> dict[str, Any]:
    required = [name for name in properties if name not in optional]
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


_ROLE: Final = _of({
    "role": {"type": "string", "enum": sorted({r for core, more in ROLES.values() for r in (*core, *more)})},
    "name": {"type": "string"},
})  # fmt: skip
_AMOUNT: Final = _of(
    {
        "low": {"type": ["number", "null"]},
        "high": {"type": ["number", "null"]},
        "currency": {"type": ["string", "null"]},
        "unit": {"type": "string", "enum": [*UNITS]},
        "per": _maybe(PERS),
    },
    "low",
    "high",
    "currency",
    "per",
)
_TERM: Final = _of(
    {"key": {"type": "string", "enum": [*TERMS]}, "value": {"type": ["string", "null"]}, "text": {"type": "string"}},
    "value",
)
_CLAIM: Final = _of(
    {
        "quote": {"type": "string"},
        "type": {"type": "string", "enum": [*ROLES]},
        "roles": {"type": "array", "items": _ROLE},
        "amount": {"anyOf": [_AMOUNT, {"type": "null"}]},
        "amount_scope": _maybe(SCOPES),
        "valuation_basis": _maybe(BASES),
        "metric": _maybe(METRICS),
        "product": {"type": ["string", "null"]},
        "status": {"type": "string", "enum": [*DEAL_STATUSES, "testing", *FIGURE_STATUSES]},
        "polarity": {"type": "string", "enum": ["positive", "negative"]},
        "modality": {"type": "string", "enum": [*MODALITIES]},
        "said_by": {"type": "array", "items": {"type": "string"}},
        "terms": {"type": "array", "items": _TERM},
    },
    *"amount amount_scope valuation_basis metric product polarity modality said_by terms".split(),
)
_LOOSE: Final = _of({"claims": {"type": "array", "items": _CLAIM}})


def _strict(schema: Any) -> Any:
    """With every key required, as endpoints that hold a model to a schema want it."""
    if isinstance(schema, list):
        return [_strict(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    made = {key: _strict(value) for key, value in schema.items()}
    return made | {"required": list(made["properties"])} if "properties" in made else made


SCHEMA: Final[dict[str, Any]] = _strict(_LOOSE)
"""The JSON schema that is sent: every key must stand, null where the text says nothing."""


class Answer(NamedTuple):
    """What a model said: the claims in the right shape, and what is wrong with the others or with the whole."""

    claims: list[dict[str, Any]]
    errors: list[str]
    broken: int = 0  # claims in a wrong shape


def answer(words: str) -> Answer:
    """The claims in a model's words; missing optional keys read as null."""
    said = _json(words)
    if said is None:
        return Answer([], ["the answer holds no complete JSON object"])
    if isinstance(said, list):
        said = {"claims": said}
    found = said.get("claims")
    if not isinstance(found, list):
        return Answer([], ['the answer is no object with a list "claims"'])
    if len(found) > MOST:
        return Answer([], [f"the answer holds {len(found)} claims; at most {MOST} are read"], len(found))
    wrong = [list(_flaws(claim, f"claims[{i}]")) for i, claim in enumerate(found)]
    good = [claim for claim, flaws in zip(found, wrong, strict=True) if not flaws]
    return Answer(good, [flaw for flaws in wrong for flaw in flaws], len(found) - len(good))


def _json(words: str) -> dict[str, Any] | list[Any] | None:
    """The first JSON object or list of claims, whatever stands around it: a fence, thoughts, courtesies."""
    decoder = json.JSONDecoder(parse_float=Decimal, parse_constant=_no_number)
    at = -1
    for _ in range(_STARTS):
        at = min((i for i in (words.find("{", at + 1), words.find("[", at + 1)) if i >= 0), default=-1)
        if at < 0:
            return None
        try:
            said, _end = decoder.raw_decode(words, at)
        except (ValueError, RecursionError):
            continue
        if (isinstance(said, dict) and "claims" in said) or (isinstance(said, list) and _is_list_of_claims(said)):
            return said
    return None


def _is_list_of_claims(said: list[Any]) -> bool:
    return bool(said) and all(isinstance(each, dict) and "quote" in each for each in said)


def _no_number(name: str) -> Any:
    raise ValueError(name)


def _flaws(claim: Any, where: str) -> Iterator[str]:
    """What is wrong with one claim: its shape; else roles and status that its type does not have."""
    shape = list(_misfits(claim, _CLAIM, where))
    yield from shape
    if shape:
        return
    core, more = ROLES[claim["type"]]
    for role in claim["roles"]:
        if role["role"] not in (*core, *more):
            yield f"{where}.roles: a {claim['type']} has no {role['role']}; its roles: {', '.join((*core, *more))}"
    if not any(role["role"] in core for role in claim["roles"]):
        yield f"{where}.roles: a {claim['type']} names at least one of {', '.join(core)}"
    if claim["status"] not in statuses_of(claim["type"]):
        yield f"{where}.status: a {claim['type']} is one of {', '.join(statuses_of(claim['type']))}"


def _misfits(value: Any, schema: Mapping[str, Any], where: str) -> Iterator[str]:
    """Where a value does not fit the part of JSON Schema that is used here; keys that are not known are passed over."""
    if "anyOf" in schema:
        tries = [list(_misfits(value, each, where)) for each in schema["anyOf"]]
        yield from min(tries, key=len) if all(tries) else ()
        return
    wanted = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    if isinstance(value, bool) or not any(isinstance(value, _JSON_TYPES[name]) for name in wanted):
        yield f"{where} is no {' or '.join(wanted)}"
    elif "enum" in schema and value not in schema["enum"]:
        yield f"{where} is {str(value)[:40]!r}, which is none of {', '.join(str(word) for word in schema['enum'])}"
    elif isinstance(value, list):
        for i, each in enumerate(value):
            yield from _misfits(each, schema["items"], f"{where}[{i}]")
    elif isinstance(value, dict):
        yield from (f"{where}.{name} is missing" for name in schema["required"] if name not in value)
        for name in value.keys() & schema["properties"].keys():
            yield from _misfits(value[name], schema["properties"][name], f"{where}.{name}")
