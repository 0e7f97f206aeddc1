"""Word documents to Markdown with blocks. Runs in the sandbox.

python-docx opens the package; its own walk over a document leaves out what stands in content controls, text boxes and
notes, and knows no numbers, so the parts are walked here.
"""

from collections.abc import Iterator
from io import BytesIO
from typing import Any, Final

from docx.opc.part import Part
from docx.package import Package
from lxml import etree

from tasks.extract.captions import caption_pictures
from tasks.extract.charts import add_chart
from tasks.extract.docx_runs import Attached, Runs
from tasks.extract.docx_styles import Style, Styles
from tasks.extract.inline_text import one_line
from tasks.extract.list_writer import ListWriter
from tasks.extract.numbering import Mark, Numbering, W
from tasks.extract.parsed import MarkdownBuilder, Parsed, Picture
from tasks.extract.table_cells import Cell, table_html, table_markdown

_OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
_MC: Final = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
# Elements that hold blocks and are none.
_HOLDERS: Final = frozenset(
    {f"{W}sdtContent", f"{W}ins", f"{W}moveTo", f"{W}customXml", f"{W}smartTag", f"{_MC}Choice"}
)
_MAX_DEPTH: Final = 50


def parse_docx(data: bytes) -> Parsed:
    """Read a document (docx, docm, dotx); headers, footers, comments and tables of contents are left out."""
    return _Reader(Package.open(BytesIO(data)).main_document_part).read()


class _Reader:
    def __init__(self, part: Any) -> None:
        self._part: Part = part
        self._styles = Styles(self._root_of("styles"))
        self._numbering = Numbering(self._root_of("numbering"))
        self._notes: list[tuple[str, str]] = []
        self._runs = Runs(self._target_of, self._note_mark)
        self._builder = MarkdownBuilder()
        self._lists = ListWriter(self._builder)
        self._pictures: list[Picture] = []
        self._code: list[str] = []
        self._shift = 0
        self._title: str | None = None

    def read(self) -> Parsed:
        body = _root(self._part).find(f"{W}body")
        # Where the title is styled as such, chapters stand below it.
        first = next((style for style in self._paragraph_styles(body) if style.heading or style.is_title), None)
        self._shift = int(first is not None and first.is_title)
        self._walk(body, 0)
        self._end_code()
        self._write_notes()
        caption_pictures(self._builder, self._pictures)
        return Parsed(self._builder.text, self._builder.blocks, self._pictures, title=self._title)

    def _paragraph_styles(self, body: Any) -> Iterator[Style]:
        return (self._styles.of(paragraph.find(f"{W}pPr")) for paragraph in body.iter(f"{W}p"))

    def _walk(self, container: Any, depth: int) -> None:
        if depth > _MAX_DEPTH:
            return
        for element in container:
            if element.tag == f"{W}p":
                self._paragraph(element, depth)
            elif element.tag == f"{W}tbl":
                self._table(element, depth)
            elif element.tag == f"{W}sdt":
                if not _is_contents(element):
                    self._walk(element, depth + 1)
            elif element.tag in _HOLDERS or element.tag == f"{_MC}AlternateContent":
                self._walk(element, depth + 1)

    def _paragraph(self, element: Any, depth: int) -> None:
        properties = element.find(f"{W}pPr")
        style = self._styles.of(properties)
        if style.is_contents or style.hidden:
            return
        attached = Attached()
        text = self._runs.read(element, attached)
        if style.is_code and not style.heading:
            self._code.append(text.expandtabs(4))
        else:
            self._end_code()
            # What a number is before is text; an empty numbered line has none.
            mark = self._mark(style) if text.strip() else None
            self._write(style, mark, text)
        self._attach(attached, depth)

    def _write(self, style: Style, mark: Mark | None, text: str) -> None:
        heading = self._level(style)
        if heading:
            words = one_line(f"{mark.label if mark else ''} {text}")
            self._builder.add("heading", f"{'#' * heading} {words}" if words else "", level=heading)
            self._title = self._title or words or None
        elif mark:
            self._lists.add(mark, _lines(text))
        else:
            self._builder.add("paragraph", _lines(text))
        if not mark and text.strip():
            self._lists.end()

    def _level(self, style: Style) -> int | None:
        if style.heading:
            return min(style.heading + self._shift, 6)
        return 1 if style.is_title and self._shift else None

    def _mark(self, style: Style) -> Mark | None:
        if style.num_id in (None, "0"):
            return None
        return self._numbering.next_mark(style.num_id or "", style.depth)

    def _end_code(self) -> None:
        lines, self._code = self._code, []
        text = "\n".join(lines).strip("\n")
        if text.strip():
            fence = "````" if "```" in text else "```"
            self._builder.add("code", f"{fence}\n{text}\n{fence}")

    def _attach(self, attached: Attached, depth: int) -> None:
        for name, words in attached.pictures:
            self._picture(name, words)
        for name in attached.charts:
            if (part := self._related(name)) is not None:
                add_chart(self._builder, part.blob)
        for box in attached.boxes:
            self._walk(box, depth + 1)

    def _picture(self, name: str, words: str) -> None:
        part = self._related(name)
        if part is None:
            return
        extension = part.partname.rsplit(".", 1)[-1].lower()
        block = self._builder.add_picture()
        self._pictures.append(Picture(part.blob, extension, caption=words or None, block=block))

    def _table(self, element: Any, depth: int) -> None:
        rows = self._cells(element, depth)
        self._end_code()
        if len(rows) == 1 and len(rows[0]) == 1:
            # A frame around text is no table.
            for cell in element.iter(f"{W}tc"):
                self._walk(cell, depth + 1)
                return
        text = table_markdown(rows)
        self._lists.end()
        if text:
            self._builder.add("table", text, html=table_html(rows))

    def _cells(self, table: Any, depth: int) -> list[list[Cell]]:
        """Cells with their spans; one that continues the cell above it is counted there."""
        rows: list[list[tuple[int, Any, int]]] = []
        for row in _inside(table, f"{W}tr"):
            x, cells = _grid_before(row), []
            for cell in _inside(row, f"{W}tc"):
                width = max(1, _number(cell, "gridSpan"))
                cells.append((x, cell, width))
                x += width
            rows.append(cells)
        return [
            [
                *([Cell("", columns=cells[0][0])] if cells and cells[0][0] else []),
                *(
                    Cell(self._cell_text(cell, depth), width, 1 + _continued(rows[y + 1 :], x))
                    for x, cell, width in cells
                    if _merge(cell) != "continue" or y == 0
                ),
            ]
            for y, cells in enumerate(rows)
        ]

    def _cell_text(self, cell: Any, depth: int) -> str:
        """All words of a cell, of tables inside of it too."""
        if depth > _MAX_DEPTH:
            return ""
        pieces = []
        for element in _inside(cell, f"{W}p", f"{W}tbl"):
            if element.tag == f"{W}tbl":
                pieces += [inner.text for row in self._cells(element, depth + 1) for inner in row]
                continue
            attached = Attached()
            text = self._runs.read(element, attached)
            mark = self._mark(self._styles.of(element.find(f"{W}pPr"))) if text.strip() else None
            pieces.append(f"{(mark.label or '-') + ' ' if mark else ''}{text}")
            for name, words in attached.pictures:
                self._picture(name, words)
            pieces += [self._cell_text(box, depth + 1) for box in attached.boxes]
        return one_line(" ".join(pieces))

    def _note_mark(self, kind: str, name: str) -> str:
        """A Markdown footnote reference; notes are numbered in the order they are referred to."""
        self._notes.append((kind, name))
        return f"[^{len(self._notes)}]"

    def _write_notes(self) -> None:
        bodies = {kind: self._note_bodies(kind) for kind in {kind for kind, _ in self._notes}}
        for number, (kind, name) in enumerate(list(self._notes), start=1):
            body = bodies[kind].get(name)
            text = (
                one_line(" ".join(self._runs.read(p, Attached()) for p in body.iter(f"{W}p")))
                if body is not None
                else ""
            )
            self._builder.add("footnote", f"[^{number}]: {text}" if text else "")

    def _note_bodies(self, kind: str) -> dict[str, Any]:
        root = self._root_of(f"{kind}s")
        return {} if root is None else {note.get(f"{W}id"): note for note in root.iterfind(f"{W}{kind}")}

    def _root_of(self, kind: str) -> Any | None:
        for relation in self._part.rels.values():
            if relation.reltype == _OFFICE + kind and not relation.is_external:
                return _root(relation.target_part)
        return None

    def _related(self, name: str) -> Any | None:
        relation = self._part.rels.get(name)
        return None if relation is None or relation.is_external else relation.target_part

    def _target_of(self, name: str) -> str | None:
        relation = self._part.rels.get(name)
        return relation.target_ref if relation is not None and relation.is_external else None


