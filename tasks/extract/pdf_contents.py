"""Tables of contents: lines that lead to page numbers which rise."""

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from tasks.extract.pdf_order import Row
from tasks.extract.pdf_paragraphs import Paragraph, row_text

_LEADERS: Final = re.compile(r"(?:[.．…‥·・․_]\s?){4,}\s*(\d{1,4}|[ivxlcIVXLC]{1,7})\s*$|…{2,}\s*(\d{1,4})\s*$")
_PAGE: Final = re.compile(r"\D\s*(\d{1,4})\s*$")
_TITLE: Final = re.compile(r"(?:table\s+of\s+)?contents|目\s*[录錄次]|list\s+of\s+(?:figures|tables)", re.IGNORECASE)
_LETTER: Final = re.compile(r"[^\W\d_]")
# Lines with leaders, and of those without below a title "Contents".
_MIN_LINES: Final = 3
# Between the text and the page number of a line without leaders, in units of the font size.
_MIN_GAP: Final = 2.0
_TITLE_ROWS: Final = 3


def find_contents(rows: Sequence[Row]) -> list[tuple[int, int]]:
    """First row (its title, if that is above it) and row after the last one of each table of contents in a column."""
    pages = [_page_of(row) for row in rows]
    if sum(page is not None for page in pages) < _MIN_LINES:
        return []
    found = []
    first = last = -1
    for index, page in enumerate([*pages, None, None]):
        if page is not None:
            first, last = (index if first < 0 else first), index
        elif first >= 0 and index - last > 1:
            if _is_contents(rows, pages[first : last + 1], first):
                titled = first > 0 and bool(_TITLE.fullmatch(row_text(rows[first - 1])))
                found.append((first - titled, last + 1))
            first = -1
    return found


def contents(rows: Sequence[Row], page: int) -> Paragraph:
    """One block of a line for each entry."""
    box = (min(r.x0 for r in rows), min(r.y0 for r in rows), max(r.x1 for r in rows), max(r.y1 for r in rows))
    text = "\n".join(" ".join(_LEADERS.sub(r" … \1\2", row_text(row)).split()) for row in rows)
    paragraph = Paragraph(list(rows), "list", page, text, box=box, size=rows[0].cells[0].size)
    paragraph.attributes["contents"] = True
    return paragraph


def _page_of(row: Row) -> tuple[int, bool] | None:
    """Page number a row leads to (0 for a roman one), and whether by leaders."""
    last = row.cells[-1]
    end = last.text.rstrip()[-1:]
    if not end.isalnum() or not end.isascii() or last.table is not None:
        return None
    text = row_text(row)
    if not _LETTER.search(text):
        return None
    if leaders := _LEADERS.search(text):
        number = leaders[1] or leaders[2]
        return (int(number) if number.isdigit() else 0), True
    if not end.isdigit():
        return None
    apart = len(row.cells) > 1 and last.x0 - row.cells[-2].x1 > _MIN_GAP * last.size and last.text.strip().isdigit()
    found = _PAGE.search(text) if apart else None
    return (int(found[1]), False) if found else None


def _is_contents(rows: Sequence[Row], pages: Sequence[tuple[int, bool] | None], first: int) -> bool:
    known = [page for page in pages if page is not None]
    numbers = [number for number, _ in known if number]
    rising = sum(a <= b for a, b in pairwise(numbers))
    if len(known) < _MIN_LINES or rising < 0.9 * (len(numbers) - 1):
        return False
    if sum(leads for _, leads in known) >= _MIN_LINES:
        return True
    return any(_TITLE.fullmatch(row_text(row)) for row in rows[max(0, first - _TITLE_ROWS) : first])
