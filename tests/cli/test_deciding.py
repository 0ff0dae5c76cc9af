"""Rulings from the command line: they count, they outlive a new reading, and each can be taken back."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cli.shell import problem, run
from counterflow.extract import rules
from counterflow.store import Store
from journeys.wire import CLOUD, CONTRACT, LAB, OWNER, write

BECAUSE = ("--because", "seen the filing")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The current folder, with the contract and the round read into book.db; Ada rules."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COUNTERFLOW_USER", "Ada")
    run("read", write(tmp_path / "articles", "contract.txt", "round.txt"))
    return tmp_path


def the(kind, **roles):
    """The one claim of a kind with these names in its roles, as listed."""
    rows = run("claims", "--json", "--trust", 0).json
    (row,) = [r for r in rows if r["type"] == kind and all(name in r["roles"] for name in roles.values())]
    return row


def deals(trust=0):
    return {(d["payer"], d["payee"]): d["central"] for d in run("deals", "--json", "--trust", trust).json}


def test_accepted_it_counts_whatever_the_trust_and_rejected_never(folder):
    claim = the("capacity_commitment")["claim_id"]
    run("decide", claim[:8], "--accept", *BECAUSE)
    assert deals(trust=1) == {(LAB, CLOUD): 42e9}
    assert the("capacity_commitment")["state"] == "accepted"
    run("decide", claim, "--reject", *BECAUSE)
    assert (LAB, CLOUD) not in deals()
    assert not the("capacity_commitment")["counts"]
    answers = run("owe", "--json", "--trust", 0).out + run("circular", "--json", "--trust", 0).out
    assert "42000000000" not in answers
    assert claim not in answers


def test_an_edit_says_what_the_person_makes_it_say(folder):
    claim = the("capacity_commitment")["claim_id"]
    run("decide", claim, "--low", "39000000000", "--high", "41e9", *BECAUSE)
    row = the("capacity_commitment")
    assert (row["claim_id"], row["low"], row["high"], row["state"]) == (claim, 39e9, 41e9, "accepted")
    assert row["amount"] == "$39bn to $41bn"
    assert deals()[LAB, CLOUD] == 40e9
    run("decide", claim, "--status", "letter_of_intent", "--set", "supplier=Hazel Grid", *BECAUSE)
    assert deals()[LAB, "Hazel Grid"] == 40e9
    (deal,) = [d for d in run("deals", "--json").json if d["payee"] == "Hazel Grid"]
    assert deal["class"] == "letter_of_intent"


@pytest.mark.parametrize(
    "edit", [("--low", "much"), ("--low", "5", "--high", "3"), ("--status", "sure"), ("--set", "colour=blue")]
)
def test_an_edit_that_makes_no_claim_changes_nothing(edit, folder):
    claim = the("capacity_commitment")["claim_id"]
    before = run("claims", "--json").json
    assert "makes no claim" in problem(run("decide", claim, *edit, *BECAUSE, code=1), claim)
    assert run("claims", "--json").json == before
    assert run("log", "--json").json == []


@pytest.mark.parametrize("usd", ["-5000000000", "1e400"])
def test_a_sum_that_nobody_can_pay_is_left_out_of_every_answer(usd, folder):
    run("decide", the("capacity_commitment")["claim_id"], "--low", usd, "--high", usd, *BECAUSE)
    for question in ("circular", "owe", "claims", "deals"):
        run(question, "--trust", 0)
        found = run(question, "--trust", 0, "--json")
        assert "Infinity" not in found.out
    assert "a sum below zero" in run("circular", "--trust", 0).out
    run("report", "--trust", 0)


def test_two_names_become_one_party_and_two_again(folder):
    run("decide", CLOUD, "--merge", OWNER, *BECAUSE)
    assert (LAB, OWNER) in deals()
    run("undo")
    assert (LAB, CLOUD) in deals()


def test_what_no_ruling_can_mean_is_said(folder):
    claim = the("capacity_commitment")["claim_id"]
    for words in (["decide", "zzz", "--accept"], ["decide", "Nobody", "--merge", OWNER]):
        problem(run(*words, *BECAUSE, code=1), words[1])
    assert "names no single claim" in run("decide", OWNER, "--accept", *BECAUSE, code=1).err
    assert "is not KEY=VALUE" in run("decide", claim, "--set", "supplier", *BECAUSE, code=1).err
    assert "nothing to undo" in run("undo", code=1).err
    assert "names no single decision" in run("undo", "zz", code=1).err
    assert run("log", "--json").json == []


def test_a_decision_of_any_age_can_be_taken_back_and_so_can_that(folder):
    claim = the("capacity_commitment")["claim_id"]

    def state():
        return the("capacity_commitment")["state"]

    run("decide", claim, "--reject", "--because", "too old")
    run("decide", OWNER, "--pin", *BECAUSE)
    rejection = run("log", "--json").json[1]
    assert (rejection["action"], rejection["who"], rejection["because"]) == ("reject", "Ada", "too old")
    run("undo", rejection["decision_id"][:6], "--because", "still holds")
    assert state() == "proposed"
    taken_back = run("log", "--json").json[0]
    assert (taken_back["action"], taken_back["target"]) == ("undo", rejection["decision_id"])
    run("undo", taken_back["decision_id"])
    assert state() == "rejected"
    assert [d["action"] for d in run("log", "--json").json] == ["undo", "undo", "pin", "reject"]
    said = run("log").out
    assert "too old" in said
    assert len(said.splitlines()) == 4
    run("verify")


def test_without_a_name_the_last_standing_decision_is_taken_back(folder):
    for action in ("--accept", "--reject"):
        run("decide", the("capacity_commitment")["claim_id"], action, *BECAUSE)
    states = []
    for _ in range(2):
        run("undo")
        states.append(the("capacity_commitment")["state"])
    assert states == ["accepted", "proposed"]
    assert "nothing to undo" in run("undo", code=1).err


def test_a_claim_is_added_on_a_span_and_on_a_reference(folder):
    roles = ("--role", "investor=Hazel Fund", "--role", f"investee={LAB}")
    text = (folder / "articles" / "contract.txt").read_text(encoding="utf-8")
    start = text.index(CONTRACT)
    span = f"contract.txt:{start}-{start + len(CONTRACT)}"
    run("add", "investment", *roles, "--amount", "about $4 billion", "--span", span, *BECAUSE)
    named = ("--source", "Filing", "--address", "https://filing.example", "--date", "2026-03-01", "--note", "a tranche")
    run("add", "investment", "--role", "investor=Tern Fund", *roles[2:], "--amount", "$5 billion", *named, *BECAUSE)
    assert deals(trust=1) == {("Hazel Fund", LAB): 4e9, ("Tern Fund", LAB): 5e9}
    rows = {r["evidence_kind"]: r for r in run("claims", "--json").json if r["state"] == "accepted"}
    assert rows["sentence"]["quote"] == CONTRACT
    assert rows["reference"]["quote"] == "a tranche"
    assert "reference, no text held: Filing, 2026-03-01, https://filing.example" in (
        run("show", rows["reference"]["claim_id"]).out
    )
    support = run("circular", "--json", "--trust", 1).json["support"]
    assert support["reference"] == pytest.approx(5 / 9)
    assert support["unreviewed"] == 0
    run("undo")
    assert deals(trust=1) == {("Hazel Fund", LAB): 4e9}
    run("verify")


@pytest.mark.parametrize(
    "words",
    [
        ["gift", "--role", "investor=Tern", "--span", "contract.txt:1-9"],
        ["investment", "--role", "giver=Tern", "--span", "contract.txt:1-9"],
        ["investment", "--role", "investor=Tern", "--span", "contract.txt:9-1"],
        ["investment", "--role", "investor=Tern", "--span", "contract.txt:0-99999"],
        ["investment", "--role", "investor=Tern", "--span", "nowhere.txt:1-9"],
        ["investment", "--role", "investor=Tern", "--span", "contract.txt"],
        ["investment", "--role", "investor=Tern", "--source", "Filing"],
        ["investment", "--role", "investor", "--span", "contract.txt:1-9"],
        ["investment", "--role", "investor=Tern", "--amount", "a lot", "--span", "contract.txt:1-9"],
        ["investment", "--role", "investor=Tern", "--years", "7", "--span", "contract.txt:1-9"],
        ["investment", "--role", "investor=Tern", "--status", "sure", "--span", "contract.txt:1-9"],
    ],
)
def test_what_cannot_be_added_is_said_and_leaves_the_book_as_it_was(words, folder):
    with Store.open("book.db") as store:
        before = list(store.events())
    assert "  to settle: " in run("add", *words, *BECAUSE, code=1).err
    with Store.open("book.db") as store:
        assert list(store.events()) == before


def test_a_ruling_outlives_a_reader_that_reads_otherwise(folder, monkeypatch):
    """A new version scopes every amount and is less sure: each claim has a new id, and the rulings stay."""
    contract, valuation = the("capacity_commitment"), the("investment", investor="Tern Capital")
    run("decide", contract["claim_id"], "--low", "40e9", "--high", "40e9", *BECAUSE)
    run("decide", valuation["claim_id"], "--reject", *BECAUSE)
    read = rules.read

    def reads_otherwise(document, gazetteer):
        found = read(document, gazetteer)
        newer = [
            replace(c, extractor="rules/99", confidence=0.3, amount_scope="tranche", product="chips")
            for c in found.claims
        ]
        return found._replace(claims=newer)

    monkeypatch.setattr(rules, "read", reads_otherwise)
    run("read", "articles")
    new = the("capacity_commitment")
    assert new["claim_id"] != contract["claim_id"]
    assert (new["state"], new["low"], new["confidence"]) == ("accepted", 40e9, 0.3)
    assert the("investment", investor="Tern Capital")["state"] == "rejected"
    assert ("Tern Capital", LAB) not in deals()
    assert deals(trust=1) == {(LAB, CLOUD): 40e9}
    run("verify")


def test_everything_that_has_an_id_can_be_shown(folder):
    claim, deal = the("capacity_commitment"), run("deals", "--json", "--trust", 0).json[0]
    run("decide", claim["claim_id"], "--set", "product=chips", *BECAUSE)
    decision = run("log", "--json").json[0]["decision_id"]
    party = run("show", LAB, "--json", "--trust", 0).json
    for ident, shown, key, value in (
        (claim["claim_id"], CONTRACT, "claim_id", claim["claim_id"]),
        (claim["claim_id"][:9], CONTRACT, "claim_id", claim["claim_id"]),
        (deal["deal_id"], deal["payer"], "deal_id", deal["deal_id"]),
        (party["figures"][0], LAB, "party", LAB),
        (LAB, "deal ", "name", LAB),
        (LAB.lower(), "deal ", "name", LAB),
        ("contract.txt", claim["claim_id"], "doc_id", "contract.txt"),
        (decision, "seen the filing", "decision_id", decision),
    ):
        assert shown in run("show", ident, "--trust", 0).out
        assert run("show", ident, "--trust", 0, "--json").json[key] == value
    assert "did you mean Larkspur AI?" in problem_of("Larkspur A")


def problem_of(ident):
    return run("show", ident, "--trust", 0, code=1).err


def test_a_deal_is_shown_though_another_id_begins_with_its_own(folder):
    """The letter of intent with the same cloud is a deal of its own, called after the signed one."""
    run("read", write(folder / "more", "letter.txt"))
    ids = [d["deal_id"] for d in run("deals", "--json", "--trust", 0).json if d["payee"] == CLOUD]
    plain, longer = sorted(ids, key=len)
    assert longer.startswith(plain)
    for ident in ids:
        assert run("show", ident, "--json", "--trust", 0).json["deal_id"] == ident
