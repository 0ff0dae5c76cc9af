"""Feeds: what is read of them, what a second reading adds, and that none of them fills the memory or runs for ever."""

from __future__ import annotations

import io
from contextlib import suppress
from html import escape
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterflow import desk
from counterflow.model.problem import Problem, Trouble
from counterflow.model.source import Feed
from counterflow.sources import gather
from counterflow.sources.gather import Told
from counterflow.sources.web import browse as web
from counterflow.sources.web import feeds
from counterflow.store import Store
from sources.loopback import EASY, Asked, Reply, serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from counterflow.model.source import Document
    from sources.loopback import Site

STORY = (
    "<!doctype html><html><head><title>{0}</title></head><body><article><h1>{0}</h1><p>Halden Chips has agreed to put "
    "$3 billion into {0}, the company said, and will hold a tenth of it.</p></article></body></html>"
)
WHEN = "2026-03-01T00:00:00Z"


@pytest.fixture
def site(monkeypatch) -> Iterator[Site]:
    monkeypatch.setattr(web, "LIMITS", EASY)
    with serving() as found:
        yield found


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.create(tmp_path / "book.db", recorded=WHEN) as found:
        yield found


def rss(*items: str, more: str = "") -> bytes:
    channel = f"<channel><title>Wire</title>{more}{''.join(items)}</channel>"
    return f"<?xml version='1.0'?><rss version='2.0'>{channel}</rss>".encode()


def item(link: str, guid: str | None = None, more: str = "") -> str:
    named = f"<guid isPermaLink='false'>{escape(guid)}</guid>" if guid else ""
    return f"<item><title>Item</title><link>{escape(link)}</link>{named}{more}</item>"


def story(name: str) -> Reply:
    return Reply(STORY.format(name).encode(), headers={"Content-Type": "text/html", "Last-Modified": "Mon, 2 Feb 2026"})


def read(store: Store | None, *names: object) -> tuple[list[desk.Read], list[Told], list[Problem]]:
    found = list(desk.read([str(name) for name in names], store, allow_private=True))
    return (
        [each for each in found if isinstance(each, desk.Read)],
        [each for each in found if isinstance(each, Told)],
        [each for each in found if isinstance(each, Problem)],
    )


def documents(reads: list[desk.Read]) -> list[Document]:
    return [each.document for each in reads]


# What a feed says


def test_a_feed_of_rss_by_hand():
    """Two items: one dated in its writer's own zone (3 March there, 4 March in Greenwich), one told of twice."""
    first = item("https://news.example/a#top", "one", "<pubDate>Tue, 03 Mar 2026 23:30:00 -0500</pubDate>")
    second = item("/b", None, "<description>Plain &amp;lt; text</description>")
    found = feeds.parse(rss(first, second, first), "https://news.example/feed")
    assert found.flaw is None
    assert [entry.link for entry in found.entries] == ["https://news.example/a", "https://news.example/b"]
    assert [entry.published for entry in found.entries] == ["2026-03-03", None]
    assert [bool(entry.page) for entry in found.entries] == [False, True]
    assert len({entry.ident for entry in found.entries}) == 2


def test_a_feed_of_atom_by_hand():
    """What was updated is no day of publication; the whole text is better than its summary."""
    raw = """<feed xmlns="http://www.w3.org/2005/Atom"><title>Wire</title>
    <link rel="self" href="https://news.example/feed"/><link rel="next" href="https://news.example/feed?page=2"/>
    <entry><id>tag:1</id><title>One</title><link href="https://news.example/1"/>
    <published>2026-03-03T23:30:00-05:00</published><updated>2026-04-01T00:00:00Z</updated><summary>Short.</summary>
    <content type="html">&lt;p&gt;The whole text.&lt;/p&gt;&lt;script&gt;x()&lt;/script&gt;</content></entry>
    <entry><id>tag:2</id><title>Two</title><link href="2"/><updated>2026-04-01T00:00:00Z</updated></entry></feed>"""
    one, two = feeds.parse(raw.encode(), "https://news.example/feed").entries
    assert (one.link, one.published) == ("https://news.example/1", "2026-03-03")
    assert "The whole text." in one.page
    assert "Short." not in one.page
    assert "script" not in one.page
    assert (two.link, two.published) == ("https://news.example/2", None)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "iso-8859-1", "utf-8"])
