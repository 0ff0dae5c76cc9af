"""Several writers, and writers that are stopped: the chain holds and nothing is half-written."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from counterflow.store import Store
from store.samples import T0, T1, article, claims_of, tables

WRITE = """
import sys
from counterflow.store import Store
from store.samples import T1, article, claims_of
with Store.open(sys.argv[1]) as store:
    print("ready", flush=True)
    sys.stdin.readline()
    for n in range(25):
        document = article(n, n + 1, name=f"{sys.argv[2]}-{n}.txt")
        store.add_reading(document, claims_of(document), recorded=T1)
"""

STOP = """
import os, sys
from dataclasses import replace
from counterflow.store import Store, projections
from store.samples import T1, article, claims_of
document = article(5, 7)
text = document.text + "\\n" + "and more " * 1_000_000  # more than fits the cache: it is on the disk before the commit
document = replace(document, text=text, segments=())
claims = [replace(claim, text_sha256=document.text_sha256) for claim in claims_of(article(5, 7))]
project = projections.project
def stop(connection, rows):
    project(connection, rows)
    os._exit(9)
projections.project = stop
with Store.open(sys.argv[1]) as store:
    store.add_reading(document, claims, recorded=T1)
"""


def python(code: str, *arguments: str) -> subprocess.Popen[str]:
    path = repr([entry for entry in sys.path if entry])
    return subprocess.Popen(
        [sys.executable, "-c", f"import sys; sys.path[:0] = {path}\n{code}", *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        encoding="utf-8",
    )


@pytest.fixture
def path(tmp_path: Path) -> Path:
    Store.create(tmp_path / "book.db", recorded=T0).close()
    return tmp_path / "book.db"


def test_two_processes_that_append_at_once_make_one_chain(path: Path):
    writers = [python(WRITE, str(path), name) for name in "ab"]
    for writer in writers:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "ready\n"
    for writer in writers:
        assert writer.stdin is not None
        writer.stdin.write("go\n")
        writer.stdin.flush()
    for writer in writers:
        writer.communicate(timeout=60)
        assert writer.returncode == 0
    with Store.open(path) as store:
        assert not store.verify()
        assert sorted(d.doc_id for d in store.documents().values()) == sorted(
            f"{w}-{n}.txt" for w in "ab" for n in range(25)
        )
        texts = {d.text for d in store.documents().values()}
        assert len(store.claims()) == 2 * len(texts) == 50  # both read the same texts: each claim once


def test_threads_that_share_a_store_make_one_chain(path: Path):
    with Store.open(path) as store, ThreadPoolExecutor(4) as pool:
        documents = [article(n, n + 1, name=f"{n}.txt") for n in range(20)]
        added = pool.map(lambda d: store.add_reading(d, claims_of(d), recorded=T1), documents * 2)
        assert sum(one.new for one in added) == 20
        assert len(store.claims()) == 40
        assert not store.verify()


def test_a_writer_stopped_in_the_middle_leaves_nothing(path: Path):
    before = tables(path)
    stopped = python(STOP, str(path))
    stopped.communicate(timeout=60)
    assert stopped.returncode == 9
    assert path.with_name("book.db-journal").exists()
    with Store.open(path) as store:
        assert (store.head().seq, store.documents(), store.claims()) == (1, {}, [])
        assert not store.verify()
        assert tables(path) == before
        document = article(5, 7)
        assert store.add_reading(document, claims_of(document), recorded=T1).new
    assert [entry.name for entry in path.parent.iterdir()] == ["book.db"]
