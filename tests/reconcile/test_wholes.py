"""Deals that hold or tie each other: nothing counts twice. Amounts are billions."""

from __future__ import annotations

import pytest

from counterflow.model.book import Party
from counterflow.reconcile.deals import gather
from counterflow.reconcile.parties import resolve
from reconcile.saying import BILLION, cheque, claim, contract, heard

TABLE = (Party("Eastmarch"), Party("Eastmarch Cloud", owner="Eastmarch"))


def deals(*claims):
    told = [c if hasattr(c, "origin") else heard(c, "2026-03-01") for c in claims]
    return gather(told, resolve([n for s in told for n in s.claim.parties], (), TABLE))[0]


def money(found):
    """(billions, class, flags) of each deal that counts, the largest first."""
    counted = [(float(d.amount.central / BILLION), d.money_class, d.flags) for d in found if d.money_class]
    return sorted(counted, reverse=True)


# ---------------------------------------------------------------- a programme
def test_a_total_without_suppliers_is_a_programme_that_may_hold_the_named_contracts():
    """1,400 over eight years against 38 and 300."""
    total = claim("capacity_commitment", "over 1400", customer="Dovecote AI")
    found = deals(total, contract("38"), contract("300", supplier="Greyhollow"))
    assert {d.payee: d.umbrella for d in found} == {None: True, "Bramble Cloud": False, "Greyhollow": False}


def test_a_smaller_contract_without_a_supplier_stands_for_itself():
    found = deals(claim("capacity_commitment", "5", customer="Dovecote AI"), contract("38"))
    assert not any(d.umbrella for d in found)


def test_letters_of_intent_are_no_measure_of_a_signed_programme():
    """600 signed is a programme although a letter speaks of 1,000."""
    total = claim("capacity_commitment", "600", customer="Dovecote AI")
    found = deals(total, contract("300"), contract("1000", "letter_of_intent", supplier="Greyhollow"))
    assert [d.payee for d in found if d.umbrella] == [None]


# ---------------------------------------------------------------- tranches
def test_tranches_are_counted_each_once_and_the_whole_not_again():
    """Of 50 agreed 15 is paid and 35 waits on a listing: 15 paid, 35 conditional, and the whole is part-funded."""
    listed = {"condition": "once it is listed"}
    found = deals(
        cheque("50", "signed", at=1),
        cheque("15", at=2, scope="tranche"),
        cheque("35", "signed", at=3, scope="tranche", terms=listed),
    )
    assert [(billions, class_) for billions, class_, _ in money(found)] == [(35.0, "conditional"), (15.0, "paid")]
    (whole,) = [d for d in found if d.money_class is None]
    assert (whole.stage, whole.flags, whole.timeline[-1].amount.central) == ("part-funded", ("in_parts",), 50 * BILLION)


def test_what_a_tranche_leaves_stands_as_signed():
    """50 reported as invested, of which one tranche of 15 was paid: 35 is left, committed."""
    found = deals(cheque("50", at=1), cheque("15", at=2, scope="tranche"))
    assert money(found) == [(35.0, "committed", ("remainder",)), (15.0, "paid", ())]
    (rest,) = [d for d in found if d.flags]
    assert rest.stage == "part-funded"
    assert rest.amount.central in rest.amount.interval
    assert "leave of 50,000,000,000" in rest.amount.reason


def test_tranches_that_exceed_the_whole_are_not_its_parts():
    found = deals(cheque("10", at=1), cheque("15", at=2, scope="tranche"))
    assert money(found) == [(15.0, "paid", ()), (10.0, "paid", ())]


def test_a_tranche_still_in_talks_takes_nothing_from_what_is_signed():
    found = deals(cheque("50", "signed", at=1), cheque("15", "in_talks", at=2, scope="tranche"))
    assert money(found)[0] == (50.0, "committed", ())


# ---------------------------------------------------------------- sums over years
def test_a_sum_so_far_keeps_what_its_cheques_leave():
    """13 in all since 2019, of which 10 was one cheque: 3 is left."""
    found = deals(cheque("over 13", scope="cumulative", at=1), cheque("10", at=2, scope="new_money"))
    assert money(found) == [(10.0, "paid", ()), (3.0, "paid", ("remainder",))]


