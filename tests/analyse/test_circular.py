"""The money that comes back: worked cases, the golden table of the seed case, and what is refused."""

from __future__ import annotations

import json
import re
from dataclasses import FrozenInstanceError, replace
from fractions import Fraction
from math import inf, nan
from pathlib import Path

import pytest

from counterflow.analyse import circular
from counterflow.analyse.circular import (
    Flow,
    Refused,
    max_circulation,
    means_to_pay,
    return_band,
    sources_of,
    split,
)

CASES = json.loads((Path(__file__).parents[1] / "cases" / "circularity.json").read_text(encoding="utf-8"))["cases"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['id']} {case['title']}")
def test_a_worked_case_holds(case):
    ask = getattr(circular, case["function"])
    expected = case["expected"]
    if isinstance(expected, dict) and "raises" in expected:
        with pytest.raises(getattr(circular, expected["raises"])):
            ask(**_inputs(case))
    else:
        _agree(_plain(case["function"], ask(**_inputs(case)), expected), expected, case["tolerance"])


def _inputs(case):
    inputs = dict(case["inputs"])
    if "flows" in inputs:
        inputs["flows"] = [Flow(**row) for row in inputs["flows"]]
    if "stakes" in inputs:
        inputs["stakes"] = {(row["holder"], row["issuer"]): row["share"] for row in inputs["stakes"]}
    return inputs


def _plain(function, got, expected):
    """The answer in the shape in which the case is written down."""
    match function:
        case "split":
            return [{"payer": u, "payee": v, "circular": e.circular, "acyclic": e.acyclic} for (u, v), e in got.items()]
        case "loops":
            return [{name: getattr(loop, name) for name in row} for loop, row in zip(got, expected, strict=True)]
        case "look_through":
            stakes = [{"holder": i, "issuer": j, "share": share} for (i, j), share in got.stake.items()]
            return {"book": got.book, "held_outside": got.held_outside, "stake": stakes}
        case "sources_of":
            return {name: got.get(name, 0) for name in expected.keys() | got.keys()}
        case "return_band" | "means_to_pay":
            return {name: getattr(got, name) for name in expected}
    return got


def _agree(got, expected, tolerance):
    if isinstance(expected, dict):
        assert got.keys() == expected.keys()
        for name, value in expected.items():
            _agree(got[name], value, tolerance)
    elif isinstance(expected, list):
        assert len(got) == len(expected)
        for one, other in zip(_in_order(got), _in_order(expected), strict=True):
            _agree(one, other, tolerance)
    elif isinstance(expected, (bool, type(None))) or (isinstance(expected, str) and not expected[0].isdigit()):
        assert got == expected
    else:
        assert abs(Fraction(got) - Fraction(expected)) <= tolerance * max(1, abs(Fraction(expected)))


def _in_order(rows):
    return sorted(rows, key=lambda row: list(map(str, row.values()))[:2] if isinstance(row, dict) else 0)


Y = 100 / 8 + 38 / 7  # what one year costs, paid to Amazon
CHEQUES = [
    ("Amazon", "OpenAI", 50),
    ("SoftBank", "OpenAI", 30),
    ("Nvidia", "OpenAI", 30),
    ("Microsoft", "OpenAI", 13),
    ("Amazon", "Anthropic", 8),
    ("Microsoft", "Anthropic", 5),
    ("Nvidia", "Anthropic", 10),
]


def ledger(to_amazon=138.0, to_others=1262.0, customers=104.0, amazon=50.0, *, microsoft=True):
    """Ledger A of the announced deals, USD billion, with a row's changes."""
    rows = [row for row in CHEQUES if microsoft or row[:2] != ("Microsoft", "OpenAI")]
    return [
        *(Flow(u, v, amazon if (u, v) == ("Amazon", "OpenAI") else usd, "financing") for u, v, usd in rows),
        Flow("OpenAI", "Amazon", to_amazon, "purchase"),
        Flow("OpenAI", "OtherVendors", to_others, "purchase"),
        Flow("customers", "OpenAI", customers, "outside"),
    ]


