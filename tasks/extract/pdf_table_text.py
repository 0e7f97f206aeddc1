"""A table as Markdown and as HTML."""

from collections.abc import Sequence
from html import escape

from tasks.extract.pdf_grids import Cell

Filled = Sequence[tuple[Cell, str]]


def markdown_table(cells: Sequence[Sequence[str | None]], *, head: bool = True) -> str:
    """A pipe table; the first row is its head. None (a cell merged into its neighbour) is empty.

    Args:
        cells: Texts by row.
        head: Without it there are rows only, to go on with a table of the page before.
    """
    columns = max(len(row) for row in cells)
    rows = [[_cell(value) for value in row] + [""] * (columns - len(row)) for row in cells]
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    if head:
        lines.insert(1, "|" + " --- |" * columns)
    return "\n".join(lines)


def table_rows(filled: Filled) -> list[list[str]]:
    """Texts by row; that of a merged cell stands in its first place."""
    columns = max(cell.column + cell.columns for cell, _ in filled)
    rows = [[""] * columns for _ in range(max(cell.row for cell, _ in filled) + 1)]
    for cell, text in filled:
        rows[cell.row][cell.column] = text
    return rows


def html_table(filled: Filled) -> str:
    """The table with `colspan` and `rowspan`."""
    rows: list[str] = [""] * (max(cell.row for cell, _ in filled) + 1)
    for cell, text in filled:
        spans = "".join(
            f' {name}="{count}"' for name, count in (("colspan", cell.columns), ("rowspan", cell.rows)) if count > 1
        )
        rows[cell.row] += f"<td{spans}>{escape(' '.join(text.split()))}</td>"
    return "<table>" + "".join(f"<tr>{row}</tr>" for row in rows) + "</table>"


def _cell(value: str | None) -> str:
    return " ".join((value or "").split()).replace("|", "\\|")
