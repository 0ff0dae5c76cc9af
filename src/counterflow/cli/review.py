"""`counterflow review`: one claim a screen, one key a ruling; what waits longest for the most doubtful money first."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Annotated, Final

import typer

from counterflow.cli import options as opt
from counterflow.cli.options import DEFAULT_BOOK, BookOption, Json
from counterflow.model.problem import Trouble, plain

if TYPE_CHECKING:
    from counterflow.cli.keys import Keyboard
    from counterflow.cli.sitting import Sitting
    from counterflow.reconcile.anchors import Placed
    from counterflow.reconcile.queue import Entry, Waiting
    from counterflow.store import Store

_REASONS: Final = (
    "it does not say so",
    "the amount is wrong",
    "the parties are wrong",
    "the kind of deal or its status is wrong",
    "no deal and no figure: noise",
)
_LAST: Final = 10  # rulings shown where nothing waits


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command()(review)


def review(
    document: Annotated[
        str | None, typer.Argument(metavar="[DOCUMENT]", help="Only what waits of this document or source.")
    ] = None,
    *,
    kind: Annotated[str | None, typer.Option("--type", help="Only claims of this type.")] = None,
    party: Annotated[str | None, typer.Option("--party", help="Only claims that name this party.")] = None,
    limit: Annotated[int | None, typer.Option("--limit", min=1, help="At most so many.")] = None,
    because: Annotated[str | None, typer.Option("--because", help="Why, where no comment says more.")] = None,
    accept_all: Annotated[
        str | None, typer.Option("--accept-all", metavar="DOCUMENT", help="Accept all that waits of one document.")
    ] = None,
    min_confidence: Annotated[
        float, typer.Option("--min-confidence", min=0.0, max=1.0, help="With --accept-all: from this confidence on.")
    ] = 0.95,
    yes: Annotated[bool, typer.Option("--yes", help="With --accept-all: do not ask.")] = False,
    book: BookOption = DEFAULT_BOOK,
    json: Json = False,
) -> None:
    """Rule on what waits: accept, edit, reject, merge, add what was missed, each with one key beside its evidence.

    Order: money (USD) x doubt (1 - confidence) x age (days since public or recorded). Rulings that lost their claim
    come first. Every ruling is kept at once; ? lists the keys. Without a terminal, keys are read one a line.

    Example: counterflow review --party OpenAI --limit 20
    """
    from counterflow import desk
    from counterflow.model.when import day
    from counterflow.store import Store

    if accept_all is not None and (because is None or document is not None):
        raise typer.BadParameter("--accept-all DOCUMENT goes with --because, and with no other document")
    with Store.open(book) as store:
        waiting = desk.waiting(store, day(desk.now()[:10]))
        entries = _wanted(waiting, document or accept_all, kind, party)[:limit]
        if accept_all is not None:
            _accept_all(store, waiting, entries, (accept_all, min_confidence, because or ""), yes=yes, json=json)
        elif json:
            from counterflow.show.reviewing import row

            opt.as_json([row(entry) for entry in entries])
        elif entries:
            _sit(store, waiting, entries, because or "reviewed")
        else:
            _nothing_waits(store, waiting)


def _wanted(waiting: Waiting, document: str | None, kind: str | None, party: str | None) -> tuple[Entry, ...]:
    """What waits of a document, a type and a party; `Trouble` for one that there is not."""
    from counterflow import desk
    from counterflow.model.claim import ROLES
    from counterflow.reconcile.queue import of_document

    entries = waiting.entries
    if document is not None:
        documents = list(waiting.book.documents.values())
        entries = of_document(entries, document, documents)
        names = {name for d in documents for name in (d.doc_id, d.address, d.final, d.lineage)}
        if document not in names | {ruled.claim.doc_id for ruled in waiting.book.claims.values()}:
            raise Trouble(document, "is no document of this book", "list them: counterflow sources")
    if kind is not None:
        if kind not in ROLES:
            raise Trouble("--type", f"{kind!r} is no claim type", f"one of: {', '.join(ROLES)}")
        entries = tuple(e for e in entries if e.claim and e.claim.type == kind)
    if party is not None:
        name = desk.named(waiting.book, party)
        entries = tuple(e for e in entries if e.claim and name in e.claim.parties)
    return entries


def _nothing_waits(store: Store, waiting: Waiting) -> None:
    """What to do next, and the last rulings with their undo."""
    if not waiting.pile:
        opt.note("no claims yet; read an article: counterflow read ARTICLE")
        return
    if waiting.entries:
        opt.note(f"nothing waits under these filters; without them {len(waiting.entries)} do: counterflow review")
        return
    opt.say(f"The queue is clear: all {len(waiting.pile)} claims are ruled on. Next: counterflow deals")
    for ruling, _ in store.decisions()[-_LAST:][::-1]:
        opt.say(plain(f"  {ruling.who}: {ruling.action} {ruling.target}; counterflow undo {ruling.decision_id}"))


def _accept_all(
    store: Store,
    waiting: Waiting,
    entries: Iterable[Entry],
    asked: tuple[str, float, str],
    *,
    yes: bool,
    json: bool,
) -> None:
    """Accept what waits of one document from a confidence on, as one batch; the count is stated first."""
    from counterflow import desk
    from counterflow.cli.keys import Keyboard
    from counterflow.reconcile.rulings import batch_of, batched, on_claim

    name, confidence, because = asked
    placed = [waiting.pile[e.ident] for e in entries if not e.ruling]
    sure = [p for p in placed if p.claim.confidence >= confidence]
    _one_document(name, placed)
    count = f"{len(sure)} of {len(placed)} waiting claims of {plain(name)}, confidence {confidence:g} or more"
    opt.note(f"to accept: {count}")
    if sure and not yes:
        keys = Keyboard()
        if not keys.live:
            raise Trouble("--accept-all", f"would accept {count}; nothing was done", "add --yes")
        if keys.line("accept them (y/n)").lower() not in {"y", "yes"}:
            opt.note("nothing was done")
            return
    act = ("accept", opt.who(), desk.now(), because)
    made = batched([on_claim(p, act, {}) for p in sure])
    if made:
        store.add_decisions(made, recorded=act[2], seen=waiting.seen)
        opt.note(f"accepted {len(made)}; take all of them back: counterflow undo {batch_of(made[0])}")
    if json:
        opt.as_json({"batch": batch_of(made[0]) if made else None, "accepted": [d.target for d in made]})


def _one_document(name: str, placed: Iterable[Placed]) -> None:
    """`Trouble` where a name stands for several documents."""
    found = sorted({p.lineage for p in placed if p.claim.evidence[0].kind == "sentence"})
    if len(found) > 1:
        raise Trouble(name, f"is the name of {len(found)} documents", f"name one of them: {', '.join(found)}")


def _sit(store: Store, waiting: Waiting, entries: Sequence[Entry], why: str) -> None:
    from counterflow.cli import screens
    from counterflow.cli.keys import Keyboard
    from counterflow.cli.sitting import Sitting

    keys, console = Keyboard(), screens.console()

    def again(both: str) -> bool:
        opt.say(f"{both}\nrecord yours too? y, or any other key to leave it")
        return keys.key() == "y"

    sitting = Sitting(store, waiting, list(entries), opt.who(), why, again)
    message: str | None = ""
    try:
        while message is not None:
            screens.draw(console, sitting, message)
            message = _act(sitting, keys)
    except (EOFError, KeyboardInterrupt):
        pass  # every ruling was kept when it was made
    rest = f"{sitting.left} still wait; to go on: counterflow review" if sitting.left else "nothing of these waits"
    opt.note(f"\n{len(sitting.made)} ruled on, {rest}")


def _act(sitting: Sitting, keys: Keyboard) -> str | None:
    """Do what one key says; the message it leaves, None where it quits."""
    from counterflow.cli.forms import Dropped

    key = keys.key()
    if key == "q" or (key == "" and sitting.entry is None):
        return None
    try:
        if key in _ANYWHERE:
            return _ANYWHERE[key](sitting, keys)
        entry = sitting.entry
        ways = _ON_RULINGS if entry and entry.ruling else _ON_CLAIMS
        if entry is None or (key not in ways and not (entry.ruling and key.isdecimal())):
            return f"{plain(key)!r} does nothing here; ? lists the keys"
        return _holds(sitting, entry, int(key)) if key.isdecimal() else ways[key](sitting, entry, keys)
    except Dropped:
        return "left; nothing was recorded"
    except Trouble as trouble:
        return str(trouble.problem)


def _edit(sitting: Sitting, entry: Entry, keys: Keyboard) -> str:
    from counterflow.cli import forms

    assert entry.claim is not None
    return sitting.rule(entry, "edit", forms.edit(keys, entry.claim, partial(sitting.preview, entry)))


def _reject_for(sitting: Sitting, entry: Entry, keys: Keyboard) -> str:
    from counterflow.cli.forms import choose

    return sitting.rule(entry, "reject", because=choose(keys, "because", _REASONS))


def _merge(sitting: Sitting, entry: Entry, keys: Keyboard) -> str:
    from counterflow.cli.forms import choose
    from counterflow.show.reviewing import merge_line

    found = sitting.partners(entry)[:9]
    if not found:
        return "no other claim to merge it with"
    lines = {f"{merge_line(sitting.waiting, twin, sitting.states)} {twin.claim_id}": twin for twin in found}
    chosen = next(iter(lines)) if len(found) == 1 else choose(keys, "the same deal as", tuple(lines))
    return sitting.merge(entry, lines[chosen])


def _holds(sitting: Sitting, entry: Entry, place: int) -> str:
    found = sitting.candidates(entry)
    if not 1 <= place <= len(found):
        return "no such claim to hold for; x takes the ruling back"
    return sitting.hold(entry, found[place - 1])


def _add(sitting: Sitting, keys: Keyboard) -> str:
    """A claim that the reader missed, beside the one on screen."""
    from counterflow import desk
    from counterflow.cli import forms

    entry = sitting.entry or sitting.entries[-1]
    if entry.claim is None:
        return "look at a claim of its document first: j, k"
    papers = sitting.waiting.book.documents.values()
    document = next((d for d in papers if d.text_sha256 == entry.claim.text_sha256), None)
    draft, where = forms.missed(keys, entry.claim, document, sitting.who)
    claim, decision = desk.add(sitting.store, draft, where, sitting.because())
    sitting.added(decision)
    return f"added {claim.claim_id} ({decision.decision_id})"


def _comment(sitting: Sitting, keys: Keyboard) -> str:
    sitting.comment = keys.line("because")
    return f"because: {plain(sitting.because())}"


def _all_keys(*_: object) -> str:
    from counterflow.show.reviewing import FORMULA, KEYS

    return "\n".join([*(f"  {key}  {does}" for key, does in KEYS), f"  the order: {FORMULA}"])


_ANYWHERE: Final[dict[str, Callable[[Sitting, Keyboard], str]]] = {
    "n": _add,
    "u": lambda sitting, _: sitting.undo(),
    "s": lambda sitting, _: sitting.skip(),
    "j": lambda sitting, _: sitting.move(1),
    "k": lambda sitting, _: sitting.move(-1),
    "[": lambda sitting, _: sitting.turn(-1),
    "]": lambda sitting, _: sitting.turn(1),
    "c": _comment,
    "?": _all_keys,
}
_Way = Callable[["Sitting", "Entry", "Keyboard"], str]
_ON_CLAIMS: Final[dict[str, _Way]] = {
    "a": lambda sitting, entry, _: sitting.rule(entry, "accept"),
    "x": lambda sitting, entry, _: sitting.rule(entry, "reject"),
    "X": _reject_for,
    "e": _edit,
    "m": _merge,
}
_ON_RULINGS: Final[dict[str, _Way]] = {
    "a": lambda sitting, entry, _: _holds(sitting, entry, 1),
    "x": lambda sitting, entry, _: sitting.drop(entry),
}
