"""PDFs: lines put together to paragraphs, every character traced to its page, and what a hostile file comes to.

The files are written by hand, a few operators each: `Tf` sets type and size, `Tm` the place, `Tj` shows letters.
"""

from __future__ import annotations

import io
import re
import unicodedata
import zlib

import pypdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cli.shell import problem, run
from counterflow.model.problem import Trouble
from counterflow.sources import from_bytes
from counterflow.sources.formats import pdf

FONTS = b"/Font<</F1 3 0 R/F2 4 0 R>>"
GOOD = "Tern Capital invested $3 billion in Larkspur AI."


def made(*objects, trailer=b""):
    """A PDF of objects numbered from 1, of which the first is its catalogue."""
    out, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    head = b"xref\n0 %d\n0000000000 65535 f \n" % size + table
    return out + head + b"trailer\n<</Size %d/Root 1 0 R%s>>\nstartxref\n%d\n%%%%EOF\n" % (size, trailer, len(out))


def stream(data, extra=b""):
    return b"<<%s/Length %d>>\nstream\n" % (extra, len(data)) + data + b"\nendstream"


def packed(data, times=1):
    for _ in range(times):
        data = zlib.compress(data, 9)
    return stream(data, b"/Filter[" + b"/FlateDecode" * times + b"]")


def document(*contents, more=(), trailer=b"", extra=b""):
    """A PDF with a page for each content stream; `more` are the objects after the two fonts, from number 5."""
    first = 5 + len(more)
    kids = b" ".join(b"%d 0 R" % (first + 2 * k) for k in range(len(contents)))
    pages = b"<</Type/Pages/MediaBox[0 0 612 792]/Kids[%s]/Count %d>>" % (kids, len(contents))
    fonts = [
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica%s/Encoding/WinAnsiEncoding>>" % bold for bold in (b"", b"-Bold")
    ]
    page = b"<</Type/Page/Parent 2 0 R/Resources<<%s%s>>/Contents %d 0 R>>"
    objects = [b"<</Type/Catalog/Pages 2 0 R>>", pages, *fonts, *more]
    for number, content in enumerate(contents):
        objects += [page % (FONTS, extra, first + 2 * number + 1), content]
    return made(*objects, trailer=trailer)


def line(text, y, x=72, size=10, font=1):
    letters = text.encode("cp1252").replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")
    return b"BT /F%d %d Tf 1 0 0 1 %d %d Tm (%s) Tj ET\n" % (font, size, x, y, letters)


def page(*lines, top=700, step=12, **where):
    """A page of lines, one below the other; None leaves a line out."""
    return stream(b"".join(line(t, top - step * k, **where) for k, t in enumerate(lines) if t))


def read(raw):
    document, problems = from_bytes(raw, "note.pdf")
    return document, problems


def test_a_page_is_read_by_hand():
    """Five lines of prose 12 points apart are one paragraph; 24 points are the end of it; big type is a heading."""
    raw = document(
        stream(
            line("Halden sells its plant to Quillmere", 740, size=18)
            + line("3 March 2026", 715)
            + line("Halden has sold its plant in Graz to Quillmere for €90 mil-", 690)
            + line("lion, the two companies said. Both called the price fair, and", 678)
            + line("neither would say when the money is to be paid.", 666)
            + line("What it buys", 636, size=14)
            + line("Quillmere pays for it over five years, in equal parts of the sum", 612)
            + line("that was agreed.", 600)
        ),
        more=[b"<</Title(Halden sells its plant to Quillmere)/CreationDate(D:20260401)>>"],
        trailer=b"/Info 5 0 R",
    )
    document_, problems = read(raw)
    assert problems == []
    assert document_.text.split("\n\n") == [
        "Halden sells its plant to Quillmere",
        "3 March 2026",
        (
            "Halden has sold its plant in Graz to Quillmere for €90 million, the two companies said. "
            "Both called the price fair, and neither would say when the money is to be paid."
        ),
        "What it buys",
        "Quillmere pays for it over five years, in equal parts of the sum that was agreed.",
    ]
    assert [s.kind for s in document_.segments] == ["title", "byline", "body", "heading", "body"]
    assert document_.title == "Halden sells its plant to Quillmere"
    assert (document_.doc_date, document_.doc_date_source) == ("2026-03-03", "byline")


