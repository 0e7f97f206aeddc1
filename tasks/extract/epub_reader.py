"""Books (EPUB 2 and 3) to Markdown with blocks: the chapters of the spine one after the other. Runs in the sandbox."""

import posixpath
import zipfile
from io import BytesIO
from typing import Any, Final
from urllib.parse import unquote

from lxml import etree
from selectolax.lexbor import LexborHTMLParser

from tasks.extract.html_reader import HtmlWriter
from tasks.extract.inline_text import one_line
from tasks.extract.parsed import Parsed, ParseError
from tasks.extract.settings import ExtractCause
from tasks.extract.text_decoding import decode_text

_CHAPTER: Final = frozenset({"application/xhtml+xml", "text/html", "application/x-dtbook+xml"})
_CONTAINER: Final = "{urn:oasis:names:tc:opendocument:xmlns:container}"
_DC: Final = "{http://purl.org/dc/elements/1.1/}"
_NEVER_SHOWN: Final = "script, style, nav, [hidden]"


def parse_epub(data: bytes) -> Parsed:
    """Read a book; its navigation document is left out.

    Raises:
        ParseError: It is encrypted, or has no package document.
    """
    with zipfile.ZipFile(BytesIO(data)) as archive:
        names = set(archive.namelist())
        if "META-INF/rights.xml" in names or _is_sealed(archive, names):
            raise ParseError(ExtractCause.ENCRYPTED, "a book with digital rights management")
        package = _package_path(archive)
        root = _xml(archive.read(package))
        folder = posixpath.dirname(package)
        items = {item.get("id"): item for item in root.iter("{*}item")}
        writer_pictures = _pictures(archive, names, folder, items)
        writer = HtmlWriter(writer_pictures)
        for reference in root.iter("{*}itemref"):
            item = items.get(reference.get("idref"))
            if item is None or item.get("media-type") not in _CHAPTER or "nav" in (item.get("properties") or ""):
                continue
            path = _inside(folder, item.get("href"))
            if path in names:
                _write_chapter(writer, archive.read(path), posixpath.dirname(path))
        parsed = writer.parsed()
    title = root.find(f".//{_DC}title")
    declared = one_line(title.text or "") if title is not None else ""
    parsed.title = declared or parsed.title
    return parsed


def _write_chapter(writer: HtmlWriter, data: bytes, folder: str) -> None:
    tree = LexborHTMLParser(decode_text(data).text)
    if tree.body is None:
        return
    for node in tree.body.css(_NEVER_SHOWN):
        node.decompose()
    for image in tree.body.css("img"):
        image.attrs["src"] = _inside(folder, image.attributes.get("src"))
    writer.write(tree.body)


def _pictures(archive: zipfile.ZipFile, names: set[str], folder: str, items: dict[Any, Any]) -> dict[str, bytes]:
    pictures = {}
    for item in items.values():
        path = _inside(folder, item.get("href"))
        if (item.get("media-type") or "").startswith("image/") and path in names:
            pictures[path] = archive.read(path)
    return pictures


def _package_path(archive: zipfile.ZipFile) -> str:
    file = _xml(archive.read("META-INF/container.xml")).find(f".//{_CONTAINER}rootfile")
    if file is None or not file.get("full-path"):
        raise ParseError(ExtractCause.DAMAGED, "the container names no package document")
    return str(file.get("full-path"))


def _is_sealed(archive: zipfile.ZipFile, names: set[str]) -> bool:
    """Whether chapters are encrypted; fonts often are, and matter not."""
    if "META-INF/encryption.xml" not in names:
        return False
    targets = [node.get("URI", "") for node in _xml(archive.read("META-INF/encryption.xml")).iter("{*}CipherReference")]
    return any(target.lower().endswith((".xhtml", ".html", ".htm", ".xml")) for target in targets)


def _inside(folder: str, address: str | None) -> str:
    return posixpath.normpath(posixpath.join(folder, unquote((address or "").split("#")[0])))


def _xml(data: bytes) -> Any:
    return etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True, recover=True))
