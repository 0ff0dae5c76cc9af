"""Two books beside each other: what is new, what flipped, what vanished, and by which claims."""

from __future__ import annotations

from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from counterflow.model.book import Question
from counterflow.reconcile.build import book
from counterflow.reconcile.changes import changes
from reconcile.saying import BILLION, cheque, claim, contract, placed, ruling

SINCE = date(2026, 3, 31)


def compared(told, decisions=()):
    """The changes since 31 March; `told` are (claim, day of its source)."""
    pile = [placed(one, day) for one, day in told]
    then = book(pile, question=Question(trust=0, known=SINCE))
    return changes(then, book(pile, decisions, question=Question(trust=0)))


def flips(change):
    return [flip.what for flip in change.flips]


def test_a_letter_of_intent_that_is_terminated():
    """100 told in January, ended in May: 100 at stake, by the one claim of May."""
    hoped = contract("100", "letter_of_intent", doc="a")
    ended = contract("100", "terminated", doc="b")
    (change,) = compared([(hoped, "2026-01-10"), (ended, "2026-05-02")])
    assert (change.kind, flips(change)) == ("stage", ["stage", "class"])
    assert (change.flips[0].before, change.flips[0].after) == ("letter of intent", "terminated")
    assert (change.claims, change.usd_at_stake) == ((ended.claim_id,), 100 * BILLION)


def test_a_value_that_moved_puts_the_difference_at_stake():
    """One paper says 10 in January; two say 13 in May: the shown value moves by 3."""
    one, *others = (
        cheque(words, doc=doc, event="2026-01-09") for doc, words in (("a", "10"), ("b", "13"), ("c", "13"))
    )
    told = [(one, "2026-01-10"), *((other, "2026-05-02") for other in others)]
    (change,) = compared(told)
    assert (change.kind, change.usd_at_stake) == ("amount", 3 * BILLION)
    assert set(change.claims) == {told[1][0].claim_id, told[2][0].claim_id}


def test_a_sum_that_became_a_ceiling_promises_no_more():
    """50 becomes "up to 50" where the deal closes: another amount, although the number stayed."""
    told = [(cheque("50", "signed", doc="a"), "2026-01-10"), (cheque("up to 50", "completed", doc="b"), "2026-05-02")]
    (change,) = compared(told)
    assert flips(change) == ["stage", "class", "amount"]


def test_a_narrower_interval_is_told_last_and_by_how_far_it_moved():
    """About 40 allows 36 to 44, over 38 from 37.5: the lower end moves by 1.5. The new deal of 2 comes first."""
    told = [
        (cheque("about 40", doc="a"), "2026-01-10"),
        (cheque("over 38", doc="b"), "2026-05-02"),
        (contract("2", doc="c"), "2026-05-03"),
    ]
    new, narrowed = compared(told)
    assert (new.kind, new.usd_at_stake) == ("new", 2 * BILLION)
    assert (narrowed.kind, narrowed.usd_at_stake) == ("interval", BILLION * 3 / 2)


def test_most_money_first_and_what_names_none_last():
    told = [
        (contract(None, doc="a", supplier="Quay Cloud"), "2026-05-02"),
        (contract("3", doc="b", supplier="Harbour Cloud"), "2026-05-02"),
        (contract("70", doc="c"), "2026-05-02"),
    ]
    assert [c.after.payee for c in compared(told)] == ["Bramble Cloud", "Harbour Cloud", "Quay Cloud"]


def test_a_rate_is_worth_its_whole_term():
    """5 a year over 4 years: 20 at stake."""
    from counterflow.model.claim import ValidTime

    years = ValidTime("four years", duration="P4Y")
    (change,) = compared([(contract("5", per="year", period=years), "2026-05-02")])
    assert change.usd_at_stake == 20 * BILLION


def test_an_id_that_moved_to_another_deal_hides_no_change():
    """The rumour has the plain id until a signed contract takes it: the rumour is the same deal under a longer id, of
    which nothing is told, and the contract is what is new."""
    rumour, deal = contract("10", "rumoured", doc="a", event="2025-01-10"), contract("90", doc="b", event="2026-05-02")
    pile = [placed(rumour, "2025-01-12"), placed(deal, "2026-05-03")]
    then, now = (book(pile, question=Question(trust=0, known=day)) for day in (SINCE, None))
    (change,) = changes(then, now)
    assert (change.kind, change.ident) == ("new", then.deals[0].deal_id)
    assert [d.deal_id for d in now.deals if rumour.claim_id in d.claims] != [then.deals[0].deal_id]


