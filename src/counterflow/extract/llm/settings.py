"""Which model to ask, where, and what it costs: all of it from the environment, the key never shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from ipaddress import ip_address
from typing import Final, NamedTuple
from urllib.parse import SplitResult, urlsplit, urlunsplit

from counterflow.model.problem import Trouble, plain

URL: Final = "COUNTERFLOW_LLM_URL"
MODEL: Final = "COUNTERFLOW_LLM_MODEL"
KEY: Final = "COUNTERFLOW_LLM_KEY"
PRICE_IN: Final = "COUNTERFLOW_LLM_PRICE_IN"
PRICE_OUT: Final = "COUNTERFLOW_LLM_PRICE_OUT"
_ASKED_AT: Final = "/chat/completions"


class Prices(NamedTuple):
    """USD for a million tokens."""

    sent: Decimal
    answered: Decimal

    def cost(self, tokens_in: int, tokens_out: int) -> Decimal:
        """USD for so many tokens."""
        return (tokens_in * self.sent + tokens_out * self.answered) / 1_000_000


@dataclass(frozen=True, slots=True)
class Settings:
    """An endpoint that speaks as OpenAI's chat completions do."""

    url: str  # of the question itself
    model: str
    key: str = field(default="", repr=False)
    prices: Prices | None = None  # None: unknown, so that tokens alone are told

    @property
    def shown(self) -> str:
        """The address as it may be told: without what may be secret in it."""
        parts = urlsplit(self.url)
        return urlunsplit((parts.scheme, parts.netloc, parts.path, "", ""))

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> Settings:
        """From the environment; Trouble that names every setting that is missing or makes no sense."""
        given = {name: environ.get(name, "").strip() for name in (URL, MODEL, KEY, PRICE_IN, PRICE_OUT)}
        parts = _address(given[URL]) if given[URL] else None
        wanted = (URL, MODEL) if parts and _is_here(parts.hostname) else (URL, MODEL, KEY)
        missing = [name for name in wanted if not given[name]]
        if missing or parts is None:
            what = f"--extractor llm needs a model to ask, and {' and '.join(missing)} {_is(missing)} not set"
            raise Trouble("--extractor", what, f"set {', '.join(missing)} in the environment, or leave --extractor out")
        if not (given[KEY].isascii() and given[KEY].isprintable()):
            raise Trouble(KEY, "holds characters that no key has", "set it again, without line ends or spaces")
        path = parts.path.rstrip("/").removesuffix(_ASKED_AT) + _ASKED_AT
        address = urlunsplit((parts.scheme, parts.netloc, path, parts.query, ""))
        return cls(address, plain(given[MODEL]), given[KEY], _prices(given[PRICE_IN], given[PRICE_OUT]))


def _is(missing: list[str]) -> str:
    return "is" if len(missing) == 1 else "are"


def _address(url: str) -> SplitResult:
    remedy = "give the base of an endpoint, such as http://127.0.0.1:8080/v1"
    try:
        parts = urlsplit(url)
        fits = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        fits = False
    if not fits:
        raise Trouble(URL, "is no address of a web server", remedy)
    if parts.username or parts.password:
        raise Trouble(URL, "holds a user name or password, which would be shown", f"{remedy}; a key goes into {KEY}")
    return parts


def _is_here(host: str | None) -> bool:
    """Whether a server is on this machine: a model of one's own asks for no key."""
    try:
        return host == "localhost" or ip_address(host or "").is_loopback
    except ValueError:
        return False


def _prices(sent: str, answered: str) -> Prices | None:
    if not (sent and answered):
        return None
    return Prices(_price(PRICE_IN, sent), _price(PRICE_OUT, answered))


def _price(name: str, text: str) -> Decimal:
    try:
        price = Decimal(text)
    except InvalidOperation:
        price = Decimal(-1)
    if not price.is_finite() or price < 0:
        raise Trouble(name, f"{text!r} is no price", f"USD for a million tokens, as in {name}=2.50")
    return price
