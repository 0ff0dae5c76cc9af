"""Company facts: which filing a figure is told by, what is restated, and what a broken file does."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from counterflow import desk
from counterflow.extract import filings
from counterflow.extract.names.gazetteer import Gazetteer
from counterflow.model.book import Question
from counterflow.model.claim import Claim
from counterflow.model.problem import Problem, Trouble
from counterflow.reconcile.parties import resolve
from counterflow.store import Store

NOON = "2032-08-01T12:00:00Z"
REVENUE, CONTRACTS, OLD = "Revenues", "RevenueFromContractWithCustomerExcludingAssessedTax", "SalesRevenueNet"
CAPEX, LOSS, CASH = (
    "PaymentsToAcquirePropertyPlantAndEquipment",
    "NetIncomeLoss",
    "CashAndCashEquivalentsAtCarryingValue",
)


def entry(val: Any, start: str | None, end: str, filed: str, **other: Any) -> dict[str, Any]:
    """One value as filed; its accession number follows from the day."""
    told = {"end": end, "val": val, "accn": f"0001234567-{filed[2:4]}-{filed[5:7]}{filed[8:]}00", "form": "10-K"}
    return ({"start": start} if start else {}) | told | {"fy": 2030, "fp": "FY", "filed": filed} | other


def file(tmp_path: Path, tags: dict[str, Any], **other: Any) -> Path:
    units = {tag: {"label": tag, "units": {"USD": entries}} for tag, entries in tags.items()}
    body = {"cik": 1234567, "entityName": "EASTMARCH CHIPS CORP", "facts": {"dei": {}, "us-gaap": units}} | other
    path = tmp_path / "facts.json"
    path.write_text(json.dumps(body), encoding="utf-8")
    return path


def told(tmp_path: Path, tags: dict[str, Any], **other: Any) -> list[Claim]:
    return list(filings.read(file(tmp_path, tags, **other)).claims)


def values(claims: list[Claim]) -> list[tuple[str | None, int]]:
    return [(c.metric, int(c.amount.low)) for c in claims if c.amount and c.amount.low is not None]


def refused(path: Path) -> Problem:
    with pytest.raises(Trouble) as caught:
        list(filings.read(path).claims)
    return caught.value.problem


def test_a_filed_figure_by_hand(tmp_path: Path):
    """Fiscal 2030 ran from 1 February 2029 to 31 January 2030, 365 days; the report came out on 15 March."""
    (claim,) = told(tmp_path, {REVENUE: [entry(26_974_000_000, "2029-02-01", "2030-01-31", "2030-03-15")]})
    assert (claim.type, claim.metric, claim.metric_text) == ("financial_metric", "revenue", "us-gaap:Revenues")
    assert (claim.status, claim.confidence, claim.extractor.split("/")[0]) == ("actual", 1.0, "rows")
    assert claim.roles_as_written == {"company": ("EASTMARCH CHIPS CORP",)}
    assert claim.amount is not None
    assert (claim.amount.low, claim.amount.high, claim.amount.currency) == (26_974_000_000, 26_974_000_000, "USD")
    assert claim.amount.loose() == claim.amount.tight()
    assert claim.valid_time is not None
    assert claim.valid_time[1:] == ("2029-02-01", "2030-01-31", "P1Y")
    best = claim.evidence[0]
    assert (best.kind, best.source, best.date) == ("reference", "SEC company facts, EASTMARCH CHIPS CORP", "2030-03-15")
    assert best.address is not None
    assert best.address.endswith("/data/1234567/000123456730031500/0001234567-30-031500-index.htm")
    assert best.note is not None
    assert all(word in best.note for word in ("0001234567-30-031500", "10-K", "us-gaap:Revenues", "2029-02-01"))


def test_a_figure_repeated_later_is_one_claim_and_a_restated_one_a_second(tmp_path: Path):
    """100 in 2030, 100 again in 2031, 90 in 2032, 90 again in 2033: told by the filings of 2030 and 2032."""
    year = ("2029-01-01", "2029-12-31")
    entries = [entry(v, *year, f"{filed}-02-01") for v, filed in ((100, 2030), (100, 2031), (90, 2032), (90, 2033))]
    first, second = told(tmp_path, {REVENUE: entries[::-1]})
    assert [(c.amount and c.amount.low, c.evidence[0].date) for c in (first, second)] == [
        (100, "2030-02-01"),
        (90, "2032-02-01"),
    ]
    assert (first.supersedes, second.supersedes) == (None, first.claim_id)


def test_of_the_tags_of_one_figure_a_filing_counts_by_the_first_that_it_uses(tmp_path: Path):
    """The total of 100 holds contracts of 95; a filing that knows only the old tag stands by that, until restated."""
    year, before = ("2030-01-01", "2030-12-31"), ("2029-01-01", "2029-12-31")
    claims = told(
        tmp_path,
        {
            OLD: [entry(80, *before, "2030-02-01")],
            CONTRACTS: [entry(95, *year, "2031-02-01"), entry(76, *before, "2031-02-01")],
            REVENUE: [entry(100, *year, "2031-02-01"), entry(81, *before, "2031-02-01")],
        },
    )
    assert values(claims) == [("revenue", 80), ("revenue", 81), ("revenue", 100)]
    assert claims[1].supersedes == claims[0].claim_id
    assert [c.metric_text for c in claims] == ["us-gaap:SalesRevenueNet", "us-gaap:Revenues", "us-gaap:Revenues"]


def test_years_and_quarters_are_read_and_running_sums_only_of_cash_flows(tmp_path: Path):
    """Cash flow statements tell the second and third quarter only as sums since the year began."""
    ends = ("2030-03-31", "2030-06-30", "2030-09-30", "2030-12-31", "2030-02-15")
    entries = [entry(n + 1, "2030-01-01", end, "2031-02-01") for n, end in enumerate(ends)]
    found = filings.read(file(tmp_path, {REVENUE: entries, CAPEX: entries}))
    lengths = [(c.metric, c.valid_time and c.valid_time.duration) for c in found.claims]
    assert lengths == [
        ("revenue", "P3M"),
        ("revenue", "P1Y"),
        ("capex", "P3M"),
        ("capex", "P6M"),
        ("capex", "P9M"),
        ("capex", "P1Y"),
    ]
    assert found.tally.left_out == {"periods that are neither a year nor a quarter": 4}


def test_a_quarter_of_fourteen_weeks_and_a_year_of_fifty_three_are_such(tmp_path: Path):
    """14 weeks are 98 days, 53 weeks 371."""
    entries = [entry(1, "2029-09-23", "2029-12-29", "2030-02-01"), entry(4, "2028-12-24", "2029-12-29", "2030-02-01")]
    claims = told(tmp_path, {REVENUE: entries})
    assert [c.valid_time and c.valid_time.duration for c in claims] == ["P1Y", "P3M"]


def test_balances_stand_on_their_day_and_parts_of_debt_say_which(tmp_path: Path):
    tags = [CASH, "LongTermDebt", "LongTermDebtNoncurrent", "LongTermDebtCurrent"]
    claims = told(tmp_path, {tag: [entry(n, None, "2030-12-31", "2031-02-01")] for n, tag in enumerate(tags, 1)})
    assert [(c.metric, c.product, c.amount and c.amount.low) for c in claims] == [
        ("cash", None, 1),
        ("debt", None, 2),
        ("debt", "due after a year", 3),
        ("debt", "due within a year", 4),
    ]
    assert {c.valid_time and c.valid_time[1:] for c in claims} == {("2030-12-31", "2030-12-31", None)}


def test_a_loss_is_told_as_one_and_cash_burnt_keeps_its_sign(tmp_path: Path):
    year = ("2030-01-01", "2030-12-31", "2031-02-01")
    claims = told(
        tmp_path, {LOSS: [entry(-7, *year)], "NetCashProvidedByUsedInOperatingActivities": [entry(-3, *year)]}
    )
    assert values(claims) == [("net_loss", 7), ("operating_cash_flow", -3)]


def test_other_currencies_and_the_international_taxonomy(tmp_path: Path):
    year = entry(5, "2030-01-01", "2030-12-31", "2031-02-01", form="20-F")
    claims = told(tmp_path, {}, facts={"ifrs-full": {"Revenue": {"units": {"TWD": [year]}}}})
    assert [(c.amount and c.amount.currency, c.metric_text) for c in claims] == [("TWD", "ifrs-full:Revenue")]


@pytest.mark.parametrize(
    ("change", "told_of"),
    [
        ({"val": float("nan")}, "val NaN is no amount"),
        ({"val": float("inf")}, "val Infinity is no amount"),
        ({"val": 10**30}, "is no amount"),
        ({"val": "5"}, "val 5 is no amount"),
        ({"val": True}, "val True is no amount"),
        ({"val": [[]]}, "val list is no amount"),
        ({"val": None}, "val null is no amount"),
        ({"start": None}, "start null is no day"),
        ({"start": "2030-13-01"}, "start 2030-13-01 is no day"),
        ({"start": "2031-01-01"}, "start 2031-01-01 is after end 2030-12-31"),
        ({"end": 20301231}, "end 20301231 is no day"),
        ({"filed": "20310201"}, "filed 20310201 is no day"),
        ({"accn": "31-1"}, "accn 31-1 is no accession number"),
        ({"form": "\ud800" * 3}, "form ??? is no form"),
    ],
)
def test_a_bad_entry_has_its_path_and_hides_no_other(tmp_path: Path, change: dict[str, Any], told_of: str):
    good = entry(5, "2030-01-01", "2030-12-31", "2031-02-01")
    found = filings.read(file(tmp_path, {REVENUE: [good | change, good]}))
    assert values(list(found.claims)) == [("revenue", 5)]
    (problem,) = found.tally.problems
    assert problem.where == "facts.json: $.facts.us-gaap.Revenues.units.USD[0]"
    assert told_of in problem.what


def test_entries_of_every_wrong_type(tmp_path: Path):
    good = entry(5, "2030-01-01", "2030-12-31", "2031-02-01")
    found = filings.read(file(tmp_path, {REVENUE: [1, None, [], "x", {}, good], CAPEX: {"a": 1}, OLD: 3}))
    assert values(list(found.claims)) == [("revenue", 5)]
    assert found.tally.refused == 7


@pytest.mark.parametrize(
    ("raw", "told_of"),
    [
        (b"{", "is not JSON"),
        (b'{"a": "\xff"}', "is not JSON"),
        (b"[" * 200_000, "is nested too deeply"),
        (b'{"facts":' * 200_000, "is nested too deeply"),
        (b"[1, 2]", "is no object"),
        (b"{}", "is no company's name"),
        (b'{"entityName": "\\ud800", "facts": {}}', "is no company's name"),
        (b'{"entityName": "A", "facts": []}', "holds no facts by taxonomy"),
        (b'{"entityName": "A", "facts": {"us-gaap": {"Goodwill": {}}}}', "none of"),
        (b'{"entityName": "A", "facts": {"us-gaap": {"Revenues": {"units": {"USD": [{}]}}}}}', "end null is no day"),
    ],
)
def test_what_is_no_company_facts(tmp_path: Path, raw: bytes, told_of: str):
    path = tmp_path / "facts.json"
    path.write_bytes(raw)
    assert told_of in refused(path).what


def test_numbers_too_long_for_any_company_stay_cheap(tmp_path: Path):
    year = '"start": "2030-01-01", "end": "2030-12-31", "filed": "2031-02-01", "accn": "0001234567-31-000001"'
    entries = ", ".join(
        f'{{{year}, "form": "10-K", "val": {v}}}' for v in ("1e999999999", "9" * 50_000, "1e-999999", "7")
    )
    path = tmp_path / "facts.json"
    path.write_text(
        f'{{"entityName": "A", "facts": {{"us-gaap": {{"Revenues": {{"units": {{"USD": [{entries}]}}}}}}}}}}',
        encoding="utf-8",
    )
    found = filings.read(path)
    assert values(list(found.claims)) == [("revenue", 7)]
    assert found.tally.refused == 3


def test_a_file_that_is_too_large_is_not_opened(tmp_path: Path):
    path = tmp_path / "facts.json"
    with path.open("wb") as big:
        big.truncate(200_000_001)
    assert refused(path).what == "is larger than 200 MB"


@given(
    filed=st.lists(
        st.tuples(st.integers(0, 3), st.integers(2030, 2036)), min_size=1, max_size=8, unique_by=lambda t: t[1]
    )
)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_claims_tell_every_change_of_a_figure_and_nothing_twice(tmp_path: Path, filed: list[tuple[int, int]]):
    """Whatever the order in the file, the claims are the values in the order of filing, runs of one value told once."""
    entries = [entry(value, "2029-01-01", "2029-12-31", f"{year}-02-01") for value, year in filed]
    by_day = [value for value, _ in sorted(filed, key=lambda pair: pair[1])]
    runs = [value for at, value in enumerate(by_day) if at == 0 or by_day[at - 1] != value]
    claims = told(tmp_path, {REVENUE: entries})
    assert values(claims) == [("revenue", value) for value in runs]
    assert len({c.claim_id for c in claims}) == len(claims)
    assert [c.supersedes for c in claims] == [None, *(c.claim_id for c in claims[:-1])]


def test_names_of_registrants_meet_the_built_in_parties(tmp_path: Path):
    names = ["NVIDIA CORP", "AMAZON.COM, INC.", "Meta Platforms, Inc.", "MICROSOFT CORPORATION", "ORACLE CORP /DE/"]
    year = entry(5, "2030-01-01", "2030-12-31", "2031-02-01")
    claims = [told(tmp_path, {REVENUE: [year]}, entityName=name)[0] for name in names]
    assert [c.roles_as_written["company"][0] for c in claims] == names
    register = resolve((n for c in claims for n in c.parties), table=Gazetteer.builtin().parties.values())
    assert [register.name(c.parties[0]) for c in claims] == ["Nvidia", "Amazon", "Meta", "Microsoft", "Oracle"]


def test_company_facts_come_in_by_the_same_door(tmp_path: Path):
    """A file that begins with a brace is company facts, whatever it is called; twice imported it adds nothing."""
    tags = {
        CASH: [entry(40, None, "2030-12-31", "2031-02-01")],
        REVENUE: [entry(v, "2030-01-01", "2030-12-31", f"{y}-02-01") for v, y in ((100, 2031), (90, 2032))],
    }
    path = file(tmp_path, tags).rename(tmp_path / "facts.csv")
    with Store.create(tmp_path / "book.db", recorded=NOON) as store:
        done, again = desk.import_file(store, path), desk.import_file(store, path)
        assert (done.name, done.new, done.rows) == ("SEC company facts, EASTMARCH CHIPS CORP", 3, 3)
        assert (again.new, again.known) == (0, 3)
        book = desk.book(store, Question())
        (party,) = book.parties
        cash, revenue = book.figures_of(party, "cash"), book.figures_of(party, "revenue")
        assert [f.estimate.central for f in cash] == [Decimal(40)]
        assert revenue[0].estimate.central == 90
