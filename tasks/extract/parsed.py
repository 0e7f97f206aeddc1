"""What every parser returns: Markdown, the blocks it is made of, and the pictures found."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tasks.extract.rows import storable

Box = tuple[float, float, float, float]


class ParseError(Exception):
    """A file that cannot become a document; `cause` is a value of `ExtractCause`, the message never quotes content."""

    def __init__(self, cause: str, message: str = "") -> None:
        super().__init__(cause, message)
        self.cause = cause
        self.message = message


@dataclass
class Picture:
    """An embedded picture: its file bytes and where it was.

    Args:
        data: A PNG, JPEG, … file.
        extension: Of that file, without the dot.
        page: From 1.
        box: In points, origin top left.
        caption: The nearest "Figure"/"图" line.
        block: Index in `Parsed.blocks` of the block that stands for it.
    """

    data: bytes
    extension: str
    page: int | None = None
    box: Box | None = None
    caption: str | None = None
    block: int | None = None


@dataclass
class Parsed:
    """A parsed file; `blocks` are `document@1` blocks, in order of `start`."""

    text: str
    blocks: list[dict[str, Any]] = field(default_factory=list)
    pictures: list[Picture] = field(default_factory=list)
    title: str | None = None
    n_pages: int | None = None
    metadata: dict[str, Any] = field(default_factory=dict)


class MarkdownBuilder:
    """Puts blocks one after the other and remembers where each begins and ends, in code points."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._length = 0
        self._tight = False
        self._page: dict[str, Any] | None = None
        self.blocks: list[dict[str, Any]] = []

    def open_page(self, number: int, box: Box) -> None:
        """Begin a page; blocks added until `close_page` lie in it."""
        self._page = _block("page", page=number, box=box)
        self.blocks.append(self._page)
        self._opened = len(self.blocks)

    def close_page(self) -> None:
        """End the page at the last block added."""
        page = self._page
        if page is not None:
            inside = self.blocks[self._opened :]
            page["start"] = inside[0]["start"] if inside else self._length
            page["end"] = max((block["end"] for block in inside), default=self._length)
        self._page = None

    def add(
        self,
        kind: str,
        text: str,
        *,
        level: int | None = None,
        page: int | None = None,
        box: Box | None = None,
        html: str | None = None,
        attributes: Mapping[str, Any] | None = None,
        tight: bool = False,
    ) -> int | None:
        """Append a block whose Markdown is `text`; nothing is added for an empty one.

        Between two blocks stands a blank line, between two `tight` ones none; the others are columns of a block.
        Returns the block's index, None when nothing was added.
        """
        text = storable(text).strip("\n")
        if not text.strip():
            return None
        gap = ("\n" if tight and self._tight else "\n\n") if self._pieces else ""
        self._pieces += [gap, text]
        start = self._length + len(gap)
        self._length = start + len(text)
        self._tight = tight
        block = _block(kind, start=start, end=self._length, level=level, page=page, box=box, html=html)
        block["attributes"] = json.dumps(dict(attributes), ensure_ascii=False, sort_keys=True) if attributes else None
        self.blocks.append(block)
        return len(self.blocks) - 1

    def loosen(self) -> None:
        """A blank line comes before the next block, a tight one too."""
        self._tight = False

    def add_picture(self, *, page: int | None = None, box: Box | None = None) -> int:
        """Append a block of no text where a picture stands; returns its index."""
        self.blocks.append(_block("image", start=self._length, end=self._length, page=page, box=box))
        return len(self.blocks) - 1

    @property
    def text(self) -> str:
        """All blocks so far as one Markdown text."""
        return "".join(self._pieces)


def _block(
    kind: str,
    *,
    start: int = 0,
    end: int = 0,
    level: int | None = None,
    page: int | None = None,
    box: Box | None = None,
    html: str | None = None,
) -> dict[str, Any]:
    x0, y0, x1, y1 = box or (None, None, None, None)
    place = {"page": page, "x0": x0, "y0": y0, "x1": x1, "y1": y1}
    return {"start": start, "end": end, "kind": kind, "level": level, **place, "html": html, "attributes": None}
