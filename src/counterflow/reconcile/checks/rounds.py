"""Rounds: pre + new = post, tranches against the whole, stakes bought and diluted, earlier prices (R1-R3, R11)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from counterflow.reconcile.checks.closing import Closing, Term, total
from counterflow.reconcile.checks.variables import Fact, Facts, cue
from counterflow.reconcile.said import event_days, gap

_FIRM: Final = frozenset({"done", "agreed"})
_EVENT_DAYS: Final = 30
_LINES: Final = 6  # lines within which a list of investors belongs to its round
_COUNTS: Final = {"two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7}


@dataclass(frozen=True)
class Round:
    """One round of one issuer in one article, with what the article says of its prices and its cheques."""

    new: Fact
    pre: tuple[Fact, ...]
    post: tuple[Fact, ...]
    plain: tuple[Fact, ...]
    cheques: tuple[Fact, ...]

    @property
    def issuer(self) -> str:
        """Who raises."""
        return str(self.new.claim.role("issuer"))

    def price_before(self) -> Term | None:
        """The pre-money price: labelled, or the plain one that the new money brings to the post-money one."""
        if self.pre:
            return Term.of(self.pre[0], "pre")
        new, posts = Term.of(self.new, "round"), [Term.of(p, "post") for p in self.post]
        for fact in self.plain if len(self.post) == 1 else ():
            found = (plain := Term.of(fact, "pre")) + new
            if found.loose.meet(posts[0].loose) and abs(found.value - posts[0].value) <= posts[0].value / 100:
                return plain
        return None

    def price_after(self) -> Term | None:
        """The post-money price as far as it is known: stated, computed, or where both agree what they share."""
        pre, new = self.price_before(), Term.of(self.new, "round")
        made = (pre + new).named("post") if pre else None
        stated = Term.of(self.post[0], "post") if self.post else None
        if made and stated:
            return stated.narrowed(made) if stated.loose.meet(made.loose) else None
        return made or stated


def rounds(facts: Facts) -> list[Round]:
    """Each round whose amount one article states, with the prices and cheques nearest to it."""
    own = [f for f in facts.of("funding_round") if f.unit == "USD" or f.unit.isupper()]
    own = [f for f in own if f.sure and f.standing and f.claim.amount_scope in {None, "new_money"} and not _open(f)]
    keep = frozenset(own)
    rivals = {new: [o for o in facts.of("funding_round", new.doc) if o in keep and _rival(new, o)] for new in own}
    return [_round(new, rivals[new], facts) for new in own if not (new.title and rivals[new])]


def _open(fact: Fact) -> bool:
    return fact.hedge == "order_of_magnitude" or bool(fact.claim.valid_time and fact.claim.valid_time.end)


def _rival(new: Fact, other: Fact) -> bool:
    return other.doc == new.doc and other.claim.role("issuer") == new.claim.role("issuer") and not other.title


def _round(new: Fact, rivals: Sequence[Fact], facts: Facts) -> Round:
    issuer = str(new.claim.role("issuer"))

    def near(fact: Fact) -> bool:
        if fact.doc != new.doc or not fact.sure or fact.unit != new.unit or not _one_event(new, fact):
            return False
        if fact.sentence == new.sentence:
            return True
        if cue("passing").search(new.sentence.text):
            return False  # a round told in passing has its numbers beside it
        gaps = [abs(r.sentence.number - fact.sentence.number) for r in rivals]
        own = abs(new.sentence.number - fact.sentence.number)
        return len(rivals) < 2 or (own == min(gaps) and gaps.count(own) == 1)

    prices = [f for f in facts.of("valuation", new.doc, company=issuer) if near(f) and f.standing == new.standing]
    firm = _FIRM if new.standing in _FIRM else {new.standing}
    cheques = [
        f for f in facts.of("investment", new.doc, investee=issuer) if near(f) and f.standing in firm and not f.title
    ]
    cheques = [f for f in cheques if f.claim.amount_scope in {None, "new_money"} and _of_this(f, new)]
    return Round(
        new,
        tuple(f for f in prices if f.claim.valuation_basis == "pre_money"),
        tuple(f for f in prices if f.claim.valuation_basis == "post_money"),
        tuple(f for f in prices if f.claim.valuation_basis in {None, "unspecified"}),
        tuple({f.claim.role("investor"): f for f in reversed(cheques)}.values())[::-1],
    )


def _of_this(cheque: Fact, new: Fact) -> bool:
    """A cheque of one named investor, told near the round; a round of another day needs a cheque of that day."""
    named = len(cheque.claim.parties) == 2 and str(cheque.claim.roles_as_written["investor"][0]) in cheque.sentence.text
    dated = event_days(new.claim) is None or event_days(cheque.claim) is not None
    apart = abs(cheque.sentence.line - new.sentence.line)
    return named and apart <= _LINES and (dated or apart <= 1) and _told_as_cheque(cheque)


def _told_as_cheque(fact: Fact) -> bool:
    text = fact.sentence.text
    return bool(cue("cheque").search(text)) and not cue("old").search(text)


def _one_event(a: Fact, b: Fact) -> bool:
    return a.sentence == b.sentence or gap(event_days(a.claim), event_days(b.claim)) <= _EVENT_DAYS


# ---------------------------------------------------------------- R1, R3
def prices(found: Sequence[Round]) -> Iterator[Closing]:
    """R1 post = pre + new, from whichever two are stated."""
    relation = "R1 post = pre + new"
    for each in found:
        new, pre = Term.of(each.new, "round"), each.price_before()
        posts = [Term.of(f, "post") for f in each.post]
        if len({t.value for t in posts}) > 1 or len({f.stated for f in each.pre}) > 1:
            continue  # which price belongs to the round is itself in question
        if pre and posts:
            yield Closing(relation, (pre + new).named("post"), (pre, new), "+", stated=posts[0])
        elif pre:
            yield Closing(relation, (pre + new).named("post"), (pre, new), "+")
        elif posts and posts[0].value > new.value:
            yield Closing(relation, (posts[0] - new).floored().named("pre"), (posts[0], new), "-")


def tranches(found: Sequence[Round], facts: Facts) -> Iterator[Closing]:
    """R3 round = sum of tranches + other, other >= 0; other = 0 only where the text lists every investor."""
    relation = "R3 round = sum of tranches + other"
    for each in found:
        if not each.cheques or not all(f.standing in _FIRM for f in (each.new, *each.cheques)):
            continue
        new, parts = Term.of(each.new, "round"), tuple(Term.of(f, "tranche") for f in each.cheques)
        summed = total(parts, "sum of tranches")
        if _short(summed, new) and not _complete(each, facts):
            if len(parts) > 1:
                yield Closing(relation, (new - summed).floored().named("other"), (new, *parts), "-")
        elif len(parts) > 1 or summed.loose.meet(new.loose) is None:
            yield Closing(relation, summed, parts, "+", stated=new)


def _short(summed: Term, whole: Term) -> bool:
    """The parts leave room in the whole."""
    return summed.tight.high is not None and whole.tight.low is not None and summed.tight.high < whole.tight.low


def _complete(each: Round, facts: Facts) -> bool:
    """A sentence beside the round's says that these are all, and nothing says that more may come."""
    paper = facts.papers.get(each.new.doc)
    said = paper.sentences if paper else (each.new.sentence,)
    near = [s.text for s in said if abs(s.line - each.new.sentence.line) <= _LINES]
    lists = [m for text in near for m in cue("whole").finditer(text)]
    counts = [_COUNTS.get((m["count"] or "").lower(), len(each.cheques)) for m in lists]
    return len(each.cheques) in counts and not any(cue("more_to_come").search(text) for text in near)


