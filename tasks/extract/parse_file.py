"""One file of a documents source to a parsed document. Runs in the sandbox: nothing here is trusted to end."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from tasks.engine.sandbox import unmetered
from tasks.extract.captions import caption_placed
from tasks.extract.parsed import Parsed, ParseError
from tasks.extract.pictures import Decoration, measure_picture
from tasks.extract.settings import ExtractCause
from tasks.extract.sniff import FileKind, UnreadableKindError, sniff
from tasks.extract.text_decoding import decode_text

if TYPE_CHECKING:
    from tasks.extract.ocr import OcrLine

Measures = dict[str, object]


def parse_file(
    data: bytes,
    name: str,
    password: str | None,
    *,
    pictures: bool,
    max_pages: int | None = None,
    seen: "Mapping[int, Sequence[OcrLine]] | None" = None,
) -> tuple[FileKind, Parsed, list[Measures]]:
    """Say what a file is and read it.

    Args:
        data: The file.
        name: Its path, for kinds of plain text.
        password: Of an encrypted file.
        pictures: Whether to take embedded pictures.
        max_pages: A PDF of more is refused; None for no limit.
        seen: Lines that an OCR engine read, by page: they are the text of those pages.

    Returns:
        Its kind, its text and blocks, and the measures of the pictures worth keeping, each with its `picture` index.

    Raises:
        ParseError: It cannot become a document.
        MemoryError: It wanted more memory than the sandbox has.
    """
    try:
        kind = sniff(data, name)
    except UnreadableKindError as error:
        raise ParseError(error.cause, error.message) from None
    if kind.parser == "pdf" and max_pages is not None:
        _check_pages(data, password, max_pages)
    if seen is not None:
        with unmetered():
            from tasks.extract.ocr import with_text
        parsed = _parse("pdf", with_text(data, password, seen), password, pictures=pictures)
    else:
        parsed = _parse(kind.parser, data, password, pictures=pictures)
    if not parsed.text.strip():
        cause = ExtractCause.NO_TEXT_LAYER if parsed.pictures else ExtractCause.EMPTY
        raise ParseError(cause, "nothing but pictures" if parsed.pictures else "no text in it")
    caption_placed(parsed)
    return kind, parsed, _measured(parsed)


def _check_pages(data: bytes, password: str | None, max_pages: int) -> None:
    """Refuse a PDF of too many pages before any is read; one that cannot be opened is left to its reader."""
    with unmetered():
        from tasks.extract.ocr import open_document
    try:
        with open_document(data, password) as document:
            pages = document.page_count
    except ParseError:
        return
    if pages > max_pages:
        raise ParseError(ExtractCause.TOO_LARGE, f"{pages} pages, more than max_pages={max_pages}")


def _measured(parsed: Parsed) -> list[Measures]:
    """Measures of the pictures worth keeping; the others are counted by reason in the document's metadata."""
    measured: list[Measures] = []
    left_out: Counter[str] = Counter(parsed.metadata.get("decorative_images"))
    for index, picture in enumerate(parsed.pictures):
        found = measure_picture(picture)
        if isinstance(found, Decoration):
            left_out[found.value] += 1
        else:
            measured.append({"picture": index, **found})
    if left_out:
        parsed.metadata["decorative_images"] = dict(sorted(left_out.items()))
    return measured


def _parse(parser: str, data: bytes, password: str | None, *, pictures: bool) -> Parsed:
    match parser:
        case "pdf":
            with unmetered():
                from tasks.extract.pdf_reader import parse_pdf
            return parse_pdf(data, password, pictures=pictures)
        case "picture":
            raise ParseError(ExtractCause.NO_TEXT_LAYER, "a picture: needs OCR, `pip install winnow[ocr]`")
        case "markdown" | "text":
            return _plain(data, markdown=parser == "markdown")
    with unmetered():
        from tasks.extract.office import parse_office
    return parse_office(parser, data)


def _plain(data: bytes, *, markdown: bool) -> Parsed:
    from tasks.extract.markdown_blocks import markdown_blocks, take_front_matter
    from tasks.extract.rows import storable

    decoded = decode_text(data)
    if decoded.unreadable * 20 > len(decoded.text):
        raise ParseError(ExtractCause.BAD_ENCODING, "in no encoding that is known")
    text, said = take_front_matter(storable(decoded.text)) if markdown else (storable(decoded.text), {})
    blocks, title = markdown_blocks(text)
    metadata: dict[str, object] = {} if decoded.encoding.startswith("utf-8") else {"encoding": decoded.encoding}
    if said:
        metadata["front_matter"] = said
        title = str(said["title"]) if isinstance(said.get("title"), str | int | float) else title
    return Parsed(text, blocks, title=title, metadata=metadata)
