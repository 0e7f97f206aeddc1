"""PDF: what is read is in reading order, with pages and boxes; what cannot be read says why."""

import json
import random
from collections.abc import Callable

import pymupdf
import pytest

from tests.extract.conftest import causes

EN = "The gateway writes a copy of its settings every night and keeps each copy for seven days before it is removed"
ZH = "网关每天夜里写一份配置的备份并且每一份备份在删除之前保留七天的时间"


def pdf(*draw: Callable[[pymupdf.Page], None], **save) -> bytes:
    document = pymupdf.open()
    for painter in draw:
        painter(document.new_page())
    data: bytes = document.tobytes(**save)
    document.close()
    return data


def write(page: pymupdf.Page, x: float, y: float, text: str, size: float = 10, **options) -> None:
    wide = not text.isascii()
    page.insert_text(
        (x, y), text, fontsize=size, fontname="china-s" if wide else options.pop("fontname", "helv"), **options
    )


def prose(page: pymupdf.Page) -> None:
    write(page, 72, 80, "Gateway 手册", 20)
    for line, text in enumerate([*(EN[n : n + 54] for n in range(0, 108, 54)), "", ZH[:30], ZH[30:]]):
        write(page, 72, 120 + 14 * line, text)


def the_row(parts) -> dict:
    assert causes(parts) == {}
    (row,) = parts.kept.to_pylist()
    return row


def piece(row: dict, block: dict) -> str:
    return row["text"][block["start"] : block["end"]]


def words(row: dict) -> str:
    return " ".join(row["text"].replace("#", "").split())


def test_text_headings_pages_and_boxes(extract):
    def second(page):
        write(page, 72, 80, "Second page", 20)
        write(page, 72, 120, ZH[:20])

    row = the_row(extract("documents", {"a.pdf": pdf(prose, second)}))
    assert row["source_type"] == "pdf"
    assert row["n_pages"] == 2
    assert row["title"] == "Gateway 手册"
    headings = [piece(row, block) for block in row["blocks"] if block["kind"] == "heading"]
    assert headings == ["# Gateway 手册", "# Second page"]
    assert words(row).startswith(f"Gateway 手册 {EN[:108]}")
    pages = [block for block in row["blocks"] if block["kind"] == "page"]
    assert [(page["page"], round(page["x1"]), round(page["y1"])) for page in pages] == [(1, 595, 842), (2, 595, 842)]
    heading = next(block for block in row["blocks"] if block["kind"] == "heading")
    assert 60 < heading["x0"] < 75
    assert 55 < heading["y0"] < heading["y1"] < 90
    for block in row["blocks"]:
        holder = next(page for page in pages if page["page"] == block["page"])
        assert holder["start"] <= block["start"] <= block["end"] <= holder["end"]


def _sentences(text: str, count: int) -> list[str]:
    words_of = text.split() if text.isascii() else list(text)
    rng = random.Random(1)
    glue = " " if text.isascii() else ""
    return [glue.join(rng.choices(words_of, k=6 if glue else 19)) for _ in range(count)]


@pytest.mark.parametrize("text", [EN, ZH], ids=["en", "zh"])
@pytest.mark.parametrize("shift", [0.0, 3.5])
def test_two_columns_are_read_one_after_the_other(text: str, shift: float, extract):
    left, right = _sentences(text, 24)[:12], _sentences(text + " x", 24)[12:]

    def two_columns(page):
        write(page, 140, 80, "A title across both columns of this page", 16)
        for index in range(12):
            write(page, 60, 120 + 13 * index, left[index])
            write(page, 310, 120 + shift + 13 * index, right[index])
        write(page, 290, 800, "17")

    row = the_row(extract("documents", {"a.pdf": pdf(two_columns)}))
    found = "".join(words(row).split())
    expected = "".join(["A title across both columns of this page", *left, *right, "17"])
    assert found == "".join(expected.split())


