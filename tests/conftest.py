"""What every test may count on: repeatable Hypothesis runs, no outside network, none of the user's own settings."""

from __future__ import annotations

import ipaddress
import os
import shutil
import socket
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

# The same examples on every run and machine; a slow machine is no failure. Few enough for two cores: a test that
# needs more says so with its own @settings.
settings.register_profile(
    "counterflow",
    derandomize=True,
    deadline=None,
    max_examples=50,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.load_profile("counterflow")

_CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "chrome")


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test reads the user's book or reaches the outside network."""
    for name in [name for name in os.environ if name.startswith("COUNTERFLOW_") and name != "COUNTERFLOW_ARTICLES"]:
        monkeypatch.delenv(name)
    connect = socket.socket.connect

    def only_here(self: socket.socket, address: object) -> None:
        if isinstance(address, tuple) and not _is_here(str(address[0])):
            raise ConnectionRefusedError(f"a test reached for {address[0]}: tests work without the network")
        connect(self, address)  # type: ignore[arg-type]

    look_up = socket.getaddrinfo

    def names_here(host: Any, *rest: Any, **options: Any) -> Any:
        if host and not _is_here(str(host)) and not _is_number(str(host)):
            raise socket.gaierror(f"a test looked up {host}: tests work without the network")
        return look_up(host, *rest, **options)

    monkeypatch.setattr(socket.socket, "connect", only_here)
    monkeypatch.setattr(socket, "getaddrinfo", names_here)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The Chromium of the system, without a window; tests that need it skip, saying so, where there is none."""
    program = next(filter(None, map(shutil.which, _CHROMIUM)), None)
    if program is None:
        pytest.skip("no Chromium on this machine (on Debian: apt-get install chromium)")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A fresh page with the network off; an error thrown by a script on it fails the test."""
    context = browser.new_context(offline=True)
    shown = context.new_page()
    errors: list[str] = []
    shown.on("pageerror", lambda error: errors.append(str(error)))
    yield shown
    context.close()
    assert not errors, errors


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _is_number(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
