"""Capitalised runs of the running text: what may be a name, cut at titles and trimmed of what only leads up to it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from counterflow.extract.names.gazetteer import Match, is_legal
from counterflow.extract.names.open_evidence import FAMILY_OFFICE, Unit, capital, is_tail, ministry, tail_kind
from counterflow.extract.names.words import BREAK, Page, common, lexicon

_LONGEST: Final = 10  # words of a name
_MANAGED: Final = frozenset("asset fund money pension wealth investment".split())  # these managers are firms
_LETTERED: Final = frozenset({"Series", "Class", "Phase"})


def runs(page: Page, known: Sequence[Match]) -> Iterator[tuple[tuple[Unit, ...], bool]]:
    """Capitalised runs of the running text, cut at titles and trimmed; and whether a title stands before."""
    taken = bytearray(len(page.words))
    for match in known:
        if not _goes_on(page, match):
            taken[match.first : match.after] = b"\x01" * (match.after - match.first)
    i, size = 0, len(page.words)
    while i < size:
        if not page.asserting[i] or page.loud[i] or taken[i] or not capital(page.words[i]):
            i += 1
            continue
        after = _run_end(page, i, taken)
        if after - i > 2 * _LONGEST:  # capitals as a habit: no name
            i = after
            continue
        units = units_of(page, i, after)
        department = next((u.first for u in units if ministry(page, u.first) > u.first), None)
        if department is not None:
            after = ministry(page, department)
            yield tuple(units_of(page, department, after)), False
        elif not (i and taken[i - 1] and page.gaps[i] == " " and all(is_tail(u) or common(u.text) for u in units)):
            yield from _pieces(page, units)
        i = after


def _goes_on(page: Page, match: Match) -> bool:
    """Whether a known name only begins a longer one: "Samsung Heavy Industries", "Wes Cummins", "Azure Power"."""
    lists, after = lexicon(), match.after
    if match.entry.kind in {"person", "media", "government"} or match.entry.how in {"descriptor", "ticker"}:
        return False
    if match.after - match.first == 1 and _behind_a_first_name(page, match.first):
        return True
    words: list[str] = []
    while (
        after < min(len(page.words), match.after + _LONGEST)
        and page.gaps[after] == " "
        and page.words[after][0].isupper()
    ):
        if is_legal(page.words[after]):
            break
        words.append(page.words[after].lower())
        after += 1
    if not words or words[0] in lists["titles"] or page.loud[match.first]:
        return False
    hard = tail_kind(words[-1]) is not None and words[-1] not in lists["soft_tails"]
    strange = not any(common(word) or word.upper() in lists["acronyms"] for word in words)
    house = page.words[match.first].lower() in lists["houses"] and match.after - match.first == 1
    return (
        (house and (hard or strange))
        or (hard and len(words) > 1 and not all(tail_kind(w) for w in words))
        or (hard and match.entry.wary and match.entry.how != "product")
        or (match.entry.how == "product" and any(tail_kind(w) and w not in lists["soft_tails"] for w in words))
    )


def _behind_a_first_name(page: Page, i: int) -> bool:
    """Whether a first name stands before: in "Wes Cummins" the surname only looks like a company."""
    if i == 0 or page.gaps[i] != " " or not page.words[i - 1][0].isupper():
        return False
    return page.words[i - 1].lower() in lexicon()["first_names"] or (
        i > 1
        and page.gaps[i - 1] == " "
        and page.words[i - 2].lower() in lexicon()["titles_lower"]
        and not common(page.words[i - 1])
    )


def _run_end(page: Page, first: int, taken: bytearray) -> int:
    j, size = first + 1, len(page.words)
    while j < size and page.gaps[j] != BREAK and not taken[j]:
        step = _spaced_step(page, j, taken) if page.gaps[j] else _glued_step(page, first, j)
        if not step:
            break
        j += step
    return j


def _spaced_step(page: Page, j: int, taken: bytearray) -> int:
    """How many words the run takes on at word j, which stands apart: 0 ends the run."""
    lists, word, k = lexicon(), page.words[j], j
    if capital(word) or word == "plc":
        return 1
    while (
        k < min(len(page.words), j + 2)
        and page.gaps[k] == " "
        and (page.words[k] in lists["connectors"] or page.words[k] == "&")
    ):
        k += 1
    if word == "and" and j + 1 < len(page.words) and _joins(page.words[j - 1].lower(), page.words[j + 1].lower()):
        k = j + 1
    if k == j or k >= len(page.words) or page.gaps[k] != " " or taken[k] or not page.words[k][0].isupper():
        return 0
    if word == "of" and page.words[j - 1].lower() not in lists["of_heads"]:
        return 0
    return k - j + 1


def _joins(left: str, right: str) -> bool:
    """Whether "and" stands inside a name: "Industrial and Commercial Bank", "Ashton Gas and Electric"."""
    return left in lexicon()["and_left"] or (tail_kind(left) == "company" and tail_kind(right) == "company")


def _glued_step(page: Page, first: int, j: int) -> int:
    """How many words the run takes on at word j, which follows without a space: 0 ends the run."""
    word, before = page.words[j], page.words[j - 1]
    following = page.words[j + 1] if j + 1 < len(page.words) and not page.gaps[j + 1] else ""
    if word == "." and j > 1 and page.words[j - 2] in _LETTERED:
        return 0  # "Series E. Skerry": a sentence ends
    if word == "." and len(before) == 1 and before.isalpha() and not following and j + 1 < len(page.words):
        after = page.words[j + 1]
        return int(page.gaps[j + 1] == " " and after[0].isupper() and after.lower() not in lexicon()["starters"])
    if (
        word == "."
        and is_legal(before)
        and page.words[j + 1 : j + 2] == ["of"]
        and page.words[j + 2 : j + 3]
        and page.words[j + 2][0].isupper()
    ):
        return 3  # "Solar Energy Corp. of India"
    if not following or not following[0].isalnum():
        return int(word == "+")
    if word == "'":
        return 2 if following[0].isupper() and len(following) > 1 and len(before) < 3 else 0
    if word == "-" and before.isupper() and common(before):
        return 0  # "UPDATE-Dovecote signs"
    if word == "-":
        given = page.words[first].lower() in lexicon()["surnames_first"] and j > first + 1 and len(following) < 7
        return 2 if capital(following) or following.isdigit() or given else 0
    return 2 if word in ".&" else 0


def units_of(page: Page, first: int, after: int) -> list[Unit]:
    """The words `[first, after)` by what hangs together: "Rolls", "-", "Royce" are one."""
    units: list[Unit] = []
    start = first
    for i in range(first + 1, after + 1):
        if i == after or page.gaps[i]:
            units.append(Unit(start, i, "".join(page.words[start:i])))
            start = i
    if page.words[after : after + 2] == FAMILY_OFFICE.split():
        units.append(Unit(after, after + 2, FAMILY_OFFICE))
    return units


def _pieces(page: Page, units: Sequence[Unit]) -> Iterator[tuple[tuple[Unit, ...], bool]]:
    """A run cut at job titles and trade acronyms: "Fennimore CEO Lena Marsh" names a firm and a person."""
    lists = lexicon()
    piece: list[Unit] = []
    titled = _title_before(page, units[0].first)
    for place, unit in enumerate(units):
        low = unit.low.rstrip(".")
        title = low in lists["titles"] or low in lists["honorifics"]
        dated = low in lists["calendar"] and not _month_in_a_name(page, units, place)
        if not title and not dated and (unit.text not in lists["acronyms"] or (unit.text == "AI" and piece)):
            piece.append(unit)
            continue
        yield from _trimmed(page, piece, titled=titled)
        piece, titled = [], title
    yield from _trimmed(page, piece, titled=titled)


def _month_in_a_name(page: Page, units: Sequence[Unit], place: int) -> bool:
    """As in "August Capital": a month that opens a name of the kind that companies have, and stands behind no "in"."""
    first, rest = units[place].first, units[place + 1 :]
    before = page.words[first - 1].lower() if first else ""
    dating = before in {
        "in",
        "on",
        "since",
        "by",
        "until",
        "till",
        "last",
        "this",
        "next",
        "early",
        "late",
        "mid",
        "of",
    }
    return bool(rest) and is_tail(rest[-1]) and not dating and not before.isdigit() and units[place].text.isalpha()


def _title_before(page: Page, first: int) -> bool:
    if first == 0 or page.gaps[first] == BREAK:
        return False
    before = page.words[first - 1]
    if before == "." and first > 1:
        return page.words[first - 2].lower() in lexicon()["honorifics"]
    if before == "manager" and page.words[first - 2 : first - 1] and page.words[first - 2] in _MANAGED:
        return False
    return before.lower() in lexicon()["titles_lower"]


def _trimmed(page: Page, units: list[Unit], *, titled: bool) -> Iterator[tuple[tuple[Unit, ...], bool]]:
    """Without what only leads up to a name: "The", "Rival", "Danish"."""
    lists = lexicon()
    first, after = 0, len(units)
    while first < after:
        low, rest = units[first].low, units[first + 1 : after]
        leads = (low in lists["starters"] or low in lists["listed_before"]) and (
            page.opening(units[first].first) or low in {"the", "a", "an"}
        )
        paper = bool(rest) and (rest[-1].low in lists["media"] or rest[-1].low in lists["media_weak"])
        named = paper or (all(is_tail(unit) for unit in rest) and rest[:1] and rest[0].low != "ai")
        origin = low in lists["demonyms"] and bool(rest) and not named  # "Danish Nordhavn", not "British Airways"
        if not leads and not origin:
            break
        first += 1
    while after > first and (units[after - 1].low in lists["connectors"] or units[after - 1].text == "&"):
        after -= 1
    if first < after:
        yield tuple(units[first:after]), titled and first == 0
