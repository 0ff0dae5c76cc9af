"""How well the reader does: its claims against gold, on published articles and on sentences with invented companies.

Two sets, never mixed. The articles (gold in `tests/cases/claims_seeds.json`) were visible while the rules were
written; their texts belong to others and are read from the folder named in COUNTERFLOW_ARTICLES. The sentences
(`tests/cases/invented/`) were labelled before there were rules.

    COUNTERFLOW_ARTICLES=~/articles python benchmarks/claims_score.py --errors 5

Exit 0 when every gate holds, 1 below a gate, 2 when nothing could be scored.
"""

from __future__ import annotations

import argparse
import json
import os
import runpy
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from counterflow.model.claim import ROLES

TESTS = Path(__file__).resolve().parent.parent / "tests"
SCORER = runpy.run_path(str(TESTS / "tools" / "score_claims.py"))

# The types that the invented sentences are labelled for; the articles have labels of every type.
FIRST_SIX = frozenset({"investment", "valuation", "funding_round", "stake", "capacity_commitment", "financial_metric"})

Json = dict[str, Any]


class Gate(NamedTuple):
    """A figure of the scorer and the bound it must keep: at least `floor`, or at most `ceiling`."""

    figure: str
    floor: float | None = None
    ceiling: float | None = None

    def holds(self, value: float) -> bool:
        """True when `value` keeps the bound; 1e-9 forgives the last digit of a sum."""
        above = self.floor is None or value >= self.floor - 1e-9
        below = self.ceiling is None or value <= self.ceiling + 1e-9
        return above and below


EVERYWHERE = (
    Gate("status", 0.80),
    Gate("direction", ceiling=0.05),
    Gate("evidence", 0.95),
    Gate("ungrounded", ceiling=0),
)


class GoldSet(NamedTuple):
    """Labels, the folder that holds the texts they speak of, and the gates of that set."""

    name: str
    gold: Path
    texts: Path | None
    gates: tuple[Gate, ...]
    types: frozenset[str] = frozenset(ROLES)  # others are left out on both sides


class Score(NamedTuple):
    """One scored set: the table for people, the figures by name, and what went wrong by document."""

    table: str
    figures: dict[str, float]
    errors: dict[str, list[tuple[Any, ...]]]


def sets(articles: str | None) -> tuple[GoldSet, ...]:
    """The two sets; `articles` is the folder of the published ones, None where the reader of this page has none."""
    cases = TESTS / "cases"
    seen = (Gate("amounts", 0.97), Gate("claims", 0.80), Gate("precision", 0.75), Gate("noise", ceiling=0))
    blind = (Gate("amounts", 0.90), Gate("claims", 0.60), Gate("precision", 0.70))
    folder = Path(articles).expanduser() if articles else None
    return (
        GoldSet("seeds", cases / "claims_seeds.json", folder, seen + EVERYWHERE),
        GoldSet("invented", cases / "claims_invented.json", cases / "invented", blind + EVERYWHERE, FIRST_SIX),
    )


def of_types(listing: Json, types: frozenset[str]) -> Json:
    """A copy of a gold or prediction listing with the claims of `types` alone, other types gone from `type_alt` too."""
    kept = [[_trimmed(c, types) for c in d["claims"] if c["type"] in types] for d in listing["documents"]]
    return {"documents": [d | {"claims": claims} for d, claims in zip(listing["documents"], kept, strict=True)]}


def _trimmed(claim: Json, types: frozenset[str]) -> Json:
    return {**claim, "type_alt": [t for t in claim.get("type_alt") or [] if t in types]}


def read(files: Sequence[Path]) -> Json:
    """What `counterflow read FILES --json --no-store` prints; its complaint and SystemExit(2) if that is no JSON."""
    command = [sys.executable, "-m", "counterflow", "read", *map(str, files), "--json", "--no-store"]
    done = subprocess.run(command, capture_output=True, check=False)  # noqa: S603 our own command
    try:
        listing: Json = json.loads(done.stdout.decode("utf-8"))
    except ValueError:
        complaint = done.stderr.decode("utf-8", "replace").strip().splitlines()[-3:]
        print("\n".join(["counterflow read gave no JSON:", *complaint]), file=sys.stderr)
        raise SystemExit(2) from None
    return listing