def test_justified_lines_are_one_paragraph_and_a_short_line_ends_it(extract):
    lines = [
        "The first line of the paragraph is long as its column",
        "and so is the second line of it, which goes on until",
        "it ends.",
        "The next paragraph begins here and is long as well as",
        "the column is, then ends.",
    ]

    def justified(page):
        for index, line in enumerate(lines):
            write(page, 72, 80 + 13 * index, line)

    row = the_row(extract("documents", {"a.pdf": pdf(justified)}))
    paragraphs = [piece(row, block) for block in row["blocks"] if block["kind"] != "page"]
    assert paragraphs == [" ".join(lines[:3]), " ".join(lines[3:])]


def test_words_cut_by_a_hyphen_are_mended_and_chinese_lines_join_without_a_space(extract):
    def cut(page):
        for index, line in enumerate(
            ["The gateway keeps every configu-", "ration file in a state-", "of-the-art store of its own and"]
        ):
            write(page, 72, 80 + 13 * index, line)
        for index, line in enumerate([ZH[:16], ZH[16:32]]):
            write(page, 72, 200 + 13 * index, line)

    row = the_row(extract("documents", {"a.pdf": pdf(cut)}))
    assert "configuration file" in row["text"]
    assert ZH[:32] in row["text"]


def test_glyphs_drawn_twice_are_read_once(extract):
    def twice(page):
        for dx in (0, 0.4):
            write(page, 72 + dx, 80, "Bold by overprinting")
            write(page, 72 + dx, 100, "重影的中文标题")
        for index, char in enumerate("Letters"):
            for _ in range(2):
                write(page, 72 + 7 * index, 140, char)

    row = the_row(extract("documents", {"a.pdf": pdf(twice)}))
    assert words(row).count("Bold by overprinting") == 1
    assert words(row).count("重影的中文标题") == 1
    assert "".join(words(row).split()).endswith("Letters")


def test_ruled_tables_become_markdown_and_html_in_their_place(extract):
    cells = [["名称", "Value"], ["超时", "30 s"], ["a|b", ""]]

    def table(page):
        write(page, 72, 80, "Before the table there is a sentence.")
        for row, line in enumerate(cells):
            for column, text in enumerate(line):
                page.draw_rect((72 + 120 * column, 100 + 20 * row, 192 + 120 * column, 120 + 20 * row))
                write(page, 80 + 120 * column, 114 + 20 * row, text)
        write(page, 72, 200, "After the table there is another one.")

    row = the_row(extract("documents", {"a.pdf": pdf(table)}))
    kinds = [block["kind"] for block in row["blocks"]]
    assert kinds == ["page", "paragraph", "table", "paragraph"]
    block = row["blocks"][2]
    assert piece(row, block) == "| 名称 | Value |\n| --- | --- |\n| 超时 | 30 s |\n| a\\|b |  |"
    assert block["html"].startswith("<table><tr><td>名称</td><td>Value</td></tr>")


def test_boxes_around_listings_are_no_tables(extract):
    def listing(page):
        write(page, 72, 60, "A listing follows:")
        for index in range(8):
            page.draw_rect((60, 90 + 12 * index, 540, 102 + 12 * index), color=None, fill=(0.9, 0.9, 0.9))
            write(page, 66, 100 + 12 * index, f"    line {index} = call()", fontname="cour")

    row = the_row(extract("documents", {"a.pdf": pdf(listing)}))
    assert [block["kind"] for block in row["blocks"]] == ["page", "paragraph", "code"]


def picture(colour: tuple[int, int, int]) -> bytes:
    pixmap = pymupdf.Pixmap(pymupdf.csRGB, (0, 0, 80, 60), False)
    pixmap.set_rect(pixmap.irect, (255, 255, 255))
    pixmap.set_rect((10, 10, 50, 40), colour)
    data: bytes = pixmap.tobytes("png")
    return data


def test_pictures_have_page_box_and_caption_and_are_given_once(extract):
    def figure(page):
        write(page, 72, 80, "Some text above the figure.")
        page.insert_image((100, 100, 260, 220), stream=picture((200, 0, 0)))
        write(page, 100, 236, "图 1 网关 overview")

    parts = extract("documents", {"a.pdf": pdf(figure, figure, lambda page: write(page, 72, 80, "The end."))})
    (image,) = parts.sides["images"].to_pylist()
    assert image["page"] == 1
    assert image["caption"] == "图 1 网关 overview"
    assert (round(image["x0"]), round(image["y1"])) == (100, 220)
    assert (image["width"], image["height"]) == (80, 60)
    assert the_row(parts)["image_ids"] == [image["id"]]
    assert extract("documents", {"a.pdf": pdf(figure)}, images=False).sides["images"].num_rows == 0


