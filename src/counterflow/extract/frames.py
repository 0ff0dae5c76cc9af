"""Frames: at clause level, which type of claim an amount belongs to, and who fills each role.

Patterns are data (frames.toml). Each amount gets the frame that fits it best; roles are then filled by position and
marker, never by the nearest name alone, and a role without a filler stays empty.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.resources import files
from typing import Any, Final

from counterflow.extract.sentences import Sentence, Tag

MONEY: Final = "M"
_WINDOW: Final = 320  # characters either side of an amount in which its frame must stand


@dataclass(frozen=True, slots=True)
class Pattern:
    """One row of frames.toml, compiled."""

    type: str
    letter: str
    weight: int
    match: re.Pattern[str]
    roles: dict[str, list[str]]
    needs: str | None = None
    not_before: re.Pattern[str] | None = None
    metric: str | None = None
    basis: str | None = None
    scope: str | None = None


@dataclass(frozen=True, slots=True)
class Framed:
    """A frame found in a sentence: `trigger` is the place its status and subject are read from."""

    type: str
    sentence: Sentence
    amount: Tag | None
    trigger: tuple[int, int]
    pattern: Pattern
    groups: dict[str, tuple[int, int]] = field(default_factory=dict)

    @property
    def span(self) -> tuple[int, int]:
        """From the first to the last of trigger and amount, in the masked sentence."""
        places = [self.trigger] + ([(self.amount.at, self.amount.end)] if self.amount else [])
        return min(p[0] for p in places), max(p[1] for p in places)


@cache
def patterns() -> tuple[Pattern, ...]:
    """Every pattern, compiled once."""
    table = tomllib.loads(files("counterflow.extract").joinpath("frames.toml").read_text(encoding="utf-8"))
    return tuple(_compile(row, table["macros"]) for row in [*table["frame"], *_metric_rows(table["metric"])])


def framed(sentence: Sentence) -> Iterator[list[Framed]]:
    """For each amount of a sentence, in order, the frames that fit it, the best first; an amount without any is left out."""
    before: dict[str, Framed] = {}
    last = 0
    for amount in sentence.quantities():
        found = [f for p in patterns() if p.letter == amount.letter for f in _tries(p, sentence, amount)]
        found.sort(key=lambda f: (-f.pattern.weight, _distance(f)))
        if not found and amount.letter in before:
            carried = _carried(before[amount.letter], amount, sentence.masked[last : amount.at])
            found = [carried] if carried else []
        last = amount.end
        if found:
            before[amount.letter] = found[0]
            yield found


_COMPARED: Final = re.compile(
    r"(?: (?:[\w'-]+ ){0,4}?)?,? ?\(?(?:was |is |were )?(?:up |down |compared |as against |rising |falling |against |versus |or |and )?"
    r"(?:from|with|to|than|after|versus|against|compared to|a year earlier|vs\.?)(?: (?:the|a|an|its|about|just|only|some))* "
)
_PART: Final = re.compile(r"[^;:.]{0,60}\bof which (?:the first |about |some )?$")


def _carried(before: Framed, amount: Tag, gap: str) -> Framed | None:
    """An amount compared with the one before ("up from"), or a part of it ("of which"), has the same frame."""
    if _COMPARED.fullmatch(gap) and before.type in {"financial_metric", "valuation", "stake"}:
        return replace(before, amount=amount)
    if _PART.fullmatch(gap) and before.type in {"investment", "capacity_commitment"}:
        return replace(before, amount=amount, pattern=replace(before.pattern, scope="tranche"))
    return None


def _tries(pattern: Pattern, sentence: Sentence, amount: Tag) -> Iterator[Framed]:
    """Every place where a pattern fits this amount. The window bounds the work on a sentence without end."""
    low = max(0, amount.at - _WINDOW)
    window = f"{sentence.masked[low : amount.at]}‹Q{sentence.masked[amount.at + 2 : amount.end + _WINDOW]}"
    at = 0
    while found := pattern.match.search(window, at):
        at = found.start() + 1
        frame = _frame(pattern, found, sentence, amount, low)
        if frame:
            yield frame


def _frame(pattern: Pattern, found: re.Match[str], sentence: Sentence, amount: Tag, low: int) -> Framed | None:
    groups = {name: (a + low, b + low) for name in found.groupdict() for a, b in [found.span(name)] if a >= 0}
    trigger = groups.pop("t", groups["q"])
    if pattern.not_before and pattern.not_before.search(sentence.masked[max(0, trigger[0] - 12) : amount.at]):
        return None
    frame = Framed(pattern.type, sentence, amount, trigger, pattern, groups)
    return frame if pattern.needs is None or NEEDS[pattern.needs](frame) else None


def _distance(frame: Framed) -> int:
    assert frame.amount is not None
    return max(frame.trigger[0] - frame.amount.end, frame.amount.at - frame.trigger[1], 0)


# ---------------------------------------------------------------- contexts a weak pattern needs
_ROUND: Final = re.compile(
    r"\b(?:round|rais(?:e|ed|ing)|financing|funding|fundrais\w+|series [a-k]|investors?|backers|capital increase)\b"
)
_EQUITY: Final = re.compile(r"\b(?:invest\w*|stake|shares?|equity|backers?|raise[ds]?|raising|round|fund\w*|valu\w+)\b")
_SERVICE: Final = re.compile(
    r"\b(?:cloud|comput\w*|capacity|infrastructure|data[ -]?cent\w+|servers?|chips?|gpus?|accelerators?|hosting|hardware|"
    r"processors?|racks?|services|suppl\w+|semiconductors?|clusters?|megawatts?|gigawatts?|training|inference)\b|‹D\d+›"
)


_CONTRACT: Final = re.compile(r"\b(?:contracts?|agreements?|orders?|capacity|cloud|data[ -]?cent\w+)\b[^.]{0,80}‹[MW]\d+›|‹[MW]\d+›[^.]{0,80}\b(?:contracts?|agreements?|orders?|capacity|cloud)\b")


def _round_context(frame: Framed) -> bool:
    return bool(_ROUND.search(frame.sentence.masked) or _ROUND.search(frame.sentence.before))


def _equity_context(frame: Framed) -> bool:
    masked = frame.sentence.masked
    return bool(_EQUITY.search(masked) or _ROUND.search(frame.sentence.before)) or len(frame.sentence.parties()) <= 2


def _service_context(frame: Framed) -> bool:
    masked = frame.sentence.masked
    if re.search(r"\b(?:funding|merger|takeover|buyout|acquisition)\b", masked):
        return False
    return bool(_SERVICE.search(masked) or _CONTRACT.search(frame.sentence.before))


def _stake_context(frame: Framed) -> bool:
    return bool(_STAKE.search(frame.sentence.masked) or _STAKE.search(frame.sentence.before))


_STAKE: Final = re.compile(r"\b(?:stakes?|holdings?|shareholders?|shareholding|owned|owns|founders?|diluted|interest in|‹R\d+› of ‹P)")


def _two_parties(frame: Framed) -> bool:
    return len({n for t in frame.sentence.parties() for n in t.mention.parties}) >= 2


def _elliptic_investment(frame: Framed) -> bool:
    before = frame.sentence.masked[: frame.span[0]]
    return bool(
        re.search(
            r"\b(?:invest\w*|put|commit\w*|pledg\w*|contribut\w*|inject\w*|pour\w*|pay\w*|paid|provid\w*|pump\w*)\b[^;]*‹M\d+›",
            before,
        )
    )


def _power_context(frame: Framed) -> bool:
    return any(t.letter == "W" for t in frame.sentence.tags) or _service_context(frame)


def _contract_context(frame: Framed) -> bool:
    return bool(re.search(r"\b(?:contracts?|agreements?|deals?|orders?|commitments?)\b", frame.sentence.masked))


def _seller_or_service(frame: Framed) -> bool:
    tags = frame.sentence.parties(*frame.groups["supplier"])
    return _service_context(frame) or any(t.mention.kind in {"cloud", "chipmaker"} for t in tags)


NEEDS: Final = {
    "seller_or_service": _seller_or_service,
    "power_context": _power_context,
    "contract_context": _contract_context,
    "round_context": _round_context,
    "equity_context": _equity_context,
    "service_context": _service_context,
    "two_parties": _two_parties,
    "elliptic_investment": _elliptic_investment,
    "stake_context": _stake_context,
}


# ---------------------------------------------------------------- reading the table
def _compile(row: dict[str, Any], macros: dict[str, str]) -> Pattern:
    letter = row.get("unit", MONEY)
    text = row["match"]
    for _ in range(2):  # a macro may hold another
        for name, body in macros.items():
            text = text.replace("{" + name + "}", body)
    text = text.replace("{q}", r"(?P<q>‹Q\d+›)")
    return Pattern(
        type=row["type"],
        letter=letter,
        weight=row["weight"],
        match=re.compile(text),
        roles=row.get("roles", {}),
        needs=row.get("needs"),
        not_before=re.compile(row["not_before"]) if "not_before" in row else None,
        metric=row.get("metric"),
        basis=row.get("basis"),
        scope=row.get("scope"),
    )


_LINK: Final = (
    r"(?:(?:of|was|were|is|are|at|to|reached|reaching|reaches|hit|hits|stood|stands?|standing|totall?ed|totall?ing|came in|"
    r"in|the|a|an|year|quarter|last|this|first|second|third|fourth|half|for|fiscal|through|from|its|by|around|rose|rise|rises|rising|grew|"
    r"grow|climb\w*|jump\w*|fell|fall|surge[ds]?|increased?|doubled|tripled|would|could|will|may|might|expected|"
    r"projected|forecast|estimated|seen|reported|as|high|substantial|some|roughly|q[1-4]|fy\d*|\d{4}|h[12]|[\w]+ quarter|"
    r"january|february|march|april|may|june|july|august|september|october|november|december|ended|ending|months?|annual|"
    r"be|reach|hit|come|exceed\w*|top\w*|pass\w*|surpass\w*|per|on|track|now|running|run|amount\w*|over|period|same|week|and|set|only|"
    r"\(?[\w ]{2,20}\)|(?:[\w-]+ )?(?:basis|terms)|has|have|had|been|being|now|then|still|also|put|given|left|unchanged|maintained|kept|confirmed|raised|lowered|cut|lifted|trimmed|reiterated|guidance|outlook|forecast|budget|target|halved|operations|‹R\d+›|range|region|excess|"
    r"widened|narrowed|shrank|swelled|deepened|ballooned|improved|slipped|dropped|declined|eased|edged|more than|reckoned|set|worth|came),? ){0,9}?"
)
_MODIFIERS: Final = r"(?:(?!and\b|but\b|while\b|with\b|from\b|up\b|down\b|of\b|at\b|on\b|against\b|or\b|is\b|was\b|as\b|to\b)[\w&'-]+ ){0,3}?"


def _metric_rows(metrics: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Three templates for each metric: noun before the amount, amount before the noun, and the noun as a verb's object."""
    for metric in metrics:
        roles = {"company": metric.get("roles", ["possessive", "of", "subject", "with_object", "topic"])}
        noun = rf"(?P<t>\b(?:{metric['nouns']})\b)"
        row = {"type": "financial_metric", "metric": metric["name"], "roles": roles}
        special = len(metric["nouns"]) < 30 or metric["name"] in {"cash", "annualized_revenue", "net_loss", "backlog"}
        weight = 7 + (metric["name"] not in {"expenses", "cost", "net_income", "revenue"}) + special
        yield row | {"weight": weight, "match": noun + r"(?: (?:at|of|for|by) ‹P\d+›(?:'s [\w-]+)?)?(?: (?:at|of|in|from) (?:the |its )?[\w-]+(?: [\w-]+)?)?(?: ‹R\d+›)?[:,)]{0,2} " + _LINK + "{q}"}
        yield row | {"weight": weight, "match": "{q} (?:in |of |as |worth of )?" + _MODIFIERS + noun}
        yield row | {
            "weight": weight - 1,
            "match": "{q} (?:a year |annually |last year |this year |so far )?(?:in|of) " + _MODIFIERS + noun,
        }