def test_a_total_that_its_cheques_add_up_to_counts_no_more():
    """0.6 more brings the total to 2.1: 1.5 and 0.6 are all of it."""
    found = deals(
        cheque("1.5", at=1, event="2025-01-10"),
        cheque("0.6", at=2, scope="incremental", event="2026-02-10"),
        cheque("2.1", at=3, scope="cumulative"),
    )
    assert [m[:2] for m in money(found)] == [(1.5, "paid"), (0.6, "paid")]


def test_a_later_cheque_is_not_in_an_earlier_sum():
    so_far = heard(cheque("13", scope="cumulative", at=1), "2025-12-23")
    later = heard(cheque("10", at=2, scope="new_money", event="2026-02-01"), "2026-02-02")
    assert [m[0] for m in money(deals(so_far, later))] == [13.0, 10.0]


def test_a_cheque_in_talks_is_no_part_of_what_was_paid():
    found = deals(cheque("13", scope="cumulative", at=1), cheque("10", "in_talks", at=2, scope="new_money"))
    assert [m[:2] for m in money(found)] == [(13.0, "paid"), (10.0, "rumoured")]


# ---------------------------------------------------------------- packages
@pytest.mark.parametrize(("supplier", "tied"), [("Eastmarch Cloud", True), ("Eastmarch", True), ("Greyhollow", False)])
def test_a_cheque_in_exchange_for_a_purchase_from_its_payer_is_earmarked(supplier, tied):
    """The purchase may be from a firm that the payer owns."""
    found = deals(
        cheque("10", at=1, terms={"package": "p1"}),
        contract("30", at=2, supplier=supplier, terms={"package": "p1"}),
    )
    assert {d.package for d in found} == {"p1"}
    assert [d.earmarked for d in found if d.family == "equity primary"] == [tied]
    assert not any(d.earmarked for d in found if d.family == "compute purchase")


def test_one_package_told_by_two_articles_is_one():
    """Each article names the package by its own smallest claim; a deal that both speak of joins them."""
    found = deals(
        cheque("10", doc="a", terms={"package": "p2"}),
        contract("30", doc="a", supplier="Eastmarch", terms={"package": "p2"}),
        contract("30", doc="b", supplier="Eastmarch", terms={"package": "p1"}),
        cheque("5", doc="b", investor="Fennimore", terms={"package": "p1"}),
    )
    assert {d.package for d in found} == {"p1"}


# ---------------------------------------------------------------- running totals
def told(day, found):
    return heard(found, day)


def test_a_total_of_earlier_contracts_is_not_counted_beside_them():
    """14.2, then 21 on top; a page adds: about 35.2."""
    found = deals(
        told("2025-09-30", contract("14.2", doc="a")),
        told("2026-04-09", contract("21", doc="b", scope="incremental")),
        told("2026-04-10", contract("about 35.2", doc="c")),
    )
    assert money(found) == [(21.0, "committed", ()), (14.2, "committed", ())]
    assert ["in_parts" in d.flags for d in found if d.money_class is None] == [True]


def test_a_total_firmer_than_its_parts_is_counted_in_their_place():
    """11.9 + 4 + up to 6.5 = 22.4: a ceiling promises nothing, the total does."""
    found = deals(
        told("2025-03-10", contract("11.9", doc="a")),
        told("2025-05-20", contract("4", doc="b", scope="incremental")),
        told("2025-09-25", contract("up to 6.5", doc="c", scope="incremental")),
        told("2025-09-25", contract("22.4", doc="d")),
    )
    assert [billions for billions, *_ in money(found)] == [22.4]
    assert ["in_total" in d.flags for d in found if d.money_class is None] == [True] * 3


def test_sums_that_happen_to_add_up_before_they_are_told_are_no_total():
    found = deals(
        told("2026-01-10", contract("30", doc="a")),
        told("2026-09-10", contract("10", doc="b", scope="incremental")),
        told("2026-12-10", contract("20", doc="c", scope="incremental")),
    )
    assert [billions for billions, *_ in money(found)] == [30.0, 20.0, 10.0]


