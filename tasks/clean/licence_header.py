"""Find licence and copyright headers: the comment at the top of a source file that says who may use it.

Only whole comment lines at the top go, and only when the comment speaks of a licence or of copyright: shebangs,
encoding lines, includes, module docstrings and the comment that explains the file stay. Source of the failures this
avoids: clean_copyright_mapper of Data-Juicer deletes `#include`, Markdown headings and shebangs.
"""

import re
from typing import Final

import polars as pl
import pyarrow as pa

from schemas.sides import REMOVED_SPAN

# Cheap gate over the first characters, before any file is looked at line by line.
_GATE: Final = r"(?i)copyright|\blicen[sc]e|spdx|all rights reserved|©|版权|著作权|许可证|版權|許可"
_SPEAKS: Final = re.compile(
    r"copyright|\(c\)\s*\d{4}|©|spdx-license-identifier|licensed (?:under|to)|permission is hereby granted"
    r"|all rights reserved|redistribution and use|under the terms of|warrant(?:y|ies)|apache\.org/licenses"
    r"|版权所有|版权归|著作权|许可证|保留所有权利|版權所有|許可證",
    re.IGNORECASE,
)
_HEAD: Final = 12_000
# Lines that may stand before a header and stay.
_PREAMBLE: Final = re.compile(r"#!.*|.*-\*-.*coding.*|#\s*(?:vim?|coding)[:=].*|<\?(?:xml|php).*|//go:build.*|\s*")
_LINE_COMMENT: Final = re.compile(
    r"[ \t]*(?:#(?!include|define|if|pragma|import|!|\[)|//|--|;+|%|REM\b|dnl\b)", re.IGNORECASE
)
_BLOCK_COMMENTS: Final = (
    (re.compile(r"[ \t]*/\*"), "*/"),
    (re.compile(r"[ \t]*<!--"), "-->"),
    (re.compile(r"[ \t]*\{-"), "-}"),
    (re.compile(r"[ \t]*\(\*"), "*)"),
)


def find_licence_headers(batch: pa.Table) -> pa.Table:
    """Spans of licence headers of source files.

    Args:
        batch: `document@1` rows; only those of source type code are looked at.

    Returns:
        `removed_span@1` rows, reason licence_header.
    """
    frame = pl.DataFrame(pl.from_arrow(batch.select(["id", "text", "source_type"])))
    likely = frame.filter(pl.col("source_type") == "code", pl.col("text").str.slice(0, _HEAD).str.contains(_GATE))
    rows = []
    for doc_id, text in likely.select("id", "text").iter_rows():
        for start, end in licence_headers(text):
            lines = text.count("\n", start, end)
            row = {"doc_id": doc_id, "start": start, "end": end, "reason": "licence_header", "detail": f"{lines} lines"}
            rows.append(row)
    return REMOVED_SPAN.from_rows(rows)


def licence_headers(text: str) -> list[tuple[int, int]]:
    """`[start, end)` of the comments at the top of `text` that speak of a licence, whole lines."""
    found = []
    position = 0
    while position < min(len(text), _HEAD):
        line_end = _line_end(text, position)
        line = text[position:line_end].rstrip("\n")
        if _PREAMBLE.fullmatch(line):
            position = line_end
            continue
        end = _comment_end(text, position)
        if end is None:
            break
        if _SPEAKS.search(text, position, end):
            found.append((position, _with_blank_lines(text, end)))
        position = end
    return found


def _comment_end(text: str, start: int) -> int | None:
    """Where the comment that begins on this line ends; None where none begins."""
    for opening, closing in _BLOCK_COMMENTS:
        if found := opening.match(text, start):
            end = text.find(closing, found.end())
            if end < 0:
                return None
            rest = text[end + len(closing) : _line_end(text, end)]
            return None if rest.strip() else _line_end(text, end)
    marker = _LINE_COMMENT.match(text, start)
    if marker is None:
        return None
    end = start
    while end < len(text) and (found := _LINE_COMMENT.match(text, end)) and found[0].strip() == marker[0].strip():
        end = _line_end(text, end)
    return end


def _line_end(text: str, position: int) -> int:
    end = text.find("\n", position)
    return len(text) if end < 0 else end + 1


def _with_blank_lines(text: str, end: int) -> int:
    while end < len(text) and not text[end : _line_end(text, end)].strip():
        end = _line_end(text, end)
    return end
