"""Rows of a table that someone keeps -> claims with references: source, address, date and a note of our own.

A row is a mapping from canonical column names (COLUMNS) to text as it stands in the file; what is missing or empty is
unknown. `docs/reference/imports.md` tells what each column takes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from difflib import get_close_matches
from hashlib import sha256
from typing import Any, Final, NamedTuple

from counterflow.extract.cells import Cells
from counterflow.model.claim import (
    BASES,
    METRICS,
    ROLES,
    SCOPES,
    TERM_KEYS,
    Attribution,
    Claim,
    EventDate,
    Evidence,
    Quantity,
    Term,
    ValidTime,
    compact,
    statuses_of,
)
from counterflow.model.when import years

EXTRACTOR: Final = "rows/0.1"
CONFIDENCE: Final = 0.9  # of a row that says nothing else: someone read the page, nobody checked it against filings
COLUMNS: Final = (
    *"id type from to low high currency unit qualifier scope additional_to years start end capacity_gw product".split(),
    *"basis stake_pct status period metric per said_on known_from not_before estimated source address origin".split(),
    *"note confidence deal".split(),
    *TERM_KEYS,
)


class _Kind(NamedTuple):
    """A word of the column `type`: the claim it makes, and the roles of `from` and `to`."""

    type: str
    payer: str | None
    payee: str | None


# Cash runs from -> to; a stake from its holder to its company. Other words are claim types: first role from, second to.
_WORDS: Final = {
    "round": _Kind("funding_round", "investor", "issuer"),
    "funding_round": _Kind("funding_round", "investor", "issuer"),
    "valuation": _Kind("valuation", None, "company"),
    "secondary_sale": _Kind("secondary_sale", "buyer", "seller"),
    "commitment": _Kind("capacity_commitment", "customer", "supplier"),
    "loan": _Kind("debt", "lender", "borrower"),
    "debt": _Kind("debt", "lender", "borrower"),
    "adoption": _Kind("chip_adoption", "adopter", "vendor"),
    "financial": _Kind("financial_metric", "company", None),
    "financial_metric": _Kind("financial_metric", "company", None),
    "partnership": _Kind("partnership", "party", "party"),
    "ipo": _Kind("ipo", None, "issuer"),
    "fund_close": _Kind("fund_close", "investor", "fund"),
    "licensing": _Kind("licensing", "licensee", "licensor"),
}
_GOODS: Final = re.compile(r"chip|wafer|memory|accelerator|systems?\b|server|switch|hbm|dram|nand", re.IGNORECASE)
_STATUS: Final = {"cancelled": "terminated", "announced": "planned", "reported": "rumoured", "closed": "completed"}
_ENDED: Final = frozenset({"terminated", "denied"})
_QUALIFIERS: Final = ("exact", "approximately", "at_least", "more_than", "up_to", "less_than", "range")
_QUALIFIER: Final = {"about": "approximately", "more than": "more_than", "at least": "at_least", "up to": "up_to"}
_BASIS: Final = {"pre": "pre_money", "post": "post_money", "secondary": "secondary_sale", "target": "unspecified"}
_METRIC: Final = {"backlog/RPO": "backlog", "market_cap": "market_value"}
_SCALES: Final = {"": 0, "thousand": 3, "million": 6, "billion": 9, "trillion": 12}
_LONGEST: Final = 100  # years of a contract
_LASTING: Final = frozenset(
    "capacity_commitment supply_agreement lease revenue_share prepayment guarantee grant licensing".split()
)
_UNITS: Final = {unit: unit for unit in "percent shares multiple count money".split()} | {
    **{unit.casefold(): unit for unit in "GW MW kW GWh MWh".split()},
    **dict.fromkeys("chips gpus wafers sites warrants servers".split(), "count"),
}
_PER: Final = ("year", "quarter", "month", "share", "unit", "hour", "MWh")
_PERIOD: Final = re.compile(
    r"(?:FY ?)?(?P<year>\d{4})|Q(?P<quarter>[1-4]) (?P<of>\d{4})|(?P<day>\d{4}-\d{2}(?:-\d{2})?)"
)


def claims(fields: Mapping[str, str], where: str) -> list[Claim]:
    """What a row says: the claim on its amount, and one each on a stake in percent and on power in GW beside it.

    `where` is file:line. `Trouble` names the column, what is wrong with it and what would be right.
    """
    row = Cells({k: v.strip() for k, v in fields.items() if v and v.strip()}, where)
    base = _base(row)
    money, percent, power = _amount(row), _plain(row, "stake_pct", "percent"), _plain(row, "capacity_gw", "GW")
    if base.type == "stake" and percent:
        found = [replace(base, amount=percent), *([replace(base, amount=money)] if money else [])]
    else:
        found = [replace(base, amount=money)] if money or not power else []
        found += [replace(base, amount=power)] if power else []
        found += [replace(base, type="stake", amount=percent, **_holding(row))] if percent else []
    return found


def _base(row: Cells) -> Claim:
    """The claim of a row but for its amount."""
    kind = _kind(row)
    roles = _roles(row, kind)
    status, flags = _status(row, kind.type)
    reference = _reference(row)
    valid, event, terms = _times_and_terms(row, kind.type, status)
    metric, metric_text = _metric(row, kind.type)
    return Claim(
        type=kind.type,
        roles=roles,
        roles_as_written=roles,
        status=status,
        evidence=(reference,),
        text_sha256=sha256((reference.note or "").encode("utf-8", "surrogatepass")).hexdigest(),
        doc_id=reference.source or "",
        amount_scope=row.word("scope", {}, SCOPES, "incremental" if row("additional_to") else None),
        valuation_basis=row.word("basis", _BASIS, BASES, None),
        metric=metric,
        metric_text=metric_text,
        product=row("product"),
        terms=terms,
        polarity="negative" if status in _ENDED else "positive",
        valid_time=valid,
        event_date=event,
        attribution=_attribution(row),
        extractor=EXTRACTOR,
        confidence=_confidence(row),
        flags=flags,
    )


def _kind(row: Cells) -> _Kind:
    word = row("type")
    if word is None:
        raise row.wrong("type", "is empty", f"one of: {', '.join((*_WORDS, *ROLES))}")
    if word in _WORDS:
        kind = _WORDS[word]
        goods = word == "commitment" and _GOODS.search(row("product") or "")
        return kind._replace(type="supply_agreement") if goods else kind
    if word not in ROLES:
        near = get_close_matches(word, [*_WORDS, *ROLES], n=1)
        remedy = f"did you mean {near[0]}?" if near else f"one of: {', '.join(dict.fromkeys((*_WORDS, *ROLES)))}"
        raise row.wrong("type", f"{word[:60]!r} is no type of claim", remedy)
    core = ROLES[word][0]
    return _Kind(word, core[0], core[1] if len(core) > 1 else None)


def _roles(row: Cells, kind: _Kind) -> dict[str, tuple[str, ...]]:
    roles: dict[str, tuple[str, ...]] = {}
    for column, role in (("from", kind.payer), ("to", kind.payee)):
        names = row.names(column)
        if names and role:
            roles[role] = (*roles.get(role, ()), *names)
    if kind.type == "secondary_sale" and (issuer := re.sub(r"^[\d.]+ \w+ (?=\w)|\s+shares$", "", row("product") or "")):
        roles["issuer"] = (issuer,)
    if not any(role in roles for role in ROLES[kind.type][0]):
        core = " or ".join(ROLES[kind.type][0])
        raise row.wrong("from, to", f"a {kind.type} names no {core}", "fill the column with a name")
    return roles


def _holding(row: Cells) -> dict[str, Any]:
    """What a stake beside another claim says: who then holds how much of whom."""
    holder, company = row.names("from"), row.names("to")
    if not (holder and company):
        raise row.wrong("stake_pct", "needs a holder and a company", "fill the columns from and to")
    roles = {"holder": holder, "company": company}
    return {"roles": roles, "roles_as_written": roles, "amount_scope": None, "terms": {}}


def _status(row: Cells, claim_type: str) -> tuple[str, tuple[str, ...]]:
    """The status, and the flags of the row: said by a party itself, date estimated, day not known."""
    figure = claim_type in {"financial_metric", "comparison", "valuation", "stake"}
    status = row.word("status", _STATUS, (*statuses_of(claim_type), "actual"), "actual" if figure else "hypothetical")
    assert status is not None  # the default is none of these
    signs = {
        "announced": row("status") == "announced",
        "date_estimated": (row("estimated") or "").casefold() in {"1", "true", "yes"},
        "not_before": bool(row("not_before")) and not (row("said_on") or row("known_from")),
    }
    deal = (f"deal:{row('deal')}",) if row("deal") else ()
    return status, (*(flag for flag, shown in signs.items() if shown), *deal)


def _reference(row: Cells) -> Evidence:
    """Source, address, public date and our note; the row's id keeps alike notes of two rows apart."""
    source = row("source")
    if source is None:
        raise row.wrong("source", "is empty", "name who says so")
    ident = row("id") or "row " + sha256(compact(dict(row.fields)).encode("utf-8", "surrogatepass")).hexdigest()[:8]
    note = f"{ident}: {row('note') or _in_figures(row)}"
    public = next(filter(None, map(row.date, ("known_from", "said_on", "not_before"))), None)
    return Evidence("reference", source=source, address=row("address"), date=public, note=note)


