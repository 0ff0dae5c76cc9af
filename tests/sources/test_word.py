"""Word files: headings, lists and tables as they read, what Word does not show, and zips and XML made to swell."""

from __future__ import annotations

import io
import random
import struct
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cli.shell import problem, run
from counterflow.model.problem import Trouble
from counterflow.sources import from_bytes

GOOD = "Tern Capital invested $3 billion in Larkspur AI."
MAIN = "word/document.xml"
SPACES = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:mc="urn:mc" xmlns:wps="urn:wps"'


def zipped(entries, packing=zipfile.ZIP_DEFLATED):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", packing) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return file.getvalue()


def docx(body, packing=zipfile.ZIP_DEFLATED, **more):
    entries = {MAIN: f"<w:document {SPACES}><w:body>{body}</w:body></w:document>"}
    return zipped(entries | {name.replace("__", "/") + ".xml": content for name, content in more.items()}, packing)


def p(text, properties="", run_properties=""):
    return f"<w:p><w:pPr>{properties}</w:pPr><w:r><w:rPr>{run_properties}</w:rPr><w:t>{text}</w:t></w:r></w:p>"


def style(name):
    return f'<w:pStyle w:val="{name}"/>'


def table(*rows):
    cells = ("".join(f"<w:tc>{cell}</w:tc>" for cell in row) for row in rows)
    return "<w:tbl>" + "".join(f"<w:tr>{row}</w:tr>" for row in cells) + "</w:tbl>"


STYLES = (
    f"<w:styles {SPACES}>"
    '<w:style w:styleId="Titel"><w:name w:val="Title"/></w:style>'
    '<w:style w:styleId="berschrift2"><w:name w:val="heading 2"/></w:style>'
    '<w:style w:styleId="Kopf"><w:name w:val="House head"/><w:pPr><w:outlineLvl w:val="1"/></w:pPr></w:style>'
    '<w:style w:styleId="Listenabsatz"><w:name w:val="List Paragraph"/></w:style></w:styles>'
)
CORE = (
    '<cp:coreProperties xmlns:cp="urn:cp" xmlns:dc="urn:dc" xmlns:t="urn:t"><dc:title>Larkspur raises money</dc:title>'
    "<t:created>2013-12-23T23:15:00Z</t:created></cp:coreProperties>"
)


def read(raw, name="note.docx"):
    return from_bytes(raw, name)


def test_a_note_by_hand():
    """Styles have names of their own in each language; what they are for is said in styles.xml."""
    body = (
        p("Larkspur raises money", style("Titel"))
        + p("By Jane Doe, 3 March 2026")
        + p(GOOD)
        + p("What it buys", style("berschrift2"))
        + p("Racks", style("Listenabsatz"))
        + p("Power", '<w:numPr><w:numId w:val="3"/></w:numPr>')
        + p("Where it stands", style("Kopf"))
        + table((p("Year"), p("Capex")), (p("2025"), p("410")))
        + p("Larkspur said no more than that about its plans for the year.")
    )
    found, problems = read(docx(body, word__styles=STYLES, docProps__core=CORE))
    assert problems == []
    assert found.text == (
        f"Larkspur raises money\n\nBy Jane Doe, 3 March 2026\n\n{GOOD}\n\nWhat it buys\n\nRacks\nPower\n\n"
        "Where it stands\n\nYear\tCapex\n2025\t410\n\nLarkspur said no more than that about its plans for the year."
    )
    kinds = {found.text[s.start : s.end].strip(): s.kind for s in found.segments}
    assert kinds["Larkspur raises money"] == "title"
    assert kinds["What it buys"] == kinds["Where it stands"] == "heading"
    assert (found.title, found.doc_date, found.doc_date_source) == ("Larkspur raises money", "2026-03-03", "byline")


def test_the_day_on_which_a_file_was_made_dates_nothing():
    assert read(docx(p(GOOD), docProps__core=CORE))[0].doc_date is None


