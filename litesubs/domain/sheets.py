"""Files that spreadsheets write and read: rows of text out of bytes, and text into cells.

Comma-separated values as RFC 4180 has them. What a spreadsheet would run as a formula is kept as text by an apostrophe
before it, as OWASP's page on CSV injection advises; reading takes that apostrophe off again, so nothing is lost.
In many countries Excel parts cells at semicolons, so a formula is guarded wherever one could begin.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

MOST_BYTES = 10_000_000
MOST_ROWS = 10_000  # about twenty seconds to import, as long as anybody waits
MOST_NAMED = 5
LONGEST_HEADER = 20_000  # characters
SENT_AT_ONCE = 32_000  # characters
SEPARATORS = (",", ";", "\t")
BYTE_ORDER_MARK = "\ufeff"  # without it Excel takes UTF-8 for the encoding of the country
ENCODINGS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
ZIP = b"PK\x03\x04"  # what an .xlsx, .ods or .numbers file begins with
FORMULA = re.compile("[=+\\-@\uff1d\uff0b\uff0d\uff20]")  # the last four are the full-width = + - @
CELL_BEGINS = r"(?:^|[;\t\r\n])[\s\"]*"  # wherever a file may be parted, by whichever separator
UNGUARDED = re.compile(f"({CELL_BEGINS})('*{FORMULA.pattern})")
GUARDED = re.compile(f"({CELL_BEGINS})'('*{FORMULA.pattern})")
UNREADABLE = "Line {:,} cannot be read: a quotation mark opens and does not close there, or it is far too long."
SAVE_AGAIN = "In the spreadsheet, choose Save as, then CSV UTF-8."


class SheetError(ValueError):
    """Why a file cannot be read, in one sentence or two: what is wrong and what to do."""


@dataclass(frozen=True)
class Row:
    """A row with something in it: the line of the file it begins on, and its cells by column.

    `formulas` are the columns whose cell a spreadsheet would run. `too_many` says that it has more cells than columns.
    """

    line: int
    cells: dict[str, str]
    formulas: frozenset[str]
    too_many: bool


@dataclass(frozen=True)
class Sheet:
    """A file's rows, and the names of the columns that are not wanted."""

    rows: list[Row]
    ignored: list[str]


def read(data: bytes, columns: Mapping[str, Sequence[str]]) -> Sheet:
    """The rows of a file that begins with its column names.

    `columns` maps each wanted column to the names that mean it, in lower case. Raises SheetError; a file that is too
    long is read no further than that shows.
    """
    if len(data) > MOST_BYTES:
        raise SheetError(f"The file is larger than {MOST_BYTES // 1_000_000} MB. Split it and import the parts.")
    try:
        return _read(io.TextIOWrapper(io.BytesIO(data), _encoding(data), newline=""), columns)
    except UnicodeError:
        raise SheetError(f"The file is not in UTF-8, so some letters would be lost. {SAVE_AGAIN}") from None


def cell(text: str) -> str:
    """`text` as a cell that every spreadsheet shows as it is, but for apostrophes, and runs never."""
    return UNGUARDED.sub(r"\1'\2", text)


def plain(text: str) -> str:
    """The text that `cell` made this of."""
    return GUARDED.sub(r"\1\2", text)


