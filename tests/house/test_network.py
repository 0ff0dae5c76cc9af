"""The whole suite works with the network off, and a page that is opened stays by itself."""

from __future__ import annotations

import http.server
import socket
import threading
from typing import TYPE_CHECKING
from urllib.request import urlopen

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page


def test_no_test_reaches_the_outside():
    with pytest.raises(ConnectionRefusedError, match=r"192\.0\.2\.1"):
        socket.create_connection(("192.0.2.1", 80), timeout=1)  # an address kept for documentation


def test_no_test_asks_for_a_name_outside():
    with pytest.raises(socket.gaierror, match=r"counterflow\.example"):
        socket.getaddrinfo("counterflow.example", 443)


def test_a_server_on_this_machine_can_be_asked():
    with http.server.HTTPServer(("127.0.0.1", 0), _Hello) as server:
        threading.Thread(target=server.handle_request).start()
        assert urlopen(f"http://127.0.0.1:{server.server_port}/").read() == b"hello"


def test_the_browser_shows_a_page_from_disk(page: Page, tmp_path: Path):
    shown = tmp_path / "report.html"
    shown.write_text("<!doctype html><title>Offline</title><h1>10 of 12</h1>", encoding="utf-8")
    page.goto(shown.as_uri())
    assert page.title() == "Offline"
    assert page.inner_text("h1") == "10 of 12"


class _Hello(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"hello")

    def log_message(self, *_: object) -> None:
        """Say nothing on the terminal."""