def test_what_word_does_not_show_is_not_read():
    body = (
        p(GOOD)
        + "<w:p><w:del><w:r><w:delText>Halden paid $9 billion.</w:delText></w:r></w:del>"
        + "<w:ins><w:r><w:t>It paid</w:t></w:r></w:ins><w:r><w:instrText>PAGE $8</w:instrText></w:r>"
        + "<w:r><w:rPr><w:vanish/></w:rPr><w:t> $7 billion</w:t></w:r>"
        + '<w:r><w:rPr><w:vanish w:val="0"/></w:rPr><w:t> in cash.</w:t></w:r></w:p>'
        + "<w:moveFrom><w:p><w:r><w:t>Moved away.</w:t></w:r></w:p></w:moveFrom>"
    )
    assert read(docx(body))[0].text == f"{GOOD}\n\nIt paid in cash."


def test_a_text_box_is_read_once():
    box = f"<w:txbxContent>{p('Halden sold it.')}</w:txbxContent>"
    body = (
        "<w:p><w:r><mc:AlternateContent><mc:Choice>" + box + "</mc:Choice><mc:Fallback>" + box + "</mc:Fallback>"
        f"</mc:AlternateContent></w:r><w:r><w:t>{GOOD}</w:t></w:r></w:p>"
    )
    assert read(docx(body))[0].text == f"Halden sold it.\n\n{GOOD}"


def test_marks_within_a_paragraph():
    body = "<w:t>Halden</w:t><w:tab/><w:t>sold</w:t><w:br/><w:t>its ready</w:t><w:noBreakHyphen/><w:t>made plant.</w:t>"
    assert read(docx(f"<w:p><w:r>{body}</w:r></w:p>"))[0].text == "Halden\tsold\nits ready-made plant."


def test_a_table_that_lays_out_the_page_gives_its_paragraphs():
    prose = [p(f"{k} {GOOD} It said so at length, and more than once.") for k in range(6)]
    text = read(docx(table(("".join(prose[:3]), "".join(prose[3:])))))[0].text
    assert text.count("\n\n") == 5
    assert "\t" not in text


def test_a_table_within_a_cell_goes_into_its_row():
    inner = table((p("a"), p("b")))
    assert read(docx(p(GOOD) + table((p("Year"), inner))))[0].text.endswith("\n\nYear\ta b")


def test_notes_are_read_after_the_text():
    notes = f"<w:footnotes {SPACES}><w:footnote>{p('Of which half in cash.')}</w:footnote></w:footnotes>"
    assert read(docx(p(GOOD), word__footnotes=notes))[0].text == f"{GOOD}\n\nOf which half in cash."


