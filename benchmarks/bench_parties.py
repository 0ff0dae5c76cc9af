"""How well writings of names become parties, on made-up firms that are many and near-alike, and how long it takes.

Run by hand: `python benchmarks/bench_parties.py [WRITINGS]`. Firms are heads of syllables with trades behind them; one
head in two is another with a letter changed and still another firm, units stand beside their owners, funds come in
numbers. A firm is written as it is or with a legal form, other punctuation, its words in another order, a general word
dropped or added, a slip of the pen, or a space. A method is judged by pairs of writings: how many of those it joins are
one firm's (precision), and how many of a firm's it joins (recall). Real names are less dense: the order of methods
carries over to them, the levels do not.
"""

from __future__ import annotations

import random
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping
from time import perf_counter
from typing import Any

import numpy as np
from rapidfuzz import fuzz, process

from counterflow.reconcile import likeness
from counterflow.reconcile.parties import find, key, resolve

_TRADES = (
    "capital bank fund energy cloud chips power networks media foods steel motors marine realty credit trust robotics "
    "pharma systems logistics mining telecom airlines insurance semiconductor data software materials ventures partners"
).split()
_GENERAL = ("Group", "Holdings", "Technologies", "International", "Labs", "AI")
_FORMS = ("Inc.", "Ltd", "LLC", "Corp.", "plc", "GmbH", "S.A.", "AG", "Co., Ltd.")
_SYLLABLES = (
    "nor gate ash mel ton bri ar den vel cor ham lin sto ker dor fen wil low east march ches ter ban ock ray mond pel "
    "gri tal ver oak hol stan bel mar ros quin var zen tor cal der hu bram ble tern lark spur kes trel"
).split()

Method = Callable[[list[str]], Mapping[str, Hashable]]


def main(count: int = 12_000) -> None:
    """Print each method's precision and recall, then the resolver's times."""
    truth = made(count)
    sizes = Counter(truth.values())
    print(f"{len(truth):,} writings of {len(sizes):,} firms; {sum(map(_pairs, sizes.values())):,} pairs to be found")
    print(f"{'method':<44}{'precision':>10}{'recall':>8}{'joined':>10}{'largest':>9}{'seconds':>9}")
    for name, method in METHODS.items():
        report(name, method, truth)
    asked(truth)
    for size in (5_000, 71_700):
        names = sorted(made(size))
        print(f"{f'resolve {len(names):,} names':<44}{timed(lambda: resolve(names))[0]:>10.2f} s")  # noqa: B023
    listed = list(resolve(names).parties.values())
    print(f"{'find one name among them':<44}{1e3 * timed(lambda: find(listed[99].name.upper(), listed))[0]:>10.1f} ms")


def report(name: str, method: Method, truth: Mapping[str, int]) -> None:
    """Print how a method's groups compare with the firms."""
    seconds, groups = timed(lambda: method(sorted(truth)))
    both = Counter((groups[writing], firm) for writing, firm in truth.items())
    sizes = Counter(groups[writing] for writing in truth)
    right, joined = sum(map(_pairs, both.values())), sum(map(_pairs, sizes.values()))
    wanted = sum(map(_pairs, Counter(truth.values()).values()))
    print(f"{name:<44}{right / max(joined, 1):>10.3f}{right / wanted:>8.3f}", end="")
    print(f"{joined:>10,}{max(sizes.values()):>9,}{seconds:>9.1f}")


def asked(truth: Mapping[str, int]) -> None:
    """Print how many questions the resolver leaves to a person, and how many are worth asking."""
    register = resolve(sorted(truth))
    firm = {register.name(writing): truth[writing] for writing in truth}
    pairs = [(p.where, p.what.split("the same party as ")[-1].split(" (likeness")[0]) for p in register.problems]
    worth = sum(firm.get(a) == firm.get(b) for a, b in pairs)
    print(f"{'asked of a person':<44}{worth / max(len(pairs), 1):>10.3f} of {len(pairs):,} pairs are one firm's")