def test_a_feed_is_decoded_as_it_says_itself(encoding: str):
    declared = "" if encoding in {"utf-8-sig", "utf-16", "utf-8"} else f"<?xml version='1.0' encoding='{encoding}'?>"
    raw = rss(item("https://news.example/ü")).decode().replace("<?xml version='1.0'?>", declared).encode(encoding)
    if encoding != "utf-16-le":
        assert feeds.is_feed(raw)
        assert feeds.parse(raw, "a").entries[0].link == "https://news.example/ü"


def test_a_server_may_name_the_encoding_of_a_feed_that_names_none():
    raw = rss(item("https://news.example/ü")).replace(b"<?xml version='1.0'?>", b"").decode().encode("latin-1")
    assert feeds.parse(raw, "a", "ISO-8859-1").entries[0].link == "https://news.example/ü"
    assert feeds.parse(raw, "a", "no-such-charset").entries


@pytest.mark.parametrize(
    ("raw", "feed"),
    [
        (b"<rss version='2.0'>", True),
        (b"\n<?xml version='1.0'?><?xml-stylesheet href='a'?><!-- hello --><feed xmlns='x'>", True),
        (b"<rdf:RDF xmlns='x'>", True),
        (b"<atom:feed xmlns:atom='x'>", True),
        (b"<!doctype html><html><rss>", False),
        (b"<html><body><feed>", False),
        (b"rss", False),
        (b"", False),
        (b"<!---->" * 2_000, False),
        (b"<?x?>" * 2_000 + b"<rss>", False),
    ],
)
def test_a_feed_is_told_by_how_it_opens(raw: bytes, feed: bool):
    assert feeds.is_feed(raw) is feed


LAUGHS = '<!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize(
    "before", [LAUGHS, "<!-- <rss > -->" + LAUGHS, "<?x <!-- ?>" + LAUGHS, '<!DOCTYPE rss SYSTEM "file:///secret.txt">']
)
def test_a_feed_with_entities_is_not_opened(encoding: str, before: str):
    raw = f"{before}<rss version='2.0'><channel><title>&b;</title></channel></rss>".encode(encoding)
    assert feeds.is_feed(raw)
    with pytest.raises(Trouble) as why:
        feeds.parse(raw, "a")
    assert "document type" in why.value.problem.what


def test_a_whole_page_inside_a_feed_is_no_document_type_of_the_feed():
    content = "<description><![CDATA[<!DOCTYPE html><p>Halden pays.</p>]]></description>"
    [entry] = feeds.parse(rss(item("https://news.example/a", more=content)), "a").entries
    assert "Halden pays." in entry.page


@pytest.mark.parametrize("more", [b" " * 5_000_000, b"<a>" * 300_000])
def test_a_feed_too_large_is_refused(more: bytes):
    with pytest.raises(Trouble, match="larger than 5 MB or 300,000 tags"):
        feeds.parse(b"<rss>" + more, "a")


def test_what_opens_as_no_feed_is_none():
    with pytest.raises(Trouble, match="no feed"):
        feeds.parse(b"<?xml " + b" " * 4_000_000, "a")


def test_a_feed_cut_short_is_read_as_far_as_it_goes():
    raw = rss(item("https://news.example/a"), item("https://news.example/b"))
    found = feeds.parse(raw[: raw.index(b"news.example/b")], "a")
    assert found.entries[0].link == "https://news.example/a"
    assert "not well-formed" in str(found.flaw)


