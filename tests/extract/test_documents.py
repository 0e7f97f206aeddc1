"""Documents: text and structure of every format in both languages, whatever the file is called."""

import io
import json
import zipfile
from email.message import EmailMessage
from pathlib import Path

import docx
import openpyxl
import pptx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.extract.documents import STEP
from tasks.extract.markdown_blocks import markdown_blocks
from tasks.extract.parsed import MarkdownBuilder
from tests.extract.conftest import causes
from tests.extract.test_pdf import pdf, prose

HTML = """<html><head><meta charset="{charset}"><title>t</title></head><body><nav>menu</nav><h1>网关手册</h1>
<p>网关每天备份一次，备份保留七天。</p><p>短句</p><h2>Section two</h2><p>Inline <b>bold</b> text.</p>
<ul><li>一</li><li>two<ul><li>nested</li></ul></li></ul><pre><code>for x in y:
    print(x)</code></pre><table><tr><th>名称</th><th>b</th></tr><tr><td>1</td><td>2|3</td></tr></table>
<script>var secret = 1</script></body></html>"""
HTML_TEXT = """# 网关手册

网关每天备份一次，备份保留七天。

短句

## Section two

Inline bold text.

- 一
- two
  - nested

```
for x in y:
    print(x)
```

| 名称 | b |
| --- | --- |
| 1 | 2\\|3 |"""


def saved(document) -> bytes:
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def word() -> bytes:
    document = docx.Document()
    document.add_heading("第一章 安装", 1)
    document.add_paragraph("网关每天备份一次。")
    document.add_paragraph("短句")
    document.add_heading("Section two", 2)
    document.add_paragraph("条目一", style="List Bullet")
    document.add_paragraph("item two", style="List Bullet")
    table = document.add_table(2, 2)
    for cell, text in zip(table._cells, ["名称", "Value", "超时", "30 s"], strict=True):
        cell.text = text
    document.add_paragraph("After the table.")
    style = document.styles.add_style("标题 3", 1)
    document.add_paragraph("本地样式的标题", style=style)
    document.sections[0].header.paragraphs[0].text = "page header"
    return saved(document)


def slides() -> bytes:
    deck = pptx.Presentation()
    first = deck.slides.add_slide(deck.slide_layouts[1])
    first.shapes.title.text = "季度总结"
    first.placeholders[1].text = "收入增长\nSecond point"
    first.notes_slide.notes_text_frame.text = "讲稿 notes"
    second = deck.slides.add_slide(deck.slide_layouts[1])
    second.shapes.title.text = "Second slide"
    return saved(deck)


def sheets() -> bytes:
    book = openpyxl.Workbook()
    book.active.title = "价格"
    for row in (["型号", "Price"], ["网关 A", 12]):
        book.active.append(row)
    second = book.create_sheet("Stock")
    for row in (["item", "数量"], ["x", 5]):
        second.append(row)
    return saved(book)


def book() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("mimetype", "application/epub+zip")
        archive.writestr(
            "META-INF/container.xml",
            '<?xml version="1.0"?><container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container">'
            '<rootfiles><rootfile full-path="c.opf" media-type="application/oebps-package+xml"/></rootfiles>'
            "</container>",
        )
        archive.writestr(
            "c.opf",
            '<?xml version="1.0"?><package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="i">'
            '<metadata xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:identifier id="i">x</dc:identifier>'
            "<dc:title>书名</dc:title><dc:language>zh</dc:language></metadata><manifest>"
            '<item id="a" href="a.xhtml" media-type="application/xhtml+xml"/></manifest>'
            '<spine><itemref idref="a"/></spine></package>',
        )
        archive.writestr(
            "a.xhtml",
            '<html xmlns="http://www.w3.org/1999/xhtml"><body><h1>第一章</h1><p>正文一段。</p>'
            "<h2>Part two</h2><p>English text.</p></body></html>",
        )
    return buffer.getvalue()


def mail(subtype: str, charset: str = "utf-8") -> bytes:
    message = EmailMessage()
    message["From"], message["To"] = "a@example.com", "b@example.com"
    message["Subject"], message["Date"] = "网关故障 report", "Mon, 3 Mar 2025 10:00:00 +0800"
    text = "第一段正文。\n\nSecond paragraph.\n" if subtype == "plain" else "<h1>标题</h1><p>正文一段。</p>"
    message.set_content(text, subtype=subtype, charset=charset)
    message.add_attachment(b"attached", maintype="application", subtype="octet-stream", filename="a.bin")
    return message.as_bytes()


