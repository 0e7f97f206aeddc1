"""Presentations to Markdown: a slide's title, its shapes in reading order, its notes. Runs in the sandbox."""

from collections.abc import Iterator
from io import BytesIO
from typing import Any, Final

from lxml import etree
from pptx import Presentation
from pptx.enum.shapes import PP_PLACEHOLDER

from tasks.extract.captions import caption_pictures
from tasks.extract.charts import add_chart
from tasks.extract.inline_text import link, one_line, superscript
from tasks.extract.list_writer import ListWriter
from tasks.extract.numbering import Mark
from tasks.extract.parsed import Box, MarkdownBuilder, Parsed, ParseError, Picture
from tasks.extract.settings import ExtractCause
from tasks.extract.table_cells import Cell, table_html, table_markdown

_A: Final = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_R: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_DIAGRAM: Final = "{http://schemas.openxmlformats.org/drawingml/2006/diagram}"
_P: Final = "{http://schemas.openxmlformats.org/presentationml/2006/main}"
_TITLES: Final = frozenset({PP_PLACEHOLDER.TITLE, PP_PLACEHOLDER.CENTER_TITLE, PP_PLACEHOLDER.VERTICAL_TITLE})
# The furniture of a slide.
_LEFT_OUT: Final = frozenset(
    {PP_PLACEHOLDER.DATE, PP_PLACEHOLDER.FOOTER, PP_PLACEHOLDER.SLIDE_NUMBER, PP_PLACEHOLDER.HEADER}
)
# English Metric Units in a point.
_EMU: Final = 12700
# Tops of shapes of one row differ by less than this share of the lower one's height, and than a line of a slide's text
# with its leading, in points.
_SAME_ROW: Final = 0.25
_LINE: Final = 30.0
_MAX_DEPTH: Final = 20
_MAX_SLIDES: Final = 5000


def parse_pptx(data: bytes) -> Parsed:
    """Read a presentation; hidden slides are read, footers and dates are left out."""
    return _Reader(Presentation(BytesIO(data))).read()


class _Reader:
    def __init__(self, deck: Any) -> None:
        self._deck = deck
        self._builder = MarkdownBuilder()
        self._lists = ListWriter(self._builder)
        self._pictures: list[Picture] = []
        self._page = 0

    def read(self) -> Parsed:
        titles = []
        for number, slide in enumerate(self._deck.slides, start=1):
            if number > _MAX_SLIDES:
                raise ParseError(ExtractCause.TOO_LARGE, f"more than {_MAX_SLIDES} slides")
            self._page = number
            titles.append(self._slide(slide))
        caption_pictures(self._builder, self._pictures)
        title = next(filter(None, titles), None)
        return Parsed(self._builder.text, self._builder.blocks, self._pictures, title=title, n_pages=self._page or None)

    def _slide(self, slide: Any) -> str:
        """Write a slide; its title, "" where it has none."""
        shapes = list(_flattened(slide.shapes, 0))
        head = next((shape for shape in shapes if _placeholder(shape) in _TITLES), None)
        title = one_line(head.text_frame.text) if head is not None and head.has_text_frame else ""
        if title:
            self._builder.add("heading", f"# {title}", level=1, page=self._page, box=_box(head))
        for shape in _in_reading_order([shape for shape in shapes if shape is not head]):
            self._lists.end()
            if _placeholder(shape) not in _LEFT_OUT:
                self._shape(slide, shape)
        if slide.has_notes_slide and (frame := slide.notes_slide.notes_text_frame) is not None:
            for paragraph in frame.paragraphs:
                text = _line(paragraph)
                self._builder.add("paragraph", text, page=self._page, attributes={"notes": True})
        return title

    def _shape(self, slide: Any, shape: Any) -> None:
        element = shape._element
        if element.tag == f"{_P}graphicFrame":
            self._frame(slide, shape)
        elif element.tag == f"{_P}pic" or next(element.iter(f"{_A}blip"), None) is not None:
            self._picture(slide, shape)
        if getattr(shape, "has_text_frame", False):
            self._text(shape)

    def _text(self, shape: Any) -> None:
        numbers: dict[int, int] = {}
        for paragraph in shape.text_frame.paragraphs:
            text = _line(paragraph)
            if not text.strip():
                continue
            mark = _mark(shape, paragraph, numbers)
            if mark:
                self._lists.add(mark, text, page=self._page)
            else:
                self._lists.end()
                self._builder.add("paragraph", text, page=self._page, box=_box(shape))

    def _frame(self, slide: Any, shape: Any) -> None:
        if shape.has_table:
            rows = [list(_cells(row)) for row in shape.table.rows]
            self._builder.add("table", table_markdown(rows), page=self._page, box=_box(shape), html=table_html(rows))
        elif shape.has_chart:
            add_chart(self._builder, shape.chart.part.blob, page=self._page, box=_box(shape))
        else:
            for text in _diagram_texts(slide, shape):
                self._lists.add(Mark(0, ""), text, page=self._page)

    def _picture(self, slide: Any, shape: Any) -> None:
        blip = next(shape._element.iter(f"{_A}blip"), None)
        name = None if blip is None else blip.get(f"{_R}embed")
        relation = slide.part.rels.get(name) if name else None
        if relation is None or relation.is_external:
            return
        part = relation.target_part
        described = next(shape._element.iter(f"{_P}cNvPr"), None)
        words = None if described is None else described.get("descr")
        block = self._builder.add_picture(page=self._page, box=_box(shape))
        extension = part.partname.rsplit(".", 1)[-1].lower()
        self._pictures.append(Picture(part.blob, extension, self._page, _box(shape), words, block))


