"""The desk, where stages meet: each function by hand on a small book."""

from __future__ import annotations

import pytest

from counterflow import desk
from counterflow.flows.build import Counting
from counterflow.model.book import Figure, Party, Question
from counterflow.model.problem import Problem, Trouble
from counterflow.reconcile.rulings import Edits
from counterflow.store import Store
from flows.books import CLOUD, LAB, PARENT, believed, book, cheque, contract, revenue
from journeys.wire import CONTRACT, write
from journeys.wire import LAB as LARKSPUR

COMMITTED = Counting()


@pytest.fixture
def store(tmp_path):
    with Store.create(tmp_path / "book.db", recorded="2026-01-01") as made:
        yield made


def test_reading_goes_on_past_what_stands_in_the_way(tmp_path, store):
    write(tmp_path, "contract.txt", "stake.txt")
    (tmp_path / "empty.txt").write_bytes(b"")
    names = [str(tmp_path / name) for name in ("gone.txt", "contract.txt", "empty.txt", "stake.txt")]
    found = list(desk.read(names, store))
    assert [getattr(i, "where", None) or i.document.doc_id for i in found] == [
        names[0],
        "contract.txt",
        names[2],
        "stake.txt",
    ]
    assert [p.where for p in store.problems()] == [names[0], names[2]]
    assert [i.new for i in desk.read(names, store) if not isinstance(i, Problem)] == [False, False]
    (tmp_path / "empty.txt").write_text(CONTRACT, encoding="utf-8")
    list(desk.read([names[2]], store))
    assert [p.where for p in store.problems()] == [names[0]]  # what is read at last waits no more


def test_without_a_store_the_same_is_read_and_nothing_kept(tmp_path, store):
    write(tmp_path, "contract.txt")
    name = [str(tmp_path / "contract.txt")]
    (kept,), (free,) = desk.read(name, store), desk.read(name, None)
    assert (kept.claims, kept.document) == (free.claims, free.document)


def test_the_book_counts_what_is_trusted_and_each_claim_where_it_stands(tmp_path, store):
    write(tmp_path, "contract.txt")
    (read,) = desk.read([str(tmp_path / "contract.txt")], store)
    assert {p.claim.claim_id for p in desk.placed(store)} == {c.claim_id for c in read.claims}
    assert {p.public.isoformat() for p in desk.placed(store)} == {"2025-11-03"}
    assert [d.payer for d in desk.book(store, Question(trust=0.0)).deals] == [LARKSPUR]
    assert desk.book(store, Question(trust=1.0)).deals == ()


def test_who_owes_is_who_has_promised_to_buy():
    made = book(contract(3), cheque("Tern", 1), cheque(PARENT, 2))
    assert desk.owing(made, None) == [LAB]
    assert desk.owing(made, "tern") == ["Tern"]
    with pytest.raises(Trouble, match="did you mean Dovecote AI"):
        desk.owing(made, "Dovecot AI")


def test_a_unit_is_asked_about_as_its_group():
    made = book(contract(28), cheque(PARENT, 5), parties=(Party(CLOUD, owner=PARENT), Party(PARENT)))
    assert desk.group(made, CLOUD) == PARENT
    assert desk.group(made, None) is None
    unit, group = (desk.circular(made, name, None, COMMITTED).circular for name in (CLOUD, PARENT))
    assert unit == group
    assert {r.investor for r in unit.returned} == {PARENT}


def test_cash_in_hand_covers_what_comes_due_first():
    """7 due over 7 quarters from 2026 on, 4 of it in 2026, against 4 in hand: enough that year, 4/7 in all."""
    made = book(contract(7, "1.75"), figures=(Figure("f", LAB, "cash", None, "actual", believed(4)),))
    found = desk.owe(made, LAB, COMMITTED)[0].owed
    assert [c.cumulative for c in found.covered] == pytest.approx([1, 4 / 7])
    assert found.first_gap == 2027


def test_the_headline_holds_what_binds_and_what_does_not():
    made = book(contract(38, deal_id="a"), contract(100, deal_id="b", money="rumoured"), figures=(revenue(13),))
    (total,) = desk.owe(made, LAB, Counting("paid"))[0].owed.totals
    assert (total.committed_usd, total.headline_usd) == pytest.approx((38e9, 138e9))


def test_edits_are_only_what_was_typed():
    assert Edits().changes() == {}
    assert Edits(low="5", fields={"product": "chips"}).changes() == {"low": "5", "product": "chips"}
