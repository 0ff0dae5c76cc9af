"""Which documents carry one text, and which of them it comes from.

Pairs are proposed by MinHash with banding (Broder 1997; Leskovec, Rajaraman and Ullman, Mining of Massive Datasets,
chapter 3) over word 5-grams and decided by the true Jaccard index of those 5-grams. Nothing depends on the order in
which documents were read: bodies are compared in the order of their text, and origins are chosen by date and name.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from hashlib import blake2b, shake_128
from itertools import islice
from pathlib import PurePath
from typing import TYPE_CHECKING, Final, NamedTuple

from counterflow.model.source import ASSERTING, Document
from counterflow.sources.marking.cues import cues

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SAME: Final = 0.9  # Jaccard index from which a text is a copy
TAKEN: Final = 0.5  # and from which a good part of it is
_GRAM: Final = 5  # words
_FEWEST: Final = 12  # words from which a text is compared; shorter ones must be equal
_BANDS: Final = 64  # with three rows each a pair at 0.5 is missed once in 5,000, one at 0.1 looked at once in 16
_ROWS: Final = 3
_DOUBT: Final = 0.36  # an estimate below it is four standard deviations from TAKEN
_WINDOW: Final = 16  # neighbours looked at in one bucket: a copy of thousands is alike to its neighbours too
_PATIENCE: Final = 32  # pairs of two texts that may prove unlike before both are left alone
_BLOCK: Final = 64  # 5-grams whose places in all orders fit a processor's nearest memory
_PAIRS: Final = 20_000  # pairs of signatures that are compared at once
_ODD: Final = 0x9E3779B97F4A7C15  # 2^64 over the golden ratio, for multiplicative hashing (Knuth)

# Silent characters go; quotation marks, dashes and all white space are alike.
_SILENT: Final = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")
_ALIKE: Final = str.maketrans(dict.fromkeys("\"'`´‘’‚‛“”„‟«»‹›", "'") | dict.fromkeys("-‐‑‒–—―−", "-"))
_WORD: Final = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]|[^\W\u3040-\u30ff\u3400-\u9fff]+")  # a Han sign is a word

_EDGE: Final = 2_000  # characters at either end of a text in which it tells where it first stood
_WIRE: Final = re.compile(r"^.{0,80}\(([^()\n]{2,40})\)\s*(?:-|–|—)", re.MULTILINE)
_NOTICE: Final = re.compile(
    r"\b(?:(?:first|originally|previously)\s+(?:appeared|published|posted|printed|ran)\s+(?:by|in|on|at|with)"
    r"|(?:re-?published|reprinted|reproduced|syndicated)(?:\s+with(?:\s+the)?\s+permission)?\s+(?:from|of|by)"
    r"|distributed\s+by|courtesy\s+of|zuerst\s+(?:erschienen|veröffentlicht)\s+(?:bei|in|auf|im)|(?:source|via|quelle)\s?:)"
    r"\s+(?:the\s+)?[\"'“‘*_]*((?:https?://)?[^\W_][^\n\"”“,;:!?()|]{1,80})",
    re.IGNORECASE,
)
_HOST: Final = re.compile(r"(?:https?://)?([\w-]+(?:\.[\w-]+)+)", re.IGNORECASE)
_BREAK: Final = re.compile(r"[,;:|/·•()\[\]\n]| - |[–—]|\b(?:and|by|und|von)\b", re.IGNORECASE)
_PART: Final = re.compile(r"[^\W_]+")
_HANDLE_PARTS: Final = 12  # parts of a file's name that may be the name of an outlet


def linked(documents: Iterable[Document]) -> list[Document]:
    """The documents as given, each told what it is a copy of: `duplicate_of`, `syndicated_from`, or neither.

    Title, headings and body are compared, nothing else. What is alike to something alike is of one family; its root,
    which all others name, credits no other member, else has the earliest date, else the first name. `duplicate_of`
    where a text is equal to the root's, or its Jaccard index with it is at least 0.9; else `syndicated_from`. A text
    that is not there (a book without bodies) keeps the link it came with.
    """
    given = list(documents)
    holders: dict[str, list[int]] = defaultdict(list)
    for at, document in enumerate(given):
        holders[_body(document)].append(at)
    holders.pop("", None)
    bodies = tuple(sorted(holders))
    for family in _families(bodies):
        root, source = _root([(given[at], body) for body in family for at in holders[bodies[body]]])
        copies = _copies(bodies, family, source)
        for body in family:
            for at in holders[bodies[body]]:
                given[at] = _pointing(given[at], root.doc_id, same=body in copies)
    return given


def _pointing(document: Document, root: str, *, same: bool) -> Document:
    """The document with its link to a root; another text of the root's own name is no copy but a version."""
    own = document.doc_id == root
    link = (root if same and not own else None, None if same or own else root)
    if link == (document.duplicate_of, document.syndicated_from):
        return document
    return replace(document, duplicate_of=link[0], syndicated_from=link[1])


