"""Captions of pictures: the nearest line that says "Figure 3" or 图3."""

import re
from collections.abc import Sequence
from typing import Final

from tasks.extract.parsed import MarkdownBuilder, Picture

CAPTION: Final = re.compile(
    r"(?:fig(?:ure)?s?\.?|图表?|圖表?|附图|附圖|exhibit|chart|diagram|screenshot|photo|照片|插图|插圖)"
    r"\s*[:：.]?\s*(?:[\dA-Z]|[一二三四五六七八九十]{1,3}(?![\u4e00-\u9fff]))",
    re.IGNORECASE,
)
# Descriptions that a program wrote.
_MACHINE_MADE: Final = re.compile(
    r"(?:(?:picture|image|图片|圖片|图像|graphic|shape|object|photo)\s*\d*|[^\s]*\.(?:png|jpe?g|gif|bmp|emf|wmf|tiff?|webp|svg)"
    r"|[0-9a-f-]{16,}|.*(?:ai[- ]generated|自动生成|描述已自动).*)$",
    re.IGNORECASE | re.DOTALL,
)
_MAX_CAPTION: Final = 300


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


def described(words: str | None) -> str | None:
    """What a person wrote as description of a picture; None for what a program filled in."""
    line = " ".join((words or "").split())
    return None if not line or _MACHINE_MADE.match(line) else line
