"""Mails and pages saved as mails: which part is read, what dates it, what is left out aloud, and hostile ones."""

from __future__ import annotations

import re
from base64 import b64encode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cli.shell import problem, run
from counterflow.model.problem import Trouble
from counterflow.sources import from_bytes

GOOD = "Tern Capital invested $3 billion in Larkspur AI."
HEAD = (
    "From: Jane Doe <jane@wire.example>\nTo: desk@desk.example\nSubject: Re: Larkspur raises money\n"
    "Date: Tue, 03 Mar 2026 23:30:00 -0500\nMessage-ID: <1@wire.example>\nMIME-Version: 1.0\n"
)


def mail(body=GOOD, more="", head=HEAD):
    return f"{head}{more}\n{body}\n".encode()


def parts(*bodies, kind="mixed"):
    return mail(
        "".join(f"--=b\n{body}\n" for body in bodies) + "--=b--", f'Content-Type: multipart/{kind}; boundary="=b"\n'
    )


def plain(text, more=""):
    return f"Content-Type: text/plain; charset=utf-8\n{more}\n{text}"


def html(body):
    return f"Content-Type: text/html; charset=utf-8\n\n<html><body>{body}</body></html>"


def attached(name, kind="application/pdf"):
    return f"Content-Type: {kind}\nContent-Disposition: attachment; filename={name}\n\nx"


def read(raw, name="note.eml"):
    return from_bytes(raw, name)


def test_a_mail_by_hand():
    """Sent at 23:30 on the third of March where the sender is; "Re:" belongs to the thread, not to the title."""
    found, problems = read(mail())
    assert problems == []
    assert found.text.strip() == GOOD
    assert (found.title, found.doc_date, found.doc_date_source) == ("Larkspur raises money", "2026-03-03", "metadata")


def test_a_mail_is_told_by_its_content_or_by_its_ending():
    assert read(mail(), "saved.txt")[0].title == "Larkspur raises money"
    found, _ = read(b"Subject: Larkspur\n\n" + GOOD.encode(), "note.eml")
    assert (found.title, found.text, found.doc_date) == ("Larkspur", GOOD, None)
    pasted, _ = read(b"Subject: Larkspur\n\n" + GOOD.encode(), "note.txt")
    assert pasted.text.startswith("Subject: Larkspur")


def test_the_text_part_is_read_else_the_page():
    both = parts(plain(GOOD), html("<p>The same, with pictures.</p>"), kind="alternative")
    assert read(both)[0].text.strip() == GOOD
    page = parts(html(f"<h1>Larkspur raises money</h1><p>{GOOD}</p><script>x()</script>"), kind="alternative")
    found, _ = read(page)
    assert found.text == f"Larkspur raises money\n\n{GOOD}"
    assert [s.kind for s in found.segments] == ["title", "body"]
    empty = parts(plain("  "), html(f"<p>{GOOD}</p>"), kind="alternative")
    assert read(empty)[0].text == GOOD


def test_parts_of_plain_text_are_read_one_after_the_other():
    found, _ = read(parts(plain(GOOD + "\n"), plain("Halden bought a plant in Graz.")))
    assert found.text.split() == f"{GOOD} Halden bought a plant in Graz.".split()
    assert [run_.part for run_ in found.runs] == [2, 3]


def test_what_is_attached_is_named():
    found, [doubt] = read(parts(plain(GOOD), attached("terms.pdf"), attached("list.xlsx", "application/x-excel")))
    assert found.text.strip() == GOOD
    assert "terms.pdf, list.xlsx" in doubt.what
    assert doubt.remedy
    _, [doubt] = read(parts(plain(GOOD), f"Content-Type: message/rfc822\n\n{HEAD}\nHalden sold it."))
    assert "Re: Larkspur raises money" in doubt.what


def test_pictures_within_the_text_are_no_loss():
    assert read(parts(plain(GOOD), "Content-Type: image/png\nContent-ID: <a@b>\n\nx"))[1] == []


def test_names_of_attachments_are_shown_without_their_control_characters():
    _, [doubt] = read(parts(plain(GOOD), attached("*=utf-8''a%1b%5b31m%0a%e2%80%ae.pdf").replace("=*", "*")))
    assert r"a\x1b[31m\n\u202e.pdf" in doubt.what
    assert doubt.what.isprintable()


