"""Read a file in the sandbox, and again with the text of an OCR engine where it has none: one page, one call."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Final

from tasks.engine.sandbox import Sandbox, borrowed_sandbox
from tasks.extract.ocr import OcrLine, open_document, read_page
from tasks.extract.parse_file import Measures, parse_file
from tasks.extract.parsed import Parsed, ParseError
from tasks.extract.pdf_health import unusable_pages
from tasks.extract.settings import ExtractCause, ExtractSettings
from tasks.extract.sniff import FileKind

Read = tuple[FileKind, Parsed, list[Measures]]

_NEED_OCR: Final = frozenset({ExtractCause.NO_TEXT_LAYER, ExtractCause.GARBAGE_TEXT_LAYER})
_FLAGS: Final = ("pages_without_text", "pages_with_garbage")
_SEEN: Final = frozenset({"pdf", "picture"})


def read_file(sandbox: Sandbox, data: bytes, name: str, password: str | None, settings: ExtractSettings) -> Read:
    """Parse a file; of pages without a usable text layer, or of all where `ocr` is `always`, what an engine sees.

    Raises:
        ParseError, SandboxError: It must be quarantined; where no engine is installed also for the want of one.
    """
    parse = partial(parse_file, pictures=settings.images, max_pages=settings.max_pages)
    engine = settings.ocr_engine if settings.ocr != "never" else None
    if engine is None:
        return sandbox.call(parse, data, name, password)
    try:
        read = sandbox.call(parse, data, name, password)
    except ParseError as error:
        if error.cause not in _NEED_OCR:
            raise
        wanted: Sequence[int] | None = None
    else:
        if read[0].parser not in _SEEN:
            return read
        wanted = sorted({page for flag in _FLAGS for page in read[1].metadata.get(flag, ())})
        if not wanted and settings.ocr == "auto":
            return read
    look = partial(pages_to_read, every=settings.ocr == "always")
    numbers = wanted if wanted and settings.ocr == "auto" else sandbox.call(look, data, password)
    # Of its own: a page may take longer than a file, and the models stay where they are loaded.
    with borrowed_sandbox(timeout_s=settings.ocr_timeout_s, memory_mb=settings.memory_mb) as eyes:
        seen = {number: eyes.call(read_page, data, password, number, engine) for number in numbers}
    again: Callable[..., Read] = partial(parse_file, pictures=settings.images, seen=seen)
    kind, parsed, measured = sandbox.call(again, data, name, password)
    parsed.metadata["ocr"] = _account(engine, seen)
    return kind, parsed, measured


def pages_to_read(data: bytes, password: str | None, *, every: bool) -> list[int]:
    """Pages, from 1, that an engine has to read."""
    with open_document(data, password) as document:
        if every or not document.is_pdf:
            return list(range(1, document.page_count + 1))
        return unusable_pages(document)


def _account(engine: str, seen: dict[int, list[OcrLine]]) -> dict[str, Any]:
    scores = [line.score for lines in seen.values() for line in lines]
    sure = round(sum(scores) / len(scores), 3) if scores else None
    return {"engine": engine, "pages": sorted(seen), "score": sure}