FORMATS = {
    "a.html": (HTML.format(charset="utf-8").encode(), "html", HTML_TEXT, "网关手册"),
    "gbk.html": (HTML.format(charset="gbk").encode("gb18030"), "html", HTML_TEXT, "网关手册"),
    "undeclared.htm": (HTML.replace("{charset}", "").encode("gb18030"), "html", HTML_TEXT, "网关手册"),
    "a.docx": (
        word(),
        "office",
        "# 第一章 安装\n\n网关每天备份一次。\n\n短句\n\n## Section two\n\n- 条目一\n- item two\n\n"
        "| 名称 | Value |\n| --- | --- |\n"
        "| 超时 | 30 s |\n\nAfter the table.\n\n### 本地样式的标题",
        "第一章 安装",
    ),
    "a.pptx": (
        slides(),
        "office",
        "# 季度总结\n\n收入增长\n\nSecond point\n\n讲稿 notes\n\n# Second slide",
        "季度总结",
    ),
    "a.xlsx": (
        sheets(),
        "office",
        "# 价格\n\n| 型号 | Price |\n| --- | --- |\n| 网关 A | 12 |\n\n"
        "# Stock\n\n| item | 数量 |\n| --- | --- |\n| x | 5 |",
        None,
    ),
    "a.epub": (book(), "office", "# 第一章\n\n正文一段。\n\n## Part two\n\nEnglish text.", "第一章"),
    "a.eml": (mail("plain"), "email", "第一段正文。\n\nSecond paragraph.", "网关故障 report"),
    "gbk.eml": (mail("plain", "gb18030"), "email", "第一段正文。\n\nSecond paragraph.", "网关故障 report"),
    "html.eml": (mail("html"), "email", "# 标题\n\n正文一段。", "网关故障 report"),
    "a.md": (
        "# 标题\n\n正文\r\n\n```\n# code\n```\n".encode(),
        "markdown",
        "# 标题\n\n正文\n\n```\n# code\n```\n",
        "标题",
    ),
    "big5.txt": (
        "這是一個說明，我們會在這裡說明它。\n".encode("big5"),
        "text",
        "這是一個說明，我們會在這裡說明它。\n",
        None,
    ),
    "utf16.txt": ("宽字符 text".encode("utf-16"), "text", "宽字符 text", None),
}


@pytest.fixture(scope="module")
def formats(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict]:
    """All formats through one run of the step: the parsers load once."""
    from schemas.inventory import INVENTORY
    from schemas.sources import DocumentsSource
    from tasks.engine.store import Store
    from tasks.extract.settings import ExtractSettings
    from tasks.ingest.inventory import take_inventory
    from tasks.ingest.places import locations

    folder = tmp_path_factory.mktemp("formats")
    for name, (content, *_) in FORMATS.items():
        (folder / "in").mkdir(exist_ok=True)
        (folder / "in" / name).write_bytes(content)
    source, store = DocumentsSource(kind="documents", path="in"), Store(str(folder / "store"))
    where = ExtractSettings(locations=locations([source], folder), memory_mb=256, timeout_s=120)
    rows = {}
    for ref in take_inventory([source], folder, store).shards["documents"]:
        batch = store.get_table(ref, INVENTORY)
        parts = STEP.run(batch, where)
        STEP.check(batch, parts, "test")
        assert causes(parts) == {}
        rows |= {row["source"]: row for row in parts.kept.to_pylist()}
    return rows


@pytest.mark.parametrize("name", FORMATS)
def test_text_type_and_title_of_every_format(name: str, formats: dict[str, dict]):
    _, source_type, text, title = FORMATS[name]
    row = formats[name]
    assert row["text"] == text
    assert row["source_type"] == source_type
    assert row["title"] == title
    assert "mislabelled" not in json.loads(row["metadata"])


