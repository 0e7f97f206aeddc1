"""Headings, fences, tables and lists of a Markdown text as blocks of `document@1`."""

import json
import re
from typing import Any, Final

import yaml

from tasks.engine.markdown_fences import fence_spans

_HEADING: Final = re.compile(r"^ {0,3}(#{1,6})[ \t]+(.+?)[ \t]*#*[ \t]*$", re.MULTILINE)
# A line of text and one of = or - below it; a line of a list, table or quotation is none.
_SETEXT: Final = re.compile(r"^(?![ \t]*(?:[-*+>|#]|\d+[.)][ \t]))( {0,3}\S.*)\n {0,3}(=+|-{2,})[ \t]*$", re.MULTILINE)
_FRONT_MATTER: Final = re.compile(r"---[ \t]*\n(.*?\n)(?:---|\.\.\.)[ \t]*(?:\n+|\Z)", re.DOTALL)
_MAX_FRONT_MATTER: Final = 20_000
_TABLE: Final = re.compile(r"^\|.*\|[ \t]*\n\|[ \t:|-]+\|[ \t]*(?:\n\|.*\|[ \t]*)*", re.MULTILINE)


def markdown_blocks(text: str) -> tuple[list[dict[str, Any]], str | None]:
    """Blocks in order, and the first heading of the highest level as a title.

    Source: CommonMark 0.31, 4.2, 4.3 and 4.5; tables as in GitHub Flavored Markdown 0.29.
    """
    fences = fence_spans(text)
    blocks = [_block(start, end, "code") for start, end in fences]
    headings = []
    for found in _HEADING.finditer(text):
        if not _inside(found.start(), fences):
            headings.append((len(found[1]), found[2]))
            blocks.append(_block(found.start(), found.end(), "heading", len(found[1])))
    for found in _SETEXT.finditer(text):
        before = text[: found.start()]
        if not _inside(found.start(), fences) and (not before or before.endswith("\n\n")):
            level = 1 if found[2][0] == "=" else 2
            headings.append((level, found[1].strip()))
            blocks.append(_block(found.start(), found.end(), "heading", level))
    blocks += [_block(t.start(), t.end(), "table") for t in _TABLE.finditer(text) if not _inside(t.start(), fences)]
    title = min(headings, key=lambda heading: heading[0])[1] if headings else None
    return sorted(blocks, key=lambda block: block["start"]), title


def take_front_matter(text: str) -> tuple[str, dict[str, Any]]:
    """The text without the YAML block that it begins with, and what that says; as it is where it has none."""
    found = _FRONT_MATTER.match(text, 0, _MAX_FRONT_MATTER)
    if not found:
        return text, {}
    try:
        said = yaml.safe_load(found[1])
        # As JSON can hold it: dates and the like are their text.
        said = json.loads(json.dumps(said, ensure_ascii=False, default=str)) if isinstance(said, dict) else None
    except (yaml.YAMLError, ValueError, TypeError, RecursionError):
        return text, {}
    rest = text[found.end() :]
    return (rest, said) if said and rest.strip() else (text, {})


def _inside(position: int, spans: list[tuple[int, int]]) -> bool:
    return any(start <= position < end for start, end in spans)


def _block(start: int, end: int, kind: str, level: int | None = None) -> dict[str, Any]:
    nothing = dict.fromkeys(("page", "x0", "y0", "x1", "y1", "html", "attributes"))
    return {"start": start, "end": end, "kind": kind, "level": level, **nothing}