def test_an_encrypted_file_needs_its_password(extract):
    options = {"encryption": pymupdf.PDF_ENCRYPT_AES_256, "user_pw": "口令", "owner_pw": "owner"}
    secret = {"a.pdf": pdf(prose, **options)}
    assert causes(extract("documents", secret)) == {"a.pdf": "encrypted"}
    assert causes(extract("documents", secret, password="wrong")) == {"a.pdf": "encrypted"}
    assert "手册" in the_row(extract("documents", secret, password="口令"))["text"]
    open_to_all = pdf(prose, encryption=pymupdf.PDF_ENCRYPT_AES_128, owner_pw="owner", permissions=0)
    assert "手册" in the_row(extract("documents", {"a.pdf": open_to_all}))["text"]


@pytest.fixture(scope="module")
def long_pdf() -> bytes:
    return pdf(*[prose] * 12)


@pytest.mark.parametrize("share", [0.1, 0.4, 0.7])
def test_a_truncated_file_is_never_taken_for_a_whole_one(share: float, long_pdf: bytes, extract):
    cut = long_pdf[: int(len(long_pdf) * share)]
    assert causes(extract("documents", {"截断.pdf": cut})) == {"截断.pdf": "truncated"}


def test_a_cut_through_the_cross_reference_table_costs_nothing(long_pdf: bytes, extract):
    row = the_row(extract("documents", {"a.pdf": long_pdf[: long_pdf.rindex(b"xref") - 400]}))
    assert row["n_pages"] == 12
    assert json.loads(row["metadata"])["repaired"] is True


def test_a_wrong_cross_reference_table_costs_nothing_and_is_noted(long_pdf: bytes, extract):
    at = long_pdf.rindex(b"startxref") + 10
    broken = long_pdf[:at] + b"99999999\n%%EOF\n"
    row = the_row(extract("documents", {"a.pdf": broken}))
    assert row["n_pages"] == 12
    assert json.loads(row["metadata"])["repaired"] is True


@pytest.mark.parametrize(
    ("content", "cause"),
    [
        (b"", "empty"),
        (b"\0\0\n", "empty"),
        (b"%PDF-1.7\n%%EOF\n", "damaged"),
        (b"%PDF-1.7\n" + b"\xff\x00" * 400, "truncated"),
        (pdf(lambda page: page.clean_contents()), "empty"),
        (pdf(lambda page: page.insert_image(page.rect, stream=picture((0, 0, 200)))), "no_text_layer"),
        (pdf(lambda page: page.draw_line((1, 1), (90, 90))), "no_text_layer"),
        (bytes(range(256)) * 30, "damaged"),
    ],
)
def test_a_file_that_is_no_document_says_why(content: bytes, cause: str, extract):
    parts = extract("documents", {"a.pdf": content, "ok.md": "# 好"})
    assert causes(parts) == {"a.pdf": cause}
    assert parts.kept["source"].to_pylist() == ["ok.md"]


def test_pages_without_text_among_others_are_noted(extract):
    scan = lambda page: page.insert_image(page.rect, stream=picture((0, 0, 200)))  # noqa: E731
    row = the_row(extract("documents", {"a.pdf": pdf(prose, scan, prose)}))
    assert json.loads(row["metadata"])["pages_without_text"] == [2]


def test_random_damage_never_crashes_or_vanishes(long_pdf: bytes, extract):
    rng = random.Random(7)
    files = {}
    for index in range(25):
        data = bytearray(long_pdf)
        for _ in range(60):
            data[rng.randrange(len(data))] = rng.randrange(256)
        files[f"坏{index}.pdf"] = bytes(data)
    parts = extract("documents", files)
    assert parts.kept.num_rows + parts.quarantined.num_rows == 25
    assert set(parts.quarantined["cause"].to_pylist()) <= {
        "damaged",
        "truncated",
        "empty",
        "no_text_layer",
        "garbage_text_layer",
    }
