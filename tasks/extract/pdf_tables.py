"""Tables of a PDF page: looked for only where rules are drawn, found by PyMuPDF, written as Markdown and HTML."""

from collections.abc import Sequence
from html import escape
from itertools import pairwise
from typing import Any, Final

from tasks.extract.parsed import Box
from tasks.extract.pdf_lines import PageLines
from tasks.extract.pdf_order import Row
from tasks.extract.pdf_paragraphs import Paragraph

# Two rows or columns have this many sides.
_MIN_RULES: Final = 3
# Rules this close are one, in points.
_SAME_RULE: Final = 4.0
# A column is at least this wide.
_MIN_CELL: Final = 12.0
# Drawings have thousands of rules, tables begin with some of their own.
_COMPARED: Final = 200


def take_tables(page: Any, lines: PageLines) -> list[Paragraph]:
    """Tables on the page; their lines are taken out of `lines`."""
    if not _may_hold_table(lines):
        return []
    taken = []
    for table in page.find_tables(strategy="lines_strict").tables:
        box = tuple(table.bbox)
        cells = table.extract()
        if table.row_count < 2 or table.col_count < 2 or not _is_filled(cells):
            continue
        inside = [line for line in lines.lines if _within(line, box)]
        if not inside:
            continue
        lines.lines = [line for line in lines.lines if not _within(line, box)]
        paragraph = Paragraph([Row(inside, *box)], "table", lines.number, markdown_table(cells), box=box)
        paragraph.html, paragraph.size = html_table(cells), inside[0].size
        taken.append(paragraph)
    return taken


def _may_hold_table(lines: PageLines) -> bool:
    """Cheap gate: rules at three heights or more, and three sides of columns or a rule that parts two.

    To look for tables costs ten times as much as to read the page, and boxes around listings are no tables.
    """
    flat, upright, boxes = [], [], []
    for box in lines.rules:
        width, height = box[2] - box[0], box[3] - box[1]
        if width > 20 and height < 4:
            flat.append(box)
        elif height > 6 and width < 4:
            upright.append(box)
        elif width > 20 and 6 < height < 0.5 * lines.height:
            boxes.append(box)
    heights = [*(y for box in boxes for y in (box[1], box[3])), *(box[1] for box in flat)]
    sides = [*(x for box in boxes for x in (box[0], box[2])), *(box[0] for box in upright)]
    if _distinct(heights, _SAME_RULE) < _MIN_RULES:
        return False
    return _distinct(sides, _MIN_CELL) >= _MIN_RULES or _are_parted(flat, upright)


def _distinct(places: list[float], apart: float) -> int:
    """How many places there are, those closer than `apart` to the one before counted once."""
    return sum(after - before >= apart for before, after in pairwise(sorted(places))) + bool(places)


def _are_parted(flat: Sequence[Box], upright: Sequence[Box]) -> bool:
    """Whether an upright rule stands on, or hangs from, the middle of a flat one: a table without outer sides."""
    return any(
        x0 + _MIN_CELL < rule[0] < x1 - _MIN_CELL and min(abs(rule[1] - y0), abs(rule[3] - y0)) < _SAME_RULE
        for x0, y0, x1, _ in flat[:_COMPARED]
        for rule in upright[:_COMPARED]
    )


def _is_filled(cells: Sequence[Sequence[str | None]]) -> bool:
    values = [value for row in cells for value in row if value is not None]
    return sum(bool(value.strip()) for value in values) >= max(2, 0.2 * len(values))


def _within(line: Any, box: Box) -> bool:
    x, y = (line.x0 + line.x1) / 2, (line.y0 + line.y1) / 2
    return bool(box[0] - 1 <= x <= box[2] + 1 and box[1] - 1 <= y <= box[3] + 1)


def markdown_table(cells: Sequence[Sequence[str | None]]) -> str:
    """A pipe table; the first row is its head. None (a cell merged into its neighbour) is empty."""
    columns = max(len(row) for row in cells)
    rows = [[_cell(value) for value in row] + [""] * (columns - len(row)) for row in cells]
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join([lines[0], "|" + " --- |" * columns, *lines[1:]])


def _cell(value: str | None) -> str:
    return " ".join((value or "").split()).replace("|", "\\|")


def html_table(cells: Sequence[Sequence[str | None]]) -> str:
    """The same with `colspan`: a None belongs to the cell on its left."""
    rows = []
    for row in cells:
        written: list[tuple[str, int]] = []
        for value in row:
            if value is None and written:
                written[-1] = (written[-1][0], written[-1][1] + 1)
            else:
                written.append((" ".join((value or "").split()), 1))
        rows.append("<tr>" + "".join(_td(text, span) for text, span in written) + "</tr>")
    return f"<table>{''.join(rows)}</table>"


def _td(text: str, span: int) -> str:
    return f'<td colspan="{span}">{escape(text)}</td>' if span > 1 else f"<td>{escape(text)}</td>"
