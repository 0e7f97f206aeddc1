"""PDF to Markdown with blocks, through PyMuPDF. Runs in the sandbox."""

from collections.abc import Sequence
from typing import Any

import pymupdf

from tasks.extract.parsed import MarkdownBuilder, Parsed, ParseError, Picture
from tasks.extract.pdf_headings import mark_headings
from tasks.extract.pdf_health import cause_of_loss, check_text, missing_content
from tasks.extract.pdf_images import find_pictures
from tasks.extract.pdf_layout import body_size, join_over_breaks, lay_out, repeated_edges
from tasks.extract.pdf_lines import PageLines, read_lines
from tasks.extract.pdf_paragraphs import Paragraph, is_among
from tasks.extract.pdf_tables import take_tables
from tasks.extract.settings import ExtractCause


def parse_pdf(data: bytes, password: str | None, *, pictures: bool) -> Parsed:
    """Read a PDF.

    Args:
        data: The file.
        password: Of an encrypted file.
        pictures: Whether to extract embedded pictures.

    Raises:
        ParseError: Encrypted, truncated, damaged, or without a usable text layer.
        MemoryError: MuPDF could not get the memory it wanted.
    """
    pymupdf.TOOLS.mupdf_display_errors(False)
    pymupdf.TOOLS.mupdf_display_warnings(False)
    try:
        document = _open(data, password)
        try:
            return _read(document, data, pictures=pictures)
        finally:
            document.close()
            pymupdf.TOOLS.store_shrink(100)
            pymupdf.TOOLS.reset_mupdf_warnings()
    except (pymupdf.mupdf.FzErrorBase, RuntimeError, ValueError) as error:
        if "malloc" in str(error) or "out of memory" in str(error):
            raise MemoryError from None
        raise ParseError(cause_of_loss(data), f"not a readable PDF: {type(error).__name__}") from None


def _open(data: bytes, password: str | None) -> Any:
    try:
        document = pymupdf.open(stream=data, filetype="pdf")
    except pymupdf.EmptyFileError:
        raise ParseError(ExtractCause.EMPTY, "the file has no content") from None
    if document.needs_pass and not (password and document.authenticate(password)):
        advice = "the password given does not open it" if password else "give its password to the source"
        raise ParseError(ExtractCause.ENCRYPTED, advice)
    return document


def _read(document: Any, data: bytes, *, pictures: bool) -> Parsed:
    repaired = bool(document.is_repaired)
    if document.page_count == 0:
        raise ParseError(cause_of_loss(data), "no page of it can be found; fetch the file again")
    if repaired and (fault := missing_content(document, data)):
        raise ParseError(*fault)
    pages: list[PageLines] = []
    tables: dict[int, list[Paragraph]] = {}
    for index in range(document.page_count):
        page = document.load_page(index)
        lines = read_lines(page, index + 1)
        pages.append(lines)
        tables[lines.number] = take_tables(page, lines)
    metadata: dict[str, Any] = {"repaired": True} if repaired else {}
    metadata |= check_text(document, pages, tables)
    found, decorative = find_pictures(document, pages) if pictures else ([], 0)
    if decorative:
        metadata["decorative_images"] = decorative
    apart = repeated_edges(pages)
    body = body_size(pages)
    laid_out = {page.number: lay_out(page, tables[page.number], body, apart) for page in pages}
    join_over_breaks(list(laid_out.values()), apart)
    paragraphs = [paragraph for page in pages for paragraph in laid_out[page.number]]
    running = [paragraph.text for paragraph in paragraphs if is_among(paragraph.text, apart)]
    mark_headings(paragraphs, document.get_toc(), running)
    parsed = _write(pages, laid_out, found)
    parsed.metadata, parsed.title = metadata, _title(document, paragraphs)
    return parsed


def _write(
    pages: Sequence[PageLines],
    laid_out: dict[int, list[Paragraph]],
    pictures: list[Picture],
) -> Parsed:
    builder = MarkdownBuilder()
    for page in pages:
        builder.open_page(page.number, (0.0, 0.0, page.width, page.height))
        waiting = [picture for picture in pictures if picture.page == page.number]
        for paragraph in laid_out[page.number]:
            while waiting and waiting[0].box and waiting[0].box[3] <= paragraph.box[1] + 2:
                _add_picture(builder, waiting.pop(0))
            _add_paragraph(builder, paragraph)
        for picture in waiting:
            _add_picture(builder, picture)
        builder.close_page()
    return Parsed(builder.text, builder.blocks, pictures, n_pages=len(pages))


def _add_paragraph(builder: MarkdownBuilder, paragraph: Paragraph) -> None:
    text = paragraph.text
    if paragraph.kind == "heading" and paragraph.level:
        text = f"{'#' * paragraph.level} {text.removeprefix('- ')}"
    elif paragraph.kind == "code":
        text = f"```\n{text}\n```"
    builder.add(
        paragraph.kind,
        text,
        level=paragraph.level,
        page=paragraph.page,
        box=paragraph.box,
        html=paragraph.html,
        attributes=paragraph.attributes,
    )


def _add_picture(builder: MarkdownBuilder, picture: Picture) -> None:
    picture.block = builder.add_picture(page=picture.page, box=picture.box)


def _title(document: Any, paragraphs: Sequence[Paragraph]) -> str | None:
    """The title the file declares, else its first heading."""
    declared = str((document.metadata or {}).get("title") or "").strip()
    if len(declared) >= 4 and not declared.lower().endswith((".doc", ".docx", ".pdf", ".tex", ".dvi", ".indd", ".ps")):
        return declared
    headings = [paragraph for paragraph in paragraphs if paragraph.kind == "heading"]
    return min(headings, key=lambda heading: heading.level or 9).text if headings else None
