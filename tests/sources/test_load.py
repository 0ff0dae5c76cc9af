"""Files to Documents: what is read unchanged, what is guessed aloud, and what is refused with a remedy."""

from __future__ import annotations

import codecs
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterflow.model.problem import Trouble
from counterflow.sources import expand, from_bytes, load

STORY = "Halden sells a plant\n\n3 March 2026\n\nHalden has sold its plant in Graz for €90 million, it said.\n"


def test_a_plain_text_is_the_document_unchanged(tmp_path):
    """Line ends and byte-order mark are kept: offsets must hold in the file that the reader has."""
    text = "\ufeff" + STORY.replace("\n", "\r\n")
    path = tmp_path / "story.txt"
    path.write_bytes(text.encode("utf-8"))
    document, problems = load(path)
    assert document.text == text
    assert problems == []
    assert (document.doc_id, document.title, document.address) == ("story.txt", "Halden sells a plant", str(path))
    assert (document.doc_date, document.doc_date_source) == ("2026-03-03", "byline")


@given(st.text(alphabet=st.characters(exclude_categories=["Cc", "Cs"], include_characters="\r\n\t"), min_size=1))
def test_every_text_comes_back_as_it_was(text):
    text = "Halden. " + text
    document, problems = from_bytes(text.encode("utf-8"), "a.txt")
    assert document.text == text
    assert problems == []


def test_the_day_given_outweighs_what_the_text_says():
    document, _ = from_bytes(STORY.encode(), "a.txt", doc_date="2026-03-05")
    assert (document.doc_date, document.doc_date_source, document.not_before) == ("2026-03-05", "option", None)


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (codecs.BOM_UTF16_LE + "Price: €90m\n".encode("utf-16-le"), "\ufeffPrice: €90m\n"),
        (codecs.BOM_UTF16_BE + "Price: €90m\n".encode("utf-16-be"), "\ufeffPrice: €90m\n"),
        (codecs.BOM_UTF32_LE + "Price: €90m\n".encode("utf-32-le"), "\ufeffPrice: €90m\n"),
        (codecs.BOM_UTF8 + "Price: €90m\n".encode(), "\ufeffPrice: €90m\n"),
    ],
)
def test_a_byte_order_mark_names_the_encoding(raw, text):
    document, problems = from_bytes(raw, "a.txt")
    assert (document.text, problems) == (text, [])


def test_an_encoding_that_was_guessed_is_reported():
    """0x80 is the euro sign in Windows-1252 and nothing in UTF-8; it stands at byte 7."""
    document, [problem] = from_bytes(b"Price: \x8090 million.\n", "a.txt")
    assert document.text == "Price: €90 million.\n"
    assert problem.where == "a.txt"
    assert "byte 7" in problem.what
    assert "guess" in problem.what


def test_utf8_with_one_damaged_byte_stays_utf8():
    """Ten good letters outside ASCII against one bad byte: the letters decide."""
    document, [problem] = from_bytes(
        "Aumühl, Häfen, Rötz, Bühl, Köln, Zürich, é, è, à, ç ".encode() + b"\xff!", "a.txt"
    )
    assert document.text.endswith("ç \ufffd!")
    assert "1 byte" in problem.what


def test_a_file_cut_short_in_mid_character_keeps_the_rest():
    """The euro sign takes three bytes; the last is gone, so two are left over."""
    document, [problem] = from_bytes("It paid 90 million €".encode()[:-1], "a.txt")
    assert document.text == "It paid 90 million "
    assert "last 2 bytes" in problem.what


def test_a_page_is_told_by_its_content(tmp_path):
    page = "<!DOCTYPE html><html><head><title>T</title></head><body><p>Halden sold its plant for &euro;90m.</p></body>"
    for raw in (
        page,
        "\n\n<!-- saved -->\n" + page,
        '<?xml version="1.0"?>\n' + page,
        "<HTML><body><p>Halden sold its plant for &euro;90m.</p>",
    ):
        document, _ = from_bytes(raw.encode(), "page.txt")
        assert document.text == "Halden sold its plant for €90m."


