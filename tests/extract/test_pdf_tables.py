"""Tables of a PDF, drawn or not: which there are, and every cell of them."""

import json
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.extract.pdf_grids import find_grids, rule_edges
from tests.extract.drawn_pages import Table, pieces, place, read, rows, rule_off
from tests.extract.test_pdf import EN, ZH, write

FIGURES = {
    "en": [["Item", "2023", "2024"], ["Revenue", "1,204.50", "1,377.00"], ["Costs", "(803.10)", "(911.25)"]],
    "zh": [["项目", "本期金额", "上期金额"], ["营业收入", "1,204.50", "1,377.00"], ["营业成本", "-803.10", "-911.25"]],
}


@pytest.mark.parametrize("language", FIGURES)
def test_a_statement_without_any_rule_is_a_table_with_its_figures_byte_for_byte(language: str):
    cells = [*FIGURES[language], ["Total" if language == "en" else "合计", "401.40", "465.75"]]

    def statement(page):
        write(page, 72, 80, "The figures of both years follow in thousands of yuan, as reported.")
        place(page, cells)
        write(page, 72, 220, "They were not audited, and may be corrected before the end of the year.")

    parsed = read(statement)
    assert [rows(piece) for piece in pieces(parsed, "table")] == [cells]
    kinds = [block["kind"] for block in parsed.blocks]
    assert kinds == ["page", "paragraph", "table", "paragraph"]


def test_rules_above_and_below_make_a_table_of_words():
    cells = [["Port", "Protocol", "Used for"], ["22", "SSH", "maintenance"], ["443", "TLS", "requests 请求"]]

    def booktabs(page):
        for y in (106, 124, 164):
            page.draw_line((68, y), (400, y))
        place(page, cells)

    (table,) = pieces(read(booktabs), "table")
    assert rows(table) == cells


@pytest.mark.parametrize(
    "lines",
    [
        [["•", "Stop the gateway"], ["•", "Copy its settings"], ["•", "Start it again"]],
        [["1.", "停止网关的服务并等待"], ["2.", "复制全部的配置文件到别处"], ["3.", "重新启动网关的服务"]],
        [["Overview", "3"], ["Installation 安装", "7"], ["Settings", "12"]],
    ],
)
def test_lists_and_contents_are_no_tables(lines: Table):
    assert pieces(read(lambda page: place(page, lines, wide=24 if len(lines[0][0]) < 3 else 200)), "table") == []


def test_merged_cells_keep_their_spans():
    def merged(page):
        for box in [(68, 100, 168, 140), (168, 100, 368, 120), (168, 120, 268, 140), (268, 120, 368, 140),
                    (68, 140, 168, 160), (168, 140, 268, 160), (268, 140, 368, 160)]:  # fmt: skip
            page.draw_rect(box)
        for x, y, text in [(72, 124, "项目"), (200, 114, "Amount"), (172, 134, "2023"), (272, 134, "2024"),
                           (72, 154, "收入"), (172, 154, "1,000"), (272, 154, "2,000")]:  # fmt: skip
            write(page, x, y, text)

    (block,) = [block for block in read(merged).blocks if block["kind"] == "table"]
    assert block["html"] == (
        '<table><tr><td rowspan="2">项目</td><td colspan="2">Amount</td></tr><tr><td>2023</td><td>2024</td></tr>'
        "<tr><td>收入</td><td>1,000</td><td>2,000</td></tr></table>"
    )


def test_merged_cells_say_the_same_in_every_row_and_column_and_a_title_once():
    def merged(page):
        for box in [(68, 80, 368, 100), (68, 100, 168, 140), (168, 100, 368, 120), (168, 120, 268, 140),
                    (268, 120, 368, 140), (68, 140, 168, 160), (168, 140, 268, 160), (268, 140, 368, 160)]:  # fmt: skip
            page.draw_rect(box)
        for x, y, text in [(150, 94, "Revenue 收入表"), (72, 124, "项目"), (200, 114, "Amount"),
                           (172, 134, "2023"), (272, 134, "2024"), (72, 154, "收入"), (172, 154, "1,000"),
                           (272, 154, "2,000")]:  # fmt: skip
            write(page, x, y, text)

    assert pieces(read(merged), "table") == [
        "| Revenue 收入表 |  |  |\n| --- | --- | --- |\n| 项目 | Amount | Amount |\n| 项目 | 2023 | 2024 |\n"
        "| 收入 | 1,000 | 2,000 |"
    ]


def test_a_figure_cut_by_the_side_of_its_cell_is_whole():
    def narrow(page):
        rule_off(page, 2, 2, step=30)
        for x, y, text in [
            (72, 120, "Sum"),
            (182, 120, "元"),
            (72, 146, "合计"),
            (182, 146, "12,345,"),
            (182, 158, "678.90"),
        ]:
            write(page, x, y, text)

    assert "| 合计 | 12,345,678.90 |" in read(narrow).text


def test_a_table_goes_on_over_pages_under_one_head():
    head = ["序号", "Name", "数量"]
    parts = [[head, *([f"{n}", f"Item {n}", f"{n * 1000:,}"] for n in group)] for group in (range(1, 4), range(4, 6))]

    def page_of(cells):
        def draw(page):
            rule_off(page, len(cells), 3)
            place(page, cells)

        return draw

    parsed = read(*map(page_of, parts))
    (table,) = pieces(parsed, "table")
    assert rows(table) == [*parts[0], *parts[1][1:]]
    (block,) = [block for block in parsed.blocks if block["kind"] == "table"]
    assert (block["page"], [place["page"] for place in json.loads(block["attributes"])["continued"]]) == (1, [2])


def test_tables_of_other_columns_on_the_next_page_stay_apart():
    def first(page):
        rule_off(page, 3, 3)
        place(page, [["a", "b", "c"], ["d", "e", "f"], ["g", "h", "i"]])

    def second(page):
        rule_off(page, 3, 2, wide=165)
        place(page, [["j", "k"], ["l", "m"], ["n", "o"]], wide=165)

    assert len(pieces(read(first, second), "table")) == 2


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.floats(20, 60), min_size=2, max_size=6),
    st.lists(st.floats(8, 40), min_size=1, max_size=6),
    st.floats(-0.8, 0.8),
)
def test_every_drawn_grid_is_found_with_all_its_cells(widths: list[float], heights: list[float], jitter: float):
    xs = [50 + sum(widths[:n]) for n in range(len(widths) + 1)]
    ys = [70 + sum(heights[:n]) for n in range(len(heights) + 1)]
    boxes = [(x0 + jitter, y0, x1, y1 - jitter) for x0, x1 in pairwise(xs) for y0, y1 in pairwise(ys)]
    (grid,) = find_grids(*rule_edges(boxes, 595, 842))
    assert (len(grid.xs), len(grid.ys)) == (len(xs), len(ys))
    assert len(grid.cells) == len(widths) * len(heights)
    assert grid.closed > 0.9


@pytest.mark.parametrize(
    ("heading", "caption", "line"),
    [("2. Ratings", "Table 2-1: Ratings of the years", EN[:60]), ("二、评级情况", "表2-1：历年评级情况", ZH[:30])],
)
def test_the_caption_of_a_table_is_no_heading_and_no_part_of_the_heading_above_it(heading, caption, line):
    def captioned(page):
        for index, (text, size) in enumerate([(heading, 14), (caption, 14), *[(line, 10)] * 6]):
            write(page, 60, 100 + 18 * index, text, size)

    parsed = read(captioned)
    assert pieces(parsed, "heading") == [f"# {heading}"]
    assert caption in pieces(parsed, "paragraph")
