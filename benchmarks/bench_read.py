"""How fast articles become claims, against the cleaning of the same pages as HTML in the same run.

Run by hand: `python benchmarks/bench_read.py [ARTICLES]`. Texts of about 600 words are cut from the example articles;
start-up (tables, names) is measured apart. Targets: 50 articles a second and core; less time than the cleaning of HTML.
"""

from __future__ import annotations

import sys
from html import escape
from time import perf_counter

from counterflow import sources, starter
from counterflow.extract import rules
from counterflow.extract.names.gazetteer import Gazetteer

_WORDS = 600


def texts(count: int) -> list[str]:
    """Articles of about 600 words, each another cut of the example articles."""
    with starter.articles() as folder:
        pool = [p.read_text(encoding="utf-8") for p in sorted(folder.glob("*.txt"))]
    paragraphs = [part for text in pool for part in text.split("\n\n")]
    made = []
    for start in range(count):
        article: list[str] = []
        at = start
        while sum(len(p.split()) for p in article) < _WORDS:
            article.append(paragraphs[at % len(paragraphs)])
            at += 1
        made.append("\n\n".join(article))
    return made


def main() -> None:
    """Print seconds and articles a second for each stage."""
    articles = texts(int(sys.argv[1]) if len(sys.argv) > 1 else 50)
    began = perf_counter()
    gazetteer = Gazetteer.builtin()
    rules.read(sources.from_bytes(articles[0].encode(), "warm.txt")[0], gazetteer)
    print(f"start-up                {perf_counter() - began:8.2f} s")
    began = perf_counter()
    for number, text in enumerate(articles):
        page = (
            "<html><body><article>"
            + "".join(f"<p>{escape(p)}</p>" for p in text.split("\n\n"))
            + "</article></body></html>"
        )
        sources.from_bytes(page.encode(), f"{number}.html")
    cleaning = perf_counter() - began
    print(f"reference: HTML to text {cleaning:8.2f} s  {len(articles) / cleaning:6.1f} articles/s")
    began = perf_counter()
    documents = [sources.from_bytes(text.encode(), f"{number}.txt")[0] for number, text in enumerate(articles)]
    print(f"text to segments        {perf_counter() - began:8.2f} s")
    began = perf_counter()
    claims = sum(len(rules.read(document, gazetteer).claims) for document in documents)
    reading = perf_counter() - began
    print(f"segments to claims      {reading:8.2f} s  {len(articles) / reading:6.1f} articles/s, {claims} claims")


if __name__ == "__main__":
    main()