@pytest.mark.parametrize("name", FORMATS)
def test_blocks_are_where_they_say(name: str, formats: dict[str, dict]):
    row = formats[name]
    marks = {"heading": "#", "table": "|", "code": "```"}
    for block in row["blocks"]:
        piece = row["text"][block["start"] : block["end"]]
        assert piece.strip()
        assert piece.startswith(marks.get(block["kind"], ""))
        assert (block["level"] is not None) == (block["kind"] == "heading")
        if block["kind"] == "heading":
            assert piece.startswith("#" * block["level"] + " ")
    starts = [block["start"] for block in row["blocks"]]
    assert starts == sorted(starts)


def test_slides_and_sheets_know_their_number_and_tables_their_html(formats: dict[str, dict]):
    assert [block["page"] for block in formats["a.pptx"]["blocks"]] == [1, 1, 1, 1, 2]
    tables = [block for block in formats["a.xlsx"]["blocks"] if block["kind"] == "table"]
    assert [table["page"] for table in tables] == [1, 2]
    assert "<td>网关 A</td>" in tables[0]["html"]


def test_files_are_what_their_content_is_whatever_they_are_called(extract):
    parts = extract(
        "documents",
        {
            "错误.pdf": HTML.format(charset="utf-8"),
            "手册.txt": pdf(prose),
            "page.docx": "just 文本 text",
            "b.html": word(),
            "about-pdf.md": "# The format\n\nA file begins with `%PDF-1.7`. 文件开头。\n",
        },
    )
    assert causes(parts) == {}
    found = {
        row["source"]: (row["source_type"], json.loads(row["metadata"]).get("mislabelled"))
        for row in parts.kept.to_pylist()
    }
    assert found == {
        "错误.pdf": ("html", True),
        "手册.txt": ("pdf", True),
        "page.docx": ("text", True),
        "b.html": ("office", True),
        "about-pdf.md": ("markdown", None),
    }


def _without(data: bytes, name: str, content: bytes = b"<w:doc") -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(buffer, "w") as new:
        for member in old.namelist():
            new.writestr(member, content if member == name else old.read(member))
    return buffer.getvalue()


