"""The standing proof: from a folder of articles to what comes back, every number with its sentence."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cli.shell import run
from journeys.wire import CHEQUES, CLOUD, CONTRACT, LAB, LETTER, OWNER, POST, PRE, PROGRAMME, REVENUE, STAKE, write

# Each amount that the articles state, in full units, and the words it stands in.
STATED = {
    42e9: CONTRACT,
    90e9: LETTER,
    120e9: "Larkspur AI has closed a $120 billion funding round.",
    60e9: CHEQUES,
    35e9: CHEQUES,
    25e9: CHEQUES,
    700e9: PRE,
    820e9: POST,
    1.2e12: PROGRAMME,
    14e9: REVENUE,
    24.0: STAKE,
}
SHOWN = ("$42", "$90", "$120", "$60", "$35", "$25", "$700", "$820", "$1.2", "$14", "24%")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder whose book holds the five articles; the cloud is its owner's arm, by a person's word."""
    here = tmp_path_factory.mktemp("journey")
    run("read", write(here / "articles"), "--book", here / "book.db")
    run("decide", CLOUD, "--merge", OWNER, "--because", "its arm", "--book", here / "book.db")
    return here


def ask(folder, *words):
    return run(*words, "--book", folder / "book.db", "--trust", 0, "--json").json


def lifetime(folder, count, investor=OWNER, payer=LAB):
    found = ask(folder, "circular", investor, "--payer", payer, "--count", count)
    (band,) = [b for b in found["bands"] if b["period"] == "lifetime"]
    return band


def test_every_stated_amount_is_in_the_book_with_its_sentence(folder):
    claims = {row["claim_id"]: row for row in ask(folder, "claims")}
    for value, sentence in STATED.items():
        assert any(value in {row["low"], row["high"]} and row["quote"] in sentence for row in claims.values()), value
    for deal in ask(folder, "deals"):
        quotes = [claims[claim]["quote"] for claim in deal["claims"]]
        assert quotes
        assert any(quote in STATED[deal["central"]] for quote in quotes)


def test_every_deal_and_figure_is_in_the_answers_and_leads_to_its_sentence(folder):
    """Each amount stands in what `show` says of a party, from which its claims are reached by their ids."""
    reached = {}
    for party in ask(folder, "parties"):
        shown = ask(folder, "show", party["party"])
        for ident in (*shown["deals"], *shown["figures"]):
            thing = ask(folder, "show", ident)
            estimate = thing.get("amount") or thing["estimate"]
            for claim in estimate["claims_for"]:
                reached[float(estimate["central"])] = ask(folder, "show", claim)["evidence"][0]["text"]
    assert set(reached) >= set(STATED)
    assert all(quote in STATED[value] for value, quote in reached.items() if value in STATED)


def test_what_is_owed_by_hand(folder):
    """42 signed, 42 + 90 in the headline; the rest of 1,200 is 1,158 binding, 1,068 beside the letter."""
    found = ask(folder, "owe", LAB)
    totals = {row["supplier"]: (row["committed_usd"], row["headline_usd"]) for row in found["totals"]}
    assert totals[OWNER] == pytest.approx((42e9, 132e9))
    assert totals["unnamed suppliers"] == pytest.approx((1158e9, 1068e9))
    claims = {row["claim_id"]: row["quote"] for row in ask(folder, "claims")}
    quotes = {claims[c] for row in found["totals"] for c in row["claims"]}
    assert {next(s for s in STATED.values() if quote in s) for quote in quotes} == {CONTRACT, LETTER, PROGRAMME}


@pytest.mark.parametrize(("count", "revenue"), [("committed", 42), ("letter_of_intent", 132)])
def test_the_investors_band_by_hand(folder, count, revenue):
    """60 put in and 1,200 paid in all, 42 (or 132) of it to the investor's arm: forced 0, since others' money suffices;
    pro rata 60 x 42/1200 = 2.1 (60 x 132/1200 = 6.6); possible min(60, 42) = 42 (min(60, 132) = 60)."""
    band = lifetime(folder, count)
    assert (band["invested"], band["revenue"]) == pytest.approx((60e9, revenue * 1e9))
    assert (band["forced"], band["pro_rata"], band["possible"]) == pytest.approx(
        (0, 60e9 * revenue / 1200, min(60, revenue) * 1e9), abs=1
    )


def test_whose_dollar_it_is_adds_up(folder):
    found = ask(folder, "circular", "--count", "letter_of_intent")
    shares = found["sources_of"][LAB]
    assert sum(shares.values()) == pytest.approx(1)
    assert shares[OWNER] == pytest.approx(60 / 1200)
    support = found["support"]
    assert support["sentence"] + support["reference"] + support["assumption"] == pytest.approx(1)
    assert (support["trust"], support["unreviewed"]) == (0, 1)


def test_the_report_is_one_page_that_holds_them_all(folder):
    path = folder / "report.html"
    run("report", "-o", path, "--trust", 0, "--count", "letter_of_intent", "--book", folder / "book.db")
    page = path.read_text(encoding="utf-8")
    assert page.lower().count("<html") == 1
    assert [amount for amount in SHOWN if amount not in page] == []


def test_the_screen_says_the_same_as_the_json(folder):
    out = run("circular", OWNER, "--trust", 0, "--count", "letter_of_intent", "--book", folder / "book.db").out
    for words in ("$60bn", "$132bn", "$6.6bn", "As of now."):
        assert words in out


ARTICLES = os.environ.get("COUNTERFLOW_ARTICLES")
if ARTICLES:  # the articles of others stay out of the repository

    def test_the_five_articles_of_the_standing_proof(tmp_path):
        """50 x 138/1400 = 4.93 in proportion, of the 38 over 7 years and the 100 over 8 on top of it."""
        run("read", Path(ARTICLES), "--book", tmp_path / "book.db", code=None)
        said = {value for row in ask(tmp_path, "claims") for value in (row["low"], row["high"])}
        assert said >= {38e9, 100e9, 50e9, 30e9, 13e9, 730e9, 840e9, 27.0}
        deals = ask(tmp_path, "deals")
        contracts = {(d["payer"], d["central"], d["years"]): d for d in deals}
        assert contracts.keys() >= {("OpenAI", 38e9, 7.0), ("OpenAI", 100e9, 8.0)}
        cheques = {(d["payer"], d["central"]) for d in deals}
        assert cheques >= {("Amazon", 50e9), ("SoftBank", 30e9), ("Nvidia", 30e9)}
        on_top = contracts["OpenAI", 100e9, 8.0]["claims"]
        assert "incremental" in {ask(tmp_path, "show", claim)["amount_scope"] for claim in on_top}
        band = lifetime(tmp_path, "letter_of_intent", "Amazon", "OpenAI")
        assert (band["forced"], band["possible"]) == (0, 50e9)
        assert band["pro_rata"] == pytest.approx(50e9 * 138 / 1400, rel=0.01)
