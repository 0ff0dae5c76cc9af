"""The model as an extractor: a document in, claims with their evidence out, and how it came about."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final, NamedTuple

from counterflow.extract import rules
from counterflow.extract.gather import gathered
from counterflow.extract.llm import prompt, schema
from counterflow.extract.llm.cache import Cache, folder
from counterflow.extract.llm.endpoint import Endpoint, Shut, Unanswered
from counterflow.extract.llm.ground import Dropped, Ground
from counterflow.extract.llm.merge import merged
from counterflow.extract.llm.meter import Meter, Spent
from counterflow.extract.llm.settings import Settings
from counterflow.extract.llm.windows import Range, Window, asserting, characters, windows
from counterflow.extract.names.gazetteer import Gazetteer
from counterflow.model.book import Party
from counterflow.model.claim import Claim
from counterflow.model.problem import Problem, Trouble
from counterflow.model.source import Document

_COUNTS: Final = "proposed kept dropped_quote dropped_amount dropped_party dropped_shape dropped_terms".split()
_ERRORS_SHOWN: Final = 3
_REMEDY: Final = "read it again later: what was answered is kept and not asked again; or read with --extractor rules"


class _Doubt(NamedTuple):
    """What is to be said of a stretch; `over`: the model was not asked, nor will it be in this run."""

    start: int
    end: int
    what: str
    over: bool = False


@dataclass(slots=True)
class _Found:
    """What the windows of one document have given so far."""

    claims: list[Claim] = field(default_factory=list)
    doubts: list[_Doubt] = field(default_factory=list)
    read: list[Range] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)

    def doubt(self, window: Window, what: str, *, over: bool = False) -> None:
        """Note what was wrong with a window; all that follows the end of a run is one stretch."""
        start, end = window.runs[0][0], window.runs[-1][1]
        last = self.doubts[-1] if self.doubts else None
        if last and last.over and over and start <= last.end:
            self.doubts[-1] = last._replace(end=end)
        else:
            self.doubts.append(_Doubt(start, end, what, over))


class Reader:
    """Reads documents through a model and, if wanted, through the rules beside it. One run: its counts add up."""

    def __init__(self, endpoint: Endpoint, *, with_rules: bool = False, cache: Cache | None = None) -> None:
        self._endpoint, self._with_rules, self._cache = endpoint, with_rules, cache
        self._totals: Counter[str] = Counter()

    @classmethod
    def of(cls, environ: Mapping[str, str], *, with_rules: bool, ceiling_usd: Decimal | None, keep: bool) -> Reader:
        """The model that the environment names; Trouble where it names none. `keep`: its answers, for another time."""
        settings = Settings.of(environ)
        endpoint = Endpoint(settings, Meter(settings.prices, ceiling_usd))
        return cls(endpoint, with_rules=with_rules, cache=Cache(folder(environ), writes=keep))

    @property
    def name(self) -> str:
        """The extractor that claims name: "llm/MODEL"."""
        return f"llm/{self._endpoint.settings.model}"

    @property
    def _told(self) -> str:
        return f"{self.name} at {self._endpoint.settings.shown}"

    def read(self, document: Document, gazetteer: Gazetteer) -> rules.Reading:
        """Every claim that the model proposes and the document carries, with those of the rules where wanted.

        Trouble where not one window could be read and the rules were not wanted.
        """
        ruled = rules.read(document, gazetteer)
        ground = Ground(document, gazetteer, self.name)
        parts = windows(document)
        found = _Found()
        for window in parts:
            self._window(window, ground, found)
        if parts and not found.read and not self._with_rules:
            raise Trouble(document.doc_id, f"was {found.doubts[0].what}", _REMEDY)
        return self._reading(document, ruled, found, len(parts))

    def stats(self) -> dict[str, Any]:
        """What the run used and what came of it."""
        return {"extractor": self.name} | self._endpoint.meter.to_json() | dict(self._totals)

    def line(self) -> str:
        """The same in a line for a person."""
        kept, proposed = self._totals["kept"], self._totals["proposed"]
        agreed = f"; the rules agree on {self._totals['agreed']}" if self._with_rules else ""
        return f"{self.name}: {self._endpoint.meter}; {kept} of {proposed} proposed claims stand in the text{agreed}"

    # ---------------------------------------------------------------- one window
    def _window(self, window: Window, ground: Ground, found: _Found) -> None:
        try:
            answer = self._answer(window) if window.text.strip() else schema.Answer([], [])
        except (Unanswered, Spent) as why:
            found.doubt(window, f"not read by {self._told}: {why}", over=isinstance(why, Shut | Spent))
            return
        errors = "; ".join(answer.errors[:_ERRORS_SHOWN])
        if answer.errors and not answer.claims:
            found.doubt(window, f"not read by {self._told}, which gave no answer in the right shape: {errors}")
            return
        if answer.errors:
            found.doubt(window, f"read by {self._told}, but {answer.broken} claims had no right shape: {errors}")
        found.read += window.runs
        here = ground.names(window)
        found.counts["proposed"] += len(answer.claims) + answer.broken
        found.counts["dropped_shape"] += answer.broken
        for said in answer.claims:
            got = ground.claim(said, window, here)
            if isinstance(got, Dropped):
                found.counts[f"dropped_{got.why}"] += 1
            else:
                found.claims.append(got.claim)
                found.counts["kept"] += 1
                found.counts["dropped_terms"] += got.dropped_terms

    def _answer(self, window: Window) -> schema.Answer:
        """The claims of a window: at hand, or asked for; an answer in a wrong shape is asked for once more."""
        asked = prompt.question(window.text)
        key = [asked, schema.SCHEMA, self._endpoint.settings.model]
        held = self._cache.get(key) if self._cache else None
        if held is not None and not (answer := schema.answer(held)).errors:
            self._endpoint.meter.cached += 1
            return answer
        words = self._endpoint.ask(asked, schema.SCHEMA)
        answer = schema.answer(words)
        if answer.errors:
            words, answer = self._repaired(asked, words, answer)
        if self._cache and not answer.errors:
            self._cache.put(key, words)
        return answer

    def _repaired(self, asked: list[dict[str, str]], words: str, answer: schema.Answer) -> tuple[str, schema.Answer]:
        """The answer to the one repair round, or the first where that had more in the right shape."""
        try:
            anew = self._endpoint.ask(prompt.again(asked, words, answer.errors), schema.SCHEMA)
        except (Unanswered, Spent):
            if not answer.claims:
                raise
            return words, answer
        second = schema.answer(anew)
        worse = second.errors and len(second.claims) < len(answer.claims)
        return (words, answer) if worse else (anew, second)

    # ---------------------------------------------------------------- the whole document
    def _reading(self, document: Document, ruled: rules.Reading, found: _Found, parts: int) -> rules.Reading:
        claims = sorted(gathered(found.claims), key=lambda c: c.evidence[0].start or 0)
        counts = {name: found.counts[name] for name in _COUNTS}
        if self._with_rules:
            both = merged(ruled.claims, claims)
            claims = both.claims
            counts |= both.counts
        self._totals.update(counts)
        whole = {"characters": characters(asserting(document)), "read": characters(found.read), "windows": parts}
        stats = {"extractor": self.name} | whole | counts
        problems = [
            Problem(document.place(d.start), f"characters {d.start}-{d.end} were {d.what}", _REMEDY)
            for d in found.doubts
        ]
        return rules.Reading(claims, [*ruled.problems, *problems], _parties(ruled, claims), stats)


def _parties(ruled: rules.Reading, claims: Sequence[Claim]) -> dict[str, Party]:
    """Everyone named, and those whom only the model found."""
    unmet = {name for claim in claims if claim.type != "comparison" for name in claim.parties} - ruled.parties.keys()
    return ruled.parties | {name: Party(name) for name in sorted(unmet)}
