"""Office files, web pages, books and mails: what the writer saw is there, what the program added is not."""

import io

import docx
import openpyxl
import pptx
import pytest
from docx.oxml import parse_xml
from hypothesis import given
from hypothesis import strategies as st
from pptx.util import Inches

from tasks.extract.numbering import number_text
from tasks.extract.office import parse_office
from tasks.extract.parsed import Parsed
from tasks.extract.table_cells import Cell, fill_grid, table_markdown
from tests.extract.office_files import png, saved

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
M = 'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'


def written(*inner: str, before: str = "") -> Parsed:
    """A Word document of these `w:` elements."""
    document = docx.Document()
    if before:
        document.part.numbering_part._element.append(parse_xml(before))
    for xml in inner:
        document.element.body.insert_element_before(parse_xml(xml.replace(">", f" {W} {M}>", 1)), "w:sectPr")
    return parse_office("docx", saved(document))


def paragraph(text: str, properties: str = "") -> str:
    return f"<w:p><w:pPr>{properties}</w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>"


def numbered(document, levels: list[tuple[str, str]]) -> None:
    """Define list 99 with a format and a pattern for each level."""
    root = document.part.numbering_part._element
    shape = "".join(
        f'<w:lvl w:ilvl="{i}"><w:start w:val="1"/><w:numFmt w:val="{form}"/><w:lvlText w:val="{pattern}"/></w:lvl>'
        for i, (form, pattern) in enumerate(levels)
    )
    root.insert(0, parse_xml(f'<w:abstractNum {W} w:abstractNumId="99">{shape}</w:abstractNum>'))
    root.append(parse_xml(f'<w:num {W} w:numId="99"><w:abstractNumId w:val="99"/></w:num>'))


def test_numbers_that_word_writes_and_does_not_store_are_read():
    document = docx.Document()
    numbered(document, [("chineseCountingThousand", "第%1章"), ("decimal", "%1.%2"), ("chineseCounting", "（%2）"),
                        ("decimal", "%4.")])  # fmt: skip
    for text, depth, style in (
        ("安装", 0, "Heading 1"), ("Requirements", 1, "Heading 2"), ("内存", 3, None), ("disk", 3, None),
        ("系统", 1, "Heading 2"), ("升级", 0, "Heading 1"), ("Backup", 1, "Heading 2"),
    ):  # fmt: skip
        p = document.add_paragraph(text, style)
        p._p.get_or_add_pPr().append(
            parse_xml(f'<w:numPr {W}><w:ilvl w:val="{depth}"/><w:numId w:val="99"/></w:numPr>')
        )
    assert parse_office("docx", saved(document)).text == (
        "# 第一章 安装\n\n## 一.1 Requirements\n\n1. 内存\n2. disk\n\n## 一.2 系统\n\n# 第二章 升级\n\n## 二.1 Backup"
    )


@pytest.mark.parametrize(
    ("value", "form", "text"),
    [
        (12, "decimal", "12"), (28, "lowerLetter", "bb"), (4, "upperRoman", "IV"), (3, "decimalZero", "03"),
        (10, "chineseCounting", "十"), (21, "chineseCountingThousand", "二十一"), (105, "chineseCounting", "一百零五"),
        (10, "chineseLegalSimplified", "壹拾"), (3, "ideographTraditional", "丙"), (2, "decimalEnclosedCircle", "②"),
        (7, "ordinalText", "7"), (5, "decimalFullWidth", "５"),
    ],
)  # fmt: skip
def test_numbers_in_every_form(value: int, form: str, text: str):
    assert number_text(value, form) == text


def test_what_was_deleted_or_hidden_is_not_read_and_what_was_inserted_is():
    parsed = written(
        "<w:p><w:r><w:t>保留 kept</w:t></w:r><w:del><w:r><w:delText>删除</w:delText></w:r></w:del>"
        "<w:ins><w:r><w:t> 新增 added</w:t></w:r></w:ins>"
        "<w:r><w:rPr><w:vanish/></w:rPr><w:t>hidden</w:t></w:r></w:p>",
        "<w:sdt><w:sdtContent><w:p><w:r><w:t>控件 control</w:t></w:r></w:p></w:sdtContent></w:sdt>",
    )
    assert parsed.text == "保留 kept 新增 added\n\n控件 control"