def _in_figures(row: Cells) -> str:
    """What a row without a note says, in its figures."""
    money = _amount(row)
    said = (
        money.text if money else None,
        row("stake_pct") and f"{row('stake_pct')} percent",
        row("product"),
        row("period"),
    )
    power = row("capacity_gw") and f"{row('capacity_gw')} GW"
    return ", ".join(filter(None, (*said, power))) or "no amount stated"


def _attribution(row: Cells) -> Attribution:
    origin = row("origin")
    return Attribution((str(row("source")), origin), origin) if origin else Attribution()


def _confidence(row: Cells) -> float:
    stated = row.number("confidence")
    if stated is not None and not 0 <= stated <= 1:
        raise row.wrong("confidence", f"{stated} is no probability", "write it as 0.9")
    return CONFIDENCE if stated is None else float(stated)


def _metric(row: Cells, claim_type: str) -> tuple[str | None, str | None]:
    """The metric, and the row's own word where it is none of the list."""
    word = row("metric")
    if claim_type != "financial_metric":
        return None, None
    if word is None:
        raise row.wrong("metric", "is empty", f"one of: {', '.join(METRICS)}")
    known = _METRIC.get(word, word)
    return (known, None) if known in METRICS else ("other", word)


def _times_and_terms(
    row: Cells, claim_type: str, status: str
) -> tuple[ValidTime | None, EventDate | None, dict[str, tuple[Term, ...]]]:
    """The period that the amount covers, the day it happened, and the terms."""
    start, end, duration = row.date("start"), row.date("end"), _duration(row)
    terms = dict(_terms(row))
    if claim_type == "financial_metric":
        return _period(row, start, end), None, terms
    if claim_type == "debt" and end and "maturity" not in terms:
        terms["maturity"], end = (Term(end),), None
    lasting = claim_type in _LASTING or row("scope") == "cumulative" or end or duration
    valid = ValidTime(_said(row), start, end, duration) if lasting and (start or end or duration) else None
    event = None
    if start and not lasting:
        precision = {4: "year", 7: "month", 10: "day"}[len(start)]
        event = EventDate(str(row("start")), start, precision, of="closing" if status == "completed" else "signing")
    return valid, event, terms


