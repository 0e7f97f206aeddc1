"""Small files that want to be large: made here, none is stored."""

import io
import zipfile
import zlib

import docx


def bombs() -> dict[str, tuple[bytes, set[str]]]:
    """Bombs by name, each with the causes that are right for it."""
    return {
        "bomb: array 100,000 deep.pdf": (_pdf(b"/Deep " + b"[" * 100_000 + b"]" * 100_000), {"kept", "damaged"}),
        "bomb: page tree 100,000 deep.pdf": (_deep_pages(100_000), {"damaged", "truncated", "parser_error", "empty"}),
        "bomb: page tree in a circle.pdf": (_circle(), {"damaged", "truncated", "empty"}),
        "bomb: page of 10^6 x 10^6.pdf": (_pdf(b"", box=b"0 0 1000000 1000000"), {"kept"}),
        "bomb: page of 10^300 points.pdf": (_pdf(b"", box=b"0 0 1" + b"0" * 300 + b" 9e99"), {"kept", "damaged"}),
        "bomb: 2 GiB content stream.pdf": (_flate_bomb(2 << 30), {"out_of_memory", "timeout", "damaged", "empty"}),
        "bomb: picture of 60,000 x 60,000.pdf": (_huge_picture(), {"kept", "no_text_layer"}),
        "bomb: a million pages.pdf": (_many_pages(1_000_000), {"too_large", "timeout", "empty", "damaged"}),
        "bomb: 400 MB of XML.docx": (_docx(b"<w:document>" + b" " * (400 << 20)), {"too_large"}),
        "bomb: a billion laughs.docx": (_docx(_laughs()), {"parser_error", "empty"}),
        "bomb: 100,000 elements deep.docx": (_docx(_deep_xml()), {"parser_error"}),
        "bomb: lies of its size.docx": (_lying(), {"parser_error", "damaged"}),
        "bomb: 100,000 elements deep.html": (b"<html><body>" + b"<div>" * 100_000 + b"x", {"timeout", "kept"}),
        "bomb: cell of a million columns.html": (_wide_table(), {"kept"}),
        "bomb: a billion cells.xlsx": (_sparse_sheet(), {"too_large", "out_of_memory", "crash"}),
        "bomb: script.html": (b"<p>text</p><script>while(true){}</script>", {"kept"}),
        "bomb: JavaScript and launch.pdf": (_pdf(b"/OpenAction<</S/JavaScript/JS(while\\(1\\){})>>"), {"kept"}),
        "bomb: 1,000 parts deep.eml": (_deep_mail(1000), {"kept", "empty", "parser_error"}),
    }  # fmt: skip


def _pdf(catalogue: bytes, box: bytes = b"0 0 595 842", stream: bytes | None = None) -> bytes:
    stream = b"BT /F 12 Tf 72 700 Td (The gateway keeps a copy.) Tj ET" if stream is None else stream
    return _assembled(
        [
            b"<</Type/Catalog/Pages 2 0 R" + catalogue + b">>",
            b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
            b"<</Type/Page/Parent 2 0 R/MediaBox[" + box + b"]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>",
            b"<</Length %d>>stream\n" % len(stream) + stream + b"\nendstream",
            b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        ]
    )


def _assembled(objects: list[bytes]) -> bytes:
    data, offsets = io.BytesIO(), []
    data.write(b"%PDF-1.4\n")
    for number, content in enumerate(objects, start=1):
        offsets.append(data.tell())
        data.write(b"%d 0 obj" % number + content + b" endobj\n")
    start = data.tell()
    data.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    data.writelines(b"%010d 00000 n \n" % offset for offset in offsets)
    data.write(b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start))
    return data.getvalue()


def _deep_pages(depth: int) -> bytes:
    nodes = [b"<</Type/Pages/Count 1/Kids[%d 0 R]>>" % (number + 3) for number in range(depth)]
    return _assembled([b"<</Type/Catalog/Pages 2 0 R>>", *nodes, b"<</Type/Page/MediaBox[0 0 9 9]>>"])


