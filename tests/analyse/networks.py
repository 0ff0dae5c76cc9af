"""Small networks of money to try laws on, and a ledger of them in plain loops, independent of the package's."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from fractions import Fraction
from typing import NamedTuple

from hypothesis import strategies as st

from counterflow.analyse.circular import Flow

FIRMS = ("Alder", "Birch", "Cedar", "Dogwood", "Elm")
LABELS = ("customers", "new money")
SMALL = st.integers(1, 20)


@st.composite
def networks(draw, *, dated=None, financed=False, firms=FIRMS[:4], most=9, amounts=SMALL):
    """Flows between a few firms, with outside money; `dated` fixes whether they carry periods, `financed` puts cheques
    of Alder's and purchases from it among them, on which bands can form."""
    with_periods = draw(st.booleans()) if dated is None else dated

    def flow(kind):
        payer = st.sampled_from(LABELS) if kind == "outside" else st.sampled_from(firms)
        return st.builds(
            Flow,
            payer,
            st.sampled_from(firms),
            amounts,
            st.just(kind),
            st.integers(1, 3) if with_periods else st.none(),
            st.sampled_from((None, "d1", "d2")),
            st.booleans(),
        ).filter(lambda f: f.payer != f.payee)

    anything = st.one_of(flow("purchase"), flow("purchase"), flow("financing"), flow("outside"))
    flows = draw(st.lists(anything, min_size=1, max_size=most))
    if financed:
        cheques = flow("financing").filter(lambda f: f.payee != "Alder")
        flows += [replace(f, payer="Alder") for f in draw(st.lists(cheques, min_size=1, max_size=3))]
        purchases = flow("purchase").filter(lambda f: f.payer != "Alder")
        flows += [replace(f, payee="Alder") for f in draw(st.lists(purchases, max_size=3))]
    return flows


class Tank(NamedTuple):
    """A firm in a period: cash brought along, what came in, what went out, what is missing and what is left."""

    brought: Fraction
    received: Fraction
    paid: Fraction

    @property
    def short(self):
        return max(Fraction(), self.paid - self.brought - self.received)

    @property
    def left(self):
        return max(Fraction(), self.brought + self.received - self.paid)

    @property
    def held(self):
        return self.brought + self.received + self.short


def tanks(flows):
    """(period, firm) -> Tank, period by period in order; every firm stands in every period."""
    firms = sorted({f.payee for f in flows} | {f.payer for f in flows if f.kind != "outside"})
    found, cash = {}, defaultdict(Fraction)
    for period in sorted({f.period for f in flows}, key=lambda p: p or 0):
        now = [f for f in flows if f.period == period]
        for firm in firms:
            received = sum((Fraction(f.usd) for f in now if f.payee == firm), Fraction())
            paid = sum((Fraction(f.usd) for f in now if f.payer == firm and f.kind != "outside"), Fraction())
            found[period, firm] = Tank(cash[firm], received, paid)
            cash[firm] = found[period, firm].left
    return found


def mixtures(flows, colour_of):
    """(period, firm) -> {colour: part of a dollar held there}, by pouring year by year until nothing moves.

    `colour_of` gives a flow's colour, or None where it keeps the payer's mixture.
    """
    found, kept = {}, {}
    filled = tanks(flows)
    for period in sorted({f.period for f in flows}, key=lambda p: p or 0):
        here = {firm: tank for (when, firm), tank in filled.items() if when == period}
        mixture = {firm: {} for firm in here}
        for _ in range(20_000):
            poured = {}
            for firm, tank in here.items():
                colours = defaultdict(float, {"unidentified": float(tank.short)})
                for colour, part in kept.get(firm, {}).items():
                    colours[colour] += part * float(tank.brought)
                for f in flows:
                    if f.period == period and f.payee == firm:
                        own = colour_of(f)
                        for colour, part in ({own: 1.0} if own else mixture[f.payer]).items():
                            colours[colour] += part * f.usd
                poured[firm] = {c: x / float(tank.held) for c, x in colours.items() if x} if tank.held else {}
            moved = max(abs(sum(poured[firm].values()) - sum(mixture[firm].values())) for firm in here)
            mixture = poured
            if moved < 1e-14:
                break
        found |= {(period, firm): colours for firm, colours in mixture.items()}
        kept = mixture
    return found
