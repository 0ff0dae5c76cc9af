"""The one socket of the program: one request over one connection, within limits, and never to where no page may be.

A name is looked up once for each connection; all its addresses are checked, and the connection goes to one of those
that were checked, so a name that changes its answer in between gains nothing. No proxy, cookie, password or setting of
the environment is used: HTTP is spoken by httpcore, which knows none of them.
"""

from __future__ import annotations

import socket
import ssl
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from ipaddress import ip_address
from threading import Thread
from time import monotonic, sleep
from typing import Any, Final, NamedTuple

import httpcore
import httpx

from counterflow.model.problem import Trouble
from counterflow.sources.web.addresses import Address, closed, literal

SAVE: Final = "open it in a browser, save it as .html, and read that file"
LATER: Final = "try again later"
_COMPRESSED: Final = frozenset({"gzip", "x-gzip", "deflate"})

LookUp = Callable[[str, int], Sequence[str]]
"""Host name and port to the addresses that the name has; OSError where it has none."""


class Limits(NamedTuple):
    """What one source may cost."""

    connect_s: float = 10.0  # until a server takes the call
    silence_s: float = 20.0  # without a byte
    total_s: float = 60.0  # for one source, from looking up its name to its last byte; pauses are not counted
    largest: int = 20_000_000  # bytes, decoded
    redirects: int = 5
    pause_s: float = 1.0  # between two requests to one host, unless its robots.txt asks for more
    longest_pause_s: float = 5.0  # however much it asks for
    silences: int = 3  # in a row, after which a host is left alone


class Answer(NamedTuple):
    """What a server said to one request."""

    status: int
    headers: Mapping[str, str]  # names in lower case
    body: bytes = b""  # decoded; read only where the status is 200
    whole: bool = True  # False: there is more than was asked for


class TooSlow(Exception):
    """A limit of time was passed."""


class Errand:
    """One source to fetch: whose complaint it is, and how long it may still take."""

    def __init__(self, address: str, limits: Limits) -> None:
        self.address, self.limits = address, limits
        self._ends = monotonic() + limits.total_s

    def left(self, at_most: float | None = None) -> float:
        """Seconds that the next step may take; httpcore's timeout where there are none."""
        left = self._ends - monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout
        return left if at_most is None else min(left, at_most)

    def wait(self, seconds: float) -> None:
        """A pause, which is not counted."""
        if seconds > 0:
            sleep(seconds)
            self.excuse(seconds)

    def excuse(self, seconds: float) -> None:
        """Time that passed for reasons of our own."""
        self._ends += seconds

    def passed(self, *, connecting: bool) -> str:
        """Which limit of time was passed."""
        if monotonic() >= self._ends:
            return f"took longer than {self.limits.total_s:g} s"
        return f"gave no sign for {self.limits.connect_s if connecting else self.limits.silence_s:g} s"

    def trouble(self, url: httpx.URL, what: str, remedy: str) -> Trouble:
        """A complaint about the source; it names `url` where that is another, such as one that a redirect led to."""
        same = str(url) == str(httpx.URL(self.address))
        return Trouble(self.address, what if same else f"{url} {what}", remedy)


class Unreached(Trouble):
    """No answer came: the server is away, silent, or breaks off."""

    def __init__(self, errand: Errand, url: httpx.URL, what: str) -> None:
        self.what = what
        super().__init__(*errand.trouble(url, what, f"check the address, or {LATER}").problem)


class Line:
    """Asks servers, one connection for each request."""

    def __init__(self, *, allow_private: bool, look_up: LookUp | None = None) -> None:
        self._allow_private = allow_private
        self._look_up = look_up or _look_up

    def ask(self, url: httpx.URL, errand: Errand, headers: Mapping[str, str], largest: int) -> Answer:
        """The answer to one GET.

        largest: bytes of the decoded body, after which no more is read.
        Raises TooSlow, Unreached, or Trouble where the address is not allowed or the answer of no use.
        """
        asked = httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)
        sent: dict[bytes | str, bytes | str] = {"Host": url.netloc, "Accept-Encoding": "gzip", "Connection": "close"}
        sent.update(headers.items())
        tls = _tls() if url.scheme == "https" else None
        silence = errand.limits.silence_s
        times = {"connect": errand.limits.connect_s, "read": silence, "write": silence}
        with (
            _said(url, errand),
            httpcore.ConnectionPool(ssl_context=tls, network_backend=_Checked(self.open_to, errand, url)) as pool,
            pool.stream("GET", asked, headers=sent, extensions={"timeout": times}) as response,
        ):
            got = {name.decode("ascii").lower(): _in_letters(value) for name, value in response.headers}
            if response.status != 200:
                return Answer(response.status, got)
            coding = got.get("content-encoding", "").strip().lower()
            return Answer(200, got, *_unpacked(response.iter_stream(), coding, largest))

    def open_to(self, host: str, port: int, seconds: float) -> list[Address]:
        """The addresses of a host, each of them checked.

        Raises ValueError that says which of them is not allowed and why; OSError where there are none.
        """
        spelt = literal(host)
        found = [spelt] if spelt else _within(seconds, lambda: [ip_address(a) for a in self._look_up(host, port)])
        for address in found:
            what = None if self._allow_private else closed(address)
            if what:
                raise ValueError(f"is at {address}, {what}")
        return list(dict.fromkeys(found))


