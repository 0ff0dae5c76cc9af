"""Rulings outlive every upgrade: none is lost, none changes in silence."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterflow.model.book import Party
from counterflow.model.claim import Evidence
from counterflow.model.problem import Trouble
from counterflow.reconcile.anchors import anchor, rebind, standing
from counterflow.reconcile.rulings import edited, on_claim, on_party, state
from reconcile.saying import amount, cheque, naming, placed, ruling, undo


def targets(decisions, *claims):
    """Who is bound to what, and how many wait."""
    bound, waiting = rebind(decisions, [placed(c) for c in claims])
    return [(b.decision.action, b.target) for b in bound], len(waiting)


def test_a_ruling_binds_to_the_words_and_the_frame():
    one = cheque("10", quote="Eastmarch  puts “10 billion” in – at last")
    assert anchor(one, "https://wire.example/a") == (
        "https://wire.example/a",
        'Eastmarch puts "10 billion" in - at last',
        "investment(investee:1,investor:1)",
    )


def test_a_ruling_holds_for_a_new_reading_of_the_same_words():
    """The reader now takes 12 where it took 10, and spells the investor out: same quote, same frame, same ruling."""
    then = cheque("10", quote="Eastmarch put in the money")
    now = cheque("12", quote="Eastmarch put in the money", investor="Eastmarch Chips", extractor="rules/9.9")
    assert then.claim_id != now.claim_id
    assert targets([ruling("reject", then)], now) == ([("reject", now.claim_id)], 0)


def test_a_mention_that_is_no_longer_the_best_still_binds():
    then = cheque("10", quote="first mention")
    now = replace(
        cheque("11"), evidence=(Evidence("sentence", 90, 99, "second"), Evidence("sentence", 0, 13, "first mention"))
    )
    assert targets([ruling("accept", then)], now) == ([("accept", now.claim_id)], 0)


def test_names_as_written_then_amounts_tell_claims_of_one_span_apart():
    """ "Eastmarch and Fennimore each put 4 billion, later 6 billion": four claims, one quote, one frame."""
    quote = "Eastmarch and Fennimore each put 4 billion, later 6 billion"
    then = {
        (who, sum_): cheque(sum_, quote=quote, investor=who)
        for who in ("Eastmarch", "Fennimore")
        for sum_ in ("4", "6")
    }
    now = [replace(c, status="signed") for c in then.values()]
    assert not {c.claim_id for c in then.values()} & {c.claim_id for c in now}
    assert targets([ruling("reject", then["Fennimore", "6"])], *now) == ([("reject", now[3].claim_id)], 0)


def test_several_that_nothing_tells_apart_wait():
    then = cheque("5", quote="the sums")
    now = [cheque(words, quote="the sums", investor=who) for words, who in (("4", "Fennimore"), ("6", "Greyhollow"))]
    assert targets([ruling("accept", then)], *now) == ([], 1)


def test_none_that_matches_waits():
    assert targets([ruling("accept", cheque("5", quote="gone"))], cheque("5", quote="here", at=7)) == ([], 1)


def test_a_ruling_on_a_claim_that_went_does_not_fall_on_its_neighbour():
    """Two cheques in one span, both ruled on; the reader loses one. Its ruling waits and leaves the other alone."""
    lost, kept = (cheque("4", quote="each put 4 billion", investor=who) for who in ("Eastmarch", "Fennimore"))
    assert targets([ruling("reject", lost), ruling("accept", kept)], kept) == ([("accept", kept.claim_id)], 1)


def test_an_undo_takes_back_and_an_undo_of_the_undo_restores():
    said = ruling("reject", cheque("10"))
    once = undo(said, "2026-11-02T09:00:00Z")
    twice = undo(once, "2026-11-03T09:00:00Z")
    thrice = undo(twice, "2026-11-04T09:00:00Z")
    assert standing([said, once]) == ()
    assert standing([thrice, said]) == (said,)
    assert standing([said, once, twice]) == (said,)
    assert standing([said, once, twice, thrice]) == ()


def test_the_latest_standing_word_is_the_state():
    one = cheque("10")
    no, yes = ruling("reject", one, "2026-11-01T09:00:00Z"), ruling("accept", one, "2026-11-02T09:00:00Z")
    assert [state(one, standing(d)) for d in ([], [no], [yes, no], [no, yes, undo(yes)])] == [
        "proposed",
        "rejected",
        "accepted",
        "rejected",
    ]


def test_of_two_rulings_in_one_second_the_later_recorded_stands():
    one = cheque("10")
    no, yes = ruling("reject", one), ruling("accept", one)
    assert [state(one, standing(d)) for d in ([no, yes], [yes, no])] == ["accepted", "rejected"]


def test_an_added_claim_is_accepted_until_it_is_taken_back():
    own = cheque("10", extractor="person/Ada")
    add = ruling("add", own)
    assert state(own, standing([add])) == "accepted"
    assert state(own, standing([add, undo(add)])) == "rejected"


def test_an_added_claim_is_never_taken_for_a_reading():
    """A ruling on what the reader found does not slip to a person's claim on the same words."""
    read, own = cheque("10", quote="the words"), cheque("11", quote="the words", extractor="person/Ada")
    assert targets([ruling("reject", read), ruling("add", own)], own) == ([("add", own.claim_id)], 1)


