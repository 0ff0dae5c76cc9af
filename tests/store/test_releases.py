"""A book made by every earlier release still opens, with all its rulings in force, after its articles are read anew."""

from __future__ import annotations

from pathlib import Path

import pytest

from counterflow import desk
from counterflow.model.book import Question
from counterflow.store import Store, text

RELEASES = sorted(path for path in (Path(__file__).parent / "releases").iterdir() if path.is_dir())


@pytest.fixture(params=RELEASES, ids=lambda path: path.name)
def book(request, tmp_path):
    """The text form that the release's own book came to, brought into a book of this version."""
    place = tmp_path / "book.db"
    text.bring(text.read(request.param), place)
    with Store.open(place) as store:
        yield store


def rulings(store):
    """What people's rulings make of the book: state, values, party and added claim."""
    found = desk.book(store, Question(trust=0.0))
    said = {r.claim.evidence[0].text or r.claim.evidence[0].note: r for r in found.claims.values()}

    def about(words):
        return next(r for quote, r in said.items() if words in quote)

    return {
        "accepted": about("Eastmarch has invested").state,
        "rejected": about("valuation of $90 billion").state if any("$90 billion" in q for q in said) else "rejected",
        "edited": float(about("Greyhollow holds").claim.amount.low),
        "undone": about("Fennimore plans").state,
        "merged": about("Fennimore plans").claim.roles["investor"],
        "added": (about("Larkspur").state, about("Larkspur").claim.extractor),
    }


IN_FORCE = {
    "accepted": "accepted",
    "rejected": "rejected",
    "edited": 5.0,
    "undone": "proposed",
    "merged": ("Eastmarch",),
    "added": ("accepted", "person/Ada"),
}


def test_it_opens_sound_with_all_rulings_in_force(book):
    assert book.verify() == []
    assert rulings(book) == IN_FORCE


def test_reading_its_articles_with_this_version_loses_no_ruling(book, tmp_path):
    for document in list(book.documents().values()):
        (tmp_path / document.doc_id).write_bytes(document.text.encode())
        list(desk.read([str(tmp_path / document.doc_id)], book))
    assert rulings(book) == IN_FORCE
    assert not [p for p in desk.book(book, Question()).problems if "matches no claim" in p.what]
