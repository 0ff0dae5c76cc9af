"""Frames: at clause level, which type of claim the words make, of an amount or of none, and who fills each role.

Patterns are data (TABLES). Each amount gets the frame that fits it best; what needs no amount (a takeover, a chip in
use) stands by its trigger alone. Roles are then filled by position and marker, never by the nearest name alone, and a
role without a filler stays empty.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import cache, partial
from operator import itemgetter
from typing import Any, Final, NamedTuple

from counterflow.extract.cues import cue, expanded, macro, table
from counterflow.extract.sentences import Sentence, Tag

MONEY: Final = "M"
TABLES: Final = ("frames.toml", "frames_equity.toml", "frames_credit.toml", "frames_trade.toml")
_PEOPLED: Final = frozenset({"stake", "litigation"})  # a person may hold a stake, and go to court
_PROSE: Final = 2_000  # characters of a sentence that are read for deals without an amount: no prose is longer
_WINDOW: Final = 320  # characters either side of an amount in which its frame must stand


@dataclass(frozen=True, slots=True)
class Pattern:
    """One row of TABLES, compiled. `letters`: the units of amount it takes (sentences.py), none for a bare frame."""

    type: str
    letters: str
    weight: int
    match: re.Pattern[str]
    roles: dict[str, list[str]]
    hint: re.Pattern[str] | None = None  # the trigger alone: a sentence without it needs no search
    needs: str | None = None
    not_before: re.Pattern[str] | None = None
    metric: str | None = None
    basis: str | None = None
    scope: str | None = None
    stems: tuple[str, ...] = ()  # a sentence that holds none of these letters need not be searched


@dataclass(frozen=True, slots=True)
class Framed:
    """A frame found in a sentence: `trigger` is the place its status and subject are read from."""

    type: str
    sentence: Sentence
    amount: Tag | None
    trigger: tuple[int, int]
    pattern: Pattern
    groups: dict[str, tuple[int, int]] = field(default_factory=dict)
    share: tuple[int, int] | None = None  # (place, count) of the amount in "$3m and $4m, respectively"

    @property
    def span(self) -> tuple[int, int]:
        """From the first to the last of trigger and amount, in the masked sentence."""
        places = [self.trigger] + ([(self.amount.at, self.amount.end)] if self.amount else [])
        return min(p[0] for p in places), max(p[1] for p in places)


@cache
def patterns() -> tuple[Pattern, ...]:
    """Every pattern, compiled once."""
    tables = [table(name) for name in TABLES]
    macros = {"L": macro("L"), **{k: v for rows in tables for k, v in rows["macros"].items()}}
    rows = [row for each in tables for row in each["frame"]]
    return tuple(_compile(row, macros) for row in [*rows, *_metric_rows(tables[0])])


class _Group(NamedTuple):
    """Patterns that one look at a sentence rules out together: same stems, same hint. Each with its place."""

    stems: tuple[str, ...]
    hint: re.Pattern[str] | None
    patterns: tuple[tuple[int, Pattern], ...]


@cache
def _groups(letter: str) -> tuple[_Group, ...]:
    """The patterns that take an amount of this unit (of no unit: the bare ones), by what they look for."""
    alike: dict[tuple[tuple[str, ...], str], list[tuple[int, Pattern]]] = {}
    for place, pattern in enumerate(patterns()):
        if letter in pattern.letters if letter else not pattern.letters:
            alike.setdefault((pattern.stems, pattern.hint.pattern if pattern.hint else ""), []).append((place, pattern))
    return tuple(_Group(stems, same[0][1].hint, tuple(same)) for (stems, _), same in alike.items())


def bare(sentence: Sentence) -> Iterator[Framed]:
    """The frames without an amount that a sentence holds, by weight and place; of one type, one for a stretch."""
    hopeful = _hopeful("", sentence.masked) if sentence.tags else []
    people = sentence.with_people() if hopeful else sentence
    found: list[Framed] = []
    for pattern in hopeful:
        within = people if pattern.type in _PEOPLED else sentence
        for match in pattern.match.finditer(within.masked, 0, _PROSE):
            frame = _frame(pattern, match, within, None, 0)
            found += [frame] if frame else []
    taken: list[tuple[str, int, int]] = []
    for frame in sorted(found, key=lambda f: (-f.pattern.weight, f.trigger)):
        a, b = frame.trigger
        if all(t != frame.type or b <= x or y <= a for t, x, y in taken):
            taken.append((frame.type, a, b))
            yield frame


def framed(sentence: Sentence) -> Iterator[list[Framed]]:
    """For each amount of a sentence, in order, the frames that fit it, the best first; none fits: left out."""
    before: dict[str, Framed] = {}
    last = 0
    people = sentence.with_people()
    amounts = sentence.quantities()
    hopeful = {letter: _hopeful(letter, sentence.masked) for letter in dict.fromkeys(t.letter for t in amounts)}
    zipped = _zipped(sentence)
    for amount in amounts:
        plain, peopled = _window(sentence, amount), _window(people, amount)
        found = [
            f
            for p in hopeful[amount.letter]
            for f in (_tries(p, people, amount, peopled) if p.type in _PEOPLED else _tries(p, sentence, amount, plain))
        ]
        found.sort(key=lambda f: (-f.pattern.weight, _distance(f)))
        if amount.letter in before and (not found or found[0].pattern.weight < 8):
            carried = _carried(before[amount.letter], amount, sentence.masked[last : amount.at])
            found = [carried, *found] if carried else found
        last = amount.end
        if place := zipped.get(amount.at):
            first = before.get(amount.letter)
            shared = [replace(first, amount=amount)] if place[0] and first else found
            found = [replace(f, share=place) for f in shared]
        if found:
            before[amount.letter] = found[0]
            yield found


def _zipped(sentence: Sentence) -> dict[int, tuple[int, int]]:
    """Where amounts stand that "respectively" deals out in order, each with its place and how many there are."""
    run = cue("carried.zipped").search(sentence.masked)
    inside = [t.at for t in sentence.quantities() if run and run.start() <= t.at < run.end()]
    return {at: (place, len(inside)) for place, at in enumerate(inside)}


_CARRYING: Final = {
    "compared": frozenset({"financial_metric", "valuation", "stake", "capacity_commitment"}),
    "next": frozenset({"financial_metric"}),
    "ago": frozenset({"financial_metric", "valuation"}),
    "part": frozenset({"investment", "capacity_commitment", "financial_metric"}),
    "same": frozenset({"investment", "capacity_commitment", "funding_round"}),
}
_HIDDEN: Final = re.compile(r"‹[PD]\d+›(?:'s)?")


def _carried(before: Framed, amount: Tag, gap: str) -> Framed | None:
    """An amount compared with the one before ("up from"), a part of it or its equal, has the same frame."""
    gap = _HIDDEN.sub("it", gap)
    kind = next(
        (k for k, types in _CARRYING.items() if before.type in types and cue(f"carried.{k}").fullmatch(gap)), None
    )
    if kind is None or (kind == "same" and amount.quantity.per is None):
        return None
    named = cue("carried.whose").match(before.sentence.masked, amount.end) if kind == "compared" else None
    groups = before.groups | ({"company": named.span("who")} if named else {})
    scope = "tranche" if kind == "part" and before.type != "financial_metric" else before.pattern.scope
    return replace(before, amount=amount, groups=groups, pattern=replace(before.pattern, scope=scope))


def _hopeful(letter: str, masked: str) -> list[Pattern]:
    """The patterns for amounts of this unit whose trigger's words a sentence holds at all, in the tables' order."""
    held: dict[tuple[str, ...], bool] = {(): True}
    found: list[tuple[int, Pattern]] = []
    for stems, hint, same in _groups(letter):
        if stems not in held:
            held[stems] = any(map(masked.__contains__, stems))
        if held[stems] and (hint is None or hint.search(masked)):
            found += same
    return [pattern for _, pattern in sorted(found, key=itemgetter(0))]


def _window(sentence: Sentence, amount: Tag) -> str:
    """What stands around an amount, its tag marked Q. The window bounds the work on a sentence without end."""
    low = max(0, amount.at - _WINDOW)
    return f"{sentence.masked[low : amount.at]}‹Q{sentence.masked[amount.at + 2 : amount.end + _WINDOW]}"


def _tries(pattern: Pattern, sentence: Sentence, amount: Tag, window: str) -> Iterator[Framed]:
    """Every place where a pattern fits this amount."""
    low, at = max(0, amount.at - _WINDOW), 0
    while found := pattern.match.search(window, at):
        at = found.start() + 1
        frame = _frame(pattern, found, sentence, amount, low)
        if frame:
            yield frame


def _frame(pattern: Pattern, found: re.Match[str], sentence: Sentence, amount: Tag | None, low: int) -> Framed | None:
    groups = {name: (a + low, b + low) for name in found.groupdict() for a, b in [found.span(name)] if a >= 0}
    trigger = groups.pop("t", None) or groups["q"]
    until = amount.at if amount else trigger[0]
    if pattern.not_before and pattern.not_before.search(sentence.masked[max(0, trigger[0] - 60) : until]):
        return None
    kind = (
        "supply_agreement"
        if amount and amount.letter == MONEY and _for_goods(pattern, sentence, amount)
        else pattern.type
    )
    frame = Framed(kind, sentence, amount, trigger, pattern, groups)
    return frame if pattern.needs is None or NEEDS[pattern.needs](frame) else None


def _for_goods(pattern: Pattern, sentence: Sentence, amount: Tag) -> bool:
    """Whether the money of a commitment buys goods ("$3bn of chips") rather than the use of them."""
    if pattern.type != "capacity_commitment":
        return False
    start, end = sentence.clause(amount.at)
    goods = cue("context.goods").search(sentence.masked, start, end)
    return bool(goods) and not cue("context.rented").search(sentence.masked)


def _distance(frame: Framed) -> int:
    assert frame.amount is not None
    return max(frame.trigger[0] - frame.amount.end, frame.amount.at - frame.trigger[1], 0)


# ---------------------------------------------------------------- contexts a weak pattern needs
def _speaks_of(name: str, frame: Framed) -> bool:
    return bool(cue(f"context.{name}").search(frame.sentence.masked))


def _spoke_of(name: str, frame: Framed) -> bool:
    return _speaks_of(name, frame) or bool(cue(f"context.{name}").search(frame.sentence.before))


def _equity_context(frame: Framed) -> bool:
    if _speaks_of("equity", frame) or cue("context.round").search(frame.sentence.before):
        return True
    return len(frame.sentence.parties()) <= 2 and not _speaks_of("result", frame)


def _service_context(frame: Framed) -> bool:
    if _speaks_of("takeover", frame):
        return False
    sellers = any(t.mention.kind in {"cloud", "chipmaker"} for t in frame.sentence.parties())
    return sellers or _speaks_of("service", frame) or bool(cue("context.contract_before").search(frame.sentence.before))


def _two_parties(frame: Framed) -> bool:
    return len({n for t in frame.sentence.parties() for n in t.mention.parties}) >= 2


def _elliptic_investment(frame: Framed) -> bool:
    return bool(cue("context.elliptic").search(frame.sentence.masked, 0, frame.span[0]))


def _power_context(frame: Framed) -> bool:
    return any(t.letter == "W" for t in frame.sentence.tags) or _service_context(frame)


def _seller_or_service(frame: Framed) -> bool:
    tags = frame.sentence.parties(*frame.groups["supplier"])
    return _service_context(frame) or any(t.mention.kind in {"cloud", "chipmaker"} for t in tags)


def _goods_bought(frame: Framed) -> bool:
    return _speaks_of("goods", frame) and not _speaks_of("rented", frame)


def _public_money(frame: Framed) -> bool:
    governed = any(t.mention.kind == "government" for t in frame.sentence.parties())
    return governed or _speaks_of("public", frame)


def _chip_context(frame: Framed) -> bool:
    """The product named is a chip: its maker builds no models, or the word chip stands beside it."""
    a, b = frame.groups["product"]
    return bool(cue("context.chip").match(frame.sentence.masked, b)) or bool(
        cue("context.chip").search(frame.sentence.masked, max(0, a - 60), a)
    )


NEEDS: Final[dict[str, Callable[[Framed], bool]]] = {
    "seller_or_service": _seller_or_service,
    "power_context": _power_context,
    "contract_context": partial(_speaks_of, "contract"),
    "round_context": partial(_spoke_of, "round"),
    "equity_context": _equity_context,
    "service_context": _service_context,
    "two_parties": _two_parties,
    "elliptic_investment": _elliptic_investment,
    "stake_context": partial(_spoke_of, "stake"),
    "price_context": partial(_spoke_of, "price"),
    "change_context": partial(_speaks_of, "change"),
    "goods_bought": _goods_bought,
    "lending_context": partial(_speaks_of, "lending"),
    "public_money": _public_money,
    "staff_context": partial(_speaks_of, "staff"),
    "fund_context": partial(_speaks_of, "fund"),
    "chip_context": _chip_context,
    "chip_talk": partial(_spoke_of, "chip"),
}


# ---------------------------------------------------------------- reading the table
def _compile(row: dict[str, Any], macros: dict[str, str]) -> Pattern:
    text = expanded(row["match"], macros).replace("{q}", r"(?P<q>‹Q\d+›)")
    return Pattern(
        type=row["type"],
        letters=row.get("unit", MONEY),
        weight=row["weight"],
        match=re.compile(text),
        roles=row.get("roles", {}),
        hint=_hint(text),
        needs=row.get("needs"),
        not_before=re.compile(expanded(row["not_before"], macros)) if "not_before" in row else None,
        metric=row.get("metric"),
        basis=row.get("basis"),
        scope=row.get("scope"),
        stems=tuple(row.get("stems", "").split()),
    )


def _hint(text: str) -> re.Pattern[str] | None:
    """The group `t` of a pattern by itself, where it holds words and stands in no alternative of the pattern."""
    start = text.find("(?P<t>")
    if start < 0 or text.startswith("(?P<t>)", start) or "(?P<t2>" in text:
        return None
    depth = 0
    for place in range(start, len(text)):
        depth += (text[place] == "(") - (text[place] == ")")
        if depth == 0:
            return re.compile(text[start : place + 1])
    return None


def _metric_rows(rows: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every template for every metric; what has a name of its own goes before plain sales, profits and costs."""
    for metric in rows["metric"]:
        roles = {"company": metric.get("roles", ["possessive", "of", "subject", "with_object", "topic"])}
        noun = rf"(?P<t>\b(?:{metric['nouns']})\b)"
        name = metric["name"]
        special = len(metric["nouns"]) < 30 or name in {"cash", "annualized_revenue", "net_loss", "backlog"}
        weight = 7 + (name not in {"expenses", "cost", "net_income", "revenue"}) + special
        for template, text in rows["templates"].items():
            yield {
                "type": "financial_metric",
                "metric": name,
                "roles": roles,
                "weight": weight - (template == "object"),
                "match": text.replace("{noun}", noun),
            }
