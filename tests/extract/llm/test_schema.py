from __future__ import annotations

import json
from typing import Any

import pytest

from counterflow.extract.llm import schema
from counterflow.model.claim import METRICS, ROLES
from extract.llm.stub import claim

GOOD = claim(
    "Fennimore holds 12% of Dovecote.",
    "stake",
    {"holder": "Fennimore", "company": "Dovecote"},
    (12, 12),
    unit="percent",
)
BODY = json.dumps({"claims": [GOOD]})


def test_the_schema_is_closed_and_strict():
    """Endpoints that hold a model to a schema want every key required and no other key."""

    def objects(node: Any) -> list[dict[str, Any]]:
        if isinstance(node, list):
            return [found for each in node for found in objects(each)]
        if not isinstance(node, dict):
            return []
        return [*([node] if node.get("type") == "object" else []), *objects(list(node.values()))]

    found = objects(schema.SCHEMA)
    assert len(found) == 5  # the answer, a claim, a role, an amount, a term
    for each in found:
        assert each["required"] == list(each["properties"])
        assert each["additionalProperties"] is False
    told = schema.SCHEMA["properties"]["claims"]["items"]["properties"]
    assert told["type"]["enum"] == [*ROLES]
    assert told["metric"]["enum"] == [*METRICS, None]


@pytest.mark.parametrize(
    "words",
    [
        BODY,
        f"```json\n{BODY}\n```",
        f"<think>Is {{x}} a [claim]?</think>\nHere you are:\n\n{BODY}\n\nAnything else?",
        json.dumps([GOOD]),
        json.dumps({"claims": [GOOD], "note": "more keys"}),
    ],
)
def test_the_answer_is_found_whatever_stands_around_it(words: str):
    assert schema.answer(words) == schema.Answer([GOOD], [])


def test_what_may_be_null_may_be_missing():
    bare = {key: GOOD[key] for key in ("quote", "type", "roles", "status")}
    assert schema.answer(json.dumps({"claims": [bare]})) == schema.Answer([bare], [])


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("", "no complete JSON"),
        ("I cannot help with that.", "no complete JSON"),
        (BODY[:-9], "no complete JSON"),
        ('{"claims": 42}', "list"),
        ('{"claim": []}', "no complete JSON"),
        ("[" * 5_000, "no complete JSON"),
        ('{"claims": [' + "9" * 6_000 + "]}", "no complete JSON"),
        (json.dumps({"claims": [GOOD] * 201}), "at most 200"),
    ],
)
def test_what_is_no_answer_says_why(words: str, told: str):
    got = schema.answer(words)
    assert not got.claims
    assert told in got.errors[0]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"type": "gift"}, "claims[0].type is 'gift', which is none of investment"),
        ({"quote": 7}, "claims[0].quote is no string"),
        ({"quote": True}, "claims[0].quote is no string"),
        ({"status": "actual"}, "claims[0].status: a stake is one of rumoured"),
        ({"roles": []}, "claims[0].roles: a stake names at least one of holder, company"),
        ({"roles": [{"role": "lender", "name": "F"}]}, "claims[0].roles: a stake has no lender"),
        ({"roles": [{"role": "holder"}]}, "claims[0].roles[0].name is missing"),
        ({"amount": {"low": "12", "high": 12, "unit": "percent"}}, "claims[0].amount.low is no number or null"),
        ({"amount": {"low": 12, "high": 12, "unit": "pounds"}}, "claims[0].amount.unit is 'pounds'"),
        ({"terms": [{"key": "package", "text": "x"}]}, "claims[0].terms[0].key is 'package'"),
    ],
)
def test_a_claim_in_a_wrong_shape_is_put_aside_and_the_others_stand(change: dict[str, Any], told: str):
    got = schema.answer(json.dumps({"claims": [GOOD | change, GOOD]}))
    assert (got.claims, got.broken) == ([GOOD], 1)
    assert any(error.startswith(told) for error in got.errors), got.errors


def test_numbers_are_exact():
    (read,) = schema.answer(BODY.replace('"low": 12', '"low": 1.1e9')).claims
    assert str(read["amount"]["low"]) == "1.1E+9"
    assert schema.answer(BODY.replace('"low": 12', '"low": NaN')).errors
