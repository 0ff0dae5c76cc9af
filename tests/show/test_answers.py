"""Answers as JSON, tables and lines, from a book worked by hand."""

from __future__ import annotations

import json
import re

import pytest

from counterflow import desk
from counterflow.flows.build import Counting
from counterflow.model.book import Party
from counterflow.show import answers
from flows.books import CLOUD, LAB, PARENT, believed, book, cheque, contract, revenue, told

BOOK = book(
    cheque(PARENT, 50),
    cheque("Tern", 30),
    cheque("Hazel", believed(9, central=None, qualifier="up_to"), deal_id="ceiling"),
    contract(38, 7, deal_id="signed"),
    contract(100, 8, deal_id="letter", money="letter_of_intent"),
    contract(1400, 8, None, deal_id="programme"),
    figures=(revenue(13),),
    parties=(Party(CLOUD, owner=PARENT), Party(PARENT)),
    c1=told(),
    r1=told("reference", "accepted"),
)
COUNTED = Counting("letter_of_intent")
# spec of the shapes: docs/reference and `counterflow circular --json`
BAND = set("investor payer currency forced pro_rata possible attributed invested revenue period labels narrow".split())
CIRCULAR = set("bands sources_of means_to_pay no_named_payer loops max_circulation_usd gross_usd support".split())
LOOP = set("parties kinds category bottleneck_usd in_order lag linked deals".split())
SUPPORT = ["sentence", "reference", "assumption", "unreviewed", "trust"]


@pytest.fixture(scope="module")
def returns():
    return desk.circular(BOOK, None, None, COUNTED)


@pytest.fixture(scope="module")
def owes():
    return desk.owe(BOOK, LAB, COUNTED)[0]


def test_circular_json_has_the_shape_that_programs_rely_on(returns):
    found = json.loads(json.dumps(answers.circular_json(returns), allow_nan=False))
    assert found.keys() >= CIRCULAR
    assert all(band.keys() == BAND for band in found["bands"])
    assert all(loop.keys() >= LOOP for loop in found["loops"])
    assert all(p.keys() == {"payer", "reading", "growth", "share"} for p in found["no_named_payer"])
    assert list(found["support"]) == SUPPORT
    (whole,) = [b for b in found["bands"] if b["period"] == "lifetime"]
    assert (whole["investor"], whole["payer"], whole["currency"]) == (PARENT, LAB, "USD")
    assert whole["pro_rata"] == pytest.approx(50e9 * 138 / 1400)  # 4.93
    assert [hole["deal"] for hole in found["holes"]] == ["ceiling"]
    assert {a["name"] for a in found["assumptions"]} >= {"programme", "revenue"}


def test_support_by_hand(returns):
    """Sentences: cheques 80 and purchases 1,400; customers 13 a year over 8 years are a reference's 13 in 2026 and
    91 assumed. Of 1,584: 93.4%, 0.8% and 5.7%; all but the 104 rest on a claim nobody has reviewed."""
    found = returns.support
    assert found[:4] == pytest.approx((1480 / 1584, 13 / 1584, 91 / 1584, 1480 / 1584))


def test_tables_hold_what_json_holds(returns, owes):
    table, found = answers.bands_table(returns), answers.circular_json(returns)
    assert table["possible_usd"].to_list() == [b["possible"] for b in found["bands"]]
    assert table["labels"].to_list() == ["; ".join(b["labels"]) for b in found["bands"]]
    due, rows = answers.due_table([owes]), answers.owe_json(owes)["due"]
    for column in ("supplier", "year", "committed_usd", "headline_usd", "claims"):
        assert due[column].to_list() == [row[column] for row in rows]


def test_owe_json_by_hand(owes):
    """38 signed over 7 years, 100 in a letter over 8; the rest of 1,400 is 1,362 binding and 1,262 in the headline."""
    found = json.loads(json.dumps(answers.owe_json(owes), allow_nan=False))
    assert found["party"] == LAB
    totals = {row["supplier"]: (row["committed_usd"] / 1e9, row["headline_usd"] / 1e9) for row in found["totals"]}
    assert totals[CLOUD] == pytest.approx((38, 138))
    assert totals["unnamed suppliers"] == pytest.approx((1362, 1262))
    assert [row["year"] for row in found["totals"]] == [None, None]
    first = found["coverage"][0]
    assert (first["year"], first["revenue_usd"], first["funding_usd"]) == (2026, 13e9, 80e9)
    assert first["obligations_usd"] == pytest.approx(38e9 / 7 + 1362e9 / 8)
    assert first["cumulative"] == pytest.approx(93e9 / first["obligations_usd"])
    assert found["first_gap"] == 2026
    assert list(found["support"]) == SUPPORT


def test_lines_say_what_counts_what_is_left_out_and_what_is_assumed(returns, owes):
    text = "\n".join(answers.circular_lines(returns, BOOK, "letter_of_intent"))
    for words in ("$50bn", "$138bn", "$4.929bn", "letter of intent", "Left out: Hazel", "Assumed: ", "Evidence, by"):
        assert words in text
    said = "\n".join(answers.owe_lines(owes, BOOK))
    for words in ("$38bn binding", "$138bn headline", "From 2026 on", "Evidence, by dollars"):
        assert words in said
    assert not re.search(r"\b(fraud|sham|round-trip\w*)\b", text + said, re.IGNORECASE)


def test_an_answer_that_is_mostly_assumed_says_so_first():
    made = book(contract(5, None, start=None), cheque(CLOUD, 1), c1=told())
    found = desk.circular(made, None, None, Counting())
    assert next(answers.circular_lines(found, made, "paid")).startswith("Most of this is assumed: ")


def test_where_nothing_comes_back_that_is_said():
    made = book(cheque("Tern", 3), c1=told())
    found = desk.circular(made, None, None, Counting())
    assert answers.circular_json(found)["bands"] == []
    assert answers.bands_table(found).height == 0
    assert any("Nobody" in line for line in answers.circular_lines(found, made, "paid"))
