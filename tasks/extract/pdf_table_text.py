"""A table of a PDF as Markdown and as HTML: its cells have their places, those of office tables follow one another."""

from collections.abc import Sequence

from tasks.extract import table_cells
from tasks.extract.pdf_grids import Cell

Filled = Sequence[tuple[Cell, str]]


def markdown_table(filled: Filled) -> str:
    """A pipe table; the first row is its head. A merged cell says the same in each row and column it covers."""
    columns = max(cell.column + cell.columns for cell, _ in filled)
    height = max(cell.row for cell, _ in filled) + 1
    rows = [[""] * columns for _ in range(height)]
    for cell, text in filled:
        wide = 1 if table_cells.says_once(cell.columns, columns) else cell.columns
        for row in rows[cell.row : cell.row + cell.rows]:
            row[cell.column : cell.column + wide] = [text] * wide
    return table_cells.pipe_table(rows)


def html_table(filled: Filled) -> str:
    """The table with `colspan` and `rowspan`."""
    rows: list[list[table_cells.Cell]] = [[] for _ in range(max(cell.row for cell, _ in filled) + 1)]
    for cell, text in filled:
        rows[cell.row].append(table_cells.Cell(" ".join(text.split()), cell.columns, cell.rows))
    return table_cells.table_html(rows)
