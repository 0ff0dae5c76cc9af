"""Lists that others keep: a map, its mistakes, and every way in which a CSV file can be broken."""

from __future__ import annotations

import csv
import io
import re
import tracemalloc
from collections import Counter
from decimal import Decimal
from importlib.resources import files
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from counterflow import desk
from counterflow.extract import maps, tables
from counterflow.model.claim import Claim
from counterflow.model.problem import Problem, Trouble
from counterflow.store import Store
from house.tree import ROOT

SHIPPED = Path(str(files("counterflow.starter").joinpath("maps")))
OURS = "type,from,to,low,high,unit,currency,status,said_on,source\n"
GOOD = "investment,Eastmarch,Dovecote AI,4,4,billion,USD,completed,2030-01-02,Morning Bulletin\n"
NOON = "2030-08-01T12:00:00Z"

MAP = """
[list]
name = "legs"
source = "a list of legs"
date = 2030-01-01
unit = "million"
currency = "EUR"

[columns]
type = "Kind"
from = "Payer"
to = "Payee"
low = "EUR m"
high = "EUR m"
status = "State"

[values.type]
buys = "commitment"
grants = "equity_warrant"
"*" = "investment"

[values.status]
done = "completed"

[fixed]
origin = "Evening Star"

[skip]
State = ["void"]
Copy = [1, true]

[swap]
Kind = ["grants"]

[note]
template = "{Kind} by {Payer}, {{State}}"
"""
HEADER = "Kind,Payer,Payee,EUR m,State,Copy\n"


def listed(tmp_path: Path, text: str | bytes, *, mapping: str | None = None) -> tuple[list[Claim], tables.Listed]:
    path = tmp_path / "legs.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    found = tables.read(path, written(tmp_path, mapping) if mapping else None)
    return list(found.claims), found


def written(tmp_path: Path, text: str) -> maps.Map:
    path = tmp_path / "map.toml"
    path.write_text(text, encoding="utf-8")
    return maps.load(path)


def refused(tmp_path: Path, text: str | bytes, *, mapping: str | None = None) -> Problem:
    with pytest.raises(Trouble) as caught:
        listed(tmp_path, text, mapping=mapping)
    return caught.value.problem


