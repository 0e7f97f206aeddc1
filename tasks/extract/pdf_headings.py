"""Which paragraphs are headings, and how deep: from the outline, the size, the weight and the numbering."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, Final

from tasks.extract.pdf_paragraphs import Paragraph

_MAX_CHARS: Final = 160
_MAX_ROWS: Final = 3
_LARGER: Final = 1.12
_NUMBERING: Final = re.compile(
    r"(?P<dots>\d{1,2}(?:\.\d{1,3}){0,5})\.?\s*(?=[^\W\d_])|第\s*[一二三四五六七八九十百\d]+\s*[章节篇部编条]"
    r"|[一二三四五六七八九十]{1,3}、|(?:chapter|appendix|section|part)\s+[\dA-Z]+\b",
    re.IGNORECASE,
)
_NOT_AT_END: Final = re.compile(r"[,;，；。、]$|[^.]\.$")
_LETTER: Final = re.compile(r"[^\W\d_]")


def body_size(paragraphs: Iterable[Paragraph]) -> float:
    """Font size of most characters, in points, to the half point."""
    chars: Counter[float] = Counter()
    for paragraph in paragraphs:
        if paragraph.kind != "code":
            chars[round(paragraph.size * 2) / 2] += len(paragraph.text)
    return max(chars, key=lambda size: (chars[size], size)) if chars else 0.0


def mark_headings(paragraphs: Sequence[Paragraph], outline: Sequence[Sequence[Any]], apart: Iterable[str]) -> None:
    """Set `kind` and `level` of the paragraphs that are headings.

    Args:
        paragraphs: Of the whole document.
        outline: `pymupdf.Document.get_toc()`: level, title, page from 1.
        apart: Texts that repeat over pages; a running title is no heading.
    """
    size = body_size(paragraphs)
    titles = {(_plain(title), page): level for level, title, page, *_ in outline if _plain(title)}
    found = [p for p in paragraphs if _may_be_heading(p)]
    repeated = set(apart)
    found = [p for p in found if p.text not in repeated]
    sizes: list[float] = []
    for paragraph in found:
        level = titles.get((_plain(paragraph.text), paragraph.page))
        if level is not None:
            paragraph.kind, paragraph.level = "heading", min(level, 6)
        elif _stands_out(paragraph, size):
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
        and "contents" not in paragraph.attributes
        and len(paragraph.rows) <= _MAX_ROWS
        and len(text) <= _MAX_CHARS
        and not text.startswith("- ")
        and len(_LETTER.findall(text)) >= 2
    )


def _stands_out(paragraph: Paragraph, body: float) -> bool:
    if _NOT_AT_END.search(paragraph.text[-4:]):
        return False
    if paragraph.size >= _LARGER * body:
        return True
    numbered = _NUMBERING.match(paragraph.text)
    return paragraph.bold and paragraph.size >= 0.98 * body and len(paragraph.rows) == 1 and bool(numbered)


def _plain(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).lower()
