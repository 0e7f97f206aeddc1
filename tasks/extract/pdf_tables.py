"""Tables of a PDF page: looked for only where rules are drawn, found by PyMuPDF, written as Markdown and HTML."""

from collections.abc import Sequence
from html import escape
from typing import Any, Final

from tasks.extract.parsed import Box
from tasks.extract.pdf_lines import PageLines
from tasks.extract.pdf_order import Row
from tasks.extract.pdf_paragraphs import Paragraph

# A table has at least this many rules, or boxes with sides.
_MIN_RULES: Final = 3


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
    """Cheap gate: several long rules across and some down, or cells drawn as boxes."""
    across = down = boxes = 0
    for x0, y0, x1, y1 in lines.rules:
        width, height = x1 - x0, y1 - y0
        across += width > 20 and height < 4
        down += height > 6 and width < 4
        boxes += width > 20 and 6 < height < 0.5 * lines.height
    return (across >= _MIN_RULES and down >= 2) or boxes >= 4


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