def test_an_edit_keeps_the_persons_values_as_bare_words():
    """The text says about 10; a person writes 12 to 13: the interval is [12, 13] and no hedge widens it."""
    one = edited(
        cheque("about 10"), [ruling("edit", cheque("about 10"), low=12 * 10**9, high=13 * 10**9, status="signed")]
    )
    assert (one.amount.low, one.amount.high, one.amount.qualifier) == (12 * 10**9, 13 * 10**9, "range")
    assert (one.amount.loose().low, one.amount.loose().high) == (12 * 10**9, 13 * 10**9)
    assert (one.status, one.amount.text, one.evidence) == ("signed", "about 10", cheque("about 10").evidence)


@pytest.mark.parametrize(
    ("changes", "qualifier"),
    [
        ({"low": 5, "high": 5}, "exact"),
        ({"high": None}, "at_least"),
        ({"low": None}, "up_to"),
        ({"high": None, "qualifier": "more_than"}, "more_than"),
    ],
)
def test_the_ends_name_the_qualifier(changes, qualifier):
    assert edited(cheque("10"), [ruling("edit", cheque("10"), **changes)]).amount.qualifier == qualifier


def test_an_amount_can_be_given_where_none_was_read():
    one = edited(cheque(None), [ruling("edit", cheque(None), low=5, high=5, currency="EUR")])
    assert (one.amount.low, one.amount.currency, one.amount.unit) == (5, "EUR", "money")


@pytest.mark.parametrize(
    "changes", [{"low": 9, "high": 5}, {"low": "many"}, {"status": "sealed"}, {"roles": 7}, {"colour": "red"}]
)
def test_an_edit_that_makes_no_claim_is_a_problem_with_its_remedy(changes):
    with pytest.raises(Trouble, match="counterflow undo"):
        edited(cheque("10"), [ruling("edit", cheque("10"), **changes)])


def test_an_edit_may_name_who_was_missing_and_date_what_was_not():
    one = cheque("10", at=4)
    missing = replace(one, roles={"investor": ("Eastmarch",)})
    filled = edited(missing, [ruling("edit", missing, investee="Dovecote AI", event_date="2026-02", valid_time="P7Y")])
    assert (filled.role("investee"), filled.event_date.value, filled.valid_time.duration) == (
        "Dovecote AI",
        "2026-02",
        "P7Y",
    )
    assert edited(one, [ruling("edit", one, valid_time="2027")]).valid_time.start == "2027"


ACT = ("accept", "Ada", "2026-11-01T09:00:00Z", "seen the filing")


def test_a_ruling_is_made_with_all_that_it_needs_to_be_found_again():
    one = placed(cheque("10"))
    assert on_claim(one, ACT, {}) == ruling("accept", one.claim)
    with pytest.raises(Trouble, match="makes no claim"):
        on_claim(one, ("edit", *ACT[1:]), {"low": "9", "high": "x"})


