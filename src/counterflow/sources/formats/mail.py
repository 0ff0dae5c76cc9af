"""A mail (.eml), or a web page saved as one (.mhtml), to text: its text part, else its HTML part.

The parser of the standard library takes time over many parts, deep nesting and long headers; what it is given is cut
down first, and what that loses is said.
"""

from __future__ import annotations

import re
from base64 import b64decode
from email import message_from_bytes
from email.message import EmailMessage, MIMEPart
from email.policy import EmailPolicy
from typing import Final, NamedTuple

from counterflow.model.problem import Trouble
from counterflow.model.source import Run
from counterflow.sources.formats.clean import Clean, clean
from counterflow.sources.formats.decode import decode, recoded, shown

_MOST_LINES: Final = 300_000  # those of a mail with attachments of 20 MB
_MOST_MARKS: Final = 2_000  # lines that may part one part from the next
_MOST_NESTS: Final = 60  # boundaries that are declared
_LONGEST_HEADER: Final = 4_000
_MOST_LETTERS: Final = 1_500_000
_MOST_NAMED: Final = 8  # attachments
_MARK: Final = re.compile(rb"^--", re.MULTILINE)
_LINE: Final = re.compile(rb"\n|\r(?!\n)")
_NEST: Final = re.compile(rb"boundary[*\d]*=|^content-type:\s*message/", re.IGNORECASE | re.MULTILINE)
_NOT_BASE64: Final = re.compile(r"[^A-Za-z0-9+/]+")
_REPLY: Final = re.compile(r"(?:(?:re|fwd?|aw|wg|sv|tr|antw)(?:\[\d+\])?\s*:\s*)+", re.IGNORECASE)
_QUOTE: Final = r"[ \t]{0,20}(?:>[ \t]?){0,20}"
_FIELD: Final = (
    r"(?:from|sent|to|cc|bcc|date|subject|reply-to|von|gesendet|an|datum|betreff|de|envoyé|à|objet|importance)"
)
_QUOTED_HEAD: Final = re.compile(  # what stands above a mail that is answered or passed on
    rf"^(?:{_QUOTE}(?:-{{2,}} ?[^\n-]{{4,60}} ?-{{2,}}|_{{10,}})[ \t]*\r?\n(?:{_QUOTE}\r?\n){{0,2}})?"
    rf"(?:{_QUOTE}\*?{_FIELD}\*?[ \t]?:[^\n]*\r?\n){{3,12}}"
    rf"|^{_QUOTE}(?:On|Am|Le)\b[^\n]{{6,200}}(?:\r?\n{_QUOTE}[^\n]{{0,60}})?"
    r"\b(?:wrote|schrieb[^\n:]{0,60}|a écrit)\s?:[ \t]*\r?$",
    re.IGNORECASE | re.MULTILINE,
)
_AGAIN: Final = "save the mail again, or its text as .txt, and read that file"
_APART: Final = "save what is attached as files of their own, and read those"


class _Bounded(EmailPolicy):
    """The modern policy of the standard library, which takes quadratic time over a header, on short ones alone."""

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        name, value = super().header_source_parse(sourcelines)
        return name, value[:_LONGEST_HEADER]


class _Part(NamedTuple):
    """A part of a mail that holds text; `number` counts the parts in the order of the file, from 1."""

    message: EmailMessage
    number: int
    raw: bytes  # what it holds, its transfer encoding undone
    is_page: bool


class _Mail(NamedTuple):
    """What the parts of a mail are for."""

    head: EmailMessage
    texts: list[_Part]
    attached: list[str]
    doubts: list[tuple[str, str]]
    cut: bool = False  # which the last of the doubts says


