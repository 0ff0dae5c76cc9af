"""Amounts: the worked cases, a table of phrases, the pitfalls, and the laws that hold for any text."""

from __future__ import annotations

import json
import os
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from counterflow.extract.amounts import Found, find, parse_amount
from counterflow.model.claim import Quantity

HERE = Path(__file__).parent
CASES = HERE.parent / "cases"


def loaded(name: str) -> Any:
    return json.loads((CASES / name).read_text(encoding="utf-8"), parse_float=Decimal)


def short(value: Decimal | None) -> str:
    """A value as phrases.txt writes it: 5.2bn, 0.5, 12500; an open end is empty."""
    if value is None:
        return ""
    word, size = next(((w, n) for w, n in (("tn", 10**12), ("bn", 10**9), ("m", 10**6)) if value >= n), ("", 1))
    digits = f"{value / size:f}"
    return (digits.rstrip("0").rstrip(".") if "." in digits else digits) + word


def said(quantity: Quantity) -> str:
    """The reading of an amount in the notation of phrases.txt, without its words."""
    low, high = short(quantity.low), short(quantity.high)
    unit = (quantity.currency or "?") if quantity.unit == "money" else quantity.unit
    words = [
        low if quantity.low == quantity.high else f"{low}..{high}",
        f"{unit}/{quantity.per}" if quantity.per else unit,
    ]
    words += [quantity.qualifier] if quantity.qualifier != "exact" else []
    return " ".join(words + ([f"({quantity.hedge})"] if quantity.hedge != quantity.qualifier else []))


def listed(text: str) -> list[str]:
    """Every amount of a text with its reading."""
    return [f"{q.text} -> {said(q)}" for q in find(text).quantities]


def reasons(text: str) -> list[str]:
    return [f"{text[start:end]}: {reason}" for start, end, reason in find(text).unread]


# --- worked by hand ---------------------------------------------------------------------------------------------------


def test_a_sentence_by_hand():
    """The hedge belongs to the amount, the restatement in brackets is no amount of its own, the year is none at all."""
    text = "In 2026 Eastmarch will put at least $6 billion (about €5.2 billion) into Dovecote."
    (amount,) = find(text).quantities
    assert (amount.text, amount.start, amount.end) == ("at least $6 billion", 27, 46)
    assert (amount.low, amount.high, amount.currency, amount.qualifier) == (
        Decimal(6_000_000_000),
        None,
        "USD",
        "at_least",
    )
    (other,) = amount.equivalents
    assert (other.text, other.low, other.currency, other.qualifier) == (
        "about €5.2 billion",
        Decimal(5_200_000_000),
        "EUR",
        "approximately",
    )


@pytest.mark.parametrize("case", loaded("amounts.json")["cases"], ids=lambda case: f"{case['id']}-{case['text']}")
def test_the_worked_phrases_hold_exactly(case: dict[str, Any]):
    amount = parse_amount(case["text"])
    for key in ("low", "high", "tight_low", "tight_high", "currency", "hedge", "unit"):
        assert getattr(amount, key) == case[key], key


def test_a_rate_is_part_of_the_unit():
    assert parse_amount("$3 billion a year").unit == "money/year"
    assert parse_amount("€2m per quarter").unit == "money/quarter"
    assert parse_amount("$12 a month").unit == "money/month"
    assert parse_amount("annual revenue of $13 billion").unit == "money"


def test_a_phrase_without_an_amount_says_so():
    with pytest.raises(ValueError, match="no amount in 'a large sum'"):
        parse_amount("a large sum")
    with pytest.raises(ValueError, match="letters glued to the number"):
        parse_amount("$5zz")


def test_the_words_widen_as_written():
    """Half a billion is 0.5 bn to the last digit: +-0.05 bn. A dozen is 12 +-0.5. Half of 8 bn is half of 7.5..8.5."""
    assert (parse_amount("half a billion dollars").low, parse_amount("a dozen chips").low) == (
        450_000_000,
        Decimal("11.5"),
    )
    part = find("half of the $8 billion").quantities[0]
    assert (part.digits, part.part, part.low) == (("8",), Decimal("0.5"), 4_000_000_000)
    assert (part.loose().low, part.loose().high) == (3_750_000_000, 4_250_000_000)


# --- the table --------------------------------------------------------------------------------------------------------

