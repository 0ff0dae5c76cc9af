"""Deals laid out in time: by hand, then what holds for every book."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterflow.flows.build import CUSTOMERS, READINGS, UNNAMED, Counting, consolidated, dated, flows
from counterflow.model.book import CLASSES, Party
from counterflow.model.when import quarter_label
from flows.books import CHEQUE, CLOUD, LAB, PARENT, believed, book, cheque, contract, deal, revenue

COLUMNS = {
    "payer": pl.String,
    "payee": pl.String,
    "quarter": pl.String,
    "kind": pl.String,
    "class": pl.String,
    "status": pl.String,
    "usd": pl.Float64,
    "claims": pl.List(pl.String),
    "assumed_share": pl.Float64,
    "deal": pl.String,
}


def rows(made, counting=None):
    """(quarter, billions) of every flow, in order."""
    return [(quarter_label(f.period), f.usd / 1e9) for f in dated(made, counting).flows]


def to(made, payee, counting=None):
    """Billions that a payee gets in all."""
    return pytest.approx(sum(f.usd for f in dated(made, counting).flows if f.payee == payee) / 1e9)


def test_a_contract_by_hand():
    """28 billion over 7 years from January 2026: 1 billion in each of 28 quarters, the last the fourth of 2032."""
    found = rows(book(contract(28, 7)))
    assert found == [(f"{year}Q{q}", 1.0) for year in range(2026, 2033) for q in range(1, 5)]


def test_a_cheque_is_paid_in_one_quarter():
    money = dated(book(cheque("Tern", 30, start=date(2026, 5, 2))))
    assert [(f.payer, f.payee, f.kind, f.usd, quarter_label(f.period)) for f in money.flows] == [
        ("Tern", LAB, "financing", 30e9, "2026Q2")
    ]
    assert (money.assumed_share, money.assumptions, money.holes) == (0.0, (), ())


def test_a_sum_since_a_year_is_spread_up_to_when_it_was_told():
    """14 billion since 2019, told in June 2022: 3 1/2 years are 14 quarters of 1 billion, and that is assumed."""
    made = book(cheque("Tern", 14, scope="cumulative", start=date(2019, 1, 1), public=date(2022, 6, 3)))
    found = rows(made)
    assert [quarter for quarter, _ in (found[0], found[-1])] == ["2019Q1", "2022Q2"]
    assert [usd for _, usd in found] == [1.0] * 14
    assert dated(made).assumed_share == 1
    assert [a.name for a in dated(made).assumptions] == ["spread"]


@pytest.mark.parametrize(("years", "total", "assumed"), [(4, 12, []), (None, 15, ["term"])])
def test_a_yearly_rate_is_paid_each_year_of_its_term(years, total, assumed):
    """3 billion a year: 12 over 4 years; with no term stated over the 5 years that are assumed then."""
    made = book(contract(3, years, per="year"))
    assert to(made, CLOUD) == total
    assert [a.name for a in dated(made).assumptions] == assumed
    assert dated(made).assumed_share == (1 if assumed else 0)


def test_an_unstated_start_is_when_it_became_public():
    made = book(contract(8, 2, start=None, public=date(2026, 8, 9)))
    assert rows(made)[0] == ("2026Q3", 1.0)
    assert [(a.name, a.value) for a in dated(made).assumptions] == [("start", "2026Q3, when its stage became public")]


@pytest.mark.parametrize(
    ("reading", "counted", "rest"),
    [
        ("inclusive", "committed", 1362),  # 1,400 less the 38 that is signed
        ("inclusive", "letter_of_intent", 1262),  # less 38 and 100
        ("additional", "letter_of_intent", 1400),
        ("named", "letter_of_intent", 0),
    ],
)
def test_a_programme_holds_the_named_contracts_that_count(reading, counted, rest):
    made = book(
        contract(1400, 8, None, deal_id="total"),
        contract(38, 7, deal_id="signed"),
        contract(100, 8, deal_id="intent", money="letter_of_intent"),
    )
    money = Counting(upto=counted, reading=reading)
    assert to(made, UNNAMED, money) == rest
    assert to(made, CLOUD, money) == (38 if counted == "committed" else 138)


def test_a_subsidiarys_contract_stands_inside_its_owners_programme():
    made = book(contract(100, 5, None), deal("Dovecote Labs", CLOUD, 30), parties=(Party("Dovecote Labs", owner=LAB),))
    assert to(made, UNNAMED) == 70


@pytest.mark.parametrize(
    ("amount", "why"),
    [
        (None, "no amount disclosed"),
        (believed(60, central=None, qualifier="up_to"), "only a ceiling is stated (up to), which promises nothing"),
        (believed(10, unit="GW"), "stated in GW, and no price per GW is lent"),
        (believed(5, currency="EUR"), "stated in EUR, and no rate is given"),
        (believed(-5, qualifier="exact"), "a sum below zero, or beyond all the money there is"),
        (believed("1e400"), "a sum below zero, or beyond all the money there is"),
    ],
)
def test_what_moves_no_dollars_is_a_hole(amount, why):
    for made in (contract(amount), contract(amount, supplier=None)):
        money = dated(book(made))
        assert (money.flows, [h.why for h in money.holes]) == ((), [why])
        assert money.assumed_share == 0


def test_a_term_without_end_is_a_hole_and_none_at_all_is_assumed():
    assert dated(book(contract(5, 900))).holes[0].why.startswith("a term of 900 years")
    assert [a.name for a in dated(book(contract(5, 0))).assumptions] == ["term"]


def test_a_loss_is_no_revenue():
    assert not [f for f in dated(book(contract(8, 2), figures=(revenue(-4),))).flows if f.kind == "outside"]


def test_a_government_pays_nothing():
    money = dated(book(cheque("Freedonia", 5), parties=(Party("Freedonia", "government"),)))
    assert [(h.parties, h.why) for h in money.holes] == [
        (("Freedonia", LAB), "Freedonia is a government; such parties pay nothing here")
    ]


def test_customers_pay_the_last_stated_year_on_as_long_as_the_party_pays():
    """2 years of purchases and 4 billion of revenue in 2026: 1 billion a quarter; that of 2027 is assumed."""
    outside = [f for f in dated(book(contract(8, 2), figures=(revenue(4),))).flows if f.kind == "outside"]
    assert {(f.payer, f.payee, f.usd, f.claims) for f in outside} == {(CUSTOMERS, LAB, 1e9, ("r1",))}
    assert [(quarter_label(f.period)[:4], f.assumed_share) for f in outside] == [("2026", 0)] * 4 + [("2027", 1)] * 4


def test_a_party_that_buys_nothing_needs_no_customers():
    assert dated(book(cheque("Tern", 1), figures=(revenue(4),))).flows[0].payer == "Tern"
    assert len(dated(book(cheque("Tern", 1), figures=(revenue(4),))).flows) == 1


def test_a_group_pays_and_is_paid_as_one():
    made = book(
        contract(28),
        cheque(PARENT, 5),
        deal(PARENT, CLOUD, 3, CHEQUE),
        parties=(Party(CLOUD, owner="Bramble Services"), Party("Bramble Services", owner=PARENT)),
    )
    found = {(f.payer, f.payee) for f in consolidated(dated(made).flows, made)}
    assert found == {(LAB, PARENT), (PARENT, LAB)}


def test_an_owners_revenue_holds_that_of_its_units():
    """Bramble earns 20 a year, Bramble Cloud 8 of them: the group has 20 in its year of purchases, not 28."""
    made = book(
        deal(CLOUD, "Cobalt Chips", 4, years=Decimal(1), start=date(2026, 1, 1)),
        figures=(revenue(20, PARENT), revenue(8, CLOUD)),
        parties=(Party(CLOUD, owner=PARENT), Party(PARENT)),
    )
    group = [f.usd for f in consolidated(dated(made).flows, made) if f.payee == PARENT]
    assert sum(group) == 20e9


def test_owners_in_a_ring_end_somewhere():
    made = book(contract(1), parties=(Party(CLOUD, owner=PARENT), Party(PARENT, owner=CLOUD)))
    assert len(consolidated(dated(made).flows, made)) == 28


@pytest.mark.parametrize("wrong", [{"upto": "promised"}, {"reading": "generous"}])
def test_what_is_no_choice_is_refused_with_the_choices(wrong):
    with pytest.raises(ValueError, match="choose one of"):
        Counting(**wrong)


@st.composite
def books(draw):
    """Contracts, cheques and at most one programme, of any class, term and start."""
    billions = st.decimals("0.01", 900, places=2)
    made = []
    for at in range(draw(st.integers(1, 5))):
        known = {"money": draw(st.sampled_from(CLASSES)), "deal_id": f"d{at}"}
        known["start"] = draw(st.none() | st.dates(date(2020, 1, 1), date(2030, 1, 1)))
        if draw(st.booleans()):
            made.append(contract(draw(billions), draw(st.none() | st.integers(1, 9)), **known))
        else:
            known["scope"] = draw(st.sampled_from([None, "cumulative"]))
            made.append(cheque(draw(st.sampled_from(["Tern", PARENT])), draw(billions), **known))
    if draw(st.booleans()):
        made.append(contract(draw(billions), 8, None, deal_id="total", money=draw(st.sampled_from(CLASSES))))
    return book(*made)


@given(books(), st.sampled_from(["flat", "linear", "s_curve"]))
def test_a_deal_is_laid_out_in_full(made, shape):
    shapes = dict.fromkeys((d.deal_id for d in made.deals), shape)
    money = dated(made, Counting("rumoured", "additional", shapes=shapes))
    for each in made.deals:
        laid = sum(f.usd for f in money.flows if f.deal == each.deal_id)
        assert laid == pytest.approx(float(each.amount.central), abs=0.01)


@given(books(), st.sampled_from(sorted(READINGS)))
def test_counting_more_never_takes_dollars_from_a_named_deal(made, reading):
    before: dict[str, float] = {}
    for upto in CLASSES:
        found = dated(made, Counting(upto, reading)).flows
        now = {d.deal_id: sum(f.usd for f in found if f.deal == d.deal_id) for d in made.deals if not d.umbrella}
        assert all(now[each] >= usd for each, usd in before.items())
        before = now


@given(books(), st.sampled_from(CLASSES))
def test_the_rest_of_a_programme_and_its_contracts_are_never_more_than_both(made, upto):
    by = {r: sum(f.usd for f in dated(made, Counting(upto, r)).flows) for r in READINGS}
    assert by["named"] <= by["inclusive"] <= by["additional"]


@given(st.decimals("0.01", 900, places=2), st.decimals("0", 1, places=3), st.integers(1, 9))
def test_a_commitment_in_two_parts_adds_up_quarter_by_quarter(billions, cut, years):
    one = contract(billions, years)
    parts = [
        replace(one, deal_id=f"part {p}", amount=replace(one.amount, central=one.amount.central * p))
        for p in (cut, 1 - cut)
    ]
    together = dict.fromkeys((q for q, _ in rows(book(one))), 0.0)
    for quarter, usd in rows(book(*parts)):
        together[quarter] += usd
    assert list(together.items()) == [(q, pytest.approx(usd, rel=1e-9)) for q, usd in rows(book(one))]


@given(books())
def test_the_frame_has_the_columns_promised_and_the_flows_in_them(made):
    found, money = flows(made), dated(made)
    assert dict(found.schema) == COLUMNS
    assert found["usd"].to_list() == [f.usd for f in money.flows]
    assert found.height == len(money.flows)
    assert found["assumed_share"].is_between(0, 1).all()


def test_a_frame_of_nothing_has_its_columns_and_a_shape_goes_by_deal():
    assert dict(flows(book()).schema) == COLUMNS
    ramp = flows(book(contract(2, "0.5", deal_id="d1")), shapes={"d1": "linear"})
    assert ramp["usd"].to_list() == [0.5e9, 1.5e9]  # 2 in two quarters: 1/4, then 3/4
    assert ramp["deal"].to_list() == ["d1", "d1"]
    assert ramp["kind"].to_list() == ["purchase", "purchase"]


def test_a_grant_is_outside_money_even_of_a_firm_that_trades():
    found = dated(book(deal(CLOUD, LAB, 2, "grant", money="paid"), contract(16, years=2))).flows
    assert {(f.payer, f.kind) for f in found} == {(f"{CLOUD} (grant)", "outside"), (LAB, "purchase")}