def by_year():
    """Ledger T: the round in 2026, then eight years of revenue and payments."""
    rows = [("Amazon", 50), ("SoftBank", 30), ("Nvidia", 30)]
    found = [Flow(payer, "OpenAI", usd, "financing", 2026) for payer, usd in rows]
    for year in range(2026, 2034):
        found.append(Flow("customers", "OpenAI", 13, "outside", year))
        found.append(Flow("OpenAI", "Amazon", 12.5 if year == 2033 else Y, "purchase", year))
        found.append(Flow("OpenAI", "OtherVendors", 175 - Y, "purchase", year))
    return found


FUNDED = (123 + 104) / 1400


@pytest.mark.parametrize(
    ("flows", "pro_rata", "possible", "revenue"),
    [
        pytest.param(ledger(), 50 * 138 / 1400, 50, 138, id="A"),
        pytest.param(ledger(amazon=15), 15 * 138 / 1400, 15, 138, id="A15 only the unconditional part"),
        pytest.param(
            ledger(138 * FUNDED, 1262 * FUNDED), 50 * 138 / 1400, 22.376, 22.376, id="Af only what is funded is paid"
        ),
        pytest.param(ledger(138, 89), 50 * 138 / 227, 50, 138, id="As Amazon is paid first"),
        pytest.param(ledger(Y, 175 - Y, 13, microsoft=False), 50 * Y / 175, Y, Y, id="Y1 one year, all of it due"),
        pytest.param(ledger(Y, 40 - Y, 13, microsoft=False), 50 * Y / 123, Y, Y, id="Y2 one year, 83 kept"),
        pytest.param(by_year(), 50 * Y / 175, Y, 138, id="T year by year"),
    ],
)
def test_the_golden_table(flows, pro_rata, possible, revenue):
    """Amazon's band from OpenAI. Under mixing its cheque leaves as all of OpenAI's money does: in A 138 of 1,400 paid.

    Af pays only what is funded, 227 of 1,400: 138 x 227/1400 = 22.376 can come back. In T the cheque is spent within
    2026, so at most that year's 17.929 is made of it.
    """
    band = return_band(flows, "Amazon", "OpenAI")
    assert band.forced == 0
    assert band.pro_rata == pytest.approx(pro_rata, abs=1e-12)
    assert band.possible == pytest.approx(possible, abs=5e-4)
    assert band.revenue == pytest.approx(revenue, abs=5e-4)
    assert band.attributed == band.pro_rata
    assert band.labels == ()


def test_the_golden_table_in_figures():
    """The table's own digits: 4.929, 1.479, 30.396, 5.122 and 7.288 come back under mixing; a year is 17.929."""
    rows = [ledger(), ledger(amazon=15), ledger(138, 89), by_year(), ledger(Y, 40 - Y, 13, microsoft=False)]
    found = [return_band(flows, "Amazon", "OpenAI").pro_rata for flows in rows]
    assert [round(x, 3) for x in found] == [4.929, 1.479, 30.396, 5.122, 7.288]
    assert round(Y, 3) == 17.929


def test_the_dollar_openai_pays():
    """Of 1,400 paid, customers give 104, the cheques 50 + 30 + 30 + 13 and 1,173 have no named payer."""
    shares = sources_of(ledger(), "OpenAI")
    assert {name: round(share, 4) for name, share in shares.items()} == {
        "unidentified": 0.8379,
        "customers": 0.0743,
        "Amazon": 0.0357,
        "Nvidia": 0.0214,
        "SoftBank": 0.0214,
        "Microsoft": 0.0093,
    }
    assert list(shares) == ["unidentified", "customers", "Amazon", "Nvidia", "SoftBank", "Microsoft"]
    kept = sources_of(ledger(Y, 40 - Y, 13, microsoft=False), "OpenAI")
    assert {name: round(share, 4) for name, share in kept.items()} == {
        "Amazon": 0.4065,
        "Nvidia": 0.2439,
        "SoftBank": 0.2439,
        "customers": 0.1057,
        "unidentified": 0.0,
    }


def test_what_circulates_in_the_seed_case():
    """Only Amazon's 50 goes out and can come back: 50 each way, of a gross 1,546."""
    flows = ledger()
    assert sum(f.usd for f in flows if f.kind != "outside") == 1546
    assert max_circulation(flows) == pytest.approx(100, rel=1e-12)
    assert sum(edge.circular for edge in split(flows).values()) == 100


