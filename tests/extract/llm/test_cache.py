from __future__ import annotations

from pathlib import Path

import pytest

from counterflow.extract.llm.cache import Cache, folder

ASKED = [{"role": "user", "content": "Who funds whom? \ud800"}]


def test_an_answer_is_kept_once_asked_for(tmp_path: Path):
    cache = Cache(tmp_path / "new" / "llm")
    assert cache.get(ASKED) is None
    cache.put(ASKED, "Eastmarch 🙂")
    assert cache.get(ASKED) == "Eastmarch 🙂"
    assert cache.get([*ASKED, "more"]) is None
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 1


def test_a_reader_that_may_not_write_still_reads(tmp_path: Path):
    Cache(tmp_path, writes=False).put(ASKED, "words")
    assert list(tmp_path.iterdir()) == []
    Cache(tmp_path).put(ASKED, "words")
    assert Cache(tmp_path, writes=False).get(ASKED) == "words"


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"answer": 7}', b"\xff\xfe", b"[" * 100_000])
def test_a_damaged_file_is_as_if_it_were_not_there(tmp_path: Path, content: bytes):
    cache = Cache(tmp_path)
    cache.put(ASKED, "words")
    (held,) = [path for path in tmp_path.rglob("*") if path.is_file()]
    held.write_bytes(content)
    assert cache.get(ASKED) is None
    cache.put(ASKED, "again")
    assert cache.get(ASKED) == "again"


def test_a_place_that_cannot_be_written_to_stops_nothing(tmp_path: Path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    cache = Cache(tmp_path / "file")
    cache.put(ASKED, "words")
    assert cache.get(ASKED) is None


@pytest.mark.parametrize(
    ("platform", "environ", "place"),
    [
        ("linux", {"XDG_CACHE_HOME": "caches"}, "caches/counterflow/llm"),
        ("linux", {}, "HOME/.cache/counterflow/llm"),
        ("darwin", {"XDG_CACHE_HOME": "caches"}, "HOME/Library/Caches/counterflow/llm"),
        ("win32", {"LOCALAPPDATA": "local"}, "local/counterflow/llm"),
        ("win32", {}, "HOME/AppData/Local/counterflow/llm"),
        ("win32", {"LOCALAPPDATA": "local", "COUNTERFLOW_CACHE": "mine"}, "mine/llm"),
    ],
)
def test_where_a_platform_keeps_caches(platform: str, environ: dict[str, str], place: str, monkeypatch):
    monkeypatch.setattr(Path, "home", lambda: Path("HOME"))
    assert folder(environ, platform).as_posix() == place