class TestMap:
    def test_a_mapped_row_by_hand(self, tmp_path: Path):
        """2.5 in a list of millions of euros is 2,500,000 EUR; the word for the type is the list's own."""
        (claim,), found = listed(tmp_path, HEADER + "Buys, Dovecote  AI ,Eastmarch,2.5,done,\n", mapping=MAP)
        assert found.name == "legs"
        assert claim.type == "capacity_commitment"
        assert claim.roles == {"customer": ("Dovecote AI",), "supplier": ("Eastmarch",)}
        assert claim.amount is not None
        assert (claim.amount.low, claim.amount.high, claim.amount.currency) == (2_500_000, 2_500_000, "EUR")
        assert (claim.status, claim.attribution.origin) == ("completed", "Evening Star")
        evidence = claim.evidence[0]
        assert (evidence.source, evidence.date) == ("a list of legs", "2030-01-01")
        assert evidence.note is not None
        assert evidence.note.endswith("Buys by Dovecote  AI, {done}")

    def test_a_star_stands_for_every_other_word_and_no_amount_is_a_claim_without_one(self, tmp_path: Path):
        (claim,), _ = listed(tmp_path, HEADER + "tops up,Eastmarch,Dovecote,,done,\n", mapping=MAP)
        assert (claim.type, claim.amount) == ("investment", None)

    def test_sides_change_where_the_map_says_so(self, tmp_path: Path):
        (claim,), _ = listed(tmp_path, HEADER + "grants,Eastmarch,Dovecote,,done,\n", mapping=MAP)
        assert claim.roles == {"holder": ("Dovecote",), "issuer": ("Eastmarch",)}

    def test_rows_left_out_are_counted_by_the_word_that_does_it(self, tmp_path: Path):
        rows = "buys,A,B,1,done,\nbuys,A,C,1,VOID,\nbuys,A,D,1,void,\nbuys,A,E,1,done,1\n"
        claims, found = listed(tmp_path, HEADER + rows, mapping=MAP)
        assert [c.role("supplier") for c in claims] == ["B"]
        assert found.tally.left_out == {"State = VOID": 1, "State = void": 1, "Copy = 1": 1}
        assert (found.tally.rows, found.tally.problems) == (4, [])

    def test_problems_speak_in_the_columns_of_the_list(self, tmp_path: Path):
        claims, found = listed(tmp_path, HEADER + "buys,A,B,lots,done,\nbuys,A,B,1,dun,\n", mapping=MAP)
        assert not claims
        assert [p.where for p in found.tally.problems] == ["legs.csv:2, column EUR m", "legs.csv:3, column State"]
        assert found.tally.problems[0].what == "'lots' is not a number"

    def test_a_decimal_comma(self, tmp_path: Path):
        """1.234,5 and 1234,5 are the same number; a point that parts no thousands is still a decimal one."""
        mapping = MAP.replace('name = "legs"', 'name = "legs"\ndelimiter = ";"\ndecimal = ","')
        rows = "".join(f"buys;A;B;{n};done;\n" for n in ("1.234,5", "1234,5", "1234.5"))
        claims, _ = listed(tmp_path, HEADER.replace(",", ";") + rows, mapping=mapping)
        assert [c.amount and c.amount.low for c in claims] == [Decimal(1_234_500_000)] * 3

    @pytest.mark.parametrize(("order", "said"), [("DMY", "3/11/2030"), ("MDY", "11.03.2030"), ("YMD", "2030-11-03")])
    def test_dates_in_the_order_of_the_list(self, tmp_path: Path, order: str, said: str):
        mapping = MAP.replace("[columns]", f'dates = "{order}"\n[columns]\nsaid_on = "Copy"').replace(
            "Copy = [1", "Kind = [1"
        )
        (claim,), _ = listed(tmp_path, HEADER + f"buys,A,B,1,done,{said}\n", mapping=mapping)
        assert claim.evidence[0].date == "2030-11-03"

    def test_a_day_that_no_order_explains_is_a_problem(self, tmp_path: Path):
        mapping = MAP.replace("[columns]", 'dates = "DMY"\n[columns]\nsaid_on = "Copy"').replace(
            "Copy = [1", "Kind = [1"
        )
        _, found = listed(tmp_path, HEADER + "buys,A,B,1,done,11/31/2030\n", mapping=mapping)
        assert [p.where for p in found.tally.problems] == ["legs.csv:2, column Copy"]

    def test_a_note_reaches_nothing_but_cells(self, tmp_path: Path):
        hole = refused(tmp_path, HEADER, mapping=MAP.replace("{Kind} by", "{Kind.__class__} {0} {Kind!r} {Kind:>9}"))
        assert "has no column 'Kind.__class__'" in hole.what
        assert "'Kind!r'" in hole.what

    def test_a_column_the_list_lacks_is_named_with_the_nearest(self, tmp_path: Path):
        problem = refused(tmp_path, HEADER.replace("Payee", "Payees") + "buys,A,B,1,done,\n", mapping=MAP)
        assert problem.where == "legs.csv:1"
        assert problem.what == "has no column 'Payee' (did you mean 'Payees'?)"
        assert "map.toml" in problem.remedy

    @pytest.mark.parametrize(
        ("right", "wrong", "told"),
        [
            ("[columns]", "[colums]", "'colums' is no section of a map (did you mean 'columns'?)"),
            ("currency =", "curency =", "'curency' in [list] is not known (did you mean 'currency'?)"),
            ('status = "State"', 'statis = "State"', "'statis' in [columns] is not known (did you mean 'status'?)"),
            ("[values.status]", "[values.state]", "'state' in [values] is not known"),
            ("[values.status]", "[values.unit]", "[values.unit] needs 'unit' in [columns]"),
            ("origin =", "from =", "'from' stands in [columns] and in [fixed]"),
            ('type = "Kind"', 'product = "Kind"', "'type' stands neither in [columns] nor in [fixed]"),
            ("template =", "tmplate =", "[note] needs a template"),
            ('State = ["void"]', 'State = "void"', "'State' in [skip] must be a list of words"),
            ('unit = "million"', "unit = [1]", "'unit' in [list] must be a word or a number"),
            ('done = "completed"', "done = {}", "[values.status] must hold their word = our word"),
            ('name = "legs"', 'name = "legs"\ndelimiter = "|"', "'delimiter' in [list] must be"),
            ('name = "legs"', 'name = "legs"\ndecimal = "·"', "'decimal' in [list] must be"),
            ('name = "legs"', 'name = "legs"\ndates = "DD/MM"', "'dates' in [list] must be one of YMD, DMY, MDY"),
            ("[list]", "list = 3\n[lists]", "[list] must be a section of its own"),
        ],
    )
    def test_mistakes_in_a_map_are_named(self, tmp_path: Path, right: str, wrong: str, told: str):
        assert right in MAP
        with pytest.raises(Trouble) as caught:
            written(tmp_path, MAP.replace(right, wrong, 1))
        assert caught.value.problem.where == "map.toml"
        assert told in caught.value.problem.what

    def test_all_mistakes_are_named_at_once(self, tmp_path: Path):
        with pytest.raises(Trouble) as caught:
            written(tmp_path, MAP.replace("currency =", "curency =").replace('status = "State"', 'statis = "State"'))
        assert "'curency'" in caught.value.problem.what
        assert "'statis'" in caught.value.problem.what

    @pytest.mark.parametrize(
        ("raw", "told"),
        [
            (b"[list\n", "is not TOML"),
            (b"[list]\nname = 'caf\xe9'\n", "is not UTF-8 (byte 18)"),
            (b"a = " + b"[" * 100_000, "is nested too deeply"),
            (b"# " + b"x" * 1_000_001, "is too long for a map"),
            (b"", "[columns] says of no column what it holds"),
        ],
    )
    def test_what_is_no_map(self, tmp_path: Path, raw: bytes, told: str):
        path = tmp_path / "map.toml"
        path.write_bytes(raw)
        with pytest.raises(Trouble) as caught:
            maps.load(path)
        assert told in caught.value.problem.what

    def test_a_mistake_of_syntax_has_its_line(self, tmp_path: Path):
        with pytest.raises(Trouble) as caught:
            written(tmp_path, "[list]\nname = legs\n")
        assert caught.value.problem.where == "map.toml:2:8"

    def test_a_map_that_is_not_there(self, tmp_path: Path):
        with pytest.raises(Trouble) as caught:
            maps.load(tmp_path / "none.toml")
        assert "cannot be read" in caught.value.problem.what

    def test_the_map_of_the_documentation_is_one(self, tmp_path: Path):
        page = (ROOT / "docs/reference/imports.md").read_text(encoding="utf-8")
        (example,) = re.findall("```toml\n(.*?)```", page, re.DOTALL)
        mapping = written(tmp_path, example)
        assert (mapping.name, mapping.delimiter, mapping.comma) == ("circular deals", ";", True)
        assert set(mapping.headers) == {"deal_id", "date", "from", "to", "leg_type", "usd_bn", "status", "in_totals"}


