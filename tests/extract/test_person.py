"""What a person selects and types: sentences by some of their words, amounts by theirs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterflow.extract import person
from counterflow.model.problem import Trouble

FIRST = "Tern Corp. and J. P. Ruff put $3.5 billion into the “Larkspur” lab."
TEXT = f"A title\n\n{FIRST} It spent €2 million – at once. It spent\nmore."


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("3.5 billion", [FIRST]),
        ("ruff PUT", [FIRST]),
        ('the "larkspur" lab', [FIRST]),
        ("million - at", ["It spent €2 million – at once."]),
        ("It spent", ["It spent €2 million – at once.", "It spent"]),
        ("lab. It", [f"{FIRST} It spent €2 million – at once."]),
        ("spent   more", ["It spent\nmore."]),
        ("title", ["A title"]),
        ("a+b (", []),
        ("", []),
    ],
)
def test_words_find_the_sentence_around_them(words, found):
    spans = person.spans_of(TEXT, words)
    assert [TEXT[a:b] for a, b in spans] == found


@given(st.text("ab .\n", max_size=30), st.text("ab ", max_size=4))
def test_a_span_holds_the_words_and_lies_in_the_text(text, words):
    for start, end in person.spans_of(text, words):
        assert 0 <= start < end <= len(text)
        assert " ".join(words.split()) in " ".join(text[start:end].split())


def test_amounts_are_offered_as_written_and_read_one_at_a_time():
    assert person.amounts_in(TEXT) == ["$3.5 billion", "€2 million"]
    assert person.amount("about $4 billion").qualifier == "approximately"
    for words in ("much", TEXT):
        with pytest.raises(Trouble, match="amounts"):
            person.amount(words)
