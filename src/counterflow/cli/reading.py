"""Commands that put things into a book, rule on them, and list what it holds."""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from counterflow.cli import options as opt
from counterflow.cli.options import DEFAULT_BOOK, Asof, Because, BookOption, Format, Json, Known, Out, Recorded, Trust
from counterflow.model.problem import Problem, Trouble, plain

if TYPE_CHECKING:
    from counterflow.desk import Read
    from counterflow.extract.llm.reader import Reader
    from counterflow.sources.gather import Told


def add_to(app: typer.Typer) -> None:
    """Register the commands, in the order in which a newcomer needs them."""
    for command in (init, read, claims, deals, parties, sources, problems, show, decide, add, log, undo, verify):
        app.command()(command)


def init(
    book: BookOption = DEFAULT_BOOK,
    starter: Annotated[bool, typer.Option("--starter", help="With what published pages said up to mid-2026.")] = False,
) -> None:
    """Start a new book: empty, or with the starter data on who funds whom in the AI build-out.

    Example: counterflow init --starter --book ai.db
    """
    from counterflow import desk
    from counterflow.store import Store

    store = Store.create(book, recorded=desk.now())
    told = (
        f" with {desk.start(store)} claims by reference; ask it: counterflow circular --book {book}" if starter else ""
    )
    store.close()
    opt.note(f"{book} is ready{told or f'; next: counterflow read ARTICLE... --book {book}'}")


Extractors = Annotated[
    str, typer.Option("--extractor", metavar="rules|llm|rules,llm", help="Who reads: rules, a model you set up, both.")
]
MaxCost = Annotated[float | None, typer.Option("--max-cost", metavar="USD", min=0, help="Ask the model no further.")]


def read(
    sources: Annotated[
        list[str] | None,
        typer.Argument(metavar="SOURCE...", help="Files, folders, web addresses, RSS or Atom feeds; - for stdin."),
    ] = None,
    *,
    listed: Annotated[
        str | None, typer.Option("--from", metavar="FILE", help="More of them, one a line; # opens a remark.")
    ] = None,
    book: BookOption = DEFAULT_BOOK,
    doc_date: Annotated[
        str | None, typer.Option("--doc-date", metavar="DATE", help="When these texts appeared.")
    ] = None,
    gazetteer: Annotated[Path | None, typer.Option("--gazetteer", help="Names of your own, as JSON.")] = None,
    allow_private: Annotated[
        bool, typer.Option("--allow-private", help="Fetch from this machine and its own network too.")
    ] = False,
    extractor: Extractors = "rules",
    max_cost: MaxCost = None,
    no_store: Annotated[bool, typer.Option("--no-store", help="Write nothing anywhere.")] = False,
    json: Json = False,
) -> None:
    """Read articles into claims, each with its sentence, proposed for review. Reading twice adds nothing.

    Example: counterflow read wire.txt blog.html --doc-date 2026-03-04
    """
    from counterflow import desk
    from counterflow.sources.gather import listed as names_in
    from counterflow.store import Store

    names = [*(sources or ()), *(names_in(listed) if listed else ())]
    if not (names or listed):
        raise typer.BadParameter("name what to read: files, folders, web addresses, - or --from FILE")
    if doc_date is not None:
        opt.day_of("--doc-date", doc_date)
    reader = _reader(extractor, max_cost, keep=not no_store)
    store = None if no_store else Store.open(book, create=True, recorded=desk.now())
    how: dict[str, Any] = {"doc_date": doc_date, "gazetteer": gazetteer, "allow_private": allow_private}
    with closing(desk.read(names, store, **how, reader=reader)) as items:
        reads, found = _as_it_comes(items)
    reads = desk.copies(reads, store)
    _note_copies(reads)
    if reader:
        opt.note(reader.line())
    if json:
        opt.as_json(_answer(reads, found) | ({"stats": reader.stats()} if reader else {}))
    if opt.complain(found):
        raise typer.Exit(1)


