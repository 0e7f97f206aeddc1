"""Documents: text and structure of every format in both languages, whatever the file is called."""

import io
import json
import zipfile

import docx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.inventory import INVENTORY
from schemas.sources import DocumentsSource
from tasks.engine.store import Store
from tasks.extract.documents import STEP
from tasks.extract.markdown_blocks import markdown_blocks
from tasks.extract.parsed import MarkdownBuilder
from tasks.extract.settings import ExtractSettings
from tasks.ingest.inventory import take_inventory
from tasks.ingest.places import locations
from tests.extract.conftest import causes
from tests.extract.office_files import FORMATS, HTML, saved, sheets, slides, word
from tests.extract.test_pdf import pdf, prose


@pytest.fixture(scope="module")
def formats(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict]:
    """All formats through one run of the step: the parsers load once."""
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


def test_a_pdf_of_more_pages_than_allowed_is_not_read(extract):
    parts = extract("documents", {"long.pdf": pdf(*[prose] * 4), "短.pdf": pdf(*[prose] * 3)}, max_pages=3)
    assert causes(parts) == {"long.pdf": "too_large"}
    assert parts.kept["n_pages"].to_pylist() == [3]


def test_a_parser_that_takes_too_long_costs_one_file(extract):
    slow = "<html><body>" + "<div>" * 60_000 + "<p>文字 text</p>"
    parts = extract("documents", {"slow.html": slow, "ok.md": "# 好"}, timeout_s=9)
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
