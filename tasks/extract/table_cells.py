"""Tables of office files and web pages: cells with their spans, as Markdown and as HTML."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

# A spreadsheet has a million rows of sixteen thousand columns; a text has not.
_MAX_SPAN: Final = 256
_MAX_COLUMNS: Final = 1024


@dataclass(frozen=True)
class Cell:
    """One cell.

    Args:
        text: Its words on one line.
        columns: How many columns it covers.
        rows: How many rows it covers.
    """

    text: str
    columns: int = 1
    rows: int = 1


def _covers(rows: Sequence[Sequence[Cell]]) -> list[bool]:
    """Of each row whether all it has are merged cells that go on below: it says nothing of its own."""
    return [bool(row) and all(cell.rows > 1 or not cell.text for cell in row) and y + 1 < len(rows)
            and any(cell.rows > 1 and cell.text for cell in row) for y, row in enumerate(rows)]  # fmt: skip


def fill_grid(rows: Sequence[Sequence[Cell]]) -> list[list[str]]:
    """Every row with a value in every column.

    A merged cell says the same in each column and row it covers: a row read by itself, as a reader of chunks does,
    has its group and its head (decision 0060). One across the whole table, a title or a note, says it once.

    Source: the table model of HTML, "forming a table" (WHATWG HTML, 4.9.12).
    """
    grid: list[dict[int, str]] = [{} for _ in rows]
    across: list[tuple[int, int, int]] = []
    for y, row in enumerate(rows):
        x = 0
        for cell in row:
            while x in grid[y]:
                x += 1
            width = min(cell.columns, _MAX_SPAN, _MAX_COLUMNS - x)
            for below in range(y, min(len(rows), y + min(cell.rows, _MAX_SPAN))):
                for column in range(x, x + width):
                    grid[below].setdefault(column, cell.text)
                across.append((below, x, width))
            x += max(width, 0)
    width = max((max(row, default=-1) + 1 for row in grid), default=0)
    for y, x, covered in across:
        if says_once(covered, width):
            grid[y] = {x: grid[y][x]}
    return [[row.get(x, "") for x in range(width)] for row in grid]


def table_markdown(rows: Sequence[Sequence[Cell]]) -> str:
    """A pipe table (GitHub Flavored Markdown 0.29, 4.10), its first row the head; "" where no cell says anything."""
    grid = [row for row, covers in zip(fill_grid(rows), _covers(rows), strict=True) if any(row) and not covers]
    used = [x for x in range(len(grid[0]) if grid else 0) if any(row[x] for row in grid)]
    if not used:
        return ""
    return pipe_table([[row[x] for x in used] for row in grid])


def says_once(covered: int, columns: int) -> bool:
    """Whether a cell that covers so many of a table's columns is a title or a note of it, no label of its columns."""
    return 1 < columns <= covered


def pipe_table(rows: Sequence[Sequence[str]]) -> str:
    """A pipe table of rows of one length, the first its head."""
    lines = ["| " + " | ".join(map(escaped, row)) + " |" for row in rows]
    return "\n".join([lines[0], "|" + " --- |" * len(rows[0]), *lines[1:]])


def table_html(rows: Sequence[Sequence[Cell]]) -> str:
    """The same cells with `colspan` and `rowspan`."""
    return "<table>" + "".join(f"<tr>{''.join(map(_td, row))}</tr>" for row in rows) + "</table>"


def _td(cell: Cell) -> str:
    spans = "".join(
        f' {name}="{min(count, _MAX_SPAN)}"'
        for name, count in (("colspan", cell.columns), ("rowspan", cell.rows))
        if count > 1
    )
    return f"<td{spans}>{escape(cell.text)}</td>"


def escaped(text: str) -> str:
    """A text as a cell of a pipe table."""
    return " ".join(text.split()).replace("|", "\\|")