def test_raised_numbers_formulas_and_field_links_of_word():
    parsed = written(
        "<w:p><w:r><w:t>面积 10</w:t></w:r>"
        "<w:r><w:rPr><w:vertAlign w:val='superscript'/></w:rPr><w:t>2</w:t></w:r></w:p>",
        "<w:p><m:oMath><m:f><m:num><m:r><m:t>π</m:t></m:r></m:num>"
        "<m:den><m:r><m:t>2</m:t></m:r></m:den></m:f></m:oMath></w:p>",
        "<w:p><w:r><w:fldChar w:fldCharType='begin'/><w:instrText>HYPERLINK \"https://example.com/a\"</w:instrText>"
        "<w:fldChar w:fldCharType='separate'/><w:t>手册</w:t><w:fldChar w:fldCharType='end'/></w:r></w:p>",
    )
    assert parsed.text == "面积 10²\n\n$\\frac{\\pi}{2}$\n\n[手册](https://example.com/a)"


def test_merged_cells_of_word_say_the_same_in_every_row_and_column():
    document = docx.Document()
    table = document.add_table(3, 3)
    for i, text in enumerate(["分组", "值 Value", "", "A", "1", "2", "", "3", "4"]):
        table._cells[i].text = text
    table.cell(0, 1).merge(table.cell(0, 2))
    table.cell(1, 0).merge(table.cell(2, 0))
    parsed = parse_office("docx", saved(document))
    assert parsed.text == "| 分组 | 值 Value | 值 Value |\n| --- | --- | --- |\n| A | 1 | 2 |\n| A | 3 | 4 |"
    assert '<td colspan="2">值 Value</td>' in parsed.blocks[0]["html"]
    assert '<td rowspan="2">A</td>' in parsed.blocks[0]["html"]


@pytest.mark.parametrize("title", ["Orders of the year 2024", "2024 年订单汇总表"])
def test_a_cell_across_the_whole_table_says_its_text_once(title):
    rows = [[Cell(title, columns=3)], [Cell("a"), Cell("b 二", columns=2)], [Cell("1"), Cell("2"), Cell("3")]]
    assert table_markdown(rows) == f"| {title} |  |  |\n| --- | --- | --- |\n| a | b 二 | b 二 |\n| 1 | 2 | 3 |"


def test_pictures_of_word_have_the_caption_below_them_and_charts_of_slides_are_tables():
    document = docx.Document()
    document.add_paragraph("See below. 见下图。")
    document.add_picture(io.BytesIO(png()))
    document.add_paragraph("图 1 网关 overview")
    parsed = parse_office("docx", saved(document))
    (picture,) = parsed.pictures
    assert (picture.data, picture.caption) == (png(), "图 1 网关 overview")
    assert parsed.blocks[picture.block]["kind"] == "image"

    from pptx.chart.data import CategoryChartData
    from pptx.enum.chart import XL_CHART_TYPE

    deck = pptx.Presentation()
    data = CategoryChartData()
    data.categories = ["一季度", "Q2"]
    data.add_series("收入", (1.5, 2))
    where = (Inches(1), Inches(1), Inches(4), Inches(3))
    deck.slides.add_slide(deck.slide_layouts[5]).shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, *where, data)
    assert "|  | 收入 |\n| --- | --- |\n| 一季度 | 1.5 |\n| Q2 | 2 |" in parse_office("pptx", saved(deck)).text