def test_growth_that_pays_for_eight_years():
    """13 a year against 175: 0.0743 of it; 13 (1 + g + ... + g^7) = 1400 at 72.8% a year, = 1290 at 70.3%."""
    flows = [replace(f, usd=175 - Y) if f.payee == "Amazon" else f for f in by_year()]
    flows = [replace(f, usd=Y) if f.payee == "OtherVendors" else f for f in flows]  # 175 each year, 2033 too
    means = means_to_pay(flows, "OpenAI")
    assert round(means.ratio, 4) == 0.0743
    assert round(means.growth_needed, 3) == 0.728
    assert round(means.growth_needed_after_financing, 3) == 0.703
    assert means.by_period[2026] == (13, pytest.approx(175))
    assert sum(13 * (1 + means.growth_needed) ** k for k in range(8)) == pytest.approx(1400, rel=1e-12)


def test_growth_where_there_is_nothing_to_solve():
    """Without periods no growth is known; 13 + 13 pays 20 without growth; one period cannot grow to 20."""
    due, income = Flow("Lab", "Cloud", 20, "purchase"), Flow("customers", "Lab", 13, "outside")
    assert means_to_pay([due, income], "Lab").growth_needed is None
    assert means_to_pay([due, income], "Lab").by_period == {}
    dated = [replace(due, period=2), replace(income, period=1), replace(income, period=2)]
    assert means_to_pay(dated, "Lab").growth_needed == 0
    assert means_to_pay([replace(due, period=1), replace(income, period=1)], "Lab").growth_needed is None
    assert means_to_pay([replace(due, period=1), replace(income, period=2)], "Lab").growth_needed is None  # R0 = 0
    cheque = Flow("Fund", "Lab", 30, "financing", 1)
    assert means_to_pay([*dated[:2], cheque], "Lab").growth_needed_after_financing == 0


def test_a_quarter_of_the_growth_is_found_by_hand():
    """10 in the first period: 10 + 10 x 1.5 = 25 needs 50%; after a cheque of 3, 10 + 10 x 1.2 = 22 needs 20%."""
    flows = [
        Flow("customers", "Lab", 10, "outside", 1),
        Flow("Fund", "Lab", 3, "financing", 1),
        Flow("Lab", "Cloud", 25, "purchase", 2),
    ]
    means = means_to_pay(flows, "Lab")
    assert (means.outside, means.due, means.ratio) == (10, 25, 0.4)
    assert means.growth_needed == pytest.approx(0.5, rel=1e-14)
    assert means.growth_needed_after_financing == pytest.approx(0.2, rel=1e-14)
    assert means.by_period == {1: (10, 0), 2: (0, 25)}


THREE_LEGS = [
    Flow("I", "V", 100, "financing"),
    Flow("V", "M", 90, "purchase"),
    Flow("M", "I", 80, "purchase"),
    Flow("readers", "M", 60, "outside"),
]


def test_an_unrecorded_payment_cannot_fake_what_is_forced():
    """M pays 80 and has 60 from readers, so 20 of it is I's; if M's books may be open, any of the 80 may be others'."""
    assert return_band(THREE_LEGS, "I").forced == 20
    band = return_band(THREE_LEGS, "I", incomplete=["M", "A stranger", "M"])
    assert (band.forced, band.possible, band.pro_rata) == (0, 80, 48)
    assert band.labels == ("incomplete:A stranger", "incomplete:M")


def test_an_open_firm_upstream_lets_own_money_leave():
    """V may receive unknown money and pay the 90 from it: then none of I's 100 need reach M."""
    assert return_band(THREE_LEGS, "I", incomplete={"V"}).forced == 0


def test_only_the_tied_cheque_is_attributed_at_possible():
    """Of two cheques of 50, one is tied. O pays 40 of 200 back. Free: 50 x 40/200 = 10. Tied: at most 40.

    40 + 10 is above what can come back, so 40 is quoted.
    """
    flows = [
        Flow("N", "O", 50, "financing", earmarked=True),
        Flow("N", "O", 50, "financing"),
        Flow("O", "N", 40, "purchase"),
        Flow("O", "Z", 160, "purchase"),
        Flow("customers", "O", 100, "outside"),
    ]
    band = return_band(flows, "N")
    assert (band.pro_rata, band.possible, band.attributed, band.labels) == (20, 40, 40, ("earmarked",))
    less = [replace(flows[0], usd=12), replace(flows[1], usd=88), *flows[2:]]
    assert return_band(less, "N").attributed == pytest.approx(12 + 88 * 40 / 200)


