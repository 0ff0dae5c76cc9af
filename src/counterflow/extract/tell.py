"""Attribution: who says so. A cue opens a source, which carries on until another source, a heading or the writer's own voice."""

from __future__ import annotations

import re
from typing import Final

from counterflow.extract.sentences import Sentence
from counterflow.model.claim import Attribution

_NAMED: Final = r"(?:the )?(?P<who>‹[AP]\d+›)(?:'s)?"
_UNNAMED: Final = (
    r"(?P<some>(?:(?:one|two|three|four|five|several|some|multiple|a|an|the|its|company|industry|research|prior|earlier|local|media|"
    r"securities|people|person|wall street|market|anonymous|unnamed|senior) )*"
    r"(?:people|person|sources?|insiders?|analysts?|firms|bankers?|investors?|officials?|executives?|reports?|forecasts|estimates|filings?|"
    r"agreement|statement|press release|documents?|memo|contract|observers|experts|regulators|banker|analyst|executive|spokes(?:man|woman|person))"
    r"(?: (?:familiar|close|with|briefed|who|of|to)\b[^,.;]{0,40})?)"
)
_SAYS: Final = r"(?:reported|reports|said|says|wrote|writes|stated|states|announced|disclosed|told|noted|confirmed|revealed|added|estimates?d?|forecasts?|project(?:s|ed)|expects?|claims|insists|pointed out|denied|denies)"
_CUES: Final = tuple(
    re.compile(pattern)
    for pattern in (
        rf"\baccording to (?:an? )?(?:[\w ]{{0,24}}?(?:report|story|article|note|statement|filing)s? (?:by|from|in|on) )?{_NAMED}",
        rf"\b(?:citing|told) {_NAMED}",
        rf"{_NAMED}(?:,[^,]{{0,80}},)? (?:\w+ly |also |previously |first |has |had )?{_SAYS}\b",
        rf"[,\"'] ?(?:said|says|reported|reports|wrote|added|noted|told) {_NAMED}",
    )
)
_ANONYMOUS: Final = tuple(
    re.compile(pattern)
    for pattern in (rf"\baccording to {_UNNAMED}", rf"\b(?:citing|told by) {_UNNAMED}", rf"\b{_UNNAMED} {_SAYS}\b")
)
_PASSIVE: Final = re.compile(
    r"\bit is (?:reported|said|rumou?red|understood|believed)\b|\breportedly\b|\b(?:is|are|was|were) said to\b"
)
_OWN_PAPER: Final = re.compile(r"\b(?:agreement|statement|press release|filings?|contract|memo)\b")


def teller(sentence: Sentence) -> Attribution | None:
    """The source that a sentence opens, outermost teller first; None where it opens none."""
    named = _named(sentence)
    unnamed = next((m["some"].strip() for cue in _ANONYMOUS if (m := cue.search(sentence.masked))), None)
    chain = [*named, *([unnamed] if unnamed else [])]
    if not chain:
        return Attribution((), None, True) if _PASSIVE.search(sentence.masked) else None
    origin = named[-1] if named else unnamed
    return Attribution(tuple(chain), origin, unnamed is not None and not _OWN_PAPER.search(unnamed))


def _named(sentence: Sentence) -> list[str]:
    found: list[tuple[int, str]] = []
    for cue in _CUES:
        for match in cue.finditer(sentence.masked):
            tag = sentence.tag_at(match.start("who"))
            name = tag.mention.parties[0] if tag.mention.parties else tag.mention.text
            if all(name != other for _, other in found):
                found.append((match.start("who"), name))
    media_first = sorted(found, key=lambda f: f[0])
    return [name for _, name in media_first]


def announced(tell: Attribution, parties: tuple[str, ...], written: tuple[str, ...]) -> bool:
    """Is the innermost teller a party of the deal itself, or the deal's own paper?"""
    if not tell.chain:
        return False
    last = tell.chain[-1]
    return last in parties or last in written or bool(_OWN_PAPER.search(last))