def test_the_day_on_which_a_file_was_made_dates_nothing():
    raw = document(page(GOOD), more=[b"<</CreationDate(D:20260401)/ModDate(D:20260402)>>"], trailer=b"/Info 5 0 R")
    assert read(raw)[0].doc_date is None


def test_a_day_of_publication_in_its_metadata_counts():
    said = b"<rdf:RDF><prism:publicationDate>2026-03-03</prism:publicationDate></rdf:RDF>"
    raw = made(
        b"<</Type/Catalog/Pages 2 0 R/Metadata 5 0 R/Lang(en-GB)>>",
        b"<</Type/Pages/Kids[6 0 R]/Count 1>>",
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        b"null",
        stream(said, b"/Type/Metadata"),
        b"<</Type/Page/Parent 2 0 R/Resources<</Font<</F1 3 0 R>>>>/Contents 7 0 R>>",
        page(GOOD),
    )
    found, _ = read(raw)
    assert (found.doc_date, found.doc_date_source, found.lang) == ("2026-03-03", "metadata", "en-GB")


def test_heads_and_numbers_of_pages_are_left_out_and_paragraphs_cross_pages():
    """The head stands at 760 and the number at 40 on each of three pages; page 1 ends in the middle of a sentence."""
    pages = [
        stream(
            line("Northgate Research", 760, size=8)
            + line(f"This is the first line of page {number}, long enough to be a whole one, and it", 700)
            + line(f"goes on to the end of page {number}, where it breaks off in the middle of", 688)
            + line(f"Page {number} of 3", 40, x=300, size=8)
        )
        for number in (1, 2, 3)
    ]
    text = read(document(*pages))[0].text
    assert "Northgate" not in text
    assert "of 3" not in text
    assert "\n" not in text
    assert "in the middle of This is the first line of page 2" in text


def test_what_a_browser_prints_around_a_page_is_left_out():
    """The day on which a page was printed must not date it."""
    top = line("11/22/26, 8:57 PM", 770, x=24, size=8) + line("Halden sells", 770, x=270, size=8)
    foot = line("https://wire.example/halden", 20, x=24, size=8) + line("1/1", 20, x=570, size=8)
    found, _ = read(document(stream(top + line(GOOD, 700) + foot)))
    assert (found.text, found.doc_date) == (GOOD, None)


def test_a_file_all_of_whose_lines_repeat_keeps_them():
    assert read(document(page(GOOD), page(GOOD), page(GOOD)))[0].text.count(GOOD) >= 1


def test_hyphens_at_line_ends():
    """A word broken for its length loses its hyphen; one that has it of its own keeps it: "five-year", "mid-May"."""
    lines = [
        "Halden signed a contract with Quillmere that runs for a five-",
        "year term, which the management of the company called a mile-",
        "stone; it had been under way for a long time, the two said, mid-",
        "May being the day. A ready-made plant is what it sells, a ready-",
        "made plant at a fixed price.",
    ]
    text = read(document(page(*lines)))[0].text
    assert "a five-year term" in text
    assert "a milestone; it" in text
    assert text.count("ready-made") == 2


def test_columns_are_read_one_after_the_other():
    """Drawn row by row, left and right: the left column ends before the right one begins."""
    left = [
        "Halden has sold its plant in Graz to",
        "Quillmere, which pays ninety million",
        "euros for it over the next years.",
    ]
    right = [
        "Larkspur bought nothing at all in the",
        "same year, though it had said that it",
        "would buy a plant of its own as well.",
    ]
    content = b"".join(
        line(a, 700 - 12 * k, x=60) + line(b, 700 - 12 * k, x=330)
        for k, (a, b) in enumerate(zip(left, right, strict=True))
    )
    assert read(document(stream(content)))[0].text == " ".join(left) + "\n\n" + " ".join(right)


