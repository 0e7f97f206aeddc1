"""Formats that are rare today (rtf, odt, msg) to Markdown with blocks, by `unstructured`. Runs in the sandbox."""

import re
from collections.abc import Callable, Sequence
from typing import Any, Final

from selectolax.lexbor import LexborHTMLParser

from tasks.engine.sandbox import unmetered
from tasks.extract.html_tables import read_rows
from tasks.extract.parsed import MarkdownBuilder, Parsed
from tasks.extract.table_cells import table_html, table_markdown

# Furniture of a page or mail, not of the document.
_LEFT_OUT: Final = frozenset({"Header", "Footer", "PageBreak", "PageNumber"})

# Chinese word processors name the style of a heading so where it is not the built-in one.
_HEADING_STYLE: Final = re.compile(r"(?:标题|標題)\s*([1-9])$")


def parse_rare(kind: str, data: bytes) -> Parsed:
    """Read a document.

    Args:
        kind: rtf | odt | msg
        data: The file.
    """
    with unmetered():
        from tasks.extract.unstructured_offline import partition
    elements = [element for element in partition(kind, data) if element.category not in _LEFT_OUT]
    builder = MarkdownBuilder()
    base = min((_depth(element) for element in elements if element.category == "ListItem"), default=0)
    for element in elements:
        _add(builder, element, base)
    return Parsed(builder.text, builder.blocks, title=_title(elements))


def parse_rtf(data: bytes) -> Parsed:
    """Read a file in Rich Text Format."""
    return parse_rare("rtf", data)


def parse_odt(data: bytes) -> Parsed:
    """Read an OpenDocument text."""
    return parse_rare("odt", data)


def parse_msg(data: bytes) -> Parsed:
    """Read a mail that Outlook saved."""
    return parse_rare("msg", data)


def _add(builder: MarkdownBuilder, element: Any, base: int) -> None:
    page = element.metadata.page_number
    level = _heading_level(element)
    if level is not None:
        text = " ".join(element.text.split())
        builder.add("heading", f"{'#' * level} {text}" if text else "", level=level, page=page)
    elif element.category == "ListItem":
        builder.add("list", f"{'  ' * (_depth(element) - base)}- {element.text}", page=page, tight=True)
    else:
        _WRITERS.get(element.category, _add_paragraph)(builder, element, page)


def _heading_level(element: Any) -> int | None:
    """From styles, tags and placeholders only: what `unstructured` makes of a text's wording is right for English."""
    style = _HEADING_STYLE.match(getattr(element.metadata, "style_name", None) or "")
    if style:
        return min(int(style[1]), 6)
    depth = element.metadata.category_depth
    if element.category != "Title" or depth is None:
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
    table = LexborHTMLParser(html).css_first("table") if html else None
    rows = [] if table is None else read_rows(table)
    builder.add("table", table_markdown(rows) or element.text, page=page, html=table_html(rows) if rows else html)


def _title(elements: Sequence[Any]) -> str | None:
    subject = next((element.metadata.subject for element in elements if element.metadata.subject), None)
    heading = next((element.text for element in elements if _heading_level(element)), None)
    title = subject or heading
    return " ".join(title.split())[:300] if title else None


_WRITERS: Final[dict[str, Callable[[MarkdownBuilder, Any, int | None], None]]] = {
    "CodeSnippet": _add_code,
    "Table": _add_table,
}
