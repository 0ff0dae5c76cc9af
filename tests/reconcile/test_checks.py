"""The fact-check on worked numbers: each relation in both directions, and the guards that keep it silent."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterflow.extract import amounts, rules
from counterflow.extract.names.gazetteer import Gazetteer
from counterflow.model.source import Document, Segment
from counterflow.reconcile.checks import Issue, Paper, check
from counterflow.reconcile.checks.exchange import bracket
from reconcile.saying import claim

NAMES = Gazetteer.of(
    [
        {"name": "Larkspur AI", "kind": "lab"},
        {"name": "Brightwater", "kind": "cloud"},
        {"name": "Tern Capital", "kind": "investor"},
        {"name": "Cobalt Chips", "kind": "chipmaker"},
    ]
)


def papers(*texts: str, day: str | None = "2026-03-04") -> list[Document]:
    """Texts as documents: a first line that ends without a stop is a title, the rest body."""
    found = []
    for n, text in enumerate(texts):
        first = text.partition("\n")[0]
        head = 0 if first.endswith(".") else len(first)
        segments = (Segment("title", 0, head), Segment("body", head, len(text)))
        found.append(Document(f"{n}.txt", text, doc_date=day, segments=segments))
    return found


def issues(*texts: str, day: str | None = "2026-03-04") -> list[Issue]:
    """What the check finds in these texts."""
    read = papers(*texts, day=day)
    claims = [c for paper in read for c in rules.read(paper, NAMES).claims]
    return check(claims, [Paper(p, tuple(amounts.find(p.text).quantities)) for p in read])


def kinds(found: list[Issue], relation: str) -> list[str]:
    """The kinds of the issues of one relation."""
    return [i.kind for i in found if i.relation.startswith(relation)]


def ends(issue: Issue) -> list[tuple[float | None, float | None, str]]:
    """Low, high and unit of every quantity."""
    return [(q["low"], q["high"], q["unit"]) for q in issue.to_json()["quantities"]]


ROUND = "Larkspur AI has raised $110 billion in a funding round at a pre-money valuation of $730 billion. "


# ---------------------------------------------------------------- R1, R2, R3
def test_pre_and_new_money_by_hand() -> None:
    """730 + 110 = 840: [725, 735] + [105, 115] = [830, 850], which meets the stated [835, 845]."""
    (found,) = [i for i in issues(ROUND + "Its post-money valuation is $840 billion.") if i.relation.startswith("R1")]
    assert (found.kind, found.severity) == ("identity", "info")
    assert ends(found)[:2] == [(835e9, 845e9, "USD"), (830e9, 850e9, "USD")]
    assert "730 + 110 = 840, stated 840 (USD bn)" in found.message


def test_a_post_money_price_that_does_not_follow_is_hard() -> None:
    """[830, 850] against 900 +- 45: nothing in common."""
    (found,) = [i for i in issues(ROUND + "Its post-money valuation is $900 billion.") if i.severity == "hard"]
    assert (found.kind, found.relation) == ("contradiction", "R1 post = pre + new")
    assert "stated 900: 60 unexplained" in found.message
    assert found.repair.startswith("tie: ")
    order = [found.message.index(w) for w in ("855 to 945", "730 + 110 = 840", "Tie: ", "What would change it: ")]
    assert order == sorted(order)


@pytest.mark.parametrize("post", ["$845 billion", "about $900 billion", "more than $800 billion"])
def test_what_a_fair_editor_lets_pass_is_never_hard(post: str) -> None:
    assert [i for i in issues(ROUND + f"Its post-money valuation is {post}.") if i.severity == "hard"] == []


CHEQUES = "Tern Capital invested $50 billion, Cobalt Chips invested $30 billion and Brightwater invested $30 billion."


def test_tranches_add_up_to_the_round_by_hand() -> None:
    """50 + 30 + 30 = 110: [47.5, 52.5] + 2 x [28.5, 31.5] = [104.5, 115.5]."""
    (found,) = [i for i in issues(ROUND + CHEQUES) if i.relation.startswith("R3")]
    assert found.kind == "identity"
    assert (104.5e9, 115.5e9, "USD") in ends(found)


def test_tranches_beyond_the_whole_are_hard() -> None:
    """50 + 30 + 30 = 110 into a round of 80: 30 unexplained."""
    found = issues("Larkspur AI has raised $80 billion in a funding round. " + CHEQUES)
    assert [(i.kind, "stated 80: 30 unexplained" in i.message) for i in found if i.severity == "hard"] == [
        ("contradiction", True)
    ]


def test_tranches_below_the_whole_leave_others_unless_the_list_is_whole() -> None:
    """120 - 110 = 10 from others; but not where the money is said to be from three investors, which are these."""
    short = "Larkspur AI has raised $130 billion in a funding round. " + CHEQUES
    assert kinds(issues(short), "R3") == ["inference"]
    closed = "Larkspur AI has raised $130 billion in a funding round from three investors. " + CHEQUES
    assert kinds(issues(closed), "R3") == ["contradiction"]
    assert kinds(issues(closed + " More investors may join."), "R3") == ["inference"]


def test_a_stake_that_the_cheque_does_not_buy_is_hard() -> None:
    """10% x 60 = 6 billion for a cheque of 4; of an unlabelled price both readings must fail: 10% x (36 + 4) = 4."""
    text = "Tern Capital agreed to invest $4 billion in Larkspur AI for a 10% stake at a {} of ${} billion."
    assert kinds(issues(text.format("post-money valuation", 60)), "R2 amount") == ["contradiction"]
    assert kinds(issues(text.format("valuation", 36)), "R2 amount") == ["identity"]


def test_a_stake_reached_over_the_years_is_not_divided_by_the_price() -> None:
    """13 over years at 500 is no stake of 2.6%: nothing is computed from it."""
    found = issues(
        "Tern Capital has invested more than $13 billion in Larkspur AI since 2019. It is valued at $500 billion."
    )
    assert kinds(found, "R2") == []


# ---------------------------------------------------------------- R4, R12, R20, R22, R8
def test_a_multiple_against_price_and_revenue() -> None:
    """500 / 3 = 167 closes; 90 does not."""
    text = "Larkspur AI is valued at $500 billion. With revenue of $3 billion that is a revenue multiple of {}x."
    assert kinds(issues(text.format(167)), "R4") == ["identity"]
    assert kinds(issues(text.format(90)), "R4") == ["contradiction"]


@pytest.mark.parametrize(
    ("text", "relation", "kind"),
    [
        ("It pays $2 million a month, or $24 million a year, for servers.", "R20", "identity"),
        ("It pays $20 million a month, or $600 million a year, for servers.", "R20", "contradiction"),
        ("The contract is worth $300 billion over five years, or $60 billion a year.", "R8", "identity"),
        ("The contract is worth $300 billion over five years, or $90 billion a year.", "R8", "contradiction"),
        ("Tern Capital paid $30 million, or 50% of the $60 million total.", "R22", "identity"),
        ("Tern Capital paid $45 million, or 50% of the $60 million total.", "R22", "contradiction"),
    ],
)
def test_restatements_of_one_sentence(text: str, relation: str, kind: str) -> None:
    """2 x 12 = 24; 20 x 12 = 240; 300 / 5 = 60; 50% x 60 = 30."""
    assert kinds(issues(text), relation) == [kind]


# ---------------------------------------------------------------- R6
@pytest.mark.parametrize(
    ("text", "kind", "slip"),
    [
        ("Tern Capital paid $750 million (about NT$24 billion).", "identity", ""),
        ("Tern Capital paid $750 million (about NT$24 trillion).", "contradiction", "1,000 times too large"),
        ("Tern Capital paid $750 billion (about NT$24 billion).", "contradiction", "1,000 times too small"),
        ("Tern Capital paid $100 million (about €87 million).", "identity", ""),
        ("Tern Capital paid $100 million (about €870 million).", "contradiction", "10 times too large"),
    ],
)
def test_restatements_in_another_currency(text: str, kind: str, slip: str) -> None:
    """24 / 0.75 = 32 Taiwan dollars; 87 / 100 = 0.87 euros for a US dollar."""
    (found,) = [i for i in issues(text) if i.relation.startswith("R6")]
    assert found.kind == kind
    assert slip in found.message


def test_brackets_widen_beyond_the_table_and_hold_every_year_where_there_is_no_date() -> None:
    known, later, unknown = bracket("EUR", 2025), bracket("EUR", 2027), bracket("EUR", None)
    assert known
    assert later
    assert unknown
    assert later.low < known.low < known.high < later.high
    assert unknown.hull(known) == unknown
    assert bracket("XXX", 2025) is None


# ---------------------------------------------------------------- R7
@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("It was signed on Tuesday, March 3, 2026.", []),
        ("It was signed on Wednesday, March 3, 2026.", ["tension"]),  # a day of time zones
        ("It was signed on Friday, March 3, 2026.", ["contradiction"]),
        ("It was signed on Friday, 3 March.", ["contradiction"]),  # the year is the article's
        ("The contract runs from 2027 to 2025.", ["contradiction"]),
        ("The contract runs from 2025 to 2027.", []),
    ],
)
def test_days(text: str, kind: list[str]) -> None:
    """3 March 2026 is a Tuesday."""
    assert kinds(issues(text), "R7") == kind


def test_a_weekday_without_any_year_is_left_alone() -> None:
    assert issues("It was signed on Friday, 3 March.", day=None) == []


def test_less_than_six_weeks_after_by_hand() -> None:
    """3 November to 16 December are 43 days, not below 42; one day of slack keeps it soft."""
    later = "This comes less than six weeks after Larkspur AI signed a $38 billion contract with Brightwater."
    first = "On 3 November 2025 Larkspur AI signed a $38 billion contract with Brightwater for computing capacity."
    read = [*papers(first, day=None), *papers(later, day="2025-12-16")]
    claims = [c for paper in read for c in rules.read(paper, NAMES).claims]
    (found,) = [i for i in check(claims, [Paper(p) for p in read]) if i.relation.startswith("R7")]
    assert (found.kind, found.severity) == ("tension", "soft")
    assert ends(found) == [(42, 44, "day"), (0, 42.5, "day")]


# ---------------------------------------------------------------- the same variable
def test_a_title_against_its_body() -> None:
    """Hundreds of millions [0.1, 1] against over 10 [9.5, open)."""
    text = (
        "Tern Capital to put hundreds of millions of dollars into Larkspur AI\n\n"
        "Tern Capital is in talks to invest over $10 billion in Larkspur AI."
    )
    (found,) = [i for i in issues(text) if i.severity == "hard"]
    assert found.article == "0.txt"
    assert ends(found) == [(1e8, 1e9, "USD"), (9.5e9, None, "USD")]
    assert "title" in found.repair
    assert {w.line for w in found.evidence} == {1, 3}


TALKS = "Tern Capital is in talks to invest {} in Larkspur AI."


def test_two_articles_of_one_day_on_one_deal() -> None:
    assert kinds(issues(TALKS.format("$10 billion"), TALKS.format("$40 billion")), "same") == ["contradiction"]
    assert kinds(issues(TALKS.format("$10 billion"), TALKS.format("$10.4 billion")), "same") == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (TALKS.format("at least $10 billion"), TALKS.format("$100 billion")),  # a floor refutes no larger number
        (TALKS.format("up to $10 billion"), TALKS.format("$4 billion")),
        (TALKS.format("$10 billion"), "Tern Capital has invested $50 billion in Larkspur AI."),  # another stage
        (TALKS.format("$10 billion"), "Tern Capital is in talks to invest another $40 billion in Larkspur AI."),
        (
            "Larkspur AI will buy $38 billion of computing power from Brightwater.",
            "Larkspur AI will buy an additional $100 billion of computing power from Brightwater.",
        ),
    ],
)
def test_what_is_another_number_is_no_contradiction(one: str, other: str) -> None:
    assert [i.message for i in issues(one, other) if i.severity == "hard"] == []
    assert [i.message for i in issues(f"{one} {other}") if i.severity == "hard"] == []


def test_articles_far_apart_in_time_tell_of_two_moments() -> None:
    read = [
        *papers(TALKS.format("$10 billion"), day="2025-03-04"),
        *papers(TALKS.format("$40 billion"), day="2026-03-04"),
    ]
    claims = [c for paper in read for c in rules.read(paper, NAMES).claims]
    assert [i for i in check(claims, [Paper(p) for p in read]) if i.severity == "hard"] == []


def test_one_year_has_one_revenue() -> None:
    """1.2 against 2.1 billion for 2025: 1.75 times; of two years, nothing to say."""
    text = "Larkspur AI had revenue of $1.2 billion in 2025. Larkspur AI's revenue in {} was $2.1 billion."
    (found,) = [i for i in issues(text.format(2025)) if i.severity == "hard"]
    assert "1.75 times" in found.message
    assert kinds(issues(text.format(2024)), "same") == []


# ---------------------------------------------------------------- stages
def test_a_conditional_part_told_as_done() -> None:
    """15 paid, 35 waits: the other article's 50, completed, agrees in amount and not in stage."""
    deal = {"investor": "Tern Capital", "investee": "Larkspur AI"}
    paid = claim("investment", "15", "signed", doc="a.txt", scope="tranche", **deal)
    waits = claim(
        "investment", "35", "signed", doc="a.txt", at=90, scope="tranche", terms={"condition": "a listing"}, **deal
    )
    done = claim("investment", "50", "completed", doc="b.txt", **deal)
    (found,) = [i for i in check([paid, waits, done]) if i.kind == "status_conflict"]
    assert found.severity == "soft"
    assert [q.name for q in found.quantities] == ["headline", "unconditional", "conditional"]
    assert ends(found)[1] == (14.5e9, 15.5e9, "USD")


