"""The one socket: which addresses it may reach, what it costs at most, and how it treats whoever it asks."""

from __future__ import annotations

import gzip
import re
import socket
import threading
import zlib
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import TYPE_CHECKING

import httpcore
import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterflow.model.problem import Problem, Trouble
from counterflow.sources.web import fetch, robots
from counterflow.sources.web.addresses import closed, literal
from counterflow.sources.web.browse import Web
from counterflow.sources.web.fetch import Answer
from sources.loopback import EASY, QUICK, Asked, Reply, dripped, serving

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sources.loopback import Site

PAGE = b"<!doctype html><html><body><p>Halden put 3 billion into Orrery.</p></body></html>"
OUTSIDE = "93.184.215.14"  # an open address; no test reaches it


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as found:
        found.pages["/"] = Reply(PAGE)
        yield found


@pytest.fixture
def web() -> Web:
    return Web(allow_private=True, limits=EASY)


@pytest.fixture
def brisk() -> Web:
    return Web(allow_private=True, limits=QUICK)


def refused(web: Web, address: str) -> Problem:
    with pytest.raises(Trouble) as why:
        web.get(address)
    assert why.value.problem.remedy
    return why.value.problem


# Addresses


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("127.0.0.1", "127.0.0.1"),
        ("2130706433", "127.0.0.1"),  # 127 * 2^24 + 1
        ("0x7f000001", "127.0.0.1"),
        ("017700000001", "127.0.0.1"),
        ("0x7f.0.0.1", "127.0.0.1"),
        ("0177.0.0.01", "127.0.0.1"),
        ("127.1", "127.0.0.1"),
        ("127.0.1", "127.0.0.1"),
        ("127.0.0.1.", "127.0.0.1"),
        ("10.65535", "10.0.255.255"),
        ("2852039166", "169.254.169.254"),  # ((169 * 256 + 254) * 256 + 169) * 256 + 254
        ("0xa9fea9fe", "169.254.169.254"),
        ("::1", "::1"),
        ("::ffff:7f00:1", "::ffff:127.0.0.1"),
    ],
)
def test_an_address_is_read_in_every_form_that_resolvers_take(host: str, address: str):
    assert literal(host) == ip_address(address)
    assert closed(ip_address(address))


@pytest.mark.parametrize("host", ["1.2.3.4.5", "256.1.1.1", "1.2.3.256", "4294967296", "a.0x7f", "08.1.1.1", "1..2"])
def test_what_ends_in_a_number_and_is_no_address_is_refused(host: str):
    with pytest.raises(ValueError, match=r"address|invalid literal"):
        literal(host)


@pytest.mark.parametrize("host", ["example.org", "localhost", "1e2.example", "0x7f.example", "a1"])
def test_a_name_is_no_address(host: str):
    assert literal(host) is None


@pytest.mark.parametrize(
    "address",
    [
        *"0.0.0.0 0.1.2.3 10.0.0.1 100.64.0.1 100.127.255.255 127.0.0.1 127.255.255.254 169.254.0.1".split(),
        *"169.254.169.254 172.16.0.1 172.31.255.255 192.0.0.8 192.0.0.192 192.0.2.1 192.88.99.1 192.168.1.1".split(),
        *"198.18.0.1 198.51.100.7 203.0.113.9 224.0.0.1 239.255.255.255 240.0.0.1 255.255.255.255".split(),
        *"100.100.100.200 168.63.129.16 :: ::1 ::7f00:1 ::ffff:10.0.0.1 ::ffff:169.254.169.254 64:ff9b::7f00:1".split(),
        *"64:ff9b::a9fe:a9fe 64:ff9b:1::1 100::1 2001::1 2001:db8::1 2002:7f00:1:: 2002:5db8:d70e:: 3fff::1".split(),
        *"fc00::1 fd00:ec2::254 fe80::1 fe80::1%eth0 fec0::1 ff02::1 4000::1".split(),
    ],
)
def test_no_page_comes_from_an_address_outside_the_open_internet(address: str):
    assert closed(ip_address(address))


