"""Pictures: what shows something is kept with its caption, what decorates is counted with its reason."""

import io
import json

import pymupdf
import pytest
from PIL import Image, ImageDraw

from schemas.settings import StepSettings
from schemas.sides import IMAGE
from tasks.extract.captions import CAPTION, described
from tasks.extract.parse_file import parse_file
from tasks.extract.parsed import Picture
from tasks.extract.pictures import measure_picture
from tasks.publish.images import make_images
from tests.publish.test_rows import image_row


def png(width: int = 200, height: int = 120, seed: int = 0) -> bytes:
    """A picture that shows something, another for each seed."""
    image = Image.new("RGB", (width, height), (255, 255, 255))
    draw = ImageDraw.Draw(image)
    draw.ellipse((seed % 40, 5, width // 2 + seed, height - 5), fill=(200, seed % 256, 30))
    draw.line((0, height - 1, width, seed % height), fill=(0, 0, 200), width=3)
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def blank() -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (90, 90), (250, 250, 250)).save(buffer, "PNG")
    return buffer.getvalue()


def read(*pages):
    """Kept pictures and metadata of a PDF whose pages these functions draw."""
    document = pymupdf.open()
    for number, draw in enumerate(pages, start=1):
        page = document.new_page()
        page.insert_text(
            (72, 60), f"Page {number} of the manual. 手册第 {number} 页。", fontname="china-s", fontsize=11
        )
        draw(page)
    _, parsed, measured = parse_file(document.tobytes(), "a.pdf", None, pictures=True)
    return [parsed.pictures[one["picture"]] for one in measured], parsed.metadata


def test_a_logo_on_every_page_a_background_and_a_bullet_are_left_out_with_their_reasons():
    logo, bullet = png(60, 40), png(40, 40, 3)

    def page(figure: bytes | None = None):
        def draw(page):
            page.insert_image((450, 20, 520, 60), stream=logo)
            page.insert_image((72, 300, 80, 308), stream=bullet)
            if figure:
                page.insert_image((100, 100, 300, 220), stream=figure)

        return draw

    def scan(page):
        page.insert_image(page.rect, stream=png(seed=20), keep_proportion=False)

    kept, metadata = read(page(), page(png(seed=9)), page(), scan)
    assert [(picture.page, picture.data[:8]) for picture in kept] == [(2, b"\x89PNG\r\n\x1a\n")]
    assert metadata["decorative_images"] == {"background": 1, "logo": 1, "small": 1}


def test_a_picture_drawn_in_strips_is_one_picture():
    whole = Image.open(io.BytesIO(png(200, 120)))

    def draw(page):
        for i in range(4):
            strip = io.BytesIO()
            whole.crop((0, 30 * i, 200, 30 * i + 30)).save(strip, "PNG")
            page.insert_image((100, 100 + 60 * i, 500, 160 + 60 * i), stream=strip.getvalue(), keep_proportion=False)

    ((picture,), _) = read(draw)
    assert tuple(round(value) for value in picture.box) == (100, 100, 500, 340)
    assert Image.open(io.BytesIO(picture.data)).size[0] > 700


@pytest.mark.parametrize(
    ("line", "y", "found"),
    [
        ("图 3 网关的部署方式", 236, True), ("Figure 2: how it is deployed", 236, True), ("图3-1：部署", 90, True),
        ("Figures of speech are not captions", 236, False), ("图书馆开放", 236, False), ("Figure 9", 400, False),
    ],
)  # fmt: skip
def test_a_caption_is_the_nearest_line_that_begins_as_one(line: str, y: float, found: bool):
    def draw(page):
        page.insert_image((100, 100, 300, 220), stream=png())
        page.insert_text((100, y), line, fontname="china-s", fontsize=10)

    ((picture,), _) = read(draw)
    assert picture.caption == (line if found else None)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (png(400, 20), "line"), (png(30, 30), "small"), (b"no picture", "unreadable"), (png()[:200], "unreadable"),
        (blank(), "one_colour"),
    ],
)  # fmt: skip
def test_what_shows_nothing_has_a_reason(data: bytes, reason: str):
    assert measure_picture(Picture(data, "png")) == reason


def test_the_same_picture_in_another_size_has_nearly_the_same_perceptual_hash():
    small, large, other = (
        measure_picture(Picture(data, "png"))["phash"] for data in (png(), _resized(png()), png(seed=77))
    )
    assert (int(small, 16) ^ int(large, 16)).bit_count() <= 6
    assert (int(small, 16) ^ int(other, 16)).bit_count() > 6


def _resized(data: bytes) -> bytes:
    buffer = io.BytesIO()
    Image.open(io.BytesIO(data)).resize((400, 240)).save(buffer, "PNG")
    return buffer.getvalue()


def test_words_of_programs_are_no_caption():
    assert described("Picture 7") is None
    assert described("图形用户界面\n\nAI 生成的内容可能不正确。") is None
    assert described("IMG_2031.jpeg") is None
    assert described("网关的 后面板") == "网关的 后面板"
    assert not CAPTION.match("图像处理")


def test_the_bytes_of_a_picture_stand_once_in_a_file(documents):
    batch = documents("手册 one", "手册 two", "three")
    rows = [image_row("d0", "i0", sha256="a"), image_row("d1", "i1", sha256="a"), image_row("d2", "i2", sha256="b")]
    made = make_images(batch, StepSettings(), images=IMAGE.from_rows(rows)).kept.to_pylist()
    assert [(row["id"], row["sha256"], row["image"] is None) for row in made] == [
        ("i0", "a", False), ("i1", "a", True), ("i2", "b", False)
    ]  # fmt: skip


def test_a_document_of_nothing_but_a_picture_is_said_to_need_ocr(extract):
    import docx

    document = docx.Document()
    document.add_picture(io.BytesIO(png()))
    buffer = io.BytesIO()
    document.save(buffer)
    (row,) = extract("documents", {"a.docx": buffer.getvalue()}).quarantined.to_pylist()
    assert row["cause"] == "no_text_layer"


def test_reasons_reach_the_document(extract):
    document = pymupdf.open()
    page = document.new_page()
    page.insert_text((72, 60), "The gateway keeps a copy. 网关备份。", fontname="china-s")
    page.insert_image((72, 300, 80, 308), stream=png(40, 40))
    (row,) = extract("documents", {"a.pdf": document.tobytes()}).kept.to_pylist()
    assert json.loads(row["metadata"])["decorative_images"] == {"small": 1}
