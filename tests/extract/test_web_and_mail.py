"""Pages, books, mails and Markdown: their main text, what is left out, what is kept exact."""

import base64
import io
import zipfile
from email.message import EmailMessage

import pytest

from tasks.extract.email_reader import parse_email
from tasks.extract.html_reader import parse_html
from tasks.extract.office import parse_office
from tasks.extract.parse_file import parse_file
from tests.extract.office_files import book, png

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
M = 'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'


PAGE = """<html><head><title>站点</title></head><body><header><a href="/">Home</a></header>
<nav><a href="/a">菜单</a></nav><div class="breadcrumbs">首页 &gt; Docs</div>
<main><h1>备份 Backup</h1><div class="toc"><a href="#a">a</a></div><p>网关每天备份一次，
备份保留七天。见<a href="https://example.com/手册">手册</a>，<code>cfg.json</code>。</p>
<p>It keeps them for a week.<sup>2</sup> <a href="#top">top</a></p>
<ol start="3"><li>第一<ul><li>inner</li></ul></li><li>two</li></ol>
<pre class="language-python">if x:\n    y()</pre>
<table><tr><td>only layout <h2>布局</h2></td></tr></table></main>
<aside>Related</aside><footer>© Example</footer><div style="display:none">hidden</div></body></html>"""


def test_a_page_is_its_main_content_with_links_listings_and_lists():
    parsed = parse_html(PAGE.encode())
    assert parsed.text == (
        "# 备份 Backup\n\n网关每天备份一次，备份保留七天。见[手册](https://example.com/手册)，`cfg.json`。\n\n"
        "It keeps them for a week.² top\n\n3. 第一\n   - inner\n4. two\n\n```python\nif x:\n    y()\n```\n\n"
        "only layout\n\n## 布局"
    )
    assert parsed.title == "备份 Backup"
    assert set(parsed.metadata["left_out_chars"]) >= {"navigation", "contents"}


def test_a_page_that_is_all_navigation_keeps_it():
    menu = (
        "<html><body><ul class='nav'><li><a href='/a'>安装</a></li><li><a href='/b'>Update</a></li></ul></body></html>"
    )
    assert parse_html(menu.encode()).text == "- [安装](/a)\n- [Update](/b)"


def test_scripts_of_a_page_are_neither_run_nor_read_and_links_to_them_are_words():
    page = "<p onclick='x()'>正文 <a href='javascript:alert(1)'>click</a></p><script>document.write('bad')</script>"
    assert parse_html(page.encode()).text == "正文 click"


def test_pictures_inside_a_page_and_a_book_are_taken():
    data = base64.b64encode(png()).decode()
    parsed = parse_html(f'<p>图</p><img alt="架构图" src="data:image/png;base64,{data}">'.encode())
    assert [(picture.data, picture.caption) for picture in parsed.pictures] == [(png(), "架构图")]
    buffer = io.BytesIO(book())
    with zipfile.ZipFile(buffer, "a") as archive:
        package = archive.read("c.opf").decode()
        chapter = archive.read("a.xhtml").decode()
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in ("mimetype", "META-INF/container.xml"):
            archive.writestr(name, zipfile.ZipFile(io.BytesIO(book())).read(name))
        archive.writestr(
            "c.opf", package.replace("</manifest>", '<item id="p" href="i/p.png" media-type="image/png"/></manifest>')
        )
        archive.writestr("a.xhtml", chapter.replace("</body>", '<img src="i/p.png" alt="Overview"/></body>'))
        archive.writestr("i/p.png", png())
    (picture,) = parse_office("epub", buffer.getvalue()).pictures
    assert (picture.data, picture.caption) == (png(), "Overview")


def test_of_a_mail_the_fuller_body_is_read_and_attachments_are_counted():
    message = EmailMessage()
    message["Subject"] = "故障 report"
    message.set_content("HTML only.")
    message.add_alternative(
        "<p>网关在升级后停止备份，日志如下，请协助处理。</p><p>Second paragraph.</p>", subtype="html"
    )
    message.add_attachment(b"x", maintype="application", subtype="zip", filename="log.zip")
    parsed = parse_email(message.as_bytes())
    assert parsed.text == "网关在升级后停止备份，日志如下，请协助处理。\n\nSecond paragraph."
    assert (parsed.title, parsed.metadata) == ("故障 report", {"attachments": 1})


@pytest.mark.parametrize("end", ["---", "..."])
def test_front_matter_of_markdown_is_metadata_and_fences_stay_as_they_are(end: str):
    text = (
        f"---\ntitle: 警告提示 Alert\norder: 6\ndate: 2025-03-01\n{end}\n\n安装\n====\n\n```yaml\n---\na: 1\n---\n```\n"
    )
    _, parsed, _ = parse_file(text.encode(), "a.md", None, pictures=False)
    assert parsed.text == "安装\n====\n\n```yaml\n---\na: 1\n---\n```\n"
    assert parsed.metadata["front_matter"] == {"title": "警告提示 Alert", "order": 6, "date": "2025-03-01"}
    assert parsed.title == "警告提示 Alert"
    assert [(block["kind"], block["level"]) for block in parsed.blocks] == [("heading", 1), ("code", None)]


@pytest.mark.parametrize(
    "text", ["---\n\nA rule. 一条线。\n\n---\n\nend\n", "---\na: [\n---\n正文\n", "---\njust words\n---\nx\n"]
)
def test_what_is_no_front_matter_stays(text: str):
    assert parse_file(text.encode(), "a.md", None, pictures=False)[1].text == text
