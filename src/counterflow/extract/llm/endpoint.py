"""Asking the model: one question, one answer, within limits; no proxy or other setting of the environment is used.

The key travels in one header and comes back in no message. Redirects are not followed: they could take it elsewhere.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from time import monotonic, sleep
from typing import Any, Final, NamedTuple

import httpx

from counterflow.extract.llm.meter import BYTES_A_TOKEN, Meter
from counterflow.extract.llm.settings import KEY, MODEL, URL, Settings
from counterflow.model.problem import plain

Messages = Sequence[Mapping[str, str]]
_FORMATS: Final = ("json_schema", "json_object", "plain")
_AGAIN: Final = frozenset({408, 409, 425, 429, 500, 502, 503, 504, 529})
_REFUSED: Final = frozenset({400, 422})  # something in the question is not known there
_SHUT: Final = {
    401: f"does not take the key; check {KEY}",
    402: "asks for payment first",
    403: f"does not let this key in; check {KEY}",
    404: f"knows no such address or model; check {URL} and {MODEL}",
}


class Limits(NamedTuple):
    """What a question may cost."""

    connect_s: float = 10.0
    call_s: float = 180.0  # from the question to the last byte of its answer
    largest: int = 2_000_000  # bytes of an answer
    answer_tokens: int = 8_192
    tries: int = 4
    pause_s: float = 1.0  # before the second try; doubled before each further one
    longest_pause_s: float = 60.0  # a server that asks for more is left alone
    failures: int = 3  # questions in a row without an answer, after which no more are asked


class Unanswered(Exception):
    """A question got no usable answer."""


class Shut(Unanswered):
    """No question will get an answer in this run."""


class _Again(Exception):
    """Worth another try. `wait_s`: as the server asks, or None."""

    def __init__(self, what: str, wait_s: float | None = None) -> None:
        self.wait_s = wait_s
        super().__init__(what)


class _Refused(Exception):
    """The server does not take the question in this form."""


@dataclass(frozen=True, slots=True)
class _Form:
    """How questions are put; what a server does not know is left out from then on."""

    output: str = _FORMATS[0]
    cool: bool = True  # whether `temperature` is sent
    cap: str = "max_tokens"

    def without(self, complaint: str) -> _Form | None:
        """The next simpler form after a complaint; None where there is none."""
        if "max_completion_tokens" in complaint and self.cap == "max_tokens":
            return replace(self, cap="max_completion_tokens")
        if "temperature" in complaint and self.cool:
            return replace(self, cool=False)
        if self.output != _FORMATS[-1]:
            return replace(self, output=_FORMATS[_FORMATS.index(self.output) + 1])
        return replace(self, cool=False) if self.cool else None


class Endpoint:
    """Asks one model; what it learns of the server's ways holds for the run."""

    def __init__(self, settings: Settings, meter: Meter, limits: Limits | None = None) -> None:
        self.settings, self.meter, self.limits = settings, meter, limits or Limits()
        self._form = _Form()
        self._failed = 0
        self._shut: str | None = None

    def ask(self, messages: Messages, schema: Mapping[str, Any]) -> str:
        """The words of the answer. Raises Unanswered, Shut, or Spent before a limit of the run is passed."""
        if self._shut:
            raise Shut(self._shut)
        try:
            answer = self._in_a_form_it_takes(messages, schema)
        except Shut as why:
            self._shut = str(why)
            raise
        except Unanswered as why:
            self._failed += 1
            if self._failed >= self.limits.failures:
                self._shut = f"left {self._failed} questions in a row without an answer; the last: {why}"
            raise
        self._failed = 0
        return answer

    def _in_a_form_it_takes(self, messages: Messages, schema: Mapping[str, Any]) -> str:
        form = self._form
        while True:
            try:
                answer = self._tried(self._question(form, messages, schema))
            except _Refused as why:
                simpler = form.without(str(why))
                if simpler is None:
                    raise Unanswered(f"does not take the question: {why}") from None
                form = simpler
            else:
                self._form = form
                return answer

    def _question(self, form: _Form, messages: Messages, schema: Mapping[str, Any]) -> bytes:
        body: dict[str, Any] = {"model": self.settings.model, "messages": list(messages), "stream": False}
        body[form.cap] = self.limits.answer_tokens
        if form.cool:
            body["temperature"] = 0
        if form.output == "json_schema":
            named = {"name": "claims", "strict": True, "schema": schema}
            body["response_format"] = {"type": "json_schema", "json_schema": named}
        elif form.output == "json_object":
            body["response_format"] = {"type": "json_object"}
        return json.dumps(body, ensure_ascii=True).encode("ascii")

    def _tried(self, question: bytes) -> str:
        pause = self.limits.pause_s
        for left in range(self.limits.tries - 1, -1, -1):
            try:
                return self._once(question)
            except _Again as why:
                if why.wait_s is not None and why.wait_s > self.limits.longest_pause_s:
                    raise Shut(f"asks to be left alone for {why.wait_s:g} s ({why})") from None
                if not left:
                    raise Unanswered(f"gave no answer in {self.limits.tries} tries; the last: {why}") from None
                sleep(min(max(pause, why.wait_s or 0.0), self.limits.longest_pause_s))
                pause *= 2
        raise AssertionError("a try ends in an answer or an exception")

    def _once(self, question: bytes) -> str:
        self.meter.admit(len(question), self.limits.answer_tokens)
        try:
            status, headers, body = self._posted(question)
        except httpx.ConnectError as why:
            raise _Again(f"cannot be reached ({self._clean(str(why))})") from None
        except httpx.ConnectTimeout:
            raise _Again("cannot be reached in time") from None
        except httpx.HTTPError as why:  # it was asked, and may have worked for it
            self.meter.guess(len(question), self.limits.answer_tokens)
            slow = isinstance(why, httpx.TimeoutException)
            what = f"took longer than {self.limits.call_s:g} s" if slow else self._clean(str(why))
            raise _Again(f"broke off: {what}") from None
        if status == 200:
            return self._words(question, body)
        raise self._complaint(status, headers, body)

    def _posted(self, question: bytes) -> tuple[int, httpx.Headers, bytes]:
        """Status, headers, and as much of the body as may be read and one byte more."""
        ends = monotonic() + self.limits.call_s
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if self.settings.key:
            headers["Authorization"] = f"Bearer {self.settings.key}"
        times = httpx.Timeout(self.limits.call_s, connect=self.limits.connect_s)
        with (
            httpx.Client(timeout=times, trust_env=False, follow_redirects=False) as client,
            client.stream("POST", self.settings.url, content=question, headers=headers) as response,
        ):
            body = bytearray()
            for chunk in response.iter_bytes():
                body += chunk
                if len(body) > self.limits.largest:
                    break
                if monotonic() > ends:
                    raise httpx.ReadTimeout("too slow")
            return response.status_code, response.headers, bytes(body)

    def _words(self, question: bytes, body: bytes) -> str:
        """The words of an answer, its tokens counted."""
        if len(body) > self.limits.largest:
            self.meter.guess(len(question), self.limits.answer_tokens)
            raise Unanswered(f"answers with more than {self.limits.largest:,} bytes")
        try:
            said = json.loads(body)
            choice = said["choices"][0]
            words = _text(choice["message"].get("content"))
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
            self.meter.guess(len(question), min(self.limits.answer_tokens, len(body) // BYTES_A_TOKEN + 1))
            raise _Again("answers with something that is no chat completion") from None
        self._count(said.get("usage"), question, words)
        if not words.strip():
            cut = choice.get("finish_reason") == "length"
            raise Unanswered("used up its tokens before it answered" if cut else "gave an empty answer")
        return words

    def _count(self, usage: Any, question: bytes, words: str) -> None:
        told = usage if isinstance(usage, dict) else {}
        sent, received = told.get("prompt_tokens"), told.get("completion_tokens")
        if isinstance(sent, int) and isinstance(received, int) and min(sent, received) >= 0:
            self.meter.count(sent, received)
        else:
            self.meter.guess(len(question), len(words.encode("utf-8", "replace")) // BYTES_A_TOKEN + 1)

    def _complaint(self, status: int, headers: httpx.Headers, body: bytes) -> Exception:
        said = f"{status} {self._clean(_message(body))}".strip()
        if status in _SHUT:
            return Shut(f"{_SHUT[status]} ({said})")
        if status in _AGAIN or status >= 500:
            return _Again(said, _wait_s(headers.get("retry-after")))
        if status in _REFUSED:
            return _Refused(said)
        if 300 <= status < 400:
            return Shut(f"sends elsewhere ({said}), which is not followed; check {URL}")
        return Unanswered(f"answers {said}")

    def _clean(self, text: str) -> str:
        """A server's words, short, on one line, and without the key."""
        kept = text.replace(self.settings.key, "…") if self.settings.key else text
        return plain(" ".join(kept.split()))[:200]


def _text(content: Any) -> str:
    """The words of a message: a string, or parts of which some are text."""
    if isinstance(content, list):
        content = "".join(str(part.get("text") or "") for part in content if isinstance(part, dict))
    return content if isinstance(content, str) else ""


def _message(body: bytes) -> str:
    """What an error says of itself."""
    text = body[:20_000].decode("utf-8", "replace")
    try:
        error = json.loads(text)["error"]
        said = error["message"] if isinstance(error, dict) else error
    except (ValueError, LookupError, TypeError, RecursionError):
        return text
    return str(said)


def _wait_s(said: str | None) -> float | None:
    """How long a server asks to be left alone: a number of seconds, or a time."""
    if said is None:
        return None
    if said.strip().isascii() and said.strip().isdigit():
        return float(said)
    try:
        until = parsedate_to_datetime(said)
    except ValueError:
        return None
    return max(0.0, (until - datetime.now(UTC)).total_seconds()) if until.tzinfo else None
