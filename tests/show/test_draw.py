"""Drawings: sizes worked by hand, names that never collide, and marks that say in words what they show."""

from __future__ import annotations

import re
from itertools import combinations, pairwise
from math import dist
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from counterflow.show import draw, ring
from counterflow.show.ring import Mark, Money, Party, lay

if TYPE_CHECKING:
    from playwright.sync_api import Page

SVG = "{http://www.w3.org/2000/svg}"


def party(name: str, kind: str = "company") -> Party:
    return Party(name, kind, "out $1.399tn · in $143.5bn", "party-x", f"{name} ({kind}): binding")


def money(payer: str, payee: str, usd: float, *, binding: bool = True, kind: str = "purchase") -> Money:
    key = f"arrow-{payer}-{payee}-{kind}"
    return Money(key, payer, payee, kind, usd, binding, "deal-x", f"{payer} pays {payee} {usd}")


def box(mark: Mark) -> tuple[float, float, float, float]:
    """Left, top, right and bottom of a name and the line under it, by the widths of wide letters."""
    wide = max(9.4 * len(mark.name), 6.6 * len(mark.party.note))
    left = {"start": mark.name_x, "middle": mark.name_x - wide / 2, "end": mark.name_x - wide}[mark.side]
    return left, mark.name_y - 13, left + wide, mark.name_y + 19


def parse(svg: str) -> ET.Element:
    return ET.fromstring(svg)


# ---------------------------------------------------------------- the ring
def test_width_grows_with_the_square_root_of_the_amount():
    """The largest money is 22 wide; a quarter of it is sqrt(1/4) = half as wide, 11; a 10,000th is 0.22, shown as 2."""
    flows = [money("A", "B", 400e9), money("B", "C", 100e9), money("C", "A", 40e6)]
    _, arrows = lay([party(n) for n in "ABC"], flows)
    assert [round(a.width, 1) for a in arrows] == [22.0, 11.0, 2.0]


def test_money_both_ways_bends_apart():
    """Two arrows between the same two parties stand on either side of the line between them."""
    _, arrows = lay([party("A"), party("B")], [money("A", "B", 9e9), money("B", "A", 9e9)])
    paths = {a.money.payer: [float(n) for n in re.findall(r"-?\d+\.\d", a.path)] for a in arrows}
    assert abs(paths["A"][3] - paths["B"][3]) > 30


def test_an_arrow_runs_from_the_rim_of_its_payer_to_the_rim_of_its_payee():
    marks, arrows = lay([party(n) for n in "ABCD"], [money("A", "C", 5e9), money("B", "D", 2e9)])
    at = {m.party.name: m for m in marks}
    for arrow in arrows:
        numbers = [float(n) for n in re.findall(r"-?\d+\.\d", arrow.path)]
        tip = [float(n) for n in re.findall(r"-?\d+\.\d", arrow.head)][:2]
        payer, payee = at[arrow.money.payer], at[arrow.money.payee]
        assert dist(numbers[:2], (payer.x, payer.y)) == pytest.approx(payer.radius + 1.5, abs=0.3)
        assert dist(tip, (payee.x, payee.y)) == pytest.approx(payee.radius + 2, abs=0.3)


def test_those_who_trade_stand_next_to_each_other():
    """Four parties in two pairs: each pair takes neighbouring places, so that no arrow crosses another."""
    marks, _ = lay([party(n) for n in "ABCD"], [money("A", "C", 5e9), money("B", "D", 2e9)])
    order = "".join(m.party.name for m in marks)
    assert "AC" in order + order[0] or "CA" in order + order[0]


@settings(max_examples=30)
@given(st.integers(1, 14), st.integers(1, 60), st.integers(0, 10**6))
def test_names_never_collide_nor_leave_the_picture(count: int, length: int, seed: int):
    names = [f"{chr(65 + k)}{'n' * length}" for k in range(count)]
    pairs = [p for k, p in enumerate(combinations(names, 2)) if (seed >> k % 20) & 1][:25]
    marks, arrows = lay([party(n) for n in names], [money(a, b, 1e9 * (k + 1)) for k, (a, b) in enumerate(pairs)])
    assert len(marks) == count
    assert len(arrows) == len(pairs)
    for mark in marks:
        left, top, right, bottom = box(mark)
        assert left >= -8, mark
        assert right <= ring.WIDTH + 8, mark
        assert top >= 0, mark
        assert bottom <= ring.HEIGHT, mark
    for one, other in combinations(map(box, marks), 2):
        apart = one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]
        assert apart, (one, other)


BOXES = """() => [...document.querySelectorAll("text")].map((text) => {
  const box = text.getBBox();
  return [box.x, box.y, box.x + box.width, box.y + box.height];
})"""


