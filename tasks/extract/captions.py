"""Captions of pictures: the nearest line that says "Figure 3" or 图3."""

import re
from collections.abc import Mapping, Sequence
from math import inf
from typing import Any, Final

from tasks.extract.parsed import Box, MarkdownBuilder, Parsed, Picture

CAPTION: Final = re.compile(
    r"(?:fig(?:ure)?s?\.?|图表?|圖表?|附图|附圖|exhibit|chart|diagram|screenshot|photo|照片|插图|插圖)"
    r"\s*[:：.]?\s*(?:\d|(?-i:[A-Z])(?![A-Za-z])|[一二三四五六七八九十]{1,3}(?![\u4e00-\u9fff]))",
    re.IGNORECASE,
)
# Descriptions that a program wrote.
_MACHINE_MADE: Final = re.compile(
    r"(?:(?:picture|image|图片|圖片|图像|graphic|shape|object|photo)\s*\d*|[^\s]*\.(?:png|jpe?g|gif|bmp|emf|wmf|tiff?|webp|svg)"
    r"|[0-9a-f-]{16,}|.*(?:ai[- ]generated|AI ?生成|自动生成).*)$",
    re.IGNORECASE | re.DOTALL,
)
_MAX_CAPTION: Final = 300
# In points.
_REACH: Final = 60.0
_OVERLAP: Final = 12.0


def caption_pictures(builder: MarkdownBuilder, pictures: Sequence[Picture]) -> None:
    """Give each picture the caption beside its block, below before above, else the words that describe it."""
    text, blocks = builder.text, builder.blocks
    for picture in pictures:
        if picture.block is None:
            continue
        near = []
        for step, end in ((1, len(blocks)), (-1, -1)):
            said = (block for block in (blocks[i] for i in range(picture.block + step, end, step))
                    if block["kind"] not in {"image", "page"})  # fmt: skip
            if (block := next(said, None)) is not None:
                near.append(text[block["start"] : block["end"]])
        found = next((line for line in near if CAPTION.match(line)), None)
        picture.caption = (found or described(picture.caption) or "")[:_MAX_CAPTION] or None


def caption_placed(parsed: Parsed) -> None:
    """Give each picture that has a place the caption nearest to it on its page, below before above."""
    for picture in parsed.pictures:
        if picture.box is None or picture.caption:
            continue
        near = []
        for block in parsed.blocks:
            if block["page"] != picture.page or block["kind"] in {"image", "page", "table"} or block["y0"] is None:
                continue
            distance = _distance(picture.box, block)
            if distance <= _REACH and CAPTION.match(line := parsed.text[block["start"] : block["end"]].lstrip("#-• ")):
                near.append((distance, line[:_MAX_CAPTION]))
        picture.caption = min(near)[1] if near else None


def _distance(box: Box, block: Mapping[str, Any]) -> float:
    """From a picture down to a block, or up with a malus, in points; infinite where they do not stand in one column."""
    if block["x1"] < box[0] - 20 or block["x0"] > box[2] + 20:
        return inf
    below, above = block["y0"] - box[3], box[1] - block["y1"]
    if below >= -_OVERLAP:
        return float(below)
    return float(above) + 10 if above >= -_OVERLAP else inf


def described(words: str | None) -> str | None:
    """What a person wrote as description of a picture; None for what a program filled in."""
    line = " ".join((words or "").split())
    return None if not line or _MACHINE_MADE.match(line) else line
