"""Which paragraphs are headings, and how deep: from the outline, the size, the weight and the numbering."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, Final

from tasks.extract.pdf_paragraphs import Paragraph, is_caption

_MAX_CHARS: Final = 160
_MAX_ROWS: Final = 3
_LARGER: Final = 1.12
_NUMBERING: Final = re.compile(
    r"(?P<dots>\d{1,2}(?:\.\d{1,3}){0,5})\.?\s*(?=[^\W\d_])|第\s*[一二三四五六七八九十百\d]+\s*[章节篇部编条]"
    r"|[一二三四五六七八九十]{1,3}、|(?:chapter|appendix|section|part)\s+[\dA-Z]+\b",
    re.IGNORECASE,
)
# Numbers of headings that are set in a font of their own.
_LETTERED: Final = re.compile(r"(?:[IVX]{1,5}|[A-Z])\.\s+(?=[A-Z])")
# Larger than this a text is a title even if it is repeated at the head of pages, in units of the body's size.
_TITLE: Final = 1.5
_NOT_AT_END: Final = re.compile(r"[,;，；。、]$|[^.]\.$")
_LETTER: Final = re.compile(r"[^\W\d_]")


def body_size(paragraphs: Iterable[Paragraph]) -> float:
    """Font size of most characters, in points, to the half point."""
    chars: Counter[float] = Counter()
    for paragraph in paragraphs:
        if paragraph.kind != "code":
            chars[round(paragraph.size * 2) / 2] += len(paragraph.text)
    return max(chars, key=lambda size: (chars[size], size)) if chars else 0.0


def body_font(paragraphs: Iterable[Paragraph]) -> str:
    """Font of most characters."""
    chars: Counter[str] = Counter()
    for paragraph in paragraphs:
        if paragraph.kind != "code" and paragraph.rows:
            chars[paragraph.rows[-1].cells[0].font] += len(paragraph.text)
    return max(chars, key=lambda font: (chars[font], font)) if chars else ""


def mark_headings(paragraphs: Sequence[Paragraph], outline: Sequence[Sequence[Any]], apart: Iterable[str]) -> None:
    """Set `kind` and `level` of the paragraphs that are headings.

    Args:
        paragraphs: Of the whole document.
        outline: `pymupdf.Document.get_toc()`: level, title, page from 1.
        apart: Texts that repeat over pages; a running title is no heading.
    """
    size, font = body_size(paragraphs), body_font(paragraphs)
    titles = {(_plain(title), page): level for level, title, page, *_ in outline if _plain(title)}
    found = [p for p in paragraphs if _may_be_heading(p)]
    repeated = set(apart)
    found = [p for p in found if p.text not in repeated or p.size >= _TITLE * size]
    sizes: list[float] = []
    for paragraph in found:
        level = titles.get((_plain(paragraph.text), paragraph.page))
        if level is not None:
            paragraph.kind, paragraph.level = "heading", min(level, 6)
        elif _stands_out(paragraph, size, font):
            paragraph.kind = "heading"
            sizes.append(round(paragraph.size * 2) / 2)
    ranks = {s: rank for rank, s in enumerate(sorted(set(sizes), reverse=True), start=1)}
    offset = 0 if not titles else max(0, min(titles.values()) - 1)
    for paragraph in found:
        if paragraph.kind == "heading" and paragraph.level is None:
            numbering = _NUMBERING.match(paragraph.text)
            depth = numbering.group("dots").count(".") + 1 if numbering and numbering.group("dots") else 0
            rank = ranks[round(paragraph.size * 2) / 2]
            paragraph.level = min(6, max(depth, 1) if titles and depth else max(rank, depth) + offset)


def _may_be_heading(paragraph: Paragraph) -> bool:
    text = paragraph.text
    return (
        paragraph.kind in {"paragraph", "list"}
        and not paragraph.attributes.keys() & {"contents", "askew"}
        and len(paragraph.rows) <= _MAX_ROWS
        and len(text) <= _MAX_CHARS
        and not text.startswith(("- ", "•", "◦", "●", "○", "■", "▪"))
        and len(_LETTER.findall(text)) >= 2
    )


def _stands_out(paragraph: Paragraph, body: float, font: str) -> bool:
    if _NOT_AT_END.search(paragraph.text[-4:]) or is_caption(paragraph.text):
        return False
    if paragraph.size >= _LARGER * body:
        return True
    numbered = _NUMBERING.match(paragraph.text)
    if paragraph.size < 0.98 * body or len(paragraph.rows) > 1:
        return False
    if paragraph.bold:
        return bool(numbered)
    apart = all(cell.font != font for row in paragraph.rows for cell in row.cells)
    return apart and bool(numbered or _LETTERED.match(paragraph.text)) and len(paragraph.text) <= _MAX_CHARS / 2


def _plain(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).lower()
