"""One claim at a time on a terminal: what it asserts, the words it stands on, what else the book says of its deal.

Lines of pieces, each with the name of its style: whoever draws them chooses how a style looks. Every text has passed
`_safe`: an article cannot move the cursor, colour the screen or hide letters.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from math import ceil
from statistics import median
from typing import Any, Final, NamedTuple

from counterflow.model.claim import ROLES, Claim, Decision, Evidence, Quantity
from counterflow.model.claim import plain as number
from counterflow.model.problem import plain
from counterflow.model.source import Document
from counterflow.reconcile.anchors import Placed
from counterflow.reconcile.queue import Entry, Twin, Waiting, mergeable, nearest, twins
from counterflow.show import words

FORMULA: Final = "money (USD) x doubt (1 - confidence) x age (days since it was public or recorded)"
TWINS: Final = 3  # lines on what else the book says
KEYS: Final = (
    ("a", "accept"),
    ("e", "edit"),
    ("x", "reject"),
    ("X", "reject, then 1-5 for the reason"),
    ("m", "accept as the same deal as one of the list"),
    ("n", "add a missed claim"),
    ("s", "skip, for later"),
    ("u", "undo"),
    ("j", "next"),
    ("k", "previous"),
    ("[", "mention before"),
    ("]", "mention after"),
    ("c", "comment: the because of the next ruling"),
    ("?", "all keys"),
    ("q", "quit; what was ruled is kept"),
)
_ON_CLAIMS: Final = (
    ("a", "accept"),
    ("e", "edit"),
    ("x", "reject"),
    ("m", "merge"),
    ("n", "add"),
    ("c", "comment"),
)
_ON_RULINGS: Final = (("a", "or 1-3: it holds for that claim"), ("x", "take the ruling back"))
_FEW: Final = (("s", "skip"), ("u", "undo"), ("?", "all keys"), ("q", "quit"))
_PARAGRAPH: Final = 1200  # characters shown around a span
_SPAN: Final = 2400  # characters shown of one
_BLANK: Final = re.compile(r"\r?\n[ \t]*\r?\n")


class Piece(NamedTuple):
    """Some words and the name of their style: title, label, muted, mark, pale, bad, key, or none."""

    text: str
    style: str = ""


Line = tuple[Piece, ...]


def claim_screen(waiting: Waiting, entry: Entry, states: Mapping[str, str], mention: int) -> Iterator[Line]:
    """A claim with the mention of that number, from 0. `states`: what was ruled since the queue was made, by id."""
    known = entry.claim
    assert known is not None
    found = twins(waiting.book, entry.ident)
    state = states.get(entry.ident, "proposed")
    conflict = any(twin.stands == "differs" for twin in found)
    yield _line((words.claim(known), "title"), (f"  {state}", "muted"), ("  conflict" if conflict else "", "bad"))
    for label, said in _facts(known, entry):
        yield _line((f"  {label:<9}", "label"), (said, ""))
    yield ()
    yield from _evidence(waiting, entry.ident, known, mention)
    if found:
        yield ()
        yield _line(("What else the book says", "label"))
    for place, twin in enumerate(found[:TWINS], 1):
        yield _twin(place, merge_line(waiting, twin, states), twin)
    if len(found) > TWINS:
        yield _line((f"  and {len(found) - TWINS} more: counterflow show {entry.ident}", "muted"))


def ruling_screen(waiting: Waiting, entry: Entry, state: str) -> Iterator[Line]:
    """A ruling that lost its claim, with its old words and the claims that it may mean now."""
    ruling = entry.ruling
    assert ruling is not None
    yield _line((f"A ruling without its claim: {told(ruling)}", "title"), (f"  {state}", "muted"))
    if entry.claim:
        yield _line(("  it saw    ", "label"), (words.claim(entry.claim), ""))
    if ruling.anchor:
        yield _line(("  its words ", "label"), (ruling.anchor.quote, "mark"))
    yield ()
    found = nearest(ruling, waiting.pile.values())
    yield _line(("The nearest claims of today" if found else "No claim of today that it can be given to", "label"))
    for place, placed in enumerate(found, 1):
        yield _near(place, placed)


def heading(at: int, count: int, paces: Sequence[float], left: int) -> str:
    """Where in the queue: "7 of 23, about 4 min", by the pace of this sitting (seconds for each ruling)."""
    if not paces or not left:
        return f"{at} of {count}"
    minutes = ceil(median(paces) * left / 60)
    spell = f"{minutes} min" if minutes < 120 else f"{minutes / 60:.1f} hours"
    return f"{at} of {count}, about {spell}"


def told(ruling: Decision) -> str:
    """A ruling in words: "reject by Ada on 2026-03-05 (seen the filing)"."""
    return f"{ruling.action} by {ruling.who} on {ruling.when[:10]} ({ruling.because})"


def foot(entry: Entry) -> Line:
    """The keys that go with an entry."""
    own = _ON_RULINGS if entry.ruling else _ON_CLAIMS
    return tuple(piece for key, does in (*own, *_FEW) for piece in (Piece(key, "key"), Piece(f" {does}  ")))


def row(entry: Entry) -> dict[str, Any]:
    """An entry for a program, with why it stands where it does; money in whole US dollars."""
    said = entry.claim
    return {
        "id": entry.ident,
        "waits": "ruling" if entry.ruling else "claim",
        "claim": words.claim(said) if said else None,
        "document": said.doc_id if said else None,
        "money_usd": int(entry.usd),
        "doubt": number(entry.doubt),
        "age_days": entry.days,
        "score": int(entry.score),
    }


def merge_line(waiting: Waiting, twin: Twin, states: Mapping[str, str]) -> str:
    """A twin in one line, to choose it by."""
    ruled = waiting.book.claims[twin.claim_id]
    same = "same deal" if mergeable(ruled.claim) else "same figure"
    stands = {"differs": f"{same}, differs", "apart": "same parties", "agrees": same}[twin.stands]
    return f"{stands}: {words.claim(ruled.claim)} ({ruled.claim.doc_id}, {states.get(twin.claim_id, ruled.state)})"


def _line(*pieces: tuple[str, str]) -> Line:
    return tuple(Piece(_safe(text), style) for text, style in pieces if text)


def _safe(text: str) -> str:
    """On one line, and every character that does not print as its escape."""
    return plain(re.sub(r"[^\S ]+", " ", text))


def _facts(said: Claim, entry: Entry) -> Iterator[tuple[str, str]]:
    core, optional = ROLES.get(said.type, ((), ()))
    for role in (*core, *(r for r in optional if r in said.roles)):
        yield role, _names(said, role)
    yield "amount", _amount(said.amount)
    told = (said.amount_scope, said.valuation_basis, said.metric, said.metric_text, said.product)
    yield "status", ", ".join(t.replace("_", " ") for t in (said.status, *told) if t) + _denied(said)
    if said.valid_time:
        yield "covers", said.valid_time.text
    if said.event_date:
        yield "when", f"{said.event_date.text} ({said.event_date.value or said.event_date.bound or 'no day found'})"
    for key, terms in said.terms.items():
        yield key.replace("_", " "), "; ".join(term.text or str(term.value) for term in terms)
    if said.attribution.chain:
        yield "said by", " <- ".join(said.attribution.chain)
    yield "read by", f"{said.extractor}, confidence {said.confidence:g}"
    dollars = words.money(entry.usd) if entry.usd else "no sum in USD"
    yield "why here", f"{dollars} x doubt {entry.doubt.normalize():f} x {entry.days} days"


def _names(said: Claim, role: str) -> str:
    names, written = said.roles.get(role, ()), said.roles_as_written.get(role, ())
    if not names:
        return "nobody named"
    return ", ".join(names) + (f" (as written: {', '.join(written)})" if written and written != names else "")


def _denied(said: Claim) -> str:
    unsaid = {"negative": "it says that this is NOT so"}.get(said.polarity)
    return "".join(f"; {word}" for word in (unsaid, None if said.modality == "asserted" else said.modality) if word)


def _amount(amount: Quantity | None) -> str:
    if amount is None:
        return "undisclosed"
    unit = amount.currency or ("money of no stated currency" if amount.unit == "money" else amount.unit)
    low, high = (None if end is None else f"{end.normalize():,f}" for end in (amount.low, amount.high))
    ends = f"up to {high}" if low is None else f"{low} or more" if high is None else low
    ends = ends if low is None or high is None or low == high else f"{low} to {high}"
    quoted = f'; written "{amount.text}"' if amount.text else ""
    return f"{words.quantity(amount)} = {ends} {unit}{f' a {amount.per}' if amount.per else ''}{quoted}"


def _evidence(waiting: Waiting, ident: str, said: Claim, mention: int) -> Iterator[Line]:
    one = said.evidence[mention]
    count = f"; mention {mention + 1} of {len(said.evidence)}" if len(said.evidence) > 1 else ""
    if one.kind == "sentence":
        document = _document(waiting, said)
        yield _line((_where(said, one, document) + count, "label"))
        yield _words(waiting, ident, said, one, document)
    elif one.kind == "reference":
        yield _line((f"┌ reference, no text held{count}", "label"))
        facts = (("source", one.source), ("date", one.date), ("address", one.address), ("our note", one.note))
        for label, text in facts:
            yield _line((f"│ {label:<9}", "label"), (text or "none", ""))
        yield _line(("└", "label"))
    else:
        yield _line((f"┆ assumption{count}: {one.name} ({one.note})", "label"))


def _document(waiting: Waiting, said: Claim) -> Document | None:
    papers = waiting.book.documents.values()
    return next((d for d in papers if d.text_sha256 == said.text_sha256), None)


def _where(said: Claim, one: Evidence, document: Document | None) -> str:
    title = f", {document.title}" if document and document.title else ""
    day = f", {document.doc_date or 'undated'}" if document else ""
    return f"{said.doc_id}{title}{day}, characters {one.start}-{one.end}"


def _words(waiting: Waiting, ident: str, said: Claim, one: Evidence, document: Document | None) -> Line:
    if document is None or document.left_out or one.start is None or one.end is None:
        return _line((one.text or "", "mark"), ("  (the text around it is not in this book)", "muted"))
    others = (
        (e.start, e.end)
        for key, ruled in waiting.book.claims.items()
        if key != ident and ruled.claim.text_sha256 == said.text_sha256 and ruled.state != "rejected"
        for e in ruled.claim.evidence
        if e.start is not None and e.end is not None
    )
    return paragraph(document.text, (one.start, one.end), others)


def paragraph(text: str, span: tuple[int, int], others: Iterable[tuple[int, int]] = ()) -> Line:
    """The paragraph of `text` that holds the span: the span marked, the other spans pale, what is cut off as "…"."""
    begin, end = _around(text, *span)
    pale = {at for a, b in others for at in range(max(a, begin), min(b, end))}
    styles = ["mark" if span[0] <= at < span[1] else "pale" if at in pale else "" for at in range(begin, end)]
    cuts = [begin, *(at for at in range(begin + 1, end) if styles[at - begin] != styles[at - begin - 1]), end]
    pieces = [(text[a:b], styles[a - begin]) for a, b in pairwise(cuts)]
    left = "… " if text[:begin].strip() and not _opens(text, begin) else ""
    right = " …" if text[end:].strip() and not _closes(text, end) else ""
    return _line((left, "muted"), *pieces, (right, "muted"))


def _around(text: str, start: int, end: int) -> tuple[int, int]:
    """The paragraph between blank lines; where it is long the line; where that is long some words to either side."""
    end = min(end, start + _SPAN)
    breaks = [gap.span() for gap in _BLANK.finditer(text)]
    block = (
        max((b for _, b in breaks if b <= start), default=0),
        min((a for a, _ in breaks if a >= end), default=len(text)),
    )
    after = text.find("\n", end)
    line = (text.rfind("\n", 0, start) + 1, len(text) if after < 0 else after)
    for a, b in (block, line):
        if b - a <= _PARAGRAPH + end - start:
            return a, b
    room = _PARAGRAPH // 2
    a, b = max(line[0], start - room), min(line[1], end + room)
    left, right = text.find(" ", a, start), text.rfind(" ", end, b)
    return left + 1 if a > line[0] and left >= 0 else a, right if b < line[1] and right >= 0 else b


def _opens(text: str, at: int) -> bool:
    return at == 0 or text[at - 1] == "\n"


def _closes(text: str, at: int) -> bool:
    return text[at] in "\r\n"


def _twin(place: int, said: str, twin: Twin) -> Line:
    return _line((f"  {place} ", "key"), (said, "bad" if twin.stands == "differs" else ""))


def _near(place: int, placed: Placed) -> Line:
    said, best = placed.claim, placed.claim.evidence[0]
    quote = best.text or best.note or ""
    return _line((f"  {place} ", "key"), (f"{words.claim(said)}: ", ""), (quote[:_PARAGRAPH], "pale"))