@pytest.mark.parametrize(
    "address", ["93.184.215.14", "1.1.1.1", "172.32.0.1", "100.128.0.1", "2606:4700::1", "64:ff9b::5db8:d70e"]
)
def test_the_open_internet_is_open(address: str):
    assert closed(ip_address(address)) is None


def test_what_it_is_is_said():
    """169.254.169.254 is link-local by its range, and the metadata of a cloud machine by its use."""
    assert (
        closed(ip_address("169.254.169.254")) == closed(ip_address("fd00:ec2::254")) != closed(ip_address("10.0.0.1"))
    )
    assert closed(ip_address("10.0.0.1")) == "a private address"
    assert closed(ip_address("127.8.8.8")) == "an address of this machine"


@given(st.ip_addresses(v=4))
def test_what_is_open_is_global_to_python_too_however_it_is_carried(address: IPv4Address):
    what = closed(address)
    if what is None:
        assert address.is_global
        assert not address.is_multicast
    assert closed(IPv6Address(f"::ffff:{address}")) == closed(IPv6Address(f"64:ff9b::{address}")) == what


@given(st.ip_addresses(v=6) | st.ip_addresses(network="2000::/3") | st.ip_addresses(network="64:ff9b::/32"))
def test_no_closed_address_of_ipv6_is_open(address: IPv6Address):
    if closed(address) is None:
        assert address.is_global
        assert not address.is_multicast


@given(st.ip_addresses(v=4), st.integers(1, 4), st.lists(st.sampled_from(["d", "x", "o"]), min_size=4, max_size=4))
def test_every_spelling_of_an_address_is_that_address(address: IPv4Address, parts: int, bases: list[str]):
    number = int(address)
    values = [number >> 24 & 255, number >> 16 & 255, number >> 8 & 255][: parts - 1]
    values.append(number & (1 << 8 * (5 - parts)) - 1)
    spelt = {"d": str, "x": hex, "o": lambda n: f"0{n:o}"}
    assert literal(".".join(spelt[base](n) for n, base in zip(values, bases, strict=False))) == address


# What may be reached


def test_a_page_on_this_machine_is_fetched_only_where_that_is_allowed(site: Site, web: Web):
    assert web.get(site.url()).body == PAGE
    asked = len(site.asked)
    for address in (site.url(), site.url(host="localhost"), site.url(host="2130706433"), site.url(host="0x7f.1")):
        problem = refused(Web(limits=EASY), address)
        assert "an address of this machine" in problem.what
        assert problem.where == address
        assert "--allow-private" in problem.remedy
    assert len(site.asked) == asked


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        (["10.1.2.3"], "a private address"),
        ([OUTSIDE, "127.0.0.1"], "an address of this machine"),  # one of several is enough
        (["::ffff:169.254.169.254"], "the metadata of a cloud machine"),
        (["fe80::1%eth0"], "a link-local address"),
    ],
)
def test_a_name_is_refused_by_what_it_resolves_to(site: Site, answers: list[str], said: str):
    assert said in refused(Web(limits=EASY, look_up=lambda *_: answers), site.url(host="news.example")).what
    assert not site.asked


def test_a_name_that_changes_its_answer_gains_nothing(site: Site):
    """The first answer is open, the next are this machine: the connection goes to the first, which no test reaches."""
    answers = iter([[OUTSIDE], ["127.0.0.1"], ["127.0.0.1"]])
    asked: list[str] = []

    def rebinding(host: str, _: int) -> list[str]:
        asked.append(host)
        return next(answers)

    problem = refused(Web(limits=EASY, look_up=rebinding), site.url(host="rebind.example"))
    assert f"a test reached for {OUTSIDE}" in problem.what
    assert asked == ["rebind.example"]
    assert not site.asked
    problem = refused(Web(limits=EASY, look_up=rebinding), site.url(host="rebind.example"))
    assert "an address of this machine" in problem.what
    assert not site.asked


