"""Tables without upright rules: rows whose cells stand below each other, most of them figures or short."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from tasks.extract.pdf_grids import Cell, Edge
from tasks.extract.pdf_order import Row
from tasks.extract.pdf_paragraphs import Paragraph, join_lines, row_text
from tasks.extract.pdf_tables import is_number, table_paragraph

# Cells stand at least this far apart, in units of the font size.
_GAP: Final = 0.8
# Rows of a table follow each other closer than this, in units of the font size.
_STEP: Final = 3.2
# At least so many rows of several cells; with rules above and below two.
_MIN_ROWS: Final = 3
# Of the cells beside the first column: figures, or short.
_MIN_FIGURES: Final = 0.6
_MIN_FIGURES_RULED: Final = 0.3
# Of all cells: in one column, alone in it.
_MIN_ALIGNED: Final = 0.8
# A cell is narrower than this, in units of the font size: a column of text is not.
_MAX_WIDTH: Final = 18.0
# A rule above or below a table is at most this far from its rows, in units of the font size.
_RULE_DISTANCE: Final = 2.5
_PAGE: Final = re.compile(r"(?:[.…·\s]*)(\d{1,4}|[ivxlc]{1,6})")


@dataclass(slots=True)
class _Group:
    """Lines of a row that stand together."""

    x0: float
    x1: float
    row: Row

    @property
    def text(self) -> str:
        return row_text(self.row)


def find_aligned(rows: Sequence[Row], flat: Sequence[Edge]) -> list[tuple[int, int, list[float]]]:
    """First row, row after the last one, and the sides of the columns of each table.

    Args:
        rows: Of a page or of one of its columns, top to bottom.
        flat: Rules that run across.
    """
    if sum(len(row.cells) > 1 for row in rows) < _MIN_ROWS - 1:
        return []
    groups = [_groups(row) for row in rows]
    found = []
    for first, last in _runs(rows, groups):
        start, end, ruled = _within_rules(rows, first, last, flat)
        if (sides := _columns(groups[start:end], ruled=ruled)) and not _is_contents(groups[start:end]):
            found.append((start, end, sides))
    return found


def aligned_table(rows: Sequence[Row], page: int, sides: Sequence[float]) -> Paragraph:
    """The table that `rows` are, its columns parted at `sides`."""
    filled: list[tuple[Cell, str]] = []
    number = -1
    for row in rows:
        placed = [(_columns_of(group, sides), group.text) for group in _groups(row)]
        if number >= 0 and _goes_on(placed):
            for (column, _), text in placed:
                _append(filled, number, column, text)
            continue
        number += 1
        taken = -1
        for (column, count), text in placed:
            if column <= taken:
                cell, before = filled[-1]
                filled[-1] = (cell, f"{before} {text}")
                continue
            filled.append((Cell(number, column, 1, count), text))
            taken = column + count - 1
    box = (min(r.x0 for r in rows), min(r.y0 for r in rows), max(r.x1 for r in rows), max(r.y1 for r in rows))
    return table_paragraph(_padded(filled, len(sides) - 1), page, box, [c for row in rows for c in row.cells], sides)


def _groups(row: Row) -> list[_Group]:
    if len(row.cells) == 1:
        return [_Group(row.x0, row.x1, row)]
    groups: list[_Group] = []
    for cell in row.cells:
        if groups and cell.x0 - groups[-1].x1 < _GAP * cell.size:
            groups[-1].row.cells.append(cell)
            groups[-1].x1 = max(groups[-1].x1, cell.x1)
        else:
            groups.append(_Group(cell.x0, cell.x1, Row([cell], cell.x0, cell.y0, cell.x1, cell.y1)))
    return groups


def _runs(rows: Sequence[Row], groups: Sequence[Sequence[_Group]]) -> list[tuple[int, int]]:
    """Stretches that begin and end with rows of several cells, at most two of one short cell between."""
    runs: list[tuple[int, int]] = []
    first = last = -1
    for index, row in enumerate(rows):
        near = first < 0 or row.y0 - rows[index - 1].y0 <= _STEP * row.cells[0].size
        if first >= 0 and (not near or index - last > 3 or _is_wide(row)):
            runs.append((first, last + 1))
            first = -1
        if len(groups[index]) > 1 and not _is_wide(row) and not row.cells[0].mono:
            first, last = (index if first < 0 else first), index
    if first >= 0:
        runs.append((first, last + 1))
    return [(a, b) for a, b in runs if sum(len(groups[i]) > 1 for i in range(a, b)) >= _MIN_ROWS - 1]


def _is_wide(row: Row) -> bool:
    return any(cell.x1 - cell.x0 > 1.5 * _MAX_WIDTH * cell.size for cell in row.cells)


def _within_rules(rows: Sequence[Row], first: int, last: int, flat: Sequence[Edge]) -> tuple[int, int, bool]:
    """The run from the rule above it to the one below, and whether there are both."""
    x0, x1 = min(row.x0 for row in rows[first:last]), max(row.x1 for row in rows[first:last])
    size = rows[first].cells[0].size
    top, bottom = rows[first].y0, rows[last - 1].y1
    wide = [e.at for e in flat if min(e.end, x1) - max(e.start, x0) > 0.7 * (x1 - x0)]
    wide = [at for at in wide if top - _RULE_DISTANCE * size < at < bottom + _RULE_DISTANCE * size]
    if len(wide) < 2 or wide[-1] - wide[0] < size:
        return first, last, False
    inside = [
        i for i, row in enumerate(rows) if wide[0] - 2 <= (row.y0 + row.y1) / 2 <= wide[-1] + 2 and not _is_wide(row)
    ]
    if not inside or inside[-1] - inside[0] + 1 != len(inside) or len(inside) < 2:
        return first, last, False
    return inside[0], inside[-1] + 1, True


def _columns(rows: Sequence[Sequence[_Group]], *, ruled: bool) -> list[float]:
    """Sides of the columns if the rows are a table, else nothing."""
    several = [row for row in rows if len(row) > 1]
    if len(several) < (_MIN_ROWS - 1 if ruled else _MIN_ROWS):
        return []
    sides = _sides(several)
    if len(sides) < 3:
        return []
    placed = [[_columns_of(group, sides) for group in row] for row in several]
    cells = [
        (place, group)
        for row, places in zip(several, placed, strict=True)
        for group, place in zip(row, places, strict=True)
    ]
    alone = sum(len({column for column, _ in places}) == len(places) for places in placed)
    single = sum(count == 1 for (_, count), _ in cells)
    if single < _MIN_ALIGNED * len(cells) or alone < _MIN_ALIGNED * len(placed):
        return []
    if len(cells) < 0.5 * len(several) * (len(sides) - 1):
        return []
    if not any(char.isalnum() for (column, _), group in cells if not column for char in group.text):
        return []  # Bullets and the items behind them.
    later = [group for (column, _), group in cells if column]
    figures = sum(_is_figure(group.text) for group in later)
    if figures < (_MIN_FIGURES_RULED if ruled else _MIN_FIGURES) * len(later):
        return []
    widths = sorted(
        (group.x1 - group.x0) / max(group.row.cells[0].size, 1.0) for (column, _), group in cells if not column
    )
    return sides if widths and widths[len(widths) // 2] <= _MAX_WIDTH else []


def _is_figure(text: str) -> bool:
    return len(text) <= 6 or is_number(text) or (len(text) <= 25 and any(char.isdigit() for char in text))


def _sides(rows: Sequence[Sequence[_Group]]) -> list[float]:
    """Left side, the middles of the strips that (nearly) no cell covers, right side."""
    spared = len(rows) // 8
    events = sorted([(g.x0, 1) for row in rows for g in row] + [(g.x1, -1) for row in rows for g in row])
    left, right = events[0][0], max(x for x, _ in events)
    sides, covering = [left], 0
    for (x, step), (after, _) in pairwise(events):
        covering += step
        if covering <= spared and after - x >= 3.0 and x > left:
            if len(sides) > 1 and not any(sides[-1] < (g.x0 + g.x1) / 2 < x for row in rows for g in row):
                continue
            sides.append((x + after) / 2)
    return [*sides, right]


def _columns_of(group: _Group, sides: Sequence[float]) -> tuple[int, int]:
    """First column and number of columns that a cell covers by more than a third of its width or theirs."""
    covered = [
        index
        for index, (a, b) in enumerate(pairwise(sides))
        if min(group.x1, b) - max(group.x0, a) > 0.35 * min(b - a, max(group.x1 - group.x0, 1.0))
    ]
    if not covered:
        middle = (group.x0 + group.x1) / 2
        covered = [max((i for i, side in enumerate(sides[:-1]) if side <= middle), default=0)]
    return covered[0], covered[-1] - covered[0] + 1


def _goes_on(placed: Sequence[tuple[tuple[int, int], str]]) -> bool:
    """Whether a row goes on with the cells above: nothing in the first column, and no figure."""
    return all(column for (column, _), _ in placed) and not any(_is_figure(text) for _, text in placed)


def _append(filled: list[tuple[Cell, str]], row: int, column: int, text: str) -> None:
    for index in range(len(filled) - 1, -1, -1):
        cell, before = filled[index]
        if cell.row != row:
            break
        if cell.column <= column < cell.column + cell.columns:
            filled[index] = (cell, join_lines(before, text))
            return
    filled.append((Cell(row, column), text))


def _padded(filled: list[tuple[Cell, str]], columns: int) -> list[tuple[Cell, str]]:
    """With the cells that are empty, so that rows are whole."""
    taken = {(cell.row, c) for cell, _ in filled for c in range(cell.column, cell.column + cell.columns)}
    rows = max(cell.row for cell, _ in filled) + 1
    empty = [(Cell(r, c), "") for r in range(rows) for c in range(columns) if (r, c) not in taken]
    return sorted([*filled, *empty], key=lambda one: (one[0].row, one[0].column))


def _is_contents(rows: Sequence[Sequence[_Group]]) -> bool:
    """Whether the last cells are page numbers that only rise: a table of contents."""
    last = [_PAGE.fullmatch(row[-1].text) for row in rows if len(row) > 1]
    if not all(last) or any(is_number(group.text) for row in rows for group in row[1:-1]):
        return False
    pages = [int(found[1]) for found in last if found and found[1].isdigit()]
    return all(a <= b for a, b in pairwise(pages)) and len(set(pages)) > 1
