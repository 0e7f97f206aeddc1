"""A page to paragraphs, tables and footnotes in reading order; those that run on over columns and pages joined."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Final

from tasks.extract.pdf_alignment import aligned_table, find_aligned
from tasks.extract.pdf_contents import contents, find_contents
from tasks.extract.pdf_grids import Cell, Edge
from tasks.extract.pdf_lines import Line, PageLines
from tasks.extract.pdf_order import Row, order_rows, rows_of
from tasks.extract.pdf_paragraphs import Paragraph, group_rows, is_among, is_unfinished, join_lines, line_key, row_text
from tasks.extract.pdf_table_text import html_table, markdown_table

# Lines at the top and bottom of a page that may be its header and footer.
_EDGE_LINES: Final = 3
# Of the size of the body.
_FOOTNOTE_SIZE: Final = 0.93
_FOOTNOTE_MARK: Final = re.compile(r"[\u00b9\u00b2\u00b3\u2070-\u2079]+|[*†‡§¶]{1,3}(?=\s*\w)|[①-⑳]")
_FOOTNOTE_NUMBER: Final = re.compile(r"\(?\d{1,3}\)?[\s.]*(?=[^\W\d_]|[\"“(])")
# A table on the next page whose columns stand this close to those of the last one goes on with it, in points.
_SAME_SIDE: Final = 6.0


def body_size(pages: Iterable[PageLines]) -> float:
    """Font size of most characters, in points, to the half point."""
    chars: Counter[float] = Counter()
    for page in pages:
        for line in page.lines:
            if not line.mono:
                chars[round(line.size * 2) / 2] += len(line.text)
    return max(chars, key=lambda size: (chars[size], size)) if chars else 0.0


def repeated_edges(pages: Sequence[PageLines]) -> frozenset[str]:
    """Keys of lines found at the edge of several pages; `clean` decides later whether they are furniture."""
    counts: Counter[str] = Counter()
    for page in pages:
        ordered = sorted(page.lines, key=lambda line: (line.y0, line.x0))
        edges = ordered if len(ordered) <= 2 * _EDGE_LINES else [*ordered[:_EDGE_LINES], *ordered[-_EDGE_LINES:]]
        counts.update({line_key(line.text) for line in edges})
    return frozenset(key for key, count in counts.items() if count >= 2)


def lay_out(page: PageLines, ruled: Sequence[Paragraph], body: float, apart: frozenset[str]) -> list[Paragraph]:
    """Paragraphs and tables of a page in reading order, then its footnotes, then lines that stand askew.

    Args:
        page: Its lines, those of `ruled` taken out.
        ruled: Tables found by their rules.
        body: Font size of the document's text.
        apart: Keys of lines that are never joined with others.
    """
    tables = list(ruled)
    rows = rows_of([*page.lines, *(_stand_in(table, index) for index, table in enumerate(tables))])
    if aligned := find_aligned(rows, page.flat):
        rows = _with_stand_ins(rows, aligned, page, tables)
    paragraphs: list[Paragraph] = []
    footnotes: list[Paragraph] = []
    for column in order_rows(rows):
        text, notes = _part_footnotes(column, page, body, apart)
        found = list(_column(text, page, tables, apart))
        if found:
            found[0].opens_column = True
        paragraphs += found
        footnotes += notes
    for column in order_rows(rows_of(page.stray)):
        for paragraph in group_rows(column, page.number):
            paragraph.attributes["askew"] = True
            footnotes.append(paragraph)
    return paragraphs + footnotes


def _stand_in(table: Paragraph, index: int) -> Line:
    """A line in the place of a table: it is ordered with the others."""
    x0, y0, x1, y1 = table.box
    return Line("", x0, y0, x1, y1, table.size, False, False, -1, -1, table=index)


def _with_stand_ins(
    rows: Sequence[Row], aligned: Sequence[tuple[int, int, list[float]]], page: PageLines, tables: list[Paragraph]
) -> list[Row]:
    kept: list[Line] = []
    position = 0
    for first, last, sides in aligned:
        kept += [cell for row in rows[position:first] for cell in row.cells]
        tables.append(aligned_table(rows[first:last], page.number, sides))
        kept.append(_stand_in(tables[-1], len(tables) - 1))
        position = last
    return rows_of([*kept, *(cell for row in rows[position:] for cell in row.cells)])


def _column(
    rows: Sequence[Row], page: PageLines, tables: list[Paragraph], apart: frozenset[str]
) -> Iterable[Paragraph]:
    position = 0
    for first, last in find_contents(rows):
        yield from _body(rows[position:first], page, tables, apart)
        yield contents(rows[first:last], page.number)
        position = last
    yield from _body(rows[position:], page, tables, apart)


def _body(rows: Sequence[Row], page: PageLines, tables: list[Paragraph], apart: frozenset[str]) -> Iterable[Paragraph]:
    position = 0
    for first, last, sides in find_aligned(rows, page.flat):
        yield from _text(rows[position:first], page.number, tables, apart)
        yield aligned_table(rows[first:last], page.number, sides)
        position = last
    yield from _text(rows[position:], page.number, tables, apart)


def _text(rows: Sequence[Row], page: int, tables: Sequence[Paragraph], apart: frozenset[str]) -> Iterable[Paragraph]:
    """Paragraphs, and the tables whose stand-ins are among the rows."""
    for paragraph in group_rows(rows, page, apart) if rows else ():
        cells = [cell for row in paragraph.rows for cell in row.cells]
        here = [tables[cell.table] for cell in cells if cell.table is not None]
        if here and len(here) < len(cells):
            beside = [cell for cell in cells if cell.table is None]
            yield from group_rows(rows_of(beside), page, apart)
        yield from here or (paragraph,)


def _part_footnotes(
    rows: list[Row], page: PageLines, body: float, apart: frozenset[str]
) -> tuple[list[Row], list[Paragraph]]:
    """The rows of a column without its footnotes, and those: small rows at its foot that begin with a mark."""
    end = len(rows)
    while end and is_among(row_text(rows[end - 1]), apart):
        end -= 1
    first = end
    while first and rows[first - 1].cells[-1].size < _FOOTNOTE_SIZE * body and rows[first - 1].cells[0].table is None:
        first -= 1
    starts = [i for i in range(first, end) if _is_note(rows[i], page.flat, first=i == first)]
    if not starts or not first:
        return rows, []
    bounds = [*starts, end]
    notes = [_note(rows[a:b], page.number, apart) for a, b in pairwise(bounds)]
    return [*rows[: starts[0]], *rows[end:]], notes


def _is_note(row: Row, flat: Sequence[Edge], *, first: bool) -> bool:
    text = row_text(row)
    if _FOOTNOTE_MARK.match(text):
        return True
    if not _FOOTNOTE_NUMBER.match(text):
        return False
    small = row.cells[0].superscript or (len(row.cells) > 1 and row.cells[0].size < 0.8 * row.cells[1].size)
    below_rule = any(
        -2 <= row.y0 - edge.at <= 2 * row.cells[0].size
        and edge.start <= row.x0 + 3
        and 20 < edge.end - edge.start < 250
        for edge in flat
    )
    return small or (first and below_rule)


def _note(rows: Sequence[Row], page: int, apart: frozenset[str]) -> Paragraph:
    parts = group_rows(rows, page, apart)
    text = ""
    for part in parts:
        text = join_lines(text, part.text)
    whole = replace(parts[0], rows=list(rows), text=text, kind="footnote")
    whole.box = (
        min(part.box[0] for part in parts),
        min(part.box[1] for part in parts),
        max(part.box[2] for part in parts),
        max(part.box[3] for part in parts),
    )
    return whole


def join_over_breaks(pages: Sequence[list[Paragraph]], apart: frozenset[str]) -> None:
    """Join paragraphs and tables that go on in the next column or on the next page, in place.

    What goes on becomes part of the block where it began; `attributes` say where the rest stands. Headers and footers,
    footnotes and lines askew do not come between.
    """
    before: Paragraph | None = None
    for paragraphs in pages:
        gone = []
        for index, paragraph in enumerate(paragraphs):
            if paragraph.kind == "footnote" or "askew" in paragraph.attributes or is_among(paragraph.text, apart):
                paragraph_opens = paragraph.opens_column
                if paragraph_opens and index + 1 < len(paragraphs):
                    paragraphs[index + 1].opens_column = True
                continue
            if before is not None and paragraph.opens_column and _goes_on(before, paragraph):
                _join(before, paragraph)
                gone.append(index)
                continue
            before = paragraph
        for index in reversed(gone):
            del paragraphs[index]


def _goes_on(before: Paragraph, after: Paragraph) -> bool:
    if before.kind == "table" and after.kind == "table":
        return after.page == before.last_page + 1 and bool(_same_columns(before.sides, after.sides))
    if "contents" in before.attributes:
        return False
    if before.kind not in {"paragraph", "list"} or after.kind != "paragraph" or after.page > before.last_page + 1:
        return False
    if abs(before.size - after.size) > 0.05 * before.size or before.bold != after.bold:
        return False
    return is_unfinished(before, after)


def _same_columns(before: Sequence[float], after: Sequence[float]) -> list[int]:
    """Where each side of the columns below stands among those above, none when one stands nowhere.

    A table that goes on may have fewer of them: rows of merged cells.
    """
    places = [min(range(len(before)), key=lambda index: abs(before[index] - side)) for side in after]
    near = all(abs(before[place] - side) <= _SAME_SIDE for place, side in zip(places, after, strict=True))
    outer = places[:1] == [0] and places[-1:] == [len(before) - 1]
    return places if near and outer and len(set(places)) == len(places) else []


def _join(before: Paragraph, after: Paragraph) -> None:
    places = before.attributes.setdefault("continued", [])
    assert isinstance(places, list)
    places.append({"page": after.page, "box": [round(side, 1) for side in after.box]})
    before.last_page = after.page
    if before.kind != "table":
        before.text = join_lines(before.text, after.text)
        before.rows = [*before.rows, *after.rows]
        return
    where = _same_columns(before.sides, after.sides)
    cells = [
        (Cell(c.row, where[c.column], c.rows, where[c.column + c.columns] - where[c.column]), text)
        for c, text in after.cells
    ]
    # A head that is repeated on every page is a head once.
    count = max(cell.row for cell, _ in before.cells) + 1
    head = [text for cell, text in before.cells if cell.row == 0]
    again = [text for cell, text in cells if cell.row == 0] == head
    moved = [
        (Cell(cell.row + count - again, cell.column, cell.rows, cell.columns), text)
        for cell, text in cells
        if not (again and cell.row == 0)
    ]
    before.cells = [*before.cells, *moved]
    before.html, before.text = html_table(before.cells), markdown_table(before.cells)