def test_a_connection_goes_to_the_checked_number_and_keeps_the_name_for_its_certificate(monkeypatch):
    reached: list[object] = []

    class Stream(httpcore.NetworkStream):
        def start_tls(self, ssl_context, server_hostname=None, timeout=None):
            reached.append((server_hostname, ssl_context.check_hostname))
            raise httpcore.ConnectError("enough")

        def close(self) -> None:
            """Nothing is open."""

    def connect(self, host, port, *rest):
        reached.append((host, port))
        return Stream()

    monkeypatch.setattr(httpcore.SyncBackend, "connect_tcp", connect)
    problem = refused(Web(limits=EASY, look_up=lambda *_: [OUTSIDE]), "https://news.example/a")
    assert "cannot be reached (enough)" in problem.what
    assert reached == [(OUTSIDE, 443), ("news.example", True)]


def test_the_name_goes_into_the_request(site: Site):
    web = Web(allow_private=True, limits=EASY, look_up=lambda *_: ["127.0.0.1"])
    web.get(site.url("/", host="news.example"))
    assert {asked.headers["host"] for asked in site.asked} == {f"news.example:{site.port}"}


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("ftp://news.example/a", "only http and https"),
        ("file:///secret.txt", "only http and https"),
        ("gopher://news.example/", "only http and https"),
        ("http:///a", "no server"),
        ("http://news.example:99999/", "no server"),
        ("http://1.2.3.4.5/", "no web address"),
        ("http://news\x00.example/", "no web address"),
        ("http://①②⑦.0.0.1/", "no web address"),
        ("https://" + "a" * 70_000, "no web address"),
    ],
)
def test_what_is_no_address_of_a_page_is_said(web: Web, address: str, said: str):
    problem = refused(web, address)
    assert said in problem.what
    assert problem.where == address


def test_a_password_in_an_address_is_refused_and_not_kept(web: Web):
    for address in ("https://me:secret@news.example/a", "https://me@news.example/a", "https://a:secret@b:c@1.2.3.4.5/"):
        problem = refused(web, address)
        assert "secret" not in str(problem)
        assert "@" not in problem.where


def test_nothing_of_the_environment_or_of_an_earlier_answer_is_used(site: Site, web: Web, monkeypatch, tmp_path):
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login me password secret", encoding="utf-8")
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://192.0.2.7:1")
    site.pages["/"] = Reply(PAGE, headers={"Set-Cookie": "who=you", "Content-Type": "text/html"})
    web.get(site.url())
    web.get(site.url())
    for asked in site.asked:
        assert asked.headers.keys() == {"host", "user-agent", "accept", "accept-encoding", "connection"}
        assert asked.headers["user-agent"].startswith("Counterflow/")


def test_control_characters_in_an_address_are_escaped_where_they_are_shown(web: Web):
    shown = str(refused(web, "http://news.example\x1b[2J\u202e/a"))
    assert "\\x1b[2J\\u202e" in shown
    assert all(c.isprintable() or c == "\n" for c in shown)


# What it may cost


def test_a_server_that_says_nothing_is_left(site: Site, brisk: Web):
    site.pages["/"] = site.stall
    assert "gave no sign for 0.4 s" in refused(brisk, site.url()).what


def test_a_server_that_drips_its_headers_is_left(site: Site, brisk: Web):
    head = [b"HTTP/1.1 200 OK\r\n", b"X-Long: " + b"a" * 300]
    site.pages["/"] = lambda asked: dripped(asked, head, 0.05, site.over)
    assert "took longer than 1.2 s" in refused(brisk, site.url()).what


def test_a_server_that_drips_its_page_is_left(site: Site, brisk: Web):
    site.pages["/"] = Reply(PAGE * 3, drip_s=0.05)
    assert "took longer than 1.2 s" in refused(brisk, site.url()).what


def test_a_name_that_is_never_found_is_left(site: Site):
    def silent(*_: object) -> list[str]:
        site.over.wait(20)
        return []

    web = Web(allow_private=True, limits=QUICK, look_up=silent)
    assert "gave no sign for 0.4 s" in refused(web, site.url(host="slow.example")).what