def test_the_latest_financier_colours_the_dollar():
    """A funds B, B funds C with it, C pays A back: it was B's cheque that paid for this, so nothing of A's returns."""
    flows = [Flow("A", "B", 10, "financing"), Flow("B", "C", 10, "financing"), Flow("C", "A", 10, "purchase")]
    band = return_band(flows, "A")
    assert (band.forced, band.pro_rata, band.possible, band.invested, band.revenue) == (0, 0, 0, 10, 10)
    assert sources_of(flows, "C") == {"B": 1, "unidentified": 0}


def test_a_purchase_comes_before_the_cheque_that_cannot_have_paid_it():
    """What O paid in year 1 was not I's: the cheque came in year 2. Without the years 10 could be."""
    flows = [Flow("O", "I", 10, "purchase", 1), Flow("I", "O", 10, "financing", 2), Flow("O", "I", 4, "purchase", 3)]
    assert return_band(flows, "I").possible == 4
    assert return_band([replace(f, period=None) for f in flows], "I").possible == 10


def test_outside_money_that_frees_cash_is_carried_on():
    """i gives v 10; v pays o 10 now and i 10 later: nothing returns. 10 from customers now, and half of what is kept is
    i's: 5 return."""
    flows = [Flow("i", "v", 10, "financing", 1), Flow("v", "o", 10, "purchase", 1), Flow("v", "i", 10, "purchase", 2)]
    assert return_band(flows, "i").pro_rata == 0
    assert return_band([*flows, Flow("customers", "v", 10, "outside", 1)], "i").pro_rata == 5


def test_the_payers_dollar_by_period():
    """Lab gets 30 of Fund's in year 1 and pays 10; year 3 brings 20 from customers, and it pays 40: half Fund's.

    Over both: 10 of Fund's and 20 + 20 of 40, so 30/50 and 20/50. In year 2 it holds what is left, all Fund's.
    """
    flows = [
        Flow("Fund", "Lab", 30, "financing", 1),
        Flow("Lab", "Cloud", 10, "purchase", 1),
        Flow("customers", "Lab", 20, "outside", 3),
        Flow("Lab", "Cloud", 40, "purchase", 3),
    ]
    assert sources_of(flows, "Lab", 1) == {"Fund": 1, "unidentified": 0}
    assert sources_of(flows, "Lab", 2) == {"Fund": 1, "unidentified": 0}
    assert sources_of(flows, "Lab", 3) == pytest.approx({"Fund": 0.5, "customers": 0.5, "unidentified": 0})
    assert sources_of(flows, "Lab") == pytest.approx({"Fund": 0.6, "customers": 0.4, "unidentified": 0})
    assert sources_of(flows, "Cloud") == pytest.approx({"Fund": 0.6, "customers": 0.4, "unidentified": 0})  # holds all


def test_amounts_past_what_a_double_counts_are_exact():
    """2^60 + 1 cents in, of which 2^60 go on to others: one cent must come back."""
    flows = [Flow("I", "O", 2**60 + 1, "financing"), Flow("O", "I", 2**60 + 1, "purchase")]
    band = return_band([*flows, Flow("customers", "O", 2**60, "outside")], "I")
    assert band.forced == 1


def test_decimals_are_read_as_they_print():
    """0.3 from I's cheque and others' 0.1 and 0.2: in binary 0.1 + 0.2 is more than 0.3, which would force 5e-17."""
    flows = [Flow("I", "O", 5, "financing"), Flow("O", "I", 0.3, "purchase"), Flow("J", "O", 0.1, "financing")]
    assert return_band([*flows, Flow("customers", "O", 0.2, "outside")], "I").forced == 0
    ring = [Flow("A", "B", 0.3, "purchase"), Flow("B", "A", 0.1, "purchase"), Flow("B", "A", 0.2, "purchase")]
    with pytest.raises(Refused):
        sources_of(ring, "A")


