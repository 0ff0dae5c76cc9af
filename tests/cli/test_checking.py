"""`counterflow check`: articles by name, the whole book, JSON as promised, and what ends with which exit code."""

from __future__ import annotations

import json

import pytest

from cli.shell import problem, run

ROUND = (
    "Larkspur AI closes its round\n\n3 March 2026\n\n"
    "Larkspur AI has raised $110 million in a funding round at a pre-money valuation of $730 million. "
    "Its post-money valuation is $1.2 billion. Tern Capital invested $50 million in it.\n"
)
CALM = "Larkspur AI moves\n\n3 March 2026\n\nLarkspur AI has moved to a larger office by the river.\n"
KEYS = {"id", "kind", "article", "relation", "parties", "quantities", "message", "evidence", "repair", "severity"}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The current folder, with two articles."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "round.txt").write_text(ROUND, encoding="utf-8")
    (tmp_path / "calm.txt").write_text(CALM, encoding="utf-8")
    return tmp_path


def test_an_article_is_checked_without_any_book(folder):
    """730 + 110 = 840 against 1,200: the sum, both sentences with their line, and nothing written anywhere."""
    out = run("check", "round.txt").out
    assert "HARD contradiction: R1 post = pre + new" in out
    assert "0.73 + 0.11 = 0.84, stated 1.2: 0.36 unexplained (USD bn)" in " ".join(out.split())
    assert " ".join(out.split()).count("(round.txt, line 5)") >= 2
    assert sorted(path.name for path in folder.iterdir()) == ["calm.txt", "round.txt"]


def test_json_is_a_list_of_issues_whose_evidence_stands_in_the_text(folder):
    found = run("check", "round.txt", "calm.txt", "--json").json
    assert found
    for issue in found:
        assert set(issue) == KEYS
        assert issue["severity"] in {"hard", "soft", "info"}
        assert issue["quantities"]
        assert all(set(q) == {"name", "low", "high", "unit"} for q in issue["quantities"])
        for words in issue["evidence"]:
            assert set(words) == {"article", "start", "end", "text"}
            assert ROUND[words["start"] : words["end"]] == words["text"]
    assert found[0]["kind"] == "contradiction"
    assert run("check", "calm.txt", "round.txt", "--json").json == found


def test_nothing_found_is_said_and_is_an_empty_list(folder):
    assert run("check", "calm.txt").out.startswith("Nothing found")
    assert run("check", "calm.txt", "--json").json == []


def test_the_screen_holds_back_what_is_small_unless_asked(folder):
    texts = [ROUND.replace("Larkspur", name).replace("$1.2 billion", "$840 million") for name in ("Ash", "Elm", "Oak")]
    for number, text in enumerate(texts):
        (folder / f"{number}.txt").write_text(text, encoding="utf-8")
    short, everything = (run("check", "0.txt", "1.txt", "2.txt", *more).out for more in ([], ["--all"]))
    assert short.count("INFO ") == 5
    assert everything.count("INFO ") > 5
    assert "more: --all" in short


def test_the_book_is_checked_as_asked(folder):
    run("read", "round.txt", "calm.txt")
    found = run("check", "--json").json
    assert [i["relation"] for i in found if i["severity"] == "hard"] == ["R1 post = pre + new"]
    assert run("check", "--known", "2026-03-02", "--json").json == []
    assert run("check", "--trust", "1", "--json").json == []


def test_only_input_that_cannot_be_read_ends_with_one(folder):
    found = run("check", "round.txt", "missing.txt", code=1)
    assert "HARD contradiction" in found.out
    assert "missing.txt" in problem(found, "missing.txt")
    assert json.loads(run("check", "round.txt", "missing.txt", "--json", code=1).out)
    run("check", "round.txt", "--doc-date", "yesterday", code=1)