def test_a_name_without_an_address_is_said():
    def nowhere(*_: object) -> list[str]:
        raise socket.gaierror(-2, "Name or service not known")

    assert "has no address" in refused(Web(limits=EASY, look_up=nowhere), "https://gone.example/").what


def test_a_server_that_is_away_is_said(web: Web):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound and not listening
        problem = refused(web, f"http://127.0.0.1:{taken.getsockname()[1]}/")
    assert "cannot be reached" in problem.what


def test_after_three_silences_a_host_is_left_alone(site: Site, brisk: Web):
    for path in "abcde":
        site.pages[f"/{path}"] = site.stall
    said = [refused(brisk, site.url(f"/{path}")).what for path in "abcde"]
    assert [what.count("ran out of time 3 times") for what in said] == [0, 0, 0, 1, 1]
    assert site.paths == ["/a", "/b", "/c"]


def test_a_page_may_fill_its_limit_and_no_more(site: Site, web: Web):
    """The limit here is 200,000 bytes."""
    site.pages["/fits"] = Reply(b"a" * 200_000)
    site.pages["/over"] = Reply(b"a" * 200_001)
    assert len(web.get(site.url("/fits")).body) == 200_000
    assert "is larger than" in refused(web, site.url("/over")).what


@pytest.mark.parametrize("coding", ["gzip", "x-gzip", "deflate"])
def test_a_bomb_is_measured_unpacked(site: Site, web: Web, coding: str):
    """Fifty million zeros are some fifty thousand bytes packed."""
    zeros = bytes(50_000_000)
    packed = zlib.compress(zeros) if coding == "deflate" else gzip.compress(zeros)
    site.pages["/"] = Reply(packed, headers={"Content-Encoding": coding})
    assert "is larger than" in refused(web, site.url()).what


def test_a_bomb_is_never_unpacked_beyond_its_limit():
    chunks = [gzip.compress(bytes(50_000_000))]
    largest = max(len(piece) for piece in fetch._inflated(chunks, 1_000))
    assert largest == 1_000
    assert fetch._unpacked(chunks, "gzip", 1_000) == (bytes(1_000), False)


def test_a_packed_page_is_unpacked_whole(site: Site, web: Web):
    site.pages["/"] = Reply(gzip.compress(PAGE) + gzip.compress(b"<!-- more -->"), headers={"Content-Encoding": "gzip"})
    assert web.get(site.url()).body == PAGE + b"<!-- more -->"


@pytest.mark.parametrize(
    ("body", "coding"),
    [
        (PAGE, "br"),
        (PAGE, "zstd"),
        (PAGE, "gzip"),
        (gzip.compress(gzip.compress(PAGE)), "gzip, gzip"),
        (gzip.compress(PAGE)[:-9], "gzip"),
        (b"", "gzip"),
    ],
)
def test_what_cannot_be_unpacked_is_said(site: Site, web: Web, body: bytes, coding: str):
    site.pages["/"] = Reply(body, headers={"Content-Encoding": coding})
    assert "cannot be undone" in refused(web, site.url()).what


def test_a_page_shorter_than_it_says_is_not_taken_for_whole(site: Site, web: Web):
    site.pages["/"] = Reply(PAGE, length=len(PAGE) + 1)
    assert "broke off" in refused(web, site.url()).what


@pytest.mark.parametrize("sent", [b"", b"hello\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n", b"\0" * 999])
def test_an_answer_that_is_no_http_is_said(site: Site, web: Web, sent: bytes):
    site.pages["/"] = lambda asked: dripped(asked, [sent], 0, site.over)
    assert "broke off its answer" in refused(web, site.url()).what


def test_headers_without_end_are_cut(site: Site, web: Web):
    def endless(asked: Asked) -> None:
        asked.write(b"HTTP/1.1 200 OK\r\nX: " + b"a" * 1_000_000)

    site.pages["/"] = endless
    assert "broke off its answer" in refused(web, site.url()).what


