"""What a holder owns through every chain, and whether a stake was paid at fair value.

Cross-holdings: Brioschi et al. 1989; Elliott, Golub & Jackson 2014, AER. First-passage ownership: Vitali, Glattfelder
& Battiston 2011, arXiv 1107.5728. Consideration above fair value: FASB ASC 606-10-32-25; IFRS 15.70-72. Look-through
value is neither liquid nor control; warrants, profit caps and convertibles are outside this model.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from typing import TYPE_CHECKING, Final

from counterflow.analyse.ledger import Refused, reach

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

ROUNDING: Final = 1e-9  # shares are written to a few digits; their sum may pass 1 by this much
NOISE: Final = 1e-15  # what inversion leaves where no chain leads


@dataclass(frozen=True, slots=True)
class LookThrough:
    """Values through every chain of holdings, in the unit of the outside values."""

    book: Mapping[str, float]  # V = p + C V: own outside assets and all stakes in others
    held_outside: Mapping[str, float]  # the part of V that no listed firm holds; sums to the outside values
    stake: Mapping[tuple[str, str], float]  # (holder, issuer) -> share 0..1, without the holder's own loops


def look_through(stakes: Mapping[tuple[str, str], float], outside_value: Mapping[str, float]) -> LookThrough:
    """Book values and ultimate stakes from `stakes` {(holder, issuer): share 0..1} and own outside assets.

    Firms are all names seen; a missing outside value is 0. `Refused` when a closed group holds 100% of itself;
    `ValueError` for a share outside 0..1, more than 100% of an issuer, a value that is negative or not finite.
    """
    for (holder, issuer), share in stakes.items():
        _share(share, f"the stake of {holder} in {issuer}")
    for firm, value in outside_value.items():
        _amount(value, f"the outside value of {firm}")
    import numpy as np

    names = sorted({name for pair in stakes for name in pair} | outside_value.keys())
    place = {name: number for number, name in enumerate(names)}
    held = np.zeros((len(names), len(names)))
    for (holder, issuer), share in stakes.items():
        held[place[holder], place[issuer]] = share
    free = _free(held, names)
    through = np.linalg.inv(np.eye(len(names)) - held)
    book = (through @ [float(outside_value.get(name, 0)) for name in names]).tolist()
    stake = np.minimum(through / np.diag(through)[:, None], 1.0)
    return LookThrough(
        book=dict(zip(names, book, strict=True)),
        held_outside={name: part * value for name, part, value in zip(names, free, book, strict=True)},
        stake={(names[i], names[j]): stake[i, j].item() for i, j in np.argwhere(stake > NOISE).tolist() if i != j},
    )


def stake_after_round(old_stake: float, pre_money: float, raised: float, cheque: float = 0.0) -> float:
    """A holder's share (0..1) after a priced round in which it puts in `cheque`: (s pre + cheque) / (pre + raised).

    `Refused` without a priced round (pre_money <= 0); `ValueError` for a share outside 0..1, an amount that is negative
    or not finite, or a cheque larger than what was raised.
    """
    _share(old_stake, "the old stake")
    for what, amount in (("what was raised", raised), ("the cheque", cheque)):
        _amount(amount, what)
    if not isfinite(pre_money):
        raise ValueError(f"the pre-money value is {pre_money}; it must be finite")
    if pre_money <= 0:
        raise Refused("There is no priced round: without a pre-money value above zero a cheque buys no known share.")
    if cheque > raised * (1 + ROUNDING):
        raise ValueError(f"the cheque of {cheque} is larger than the {raised} that was raised")
    return (float(old_stake) * float(pre_money) + float(cheque)) / (float(pre_money) + float(raised))


def overpayment(paid: float, stake: float, fair_post_money: float) -> float:
    """What was paid above the fair value of the stake (share 0..1), max(0, paid - stake x fair post-money).

    `ValueError` for a share outside 0..1 and for an amount that is negative or not finite.
    """
    _share(stake, "the stake")
    for what, amount in (("what was paid", paid), ("the fair post-money value", fair_post_money)):
        _amount(amount, what)
    return max(0.0, float(paid) - float(stake) * float(fair_post_money))


def _free(held: NDArray[np.float64], names: list[str]) -> list[float]:
    """The share of each issuer that no listed firm holds; in the end somebody outside must own every firm."""
    import numpy as np

    free = 1 - held.sum(axis=0)
    for name, part in zip(names, free.tolist(), strict=True):
        if part < -ROUNDING:
            raise ValueError(f"more than 100% of {name} is held: the stakes in it sum to {1 - part:.6g}")
    holders, issuers = np.nonzero(held)
    owned = reach(np.flatnonzero(free > ROUNDING), holders, issuers, len(names))
    if closed := [name for name, known in zip(names, owned.tolist(), strict=True) if not known]:
        raise Refused(f"A closed group holds 100% of itself ({', '.join(closed)}), so its value has no owner outside.")
    return [max(0.0, part) for part in free.tolist()]


def _share(share: float, what: str) -> None:
    if not 0 <= share <= 1:
        raise ValueError(f"{what} is {share}; a share lies between 0 and 1")


def _amount(amount: float, what: str) -> None:
    if not isfinite(amount) or amount < 0:
        raise ValueError(f"{what} is {amount}; it must be finite and not negative")
