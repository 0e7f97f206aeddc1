"""Rows of a column to paragraphs, lists and code: which lines belong together, and how they are joined."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from statistics import median
from typing import Final

from tasks.extract.captions import CAPTION
from tasks.extract.parsed import Box
from tasks.extract.pdf_grids import Cell
from tasks.extract.pdf_lines import Line
from tasks.extract.pdf_order import Row

# Scripts written without spaces between words, and full-width punctuation.
_WIDE: Final = re.compile("[\u2e80-\u312f\u31a0-\u9fff\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef\U00020000-\U0003ffff]")
_ENDS_WORD_CUT: Final = re.compile(r"[^\W\d_]{2,}[-\u00ad\u2010]$")
_ENDS_SENTENCE: Final = re.compile(r"[.!?:;。！？：；…][\"'”’）)\]】》]*$")
# The zeros of scripts with digits of their own, from ASCII to full width; the other nine follow each.
_ZEROS: Final = "0٠۰߀०০੦૦୦௦౦೦൦๐໐༠၀០᠐０"
_DIGITS_AS_SPACES: Final = {ord(zero) + value: " " for zero in _ZEROS for value in range(10)}
# How a text ends is seen in so many characters.
_TAIL: Final = 16
# Controls of the upper half are what fonts of symbols without a mapping give.
_BULLET: Final = re.compile(
    r"[\x80-\x9f•●○◦▪■□◆◇❖❑❒▶►➢➤⮚✓✔※‣⁃∙·\u2013\u2014*\uf0b7\uf06c\uf0d8\uf0a7\uf06e\uf0fc-]\s+(?=\S)|[•●▪■◆❖➢\uf0b7\uf06c\uf0d8]\s*(?=\S)"
)
_TABLE_CAPTION: Final = re.compile(r"(?:[续續附]?表|table)\s*\d", re.IGNORECASE)
_NUMBERED: Final = re.compile(
    r"(?:\(?\d{1,3}[.)、）](?!\d)|[（(]\d{1,2}[)）]|[（(][一二三四五六七八九十]{1,3}[)）]|[一二三四五六七八九十]{1,3}、"
    r"|[①-⑳]|\(?[a-zA-Z][.)]\s)\s*(?=\S)"
)


@dataclass(slots=True)
class Paragraph:
    """Rows that belong together. `kind` is paragraph, list or code until headings are told apart."""

    rows: list[Row]
    kind: str
    page: int
    text: str = ""
    level: int | None = None
    box: Box = (0.0, 0.0, 0.0, 0.0)
    size: float = 0.0
    bold: bool = False
    html: str | None = None
    # Of a table: its cells with their texts, and the sides of its columns.
    cells: Sequence[tuple[Cell, str]] = ()
    sides: Sequence[float] = ()
    # Whether it is the first of a column.
    opens_column: bool = False
    # Where it ends.
    last_page: int = 0
    # The right side of its column.
    right: float = 0.0
    attributes: dict[str, object] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.last_page = self.last_page or self.page


def group_rows(rows: Sequence[Row], page: int, apart: frozenset[str] = frozenset()) -> list[Paragraph]:
    """Paragraphs of one column.

    Args:
        rows: Of the column, top to bottom.
        page: From 1.
        apart: Keys (`line_key`) of lines that repeat over pages: never joined with others.
    """
    groups: list[list[Row]] = []
    frame = _Frame([row for row in rows if not is_among(row_text(row), apart)] or rows)
    for row in rows:
        if groups and frame.continues(groups[-1], row) and not _apart(groups[-1][-1], row, apart):
            groups[-1].append(row)
        else:
            groups.append([row])
    return [_paragraph(group, page, frame.right) for group in groups]


def line_key(text: str) -> str:
    """A line with "#" for its digits and spaces: equal for the page headers of all pages."""
    spaced = text.strip().translate(_DIGITS_AS_SPACES)
    inner = "#".join(spaced.split())
    return f"{'#' * spaced.startswith(' ')}{inner}{'#' * bool(inner and spaced.endswith(' '))}"


def is_among(text: str, keys: frozenset[str]) -> bool:
    """Whether the `line_key` of a line is among `keys`; for most lines their first and last character tell."""
    text = text.strip()
    if not text or not keys:
        return False
    first, last = text[0], text[-1]
    ends = ("#" if first.isdecimal() else first, "#" if last.isdecimal() else last)
    return ends in _ends(keys) and line_key(text) in keys


@lru_cache(maxsize=4)
def _ends(keys: frozenset[str]) -> frozenset[tuple[str, str]]:
    """First and last characters."""
    return frozenset((key[0], key[-1]) for key in keys if key)


def is_caption(text: str) -> bool:
    """Whether a line begins like the caption of a figure or a table: "Figure 3", 图3, "Table 3", 表 7-1."""
    return bool(CAPTION.match(text) or _TABLE_CAPTION.match(text))


def row_text(row: Row) -> str:
    """The cells of a row, with a space where they stand apart."""
    if row.text is None:
        row.text = row.cells[0].text.strip() if len(row.cells) == 1 else _cells_text(row.cells)
    return row.text


def _cells_text(cells: Sequence[Line]) -> str:
    pieces = [cells[0].text]
    for before, cell in pairwise(cells):
        touching = cell.x0 - before.x1 < 0.15 * cell.size
        glue = "" if touching or (_WIDE.match(cell.text[:1]) and cell.x0 - before.x1 < cell.size) else " "
        pieces.append(glue + (_rest(before, cell) if before.x1 - cell.x0 > 0.5 * cell.size else cell.text))
    return "".join(pieces).strip()


def _rest(before: Line, cell: Line) -> str:
    """What a cell says beyond the one it begins on: the same letters drawn in both, for their weight, are said once."""
    said = before.text.rstrip()
    for count in range(min(len(said), len(cell.text)), 0, -1):
        if said.endswith(cell.text[:count]):
            return cell.text[count:]
    return cell.text


def list_text(text: str) -> str | None:
    """An item of a list as Markdown; None for what is none."""
    if bullet := _BULLET.match(text):
        return f"- {text[bullet.end() :]}"
    return text if _NUMBERED.match(text) else None


def join_lines(before: str, after: str) -> str:
    """Two lines as one: no space between Chinese, words cut by a hyphen mended.

    A space goes between words of scripts that have them; where one side is Chinese and the other is not, none is added.
    """
    if not before or not after:
        return before + after
    if before[-1] == "\u00ad":
        return before[:-1] + after
    if before[-1] in "-\u2010" and after[0].islower() and _ENDS_WORD_CUT.search(before[-_TAIL:]):
        return before[:-1] + after
    if _WIDE.match(before[-1]) or _WIDE.match(after[0]) or before[-1] in "-/\u2010" or before[-1].isspace():
        return before + after
    return f"{before} {after}"


def is_unfinished(before: Paragraph, after: Paragraph) -> bool:
    """Whether a paragraph that opens a column goes on with the one that ended the column before.

    It does when that one stopped in mid-sentence with its last line full, and this one does not begin like a new one.
    """
    if not before.text or not after.text or _ENDS_SENTENCE.search(before.text[-_TAIL:]):
        return False
    last, first = before.rows[-1], after.rows[0]
    size = last.cells[0].size
    if after.text[0].islower() and _ENDS_WORD_CUT.search(before.text[-_TAIL:]):
        return True
    if before.right - last.x1 > 2.5 * size or first.x0 - min(row.x0 for row in after.rows) > 0.9 * size:
        return False
    if after.text[0].islower():
        return True
    if len(before.rows) < 2 or _BULLET.match(after.text) or _NUMBERED.match(after.text):
        return False
    return len(after.rows) > 1 or bool(_ENDS_SENTENCE.search(after.text[-_TAIL:]))


class _Frame:
    """The left and right edge and the line distance of a column."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self.left = min((row.x0 for row in rows), default=0.0)
        self.right = max((row.x1 for row in rows), default=0.0)
        steps = [b.y0 - a.y0 for a, b in pairwise(rows) if _alike(a, b) and b.y0 > a.y0]
        self.leading = median(steps) if steps else 0.0

    def continues(self, group: Sequence[Row], row: Row) -> bool:
        before, line, last = group[-1], row.cells[0], group[-1].cells[0]
        if line.table is not None or last.table is not None:
            return False
        step = row.y0 - before.y0
        if not _alike(before, row) or line.mono != last.mono:
            return False
        limit = max(min(self.leading, 2.2 * line.size) * 1.25, 1.45 * line.size)
        if line.mono:
            return step <= 2.6 * line.size
        if step > limit or step < 0 or last.bold != line.bold:
            return False
        if _BULLET.match(line.text) or _NUMBERED.match(line.text):
            return False
        return not self._starts_new(group, before, row)

    def _starts_new(self, group: Sequence[Row], before: Row, row: Row) -> bool:
        size = row.cells[0].size
        room = self.right - before.x1
        text = row_text(before)
        ended = bool(_ENDS_SENTENCE.search(text[-_TAIL:]))
        first_word = row.cells[0].text.split(" ", 1)[0] if not _WIDE.match(row.cells[0].text[:1]) else "一"
        needed = len(first_word) * size * (1.0 if first_word == "一" else 0.5)
        if ended and room > needed + size:
            return True
        if room > 2 * size and is_caption(row_text(row)):
            return True
        if room > 0.45 * (self.right - self.left):
            return len(group) > 1 or self.right - row.x1 < 0.2 * (self.right - self.left)
        indented = row.x0 - before.x0 > 0.9 * size
        hanging = len(group) == 1 and bool(_BULLET.match(text) or _NUMBERED.match(text))
        return indented and not hanging and (ended or len(group) > 1)


