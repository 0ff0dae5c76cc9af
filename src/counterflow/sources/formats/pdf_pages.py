"""What pypdf shows of a PDF, page by page: a small program of its own, so that its reader can be stopped.

It reads the file from standard input and writes one JSON document a line: what the file says of itself, then for each
page its pieces of text with their places. It bounds what pypdf may unpack and how many operators it may go through, so
that of a file, however made, it mostly ends by itself, at the same place each time. It imports nothing of ours.
"""

from __future__ import annotations

import json
import logging
import math
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from pypdf import PageObject, PdfReader

_MOST_PAGES: Final = 1_000
_MOST_WORK: Final = 600_000  # operators of all pages; a page of text takes about a thousand
_PAGE_WORK: Final = 100_000
_MOST_LETTERS: Final = 1_500_000  # three hundred pages of a dense report
_BYTES: Final = 16_000_000  # that one stream may unpack to
_LIMITS: Final[dict[str, Any]] = {
    "disable_legacy_handling": True,
    "maximum_declared_stream_length": 1 << 40,  # a declared length is no harm: a file has no more bytes than it has
    "array_based_stream_maximum_output_length": _BYTES,
    "zlib_maximum_output_length": _BYTES,
    "zlib_maximum_recovery_input_length": 1_000_000,
    "lzw_maximum_output_length": 2_000_000,
    "run_length_maximum_output_length": _BYTES,
    "brotli_maximum_output_length": _BYTES,
    "stream_decoding_work_maximum_length": 3 * _BYTES,
    "stream_filters_maximum_length": 4,
    "stream_parsing_work_maximum_count": 4 * _PAGE_WORK,
    "page_tree_maximum_entries": 120_000,
    "xform_maximum_invocations_per_extraction": 200,
}
_PUBLISHED: Final = re.compile(rb"<prism:publicationDate>\s*(\d{4}-\d\d-\d\d)")
_BOLD: Final = re.compile(r"bold|black|heavy", re.IGNORECASE)


def told(raw: bytes) -> Iterator[dict[str, Any]]:
    """What a PDF says of itself, then its pages; or `{"failed": reason}`.

    The first has `pages` (how many there are), `title`, `lang` and `published`; each page `shown` (lists of text, x,
    y, size and whether it is bold, in points, as drawn), `whole` (False where damage or a limit cut it off) and
    `drawn` (whether it holds pictures or forms).
    """
    from pypdf import PdfReader, apply_configuration

    logging.getLogger("pypdf").addHandler(logging.NullHandler())  # its doubts are ours to report
    reader = None
    try:
        with apply_configuration(**_LIMITS):
            reader = PdfReader(BytesIO(raw), root_object_recovery_limit=1_000, xref_stream_maximum_entries=500_000)
            total = len(reader.pages)
            yield {"pages": total, **_about(reader)}
            yield from _pages(reader, min(total, _MOST_PAGES))
    except Exception:  # noqa: BLE001 - pypdf fails in many ways on what is no PDF; each means the same to a reader
        encrypted = bool(reader and reader.is_encrypted) or b"/Encrypt" in raw[-4_096:]
        yield {"failed": "encrypted" if encrypted else "damaged"}


def _pages(reader: PdfReader, most: int) -> Iterator[dict[str, Any]]:
    left, letters = _MOST_WORK, 0
    for number in range(most):
        page = _Page(reader.pages[number], min(left, _PAGE_WORK))
        page.read()
        left -= page.work
        letters += page.letters
        if left <= 0 or letters > _MOST_LETTERS:
            return
        yield {"shown": page.shown, "whole": page.whole, "drawn": page.drawn}
        reader.resolved_objects.clear()  # what is unpacked for one page is not kept for all


def _about(reader: PdfReader) -> dict[str, str | None]:
    """Title, language and day of publication; the days on which the file was made or changed are not asked for."""
    published = _PUBLISHED.search(_quietly(lambda: _data(reader.root_object["/Metadata"])) or b"")
    return {
        "title": _quietly(lambda: _title(reader)),
        "lang": _quietly(lambda: str(reader.root_object["/Lang"])[:35]),
        "published": published[1].decode() if published else None,
    }