def test_a_page_drawn_from_the_bottom_is_read_from_the_top():
    lines = [
        "Halden has sold its plant in Graz to Quillmere, which is to pay",
        "ninety million euros for it, and it",
        "was paid.",
    ]
    content = b"".join(line(text, 700 - 12 * k) for k, text in reversed(list(enumerate(lines))))
    assert read(document(stream(content)))[0].text == " ".join(lines)


def test_rows_of_a_table_have_their_cells_apart_by_tabs():
    rows = [("Year", "Capex", "Cash"), ("2025", "410", "77"), ("2026", "1,250", "9")]
    content = line("Halden spends more than it earns, as the table shows, in both years.", 700)
    for k, row in enumerate(rows):
        content += b"".join(line(cell, 670 - 12 * k, x=72 + 100 * place) for place, cell in enumerate(row))
    text = read(document(stream(content)))[0].text
    assert text.endswith("Year\tCapex\tCash\n2025\t410\t77\n2026\t1,250\t9")


def test_a_bold_line_is_a_heading_and_a_list_keeps_its_items():
    content = line("What it buys", 700, font=2) + b"".join(
        line(text, 680 - 12 * k)
        for k, text in enumerate(
            [
                "Halden pays for three things, of which the first is the largest one:",
                "• a plant in Graz",
                "• the tools for it",
            ]
        )
    )
    found, _ = read(document(stream(content)))
    assert found.text.endswith("largest one:\n\n• a plant in Graz\n• the tools for it")
    assert found.segments[0].kind in {"heading", "title"}


def test_letters_in_a_form_are_read_where_the_form_stands():
    form = stream(line(GOOD, 10, x=0), b"/Type/XObject/Subtype/Form/BBox[0 0 600 20]/Resources<<%s>>" % FONTS)
    content = (
        line("Halden sells", 700, size=18) + b"q 1 0 0 1 72 600 cm /X1 Do Q\n" + line("It said no more than that.", 500)
    )
    found, _ = read(document(stream(content), more=[form], extra=b"/XObject<</X1 5 0 R>>"))
    assert found.text == f"Halden sells\n\n{GOOD}\n\nIt said no more than that."


WORDS = st.lists(st.text("abcdeXYZ159$.,€é-", min_size=1, max_size=12), min_size=1, max_size=12)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.lists(WORDS, min_size=1, max_size=5), min_size=1, max_size=3))
def test_mapped_ranges_hold_the_same_characters(pages):
    """The source is the text that pypdf extracts, page by page; a range of it reads the same but for white space."""
    raw = document(*(page(*(" ".join(words) for words in lines)) for lines in pages))
    source = "\f".join(p.extract_text() for p in pypdf.PdfReader(io.BytesIO(raw)).pages)
    found, _ = read(raw)
    for word in re.finditer(r"\S+", found.text):
        for start, end in (word.span(), (word.start(), word.start() + 1)):
            a, b = found.to_source(start, end)
            assert bare(source[a:b]).replace("-", "") == bare(found.text[start:end]).replace("-", "")
    for run_ in found.runs:
        assert run_.part == source[: run_.source_start].count("\f") + 1


def bare(text):
    return "".join(unicodedata.normalize("NFKC", text).split())