PHRASES = [
    line.split(" -> ")
    for line in (HERE / "phrases.txt").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
]


def test_the_table_is_a_long_one():
    assert len(PHRASES) >= 120


@pytest.mark.parametrize(("phrase", "expected"), PHRASES, ids=[phrase for phrase, _ in PHRASES])
def test_the_table_of_phrases(phrase: str, expected: str):
    reading, _, words = expected.rstrip("]").partition(" [")
    found = find(phrase)
    assert [(said(q), q.text) for q in found.quantities] == [(reading, words or phrase)]
    assert found.unread == []


@pytest.mark.parametrize(
    "text",
    [
        "GPT-5 and Larkspur 70B ran on the A100 and the M3, then on Trainium 2 chips",
        "5 min read, 10 October 2024, 16 Dec 2025, at 5:30 pm on December 16",
        "Q3 2024, FY26, H1, 1Q25, 2024-25, the 1990s, the 2024 servers",
        "S&P 500, the 100-hour SMA, 52-week highs, $GME, 24/7, 50-50, 60/40, 3-2",
        "call 555-1234, page 12-15, version 2.5.1, room 101, ISBN 978-3-16-148410-0, #1 and 9 out of 10",
        "a 54-year-old with 45 employees, 2,300 staff, 20 people and 1.1 million paying customers",
        "800 million weekly active users, 15 trillion tokens, a 70B-parameter model, 2 million square feet",
        "millions of people, hundreds of millions of users, several chips, a few companies, one of the largest",
        "met three times this year, a 5x5 grid, 1080p, 5nm, 4K, 5G, 3M Company, 10-K and 401(k)",
        "https://news.example/2026/12/deal-could-top-10-billion.html and www.example.com/5-billion",
        "Fennimore beat Greyhollow: 3 won, 2 lost",
    ],
)
def test_what_is_no_amount(text: str):
    assert listed(text) == []
    assert reasons(text) == []


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("It paid $5zz for it", "$5zz: letters glued to the number"),
        ("fell towards $70KAnalysts say", "$70KAnalysts: letters glued to the number"),
        ("It paid $1,2,3 for it", "$1,2,3: digits in no known groups"),
        ("worth $34.6 mlliion", "$34.6 mlliion: a scale word that is not known"),
        ("worth $5 zillion", "$5 zillion: a scale word that is not known"),
        ("worth $5 mil", "$5 mil: a scale word that is not known"),
        ("worth $34 6 million", "$34 6 million: a second number behind the first"),
        ("between $5 and $4 billion", "$5 and $4 billion: a range that runs backwards"),
        ("$5-4 billion", "$5-4 billion: a range that runs backwards"),
        ("€5 billion USD", "€5 billion USD: two currencies on one amount"),
        ("5 billion kroner", "5 billion kroner: a currency that several countries have"),
        ("TT$5 million", "$5 million: a dollar of an unknown country"),
        ("debt of $(87.2) million", "$(87.2): a negative amount"),
        ("margins of -5%", "-5%: a negative amount"),
        ("−3.2%", "−3.2%: a negative amount"),
        ("burns $1 million a day", "$1 million a day: a rate per day or week"),
    ],
)
def test_what_is_not_understood_is_reported_and_never_misread(text: str, reason: str):
    assert (reasons(text), listed(text)) == ([reason], [])


def test_a_number_glued_behind_an_amount_is_reported_beside_it():
    assert listed("$5 million-2") == ["$5 million -> 5m USD"]
    assert reasons("$5 million-2") == ["-2: a second number glued to the amount"]


