"""Workbooks to Markdown with blocks: a heading for each sheet, a table for each stretch of rows. Runs in the sandbox.

Read by calamine: xlsx, xlsm, xlsb, ods and the xls of before 2007, values as they were last computed.
"""

import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from io import BytesIO
from pathlib import PurePosixPath
from typing import Any, Final

from python_calamine import CalamineWorkbook, SheetTypeEnum

from tasks.extract.charts import add_chart
from tasks.extract.inline_text import one_line
from tasks.extract.parsed import MarkdownBuilder, Parsed, ParseError, Picture
from tasks.extract.settings import ExtractCause
from tasks.extract.table_cells import Cell, table_html, table_markdown

_MAX_CELLS: Final = 5_000_000
_MIDNIGHT: Final = time(0, 0)
_PICTURES: Final = frozenset({".png", ".jpg", ".jpeg", ".gif", ".bmp", ".tif", ".tiff", ".emf", ".wmf", ".webp"})


def parse_xlsx(data: bytes) -> Parsed:
    """Read a workbook; hidden sheets are read, sheets without a value are not."""
    book = CalamineWorkbook.from_filelike(BytesIO(data))
    builder = MarkdownBuilder()
    number = 0
    for about in book.sheets_metadata:
        if about.typ != SheetTypeEnum.WorkSheet:
            continue
        number += 1
        sheet = book.get_sheet_by_name(about.name)
        if sheet.total_height * sheet.total_width > _MAX_CELLS:
            raise ParseError(ExtractCause.TOO_LARGE, f"a sheet of more than {_MAX_CELLS} cells: data, not a document")
        if not sheet.height:
            continue
        merged = _merged(sheet)
        builder.add("heading", f"# {one_line(about.name)}", level=1, page=number)
        for rows in _stretches(sheet.to_python(skip_empty_area=False), merged):
            _add(builder, rows, number)
    pictures = []
    for name, blob in _members(data, "xl/"):
        if name.startswith("xl/charts/") and name.endswith(".xml"):
            add_chart(builder, blob)
        elif PurePosixPath(name).suffix.lower() in _PICTURES:
            pictures.append(Picture(blob, PurePosixPath(name).suffix[1:].lower(), block=builder.add_picture()))
    return Parsed(builder.text, builder.blocks, pictures, n_pages=number or None)


def _add(builder: MarkdownBuilder, rows: list[list[Cell]], page: int) -> None:
    filled = [cell.text for row in rows for cell in row if cell.text]
    if len(filled) == 1 or all(sum(bool(cell.text) for cell in row) <= 1 for row in rows):
        # A note above or below a table.
        for text in filled:
            builder.add("paragraph", text, page=page)
        return
    builder.add("table", table_markdown(rows), page=page, html=table_html(rows))


def _merged(sheet: Any) -> dict[tuple[int, int], tuple[int, int]]:
    """Rows and columns of merged cells, by their first cell."""
    ranges = sheet.merged_cell_ranges or []
    return {first: (last[0] - first[0] + 1, last[1] - first[1] + 1) for first, last in ranges}


def _stretches(
    values: Sequence[Sequence[Any]], merged: dict[tuple[int, int], tuple[int, int]]
) -> Iterator[list[list[Cell]]]:
    """Rows between empty ones, each from the first column that has a value in any of them."""
    covered = {
        (y + dy, x + dx)
        for (y, x), (rows, columns) in merged.items()
        for dy in range(min(rows, 1024))
        for dx in range(min(columns, 256))
        if dy or dx
    }
    stretch: list[tuple[int, Sequence[Any]]] = []
    for y, row in enumerate([*values, []]):
        if any(value not in ("", None) for value in row) or any((y, x) in covered for x in range(len(row))):
            stretch.append((y, row))
        elif stretch:
            yield _cut(stretch, merged, covered)
            stretch = []


def _cut(
    stretch: Sequence[tuple[int, Sequence[Any]]],
    merged: dict[tuple[int, int], tuple[int, int]],
    covered: set[tuple[int, int]],
) -> list[list[Cell]]:
    used = [x for _, row in stretch for x, value in enumerate(row) if value not in ("", None)]
    first, last = min(used, default=0), max(used, default=0)
    return [
        [
            Cell(cell_text(row[x] if x < len(row) else ""), columns, rows)
            for x in range(first, last + 1)
            if (y, x) not in covered
            for rows, columns in [merged.get((y, x), (1, 1))]
        ]
        for y, row in stretch
    ]


def cell_text(value: Any) -> str:
    """A value as a reader sees it: 12 for 12.0, dates as in ISO 8601."""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float):
        # Fifteen digits are what a spreadsheet keeps.
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else f"{value:.15g}"
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == _MIDNIGHT else value.isoformat(" ", "seconds")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value)
    return one_line(str(value))


def _members(data: bytes, folder: str) -> Iterator[tuple[str, bytes]]:
    """Members of an Office Open XML container in order of name; none where it is another."""
    if not data.startswith(b"PK"):
        return
    with zipfile.ZipFile(BytesIO(data)) as archive:
        for name in sorted(archive.namelist()):
            if name.startswith((f"{folder}media/", f"{folder}charts/")):
                yield name, archive.read(name)