@given(st.binary(max_size=60), st.integers(0, 400))
def test_no_feed_ends_in_anything_but_entries_or_a_problem(noise: bytes, at: int):
    raw = rss(item("https://news.example/a", "one", "<pubDate>Tue, 03 Mar 2026</pubDate><description>x</description>"))
    with suppress(Trouble):
        found = feeds.parse(raw[:at] + noise + raw[at:], "https://news.example/")
        assert all(len(entry.ident) == 16 for entry in found.entries)


# Reading it


def test_a_feed_is_read_through_its_links_and_a_second_reading_adds_nothing(site: Site, store: Store):
    site.pages |= {"/one": story("Orrery"), "/two": story("Lantern")}

    def feed(asked: Asked) -> Reply:
        if asked.headers.get("if-none-match") == '"1"':
            return Reply(status=304)
        day = "<pubDate>Tue, 03 Mar 2026 10:00:00 GMT</pubDate>"
        return Reply(rss(item(site.url("/one"), "1", day), item(site.url("/two"), "2")), headers={"ETag": '"1"'})

    site.pages["/feed"] = feed
    reads, told, problems = read(store, site.url("/feed"))
    assert [d.doc_id for d in documents(reads)] == [site.url("/one"), site.url("/two")]
    assert [(d.doc_date, d.doc_date_source) for d in documents(reads)] == [("2026-03-03", "feed"), (None, None)]
    assert all(each.claims for each in reads)
    assert (told, problems) == ([Told(site.url("/feed"), 2, 0)], [])
    events = store.head()
    reads, told, problems = read(store, site.url("/feed"))
    assert (reads, told, problems) == ([], [Told(site.url("/feed"), 0, 2, unchanged=True)], [])
    assert store.head() == events
    assert site.paths == ["/feed", "/one", "/two", "/feed"]
    assert not store.verify()
    assert store.feed(site.url("/feed")).etag == '"1"'


def test_what_a_feed_adds_is_read_alone(site: Site, store: Store):
    site.pages |= {"/one": story("Orrery"), "/two": story("Lantern"), "/feed": Reply(rss(item(site.url("/one"), "1")))}
    read(store, site.url("/feed"))
    site.pages["/feed"] = Reply(rss(item(site.url("/two"), "2"), item(site.url("/one"), "1")))
    reads, told, _ = read(store, site.url("/feed"))
    assert [d.doc_id for d in documents(reads)] == [site.url("/two")]
    assert told == [Told(site.url("/feed"), 1, 1)]
    assert site.paths.count("/one") == 1
    assert len(store.feed(site.url("/feed")).seen) == 2


def test_the_day_on_the_page_is_better_than_the_feeds_and_the_option_than_both(site: Site):
    dated = STORY.format("Orrery").replace(
        "<head>", '<head><meta property="article:published_time" content="2026-02-27">'
    )
    site.pages |= {"/one": Reply(dated.encode())}
    site.pages["/feed"] = Reply(rss(item(site.url("/one"), "1", "<pubDate>Tue, 03 Mar 2026</pubDate>")))
    [read_one], _, _ = read(None, site.url("/feed"))
    assert (read_one.document.doc_date, read_one.document.doc_date_source) == ("2026-02-27", "metadata")
    each = next(desk.read([site.url("/feed")], None, doc_date="2026-01-01", allow_private=True))
    assert isinstance(each, desk.Read)
    assert (each.document.doc_date, each.document.doc_date_source) == ("2026-01-01", "option")


def test_where_a_page_fails_the_feed_speaks_for_it(site: Site, store: Store):
    content = "<description>&lt;p&gt;Halden Chips has put $3 billion into Orrery, it said.&lt;/p&gt;</description>"
    site.pages["/feed"] = Reply(rss(item(site.url("/gone"), "1", content), item(site.url("/gone too"), "2")))
    reads, told, problems = read(store, site.url("/feed"))
    [document] = documents(reads)
    assert document.doc_id == document.address == site.url("/gone")
    assert "$3 billion into Orrery" in document.text
    assert reads[0].claims
    assert [problem.where for problem in problems] == [site.url("/gone"), site.url("/gone too")]
    assert "read from its feed alone, for it was answered with 404" in problems[0].what
    assert told == [Told(site.url("/feed"), 1, 0)]
    assert {p.where for p in store.problems()} == {site.url("/gone"), site.url("/gone too")}
    site.pages["/gone too"] = site.pages["/gone%20too"] = story("Lantern")
    reads, _, problems = read(store, site.url("/feed"))
    assert [d.doc_id for d in documents(reads)] == [site.url("/gone too")]
    assert problems == []
    assert [p.where for p in store.problems()] == [site.url("/gone")]


