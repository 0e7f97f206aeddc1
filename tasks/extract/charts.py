"""Charts of office files as tables: categories down, series across (ECMA-376 part 1, 21.2)."""

from typing import Any, Final

from lxml import etree

from tasks.extract.table_cells import Cell

_C: Final = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
_MAX_POINTS: Final = 2000


def chart_cells(xml: bytes) -> list[list[Cell]]:
    """Rows of the values a chart shows, the first their heads; empty where it stores none."""
    try:
        root = etree.fromstring(xml, etree.XMLParser(resolve_entities=False, no_network=True))
    except etree.XMLSyntaxError:
        return []
    names: list[str] = []
    heads: dict[int, str] = {}
    columns: list[dict[int, str]] = []
    for series in root.iter(f"{_C}ser"):
        names.append(" ".join(_points(series.find(f"{_C}tx")).values()))
        for tag in ("cat", "xVal"):
            for index, head in _points(series.find(_C + tag)).items():
                heads.setdefault(index, head)
        values = series.find(f"{_C}val")
        columns.append(_points(series.find(f"{_C}yVal") if values is None else values))
    rows = sorted({index for column in columns for index in column})[:_MAX_POINTS]
    if not rows:
        return []
    first = [Cell(""), *map(Cell, names)]
    return [first, *([Cell(heads.get(i, "")), *(Cell(column.get(i, "")) for column in columns)] for i in rows)]


def chart_title(xml: bytes) -> str:
    """The title written over a chart; "" where it has none."""
    try:
        root = etree.fromstring(xml, etree.XMLParser(resolve_entities=False, no_network=True))
    except etree.XMLSyntaxError:
        return ""
    title = root.find(f"{_C}chart/{_C}title")
    if title is None:
        return ""
    return " ".join("".join(part.text or "" for part in title.iter() if str(part.tag).endswith("}t")).split())


def _points(element: Any | None) -> dict[int, str]:
    if element is None:
        return {}
    points = {}
    for point in element.iter(f"{_C}pt"):
        index, value = point.get("idx", ""), point.find(f"{_C}v")
        if index.isdigit() and value is not None and value.text:
            points[int(index)] = value.text.removesuffix(".0")
    return points
