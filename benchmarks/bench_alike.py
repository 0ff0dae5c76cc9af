"""How long copies take to find among many articles, against comparing every pair of 300 in the same run.

Run by hand: `python benchmarks/bench_alike.py`. Made-up articles of 600 words, drawn as words are (Zipf's law); one in
ten is a copy with a word changed, one in ten has three quarters of another. Then texts made to be hard. Targets: 10,000
articles in 10 seconds; every copy that the comparison of all pairs finds. Memory is the most held at once beyond the
articles themselves, as `tracemalloc` counts it in a run of its own.
"""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from itertools import combinations
from time import perf_counter
from typing import Any

import numpy as np

from counterflow.model.source import Document
from counterflow.sources import alike

_WORDS = 600
_MEASURED = 1_000  # articles up to which memory is traced


def main() -> None:
    """Print one line for the reference and one for each job."""
    articles = made(300)
    alike.linked(articles[:2])  # the first call imports what it needs
    seconds, pairs = timed(lambda: every_pair(articles))
    print(f"{'reference: every pair of 300':<40}{seconds:>8.2f} s  {len(pairs):>6} alike")
    found = report("300 articles", articles)
    assert found == {max(pair) for pair in pairs}, "MinHash and the comparison of all pairs disagree"
    for name, make in JOBS.items():
        report(name, make())


def report(name: str, documents: list[Document]) -> set[str]:
    """Print seconds, how many copies, and memory; the names of the copies."""
    seconds, linked = timed(lambda: alike.linked(documents))
    copies = {d.doc_id for d in linked if d.copy_of}
    print(
        f"{name:<40}{seconds:>8.2f} s  {len(copies):>6} copies  {1e3 * seconds / len(documents):>8.2f} ms each", end=""
    )
    again = [Document(d.doc_id, d.text + " again") for d in documents]  # else the answer is at hand
    if len(documents) <= _MEASURED:
        tracemalloc.start()
        alike.linked(again)
        print(f"{tracemalloc.get_traced_memory()[1] / 1e6:>8.0f} MB", end="")
        tracemalloc.stop()
    print()
    return copies


def made(count: int) -> list[Document]:
    """Articles, of every ten one a copy of the one before it and one that took two thirds of it."""
    shares = 1 / np.arange(1, 30_001)
    drawn = np.random.default_rng(20260304).choice(len(shares), (count, _WORDS), p=shares / shares.sum())
    texts: list[list[str]] = []
    for number, row in enumerate(drawn.tolist()):
        text = [f"word{k}" for k in row]
        if number % 10 == 1:
            text = [*texts[-1][:300], "changed", *texts[-1][301:]]
        elif number % 10 == 2:
            text = [*texts[-1][: 3 * _WORDS // 4], *text[3 * _WORDS // 4 :]]
        texts.append(text)
    return [Document(f"{number:05}", " ".join(text)) for number, text in enumerate(texts)]


def every_pair(documents: list[Document]) -> list[tuple[str, str]]:
    """The names of all pairs at 0.5 and more, by sets of 5-grams."""
    words = {d.doc_id: d.text.split() for d in documents}
    grams = {name: {tuple(text[k : k + 5]) for k in range(len(text) - 4)} for name, text in words.items()}
    pairs = combinations(grams.items(), 2)
    return [(a, b) for (a, one), (b, other) in pairs if len(one & other) >= 0.5 * len(one | other)]


def nearly_one_text(count: int) -> list[Document]:
    """One article with another word changed in each."""
    text = made(1)[0].text.split()
    return [
        Document(f"{k:05}", " ".join([*text[: k % _WORDS], f"own{k}", *text[k % _WORDS + 1 :]])) for k in range(count)
    ]


def one_form(count: int) -> list[Document]:
    """Articles of which four parts in ten of all 5-grams are the same: every pair is doubtful, none is alike."""
    form, *own = (d.text.split() for d in made(1) + made(10 * count)[3::10])
    return [Document(f"{k:05}", " ".join([*form[:345], *text[345:]])) for k, text in enumerate(own)]


def one_long_text() -> list[Document]:
    """Five million characters, twice, and an article."""
    long = " ".join(d.text for d in made(1_400))
    return [Document("a", long), Document("b", long + " and more"), *made(1)]


def timed(ask: Callable[[], Any]) -> tuple[float, Any]:
    """Seconds taken and the answer."""
    start = perf_counter()
    answer = ask()
    return perf_counter() - start, answer


JOBS: dict[str, Callable[[], list[Document]]] = {
    "1,000 articles": lambda: made(1_000),
    "10,000 articles": lambda: made(10_000),
    "10,000 times one text": lambda: [Document(f"{k:05}", text) for text in [made(1)[0].text] for k in range(10_000)],
    "1,000 that differ by a word": lambda: nearly_one_text(1_000),
    "10,000 that differ by a word": lambda: nearly_one_text(10_000),
    "1,000 of one form": lambda: one_form(1_000),
    "10,000 empty ones": lambda: [Document(f"{k:05}", " " * k) for k in range(10_000)],
    "1,000 of one repeated word": lambda: [Document(f"{k:05}", "word " * (_WORDS + k)) for k in range(1_000)],
    "two of 5 MB": one_long_text,
}

if __name__ == "__main__":
    main()
