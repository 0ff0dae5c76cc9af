"""A model on this machine that answers chat completions as well, or as badly, as a test asks."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

from counterflow.extract.llm.cache import Cache
from counterflow.extract.llm.endpoint import Endpoint, Limits
from counterflow.extract.llm.meter import Meter
from counterflow.extract.llm.reader import Reader
from counterflow.extract.llm.settings import Settings
from counterflow.model.source import Document
from counterflow.sources.load import from_bytes

QUICK = Limits(connect_s=1.0, call_s=0.5, largest=100_000, answer_tokens=1_000, pause_s=0.01, longest_pause_s=0.3)
KEY = "sk-thistle-0042"
MODEL = "thistle-7b"


class Reply(NamedTuple):
    """What the server sends."""

    body: bytes
    status: int = 200
    headers: Mapping[str, str] = {}
    drip_s: float = 0.0  # the pause after each byte of the body


class Asked(NamedTuple):
    """One question as it came in."""

    body: dict[str, Any]
    headers: Mapping[str, str]  # names in lower case

    @property
    def article(self) -> str:
        """The window that was asked about."""
        first = next(m["content"] for m in self.body["messages"] if m["role"] == "user")
        return first.split("\n", 1)[1].rsplit("\nARTICLE ", 1)[0]

    @property
    def turns(self) -> int:
        return len(self.body["messages"])


Answerer = Callable[[Asked], Reply | None]


class Model:
    """The server: `answers` decides each reply; None says nothing until the test is over."""

    def __init__(self) -> None:
        self.answers: Answerer = lambda asked: claims()
        self.asked: list[Asked] = []
        self.port = 0
        self.over = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    def replies(self, *replies: Reply) -> None:
        """These in turn, the last for ever."""
        left = list(replies)
        self.answers = lambda asked: left.pop(0) if len(left) > 1 else left[0]

    def environment(self, **more: str) -> dict[str, str]:
        return {"COUNTERFLOW_LLM_URL": self.url, "COUNTERFLOW_LLM_MODEL": MODEL, "COUNTERFLOW_LLM_KEY": KEY} | more

    def reader(
        self, *, with_rules: bool = False, cache: Cache | None = None, limits: Limits = QUICK, **meter: Any
    ) -> Reader:
        endpoint = Endpoint(Settings.of(self.environment()), Meter(**meter), limits)
        return Reader(endpoint, with_rules=with_rules, cache=cache)


@contextmanager
def serving() -> Iterator[Model]:
    model = Model()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            size = int(self.headers["Content-Length"])
            asked = Asked(json.loads(self.rfile.read(size)), {k.lower(): v for k, v in self.headers.items()})
            assert self.path == "/v1/chat/completions"
            model.asked.append(asked)
            reply = model.answers(asked)
            if reply is None:
                model.over.wait(20)
                return
            with suppress(OSError):  # whoever asked may have gone
                self._send(reply)

        def _send(self, reply: Reply) -> None:
            self.send_response(reply.status)
            for name, value in {"Content-Length": str(len(reply.body)), **reply.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            step = 1 if reply.drip_s else max(1, len(reply.body))
            for at in range(0, len(reply.body), step):
                self.wfile.write(reply.body[at : at + step])
                if reply.drip_s and model.over.wait(reply.drip_s):
                    return

        def log_message(self, *_: object) -> None:
            """Say nothing on the terminal."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        model.port = server.server_port
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield model
        finally:
            model.over.set()
            server.shutdown()
            thread.join()


def says(words: str, usage: tuple[int, int] | None = (1_000, 100), finish: str = "stop") -> Reply:
    """A completion of these words."""
    body: dict[str, Any] = {"choices": [{"message": {"role": "assistant", "content": words}, "finish_reason": finish}]}
    if usage:
        body["usage"] = {"prompt_tokens": usage[0], "completion_tokens": usage[1]}
    return Reply(json.dumps(body).encode())


def claims(*proposed: Mapping[str, Any], usage: tuple[int, int] | None = (1_000, 100)) -> Reply:
    """A completion that proposes these claims."""
    return says(json.dumps({"claims": [*proposed]}), usage)


def fails(status: int, message: str = "no", **headers: str) -> Reply:
    """An error as such endpoints tell it."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(json.dumps({"error": {"message": message}}).encode(), status, named)


def claim(
    quote: str,
    kind: str,
    roles: Mapping[str, str | Sequence[str]],
    amount: tuple[float | None, float | None] | None = None,
    **more: Any,
) -> dict[str, Any]:
    """A proposal; the amount as (low, high) in USD unless `unit`, `currency`, `per` say otherwise."""
    named = [
        {"role": role, "name": name}
        for role, names in roles.items()
        for name in ([names] if isinstance(names, str) else names)
    ]
    unit = more.pop("unit", "money")
    currency = more.pop("currency", "USD" if unit == "money" else None)
    per = more.pop("per", None)
    said = amount and {"low": amount[0], "high": amount[1], "currency": currency, "unit": unit, "per": per}
    body = {"quote": quote, "type": kind, "roles": named, "amount": said, "amount_scope": None, "valuation_basis": None}
    body |= {"metric": None, "product": None, "status": "completed", "polarity": "positive", "modality": "asserted"}
    return body | {"said_by": [], "terms": []} | more


def document(text: str, name: str = "wire.txt") -> Document:
    return from_bytes(text.encode(), name, doc_date=None)[0]