def test_a_page_declares_its_encoding():
    page = (
        '<html><head><meta charset="iso-8859-15"></head><body><p>Halden sold its plant for \xa490 million.</p></body>'
    )
    document, problems = from_bytes(page.encode("latin-1"), "a.html")
    assert "€90 million" in document.text  # 0xA4 is the euro sign in ISO 8859-15
    assert not [problem for problem in problems if "declared" in problem.what]


def test_an_encoding_that_does_more_than_decode_is_not_obeyed():
    page = '<html><head><meta charset="unicode_escape"></head><body><p>Halden \\u0041 sold its plant.</p></body></html>'
    assert "\\u0041" in from_bytes(page.encode(), "a.html")[0].text


REFUSED = {
    "empty.txt": (b"", "is empty"),
    "blank.txt": (b" \n\t\r\n", "is empty"),
    "mark.txt": (codecs.BOM_UTF8 + b"\n", "holds no text"),
    "bare.html": (b"<html><body><script>x()</script></body></html>", "holds no text"),
    "binary.txt": (bytes(range(256)) * 40, "is not text"),
    "controls.txt": (b"\x01\x02\x03 abc" * 50, "is not text"),
    "wide.txt": ("Halden sold it.".encode("utf-16-le"), "is not text"),
    "report.txt": (b"%PDF-1.7\n...", "damaged"),
    "report.pdf": (b"Halden sold its plant.", "holds something else"),
    "memo.docx": (b"PK\x03\x04....", "office or archive files are not read yet"),
    "memo.doc": (b"\xd0\xcf\x11\xe0....", "old or encrypted office files are not read yet"),
    "photo.txt": (b"\x89PNG\r\n\x1a\n....", "image files are not read yet"),
    "photo.eml": (b"\x89PNG\r\n\x1a\n....", "image files are not read yet"),
    "mail.txt": (b"Received: from x\nSubject: Halden\n\n", "holds no text"),
    "feed.txt": (b'<?xml version="1.0"?><rss version="2.0"></rss>', "feed files are not read yet"),
    "deals.csv": (b"payer,payee\nA,B\n", "table files are not read yet"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_read_is_refused_with_a_remedy(name, tmp_path):
    raw, what = REFUSED[name]
    path = tmp_path / name
    path.write_bytes(raw)
    with pytest.raises(Trouble) as refused:
        load(path)
    assert what in refused.value.problem.what
    assert refused.value.problem.where == str(path)
    assert refused.value.problem.remedy


def test_missing_files_folders_and_files_too_big_are_refused(tmp_path):
    """20,000,001 bytes are one too many; the file is refused by its size, before it is read."""
    big = tmp_path / "big.txt"
    with big.open("wb") as file:
        file.truncate(20_000_001)
    for path, what in ((big, "too big: 20.0 MB"), (tmp_path, "is a folder"), (tmp_path / "no.txt", "no such file")):
        with pytest.raises(Trouble) as refused:
            load(path)
        assert what in refused.value.problem.what
    with pytest.raises(Trouble):
        from_bytes(b"a" * 20_000_001, "big.txt")


def test_names_become_files_in_their_order(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("b.txt", "a.txt", "in/z.txt", "in/deep/c.html", "in/.hidden.txt", "in/.git/d.txt", "in/b.txt"):
        path = Path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x", encoding="utf-8")
    Path("void").mkdir()
    files, problems = expand(["b.txt", "in", "gone.txt", "void", "https://a.example/b", "a.txt", "a\0b", "n" * 5_000])
    assert [file.as_posix() for file in files] == ["b.txt", "in/b.txt", "in/deep/c.html", "in/z.txt", "a.txt"]
    assert [problem.where[:9] for problem in problems] == ["gone.txt", "void", "https://a", "a\0b", "nnnnnnnnn"]
    assert all(problem.remedy for problem in problems)
