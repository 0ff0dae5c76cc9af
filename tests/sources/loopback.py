"""A server on this machine that behaves as badly as a test asks."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

from counterflow.sources.web.fetch import Limits

EASY = Limits(largest=200_000, pause_s=0.0, longest_pause_s=0.2)
QUICK = EASY._replace(connect_s=0.4, silence_s=0.4, total_s=1.2)  # where the server is slow on purpose


class Reply(NamedTuple):
    """An answer; `length` is the one it claims, `drip_s` the pause after each byte of the body."""

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = {"Content-Type": "text/html"}
    length: int | None = None
    drip_s: float = 0.0


Page = Reply | Callable[["Asked"], Reply | None]
"""What a path answers; a function may write to the connection itself and answer None."""


class Asked(NamedTuple):
    """One request."""

    path: str
    headers: Mapping[str, str]  # names in lower case
    write: Callable[[bytes], Any]


class Site:
    """What the server holds, and what it was asked for."""

    def __init__(self) -> None:
        self.pages: dict[str, Page] = {}
        self.asked: list[Asked] = []
        self.port = 0
        self.over = threading.Event()
        self.at_once = self.most_at_once = 0
        self.lock = threading.Lock()

    def url(self, path: str = "/", host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}{path}"

    @property
    def paths(self) -> list[str]:
        """What was asked for, robots.txt left out."""
        return [asked.path for asked in self.asked if asked.path != "/robots.txt"]

    def stall(self, _: Asked) -> None:
        """Says nothing until the test is over."""
        self.over.wait(20)


@contextmanager
def serving() -> Iterator[Site]:
    site = Site()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked = Asked(self.path, {k.lower(): v for k, v in self.headers.items()}, self.wfile.write)
            with site.lock:
                site.asked.append(asked)
                site.at_once += 1
                site.most_at_once = max(site.most_at_once, site.at_once)
            try:
                self._answer(asked)
            except OSError:
                pass  # whoever asked has gone
            finally:
                with site.lock:
                    site.at_once -= 1

        def _answer(self, asked: Asked) -> None:
            page = site.pages.get(self.path, Reply(status=404))
            reply = page if isinstance(page, Reply) else page(asked)
            if reply is None:
                return
            self.send_response(reply.status)
            length = len(reply.body) if reply.length is None else reply.length
            for name, value in {"Content-Length": str(length), **reply.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            step = 1 if reply.drip_s else max(1, len(reply.body))
            for at in range(0, len(reply.body), step):
                self.wfile.write(reply.body[at : at + step])
                if reply.drip_s and site.over.wait(reply.drip_s):
                    return

        def log_message(self, *_: object) -> None:
            """Say nothing on the terminal."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        site.port = server.server_port
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield site
        finally:
            site.over.set()
            server.shutdown()
            thread.join()


def dripped(asked: Asked, parts: list[bytes], pause_s: float, over: threading.Event) -> None:
    """Bytes written one by one, with a pause behind each."""
    for byte in b"".join(parts):
        asked.write(bytes([byte]))
        if over.wait(pause_s):
            return
