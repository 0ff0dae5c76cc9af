"""Answers kept on this machine, so that a window is paid for once. Any file of it may be deleted at any time."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, Final

from counterflow.model.claim import compact

FOLDER: Final = "COUNTERFLOW_CACHE"


def folder(environ: Mapping[str, str], platform: str = sys.platform) -> Path:
    """Where this user's caches are: $COUNTERFLOW_CACHE, else where the platform keeps them."""
    if environ.get(FOLDER):
        return Path(environ[FOLDER]) / "llm"
    if platform == "win32":
        base = environ.get("LOCALAPPDATA") or str(Path.home() / "AppData" / "Local")
    elif platform == "darwin":
        base = str(Path.home() / "Library" / "Caches")
    else:
        base = environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "counterflow" / "llm"


@dataclass(frozen=True, slots=True)
class Cache:
    """Words of a model by the hash of all that was asked. What cannot be read or written is as if it were not there."""

    place: Path
    writes: bool = True

    def get(self, asked: Any) -> str | None:
        """The words that answered this question before, or None."""
        with suppress(OSError, ValueError, LookupError, TypeError, RecursionError):
            words = json.loads(self._path(asked).read_text(encoding="utf-8"))["answer"]
            return words if isinstance(words, str) else None
        return None

    def put(self, asked: Any, words: str) -> None:
        """Keep an answer: all of it or nothing, also where two runs keep it at once."""
        path = self._path(asked)
        if not self.writes:
            return
        with suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            body = json.dumps({"answer": words})
            with NamedTemporaryFile("w", dir=path.parent, suffix=".part", delete=False, encoding="utf-8") as part:
                part.write(body)
            Path(part.name).replace(path)

    def _path(self, asked: Any) -> Path:
        name = sha256(compact(asked).encode("utf-8", "surrogatepass")).hexdigest()
        return self.place / name[:2] / f"{name}.json"