def _period(row: Cells, start: str | None, end: str | None) -> ValidTime | None:
    """A figure's period: its stated ends, else a calendar year, quarter or day told in `period`, else its words."""
    said = row("period")
    if start or end:
        return ValidTime(said or _said(row), start or end, end or start)
    found = _PERIOD.fullmatch(said or "")
    if said is None or found is None:
        return ValidTime(said) if said else None
    if found["quarter"]:
        last = int(found["quarter"]) * 3
        return ValidTime(said, f"{found['of']}-{last - 2:02}", f"{found['of']}-{last:02}")
    whole = found["year"] or found["day"]
    return ValidTime(said, whole, whole)


def _said(row: Cells) -> str:
    parts = [row("start"), row("end"), row("years") and f"{row('years')} years"]
    return " to ".join(filter(None, parts[:2])) or str(parts[2] or "")


def _duration(row: Cells) -> str | None:
    term = row.number("years")
    if term is None:
        return None
    duration = f"P{term.normalize():f}Y"
    if not years(duration) or term > _LONGEST:
        raise row.wrong("years", f"{row('years')!r} is no term", f"a number of years above 0, up to {_LONGEST}")
    return duration


def _terms(row: Cells) -> Iterator[tuple[str, tuple[Term, ...]]]:
    for key in TERM_KEYS:
        text = row(key)
        if text is None:
            continue
        if key == "trigger":
            yield key, (Term({"kind": "milestone", "what": text}),)
        elif key == "take_or_pay":
            yield key, (Term(float(row.number(key) or 0)),)
        elif key == "rate" and (found := re.fullmatch(r"(\d+(?:\.\d+)?) ?(?:%|percent)", text)):
            share = float(Decimal(found[1]) / 100)
            yield key, (Term({"low": share, "high": share, "base": None}, text),)
        else:
            yield key, (Term(text),)


