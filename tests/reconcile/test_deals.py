"""Which claims are one deal, and where it stands. Amounts are billions."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterflow.model.book import CLASSES, STAGES, Party
from counterflow.model.claim import ValidTime
from counterflow.reconcile.anchors import Bound
from counterflow.reconcile.deals import gather
from counterflow.reconcile.parties import resolve
from reconcile.saying import BILLION, cheque, claim, contract, heard, ruling

TABLE = (Party("Bramble"), Party("Bramble Cloud", owner="Bramble"), Party("Bramble Chips", owner="Bramble"))


def deals(*claims, rulings=(), public=None):
    """Deals of the claims, all published on one day."""
    told = [c if hasattr(c, "origin") else heard(c, public) for c in claims]
    register = resolve([n for s in told for n in s.claim.parties], (), TABLE)
    return gather(told, register, [Bound(r, r.target) for r in rulings])[0]


def holes(*claims):
    """What a person is told of claims that can be no deal."""
    told = [heard(c) for c in claims]
    return [p.what for p in gather(told, resolve([n for s in told for n in s.claim.parties]))[1]]


def billions(*found):
    """Central amounts, the smallest first."""
    return sorted(
        float(d.amount.central / BILLION) if d.amount and d.amount.central is not None else 0.0 for d in found
    )


# Sums that others hold, or that a better-told total leaves no room for: they count nowhere.
ASIDE = {"in_parts", "in_total", "beyond_total", "other_total", "slip"}


# ---------------------------------------------------------------- one story
def test_a_rumour_that_closed_is_one_deal_and_an_amount_far_off_is_not():
    """Over 10, at least 10, 10 and 100 in talks, 0.1 to 1 rumoured, 50 completed.

    50 / 10 = 5 and 100 / 50 = 2 are within 6 times; 50 / 1 = 50 is not.
    """
    talks = [cheque(words, "in_talks", doc=words) for words in ("over 10", "at least 10", "10", "100")]
    main, apart = deals(*talks, cheque("0.1-1", "rumoured", doc="t"), cheque("50", "completed", doc="z"))
    assert (main.stage, main.money_class, main.amount.central, main.flags) == ("completed", "paid", 50 * BILLION, ())
    assert [(step.stage, len(step.claims)) for step in main.timeline] == [("talks", 4), ("completed", 1)]
    assert (apart.stage, apart.money_class, apart.flags) == ("rumour", "rumoured", ("same_key",))
    assert main.deal_id == "eastmarch--dovecote-ai--equity-primary"
    assert apart.deal_id.startswith(main.deal_id + "--")


def test_each_stage_keeps_its_own_amount():
    """Talks say 10 twice and 100 once; the closing says 50: different stages never contradict."""
    talks = [cheque(words, "in_talks", doc=doc) for words, doc in (("10", "a"), ("10", "b"), ("100", "c"))]
    (deal,) = deals(*talks, cheque("50", doc="z"))
    in_talks, closed = deal.timeline
    assert (in_talks.amount.central, len(in_talks.amount.claims_against)) == (10 * BILLION, 1)
    assert (closed.amount.central, closed.amount.claims_against) == (50 * BILLION, ())


def test_a_letter_that_became_a_smaller_cheque_is_one_deal():
    """A letter of intent over 100 and 30 completed: 3.3 times."""
    (deal,) = deals(cheque("100", "letter_of_intent", doc="a"), cheque("30", doc="b"))
    assert (deal.stage, deal.amount.central) == ("completed", 30 * BILLION)
    assert [step.stage for step in deal.timeline] == ["letter of intent", "completed"]


@pytest.mark.parametrize(("other", "count"), [("59", 1), ("67", 2), ("1.6", 1), ("1.4", 2)])
def test_six_times_is_the_limit(other, count):
    """10 is 9.5 to 10.5: 59 (58.5 up) is 5.6 times and 67 is 6.3; 1.6 (to 1.65) is 5.8 times less and 1.4 is 6.6."""
    assert len(deals(cheque("10"), cheque(other, "in_talks", doc="b"))) == count


def test_a_floor_is_not_near_everything_above_it():
    """At least 10 is not one deal with 100: 95 / 10 = 9.5."""
    assert len(deals(cheque("100"), cheque("at least 10", "in_talks", doc="b"))) == 2


def test_a_ceiling_is_near_everything_below_it():
    assert len(deals(cheque("1"), cheque("up to 10", "in_talks", doc="b"))) == 1


# ---------------------------------------------------------------- dates
def at(day, words="10", status="in_talks", **rest):
    return heard(cheque(words, status, doc=f"{day}{words}{status}", **rest), day)


def test_stories_half_a_year_apart_are_two_unless_the_amount_is_the_same():
    assert len(deals(at("2026-01-01", "10"), at("2026-06-30", "12"))) == 1
    assert len(deals(at("2026-01-01", "10"), at("2026-07-01", "12"))) == 2
    assert len(deals(at("2026-01-01", "10"), at("2026-12-01", "10"))) == 1


def test_a_claim_that_points_back_spans_any_gap():
    early = at("2026-01-01", "10")
    assert len(deals(early, at("2026-12-01", "12", same_as=early.id))) == 1


def test_a_page_without_a_date_is_near_in_time():
    assert len(deals(at("2026-01-01", "10"), heard(cheque("12", "in_talks", doc="b")))) == 1


def test_two_closings_a_month_apart_are_two_cheques_even_of_one_size():
    early, late = cheque("4", event="2026-01-05", doc="a"), cheque("4", event="2026-02-05", doc="b")
    assert len(deals(early, late)) == 2
    assert len(deals(early, cheque("4", event="2026-02-04", doc="b"))) == 1
    assert len(deals(early, cheque("4", doc="c"))) == 1


def test_talks_well_after_a_signing_are_about_something_else():
    assert len(deals(at("2026-01-01", "10", "signed"), at("2026-01-31", "20"))) == 1
    assert len(deals(at("2026-01-01", "10", "signed"), at("2026-02-01", "20"))) == 2
    assert len(deals(at("2026-01-01", "10", "signed"), at("2026-02-01", "10"))) == 1


# ---------------------------------------------------------------- scopes, units, rates
def test_what_comes_on_top_is_never_the_deal_it_comes_on_top_of():
    base, more = contract("38", doc="a"), contract("38", "planned", doc="b", scope="incremental")
    assert [(d.scope, d.flags) for d in deals(base, more)] == [(None, ()), ("incremental", ())]


def test_a_sum_so_far_is_one_cheque_only_where_it_is_the_same_amount():
    assert len(deals(cheque("13", scope="cumulative"), cheque("10", scope="new_money", doc="b"))) == 2
    assert len(deals(cheque("13", scope="cumulative"), cheque("13", scope="new_money", doc="b"))) == 1


def test_power_is_a_deal_of_its_own_beside_the_money():
    money, power = deals(contract("100", doc="a"), contract("10", unit="GW", doc="b"))
    assert (money.amount.unit, money.flags) == ("money", ())
    assert (power.amount.unit, power.amount.central, power.flags) == ("GW", 10, ("power",))


def test_a_rate_joins_the_total_it_comes_to():
    """3 a year over six years is 18; over five it is 15 and not the same."""
    six, five = (ValidTime("", None, None, term) for term in ("P6Y", "P5Y"))
    (deal,) = deals(contract("18", doc="a"), contract("3", per="year", doc="b", period=six))
    assert (deal.amount.central, deal.per, deal.years) == (18 * BILLION, None, 6)
    assert len(deals(contract("18", doc="a"), contract("3", per="year", doc="b", period=five))) == 2
    assert len(deals(contract("18", doc="a"), contract("3", per="year", doc="b"))) == 2


def test_a_monthly_rate_is_kept_by_the_year():
    (deal,) = deals(contract("0.5", per="month"))
    assert (deal.amount.central, deal.per) == (6 * BILLION, "year")


def test_a_price_for_each_share_is_no_sum_paid():
    (deal,) = deals(cheque("18", per="share"))
    assert (deal.amount, deal.money_class) == (None, "paid")


def test_other_currencies_stand_apart():
    euros = cheque("10", doc="b")
    assert len(deals(cheque("10"), replace(euros, amount=replace(euros.amount, currency="EUR")))) == 2


# ---------------------------------------------------------------- names
def test_an_owner_named_as_supplier_gathers_into_its_subsidiarys_deal():
    (deal,) = deals(contract("38", doc="a"), contract("38", supplier="Bramble", doc="b"))
    assert (deal.payee, len(deal.claims)) == ("Bramble Cloud", 2)


def test_two_subsidiaries_of_one_owner_are_two_suppliers():
    found = deals(
        contract("38", doc="a"),
        contract("38", supplier="Bramble Chips", doc="b"),
        contract("38", supplier="Bramble", doc="c"),
    )
    assert sorted(d.payee for d in found) == ["Bramble Chips", "Bramble Cloud"]


def test_an_investor_and_its_owner_are_two_payers():
    assert len(deals(cheque("10", investor="Bramble"), cheque("10", investor="Bramble Cloud", doc="b"))) == 2


def test_claims_that_leave_a_role_empty_are_told_to_a_person():
    assert holes(claim("investment", "up to 5", investor="Eastmarch")) == ["names no investee"]
    assert holes(claim("investment", "5", investee="Dovecote AI")) == ["names no investor"]
    assert holes(claim("capacity_commitment", "5", supplier="Bramble")) == ["names no customer"]
    assert holes(claim("investment", "5", "hypothetical", investor="Eastmarch")) == []


def test_one_sum_of_several_names_is_nobodys_alone():
    assert holes(cheque("5", investor=("Greyhollow", "Eastmarch"))) == [
        "names Eastmarch and Greyhollow as investor of one sum"
    ]
    assert holes(cheque("5", investor="Dovecote AI")) == ["has Dovecote AI pay itself"]
    assert deals(cheque("5", investor=("Greyhollow", "Eastmarch"))) == ()


def test_a_supplier_may_stay_unnamed():
    (deal,) = deals(claim("capacity_commitment", "over 1400", customer="Dovecote AI"))
    assert (deal.payee, deal.deal_id) == (None, "dovecote-ai--unnamed--compute-purchase")


# ---------------------------------------------------------------- without an amount, or without a deal
def test_an_undisclosed_amount_joins_the_nearest_deal_of_its_key():
    january, july = at("2026-01-10", "10", "signed"), at("2026-09-10", "80", "signed")
    silent = at("2026-09-01", None, "in_talks")
    joined = next(d for d in deals(january, july, silent) if silent.id in d.claims)
    assert joined.amount.central == 80 * BILLION


def test_an_undisclosed_amount_alone_is_a_deal_without_one():
    (deal,) = deals(cheque(None, doc="a"), cheque(None, "in_talks", doc="b"))
    assert (deal.stage, deal.amount, deal.money_class) == ("completed", None, "paid")


def test_what_is_only_imagined_moves_no_deal():
    (deal,) = deals(cheque("10", "in_talks"), cheque("50", "hypothetical", doc="b"))
    assert (deal.amount.central, deal.flags, len(deal.claims)) == (10 * BILLION, ("hypothetical",), 2)
    assert deals(cheque("50", "hypothetical")) == ()


# ---------------------------------------------------------------- the ladder
@pytest.mark.parametrize(
    ("status", "equity", "purchase"),
    [
        ("rumoured", "rumoured", "rumoured"),
        ("in_talks", "rumoured", "rumoured"),
        ("letter_of_intent", "letter_of_intent", "letter_of_intent"),
        ("signed", "committed", "committed"),
        ("completed", "paid", "committed"),
    ],
)
def test_the_class_of_the_money(status, equity, purchase):
    """A contract to buy over time stays committed until it is delivered."""
    assert [d.money_class for d in (*deals(cheque("1", status)), *deals(contract("1", status)))] == [equity, purchase]


@pytest.mark.parametrize(
    ("terms", "money"),
    [
        ({"condition": "once it is listed"}, "conditional"),
        ({"trigger": {"kind": "milestone", "what": "the first hall runs"}}, "conditional"),
        ({"trigger": {"kind": "purchase", "what": "to be spent on its chips"}}, "committed"),
    ],
)
def test_what_waits_on_something_is_conditional_and_an_earmark_is_not(terms, money):
    (deal,) = deals(cheque("35", "signed", terms=terms))
    assert (deal.money_class, deal.earmarked) == (money, money == "committed")


def test_the_words_of_the_condition_are_kept():
    (deal,) = deals(cheque("35", "signed", terms={"condition": "once it is listed"}))
    assert deal.conditions == ("once it is listed",)


def test_a_denial_keeps_the_stage_that_others_report():
    (deal,) = deals(cheque("10", "in_talks"), cheque("10", "denied", polarity="negative", doc="b"))
    assert (deal.stage, deal.money_class, deal.flags) == ("talks", "rumoured", ("denied",))
    assert [step.stage for step in deal.timeline] == ["talks", "denied"]


def test_a_denial_alone_is_a_deal_that_is_denied():
    (deal,) = deals(cheque("10", "denied", polarity="negative"))
    assert (deal.stage, deal.money_class, deal.amount) == ("denied", None, None)


def test_talks_that_collapse_end_the_deal_unless_it_is_resumed_or_done():
    ended = at("2026-03-01", None, "terminated", polarity="negative")
    assert [d.stage for d in deals(at("2026-01-01"), ended)] == ["terminated"]
    assert [d.money_class for d in deals(at("2026-01-01"), ended)] == [None]
    assert [d.stage for d in deals(at("2026-01-01"), ended, at("2026-04-01"))] == ["talks"]
    assert [d.stage for d in deals(at("2026-01-01", status="completed"), ended)] == ["completed"]


# ---------------------------------------------------------------- when, and for how long
def test_a_deal_starts_with_its_period_else_with_its_event():
    over = ValidTime("from 2027 over six years", "2027-04", None, "P6Y")
    (deal,) = deals(contract("18", period=over, event="2026-03-02"), public="2026-03-05")
    assert (deal.start, deal.years, deal.public) == (date(2027, 4, 1), 6, date(2026, 3, 5))
    assert [d.start for d in deals(cheque("1", event="2026-03-02"))] == [date(2026, 3, 2)]
    assert [d.start for d in deals(cheque("1"), public="2026-03-05")] == [None]


def test_the_timeline_tells_the_earliest_day_of_each_stage():
    (deal,) = deals(
        at("2026-02-03", "10"), at("2026-01-20", "11"), at("2026-03-01", "12", "completed", event="2026-02")
    )
    assert [(s.stage, s.when) for s in deal.timeline] == [("talks", "2026-01-20"), ("completed", "2026-02")]
    assert deal.public == date(2026, 1, 20)


# ---------------------------------------------------------------- a person's rulings
def test_a_person_may_set_a_claim_apart_or_join_it_to_another():
    one, two = cheque("10", "in_talks", doc="a"), cheque("10", "in_talks", doc="b")
    far = cheque("90", "in_talks", doc="c")
    assert len(deals(one, two)) == 1
    assert len(deals(one, two, rulings=[ruling("split", two)])) == 2
    assert len(deals(one, far)) == 2
    (joined,) = deals(one, far, rulings=[ruling("merge", far, into=one.claim_id)])
    assert set(joined.claims) == {one.claim_id, far.claim_id}
    assert len(deals(one, far, rulings=[ruling("merge", far, into=one.claim_id), ruling("split", far)])) == 2


# ---------------------------------------------------------------- laws
_PILE = st.lists(
    st.builds(
        lambda words, status, doc, at, day, scope: heard(cheque(words, status, doc=doc, at=at, scope=scope), day),
        st.sampled_from(["10", "over 10", "up to 30", "50", "100", "0.1-1", None]),
        st.sampled_from(["rumoured", "in_talks", "letter_of_intent", "signed", "completed", "denied", "hypothetical"]),
        st.sampled_from("abc"),
        st.integers(0, 20),
        st.sampled_from(["2026-01-01", "2026-02-15", "2026-09-30", None]),
        st.sampled_from([None, None, "incremental", "cumulative"]),
    ),
    min_size=1,
    max_size=9,
    unique_by=lambda s: s.id,
)


@given(_PILE, st.randoms(use_true_random=False))
def test_the_order_of_claims_is_no_matter(pile, random):
    assert deals(*random.sample(pile, len(pile))) == deals(*pile)


@given(_PILE)
def test_every_claim_is_in_one_deal_at_most_and_every_moving_one_in_one(pile):
    found = [each for deal in deals(*pile) for each in deal.claims]
    assert len(found) == len(set(found))
    assert {s.id for s in pile if s.stage in STAGES} <= set(found)


@given(_PILE)
def test_a_deal_counts_under_the_class_of_its_stage_and_by_an_id_of_its_own(pile):
    found = deals(*pile)
    assert len({d.deal_id for d in found}) == len(found)
    assert all(d.money_class in CLASSES for d in found if d.stage in STAGES and not ASIDE & set(d.flags))
    assert all(d.money_class is None for d in found if ASIDE & set(d.flags))
    assert all(d.money_class is None for d in found if d.stage not in STAGES)


@given(_PILE)
def test_what_is_denied_or_imagined_adds_no_money(pile):
    """Without them every deal stands at the same amount."""
    moving = [s for s in pile if s.stage in STAGES]
    amounts = [(d.amount.central, d.stage) for d in deals(*moving) if d.amount]
    assert [(d.amount.central, d.stage) for d in deals(*pile) if d.amount] == amounts


def test_a_deals_id_says_who_pays_whom_and_stays_with_its_first_claim():
    early = at("2026-01-01", "100")
    others = [at("2026-02-01", "10", "completed"), at("2026-02-02", "10", "completed")]
    first = {d.deal_id for d in deals(early, *others)}
    assert first == {d.deal_id for d in deals(early, *others, at("2026-03-01", "95"))}
    assert Decimal(100) * BILLION in {d.amount.central for d in deals(early, *others)}


def test_a_sum_called_additional_by_one_source_and_plain_by_another_is_one_deal():
    base = heard(contract("38", doc="a"), "2025-11-03")
    top = heard(contract("100", doc="b", scope="incremental"), "2026-02-27")
    retold = heard(contract("100", doc="c"), "2026-06-01")
    assert sorted(float(d.amount.central / BILLION) for d in deals(base, top, retold)) == [38.0, 100.0]


def test_two_steps_up_half_a_year_apart_are_two_deals():
    may = heard(contract("4", doc="a", scope="incremental"), "2025-05-20")
    september = heard(contract("6.5", doc="b", scope="incremental"), "2025-09-25")
    assert len(deals(may, september)) == 2
