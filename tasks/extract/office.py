"""HTML, office files, books and mails to Markdown with blocks, through `unstructured`. Runs in the sandbox."""

import re
from collections.abc import Callable, Sequence
from typing import Any, Final

from selectolax.lexbor import LexborHTMLParser

from tasks.engine.sandbox import unmetered
from tasks.extract.parsed import MarkdownBuilder, Parsed, ParseError
from tasks.extract.pdf_tables import markdown_table
from tasks.extract.settings import ExtractCause

# Furniture of a page or mail, not of the document.
_LEFT_OUT: Final = frozenset({"Header", "Footer", "PageBreak", "PageNumber"})

# Chinese word processors name the style of a heading so where it is not the built-in one.
_HEADING_STYLE: Final = re.compile(r"(?:标题|標題)\s*([1-9])$")


def parse_office(kind: str, data: bytes) -> Parsed:
    """Read a document.

    Args:
        kind: html | docx | pptx | xlsx | epub | email
        data: The file.

    Raises:
        ParseError: The parser cannot read it, or there is no text in it.
    """
    with unmetered():
        from tasks.extract.unstructured_offline import partition
    try:
        elements = partition(kind, data)
    except MemoryError:
        raise
    # What the parsers below `unstructured` raise on damaged files is not declared anywhere.
    except Exception as error:  # noqa: BLE001
        raise ParseError(ExtractCause.PARSER_ERROR, f"the {kind} parser failed: {type(error).__name__}") from None
    builder = MarkdownBuilder()
    base = min((_depth(element) for element in elements if element.category == "ListItem"), default=0)
    sheet = None
    for element in _in_order(kind, elements):
        if element.category in _LEFT_OUT:
            continue
        if kind == "xlsx" and element.metadata.page_name != sheet:
            sheet = element.metadata.page_name
            builder.add("heading", f"# {sheet}", level=1, page=element.metadata.page_number)
        _add(builder, kind, element, base)
    if not builder.text:
        raise ParseError(ExtractCause.EMPTY, "no text in it")
    return Parsed(builder.text, builder.blocks, title=_title(kind, elements))


def _in_order(kind: str, elements: Sequence[Any]) -> Sequence[Any]:
    """As they are to be read: the notes of a slide come after the slide, not before it."""
    if kind != "pptx":
        return elements
    # Without a model that knows verbs, only notes are narrative.
    order = enumerate(elements)
    key = sorted((e.metadata.page_number or 0, e.category == "NarrativeText", index) for index, e in order)
    return [elements[index] for _, _, index in key]


def _add(builder: MarkdownBuilder, kind: str, element: Any, base: int) -> None:
    page = element.metadata.page_number
    level = _heading_level(kind, element)
    if level is not None:
        text = " ".join(element.text.split())
        builder.add("heading", f"{'#' * level} {text}" if text else "", level=level, page=page)
    elif element.category == "ListItem":
        builder.add("list", f"{'  ' * (_depth(element) - base)}- {element.text}", page=page, tight=True)
    else:
        _WRITERS.get(element.category, _add_paragraph)(builder, element, page)


def _heading_level(kind: str, element: Any) -> int | None:
    """From styles, tags and placeholders only: what `unstructured` makes of a text's wording is right for English."""
    style = _HEADING_STYLE.match(getattr(element.metadata, "style_name", None) or "")
    if style:
        return min(int(style[1]), 6)
    depth = element.metadata.category_depth
    if element.category != "Title" or depth is None or (kind == "pptx" and depth > 0):
        return None
    return min(int(depth) + 1, 6)


def _depth(element: Any) -> int:
    return int(element.metadata.category_depth or 0)


def _add_paragraph(builder: MarkdownBuilder, element: Any, page: int | None) -> None:
    builder.add("paragraph", element.text, page=page)


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


def _title(kind: str, elements: Sequence[Any]) -> str | None:
    subject = next((element.metadata.subject for element in elements if element.metadata.subject), None)
    heading = next((element.text for element in elements if _heading_level(kind, element)), None)
    title = subject or heading
    return " ".join(title.split())[:300] if title else None


_WRITERS: Final[dict[str, Callable[[MarkdownBuilder, Any, int | None], None]]] = {
    "CodeSnippet": _add_code,
    "Table": _add_table,
}