def _amount(row: Cells) -> Quantity | None:
    """The amount as the source words it: the written digits and the scale, from which its interval widens."""
    low, high = row.number("low"), row.number("high")
    if low is None and high is None:
        return None
    qualifier = row.word("qualifier", _QUALIFIER, _QUALIFIERS, "exact" if low == high else None)
    if qualifier is None:
        qualifier = "range" if low is not None and high is not None else "at_least" if high is None else "up_to"
    if low is not None and high is not None and low > high:
        raise row.wrong("low, high", f"{low} is above {high}", "put the smaller number into low")
    if min(end for end in (low, high) if end is not None) < 0 and (qualifier != "exact" or not row("metric")):
        raise row.wrong(
            "low, high", "is below zero", "only one exact figure of a company can be, such as its cash flow"
        )
    unit, power = _unit(row)
    currency = row("currency") or ("USD" if unit == "money" and not row("unit") else None)
    if unit == "money" and not re.fullmatch("[A-Z]{3}", currency or ""):
        raise row.wrong("currency", f"{currency!r} is no currency", "its three letters, e.g. USD")
    ends = [
        end for end in ((low, high) if qualifier == "range" else (low if low is not None else high,)) if end is not None
    ]
    return _quantity(row, ends or [Decimal(0)], qualifier, unit, (currency if unit == "money" else None, power))


def _unit(row: Cells) -> tuple[str, int]:
    """The unit of the amount and the power of ten of its scale word: "billion", "million shares", "percent"."""
    words = (row("unit") or "billion").casefold().split()
    power = _SCALES.get(words[0])
    rest = words[1:] if power is not None else words
    if len(rest) > 1 or (rest and rest[0] not in _UNITS):
        raise row.wrong("unit", f"{row('unit')!r} is not known", "billion, million shares, percent, GW, ...")
    return (_UNITS[rest[0]] if rest else "money"), power or 0


def _quantity(row: Cells, ends: list[Decimal], qualifier: str, unit: str, scale: tuple[str | None, int]) -> Quantity:
    currency, power = scale
    factor = Decimal(10) ** power
    words = {"exact": "", "range": ""}.get(qualifier, qualifier.replace("_", " ") + " ")
    scale_word = next(word for word, exponent in _SCALES.items() if exponent == power)
    tail = " ".join(filter(None, (scale_word, currency or (unit if unit != "money" else ""))))
    full = [end * factor for end in ends]
    return Quantity(
        low=None if qualifier in {"up_to", "less_than"} else full[0],
        high=None if qualifier in {"at_least", "more_than"} else full[-1],
        currency=currency,
        unit=unit,
        per=None if unit in {"GW", "percent"} else row.word("per", {}, _PER, None),
        qualifier=qualifier,
        text=f"{words}{' to '.join(f'{end:f}' for end in ends)} {tail}".strip(),
        start=0,
        end=0,
        hedge=qualifier,
        digits=tuple(f"{end:f}" for end in ends),
        scales=(factor,) * len(ends),
    )


def _plain(row: Cells, column: str, unit: str) -> Quantity | None:
    """A column that holds nothing but a number of one unit."""
    number = row.number(column)
    if number is not None and not 0 <= number <= (100 if unit == "percent" else 10_000):
        raise row.wrong(column, f"{number:f} {unit} cannot be", "a share from 0 to 100, power in gigawatts")
    return None if number is None else _quantity(row, [number], "exact", unit, (None, 0))