def _reader(extractor: str, max_cost: float | None, *, keep: bool) -> Reader | None:
    """The model to ask; None where only the rules are wanted."""
    wanted = [name.strip() for name in extractor.split(",")]
    if not {*wanted} <= {"rules", "llm"}:
        raise typer.BadParameter(f"{extractor!r} is none of rules, llm, rules,llm", param_hint="--extractor")
    if "llm" not in wanted:
        if max_cost is not None:
            raise typer.BadParameter("the rules cost nothing; it goes with --extractor llm", param_hint="--max-cost")
        return None
    from counterflow.extract.llm.reader import Reader

    most = None if max_cost is None else Decimal(str(max_cost))
    return Reader.of(os.environ, with_rules="rules" in wanted, ceiling_usd=most, keep=keep)


def _note_copies(reads: Iterable[Any]) -> None:
    for document in (each.document for each in reads):
        if document.copy_of:
            kind = "a copy of" if document.duplicate_of else "largely taken from"
            opt.note(f"{plain(document.doc_id)}: {kind} {plain(document.copy_of)}")


def _as_it_comes(items: Iterable[Read | Told | Problem]) -> tuple[list[Read], list[Problem]]:
    """What was read and what stood in the way, each source told of when it is done."""
    from counterflow.sources.gather import Told

    reads: list[Read] = []
    found: list[Problem] = []
    try:
        for item in items:
            if isinstance(item, Problem):
                found.append(item)
            elif isinstance(item, Told):
                state = f"entries read: {item.new}" if item.new else "nothing new"
                opt.note(f"{plain(item.address)}: {state}; known already: {item.known}")
            else:
                reads.append(item)
                state = f"claims: {len(item.claims)}" if item.new else "known already, nothing added"
                opt.note(f"{plain(item.document.doc_id)}: {state}")
    except KeyboardInterrupt:
        found.append(Problem("read", "stopped before the end; what was read is kept", "run the same command again"))
    return reads, found


def _document(item: Any) -> dict[str, Any]:
    body: dict[str, Any] = item.document.to_json()
    kept = "doc_id title doc_date doc_date_source final lang segments duplicate_of syndicated_from text_sha256".split()
    stats = {"stats": dict(item.stats)} if item.stats else {}
    read = {"text": item.document.text, "claims": [c.to_json() for c in item.claims]}
    return {k: body[k] for k in kept} | read | stats


def _answer(reads: Iterable[Any], found: Iterable[Problem]) -> dict[str, Any]:
    return {"documents": [_document(each) for each in reads], "problems": [p.to_json() for p in found]}


def _list(what: str, columns: tuple[str, ...]) -> Any:
    def command(
        *,
        book: BookOption = DEFAULT_BOOK,
        asof: Asof = None,
        known: Known = None,
        recorded: Recorded = None,
        trust: Trust = 0.8,
        fmt: Format = "table",
        json: Json = False,
        out: Out = None,
    ) -> None:
        from counterflow.show import listing

        asked = opt.open_book(book, opt.question(asof, known, recorded, trust))
        frame = listing.table(asked.book, what)
        if not frame.height and fmt == "table" and out is None and not json:
            opt.note(_EMPTY[what])
            return
        opt.show(frame, "json" if json else fmt, out, columns)

    command.__name__ = what
    command.__doc__ = f"{_WHAT[what]}\n\n    Example: counterflow {what} --format csv"
    return command


_WHAT = {
    "claims": "List what the sources say: every claim, with its words.",
    "deals": "List the deals: who pays whom, how much, how firm.",
    "parties": "List everyone that claims speak of.",
    "sources": "List the documents of the book.",
    "problems": "List what waits for a person.",
}
_EMPTY = {
    "claims": "no claims yet; read an article: counterflow read ARTICLE",
    "deals": "no deals count yet; see counterflow claims, or lower --trust",
    "parties": "no parties yet; read an article: counterflow read ARTICLE",
    "sources": "no documents yet; read an article: counterflow read ARTICLE",
    "problems": "nothing to settle",
}
claims = _list("claims", ("claim_id", "type", "roles", "amount", "status", "state", "evidence_kind", "source_id"))
deals = _list(
    "deals", ("deal_id", "payer", "payee", "amount", "stage", "class", "years", "claims_for", "claims_against")
)
parties = _list("parties", ("party", "kind", "owner", "claims", "deals", "alike"))
sources = _list("sources", ("source_id", "kind", "doc_date", "characters", "claims", "duplicate_of", "syndicated_from"))
problems = _list("problems", ("where", "what", "remedy"))