def test_a_feed_with_something_missing_is_asked_for_in_full_the_next_time(site: Site, store: Store):
    """With its etag kept, a feed that does not change would never again tell of the entry that failed."""
    site.pages["/feed"] = Reply(rss(item(site.url("/one"), "1")), headers={"ETag": '"1"'})
    read(store, site.url("/feed"))
    assert store.feed(site.url("/feed")) == Feed(site.url("/feed"))
    site.pages["/one"] = story("Orrery")
    assert len(read(store, site.url("/feed"))[0]) == 1
    assert store.feed(site.url("/feed")).etag == '"1"'


def test_a_feed_that_failed_once_is_off_the_list_when_it_is_read_again(site: Site, store: Store):
    def feed(asked: Asked) -> Reply:
        return Reply(status=304) if "if-none-match" in asked.headers else Reply(rss(), headers={"ETag": '"1"'})

    site.pages["/feed"] = feed
    read(store, site.url("/feed"))
    site.pages["/feed"] = Reply(status=500)
    assert read(store, site.url("/feed"))[2] == store.problems()
    assert len(store.problems()) == 1
    site.pages["/feed"] = feed
    read(store, site.url("/feed"))
    assert store.problems() == []


def test_a_page_that_failed_once_is_off_the_list_when_it_is_read_again(site: Site, store: Store):
    for page in (story("Orrery"), Reply(status=500), story("Orrery")):
        site.pages["/one"] = page
        read(store, site.url("/one"))
        assert [p.where for p in store.problems()] == ([site.url("/one")] if page.status == 500 else [])
    events = store.head()
    read(store, site.url("/one"))
    assert store.head() == events


def test_a_feed_has_its_cap(site: Site, store: Store, monkeypatch):
    """Five entries at two a time: 2, then 2, then 1."""
    monkeypatch.setattr(gather, "MOST", 2)
    site.pages |= {f"/{k}": story(f"Company {k}") for k in range(5)}
    site.pages["/feed"] = Reply(rss(*(item(site.url(f"/{k}"), str(k)) for k in range(5))), headers={"ETag": '"1"'})
    left = []
    for new, known in ((2, 0), (2, 2), (1, 4)):
        _, told, problems = read(store, site.url("/feed"))
        assert told == [Told(site.url("/feed"), new, known)]
        left += [problem.what.split()[0] for problem in problems]
        assert store.problems() == problems
    assert left == ["3", "1"]


@pytest.mark.parametrize("target", ["/feed", "/other"])
def test_a_feed_that_leads_to_feeds_ends(site: Site, target: str):
    more = f"<atom:link xmlns:atom='http://www.w3.org/2005/Atom' rel='next' href='{site.url('/feed')}'/>"
    site.pages["/other"] = Reply(rss(item(site.url("/feed"), "back")))
    site.pages["/feed"] = Reply(rss(item(site.url(target), "1"), item(site.url("/again"), "2"), more=more))
    site.pages["/again"] = Reply(status=302, headers={"Location": site.url("/feed")})
    reads, told, problems = read(None, site.url("/feed"))
    assert (reads, told) == ([], [Told(site.url("/feed"), 0, 0)])
    assert len(problems) == 2
    assert all("feed inside a feed" in p.what or "no address of its own" in p.what for p in problems)
    assert len(site.paths) <= 5


