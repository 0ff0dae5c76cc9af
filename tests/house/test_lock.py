"""One lock, pinned and hashed, holds all that pyproject.toml asks for and names no place on the network."""

from __future__ import annotations

import re
import tomllib

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from house.tree import ROOT

BLOCK = re.compile(
    r"^(?P<name>[\w.-]+)==(?P<version>[^\s;]+)(?: ; [^\\\n]+)?(?P<hashes>(?: \\\n +--hash=sha256:[0-9a-f]{64})+)$",
    re.MULTILINE,
)


def test_the_lock_is_nothing_but_pinned_and_hashed_packages():
    rest = BLOCK.sub("", _lock())
    assert not [line for line in rest.splitlines() if line and not line.startswith("#")]
    assert "://" not in _lock()


def test_the_lock_holds_what_the_project_asks_for():
    locked: dict[str, list[str]] = {}
    for found in BLOCK.finditer(_lock()):
        locked.setdefault(canonicalize_name(found["name"]), []).append(found["version"])
    wanted = _wanted()
    assert wanted
    assert not [
        str(one) for one in wanted if not any(map(one.specifier.contains, locked.get(canonicalize_name(one.name), [])))
    ]


def test_every_bound_is_closed_above():
    """A new major version waits until someone has read its notes."""
    runtime = map(Requirement, _project()["project"]["dependencies"])
    assert not [str(one) for one in runtime if not any(bound.operator in {"<", "=="} for bound in one.specifier)]


def _wanted() -> list[Requirement]:
    project = _project()
    texts = [
        *project["project"]["dependencies"],
        *project["dependency-groups"]["dev"],
        *project["build-system"]["requires"],
    ]
    return [Requirement(text) for text in texts]


def _project() -> dict:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def _lock() -> str:
    return (ROOT / "requirements.lock").read_text(encoding="utf-8")