def parts_of_cheques(facts: Facts) -> Iterator[Closing]:
    """R3 within one cheque: its tranches against its whole, in one article."""
    for whole in facts.of("investment"):
        if (
            whole.claim.amount_scope not in {None, "new_money"}
            or not whole.sure
            or whole.title
            or len(whole.claim.parties) != 2
        ):
            continue
        same = [f for f in facts.of("investment", whole.doc) if f.claim.roles == whole.claim.roles]
        parts = [f for f in same if f.claim.amount_scope == "tranche" and f.unit == whole.unit and _one_event(whole, f)]
        parts = [f for f in parts if f.standing in _FIRM and abs(f.sentence.number - whole.sentence.number) <= 3]
        if len(parts) < 2 or len([f for f in same if f.claim.amount_scope in {None, "new_money"}]) > 1:
            continue
        terms = [Term.of(f, "tranche") for f in parts]
        summed = total(terms, "sum of tranches")
        short = summed.loose.high is not None and whole.loose.low is not None and summed.loose.high < whole.loose.low
        if not short:
            yield Closing(
                "R3 whole = sum of tranches + other", summed, tuple(terms), "+", stated=Term.of(whole, "whole")
            )


# ---------------------------------------------------------------- R2, R11
def bought(found: Sequence[Round]) -> Iterator[Closing]:
    """R2 amount = stake x post, for the cheques of this very round and for the round itself."""
    for each in found:
        post = each.price_after()
        if post is None or each.new.standing not in _FIRM:
            continue
        for fact in (each.new, *each.cheques):
            name = "new money" if fact is each.new else "stake"
            part = Term.of(fact, "amount")
            yield Closing("R2 amount = stake x post", (part / post).named(name, "1"), (part, post), "/")