# Redirects


def moved(to: str, status: int = 302) -> Reply:
    return Reply(status=status, headers={"Location": to})


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_followed_and_noted(site: Site, web: Web, status: int):
    site.pages["/old"] = moved("/", status)
    fetched = web.get(site.url("/old"))
    assert (fetched.body, fetched.led) == (PAGE, site.url("/"))
    assert web.get(site.url("/")).led is None


@pytest.mark.parametrize("sent", ["/ü".encode(), "/ü".encode("latin-1"), b"/%C3%BC"])
def test_a_redirect_may_be_written_in_any_letters(site: Site, web: Web, sent: bytes):
    site.pages["/%C3%BC"] = Reply(PAGE)
    head = b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: " + sent + b"\r\n\r\n"
    site.pages["/old"] = lambda asked: dripped(asked, [head], 0, site.over)
    assert web.get(site.url("/old")).body == PAGE


def test_an_odd_etag_is_not_sent_back(site: Site, web: Web):
    site.pages["/"] = Reply(PAGE, headers={"ETag": '"é"'})
    etag = web.get(site.url()).etag
    assert web.get(site.url(), etag=etag).body == PAGE


def test_five_redirects_are_followed_and_no_more(site: Site, web: Web):
    for k in range(6):
        site.pages[f"/{k}"] = moved(f"/{k + 1}" if k < 5 else "/")
    assert web.get(site.url("/1")).body == PAGE
    assert "behind more than 5 redirects" in refused(web, site.url("/0")).what


def test_redirects_in_a_circle_end(site: Site, web: Web):
    site.pages["/a"], site.pages["/b"] = moved("/b"), moved("/a#again")
    assert "back to itself" in refused(web, site.url("/a")).what
    assert site.paths == ["/a", "/b"]


@pytest.mark.parametrize(
    "to",
    "http://127.0.0.2:{port}/ http://[::1]:{port}/ http://0x7f000002:{port}/ http://169.254.169.254/latest/meta-data/ "
    "http://[fd00:ec2::254]/ http://10.0.0.1/ http://[::ffff:127.0.0.2]:{port}/ //192.168.0.1/".split(),
)
def test_a_redirect_into_a_private_network_is_refused(site: Site, monkeypatch, to: str):
    """For this test 127.0.0.1 stands for an open address; all others are what they are."""
    monkeypatch.setattr(fetch, "closed", lambda address: None if str(address) == "127.0.0.1" else closed(address))
    site.pages["/out"] = moved(to.format(port=site.port))
    problem = refused(Web(limits=EASY), site.url("/out"))
    assert "a private address" in problem.what or "of this machine" in problem.what or "metadata" in problem.what
    assert problem.where == site.url("/out")
    assert site.paths == ["/out"]


@pytest.mark.parametrize("to", ["file:///a", "ftp://news.example/", "http://me:secret@news.example/", "http://\x7f/"])
def test_a_redirect_to_no_page_is_refused(site: Site, web: Web, to: str):
    site.pages["/out"] = moved(to)
    problem = refused(web, site.url("/out"))
    assert problem.where == site.url("/out")
    assert "secret" not in str(problem)


def test_a_redirect_from_https_to_http_is_followed_and_doubted():
    web = Web(limits=EASY)
    answers = {
        "https://news.example/a": Answer(301, {"location": "http://news.example/a"}),
        "http://news.example/a": Answer(200, {}, PAGE),
    }
    web._line.ask = lambda url, *_: answers.get(str(url), Answer(404, {}))  # type: ignore[method-assign]
    fetched = web.get("https://news.example/a")
    assert fetched.body == PAGE
    [(what, remedy)] = fetched.doubts
    assert "from https to http://news.example/a" in what
    assert remedy


# What servers say


