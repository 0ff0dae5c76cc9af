"""Company facts as the SEC serves them (one JSON file a company): each filed figure becomes a claim of its period.

What is read: the company's own totals of cash, debt, revenue, capital spending, costs, result and operating cash flow,
as told by year and quarter. A figure that later filings repeat is one claim, by the first; a restated one is a second.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, NamedTuple

from counterflow.extract.rows import EXTRACTOR
from counterflow.extract.tables import Listed, Tally, printable, readable
from counterflow.model.claim import Claim, Evidence, Quantity, ValidTime
from counterflow.model.problem import Problem, Trouble


class _Figure(NamedTuple):
    """What a tag tells. Of the tags of one figure that a filing uses, the first is the figure."""

    metric: str
    part: str | None  # of the metric, where the tag leaves some of it out
    tags: tuple[str, ...]
    span: str  # day: a balance; period: years and quarters; running: sums since the year began count too


_FIGURES: Final = (
    _Figure("cash", None, ("CashAndCashEquivalentsAtCarryingValue", "CashAndCashEquivalents"), "day"),
    _Figure("debt", None, ("LongTermDebt", "DebtLongtermAndShorttermCombinedAmount", "Borrowings"), "day"),
    _Figure("debt", "due after a year", ("LongTermDebtNoncurrent", "LongtermBorrowings"), "day"),
    _Figure("debt", "due within a year", ("DebtCurrent", "LongTermDebtCurrent", "ShorttermBorrowings"), "day"),
    _Figure(
        "revenue",
        None,
        (
            "Revenues",
            "RevenueFromContractWithCustomerExcludingAssessedTax",
            "RevenueFromContractWithCustomerIncludingAssessedTax",
            "SalesRevenueNet",
            "SalesRevenueServicesNet",
            "SalesRevenueGoodsNet",
            "Revenue",
            "RevenueFromContractsWithCustomers",
        ),
        "period",
    ),
    _Figure(
        "capex",
        None,
        (
            "PaymentsToAcquirePropertyPlantAndEquipment",
            "PaymentsToAcquireProductiveAssets",
            "PurchaseOfPropertyPlantAndEquipmentClassifiedAsInvestingActivities",
        ),
        "running",
    ),
    _Figure("expenses", None, ("CostsAndExpenses",), "period"),
    _Figure("expenses", "operating expenses", ("OperatingExpenses", "OperatingExpense"), "period"),
    _Figure("cost", "cost of revenue", ("CostOfRevenue", "CostOfGoodsAndServicesSold", "CostOfSales"), "period"),
    _Figure("net_income", None, ("NetIncomeLoss", "ProfitLoss"), "period"),
    _Figure(
        "operating_cash_flow",
        None,
        ("NetCashProvidedByUsedInOperatingActivities", "CashFlowsFromUsedInOperatingActivities"),
        "running",
    ),
)
_TAGS: Final = {tag: (figure, rank) for figure in _FIGURES for rank, tag in enumerate(figure.tags)}
_TAXONOMIES: Final = ("us-gaap", "ifrs-full")
# Days of a period -> its length. Fiscal years of 52 or 53 weeks end on a weekday, and quarters may have 14 weeks.
_LENGTHS: Final = ((80, 100, "P3M"), (170, 194, "P6M"), (260, 285, "P9M"), (350, 380, "P1Y"))
_RUNNING: Final = frozenset({"P6M", "P9M"})
_LARGEST: Final = 200_000_000  # bytes of a file
_LARGEST_POWER: Final = 18  # of ten: no company's figure, in any currency
_LONGEST: Final = 40  # characters of a number
_REMEDY: Final = "download the file again; a filing that holds this itself is for its company to correct"
_SHAPE: Final = "import https://data.sec.gov/api/xbrl/companyfacts/CIK##########.json as it was downloaded"
_ACCESSION: Final = re.compile(r"\d{10}-\d{2}-\d{6}")
_FORM: Final = re.compile(r"[\w./ -]{1,20}")
_STATE: Final = re.compile(r"\s*/\w{2,5}/?$")  # "EXAMPLE CORP /DE/": where it is incorporated
_UNWRITABLE: Final = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")


class _Filed(NamedTuple):
    """One value in one filing. Sorts by when it was told."""

    filed: str
    accession: str
    rank: int  # of its tag among those of its figure
    value: Decimal
    tag: str  # with its taxonomy
    form: str


class _Fact(NamedTuple):
    """What a value is a value of."""

    figure: _Figure
    currency: str
    start: str | None
    end: str
    length: str | None  # ISO 8601 duration; None: on a day


def is_facts(path: Path) -> bool:
    """Whether a file is JSON by its first character; `Trouble` where it cannot be read."""
    with readable(path), path.open("rb") as file:
        return file.read(4_096).removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in {b"{", b"["}


def read(path: Path) -> Listed:
    """The claims of a company facts file, by figure and period, each figure in the order it was filed.

    An entry that makes no claim is a Problem of the tally, with its JSON path. `Trouble` where the file tells nothing.
    """
    tally, place = Tally(), printable(path.name)
    body = _parsed(path, place)
    company, facts = body.get("entityName"), body.get("facts")
    if not isinstance(company, str) or not company.strip() or _UNWRITABLE.search(company):
        raise Trouble(f"{place}: $.entityName", "is no company's name", _SHAPE)
    if not isinstance(facts, dict):
        raise Trouble(f"{place}: $.facts", "holds no facts by taxonomy", _SHAPE)
    filed = _filed(facts, place, tally)
    if not filed:
        known = tally.problems[0].what if tally.problems else f"none of {len(_TAGS)} tags that are read"
        raise Trouble(place, f"tells no figure that is read here: {known}", _SHAPE)
    tally.close(place)
    return Listed(f"SEC company facts, {company.strip()}", _claims(filed, company.strip(), _cik(body)), tally)


def _parsed(path: Path, place: str) -> dict[str, Any]:
    with readable(path):
        if path.stat().st_size > _LARGEST:
            raise Trouble(place, f"is larger than {_LARGEST // 1_000_000} MB", _SHAPE)
        raw = path.read_bytes()
    try:
        body = json.loads(raw, parse_int=_number, parse_float=_number, parse_constant=str)
    except RecursionError:
        raise Trouble(place, "is nested too deeply", _SHAPE) from None
    except ValueError as error:
        raise Trouble(place, f"is not JSON: {error}"[:200], _SHAPE) from None
    if not isinstance(body, dict):
        raise Trouble(f"{place}: $", "is no object", _SHAPE)
    return body


def _number(text: str) -> Decimal | str:
    """A number as written; what is too long for one stays text, so that it is found wanting where it is used."""
    return Decimal(text) if len(text) <= _LONGEST else text


def _cik(body: Mapping[str, Any]) -> int | None:
    """The company's number at the SEC, where the file states one."""
    told = str(body.get("cik", ""))
    return int(told) if re.fullmatch(r"\d{1,10}", told, re.ASCII) else None