class TestFile:
    def test_a_list_in_our_own_columns_needs_no_map(self, tmp_path: Path):
        (claim,), found = listed(tmp_path, OURS + GOOD)
        assert (found.name, claim.type, claim.doc_id) == ("legs.csv", "investment", "Morning Bulletin")
        assert claim.amount is not None
        assert claim.amount.low == 4 * 10**9

    def test_the_list_is_the_source_where_a_row_names_none(self, tmp_path: Path):
        (claim,), _ = listed(tmp_path, OURS + GOOD.replace("Morning Bulletin", ""))
        assert claim.evidence[0].source == "legs.csv"

    def test_columns_that_are_not_ours_are_named_once(self, tmp_path: Path):
        claims, found = listed(tmp_path, OURS.replace("status", "statuss,,colour") + GOOD.replace("2030", ",red,2030"))
        assert len(claims) == 1
        (problem,) = found.tally.problems
        assert problem.what == "the columns 'statuss' (did you mean 'status'?), 'colour' are not read"

    @pytest.mark.parametrize("delimiter", [",", ";", "\t"])
    @pytest.mark.parametrize("start", ["", "\ufeff", "\n\n", "\ufeffsep=X\n"])
    @pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
    def test_delimiter_mark_and_line_ends_are_found_out(self, tmp_path: Path, delimiter: str, start: str, end: str):
        text = start.replace("X", delimiter) + (OURS + GOOD).replace(",", delimiter)
        claims, found = listed(tmp_path, text.replace("\n", end))
        assert [c.role("investee") for c in claims] == ["Dovecote AI"]
        assert found.tally.problems == []

    @pytest.mark.parametrize(
        ("text", "told"),
        [
            (b"", "is empty"),
            (b"\n \n", "is empty"),
            (OURS.encode(), "holds no rows below its header"),
            (b"PK\x03\x04 a workbook", "is a workbook or an archive"),
            (OURS.encode("utf-16"), "is UTF-16"),
            (OURS.encode("utf-16-be"), "holds a character that no text has (U+0000)"),
            (OURS.encode().replace(b"from", b"fr\xf6m"), "is not UTF-8 (byte 0xF6)"),
            (b"type,low,low,,\n", "has several columns called 'low'"),
            (b"typ,from\ninvestment,A\n", "has no column 'type' (did you mean 'typ'?)"),
            (b'"type,from\n', "quotation mark"),
            (b"x" * 300_000, "is longer than 100,000 characters"),
        ],
    )
    def test_what_is_no_list(self, tmp_path: Path, text: bytes, told: str):
        assert told in refused(tmp_path, text).what

    def test_a_file_that_is_not_there_and_a_folder(self, tmp_path: Path):
        for path in (tmp_path / "none.csv", tmp_path):
            with pytest.raises(Trouble) as caught:
                list(tables.read(path).claims)
            assert "cannot be read" in caught.value.problem.what

    @pytest.mark.parametrize(
        ("bad", "told"),
        [
            ("investment,A,B", "has 3 cells where the header has 10"),
            (GOOD.strip() + ",surplus", "has 11 cells where the header has 10"),
            (GOOD.strip().replace("Eastmarch", '"Eastmarch'), "quotation mark"),
            (GOOD.strip().replace("Eastmarch", '"East"march'), "quotation mark"),
            (GOOD.strip().replace("Eastmarch", "East\0march"), "U+0000"),
            (GOOD.strip().replace("Eastmarch", "East\x1b[2Jmarch"), "U+001B"),
            (GOOD.strip().replace("Eastmarch", "East\udce4march"), "is not UTF-8 (byte 0xE4)"),
            (GOOD.strip().replace("Eastmarch", "x" * 250_000), "is longer than 100,000 characters"),
            (GOOD.strip().replace("Eastmarch", '"' + "\n" * 80 + '"'), "quotation mark"),
            (GOOD.strip().replace("4,4", "4,x"), "'x' is not a number"),
            (GOOD.strip().replace("4,4", "1e99,1e99"), "is not a number"),
            (GOOD.strip().replace("Eastmarch,Dovecote AI", ","), "names no"),
        ],
    )
    def test_a_bad_row_never_hides_the_next(self, tmp_path: Path, bad: str, told: str):
        text = OURS + GOOD + bad + "\n" + GOOD.replace("Dovecote", "Fennimore")
        claims, found = listed(tmp_path, text.encode("utf-8", "surrogateescape"))
        assert [c.role("investee") for c in claims] == ["Dovecote AI", "Fennimore AI"]
        first = found.tally.problems[0]
        assert told in first.what
        assert first.where.startswith("legs.csv:3")
        assert first.remedy

    def test_lines_are_counted_through_quoted_line_ends_and_blank_lines(self, tmp_path: Path):
        """Header 1, a row on lines 2 and 3, blank 4, empty cells 5, the bad row 6."""
        two = GOOD.replace("Eastmarch", '"East\nmarch"')
        claims, found = listed(tmp_path, OURS + two + "\n" + ",,,,,,,,,\n" + GOOD.replace("4,4", "4,x"))
        assert [c.role("investor") for c in claims] == ["East march"]
        assert [p.where for p in found.tally.problems] == ["legs.csv:6, column high"]
        assert found.tally.rows == 2

    def test_surplus_empty_cells_are_no_matter(self, tmp_path: Path):
        claims, found = listed(tmp_path, OURS.strip() + ",,\n" + GOOD + GOOD.strip() + ",,,,,\n")
        assert (len(claims), found.tally.problems) == (2, [])

    def test_after_a_hundred_bad_rows_the_others_are_counted(self, tmp_path: Path):
        claims, found = listed(tmp_path, OURS + GOOD + "investment\n" * 1_234)
        assert len(claims) == 1
        assert len(found.tally.problems) == 101
        assert found.tally.problems[-1].what == "and 1,134 more that make no claim"

    def test_memory_does_not_grow_with_the_list(self, tmp_path: Path):
        """20,000 rows that are good, bad or blank are read in less memory than the file itself takes."""
        path = tmp_path / "long.csv"
        path.write_text(OURS + (GOOD + "investment\n\n") * 20_000, encoding="utf-8")
        found = tables.read(path)
        tracemalloc.start()
        assert sum(1 for _ in found.claims) == 20_000
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert peak < 1_000_000 < path.stat().st_size