def _flattened(shapes: Any, depth: int) -> Iterator[Any]:
    for shape in shapes:
        if shape._element.tag == f"{_P}grpSp":
            if depth < _MAX_DEPTH:
                yield from _flattened(shape.shapes, depth + 1)
        else:
            yield shape


def _placeholder(shape: Any) -> Any | None:
    if not shape.is_placeholder:
        return None
    try:
        return shape.placeholder_format.type
    except (KeyError, ValueError, AttributeError):
        return None


def _in_reading_order(shapes: list[Any]) -> list[Any]:
    """Rows from the top, each from the left; shapes whose tops are near are of one row."""
    places = [_box(shape) or (0.0, 0.0, 0.0, 0.0) for shape in shapes]
    rows: list[list[int]] = []
    for index in sorted(range(len(shapes)), key=lambda i: (places[i][1], i)):
        box = places[index]
        first = places[rows[-1][0]] if rows else None
        if first and box[1] < first[1] + min(_LINE, _SAME_ROW * min(first[3] - first[1], box[3] - box[1])):
            rows[-1].append(index)
        else:
            rows.append([index])
    return [shapes[index] for row in rows for index in sorted(row, key=lambda i: (places[i][0], i))]


def _box(shape: Any) -> Box | None:
    """In points; None where a placeholder inherits its place from nowhere."""
    try:
        left, top, width, height = shape.left, shape.top, shape.width, shape.height
    except (KeyError, ValueError, AttributeError):
        return None
    if None in (left, top, width, height):
        return None
    return left / _EMU, top / _EMU, (left + width) / _EMU, (top + height) / _EMU


def _line(paragraph: Any) -> str:
    """The words of a paragraph, links kept; a line break inside of it is a space."""
    pieces = []
    for child in paragraph._p:
        if child.tag == f"{_A}br":
            pieces.append(" ")
        elif child.tag in {f"{_A}r", f"{_A}fld"}:
            text = "".join(part.text or "" for part in child.iterfind(f"{_A}t"))
            properties = child.find(f"{_A}rPr")
            pieces.append(text if properties is None else _dressed(paragraph, properties, text))
        elif isinstance(child.tag, str):
            # Formulas, and what a newer version wrapped.
            pieces += [part.text or "" for part in child.iter() if str(part.tag).endswith("}t")]
    return one_line("".join(pieces))


def _dressed(paragraph: Any, properties: Any, text: str) -> str:
    baseline = properties.get("baseline", "0")
    if baseline.isdigit() and int(baseline) > 0:
        text = superscript(text)
    clicked = properties.find(f"{_A}hlinkClick")
    name = None if clicked is None else clicked.get(f"{_R}id")
    relation = paragraph.part.rels.get(name) if name else None
    return link(text, relation.target_ref) if relation is not None and relation.is_external else text


def _mark(shape: Any, paragraph: Any, numbers: dict[int, int]) -> Mark | None:
    """The bullet or number of a paragraph; `numbers` counts within the shape."""
    properties = paragraph._p.find(f"{_A}pPr")
    depth = paragraph.level
    for own in (properties, *_inherited(shape, depth)):
        if own is None:
            continue
        if own.find(f"{_A}buNone") is not None:
            break
        auto = own.find(f"{_A}buAutoNum")
        if auto is not None:
            start = auto.get("startAt", "1")
            numbers[depth] = numbers.get(depth, int(start) - 1 if start.isdigit() else 0) + 1
            for deeper in [level for level in numbers if level > depth]:
                del numbers[deeper]
            return Mark(depth, f"{numbers[depth]}.")
        if own.find(f"{_A}buChar") is not None or own.find(f"{_A}buBlip") is not None:
            return Mark(depth, "")
    numbers.pop(depth, None)
    return None


def _inherited(shape: Any, depth: int) -> Iterator[Any]:
    """Paragraph properties of this level in the shape, and in the placeholders of layout and master behind it."""
    level = f"{_A}lvl{min(depth, 8) + 1}pPr"
    seen: Any | None = shape
    for _ in range(3):
        body = None if seen is None else next((e for e in seen._element if str(e.tag).endswith("}txBody")), None)
        styles = None if body is None else body.find(f"{_A}lstStyle")
        if styles is not None:
            yield styles.find(level)
        if not shape.is_placeholder:
            return
        seen = None if seen is None else getattr(seen, "_base_placeholder", None)
    kind = _placeholder(shape)
    if kind in {PP_PLACEHOLDER.BODY, PP_PLACEHOLDER.OBJECT, None}:
        master = shape.part.slide_layout.slide_master._element if hasattr(shape.part, "slide_layout") else None
        style = None if master is None else master.find(f"{_P}txStyles/{_P}bodyStyle")
        if style is not None:
            yield style.find(level)


def _cells(row: Any) -> Iterator[Cell]:
    for cell in row.cells:
        if cell.is_spanned:
            continue
        text = one_line(" ".join(_line(paragraph) for paragraph in cell.text_frame.paragraphs))
        yield Cell(
            text, cell.span_width if cell.is_merge_origin else 1, cell.span_height if cell.is_merge_origin else 1
        )


def _diagram_texts(slide: Any, shape: Any) -> Iterator[str]:
    """Texts of a SmartArt diagram, in the order they were typed in."""
    names = next(shape._element.iter(f"{_DIAGRAM}relIds"), None)
    relation = None if names is None else slide.part.rels.get(names.get(f"{_R}dm") or "")
    if relation is None or relation.is_external:
        return
    try:
        root = etree.fromstring(relation.target_part.blob, etree.XMLParser(resolve_entities=False, no_network=True))
    except etree.XMLSyntaxError:
        return
    for point in root.iter(f"{_DIAGRAM}pt"):
        text = one_line(" ".join(part.text or "" for part in point.iter(f"{_A}t")))
        if text:
            yield text
