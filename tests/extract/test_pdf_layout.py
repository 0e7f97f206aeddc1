"""PDF: tables with and without rules, what goes on over columns and pages, footnotes. Read in this process."""

import json
import re
from itertools import pairwise

import pymupdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.extract.parsed import Parsed
from tasks.extract.pdf_grids import find_grids, rule_edges
from tasks.extract.pdf_paragraphs import is_among, line_key, list_text
from tasks.extract.pdf_reader import parse_pdf
from tests.extract.test_pdf import EN, ZH, pdf, write

Table = list[list[str]]


def read(*draw) -> Parsed:
    return parse_pdf(pdf(*draw), None, pictures=False)


def pieces(parsed: Parsed, kind: str) -> list[str]:
    return [parsed.text[b["start"] : b["end"]] for b in parsed.blocks if b["kind"] == kind]


def rows(markdown: str) -> Table:
    lines = [line for line in markdown.splitlines() if not re.fullmatch(r"\|( --- \|)+", line)]
    return [[cell.strip() for cell in line.strip("| ").split(" | ")] for line in lines]


def place(
    page: pymupdf.Page, cells: Table, *, x: float = 72, y: float = 120, wide: float = 110, step: float = 18
) -> None:
    for r, line in enumerate(cells):
        for c, text in enumerate(line):
            if text:
                write(page, x + wide * c, y + step * r, text)


def rule_off(
    page: pymupdf.Page, count: int, columns: int, *, y: float = 106, wide: float = 110, step: float = 18
) -> None:
    for r in range(count):
        for c in range(columns):
            page.draw_rect((68 + wide * c, y + step * r, 68 + wide * (c + 1), y + step * (r + 1)))


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


def test_numbered_lines_in_a_font_of_their_own_are_headings():
    def sections(page):
        for index, (number, title) in enumerate(
            [("1.", "Overview"), ("2.", "Setup of the gateway"), ("II.", "Limits")]
        ):
            write(page, 72, 100 + 80 * index, f"{number} {title}", fontname="tiit")
            for line in range(3):
                write(page, 72, 120 + 80 * index + 13 * line, EN[:70])

    assert pieces(read(sections), "heading") == ["# 1. Overview", "# 2. Setup of the gateway", "# II. Limits"]


def test_letters_drawn_again_by_the_next_piece_of_a_line_are_said_once():
    def overprinted(page):
        for dx in (0, 0.3):
            write(page, 72 + dx, 100, "披露日期二〇一二", 12)
            write(page, 72 + 48 + dx, 100, "二〇一二年三月", 12)

    assert read(overprinted).text == "披露日期二〇一二年三月"


def test_lines_that_lead_to_page_numbers_are_one_block_of_contents():
    entries = [("1 Overview", 3), ("1.1 安装与配置", 4), ("2 Settings", 12)]

    def leaders(page):
        write(page, 72, 80, "Contents", 18)
        for index, (title, number) in enumerate(entries):
            write(page, 72, 120 + 16 * index, f"{title} {'. ' * 12}{number}")
        write(page, 72, 300, "The text begins here and ends with the year 2024")

    parsed = read(leaders)
    (block,) = [block for block in parsed.blocks if "contents" in (block["attributes"] or "")]
    lines = parsed.text[block["start"] : block["end"]].splitlines()
    assert lines == [*(["Contents"] if len(lines) > 3 else []), *(f"{title} … {number}" for title, number in entries)]
    assert parsed.text.endswith("The text begins here and ends with the year 2024")


def test_three_ragged_columns_are_read_one_after_the_other():
    words = [
        f"{chr(97 + column)}{row} {'gateway copy' if row % 3 else 'keeps settings of'}"
        for column in range(3)
        for row in range(20)
    ]

    def columns(page):
        for index, text in enumerate(words):
            column, row = divmod(index, 20)
            write(page, 45 + 177 * column, 100 + 10 * row + 2 * column, f"{text} {'x' * (row * 7 % 11)} {text[:2]}", 9)

    found = re.findall(r"\b[abc]\d+\b(?= (?:gateway|keeps))", read(columns).text)
    assert found == [text.split()[0] for text in words]


def test_two_columns_of_prose_are_no_table():
    def columns(page):
        for index in range(8):
            write(page, 60, 120 + 13 * index, EN[:48])
            write(page, 310, 120 + 13 * index, EN[20:68])

    assert pieces(read(columns), "table") == []


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


@pytest.mark.parametrize(
    ("foot", "head", "joined"),
    [
        ("which is written to the con-", "figuration of the gateway every night.", "the configuration of"),
        ("which is then written down to", "the configuration of the gateway.", "down to the configuration"),
        (
            "并且每一份备份在删除之前都会保留七天的时间以便在",
            "需要的时候恢复到任何一天夜里的状态。",
            "以便在需要的时候",
        ),
    ],
)
def test_a_paragraph_goes_on_on_the_next_page(foot: str, head: str, joined: str):
    def page_of(lines, number):
        def draw(page):
            for index, line in enumerate(lines):
                write(page, 72, 700 + 13 * index if number == 1 else 80 + 13 * index, line)
            write(page, 300, 800, f"- {number} -")

        return draw

    full = (ZH + ZH)[: len(foot)] if not foot.isascii() else "The gateway writes a copy it needs"[: len(foot) + 4]
    parsed = read(
        page_of([full, foot], 1), page_of([head, "The second sentence." if foot.isascii() else "另一句话。"], 2)
    )
    assert joined in parsed.text
    (block,) = [block for block in parsed.blocks if "continued" in (block["attributes"] or "")]
    assert block["page"] == 1


def test_a_sentence_that_ended_does_not_go_on():
    first = lambda page: write(page, 72, 760, "It is written every night.")  # noqa: E731
    second = lambda page: write(page, 72, 80, "Each copy is kept for seven days.")  # noqa: E731
    assert len(pieces(read(first, second), "paragraph")) == 2


def test_footnotes_are_kept_apart_and_do_not_part_a_paragraph():
    def first(page):
        for index in range(4):
            write(page, 72, 640 + 13 * index, EN[:60])
        page.draw_line((72, 742), (180, 742))
        write(page, 72, 752, "1 See the manual of the gateway 手册.", 7)
        write(page, 72, 762, "2 Not in the trial version.", 7)

    def second(page):
        for index in range(4):
            write(page, 72, 80 + 13 * index, EN[60:100].lower())

    parsed = read(first, second)
    notes = pieces(parsed, "footnote")
    assert "".join(" ".join(notes).split()) == "1Seethemanualofthegateway手册.2Notinthetrialversion."
    assert len(pieces(parsed, "paragraph")) == 1


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


@pytest.mark.parametrize("bullet", ["❖", "❑", "⮚", "\x99"])
def test_bullets_of_symbol_fonts_are_lists(bullet):
    assert list_text(f"{bullet} 第一项 first") == "- 第一项 first"
    assert list_text("第一项 first") is None


EDGE_LINES = st.text(alphabet="第页a Pg1２3\u3000 ", max_size=8)


@given(st.frozensets(EDGE_LINES.map(line_key), max_size=4), EDGE_LINES)
def test_a_line_is_among_keys_if_its_own_key_is_and_numbers_of_pages_do_not_matter(keys, line):
    assert is_among(line, keys) == (line_key(line) in keys and bool(line.strip()))
    assert line_key(line) == re.sub(r"[\d\s]+", "#", line.strip())
    assert line_key(f"第 1 页 {line}") == line_key(f"第 20 页 {line}")
