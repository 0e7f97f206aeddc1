"""PDF: tables with and without rules, what goes on over columns and pages, footnotes. Read in this process."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.extract.pdf_paragraphs import is_among, line_key, list_text
from tests.extract.drawn_pages import pieces, read
from tests.extract.test_pdf import EN, ZH, write


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