CELL = st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from('\n",;'), max_size=12)


@given(names=st.lists(st.tuples(CELL, CELL), min_size=1, max_size=6), delimiter=st.sampled_from(",;\t"))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_well_formed_list_is_read_cell_for_cell(tmp_path: Path, names: list[tuple[str, str]], delimiter: str):
    """Whatever a spreadsheet quotes comes back as it was, but for the white space around and between words."""
    out = io.StringIO()
    table = csv.writer(out, delimiter=delimiter)
    table.writerows([["type", "from", "to", "said_on"], *(["investment", *pair, "2030"] for pair in names)])
    claims, found = listed(tmp_path, out.getvalue())
    told = [tuple(tuple(c.roles.get(role, ())) for role in ("investor", "investee")) for c in claims]
    tidy = [tuple(_names(cell) for cell in pair) for pair in names]
    assert told == [pair for pair in tidy if any(pair)]
    assert found.tally.refused == sum(not any(pair) for pair in tidy)


def _names(cell: str) -> tuple[str, ...]:
    return tuple(filter(None, (" ".join(name.split()) for name in cell.split(";"))))


@given(raw=st.binary(max_size=300) | st.text('a,;"\n\r\t \0', max_size=200).map(str.encode))
@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_the_bytes_are_every_line_is_a_claim_or_a_problem(tmp_path: Path, raw: bytes):
    try:
        claims, found = listed(tmp_path, OURS.encode() + raw + b"\n" + GOOD.encode())
    except Trouble as trouble:
        pytest.fail(f"the list broke off: {trouble}")
    assert claims
    assert claims[-1].role("investee") == "Dovecote AI"
    assert found.tally.rows == len(claims) + found.tally.refused