def _alike(a: Row, b: Row) -> bool:
    return abs(a.cells[0].size - b.cells[0].size) <= 0.08 * max(a.cells[0].size, b.cells[0].size)


def _apart(before: Row, row: Row, apart: frozenset[str]) -> bool:
    return bool(apart) and is_among(row_text(before), apart) != is_among(row_text(row), apart)


def _paragraph(rows: list[Row], page: int, right: float) -> Paragraph:
    first = rows[0].cells[0]
    box = (min(r.x0 for r in rows), min(r.y0 for r in rows), max(r.x1 for r in rows), max(r.y1 for r in rows))
    if first.mono and all(cell.mono for row in rows for cell in row.cells):
        return Paragraph(rows, "code", page, _code(rows), box=box, size=first.size, bold=first.bold, right=right)
    text = ""
    for row in rows:
        text = join_lines(text, row_text(row))
    kind = "paragraph"
    if item := list_text(text):
        kind, text = "list", item
    bold = all(r.cells[0].bold for r in rows)
    return Paragraph(rows, kind, page, text, box=box, size=first.size, bold=bold, right=right)


def _code(rows: Sequence[Row]) -> str:
    """Lines as they stand, their indentation counted in characters."""
    left = min(row.x0 for row in rows)
    lines = []
    for row in rows:
        cell = row.cells[0]
        wide = max((cell.x1 - cell.x0) / max(len(cell.text), 1), 0.3 * cell.size)
        lines.append(" " * round((row.x0 - left) / wide) + " ".join(cell.text.rstrip() for cell in row.cells).lstrip())
    return "\n".join(lines)