def _root(part: Any) -> Any:
    """Root element of a part; of one that python-docx keeps as bytes, as those of templates, too."""
    element = getattr(part, "element", None)
    if element is not None:
        return element
    return etree.fromstring(part.blob, etree.XMLParser(resolve_entities=False, no_network=True))


def _is_contents(control: Any) -> bool:
    gallery = control.find(f"{W}sdtPr/{W}docPartObj/{W}docPartGallery")
    return gallery is not None and gallery.get(f"{W}val") == "Table of Contents"


def _inside(element: Any, *tags: str) -> Iterator[Any]:
    """Children of these kinds, those in content controls and revisions too."""
    for child in element:
        if child.tag in tags:
            yield child
        elif child.tag in _HOLDERS or child.tag == f"{W}sdt":
            yield from _inside(child, *tags)


def _number(element: Any, name: str, properties: str = "tcPr") -> int:
    found = element.find(f"{W}{properties}/{W}{name}")
    value = "0" if found is None else found.get(f"{W}val", "0")
    return int(value) if value.isdigit() else 0


def _grid_before(row: Any) -> int:
    return min(_number(row, "gridBefore", "trPr"), 64)


def _merge(cell: Any) -> str | None:
    found = cell.find(f"{W}tcPr/{W}vMerge")
    return None if found is None else found.get(f"{W}val", "continue")


def _continued(below: list[list[tuple[int, Any, int]]], x: int) -> int:
    """How many rows below continue the cell that begins in column `x`."""
    count = 0
    for row in below:
        if not any(start == x and _merge(cell) == "continue" for start, cell, _ in row):
            break
        count += 1
    return count


def _lines(text: str) -> str:
    """A paragraph's lines, each without white space at its ends; tabs are spaces."""
    return "\n".join(line for line in (one_line(line) for line in text.split("\n")) if line)