def test_zero_amounts_are_dropped():
    nothing = [Flow("I", "Z", 0, "financing"), Flow("customers", "Y", 0.0, "outside", 7)]
    assert return_band([*THREE_LEGS, *nothing], "I") == return_band(THREE_LEGS, "I")


def test_answers_are_frozen():
    band = return_band(THREE_LEGS, "I")
    with pytest.raises(FrozenInstanceError):
        band.forced = 1.0


@pytest.mark.parametrize(
    ("bad", "says"),
    [
        ([Flow("A", "B", 1, "gift")], "the flow A -> B is of the unknown kind 'gift'; the kinds are financing, "),
        ([Flow("A", "A", 1, "purchase")], "the flow A -> A: a firm cannot pay itself"),
        ([Flow("A", "B", -1, "purchase")], "the flow A -> B has the amount -1; it must be finite and not negative"),
        ([Flow("A", "B", inf, "purchase")], "the amount inf"),
        ([Flow("A", "B", nan, "purchase")], "the amount nan"),
        ([Flow("A", "B", 1, "purchase", 1), Flow("A", "B", 1, "purchase")], "give all of them one, or none"),
        ([Flow("A", "B", 1, "purchase"), Flow("A", "C", 1, "outside")], "A: a label of outside money cannot also be a"),
        ([Flow("A", "B", 1, "outside"), Flow("C", "A", 1, "purchase")], "A: a label of outside money cannot also be a"),
        ([Flow("unidentified", "B", 1, "outside")], "'unidentified' is the colour of money nobody has named"),
        ([Flow("A", "unidentified", 1, "purchase")], "'unidentified' is the colour of money nobody has named"),
    ],
)
@pytest.mark.parametrize(
    "ask",
    [
        lambda flows: return_band(flows, "A"),
        lambda flows: sources_of(flows, "A"),
        lambda flows: means_to_pay(flows, "A"),
        circular.loops,
        split,
        max_circulation,
    ],
    ids=["return_band", "sources_of", "means_to_pay", "loops", "split", "max_circulation"],
)
def test_bad_input_is_a_value_error(ask, bad, says):
    with pytest.raises(ValueError, match=re.escape(says)) as error:
        ask(bad)
    assert not isinstance(error.value, Refused)


def test_a_period_cannot_be_asked_of_undated_flows():
    with pytest.raises(ValueError, match="the flows carry no periods, so nothing can be asked of 2026"):
        sources_of(THREE_LEGS, "V", 2026)


RING = [Flow("A", "B", 10, "purchase"), Flow("B", "A", 10, "purchase")]


@pytest.mark.parametrize(
    ("ask", "says"),
    [
        (
            lambda: return_band(THREE_LEGS, "M"),
            "M finances nobody in these flows, so no money of its own can come back to it.",
        ),
        (lambda: sources_of(RING, "A"), "A sits in a closed ring that no money enters, so its dollars have no source."),
        (
            lambda: sources_of(THREE_LEGS, "Q"),
            "Q pays and holds nothing in these flows, so there is no dollar to trace.",
        ),
        (
            lambda: sources_of([replace(f, period=5) for f in THREE_LEGS], "V", 4),
            "V pays and holds nothing in these flows, so there is no dollar to trace.",
        ),
        (lambda: means_to_pay(RING, "A"), "No revenue figure: no outside money of A stands in these flows."),
        (
            lambda: means_to_pay([Flow("customers", "A", 1, "outside")], "A"),
            "Nothing is due: A has no purchases to pay in these flows.",
        ),
    ],
)
def test_what_has_no_answer_is_refused_in_a_sentence(ask, says):
    with pytest.raises(Refused) as refused:
        ask()
    assert str(refused.value) == says


def test_a_closed_ring_elsewhere_does_no_harm():
    """A ring that no money enters has no colours, but I's money never gets there."""
    flows = [*THREE_LEGS, *RING, Flow("I", "A", 0, "financing")]
    assert return_band(flows, "I") == return_band(THREE_LEGS, "I")
    assert sources_of(flows, "M") == sources_of(THREE_LEGS, "M")


def test_no_flows_have_no_answers():
    with pytest.raises(Refused):
        return_band([], "A")
    with pytest.raises(Refused):
        sources_of([], "A")
    assert (split([]), max_circulation([]), circular.loops([])) == ({}, 0, [])