def test_a_ruling_on_a_name_asks_that_the_name_is_known():
    """Names of the table and of claims, by alias too; a near one is proposed."""
    pile, table = [placed(cheque("10"))], [Party("Greyhollow", aliases=("GHB",))]
    merge = on_party("Eastmarch", ("merge", *ACT[1:]), into="ghb", pile=pile, parties=table)
    assert (merge.target, merge.changes, merge.anchor) == ("Eastmarch", {"into": "Greyhollow"}, None)
    assert on_party("Dovecote AI", ("split", *ACT[1:]), into=None, pile=pile, parties=table).changes == {}
    for action, target, into, told in (
        ("accept", "7f", None, "names no single claim"),
        ("merge", "Eastmarch", None, "merged into nothing"),
        ("merge", "Eastmarch", "Greyholow", "did you mean Greyhollow?"),
        ("split", "Quillfeather", None, "counterflow parties"),
    ):
        with pytest.raises(Trouble, match=told.replace("?", r"\?")):
            on_party(target, (action, *ACT[1:]), into=into, pile=pile, parties=table)


def test_rulings_on_names_are_bound_to_the_name():
    assert targets([naming("merge", "Eastmarch Inc", "Eastmarch")], cheque("10")) == ([("merge", "Eastmarch Inc")], 0)


def test_two_claims_joined_by_a_person_wait_where_one_of_them_went():
    one, two = cheque("10", quote="a"), cheque("11", quote="b")
    join = ruling("merge", one, into=two.claim_id)
    assert targets([join], one, two) == ([("merge", one.claim_id)], 0)
    assert targets([join], one) == ([], 1)


_PILE = [
    cheque(words, quote=f"both put in {words}", investor=who, at=at)
    for at, words in enumerate(("4", "6", "9"))
    for who in ("Eastmarch", "Fennimore")
]
_RULINGS = st.lists(
    st.tuples(st.sampled_from(["accept", "reject", "edit", "pin"]), st.sampled_from(range(len(_PILE)))),
    unique_by=lambda each: each[1],
)


@given(_RULINGS, st.randoms(use_true_random=False))
def test_the_order_of_rulings_on_different_claims_is_no_matter(words, random):
    decisions = [ruling(action, _PILE[at]) for action, at in words]
    shuffled = random.sample(decisions, len(decisions))
    assert rebind(shuffled, map(placed, _PILE)) == rebind(decisions, map(placed, _PILE))


@given(_RULINGS, st.lists(st.sampled_from(["10", "20", "up to 30"]), min_size=6, max_size=6), st.data())
def test_every_standing_ruling_is_bound_or_waits(words, amounts, data):
    """Whatever a new reading makes of amounts and status, and whichever claims it loses: none is lost."""
    decisions = [ruling(action, _PILE[at]) for action, at in words]
    decisions += [
        undo(d) for d in data.draw(st.lists(st.sampled_from(decisions), unique_by=id) if decisions else st.just([]))
    ]
    now = [replace(c, amount=amount(a), extractor="rules/2") for c, a in zip(_PILE, amounts, strict=True)]
    kept = data.draw(st.lists(st.sampled_from(now), unique_by=id))
    bound, waiting = rebind(decisions, map(placed, kept))
    assert sorted(d.decision_id for d in (*(b.decision for b in bound), *waiting)) == sorted(
        d.decision_id for d in standing(decisions)
    )


@given(_RULINGS, st.lists(st.sampled_from(["10", "20", "up to 30"]), min_size=6, max_size=6))
def test_new_amounts_and_a_new_reader_keep_every_ruling(words, amounts):
    """Each span holds two claims that the names tell apart, so every ruling finds its own claim again."""
    decisions = [ruling(action, _PILE[at]) for action, at in words]
    now = [replace(c, amount=amount(a), extractor="rules/2") for c, a in zip(_PILE, amounts, strict=True)]
    bound, waiting = rebind(decisions, map(placed, now))
    assert {b.decision.target: b.target for b in bound} == {_PILE[at].claim_id: now[at].claim_id for _, at in words}
    assert waiting == ()