def test_ligatures_are_spelt_out_and_lead_back_to_themselves():
    """The letter "ﬁ" is code 1 of this font: "con\\1rmed" reads "confirmed", and both its letters map to it."""
    cmap = b"1 begincodespacerange <00> <ff> endcodespacerange 1 beginbfchar <01> <FB01> endbfchar "
    cmap += b"1 beginbfrange <20> <7e> <0020> endbfrange"
    font = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/ToUnicode 6 0 R>>"
    content = stream(b"BT /F9 10 Tf 1 0 0 1 72 700 Tm (Halden con\\001rmed it.) Tj ET")
    raw = document(content, more=[font, stream(cmap)]).replace(b"/F2 4 0 R", b"/F9 5 0 R")
    found, _ = read(raw)
    assert found.text == "Halden confirmed it."
    assert found.to_source(10, 12) == (10, 11)
    assert found.to_source(12, 13) == (11, 12)


def test_a_document_with_pages_goes_through_json():
    found, _ = read(document(page(GOOD), page("Quillmere bought nothing from anyone in that year.")))
    again = type(found).from_json(found.to_json(), found.text)
    assert again == found
    assert {r.part for r in again.runs} == {1, 2}


def refused(raw):
    with pytest.raises(Trouble) as trouble:
        from_bytes(raw, "note.pdf")
    assert trouble.value.problem.where == "note.pdf"
    assert trouble.value.problem.remedy
    return trouble.value.problem.what


def test_pictures_of_pages_hold_no_text():
    picture = stream(
        b"\0" * 300, b"/Type/XObject/Subtype/Image/Width 10/Height 10/BitsPerComponent 8/ColorSpace/DeviceRGB"
    )
    show = stream(b"q 600 0 0 700 0 0 cm /X1 Do Q")
    assert "pictures" in refused(document(show, more=[picture], extra=b"/XObject<</X1 5 0 R>>"))
    found, [doubt] = read(document(page(GOOD), show, more=[picture], extra=b"/XObject<</X1 5 0 R>>"))
    assert found.text == GOOD
    assert "page 2" in doubt.what
    assert "OCR" in doubt.remedy


def test_an_encrypted_file_is_refused_and_one_without_password_is_read():
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(document(page(GOOD))))
    writer.encrypt("secret", algorithm="RC4-128")
    locked = io.BytesIO()
    writer.write(locked)
    assert "encrypted" in refused(locked.getvalue())
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(document(page(GOOD))))
    writer.encrypt("", "owner", algorithm="RC4-128")
    unlocked = io.BytesIO()
    writer.write(unlocked)
    assert read(unlocked.getvalue())[0].text == GOOD


def test_a_file_that_lies_about_a_length_is_read():
    raw = document(page(GOOD))
    for lie in (b"99999999", b"3"):
        assert read(re.sub(rb"/Length \d+", b"/Length " + lie, raw))[0].text == GOOD


def tree(*kids):
    return made(b"<</Type/Catalog/Pages 2 0 R>>", *(b"<</Type/Pages/Count 1/Kids[%s]>>" % kid for kid in kids))


SHOWN = line(GOOD, 700)
HOPELESS = {
    "no PDF at all": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj",
    "cut in the middle": document(page(GOOD))[:400],
    "cut at the end": document(page(GOOD))[:-60],
    "noise": b"%PDF-1.4\n" + bytes(range(128, 256)) * 4_000,
    "a page tree that bites its tail": tree(b"3 0 R", b"2 0 R"),
    "a page tree ten thousand deep": tree(*(b"%d 0 R" % (k + 3) for k in range(10_000))),
    "arrays ten thousand deep": document(stream(b"[" * 10_000 + SHOWN)),
    "dictionaries ten thousand deep": document(stream(b"<<" * 10_000 + SHOWN)),
    "a page of a million operators": document(packed(SHOWN + b"0 0 m 1 1 l S\n" * 1_000_000)),
    "a page of sixteen million blanks": document(packed(b" " * 17_000_000 + SHOWN)),
    "a string without end": document(stream(b"BT (" + b"(" * 500_000)),
}


@pytest.mark.parametrize("kind", HOPELESS)
def test_what_cannot_be_read_is_one_problem(kind):
    assert refused(HOPELESS[kind])


