"""Reading order: lines of a page to columns, rows to the order a person reads them in."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from tasks.extract.pdf_lines import Line

# A gutter between columns is at least this wide, in points; narrower ones are word spaces of justified text.
_MIN_GUTTER: Final = 7.0
# A column holds at least this many lines, or it is a row of cells.
_MIN_COLUMN_LINES: Final = 3
# and its lines are at least this long on average, in units of the font size: cells are shorter.
_MIN_COLUMN_WIDTH: Final = 9.0


@dataclass(slots=True)
class Row:
    """Lines on one baseline, left to right."""

    cells: list[Line]
    x0: float
    y0: float
    x1: float
    y1: float


def order_rows(lines: Sequence[Line]) -> list[list[Row]]:
    """Columns of rows, in reading order.

    Bands of the page that share a gutter (an empty vertical strip with text on both sides) are read column by column;
    a line that crosses the gutter (a title, a wide figure's caption) ends the band. Rows of short cells are a table and
    are read row by row.

    Source of the idea: recursive X-Y cut (Nagy and Seth, 1984), with bands merged bottom-up so that a blank line common
    to both columns does not split them.
    """
    if not lines:
        return []
    columns: list[list[Row]] = []
    for band in _bands(_rows(lines)):
        columns += _columns(band)
    return columns


def _rows(lines: Sequence[Line]) -> list[Row]:
    """Lines whose middles lie within each other's height are on one row."""
    rows: list[Row] = []
    for line in sorted(lines, key=lambda line: (line.y0 + line.y1, line.x0, line.order)):
        middle = (line.y0 + line.y1) / 2
        row = rows[-1] if rows else None
        if row is not None and _on(row, line, middle):
            row.cells.append(line)
            row.x0, row.x1 = min(row.x0, line.x0), max(row.x1, line.x1)
            row.y0, row.y1 = min(row.y0, line.y0), max(row.y1, line.y1)
        else:
            rows.append(Row([line], line.x0, line.y0, line.x1, line.y1))
    for row in rows:
        row.cells.sort(key=lambda line: (line.x0, line.order))
    return rows


def _on(row: Row, line: Line, middle: float) -> bool:
    first = row.cells[0]
    height = min(first.y1 - first.y0, line.y1 - line.y0)
    return abs(middle - (first.y0 + first.y1) / 2) < 0.45 * height


def _bands(rows: Sequence[Row]) -> list[list[Row]]:
    """Maximal runs of rows that leave at least one common vertical strip free, inside the text."""
    left = min(row.x0 for row in rows)
    right = max(row.x1 for row in rows)
    bands: list[list[Row]] = []
    free: list[tuple[float, float]] = []
    for row in rows:
        gaps = _gaps(row, left, right)
        shared = _common(free, gaps) if bands else []
        if shared:
            bands[-1].append(row)
            free = shared
        else:
            bands.append([row])
            free = gaps
    return bands


def _gaps(row: Row, left: float, right: float) -> list[tuple[float, float]]:
    gaps, position = [], left
    for cell in row.cells:
        if cell.x0 - position >= _MIN_GUTTER:
            gaps.append((position, cell.x0))
        position = max(position, cell.x1)
    if right - position >= _MIN_GUTTER:
        gaps.append((position, right))
    return gaps


def _common(first: Sequence[tuple[float, float]], second: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    both = [(max(a, c), min(b, d)) for a, b in first for c, d in second]
    return [(start, end) for start, end in both if end - start >= _MIN_GUTTER]


def _columns(band: list[Row]) -> list[list[Row]]:
    gutter = _gutter(band)
    if gutter is None:
        return [band]
    middle = (gutter[0] + gutter[1]) / 2
    lines = [cell for row in band for cell in row.cells]
    sides = [line for line in lines if line.x1 <= middle], [line for line in lines if line.x0 >= middle]
    return [column for side in sides for column in order_rows(side)]


def _gutter(band: list[Row]) -> tuple[float, float] | None:
    """The widest strip that separates two columns of prose."""
    lines = [cell for row in band for cell in row.cells]
    strips, reach = [], None
    for line in sorted(lines, key=lambda line: line.x0):
        if reach is not None and line.x0 - reach >= _MIN_GUTTER:
            strips.append((reach, line.x0))
        reach = max(reach, line.x1) if reach is not None else line.x1
    good = [strip for strip in strips if _is_prose_on_both_sides(lines, strip)]
    return max(good, key=lambda strip: strip[1] - strip[0], default=None)


def _is_prose_on_both_sides(lines: Sequence[Line], strip: tuple[float, float]) -> bool:
    left = [line for line in lines if line.x1 <= strip[0]]
    right = [line for line in lines if line.x0 >= strip[1]]
    return _is_prose(left) and _is_prose(right)


def _is_prose(lines: Sequence[Line]) -> bool:
    if len(lines) < _MIN_COLUMN_LINES:
        return False
    widths = sorted((line.x1 - line.x0) / max(line.size, 1.0) for line in lines)
    return widths[len(widths) // 2] >= _MIN_COLUMN_WIDTH
