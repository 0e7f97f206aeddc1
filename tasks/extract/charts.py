"""Charts of office files: title, kind and values, categories down, series across (ECMA-376 part 1, 21.2)."""

import re
from typing import Any, Final

from lxml import etree

from tasks.extract.parsed import Box, MarkdownBuilder
from tasks.extract.table_cells import Cell, table_html, table_markdown

_C: Final = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
_MAX_POINTS: Final = 2000
_HAN: Final = re.compile("[\u3400-\u9fff]")
# Elements of a plot by the names that Office gives such charts, English and Chinese.
_KINDS: Final = {
    "barChart": ("Bar", "条形图"),
    "bar3DChart": ("Bar", "条形图"),
    "lineChart": ("Line", "折线图"),
    "line3DChart": ("Line", "折线图"),
    "pieChart": ("Pie", "饼图"),
    "pie3DChart": ("Pie", "饼图"),
    "ofPieChart": ("Pie", "饼图"),
    "doughnutChart": ("Doughnut", "圆环图"),
    "areaChart": ("Area", "面积图"),
    "area3DChart": ("Area", "面积图"),
    "scatterChart": ("Scatter", "散点图"),
    "bubbleChart": ("Bubble", "气泡图"),
    "radarChart": ("Radar", "雷达图"),
    "stockChart": ("Stock", "股价图"),
    "surfaceChart": ("Surface", "曲面图"),
    "surface3DChart": ("Surface", "曲面图"),
}


def add_chart(builder: MarkdownBuilder, xml: bytes, *, page: int | None = None, box: Box | None = None) -> None:
    """Write a chart: its title, what kind it is, in the language of its words, and its values as a table.

    The kind is seen by who looks at the chart and written nowhere; the block that says it has the attribute `chart`.

    Args:
        builder: Of the document.
        xml: The chart part.
        page: From 1.
        box: In points.
    """
    try:
        root = etree.fromstring(xml, etree.XMLParser(resolve_entities=False, no_network=True))
    except etree.XMLSyntaxError:
        return
    title, rows = _title(root), _cells(root)
    builder.add("paragraph", title, page=page, box=box)
    chinese = _HAN.search(title) or any(_HAN.search(cell.text) for row in rows for cell in row)
    kinds = [_KINDS[name] for name in dict.fromkeys(str(e.tag).removeprefix(_C) for e in root.iter()) if name in _KINDS]
    if kinds:
        english = f"{' and '.join(dict.fromkeys(name for name, _ in kinds))} chart"
        kind = "、".join(dict.fromkeys(name for _, name in kinds)) if chinese else english
        builder.add("paragraph", kind, page=page, box=box, attributes={"chart": english.lower()})
    if rows:
        builder.add("table", table_markdown(rows), page=page, box=box, html=table_html(rows))


def _cells(root: Any) -> list[list[Cell]]:
    """Rows of the values a chart shows, the first their heads; empty where it stores none."""
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


def _title(root: Any) -> str:
    """The title written over a chart; "" where it has none."""
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