def test_an_entry_without_a_page_of_its_own_stands_under_its_feed(site: Site, store: Store):
    """Two entries that both link to the front page: each is read from the feed, and the page is not asked for twice."""
    pair = [
        item(site.url("/"), name, f"<description>{name} has put $3 billion into Orrery, it said.</description>")
        for name in ("Halden", "Lantern")
    ]
    site.pages["/feed"] = Reply(rss(*pair))
    reads, _, problems = read(store, site.url("/feed"))
    assert [("Halden" in d.text, "Lantern" in d.text) for d in documents(reads)] == [(True, False), (False, True)]
    assert all(d.doc_id.startswith(site.url("/feed#")) for d in documents(reads))
    assert len(problems) == 2
    assert site.paths == ["/feed"]


def test_an_entry_that_names_a_file_opens_none(site: Site, tmp_path: Path):
    secret = tmp_path / "secret.txt"
    secret.write_text("Halden has put $3 billion into Orrery.", encoding="utf-8")
    local = tmp_path / "feed.xml"
    local.write_bytes(rss(item(secret.as_uri(), "1"), item(str(secret), "2"), item("javascript:alert(1)", "3")))
    reads, _, problems = read(None, local)
    assert reads == []
    assert len(problems) == 3


@pytest.mark.parametrize("name", ["feed.xml", "feed.rss", "feed.atom", "feed"])
def test_a_feed_in_a_file_is_read_like_one_on_the_web(site: Site, store: Store, tmp_path: Path, name: str):
    site.pages["/one"] = story("Orrery")
    local = tmp_path / name
    local.write_bytes(rss(item(site.url("/one"), "1")))
    assert [d.doc_id for d in documents(read(store, local)[0])] == [site.url("/one")]
    assert read(store, local) == ([], [Told(str(local), 0, 1)], [])
    assert site.paths == ["/one"]


def test_what_was_read_before_a_stop_is_kept(site: Site, store: Store):
    site.pages |= {f"/{k}": story(f"Company {k}") for k in range(3)}
    site.pages["/feed"] = Reply(rss(*(item(site.url(f"/{k}"), str(k)) for k in range(3))), headers={"ETag": '"1"'})
    reading = desk.read([site.url("/feed")], store, allow_private=True)
    next(reading), next(reading)
    with pytest.raises(KeyboardInterrupt):
        reading.throw(KeyboardInterrupt)  # type: ignore[attr-defined]
    kept = store.feed(site.url("/feed"))
    assert len(kept.seen) == 2
    assert kept.etag is None
    assert [d.doc_id for d in documents(read(store, site.url("/feed"))[0])] == [site.url("/2")]


# Whatever else is named


def test_documents_come_in_the_order_of_their_names(site: Site, tmp_path: Path, monkeypatch):
    site.pages |= {"/one": story("Orrery"), "/two": story("Lantern")}
    site.pages["/feed"] = Reply(rss(item(site.url("/two"), "1")))
    (tmp_path / "a.txt").write_text("Halden has put $3 billion into Orrery.", encoding="utf-8")
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(b"Halden has put $4 billion into Orrery.")))
    reads, _, problems = read(
        None, site.url("/feed"), "-", site.url("/none"), tmp_path / "a.txt", site.url("/one#part")
    )
    assert [d.doc_id for d in documents(reads)] == [site.url("/two"), "stdin", "a.txt", site.url("/one")]
    assert [problem.where for problem in problems] == [site.url("/none")]


def test_standard_input_has_the_rules_of_a_file(monkeypatch):
    for raw, what in ((b"", "empty"), (b"a" * 20_000_001, "too big"), (b"\x89PNG\r\n\x1a\n", "image")):
        monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(raw)))
        [problem] = read(None, "-")[2]
        assert problem.where == "stdin"
        assert what in problem.what


