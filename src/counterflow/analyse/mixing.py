"""Proportional mixing: a firm's payments have the mixture of all it holds. One linear system answers what follows."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import count
from typing import TYPE_CHECKING, Any, Final

from counterflow.analyse.ledger import Edges

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from counterflow.analyse.ledger import Amounts, Mask, Numbers

    Vector = NDArray[np.float64]

# Iterating to 1e-15 within 500 steps means that the mass shrank by 7% a step or more, so what is cut off is below
# 2e-14. What is slower than that circles in a nearly closed ring: there the parts are solved directly. Small systems
# are iterated too: on busy cores the threads of a dense solve of 200 nodes took fifty times as long as its arithmetic.
STEPS: Final = 500
SMALL: Final = 1e-15
DENSE: Final = 5000  # nodes of a part that still fit into a dense matrix (200 MB); larger ones iterate to the end


def worth(nodes: Mask, edges: Edges, held: Amounts, start: Vector) -> Vector:
    """What a dollar at each of `nodes` is worth: h = Q h + r with Q_uv = P_uv / held_u and r = `start`, else 0.

    With r_u the part of u's money that goes straight to a goal, h_u is the share of a dollar at u that arrives. From
    each of `nodes` money must get out, past the `edges` between them, or the system is singular.
    """
    import numpy as np

    place = np.cumsum(nodes) - 1
    inner = edges.where(nodes[edges.payer] & nodes[edges.payee])
    parts = (inner.amount / held[inner.payer]).astype(float)
    found = np.zeros(len(nodes))
    found[nodes] = _solve(place[inner.payer], place[inner.payee], parts, start[nodes])
    return found


def _solve(rows: Numbers, cols: Numbers, parts: Vector, right: Vector) -> Vector:
    """Solve x = Q x + right, for Q given by its entries (those of one place are added)."""
    from scipy.sparse import csr_array

    matrix = csr_array((parts, (rows, cols)), shape=(len(right), len(right)))
    found = _iterated(matrix, right, range(STEPS))
    return _by_parts(matrix, right) if found is None else found


def _iterated(matrix: Any, right: Vector, steps: Iterable[int]) -> Vector | None:
    """The sum of right, Q right, Q Q right and so on, or None where `steps` were not enough."""
    found, step = right.copy(), right
    for _ in steps:
        step = matrix @ step
        found += step
        if step.sum() <= SMALL * found.sum():
            return found
    return None


def _by_parts(matrix: Any, right: Vector) -> Vector:
    """Each strongly connected part solved directly, then the parts fed to one another.

    Between parts money never returns, so the feeding ends after at most as many rounds as there are parts.
    """
    import numpy as np
    from scipy.linalg import lu_factor, lu_solve
    from scipy.sparse.csgraph import connected_components

    _, part = connected_components(matrix, connection="strong")
    order = np.argsort(part, kind="stable")
    groups = [group for group in np.split(order, np.flatnonzero(np.diff(part[order])) + 1) if len(group) > 1]
    if max(map(len, groups), default=0) > DENSE:
        found = _iterated(matrix, right, count())
        assert found is not None
        return found
    factors = [lu_factor(np.eye(len(group)) - matrix[group][:, group].toarray()) for group in groups]
    rows, cols = matrix.tocoo().coords
    across = matrix.copy()
    across.data = np.where(part[rows] == part[cols], 0.0, across.data)
    found, step = np.zeros_like(right), right.copy()
    while step.any():
        for group, factor in zip(groups, factors, strict=True):
            step[group] = lu_solve(factor, step[group])
        found += step
        step = across @ step
    return found