def ungrounded(predicted: Json) -> int:
    """Claims with a sentence or an amount whose stored words are not what the text holds at that place."""
    return sum(not _grounded(c, d["text"]) for d in predicted["documents"] for c in d["claims"])


def _grounded(claim: Json, text: str) -> bool:
    quotes = [*claim["evidence"], claim["amount"]] if claim.get("amount") else claim["evidence"]
    return bool(quotes) and all(text[q["start"] : q["end"]] == q["text"] for q in quotes)


def score(chosen: GoldSet, folder: Path) -> Score:
    """Read the texts of a set and hold the claims against its gold."""
    gold = of_types(json.loads(chosen.gold.read_text(encoding="utf-8")), chosen.types)
    predicted = of_types(read([folder / d["doc_id"] for d in gold["documents"]]), chosen.types)
    _refuse_other_texts(gold, predicted)
    totals, _, _, errors = SCORER["run"](gold, predicted)
    matched = totals["ev_n"]
    evidence = totals["ev_ok"] / matched if matched else 1.0
    figures = {**SCORER["figures"](totals), "evidence": evidence, "ungrounded": float(ungrounded(predicted))}
    return Score(SCORER["report"](totals), figures, errors)


def _refuse_other_texts(gold: Json, predicted: Json) -> None:
    """Offsets mean nothing in a text of another length (line ends changed, another edition)."""
    lengths = {d["doc_id"]: len(d["text"]) for d in predicted["documents"]}
    for d in gold["documents"]:
        found = lengths.get(d["doc_id"])
        if found not in (None, d["n_chars"]):
            print(f"{d['doc_id']}: {found} characters, the gold was made on {d['n_chars']}", file=sys.stderr)
            raise SystemExit(2)


def show_differences(scores: Mapping[str, Score]) -> None:
    """The figures of each set side by side; the last column is what is lost on text the rules were not written on."""
    names = list(scores)
    print(f"{'':12}" + "".join(f"{n:>12}" for n in names) + (f"{'difference':>12}" if len(names) == 2 else ""))
    for figure in next(iter(scores.values())).figures:
        values = [s.figures[figure] for s in scores.values()]
        tail = f"{values[1] - values[0]:>+12.3f}" if len(values) == 2 else ""
        print(f"{figure:12}" + "".join(f"{v:>12.3f}" for v in values) + tail)


def below_gates(chosen: GoldSet, scored: Score) -> list[str]:
    """One line for each gate that `scored` misses."""
    missed = [g for g in chosen.gates if not g.holds(scored.figures[g.figure])]
    return [f"{chosen.name}: {g.figure} {scored.figures[g.figure]:.3f}, wanted {_wanted(g)}" for g in missed]


def _wanted(gate: Gate) -> str:
    return f">= {gate.floor:g}" if gate.floor is not None else f"<= {gate.ceiling:g}"


def _show(name: str, scored: Score, errors: int) -> None:
    print(f"== {name}\n{scored.table}")
    for document, found in scored.errors.items():
        for error in found[:errors]:
            print(" ", document, *error)
    print()


def main() -> int:
    """Score what is asked for, print it, and say by the exit code whether the gates hold."""
    options = argparse.ArgumentParser(description="Score the reader: published articles, and invented sentences.")
    options.add_argument("--errors", type=int, default=0, metavar="N", help="list the first N errors of each document")
    options.add_argument("--only", choices=("seeds", "invented"), help="score one set")
    asked = options.parse_args()
    scores: dict[str, Score] = {}
    complaints: list[str] = []
    for chosen in sets(os.environ.get("COUNTERFLOW_ARTICLES")):
        if asked.only not in (None, chosen.name):
            continue
        if chosen.texts is None:
            print(f"{chosen.name}: left out, set COUNTERFLOW_ARTICLES to the folder of the articles\n")
            continue
        scores[chosen.name] = score(chosen, chosen.texts)
        _show(chosen.name, scores[chosen.name], asked.errors)
        complaints += below_gates(chosen, scores[chosen.name])
    if not scores:
        return 2
    show_differences(scores)
    for complaint in complaints:
        print("BELOW THE GATE:", complaint, file=sys.stderr)
    return 1 if complaints else 0


if __name__ == "__main__":
    raise SystemExit(main())
