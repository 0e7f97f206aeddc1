"""HTML, office files, books and mails to Markdown with blocks, through `unstructured`. Runs in the sandbox."""

from collections.abc import Callable, Sequence
from typing import Any, Final

from selectolax.lexbor import LexborHTMLParser

from tasks.extract.parsed import MarkdownBuilder, Parsed, ParseError
from tasks.extract.pdf_tables import markdown_table
from tasks.extract.settings import ExtractCause

# Furniture of a page or mail, not of the document.
_LEFT_OUT: Final = frozenset({"Header", "Footer", "PageBreak", "PageNumber"})


def parse_office(kind: str, data: bytes) -> Parsed:
    """Read a document.

    Args:
        kind: html | docx | pptx | xlsx | epub | email
        data: The file.

    Raises:
        ParseError: The parser cannot read it, or there is no text in it.
    """
    from tasks.extract.unstructured_offline import partition

    try:
        elements = partition(kind, data)
    except MemoryError:
        raise
    # What the parsers below `unstructured` raise on damaged files is not declared anywhere.
    except Exception as error:  # noqa: BLE001
        raise ParseError(ExtractCause.PARSER_ERROR, f"the {kind} parser failed: {type(error).__name__}") from None
    builder = MarkdownBuilder()
    for element in elements:
        if element.category not in _LEFT_OUT:
            _add(builder, element)
    if not builder.text:
        raise ParseError(ExtractCause.EMPTY, "no text in it")
    return Parsed(builder.text, builder.blocks, title=_title(elements))


def _add(builder: MarkdownBuilder, element: Any) -> None:
    page = element.metadata.page_number
    _WRITERS.get(element.category, _add_paragraph)(builder, element, page)


def _add_paragraph(builder: MarkdownBuilder, element: Any, page: int | None) -> None:
    builder.add("paragraph", element.text, page=page)


def _add_heading(builder: MarkdownBuilder, element: Any, page: int | None) -> None:
    level = min((element.metadata.category_depth or 0) + 1, 6)
    text = " ".join(element.text.split())
    builder.add("heading", f"{'#' * level} {text}" if text else "", level=level, page=page)


def _add_item(builder: MarkdownBuilder, element: Any, page: int | None) -> None:
    indent = "  " * (element.metadata.category_depth or 0)
    builder.add("list", f"{indent}- {element.text}", page=page, after="\n")


def _add_code(builder: MarkdownBuilder, element: Any, page: int | None) -> None:
    builder.add("code", f"```\n{element.text}\n```", page=page)


def _add_table(builder: MarkdownBuilder, element: Any, page: int | None) -> None:
    html = element.metadata.text_as_html
    rows = _cells(html) if html else []
    builder.add("table", markdown_table(rows) if rows else element.text, page=page, html=html)


def _cells(html: str) -> list[list[str | None]]:
    rows: list[list[str | None]] = []
    for row in LexborHTMLParser(html).css("tr"):
        cells: list[str | None] = []
        for cell in row.css("td,th"):
            cells.append(" ".join(cell.text(separator=" ").split()))
            cells += [None] * (_span(cell) - 1)
        rows.append(cells)
    width = max((len(row) for row in rows), default=0)
    filled: list[list[str | None]] = [[*row, *[""] * (width - len(row))] for row in rows]
    return [row for row in filled if any(row)]


def _span(cell: Any) -> int:
    value = cell.attributes.get("colspan") or "1"
    return min(int(value), 64) if value.isdigit() else 1


def _title(elements: Sequence[Any]) -> str | None:
    subject = next((element.metadata.subject for element in elements if element.metadata.subject), None)
    heading = next((element.text for element in elements if element.category == "Title"), None)
    title = subject or heading
    return " ".join(title.split())[:300] if title else None


_WRITERS: Final[dict[str, Callable[[MarkdownBuilder, Any, int | None], None]]] = {
    "Title": _add_heading,
    "ListItem": _add_item,
    "CodeSnippet": _add_code,
    "Table": _add_table,
}
