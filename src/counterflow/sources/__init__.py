"""Bytes to Documents: files and folders are read, web pages cleaned, texts marked by what each stretch is for."""

from __future__ import annotations

from counterflow.sources.load import expand, from_bytes, load
from counterflow.sources.marking.segments import segments

__all__ = ["expand", "from_bytes", "load", "segments"]