def _body(document: Document) -> str:
    """What a document asserts, made comparable; its whole text where it asserts nothing."""
    spans = [document.text[s.start : s.end] for s in document.segments if s.kind in ASSERTING]
    return _folded("\n".join(spans)) or _folded(document.text)


def _folded(text: str) -> str:
    if not text.isascii():
        text = _SILENT.sub("", unicodedata.normalize("NFKC", text))
    return " ".join(text.casefold().translate(_ALIKE).split())


# --- which bodies are alike


@lru_cache(maxsize=2)  # one book is asked many things
def _families(bodies: tuple[str, ...]) -> tuple[tuple[int, ...], ...]:
    """Indices of bodies, which are sorted, by family; most stand alone."""
    above = list(range(len(bodies)))
    long = [i for i, body in enumerate(bodies) if _is_long(body)]
    if len(long) > 1:
        _join(above, long, _all_grams(bodies[i] for i in long))
    families: dict[int, list[int]] = defaultdict(list)
    for i in range(len(bodies)):
        families[_top(above, i)].append(i)
    return tuple(map(tuple, families.values()))


def _is_long(body: str) -> bool:
    return sum(1 for _ in islice(_WORD.finditer(body), _FEWEST)) == _FEWEST


def _join(above: list[int], long: Sequence[int], grams: Sequence[NDArray[np.uint64]]) -> None:
    """Union-find over the pairs that reach TAKEN; pairs of one family already need no comparing."""
    tried = [0] * len(long)
    for a, b in _candidates(grams):
        one, other = _top(above, long[a]), _top(above, long[b])
        if one == other or min(tried[a], tried[b]) >= _PATIENCE:
            continue
        if _jaccard(grams[a], grams[b]) >= TAKEN:
            above[max(one, other)] = min(one, other)
        else:
            tried[a] += 1
            tried[b] += 1


def _top(above: list[int], i: int) -> int:
    while above[i] != i:
        above[i] = i = above[above[i]]
    return i


def _copies(bodies: Sequence[str], family: Sequence[int], source: int) -> set[int]:
    """Those of a family that repeat the body `source`, itself included."""
    if len(family) == 1:
        return {source}
    own, *others = _all_grams(bodies[i] for i in (source, *family))
    return {i for i, grams in zip(family, others, strict=True) if _jaccard(own, grams) >= SAME}


class _Codes(dict[str, int]):
    """64 bits for each word, the same in every process."""

    def __missing__(self, word: str) -> int:
        self[word] = code = int.from_bytes(blake2b(word.encode("utf-8", "surrogatepass"), digest_size=8).digest())
        return code


def _all_grams(bodies: Iterable[str]) -> list[NDArray[np.uint64]]:
    codes = _Codes()
    return [_grams(body, codes) for body in bodies]


def _grams(body: str, codes: _Codes) -> NDArray[np.uint64]:
    """The different 5-grams of a body, each as 64 bits, sorted."""
    import numpy as np

    words = _WORD.findall(body)
    coded = np.fromiter(map(codes.__getitem__, words), np.uint64, len(words))
    count = len(words) - _GRAM + 1
    mixed = np.zeros(count, np.uint64)
    for place in range(_GRAM):
        mixed = (mixed ^ coded[place : place + count]) * np.uint64(_ODD)
        mixed ^= mixed >> np.uint64(32)
    return np.unique(mixed)


def _jaccard(one: NDArray[np.uint64], other: NDArray[np.uint64]) -> float:
    import numpy as np

    shared = np.intersect1d(one, other, assume_unique=True).size
    return float(shared / (one.size + other.size - shared))


def _candidates(grams: Sequence[NDArray[np.uint64]]) -> Iterator[tuple[int, int]]:
    """Pairs that share a band and may well reach TAKEN, the likeliest first."""
    import numpy as np

    signatures = np.array([_signature(each) for each in grams])
    sizes = np.array([each.size for each in grams])
    first, second = np.divmod(_sharing_a_band(signatures), len(grams))
    even = np.minimum(sizes[first], sizes[second]) >= TAKEN * np.maximum(sizes[first], sizes[second])
    first, second = first[even], second[even]
    agree = [
        (signatures[first[at : at + _PAIRS]] == signatures[second[at : at + _PAIRS]]).mean(axis=1)
        for at in range(0, len(first), _PAIRS)
    ]
    likely = np.concatenate([np.zeros(0), *agree])
    order = np.argsort(-likely, kind="stable")
    order = order[likely[order] >= _DOUBT]
    return zip(first[order].tolist(), second[order].tolist(), strict=True)


def _signature(grams: NDArray[np.uint64]) -> NDArray[np.uint32]:
    """The least of the 5-grams under each of `_BANDS * _ROWS` fixed orders."""
    import numpy as np

    turns, factors = _orders()
    high = (grams >> np.uint64(32)).astype(np.uint32)[:, np.newaxis]
    lowest = np.full(_BANDS * _ROWS, 2**32 - 1, np.uint32)
    for at in range(0, len(high), _BLOCK):
        places = high[at : at + _BLOCK] ^ turns
        places *= factors
        np.minimum(lowest, places.min(axis=0), out=lowest)
    return lowest