def stakes_bought(facts: Facts) -> Iterator[Closing]:
    """R2 where one sentence states cheque, stake and price: both readings of an unlabelled price must fail."""
    for stake in facts.of("stake"):
        text = stake.sentence.text
        at = stake.claim.amount.start - stake.sentence.start if stake.claim.amount else 0
        if not stake.sure or not cue("buys").search(text, 0, max(0, at)):
            continue
        here = facts.beside(stake)
        paid = [
            f for f in here if f.claim.type == "investment" and f.claim.role("investor") == stake.claim.role("holder")
        ]
        price = [f for f in here if f.claim.type == "valuation" and f.unit == "USD"]
        if len(paid) != 1 or len(price) != 1 or paid[0].claim.amount_scope in {"cumulative", "tranche"}:
            continue
        cheque, value, share = Term.of(paid[0], "amount"), Term.of(price[0], "valuation"), Term.of(stake, "stake")
        readings = [(share * value).named("amount", value.unit)]
        if price[0].claim.valuation_basis != "post_money":
            readings.append((share * (value + cheque)).named("amount", value.unit))
        best = min(readings, key=lambda r: abs(r.value - cheque.value))
        yield Closing("R2 amount = stake x post", best, (share, value), "x", stated=cheque)


def diluted(found: Sequence[Round], facts: Facts) -> Iterator[Closing]:
    """R11 stake after = stake x pre / post, for a holder who is told of before the round and took no part in it."""
    for each in found:
        pre, post = each.price_before(), each.price_after()
        if pre is None or post is None or each.new.standing not in _FIRM:
            continue
        buyers = {f.claim.role("investor") for f in facts.of("investment", each.new.doc, investee=each.issuer)}
        for stake in facts.of("stake", company=each.issuer):
            told = stake.fair and stake.standing == "done" and stake.claim.role("holder") not in buyers
            if told and earlier(stake, each.new, facts):
                held = Term.of(stake, "stake before")
                after = (held * pre / post).named("stake after", "1")
                parts = (held, (pre / post).named("pre / post", "1"))
                yield Closing("R11 stake after = stake x pre / post", after, parts, "x", beside=(pre, post))


def earlier(fact: Fact, round_: Fact, facts: Facts) -> bool:
    """Told in an article of the year before, or in one that still speaks of talks on what the round's tells as done."""
    if fact.doc == round_.doc:
        return False
    before, after, closed = facts.day(fact), facts.day(round_), event_days(round_.claim)
    if before and closed and closed.last < before:
        return False
    if before and after:
        return 0 < (after - before).days <= 366
    cheques = facts.of("investment", investee=str(round_.claim.role("issuer")))
    talked = {f.claim.role("investor") for f in cheques if f.doc == fact.doc and f.standing == "mooted"}
    agreed = {f.claim.role("investor") for f in cheques if f.doc == fact.doc and f.standing in _FIRM}
    done = {f.claim.role("investor") for f in cheques if f.doc == round_.doc and f.standing in _FIRM}
    return bool((talked - agreed) & done)


def stepped(found: Sequence[Round], facts: Facts) -> Iterator[Closing]:
    """R5 step-up: the round's pre-money price over an earlier price; R24: a hoped listing over the price of today."""
    for each in found:
        pre, post = each.price_before(), each.price_after()
        if each.new.standing not in _FIRM:
            continue
        for fact in facts.of("valuation", company=each.issuer):
            if not fact.sure or fact.unit != each.new.unit or fact.title:
                continue
            priced = fact.standing == "done" and fact.claim.valuation_basis in {"secondary_sale", "post_money"}
            if pre and priced and fact.hedge == "exact" and earlier(fact, each.new, facts):
                old = Term.of(fact, "earlier price")
                yield Closing(
                    "R5 step-up, pre over an earlier price", (pre / old).named("step-up", "1"), (pre, old), "/"
                )
            if post and fact.claim.valuation_basis == "ipo" and earlier(fact, each.new, facts):
                hoped = Term.of(fact, "hoped listing")
                name = "ratio, at most" if fact.hedge in {"up_to", "less_than"} else "ratio"
                yield Closing("R24 hoped listing over post", (hoped / post).named(name, "1"), (hoped, post), "/")
