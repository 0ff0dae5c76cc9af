"""Copies and what is taken from others: found by their words, linked to one origin whatever was read first."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations, permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from counterflow.model.source import Document, Segment
from counterflow.sources import from_bytes
from counterflow.sources.alike import linked


def words(count, stem="w"):
    """Different words, so that a text of n of them has n - 4 different 5-grams."""
    return [f"{stem}{k}" for k in range(count)]


def changed(text, *places):
    """The words with others at these places: away from the ends each takes five 5-grams with it."""
    return [f"other{k}" if k in places else word for k, word in enumerate(text)]


def paper(name, text, day=None, **rest):
    return Document(name, text if isinstance(text, str) else " ".join(text), doc_date=day, **rest)


def links(*papers):
    """Name -> (duplicate_of, syndicated_from), of those that have one."""
    return {d.doc_id: (d.duplicate_of, d.syndicated_from) for d in linked(papers) if d.copy_of}


def grams(text):
    return {tuple(text[k : k + 5]) for k in range(len(text) - 4)}


def jaccard(one, other):
    return len(grams(one) & grams(other)) / len(grams(one) | grams(other))


def test_the_thresholds_by_hand():
    """24 words are 20 5-grams. Another last word changes one: 19 of 21 are shared, 0.905, a copy. Another word in the
    middle changes five: 15 of 25, 0.6, taken. Two such change ten: 10 of 30, 0.33, a text of its own.
    """
    text = words(24)
    first = paper("a.txt", text)
    assert links(first, paper("b.txt", changed(text, 23))) == {"b.txt": ("a.txt", None)}
    assert links(first, paper("b.txt", changed(text, 12))) == {"b.txt": (None, "a.txt")}
    assert links(first, paper("b.txt", changed(text, 7, 16))) == {}


def test_quotes_dashes_case_width_and_white_space_make_no_other_text():
    plain, odd = "'Five' - says  Dovecote", "\u201cfive\u201d \u2014 s\u00adays\n\n\uff24ovecote"
    assert links(paper("a.txt", plain), paper("b.txt", odd)) == {"b.txt": ("a.txt", None)}


def test_short_texts_must_be_equal():
    text = words(11)
    assert links(paper("a.txt", text), paper("b.txt", changed(text, 10))) == {}
    assert links(paper("a.txt", text), paper("b.txt", text)) == {"b.txt": ("a.txt", None)}


def test_only_what_asserts_is_compared():
    """Two articles under one long notice are two; one article under two notices is one."""
    notice, more = " ".join(words(200, "notice")), " ".join(words(200, "promo"))

    def page(name, body, foot, kind):
        text = f"{body} {foot}"
        return paper(name, text, segments=(Segment("body", 0, len(body)), Segment(kind, len(body), len(text))))

    one, other = " ".join(words(40)), " ".join(words(40, "v"))
    assert links(page("a", one, notice, "disclaimer"), page("b", other, notice, "disclaimer")) == {}
    assert links(page("a", one, notice, "disclaimer"), page("b", one, more, "promo")) == {"b": ("a", None)}


def test_what_says_nothing_is_a_copy_of_nothing():
    assert links(paper("a", ""), paper("b", ""), paper("c", " \n"), paper("d", "\ufeff")) == {}


def test_a_text_that_is_not_there_keeps_its_link():
    assert links(paper("a", ""), paper("b", "", duplicate_of="a")) == {"b": ("a", None)}


def test_a_link_that_no_longer_holds_goes():
    assert links(paper("b", words(20), duplicate_of="a", syndicated_from="c")) == {}


def test_a_page_fetched_again_is_a_version_and_no_copy():
    text = words(100)
    assert links(paper("a", text, "2026-03-01"), paper("a", changed(text, 50))) == {}
    told = links(paper("a", text, "2026-03-01"), paper("a", changed(text, 20)), paper("b", changed(text, 20, 80)))
    assert told == {"b": (None, "a")}


def test_han_signs_are_words():
    text = "".join(chr(0x4E00 + k) for k in range(40))
    assert links(paper("a", text), paper("b", text[:38] + "\u9f00\u9f01")) == {"b": (None, "a")}  # 34 of 38: 0.89


@pytest.mark.parametrize(
    ("day", "other_day", "root"),
    [
        ("2026-03-04", "2026-03-05", "b.txt"),
        ("2026-03-04", None, "b.txt"),
        ("2026-03-04", "2026-03-04", "a.txt"),
        (None, None, "a.txt"),
    ],
)
def test_the_origin_is_the_earlier_then_the_first_by_name(day, other_day, root):
    told = links(paper("b.txt", words(50), day), paper("a.txt", words(50), other_day))
    assert {link for link, _ in told.values()} == {root}


BODY = "Eastmarch Chips will put $6 billion into Dovecote AI, which rents its computers from Bramble Cloud. " * 2


@pytest.mark.parametrize(
    ("copy", "origin"),
    [
        (f"{BODY}\n\nThis article first appeared on Harbour Post.", "harbour-post-2026.txt"),
        (f"{BODY}\n\nOriginally published by the Harbour Post and used here.", "harbour_post.html"),
        (f"{BODY}\n\nSource: harbourpost.example", "https://www.harbourpost.example/money/1"),
        (f"{BODY}\n\nRepublished with permission from https://harbourpost.example/1", "https://harbourpost.example/1"),
        (f"HALDEN, 3 March (Harbour Post) - {BODY}", "harbour post.txt"),
        (f"A price for Dovecote\n\nBy Harbour Post Staff\n\n3 March 2026\n\n{BODY}", "harbour-post.txt"),
    ],
)
def test_a_source_that_is_named_goes_before_an_earlier_date(copy, origin):
    """The copy is dated, the text that it credits is not, and comes later by name too."""
    later = from_bytes(copy.encode(), "a.txt", doc_date="2026-03-01")[0]
    own = from_bytes(BODY.encode(), "z.txt")[0]
    assert set(links(later, own)) == {"z.txt"}
    own = replace(own, doc_id=origin, address=origin)
    assert set(links(later, own)) == {"a.txt"}


def test_an_agency_that_both_name_decides_nothing_and_a_notice_does():
    wire = f"HALDEN, March 3 (Harbour Wire) - {BODY}"
    first, second = from_bytes(wire.encode(), "a.txt")[0], from_bytes(wire.encode() + b" ", "b.txt")[0]
    assert links(first, second) == {"b.txt": ("a.txt", None)}
    credited = from_bytes(f"{wire}\n\nDistributed by Harbour Wire.".encode(), "a.txt")[0]
    assert set(links(credited, second)) == {"a.txt"}


def test_a_chain_ends_at_one_root():
    """b takes from a and c from b; a and c alone would not be linked. d is a copy of c, and so of a's family."""
    a = words(60)
    b, c = changed(a, 10, 30), changed(a, 10, 20, 30, 40)
    assert (jaccard(a, b) >= 0.5, jaccard(b, c) >= 0.5, jaccard(a, c) >= 0.5) == (True, True, False)
    papers = paper("d", c, "2026-03-04"), paper("c", c, "2026-03-03"), paper("b", b), paper("a", a, "2026-03-01")
    assert links(*papers) == {"b": (None, "a"), "c": (None, "a"), "d": (None, "a")}