# --- pitfalls ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hollin and Marrow each put £35 million into Quillet.", ["£35 million -> 35m GBP"]),
        (
            "Hollin and Marrow lent it $210 million and $95 million, respectively.",
            ["$210 million -> 210m USD", "$95 million -> 95m USD"],
        ),
        ("Hollin to hand Quillet millions", ["millions -> 1m..1bn ? order_of_magnitude"]),
        ("It will invest $6-7 billion.", ["$6-7 billion -> 6bn..7bn USD range"]),
        (
            "Hollin pays $4 billion now and $5 billion more once it runs.",
            ["$4 billion -> 4bn USD", "$5 billion -> 5bn USD"],
        ),
        (
            "Quillet was bought at $21 a share, about $3.1 billion in all.",
            ["$21 a share -> 21 USD/share", "about $3.1 billion -> 3.1bn USD approximately"],
        ),
        ("The round would price Quillet above $80 billion.", ["above $80 billion -> 80bn.. USD more_than"]),
        (
            "Capex is seen at $7 billion to $8 billion, after $6 billion in June.",
            ["$7 billion to $8 billion -> 7bn..8bn USD range", "$6 billion -> 6bn USD"],
        ),
        (
            "Rs 3,21,00,000 / 65 lakh / Rs 4.7 crore",
            ["Rs 3,21,00,000 -> 32.1m INR", "65 lakh -> 6.5m ?", "Rs 4.7 crore -> 47m INR"],
        ),
        (
            "3.650 Mio. Euro / 1,7 Mrd. € / 4,75 Prozent",
            ["3.650 Mio. Euro -> 3.65bn EUR", "1,7 Mrd. € -> 1.7bn EUR", "4,75 Prozent -> 4.75 percent"],
        ),
        ("a 30-million-pound ($35 billion) order", ["30-million-pound -> 30m GBP"]),
        (
            "Quillet has taken another $700 million, which brings the total to $2.4 billion.",
            ["$700 million -> 700m USD", "$2.4 billion -> 2.4bn USD"],
        ),
        (
            "Hollin fell 4% to $31.20. Gold: $2,345. A seat costs $12 a month.",
            ["4% -> 4 percent", "$31.20 -> 31.2 USD", "$2,345 -> 2345 USD", "$12 a month -> 12 USD/month"],
        ),
        ("GPT-5 ran on 8 H100s from 2024; 5 min read", ["8 -> 8 count"]),
        (
            "about $6 billion / $6 billion or so / $6 billion+ / some $6bn / a quarter of a trillion dollars",
            [
                "about $6 billion -> 6bn USD approximately",
                "$6 billion or so -> 6bn USD approximately",
                "$6 billion+ -> 6bn.. USD at_least (more_than)",
                "some $6bn -> 6bn USD approximately",
                "a quarter of a trillion dollars -> 250bn USD",
            ],
        ),
        (
            "Quillet rents 3 GW from Marrow for $4 billion a year over six years.",
            ["3 GW -> 3 GW", "$4 billion a year -> 4bn USD/year"],
        ),
        ("$4 billion, against $3 billion a year ago", ["$4 billion -> 4bn USD", "$3 billion -> 3bn USD"]),
    ],
)
def test_the_pitfalls(text: str, expected: list[str]):
    assert listed(text) == expected


def test_a_change_is_two_amounts_and_shares_its_scale():
    assert listed("Revenue rose from $3 to $4 billion") == ["$3 -> 3bn USD", "$4 billion -> 4bn USD"]
    assert listed("went from €3bn in 2023 to €30bn") == ["€3bn -> 3bn EUR", "€30bn -> 30bn EUR"]
    assert listed("It put in $40 and $60 million, respectively") == ["$40 -> 40m USD", "$60 million -> 60m USD"]
    assert listed("tranches of $1, $2 and $3 billion") == ["$1 -> 1bn USD", "$2 -> 2bn USD", "$3 billion -> 3bn USD"]
    assert listed("the yield fell 5 basis points to 4.12%")[1] == "4.12% -> 4.12 percent"


@pytest.mark.parametrize(
    ("text", "others"),
    [
        ("$750 billion (about NT$24 trillion)", ["about NT$24 trillion"]),
        ("$5 billion (€4.6bn, £4bn)", ["€4.6bn", "£4bn"]),
        ("HK$270 million, or about $34 million, in cash", ["about $34 million"]),
        ("five billion dollars ($5bn)", ["$5bn"]),
        ("¥500 million (70 million euros at today's rate)", ["70 million euros"]),
    ],
)
def test_a_restatement_is_an_equivalent(text: str, others: list[str]):
    (amount,) = find(text).quantities
    assert [q.text for q in amount.equivalents] == others


@pytest.mark.parametrize(
    "text", ["$5 billion ($6 billion with debt)", "$1.2 billion, or $27.50 per share", "27% ($5 billion)"]
)
def test_another_figure_in_brackets_stands_for_itself(text: str):
    assert [q.equivalents for q in find(text).quantities] == [(), ()]


