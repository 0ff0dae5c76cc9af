"""Names become parties by rulings, the table, exact keys and clear likeness; near misses go to a person."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from counterflow import desk
from counterflow.model.book import Likeness, Party, Question
from counterflow.model.problem import Trouble
from counterflow.model.source import Document
from counterflow.reconcile.anchors import standing
from counterflow.reconcile.parties import find, key, resolve
from counterflow.reconcile.rulings import on_party
from counterflow.store import Store
from counterflow.store.drafts import party_of
from reconcile.saying import claim, naming, undo

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
    assert register.parties == {"Dovecote": Party("Dovecote", listed=False)}
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


def test_a_slip_of_the_pen_is_taken_in_by_the_usual_writing_and_shows_how_alike_it_is():
    """ "nortgatecapital" has all but one of 16 letters: 2 x 15 / (15 + 16) = 0.968; nothing else comes near."""
    register = resolve(["Nortgate Capital", "Northgate Capital", "Northgate Capital", "Fennimore"])
    assert {register.name(n) for n in ("Nortgate Capital", "Northgate Capital Inc")} == {"Northgate Capital"}
    assert list(register.parties) == ["Fennimore", "Northgate Capital"]
    (taken,) = register.alike["Northgate Capital"]
    assert (taken.writing, round(taken.score, 1), taken.runner_up) == ("Nortgate Capital", 96.8, None)
    assert str(taken) == "Nortgate Capital (matched by likeness 97, no runner-up)"
    assert str(Likeness("Northgat", 93.4, 81.2)) == "Northgat (matched by likeness 93, runner-up 81)"
    assert register.problems == ()


def test_the_table_is_what_others_are_matched_with_though_no_claim_names_it():
    table = (*TABLE, Party("Larkspurton", aliases=("Larkspurton Robotics",), owner="Eastmarch"))
    register = resolve(["Larkspurtn"], (), table)
    assert register.name("Larkspurtn") == "Larkspurton"
    assert list(register.parties) == ["Eastmarch", "Larkspurton"]
    assert resolve(["Larkspurtn Robotics"], (), table).name("Larkspurtn Robotics") == "Larkspurton"


def test_a_ticker_is_no_name_to_be_like():
    table = (Party("Greyhollow", ticker="GREYHLW"),)
    assert resolve(["Greyhlww"], (), table).name("Greyhlww") == "Greyhlww"


def test_units_are_no_writings_of_their_owner():
    names = ["Eastmarch", "Eastmarch Cloud", "Eastmarch Chips", "Eastmarch Fund II", "Eastmarch Fund III"]
    register = resolve(names)
    assert sorted(register.parties) == sorted(names)
    assert register.problems == ()


def test_names_that_the_table_tells_apart_are_never_matched_and_names_met_in_articles_are():
    apart = resolve(["Quillvane", "Quilvane"], (), (Party("Quillvane"), Party("Quilvane")))
    assert list(apart.parties) == ["Quillvane", "Quilvane"]
    assert apart.problems == ()
    met = (Party("Quillvane", "investor", listed=False), Party("Quilvane", "investor", listed=False))
    assert list(resolve(["Quillvane", "Quilvane"], (), met).parties) == ["Quillvane"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("person", None), ("company", None)),
        (("cloud", None), ("lab", None)),
        (("cloud", "Norway"), ("cloud", "Chile")),
    ],
)
def test_another_kind_or_country_leaves_it_to_a_person(one, other):
    table = (Party("Quillvane", one[0], country=one[1]), Party("Quilvane", other[0], country=other[1], listed=False))
    register = resolve(["Quillvane", "Quilvane"], (), table)
    assert list(register.parties) == ["Quillvane", "Quilvane"]
    assert [(p.where, p.what) for p in register.problems] == [
        ("Quilvane", "may be the same party as Quillvane (likeness 94)")
    ]


def test_a_party_written_down_before_countries_were_is_read_and_a_country_is_known_of_those_built_in():
    kept = {"name": "Greyhollow", "kind": "cloud", "aliases": ["GHB"], "owner": None, "ticker": None}
    assert party_of(kept) == Party("Greyhollow", "cloud", ("GHB",))
    known = {party.name: party.country for party in desk.gazetteer_parties()}
    assert (known["ASML"], known["Nvidia"]) == ("Netherlands", "US")


def test_between_two_near_names_a_person_chooses():
    register = resolve(["Northgate Capital", "Northgates Capital", "Nortgates Capital"])
    (asked,) = [p for p in register.problems if p.where == "Northgate Capital"]
    assert "--merge 'Northgates Capital'" in asked.remedy
    assert len(register.parties) > 1


def test_people_go_before_likeness():
    """A split or a pin keeps a name out of any match, on either side of it; a merge goes where likeness would not."""
    names = ["Northgate Capital", "Nortgate Capital"]
    for action in ("split", "pin"):
        for name in names:
            register = resolve(names, [naming(action, name)])
            assert (sorted(register.parties), register.problems) == (sorted(names), ())
    merged = resolve([*names, "Fennimore"], [naming("merge", "Nortgate Capital", "Fennimore")])
    assert merged.name("Nortgate Capital") == "Fennimore"
    assert merged.name("Northgate Capital") == "Northgate Capital"


def test_a_name_taken_in_still_finds_its_party():
    register = resolve(["Nortgate Capital", "Northgate Capital", "Northgate Capital"])
    parties = register.parties.values()
    assert find("nortgate capital ltd", parties, register.alike) == "Northgate Capital"
    with pytest.raises(Trouble, match="did you mean Northgate Capital"):
        find("Northgte Capitol", parties)


@pytest.fixture
def store(tmp_path):
    """Three cheques; the investor of two is one, written with a slip of the pen the second time."""
    told = [
        claim("investment", "2", doc=name, at=0, quote=name, investor=name, investee="Dovecote AI")
        for name in ("Northgate Capital", "Northgate Capital Partners", "Nortgate Capital")
    ]
    with Store.create(tmp_path / "book.db", recorded="2026-01-01") as made:
        for one in told:
            paper = Document(one.doc_id, one.doc_id, doc_date="2026-01-05")
            read = replace(one, text_sha256=paper.text_sha256)
            made.add_reading(paper, [read], [], recorded="2026-01-06T00:00:00Z")
        yield made


def payers(store, recorded=None):
    return sorted({deal.payer for deal in desk.book(store, Question(recorded=recorded, trust=0)).deals})


def test_a_merge_of_today_leaves_yesterdays_book_alone_and_an_undo_takes_it_back(store):
    before = ["Northgate Capital", "Northgate Capital Partners"]
    assert payers(store) == before
    act = naming("merge", "Northgate Capital Partners", "Northgate Capital", "2026-02-01T00:00:00Z")
    store.add_decision(act, recorded=act.when)
    assert payers(store) == ["Northgate Capital"]
    assert payers(store, "2026-01-31T00:00:00Z") == before
    back = undo(act, "2026-02-02T00:00:00Z")
    store.add_decision(back, recorded=back.when)
    assert payers(store) == before
    assert payers(store, "2026-02-01T12:00:00Z") == ["Northgate Capital"]


def test_a_split_parts_what_likeness_joined_and_an_undo_joins_it_again(store):
    """The name taken in can be ruled on, for claims still hold it as written."""
    act = ("split", "Ada", "2026-02-01T00:00:00Z", "another firm")
    apart = on_party("Nortgate Capital", act, into=None, pile=desk.placed(store), parties=())
    store.add_decision(apart, recorded=apart.when)
    assert payers(store) == ["Nortgate Capital", "Northgate Capital", "Northgate Capital Partners"]
    back = undo(apart)
    store.add_decision(back, recorded="2026-02-02T00:00:00Z")
    assert payers(store) == ["Northgate Capital", "Northgate Capital Partners"]
    assert "Nortgate Capital" in {n for p in desk.placed(store) for n in p.claim.roles_as_written["investor"]}


_NAMES = st.lists(
    st.sampled_from(
        "Dovecote,Dovecote Inc,The Dovecote Co.,GHB,GHC,Fennimore,fennimore,Fennimoore,Fenimore,Fennimore Bank,"
        "Dove Cote,Greyholow,Greyhollow Clouds,Northgate Capital,Nortgate Capital,Northgates Capital".split(",")
    )
)


@settings(max_examples=50)
@given(_NAMES, st.randoms(use_true_random=False))
def test_the_order_of_names_is_no_matter(names, random):
    assert resolve(random.sample(names, len(names)), (), TABLE) == resolve(names, (), TABLE)


@settings(max_examples=50)
@given(_NAMES)
def test_every_name_means_a_party_and_a_partys_name_means_itself(names):
    register = resolve(names, (), TABLE)
    assert all(register.name(name) in register.parties for name in names)
    assert all(register.name(name) == name for name in register.parties)
