"""Five invented articles: a lab, a cloud with an owner, those who fund the lab, and what the lab owes."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

LAB, CLOUD, OWNER = "Larkspur AI", "Brightwater Cloud", "Brightwater"
CONTRACT = (
    "Larkspur AI has signed a contract worth $42 billion over seven years with Brightwater Cloud, "
    "the computing arm of Brightwater."
)
LETTER = (
    "Larkspur AI signed a letter of intent to spend an additional $90 billion with Brightwater Cloud over nine years."
)
CHEQUES = "Brightwater invested $60 billion, Tern Capital invested $35 billion and Cobalt Chips invested $25 billion."
PRE = "The round was struck at a pre-money valuation of $700 billion."
POST = "Larkspur AI now has a post-money valuation of $820 billion."
PROGRAMME = "Larkspur AI has committed to spend $1.2 trillion on computing over the next eight years."
REVENUE = "Its revenue in 2025 was $14 billion."
STAKE = "Quarry Motors owns 24% of Larkspur AI."
ARTICLES = {
    "contract.txt": ("Larkspur AI signs with a cloud", "3 November 2025", CONTRACT),
    "letter.txt": ("Larkspur AI to spend more", "12 January 2026", LETTER),
    "round.txt": (
        "Larkspur AI closes its round",
        "27 February 2026",
        f"Larkspur AI has closed a $120 billion funding round. {CHEQUES} {PRE} {POST}",
    ),
    "owes.txt": ("What Larkspur AI owes", "9 March 2026", f"{PROGRAMME} {REVENUE}"),
    "stake.txt": ("Quarry Motors holds on", "16 March 2026", STAKE),
}


def write(folder: Path, *names: str) -> Path:
    """The articles of these names (all by default) as files in a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in names or ARTICLES:
        title, day, body = ARTICLES[name]
        (folder / name).write_text(f"{title}\n\nBy Ada Marsh, {day}\n\n{body}\n", encoding="utf-8")
    return folder