def show(
    ident: Annotated[
        str,
        typer.Argument(metavar="ID", help="A claim, deal, figure or decision (its first digits), a party or source."),
    ],
    *,
    book: BookOption = DEFAULT_BOOK,
    asof: Asof = None,
    known: Known = None,
    recorded: Recorded = None,
    trust: Trust = 0.8,
    json: Json = False,
) -> None:
    """Show one thing with its evidence and its history.

    Example: counterflow show OpenAI
    """
    from counterflow import desk
    from counterflow.show import single

    asked = opt.open_book(book, opt.question(asof, known, recorded, trust))
    found = single.find(asked.book, [d for d, _ in asked.store.decisions()], ident, desk.named)
    opt.as_json(found.body) if json else opt.say(found.text)


def decide(
    ident: Annotated[str, typer.Argument(metavar="ID", help="A claim (its first digits are enough) or a party.")],
    *,
    because: Because,
    accept: Annotated[bool, typer.Option("--accept", help="It says so, and it counts.")] = False,
    reject: Annotated[bool, typer.Option("--reject", help="It never counts.")] = False,
    merge: Annotated[str | None, typer.Option("--merge", metavar="INTO", help="Two names of one party.")] = None,
    split: Annotated[bool, typer.Option("--split", help="This name stands for itself.")] = False,
    pin: Annotated[bool, typer.Option("--pin", help="Keep it as it is.")] = False,
    low: Annotated[str | None, typer.Option("--low", help="Lower end, in full units.")] = None,
    high: Annotated[str | None, typer.Option("--high", help="Upper end, in full units.")] = None,
    status: Annotated[str | None, typer.Option("--status", help="How firm it is.")] = None,
    change: Annotated[
        list[str] | None, typer.Option("--set", metavar="FIELD=VALUE", help="Any other field of a claim.")
    ] = None,
    book: BookOption = DEFAULT_BOOK,
) -> None:
    """Rule on a claim or a party. Rulings outlive re-reading and upgrades, and can be undone.

    Example: counterflow decide 7f3a12 --accept --because "checked against the filing"
    """
    from counterflow import desk
    from counterflow.reconcile.rulings import Edits, Ruling
    from counterflow.store import Store

    edits = Edits(low=low, high=high, status=status, fields=dict(_pairs(change or (), "--set")))
    wanted = [
        name
        for name, on in (
            ("accept", accept),
            ("reject", reject),
            ("merge", merge),
            ("split", split),
            ("pin", pin),
            ("edit", bool(edits.changes())),
        )
        if on
    ]
    if len(wanted) != 1:
        raise typer.BadParameter(
            "choose one of --accept, --reject, --merge, --split, --pin, or an edit (--low, --high, --status, --set)"
        )
    ruling = Ruling(wanted[0], ident, opt.who(), because, into=merge, edits=edits)
    decision = desk.decide(Store.open(book), ruling)
    done = f"decision {decision.decision_id}: {wanted[0]} {decision.target}"
    opt.note(f"{done}; take it back: counterflow undo {decision.decision_id}")


