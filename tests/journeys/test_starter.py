"""A newcomer's first book: the starter data by reference, as of now and as of what was public before."""

from __future__ import annotations

import pytest

from cli.shell import run
from counterflow import desk, starter
from counterflow.extract import rows, tables
from counterflow.model.book import Question
from counterflow.model.when import day
from counterflow.store import Store


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    path = tmp_path_factory.mktemp("starter") / "book.db"
    with Store.create(path, recorded="2026-11-01T00:00:00Z") as store:
        assert desk.start(store) > 600
        assert desk.start(store) == 0  # a second time adds nothing
        assert store.verify() == []
        assert store.problems() == []
    return path


def asked(book, *words):
    return run(*words, "--book", book, "--json").json


def test_every_row_is_a_reference_with_source_date_and_note():
    with starter.deals() as folder:
        found = [claim for path in sorted(folder.glob("*.csv")) for claim in tables.read(path).claims]
    kinds = {claim.evidence[0].kind for claim in found}
    assert kinds == {"reference"}
    assert all(c.evidence[0].source and c.evidence[0].date and c.evidence[0].note for c in found)
    assert len({claim.claim_id for claim in found}) == len(found)
    assert {claim.extractor for claim in found} == {rows.EXTRACTOR}
    no_page = [c for c in found if not (c.evidence[0].address or "").startswith("http")]
    assert len(no_page) <= 10  # facts that only articles without an address carry


def test_answers_say_that_they_rest_on_references(book):
    support = asked(book, "circular", "Amazon")["support"]
    assert support["sentence"] == 0
    assert support["reference"] > 0.3
    assert support["reference"] + support["assumption"] == pytest.approx(1)
    screen = run("owe", "OpenAI", "--book", book).out
    assert "reference, no text held" in screen
    assert "0% sentences" in screen


def test_a_day_in_the_past_knows_only_what_was_public_then(book):
    with Store.open(book) as store:
        now = desk.book(store, Question())
        past = desk.book(store, Question(known=day("2025-12-31")))
    assert all(ruled.public <= day("2025-12-31") for ruled in past.claims.values())
    assert 0 < len(past.claims) < len(now.claims)
    assert any(d.payer == "Amazon" and d.payee == "OpenAI" and d.money_class == "paid" for d in now.deals)
    assert not any(d.payer == "Amazon" and d.payee == "OpenAI" and d.money_class == "paid" for d in past.deals)


def test_known_traps_of_the_data_are_counted_once(book):
    """Contracts of 11.9 + 4 + 6.5 = 22.4; 15 paid and 35 conditional of 50; 250 told as additional and plain."""
    deals = asked(book, "deals")
    counted = [
        (d["payer"], d["payee"], d["class"], d["central"] / 1e9)
        for d in deals
        if d["class"] and d["unit"] == "money" and d["central"]
    ]

    def between(payer, payee):
        return sorted((money, billions) for p, q, money, billions in counted if (p, q) == (payer, payee))

    assert between("OpenAI", "CoreWeave")[0] == ("committed", 0.35)
    assert [b for _, b in between("OpenAI", "CoreWeave")] == [0.35, 22.4]
    assert between("Amazon", "OpenAI") == [("conditional", 35.0), ("paid", 15.0)]
    assert between("OpenAI", "Microsoft") == [("committed", 250.0)]
    assert [b for m, b in between("Meta", "CoreWeave")] == [14.2, 21.0]


def test_init_starter_from_the_command_line(tmp_path):
    path = tmp_path / "book.db"
    assert "claims by reference" in run("init", "--starter", "--book", path).err
    assert {source["kind"] for source in run("sources", "--book", path, "--json").json} == {"reference"}