@pytest.mark.parametrize("letters", ["WWWWWWWWWW", "晨星資本控股", "Mills & Wharton ", "illumination "])
def test_a_browser_finds_every_name_inside_the_picture_and_apart(page: Page, letters: str):
    for count in (2, 5, 13, 14):
        names = [f"{chr(65 + k)} {letters * 4}" for k in range(count)]
        flows = [money(a, b, 1e9) for a, b in pairwise(names)]
        page.set_content(str(draw.ring([party(n) for n in names], flows, "long names")))
        boxes = page.evaluate(BOXES)
        assert len(boxes) == 2 * count
        for left, top, right, bottom in boxes:
            assert left >= 0
            assert right <= ring.WIDTH
            assert top >= 0
            assert bottom <= ring.HEIGHT
        for one, other in combinations(boxes, 2):  # the line under a name may touch it
            across = min(one[2], other[2]) - max(one[0], other[0])
            down = min(one[3], other[3]) - max(one[1], other[1])
            assert across <= 0 or down <= 4, (one, other)


def test_the_ring_says_in_words_what_it_shows():
    flows = [money("A", "B", 9e9), money("B", "A", 4e9, binding=False, kind="equity")]
    root = parse(draw.ring([party("A", "lab"), party("B", "investor")], flows, "2 flows of money"))
    assert root.findtext(f"{SVG}desc") == "2 flows of money"
    links = root.findall(f"{SVG}a")
    assert [a.get("aria-label") for a in links] == [
        "A pays B 9000000000.0",
        "B pays A 4000000000.0",
        "A (lab): binding",
        "B (investor): binding",
    ]
    assert all(a.get("href", "").startswith("#") for a in links)
    firm, loose = links[:2]
    assert not [p for p in firm.findall(f"{SVG}path") if p.get("stroke-dasharray")]
    assert [p for p in loose.findall(f"{SVG}path") if p.get("stroke-dasharray")]


def test_every_arrow_has_a_target_of_24_units():
    root = parse(draw.ring([party("A"), party("B")], [money("A", "B", 9e9), money("B", "A", 1.0)], "two"))
    hits = [float(p.get("stroke-width", 0)) for p in root.iter(f"{SVG}path") if p.get("class") == "hit"]
    assert len(hits) == 2
    assert min(hits) >= 24


def test_hostile_names_stay_words():
    name = "</text><script>alert(1)</script>\"'&"
    root = parse(draw.ring([party(name), party("B")], [money(name, "B", 1e9)], name))
    assert not list(root.iter(f"{SVG}script"))
    assert name[:10] in "".join(root.itertext())


# ---------------------------------------------------------------- loops, bands, bars and curves
def test_a_loop_in_small_has_an_arrow_for_each_payment():
    root = parse(draw.glyph(["loan", "purchase", "purchase"]))
    drawn = [p.get("class") for p in root.iter(f"{SVG}path") if (p.get("class") or "").startswith("s-")]
    assert drawn == ["s-loan", "s-purchase", "s-purchase"]


def test_a_band_runs_from_what_must_to_what_can():
    """Of a width of 1000: from 0.25 to 0.75 is 500 from 250 on, the mark at 0.4 is 12 wide round 400."""
    rects = list(parse(draw.band(0.25, 0.75, 0.4, "between a quarter and three")).iter(f"{SVG}rect"))
    drawn = {r.get("class"): (float(r.get("x", 0)), float(r.get("width", 0))) for r in rects}
    assert drawn["range"] == (250.0, 500.0)
    assert drawn["middle"] == (394.0, 12.0)


def test_bars_are_as_tall_as_their_amounts():
    """On an axis to 40 with 172 units of room, 40 is 172 tall and 10 is 43."""
    series = [draw.Series("due", "purchase", (40e9, 10e9))]
    bars = list(parse(draw.bars(["2026", "2027"], series, "due")).iter(f"{SVG}rect"))
    assert [float(r.get("height", 0)) for r in bars] == [172.0, 43.0]


@given(st.floats(0, 1e16))
def test_the_axis_holds_every_bar_with_few_round_ticks(largest: float):
    root = parse(draw.bars(["2026"], [draw.Series("due", "purchase", (largest,))], "due"))
    bar = next(root.iter(f"{SVG}rect"))
    assert 0 <= float(bar.get("height", 0)) <= 172.05
    ticks = [t for t in root.iter(f"{SVG}text") if t.get("text-anchor") == "end"]
    assert 2 <= len(ticks) <= 6


def test_each_reading_has_its_own_dashes():
    points = ((0.0, 0.9), (1.0, 0.1))
    root = parse(draw.lines([draw.Reading(n, points) for n in ("a", "b", "c")], "falls"))
    drawn = list(root.iter(f"{SVG}polyline"))
    assert len({line.get("stroke-dasharray") for line in drawn}) == 3
    assert (drawn[0].get("points") or "").split() == ["60.0,44.0", "530.0,188.0"]  # 206 - 180 x 0.9, 206 - 180 x 0.1
