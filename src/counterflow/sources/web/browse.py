"""Pages from the web, politely: redirects and robots.txt are followed, each host is asked by one request at a time."""

from __future__ import annotations

import re
from collections.abc import Mapping
from http import HTTPStatus
from threading import Lock
from time import monotonic
from typing import Final, NamedTuple

import httpx

from counterflow import __version__
from counterflow.model.problem import Trouble
from counterflow.sources.web import robots
from counterflow.sources.web.addresses import literal
from counterflow.sources.web.fetch import LATER, SAVE, Answer, Errand, Limits, Line, LookUp, TooSlow, Unreached

LIMITS: Final = Limits()
AGENT: Final = "Counterflow"
_HEADERS: Final = {
    "User-Agent": f"{AGENT}/{__version__}",
    "Accept": "text/html, application/xhtml+xml, application/rss+xml, application/atom+xml, text/plain, */*;q=0.5",
}
_MOVED: Final = frozenset({301, 302, 303, 307, 308})
_CHARSET: Final = re.compile(r"""charset\s*=\s*["']?([\w.:-]{2,40})""", re.IGNORECASE)
_PASSWORD: Final = re.compile(r"//[^/?#]*@")
_ROBOTS_LARGEST: Final = 500 * 1024  # bytes that RFC 9309 asks to read at least


class Fetched(NamedTuple):
    """What stood at an address."""

    body: bytes  # decoded; empty where `unchanged`
    led: str | None = None  # where redirects led
    media: str = ""  # the media type the server names, in lower case; it may be wrong
    charset: str | None = None
    etag: str | None = None
    last_modified: str | None = None  # as the server has it: for asking again, never a date of the text
    unchanged: bool = False
    doubts: tuple[tuple[str, str], ...] = ()  # what was odd, and the remedy


class _Host:
    """How one host is treated: one request at a time, with pauses, and none once it asks for none."""

    def __init__(self, pause_s: float) -> None:
        self.lock = Lock()
        self.free_at = 0.0
        self.pause_s = pause_s
        self.silent = 0  # requests in a row that ran out of time
        self.refuses: str | None = None


