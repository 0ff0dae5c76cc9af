"""When: times as they are kept, and what a public day rests on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis.strategies import datetimes, integers, lists

from counterflow.model.problem import Trouble
from counterflow.store import times


@pytest.mark.parametrize(
    ("given_", "kept", "kept_as_a_whole_day"),
    [
        ("2026-03-31", "2026-03-31T00:00:00Z", "2026-03-31T23:59:59Z"),
        ("2026-03-31T12:00:00Z", "2026-03-31T12:00:00Z", "2026-03-31T12:00:00Z"),
        ("2026-03-31T12:00:00.999+02:00", "2026-03-31T10:00:00Z", "2026-03-31T10:00:00Z"),
        ("2026-03-31 12:00", "2026-03-31T12:00:00Z", "2026-03-31T12:00:00Z"),
        ("0999-03-31T00:00:00", "0999-03-31T00:00:00Z", "0999-03-31T00:00:00Z"),
    ],
)
def test_a_time_is_kept_in_utc_to_the_second(given_: str, kept: str, kept_as_a_whole_day: str):
    assert times.utc(given_) == kept
    assert times.utc(given_, whole_day=True) == kept_as_a_whole_day


@pytest.mark.parametrize("wrong", ["", "yesterday", "2026-13-01", "31.03.2026", "0001-01-01T00:00:00+05:00"])
def test_what_is_no_time_is_said_with_how_to_write_one(wrong: str):
    with pytest.raises(Trouble, match="is not a time") as said:
        times.utc(wrong)
    assert "2026-03-31" in said.value.problem.remedy


@given(
    lists(datetimes(min_value=datetime(1000, 1, 3), max_value=datetime(9999, 12, 29)), min_size=2, max_size=2),  # noqa: DTZ001
    lists(integers(-14, 14), min_size=2, max_size=2),
)
def test_kept_times_sort_as_text_as_they_do_in_time(whens: list[datetime], hours: list[int]):
    zoned = [
        when.replace(microsecond=0, tzinfo=timezone(timedelta(hours=h))) for when, h in zip(whens, hours, strict=True)
    ]
    first, second = (times.utc(when.isoformat()) for when in zoned)
    assert (first < second) == (zoned[0] < zoned[1])
    assert datetime.fromisoformat(first).astimezone(UTC) == zoned[0]
