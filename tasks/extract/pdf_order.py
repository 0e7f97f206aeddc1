"""Reading order: lines of a page to columns, rows to the order a person reads them in."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from tasks.extract.pdf_lines import Line

# A gap between cells is at least this wide, in points; a gutter, which no line may cross, at least that.
_MIN_GUTTER: Final = 6.0
_MIN_CLEAR: Final = 4.0
# A column holds at least this many lines, or it is a row of cells.
_MIN_COLUMN_LINES: Final = 3
# and its lines are at least this long on average, in units of the font size: cells are shorter.
_MIN_COLUMN_WIDTH: Final = 9.0
# Cells of different rows that begin this close begin below each other, in points.
_SAME_START: Final = 2.0
# Left sides of columns that are tried, those of most rows first.
_MAX_CANDIDATES: Final = 8
# Words of a justified line stand at most this far apart, in units of the font size; cells stand further.
_WORD_SPACE: Final = 1.8
# Rows of a page's head or foot, at most.
_EDGE_ROWS: Final = 2
# Share of a cell that lies on another one.
_SHADOW: Final = 0.8


@dataclass(slots=True)
class Row:
    """Lines on one baseline, left to right."""

    cells: list[Line]
    x0: float
    y0: float
    x1: float
    y1: float
    # What it says, once asked for.
    text: str | None = None


def order_rows(rows: list[Row]) -> list[list[Row]]:
    """Columns of rows, in reading order.

    Args:
        rows: Of a page (`rows_of`).

    Where most rows of a stretch of the page leave the same strip free, with prose on both sides of it, the stretch is
    read column by column; rows that cross the strip (a title, a wide figure's caption) are read before and after it.
    Rows of short cells are a table and are read row by row.

    Source of the idea: recursive X-Y cut (Nagy and Seth, 1984), from the widest stretch inwards, so that a blank line
    common to both columns does not split them.
    """
    best = max((found for x in _candidates(rows) for found in _stretches(rows, x)), default=None, key=lambda f: f[0])
    if best is None:
        return [rows] if rows else []
    _, first, last, x = best
    cells = [cell for row in rows[first:last] for cell in row.cells]
    sides = [cell for cell in cells if _middle(cell) < x], [cell for cell in cells if _middle(cell) >= x]
    columns = [column for side in sides for column in order_rows(rows_of(side))]
    return [*order_rows(rows[:first]), *columns, *order_rows(rows[last:])]


def _candidates(rows: Sequence[Row]) -> list[float]:
    """Places where cells to the right of a gap begin in enough rows: the left sides of columns.

    Lines do not all reach the right side of theirs, so that the middles of the gaps say little.
    """
    starts = Counter(
        round(after.x0 / _SAME_START) for row in rows for before, after in pairwise(row.cells) if _parts(before, after)
    )
    either = {place: count + starts.get(place + 1, 0) for place, count in starts.items()}
    often = [place for place, count in either.items() if count >= _MIN_COLUMN_LINES]
    often.sort(key=lambda place: (-either[place], place))
    return [place * _SAME_START - _SAME_START for place in often[:_MAX_CANDIDATES]]


def _parts(before: Line, after: Line) -> bool:
    return after.x0 - before.x1 >= _MIN_GUTTER


def _stretches(rows: Sequence[Row], x: float) -> Iterator[tuple[int, int, int, float]]:
    """Number of lines, first row, row after the last and `x` of each stretch that is two columns parted at `x`."""
    crossing = [any(cell.x0 < x - 1 and cell.x1 > x + 1 for cell in row.cells) for row in rows]
    first = 0
    for index in range(len(rows) + 1):
        if index < len(rows) and not crossing[index]:
            continue
        start, end = _trimmed(rows, first, index)
        first = index + 1
        cells = [cell for row in rows[start:end] for cell in row.cells]
        left = [cell for cell in cells if _middle(cell) < x]
        right = [cell for cell in cells if _middle(cell) >= x]
        if not _is_prose(left) or not _is_prose(right):
            continue
        if min(cell.x0 for cell in right) - max(cell.x1 for cell in left) >= _MIN_CLEAR:
            yield len(cells), start, end, x


def _trimmed(rows: Sequence[Row], first: int, last: int) -> tuple[int, int]:
    """Without a row or two at either end that stand apart: the head and foot of the page."""
    steps = sorted(after.y0 - before.y0 for before, after in pairwise(rows[first:last]))
    if len(steps) < 2 * _EDGE_ROWS + _MIN_COLUMN_LINES:
        return first, last
    far = 2 * max(steps[len(steps) // 2], 1.0)
    for row in range(first + _EDGE_ROWS, first, -1):
        if rows[row].y0 - rows[row - 1].y0 > far:
            first = row
            break
    for row in range(last - _EDGE_ROWS, last):
        if rows[row].y0 - rows[row - 1].y0 > far:
            last = row
            break
    return first, last


def _middle(cell: Line) -> float:
    return (cell.x0 + cell.x1) / 2


def rows_of(lines: Sequence[Line]) -> list[Row]:
    """Lines whose middles lie within each other's height are on one row."""
    rows: list[Row] = []
    for line in sorted(lines, key=lambda line: (line.y0 + line.y1, line.x0, line.order)):
        middle = (line.y0 + line.y1) / 2
        row = rows[-1] if rows else None
        if row is not None and _on(row, line, middle):
            row.cells.append(line)
            _widen(row, line)
        else:
            rows.append(Row([line], line.x0, line.y0, line.x1, line.y1))
    for row in rows:
        if len(row.cells) > 1:
            row.cells.sort(key=lambda line: (line.x0, line.order))
            if any(after.x0 < before.x1 for before, after in pairwise(row.cells)):
                row.cells = _without_shadows(row.cells)
    return rows


def _widen(row: Row, line: Line) -> None:
    # One of the busiest places: comparisons cost half of what `min` and `max` do.
    if line.x0 < row.x0:
        row.x0 = line.x0
    if line.x1 > row.x1:
        row.x1 = line.x1
    if line.y0 < row.y0:
        row.y0 = line.y0
    if line.y1 > row.y1:
        row.y1 = line.y1


def _without_shadows(cells: list[Line]) -> list[Line]:
    """Without cells that lie on another one and say nothing that it does not: text drawn twice for its weight."""
    kept: list[Line] = []
    for cell in sorted(cells, key=lambda line: (line.x0 - line.x1, line.order)):
        if not any(_is_shadow(cell, other) for other in kept):
            kept.append(cell)
    return sorted(kept, key=lambda line: (line.x0, line.order))


def _is_shadow(cell: Line, other: Line) -> bool:
    shared = min(cell.x1, other.x1) - max(cell.x0, other.x0)
    return shared > _SHADOW * (cell.x1 - cell.x0) and _letters(cell.text) in _letters(other.text)


def _letters(text: str) -> str:
    return "".join(char for char in text if char.isalnum())


def _on(row: Row, line: Line, middle: float) -> bool:
    first = row.cells[0]
    height = min(first.y1 - first.y0, line.y1 - line.y0)
    return abs(middle - (first.y0 + first.y1) / 2) < 0.45 * height


def _is_prose(lines: Sequence[Line]) -> bool:
    """Whether half of the lines are long, those with wide spaces between words taken as one."""
    if len(lines) < _MIN_COLUMN_LINES:
        return False
    widths: list[float] = []
    before: Line | None = None
    for line in lines:
        size = max(line.size, 1.0)
        if (
            before is not None
            and abs(before.y1 - line.y1) < 0.3 * size
            and 0 <= line.x0 - before.x1 < _WORD_SPACE * size
        ):
            widths[-1] += (line.x1 - before.x1) / size
        else:
            widths.append((line.x1 - line.x0) / size)
        before = line
    widths.sort()
    return len(widths) >= _MIN_COLUMN_LINES and widths[len(widths) // 2] >= _MIN_COLUMN_WIDTH
