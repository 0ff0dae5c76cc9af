"""A book as text that shows well in git: the events themselves as lines of JSON, and the articles' texts beside them.

    book.json            the format, how many events, the hash of the last; written last, so that half a folder shows
    events/000001.jsonl  a thousand events, one a line, keys sorted: what is appended changes the last file alone
    texts/SHA256.txt     each article once, byte for byte; left out where only quotes and hashes may leave the house
    .gitattributes       keeps git from changing the ends of lines

The hash of an event covers its body as stored and, of an article, the hash of its text. So nothing in a folder is
believed: a line, a text or a file that was changed, moved or lost is found, and a book is only made from what holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from itertools import count
from pathlib import Path
from typing import Final, NamedTuple

from counterflow.model.problem import Problem, Trouble
from counterflow.store import lines, opening
from counterflow.store.events import VERSION, Event, Head
from counterflow.store.folder import COVER, HASH, Cover, cover, events_name, inside, opened, text_name
from counterflow.store.lines import AGAIN, LONGEST
from counterflow.store.store import Store
from counterflow.store.verify import Audit

PER_FILE: Final = 1000  # events
_ATTRIBUTES: Final = ".gitattributes"


class Form(NamedTuple):
    """A folder as read: the events, with their texts where it holds them, and everything wrong with it."""

    rows: tuple[Event, ...]
    problems: tuple[Problem, ...]

    @property
    def head(self) -> Head:
        """Its last event."""
        return Head(self.rows[-1].seq, self.rows[-1].hash) if self.rows else Head()


class Written(NamedTuple):
    """What an export came to."""

    head: Head
    texts: int  # articles whose text the folder now holds
    changed: int  # files written or taken out; 0: the folder was as it is
    removed: int  # of these, texts taken out


class Brought(NamedTuple):
    """What an import came to."""

    head: Head
    new: int  # events
    known: int


def write(store: Store, folder: Path, *, bodies: bool = True) -> Written:
    """A book as text: the same book gives the same bytes. A folder that holds an earlier state of it is brought up.

    Without `bodies` no article's text is in the folder. `Trouble`, and nothing written, where the book is damaged or
    the folder holds anything else. `book.json` comes last: what is half-written is no text form.
    """
    rows = list(store.events())
    for problem in _audited(rows, [f"event {row.seq}" for row in rows]):
        raise Trouble(problem.where, problem.what, "nothing was written; find all damage: counterflow verify")
    try:
        _same_book(folder, rows)
        return _written(folder, rows, bodies=bodies)
    except (OSError, ValueError) as why:  # ValueError: a name that no file can have
        what = f"cannot be written: {getattr(why, 'strerror', None) or why}"
        raise Trouble(str(folder), what, "export again, or name another folder: -o FOLDER") from why


def _same_book(folder: Path, rows: Sequence[Event]) -> None:
    """`Trouble` unless a folder may be written: new, empty but for what tools hide there, or earlier in this book."""
    if not folder.exists() or (folder.is_dir() and all(entry.name.startswith(".") for entry in folder.iterdir())):
        return
    if not folder.is_dir() or not (folder / COVER).exists():
        what = "holds other things, and no text form of a book" if folder.is_dir() else "is a file"
        raise Trouble(str(folder), what, "name a new folder: -o FOLDER")
    if not (folder / COVER).stat().st_size:
        return  # an export that was not finished
    seq, last = cover(folder).head
    if seq > len(rows):
        what = f"is ahead of this book: {seq} events, and the book has {len(rows)}"
        raise Trouble(str(folder), what, f"bring the book up first: counterflow import {folder} --book BOOK")
    if seq > 0 and rows[seq - 1].hash != last:
        what = f"holds another book, or one that grew apart from this one: event {seq} is not the same"
        raise Trouble(str(folder), what, "name another folder: -o FOLDER")


def _written(folder: Path, rows: Sequence[Event], *, bodies: bool) -> Written:
    texts = _texts(rows) if bodies else {}
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / COVER).exists():
        _put(folder, COVER, b"")  # a folder of ours, and not whole
    for name in ("events", "texts") if texts else ("events",):
        inside(folder, name).mkdir(exist_ok=True)
    changed = 0 if (folder / _ATTRIBUTES).exists() else int(_put(folder, _ATTRIBUTES, b"* -text\n"))
    for sha, text in texts.items():
        changed += text is not None and _put(folder, text_name(sha), text.encode("utf-8"))
    for number, at in enumerate(range(0, len(rows), PER_FILE), 1):
        page = "".join(map(lines.line, rows[at : at + PER_FILE]))
        changed += _put(folder, events_name(number), page.encode("utf-8"))
    removed = 0 if bodies else _without_texts(folder)
    held = {sha for sha, text in texts.items() if text is not None or (folder / text_name(sha)).is_file()}
    head = Head(rows[-1].seq, rows[-1].hash)
    whole = Cover(head, left_out=frozenset(texts.keys() - held))
    bare = not bodies or (texts and not held)  # a book made without texts comes out as it was made
    changed += _put(folder, COVER, (Cover(head, texts=False) if bare else whole).to_bytes())
    return Written(head, len(held), changed + removed, removed)


def _texts(rows: Iterable[Event]) -> dict[str, str | None]:
    """Hash -> text of every article; None where the book was made without it."""
    found: dict[str, str | None] = {}
    for row in rows:
        if row.kind == "document":
            sha = row.content()["text_sha256"]
            found[sha] = found.get(sha) if row.text is None else row.text
    return found


def _put(folder: Path, name: str, content: bytes) -> bool:
    """Write a file where it does not hold just that; whether it was written."""
    path = inside(folder, name)
    if path.is_file() and path.stat().st_size == len(content) and path.read_bytes() == content:
        return False
    path.write_bytes(content)
    return True


def _without_texts(folder: Path) -> int:
    found = [path for path in (folder / "texts").glob("*.txt") if HASH.fullmatch(path.stem)]
    for path in found:
        path.unlink()
    return len(found)


def read(folder: Path) -> Form:
    """A folder and everything wrong with it, each at its file and line. Links that lead out of it are not followed."""
    try:
        reader = _Reader(folder, cover(folder))
        reader.read()
    except Trouble as trouble:
        return Form((), (trouble.problem,))
    except OSError as why:
        where, what = str(why.filename or folder), f"cannot be read: {why.strerror or why}"
        return Form((), (Problem(where, what, "check who may read it"),))
    found = [*reader.problems, *_audited(reader.rows[: reader.unbroken], reader.places, AGAIN)]
    return Form(tuple(reader.rows), tuple(found or reader.incomplete()))


def bring(form: Form, place: str | Path) -> Brought:
    """A new book from a folder, or what a book that is an earlier state of it lacks. All or nothing.

    `Trouble` where the folder has problems, and where it and the book grew apart.
    """
    for problem in form.problems:
        raise Trouble(*problem)
    if not opening.size(opening.locate(place)):
        with Store.restore(place, form.rows) as store:
            return Brought(store.head(), len(form.rows), 0)
    with Store.open(place) as store:
        new = store.extend(form.rows)
        return Brought(store.head(), new, len(form.rows) - new)


def audit(place: str, *, rebuild: bool = False) -> tuple[list[Problem], Head]:
    """Everything wrong with a book, or with the folder of its text form, and its last event.

    `rebuild`: first the tables of a book are worked out anew from its events.
    """
    if Path(place).is_dir():
        if rebuild:
            raise Trouble(place, "is a book's text form, which has no tables to rebuild", "leave out --rebuild")
        form = read(Path(place))
        return list(form.problems), form.head
    with Store.open(place) as store:
        if rebuild:
            store.rebuild()
        return store.verify(), store.head()


class _Reader:
    """Reads lines into events, and notes what cannot be read."""

    def __init__(self, folder: Path, told: Cover) -> None:
        self.folder, self.told = folder, told
        self.rows: list[Event] = []
        self.places: list[str] = []  # file:line of each event
        self.problems: list[Problem] = []
        self.unbroken: int | None = None  # how many events stand before the first line that is none
        self._met = set(told.left_out)  # hashes of texts: as in a book, the first article with a text holds it

    def read(self) -> None:
        """Every file of events, up to the first that is not there."""
        for number in count(1):
            path = inside(self.folder, events_name(number))
            if not path.exists():
                return
            with opened(path) as file:
                for at, raw in enumerate(iter(lambda: file.readline(LONGEST + 1), b""), 1):
                    self._line(raw, f"{path}:{at}")
                    if len(raw) > LONGEST:  # said; who knows where it ends
                        return

    def incomplete(self) -> list[Problem]:
        """Where `book.json` says something else than all lines come to."""
        found, said = Head(*(self.rows[-1].seq, self.rows[-1].hash) if self.rows else ()), self.told.head
        if found == said and self.rows:
            return []
        what = f"speaks of {said.seq} events and a last one {said.hash[:12]!r}; the folder holds {found.seq}"
        if found.seq < said.seq:
            what += f": {events_name(found.seq // PER_FILE + 1)} is missing or was cut off"
        return [Problem(str(self.folder / COVER), what, AGAIN)]

    def _line(self, raw: bytes, place: str) -> None:
        try:
            row = lines.parse(raw)
        except Trouble as trouble:
            self.problems.append(trouble.problem._replace(where=place))
            self.unbroken = len(self.rows) if self.unbroken is None else self.unbroken
            return
        if row.kind == "document" and self.told.texts:
            try:
                row = row._replace(text=self._text(row.parse(lambda body: str(body["text_sha256"]))))
            except Trouble as trouble:
                self.problems.append(trouble.problem)
        self.rows.append(row)
        self.places.append(place)

    def _text(self, sha: str) -> str | None:
        if sha in self._met or not HASH.fullmatch(sha):
            return None
        self._met.add(sha)
        path = inside(self.folder, text_name(sha))
        if not path.exists():
            raise Trouble(str(path), "is missing: the text of an article", AGAIN)
        with opened(path) as file:
            content = file.read(LONGEST + 1)
        # git may have changed the ends of lines where its attributes were lost: the hash tells which were meant.
        plain = content.replace(b"\r\n", b"\n")
        for meant in (content, plain, plain.replace(b"\n", b"\r\n")):
            if sha256(meant).hexdigest() == sha:
                return meant.decode("utf-8")
        raise Trouble(str(path), "was changed: it is not the text that its name is the hash of", AGAIN)


def _audited(rows: Sequence[Event], places: Sequence[str], remedy: str | None = None) -> Iterator[Problem]:
    """What is wrong with events, each at its place: a file and line, or the event itself."""
    audit = Audit()
    for row, place in zip(rows, places, strict=False):
        for problem in audit.check(row):
            what = problem.what if place == problem.where else f"{problem.where} {problem.what}"
            yield Problem(place, what, remedy if remedy and row.version <= VERSION else problem.remedy)