HEADER_BLOCKS = [
    "-----Original Message-----\nFrom: Ann Roe\nSent: 2 March 2026 10:00\nTo: Jane\nSubject: Halden owes $9bn\n\n",
    "---------- Forwarded message ---------\nFrom: Ann <a@b.example>\nDate: Mon, Mar 2, 2026\nSubject: $9bn\nTo: x\n\n",
    "> From: Ann Roe\n> Sent: 2 March 2026\n> Subject: Halden owes $9bn\n\n",
    "On Mon, 2 Mar 2026 at 10:00, Ann Roe <ann@roe.example> wrote:\n",
    "On Mon, 2 Mar 2026 at 10:00, Ann Roe <ann.marie.roe@long-domain-name.example>\nwrote:\n",
    "Am 02.03.2026 um 10:00 schrieb Ann Roe:\n",
]


@pytest.mark.parametrize("block", HEADER_BLOCKS)
def test_headers_of_mails_that_are_quoted_are_left_out(block):
    raw = mail(f"{GOOD}\n\n{block}Halden sold its plant.")
    found, problems = read(raw)
    assert found.text.split() == f"{GOOD} Halden sold its plant.".split()
    assert (found.doc_date, problems) == ("2026-03-03", [])
    at = found.text.index("Halden")
    source = raw.decode().partition("\n\n")[2]
    start, end = found.to_source(at, at + 6)
    assert source[start:end] == "Halden"


def test_transfer_encodings_and_charsets():
    text = "Halden zahlt 5 Mrd. € für das Werk in Köln."
    base64 = b64encode(text.encode("cp1252")).decode()
    found, problems = read(
        mail(base64, "Content-Type: text/plain; charset=windows-1252\nContent-Transfer-Encoding: base64\n")
    )
    assert (found.text, problems) == (text, [])
    soft = "Halden zahlt 5 Mrd. =E2=82=AC f=C3=BCr das Werk =\nin K=C3=B6ln."
    found, problems = read(
        mail(soft, "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n")
    )
    assert (found.text.strip(), problems) == (text, [])
    folded = HEAD.replace("Re: Larkspur raises money", "=?utf-8?q?K=C3=B6ln_?= =?utf-8?b?4oKs?=")
    assert read(mail(head=folded))[0].title == "Köln €"


@pytest.mark.parametrize("charset", ["us-ascii", "iso-8859-1", "gbk", "unicode_escape", "nonsense", "utf-16", "\x01'*"])
def test_a_charset_that_lies_is_not_believed(charset):
    text = "Halden zahlt 5 Mrd. € für das Werk in Köln, \\u0041."
    assert read(mail(text, f'Content-Type: text/plain; charset="{charset}"\n'))[0].text.strip() == text


def test_broken_base64_gives_what_can_be_told():
    """144 letters are 192 of base64; without the last seven, 184 are whole groups of four and hold 138."""
    broken = b64encode((GOOD * 3).encode()).decode()[:-7] + "!!"
    found, [doubt] = read(mail(broken, "Content-Type: text/plain\nContent-Transfer-Encoding: base64\n"))
    assert found.text == (GOOD * 3)[:138]
    assert "base64" in doubt.what


TEXT = st.text(st.characters(exclude_categories=["Cc", "Cs"], include_characters="\n"), max_size=60)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(TEXT, st.sampled_from(["", *HEADER_BLOCKS])), min_size=1, max_size=4))
def test_mapped_ranges_hold_the_same_characters(pieces):
    body = "".join(f"Halden.\n{text}\n\n{block}" for text, block in pieces)
    found, _ = read(mail(b64encode(body.encode()).decode(), "Content-Transfer-Encoding: base64\n"))
    for word in re.finditer(r"\S+", found.text):
        a, b = found.to_source(*word.span())
        assert body[a:b] == word[0]


ARCHIVE = (
    "From: <Saved by Blink>\nSnapshot-Content-Location: https://wire.example/a\nSubject: Larkspur\n"
    "Date: Sun, 22 Nov 2026 10:00:00 -0000\nMIME-Version: 1.0\n"
    'Content-Type: multipart/related; type="text/html"; boundary="=b"\n\n'
    "--=b\nContent-Type: text/html\nContent-Transfer-Encoding: quoted-printable\n\n"
    f"<html><head><title=\n>Larkspur raises money</title></head><body><p>{GOOD}</p></body></html>\n"
    "--=b\nContent-Type: text/css\n\np {}\n--=b\nContent-Type: image/png\n\nx\n--=b--\n"
)


