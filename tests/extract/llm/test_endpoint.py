from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from email.utils import format_datetime
from time import monotonic
from typing import Any

import pytest

from counterflow.extract.llm.endpoint import Endpoint, Limits, Shut, Unanswered
from counterflow.extract.llm.meter import Meter, Spent
from counterflow.extract.llm.settings import Prices, Settings
from counterflow.model.problem import Trouble
from extract.llm.stub import KEY, MODEL, QUICK, Model, Reply, fails, says

QUESTION = [{"role": "user", "content": "Who funds whom?"}]
SCHEMA: dict[str, Any] = {"type": "object"}
PRICES = Prices(Decimal(2), Decimal(10))


def endpoint(model: Model, limits: Limits = QUICK, **meter: Any) -> Endpoint:
    return Endpoint(Settings.of(model.environment()), Meter(**meter), limits)


def test_a_question_carries_schema_model_and_key_and_its_tokens_are_counted(model: Model):
    model.replies(says("words", (70, 5)))
    asked = endpoint(model)
    assert asked.ask(QUESTION, SCHEMA) == "words"
    (got,) = model.asked
    assert got.headers["authorization"] == f"Bearer {KEY}"
    assert (got.body["model"], got.body["messages"], got.body["temperature"]) == (MODEL, QUESTION, 0)
    assert got.body["response_format"]["json_schema"] == {"name": "claims", "strict": True, "schema": SCHEMA}
    assert not {"tools", "tool_choice", "functions"} & set(got.body)
    assert (asked.meter.calls, asked.meter.tokens_in, asked.meter.tokens_out) == (1, 70, 5)


def test_a_server_that_knows_no_schema_is_asked_for_json_then_plainly(model: Model):
    def answers(asked: Any) -> Reply:
        form = asked.body.get("response_format", {}).get("type")
        return fails(400, f"response_format {form} is not supported") if form else says("words")

    model.answers = answers
    asked = endpoint(model)
    assert [asked.ask(QUESTION, SCHEMA), asked.ask(QUESTION, SCHEMA)] == ["words", "words"]
    forms = [got.body.get("response_format", {}).get("type") for got in model.asked]
    assert forms == ["json_schema", "json_object", None, None]  # what was learnt holds


def test_parameters_that_a_server_names_are_left_out_and_the_schema_stays(model: Model):
    def answers(asked: Any) -> Reply:
        if "max_tokens" in asked.body:
            return fails(400, "Unsupported parameter: 'max_tokens'; use 'max_completion_tokens'")
        return fails(400, "'temperature' does not support 0") if "temperature" in asked.body else says("words")

    model.answers = answers
    assert endpoint(model).ask(QUESTION, SCHEMA) == "words"
    assert model.asked[-1].body["max_completion_tokens"] == 1_000
    assert model.asked[-1].body["response_format"]["type"] == "json_schema"


def test_a_question_that_no_form_helps_is_unanswered_and_the_next_starts_afresh(model: Model):
    model.replies(*[fails(400, "context too long")] * 4, says("words"))
    asked = endpoint(model)
    with pytest.raises(Unanswered, match="context too long"):
        asked.ask(QUESTION, SCHEMA)
    assert asked.ask(QUESTION, SCHEMA) == "words"
    assert model.asked[-1].body["response_format"]["type"] == "json_schema"


@pytest.mark.parametrize(
    "bad",
    [
        fails(429),
        fails(500),
        fails(503),
        fails(429, "slow down", retry_after="0"),
        Reply(b'{"choices": [{"mess'),
        Reply(b"[]"),
        Reply(b"<html>"),
        Reply(b'{"choices": []}'),
        Reply(b'{"choices": [{"message": null}]}'),
        Reply(b"half", headers={"Content-Length": "400"}),
    ],
)
def test_what_passes_is_tried_again(model: Model, bad: Reply):
    model.replies(bad, bad, says("words"))
    assert endpoint(model).ask(QUESTION, SCHEMA) == "words"
    assert len(model.asked) == 3


def test_a_server_is_left_alone_as_long_as_it_asks(model: Model):
    soon = datetime.now(UTC) + timedelta(seconds=1)
    model.replies(fails(429, retry_after="1"), fails(503, retry_after=format_datetime(soon)), says("words"))
    begun = monotonic()
    limits = QUICK._replace(longest_pause_s=2.0)
    assert endpoint(model, limits).ask(QUESTION, SCHEMA) == "words"
    assert monotonic() - begun >= 1.0  # a lower bound holds on any machine


