"""Text layers that are none are told from text; pages without one are read by OCR or quarantined. In both languages."""

import importlib.util
import io
import json

import pymupdf
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from tasks.extract.ocr import OcrLine, available_engine, read_page, with_text
from tasks.extract.ocr_pass import pages_to_read
from tasks.extract.parse_file import parse_file
from tasks.extract.parsed import ParseError
from tasks.extract.text_layer import cause_of_page, is_garbage
from tests.extract.conftest import causes

ENGLISH = (
    "The gateway keeps a copy of its configuration for seven days and writes it to the second disk every night. " * 8
)
CHINESE = "网关每天把配置备份到第二块磁盘，备份保留七天；升级以后请检查日志，并确认服务已经恢复正常。" * 8
TRADITIONAL = "閘道每天把設定備份到第二塊磁碟，備份保留七天；升級以後請檢查日誌，並確認服務已經恢復正常。" * 8
JAPANESE = "ゲートウェイは毎日設定を二番目のディスクに保存し、七日間保持します。更新後はログを確認してください。" * 8
CODE = "for key, val in cfg.items():\n    if key == 'tls': srv.set(key, val)\n" * 12


def shifted(text: str, by: int) -> str:
    """As a font whose letters are not where they say."""
    return "".join(chr((ord(c) - 97 + by) % 26 + 97) if "a" <= c <= "z" else c for c in text.lower())


@pytest.mark.parametrize(
    "text", [ENGLISH, CHINESE, TRADITIONAL, JAPANESE, CODE, ENGLISH + CHINESE, "12.5 30 42\n" * 80, ""]
)
def test_text_in_any_language_is_no_garbage(text: str):
    assert not is_garbage(text)


@pytest.mark.parametrize(
    "text",
    [
        "".join(chr(0xE000 + ord(c) % 256) for c in ENGLISH),  # private use
        shifted(ENGLISH, 3),
        shifted(ENGLISH, 10) + " 12 %",
        "".join(c for c in ENGLISH if c not in "aeiou"),
        CHINESE.encode("gb18030").decode("latin-1"),
        "".join(chr(0x4E00 + (7919 * i) % 20000) for i in range(300)),  # glyph numbers taken for characters
        "\ufffd" * 40 + "ab",
    ],
)
def test_private_glyphs_noise_and_a_wrong_script_are_garbage(text: str):
    assert is_garbage(text)


@given(st.text(max_size=300))
def test_any_text_is_judged(text: str):
    assert is_garbage(text) in (True, False)
    assert cause_of_page(text, scanned=True) is None or not text.strip() or cause_of_page(text, scanned=True).value


def test_a_scan_with_a_stamp_has_no_text_and_one_that_was_read_badly_has_garbage():
    assert cause_of_page("2021 3 31", scanned=True) == "no_text_layer"
    assert cause_of_page("2021 3 31", scanned=False) is None
    broken = (
        "y^ and adminlstrative neeCs o- ?.OI oL'r tha t somewhat~ IILore D_rcerit o-° ._oSS _aSt e'_ght Jb-viollsl_Y "
        * 4
    )
    assert cause_of_page(broken, scanned=True) == "garbage_text_layer"
    assert cause_of_page(broken, scanned=False) is None
    assert cause_of_page(ENGLISH, scanned=True) is None


def picture_of(lines: list[str], size: float = 22) -> bytes:
    """A PNG of lines of text."""
    page = pymupdf.open().new_page(width=420, height=40 + 40 * len(lines))
    for i, line in enumerate(lines):
        page.insert_text((30, 40 + 40 * i), line, fontname="china-s", fontsize=size)
    return page.get_pixmap(dpi=110).tobytes("png")


def scan(*pages: bytes | str) -> bytes:
    """A PDF of pictures that cover their pages, and of pages of text."""
    document = pymupdf.open()
    for content in pages:
        page = document.new_page()
        if isinstance(content, bytes):
            page.insert_image(page.rect, stream=content, keep_proportion=False)
        else:
            page.insert_textbox((60, 60, 530, 780), content, fontname="china-s", fontsize=11)
    return document.tobytes()


SCAN = picture_of(["网关手册 Gateway", "备份保留七天"])


def test_without_an_engine_a_scan_is_quarantined_and_a_page_of_one_is_flagged(extract):
    parts = extract("documents", {"scan.pdf": scan(SCAN), "one.pdf": scan(ENGLISH, CHINESE, SCAN), "photo.png": SCAN})
    assert causes(parts) == {"scan.pdf": "no_text_layer", "photo.png": "no_text_layer"}
    assert all("winnow[ocr]" in message for message in parts.quarantined["message"].to_pylist())
    (row,) = parts.kept.to_pylist()
    assert json.loads(row["metadata"])["pages_without_text"] == [3]


def test_a_document_of_private_glyphs_is_quarantined_as_garbage(extract):
    noise = shifted(ENGLISH, 3)
    assert causes(extract("documents", {"a.pdf": scan(noise, noise, CHINESE)})) == {"a.pdf": "garbage_text_layer"}


@pytest.mark.skipif(importlib.util.find_spec("rapidocr") is None, reason="winnow[ocr] is not installed")
def test_with_an_engine_scans_and_pictures_are_read_and_pages_with_text_keep_it(extract):
    engine = available_engine()
    assert engine.startswith("rapidocr")
    files = {"mixed.pdf": scan(ENGLISH, SCAN, CHINESE), "photo.png": SCAN}
    parts = extract("documents", files, ocr_engine=engine, timeout_s=120)
    assert causes(parts) == {}
    rows = {row["source"]: row for row in parts.kept.to_pylist()}
    for row in rows.values():
        assert "备份保留七天" in row["text"].replace(" ", "")
        assert "Gateway" in row["text"].replace(" ", "")
    mixed = json.loads(rows["mixed.pdf"]["metadata"])["ocr"]
    assert (mixed["engine"], mixed["pages"]) == (engine, [2])
    assert mixed["score"] > 0.8
    assert "The gateway keeps a copy" in rows["mixed.pdf"]["text"]
    assert rows["mixed.pdf"]["n_pages"] == 3


def test_where_ocr_is_never_wanted_an_engine_is_not_asked(extract):
    assert causes(extract("documents", {"a.pdf": scan(SCAN)}, ocr="never", ocr_engine="rapidocr 0")) == {
        "a.pdf": "no_text_layer"
    }


def test_recognised_lines_become_the_text_of_their_page_where_they_stood():
    lines = [OcrLine("第一行文字", (100, 100, 200, 120), 0.9), OcrLine("Second line", (100, 130, 190, 150), 0.9)]
    data = with_text(scan(ENGLISH, SCAN), None, {2: lines})
    _, parsed, _ = parse_file(data, "a.pdf", None, pictures=True)
    block = next(
        block
        for block in parsed.blocks
        if "第一行" in parsed.text[block["start"] : block["end"]] and block["kind"] != "page"
    )
    assert block["page"] == 2
    assert 95 <= block["x0"] <= 105
    assert parsed.pictures == []
    assert pages_to_read(scan(ENGLISH, SCAN), None, every=False) == [2]


def test_what_is_no_picture_after_all_is_damaged():
    with pytest.raises(ParseError) as raised:
        read_page(b"\x89PNG\r\n\x1a\n broken", None, 1, "rapidocr 0")
    assert raised.value.cause == "damaged"
    buffer = io.BytesIO()
    Image.new("RGB", (5, 5)).save(buffer, "PNG")
    assert pages_to_read(buffer.getvalue(), None, every=False) == [1]