# ---------------------------------------------------------------- a completed deal and its tranches
def test_what_waits_on_nothing_is_paid_when_the_deal_is_reported_completed():
    """Announced: 15 first, 35 on conditions. Later a page reports up to 50 completed: 15 paid, 35 conditional."""
    announced = {"status": "planned", "flags": ("announced",), "scope": "tranche"}
    found = deals(
        told("2026-02-27", cheque("15", doc="a", **announced)),
        told("2026-02-27", cheque("35", doc="a", at=9, terms={"condition": "once listed"}, **announced)),
        told("2026-05-06", cheque("up to 50", doc="b")),
    )
    promised = [d for d in found if d.amount.central is not None]
    assert money(promised) == [(35.0, "conditional", ("by_its_whole",)), (15.0, "paid", ("by_its_whole",))]


# ---------------------------------------------------------------- other families
def test_each_family_has_its_class_when_done():
    parties = {
        "debt": {"lender": "Greyhollow Bank", "borrower": "Dovecote AI"},
        "lease": {"lessee": "Dovecote AI", "lessor": "Fennimore"},
        "guarantee": {"guarantor": "Eastmarch", "beneficiary": "Fennimore"},
        "supply_agreement": {"customer": "Dovecote AI", "supplier": "Eastmarch"},
    }
    found = deals(*(claim(kind, "2", "completed", doc=kind, **roles) for kind, roles in parties.items()))
    assert {d.family: d.money_class for d in found} == {
        "debt": "paid",
        "lease": "committed",
        "guarantee": "committed",
        "compute purchase": "committed",
    }


def test_a_loan_without_a_lender_comes_from_unnamed_lenders():
    (loan,) = deals(claim("debt", "2", "completed", borrower="Dovecote AI"))
    assert (loan.payer, loan.payee) == ("unnamed lenders", "Dovecote AI")


# ---------------------------------------------------------------- beyond a total
def test_a_cheque_beyond_all_that_was_ever_paid_is_put_aside():
    """Two papers: about 13 in all since 2019. An undated page: 135 put in (27% at 500 is 135: the stake's value)."""
    since = {"scope": "cumulative", "status": "completed"}
    totals = [told(f"2026-0{n}-27", cheque("about 13", doc=f"{n}", origin=f"{n}", **since)) for n in (2, 3)]
    undated = heard(cheque("135", doc="z"))
    found = deals(*totals, undated)
    assert [billions for billions, *_ in money(found)] == [13.0]
    assert [d.flags for d in found if not d.money_class] == [("beyond_total",)]
    later = told("2026-09-01", cheque("135", doc="z", event="2026-08-30"))
    assert [billions for billions, *_ in money(deals(*totals, later))] == [135.0, 13.0]


# ---------------------------------------------------------------- slips
def test_a_wrong_scale_word_is_put_aside():
    """Seven banks lend 830 million; a digest says 830 billion and names no lender."""
    right = told(
        "2026-03-30", claim("debt", "0.83", "completed", doc="a", lender="Greyhollow Bank", borrower="Larkspur")
    )
    slip = told("2026-03-31", claim("debt", "830", "completed", doc="b", borrower="Larkspur"))
    found = deals(right, slip)
    assert [billions for billions, *_ in money(found)] == [0.83]
    assert [d.flags for d in found if not d.money_class] == [("slip",)]
    holes = gather([right, slip], resolve(["Greyhollow Bank", "Larkspur"], (), TABLE))[1]
    assert [(hole.where, "a thousand times" in hole.what) for hole in holes] == [(slip.id, True)]


def test_what_a_person_accepted_is_never_put_aside():
    right = told(
        "2026-03-30", claim("debt", "0.83", "completed", doc="a", lender="Greyhollow Bank", borrower="Larkspur")
    )
    ruled = heard(claim("debt", "830", "completed", doc="b", borrower="Larkspur"), "2026-03-31", state="accepted")
    assert [billions for billions, *_ in money(deals(right, ruled))] == [830.0, 0.83]


def test_a_thousand_times_between_other_parties_is_no_slip():
    small = told(
        "2026-03-30", claim("investment", "0.05", "completed", doc="a", investor="Fennimore", investee="Larkspur")
    )
    large = told(
        "2026-03-31", claim("investment", "50", "completed", doc="b", investor="Eastmarch", investee="Larkspur")
    )
    assert [billions for billions, *_ in money(deals(small, large))] == [50.0, 0.05]
