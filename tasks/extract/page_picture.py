"""A picture of a PDF page with what was found on it drawn over it, in reading order."""

from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Any, Final

import pymupdf
from PIL import Image, ImageDraw, ImageFont

from tasks.extract.ocr import open_document
from tasks.extract.parsed import Box

_DPI: Final = 120
_MAX_PIXELS: Final = 12_000_000
_COLOURS: Final[Mapping[str, tuple[int, int, int]]] = {
    "heading": (200, 30, 30),
    "paragraph": (40, 90, 200),
    "list": (0, 140, 140),
    "table": (20, 140, 40),
    "code": (110, 80, 40),
    "image": (230, 130, 0),
    "footnote": (150, 40, 170),
    "furniture": (110, 110, 110),
}
_LEGEND_HEIGHT: Final = 26
_FONT_SIZE: Final = 14


def draw_page(
    data: bytes,
    password: str | None,
    number: int,
    blocks: Sequence[Mapping[str, Any]],
    furniture: Sequence[tuple[Mapping[str, Any], str]] = (),
) -> bytes:
    """A PNG of a page: each block in the colour of its kind with its place in the reading order.

    Args:
        data: The PDF.
        password: Of an encrypted one.
        number: Page, from 1.
        blocks: Blocks of `document@1`, of any page, in reading order.
        furniture: Blocks that `clean` takes off, each with the reason.

    Raises:
        IndexError: There is no such page.
        ParseError: It cannot be opened or drawn.
    """
    with open_document(data, password) as document:
        if not 1 <= number <= document.page_count:
            raise IndexError(f"page {number} of {document.page_count}")
        page = document.load_page(number - 1)
        scale = min(_DPI / 72, (_MAX_PIXELS / max(1.0, page.rect.width * page.rect.height)) ** 0.5)
        pixels = page.get_pixmap(matrix=pymupdf.Matrix(scale, scale), alpha=False)
        picture = Image.frombytes("RGB", (pixels.width, pixels.height), pixels.samples)
    off = {id(block): reason for block, reason in furniture}
    order = 0
    canvas = ImageDraw.Draw(picture, "RGBA")
    font = ImageFont.load_default(_FONT_SIZE)
    for block in blocks:
        box = _box(block)
        if block["page"] != number or box is None or block["kind"] == "page":
            continue
        order += 1
        kind = "furniture" if id(block) in off else block["kind"]
        level = f" h{block['level']}" if block["level"] else ""
        label = off.get(id(block)) or f"{order}{level}"
        place = (box[0] * scale, box[1] * scale, box[2] * scale, box[3] * scale)
        _draw(canvas, font, place, _COLOURS.get(kind, (0, 0, 0)), label)
    return _png(_with_legend(picture, font))


def _draw(canvas: Any, font: Any, place: Box, colour: tuple[int, int, int], label: str) -> None:
    canvas.rectangle(place, fill=(*colour, 36), outline=(*colour, 255), width=2)
    width = canvas.textlength(label, font=font) + 6
    # In the margin where there is one: it hides no text.
    left = place[0] - width - 2
    x, y = (left, place[1]) if left >= 0 else (place[0], max(0.0, place[1] - _FONT_SIZE - 3))
    canvas.rectangle((x, y, x + width, y + _FONT_SIZE + 3), fill=(*colour, 230))
    canvas.text((x + 3, y), label, fill=(255, 255, 255), font=font)


def _with_legend(picture: Image.Image, font: Any) -> Image.Image:
    whole = Image.new("RGB", (max(picture.width, 640), picture.height + _LEGEND_HEIGHT), (255, 255, 255))
    whole.paste(picture, (0, 0))
    canvas = ImageDraw.Draw(whole)
    x = 6.0
    for kind, colour in _COLOURS.items():
        canvas.rectangle((x, picture.height + 6, x + 14, picture.height + 20), fill=colour)
        canvas.text((x + 18, picture.height + 5), kind, fill=(0, 0, 0), font=font)
        x += 30 + canvas.textlength(kind, font=font)
    return whole


def _png(picture: Image.Image) -> bytes:
    buffer = BytesIO()
    picture.save(buffer, "PNG")
    return buffer.getvalue()


def _box(block: Mapping[str, Any]) -> Box | None:
    box = (block["x0"], block["y0"], block["x1"], block["y1"])
    return None if None in box else box
