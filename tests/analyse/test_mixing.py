"""The linear system of mixing at sizes where it is solved by parts: nearly closed rings, large and small."""

from __future__ import annotations

import pytest

from counterflow.analyse.circular import Flow, return_band, sources_of


def ring(name, firms, around, leak):
    """Money that goes round: at firm 7 `leak` more arrives than it pays on, at firm 0 as much is short."""
    names = [f"{name}{k:05}" for k in range(firms)]
    flows = [Flow(u, v, around, "purchase") for u, v in zip(names, [*names[1:], names[0]], strict=True)]
    return [*flows, Flow(names[0], f"{name} sink", leak, "purchase")]


@pytest.mark.parametrize(("firms", "around"), [(50, 1000), (6000, 1)], ids=["solved by parts", "iterated to the end"])
def test_a_nearly_closed_ring_keeps_its_mixture(firms, around):
    """1 comes in from customers at firm 7, 1 is short at firm 0; s is the unidentified part, a goes round.

    After 0: s0 = (a s7 + 1)/(a + 1). After 7: s7 = a s0/(a + 1). So s0 = (a + 1)/(2a + 1), and firm 3 pays what 0 paid.
    """
    flows = [*ring("r", firms, around, 1), Flow("customers", "r00007", 1, "outside")]
    assert sources_of(flows, "r00003")["unidentified"] == pytest.approx((around + 1) / (2 * around + 1), rel=1e-9)


def test_money_runs_through_one_slow_ring_into_another():
    """Each ring lets 1000/2004 through: with m of I's coming in as 4, at 7 x = (1000 y + 4 m)/1004, at 0
    y = 1000 x/1004, so y = 1000 m/2004. Of I's 4 the first ring passes on 4 at that mixture, and the second again.
    """
    legs = [Flow("I", "r00007", 4, "financing"), Flow("r sink", "s00007", 4, "purchase")]
    flows = [*ring("r", 40, 1000, 4), *ring("s", 40, 1000, 4), *legs, Flow("s sink", "I", 4, "purchase")]
    band = return_band(flows, "I")
    assert band.possible == 4
    assert band.pro_rata == pytest.approx(4 * (1000 / 2004) ** 2, rel=1e-9)