@pytest.mark.parametrize("status", [201, 204, 206, 304, 400, 401, 403, 404, 410, 418, 451, 500, 503, 599])
def test_an_answer_that_is_no_page_is_said_with_its_number(site: Site, web: Web, status: int):
    site.pages["/"] = Reply(PAGE if status not in {204, 304} else b"", status=status)
    assert f"answered with {status} (" in refused(web, site.url()).what


def test_a_host_that_asks_for_a_pause_is_not_asked_again(site: Site, web: Web):
    site.pages["/"] = Reply(status=429, headers={"Retry-After": "120"})
    first, second = refused(web, site.url("/")), refused(web, site.url("/other"))
    assert "429 (Too Many Requests), to be asked again after 120 seconds" in first.what
    assert "was not asked for" in second.what
    assert site.paths == ["/"]


def test_what_has_not_changed_is_not_sent_again(site: Site, web: Web):
    def page(asked: Asked) -> Reply:
        same = (
            asked.headers.get("if-none-match") == '"v1"' or asked.headers.get("if-modified-since") == "Tue, 3 Mar 2026"
        )
        return Reply(status=304) if same else Reply(PAGE, headers={"ETag": '"v1"', "Last-Modified": "Tue, 3 Mar 2026"})

    site.pages["/"] = page
    first = web.get(site.url())
    assert (first.etag, first.last_modified, first.unchanged) == ('"v1"', "Tue, 3 Mar 2026", False)
    assert web.get(site.url(), etag=first.etag).unchanged
    assert web.get(site.url(), last_modified=first.last_modified).unchanged
    assert web.get(site.url(), etag='"v0"').body == PAGE


# Manners


def test_robots_txt_is_kept(site: Site, web: Web):
    site.pages["/robots.txt"] = Reply(b"User-agent: *\nDisallow: /\n\nUser-agent: counterflow\nDisallow: /closed\n")
    site.pages["/closed/a"] = Reply(PAGE)
    site.pages["/to"] = moved("/closed/a")
    assert web.get(site.url("/")).body == PAGE
    for path in ("/closed/a", "/to"):
        assert "closed to programs by the robots.txt" in refused(web, site.url(path)).what
    assert site.paths == ["/", "/to"]
    assert [asked.path for asked in site.asked].count("/robots.txt") == 1


@pytest.mark.parametrize("status", [404, 401, 403, 410])
def test_a_site_without_robots_txt_is_open(site: Site, web: Web, status: int):
    site.pages["/robots.txt"] = Reply(b"User-agent: *\nDisallow: /", status=status)
    assert web.get(site.url("/")).body == PAGE


@pytest.mark.parametrize("status", [500, 503, 429])
def test_a_site_whose_robots_txt_fails_is_closed_for_now(site: Site, web: Web, status: int):
    site.pages["/robots.txt"] = Reply(status=status)
    assert f"its robots.txt was answered with {status}" in refused(web, site.url("/")).what
    refused(web, site.url("/other"))
    assert [asked.path for asked in site.asked] == ["/robots.txt"]


def test_a_site_whose_robots_txt_cannot_be_had_is_closed_for_now(site: Site, brisk: Web):
    site.pages["/robots.txt"] = site.stall
    assert "its robots.txt gave no sign" in refused(brisk, site.url("/")).what
    assert site.paths == []


def test_a_robots_txt_that_moved_is_read_where_it_is(site: Site, web: Web):
    site.pages["/robots.txt"] = moved("/r")
    site.pages["/r"] = Reply(b"User-agent: *\nDisallow: /\n")
    assert "closed to programs" in refused(web, site.url("/")).what


def test_a_long_robots_txt_is_read_from_its_start(site: Site, web: Web):
    site.pages["/robots.txt"] = Reply(b"User-agent: *\nDisallow: /x\n" + b"#" * 600_000)
    assert web.get(site.url("/")).body == PAGE
    assert "closed to programs" in refused(web, site.url("/x")).what