@settings(max_examples=40, deadline=None)
@given(st.lists(st.text(st.sampled_from("abc $5<&>\"'é中😀"), min_size=1).filter(str.strip), min_size=1, max_size=5))
def test_every_character_of_a_paragraph_is_kept(texts):
    """A Word file is its own source: there are no runs, and each place of the text maps to itself."""
    escaped = (t.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;") for t in texts)
    found, _ = read(docx("".join(map(p, escaped))))
    assert found.text == "\n\n".join(text.strip() for text in texts)
    assert found.runs == ()


def test_the_kind_is_told_by_content():
    assert read(docx(p(GOOD)), "note.txt")[0].text == GOOD
    assert read(GOOD.encode(), "note.txt")[0].text == GOOD


def refused(raw, name="note.docx"):
    with pytest.raises(Trouble) as trouble:
        read(raw, name)
    assert trouble.value.problem.where == name
    assert trouble.value.problem.remedy
    return trouble.value.problem.what


def lying(size):
    """A file whose entry says that it unpacks to `size` bytes."""
    raw = docx(p(GOOD) * 2_000)
    at = raw.index(b"PK\x01\x02") + 24
    said = struct.pack("<I", size)
    return raw[:22] + said + raw[26:at] + said + raw[at + 4 :]


def locked():
    raw = bytearray(docx(p(GOOD)))
    raw[6] |= 1
    raw[raw.index(b"PK\x01\x02") + 8] |= 1
    return bytes(raw)


def declaring(entities, use):
    return zipped({MAIN: f"<!DOCTYPE w [{entities}]><w:document {SPACES}>{p(GOOD)}{p(use)}</w:document>"})


LAUGHS = '<!ENTITY a "ha">' + "".join(
    f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True)
)
HOPELESS = {
    "no zip": (b"PK\x03\x04" + b"word/document" * 20, "damaged"),
    "cut short": (docx(p(GOOD) * 100)[:-40], "damaged"),
    "cut in half": (docx(p(GOOD) * 100)[:150], "damaged"),
    "no XML": (zipped({MAIN: "Halden"}), "damaged"),
    "no main part": (zipped({"word/documents.xml": "<a/>"}), "main part"),
    "no text": (docx(""), "no text"),
    "a size that is too small": (lying(500), "damaged"),
    "encrypted": (locked(), "encrypted"),
    "encrypted as a whole": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "encrypted"),
    "another kind of file": (b"Halden sold its plant.", "something else"),
    "a workbook": (zipped({"xl/workbook.xml": "<a/>"}), "not read yet"),
    "blanks": (docx(p(GOOD) + " " * 100_000_000), "unpacks to more than"),
    "packed otherwise": (docx(p(GOOD) + " " * 100_000_000, zipfile.ZIP_LZMA), "packed in a way"),
    "a hundred thousand entries": (zipped({MAIN: p(GOOD)} | {f"x{k}": "" for k in range(20_000)}), "more than 5,000"),
    "a billion laughs": (declaring(LAUGHS, "&i;"), "document type"),
    "quadratic blow-up": (declaring(f'<!ENTITY a "{"a" * 100_000}">', "&a;" * 10_000), "document type"),
    "an entity from outside": (declaring('<!ENTITY a SYSTEM "file:///etc/hostname">', "&a;"), "document type"),
    "laughs in another encoding": (
        zipped({MAIN: f'<?xml version="1.0" encoding="utf-16"?><!DOCTYPE w [{LAUGHS}]><w>&i;</w>'.encode("utf-16")}),
        "document type",
    ),
    "elements in elements": (docx(p(GOOD) + "<w:p>" * 500_000), "nest more than"),
}


@pytest.mark.parametrize("kind", HOPELESS)
def test_what_cannot_be_read_is_one_problem(kind):
    raw, what = HOPELESS[kind]
    assert what in refused(raw)


NOISE = "".join(random.Random(1).choices("abcdefghijklmnopqrstuvwxyz0123456789", k=3_000_000))
BOMBS = {
    "a size that is too big": lying(2**31),
    "a broken end": zipped({MAIN: f"<w:document {SPACES}>{p(GOOD)}{p('Halden')}<w:p>"}),
    "a paragraph of fifty megabytes": docx(p(GOOD) + p("a" * 40_000_000)),
    "an attribute of three megabytes": docx(p(GOOD) + f'<w:p w:a="{NOISE}"/>'),
    "a row of a hundred thousand cells": docx(p(GOOD) + table([p("x")] * 100_000)),
    "tables in tables": docx(p(GOOD) + "<w:tbl><w:tr><w:tc>" * 100 + p("x") + "</w:tc></w:tr></w:tbl>" * 100),
    "a million elements": docx(p(GOOD) + "".join(f'<w:r w:id="{k}"/>' for k in range(1_000_001))),
}


@pytest.mark.parametrize("kind", BOMBS)
def test_a_bomb_does_no_harm(kind):
    found, problems = read(BOMBS[kind])
    assert found.text.startswith(GOOD)
    assert len(found.text) < 2_000_000
    assert len(problems) <= 1
    said = {
        "a broken end": "damage",
        "a paragraph of fifty megabytes": "only its first",
        "a million elements": "only its",
    }
    assert (kind in said) == bool(problems)
    assert all(said[kind] in found_.what for found_ in problems)


def test_the_command_reads_a_word_file_and_goes_on_after_a_bad_one(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "good.docx").write_bytes(docx(p(GOOD)))
    (tmp_path / "bad.docx").write_bytes(HOPELESS["a billion laughs"][0])
    found = run("read", "bad.docx", "good.docx", "--json", "--no-store", code=1)
    assert "document type" in problem(found, "bad.docx")
    (read_,) = found.json["documents"]
    assert (read_["doc_id"], read_["text"]) == ("good.docx", GOOD)
    assert read_["claims"]
