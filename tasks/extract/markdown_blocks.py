"""Headings, fences, tables and lists of a Markdown text as blocks of `document@1`."""

import re
from typing import Any, Final

from tasks.engine.markdown_fences import fence_spans

_HEADING: Final = re.compile(r"^ {0,3}(#{1,6})[ \t]+(.+?)[ \t]*#*[ \t]*$", re.MULTILINE)
_TABLE: Final = re.compile(r"^\|.*\|[ \t]*\n\|[ \t:|-]+\|[ \t]*(?:\n\|.*\|[ \t]*)*", re.MULTILINE)


def markdown_blocks(text: str) -> tuple[list[dict[str, Any]], str | None]:
    """Blocks in order, and the first heading of the highest level as a title.

    Source: CommonMark 0.31, 4.2 and 4.5; tables as in GitHub Flavored Markdown 0.29.
    """
    fences = fence_spans(text)
    blocks = [_block(start, end, "code") for start, end in fences]
    headings = []
    for found in _HEADING.finditer(text):
        if not _inside(found.start(), fences):
            headings.append((len(found[1]), found[2]))
            blocks.append(_block(found.start(), found.end(), "heading", len(found[1])))
    blocks += [_block(t.start(), t.end(), "table") for t in _TABLE.finditer(text) if not _inside(t.start(), fences)]
    title = min(headings, key=lambda heading: heading[0])[1] if headings else None
    return sorted(blocks, key=lambda block: block["start"]), title


def _inside(position: int, spans: list[tuple[int, int]]) -> bool:
    return any(start <= position < end for start, end in spans)


def _block(start: int, end: int, kind: str, level: int | None = None) -> dict[str, Any]:
    nothing = dict.fromkeys(("page", "x0", "y0", "x1", "y1", "html", "attributes"))
    return {"start": start, "end": end, "kind": kind, "level": level, **nothing}
