"""Proportional mixing: a firm's payments have the mixture of all it holds. One linear system answers what follows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from counterflow.analyse.ledger import Edges

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from counterflow.analyse.ledger import Amounts, Mask

    Vector = NDArray[np.float64]

DENSE: Final = 2000  # nodes up to which one dense solve is the quickest
# Iterating to 1e-15 within 500 steps means that the mass shrank by 7% a step or more, so what is cut off is below
# 2e-14. What is slower than that circles in a nearly closed ring: there the parts are solved directly.
STEPS: Final = 500
SMALL: Final = 1e-15


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


def _solve(rows: Any, cols: Any, parts: Vector, right: Vector) -> Vector:
    """Solve x = Q x + right, for Q given by its entries (those of one place are added)."""
    import numpy as np

    size = len(right)
    if size <= DENSE:
        system = np.eye(size)
        np.subtract.at(system, (rows, cols), parts)
        return np.linalg.solve(system, right)
    from scipy.sparse import csr_array

    matrix = csr_array((parts, (rows, cols)), shape=(size, size))
    found = right.copy()
    step = right
    for _ in range(STEPS):
        step = matrix @ step
        found += step
        if step.sum() <= SMALL * found.sum():
            return found
    return _by_parts(matrix, right)


def _by_parts(matrix: Any, right: Vector) -> Vector:
    """Each strongly connected part solved directly, then the parts fed to one another.

    Between parts money never returns, so the feeding ends after at most as many rounds as there are parts.
    """
    import numpy as np
    from scipy.linalg import lu_factor, lu_solve
    from scipy.sparse.csgraph import connected_components

    _, part = connected_components(matrix, connection="strong")
    order = np.argsort(part, kind="stable")
    groups = [g for g in np.split(order, np.flatnonzero(np.diff(part[order])) + 1) if len(g) > 1]
    factors = [lu_factor(np.eye(len(g)) - matrix[g][:, g].toarray()) for g in groups]
    edges = matrix.tocoo()
    between = part[edges.coords[0]] != part[edges.coords[1]]
    across = type(matrix)(
        (edges.data[between], (edges.coords[0][between], edges.coords[1][between])), shape=matrix.shape
    )
    found = np.zeros_like(right)
    step = right
    while step.any():
        for group, factor in zip(groups, factors, strict=True):
            step[group] = lu_solve(factor, step[group])
        found += step
        step = across @ step
    return found
