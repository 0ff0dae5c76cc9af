"""The class of a claim's source, whose story it carries, and what its word weighs: cues in sources.toml."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from importlib.resources import files
from math import log
from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit

from counterflow.model.claim import Claim
from counterflow.model.source import Document

ALTERNATIVES: Final = 10  # false values that a source could have told instead (assumed)
TITLE_SHARE: Final = 0.5  # a headline is wrong more often than the text below it
HALF_LIFE_DAYS: Final = {"valuation": 45, "revenue": 180, "annualized_revenue": 180}  # of what is soon out of date
_FADING: Final = frozenset({"considering", "estimated", "in_talks", "planned", "rumoured"})  # what is agreed stays
_BESIDE: Final = re.compile(r"(.*\S)\s*\(([^()]+)\)\s*$")
_CACHED: Final = 4096


class Carrier(NamedTuple):
    """The class of who tells a claim, and the name of the outlet or party whose story it is, where one is known."""

    kind: str  # filing, company, wire, trade, aggregator
    story_of: str | None = None


def vote(kind: str) -> float:
    """Log units that one word of such a source weighs: ln(n A / (1 - A)), to the hundredth."""
    accuracy = _table()["accuracy"][kind]
    return round(log(ALTERNATIVES * accuracy / (1 - accuracy)), 2)


def carrier(claim: Claim, document: Document | None) -> Carrier:
    """Who tells a claim, by the name and the host of its document or reference; `trade` where no cue says more.

    A source that retells another's story is an aggregator, whoever it is: it adds a copy and nobody's own reporting.
    """
    best = claim.evidence[0]
    name = best.source if best.kind == "reference" else None
    page = (document.address or document.doc_id) if document else claim.doc_id
    host = _host(best.address if best.kind == "reference" else page)
    found = _told_by(name or "", host, frozenset(filter(None, map(_squash, _names(claim)))))
    named = claim.attribution.origin
    cited = _first_outlet(named or "")
    if cited and found.kind in {"wire", "trade", "aggregator"}:
        return Carrier(found.kind if cited == found.story_of else "aggregator", cited)
    return found._replace(story_of=None) if named else found  # the innermost who is named says it


def freshness(claim: Claim, age_days: int) -> float:
    """The share of its weight that a volatile word keeps: prices in talks and revenue estimates fade with age."""
    half_life = HALF_LIFE_DAYS.get(claim.metric or claim.type)
    return 0.5 ** (age_days / half_life) if half_life and claim.status in _FADING else 1.0


@lru_cache(_CACHED)
def _told_by(source: str, host: str, parties: frozenset[str]) -> Carrier:
    beside = _BESIDE.match(source)
    name, inner = (beside[1], beside[2]) if beside else (source, "")
    if _filed(source) or _is_at(host, _table()["filing"]["hosts"]):
        return Carrier("filing")
    story = _story(inner, parties)
    if _marked(inner):  # "Agency (copy)" copies the agency, "Paper (Agency text)" copies the agency too
        return Carrier("aggregator", story or _outlet(name) or _outlet_at(host))
    if story:
        return Carrier("aggregator", story)
    if (
        _released(source)
        or _is_at(host, _table()["company"]["hosts"])
        or _own(name, parties)
        or _at_home(host, parties)
    ):
        return Carrier("company")
    if _is_at(host, _table()["copies"]["hosts"]):
        return Carrier("aggregator", _outlet(name))
    outlet = _outlet(name) or _outlet_at(host)
    return Carrier("wire" if outlet in _table()["wire"] else "trade", outlet)


def _story(inner: str, parties: frozenset[str]) -> str | None:
    """Whose story a name in brackets says it is: the first outlet named, or a party of the claim."""
    words = _without(inner, _table()["copies"]["marks"])
    return _first_outlet(words) or _own(words, parties) or None


def _first_outlet(names: str) -> str | None:
    return next(filter(None, (_outlet(each.strip()) for each in names.split(","))), None)


def _own(name: str, parties: frozenset[str]) -> str:
    """The party whose own word a source is by its name: "Dovecote newsroom"; empty where it is none."""
    bare = _squash(_without(name, _table()["company"]["own"]))
    return bare if bare in parties else ""


def _at_home(host: str, parties: frozenset[str]) -> bool:
    """Whether a host is a party's: dovecote.ai, news.dovecote.com, aboutdovecote.com."""
    labels = host.split(".")
    if len(labels) < 2:
        return False
    second = len(labels) > 2 and len(labels[-1]) == 2 and len(labels[-2]) <= 3  # co.uk, com.au
    own = labels[-3] if second else labels[-2]
    around = "|".join(_table()["company"]["around"])
    bare = re.sub(rf"^(?:{around})-?|-?(?:{around})$", "", own)
    return bool(parties & {_squash(own), _squash(bare), _squash("".join(labels[-2:]))})


def _marked(inner: str) -> bool:
    return inner != _without(inner, _table()["copies"]["marks"])


def _filed(source: str) -> bool:
    return bool(_pattern("filing").search(source))


def _released(source: str) -> bool:
    return bool(_pattern("company").search(source))


@cache
def _pattern(kind: str) -> re.Pattern[str]:
    """The names of a class as whole words; those in capitals stand as written."""
    names = (re.escape(n) if n.isupper() else f"(?i:{re.escape(n)})" for n in _table()[kind]["names"])
    return re.compile(rf"(?<![\w-])(?:{'|'.join(names)})(?![\w-])")


def _without(text: str, words: Iterable[str]) -> str:
    """A name without such words."""
    found = "|".join(re.escape(w) for w in sorted(words, key=len, reverse=True))
    return " ".join(re.sub(rf"(?i)\b(?:{found})\b", " ", text).split())


def _outlet(name: str) -> str | None:
    """The outlet that a name means, under the name it counts by; short forms stand as written."""
    return _outlets()[0].get(name if name.isupper() else name.casefold().removeprefix("the "))


def _outlet_at(host: str) -> str | None:
    return next((name for at, name in _outlets()[1].items() if _is_at(host, (at,))), None)


@cache
def _outlets() -> tuple[Mapping[str, str], Mapping[str, str]]:
    """Every outlet by its names, and by its hosts."""
    table = _table()["wire"] | _table()["trade"]
    told = [(name, other) for name, others in table.items() for other in (name, *others)]
    hosts = {other: name for name, other in told if _is_host(other)}
    names = {o if o.isupper() else o.casefold().removeprefix("the "): n for n, o in told if not _is_host(o)}
    return names, hosts


def _is_host(text: str) -> bool:
    return "." in text and " " not in text and text == text.casefold()


def _is_at(host: str, hosts: Iterable[str]) -> bool:
    return any(host == each or host.endswith("." + each) for each in hosts)


def _host(address: str | None) -> str:
    try:
        return (urlsplit(address or "").hostname or "").removeprefix("www.")
    except ValueError:  # no address at all
        return ""


def _names(claim: Claim) -> Iterable[str]:
    for roles in (claim.roles, claim.roles_as_written):
        for names in roles.values():
            yield from names


def _squash(name: str) -> str:
    return "".join(c for c in name.casefold() if c.isalnum())


@cache
def _table() -> dict[str, Any]:
    read: dict[str, Any] = tomllib.loads(
        files("counterflow.reconcile").joinpath("sources.toml").read_text(encoding="utf-8")
    )
    return read