def test_the_preferred_value_of_a_figure():
    """Worth 40 in January and 60 in May: one change of 20, told by the claim of May; revenue is new."""
    told = [
        (claim("valuation", "40", "completed", doc="a", company="Dovecote AI", event="2026-01-09"), "2026-01-10"),
        (claim("valuation", "60", "completed", doc="b", company="Dovecote AI", event="2026-05-01"), "2026-05-02"),
        (claim("financial_metric", "4", "actual", doc="c", company="Dovecote AI", metric="revenue"), "2026-05-02"),
    ]
    worth, sales = compared(told)
    assert (worth.kind, worth.before.what, worth.usd_at_stake) == ("amount", "valuation", 20 * BILLION)
    assert worth.claims == (told[1][0].claim_id,)
    assert (sales.kind, sales.after.what) == ("new", "revenue")


def test_a_stock_of_another_day_is_the_same_thing():
    from counterflow.model.claim import ValidTime

    def backlog(words, day):
        period = ValidTime(day, start=day)
        return claim("financial_metric", words, "actual", doc=day, company="Quay", metric="backlog", period=period)

    (change,) = compared([(backlog("50", "2025-12-31"), "2026-02-01"), (backlog("70", "2026-03-31"), "2026-05-01")])
    assert (change.kind, change.usd_at_stake) == ("amount", 20 * BILLION)


def test_a_ruling_makes_a_change_of_what_was_public_all_along():
    wrong, right = cheque("10", doc="a"), cheque("13", doc="b")
    told = [(wrong, "2026-01-10"), (right, "2026-01-11")]
    (change,) = compared(told, [ruling("reject", wrong)])
    assert (change.kind, change.claims) == ("amount", (wrong.claim_id,))


def test_a_deal_whose_claims_count_no_more_is_gone():
    only = cheque("10", doc="a")
    (change,) = compared([(only, "2026-01-10")], [ruling("reject", only)])
    assert (change.kind, change.kin, change.claims) == ("gone", (), (only.claim_id,))


def test_a_deal_taken_in_by_another_says_by_which():
    """Two sums apart in time are two deals until a report between them makes them one."""
    first, last = contract("10", doc="a", event="2025-01-10"), contract("10", doc="b", event="2025-12-10")
    between = contract("10", doc="c", event="2025-06-20")
    told = [(first, "2025-01-11"), (last, "2025-12-11"), (between, "2026-05-02")]
    found = compared(told)
    gone = [c for c in found if c.kind == "gone"]
    assert all(c.kin and c.claims == (between.claim_id,) for c in gone)


_PILE = st.lists(
    st.tuples(
        st.one_of(
            st.builds(
                contract,
                st.sampled_from(["10", "about 10", "13", "up to 12", None]),
                st.sampled_from(["rumoured", "letter_of_intent", "signed", "completed", "terminated"]),
                doc=st.sampled_from("abcd"),
                event=st.sampled_from(["2025-03-01", "2025-12-01", "2026-05-01"]),
            ),
            st.builds(
                claim,
                st.just("valuation"),
                st.sampled_from(["40", "60"]),
                st.just("completed"),
                doc=st.sampled_from("abcd"),
                company=st.just("Dovecote AI"),
            ),
        ),
        st.sampled_from(["2025-12-10", "2026-03-31", "2026-04-01", "2026-06-01"]),
    ),
    min_size=1,
    max_size=8,
    unique_by=lambda told: told[0].claim_id,
)


@settings(max_examples=50)
@given(_PILE)
def test_a_book_beside_itself_has_no_changes(told):
    own = book([placed(*each) for each in told], question=Question(trust=0))
    assert changes(own, own) == ()


@settings(max_examples=50)
@given(_PILE, st.randoms(use_true_random=False))
def test_the_order_of_claims_is_no_matter_and_each_change_has_claims_of_later(told, random):
    found = compared(told)
    assert compared(random.sample(told, len(told))) == found
    public = {one.claim_id: day for one, day in told}
    assert all(change.claims for change in found)
    assert all(public[each] > SINCE.isoformat() for change in found for each in change.claims)


@settings(max_examples=50)
@given(_PILE)
def test_nothing_public_later_is_no_change(told):
    assert bool(compared(told)) <= any(day > SINCE.isoformat() for _, day in told)
