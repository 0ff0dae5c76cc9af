"""Ruling in the terminal: one key a claim, kept at once, taken back with one; two people at once; bulk and its undo."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from io import StringIO

import pytest
import typer

from cli.shell import problem, run
from counterflow import desk
from counterflow.cli import sitting
from counterflow.cli.keys import Keyboard
from counterflow.extract import rules
from counterflow.model.source import Document
from counterflow.show.reviewing import claim_screen, heading, paragraph
from counterflow.store import Store
from journeys.wire import CHEQUES, CLOUD, CONTRACT, LAB, LETTER, write


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The current folder, with three of the articles read into book.db; Ada reviews."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COUNTERFLOW_USER", "Ada")
    run("read", write(tmp_path / "articles", "contract.txt", "letter.txt", "round.txt"))
    return tmp_path


@pytest.fixture
def press(monkeypatch):
    """`counterflow review` with these keys and lines, one a line."""

    def pressed(*keys, words=(), code=0):
        monkeypatch.setattr("sys.stdin", StringIO("".join(f"{key}\n" for key in keys)))
        return run("review", *words, code=code)

    return pressed


def waiting(*words):
    return run("review", *words, "--json").json


def states():
    return Counter(row["state"] for row in run("claims", "--json").json)


def state(ident):
    return next(row["state"] for row in run("claims", "--json").json if row["claim_id"] == ident)


def log():
    return [(d["action"], d["target"]) for d in run("log", "--json").json]


def test_the_queue_says_why_each_stands_where_it_does(folder):
    rows = waiting()
    assert len(rows) == sum(states().values())
    assert [r["score"] for r in rows] == sorted((r["score"] for r in rows), reverse=True)
    for row in rows:
        assert row["score"] == int(row["money_usd"] * round(row["doubt"] * 10**6) * row["age_days"] / 10**6)
    letter = next(r for r in rows if r["document"] == "letter.txt" and r["money_usd"])
    assert letter["money_usd"] == 90_000_000_000
    assert LAB in letter["claim"]
    assert rows == waiting()


def test_the_queue_is_narrowed(folder):
    assert {r["document"] for r in waiting("contract.txt")} == {"contract.txt"}
    assert {r["claim"].partition(":")[2].split()[0] for r in waiting("--type", "investment")} == {"investment"}
    assert all("Tern Capital" in r["claim"] for r in waiting("--party", "tern capital"))
    assert waiting("--limit", 2) == waiting()[:2]
    for words, where in ((["nowhere.txt"], "nowhere.txt"), (["--type", "gift"], "--type"), (["--party", "Ter"], "Ter")):
        problem(run("review", *words, code=1), where)


def test_one_key_rules_and_goes_on(folder, press):
    first, second, third = (r["id"] for r in waiting()[:3])
    shown = press("a", "x", "s", "q")
    assert (state(first), state(second), state(third)) == ("accepted", "rejected", "proposed")
    count = len(waiting()) + 2
    assert f"Review: 1 of {count}\n" in shown.out
    assert f"Review: 3 of {count}, about" in shown.out
    assert "2 ruled on" in shown.err
    decision = run("log", "--json").json[0]
    assert (decision["who"], decision["action"], decision["because"]) == ("Ada", "reject", "reviewed")
    assert waiting()[0]["id"] == third
    run("verify")


def test_the_end_of_the_input_loses_nothing_and_the_next_sitting_goes_on(folder, press):
    ids = [r["id"] for r in waiting()]
    press("a")
    press("x")
    assert [state(i) for i in ids[:2]] == ["accepted", "rejected"]
    assert [r["id"] for r in waiting()] == ids[2:]


def test_ctrl_c_loses_nothing(folder, monkeypatch):
    first = waiting()[0]["id"]
    keys = iter(["a", KeyboardInterrupt()])

    def key(self):
        found = next(keys)
        if isinstance(found, BaseException):
            raise found
        return found

    monkeypatch.setattr(Keyboard, "key", key)
    assert "1 ruled on" in run("review").err
    assert state(first) == "accepted"


def test_u_takes_back_what_this_sitting_ruled_however_often(folder, press):
    before = states()
    shown = press("a", "x", "u", "u", "u", "q")
    assert states() == before
    assert [action for action, _ in log()] == ["undo", "undo", "reject", "accept"]
    assert "nothing of this sitting to take back" in shown.out
    run("verify")


def test_the_screen_shows_the_sentence_in_its_paragraph(folder, press):
    shown = press("q", words=["letter.txt"]).out
    assert f"»{LETTER}«" in shown
    assert "letter.txt, Larkspur AI to spend more, 2026-01-12, characters " in shown
    assert "$90bn = 90,000,000,000 USD" in shown
    assert "status   letter of intent" in shown


def test_the_other_spans_of_a_paragraph_are_pale_and_the_texts_are_exact():
    text = f"Before.\n\nFirst. {CHEQUES} {LETTER}\n\nAfter."
    start = text.index(LETTER)
    span, other = (start, start + len(LETTER)), (text.index("Tern"), text.index("Tern") + 4)
    pieces = paragraph(text, span, [other, (0, 3)])
    assert [p.text for p in pieces if p.style == "mark"] == [LETTER]
    assert [p.text for p in pieces if p.style == "pale"] == ["Tern"]
    assert "".join(p.text for p in pieces) == f"First. {CHEQUES} {LETTER}"


def test_a_long_line_is_cut_around_the_span_between_words():
    text = "word " * 4000 + "HERE it is " + "more " * 4000
    at = text.index("HERE")
    pieces = paragraph(text, (at, at + 4))
    shown = "".join(p.text for p in pieces)
    assert len(shown) < 1500
    assert shown.startswith("… word ")
    assert shown.endswith(" more …")
    assert [p.text for p in pieces if p.style == "mark"] == ["HERE"]


def test_hostile_text_moves_no_cursor_and_hides_no_letter(tmp_path, monkeypatch, press):
    """Screen clearing, colours, a reversed name, markup of the drawing library: all shown as letters."""
    monkeypatch.chdir(tmp_path)
    body = f"{CONTRACT} \x1b[2J\x1b]0;owned\x07 \u202egnihton\u202c \u200b[red]free[/red] :smile: \x9b31m\u0008\r\n"
    text = f"Larkspur\x1b[31m signs\u202e\n\nBy Ada Marsh, 3 November 2025\n\n{body}"
    (tmp_path / "evil.txt").write_text(text, encoding="utf-8", newline="")
    run("read", "evil.txt")
    found = press("n", "c", "because \x1b[2J", "q")
    shown = found.out + found.err
    assert r"\x1b[2J\x1b]0;owned\x07 \u202egnihton\u202c \u200b[red]free[/red] :smile: \x9b31m\x08" in shown
    assert not {c for c in shown if not c.isprintable()} - {"\n"}


def test_a_reference_is_shown_as_one(folder, press):
    named = ("--source", "Filing", "--address", "https://filing.example", "--date", "2026-03-01", "--note", "a tranche")
    table = "type,from,to,low,high,unit,currency,status,said_on,source,address,note\n"
    row = f"investment,Tern Fund,{LAB},5,5,billion,USD,completed,2026-03-01,Filing,https://filing.example,a tranche\n"
    (folder / "list.csv").write_text(table + row, encoding="utf-8")
    run("import", "list.csv")
    shown = press("q", words=["Filing"]).out
    assert "┌ reference, no text held" in shown
    for word in named[1::2]:
        assert f" {word}\n" in shown
    assert "»" not in shown
    assert '"a tranche' not in shown


def test_an_edit_is_typed_field_by_field_and_recorded_with_enter(folder, press):
    ident = waiting("contract.txt")[0]["id"]
    keys = ["e", "h", "44 billion", "s", "letter_of_intent", "c", "4", "r", "", "Hazel Grid", "l", "43,000,000,000", ""]
    shown = press(*keys, words=["contract.txt"])
    row = next(r for r in run("claims", "--json").json if r["claim_id"] == ident)
    assert (row["low"], row["high"], row["status"], row["state"]) == (43e9, 44e9, "letter_of_intent", "accepted")
    assert row["roles"] == f"customer: {LAB}; supplier: Hazel Grid"
    assert log() == [("edit", ident)]
    assert "edited: Larkspur AI -> Hazel Grid: capacity commitment of $43bn to $44bn, letter of intent" in shown.out


def test_an_amount_is_edited_in_words(folder, press):
    ident = waiting("contract.txt")[0]["id"]
    press("e", "a", "up to €40 billion a year", "", words=["contract.txt"])
    changes = run("log", "--json").json[0]["changes"]
    assert changes == {
        "low": None,
        "high": 40_000_000_000,
        "currency": "EUR",
        "unit": "money",
        "per": "year",
        "qualifier": "up_to",
    }
    assert state(ident) == "accepted"


def test_an_edit_that_makes_no_claim_is_said_and_what_was_typed_before_stays(folder, press):
    press("e", "s", "planned", "l", "99 billion", "h", "much", "z", "", words=["contract.txt"])
    (decision,) = run("log", "--json").json
    assert decision["changes"] == {"status": "planned"}


def test_an_edit_that_is_left_records_nothing(folder, press):
    shown = press("e", "s", "planned", "esc", "e", "", "q", words=["contract.txt"])
    assert log() == []
    assert shown.out.count("left; nothing was recorded") == 2


def test_merged_with_a_twin_it_is_accepted_on_the_deal_of_the_twin(folder, press):
    """The letter and the contract are two deals of one pair; a person says that they are one. One undo for both."""
    pair = [d["deal_id"] for d in run("deals", "--json", "--trust", 0).json if d["payee"] == CLOUD]
    assert len(pair) == 2
    ident, into = waiting("letter.txt")[0]["id"], waiting("contract.txt")[0]["id"]
    press("m", words=["letter.txt"])
    assert len([d for d in run("deals", "--json", "--trust", 0).json if d["payee"] == CLOUD]) == 1
    assert state(ident) == "accepted"
    merge, accept = run("log", "--json").json
    assert (accept["action"], merge["changes"]["into"]) == ("accept", into)
    assert merge["changes"]["batch"] == accept["changes"]["batch"]
    assert f"batch {merge['changes']['batch']}" in run("log").out
    run("undo")
    assert state(ident) == "proposed"
    assert len([d for d in run("deals", "--json", "--trust", 0).json if d["payee"] == CLOUD]) == 2
    run("verify")


def test_of_several_twins_one_is_chosen_and_a_figure_has_none(folder, press):
    (folder / "more").mkdir()
    (folder / "more" / "again.txt").write_text(f"Wire\n\n5 November 2025\n\n{CONTRACT}\n", encoding="utf-8")
    run("read", "more")
    ident = waiting("letter.txt")[0]["id"]
    shown = press("m", "2", words=["letter.txt"]).out
    assert "the same deal as:\n 1 same parties: " in shown
    assert [action for action, _ in log()] == ["merge", "accept"]
    assert state(ident) == "accepted"
    assert "no other claim to merge it with" in press("m", words=["--type", "valuation"]).out


def test_a_missed_claim_is_added_on_the_words_of_a_quote(folder, press):
    """By some words of the sentence; type, roles and status by key; the amount stands there already."""
    keys = ["n", "Cobalt chips  invested", "debt", LAB, "Cobalt Chips", "3", "signed", "none", "q"]
    shown = press(*keys, words=["round.txt"])
    assert f'"{CHEQUES}"' in shown.out
    assert "amounts here: 1 $60 billion  2 $35 billion  3 $25 billion" in shown.out
    row = next(r for r in run("claims", "--json").json if r["type"] == "debt")
    text = (folder / "articles" / "round.txt").read_text(encoding="utf-8")
    assert text[row["start"] : row["end"]] == row["quote"] == CHEQUES
    assert (row["low"], row["status"], row["state"]) == (25e9, "signed", "accepted")
    press("n", f"{text.index(CONTRACT[:12])}-{text.index('billion')}", "", *[""] * 6, "u", "q", words=["round.txt"])
    assert [action for action, _ in log()] == ["undo", "add", "add"]
    run("verify")


def test_a_missed_claim_is_added_from_a_source_outside_the_book(folder, press):
    told = ["=", "Filing", "a tranche", "https://filing.example", "2026-03-01"]
    press("n", *told, "investment", "Tern Fund; Hazel Fund", LAB, "about $5 billion", "1", "none")
    row = next(r for r in run("claims", "--json").json if r["evidence_kind"] == "reference")
    assert (row["quote"], row["amount"], row["status"]) == ("a tranche", "about $5bn", "rumoured")
    assert row["roles"] == f"investor: Tern Fund, Hazel Fund; investee: {LAB}"


def test_of_two_documents_of_one_name_the_one_on_screen_is_meant(folder, press):
    for place, words in (("one", "Tern Capital invested $3 billion in Larkspur AI."), ("two", CONTRACT)):
        (folder / place).mkdir()
        (folder / place / "same.txt").write_text(words, encoding="utf-8")
        run("read", place)
    documents = {d.text: d for d in Store.open("book.db").documents().values() if d.doc_id == "same.txt"}
    press("n", "42 billion", *[""] * 6, words=[documents[CONTRACT].lineage])
    added = next(r for r in run("claims", "--json").json if r["quote"] == CONTRACT and r["state"] == "accepted")
    assert added["source_id"] == "same.txt"


@pytest.mark.parametrize(
    "keys", [["n", "no such words"], ["n", "9-1", "", "", "", "-", ""], ["n", "=", ""], ["n", "", "esc"]]
)
def test_what_cannot_be_added_leaves_the_book_as_it_was(keys, folder, press):
    press(*keys, "q", words=["round.txt"])
    assert log() == []


def test_a_rejection_may_say_why_and_a_comment_goes_with_the_next_ruling_alone(folder, press):
    press("X", "2", "c", "seen the filing", "a", "a", "q", words=["--because", "as agreed"])
    assert [d["because"] for d in run("log", "--json").json] == ["as agreed", "seen the filing", "the amount is wrong"]


def test_back_and_forth(folder, press):
    ids = [r["id"] for r in waiting()]
    press("j", "j", "k", "a", "k", "k", "k", "x")
    assert (state(ids[0]), state(ids[1])) == ("rejected", "accepted")
    shown = press("]", "[", "?", "7", "q").out
    assert "the only mention" in shown
    assert "n  add a missed claim" in shown
    assert "money (USD) x doubt (1 - confidence) x age" in shown
    assert "'7' does nothing here" in shown


def test_every_mention_can_be_seen(folder):
    store = Store.open("book.db")
    known = desk.waiting(store, desk.date(2026, 11, 22))
    entry = next(e for e in known.entries if e.claim.doc_id == "contract.txt" and len(e.claim.evidence) == 1)
    title = "Larkspur AI signs with a cloud"
    text = known.book.documents[next(k for k, d in known.book.documents.items() if title in d.text)].text
    at = text.index(title)
    more = entry.claim.evidence[0]._replace(start=at, end=at + len(title), text=title)
    entry = entry._replace(claim=replace(entry.claim, evidence=(*entry.claim.evidence, more)))
    seen = [
        [p.text for line in claim_screen(known, entry, {}, number) for p in line if p.style == "mark"]
        for number in (0, 1)
    ]
    assert seen == [[CONTRACT], [title]]


def test_when_somebody_ruled_meanwhile_both_are_shown_and_it_is_asked_again(folder, press, monkeypatch):
    first, second = (r["id"] for r in waiting()[:2])
    wait = desk.waiting

    def then_bob_rules(store, today):
        found = wait(store, today)
        monkeypatch.setenv("COUNTERFLOW_USER", "Bob")
        for ident in (first, second):
            run("decide", ident, "--reject", "--because", "seen the filing")
        monkeypatch.setenv("COUNTERFLOW_USER", "Ada")
        return found

    monkeypatch.setattr(desk, "waiting", then_bob_rules)
    shown = press("a", "y", "a", "n", "q").out
    assert shown.count("meanwhile: reject by Bob on ") == 2
    assert shown.count("yours: accept by Ada on ") == 2
    assert (state(first), state(second)) == ("accepted", "rejected")
    assert len(log()) == 3


def test_a_ruling_that_lost_its_claim_stands_first_and_is_given_one(folder, press, monkeypatch):
    """A new version of the reader makes another type of the contract: the ruling waits, with its old words."""
    ident = waiting("contract.txt")[0]["id"]
    run("decide", ident, "--low", "40e9", "--high", "40e9", "--because", "seen the filing")
    read = rules.read

    def reads_otherwise(document, gazetteer):
        found = read(document, gazetteer)
        newer = [replace(c, type="supply_agreement") if c.type == "capacity_commitment" else c for c in found.claims]
        return found._replace(claims=newer)

    monkeypatch.setattr(rules, "read", reads_otherwise)
    run("read", "articles")
    first = waiting()[0]
    ruled = run("log", "--json").json[0]["decision_id"]
    assert (first["waits"], first["id"], first["doubt"]) == ("ruling", ruled, 1)
    shown = press("e", "1", "q")
    assert "A ruling without its claim: edit by Ada on " in shown.out
    assert f"its words »{CONTRACT}«" in shown.out
    assert "'e' does nothing here" in shown.out
    assert "ruling" not in {r["waits"] for r in waiting()}
    row = next(r for r in run("claims", "--json").json if r["type"] == "supply_agreement" and r["low"] == 40e9)
    assert row["state"] == "accepted"
    run("undo")
    assert waiting()[0]["id"] == ruled
    press("x", "u", "x", "q")
    assert "ruling" not in {r["waits"] for r in waiting()}
    assert state(row["claim_id"]) == "proposed"
    run("verify")


def test_a_document_is_accepted_as_one_and_taken_back_as_one(folder):
    before = states()
    words = ("--accept-all", "round.txt", "--min-confidence", 0.5, "--because", "checked")
    assert "would accept" in problem(run("review", *words, code=1), "--accept-all")
    assert states() == before
    rows = [r for r in run("claims", "--json").json if r["source_id"] == "round.txt" and r["confidence"] >= 0.5]
    done = run("review", *words, "--yes", "--json")
    assert sorted(done.json["accepted"]) == sorted(r["claim_id"] for r in rows)
    assert f"to accept: {len(rows)} of " in done.err
    assert states()["accepted"] == len(rows) > 1
    run("undo", done.json["batch"][:6], "--because", "too soon")
    assert states() == before
    undone = run("log", "--json").json[: len(rows)]
    assert {(d["action"], d["because"]) for d in undone} == {("undo", "too soon")}
    assert "decisions are taken back" in run("undo", undone[0]["changes"]["batch"]).err
    assert states()["accepted"] == len(rows)
    run("verify")
    run("export", "text", "-o", "text")
    run("verify", "text")


def test_only_the_sure_are_accepted_and_nothing_where_none_is(folder):
    assert run("review", "--accept-all", "round.txt", "--because", "so", "--min-confidence", 1, "--json").json == {
        "batch": None,
        "accepted": [],
    }
    assert log() == []
    run("review", "--accept-all", "round.txt", code=2)
    run("review", "letter.txt", "--accept-all", "round.txt", "--because", "so", code=2)


def test_two_documents_of_one_name_are_not_accepted_as_one(folder):
    for place, words in (("one", "Tern Capital invested $3 billion in Larkspur AI."), ("two", CONTRACT)):
        (folder / place).mkdir()
        (folder / place / "same.txt").write_text(words, encoding="utf-8")
        run("read", place)
    words = ("--min-confidence", 0, "--because", "so", "--yes", "--json")
    assert "is the name of 2 documents" in problem(
        run("review", "--accept-all", "same.txt", *words, code=1), "same.txt"
    )
    lineage = Document("same.txt", CONTRACT).lineage
    accepted = run("review", "--accept-all", lineage, *words).json["accepted"]
    assert accepted
    assert states()["accepted"] == len(accepted)


def test_a_batch_that_somebody_overtook_is_not_recorded_at_all(folder):
    store = Store.open("book.db")
    known = desk.waiting(store, desk.date(2026, 11, 22))
    first, second = (known.pile[e.ident] for e in known.entries[:2])
    run("decide", second.claim.claim_id, "--reject", "--because", "so")
    made = [sitting.on_claim(p, ("accept", "Ada", desk.now(), "so"), {}) for p in (first, second)]
    with pytest.raises(desk.Trouble, match="was ruled on meanwhile"):
        store.add_decisions(made, recorded=desk.now(), seen=known.seen)
    assert len(log()) == 1


def test_where_nothing_waits_it_says_what_to_do_next(folder, press):
    count = len(waiting())
    shown = press(*["a"] * count, "j", "u", "a", "").out
    assert "The end of the queue: 0 still wait" in shown
    clear = run("review").out
    assert f"The queue is clear: all {count} claims are ruled on" in clear
    assert clear.count("counterflow undo ") == 10
    assert waiting() == []
    run("init", "--book", "empty.db")
    assert "counterflow read ARTICLE" in run("review", "--book", "empty.db").err
    run("undo")
    assert "nothing waits under these filters; without them 1 do" in run("review", "--type", "lease").err
    problem(run("review", "--book", "none.db", code=1), "none.db")


def test_time_left_goes_by_the_pace_of_this_sitting():
    """Ten left at a median of 24 seconds: 240 seconds, 4 minutes. 600 left: 14,400 seconds, 4 hours."""
    assert heading(7, 23, [20, 24, 300], 10) == "7 of 23, about 4 min"
    assert heading(7, 700, [24], 600) == "7 of 700, about 4.0 hours"
    assert heading(1, 23, [], 23) == "1 of 23"


def test_keys_of_a_terminal(monkeypatch):
    """Typed ahead they come one by one; arrows go on and back; Enter is nothing; what ends, ends."""
    typed = iter(["a", "xs", "\x1b[B", "\x1b[A", "\xe0P", "\x1b", "\r", "\x03"])
    monkeypatch.setattr(typer, "getchar", lambda: next(typed))
    keys = Keyboard()
    keys.live = True
    assert [keys.key() for _ in range(8)] == ["a", "x", "s", "j", "k", "j", "esc", ""]
    with pytest.raises(KeyboardInterrupt):
        keys.key()
    monkeypatch.setattr("builtins.input", lambda prompt: {"low [5]: ": "", "high: ": " 7 "}[prompt])
    assert (keys.line("low", "5"), keys.line("high")) == ("5", "7")


def test_a_queue_on_paper_is_one_json_document(folder):
    assert isinstance(json.loads(run("review", "--json").out), list)