def made(count: int, seed: int = 20261122) -> dict[str, int]:
    """About `count` different writings, each with the number of its firm."""
    rng = random.Random(seed)  # noqa: S311 - no secrets
    firms = _firms(rng, count // 3)
    truth: dict[str, int] = {}
    twice: set[str] = set()
    number = 0
    while len(truth) < count:
        number = (number + 1) % len(firms)
        for _ in range(rng.choice((1, 1, 2, 3, 4))):
            writing = _written(rng, firms[number])
            if truth.setdefault(writing, number) != number:
                twice.add(writing)  # two firms' writing: nobody can tell
    return {writing: firm for writing, firm in truth.items() if writing not in twice}


def _firms(rng: random.Random, count: int) -> list[list[str]]:
    heads = ["".join(rng.sample(_SYLLABLES, rng.choice((2, 2, 3)))).title() for _ in range(count // 60)]
    heads += [_slipped(rng, rng.choice(heads)) for _ in range(count // 60)]
    firms: dict[str, list[str]] = {}
    while len(firms) < count:
        words = [rng.choice(heads), *map(str.title, rng.sample(_TRADES, rng.choice((0, 1, 1, 1, 2))))]
        if rng.random() < 0.15:
            words.append(rng.choice(_GENERAL))
        if rng.random() < 0.1:
            words.append(rng.choice(("2", "3", "II", "III", "IV")))
        firms[key(" ".join(words))] = words
    return list(firms.values())


def _written(rng: random.Random, words: list[str]) -> str:
    words = list(words)
    if len(words) > 1 and rng.random() < 0.06:
        rng.shuffle(words)
    if rng.random() < 0.08:
        words = words[:-1] if words[-1] in _GENERAL else [*words, rng.choice(_GENERAL[:2])]
    if rng.random() < 0.12:
        at = rng.randrange(len(words))
        words[at] = _slipped(rng, words[at])
    name = " ".join(words)
    if rng.random() < 0.05 and len(words[0]) > 6:
        name = name[:4] + " " + name[4:].title()
    if rng.random() < 0.3:
        name += rng.choice((" ", ", ")) + rng.choice(_FORMS)
    if rng.random() < 0.15:
        name = rng.choice((name.upper(), name.replace(" ", "-", 1), f"The {name}"))
    return name


def _slipped(rng: random.Random, word: str) -> str:
    """A letter left out, doubled, changed, or swapped with the next."""
    if len(word) < 3:
        return word
    at = rng.randrange(1, len(word) - 1)
    return rng.choice(
        (
            word[:at] + word[at + 1 :],
            word[:at] + word[at] + word[at:],
            word[:at] + rng.choice("abcdefghijklmnoprstuvwyz") + word[at + 1 :],
            word[:at] + word[at + 1] + word[at] + word[at + 2 :],
        )
    )


# ---------------------------------------------------------------- methods
def exact(names: list[str]) -> dict[str, str]:
    """One party a key."""
    return {name: key(name) for name in names}


def single_link(least: float) -> Method:
    """Whatever a chain of scores from `least` on connects."""

    def method(names: list[str]) -> dict[str, str]:
        root = {key(name): key(name) for name in names}

        def top(each: str) -> str:
            while root[each] != each:
                root[each] = root[root[each]]
                each = root[each]
            return each

        for a, b, _ in _alike(sorted(root), least):
            root[top(a)] = top(b)
        return {name: top(key(name)) for name in names}

    return method


def mutual_best(margin: float) -> Method:
    """Pairs of keys that are each other's best from 90 on, by a margin; nothing else is asked of them."""

    def method(names: list[str]) -> dict[str, str]:
        near: dict[str, list[tuple[float, str]]] = defaultdict(list)
        for a, b, score in _alike(sorted({key(name) for name in names}), likeness.ALIKE - margin):
            near[a].append((score, b))
            near[b].append((score, a))
        best = {each: _clear(found, margin) for each, found in near.items()}
        into = {a: min(a, b) for a, b in best.items() if b and best.get(b) == a}
        return {name: into.get(key(name), key(name)) for name in names}

    return method


def _clear(found: list[tuple[float, str]], margin: float) -> str | None:
    first, *others = sorted(found, reverse=True)
    clear = first[0] >= likeness.ALIKE and all(first[0] - score >= margin for score, _ in others[:1])
    return first[1] if clear else None


def _alike(names: list[str], least: float) -> Iterable[tuple[str, str, float]]:
    """Every pair of names that scores `least` and more, by all comparisons."""
    texts = [" ".join(sorted(name.split())) for name in names]
    for start in range(0, len(texts), 500):
        scores = process.cdist(
            texts[start : start + 500], texts[start:], scorer=fuzz.ratio, score_cutoff=least, dtype=np.float32
        )
        for i, j in np.argwhere(scores > 0).tolist():
            if i < j:
                yield names[start + i], names[start + j], float(scores[i, j])


def resolver(names: list[str]) -> dict[str, str]:
    """What Counterflow does."""
    register = resolve(names)
    return {name: register.name(name) for name in names}


def _pairs(count: int) -> int:
    return count * (count - 1) // 2


def timed(ask: Callable[[], Any]) -> tuple[float, Any]:
    """Seconds taken and the answer."""
    start = perf_counter()
    answer = ask()
    return perf_counter() - start, answer


METHODS: dict[str, Method] = {
    "exact key": exact,
    **{f"single link >= {least}": single_link(least) for least in (88, 92, 95)},
    **{f"mutual best >= 90, margin {margin}": mutual_best(margin) for margin in (0, 3, 6)},
    "resolve (Counterflow)": resolver,
}

if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
