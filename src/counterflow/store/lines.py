"""An event as a line of JSON, and back: the characters that its hash covers come out as they went in."""

from __future__ import annotations

import json
from typing import Any, Final

from counterflow.model.claim import compact
from counterflow.model.problem import Trouble
from counterflow.store.events import Event

LONGEST: Final = 64_000_000  # bytes of a line or a text; an article has a thousandth of it
AGAIN: Final = "take the folder as it was committed (git restore), or export the book into a new one"
_KEYS: Final = frozenset(Event._fields) - {"text"}  # texts stand in files of their own
_CONFLICT: Final = (b"<<<<<<<", b"|||||||", b"=======", b">>>>>>>")
_APART: Final = (
    "take one side whole (git checkout --ours or --theirs), import it, and read into that book what it lacks"
)


def line(row: Event) -> str:
    """One line, keys sorted, with its end. The text is left out: its hash is in the body."""
    fields = {key: value for key, value in row._asdict().items() if key in _KEYS}
    return compact(fields | {"body": _value(row.body)}) + "\n"


def _value(body: str) -> Any:
    """A body as a JSON object, or as it stands where writing the object would not give the same characters."""
    try:
        value = json.loads(body)
        same = isinstance(value, dict) and compact(value) == body
    except (ValueError, RecursionError):
        return body
    return value if same else body


def parse(raw: bytes) -> Event:
    """The event of a line, without a text; `Trouble`, whose place the caller knows, where it is none."""
    if len(raw) > LONGEST:
        raise Trouble("", f"is longer than {LONGEST // 1_000_000} MB", AGAIN)
    try:
        text = raw.decode("utf-8")
        fields = json.loads(text)
        if not _is_event(fields):
            raise Trouble("", f"is no event: one has {', '.join(sorted(_KEYS))}", AGAIN)
        body = fields["body"] if isinstance(fields["body"], str) else compact(fields["body"])
        if "\\u" in text:
            compact(fields).encode("utf-8")
    except UnicodeEncodeError:
        raise Trouble("", "holds half a character, which UTF-8 cannot write", AGAIN) from None
    except (ValueError, RecursionError):
        if raw.startswith(_CONFLICT):
            raise Trouble("", "is the mark of a merge: two books grew apart", _APART) from None
        raise Trouble("", "is no line of JSON in UTF-8", AGAIN) from None
    return Event(**{**fields, "body": body, "text": None})


def _is_event(fields: Any) -> bool:
    if not isinstance(fields, dict) or fields.keys() != _KEYS:
        return False
    texts = all(isinstance(fields[key], str) for key in ("hash", "id", "kind", "prev", "recorded"))
    numbers = all(type(fields[key]) is int for key in ("seq", "version"))
    return texts and numbers and isinstance(fields["public"], str | None) and isinstance(fields["body"], dict | str)
