"""Whether a PDF is whole and its text layer is text."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from tasks.extract.parsed import ParseError
from tasks.extract.pdf_lines import PageLines
from tasks.extract.settings import ExtractCause

_REFERENCE: Final = re.compile(r"(?<![\d.])(\d{1,8}) \d{1,5} R(?![A-Za-z])")
# Characters no reader would call text: private use, replacement, unassigned controls.
_NO_TEXT: Final = re.compile("[\ue000-\uf8ff\ufffd\x00-\x08\x0e-\x1f\x7f-\x9f\U000f0000-\U0010ffff]")
_MAX_GARBAGE: Final = 0.3
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

    Raises:
        ParseError: No page has text, or what they have is no text.
    """
    texts = [
        "".join(line.text for line in page.lines) + "".join(table.text for table in tables.get(page.number, ()))
        for page in pages
    ]
    empty = [page.number for page, text in zip(pages, texts, strict=True) if not text.strip()]
    if len(empty) == len(pages) and not any(page.stray for page in pages):
        drawn = any(page.rules for page in pages) or any(document.get_page_images(i) for i in range(len(pages)))
        if drawn:
            raise ParseError(ExtractCause.NO_TEXT_LAYER, f"{len(pages)} pages of pictures without text: needs OCR")
        raise ParseError(ExtractCause.EMPTY, f"{len(pages)} blank pages")
    garbage = [page.number for page, text in zip(pages, texts, strict=True) if _is_garbage(text)]
    if garbage and len(garbage) >= 0.5 * (len(pages) - len(empty)):
        raise ParseError(ExtractCause.GARBAGE_TEXT_LAYER, f"{len(garbage)} of {len(pages)} pages have no readable text")
    found = {"pages_without_text": empty, "pages_with_garbage": garbage}
    return {name: numbers for name, numbers in found.items() if numbers}


def _is_garbage(text: str) -> bool:
    return bool(text) and len(_NO_TEXT.findall(text)) > _MAX_GARBAGE * len(text)
