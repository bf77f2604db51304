"""No text becomes a formula in a spreadsheet, however it parts the file, and reading gives every text back."""

import csv
import io

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from litesubs.domain import sheets

ANY = st.text() | st.text("=+-@;,\t\r\n\"' a1\uff1d", max_size=12)
COLUMNS = {name: (name,) for name in ("name", "email", "pack")}


def file_of(*rows: list[str]) -> str:
    """The rows as a file, each text made safe."""
    return "".join(sheets.lines([[sheets.cell(text) for text in row] for row in rows]))


@given(ANY)
@example("'=1")
@example("; '' =1")
@example("\t=1")
@example('a;"=1')
def test_a_cell_is_read_as_the_text_that_it_was_made_of(text: str) -> None:
    assert sheets.plain(sheets.cell(text)) == text


@given(st.lists(st.tuples(ANY, ANY, ANY), min_size=1, max_size=3))
@example([("A;=cmd|'/C calc'!A0", "a@example.com", "A\t=1")])
@example([("x", 'A;"=1', "; =1")])
@example([("x", "a,b\n=1", 'a,b;"')])
def test_no_cell_begins_with_a_formula_whatever_parts_the_file(rows: list[tuple[str, str, str]]) -> None:
    written = file_of(*map(list, rows)).removeprefix("\ufeff")
    for separator in sheets.SEPARATORS:
        cells = [text for row in csv.reader(io.StringIO(written, newline=""), delimiter=separator) for text in row]
        assert [text for text in cells if sheets.FORMULA.match(text.lstrip())] == []


@given(st.lists(st.tuples(ANY, ANY), min_size=1, max_size=3))
def test_a_file_that_was_written_is_read_as_it_was(rows: list[tuple[str, str]]) -> None:
    written = file_of(["name", "email", "pack"], *(["x", *row] for row in rows))
    read = sheets.read(written.encode(), COLUMNS).rows
    assert [(row.cells["email"], row.cells["pack"]) for row in read] == [(a.strip(), b.strip()) for a, b in rows]


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("A;=cmd|'/C calc'!A0", "A;'=cmd|'/C calc'!A0"),
        ("=1", "'=1"),
        ("+45 12", "'+45 12"),
        ("a@example.com", "a@example.com"),
        ("Ann - \u2013 Lee; Bo", "Ann - \u2013 Lee; Bo"),
    ],
)
def test_only_what_could_begin_a_formula_gets_an_apostrophe(text: str, written: str) -> None:
    assert sheets.cell(text) == written