def test_requests_to_one_host_keep_a_pause(site: Site, monkeypatch):
    """Its robots.txt asks for 60 s, of which 0.2 are kept; the page behind robots.txt itself need not wait."""
    waited: list[float] = []
    monkeypatch.setattr(fetch, "sleep", waited.append)
    site.pages["/robots.txt"] = Reply(b"User-agent: *\nCrawl-delay: 60\n")
    web = Web(allow_private=True, limits=EASY)
    for _ in range(3):
        web.get(site.url())
    assert len(waited) == 2
    assert all(0.1 < seconds <= 0.2 for seconds in waited)


def test_one_host_is_asked_one_thing_at_a_time(site: Site):
    """Each of ten threads may take 1.5 s of its own, of which it needs 0.3; the queue is longer, and not counted."""

    def slow(_: Asked) -> Reply:
        site.over.wait(0.15)
        return Reply(PAGE)

    web = Web(allow_private=True, limits=EASY._replace(total_s=1.5))
    site.pages["/robots.txt"] = site.pages["/"] = slow
    threads = [threading.Thread(target=web.get, args=(site.url(),)) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(site.paths) == 10
    assert site.most_at_once == 1


@pytest.mark.parametrize(
    ("text", "path", "allowed"),
    [
        ("", "/a", True),
        ("User-agent: *\nDisallow:", "/a", True),
        ("User-agent: *\nDisallow: /", "/a", False),
        ("User-agent: other\nDisallow: /", "/a", True),
        ("User-agent: *\nDisallow: /\nAllow: /news/", "/news/a", True),  # the longest decides, not the first
        ("User-agent: *\nAllow: /\nDisallow: /private/", "/private/a", False),
        ("User-agent: *\nDisallow: /a\nAllow: /a", "/a", True),  # of equals the kind one
        ("User-agent: *\nDisallow: /*.pdf$", "/x/a.pdf", False),
        ("User-agent: *\nDisallow: /*.pdf$", "/x/a.pdf?p=1", True),
        ("User-agent: *\nDisallow: /*print=", "/a?print=1", False),
        ("User-agent: *\nDisallow: /a$", "/ab", True),
        ("User-agent: *\nDisallow: /*a*a$", "/a", True),  # one letter cannot be two
        ("User-agent: a\nUser-agent: COUNTERFLOW # us\nDisallow: /x", "/x", False),
        ("User-agent: counterflow\nDisallow: /x\nUser-agent: *\nDisallow: /y", "/y", True),
        ("User-agent: counterflow\nDisallow: /x\n\nUser-agent: counterflow\nDisallow: /y", "/x", False),
        ("\ufeffUser-agent: *\r\nDisallow: /%7Ejoe/", "/~joe/a", False),
        ("User-agent: *\nDisallow: /ö", "/%C3%B6", False),
        ("Disallow: /\nnonsense\n:\nUser-agent: *\nCrawl-delay: ²\nDisallow: //[x", "/a", True),
    ],
)
def test_rules_are_read_as_the_standard_says(text: str, path: str, allowed: bool):
    assert robots.parse(text, "Counterflow").allow(path) is allowed


@pytest.mark.parametrize(
    ("value", "pause"), [("5", 5.0), ("0.5", 0.5), ("-1", 0.0), ("soon", 0.0), ("9" * 5_000, None)]
)
def test_a_delay_is_read_where_it_is_a_number(value: str, pause: float | None):
    found = robots.parse(f"User-agent: *\nCrawl-delay: {value}", "Counterflow").pause_s
    assert found == (float("inf") if pause is None else pause)


@given(st.text(alphabet="ab/*$%2F é", max_size=12), st.text(alphabet="ab/é", max_size=12))
def test_a_pattern_fits_as_the_same_regular_expression_does(pattern: str, path: str):
    pieces = [re.escape(robots._plain(piece)) for piece in pattern.removesuffix("$").split("*")]
    as_regex = re.compile(".*".join(pieces) + ("$" if pattern.endswith("$") else ""), re.DOTALL)
    assert robots._fits(pattern, robots._plain(path)) == bool(as_regex.match(robots._plain(path)))
