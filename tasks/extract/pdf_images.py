"""Pictures of a PDF with page and box; logos, backgrounds, scans and lines left out, each with a reason."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, Final

import pymupdf

from tasks.extract.parsed import Box, Picture
from tasks.extract.pdf_lines import PageLines
from tasks.extract.pictures import Decoration

# In points: smaller ones are bullets and icons.
_MIN_SIDE: Final = 20.0
# On at least this share of the pages (and three of them) it is a logo.
_LOGO_SHARE: Final = 0.3
# Of the page's area: a scan behind its text layer, or a background.
_BACKGROUND_SHARE: Final = 0.85
# Strips of one picture lie this close, in points, and begin and end within twice as much.
_SEAM: Final = 1.5
_STRIP_DPI: Final = 150
_MAX_PIXELS: Final = 9_000_000

Placed = tuple[Sequence[Any], Box]


def find_pictures(document: Any, pages: Sequence[PageLines]) -> tuple[list[Picture], dict[str, int]]:
    """Pictures in order of page and position, and how many were left out for each reason.

    The same picture drawn again is given once, at its first place. One that is drawn in strips, as programs do that
    write scans and exports, is given whole.
    """
    items = {page.number: document.get_page_images(page.number - 1, full=True) for page in pages}
    seen_on = Counter(xref for drawn in items.values() for xref in {item[0] for item in drawn})
    found: list[Picture] = []
    done: set[int] = set()
    left_out: Counter[str] = Counter()
    for lines in pages:
        if not items[lines.number]:
            continue
        page = document.load_page(lines.number - 1)
        fresh = {item[0]: item for item in items[lines.number] if item[0] not in done}
        done |= fresh.keys()
        placed = [(item, box) for item in fresh.values() if (box := _box(page, item)) is not None]
        for group in _strips(placed):
            box = _around(box for _, box in group)
            reason = _decoration(box, lines, seen_on[group[0][0][0]], len(pages))
            if reason:
                left_out[reason.value] += len(group)
                continue
            whole = _extract(document, group[0][0]) if len(group) == 1 else _drawn(page, box)
            if whole is not None:
                found.append(Picture(*whole, lines.number, box))
    return sorted(found, key=lambda p: (p.page, p.box and (p.box[1], p.box[0]))), dict(left_out)


def _box(page: Any, item: Sequence[Any]) -> Box | None:
    try:
        box = page.get_image_bbox(item)
    except (ValueError, RuntimeError):
        return None
    if box.is_infinite or box.is_empty:
        return None
    box = box & page.rect
    return None if box.is_empty else (box.x0, box.y0, box.x1, box.y1)


def _strips(placed: Sequence[Placed]) -> list[list[Placed]]:
    """Pictures that lie edge to edge with the same sides are one; the others stand alone."""
    groups: list[list[Placed]] = []
    for item in sorted(placed, key=lambda one: (round(one[1][0]), one[1][1])):
        last = groups[-1][-1][1] if groups else None
        box = item[1]
        if last and abs(last[0] - box[0]) + abs(last[2] - box[2]) < 2 * _SEAM and abs(last[3] - box[1]) < _SEAM:
            groups[-1].append(item)
        else:
            groups.append([item])
    return groups


def _around(boxes: Iterable[Box]) -> Box:
    xs0, ys0, xs1, ys1 = zip(*boxes, strict=True)
    return min(xs0), min(ys0), max(xs1), max(ys1)


def _decoration(box: Box, lines: PageLines, n_pages_on: int, n_pages: int) -> Decoration | None:
    width, height = box[2] - box[0], box[3] - box[1]
    if min(width, height) < _MIN_SIDE:
        return Decoration.SMALL
    if n_pages_on >= 3 and n_pages_on >= _LOGO_SHARE * n_pages:
        return Decoration.LOGO
    covers = width * height > _BACKGROUND_SHARE * lines.width * lines.height
    return Decoration.BACKGROUND if covers and lines.lines else None


def _extract(document: Any, item: Sequence[Any]) -> tuple[bytes, str] | None:
    """File bytes and extension: as stored, or as a PNG where a mask makes parts of it transparent."""
    xref, mask = item[0], item[1]
    try:
        if mask and item[2] * item[3] <= _MAX_PIXELS:
            pixels = pymupdf.Pixmap(pymupdf.Pixmap(document, xref), pymupdf.Pixmap(document, mask))
            if pixels.n - pixels.alpha <= 3:
                return bytes(pixels.tobytes("png")), "png"
        raw = document.extract_image(xref)
    except (RuntimeError, ValueError, pymupdf.mupdf.FzErrorBase):
        return None
    return (raw["image"], raw["ext"]) if raw and raw.get("image") else None


def _drawn(page: Any, box: Box) -> tuple[bytes, str] | None:
    """That part of the page as a PNG."""
    scale = min(_STRIP_DPI / 72, (_MAX_PIXELS / max(1.0, (box[2] - box[0]) * (box[3] - box[1]))) ** 0.5)
    try:
        pixels = page.get_pixmap(matrix=pymupdf.Matrix(scale, scale), clip=pymupdf.Rect(box), alpha=False)
    except (RuntimeError, ValueError, pymupdf.mupdf.FzErrorBase):
        return None
    return bytes(pixels.tobytes("png")), "png"