POOL = words(80)
DAYS = st.sampled_from([None, "2026-03-01", "2026-03-02"])
CUTS = st.frozensets(st.sampled_from(range(5, 80, 9)), max_size=4)
TEXTS = st.lists(st.tuples(CUTS, DAYS), min_size=2, max_size=4)


@settings(max_examples=40, deadline=None)
@given(TEXTS)
def test_the_order_of_reading_does_not_matter(drawn):
    papers = [paper(f"{k}.txt", changed(POOL, *cuts), day) for k, (cuts, day) in enumerate(drawn)]
    told = [dict(sorted(links(*order).items())) for order in permutations(papers)]
    assert all(each == told[0] for each in told)
    assert linked(linked(papers)) == linked(papers)


@settings(max_examples=50, deadline=None)
@given(st.lists(CUTS, min_size=2, max_size=8))
def test_every_link_leads_to_a_root_and_all_that_is_alike_has_one_root(drawn):
    texts = {f"{k}.txt": changed(POOL, *cuts) for k, cuts in enumerate(drawn)}
    told = links(*(paper(name, text) for name, text in texts.items()))
    roots = {name: name for name in texts} | {name: whole or part for name, (whole, part) in told.items()}
    assert set(told).isdisjoint(roots.values())
    for one, other in combinations(texts, 2):
        if jaccard(texts[one], texts[other]) >= 0.5:
            assert roots[one] == roots[other]
    for name, (whole, _) in told.items():
        assert (whole is not None) == (jaccard(texts[name], texts[roots[name]]) >= 0.9)
        assert any(jaccard(texts[name], texts[near]) >= 0.5 for near in texts if near != name)


def test_thousands_of_one_text_and_of_one_word_have_one_root_each():
    same = [paper(f"a{k:04}", words(30)) for k in range(3_000)]
    told = links(*same)
    assert (len(told), set(told.values())) == (2_999, {("a0000", None)})
    spam = [paper(f"s{k:04}", ["spam"] * (12 + k)) for k in range(300)]
    told = links(*spam)
    assert (len(told), set(told.values())) == (299, {("s0000", None)})


def test_hundreds_that_differ_by_a_word_have_one_root():
    """More in one bucket than are compared with each other there."""
    text = words(300)
    told = links(*(paper(f"{k:03}", [*text[:k], "other", *text[k + 1 :]]) for k in range(0, 300, 2)))
    assert (len(told), {whole or part for whole, part in told.values()}) == (149, {"000"})


def test_a_stretch_common_to_many_makes_no_family():
    """40 of 100 words are the same in all: 36 of 156 5-grams, 0.23."""
    assert links(*(paper(f"{k}", words(40) + words(60, f"own{k}x")) for k in range(60))) == {}


def test_a_document_stored_before_there_was_such_a_link_still_loads():
    one = paper("a.txt", "text", syndicated_from="b.txt")
    assert Document.from_json(one.to_json(), "text") == one
    old = {key: value for key, value in one.to_json().items() if key != "syndicated_from"}
    assert Document.from_json(old, "text") == replace(one, syndicated_from=None)