def test_what_stands_near_decides_an_open_sign():
    assert find("¥3 billion").quantities[0].currency == "JPY"
    assert find("it paid ¥3 billion (3 billion yuan)").quantities[0].currency == "CNY"
    assert find("the Norwegian firm got 3 billion kroner").quantities[0].currency == "NOK"


def test_the_habit_of_the_document_decides_an_open_number():
    """1.234 is a decimal by itself, and thousands where 2,5 and 3.456.789 show that the page writes a decimal comma."""
    assert find("a price of €1.234").quantities[0].low == Decimal("1.234")
    assert find("2,5 GW for €3.456.789, a price of €1.234").quantities[-1].low == 1234
    assert find("2.5 GW for €3,456,789, a price of €1,234").quantities[-1].low == 1234


def test_a_filler_does_not_part_a_hedge_from_its_amount():
    assert listed("up to an additional $5 billion") == ["up to an additional $5 billion -> ..5bn USD up_to"]
    assert listed("another $5 billion") == ["$5 billion -> 5bn USD"]


@pytest.mark.parametrize(
    "text", ["Revenue ($ millions)", "(in thousands of dollars)", "In billions of euros", "€ million"]
)
def test_the_unit_of_a_table_is_no_amount(text: str):
    assert listed(text) == []


def test_verbs_and_sums_are_no_hedges():
    assert listed("talks over $5 billion")[0] == "$5 billion -> 5bn USD"
    assert listed("$5 billion plus interest")[0] == "$5 billion -> 5bn USD"
    assert listed("$5bn or more than expected")[0] == "$5bn -> 5bn USD"
    assert listed("could reportedly invest $5 billion")[0] == "$5 billion -> 5bn USD"
    assert listed("the third quarter of the $8 billion plan")[0] == "$8 billion -> 8bn USD"


# --- the gold ---------------------------------------------------------------------------------------------------------

# Gold amounts whose scale or currency stands in another clause: the sentence, not the grammar, gives it.
CARRIED = {"just 1.9", "60 Mio."}


def gold(name: str, folder: Path) -> list[tuple[str, dict[str, Any]]]:
    """The text of each document with each of its labelled amounts."""
    found = []
    for document in loaded(name)["documents"]:
        text = (folder / document["doc_id"]).read_bytes().decode("utf-8")
        amounts = (claim["amount"] for claim in document["claims"] if claim.get("amount"))
        found += [(text, amount) for amount in amounts if amount["text"] not in CARRIED]
    return found


def agrees(quantity: Quantity, amount: dict[str, Any]) -> bool:
    keys = ("low", "high", "currency", "unit", "per", "qualifier")
    others = [(other["text"], other["low"]) for other in amount.get("equivalents", [])]
    return [getattr(quantity, key) for key in keys] == [amount[key] for key in keys] and others == [
        (other.text, other.low) for other in quantity.equivalents
    ]


def missed(labelled: list[tuple[str, dict[str, Any]]]) -> list[str]:
    """Labelled amounts without a quantity at their place that says the same; a rate behind may lengthen it."""
    found = {text: {q.start: q for q in find(text).quantities} for text, _ in labelled}
    return [
        amount["text"]
        for text, amount in labelled
        if not (q := found[text].get(amount["start"])) or not agrees(q, amount) or not q.text.startswith(amount["text"])
    ]


def test_every_labelled_amount_of_the_invented_sentences_is_found():
    labelled = gold("claims_invented.json", CASES / "invented")
    assert len(labelled) >= 40
    assert missed(labelled) == []


def test_every_labelled_amount_of_the_articles_reads_right_by_itself():
    """A count needs the noun behind it, so it is read with one."""
    amounts = [c["amount"] for d in loaded("claims_seeds.json")["documents"] for c in d["claims"] if c.get("amount")]
    assert len(amounts) >= 60
    for amount in amounts:
        noun = " of GPUs" if amount["unit"] == "count" else ""
        (quantity,) = find(amount["text"] + noun).quantities
        bare = {key: value for key, value in amount.items() if key != "equivalents"}
        assert agrees(quantity, bare), amount["text"]


if "COUNTERFLOW_ARTICLES" in os.environ:

    def test_every_labelled_amount_of_the_articles_is_found():
        labelled = gold("claims_seeds.json", Path(os.environ["COUNTERFLOW_ARTICLES"]))
        assert len(labelled) >= 60
        assert missed(labelled) == []


