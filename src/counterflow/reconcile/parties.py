"""Names -> parties: the table's aliases, exact keys and people's rulings. Names as written are never changed."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Final

from counterflow.model.book import Party
from counterflow.model.claim import Decision
from counterflow.model.problem import Problem, Trouble

# Legal forms, dropped from the end of a name before names are compared.
LEGAL_FORMS: Final = frozenset(
    "ab ag as asa bv co company corp corporation gmbh inc incorporated kg kgaa kk limited llc llp lp ltd nv oy oyj pbc "
    "plc pte pty sa sarl sas se spa srl".split()
)
# Words that a company's short name often lacks: they make two names a near miss, never one party.
_LOOSE_WORDS: Final = frozenset("ai and global group holding holdings international labs tech technology".split())


def key(name: str) -> str:
    """What two writings of one name share: case, punctuation, a leading "the" and legal forms at the end left out."""
    text = re.sub(r"[.'’`]", "", unicodedata.normalize("NFKC", name).casefold())
    words = re.sub(r"[\W_]+", " ", text).split()
    if len(words) > 1 and words[0] == "the":
        words = words[1:]
    while len(words) > 1 and words[-1] in LEGAL_FORMS:
        words = words[:-1]
    return " ".join(words) or name


@dataclass(frozen=True, slots=True)
class Register:
    """Every party that claims speak of, by its name, and the way from any writing to it."""

    parties: Mapping[str, Party]
    names: Mapping[str, str]  # key of a writing -> name of its party
    problems: tuple[Problem, ...] = ()

    def name(self, mention: str) -> str:
        """The name of the party that a mention means; a mention nobody asked about names itself."""
        return self.names.get(key(mention), mention)

    def owners(self, name: str) -> Iterator[str]:
        """The party, its owner, the owner's owner, and so on up."""
        seen: set[str] = set()
        while name not in seen:
            yield name
            seen.add(name)
            party = self.parties.get(name)
            name = party.owner if party and party.owner else name

    def top(self, name: str | None) -> str | None:
        """The party at the top of the chain of owners."""
        return name and list(self.owners(name))[-1]


def resolve(mentions: Iterable[str], decisions: Iterable[Decision] = (), table: Iterable[Party] = ()) -> Register:
    """Parties for the names that claims use.

    A ruling goes before the table, the table's names before its aliases, and an unknown name is a party of its own,
    of the kind `company`. merge: `changes["into"]`; split, pin: the name stands for itself. Owners come along.
    """
    known = {party.name: party for party in table}
    base, doubts = _table_names(known[name] for name in sorted(known))
    written = sorted(set(mentions))
    for alike in _by_key(name for name in written if key(name) not in base).values():
        base[key(alike[0])] = min(alike, key=lambda name: (len(name), name))
    steps, spelled = _ruled(decisions)
    names = {each: _follow(each, steps, base, spelled) for each in {*base, *steps, *spelled}}
    parties = _with_owners({names[key(name)] for name in written}, known, names)
    asked = [doubts[each] for each in sorted({key(name) for name in written} & doubts.keys() - steps.keys())]
    return Register(parties, names, (*asked, *_near_misses(parties, known, steps)))


def find(mention: str, parties: Iterable[Party]) -> str:
    """The name of the party that a person means, by its name, an alias or its ticker; `Trouble` with the nearest."""
    listed = list(parties)
    meant = {key(word): p.name for p in listed for word in (*p.aliases, p.ticker) if word}
    meant |= {key(p.name): p.name for p in listed}
    if key(mention) in meant:
        return meant[key(mention)]
    near = dict.fromkeys(meant[each] for each in get_close_matches(key(mention), meant))
    raise Trouble(
        mention,
        "is no party of this book",
        f"did you mean {' or '.join(near)}?" if near else "list them: counterflow parties",
    )


def _table_names(parties: Iterable[Party]) -> tuple[dict[str, str], dict[str, Problem]]:
    """Key -> name from the table; an alias that two parties share names neither, and is a Problem by its key."""
    own: dict[str, str] = {}
    aliases: dict[str, set[str]] = defaultdict(set)
    for party in parties:
        own.setdefault(key(party.name), party.name)
        for alias in (*party.aliases, *filter(None, [party.ticker])):
            aliases[key(alias)].add(party.name)
    clear = {each: min(names) for each, names in aliases.items() if len(names) == 1}
    shared = {each: sorted(names) for each, names in aliases.items() if len(names) > 1 and each not in own}
    return clear | own, {each: _shared(each, names) for each, names in shared.items()}


def _shared(alias: str, names: list[str]) -> Problem:
    return Problem(
        alias,
        f"may be {' or '.join(names)}",
        f"counterflow decide '{alias}' --merge '{names[0]}' --because '...'",
    )


def _ruled(decisions: Iterable[Decision]) -> tuple[dict[str, str], dict[str, str]]:
    """From the key of each name ruled on to the key it now stands for, and how those names are spelled."""
    steps: dict[str, str] = {}
    spelled: dict[str, str] = {}
    for ruling in decisions:
        if ruling.action in {"merge", "split", "pin"} and ruling.anchor is None:
            into = str(ruling.changes.get("into") or ruling.target) if ruling.action == "merge" else ruling.target
            steps[key(ruling.target)] = key(into)
            spelled |= {key(name): name for name in (ruling.target, into)}
    return steps, spelled


def _follow(each: str, steps: Mapping[str, str], base: Mapping[str, str], spelled: Mapping[str, str]) -> str:
    """The name at the end of a chain of merges; parties merged in a ring are one, called by the first of them."""
    seen = [each]
    while (step := steps.get(seen[-1]) or key(base.get(seen[-1], seen[-1]))) not in seen:
        seen.append(step)
    last = min(seen[seen.index(step) :])
    return spelled[last] if steps.get(last) == last or last not in base else base[last]


def _by_key(names: Iterable[str]) -> dict[str, list[str]]:
    groups: dict[str, list[str]] = defaultdict(list)
    for name in names:
        groups[key(name)].append(name)
    return groups


def _with_owners(used: Iterable[str], known: Mapping[str, Party], names: Mapping[str, str]) -> dict[str, Party]:
    parties: dict[str, Party] = {}
    todo = sorted(used)
    while todo:
        name = todo.pop()
        if name in parties:
            continue
        party = known.get(name, Party(name))
        owner = party.owner and names.get(key(party.owner), party.owner)
        parties[name] = replace(party, owner=None if owner == name else owner)
        todo += [owner] if owner else []
    return dict(sorted(parties.items()))


def _near_misses(parties: Mapping[str, Party], known: Collection[str], ruled: Collection[str]) -> list[Problem]:
    """Pairs of names that differ only in spaces or in words a short name lacks: a person says whether they are one."""
    rough: dict[str, set[str]] = defaultdict(set)
    for name in parties:
        words = key(name).split()
        for form in ("".join(words), "".join(word for word in words if word not in _LOOSE_WORDS)):
            rough[form or name].add(name)
    pairs = {
        (first, other)
        for first, *others in (sorted(names, key=lambda n: (len(n), n)) for names in rough.values())
        for other in others
        if not (first in known and other in known) and not (key(first) in ruled or key(other) in ruled)
    }
    return [
        Problem(
            other,
            f"may be the same party as {first}",
            f"counterflow decide '{other}' --merge '{first}' --because '...' (or --split to say that they are two)",
        )
        for first, other in sorted(pairs)
    ]