class TestShipped:
    def test_the_example_list_by_hand(self):
        """4 purchases, 4 investments, a backstop, a grant, a loan and a licence are 12 legs; the investment of the
        programme stands outside the totals, which leaves 11.
        """
        found = tables.read(SHIPPED / "circular_deals_example.csv", maps.load(SHIPPED / "circular_deals.toml"))
        claims = list(found.claims)
        assert found.tally.problems == []
        assert found.tally.left_out == {"in_totals = 0": 1}
        assert Counter(c.type for c in claims) == {
            "capacity_commitment": 4,
            "investment": 3,
            "guarantee": 1,
            "equity_warrant": 1,
            "debt": 1,
            "licensing": 1,
        }
        assert len({c.claim_id for c in claims}) == len(claims) == 11

    def test_statuses_stand_where_the_ladder_puts_them(self):
        """reported is a rumour, announced a plan its parties speak of, closed completed, superseded at an end."""
        found = tables.read(SHIPPED / "circular_deals_example.csv", maps.load(SHIPPED / "circular_deals.toml"))
        told = {(c.type, c.status): c for c in found.claims}
        assert {status for _, status in told} == {"rumoured", "planned", "signed", "completed", "terminated"}
        assert "announced" in told["investment", "planned"].flags
        assert told["investment", "terminated"].polarity == "negative"
        assert told["capacity_commitment", "signed"].terms["condition"]
        assert not told["guarantee", "completed"].terms

    def test_sides_of_every_kind_of_leg(self):
        found = tables.read(SHIPPED / "circular_deals_example.csv", maps.load(SHIPPED / "circular_deals.toml"))
        sides = {c.type: c.roles for c in found.claims}
        assert sides["guarantee"] == {"guarantor": ("Fennimore",), "beneficiary": ("Greyhollow Halls",)}
        assert sides["equity_warrant"] == {"holder": ("Fennimore",), "issuer": ("Greyhollow Halls",)}
        assert sides["debt"] == {"lender": ("Eastmarch Chips",), "borrower": ("Greyhollow Halls",)}
        assert sides["licensing"] == {"licensee": ("Fennimore",), "licensor": ("Dovecote AI",)}


