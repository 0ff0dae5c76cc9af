"""`read --extractor` as a user types it."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from cli.shell import problem, run
from extract.llm.stub import KEY, Asked, Model, Reply, claim, claims, fails

if TYPE_CHECKING:
    from pathlib import Path

WIRE = "Eastmarch owns Dovecote\n\nFennimore Capital holds 12% of Dovecote Labs, the two said on Monday.\n"
BLOG = "Larkspur sold\n\nTern Capital holds 30% of Larkspur Labs, the two said on Tuesday.\n"


def stake(holder: str, company: str, share: int) -> dict[str, object]:
    quote = f"{holder} holds {share}% of {company}"
    return claim(quote, "stake", {"holder": holder, "company": company}, (share, share), unit="percent")


KNOWN = [stake("Fennimore Capital", "Dovecote Labs", 12), stake("Tern Capital", "Larkspur Labs", 30)]
LIE = stake("Fennimore Capital", "Dovecote Labs", 90)


def honest(asked: Asked) -> Reply:
    return claims(*(c for c in KNOWN if c["quote"] in asked.article), LIE)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, model: Model) -> Path:
    """The current folder with two articles, and a model that reads them."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "blog.txt").write_text(BLOG, encoding="utf-8")
    (tmp_path / "wire.txt").write_text(WIRE, encoding="utf-8")
    for name, value in model.environment(COUNTERFLOW_CACHE=str(tmp_path / "cache")).items():
        monkeypatch.setenv(name, value)
    model.answers = honest
    return tmp_path


def test_a_model_reads_and_says_what_it_used(folder: Path):
    found = run("read", "blog.txt", "wire.txt", "--extractor", "llm", "--json")
    assert [d["doc_id"] for d in found.json["documents"]] == ["blog.txt", "wire.txt"]
    for document, text in zip(found.json["documents"], (BLOG, WIRE), strict=True):
        (made,) = document["claims"]
        assert (made["extractor"], made["confidence"]) == ("llm/thistle-7b", 0.75)
        assert text[made["evidence"][0]["start"] : made["evidence"][0]["end"]] == made["evidence"][0]["text"]
        assert (document["stats"]["read"], document["stats"]["characters"]) == (len(text), len(text))
    stats = found.json["stats"]
    assert (stats["calls"], stats["tokens_in"], stats["tokens_out"], stats["cost_usd"]) == (2, 2_000, 200, None)
    assert (stats["proposed"], stats["kept"], stats["dropped_quote"]) == (4, 2, 2)
    assert "tokens sent: 2,000, received: 200; cost unknown" in found.err
    assert KEY not in found.out + found.err
    assert not [path for path in folder.rglob("*") if path.is_file() and KEY.encode() in path.read_bytes()]
    run("verify")


def test_both_extractors_make_one_claim_of_what_both_found(folder: Path, model: Model):
    ruled = run("read", "wire.txt", "--no-store", "--json").json["documents"][0]["claims"]
    both = run("read", "wire.txt", "--extractor", "rules,llm", "--json").json["documents"][0]
    assert [c["claim_id"] for c in both["claims"]] == [c["claim_id"] for c in ruled]
    (agreed,) = [c for c in both["claims"] if "agreed" in c["flags"]]
    assert agreed["confidence"] > next(c["confidence"] for c in ruled if c["claim_id"] == agreed["claim_id"])
    assert both["stats"]["agreed"] == 1
    assert len(model.asked) == 1


def test_no_store_writes_no_cache_either(folder: Path, model: Model):
    run("read", "wire.txt", "--extractor", "llm", "--no-store")
    assert sorted(path.name for path in folder.iterdir()) == ["blog.txt", "wire.txt"]
    run("read", "wire.txt", "--extractor", "llm")
    assert run("read", "wire.txt", "--extractor", "llm").err.count("known already, nothing added") == 1
    assert len(model.asked) == 2


def test_missing_settings_are_named_and_nothing_is_begun(folder: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("COUNTERFLOW_LLM_MODEL")
    said = problem(run("read", "wire.txt", "--extractor", "llm", code=1), "--extractor")
    assert "COUNTERFLOW_LLM_MODEL" in said
    assert not (folder / "book.db").exists()


def test_a_limit_in_money(folder: Path, model: Model, monkeypatch: pytest.MonkeyPatch):
    assert "PRICE_IN" in problem(run("read", "wire.txt", "--extractor", "llm", "--max-cost", 1, code=1), "--max-cost")
    monkeypatch.setenv("COUNTERFLOW_LLM_PRICE_IN", "2")
    monkeypatch.setenv("COUNTERFLOW_LLM_PRICE_OUT", "10")
    over = run("read", "wire.txt", "--extractor", "llm", "--max-cost", "0.01", code=1)
    assert "would pass --max-cost 0.01" in problem(over, "wire.txt")
    assert model.asked == []
    found = run("read", "wire.txt", "--extractor", "llm", "--max-cost", "0.20", "--json")
    assert found.json["stats"]["cost_usd"] == 0.003
    assert "cost: $0.0030" in found.err


@pytest.mark.parametrize("words", [["--extractor", "guess"], ["--extractor", ""], ["--max-cost", "1"]])
def test_wrong_usage(folder: Path, words: list[str]):
    assert run("read", "wire.txt", *words, code=2).err


def test_a_model_that_is_away_leaves_a_problem_for_each_article_and_the_rules_go_on(folder: Path, model: Model):
    model.replies(fails(401, f"bad key {KEY}"))
    away = run("read", "blog.txt", "wire.txt", "--extractor", "llm", code=1)
    assert away.err.count("does not take the key") == 2
    assert KEY not in away.err
    assert len(model.asked) == 1
    both = run("read", "wire.txt", "--extractor", "rules,llm", "--json", code=1)
    assert both.json["documents"][0]["claims"]
    assert len(both.json["problems"]) == 1


def test_ctrl_c_keeps_what_was_read_and_says_what_was_used(folder: Path, model: Model, monkeypatch):
    from counterflow.extract.llm.endpoint import Endpoint

    ask = Endpoint.ask

    def stopped(self: Endpoint, messages, schema):
        if "Fennimore" in messages[-1]["content"]:
            raise KeyboardInterrupt
        return ask(self, messages, schema)

    monkeypatch.setattr(Endpoint, "ask", stopped)
    found = run("read", "blog.txt", "wire.txt", "--extractor", "llm", "--json", code=1)
    assert [d["doc_id"] for d in found.json["documents"]] == ["blog.txt"]
    assert "questions asked: 1" in found.err
    assert "stopped before the end" in found.json["problems"][0]["what"]
    monkeypatch.setattr(Endpoint, "ask", ask)
    run("read", "blog.txt", "wire.txt", "--extractor", "llm")
    assert len(model.asked) == 2
    assert len(run("claims", "--json", "--trust", 0).json) == 2


def test_the_rules_load_no_http_and_ask_nobody(folder: Path, model: Model):
    code = "import sys; from counterflow.cli.app import app; app(standalone_mode=False)\n"
    code += "print(*sys.modules, file=sys.stderr)"
    words = [sys.executable, "-c", code, "read", "wire.txt", "--no-store", "--json"]
    done = subprocess.run(words, capture_output=True, check=True, encoding="utf-8")
    loaded = set(done.stderr.split())
    assert "counterflow.extract.rules" in loaded
    assert not {name for name in loaded if name.startswith(("httpx", "counterflow.extract.llm"))}
    assert model.asked == []