def _title(reader: PdfReader) -> str:
    return _sound(" ".join(str((reader.metadata and reader.metadata.title) or "").split())[:500])


def _quietly(ask: Callable[[], Any]) -> Any:
    """What `ask` finds; None where the file is damaged at that place, which costs no text."""
    try:
        return ask()
    except Exception:  # noqa: BLE001 - as above
        return None


def _data(stream: Any) -> bytes:
    """What a stream unpacks to; nothing for what is none."""
    unpack = getattr(stream.get_object() if stream is not None else None, "get_data", None)
    return unpack() if unpack else b""


def _sound(text: str) -> str:
    """Text without halves of characters, which no encoding has."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


class _Spent(Exception):
    """A page needs more operators than are left."""


class _Page:
    """One page as pypdf shows it, and what it cost."""

    def __init__(self, page: PageObject, most: int) -> None:
        self.shown: list[tuple[str, float, float, float, bool]] = []
        self.whole = True
        self.drawn = False
        self.work = 10
        self.letters = 0
        self._page = page
        self._most = most
        self._outer: list[Sequence[float]] = []  # where the forms stand that are being drawn

    def read(self) -> None:
        """Take in its pieces: as many as come before the limit, or before the damage."""
        try:
            self._spend(self._unpacked() // 100)
            self._page.extract_text(
                visitor_operand_before=self._before, visitor_operand_after=self._after, visitor_text=self._text
            )
        except Exception:  # noqa: BLE001 - as above
            self.whole = False

    def _unpacked(self) -> int:
        """Bytes of its content."""
        contents = self._page.get("/Contents")
        streams = contents.get_object() if contents is not None else None
        return sum(len(_data(stream)) for stream in (streams if isinstance(streams, list) else [streams]))

    def _spend(self, work: int) -> None:
        self.work += work
        if self.work > self._most:
            raise _Spent

    def _before(self, operator: bytes, _operands: Any, cm: Sequence[float], _tm: Sequence[float]) -> None:
        self._spend(1 + self.letters // 50_000)  # pypdf takes longer for each piece, the longer the page
        if operator == b"Do":
            self._outer.append(_times(cm, self._outer[-1]) if self._outer else tuple(cm))
            self.drawn = True

    def _after(self, operator: bytes, _operands: Any, _cm: Sequence[float], _tm: Sequence[float]) -> None:
        if operator == b"Do" and self._outer:
            self._outer.pop()

    def _text(self, text: str, cm: Sequence[float], tm: Sequence[float], font: Any, size: float) -> None:
        if not text:
            return
        self.letters += len(text)
        x, y, scale = _place(_times(tm, _times(cm, self._outer[-1]) if self._outer else cm))
        bold = isinstance(font, dict) and bool(_BOLD.search(str(font.get("/BaseFont", ""))))
        self.shown.append((_sound(text), x, y, abs(size) * scale or 1.0, bold))


def _times(m: Sequence[float], n: Sequence[float]) -> Sequence[float]:
    """Matrix m, then matrix n, each as the six numbers of a PDF."""
    return (
        m[0] * n[0] + m[1] * n[2],
        m[0] * n[1] + m[1] * n[3],
        m[2] * n[0] + m[3] * n[2],
        m[2] * n[1] + m[3] * n[3],
        m[4] * n[0] + m[5] * n[2] + n[4],
        m[4] * n[1] + m[5] * n[3] + n[5],
    )


def _place(matrix: Sequence[float]) -> tuple[float, float, float]:
    """Distance along the line, height of the line and size of the type; turned as the text is turned."""
    a, b, c, d, x, y = (value if abs(value) < 1e6 else 0.0 for value in matrix)  # false of what is no number, too
    long = math.hypot(a, b) or 1.0
    along, across = a / long, b / long
    return x * along + y * across, y * along - x * across, math.hypot(c, d)


def main() -> None:
    """Tell of the PDF on standard input, a line at a time, so that what is told counts when this is stopped."""
    for fact in told(sys.stdin.buffer.read()):
        sys.stdout.write(json.dumps(fact) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
