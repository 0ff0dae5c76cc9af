"""Colours: that words can be read and kinds told apart is recomputed from the one file that holds them."""

from __future__ import annotations

from itertools import combinations
from math import dist

import pytest

from counterflow.show.tokens import DARK, LIGHT, css

THEMES = pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
KINDS = ("equity", "purchase", "backstop", "loan")
LADDER = ("paid", "committed", "conditional")
# Linear RGB as seen with each deficiency at full strength: Machado, Oliveira & Fernandes 2009.
SIGHTS = {
    "normal": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protan": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deutan": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "tritan": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
}
Triple = tuple[float, ...]


def linear(colour: str) -> Triple:
    parts = (int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5))
    return tuple(p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)


def contrast(ink: str, ground: str) -> float:
    """(L1 + 0.05) / (L2 + 0.05), L the relative luminance: WCAG 2.2."""
    lights = sorted(sum(w * p for w, p in zip((0.2126, 0.7152, 0.0722), linear(c), strict=True)) for c in (ink, ground))
    return (lights[1] + 0.05) / (lights[0] + 0.05)


def oklab(rgb: Triple) -> Triple:
    """Ottosson 2020."""
    to_lms = (
        (0.4122214708, 0.5363325363, 0.0514459929),
        (0.2119034982, 0.6806995451, 0.1073969566),
        (0.0883024619, 0.2817188376, 0.6299787005),
    )
    to_lab = (
        (0.2104542553, 0.7936177850, -0.0040720468),
        (1.9779984951, -2.4285922050, 0.4505937099),
        (0.0259040371, 0.7827717662, -0.8086757660),
    )
    lms = [max(0.0, v) ** (1 / 3) for v in times(to_lms, rgb)]
    return tuple(times(to_lab, tuple(lms)))


def times(matrix: tuple[Triple, ...], vector: Triple) -> list[float]:
    return [sum(m * v for m, v in zip(row, vector, strict=True)) for row in matrix]


def closest(colours: list[str]) -> float:
    """OKLab distance x 100 of the two most alike, over all sights."""
    seen = {sight: [[min(1, max(0, v)) for v in times(m, linear(c))] for c in colours] for sight, m in SIGHTS.items()}
    return min(100 * dist(oklab(tuple(a)), oklab(tuple(b))) for rgbs in seen.values() for a, b in combinations(rgbs, 2))


def test_black_on_white_by_hand():
    """Luminances 1 and 0: 1.05 / 0.05 = 21; and in OKLab they are 1 apart, 100 in our unit."""
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert closest(["#000000", "#ffffff"]) == pytest.approx(100, abs=0.01)


@THEMES
def test_words_can_be_read_on_every_ground(theme: dict[str, str]):
    for ink in ("text", "muted", "link", "good", "bad"):
        for ground in ("page", "card"):
            assert contrast(theme[ink], theme[ground]) >= 4.5, (ink, ground)
    assert contrast(theme["text"], theme["mark"]) >= 7


@THEMES
def test_marks_and_borders_stand_out_from_the_page(theme: dict[str, str]):
    for name in (*KINDS, *LADDER, "border"):
        assert contrast(theme[name], theme["page"]) >= 3, name


@THEMES
def test_kinds_can_be_told_apart_whatever_the_eye(theme: dict[str, str]):
    assert closest([theme[k] for k in KINDS]) >= 24
    assert closest([theme[k] for k in LADDER]) >= 17


def test_both_themes_name_the_same_colours_and_the_page_gets_them_all():
    assert LIGHT.keys() == DARK.keys()
    assert all(f"--{name}:{colour};" in css() for theme in (LIGHT, DARK) for name, colour in theme.items())
