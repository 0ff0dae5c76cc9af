"""`changes --since`: what a reader sees, and what a program gets."""

from __future__ import annotations

import csv
from io import StringIO

import pytest

from cli.shell import problem, run

ROWS = """id,type,from,to,low,high,currency,unit,status,source,said_on,note
1,commitment,Dovecote AI,Bramble Cloud,100,100,USD,billion,letter_of_intent,Harbour Times,2026-01-10,A letter.
2,commitment,Dovecote AI,Bramble Cloud,100,100,USD,billion,signed,Reuters,2026-05-02,Signed in May.
3,investment,Eastmarch,Dovecote AI,10,10,USD,billion,completed,Quay (Reuters),2026-05-03,The cheque.
4,valuation,,Dovecote AI,40,40,USD,billion,actual,Harbour Times,2026-01-10,Before.
5,valuation,,Dovecote AI,60,60,USD,billion,actual,Harbour Times,2026-05-02,After.
"""


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    folder = tmp_path_factory.mktemp("changes")
    (folder / "deals.csv").write_text(ROWS, encoding="utf-8")
    run("init", "--book", folder / "book.db")
    run("import", folder / "deals.csv", "--book", folder / "book.db")
    return folder / "book.db"


def test_the_flip_comes_with_its_claim_and_the_answer_it_moves(book):
    """A letter of 100 was signed in May: commitments of 0 are 100 now."""
    found = run("changes", "--since", "2026-03-31", "--book", book).out
    assert found.startswith("Public since 2026-03-31: 1 new deal, 1 changed; 0 new figures, 1 changed.")
    assert "Binding purchase commitments: $0 then, $100bn now (+$100bn)" in found
    assert "letter of intent is now signed (committed, before letter of intent)" in found
    assert 'Reuters, 2026-05-02: "2: Signed in May."' in found
    assert "$20bn: Dovecote AI, valuation: $40bn is now $60bn" in found
    assert found.index("Deals that changed") < found.index("Figures that changed") < found.index("New deals")


def test_nothing_changed_since_the_last_day(book):
    assert run("changes", "--since", "2026-06-01", "--book", book).out.startswith(
        "Public since 2026-06-01: nothing changed."
    )


def test_up_to_a_day_only_what_was_public_by_then(book):
    found = run("changes", "--since", "2026-03-31", "--known", "2026-05-02", "--book", book, "--json").json
    assert [(c["kind"], c["thing"]) for c in found["changes"]] == [("stage", "deal"), ("amount", "figure")]
    assert (found["since"], found["known"]) == ("2026-03-31", "2026-05-02")


def test_a_program_gets_every_change_with_its_evidence(book):
    found = run("changes", "--since", "2026-03-31", "--book", book, "--json").json
    first = found["changes"][0]
    assert [flip["what"] for flip in first["flips"]] == ["stage", "class"]
    assert (first["stage_before"], first["stage"], first["at_stake_usd"]) == ("letter of intent", "signed", 1e11)
    assert [(c["source"], c["public"]) for c in first["claims"]] == [("Reuters", "2026-05-02")]
    assert found["commitments"]["usd"] == pytest.approx(1e11)
    assert found["support"]["reference"] + found["support"]["assumption"] == pytest.approx(1)


def test_as_a_table_and_as_a_file(book, tmp_path):
    table = run("changes", "--since", "2026-03-31", "--book", book, "--format", "csv").out
    assert [row["kind"] for row in csv.DictReader(StringIO(table))] == ["stage", "amount", "new"]
    run("changes", "--since", "2026-03-31", "--book", book, "-o", tmp_path / "changes.csv")
    assert (tmp_path / "changes.csv").read_text(encoding="utf-8") == table


def test_a_day_after_the_other_is_refused(book):
    words = ("changes", "--since", "2026-05-01", "--known", "2026-01-01", "--book", book)
    assert "after --known" in problem(run(*words, code=1), "--since")
    problem(run("changes", "--since", "May", "--book", book, code=1), "--since")


def test_show_tells_who_decided_it(tmp_path):
    """13 by a wire and a carrier of another, 3 by one carrier: (4.30 + 2.71) x 0.9 = 6.31 to 2.71 x 0.9 = 2.44.

    e^6.31 = 550 and e^2.44 = 11.5 of these and nine untold values: 550 of 570.5.
    """
    rows = "id,type,from,to,low,high,currency,unit,status,source,said_on,note\n" + "".join(
        f"{k},investment,Eastmarch,Dovecote AI,{v},{v},USD,billion,completed,{source},2026-05-03,Note {k}.\n"
        for k, (v, source) in enumerate([(3, "Quay (Bloomberg)"), (13, "Harbour (AFP)"), (13, "Reuters")])
    )
    (tmp_path / "deals.csv").write_text(rows, encoding="utf-8")
    run("init", "--book", tmp_path / "book.db")
    run("import", tmp_path / "deals.csv", "--book", tmp_path / "book.db")
    deal = run("deals", "--book", tmp_path / "book.db", "--json").json[0]["deal_id"]
    found = run("show", deal, "--book", tmp_path / "book.db").out
    assert "votes 6.31, probability 0.964 for $13bn: reuters 3.87 (wire), afp 2.44 (aggregator)" in found
    assert "margin 3.87: decided" in found
    assert "without reuters: $3bn" in found