class Web:
    """Fetches pages, politely, for one run; threads may share it."""

    def __init__(self, *, allow_private: bool = False, limits: Limits | None = None, look_up: LookUp | None = None):
        self._line = Line(allow_private=allow_private, look_up=look_up)
        self._limits = limits or LIMITS
        self._hosts: dict[str, _Host] = {}
        self._rules: dict[str, robots.Rules | str] = {}  # by origin; a str says why nothing may be fetched

    def get(self, address: str, *, etag: str | None = None, last_modified: str | None = None) -> Fetched:
        """What stands at an http or https address; with `etag` or `last_modified`, only if it changed since.

        Raises Trouble for all that stands in the way: an address that is not allowed, a server that is slow, away or
        too generous, an answer other than a page, or a robots.txt that closes it.
        """
        errand = Errand(address, self._limits)
        asked = {"if-none-match": etag, "if-modified-since": last_modified}
        headers = {name: value for name, value in asked.items() if value and value.isascii()}
        first = _url(address, address)
        url, answer, doubts = self._follow(first, errand, headers)
        if answer.status == 304 and headers:
            return Fetched(b"", unchanged=True)
        if answer.status != 200:
            raise errand.trouble(url, *_refusal(answer))
        if not answer.whole:
            what = f"is larger than {self._limits.largest / 1e6:,.0f} MB"
            raise errand.trouble(url, what, "save the article alone as a file and read that")
        media, _, rest = answer.headers.get("content-type", "").partition(";")
        charset = _CHARSET.search(rest)
        return Fetched(
            answer.body,
            str(url) if url != first else None,
            media.strip().lower(),
            charset[1] if charset else None,
            answer.headers.get("etag"),
            answer.headers.get("last-modified"),
            doubts=doubts,
        )

    def _follow(
        self, url: httpx.URL, errand: Errand, headers: Mapping[str, str]
    ) -> tuple[httpx.URL, Answer, tuple[tuple[str, str], ...]]:
        """The first answer that is no redirect; the rules of each site on the way are kept."""
        passed, doubts = [url], list[tuple[str, str]]()
        while True:
            self._obey(url, errand)
            answer = self._ask(url, errand, headers)
            target = answer.headers.get("location")
            if answer.status not in _MOVED or not target:
                return url, answer, tuple(doubts)
            url, before = _moved(url, target, errand), url
            if url in passed:
                raise errand.trouble(url, "leads back to itself by redirects", SAVE)
            if len(passed) > self._limits.redirects:
                raise errand.trouble(url, f"is behind more than {self._limits.redirects} redirects", SAVE)
            if before.scheme == "https" and url.scheme == "http":
                what = f"redirects from https to {url}, so that its text could be changed on the way"
                doubts.append((what, "compare the claims with the page in a browser"))
            passed.append(url)

    def _obey(self, url: httpx.URL, errand: Errand) -> None:
        """Trouble where the site's robots.txt closes the path to us."""
        origin = str(url.copy_with(raw_path=b"/robots.txt", fragment=None))
        rules = self._rules.get(origin)
        if rules is None:
            rules = self._rules[origin] = self._read_rules(httpx.URL(origin), errand)
        if isinstance(rules, str):
            raise errand.trouble(url, rules, f"check the address, or {LATER}")
        if not rules.allow(url.raw_path.decode("ascii")):
            raise errand.trouble(url, "is closed to programs by the robots.txt of its site", SAVE)
        asked = max(self._limits.pause_s, rules.pause_s)
        self._host(url).pause_s = min(asked, self._limits.longest_pause_s)

    def _read_rules(self, url: httpx.URL, errand: Errand) -> robots.Rules | str:
        """RFC 9309: a site without the file is open; one whose server fails or cannot be reached is closed for now."""
        for _ in range(self._limits.redirects + 1):
            try:
                answer = self._ask(url, errand, {}, largest=_ROBOTS_LARGEST, pausing=False)
            except Unreached as why:
                return f"was not asked for: its robots.txt {why.what}"
            target = answer.headers.get("location")
            if answer.status not in _MOVED or not target:
                break
            url = _moved(url, target, errand)
        if answer.status >= 500 or answer.status == 429:
            return f"was not asked for: its robots.txt {_refusal(answer)[0]}"
        text = answer.body.decode("utf-8", "replace") if answer.status == 200 else ""
        return robots.parse(text, AGENT)

    def _ask(
        self,
        url: httpx.URL,
        errand: Errand,
        headers: Mapping[str, str],
        *,
        largest: int | None = None,
        pausing: bool = True,
    ) -> Answer:
        """One request and its answer, when the host is free for it."""
        host, queued = self._host(url), monotonic()
        with host.lock:
            errand.excuse(monotonic() - queued)
            if host.refuses:
                raise errand.trouble(url, f"was not asked for: its host {host.refuses}", LATER)
            errand.wait(host.free_at - monotonic() if pausing else 0)
            try:
                answer = self._line.ask(url, errand, {**_HEADERS, **headers}, largest or self._limits.largest)
            except TooSlow as why:
                host.silent += 1
                if host.silent >= self._limits.silences:
                    host.refuses = f"ran out of time {host.silent} times in a row"
                raise Unreached(errand, url, str(why)) from None
            finally:
                host.free_at = monotonic() + host.pause_s if pausing else host.free_at
            host.silent = 0
            if answer.status == 429 or (answer.status == 503 and "retry-after" in answer.headers):
                host.refuses = f"{_refusal(answer)[0]} before"
            return answer

    def _host(self, url: httpx.URL) -> _Host:
        return self._hosts.setdefault(url.host, _Host(self._limits.pause_s))


def _url(address: str, where: str) -> httpx.URL:
    """The address read as one; Trouble where it is none that may be asked, a password in it left out."""
    where = _PASSWORD.sub("//", where)
    try:
        url = httpx.URL(address).copy_with(fragment=None)
        literal(url.raw_host.decode("ascii"))
    except (httpx.InvalidURL, ValueError) as why:
        raise Trouble(where, f"is no web address ({why})", "copy it from the address line of a browser") from None
    if url.scheme not in {"http", "https"}:
        what = f"cannot be fetched by {url.scheme or 'no scheme'}: only http and https are"
        raise Trouble(where, what, "save it as a file and read that file")
    if url.userinfo or "@" in url.netloc.decode("ascii"):
        raise Trouble(where, "holds a name or password, which would be kept in the book", "leave out what is before @")
    if not url.host or not 0 < (url.port or 80) < 65_536:
        raise Trouble(where, "names no server", "write it as https://example.org/page")
    return url


def _moved(url: httpx.URL, target: str, errand: Errand) -> httpx.URL:
    try:
        joined = str(url.join(target))
    except (httpx.InvalidURL, ValueError):
        raise errand.trouble(url, "redirects to what is no web address", SAVE) from None
    return _url(joined, errand.address)


def _refusal(answer: Answer) -> tuple[str, str]:
    """What a status other than 200 means, and what helps."""
    status = answer.status
    name = HTTPStatus(status).phrase if status in set(HTTPStatus) else "of no known meaning"
    what = f"was answered with {status} ({name})"
    if wait := answer.headers.get("retry-after", "").strip()[:40]:
        what += f", to be asked again after {wait}{' seconds' if wait.isdigit() else ''}"
    if status in {404, 410}:
        return what, "check the address in a browser"
    if status in {401, 402, 403, 407, 451}:
        return what, SAVE
    return what, LATER if status in {408, 429} or status >= 500 else "look at the address in a browser"