def make_zip(files: dict[str, str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


BROKEN = {
    "cut.docx": (word()[:3000], "truncated"),
    "xml.docx": (_without(word(), "word/document.xml"), "parser_error"),
    "parts.docx": (_without(word(), "[Content_Types].xml", b""), "parser_error"),
    "middle.docx": (word()[:3000] + b"\xff" * 50 + word()[3050:], "parser_error"),
    "空.docx": (saved(docx.Document()), "empty"),
    "cut.xlsx": (sheets()[:2000], "truncated"),
    "xml.pptx": (_without(slides(), "ppt/presentation.xml"), "parser_error"),
    "other.zip": (make_zip({"说明.txt": "x"}), "unsupported"),
    "old.doc": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "damaged"),
    "a.rtf": (rb"{\rtf1 text}", "unsupported"),
    "photo.png": (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\x08\2\0\0\0", "no_text_layer"),
    "a.bin": (bytes(range(256)) * 8, "binary"),
    "a.md": (b"", "empty"),
    "blank.html": (b"<html><body><script>x</script></body></html>", "empty"),
    "nul.txt": (b"\0\0\0\0", "empty"),
}


def test_a_file_that_cannot_be_read_is_quarantined_with_its_cause(extract):
    parts = extract("documents", {name: content for name, (content, _) in BROKEN.items()})
    assert parts.kept.num_rows == 0
    assert causes(parts) == {name: cause for name, (_, cause) in BROKEN.items()}


def test_an_office_file_with_a_password_is_encrypted(extract):
    from msoffcrypto.format.ooxml import OOXMLFile

    sealed = io.BytesIO()
    OOXMLFile(io.BytesIO(word())).encrypt("口令", sealed)
    assert causes(extract("documents", {"a.docx": sealed.getvalue()})) == {"a.docx": "encrypted"}


def test_a_zip_bomb_of_a_document_costs_one_file(extract):
    bomb = _without(word(), "word/document.xml", b"<w:document>" + b" " * (400 << 20))
    parts = extract("documents", {"bomb.docx": bomb, "ok.md": "# 好"}, memory_mb=256, timeout_s=60)
    assert parts.kept["source"].to_pylist() == ["ok.md"]
    assert causes(parts)["bomb.docx"] in ("out_of_memory", "parser_error", "timeout", "too_large")


def test_a_file_larger_than_allowed_is_not_read(extract):
    assert causes(extract("documents", {"a.txt": b"x" * (2 << 20)}, max_file_mb=1)) == {"a.txt": "too_large"}


def test_a_parser_that_takes_too_long_costs_one_file(extract):
    slow = "<html><body>" + "<div>" * 60 + "<p>文字 text</p>" * 60_000
    parts = extract("documents", {"slow.html": slow, "ok.md": "# 好"}, timeout_s=0.7)
    assert parts.kept["source"].to_pylist() == ["ok.md"]
    assert causes(parts) == {"slow.html": "timeout"}


def test_lone_surrogates_and_nul_in_text_cost_characters(extract):
    body = "正文 text\0 ".encode() + "\ud800".encode("utf-8", "surrogatepass") + "。更多的正文。".encode() * 30
    (row,) = extract("documents", {"a.txt": body}).kept.to_pylist()
    assert row["text"].startswith("正文 text ")
    assert "\0" not in row["text"]


def test_a_hundred_megabytes_on_one_line_are_one_document(extract):
    parts = extract("documents", {"a.txt": b"[" + b"1234567," * 12_500_000 + b"0]"}, timeout_s=120)
    assert parts.kept["n_words"].to_pylist() == [12_500_001]


PIECES = st.lists(
    st.tuples(st.sampled_from(["paragraph", "list", "heading"]), st.text(alphabet="a中\n\r\0 #-\ud800", max_size=12)),
    max_size=8,
)


@given(PIECES)
@settings(max_examples=200, deadline=None)
def test_blocks_of_a_builder_are_its_text(pieces: list[tuple[str, str]]):
    builder = MarkdownBuilder()
    indices = [builder.add(kind, text, tight=kind == "list") for kind, text in pieces]
    assert len([index for index in indices if index is not None]) == len(builder.blocks)
    rest = builder.text
    for block in reversed(builder.blocks):
        assert rest[block["start"] : block["end"]].strip()
        rest = rest[: block["start"]] + rest[block["end"] :]
    assert not rest.strip("\n")


@given(st.text(alphabet="#`| -\n中a~", max_size=60))
@settings(max_examples=300, deadline=None)
def test_markdown_blocks_lie_in_the_text_and_do_not_cross(text: str):
    blocks, _ = markdown_blocks(text)
    ends = 0
    for block in blocks:
        assert ends <= block["start"] <= block["end"] <= len(text)
        ends = block["end"]


def _fixed_pdf() -> bytes:
    """A PDF whose bytes are the same every time."""
    stream = b"BT /F 20 Tf 72 760 Td (Gateway manual) Tj /F 10 Tf 0 -40 Td (It keeps a copy for a week.) Tj ET"
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(stream), stream),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    data, offsets = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, start=1):
        offsets.append(len(data))
        data += b"%d 0 obj%s endobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    trailer = b"trailer<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % len(data)
    return data + b"xref\n0 6\n0000000000 65535 f \n" + table + trailer


def test_golden(extract, golden):
    files = {
        "a.pdf": _fixed_pdf(),
        "b.html": HTML.format(charset="utf-8"),
        "c.md": "# 标题\n\n正文\n",
        "d.pdf": b"",
        "e.pdf": "<html>x",
    }
    golden(STEP, extract("documents", files))


def test_real_office_files_hold_their_expected_words(corpus: Path, extract):
    """Words of an independent conversion are found: tables, lists, text boxes, both directions of doubt counted."""
    import re

    parts = extract("documents", corpus / "docs" / "docling", timeout_s=120)
    assert parts.kept.num_rows + parts.quarantined.num_rows == len(list((corpus / "docs" / "docling").iterdir()))
    shares = []
    for row in parts.kept.to_pylist():
        expected = corpus / "docs" / "gt" / f"docling_{row['source']}.md"
        if expected.exists():
            text = re.sub(r"<!--.*?-->|\(https?:[^)]*\)", "", expected.read_text(encoding="utf-8"))
            wanted = re.findall(r"\w+", text.lower())
            found = set(re.findall(r"\w+", row["text"].lower()))
            shares.append(sum(word in found for word in wanted) / max(1, len(wanted)))
    assert sum(shares) / len(shares) > 0.85
