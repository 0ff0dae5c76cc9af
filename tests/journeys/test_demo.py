"""The demo ends by itself, in a process of its own, and prints answers that exist."""

from __future__ import annotations

import json
import os
import subprocess
import sys


def counterflow(folder, *words):
    """The program as a user starts it, in a folder."""
    surroundings = os.environ | {"NO_COLOR": "1", "PYTHONUTF8": "1"}
    return subprocess.run(
        [sys.executable, "-m", "counterflow", *words],
        cwd=folder,
        env=surroundings,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        encoding="utf-8",
        timeout=120,
    )


def test_the_demo_runs_from_end_to_end_and_again(tmp_path):
    runs = [counterflow(tmp_path, "demo", "--out", "out") for _ in range(2)]
    for ran in runs:
        assert (ran.returncode, "Traceback" in ran.stderr) == (0, False), ran.stderr
        page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
        assert page.rstrip().endswith("</html>")
    assert runs[0].stdout == runs[1].stdout
    printed = runs[0].stdout
    shown = [line.removeprefix("$ counterflow ") for line in printed.splitlines() if line.startswith("$ ")]
    assert [line.split()[0] for line in shown] == ["check", "circular", "owe", "report"]
    for line in shown[:3]:  # what it printed is what the command named above it answers
        again = counterflow(tmp_path, *line.split())
        assert again.returncode == 0
        assert again.stdout.strip()
        assert again.stdout.strip() in printed
    assert "sentences" in printed
    verified = counterflow(tmp_path, "verify", "out/book.db")
    assert (verified.returncode, "all sound" in verified.stdout) == (0, True)


def test_the_process_keeps_its_streams_and_codes_apart(tmp_path):
    (tmp_path / "wire.txt").write_text("Schröder Fund invested €3 billion in Larkspur AI.", encoding="utf-8")
    read = counterflow(tmp_path, "read", "wire.txt", "missing.txt", "--json")
    assert read.returncode == 1
    assert json.loads(read.stdout)["documents"][0]["doc_id"] == "wire.txt"
    assert "missing.txt: there is no such file" in read.stderr
    for words, code in ((["reed"], 2), (["read"], 2), (["deals", "--book", "none.db"], 1), (["--help"], 0)):
        ran = counterflow(tmp_path, *words)
        assert (ran.returncode, "Traceback" in ran.stderr) == (code, False)
        assert bool(ran.stdout) == (code == 0)