def _circle() -> bytes:
    return _assembled([b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Count 5/Kids[2 0 R 2 0 R]>>"])


def _many_pages(count: int) -> bytes:
    """One page, named so often."""
    kids = b"3 0 R " * count
    return _assembled(
        [
            b"<</Type/Catalog/Pages 2 0 R>>",
            b"<</Type/Pages/Count %d/Kids[" % count + kids + b"]>>",
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>",
        ]
    )


def _flate_bomb(size: int) -> bytes:
    packer = zlib.compressobj(9)
    block = b"q Q " * (1 << 20)
    packed = b"".join(packer.compress(block) for _ in range(size // len(block))) + packer.flush()
    head = b"<</Length %d/Filter/FlateDecode>>stream\n" % len(packed)
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R>>"
    tree = b"<</Type/Pages/Kids[3 0 R]/Count 1>>"
    return _assembled([b"<</Type/Catalog/Pages 2 0 R>>", tree, page, head + packed + b"\nendstream"])


def _huge_picture() -> bytes:
    packed = zlib.compress(b"\0" * 100_000)
    image = b"<</Type/XObject/Subtype/Image/Width 60000/Height 60000/BitsPerComponent 8/ColorSpace/DeviceRGB"
    stream = b"q 500 0 0 500 40 40 cm /I Do Q"
    return _assembled(
        [
            b"<</Type/Catalog/Pages 2 0 R>>",
            b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</XObject<</I 5 0 R>>>>>>",
            b"<</Length %d>>stream\n" % len(stream) + stream + b"\nendstream",
            image + b"/Filter/FlateDecode/Length %d>>stream\n" % len(packed) + packed + b"\nendstream",
        ]
    )


def _docx(body: bytes) -> bytes:
    original, changed = io.BytesIO(), io.BytesIO()
    docx.Document().save(original)
    with zipfile.ZipFile(original) as old, zipfile.ZipFile(changed, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, body if name == "word/document.xml" else old.read(name))
    return changed.getvalue()


def _laughs() -> bytes:
    entities = b"".join(b'<!ENTITY l%d "%s">' % (i, b"&l%d;" % (i - 1) * 10) for i in range(1, 10))
    word = b'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    body = b"<w:document " + word + b"><w:body><w:p><w:r><w:t>&l9;</w:t></w:r></w:p></w:body></w:document>"
    return b'<!DOCTYPE d [<!ENTITY l0 "ha">' + entities + b"]>" + body


def _deep_xml() -> bytes:
    word = b'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    return b"<w:document " + word + b"><w:body>" + b"<w:p>" * 100_000 + b"</w:p>" * 100_000 + b"</w:body></w:document>"


def _lying() -> bytes:
    """Its directory says that its members are small."""
    data = bytearray(_docx(b"<w:document>" + b" " * (64 << 20)))
    at = data.rfind(b"PK\x01\x02", 0, data.rfind(b"word/document.xml"))
    data[at + 24 : at + 28] = (100).to_bytes(4, "little")
    return bytes(data)


def _wide_table() -> bytes:
    return b"<table><tr><th colspan=1000000 rowspan=1000000>a</th></tr>" + b"<tr><td>b</td></tr>" * 50 + b"</table>"


def _sparse_sheet() -> bytes:
    """One cell in the first row and one in the last that there can be."""
    import openpyxl

    book = openpyxl.Workbook()
    book.active["A1"], book.active["XFD1048576"] = "first", "last"
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _deep_mail(depth: int) -> bytes:
    head = b"From: a@example.com\nTo: b@example.com\nSubject: deep\nMIME-Version: 1.0\n"
    parts = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (i, i) for i in range(depth))
    return head + parts + b"Content-Type: text/plain\n\ntext\n"
