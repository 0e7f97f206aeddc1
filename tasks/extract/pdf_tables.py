"""Ruled tables of a PDF page: text put into the cells of its grids."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

import pymupdf

from tasks.extract.parsed import Box
from tasks.extract.pdf_grids import Cell, Grid, find_grids
from tasks.extract.pdf_lines import FLAGS, Line, PageLines
from tasks.extract.pdf_order import Row
from tasks.extract.pdf_paragraphs import Paragraph, join_lines
from tasks.extract.pdf_table_text import Filled, html_table, markdown_table

# Of the cells of a table that have text, and at least so many of them.
_MIN_FILLED: Final = 0.2
_MIN_CELLS: Final = 3
# Of the outer sides of a table that are drawn; figures need none.
_CLOSED: Final = 0.7
# Code points of a cell; a column of a page in a frame is no cell.
_MAX_CELL_CHARS: Final = 2500
_NUMBER: Final = re.compile(r"[-+−(（$¥￥€£]*\d[\d,.，]*\s*[%％)）]*|[-–—/\\]+|n\.?a\.?|不适用", re.IGNORECASE)
_CUT_NUMBER: Final = re.compile(r"[-(]?\d[\d,]*[,.]?\d*")


def take_tables(page: Any, lines: PageLines) -> list[Paragraph]:
    """Ruled tables on the page, top to bottom; their lines are taken out of `lines`.

    Args:
        page: `pymupdf.Page`; asked for characters only where a line runs through a side of a cell.
        lines: Of that page.
    """
    if len(lines.flat) + len(lines.upright) < 3 or not lines.lines:
        return []
    tables = []
    letters = _Letters(page)
    for grid in find_grids(lines.flat, lines.upright):
        inside = [line for line in lines.lines if is_within(line, grid.box)]
        if len(inside) < 2:
            continue
        lefts = _left_sides(grid)
        held = _hold(grid, [part for line in inside for part in _parts(letters, line, grid, lefts)])
        if not _is_table(grid, held):
            continue
        gone = set(map(id, inside))
        lines.lines = [line for line in lines.lines if id(line) not in gone]
        filled, sides = _filled(*_split_rows(grid, held), grid.xs)
        tables.append(table_paragraph(filled, lines.number, grid.box, inside, sides))
    return tables


def table_paragraph(filled: Filled, page: int, box: Box, lines: Sequence[Line], sides: Sequence[float]) -> Paragraph:
    """A table of cells with their texts; `sides` are those of its columns."""
    row = Row(list(lines), *box)
    paragraph = Paragraph([row], "table", page, markdown_table(filled), box=box, size=lines[0].size)
    paragraph.html, paragraph.cells, paragraph.sides = html_table(filled), filled, list(sides)
    return paragraph


def is_number(text: str) -> bool:
    """Whether a cell holds a figure, or says that there is none."""
    return bool(_NUMBER.fullmatch(text.strip()))


def is_within(line: Line, box: Box) -> bool:
    """Whether the middle of a line lies in a box."""
    x, y = (line.x0 + line.x1) / 2, (line.y0 + line.y1) / 2
    return bool(box[0] - 1 <= x <= box[2] + 1 and box[1] - 1 <= y <= box[3] + 1)


def cell_text(lines: Sequence[Line]) -> str:
    """Lines of a cell, top to bottom, as one; a number that was too wide for it is whole again."""
    text = ""
    at: Line | None = None
    for line in sorted(lines, key=lambda line: (round((line.y0 + line.y1) / 6), line.x0)):
        said = line.text.strip()
        if at is not None and abs(line.y0 - at.y0) < 0.5 * at.size:
            text += said if line.x0 - at.x1 < 0.15 * at.size else f" {said}"
        elif _CUT_NUMBER.fullmatch(text) and _CUT_NUMBER.fullmatch(said) and ("," in text or "." in said):
            text += said
        else:
            text = join_lines(text, said)
        at = line
    return text


def _hold(grid: Grid, lines: Sequence[Line]) -> list[tuple[Cell, list[Line]]]:
    """Cells and the lines whose middles they hold."""
    held = [(cell, list[Line]()) for cell in grid.cells]
    owner = {
        (row, column): index
        for index, (cell, _) in enumerate(held)
        for row in range(cell.row, cell.row + cell.rows)
        for column in range(cell.column, cell.column + cell.columns)
    }
    for line in lines:
        row = _place(grid.ys, (line.y0 + line.y1) / 2)
        held[owner[row, _place(grid.xs, (line.x0 + line.x1) / 2)]][1].append(line)
    return held


def _place(sides: Sequence[float], value: float) -> int:
    return min(max(bisect_right(sides, value) - 1, 0), len(sides) - 2)


class _Letters:
    """Characters of the lines of a page with their places, read when first asked for: it takes as long as the page."""

    def __init__(self, page: Any) -> None:
        self._page = page
        self._lines: dict[tuple[float, ...], list[tuple[str, float, float]]] | None = None

    def of(self, line: Line) -> list[tuple[str, float, float]]:
        """Characters of a line with their left and right sides; none for a line that was turned upright."""
        if self._lines is None:
            content = self._page.get_text("rawdict", flags=FLAGS & ~pymupdf.TEXT_COLLECT_VECTORS)
            self._lines = {
                tuple(line["bbox"]): [(c["c"], c["bbox"][0], c["bbox"][2]) for s in line["spans"] for c in s["chars"]]
                for block in content["blocks"]
                for line in block["lines"]
            }
        return self._lines.get((line.x0, line.y0, line.x1, line.y1), [])


def _left_sides(grid: Grid) -> list[list[float]]:
    """The left sides of the cells of each row, in order."""
    lefts: list[list[float]] = [[] for _ in grid.ys[1:]]
    for cell in grid.cells:
        for row in range(cell.row, cell.row + cell.rows):
            lefts[row].append(grid.xs[cell.column])
    return [sorted(row) for row in lefts]


def _parts(letters: _Letters, line: Line, grid: Grid, lefts: Sequence[Sequence[float]]) -> list[Line]:
    """A line, cut where it runs through a side of its row's cells."""
    sides = lefts[_place(grid.ys, (line.y0 + line.y1) / 2)]
    cuts = sides[bisect_right(sides, line.x0 + 2) : bisect_left(sides, line.x1 - 2)]
    if not cuts:
        return [line]
    parts: list[Line] = []
    place = -1
    for char, x0, x1 in letters.of(line):
        if char.isspace():
            if parts:
                parts[-1].text += char
            continue
        if (now := bisect_right(cuts, (x0 + x1) / 2)) == place:
            parts[-1].text, parts[-1].x1 = parts[-1].text + char, x1
        else:
            parts.append(replace(line, text=char, x0=x0, x1=x1))
            place = now
    return parts or [line]