def _filed(facts: Mapping[str, Any], place: str, tally: Tally) -> dict[_Fact, list[_Filed]]:
    """Every value that is read, by what it is a value of."""
    found: dict[_Fact, list[_Filed]] = defaultdict(list)
    for taxonomy in _TAXONOMIES:
        for tag, (figure, rank) in _TAGS.items():
            told = _member(facts, taxonomy, tag, "units")
            for unit, entries in told.items() if isinstance(told, dict) else ():
                where = f"{place}: $.facts.{taxonomy}.{tag}.units.{_shown(unit)}"
                if not re.fullmatch("[A-Z]{3}", unit) or not isinstance(entries, list):
                    tally.refuse(Problem(where, "is no list of amounts in a currency", _REMEDY))
                    continue
                for at, entry in enumerate(entries):
                    tally.rows += 1
                    try:
                        fact = _fact(entry if isinstance(entry, dict) else {}, figure, unit)
                        if fact:
                            found[fact].append(_value(entry, rank, f"{taxonomy}:{tag}"))
                        else:
                            tally.left_out["periods that are neither a year nor a quarter"] += 1
                    except ValueError as error:
                        tally.refuse(Problem(f"{where}[{at}]", str(error), _REMEDY))
    return found


def _member(body: Any, *path: str) -> Any:
    for key in path:
        body = body.get(key) if isinstance(body, dict) else None
    return body


