"""Whether a PDF is whole and its text layer is text."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

import pymupdf

from tasks.extract.parsed import ParseError
from tasks.extract.pdf_lines import PageLines
from tasks.extract.settings import ExtractCause
from tasks.extract.text_layer import cause_of_page, is_badly_read

_REFERENCE: Final = re.compile(r"(?<![\d.])(\d{1,8}) \d{1,5} R(?![A-Za-z])")
# Of the page's area: a scan.
_SCAN_SHARE: Final = 0.8
# In characters: fewer may be a stamp on a scan.
_SHORT: Final = 120
_MAX_OBJECTS_WALKED: Final = 200_000


def missing_content(document: Any, data: bytes) -> tuple[str, str] | None:
    """Cause and message when a repaired file lacks something its pages refer to; None when all is there.

    MuPDF repairs silently: half a file gives text and a page count. A repaired file is kept when every page loads and
    everything reachable from the pages exists; a wrong offset in the cross-reference table costs nothing.
    """
    pages = document.page_count
    lost = [index for index in range(pages) if not _page_is_whole(document, index)]
    cause = cause_of_loss(data)
    if not lost and not (cause == ExtractCause.TRUNCATED and _has_dangling_references(document)):
        return None
    where = f"{len(lost)} of {pages} pages are incomplete" if lost else "objects at the end of the file are missing"
    return cause, f"{where}; fetch the file again"


def cause_of_loss(data: bytes) -> ExtractCause:
    """Cut, or damaged inside: by whether the mark at the end of a PDF is there."""
    return ExtractCause.TRUNCATED if b"%%EOF" not in data[-2048:] else ExtractCause.DAMAGED


def _page_is_whole(document: Any, index: int) -> bool:
    try:
        xref = document.page_xref(index)
        kind, value = document.xref_get_key(xref, "Contents")
        if kind == "null":
            return bool(document.xref_get_key(xref, "Type")[1] == "/Page")
        streams = [int(number) for number in _REFERENCE.findall(value)] if kind in {"xref", "array"} else []
        if kind == "xref" and not document.xref_is_stream(streams[0]):
            streams = [int(number) for number in _REFERENCE.findall(document.xref_object(streams[0]))]
        return all(document.xref_is_stream(stream) for stream in streams)
    except (RuntimeError, ValueError, IndexError):
        return False


def _has_dangling_references(document: Any) -> bool:
    """Whether an object reachable from the catalogue refers to one that is not there."""
    length = document.xref_length()
    queue = [document.pdf_catalog()]
    seen = set(queue)
    while queue and len(seen) < _MAX_OBJECTS_WALKED:
        text = document.xref_object(queue.pop(), compressed=True)
        if text == "null":
            return True
        for number in map(int, _REFERENCE.findall(text)):
            if number >= length:
                return True
            if number not in seen:
                seen.add(number)
                queue.append(number)
    return False


def check_text(document: Any, pages: Sequence[PageLines], tables: Mapping[int, Sequence[Any]]) -> dict[str, Any]:
    """Judge the text layer; what is to be known about a usable one, for `metadata`.

    A page without usable text is flagged; a document most of whose pages are such is none.

    Raises:
        ParseError: Most pages that are not blank have no text, or what they have is no text.
    """
    found: dict[ExtractCause, list[int]] = {}
    blank = 0
    for page in pages:
        text = "\n".join([*(line.text for line in page.lines), *(table.text for table in tables.get(page.number, ()))])
        if not text.strip():
            text = "\n".join(line.text for line in page.stray)
        cause = page_cause(document, page.number, text, drawn=bool(page.rules))
        if cause == ExtractCause.EMPTY:
            blank += 1
        elif cause is not None:
            found.setdefault(cause, []).append(page.number)
    if blank == len(pages):
        raise ParseError(ExtractCause.EMPTY, f"{len(pages)} blank pages")
    bad = sum(map(len, found.values()))
    if bad >= 0.5 * (len(pages) - blank):
        worst = max(found, key=lambda cause: len(found[cause]))
        raise ParseError(worst, f"{bad} of {len(pages)} pages {_ADVICE[worst]}: needs OCR, `pip install winnow[ocr]`")
    return {_FLAGS[cause]: numbers for cause, numbers in found.items()}


_ADVICE: Final = {
    ExtractCause.NO_TEXT_LAYER: "are pictures without text",
    ExtractCause.GARBAGE_TEXT_LAYER: "have no readable text",
}
_FLAGS: Final = {
    ExtractCause.NO_TEXT_LAYER: "pages_without_text",
    ExtractCause.GARBAGE_TEXT_LAYER: "pages_with_garbage",
}


def unusable_pages(document: Any) -> list[int]:
    """Numbers of the pages, from 1, that OCR has to read."""
    return [
        page.number + 1
        for page in document
        if page_cause(document, page.number + 1, page.get_text()) not in (None, ExtractCause.EMPTY)
    ]


def page_cause(document: Any, number: int, text: str, *, drawn: bool | None = None) -> ExtractCause | None:
    """Why the text of a page is not usable, `EMPTY` for a blank page; None where it is.

    Args:
        document: It is of.
        number: From 1.
        text: Its text layer.
        drawn: Whether lines are drawn on it; looked up where not given.
    """
    pictures = bool(document.get_page_images(number - 1))
    if not text.strip() and not pictures:
        drawn = bool(document[number - 1].get_cdrawings()) if drawn is None else drawn
        return ExtractCause.NO_TEXT_LAYER if drawn else ExtractCause.EMPTY
    # To ask where pictures lie costs as much as to read the page: only where the answer matters.
    scanned = pictures and (len(text) < _SHORT or is_badly_read(text)) and _is_scan(document[number - 1])
    return cause_of_page(text, scanned=scanned)


def _is_scan(page: Any) -> bool:
    """Whether pictures, or the strips of one, cover the page."""
    size = abs(page.rect)
    covered = sum(abs(pymupdf.Rect(info["bbox"]) & page.rect) for info in page.get_image_info())
    return bool(covered > _SCAN_SHARE * size)