def forms(number):
    """Each form draws the next one twice: 2 to the power of `number` drawings."""
    head = b"/Type/XObject/Subtype/Form/Resources<</XObject<</X1 %d 0 R>>%s>>"
    return [stream(b"/X1 Do /X1 Do", head % (6 + k, FONTS)) for k in range(number)] + [stream(b"", head % (5, FONTS))]


BOMBS = {
    "three gigabytes in three wrappings": document(packed(b"\0" * 30_000_000, 3), page(GOOD)),
    "a page that unpacks to seventeen megabytes": document(packed(b" " * 17_000_000), page(GOOD)),
    "forms that draw each other": document(stream(SHOWN + b"/X1 Do"), more=forms(40), extra=b"/XObject<</X1 5 0 R>>"),
    "two thousand pages": document(*[page(GOOD)] * 2_000),
    "a table of contents that leads back": document(page(GOOD)).replace(b"trailer\n<<", b"trailer\n<</Prev 9"),
}


@pytest.mark.parametrize("kind", BOMBS)
def test_a_bomb_does_no_harm_and_what_is_left_out_is_said(kind):
    found, problems = read(BOMBS[kind])
    assert GOOD in found.text
    assert len(found.text) < 200_000
    assert len(problems) <= 1
    assert problems or kind in {"forms that draw each other", "a table of contents that leads back"}


def test_a_file_that_takes_too_long_is_given_up(monkeypatch):
    """A page that names its font five hundred times has pypdf read it anew each time, four million widths in all."""
    fonts = b"".join(b"/G%d 5 0 R" % k for k in range(2_000))
    wide = b"<</Type/Font/Subtype/Type0/BaseFont/X/Encoding/Identity-H/DescendantFonts[<</W 6 0 R>>]>>"
    slow = document(*[page(GOOD)] * 40, more=[wide, b"[%s]" % (b"0 [500 600] " * 30_000)])
    slow = slow.replace(b"/F2 4 0 R", b"/F2 4 0 R" + fonts)
    monkeypatch.setattr(pdf, "_PATIENCE", 0.5)
    assert "too long" in refused(slow)


def test_pages_read_before_time_is_up_are_kept(monkeypatch):
    told = b'{"pages": 2, "title": null, "lang": null, "published": null}\n'
    told += b'{"shown": [["Halden sold it.", 72, 700, 10, false]], "whole": true, "drawn": false}\n{"shown": [["cut'

    def late(*_, **__):
        raise pdf.subprocess.TimeoutExpired("pypdf", 7, told)

    monkeypatch.setattr(pdf.subprocess, "run", late)
    found, [doubt] = read(document(page(GOOD)))
    assert found.text == "Halden sold it."
    assert "first 1 of its 2 pages" in doubt.what


def test_where_no_process_can_be_started_the_file_is_read_in_this_one(monkeypatch):
    def none(*_, **__):
        raise OSError

    monkeypatch.setattr(pdf.subprocess, "run", none)
    assert read(document(page(GOOD)))[0].text == GOOD


def test_the_command_reads_a_pdf_and_goes_on_after_a_bad_one(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "good.pdf").write_bytes(document(page(GOOD)))
    (tmp_path / "named.txt").write_bytes(document(page(GOOD)))
    (tmp_path / "bad.pdf").write_bytes(HOPELESS["noise"])
    found = run("read", "bad.pdf", "good.pdf", "named.txt", "--json", "--no-store", code=1)
    assert "damaged" in problem(found, "bad.pdf")
    assert [d["doc_id"] for d in found.json["documents"]] == ["good.pdf", "named.txt"]
    for read_ in found.json["documents"]:
        assert read_["text"] == GOOD
        assert read_["claims"]


def test_nothing_is_imported_from_the_current_folder(tmp_path, monkeypatch):
    """A file called json.py beside a PDF must not run."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "json.py").write_text("raise SystemExit('run')", encoding="utf-8")
    assert read(document(page(GOOD)))[0].text == GOOD