@pytest.mark.parametrize("name", ["page.mhtml", "page.mht", "page.eml", "page"])
def test_a_saved_page_is_read_as_a_page_and_not_dated_by_its_saving(name):
    found, problems = read(ARCHIVE.encode(), name)
    assert (found.text, found.title, found.doc_date, problems) == (GOOD, "Larkspur raises money", None, [])


def refused(raw):
    with pytest.raises(Trouble) as trouble:
        read(raw)
    assert trouble.value.problem.where == "note.eml"
    assert trouble.value.problem.remedy
    assert trouble.value.problem.what.isprintable()
    return trouble.value.problem.what


def nested(depth, inner=GOOD):
    layers = "".join(f"--b{k}\nContent-Type: multipart/mixed; boundary=b{k + 1}\n\n" for k in range(depth))
    return mail(f"{layers}--b{depth}\n\n{inner}", "Content-Type: multipart/mixed; boundary=b0\n")


def test_what_holds_no_text_is_refused():
    assert "terms.pdf" in refused(parts(attached("terms.pdf")))
    assert "no text" in refused(HEAD.encode())
    assert "empty" in refused(b"")
    assert "no text" in refused(mail("x" * 0))


HOPELESS = {
    "nested a thousand deep": nested(1_000),
    "mails in mails in mails": mail("", "Content-Type: message/rfc822\n\n" * 1_000),
    "ten million lines": mail("\n" * 10_000_000),
    "a header of ten million lines": mail("", "X: y\n" * 2_000_000),
    "noughts": mail("\0" * 1_000),
}


@pytest.mark.parametrize("kind", HOPELESS)
def test_what_cannot_be_read_is_one_problem(kind):
    assert refused(HOPELESS[kind])


BOMBS = {
    "nested twenty deep": nested(20),
    "a hundred thousand parts": parts(plain(GOOD), *["\nx"] * 100_000),
    "a hundred thousand attachments": parts(plain(GOOD), *[attached("a")] * 100_000),
    "two million lines": mail(GOOD + "\nx" * 2_000_000),
    "a header of ten megabytes": mail(more="X-A: " + "a" * 10_000_000 + "\n"),
    "a subject of words in words": mail(more="Subject: " + "=?utf-8?q?a?= " * 200_000 + "\n"),
    "brackets in brackets": mail(more="Reply-To: " + "(" * 100_000 + "\nX-Date: " + "(" * 100_000 + "\n"),
    "a date of brackets": mail(head=HEAD.replace("Date: ", "Date: " + "(" * 3_000)),
    "a line of blanks": mail(GOOD + " " * 1_000_000),
    "quotes in quotes": mail(GOOD + "\n" + ">" * 1_000_000 + "\n" + "> " * 500_000),
    "headers without end": mail(GOOD + "\n" + "> From: a\n" * 100_000),
    "dashes": mail(GOOD + "\n" + "-" * 1_000_000),
}


@pytest.mark.parametrize("kind", BOMBS)
def test_a_bomb_does_no_harm(kind):
    found, problems = read(BOMBS[kind])
    assert GOOD in found.text
    assert len(found.text) < 2_000_000
    assert len(problems) <= 2
    assert all(p.remedy and p.what.isprintable() for p in problems)


@settings(max_examples=50, deadline=None)
@given(st.binary(max_size=300))
def test_no_bytes_stop_the_reader(noise):
    raw = HEAD.encode() + noise
    try:
        found, _ = read(raw)
    except Trouble:
        return
    assert found.text


def test_the_command_reads_a_mail_and_says_what_was_left_out(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "note.eml").write_bytes(parts(plain(GOOD), attached("terms.pdf")))
    found = run("read", "note.eml", "--json", "--no-store", code=1)
    assert "terms.pdf" in problem(found, "note.eml")
    (read_,) = found.json["documents"]
    assert (read_["doc_date"], read_["title"]) == ("2026-03-03", "Larkspur raises money")
    assert read_["claims"]