def read_mail(raw: bytes, where: str) -> Clean:
    """The text of a mail, with its subject as title and its day of sending as published.

    The source that its runs lead to is the decoded text of the part that was read, or, where a mail has several parts
    of plain text, of all those, a line end between two. The lines that a mail program puts above what it quotes are
    left out: they name people and days of other mails.
    Raises Trouble at `where` for what holds no text or is no mail.
    """
    mail = _mail(raw, where)
    plain = [part for part in mail.texts if not part.is_page]
    pages = [part for part in mail.texts if part.is_page]
    doubts = list(mail.doubts)
    if plain and any(part.raw.strip() for part in plain):
        found = _of_plain(plain, where, doubts)
    elif pages:
        found = _of_page(pages[0], where, doubts)
    else:
        cut = f", and {mail.doubts[-1][0]}" if mail.cut else ""
        raise Trouble(
            where, "holds no text" + _named(", only ", mail.attached) + cut, _APART if mail.attached else _AGAIN
        )
    if mail.attached:
        doubts.append(("what is attached is not read" + _named(": ", mail.attached), _APART))
    title = _REPLY.sub("", " ".join(str(_header(mail.head, "Subject") or "").split()), count=1)
    return found._replace(title=shown(title, 500) or None, published=_sent(mail.head), doubts=tuple(doubts))


def read_archive(raw: bytes, where: str) -> Clean:
    """The page of a web archive; its `Date` says when it was saved, so that the day is the page's own to tell.

    Raises Trouble at `where` for what holds no page.
    """
    mail = _mail(raw, where)
    page = next((part for part in mail.texts if part.is_page), None)
    if page is None:
        raise Trouble(where, "holds no web page", _AGAIN)
    doubts = list(mail.doubts)
    found = _of_page(page, where, doubts)
    return found._replace(doubts=tuple(doubts))


def _mail(raw: bytes, where: str) -> _Mail:
    kept = _cut(raw)
    try:
        message = message_from_bytes(kept, policy=_Bounded())
        assert isinstance(message, EmailMessage)
        mail = _sorted(message)
    except Exception as error:
        raise Trouble(where, "is damaged: it cannot be read as a mail", _AGAIN) from error
    if len(kept) == len(raw):
        return mail
    what = f"only its first {len(kept):,} bytes are read: it has more lines or parts than are read of one mail"
    mail.doubts.append((what, _APART))
    return mail._replace(cut=True)


def _cut(raw: bytes) -> bytes:
    """As much of a mail as its parser can take: each line is held against each boundary that is open."""
    limits = ((_NEST, _MOST_NESTS), (_MARK, _MOST_MARKS), (_LINE, _MOST_LINES))
    return raw[: min(_place(pattern, raw, most) for pattern, most in limits)]


def _place(pattern: re.Pattern[bytes], raw: bytes, most: int) -> int:
    """Where the match after the first `most` starts."""
    for number, found in enumerate(pattern.finditer(raw)):
        if number == most:
            return found.start()
    return len(raw)


def _sorted(message: EmailMessage) -> _Mail:
    """The parts of a mail: text to be read, and what is attached."""
    mail = _Mail(message, [], [], [])
    todo = [message]
    number = 0
    while todo:
        part = todo.pop()
        number += 1
        kind = _kind(part)
        if kind == "message/rfc822" and number > 1:
            mail.attached.append(_subject_of(part))
        elif part.is_multipart():
            todo += reversed([child for child in part.get_payload() if isinstance(child, EmailMessage)])
        elif _is_attached(part) or not kind.startswith("text/"):
            if name := _name_of(part, kind):
                mail.attached.append(name)
        elif kind in {"text/plain", "text/html"}:
            mail.texts.append(_Part(part, number, _payload(part, mail.doubts), kind == "text/html"))
    return mail


