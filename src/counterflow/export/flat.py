"""Any table as CSV, JSON, Parquet or XLSX, the same bytes for the same rows."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from counterflow.model.problem import Trouble

if TYPE_CHECKING:
    import polars as pl

FILES: Final = ("csv", "json", "parquet", "xlsx")
FORMATS: Final = ("table", *FILES)
TEXT: Final = frozenset({"csv", "json"})
_CREATED: Final = datetime(2000, 1, 1)  # noqa: DTZ001  # a workbook carries a date; a fixed one keeps the bytes the same


def to_bytes(frame: pl.DataFrame, fmt: str) -> bytes:
    """A frame in one of FILES. CSV and XLSX join lists with "; "; XLSX text is never a formula."""
    buffer = io.BytesIO()
    if fmt == "csv":
        _flat(frame).write_csv(buffer)
    elif fmt == "json":
        buffer.write(json.dumps(frame.to_dicts(), ensure_ascii=False, indent=1).encode("utf-8", "surrogatepass"))
    elif fmt == "parquet":
        frame.write_parquet(buffer)
    else:
        _workbook({"Sheet1": frame}, buffer)
    return buffer.getvalue()


def write(frame: pl.DataFrame, fmt: str, path: Path) -> None:
    """The same, to a file; `Trouble` where it cannot be written."""
    try:
        path.write_bytes(to_bytes(frame, fmt))
    except OSError as why:
        raise Trouble(str(path), f"cannot be written: {why.strerror or why}", "name another file with -o") from why


def write_all(frames: Mapping[str, pl.DataFrame], fmt: str, path: Path) -> None:
    """Several tables: a workbook with a sheet for each (xlsx), or a folder with a file for each (the rest of FILES)."""
    if fmt == "xlsx":
        buffer = io.BytesIO()
        _workbook(frames, buffer)
        files = {path: buffer.getvalue()}
    else:
        files = {path / f"{name}.{fmt}": to_bytes(frame, fmt) for name, frame in frames.items()}
    try:
        for file, content in files.items():
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
    except OSError as why:
        raise Trouble(str(path), f"cannot be written: {why.strerror or why}", "name another place with -o") from why


def _flat(frame: pl.DataFrame) -> pl.DataFrame:
    import polars as pl

    lists = [name for name, kind in frame.schema.items() if isinstance(kind, pl.List)]
    return frame.with_columns(pl.col(name).cast(pl.List(pl.String)).list.join("; ") for name in lists)


def _workbook(frames: Mapping[str, pl.DataFrame], buffer: io.BytesIO) -> None:
    import xlsxwriter

    options = {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True}
    with xlsxwriter.Workbook(buffer, options) as workbook:
        workbook.set_properties({"created": _CREATED})
        for name, frame in frames.items():
            _flat(frame).write_excel(workbook, name)
