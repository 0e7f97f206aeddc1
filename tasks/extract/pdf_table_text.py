"""A table as Markdown and as HTML."""

from collections.abc import Sequence

from tasks.extract import table_cells
from tasks.extract.pdf_grids import Cell

Filled = Sequence[tuple[Cell, str]]


def markdown_table(cells: Sequence[Sequence[str | None]], *, head: bool = True) -> str:
    """A pipe table; the first row is its head. None (a cell merged into its neighbour) is empty.

    Args:
        cells: Texts by row.
        head: Without it there are rows only, to go on with a table of the page before.
    """
    columns = max(len(row) for row in cells)
    rows = [[table_cells.escaped(value or "") for value in row] + [""] * (columns - len(row)) for row in cells]
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
    rows: list[list[table_cells.Cell]] = [[] for _ in range(max(cell.row for cell, _ in filled) + 1)]
    for cell, text in filled:
        rows[cell.row].append(table_cells.Cell(" ".join(text.split()), cell.columns, cell.rows))
    return table_cells.table_html(rows)
