"""From a path or URL to a connection: what cannot be a book is told apart before a byte of it is touched."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from stat import S_ISDIR, S_ISREG
from typing import Final

from sqlalchemy import Connection, Engine, QueuePool, create_engine, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from counterflow.model.problem import Trouble

# Stands in the file's header ("Cflw"), so that a foreign file is known without opening it as a database:
# opening one can roll back its journal, which changes it.
_OURS: Final = 0x43666C77
_MAGIC: Final = b"SQLite format 3\0"
_HEADER: Final = 100  # bytes; https://www.sqlite.org/fileformat.html#the_database_header
_URL: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")
_PATIENCE: Final = 2.0  # seconds to wait for another process

_RESTORE: Final = "restore the file from a backup; counterflow verify says what is damaged"
_READ_ONLY: Final = (
    "cannot be opened for writing here",
    "make the file and its folder writable, or copy the book elsewhere",
)
_TROUBLES: Final = {
    "SQLITE_BUSY": ("is in use by another process", "wait until that ends, then try again"),
    "SQLITE_LOCKED": ("is in use by another process", "wait until that ends, then try again"),
    "SQLITE_READONLY": _READ_ONLY,
    "SQLITE_CANTOPEN": _READ_ONLY,
    "SQLITE_PERM": _READ_ONLY,
    "SQLITE_FULL": ("does not fit: the disk is full", "free some space, then try again; nothing was half-written"),
    "SQLITE_IOERR": ("cannot be read or written: the disk reports an error", "check the disk, then try again"),
    "SQLITE_CORRUPT": ("is damaged", _RESTORE),
    "SQLITE_NOTADB": ("is damaged", _RESTORE),
}


def locate(place: str | Path) -> Path:
    """The file that a path or a `sqlite:///path` URL names; `Trouble` for any other URL."""
    text = str(place)
    if isinstance(place, Path) or not _URL.match(text):
        return Path(place)
    shown = text.split("://", 1)[0] + "://…"  # the rest may hold a password
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        raise Trouble(shown, "is not a URL", "name a file: --book book.db") from None
    if url.drivername.startswith("postgres"):
        what = "PostgreSQL is missing from this version: books are kept in SQLite files alone"
        raise Trouble(shown, what, "name a file: --book book.db")
    if url.get_backend_name() != "sqlite" or not url.database or url.database == ":memory:":
        raise Trouble(shown, "is not the place of a book", "name a file: --book book.db")
    return Path(url.database)


def size(path: Path) -> int | None:
    """Bytes of the file, None where there is none; `Trouble` where something else stands there."""
    try:
        found = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError) as error:
        what = f"cannot be reached: {getattr(error, 'strerror', None) or error}"
        raise Trouble(str(path), what, "check the name, and who may open its folder") from None
    if S_ISDIR(found.st_mode):
        raise Trouble(str(path), "is a folder", f"name a file in it: --book {path / 'book.db'}")
    if not S_ISREG(found.st_mode):
        raise Trouble(str(path), "is not a file", "name a file: --book book.db")
    return found.st_size


def claim_name(path: Path) -> bool:
    """Make an empty file unless one is there; whether it was made. `Trouble` where it cannot be."""
    if size(path) is None and not path.parent.is_dir():
        what = f"the folder {path.parent} does not exist"
        raise Trouble(str(path), what, "make the folder first, or name another place: --book book.db")
    try:
        path.open("xb").close()
    except FileExistsError:
        return False
    except OSError:
        raise Trouble(str(path), *_READ_ONLY) from None
    return True


def inspect(path: Path) -> None:
    """`Trouble` unless the file is one of ours, to tell by its first bytes alone. Nothing is opened for writing."""
    bytes_ = size(path)
    if bytes_ is None:
        raise Trouble(str(path), "there is no such book", "make one: counterflow init")
    if bytes_ == 0:
        raise Trouble(str(path), "is an empty file, not yet a book", "make it one: counterflow init")
    try:
        with path.open("rb") as file:
            header = file.read(_HEADER)
    except OSError as error:
        raise Trouble(str(path), f"cannot be read: {error.strerror}", "check who may read the file") from None
    if not header.startswith(_MAGIC):
        raise Trouble(str(path), "is not a book but another kind of file", "name another file: --book book.db")
    if int.from_bytes(header[68:72], "big") != _OURS:
        raise Trouble(str(path), "is a database of another program", "name another file: --book book.db")


def engine_for(path: Path) -> Engine:
    """Connections to the file, which must exist; usable from any thread."""
    url = f"{path.absolute().as_uri()}?mode=rw"

    def connect() -> sqlite3.Connection:
        # isolation_level None: transactions begin where we say BEGIN, not where the driver guesses.
        return sqlite3.connect(url, uri=True, timeout=_PATIENCE, isolation_level=None, check_same_thread=False)

    return create_engine("sqlite://", creator=connect, poolclass=QueuePool)


def mark(connection: Connection) -> None:
    """Write into the file's header that it is ours, which `inspect` looks for."""
    connection.exec_driver_sql(f"PRAGMA application_id = {_OURS}")


@contextmanager
def any_bytes(connection: Connection) -> Iterator[None]:
    """While it lasts, text that is no UTF-8 is read as escapes and does not stop whoever looks for damage."""
    driver = connection.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)
    usual = driver.text_factory
    driver.text_factory = lambda raw: raw.decode("utf-8", "surrogateescape")
    try:
        yield
    finally:
        driver.text_factory = usual


def damage(connection: Connection) -> list[str]:
    """What the database itself finds wrong with its file, ten findings at most."""
    found = [str(line) for (line,) in connection.exec_driver_sql("PRAGMA integrity_check(10)")]
    return [] if found == ["ok"] else found


@contextmanager
def transaction(engine: Engine, path: Path, *, write: bool = False) -> Iterator[Connection]:
    """One transaction: a writer holds the only write lock from its first statement on; an error undoes all of it.

    What the database complains of comes out as `Trouble`.
    """
    try:
        with engine.connect() as connection:
            connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")
            yield connection
            connection.commit()
    except (SQLAlchemyError, sqlite3.Error, UnicodeError) as error:  # a damaged file is not even named in UTF-8
        cause = getattr(error, "orig", error)
        name = getattr(cause, "sqlite_errorname", None) or ""
        known = (trouble for code, trouble in _TROUBLES.items() if name.startswith(code))
        what, remedy = next(known, (f"cannot be read as a book: {cause}", _RESTORE))
        raise Trouble(str(path), what, remedy) from error