def test_a_server_that_asks_for_too_long_is_not_asked_again(model: Model):
    model.replies(fails(429, "quota", retry_after="86400"))
    asked = endpoint(model)
    for _ in range(2):
        with pytest.raises(Shut, match="left alone for 86400 s"):
            asked.ask(QUESTION, SCHEMA)
    assert len(model.asked) == 1


def test_stalls_and_drips_end_and_count_as_if_they_were_charged(model: Model):
    model.answers = lambda asked: None
    asked = endpoint(model, QUICK._replace(tries=2))
    with pytest.raises(Unanswered, match=r"in 2 tries; the last: broke off: took longer than 0\.5 s"):
        asked.ask(QUESTION, SCHEMA)
    assert (asked.meter.guessed, asked.meter.tokens_out) == (2, 2_000)
    model.replies(says("words" * 100)._replace(drip_s=0.05))
    with pytest.raises(Unanswered, match="took longer"):
        asked.ask(QUESTION, SCHEMA)


def test_a_gigantic_answer_is_not_read_to_its_end(model: Model):
    model.replies(says("words " * 100_000))
    with pytest.raises(Unanswered, match="more than 100,000 bytes"):
        endpoint(model).ask(QUESTION, SCHEMA)


@pytest.mark.parametrize(
    ("bad", "told"),
    [
        (says(""), "empty"),
        (says("", finish="length"), "used up its tokens"),
        (Reply(b'{"choices": [{"message": {"content": null}}]}'), "empty"),
        (Reply(b'{"choices": [{"message": {"content": 42}}]}'), "empty"),
        (fails(418, "a teapot"), "418 a teapot"),
    ],
)
def test_what_no_second_try_would_help_is_unanswered(model: Model, bad: Reply, told: str):
    model.replies(bad)
    with pytest.raises(Unanswered, match=told):
        endpoint(model).ask(QUESTION, SCHEMA)
    assert len(model.asked) == 1


def test_words_in_parts_are_joined(model: Model):
    parts = [{"type": "text", "text": "wo"}, {"type": "text", "text": "rds"}, {"type": "image"}, None]
    model.replies(Reply(json.dumps({"choices": [{"message": {"content": parts}}]}).encode()))
    assert endpoint(model).ask(QUESTION, SCHEMA) == "words"


@pytest.mark.parametrize("status", [401, 402, 403, 404, 307])
def test_a_closed_door_is_knocked_at_once_and_the_key_is_in_no_message(model: Model, status: int):
    model.replies(fails(status, f"Wrong key {KEY}!", location="http://127.0.0.1:1/elsewhere"))
    asked = endpoint(model)
    for _ in range(2):
        with pytest.raises(Shut) as why:
            asked.ask(QUESTION, SCHEMA)
        assert KEY not in str(why.value)
        assert str(status) in str(why.value)
    assert len(model.asked) == 1
    assert KEY not in repr(asked.settings)


def test_after_three_questions_without_an_answer_no_more_are_asked(model: Model):
    model.replies(fails(500))
    asked = endpoint(model, QUICK._replace(tries=1))
    for _ in range(3):
        with pytest.raises(Unanswered, match="500"):
            asked.ask(QUESTION, SCHEMA)
    with pytest.raises(Shut, match="3 questions in a row"):
        asked.ask(QUESTION, SCHEMA)
    assert len(model.asked) == 3


def test_nobody_at_the_address(model: Model):
    nowhere = model.environment(COUNTERFLOW_LLM_URL="http://127.0.0.1:1/v1")
    asked = Endpoint(Settings.of(nowhere), Meter(), QUICK)
    with pytest.raises(Unanswered, match="cannot be reached"):
        asked.ask(QUESTION, SCHEMA)
    assert asked.meter.tokens_in == 0


def test_money_by_hand(model: Model):
    """$2 and $10 for a million: 500,000 tokens in and 100,000 out cost $1 + $1 = $2.

    The next question of 200 bytes, at most 1,000 tokens out: 101 * 2 + 1,000 * 10 millionths, $0.010202.
    """
    meter = Meter(PRICES, Decimal("2.0102"))
    meter.count(500_000, 100_000)
    assert meter.cost_usd == 2
    with pytest.raises(Spent, match=r"up to \$0\.0102, which would pass --max-cost 2\.0102 \(spent: \$2\.0000\)"):
        meter.admit(200, 1_000)
    assert meter.calls == 0
    Meter(PRICES, Decimal("2.010202")).admit(200, 1_000)