@lru_cache(maxsize=1)
def _orders() -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    """The same on every machine and with every version of NumPy."""
    import numpy as np

    drawn = np.frombuffer(shake_128(b"counterflow").digest(8 * _BANDS * _ROWS), "<u4").astype(np.uint32)
    turns, factors = drawn.reshape(2, -1)
    return turns, factors | np.uint32(1)


def _sharing_a_band(signatures: NDArray[np.uint32]) -> NDArray[np.int64]:
    """Pairs `i * n + j`, i < j, that agree in all rows of a band and stand near each other among those that do."""
    import numpy as np

    count = len(signatures)
    found = [np.zeros(0, np.int64)]
    for band in range(_BANDS):
        keys = np.zeros(count, np.uint64)
        for row in range(band * _ROWS, (band + 1) * _ROWS):
            keys = (keys ^ signatures[:, row].astype(np.uint64)) * np.uint64(_ODD)
            keys ^= keys >> np.uint64(29)
        order = np.argsort(keys, kind="stable")
        keys = keys[order]
        for step in range(1, min(_WINDOW, count - 1) + 1):
            same = keys[step:] == keys[:-step]
            found.append(order[:-step][same] * count + order[step:][same])
    return np.unique(np.concatenate(found))


# --- which of a family is its root


class _Told(NamedTuple):
    """Names of outlets by which documents know each other: letters and digits alone, in small letters."""

    handles: frozenset[str]  # of its address and file
    signed: frozenset[str]  # in its byline, and as the agency of its dateline, which copies often keep
    credits: frozenset[str]  # where it says that it first appeared

    @property
    def outlets(self) -> frozenset[str]:
        """Whom it is by, as far as it does not credit them."""
        return self.signed - self.credits


def _root(members: Sequence[tuple[Document, int]]) -> tuple[Document, int]:
    """The member that names no other as its source, else is dated earliest, else is first by name; and its body."""
    if len(members) == 1:
        return members[0]
    told = [_told(document) for document, _ in members]
    handles = frozenset[str]().union(*(t.handles for t in told))
    known = handles.union(*(t.outlets for t in told))

    def order(at: int) -> tuple[bool, bool, str, str, int]:
        own, (document, body) = told[at], members[at]
        others = (own.credits & known) | (own.signed & handles)
        day = document.doc_date
        return not others <= own.handles, day is None, day or "", document.doc_id, body

    return members[min(range(len(members)), key=order)]


def _told(document: Document) -> _Told:
    text = document.text
    head, tail = text[:_EDGE], text[max(_EDGE, len(text) - _EDGE) :]
    agencies = [found[1] for found in _WIRE.finditer(head) if found[1][0].isupper()]
    notices = [_outlet(found[1]) for part in (head, tail) for found in _NOTICE.finditer(part)]
    lines = [line for s in document.segments if s.kind == "byline" for line in text[s.start : s.end].splitlines()]
    plain = [line for line in lines if len(line) < _EDGE and "(" not in line and line.rstrip()[-1:] not in "-–—"]
    names = [_without_filler(piece) for line in plain for piece in _BREAK.split(line)]
    return _Told(_handles(document), _keys(agencies + names), _keys(notices))


def _handles(document: Document) -> frozenset[str]:
    """Every run of parts of the host and of the file's name: "harbour-post-2026.txt" is of the Harbour Post."""
    names = [PurePath(document.doc_id).stem] if "://" not in document.doc_id else []
    for address in (document.doc_id, document.address or ""):
        names += [address.partition("://")[2].partition("/")[0]]
    runs = []
    for name in names:
        parts = _PART.findall(name.casefold())[:_HANDLE_PARTS]
        runs += ["".join(parts[i:j]) for i in range(len(parts)) for j in range(i + 1, len(parts) + 1)]
    return _keys(runs)


def _outlet(words: str) -> str:
    """The host, or the name in capitals, that a notice goes on with."""
    host = _HOST.match(words)
    if host:
        return host[1].removeprefix("www.")
    name: list[str] = []
    for word in words.split():
        if not (word[0].isupper() or (name and word in {"of", "and"})):
            break
        name.append(word)
        if word.endswith("."):
            break
    return " ".join(name[:-1] if name and name[-1][0].islower() else name)


def _without_filler(piece: str) -> str:
    return " ".join(w for w in piece.split() if w.casefold().strip(".") not in cues().byline_filler)


def _keys(names: Iterable[str]) -> frozenset[str]:
    keys = {"".join(_PART.findall(name.casefold().removeprefix("the "))) for name in names}
    return frozenset(key for key in keys if len(key) > 2 and not key.isdigit() and key not in cues().months)
