"""Find running headers, footers and page numbers: lines that repeat at the edge of pages.

Repetition decides, not position: a line at the edge of a page is furniture when lines like it (digits aside) stand at
the same edge of other pages, or when it is a page number that counts along with the pages. The first paragraph of
every page of a manual stays.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from schemas.sides import REMOVED_SPAN

# Blocks at the top and at the bottom of a page that can be its furniture.
_EDGE_BLOCKS: Final = 3
# A longer block is text, however often it is repeated.
_MAX_CHARS: Final = 200
# Of the pages of a document, and at least so many of them.
_MIN_SHARE: Final = 0.4
_MIN_PAGES: Final = 3
_DIGITS: Final = re.compile(r"\d+")
_BLANKS: Final = re.compile(r"\s+")
_NUMBER: Final = re.compile(
    r"[-–—·|\s]*(?:page|p\.|seite|第)?\s*(\d{1,5}|[ivxlcdm]{1,8})\s*(?:页|頁)?\s*"
    r"(?:(?:/|of|von|共)\s*\d{1,5}\s*(?:页|頁)?)?[-–—·|\s]*",
    re.IGNORECASE,
)

Block = Mapping[str, Any]
Span = tuple[int, int, str, str]


def find_page_furniture(batch: pa.Table) -> pa.Table:
    """Spans of running headers, footers and page numbers.

    Args:
        batch: `document@1` rows; only those with `n_pages` of at least 3 are looked at.

    Returns:
        `removed_span@1` rows, reasons page_header, page_footer and page_number.
    """
    paged = batch.filter(pc.greater_equal(pc.fill_null(batch["n_pages"], 0), _MIN_PAGES))
    rows = [
        {"doc_id": row["id"], "start": start, "end": end, "reason": reason, "detail": detail}
        for row in paged.select(["id", "text", "blocks"]).to_pylist()
        for start, end, reason, detail in _spans(row["text"], row["blocks"])
    ]
    return REMOVED_SPAN.from_rows(rows)


def _spans(text: str, blocks: Sequence[Block]) -> Iterator[Span]:
    pages = _pages(blocks)
    seen: dict[tuple[str, str], set[int]] = defaultdict(set)
    edges = [(number, edge, block) for number, found in pages.items() for edge, block in _edges(found)]
    for number, edge, block in edges:
        seen[edge, _key(text, block)].add(number)
    needed = max(_MIN_PAGES, round(_MIN_SHARE * len(pages)))
    numbers = _page_numbers(text, edges, needed)
    for number, edge, block in edges:
        key = _key(text, block)
        on = len(seen[edge, key])
        if (number, block["start"]) in numbers:
            yield block["start"], block["end"], "page_number", f"counts along on {len(numbers)} of {len(pages)} pages"
        elif key and on >= needed:
            reason = "page_header" if edge == "top" else "page_footer"
            yield block["start"], block["end"], reason, f"on {on} of {len(pages)} pages"


def _pages(blocks: Sequence[Block]) -> dict[int, list[Block]]:
    pages: dict[int, list[Block]] = {block["page"]: [] for block in blocks if block["kind"] == "page"}
    for block in blocks:
        if block["kind"] not in {"page", "image", "table"} and block["page"] in pages and block["end"] > block["start"]:
            pages[block["page"]].append(block)
    return pages


def _edges(blocks: Sequence[Block]) -> Iterator[tuple[str, Block]]:
    """Top and bottom blocks of a page by where they stand on it, not by reading order; each once."""
    ordered = sorted(blocks, key=lambda block: (block["y0"] or 0.0, block["x0"] or 0.0))
    # Half of a page of few blocks is its top.
    depth = min(_EDGE_BLOCKS, (len(ordered) + 1) // 2)
    for block in ordered[:depth]:
        yield "top", block
    for block in ordered[max(depth, len(ordered) - _EDGE_BLOCKS) :]:
        yield "bottom", block


def _key(text: str, block: Block) -> str:
    """What a block says, digits and spaces aside; empty for one that is no furniture."""
    if block["end"] - block["start"] > _MAX_CHARS:
        return ""
    said = text[block["start"] : block["end"]].lstrip("#- ").strip()
    return _BLANKS.sub("", _DIGITS.sub("0", said)).lower()


def _page_numbers(text: str, edges: Sequence[tuple[int, str, Block]], needed: int) -> set[tuple[int, int]]:
    """Blocks that hold nothing but a number that differs from the page's by the same amount on most pages."""
    offsets: dict[int, set[tuple[int, int]]] = defaultdict(set)
    for number, _, block in edges:
        found = _NUMBER.fullmatch(text[block["start"] : block["end"]].lstrip("#- "))
        if found and found[1].isdigit():
            offsets[int(found[1]) - number].add((number, block["start"]))
    best = max(offsets.values(), key=len, default=set())
    return best if len(best) >= needed else set()