def test_a_limit_holds_before_it_is_passed_also_for_tries(model: Model):
    """Each try may cost $0.01 at most for its answer: a ceiling of 2.5 cents lets two be asked and stalls count."""
    model.answers = lambda asked: None
    asked = endpoint(model, QUICK._replace(call_s=0.2), prices=PRICES, ceiling_usd=Decimal("0.025"))
    with pytest.raises(Spent):
        asked.ask(QUESTION, SCHEMA)
    assert len(model.asked) == 2
    assert asked.meter.cost_usd is not None
    assert asked.meter.cost_usd <= Decimal("0.025")


def test_a_run_has_limits_of_its_own(model: Model):
    model.replies(says("words"))
    asked = endpoint(model, most_calls=1)
    asked.ask(QUESTION, SCHEMA)
    with pytest.raises(Spent, match="1 questions"):
        asked.ask(QUESTION, SCHEMA)
    late = endpoint(model, longest_s=-1.0)
    with pytest.raises(Spent, match="its limit"):
        late.ask(QUESTION, SCHEMA)


def test_tokens_that_nobody_tells_are_counted_at_their_most(model: Model):
    """Five bytes come back: 5 // 2 + 1 = 3 tokens."""
    model.replies(says("words", None))
    asked = endpoint(model)
    asked.ask(QUESTION, SCHEMA)
    assert (asked.meter.guessed, asked.meter.tokens_out) == (1, 3)
    assert asked.meter.tokens_in > 50
    assert str(asked.meter).startswith("questions asked: 1 (1 counted at their most), answers at hand: 0; tokens sent:")


def settings_of(**given: str) -> Settings:
    return Settings.of({f"COUNTERFLOW_LLM_{name}": value for name, value in given.items()})


def test_settings_by_hand():
    found = settings_of(URL="https://models.example/v1/", MODEL="m", KEY="k", PRICE_IN="2", PRICE_OUT="10")
    assert (found.url, found.prices) == ("https://models.example/v1/chat/completions", PRICES)
    assert settings_of(URL="http://localhost:8080/v1/chat/completions", MODEL="m").url.count("chat") == 1
    azure = settings_of(URL="https://models.example/v1?api-version=3", MODEL="m", KEY="k")
    assert azure.url == "https://models.example/v1/chat/completions?api-version=3"
    assert azure.shown == "https://models.example/v1/chat/completions"


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({}, "COUNTERFLOW_LLM_URL and COUNTERFLOW_LLM_MODEL and COUNTERFLOW_LLM_KEY are not set"),
        ({"URL": "https://models.example", "MODEL": "m"}, "COUNTERFLOW_LLM_KEY is not set"),
        ({"URL": "http://127.0.0.1:8080"}, "COUNTERFLOW_LLM_MODEL is not set"),
        ({"URL": "models.example", "MODEL": "m", "KEY": "k"}, "no address"),
        ({"URL": "ftp://models.example", "MODEL": "m", "KEY": "k"}, "no address"),
        ({"URL": "http://[::1", "MODEL": "m"}, "no address"),
        ({"URL": "https://me:secret@models.example", "MODEL": "m", "KEY": "k"}, "user name or password"),
        ({"URL": "http://127.0.0.1", "MODEL": "m", "KEY": "a\nb"}, "no key has"),
        ({"URL": "http://127.0.0.1", "MODEL": "m", "PRICE_IN": "two", "PRICE_OUT": "1"}, "no price"),
        ({"URL": "http://127.0.0.1", "MODEL": "m", "PRICE_IN": "1", "PRICE_OUT": "-1"}, "no price"),
        ({"URL": "http://127.0.0.1", "MODEL": "m", "PRICE_IN": "NaN", "PRICE_OUT": "1"}, "no price"),
    ],
)
def test_settings_that_are_missing_or_make_no_sense_are_named(given: dict[str, str], told: str):
    with pytest.raises(Trouble) as why:
        settings_of(**given)
    assert told in str(why.value)
    assert "secret" not in str(why.value)


def test_a_limit_in_money_needs_prices():
    with pytest.raises(Trouble, match="COUNTERFLOW_LLM_PRICE_IN and COUNTERFLOW_LLM_PRICE_OUT are not both set"):
        Meter(None, Decimal(1))
