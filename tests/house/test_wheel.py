"""The package installs from its wheel alone and runs without make."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

import counterflow
from house.tree import ROOT, SRC, tracked


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built offline with the backend that the lock brings."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)], cwd=ROOT, check=True)
    return next(folder.glob("*.whl"))


def test_the_wheel_carries_every_file_of_the_package_and_its_licence(wheel: Path):
    names = set(zipfile.ZipFile(wheel).namelist())
    ours = {path.relative_to(SRC).as_posix() for path in tracked() if path.is_relative_to(SRC)}
    assert not ours - names
    assert f"counterflow-{counterflow.__version__}.dist-info/licenses/LICENSE" in names


def test_the_wheel_runs_in_a_fresh_environment(wheel: Path, tmp_path: Path):
    """Its guests are lent by a path file; the package itself comes from the wheel, not from the clone."""
    python, site = _environment(tmp_path / "fresh")
    zipfile.ZipFile(wheel).extractall(site)
    (site / "guests.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")

    assert Path(_run(python, tmp_path, "-c", "import counterflow; print(counterflow.__file__)")).is_relative_to(site)
    assert "counterflow" in _run(python, tmp_path, "-m", "counterflow", "--help")
    doors = "from importlib.metadata import distribution; print(*distribution('counterflow').entry_points)"
    assert "counterflow.cli.app:main" in _run(python, tmp_path, "-c", doors)


def _environment(folder: Path) -> tuple[Path, Path]:
    venv.create(folder, with_pip=False)
    scheme = {"base": str(folder), "platbase": str(folder)}
    site = Path(sysconfig.get_path("purelib", "venv", scheme))
    scripts = Path(sysconfig.get_path("scripts", "venv", scheme))
    return scripts / ("python.exe" if sys.platform == "win32" else "python"), site


def _run(python: Path, folder: Path, *words: str) -> str:
    command = [str(python), "-X", "utf8", *words]
    run = subprocess.run(command, cwd=folder, capture_output=True, check=False, encoding="utf-8")
    assert run.returncode == 0, run.stderr[-2000:]
    return run.stdout.strip()
