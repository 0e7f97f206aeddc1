"""Web pages, chapters of books and mails in HTML to Markdown with blocks. Runs in the sandbox."""

import base64
import binascii
import re
from typing import Any, Final
from urllib.parse import unquote_to_bytes

from selectolax.lexbor import LexborHTMLParser

from tasks.extract.captions import described
from tasks.extract.html_content import main_content
from tasks.extract.html_tables import read_table
from tasks.extract.inline_text import link, one_line, superscript
from tasks.extract.list_writer import ListWriter
from tasks.extract.numbering import Mark
from tasks.extract.parsed import MarkdownBuilder, Parsed, Picture
from tasks.extract.table_cells import table_html, table_markdown
from tasks.extract.text_decoding import decode_text

_HEADINGS: Final = {f"h{level}": level for level in range(1, 7)}
_BLOCKS: Final = frozenset({
    "html", "body", "p", "div", "section", "article", "main", "header", "footer", "aside", "nav", "figure",
    "figcaption", "address", "details", "summary", "dd", "dt", "dl", "fieldset", "legend", "center", "form", "hgroup",
    "blockquote", "tr", "td", "th", "tbody", "thead", "tfoot", "caption", "noscript", "hr", "li", "ul", "ol",
})  # fmt: skip
_CODE: Final = frozenset({"code", "kbd", "samp", "tt"})
_NOTHING: Final = frozenset({
    "script", "style", "template", "head", "title", "meta", "link", "iframe", "object", "embed", "canvas", "svg",
    "audio", "video", "map", "rp", "rt",
})  # fmt: skip
_LINE_BREAK: Final = "\x1e"
_WIDE: Final = "\u2e80-\u9fff\uf900-\ufaff\uff00-\uff60\u3000-\u303f"
# A source line ends within a Chinese sentence: no space belongs there.
_CHINESE_BREAK: Final = re.compile(rf"(?<=[{_WIDE}])[ \t]*\n\s*(?=[{_WIDE}])")
_LANGUAGE: Final = re.compile(r"(?:language|lang|highlight|brush)[-:_\s]+([A-Za-z0-9+#.-]{1,20})")
_MAX_DEPTH: Final = 120


def parse_html(data: bytes) -> Parsed:
    """Read a web page: its main content; navigation, furniture and tables of contents are left out."""
    page = decode_text(data).text
    declared = LexborHTMLParser(page).css_first("title")
    name = one_line(declared.text()) if declared is not None else ""
    roots, left_out = main_content(page)
    writer = HtmlWriter()
    for root in roots:
        writer.write(root)
    parsed = writer.parsed()
    parsed.title = parsed.title or name or None
    if left_out:
        parsed.metadata["left_out_chars"] = left_out
    return parsed


