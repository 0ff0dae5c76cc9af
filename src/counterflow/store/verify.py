"""The audit of a book: nothing changed, nothing loose, nothing served that the events do not say.

What no audit can see is a book whose last events were all cut off, or one rewritten from end to end: against both,
note down the head (`Store.head`) and compare.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from hashlib import sha256
from typing import Any, Final

from sqlalchemy import Connection, Table, select

from counterflow.model.claim import Claim, Decision
from counterflow.model.problem import Problem, Trouble
from counterflow.store import projections
from counterflow.store.drafts import problem_id
from counterflow.store.events import KINDS, VERSION, Event, Head, read
from counterflow.store.grounds import flaw, target_kind

_RESTORE: Final = "restore the book from a backup, or from its text form: counterflow import FOLDER --book NEW.db"
_REPORT: Final = f"{_RESTORE}; if nobody changed it by hand, this is a fault of Counterflow: please report it"
_REBUILD: Final = "rebuild the tables from the events: counterflow verify --rebuild"


def findings(connection: Connection) -> Iterator[Problem]:
    """Everything wrong with a book, in the order of its events; each event is named once."""
    audit = Audit()
    expected: dict[Table, set[tuple[Any, ...]]] = defaultdict(set)
    for event in read(connection):
        yield from audit.check(event)
        with suppress(Trouble):  # said already
            found = projections.row_of(event)
            if found:
                expected[found[0]].add(tuple(found[1].values()))
    for table in projections.PROJECTIONS.sorted_tables:
        served = {tuple(row) for row in connection.execute(select(table))}
        astray = {row[0] for row in served ^ expected[table]} - audit.broken
        if astray:
            what = f"the table {table.name} does not show what {len(astray)} events say"
            yield Problem(f"event {min(astray)}", what, _REBUILD)


class Audit:
    """All that was seen up to an event, against which the next one is checked."""

    def __init__(self) -> None:
        self.head, self.recorded = Head(), ""
        self.texts: dict[str, str | None] = {}
        self.ids: dict[str, set[str]] = defaultdict(set)
        self.broken: set[int] = set()

    def check(self, event: Event) -> Iterator[Problem]:
        """The first thing wrong with the row, else the first thing wrong with what it says."""
        wrong, remedy = self._changed(event), _RESTORE
        if not wrong:
            try:
                wrong, remedy = event.parse(partial(self._untrue, event)), _REPORT
            except Trouble as trouble:  # newer than this program, or of no use
                newer = event.version > VERSION
                wrong, remedy = trouble.problem.what, trouble.problem.remedy if newer else _REPORT
        self.head, self.recorded = Head(event.seq, event.hash), event.recorded
        self.ids[event.kind].add(event.id)
        if wrong:
            self.broken.add(event.seq)
            yield Problem(f"event {event.seq}", wrong, remedy)

    def _changed(self, event: Event) -> str | None:
        strings = (event.recorded, event.kind, event.id, event.body, event.prev, event.hash)
        if not all(isinstance(s, str) for s in strings) or not isinstance(event.text, str | None):
            return "holds bytes where text belongs"
        if event.seq != self.head.seq + 1:
            return f"follows event {self.head.seq}: events are missing or were moved"
        if event.prev != self.head.hash:
            return "is not bound to the event before it: one of the two was changed"
        if event.digest() != event.hash:
            return "was changed after it was recorded"
        if event.recorded < self.recorded:
            return "was recorded before the event in front of it"
        return "has a text, which only documents have" if event.text is not None and event.kind != "document" else None

    def _untrue(self, event: Event, body: dict[str, Any]) -> str | None:
        if (event.kind == "book") != (event.seq == 1):
            return "begins a book within a book" if event.kind == "book" else "stands where the book should begin"
        match event.kind:
            case "book":
                return None
            case "document":
                return self._document(event, body)
            case "reading":
                return None if self._known("document", body["document"]) else "reads a document that is not in the book"
            case "import":
                known = all(self._known("claim", each) for each in body["claims"])
                return None if known else "lists claims that are not in the book"
            case "feed":
                return None if body["address"] == event.id else "has an id that is not its own"
            case "claim":
                return self._claim(event, body)
            case "decision":
                return self._decision(event, body)
            case "problem":
                return None if problem_id(Problem(**body)) == event.id else "has an id that is not its own"
        return f"is of no known kind ({', '.join(KINDS)})"

    def _document(self, event: Event, body: dict[str, Any]) -> str | None:
        sha, text = body["text_sha256"], event.text
        if text is not None and sha256(text.encode("utf-8", "surrogatepass")).hexdigest() != sha:
            self.texts.setdefault(sha, None)  # its claims cannot be held against a text that is not theirs
            return "has another text than it was recorded with"
        self.texts[sha] = self.texts.get(sha) if text is None else text
        return None if projections.document_key(body["doc_id"], sha) == event.id else "has an id that is not its own"

    def _claim(self, event: Event, body: dict[str, Any]) -> str | None:
        claim = Claim.from_json(body)
        if not claim.claim_id == body["claim_id"] == event.id:
            return "has an id that is not its own"
        if event.id in self.ids["claim"]:
            return "repeats a claim"
        if body["document"] is not None and not self._known("document", body["document"]):
            return "points to a document that is not in the book"
        missing = {} if not self.broken else {claim.text_sha256: None}  # the event that held it may be the broken one
        return flaw(claim, missing | self.texts)

    def _decision(self, event: Event, body: dict[str, Any]) -> str | None:
        decision = Decision.from_json(body)
        if not decision.decision_id == body["decision_id"] == event.id:
            return "has an id that is not its own"
        kind = target_kind(decision)
        kinds = {"claim": ("claim", "document"), "decision": ("decision",)}
        known = kind is None or any(self._known(one, decision.target) for one in kinds[kind])
        return None if known else f"rules on a {kind} that is not in the book"

    def _known(self, kind: str, id_: str) -> bool:
        return id_ in self.ids[kind] or bool(self.broken)