def _fact(entry: Mapping[str, Any], figure: _Figure, currency: str) -> _Fact | None:
    """What an entry is a value of; None where its period is not one that is read. `ValueError` where it is unclear."""
    end = _day(entry, "end")
    if figure.span == "day":
        return _Fact(figure, currency, None, end, None)
    start = _day(entry, "start")
    days = (date.fromisoformat(end) - date.fromisoformat(start)).days + 1
    if days < 1:
        raise ValueError(f"start {start} is after end {end}")
    length = next((length for low, high, length in _LENGTHS if low <= days <= high), None)
    if length is None or (length in _RUNNING and figure.span != "running"):
        return None
    return _Fact(figure, currency, start, end, length)


def _value(entry: Mapping[str, Any], rank: int, tag: str) -> _Filed:
    value, accession, form = entry.get("val"), entry.get("accn"), entry.get("form")
    if not isinstance(value, Decimal) or abs(value.adjusted()) > _LARGEST_POWER:
        raise ValueError(f"val {_shown(value)} is no amount")
    if not isinstance(accession, str) or not _ACCESSION.fullmatch(accession):
        raise ValueError(f"accn {_shown(accession)} is no accession number")
    if not isinstance(form, str) or not _FORM.fullmatch(form):
        raise ValueError(f"form {_shown(form)} is no form")
    return _Filed(_day(entry, "filed"), accession, rank, value, tag, form)


def _day(entry: Mapping[str, Any], key: str) -> str:
    told = entry.get(key)
    try:
        if isinstance(told, str) and date.fromisoformat(told).isoformat() == told:
            return told
    except ValueError:
        pass
    raise ValueError(f"{key} {_shown(told)} is no day")


def _shown(value: Any) -> str:
    """A value of a foreign file, short and fit to be written."""
    plain = value if isinstance(value, (str, Decimal, bool)) else "null" if value is None else type(value).__name__
    return _UNWRITABLE.sub("?", str(plain)[:60])


def _claims(filed: Mapping[_Fact, Iterable[_Filed]], company: str, cik: int | None) -> Iterator[Claim]:
    """One claim for each value of a fact that the filing before did not tell, linked to the one that it replaces."""
    first: dict[tuple[_Figure, str], int] = {}
    for fact, values in filed.items():
        for value in values:
            place = (fact.figure, value.accession)
            first[place] = min(value.rank, first.get(place, value.rank))
    for fact, values in sorted(filed.items(), key=lambda item: _order(item[0])):
        before: _Filed | None = None
        link: str | None = None
        for value in sorted(v for v in values if v.rank == first[fact.figure, v.accession]):
            if before and before.value == value.value:
                continue
            claim = _claim(fact, value, company, cik)
            restated = before is not None and before.accession != value.accession
            yield replace(claim, supersedes=link) if restated else claim
            before, link = value, claim.claim_id


def _order(fact: _Fact) -> tuple[int, str, str, str]:
    return _FIGURES.index(fact.figure), fact.currency, fact.end, fact.start or ""


def _claim(fact: _Fact, value: _Filed, company: str, cik: int | None) -> Claim:
    period = f"{fact.start} to {fact.end}" if fact.start else fact.end
    note = f"{value.tag}, {period}: form {value.form}, accession number {value.accession}"
    source = f"SEC company facts, {company}"
    loss = fact.figure.metric == "net_income" and value.value < 0
    return Claim(
        type="financial_metric",
        roles={"company": (_STATE.sub("", company) or company,)},
        roles_as_written={"company": (company,)},
        status="actual",
        evidence=(Evidence("reference", source=source, address=_address(cik, value), date=value.filed, note=note),),
        text_sha256=sha256(note.encode()).hexdigest(),
        doc_id=source,
        amount=_quantity(abs(value.value) if loss else value.value, fact.currency),
        metric="net_loss" if loss else fact.figure.metric,
        metric_text=value.tag,
        product=fact.figure.part,
        valid_time=ValidTime(period, fact.start or fact.end, fact.end, fact.length),
        extractor=EXTRACTOR,
    )


def _quantity(value: Decimal, currency: str) -> Quantity:
    """An exact amount: a filing tells it to the dollar, so nothing widens it."""
    return Quantity(value, value, currency, "money", None, "exact", f"{value:f} {currency}", 0, 0)


def _address(cik: int | None, value: _Filed) -> str | None:
    """The index page of the filing."""
    if cik is None:
        return None
    folder = value.accession.replace("-", "")
    return f"https://www.sec.gov/Archives/edgar/data/{cik}/{folder}/{value.accession}-index.htm"
