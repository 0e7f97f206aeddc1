"""Tables of web pages: which hold data and which only lay out the page, and their cells."""

from typing import Any, Final

from tasks.extract.inline_text import link, one_line, superscript
from tasks.extract.table_cells import Cell

# A cell this long is a column of a page.
_MAX_CELL: Final = 1500
_BLOCKS: Final = frozenset({"p", "div", "br", "li", "dt", "dd", "td", "th", "tr", "h1", "h2", "h3", "h4", "h5", "h6"})
_MAX_DEPTH: Final = 100


def read_table(node: Any) -> list[list[Cell]] | None:
    """Rows of cells; None where the table lays out a page: its cells are then read as blocks."""
    rows = read_rows(node)
    cells = [cell for row in rows for cell in row]
    if node.attributes.get("role") in {"presentation", "none"}:
        return None
    heads = any(_owner(head) == node.mem_id for head in node.css("th"))
    columns = max((sum(cell.columns for cell in row) for row in rows), default=0)
    if not heads:
        nested = node.css_first("table table, td > h1, td > h2, td > h3, td pre") is not None
        if nested or columns < 2 or len(rows) < 2 or max((len(cell.text) for cell in cells), default=0) > _MAX_CELL:
            return None
    return rows if any(cell.text for cell in cells) else None


def read_rows(node: Any) -> list[list[Cell]]:
    """Rows of cells of a table, without those of tables in it."""
    return [_row(row) for row in node.css("tr") if _owner(row) == node.mem_id]


def _owner(node: Any) -> int:
    parent = node.parent
    while parent is not None and parent.tag != "table":
        parent = parent.parent
    return 0 if parent is None else int(parent.mem_id)


def _row(row: Any) -> list[Cell]:
    cells = []
    child = row.child
    while child is not None:
        if child.is_element_node and child.tag in {"td", "th"}:
            columns, rows = (_span(child, name) for name in ("colspan", "rowspan"))
            cells.append(Cell(one_line(_text(child, 0)), columns, rows))
        child = child.next
    return cells


def _text(node: Any, depth: int) -> str:
    """Words of a cell on one line, links kept."""
    if depth > _MAX_DEPTH:
        return str(node.text(separator=" "))
    pieces = []
    child = node.child
    while child is not None:
        if child.is_text_node:
            pieces.append(child.text(deep=False))
        elif child.is_element_node:
            pieces.append(_dressed(child, _text(child, depth + 1)))
        child = child.next
    return "".join(pieces)


def _dressed(node: Any, text: str) -> str:
    match node.tag:
        case "a":
            return link(text, node.attributes.get("href"))
        case "sup":
            return superscript(text)
        case "li":
            return f" {_item_marker(node)} {text.strip()} "
        case "img":
            return f" {node.attributes.get('alt') or ''} "
        case "script" | "style":
            return ""
    return f" {text} " if node.tag in _BLOCKS else text


def _item_marker(item: Any) -> str:
    parent = item.parent
    if parent is None or parent.tag != "ol":
        return "-"
    number, before = 1, item.prev
    while before is not None:
        number += before.tag == "li"
        before = before.prev
    return f"{number}."


def _span(cell: Any, name: str) -> int:
    value = cell.attributes.get(name) or "1"
    return max(1, int(value)) if value.isdigit() and len(value) < 6 else 1