def test_a_list_of_names_is_read_line_by_line(tmp_path: Path, monkeypatch):
    text = "\ufeff# ours\nhttps://news.example/a#x  the first\r\n\n  b with blanks.txt \n#c\nd#.txt\n"
    (tmp_path / "list").write_text(text, encoding="utf-8", newline="")
    names = ["https://news.example/a#x", "b with blanks.txt", "d#.txt"]
    assert gather.listed(str(tmp_path / "list")) == names
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(text.encode())))
    assert gather.listed("-") == names
    (tmp_path / "bad").write_bytes(b"\xff\xfe\xff")
    for name in ("gone", "bad"):
        with pytest.raises(Trouble) as why:
            gather.listed(str(tmp_path / name))
        assert why.value.problem.where == str(tmp_path / name)


def test_a_page_is_what_its_content_says_not_what_its_server_says(site: Site):
    """Types that lie: text as an image, a page as text, a picture as a page, a page that begins in the middle."""
    site.pages["/text"] = Reply(b"Halden has put $3 billion into Orrery.", headers={"Content-Type": "image/png"})
    site.pages["/page.txt"] = Reply(STORY.format("Orrery").encode(), headers={"Content-Type": "text/plain"})
    site.pages["/picture"] = Reply(b"\x89PNG\r\n\x1a\n\0\0", headers={"Content-Type": "text/html"})
    site.pages["/part"] = Reply(b"<div><p>Halden has put $3 billion into Orrery.</p></div>")
    reads, _, problems = read(None, *(site.url(path) for path in ("/text", "/page.txt", "/picture", "/part")))
    texts = [d.text for d in documents(reads)]
    assert texts[0] == "Halden has put $3 billion into Orrery."
    assert not any("<" in text for text in texts)
    assert [problem.where for problem in problems if "image" in problem.what] == [site.url("/picture")]


@pytest.mark.parametrize(
    ("body", "charset", "text"),
    [
        ("Orrery übernimmt".encode("latin-1"), "iso-8859-1", "Orrery übernimmt"),
        ("Orrery übernimmt".encode(), "utf-8", "Orrery übernimmt"),
        ("\ufeffOrrery übernimmt".encode(), "iso-8859-1", "\ufeffOrrery übernimmt"),  # its own mark is better
        ("Оррери покупает".encode("cp1251"), "windows-1251", "Оррери покупает"),
        ("Orrery übernimmt".encode(), "unicode_escape", "Orrery übernimmt"),  # no encoding of pages
    ],
)
def test_the_encoding_that_a_server_names_is_used_where_a_text_names_none(
    site: Site, body: bytes, charset: str, text: str
):
    site.pages["/"] = Reply(body, headers={"Content-Type": f'text/plain; charset="{charset}"'})
    assert documents(read(None, site.url("/"))[0])[0].text == text


def test_a_page_has_the_address_that_was_named_and_tells_where_it_was_led(site: Site, store: Store):
    site.pages |= {"/one": story("Orrery"), "/old": Reply(status=301, headers={"Location": "/one"})}
    read(store, site.url("/old#part"))
    [document] = store.documents().values()
    assert (document.doc_id, document.address, document.final) == (site.url("/old"), site.url("/old"), site.url("/one"))
    assert document.doc_date is None  # the server's own date of change is none


def test_nothing_is_kept_of_a_page_that_is_refused(site: Site, store: Store):
    [problem] = list(desk.read([site.url("/one")], store))
    assert isinstance(problem, Problem)
    assert "this machine" in problem.what
    assert not site.asked
    assert store.documents() == {}
    assert store.problems() == [problem]


@given(st.lists(st.tuples(st.sets(st.integers(0, 9)), st.sampled_from([None, '"1"', '"2"'])), max_size=6))
def test_a_book_knows_every_entry_ever_read_and_the_last_word_of_its_server(tmp_path_factory, readings):
    with Store.create(tmp_path_factory.mktemp("book") / "book.db", recorded=WHEN) as store:
        for numbers, etag in readings:
            seen = frozenset(f"{number:016x}" for number in numbers)
            feed = Feed("https://news.example/feed", etag, None, store.feed("https://news.example/feed").seen | seen)
            store.add_feed(feed, recorded=WHEN)
            assert store.feed(feed.address) == feed
            assert not store.add_feed(feed, recorded=WHEN)
        assert not store.verify()