def test_one_deal_at_two_stages_evolves() -> None:
    """At least 10 in talks, 50 at close: 5 times, and no clash."""
    found = issues(TALKS.format("at least $10 billion"), "Tern Capital has invested $50 billion in Larkspur AI.")
    assert kinds(found, "talks -> completed") == ["evolution"]


def test_on_top_or_inclusive() -> None:
    """38 + 100 = 138 if additional, 62 new if inclusive."""
    found = issues(
        "Larkspur AI agreed to buy $38 billion of computing power from Brightwater. "
        "Larkspur AI will buy an additional $100 billion of computing power from Brightwater."
    )
    (two,) = [i for i in found if i.relation.startswith("R9")]
    assert two.kind == "ambiguity"
    assert (132.5e9, 143.5e9, "USD") in ends(two)


# ---------------------------------------------------------------- laws
TEXTS = [
    ROUND + CHEQUES,
    TALKS.format("$10 billion"),
    TALKS.format("$40 billion"),
    ROUND + "It is valued at $900 billion.",
]


@given(st.permutations(range(len(TEXTS))))
def test_the_order_of_the_claims_changes_nothing(order: list[int]) -> None:
    read = papers(*TEXTS)
    claims = [c for paper in read for c in rules.read(paper, NAMES).claims]
    shuffled = [c for n in order for c in claims[n::4]]
    known = [Paper(p, tuple(amounts.find(p.text).quantities)) for p in read]
    assert [i.to_json() for i in check(shuffled, known)] == [i.to_json() for i in check(claims, known)]


def test_order_is_hard_soft_then_by_size() -> None:
    found = issues(*TEXTS)
    ranks = [("hard", "soft", "info").index(i.severity) for i in found]
    assert ranks == sorted(ranks)
    sizes = [i.size for i in found if i.severity == "info"]
    assert sizes == sorted(sizes, reverse=True)
    assert len({i.id for i in found}) == len(found)


@given(st.text(alphabet="Larkspur AI$ 0123456789.,%billion()€\n", max_size=200))
def test_no_text_is_too_odd(text: str) -> None:
    for issue in issues(text):
        assert issue.to_json()["severity"] in {"hard", "soft", "info"}
