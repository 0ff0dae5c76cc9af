"""Starting up is quick: nothing heavy is imported before it is needed."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module

import counterflow

HEAVY = set("altair fastapi lxml networkx numba numpy polars pydantic scipy sqlalchemy trafilatura".split())


def test_help_imports_nothing_heavy():
    run = subprocess.run(
        [sys.executable, "-X", "utf8", "-X", "importtime", "-m", "counterflow", "--help"],
        capture_output=True,
        check=False,
        encoding="utf-8",
    )
    assert run.returncode == 0, run.stderr[-2000:]
    assert "counterflow" in run.stdout
    assert _rooms_named(run.stderr) & {"typer"}, "the listing of imports was not understood"
    assert not _rooms_named(run.stderr) & HEAVY


def test_the_nouns_need_no_company():
    """counterflow.model is the ground floor: importing it brings in the standard library and nothing else."""
    code = "import sys, pkgutil, importlib, counterflow.model as m\n"
    code += (
        "[importlib.import_module('counterflow.model.' + found.name) for found in pkgutil.iter_modules(m.__path__)]\n"
    )
    code += "print(*sys.modules)"
    bare = set(_printed("import sys, pkgutil, importlib; print(*sys.modules)").split())
    loaded = {name.split(".")[0] for name in set(_printed(code).split()) - bare}
    assert loaded - sys.stdlib_module_names == {"counterflow"}


def test_the_package_itself_loads_nothing_until_asked():
    assert (
        _printed("import sys, counterflow; print(*(n for n in sys.modules if n.startswith('counterflow')))")
        == "counterflow"
    )


def test_every_public_name_loads():
    assert set(counterflow.__all__) == {*counterflow._HOME, "__version__"}
    for name, home in counterflow._HOME.items():
        assert getattr(counterflow, name) is getattr(import_module(home), name)
        assert name in dir(counterflow)


def _printed(code: str) -> str:
    return subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, encoding="utf-8"
    ).stdout.strip()


def _rooms_named(importtime: str) -> set[str]:
    """The top-level packages in the listing of `-X importtime`: `import time: self [us] | cumulative | package`."""
    lines = (line.rpartition("|")[2].strip() for line in importtime.splitlines() if line.startswith("import time:"))
    return {name.split(".")[0] for name in lines}
