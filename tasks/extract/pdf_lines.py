"""The lines of a PDF page as MuPDF sees them, upright, visible and once each."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import pymupdf

from tasks.extract.parsed import Box
from tasks.extract.pdf_grids import Edge, rule_edges

# No ligatures (they come apart), nothing off the page, rules and boxes beside the text. Pictures are read elsewhere:
# with them a page costs ten times as much.
FLAGS: Final = int(
    pymupdf.TEXT_PRESERVE_WHITESPACE
    | pymupdf.TEXT_MEDIABOX_CLIP
    | pymupdf.TEXT_CID_FOR_UNKNOWN_UNICODE
    | pymupdf.TEXT_COLLECT_VECTORS
)
_WHITE: Final = 0xFFFFFF
_BOLD: Final = 16
_MONO: Final = 8
_SUPERSCRIPT: Final = 1
# Lines of one text that begin this close are one line drawn again, in points.
_SAME_PLACE: Final = 2.0
_BOLD_NAMES: Final = ("bold", "black", "heavy", "semibold", "demi", "simhei", "黑体")
_MONO_NAMES: Final = ("mono", "courier", "consol", "menlo", "cmtt", "typewriter")


@dataclass(slots=True)
class Line:
    """A run of text on one baseline. Coordinates in points, origin top left."""

    text: str
    x0: float
    y0: float
    x1: float
    y1: float
    # Of most of the characters.
    size: float
    bold: bool
    mono: bool
    # Number of MuPDF's block, and the order in which the page draws.
    block: int
    order: int
    superscript: bool = False
    # Of most of the characters.
    font: str = ""
    # Index of the page's table that this line stands for.
    table: int | None = None


@dataclass(slots=True)
class PageLines:
    """What is on one page.

    Args:
        number: From 1.
        width: Of the page, in points.
        height: Of the page, in points.
        lines: Upright lines, in drawing order.
        stray: Lines that stand askew to the rest: watermarks, stamps in the margin.
        rules: Boxes of what is drawn.
        flat: Rules that run across.
        upright: Rules that run down.
    """

    number: int
    width: float
    height: float
    lines: list[Line]
    stray: list[Line]
    rules: list[Box]
    flat: list[Edge]
    upright: list[Edge]


def read_lines(page: Any, number: int) -> PageLines:
    """The lines of a `pymupdf.Page`."""
    content = page.get_text("dict", flags=FLAGS)
    width, height = content["width"], content["height"]
    turned: dict[tuple[int, int], list[Line]] = {}
    askew: list[Line] = []
    rules: list[Box] = []
    straight: list[Box] = []
    order = 0
    for block in content["blocks"]:
        if block["type"] == 3:
            rules.append(block["bbox"])
            # Curves rule nothing off, and white covers.
            if block["isrect"] and block["color"] != _WHITE:
                straight.append(block["bbox"])
            continue
        if block["type"]:
            continue
        for raw in block["lines"]:
            line = _line(raw["spans"], raw["bbox"], block["number"], order)
            if line is None:
                continue
            order += 1
            cos, sin = raw["dir"]
            if cos > 0.999 and not raw["wmode"]:
                turned.setdefault((1, 0), []).append(line)
            elif abs(cos) > 0.999 or abs(sin) > 0.999:
                turned.setdefault((round(cos), round(sin)), []).append(line)
            else:
                askew.append(line)
    main = max(turned, key=lambda turn: (sum(len(line.text) for line in turned[turn]), turn), default=(1, 0))
    lines = turned.pop(main, [])
    if main != (1, 0):
        width, height = _upright(lines, main, width, height), width if main[1] else height
        rules, straight = [], []
    stray = [*askew, *(line for turn in sorted(turned) for line in turned[turn])]
    flat, upright = rule_edges(straight, width, height)
    return PageLines(number, width, height, _once(lines), _once(stray), rules, flat, upright)


def _line(spans: list[dict[str, Any]], box: Box, block: int, order: int) -> Line | None:
    if len(spans) == 1:
        span = spans[0]
        text = span["text"]
        most = span
    else:
        text, most = _joined(spans)
    if "\u200b" in text:
        text = text.replace("\u200b", "")
    if not text or text.isspace():
        return None
    flags = most["flags"]
    bold, mono = _style(most["font"], flags & (_BOLD | _MONO))
    x0, y0, x1, y1 = box
    return Line(text, x0, y0, x1, y1, most["size"], bold, mono, block, order, bool(flags & _SUPERSCRIPT), most["font"])


def _joined(spans: list[dict[str, Any]]) -> tuple[str, dict[str, Any]]:
    """What spans say, and the longest of them.

    One that says again what the one before says in its place, bold by overprinting, is left out.
    """
    before = most = spans[0]
    said = before["text"]
    pieces, length = [said], len(said)
    for span in spans[1:]:
        text = span["text"]
        if text == said and abs(span["bbox"][0] - before["bbox"][0]) <= 0.3 * span["size"]:
            continue
        pieces.append(text)
        before, said = span, text
        if len(text) > length:
            most, length = span, len(text)
    return "".join(pieces), most


@lru_cache(maxsize=1024)
def _style(font: str, flags: int) -> tuple[bool, bool]:
    """Whether a font is bold, and whether all its letters are as wide."""
    name = font.lower()
    bold = bool(flags & _BOLD) or any(part in name for part in _BOLD_NAMES)
    return bold, bool(flags & _MONO) or any(part in name for part in _MONO_NAMES)


def _upright(lines: list[Line], turn: tuple[int, int], width: float, height: float) -> float:
    """Turn `lines` upright in place; returns the new width of the page."""
    cos, sin = turn
    for line in lines:
        x0, y0, x1, y1 = line.x0, line.y0, line.x1, line.y1
        if sin == -1:  # reads upwards
            line.x0, line.y0, line.x1, line.y1 = height - y1, x0, height - y0, x1
        elif sin == 1:  # reads downwards
            line.x0, line.y0, line.x1, line.y1 = y0, width - x1, y1, width - x0
        elif cos == -1:
            line.x0, line.y0, line.x1, line.y1 = width - x1, height - y1, width - x0, height - y0
    return height if sin else width


def _once(lines: Iterable[Line]) -> list[Line]:
    """Without lines drawn again on the same place (shadows, bold by overprinting)."""
    kept: list[Line] = []
    # Left sides of lines by what they say and the strip of the page they begin in: a table says the same often.
    seen: dict[tuple[str, int], list[tuple[float, float]]] = {}
    for line in lines:
        text, strip, x0, y0 = line.text.strip(), int(line.y0 // _SAME_PLACE), line.x0, line.y0
        for key in ((text, strip), (text, strip - 1), (text, strip + 1)):
            if key in seen and any(abs(x0 - x) < _SAME_PLACE and abs(y0 - y) < _SAME_PLACE for x, y in seen[key]):
                break
        else:
            seen.setdefault((text, strip), []).append((x0, y0))
            kept.append(line)
    return kept