def _is_table(grid: Grid, held: Sequence[tuple[Cell, list[Line]]]) -> bool:
    """Whether a grid is one of a table, not of boxes and arrows, a frame around a page, or boxes side by side."""
    filled = [(cell, lines) for cell, lines in held if lines]
    if len(filled) < max(_MIN_CELLS, _MIN_FILLED * len(held)) or len({cell.column for cell, _ in filled}) < 2:
        return False
    if max(sum(len(line.text) for line in lines) for _, lines in filled) > _MAX_CELL_CHARS:
        return False
    single = sum(cell.rows == cell.columns == 1 for cell, _ in held)
    slots = (len(grid.xs) - 1) * (len(grid.ys) - 1)
    even = single == slots and len(filled) >= 0.6 * slots
    if (
        grid.closed < _CLOSED
        and not even
        and sum(is_number(cell_text(lines)) for _, lines in filled) < 0.3 * len(filled)
    ):
        return False
    if len(grid.ys) == 2:
        return any(len(lines) > 1 and _are_figures(lines) for _, lines in filled)
    return len(filled) >= 2 * _MIN_CELLS or (single >= 0.5 * slots and (slots > 4 or even))


def _split_rows(
    grid: Grid, held: Sequence[tuple[Cell, list[Line]]]
) -> tuple[int, list[tuple[int, int, Cell, list[Line]]]]:
    """Rows between whose lines no rule was drawn, parted where a column of figures has several.

    Returns:
        How many rows there are, and first row, number of rows, cell and lines of each cell.
    """
    bands: list[list[float]] = []
    for row in range(len(grid.ys) - 1):
        alone = [(cell, lines) for cell, lines in held if cell.row == row and cell.rows == 1]
        figures = [lines for cell, lines in alone if cell.column and len(lines) > 1 and _are_figures(lines)]
        bands.append(_baselines([line for _, lines in alone for line in lines]) if figures else [0.0])
    first = [sum(len(band) for band in bands[:row]) for row in range(len(bands) + 1)]
    out = []
    for cell, lines in held:
        start, end = first[cell.row], first[cell.row + cell.rows]
        if cell.rows > 1 or end - start == 1:
            out.append((start, end - start, cell, lines))
            continue
        for index, line_y in enumerate(bands[cell.row]):
            on = [line for line in lines if _nearest(bands[cell.row], line.y1) == line_y]
            out.append((start + index, 1, cell, on))
    return first[-1], out


def _are_figures(lines: Sequence[Line]) -> bool:
    """Whether each line is a figure of its own, none one that goes on in the next."""
    return all(is_number(line.text) and not line.text.rstrip().endswith((",", ".")) for line in lines)


def _baselines(lines: Sequence[Line]) -> list[float]:
    found: list[float] = []
    for line in sorted(lines, key=lambda line: line.y1):
        if not found or line.y1 - found[-1] > 0.5 * line.size:
            found.append(line.y1)
    return found


def _nearest(places: Sequence[float], value: float) -> float:
    return min(places, key=lambda place: abs(place - value))


def _filled(
    count: int, parts: Sequence[tuple[int, int, Cell, list[Line]]], xs: Sequence[float]
) -> tuple[Filled, list[float]]:
    """Texts of the cells, without rows and columns in which no cell has text, and the sides of those columns."""
    texts = [(Cell(row, cell.column, rows, cell.columns), cell_text(lines)) for row, rows, cell, lines in parts]
    rows = sorted({cell.row for cell, text in texts if text})
    columns = sorted({cell.column for cell, text in texts if text})
    row_of = {row: sum(r < row for r in rows) for row in range(count + 1)}
    last = max(cell.column + cell.columns for cell, _ in texts)
    column_of = {column: sum(c < column for c in columns) for column in range(last + 1)}
    kept = []
    for cell, text in texts:
        high = row_of[min(cell.row + cell.rows, count)] - row_of[cell.row]
        wide = column_of[cell.column + cell.columns] - column_of[cell.column]
        if high > 0 and wide > 0:
            kept.append((Cell(row_of[cell.row], column_of[cell.column], high, wide), text))
    return sorted(kept, key=lambda one: (one[0].row, one[0].column)), [*(xs[column] for column in columns), xs[-1]]
