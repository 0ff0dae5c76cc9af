"""Which revenue figure holds in a quarter, and what it comes to in a year."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from counterflow.flows.build import dated
from counterflow.flows.revenue import at, revenues
from counterflow.model.book import Book
from counterflow.model.when import parse_quarter
from flows.books import BN, LAB, contract, revenue


def rates(*figures):
    return revenues(Book(None, figures=figures))[LAB]


def test_a_quarter_and_a_month_as_a_year():
    """2.5 bn in one quarter is 10 bn a year; 2 bn a month is 24 bn a year; a year is itself."""
    quarter = revenue("2.5", period="2026-01..2026-03")
    month = replace(revenue(2, period="2026-06"), per="month")
    year = revenue(13, period="2025")
    assert [rate.usd_a_year / BN for rate in rates(quarter, month, year)] == [10, 24, 13]


def test_the_figure_of_the_quarter_else_the_last_before_it_else_the_first_after_it():
    known = rates(
        revenue(4, period="2024"), revenue(13, period="2025"), revenue(25, period="2026-03", what="annualized_revenue")
    )
    asked = {"2023Q4": 4, "2024Q2": 4, "2025Q4": 13, "2026Q1": 25, "2026Q2": 25, "2030Q1": 25}
    assert {q: int(at(known, parse_quarter(q)).usd_a_year / BN) for q in asked} == asked


def test_a_forecast_holds_only_where_nothing_was_done():
    forecast = replace(revenue(100, period="2027"), status="forecast")
    assert [rate.figure.status for rate in rates(revenue(13), forecast)] == ["actual"]
    assert [rate.figure.status for rate in rates(forecast)] == ["forecast"]


def test_the_revenue_of_one_product_is_not_that_of_the_firm():
    assert [rate.usd_a_year / BN for rate in rates(replace(revenue(5), basis="AI chips"), revenue(60))] == [60]


def test_stated_quarters_are_known_and_carried_ones_assumed():
    book = Book(None, deals=(contract(16, years=2),), figures=(revenue(8, period="2026"),))
    earned = [flow for flow in dated(book).flows if flow.kind == "outside"]
    assert [(flow.usd, flow.assumed_share) for flow in earned] == [(2e9, 0.0)] * 4 + [(2e9, 1.0)] * 4


@given(st.lists(st.integers(2020, 2030), min_size=1, unique=True), st.integers(2018, 2033), st.integers(1, 4))
def test_a_figure_that_speaks_of_the_quarter_goes_before_any_other(years, year, quarter):
    chosen = at(rates(*(revenue(y, period=str(y)) for y in years)), parse_quarter(f"{year}Q{quarter}"))
    before = [y for y in years if y <= year]
    assert chosen.usd_a_year / BN == (max(before) if before else min(years))
    assert chosen.covers(parse_quarter(f"{year}Q{quarter}")) == (year in years)