def _payload(part: EmailMessage, doubts: list[tuple[str, str]]) -> bytes:
    """What a part holds; of broken base64, as much as can be told."""
    payload = part.get_payload(decode=True)
    if any("Base64" in type(defect).__name__ for defect in part.defects):
        doubts.append(("its text is damaged (broken base64): some of it is missing", _AGAIN))
        letters = _NOT_BASE64.sub("", str(part.get_payload()))
        return b64decode(letters[: len(letters) // 4 * 4])
    return payload if isinstance(payload, bytes) else b""


def _is_attached(part: EmailMessage) -> bool:
    return str(_header(part, "Content-Disposition") or "").lower().startswith("attachment")


def _kind(part: EmailMessage) -> str:
    try:
        return part.get_content_type()
    except Exception:  # noqa: BLE001 - as in `_header`
        return "application/octet-stream"


def _name_of(part: EmailMessage, kind: str) -> str | None:
    """What to call an attachment; pictures that stand within the text are none."""
    try:
        name = part.get_filename()
    except Exception:  # noqa: BLE001 - as in `_header`
        name = None
    if not name and ("Content-ID" in part or kind.startswith("image/")):
        return None
    return shown(name) if name else f"a part of type {shown(kind)}"


def _subject_of(part: EmailMessage) -> str:
    inner = next(part.iter_parts(), None)
    subject = _header(inner, "Subject") if inner else None
    return f"a mail “{shown(str(subject))}”" if subject else "a mail"


def _header(message: MIMEPart, name: str) -> object:
    """A header as its parser understands it; None where it cannot."""
    try:
        return message[name]
    except Exception:  # noqa: BLE001 - the parser of headers fails in many ways on what is no header
        return None


def _sent(message: EmailMessage) -> str | None:
    """The ISO day of the `Date` header, where the mail was sent."""
    moment = getattr(_header(message, "Date"), "datetime", None)
    return moment.date().isoformat() if moment and moment.year > 1980 else None


def _named(before: str, names: list[str]) -> str:
    if not names:
        return ""
    listed = ", ".join(names[:_MOST_NAMED])
    return before + listed + (f" and {len(names) - _MOST_NAMED:,} more" if len(names) > _MOST_NAMED else "")


def _decoded(part: _Part, where: str, doubts: list[tuple[str, str]]) -> str:
    """The text of a part in the encoding that it declares, unless its bytes show another one."""
    try:
        charset = part.message.get_content_charset()
    except Exception:  # noqa: BLE001 - as in `_header`
        charset = None
    if charset not in {None, "utf-8", "utf8"} and _is_utf8(part.raw):
        doubts.append((f"is declared as {shown(str(charset))} but is UTF-8, and is read so", _AGAIN))
        charset = None
    source = decode(recoded(part.raw, charset), "part.html" if part.is_page else "part.txt", where)
    doubts += source.doubts
    return source.text


def _is_utf8(raw: bytes) -> bool:
    """Whether bytes that are not all ASCII are UTF-8, which hardly any text in another encoding is."""
    try:
        return not raw.isascii() and bool(raw.decode("utf-8"))
    except UnicodeDecodeError:
        return False


def _of_page(part: _Part, where: str, doubts: list[tuple[str, str]]) -> Clean:
    page = clean(_decoded(part, where, doubts))
    doubts += page.doubts
    return page._replace(runs=tuple(run._replace(part=part.number) for run in page.runs))


def _of_plain(parts: list[_Part], where: str, doubts: list[tuple[str, str]]) -> Clean:
    text: list[str] = []
    runs: list[Run] = []
    at = source = 0
    for part in parts:
        if not part.raw.strip() or at >= _MOST_LETTERS:
            continue
        if text:
            text.append("\n")
            at, source = at + 1, source + 1
        whole = _decoded(part, where, doubts)
        if len(whole) > _MOST_LETTERS - at:
            whole = whole[: _MOST_LETTERS - at]
            doubts.append((f"only its first {_MOST_LETTERS:,} letters are read", _APART))
        for start, end in _own_words(whole):
            runs.append(Run(at, source + start, end - start, part.number))
            text.append(whole[start:end])
            at += end - start
        source += len(whole)
    return Clean("".join(text), tuple(runs), None, {}, None, None, ())


def _own_words(text: str) -> list[tuple[int, int]]:
    """The stretches of a text between the headers of the mails that it quotes."""
    edges = [0, *(edge for found in _QUOTED_HEAD.finditer(text) for edge in found.span()), len(text)]
    return [(start, end) for start, end in zip(edges[::2], edges[1::2], strict=True) if end > start]
