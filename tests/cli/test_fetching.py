"""`counterflow read` with web addresses, feeds, lists and standard input, as a user types it."""

from __future__ import annotations

import io
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from cli.shell import problem, run
from counterflow.sources.web import browse as web
from sources.loopback import EASY, Reply, serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sources.loopback import Site

STORY = "Halden Chips has agreed to put $3 billion into {}, the company said, and will hold a tenth of it.\n"
TEXT = {"Content-Type": "text/plain; charset=utf-8"}


@pytest.fixture
def site(monkeypatch, tmp_path: Path) -> Iterator[Site]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(web, "LIMITS", EASY)
    with serving() as found:
        found.pages |= {
            f"/{name}.txt": Reply(STORY.format(name).encode(), headers=TEXT) for name in ("Orrery", "Lantern")
        }
        links = "".join(f"<item><link>{found.url(path)}</link></item>" for path in found.pages)
        found.pages["/feed"] = Reply(f"<rss version='2.0'><channel>{links}</channel></rss>".encode())
        yield found


def test_a_feed_read_twice_adds_nothing_and_says_so(site: Site):
    first = run("read", site.url("/feed"), "--allow-private")
    assert f"{site.url('/feed')}: entries read: 2; known already: 0" in first.err
    before = run("claims", "--json").json
    assert len({claim["source_id"] for claim in before}) == 2
    second = run("read", site.url("/feed"), "--allow-private", "--json")
    assert f"{site.url('/feed')}: nothing new; known already: 2" in second.err
    assert second.json == {"documents": [], "problems": []}
    assert run("claims", "--json").json == before
    run("verify")


def test_a_page_read_twice_adds_nothing_and_is_answered_each_time(site: Site):
    answers = [run("read", site.url("/Orrery.txt"), "--allow-private", "--json") for _ in range(2)]
    assert answers[0].json == answers[1].json
    [document] = answers[0].json["documents"]
    assert document["doc_id"] == site.url("/Orrery.txt")
    assert document["text"] == STORY.format("Orrery")
    assert document["doc_date"] is None
    assert "known already, nothing added" in answers[1].err


def test_an_address_of_ones_own_is_refused_until_it_is_allowed(site: Site):
    refused = run("read", site.url("/Orrery.txt"), code=1)
    assert "an address of this machine" in problem(refused, site.url("/Orrery.txt"))
    assert "--allow-private" in refused.err
    assert not site.asked
    assert [p["where"] for p in run("problems", "--json").json] == [site.url("/Orrery.txt")]
    run("read", site.url("/Orrery.txt"), "--allow-private")
    assert run("problems", "--json").json == []


def test_one_bad_source_never_stops_the_others(site: Site, tmp_path: Path):
    (tmp_path / "a.txt").write_text(STORY.format("Argand"), encoding="utf-8")
    names = f"# ours\n{site.url('/none')}   gone by now\na.txt\n\nhttp://[bad\n{site.url('/Lantern.txt')}\n"
    (tmp_path / "list.txt").write_text(names, encoding="utf-8")
    found = run("read", site.url("/Orrery.txt"), "--from", "list.txt", "--allow-private", "--json", code=1).json
    assert [d["doc_id"] for d in found["documents"]] == [site.url("/Orrery.txt"), "a.txt", site.url("/Lantern.txt")]
    assert [p["where"] for p in found["problems"]] == [site.url("/none"), "http://[bad"]


def test_standard_input_is_read(site: Site, monkeypatch):
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(STORY.format("Orrery").encode())))
    [document] = run("read", "-", "--no-store", "--json").json["documents"]
    assert document["doc_id"] == "stdin"
    assert document["claims"]


def test_no_store_writes_nothing(site: Site, tmp_path: Path):
    run("read", site.url("/feed"), site.url("/Orrery.txt"), "--allow-private", "--no-store")
    assert list(tmp_path.iterdir()) == []


def test_nothing_named_is_wrong_usage_and_an_empty_list_is_nothing_to_do(site: Site, tmp_path: Path):
    assert "--from" in run("read", code=2).err
    (tmp_path / "list.txt").write_text("# none yet\n", encoding="utf-8")
    assert run("read", "--from", "list.txt", "--no-store", "--json").json == {"documents": [], "problems": []}
    assert "no such file" in problem(run("read", "--from", "gone.txt", code=1), "gone.txt")


def test_ctrl_c_keeps_what_was_read(site: Site, monkeypatch):
    from counterflow.sources.web.browse import Web

    get = Web.get

    def stopped(self: Web, address: str, **known: str | None):
        if address.endswith("Lantern.txt"):
            raise KeyboardInterrupt
        return get(self, address, **known)

    monkeypatch.setattr(Web, "get", stopped)
    assert run("read", site.url("/feed"), "--allow-private", code=None).code
    assert {claim["source_id"] for claim in run("claims", "--json").json} == {site.url("/Orrery.txt")}
    monkeypatch.setattr(Web, "get", get)
    again = run("read", site.url("/feed"), "--allow-private")
    assert "entries read: 1; known already: 1" in again.err
    run("verify")


def test_control_characters_do_not_reach_the_terminal(site: Site, tmp_path: Path):
    for name in ("http://127.0.0.1/\x1b[2J", "\x1b]0;title\x07.txt", "a\u202etxt"):
        found = run("read", name, "--no-store", code=1)
        assert all(c.isprintable() or c == "\n" for c in found.err)
