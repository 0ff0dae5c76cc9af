from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from counterflow.extract.llm.quotes import folded, places
from counterflow.model.claim import normalised

TEXT = "Both said “no”. Eastmarch’s stake — 12\u00a0% —\r\nis  sold. “No”, it said."
LETTERS = st.text(st.sampled_from("aé12 \n\t\u00a0\u2009\u3000“”\"'’–—-‑.…ﬁＡe\u0301\u0308🙂中"), max_size=40)


def found(quote: str, text: str = TEXT) -> list[str]:
    return [text[a:b] for a, b in places(quote, text, 0, len(text))]


def test_a_quote_is_found_as_it_stands_or_made_alike():
    assert found("Eastmarch’s stake") == ["Eastmarch’s stake"]
    assert found("Eastmarch's stake - 12 % - is sold") == ["Eastmarch’s stake — 12\u00a0% —\r\nis  sold"]
    assert found('"no"') == ["“no”"]
    assert found("Eastmarch's stakes") == found("eastmarch's stake") == found("") == []


def test_offsets_count_code_points_behind_ligatures_emoji_and_accents():
    """🙂 is one code point, e + accent two that made alike are one, ﬁ one that made alike is two."""
    text = "🙂 Cafe\u0301 ﬁrms"
    assert list(places("Café firms", text, 0, len(text))) == [(2, 12)]


def test_nothing_is_found_outside_the_stretch():
    assert list(places("said", TEXT, 0, 20)) == [(5, 9)]
    assert list(places("said", TEXT, 6, 20)) == []


@given(LETTERS)
def test_a_folded_text_is_the_normalised_text(text: str):
    assert normalised(folded(text).text) == normalised(text)


@given(LETTERS, LETTERS, LETTERS)
def test_what_is_found_says_the_same(before: str, quote: str, after: str):
    """A place begins and ends with whole letters, accents included, so it may say a little more."""
    text, wanted = f"{before} {quote} {after}", normalised(quote)
    for start, end in places(wanted, text, 0, len(text)):
        assert 0 <= start < end <= len(text)
        assert wanted in normalised(text[start:end])
