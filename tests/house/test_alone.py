"""The project speaks of itself alone: no file names the machine or folders it was written in, nor where packages
come from."""

from __future__ import annotations

import re

import pytest

from house.tree import ROOT, tracked

# Written in pieces, so that this page does not find itself.
FOREIGN = re.compile(
    "|".join(
        [
            r"\.\./" + "shared",
            r"/work/(?:main|" + "shared)",
            "py" + r"pi\.org",
            r"python" + r"hosted\.",
            "npm" + r"js\.(?:org|com)",
            "conda" + r"\.anaconda",
            r"/(?:root|home/\w+)/" + r"\.",
        ]
    )
)


def test_no_file_names_a_foreign_place():
    found = []
    for path in tracked():
        name = path.relative_to(ROOT).as_posix()
        if not name.startswith(".ci/"):
            lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
            found += [f"{name}:{at}: {hit[0]}" for at, line in enumerate(lines, 1) if (hit := FOREIGN.search(line))]
    assert not found


@pytest.mark.parametrize(
    "line", ["cp -r ../" + "shared/seeds .", "https://" + "pypi" + ".org/simple", "/work" + "/main/src"]
)
def test_the_scan_sees_a_foreign_place(line: str):
    assert FOREIGN.search(line)