class TestJourney:
    @pytest.fixture
    def store(self, tmp_path: Path):
        with Store.create(tmp_path / "book.db", recorded=NOON) as store:
            yield store

    def test_a_list_comes_in_once(self, store: Store):
        example, mapping = SHIPPED / "circular_deals_example.csv", SHIPPED / "circular_deals.toml"
        first = desk.import_file(store, example, mapping)
        again = desk.import_file(store, example, mapping)
        assert (first.name, first.new, first.known, first.rows) == ("circular deals", 11, 0, 12)
        assert (again.new, again.known) == (0, 11)
        assert len(store.claims()) == 11

    def test_the_latest_list_of_a_name_stands(self, store: Store, tmp_path: Path):
        path = tmp_path / "legs.csv"
        path.write_text(OURS + GOOD + GOOD.replace("Dovecote", "Fennimore"), encoding="utf-8")
        desk.import_file(store, path)
        path.write_text(OURS + GOOD + GOOD.replace("Dovecote", "Greyhollow"), encoding="utf-8")
        assert desk.import_file(store, path)[1:3] == (1, 1)
        standing = [s.claim.role("investee") for s in store.claims() if s.current]
        assert standing == ["Dovecote AI", "Greyhollow AI"]

    def test_good_rows_go_in_and_bad_ones_are_listed_in_the_book(self, store: Store, tmp_path: Path):
        path = tmp_path / "legs.csv"
        path.write_text(OURS + GOOD + GOOD.replace("4,4", "4,x"), encoding="utf-8")
        done = desk.import_file(store, path)
        assert (done.new, done.rows, len(done.problems)) == (1, 2, 1)
        assert store.problems() == list(done.problems)

    def test_a_file_without_a_good_row_leaves_the_former_list_standing(self, store: Store, tmp_path: Path):
        path = tmp_path / "legs.csv"
        path.write_text(OURS + GOOD, encoding="utf-8")
        desk.import_file(store, path)
        for text in (OURS + GOOD.replace("4,4", "4,x"), OURS, "PK\x03\x04"):
            path.write_text(text, encoding="utf-8")
            done = desk.import_file(store, path)
            assert (done.new, len(done.problems)) == (0, 1)
            assert done.problems[0] in store.problems()
        assert [s.current for s in store.claims()] == [True]


def test_a_list_beyond_all_bounds_is_read_to_the_bound_and_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr(tables, "MOST_ROWS", 3)
    path = tmp_path / "long.csv"
    path.write_text(
        "id,type,from,to,source\n" + "".join(f"{n},investment,A{n},B,S\n" for n in range(9)), encoding="utf-8"
    )
    found = tables.read(path)
    assert len(list(found.claims)) == 3
    assert [(p.where, "not read" in p.what) for p in found.tally.problems] == [("long.csv:5", True)]
