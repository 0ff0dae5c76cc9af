"""No false alarm: forty articles on consistent worlds, rounded and hedged as papers do, hold no hard finding."""

from __future__ import annotations

from random import Random
from typing import NamedTuple

import pytest

from counterflow.extract import amounts, rules
from counterflow.extract.names.gazetteer import Gazetteer
from counterflow.model.source import Document, Segment
from counterflow.reconcile.checks import Issue, Paper, check

NAMES = Gazetteer.of(
    [
        {"name": "Larkspur AI", "kind": "lab"},
        {"name": "Brightwater", "kind": "cloud"},
        {"name": "Tern Capital", "kind": "investor"},
        {"name": "Cobalt Chips", "kind": "chipmaker"},
        {"name": "Quarry Motors", "kind": "company"},
    ]
)
LAB, CLOUD, BUYERS = "Larkspur AI", "Brightwater", ("Brightwater", "Tern Capital", "Cobalt Chips")
WORLDS = range(40)


class World(NamedTuple):
    """What is true, in millions of US dollars; the papers round it."""

    cheques: tuple[int, ...]
    pre: int
    revenue: int
    contract: int
    years: int
    stake: float
    rumour: int

    @property
    def new(self) -> int:
        return sum(self.cheques)

    @property
    def post(self) -> int:
        return self.pre + self.new


def world(seed: int) -> World:
    """A consistent world, from one round's size to another's."""
    dice = Random(seed)
    size = 10 ** dice.uniform(3, 5.5)
    cheques = tuple(max(3, int(size * dice.uniform(0.1, 0.5))) for _ in BUYERS)
    pre = int(sum(cheques) * dice.uniform(3, 9))
    return World(
        cheques,
        pre,
        revenue=int(pre / dice.uniform(15, 45)),
        contract=int(size * dice.uniform(0.5, 3)),
        years=dice.randint(3, 9),
        stake=round(dice.uniform(5, 35), 1),
        rumour=max(2, int(sum(cheques) * dice.uniform(0.3, 1.4))),
    )


class Pen:
    """How a paper writes a true number: rounded to two or three digits, with the hedge that the rounding earns."""

    def __init__(self, seed: int) -> None:
        self.dice = Random(seed + 1000)

    def usd(self, millions: float, *, hedged: bool = True) -> str:
        """Rounded half a unit of its last digit away at most; a hedge always tells on which side the truth lies."""
        scale, word = next((s, w) for s, w in ((1e6, "trillion"), (1e3, "billion"), (1, "million")) if millions >= s)
        value = millions / scale
        places = max(0, 2 - len(str(int(value)))) + self.dice.randint(0, 1)
        said = round(value, places)
        hedges = ["", "about "]
        if hedged:
            hedges += ["more than "] if said < value else ["nearly "] if said > value else []
        return f"{self.dice.choice(hedges)}${said:.{places}f} {word}"

    def percent(self, share: float) -> str:
        """A percentage with its hedge."""
        return self.dice.choice([f"{share:.1f}%", f"about {share:.0f}%", f"roughly {share:.0f}%"])


def article(seed: int) -> str:
    """One world told as a paper would: title, lede, prices, cheques, contract, revenue, what was said before."""
    true, pen = world(seed), Pen(seed)
    dice = pen.dice
    told = [
        f"{LAB} has raised {pen.usd(true.new)} in a funding round at a pre-money valuation of {pen.usd(true.pre)}.",
        f"Including the new money, its post-money valuation is {pen.usd(true.post)}.",
        " ".join(f"{who} invested {pen.usd(paid)}." for who, paid in zip(BUYERS, true.cheques, strict=True)),
    ]
    later = [
        f"{LAB} signed a contract worth {pen.usd(true.contract)} over {true.years} years with {CLOUD}.",
        f"{LAB} had revenue of {pen.usd(true.revenue)} in 2025, up from {pen.usd(true.revenue / 3)} a year earlier.",
        f"The post-money price is {true.post / true.revenue:.0f} times its revenue of {pen.usd(true.revenue)}.",
        f"Quarry Motors owned {pen.percent(true.stake)} of {LAB} before the round.",
        f"In an earlier round {LAB} had raised {pen.usd(true.new / 4)} at a valuation of {pen.usd(true.pre / 2)}.",
        f"Last autumn {CLOUD} was in talks to invest {pen.usd(true.rumour)} in {LAB}.",
        f"{CLOUD} invested another {pen.usd(true.cheques[0] / 5)} in {LAB} in 2024.",
        f"{CLOUD} holds {pen.percent(true.stake / 2)} of {LAB}.",
        f"The lab rents servers for {pen.usd(true.revenue / 48, hedged=False)} a month.",
        f"Cobalt Chips could invest up to {pen.usd(true.new * 2, hedged=False).removeprefix('about ')} more in {LAB}.",
        f"{LAB} will spend {pen.usd(true.contract * 2)} more with {CLOUD} over the next {true.years + 2} years.",
        f"The round, of {pen.usd(true.new)}, is among the largest of its kind.",
    ]
    dice.shuffle(later)
    title = f"{LAB} raises {pen.usd(true.new, hedged=False)}"
    return f"{title}\n\n4 March 2026\n\n" + "\n\n".join([" ".join(told), *later[: dice.randint(4, 12)]]) + "\n"


def document(name: str, text: str) -> Document:
    """The text as read: its first line a title, the third its date."""
    title, _, _ = text.partition("\n")
    head, day = len(title) + 1, text.index("2026\n\n") + 6
    segments = (Segment("title", 0, head), Segment("byline", head, day), Segment("body", day, len(text)))
    return Document(name, text, title=title, doc_date="2026-03-04", segments=segments)


def found(*texts: str) -> list[Issue]:
    """What the check finds in these texts together."""
    papers = [document(f"paper-{n}.txt", text) for n, text in enumerate(texts)]
    claims = [claim for paper in papers for claim in rules.read(paper, NAMES).claims]
    return check(claims, [Paper(p, tuple(amounts.find(p.text).quantities)) for p in papers])


@pytest.mark.parametrize("seed", WORLDS)
def test_a_consistent_article_holds_no_hard_finding(seed: int) -> None:
    issues = found(article(seed))
    assert [(i.relation, i.message) for i in issues if i.severity == "hard"] == []
    assert issues  # something was computed: an empty answer proves nothing


def test_two_papers_on_one_world_hold_no_hard_finding() -> None:
    for seed in range(12):
        first, second = article(seed), article(seed).replace("has raised", "raised")
        assert [i.message for i in found(first, second) if i.severity == "hard"] == []


def test_the_worlds_reach_the_relations_they_are_to_try() -> None:
    """Each of these closes on some of the articles: the absence of alarms is not the absence of sums."""
    relations = {i.relation.split()[0] for seed in WORLDS for i in found(article(seed))}
    assert {"R1", "R2", "R3", "R4", "R8"} <= relations


def test_a_post_money_price_ten_times_too_large_is_found() -> None:
    """The same generator with one wrong digit: pre + new is far from ten times post."""
    for seed in range(8):
        true, pen = world(seed), Pen(seed)
        text = (
            f"{LAB} raises money\n\n4 March 2026\n\n"
            f"{LAB} has raised {pen.usd(true.new, hedged=False)} in a funding round "
            f"at a pre-money valuation of {pen.usd(true.pre, hedged=False)}. "
            f"Including the new money, its post-money valuation is {pen.usd(true.post * 10, hedged=False)}.\n"
        )
        assert [i.relation for i in found(text) if i.severity == "hard"] == ["R1 post = pre + new"]