class HtmlWriter:
    """Writes one node after another into one document.

    Args:
        pictures: Bytes of pictures by the address they are drawn from, for containers that hold them.
    """

    def __init__(self, pictures: dict[str, bytes] | None = None) -> None:
        self.builder = MarkdownBuilder()
        self._lists = ListWriter(self.builder)
        self._held = pictures or {}
        self._pictures: list[Picture] = []
        self._line: list[str] = []
        self._mark: Mark | None = None
        self._depth = -1
        self._quotes = 0
        self._flushes = 0
        self._title: tuple[int, str] | None = None

    def write(self, node: Any) -> None:
        """Append a node and everything in it."""
        self._element(node, 0)
        self._flush()

    def parsed(self) -> Parsed:
        """What was written."""
        title = self._title[1] if self._title else None
        return Parsed(self.builder.text, self.builder.blocks, self._pictures, title=title)

    def _children(self, node: Any, nesting: int) -> None:
        child = node.child
        while child is not None:
            if child.is_text_node:
                self._line.append(child.text(deep=False))
            elif child.is_element_node:
                self._element(child, nesting + 1)
            child = child.next

    def _element(self, node: Any, nesting: int) -> None:
        tag = node.tag
        if tag in _NOTHING:
            return
        if nesting > _MAX_DEPTH:
            self._line.append(node.text(separator=" "))
        elif tag in _HEADINGS:
            self._heading(node, _HEADINGS[tag])
        elif tag == "pre":
            self._flush()
            self._listing(node)
        elif tag in {"ul", "ol"}:
            self._list(node, nesting)
        elif tag == "table":
            self._table(node, nesting)
        elif tag == "blockquote":
            self._flush()
            self._quotes += 1
            self._children(node, nesting)
            self._flush()
            self._quotes -= 1
        elif tag in _BLOCKS:
            self._flush()
            self._children(node, nesting)
            self._flush()
        else:
            self._inline(node, tag, nesting)

    def _inline(self, node: Any, tag: str, nesting: int) -> None:
        if tag == "br":
            self._line.append(_LINE_BREAK)
        elif tag == "img":
            self._image(node)
        elif tag == "math":
            self._line.append(_formula(node))
        elif tag in _CODE:
            text = one_line(node.text())
            fence = "``" if "`" in text else "`"
            self._line.append(f"{fence}{text}{fence}" if text else "")
        else:
            start, flushes = len(self._line), self._flushes
            self._children(node, nesting)
            if self._flushes != flushes:
                # A block in it: what is before that block is written already.
                return
            if tag == "a":
                self._line[start:] = [link("".join(self._line[start:]), node.attributes.get("href"))]
            elif tag == "sup":
                self._line[start:] = [superscript("".join(self._line[start:]))]

    def _flush(self) -> None:
        """End the paragraph."""
        text = _reflowed("".join(self._line))
        self._line = []
        self._flushes += 1
        if not text:
            return
        if self._quotes:
            text = "\n".join("> " * self._quotes + line for line in text.split("\n"))
        if self._mark is not None:
            self._lists.add(self._mark, text)
            self._mark = None
        elif self._depth >= 0:
            self.builder.add("paragraph", self._lists.indented(text))
        else:
            self._lists.end()
            self.builder.add("paragraph", text)

    def _heading(self, node: Any, level: int) -> None:
        self._flush()
        self._children(node, _MAX_DEPTH - 20)
        text = one_line(_reflowed("".join(self._line)))
        self._line = []
        if not text:
            return
        self._lists.end()
        self._mark = None
        self.builder.add("heading", f"{'#' * level} {text}", level=level)
        if self._title is None or level < self._title[0]:
            self._title = (level, one_line(node.text()))

    def _listing(self, node: Any) -> None:
        text = _expanded(node.text()).strip("\n")
        if not text.strip():
            return
        fence = "````" if "```" in text else "```"
        code = node.css_first("code")
        classes = f"{node.attributes.get('class') or ''} {(code.attributes.get('class') or '') if code else ''}"
        language = _LANGUAGE.search(classes)
        self.builder.add("code", f"{fence}{language[1].lower() if language else ''}\n{text}\n{fence}")

    def _list(self, node: Any, nesting: int) -> None:
        self._flush()
        start = node.attributes.get("start") or "1"
        number = int(start) if start.lstrip("-").isdigit() and len(start) < 9 else 1
        outer = self._mark
        self._depth += 1
        child = node.child
        while child is not None:
            if child.is_element_node and child.tag == "li":
                self._mark = Mark(self._depth, f"{number}." if node.tag == "ol" else "")
                number += 1
                self._children(child, nesting + 1)
                self._flush()
                self._mark = None
            elif child.is_element_node:
                self._element(child, nesting + 1)
            child = child.next
        self._depth -= 1
        self._mark = outer if not self.builder.blocks else None
        if self._depth < 0:
            self._lists.end()

    def _table(self, node: Any, nesting: int) -> None:
        rows = read_table(node)
        self._flush()
        if rows is None:
            self._children(node, nesting)
            self._flush()
            return
        caption = node.css_first("caption")
        if caption is not None:
            self.builder.add("paragraph", one_line(caption.text(separator=" ")))
        self.builder.add("table", table_markdown(rows), html=table_html(rows))

    def _image(self, node: Any) -> None:
        source = (node.attributes.get("src") or node.attributes.get("data-src") or "").strip()
        words = described(node.attributes.get("alt"))
        data = self._held.get(source) or _embedded(source)
        if data:
            block = self.builder.add_picture()
            self._pictures.append(Picture(data, "", caption=words, block=block))
        elif words and source and not source.startswith("data:"):
            self._line.append(f"!{link(words, source)}" if link(words, source) != words else words)


def _reflowed(text: str) -> str:
    """A paragraph with the line ends it is shown with."""
    lines = _CHINESE_BREAK.sub("", text).split(_LINE_BREAK)
    return "\n".join(line for line in map(one_line, lines) if line)


def _expanded(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\xa0", " ")


def _formula(node: Any) -> str:
    """The TeX a formula was made from, else its characters."""
    for annotation in node.css("annotation"):
        if "tex" in (annotation.attributes.get("encoding") or ""):
            return f"${one_line(annotation.text())}$"
    return one_line(node.text(separator=" "))


def _embedded(source: str) -> bytes | None:
    """Bytes of a `data:` address of a picture."""
    if not source.startswith("data:image/") or "," not in source:
        return None
    head, body = source.split(",", 1)
    try:
        return base64.b64decode(body) if head.endswith("base64") else unquote_to_bytes(body)
    except (binascii.Error, ValueError):
        return None