def add(
    kind: Annotated[
        str,
        typer.Argument(
            metavar="TYPE", help="investment, valuation, funding_round, stake, capacity_commitment, financial_metric."
        ),
    ],
    *,
    role: Annotated[list[str], typer.Option("--role", metavar="ROLE=NAME", help="Who is who; again for each.")],
    because: Because,
    amount: Annotated[str | None, typer.Option("--amount", help='In words: "about $4 billion".')] = None,
    status: Annotated[str, typer.Option("--status")] = "completed",
    scope: Annotated[str | None, typer.Option("--scope", help="new_money, contract_total, annual, ...")] = None,
    basis: Annotated[str | None, typer.Option("--basis", help="pre_money, post_money, ...")] = None,
    metric: Annotated[str | None, typer.Option("--metric", help="revenue, cash, ... of a financial_metric.")] = None,
    years: Annotated[str | None, typer.Option("--years", metavar="P7Y", help="The term the amount covers.")] = None,
    term: Annotated[
        list[str] | None, typer.Option("--term", metavar="KEY=VALUE", help="condition, trigger, ...")
    ] = None,
    span: Annotated[str | None, typer.Option("--span", metavar="DOCUMENT:START-END")] = None,
    source: Annotated[str | None, typer.Option("--source", metavar="NAME", help="A source outside the book.")] = None,
    address: Annotated[str | None, typer.Option("--address", metavar="URL")] = None,
    dated: Annotated[str | None, typer.Option("--date", metavar="DATE", help="When the source said so.")] = None,
    note: Annotated[str | None, typer.Option("--note", help="What it says, in your own words.")] = None,
    book: BookOption = DEFAULT_BOOK,
) -> None:
    """Add a claim that the reader missed (a span), or that stands in a source we may not store (a reference).

    Example: counterflow add investment --role investor=Amazon --role investee=OpenAI --amount "$15 billion"
    --source "Filing" --address https://example.org --date 2026-03-01 --note "first tranche" --because "missing"
    """
    from counterflow import desk
    from counterflow.store import Store

    if bool(span) == bool(source):
        raise typer.BadParameter("say where it stands: either --span DOCUMENT:START-END or --source NAME with --note")
    draft: dict[str, Any] = {"type": kind, "amount": amount, "status": status, "who": opt.who(), "scope": scope}
    draft |= {"basis": basis, "metric": metric, "term": years}
    draft |= {"roles": _several(role, "--role"), "terms": _several(term or (), "--term")}
    where = span or {"source": source, "address": address, "date": dated, "note": note}
    claim, decision = desk.add(Store.open(book), draft, where, because)
    opt.note(f"claim {claim.claim_id} added; take it back: counterflow undo {decision.decision_id}")


def _pairs(texts: Any, option: str) -> list[tuple[str, str]]:
    pairs = [text.partition("=") for text in texts]
    for key, equals, value in pairs:
        if not (equals and key and value):
            raise Trouble(option, f"{key + equals + value!r} is not KEY=VALUE", f"{option} key=value")
    return [(key.strip(), value.strip()) for key, _, value in pairs]


def _several(texts: Any, option: str) -> dict[str, list[str]]:
    gathered: dict[str, list[str]] = {}
    for key, value in _pairs(texts, option):
        gathered.setdefault(key, []).append(value)
    return gathered


def log(book: BookOption = DEFAULT_BOOK, json: Json = False) -> None:
    """Every decision ever made, the latest first.

    Example: counterflow log
    """
    from counterflow.reconcile.rulings import batch_of
    from counterflow.store import Store

    decisions = [decision for decision, _ in Store.open(book).decisions()][::-1]
    if json:
        opt.as_json([d.to_json() for d in decisions])
    elif not decisions:
        opt.note("no decisions yet")
    else:
        for d in decisions:
            batch = f"  batch {batch_of(d)}" if batch_of(d) else ""
            opt.say(f"{d.decision_id}  {d.when[:19]}  {d.who}: {d.action} {d.target}  ({d.because}){batch}")


def undo(
    ident: Annotated[str | None, typer.Argument(metavar="[DECISION]", help="Which one; without it, the last.")] = None,
    because: Because = "taken back",
    book: BookOption = DEFAULT_BOOK,
) -> None:
    """Take back a decision of any age, or all of a batch; an undo can be undone.

    Example: counterflow undo 3f9a
    """
    from counterflow import desk
    from counterflow.reconcile.rulings import batch_of
    from counterflow.store import Store

    acts = desk.undo(Store.open(book), ident, opt.who(), because)
    last = acts[-1]
    if batch_of(last):
        opt.note(f"{len(acts)} decisions are taken back (by batch {batch_of(last)})")
    else:
        opt.note(f"decision {last.target} is taken back (by {last.decision_id})")


def verify(
    path: Annotated[
        str | None, typer.Argument(metavar="[PATH]", help="A book, or the folder of its text form; default --book.")
    ] = None,
    book: BookOption = DEFAULT_BOOK,
    rebuild: Annotated[
        bool, typer.Option("--rebuild", help="First work out anew all that the events do not hold themselves.")
    ] = False,
) -> None:
    """Check a book: the chain of hashes, claim ids, evidence against stored text, and that it rebuilds to the same.

    Example: counterflow verify book.db
    """
    from counterflow.store import text

    problems, head = text.audit(path or book, rebuild=rebuild)
    if opt.complain(problems):
        raise typer.Exit(1)
    opt.say(f"{path or book}: {head[0]} events, all sound; head {head[1][:12]}")
