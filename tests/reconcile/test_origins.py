"""A copy is no independent support: whoever repeats a story votes as the one who told it first."""

from __future__ import annotations

from itertools import permutations

import pytest

from cli.shell import run
from counterflow.model.book import Question
from counterflow.model.source import Document
from counterflow.reconcile.build import book
from counterflow.reconcile.estimate import estimate
from counterflow.reconcile.said import said
from reconcile.saying import cheque, heard, placed

LINKS = {
    "none": ({}, "best supported: 6.8 to 3.4 in votes, each origin once"),
    "copied": ({"duplicate_of": "wire.txt"}, "tie: 3.4 to 3.4 in votes, each origin once; both values stand"),
    "taken": ({"syndicated_from": "wire.txt"}, "tie: 3.4 to 3.4 in votes, each origin once; both values stand"),
}


@pytest.mark.parametrize(("link", "reason"), LINKS.values(), ids=LINKS)
def test_two_copies_of_one_story_against_one_other_paper(link, reason):
    """A vote is 3.4. Wire and copy say 10, another paper 13: 6.8 to 3.4 if they were two, 3.4 to 3.4 as one origin."""
    told = [cheque("10", doc="wire.txt"), cheque("10", doc="copy.txt", at=7), cheque("13", doc="other.txt")]
    copy = Document("copy.txt", "text", **link)
    found = estimate(said(c.claim_id, heard(c).ruled, {"copy.txt": copy}) for c in told)
    assert found.reason == reason
    papers = {name: Document(name, name) for name in ("wire.txt", "other.txt")} | {"copy.txt": copy}
    (deal,) = book(map(placed, told), documents=papers, question=Question(trust=0)).deals
    assert deal.amount.reason == reason


def test_whom_a_copy_cites_by_name_is_its_origin_still():
    copy = Document("copy.txt", "text", syndicated_from="wire.txt")
    cited = cheque("10", doc="copy.txt", origin="The Desk")
    assert said("x", heard(cited).ruled, {"copy.txt": copy}).origin == "the desk"
    assert said("x", heard(cheque("10", doc="copy.txt")).ruled, {"copy.txt": copy}).origin == "wire.txt"


OTHER = (
    "Eastmarch has invested $13 billion in Dovecote AI. A person at the bank that kept the books of the round "
    "said so on Monday, and the minutes of the board, which this paper has seen, name the same sum twice."
)
# What the story tells beside its one deal.
REST = (
    "The laboratory keeps its computers in two halls near the river and wants a third before the winter. "
    "Its founders declined to speak of the price, and the chip maker pointed to a filing that is due in the spring."
)
STORY = f"Eastmarch has invested $10 billion in Dovecote AI. {REST}"
FILES = {
    "wire.txt": ("Eastmarch backs Dovecote AI", "2 March 2026", STORY),
    "copy.txt": ("Eastmarch backs Dovecote AI", "3 March 2026", STORY.replace("near the river", "by the river")),
    "part.txt": (
        "Money for a laboratory",
        "4 March 2026",
        f"{STORY} Two people who know the halls told this paper that both are full and that the third will be larger.",
    ),
    "other.txt": ("What Dovecote AI was given", "3 March 2026", OTHER),
}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The current folder with the four papers, each signed by its own writer."""
    monkeypatch.chdir(tmp_path)
    for name, (title, day, body) in FILES.items():
        text = f"{title}\n\nBy Ada {name[:-4].title()}, {day}\n\n{body}\n"
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def test_copies_are_told_while_reading_and_count_once_in_the_book(folder):
    """Three papers carry one story and say 10, one says 13 for itself: a tie, not 10.2 to 3.4."""
    ran = run("read", *FILES, "--json")
    linked = {d["doc_id"]: (d["duplicate_of"], d["syndicated_from"]) for d in ran.json["documents"]}
    none = (None, None)
    assert linked == {
        "wire.txt": none,
        "copy.txt": (None, "wire.txt"),
        "part.txt": (None, "wire.txt"),
        "other.txt": none,
    }
    said_beside = [line for line in ran.err.splitlines() if "taken" in line]
    assert said_beside == [f"{name}: largely taken from wire.txt" for name in ("copy.txt", "part.txt")]
    rows = run("sources", "--json").json
    assert {r["source_id"]: r["syndicated_from"] for r in rows if r["syndicated_from"]} == {
        "copy.txt": "wire.txt",
        "part.txt": "wire.txt",
    }
    (deal,) = run("deals", "--json", "--trust", 0).json
    assert deal["reason"].startswith("tie: ")


def test_the_order_of_reading_does_not_matter(folder):
    """Not even over several calls, where what was read before is linked anew; again.txt repeats wire.txt."""
    (folder / "again.txt").write_bytes((folder / "wire.txt").read_bytes())
    for number, order in enumerate(permutations(["copy.txt", "wire.txt", "again.txt"])):
        for name in order:
            run("read", name, "--book", f"{number}.db")
        rows = run("sources", "--book", f"{number}.db", "--json").json
        assert {r["source_id"]: r["duplicate_of"] or r["syndicated_from"] for r in rows} == {
            "again.txt": None,
            "copy.txt": "again.txt",
            "wire.txt": "again.txt",
        }
        (deal,) = run("deals", "--book", f"{number}.db", "--json", "--trust", 0).json
        assert deal["reason"] == "2 claims agree, of 1 origin"


def test_a_copy_whose_origin_was_read_before_is_told_so(folder):
    """A file saved twice: the second is a copy, whichever of the two is read first."""
    (folder / "again.txt").write_bytes((folder / "wire.txt").read_bytes())
    assert "a copy of" not in run("read", "wire.txt").err
    assert "wire.txt: a copy of again.txt" not in run("read", "again.txt", "--no-store").err
    run("read", "again.txt")
    (copy,) = [r for r in run("sources", "--json").json if r["duplicate_of"]]
    assert (copy["source_id"], copy["duplicate_of"]) == ("wire.txt", "again.txt")
    assert "wire.txt: a copy of again.txt" in run("read", "wire.txt").err


def test_what_became_public_later_changes_no_link_of_an_earlier_day(folder):
    """On 3 March the part of the 4th was not known; the link of the copy to the wire was."""
    run("read", *FILES)
    rows = {r["source_id"]: r["syndicated_from"] for r in run("sources", "--json", "--known", "2026-03-03").json}
    assert rows == {"wire.txt": None, "copy.txt": "wire.txt", "other.txt": None}