# --- laws -------------------------------------------------------------------------------------------------------------

SIGNS = {"$": "USD", "US$": "USD", "£": "GBP", "€": "EUR", "NT$": "TWD", "INR ": "INR", "CHF ": "CHF"}
SCALES = {"": 0, " million": 6, "m": 6, " billion": 9, "bn": 9, "-billion": 9, " trillion": 12, "tn": 12, "\u00a0bn": 9}
BEFORE = {"": "exact", "about ": "approximately", "over ": "more_than", "at least ": "at_least", "up to ": "up_to"}
FILLER = st.text(alphabet="aé \u00a0\u0301🚀ﬁ,;\r\n“”’中", max_size=12)
PIECES = st.sampled_from(
    [
        *"$ € ¥ 1 5.2 1,234 20 2026 million bn % GW x times a half of the dozen about over up to between and".split(),
        *"from - – ( ) + or so dollars euros kroner GPUs shares year per tens hundreds billions multi- Rs".split(),
        *"crore 億 🚀 é . , ; /".split(),
        *("\u0301", "\u00a0", "\r\n"),
    ]
)


@st.composite
def amounts(draw: st.DrawFn) -> tuple[str, Decimal, str, str]:
    """An amount as papers write it, with its value in full units, its currency and its qualifier."""
    number = draw(st.decimals(min_value=Decimal("0.1"), max_value=Decimal(9999), places=1))
    whole = number == number.to_integral_value()
    digits = f"{number:,.0f}" if whole else f"{number:,.1f}"
    sign, scale, before = (draw(st.sampled_from(sorted(table))) for table in (SIGNS, SCALES, BEFORE))
    return f"{before}{sign}{digits}{scale}", number * 10 ** SCALES[scale], SIGNS[sign], BEFORE[before]


@given(amounts(), FILLER, FILLER)
@settings(max_examples=300)
def test_an_amount_is_found_at_its_place_in_any_text(amount: tuple[str, Decimal, str, str], before: str, behind: str):
    phrase, value, currency, qualifier = amount
    text = f"{before}. {phrase}. {behind}"
    found = find(text)
    assert [(q.text, q.start, q.currency, q.qualifier) for q in found.quantities] == [
        (phrase, len(before) + 2, currency, qualifier)
    ]
    (quantity,) = found.quantities
    assert value in {quantity.low, quantity.high}


@given(st.lists(PIECES, max_size=40), st.sampled_from(["", " "]))
@settings(max_examples=400)
def test_any_text_gives_an_answer_whose_offsets_hold(pieces: list[str], gap: str):
    text = gap.join(pieces)
    found = find(text)
    edge = 0
    for quantity in found.quantities:
        assert edge <= quantity.start < quantity.end <= len(text)
        assert text[quantity.start : quantity.end] == quantity.text
        edge = quantity.end
        for other in quantity.equivalents:
            assert edge <= other.start
            assert text[other.start : other.end] == other.text
            edge = other.end
        assert quantity.loose().low is None or quantity.tight().low is not None
    assert all(0 <= start < end <= len(text) for start, end, _ in found.unread)
    assert found == find(text)


@given(st.lists(amounts(), min_size=1, max_size=4), FILLER)
def test_an_amount_reads_the_same_in_its_own_words_and_in_a_slice(
    said_here: list[tuple[str, Decimal, str, str]], filler: str
):
    text = f"{filler}; ".join(["", *(phrase for phrase, *_ in said_here)])
    for quantity in find(text).quantities:
        alone, slice_ = find(quantity.text), find(text, quantity.start, quantity.end)
        assert [_reading(q) for q in alone.quantities] == [_reading(quantity)]
        assert slice_ == Found([quantity], [])


def _reading(quantity: Quantity) -> tuple[Any, ...]:
    return (
        quantity.low,
        quantity.high,
        quantity.currency,
        quantity.unit,
        quantity.qualifier,
        quantity.digits,
        quantity.scales,
    )


@pytest.mark.parametrize("piece", ["1", "7,", "about ", "half of the ", "[", "up to over "])
def test_a_line_of_two_hundred_thousand_characters_is_answered(piece: str):
    assert find(piece * (200_000 // len(piece))) == Found([], [])
