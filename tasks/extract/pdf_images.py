"""Pictures of a PDF with page, box and caption; logos, backgrounds and lines left out."""

import re
from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

import pymupdf

from tasks.extract.parsed import Box, Picture
from tasks.extract.pdf_lines import PageLines

_CAPTION: Final = re.compile(
    r"(?:fig(?:ure)?s?\.?|图表?|圖|exhibit|chart|diagram|screenshot)\s*[\d一二三四五六七八九十A-Z]", re.IGNORECASE
)
_CAPTION_DISTANCE: Final = 60.0
# In points: smaller ones are bullets and icons.
_MIN_SIDE: Final = 20.0
# On at least this share of the pages (and three of them) it is a logo.
_LOGO_SHARE: Final = 0.3
# Of the page's area: a scan behind its text layer, or a background.
_BACKGROUND_SHARE: Final = 0.85


def find_pictures(document: Any, pages: Sequence[PageLines]) -> tuple[list[Picture], int]:
    """Pictures in order of page and position, and how many decorative ones were left out.

    The same picture drawn again is given once, at its first place.
    """
    items = {page.number: document.get_page_images(page.number - 1, full=True) for page in pages}
    seen_on = Counter(xref for drawn in items.values() for xref in {item[0] for item in drawn})
    found: list[Picture] = []
    done: set[int] = set()
    decorative = 0
    for lines in pages:
        if not items[lines.number]:
            continue
        page = document.load_page(lines.number - 1)
        for item in items[lines.number]:
            xref = item[0]
            if xref in done:
                continue
            done.add(xref)
            box = _box(page, item)
            if box is None:
                continue
            if _is_decoration(box, lines, seen_on[xref], len(pages)):
                decorative += 1
            elif (picture := _extract(document, xref, lines, box)) is not None:
                found.append(picture)
    return sorted(found, key=lambda p: (p.page, p.box and (p.box[1], p.box[0]))), decorative


def _box(page: Any, item: Sequence[Any]) -> Box | None:
    try:
        box = page.get_image_bbox(item)
    except (ValueError, RuntimeError):
        return None
    if box.is_infinite or box.is_empty:
        return None
    box = box & page.rect
    return None if box.is_empty else (box.x0, box.y0, box.x1, box.y1)


def _is_decoration(box: Box, lines: PageLines, n_pages_on: int, n_pages: int) -> bool:
    width, height = box[2] - box[0], box[3] - box[1]
    if min(width, height) < _MIN_SIDE:
        return True
    if n_pages_on >= 3 and n_pages_on >= _LOGO_SHARE * n_pages:
        return True
    covers = width * height > _BACKGROUND_SHARE * lines.width * lines.height
    return covers and bool(lines.lines)


def _extract(document: Any, xref: int, lines: PageLines, box: Box) -> Picture | None:
    try:
        raw = document.extract_image(xref)
    except (RuntimeError, ValueError, pymupdf.mupdf.FzErrorBase):
        return None
    if not raw or not raw.get("image"):
        return None
    return Picture(raw["image"], raw["ext"], lines.number, box, caption=_caption(lines, box))


def _caption(lines: PageLines, box: Box) -> str | None:
    """The nearest line that begins like a caption, below before above."""
    near = []
    for line in lines.lines:
        if line.x1 < box[0] - 20 or line.x0 > box[2] + 20 or not _CAPTION.match(line.text.strip()):
            continue
        below, above = line.y0 - box[3], box[1] - line.y1
        distance = below if below > -line.size else above + 10
        if -line.size <= distance <= _CAPTION_DISTANCE:
            near.append((distance, line.text.strip()))
    return min(near)[1] if near else None
