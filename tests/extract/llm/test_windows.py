from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from counterflow.extract.llm.windows import asserting, characters, windows
from counterflow.model.source import SEGMENT_KINDS, Document, Segment

WORDS = st.text(st.sampled_from("ab. \n中🙂"), min_size=1, max_size=90)


def made(parts: list[tuple[str, str]]) -> Document:
    segments, text = [], ""
    for kind, words in parts:
        segments.append(Segment(kind, len(text), len(text) + len(words)))
        text += words
    return Document("wire.txt", text, segments=tuple(segments))


def test_windows_by_hand():
    """Paragraphs of 6 + 6 + 6 characters, windows of 12: two fit, and the second window repeats the second."""
    document = made([("body", "One..\nTwo..\nThree.")])
    assert [w.text for w in windows(document, size=12, overlap=6)] == ["One..\nTwo..\n", "Two..\nThree."]


def test_what_asserts_nothing_is_not_read_and_parts_what_stands_around_it():
    document = made([("title", "Head\n"), ("promo", "Buy now!\n"), ("body", "Text.\n"), ("related", "More\n")])
    (window,) = windows(document)
    assert (window.text, window.runs) == ("Head\n\n\nText.\n", ((0, 5), (14, 20)))
    assert characters(asserting(document)) == 11


def test_a_long_line_is_cut_behind_sentences_else_behind_words_else_anywhere():
    def cuts(text: str) -> list[str]:
        return [w.text for w in windows(made([("body", text)]), size=10, overlap=10)]

    assert cuts("Aa bb. Cc dd ee ff")[0] == "Aa bb. "
    assert cuts("Aaaa bbbb cccc")[0] == "Aaaa bbbb "
    assert cuts("A" * 25)[0] == "A" * 10


def test_a_line_of_two_hundred_thousand_characters_is_read_whole():
    document = made([("body", "word " * 40_000)])
    parts = windows(document)
    assert max(len(w.text) for w in parts) <= 5_000
    assert characters(run for w in parts for run in w.runs) == 200_000


@given(st.lists(st.tuples(st.sampled_from(SEGMENT_KINDS), WORDS), max_size=12), st.integers(10, 60))
def test_windows_hold_all_that_asserts_and_nothing_else(parts: list[tuple[str, str]], overlap: int):
    document = made(parts)
    own = asserting(document)
    cut = windows(document, size=3 * overlap, overlap=overlap)
    held = {i for w in cut for a, b in w.runs for i in range(a, b)}
    assert held == {i for a, b in own for i in range(a, b)}
    for window in cut:
        assert sum(b - a for a, b in window.runs) <= 3 * overlap
        assert window.text == "\n\n".join(document.text[a:b] for a, b in window.runs)


@given(WORDS, WORDS, st.integers(90, 200))
def test_what_crosses_a_cut_is_whole_in_some_window(one: str, two: str, overlap: int):
    """Two paragraphs of at most 91 characters, neighbours, are always read in one piece."""
    filler = "x" * 80 + "\n"
    document = made([("body", f"{filler * 3}{one}\n{two}\n{filler * 3}")])
    start = 3 * len(filler)
    border = start + len(one) + 1
    assert any(w.holds(border - 1, border + 1) for w in windows(document, size=2 * overlap, overlap=overlap))