@pytest.mark.parametrize(
    ("title", "name", "shape", "kind"),
    [
        ("销量", "甲", "COLUMN_CLUSTERED", "条形图"),
        ("Sales", "A", "COLUMN_CLUSTERED", "Bar chart"),
        ("份额", "甲", "PIE", "饼图"),
        ("Share", "A", "LINE", "Line chart"),
        ("Sales 销量", "A", "DOUGHNUT", "圆环图"),
    ],
)
def test_a_chart_has_its_title_what_kind_it_is_in_its_language_and_its_values(title, name, shape, kind):
    from pptx.chart.data import CategoryChartData
    from pptx.enum.chart import XL_CHART_TYPE

    deck = pptx.Presentation()
    data = CategoryChartData()
    data.categories = ["2023", "2024"]
    data.add_series(name, (3, 4))
    where = (Inches(1), Inches(1), Inches(4), Inches(3))
    slide = deck.slides.add_slide(deck.slide_layouts[6])
    chart = slide.shapes.add_chart(getattr(XL_CHART_TYPE, shape), *where, data).chart
    chart.has_title = True
    chart.chart_title.text_frame.text = title
    parsed = parse_office("pptx", saved(deck))
    table = f"|  | {name} |\n| --- | --- |\n| 2023 | 3 |\n| 2024 | 4 |"
    assert parsed.text == f"{title}\n\n{kind}\n\n{table}"
    says_kind = [block for block in parsed.blocks if "chart" in (block["attributes"] or "")]
    assert [parsed.text[block["start"] : block["end"]] for block in says_kind] == [kind]


def test_shapes_of_a_slide_are_read_from_top_left_and_groups_are_opened():
    deck = pptx.Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[6])
    for text, left, top in (("右 right", 5, 1), ("下 below", 1, 4), ("左 left", 1, 1)):
        slide.shapes.add_textbox(Inches(left), Inches(top), Inches(2), Inches(1)).text_frame.text = text
    group = slide.shapes.add_group_shape()
    group.shapes.add_textbox(Inches(1), Inches(6), Inches(2), Inches(1)).text_frame.text = "组内 grouped"
    parsed = parse_office("pptx", saved(deck))
    assert parsed.text == "左 left\n\n右 right\n\n下 below\n\n组内 grouped"
    assert parsed.blocks[0]["x0"] == pytest.approx(72)


def test_shapes_whose_tops_differ_by_less_than_a_line_are_of_one_row():
    deck = pptx.Presentation()
    for lower, texts in ((1.3, ("左 left", "右 right")), (1.6, ("右 right", "左 left"))):
        slide = deck.slides.add_slide(deck.slide_layouts[6])
        for text, left, top in (("右 right", 5, 1), ("左 left", 1, lower)):
            slide.shapes.add_textbox(Inches(left), Inches(top), Inches(3), Inches(4)).text_frame.text = text
        assert parse_office("pptx", saved(deck)).text.endswith("\n\n".join(texts))


def test_sheets_keep_numbers_dates_and_merged_heads_and_are_cut_at_empty_rows():
    from datetime import date

    workbook = openpyxl.Workbook()
    sheet = workbook.active
    sheet.title = "价格 2025"
    for row in (["型号 Model", "价格", None], ["A", 12.0, date(2025, 3, 1)], ["B", 0.1, True]):
        sheet.append(row)
    sheet.merge_cells("B1:C1")
    sheet["A6"] = "注：含税。"
    parsed = parse_office("xlsx", saved(workbook))
    assert parsed.text == (
        "# 价格 2025\n\n| 型号 Model | 价格 | 价格 |\n| --- | --- | --- |\n| A | 12 | 2025-03-01 |\n"
        "| B | 0.1 | TRUE |\n\n注：含税。"
    )


CELLS = st.lists(
    st.lists(
        st.builds(Cell, st.sampled_from(["", "a", "中", "x|y"]), st.integers(1, 3), st.integers(1, 3)), max_size=4
    ),
    max_size=5,
)


@given(CELLS)
def test_a_grid_has_every_cell_and_rows_of_one_length(rows: list[list[Cell]]):
    grid = fill_grid(rows)
    assert len(grid) == len(rows)
    assert len({len(row) for row in grid}) <= 1
    shown = {value for row in grid for value in row}
    assert {cell.text for row in rows for cell in row if cell.text} <= shown
    lines = table_markdown(rows).splitlines()
    assert len({line.replace("\\|", "").count("|") for line in lines}) <= 1
