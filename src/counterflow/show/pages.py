"""Templates filled in: every value is escaped, and one that is missing is an error."""

from __future__ import annotations

import re
from functools import cache
from hashlib import sha256
from importlib import resources
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

# Controls, halves of surrogate pairs and marks that turn the direction of what follows: no page can show them.
_UNSHOWABLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_TURNING: Final = re.compile("[\u202a-\u202e\u2066-\u2069]")


def fill(template: str, **values: Any) -> Markup:
    """A template with its values, as text that is safe in a page."""
    from markupsafe import Markup

    return Markup(_environment().get_template(template).render(**values))  # noqa: S704  # autoescaped by the environment


def asset(name: str) -> str:
    """The text of a style sheet or script of ours."""
    return (resources.files("counterflow.show") / "templates" / name).read_text(encoding="utf-8")


def anchor(kind: str, *names: str) -> str:
    """An id for a place in a page. Names that differ get ids that differ, whatever characters they hold."""
    plain = [re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:60] for name in names]
    exact = plain == list(names)
    tail = [] if exact else [sha256("\0".join(names).encode("utf-8", "surrogatepass")).hexdigest()[:6]]
    return "-".join(part for part in (kind, *plain, *tail) if part)


def outside(address: str | None) -> str | None:
    """The address where a browser may go from here: http and https alone, else None."""
    try:
        parts = urlsplit(address or "")
    except ValueError:
        return None
    return address if parts.scheme in {"http", "https"} and parts.netloc else None


def showable(text: str) -> str:
    """The same text without what would not be shown, or would reorder the words around it."""
    return _UNSHOWABLE.sub("\ufffd", _TURNING.sub("", text))


@cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    return Environment(
        loader=PackageLoader("counterflow.show"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=False,
    )
