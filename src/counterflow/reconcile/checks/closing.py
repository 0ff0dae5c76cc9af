"""One instance of a relation: its terms, what follows from them, what is stated instead, and the issue they make."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_EVEN, Context, Decimal
from functools import reduce
from typing import Final

from counterflow.model.money import Interval
from counterflow.reconcile.checks.issue import MOST_QUANTITIES, Issue, Measured, Words
from counterflow.reconcile.checks.variables import Fact
from counterflow.reconcile.checks.wording import Side, message, repair, scale, span

_HEDGED: Final = {"up_to": "up to ", "less_than": "under ", "at_least": "at least ", "more_than": "over "}
_ALONE: Final = "tie: the sentence alone does not tell which of its numbers is wrong"
_CHANGE: Final = "another report of either number"
_CENTRE: Final = Context(prec=28, rounding=ROUND_HALF_EVEN)


@dataclass(frozen=True)
class Term:
    """A quantity of a relation: both intervals, the value as said or computed, and the claims it rests on."""

    name: str
    loose: Interval
    tight: Interval
    unit: str
    value: Decimal
    facts: tuple[Fact, ...] = ()
    words: tuple[Words, ...] = ()  # where it stands in no claim
    hedge: str = ""

    @classmethod
    def of(cls, fact: Fact, name: str, unit: str | None = None) -> Term:
        """A fact as a term; `unit` where the relation counts it otherwise."""
        said = _HEDGED.get(fact.hedge, "")
        return cls(name, fact.loose, fact.tight, unit or fact.unit, fact.stated, (fact,), hedge=said)

    def named(self, name: str, unit: str | None = None) -> Term:
        """The same under another name."""
        return replace(self, name=name, unit=unit or self.unit)

    def __add__(self, other: Term) -> Term:
        return self._with(other, self.loose + other.loose, self.tight + other.tight, self.value + other.value)

    def __sub__(self, other: Term) -> Term:
        return self._with(other, self.loose - other.loose, self.tight - other.tight, self.value - other.value)

    def __mul__(self, other: Term) -> Term:
        value = _CENTRE.multiply(self.value, other.value)
        return self._with(other, self.loose * other.loose, self.tight * other.tight, value)

    def __truediv__(self, other: Term) -> Term:
        value = _CENTRE.divide(self.value, other.value) if other.value else Decimal(0)
        return self._with(other, _over(self.loose, other.loose), _over(self.tight, other.tight), value)

    def narrowed(self, other: Term) -> Term:
        """What both terms allow; itself where they clash."""
        loose, tight = self.loose.meet(other.loose), self.tight.meet(other.tight)
        return (
            self if loose is None else replace(self, loose=loose, tight=tight or self.tight, facts=_both(self, other))
        )

    def floored(self) -> Term:
        """Money is not negative."""
        floor = Interval(Decimal(0), None)
        return replace(self, loose=self.loose.meet(floor) or self.loose, tight=self.tight.meet(floor) or self.tight)

    def measured(self) -> Measured:
        """As an issue shows it."""
        return Measured(self.name, self.loose, self.unit)

    def _with(self, other: Term, loose: Interval, tight: Interval, value: Decimal) -> Term:
        return Term(self.name, loose, tight, self.unit, value, _both(self, other), (*self.words, *other.words))


def _over(part: Interval, whole: Interval) -> Interval:
    """A quotient of sums that are not negative; over a bare ceiling it has a floor."""
    if whole.low == 0 and whole.high and part.low is not None and part.low >= 0:
        return Interval((part / Interval(whole.high, whole.high)).low, None)
    return part / whole


def _both(a: Term, b: Term) -> tuple[Fact, ...]:
    return tuple(dict.fromkeys((*a.facts, *b.facts)))


def total(terms: Sequence[Term], name: str) -> Term:
    """The sum of the terms."""
    return reduce(lambda a, b: a + b, terms).named(name)


def exactly(name: str, value: Decimal | int, unit: str, half: Decimal | str = "0") -> Term:
    """A number that no claim states as an amount: a term of years, months in a year."""
    number, spare = Decimal(value), Decimal(half)
    around = Interval(number - spare, number + spare)
    return Term(name, around, around, unit, number)


@dataclass(frozen=True)
class Closing:
    """A relation with its numbers: `computed` follows from `parts`; `stated` is what the text says instead, if it does.

    `joint` stands between the parts in the formula. `kind` names what an unstated result is.
    """

    relation: str
    computed: Term
    parts: tuple[Term, ...]
    joint: str
    stated: Term | None = None
    kind: str = "inference"
    change: str = ""
    beside: tuple[Term, ...] = ()  # what the parts were computed from
    parties: tuple[str, ...] = ()  # where the terms rest on no claim

    @property
    def telling(self) -> bool:
        """False where the intervals meet only at their edges: nothing clashes, and nothing is confirmed."""
        if self.stated is None or self._kind() != "identity":
            return True
        return abs(self.stated.value - self.computed.value) * 10 <= abs(self.stated.value)

    def issue(self) -> Issue:
        """What the numbers make of the relation."""
        kind = self._kind()
        terms = [*([self.stated] if self.stated else []), self.computed, *self.parts, *self.beside]
        evidence = _evidence(terms)
        wanted = repair([Side((f,)) for f in self._facts()]) if self._clash(kind) and len(self._facts()) > 1 else None
        return Issue(
            kind=kind,
            article=wanted.drop.claim.doc_id if wanted and wanted.drop else (evidence[0].article if evidence else ""),
            relation=self.relation,
            parties=self.parties or _parties(self._facts()),
            quantities=tuple(t.measured() for t in terms)[:MOST_QUANTITIES],
            message=message(
                self._intervals(),
                self._formula(),
                wanted.text
                if wanted
                else (
                    "tie: the text alone does not tell which number is wrong"
                    if self._clash(kind)
                    else "nothing to repair"
                ),
                self.change
                or (wanted.change if wanted else _CHANGE if self._clash(kind) else "a stated value that differs"),
            ),
            evidence=evidence,
            repair=wanted.text if wanted else _ALONE if self._clash(kind) else "",
        )

    def _kind(self) -> str:
        if self.stated is None:
            return self.kind
        if self.stated.loose.meet(self.computed.loose) is None:
            return "contradiction"
        return "identity" if self.stated.tight.meet(self.computed.tight) else "tension"

    @staticmethod
    def _clash(kind: str) -> bool:
        return kind in {"contradiction", "tension"}

    def _facts(self) -> tuple[Fact, ...]:
        own = self.stated.facts if self.stated else ()
        return tuple(dict.fromkeys([*own, *(f for t in self.parts for f in t.facts)]))

    def _intervals(self) -> str:
        if self.stated is None:
            return f"{self.computed.name}: {span(self.computed.loose, self.computed.unit)}"
        stated, computed = (span(t.loose, t.unit) for t in (self.stated, self.computed))
        return f"{self.stated.name} {stated} as stated, {computed} by the sum"

    def _formula(self) -> str:
        shown = [t for t in (*self.parts, self.computed, self.stated) if t]
        scales = {u: scale([t.value for t in shown if t.unit == u], u) for u in {t.unit for t in shown}}
        one = len({s.word for s in scales.values()}) == 1

        def said(term: Term) -> str:
            word = scales[term.unit].word
            tail = "" if one or not word else word if word in {"%", "x"} else f" {word}"
            return f"{term.hedge}{scales[term.unit].number(term.value)}{tail}"

        text = f"{f' {self.joint} '.join(map(said, self.parts))} = {said(self.computed)}"
        if self.stated:
            text += f", stated {said(self.stated)}"
            if self._clash(self._kind()):
                gap = replace(self.computed, value=abs(self.stated.value - self.computed.value), hedge="")
                text += f": {said(gap)} unexplained"
        word = next(iter(scales.values())).word
        return f"{self.relation}: {text}" + (f" ({word})" if one and word else "")


def _evidence(terms: Iterable[Term]) -> tuple[Words, ...]:
    said = [w for t in terms for w in (*(w for f in t.facts for w in f.words()[:1]), *t.words)]
    return tuple({(w.article, w.start, w.end): w for w in reversed(said)}.values())[::-1]


def _parties(facts: Iterable[Fact]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for f in facts for name in f.claim.parties))
