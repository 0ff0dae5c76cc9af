"""Names -> parties: people's rulings, the table's aliases, exact keys, then likeness. Names as written never change."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import combinations
from typing import Final

from counterflow.model.book import Likeness, Party
from counterflow.model.claim import Decision
from counterflow.model.problem import Problem, Trouble
from counterflow.reconcile.likeness import Doubt, Match, Named, likenesses

# Legal forms, dropped from the end of a name before names are compared.
LEGAL_FORMS: Final = frozenset(
    "ab ag aps as asa bhd bv co company corp corporation gmbh inc incorporated kg kgaa kk limited llc llp lp ltd ltda "
    "nv oy oyj pbc pjsc plc pte pty pvt sa sarl sas sdn se spa srl ulc".split()
)
# Words that a company's short name often lacks: they make two names a near miss, never one party.
_LOOSE_WORDS: Final = frozenset(
    "ai and global group holding holdings international lab labs tech technologies technology".split()
)


@lru_cache(maxsize=1 << 17)
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
    alike: Mapping[str, tuple[Likeness, ...]] = field(default_factory=dict)  # by party: what likeness alone gave it

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
    """Parties for the names that claims use, as often as they use them.

    A ruling goes before the table, the table's names before its aliases, these before likeness, and an unknown name is
    a party of its own, of the kind `company`. merge: `changes["into"]`; split, pin: the name stands for itself, and
    likeness leaves it alone. Owners come along.
    """
    known = {party.name: party for party in table}
    base, doubts = _table_names(known[name] for name in sorted(known))
    uses = Counter(mentions)
    written = sorted(uses)
    for each, same in _by_key(name for name in written if key(name) not in base).items():
        base[each] = min(same, key=lambda name: (len(name), name))
    steps, spelled = _ruled(decisions)
    names = {each: _follow(each, steps, base, spelled) for each in {*base, *steps, *spelled}}
    spoken = Counter[str]()
    for name in written:
        spoken[names[key(name)]] += uses[name]
    named = _named(names, spoken, known, steps)
    matches, unsure = likenesses(named.values()) if any(party.asked for party in named.values()) else ([], [])
    alike, into = _matched(matches, named, spoken)
    names = {each: into.get(name, name) for each, name in names.items()}
    parties = _with_owners({names[key(name)] for name in written}, known, names)
    shared = [doubts[each] for each in sorted({key(name) for name in written} & doubts.keys() - steps.keys())]
    misses = _near_misses(unsure, named, into, spoken)
    return Register(parties, names, (*shared, *misses), alike)


def find(mention: str, parties: Iterable[Party], alike: Mapping[str, Iterable[Likeness]] | None = None) -> str:
    """The name of the party that a person means, by its name, an alias, its ticker or a writing that it took in.

    `Trouble` with the nearest where there is none.
    """
    listed = list(parties)
    meant = {key(taken.writing): name for name, several in (alike or {}).items() for taken in several}
    meant |= {key(word): p.name for p in listed for word in (*p.aliases, p.ticker) if word}
    meant |= {key(p.name): p.name for p in listed}
    if key(mention) in meant:
        return meant[key(mention)]
    near = dict.fromkeys(meant[each] for each in _nearest(key(mention), meant))
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
        party = known.get(name, Party(name, listed=False))
        owner = party.owner and names.get(key(party.owner), party.owner)
        parties[name] = replace(party, owner=None if owner == name else owner)
        todo += [owner] if owner else []
    return dict(sorted(parties.items()))


# ---------------------------------------------------------------- likeness
def _named(
    names: Mapping[str, str], spoken: Mapping[str, int], known: Mapping[str, Party], steps: Collection[str]
) -> dict[str, Named]:
    """Every party that claims use or the table knows, with all it is called.

    A ticker is no name to be like, nor one that is the party's by a person's word alone.
    """
    tickers = {key(party.ticker) for party in known.values() if party.ticker}
    called: dict[str, list[str]] = defaultdict(list)
    for each, name in sorted(names.items()):
        if each == key(name) or not (each in tickers or each in steps):
            called[name].append(each)
    return {name: _one_named(name, tuple(called[name]), known, (name in spoken, key(name) in steps)) for name in called}


def _one_named(name: str, called: tuple[str, ...], known: Mapping[str, Party], used_ruled: tuple[bool, bool]) -> Named:
    used, ruled = used_ruled
    party = known.get(name, Party(name, listed=False))
    asked = used and not party.listed and not ruled
    return Named(name, called, party.kind, party.country, party.listed, asked, ruled)


def _matched(
    matches: Iterable[Match], named: Mapping[str, Named], spoken: Mapping[str, int]
) -> tuple[dict[str, tuple[Likeness, ...]], dict[str, str]]:
    """What each party took in, and the party of each name taken."""
    alike: dict[str, tuple[Likeness, ...]] = {}
    into: dict[str, str] = {}
    for names, score, runner_up in matches:
        first, *others = sorted(names, key=lambda name: _standing(named[name], spoken))
        alike[first] = tuple(Likeness(other, score, runner_up) for other in others)
        into |= dict.fromkeys(others, first)
    return dict(sorted(alike.items())), into


def _standing(party: Named, spoken: Mapping[str, int]) -> tuple[bool, bool, int, int, int, str]:
    """By this a name goes before those like it: the table's, the usual one, and the longer: slips leave letters out."""
    used = spoken.get(party.name, 0)
    return not party.listed, used > 0, -used, party.name.count(" "), -len(party.name), party.name


def _near_misses(
    unsure: Iterable[Doubt], named: Mapping[str, Named], into: Mapping[str, str], spoken: Mapping[str, int]
) -> list[Problem]:
    """Names alike and no match, or apart only by spaces and general words: a person says whether they are one."""
    scores = {names: f" (likeness {score:.0f})" for names, score in unsure}
    maybe: dict[str, dict[str, str]] = defaultdict(dict)
    for pair in sorted({*scores, *_loose(named.values())}):
        parties = [named[into.get(name, name)] for name in pair]
        first, other = sorted(parties, key=lambda party: _standing(party, spoken))
        open_ = (first.asked or other.asked) and not (first.listed and other.listed)
        if open_ and first is not other and not (first.ruled or other.ruled):
            maybe[other.name].setdefault(first.name, scores.get(pair, ""))
    return [_asked(name, firsts) for name, firsts in sorted(maybe.items())]


def _loose(named: Iterable[Named]) -> set[tuple[str, str]]:
    """Pairs of names that differ only in spaces or in words a short name lacks."""
    rough: dict[str, list[str]] = defaultdict(list)
    for party in named:
        words = key(party.name).split()
        for form in {"".join(words), "".join(word for word in words if word not in _LOOSE_WORDS)}:
            rough[form or party.name].append(party.name)
    return {(a, b) for names in rough.values() for a, b in combinations(sorted(names, key=lambda n: (len(n), n)), 2)}


def _asked(name: str, firsts: Mapping[str, str]) -> Problem:
    return Problem(
        name,
        f"may be the same party as {' or '.join(first + score for first, score in firsts.items())}",
        f"counterflow decide '{name}' --merge '{next(iter(firsts))}' --because '...' (or --split: they are two)",
    )


def _nearest(word: str, words: Iterable[str]) -> list[str]:
    """The three words most like one, the nearest first."""
    from rapidfuzz import fuzz, process

    found = process.extract(word, sorted(words), scorer=fuzz.ratio, score_cutoff=60, limit=3)
    return [each for each, *_ in found]
