"""Names become parties by the table, by exact keys and by people's rulings; near misses go to a person."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterflow.model.book import Party
from counterflow.reconcile.anchors import standing
from counterflow.reconcile.parties import key, resolve
from reconcile.saying import naming

TABLE = (
    Party("Greyhollow", kind="cloud", aliases=("Greyhollow Bank", "GHB"), ticker="GRH"),
    Party("Greyhollow Cloud", kind="cloud", owner="Greyhollow", aliases=("GHC",)),
    Party("Eastmarch", kind="chipmaker"),
)


@pytest.mark.parametrize(
    ("written", "same"),
    [
        ("Dovecote AI, Inc.", "dovecote ai"),
        ("The Dovecote AI Company", "Dovecote  AI"),
        ("DOVECOTE-AI S.A.", "dovecote ai"),
        ("O'Hara's Chips Ltd", "O’Haras chips"),
        ("Société Étoile SE", "société étoile"),
        ("Company", "company"),
        ("The", "the"),
    ],
)
def test_case_punctuation_and_legal_forms_do_not_tell_names_apart(written, same):
    assert key(written) == key(same)


@pytest.mark.parametrize(
    ("one", "other"), [("Eastmarch Chips", "Eastmarch"), ("Greyhollow Group", "Greyhollow"), ("AB", "SA")]
)
def test_other_words_do(one, other):
    assert key(one) != key(other)


def test_an_alias_and_a_ticker_mean_the_party_of_the_table():
    register = resolve(["ghb", "GRH", "Greyhollow Bank PLC"], (), TABLE)
    assert {register.name(n) for n in ("ghb", "GRH", "Greyhollow Bank PLC")} == {"Greyhollow"}
    assert list(register.parties) == ["Greyhollow"]


def test_a_subsidiary_brings_its_owner_and_stays_a_party_of_its_own():
    register = resolve(["GHC"], (), TABLE)
    assert list(register.parties) == ["Greyhollow", "Greyhollow Cloud"]
    assert list(register.owners("Greyhollow Cloud")) == ["Greyhollow Cloud", "Greyhollow"]
    assert (register.top("Greyhollow Cloud"), register.top(None)) == ("Greyhollow", None)


def test_an_unknown_name_is_a_company_called_by_its_shortest_writing():
    register = resolve(["Dovecote Inc.", "Dovecote", "Dovecote, Inc"], (), TABLE)
    assert register.parties == {"Dovecote": Party("Dovecote")}
    assert register.name("Dovecote, Inc") == "Dovecote"


def test_an_alias_that_two_parties_share_names_neither():
    table = (Party("Fennimore Bank", aliases=("Fennimore",)), Party("Fennimore Chips", aliases=("Fennimore",)))
    register = resolve(["Fennimore"], (), table)
    assert register.name("Fennimore") == "Fennimore"
    assert [p.what for p in register.problems] == ["may be Fennimore Bank or Fennimore Chips"]
    assert resolve(["Fennimore Bank"], (), table).problems == ()
    assert resolve(["Fennimore"], [naming("pin", "Fennimore")], table).problems == ()


def test_a_persons_merge_goes_before_the_table_and_takes_the_aliases_along():
    register = resolve(["GHB", "Eastmarch"], [naming("merge", "Greyhollow", "Eastmarch")], TABLE)
    assert (register.name("GHB"), list(register.parties)) == ("Eastmarch", ["Eastmarch"])


def test_a_split_makes_an_alias_a_party_of_its_own():
    register = resolve(["GHB", "Greyhollow"], [naming("split", "GHB")], TABLE)
    assert (register.name("ghb"), register.name("Greyhollow")) == ("GHB", "Greyhollow")


def test_the_last_ruling_on_a_name_stands():
    merge = naming("merge", "Greyhollow", "Eastmarch", "2026-11-01T09:00:00Z")
    split = naming("split", "Greyhollow", None, "2026-11-02T09:00:00Z")
    assert resolve(["Greyhollow"], standing([split, merge]), TABLE).name("Greyhollow") == "Greyhollow"


def test_merges_are_followed_and_a_ring_is_one_party():
    chain = [naming("merge", "A", "B"), naming("merge", "B", "C")]
    assert resolve(["A", "B", "C"], chain).name("A") == "C"
    ring = [*chain, naming("merge", "C", "A")]
    assert list(resolve(["A", "B", "C"], ring).parties) == ["A"]


def test_a_party_merged_into_its_owner_does_not_own_itself():
    register = resolve(["Greyhollow Cloud"], [naming("merge", "Greyhollow Cloud", "Greyhollow")], TABLE)
    assert register.parties["Greyhollow"].owner is None


def test_owners_in_a_ring_end():
    register = resolve(["A"], (), (Party("A", owner="B"), Party("B", owner="A")))
    assert list(register.owners("A")) == ["A", "B"]


@pytest.mark.parametrize(
    ("one", "other"), [("Softbrook", "Soft Brook AI"), ("Dovecote", "Dovecote AI"), ("Eastmarch", "Eastmarch Group")]
)
def test_near_misses_are_a_persons_to_judge(one, other):
    register = resolve([one, other], (), TABLE)
    assert len(register.parties) == 2
    (problem,) = register.problems
    assert "may be the same party" in problem.what
    assert resolve([one, other], [naming("split", other)], TABLE).problems == ()


def test_what_the_table_keeps_apart_is_no_near_miss():
    assert resolve(["Eastmarch", "Eastmarch AI"], (), (*TABLE, Party("Eastmarch AI"))).problems == ()


_NAMES = st.lists(
    st.sampled_from(["Dovecote", "Dovecote Inc", "The Dovecote Co.", "GHB", "GHC", "Fennimore", "fennimore"])
)


@given(_NAMES, st.randoms(use_true_random=False))
def test_the_order_of_names_is_no_matter(names, random):
    assert resolve(random.sample(names, len(names)), (), TABLE) == resolve(names, (), TABLE)


@given(_NAMES)
def test_every_name_means_a_party_and_a_partys_name_means_itself(names):
    register = resolve(names, (), TABLE)
    assert all(register.name(name) in register.parties for name in names)
    assert all(register.name(name) == name for name in register.parties)