def lines(rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """The rows as a file's text, some at a time; cells are to be made safe before, with `cell`."""
    buffer = io.StringIO(BYTE_ORDER_MARK)
    buffer.seek(len(BYTE_ORDER_MARK))
    writer = csv.writer(buffer)
    for row in rows:
        writer.writerow(row)
        if buffer.tell() > SENT_AT_ONCE:
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue()


def _encoding(data: bytes) -> str:
    if data.startswith(ZIP):
        raise SheetError(f"This is a spreadsheet, not a CSV file. {SAVE_AGAIN}")
    return next((name for mark, name in ENCODINGS if data.startswith(mark)), "utf-8")


def _read(text: io.TextIOWrapper, columns: Mapping[str, Sequence[str]]) -> Sheet:
    separator, header, before = _header(text, columns)
    names = _wanted(header, columns)
    reader = csv.reader(text, delimiter=separator, strict=True)
    rows: list[Row] = []
    end = 0
    try:
        for cells in reader:
            if any(content.strip() for content in cells):
                rows.append(_row(before + end + 1, cells, names))
            end = reader.line_num
            if len(rows) > MOST_ROWS:
                raise SheetError(f"The file has more than {MOST_ROWS:,} rows. Split it and import the parts.")
    except csv.Error:
        raise SheetError(UNREADABLE.format(before + end + 1)) from None
    if not rows:
        raise SheetError("The file has column names and no rows. Add a line for each customer.")
    return Sheet(rows, [name for name, wanted in zip(header, names, strict=True) if name and not wanted])


def _row(line: int, cells: Sequence[str], names: Sequence[str]) -> Row:
    """A row that is shorter than the header ends in empty cells."""
    found = dict.fromkeys(filter(None, names), "")
    found |= {name: text.strip() for name, text in zip(names, cells, strict=False) if name}
    return Row(
        line,
        {name: plain(text) for name, text in found.items()},
        frozenset(name for name, text in found.items() if FORMULA.match(text)),
        too_many=any(text.strip() for text in cells[len(names) :]),
    )


def _header(text: io.TextIOWrapper, columns: Mapping[str, Sequence[str]]) -> tuple[str, list[str], int]:
    """The separator, the column names as written, and how many lines were read.

    The separator is the one that finds the most of the wanted columns: counting characters would be fooled by a name
    with a comma in it. Excel may begin with a line "sep=;".
    """
    known = {name for names in columns.values() for name in names}
    before = 0
    for line in text:
        before += 1
        if len(line) > LONGEST_HEADER:
            raise SheetError(UNREADABLE.format(before))
        if "\0" in line:
            raise SheetError(f"This is not a CSV file. {SAVE_AGAIN}")
        if not line.strip() or re.fullmatch(r"sep=.\s*", line):
            continue
        try:
            splits = {separator: _names(line, separator) for separator in SEPARATORS}
        except csv.Error:
            raise SheetError(UNREADABLE.format(before)) from None
        best = max(SEPARATORS, key=lambda separator: len({name.lower() for name in splits[separator]} & known))
        return best, splits[best], before
    raise SheetError("The file is empty. Choose one with a line for each customer.")


def _names(line: str, separator: str) -> list[str]:
    cells = next(csv.reader([line], delimiter=separator))
    return [" ".join(text.split()) for text in cells]


def _wanted(header: Sequence[str], columns: Mapping[str, Sequence[str]]) -> list[str]:
    """For each column of the file the wanted one that it is, or ""."""
    meaning = {name: column for column, names in columns.items() for name in names}
    wanted = [meaning.get(name.lower(), "") for name in header]
    missing = [column for column in columns if column not in wanted]
    if len(missing) == len(columns):
        raise SheetError(f"The first line must name the columns: {listed(list(columns))}.")
    if missing:
        which = "column" if len(missing) == 1 else "columns"
        raise SheetError(f"The file has no {which} {listed(missing)}. Name them in the first line.")
    for column in columns:
        twice = [name for name, meant in zip(header, wanted, strict=True) if meant == column]
        if len(twice) > 1:
            raise SheetError(f"The columns {listed(twice)} mean the same. Keep one of them.")
    return wanted


def listed(words: Sequence[str], last: str = "and") -> str:
    """ "a", "a and b", "a, b and c"; the sixth and later ones as a number."""
    named = [*words[:MOST_NAMED], f"{len(words) - MOST_NAMED} more"] if len(words) > MOST_NAMED else [*words]
    return f" {last} ".join([", ".join(named[:-1]), named[-1]] if len(named) > 1 else named)