class _Checked(httpcore.NetworkBackend):
    """Connects to addresses that were checked, by their number; name and certificate stay those of the host."""

    def __init__(self, open_to: Callable[[str, int, float], list[Address]], errand: Errand, url: httpx.URL) -> None:
        self._open_to, self._errand, self._url = open_to, errand, url

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """A connection to the first address of the host that takes it."""
        try:
            addresses = self._open_to(host, port, self._errand.left(timeout))
        except ValueError as why:
            remedy = "if it is a server of your own, say so: --allow-private"
            own = host == httpx.URL(self._errand.address).raw_host.decode("ascii")
            page = httpx.URL(self._errand.address) if own else self._url
            raise self._errand.trouble(page, str(why), remedy) from None
        except OSError:
            addresses = []
        failed: Exception = httpcore.ConnectError("its host has no address")
        for address in addresses:
            try:
                inner = httpcore.SyncBackend().connect_tcp(
                    str(address), port, self._errand.left(timeout), local_address, socket_options
                )
                return _Timed(inner, self._errand)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as why:
                failed = why
        raise failed


class _Timed(httpcore.NetworkStream):
    """A connection that ends with its errand, however slowly the other side drips."""

    def __init__(self, inner: httpcore.NetworkStream, errand: Errand) -> None:
        self._inner, self._errand = inner, errand

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, self._errand.left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, self._errand.left(timeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _Timed(self._inner.start_tls(ssl_context, server_hostname, self._errand.left(timeout)), self._errand)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


@contextmanager
def _said(url: httpx.URL, errand: Errand) -> Iterator[None]:
    """What goes wrong on the line, as our own exceptions."""
    try:
        yield
    except httpcore.TimeoutException as why:
        raise TooSlow(errand.passed(connecting=isinstance(why, httpcore.ConnectTimeout))) from None
    except httpcore.ConnectError as why:
        raise Unreached(errand, url, f"cannot be reached ({why})") from None
    except (httpcore.NetworkError, httpcore.ProtocolError) as why:
        raise Unreached(errand, url, f"broke off its answer ({why})") from None
    except zlib.error:
        raise errand.trouble(url, "came compressed in a way that cannot be undone", SAVE) from None


def _in_letters(value: bytes) -> str:
    try:
        return value.decode("utf-8")  # as servers send addresses
    except UnicodeDecodeError:
        return value.decode("latin-1")  # as the standard has it


def _unpacked(chunks: Iterable[bytes], coding: str, largest: int) -> tuple[bytes, bool]:
    """The decoded body up to `largest` bytes, and whether that is all of it; never more than that in memory.

    Raises zlib.error for what is damaged, cut short, or packed in a way that was not asked for.
    """
    if coding in _COMPRESSED:
        chunks = _inflated(chunks, largest + 1)
    elif coding not in {"", "identity"}:
        raise zlib.error(coding)
    body = bytearray()
    for chunk in chunks:
        body += chunk
        if len(body) > largest:
            return bytes(body[:largest]), False
    return bytes(body), True


def _inflated(chunks: Iterable[bytes], at_once: int) -> Iterator[bytes]:
    member = zlib.decompressobj(wbits=47)  # gzip or zlib, told by the first bytes
    for chunk in chunks:
        rest = chunk
        while rest:
            if member.eof:  # a gzip file may be several, one behind the other
                member = zlib.decompressobj(wbits=47)
            yield member.decompress(rest, at_once)
            rest = member.unused_data or member.unconsumed_tail
    if not member.eof:
        raise zlib.error("cut short")


@cache
def _tls() -> ssl.SSLContext:
    return httpcore.default_ssl_context()


def _look_up(host: str, port: int) -> list[str]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except UnicodeError as why:  # a label that is empty or too long
        raise OSError(str(why)) from None
    return [str(row[4][0]) for row in found]


def _within(seconds: float, call: Callable[[], list[Address]]) -> list[Address]:
    """What a call returns or raises, if in time: the system's look-up of names has no limit of its own."""
    done: list[list[Address] | Exception] = []

    def run() -> None:
        try:
            done.append(call())
        except (OSError, ValueError) as why:
            done.append(why)

    thread = Thread(target=run, daemon=True)
    thread.start()
    thread.join(seconds)
    if not done:
        raise httpcore.ConnectTimeout
    if isinstance(done[0], Exception):
        raise done[0]
    return done[0]
