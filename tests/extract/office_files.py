"""Files of every format a documents source reads, in both languages, and what is to be found in them."""

import io
import tempfile
import zipfile
from email.message import EmailMessage
from pathlib import Path

import docx
import openpyxl
import pptx
import pypandoc
from PIL import Image

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


def rich_text() -> bytes:
    return pypandoc.convert_text(OLD_FORMAT, "rtf", format="md", extra_args=["-s"]).encode()


def open_document() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        pypandoc.convert_text(OLD_FORMAT, "odt", format="md", outputfile=f"{folder}/a.odt")
        return Path(folder, "a.odt").read_bytes()


OLD_FORMAT = "# 安装\n\n网关每天备份一次。\n\n## Section two\n\n- 一\n- two\n"
OLD_FORMAT_TEXT = "# 安装\n\n网关每天备份一次。\n\n## Section two\n\n- 一\n- two"

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
        "# 季度总结\n\n- 收入增长\n- Second point\n\n讲稿 notes\n\n# Second slide",
        "季度总结",
    ),
    "a.xlsx": (
        sheets(),
        "office",
        "# 价格\n\n| 型号 | Price |\n| --- | --- |\n| 网关 A | 12 |\n\n"
        "# Stock\n\n| item | 数量 |\n| --- | --- |\n| x | 5 |",
        None,
    ),
    "a.epub": (book(), "office", "# 第一章\n\n正文一段。\n\n## Part two\n\nEnglish text.", "书名"),
    "a.odt": (open_document(), "office", OLD_FORMAT_TEXT, "安装"),
    "a.rtf": (rich_text(), "office", OLD_FORMAT_TEXT, "安装"),
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


def png(colour: int = 7) -> bytes:
    picture = Image.radial_gradient("L").rotate(colour)
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return buffer.getvalue()
