"""Mails to Markdown with blocks: the text of the body, its pictures. Runs in the sandbox."""

import re
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from typing import Any, Final

from tasks.extract.html_content import main_content
from tasks.extract.html_reader import HtmlWriter
from tasks.extract.inline_text import one_line
from tasks.extract.parsed import MarkdownBuilder, Parsed
from tasks.extract.text_decoding import decode_text

_PARAGRAPHS: Final = re.compile(r"\n[ \t]*\n+")
_MIN_SHARE: Final = 0.3
_MAX_PARTS: Final = 1000


def parse_email(data: bytes) -> Parsed:
    """Read a mail (RFC 5322, MIME): subject as title; addresses and dates stay out, attachments are counted.

    Of a body in several forms the plain one is read, where it says as much as the other.
    """
    message: EmailMessage = BytesParser(policy=policy.default).parsebytes(data)
    plain, page, pictures, attached = _parts(message)
    text = "\n\n".join(plain).strip()
    written = _from_html(page, pictures) if page else None
    # "Your program cannot show this message" is plain, too.
    short = written is not None and len(text) < _MIN_SHARE * len(written.text)
    parsed = written if written is not None and short else _from_text(text)
    if attached:
        parsed.metadata["attachments"] = attached
    parsed.title = _subject(message)
    return parsed


def _parts(message: EmailMessage) -> tuple[list[str], list[str], dict[str, bytes], int]:
    """Plain bodies, HTML bodies, pictures by content id, and how many other parts are attached."""
    plain: list[str] = []
    page: list[str] = []
    pictures: dict[str, bytes] = {}
    attached = 0
    for number, part in enumerate(message.walk()):
        if number > _MAX_PARTS:
            break
        if part.is_multipart():
            attached += part.get_content_type() == "message/rfc822"
            continue
        kind, data = part.get_content_type(), part.get_payload(decode=True) or b""
        if not isinstance(data, bytes):
            continue
        if kind.startswith("image/") and part["Content-ID"]:
            pictures["cid:" + str(part["Content-ID"]).strip("<> ")] = data
        elif part.get_content_disposition() == "attachment" or kind not in {"text/plain", "text/html"}:
            attached += 1
        else:
            (plain if kind == "text/plain" else page).append(_decoded(part, data))
    return plain, page, pictures, attached


def _decoded(part: Any, data: bytes) -> str:
    charset = (part.get_content_charset() or "").lower()
    if charset in {"gb2312", "gbk", "gb_2312-80"}:
        charset = "gb18030"
    try:
        return data.decode(charset) if charset and charset != "us-ascii" else decode_text(data).text
    except (UnicodeDecodeError, LookupError):
        return decode_text(data).text


def _from_text(text: str) -> Parsed:
    builder = MarkdownBuilder()
    for paragraph in _PARAGRAPHS.split(text.replace("\r\n", "\n")):
        builder.add("paragraph", "\n".join(line.rstrip() for line in paragraph.split("\n")))
    return Parsed(builder.text, builder.blocks)


def _from_html(pages: list[str], pictures: dict[str, bytes]) -> Parsed:
    writer = HtmlWriter(pictures)
    for page in pages:
        roots, _ = main_content(page)
        for root in roots:
            writer.write(root)
    return writer.parsed()


def _subject(message: EmailMessage) -> str | None:
    try:
        return one_line(str(message["Subject"] or ""))[:300] or None
    except (ValueError, IndexError, TypeError):
        return None
