"""What a run may use and has used: questions, tokens, money."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from time import monotonic
from typing import Any, Final

from counterflow.extract.llm.settings import PRICE_IN, PRICE_OUT, Prices
from counterflow.model.problem import Trouble

# A token holds at least two bytes of UTF-8 on average in every script we tried it on; English has over four.
BYTES_A_TOKEN: Final = 2


class Spent(Exception):
    """The next question could pass a limit of the run."""


@dataclass(slots=True)
class Meter:
    """Counts tokens and money, and says no before a limit is passed, never after."""

    prices: Prices | None = None
    ceiling_usd: Decimal | None = None
    most_calls: int = 5_000
    longest_s: float = 6 * 3600.0
    calls: int = 0
    cached: int = 0  # windows whose answer was at hand
    tokens_in: int = 0
    tokens_out: int = 0
    guessed: int = 0  # calls whose tokens nobody told: counted at what they may have been at most
    begun: float | None = None
    over: str | None = None  # why no more is asked

    def __post_init__(self) -> None:
        if self.ceiling_usd is not None and self.prices is None:
            what = f"a limit in USD needs prices, and {PRICE_IN} and {PRICE_OUT} are not both set"
            raise Trouble("--max-cost", what, "set both, in USD for a million tokens, or leave --max-cost out")

    @property
    def cost_usd(self) -> Decimal | None:
        """What was spent; None where prices are unknown."""
        return self.prices.cost(self.tokens_in, self.tokens_out) if self.prices else None

    def admit(self, sent: int, most_out: int) -> None:
        """Count a call of so many bytes and at most so many tokens back; Spent, from then on, if it could be too much.

        What is refused once stays so: the rest of a run is not read in pieces that happen to be small.
        """
        self.begun = monotonic() if self.begun is None else self.begun
        self.over = self.over or self._too_much(sent, most_out)
        if self.over:
            raise Spent(self.over)
        self.calls += 1

    def _too_much(self, sent: int, most_out: int) -> str | None:
        if self.calls >= self.most_calls:
            return f"the limit of {self.most_calls:,} questions for one run is reached"
        if monotonic() - (self.begun or 0.0) > self.longest_s:
            return f"the run has taken {self.longest_s / 3600:g} h, its limit"
        spent = self.cost_usd
        if self.prices is None or spent is None or self.ceiling_usd is None:
            return None
        next_usd = self.prices.cost(sent // BYTES_A_TOKEN + 1, most_out)
        if spent + next_usd <= self.ceiling_usd:
            return None
        what = f"the next question may cost up to ${next_usd:.4f}, which would pass --max-cost {self.ceiling_usd}"
        return f"{what} (spent: ${spent:.4f})"

    def count(self, tokens_in: int, tokens_out: int) -> None:
        """The tokens of a call, as its server counts them."""
        self.tokens_in += tokens_in
        self.tokens_out += tokens_out

    def guess(self, sent: int, tokens_out: int) -> None:
        """The tokens of a call that nobody told: at most these."""
        self.guessed += 1
        self.count(sent // BYTES_A_TOKEN + 1, tokens_out)

    def to_json(self) -> dict[str, Any]:
        """All that was used; `cost_usd` is null where prices are unknown."""
        cost = self.cost_usd
        used = {"calls": self.calls, "cached": self.cached, "tokens_in": self.tokens_in, "tokens_out": self.tokens_out}
        return used | {"guessed": self.guessed, "cost_usd": None if cost is None else float(round(cost, 6))}

    def __str__(self) -> str:
        guessed = f" ({self.guessed} counted at their most)" if self.guessed else ""
        cost = self.cost_usd
        money = "cost unknown, no prices are set" if cost is None else f"cost: ${cost:.4f}"
        asked = f"questions asked: {self.calls}{guessed}, answers at hand: {self.cached}"
        return f"{asked}; tokens sent: {self.tokens_in:,}, received: {self.tokens_out:,}; {money}"
