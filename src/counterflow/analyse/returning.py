"""The answer of `circular`: bands of money that comes back, whose dollar a payer spends, loops, and how they read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from counterflow.analyse.circular import (
    Band,
    Flow,
    Loop,
    Means,
    Refused,
    loops,
    max_circulation,
    means_to_pay,
    return_band,
    sources_of,
)
from counterflow.model.flow import UNIDENTIFIED
from counterflow.model.when import quarter_label

LIFETIME: Final = "lifetime"  # all money together, order of time left out
_GROWTH: Final = (0.0, 0.25, 0.5, 0.75, 1.0)
_MAX_LOOPS: Final = 10_000


@dataclass(frozen=True, slots=True)
class Returned:
    """One band with whom and when it speaks of. USD; `period` is LIFETIME or the quarters taken in order."""

    investor: str
    payer: str | None
    period: str
    band: Band
    labels: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """One element of `bands` in `circular --json`."""
        return {
            "investor": self.investor,
            "payer": self.payer,
            "currency": "USD",
            "forced": self.band.forced,
            "pro_rata": self.band.pro_rata,
            "possible": self.band.possible,
            "attributed": self.band.attributed,
            "invested": self.band.invested,
            "revenue": self.band.revenue,
            "period": self.period,
            "labels": list(self.labels),
            "narrow": [],
        }


@dataclass(frozen=True, slots=True)
class NoNamedPayer:
    """Share (0..1) of what a payer owes whose source nobody has named, at one growth of its revenue a year."""

    payer: str
    reading: str
    growth: float
    share: float


@dataclass(frozen=True, slots=True)
class Circular:
    """Everything that comes back round, as far as the counted money tells. USD."""

    returned: tuple[Returned, ...]
    sources_of: dict[str, dict[str, float]]  # payer -> colour -> share
    means: dict[str, Means]
    refused: dict[str, str]  # payer -> why its means cannot be said
    loops: tuple[Loop, ...]
    loops_cut: bool
    max_circulation_usd: float
    gross_usd: float


def circular(
    flows: Sequence[Flow], investor: str | None = None, payer: str | None = None, labels: tuple[str, ...] = ()
) -> Circular:
    """All questions that these flows can answer, for one investor or each firm that finances and sells.

    `labels` say what else the flows count as money (letters of intent, rumours); they stand behind those of a band.
    """
    whole = [replace(f, period=None) for f in flows]
    between = [f for f in whole if f.kind != "outside"]
    found = loops(list(flows), max_loops=_MAX_LOOPS)
    returned = [*_bands(whole, investor, payer, LIFETIME), *_bands(flows, investor, payer, _span(flows))]
    payers = _payers(whole, payer)
    means, refused = _means(flows, payers)
    if investor and not returned:
        refused[investor] = _why_none(whole, investor)
    return Circular(
        returned=tuple(replace(r, labels=(*r.labels, *labels)) for r in sorted(returned, key=_widest_first)),
        sources_of={p: s for p in payers if (s := _sources(whole, p))},
        means=means,
        refused=refused,
        loops=tuple(x for x in found if investor is None or investor in x.parties),
        loops_cut=len(found) >= _MAX_LOOPS,
        max_circulation_usd=max_circulation(between) if between else 0.0,
        gross_usd=sum(f.usd for f in between),
    )


def _widest_first(returned: Returned) -> tuple[float, str, str, bool]:
    return -returned.band.possible, returned.investor, returned.payer or "", returned.period != LIFETIME


def _why_none(flows: Sequence[Flow], investor: str) -> str:
    """Why there is no band for an investor, in a sentence."""
    try:
        return_band(flows, investor)
    except Refused as why:
        return str(why)
    return f"{investor} sells to nobody in these flows, so none of its money can come back as revenue."


def no_named_payer(readings: dict[str, Sequence[Flow]], payers: Iterable[str]) -> list[NoNamedPayer]:
    """The share without a named payer over yearly revenue growth: one line for each reading of a programme."""
    gathered = {reading: _gathered(flows) for reading, flows in readings.items()}
    return [
        NoNamedPayer(payer, reading, growth, shares.get(UNIDENTIFIED, 0.0))
        for payer in payers
        for reading, flows in readings.items()
        if (earned := _by_year(flows, payer))  # a curve over revenue needs a revenue figure
        for growth in _GROWTH
        if (shares := _sources(_grown(gathered[reading], payer, earned, growth), payer)) is not None
    ]


def _gathered(flows: Sequence[Flow]) -> list[Flow]:
    """Order of time left out: one flow for each payer, payee and kind."""
    usd: dict[tuple[str, str, str], float] = defaultdict(float)
    for flow in flows:
        usd[flow.payer, flow.payee, flow.kind] += flow.usd
    return [Flow(payer, payee, amount, kind) for (payer, payee, kind), amount in usd.items()]


def _by_year(flows: Sequence[Flow], payer: str) -> dict[int, float]:
    """A payer's revenue by year, USD; year 0 begins with its first quarter."""
    own = [f for f in flows if f.kind == "outside" and f.payee == payer]
    first = min((f.period or 0 for f in own), default=0)
    usd: dict[int, float] = defaultdict(float)
    for flow in own:
        usd[((flow.period or 0) - first) // 4] += flow.usd
    return dict(usd)


def _grown(flows: Sequence[Flow], payer: str, earned: dict[int, float], growth: float) -> list[Flow]:
    """The same flows with the payer's revenue growing at a yearly rate from its first year on."""
    total = sum(usd * (1 + growth) ** year for year, usd in earned.items())
    factor = total / sum(earned.values())
    return [replace(f, usd=f.usd * factor) if f.kind == "outside" and f.payee == payer else f for f in flows]


def _bands(flows: Sequence[Flow], investor: str | None, payer: str | None, period: str) -> Iterable[Returned]:
    financiers = {f.payer for f in flows if f.kind == "financing"}
    sellers = {f.payee for f in flows if f.kind == "purchase"}
    for name in [investor] if investor else sorted(financiers & sellers):
        for buyer in [payer] if payer else _buyers(flows, name):
            try:
                band = return_band(flows, name, buyer, incomplete=_partly_known(flows, name))
            except Refused:
                continue
            if band.possible or investor or payer:  # unasked, a pair between which nothing can flow is no answer
                yield Returned(name, buyer, period, band, band.labels)


def _partly_known(flows: Sequence[Flow], investor: str) -> frozenset[str]:
    """Every firm that spends another's money: reports never tell all that a firm pays, and one unreported payment
    would fake a forced return.
    """
    spends = {f.payer for f in flows if f.kind == "purchase"} | {f.payee for f in flows if f.kind == "financing"}
    return frozenset(spends - {investor})


def _buyers(flows: Sequence[Flow], seller: str) -> list[str]:
    """Those who pay a seller: one band each; and one for all of them where there are several."""
    buyers: list[str] = sorted({f.payer for f in flows if f.kind == "purchase" and f.payee == seller})
    return buyers


def _payers(flows: Sequence[Flow], payer: str | None) -> list[str]:
    everyone = sorted({f.payer for f in flows if f.kind == "purchase"})
    return [p for p in everyone if payer in {None, p}]


def _sources(flows: Sequence[Flow], payer: str) -> dict[str, float] | None:
    try:
        return sources_of(flows, payer)
    except Refused:
        return None


def _means(flows: Sequence[Flow], payers: Iterable[str]) -> tuple[dict[str, Means], dict[str, str]]:
    """Means to pay by year: quarters are gathered so that the growth asked for is a yearly one."""
    yearly = [replace(f, period=(f.period or 0) // 4) for f in flows]
    means: dict[str, Means] = {}
    refused: dict[str, str] = {}
    for payer in payers:
        try:
            means[payer] = means_to_pay(yearly, payer)
        except Refused as why:
            refused[payer] = str(why)
    return means, refused


def _span(flows: Sequence[Flow]) -> str:
    periods = [f.period for f in flows if f.period is not None]
    return f"{quarter_label(min(periods))}..{quarter_label(max(periods))}" if periods else ""
