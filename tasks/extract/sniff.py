"""What a file is, from its content; its name only decides between kinds of plain text."""

import re
import zipfile
from dataclasses import dataclass
from io import BytesIO
from pathlib import PurePosixPath
from typing import Final

import olefile
import puremagic

from tasks.extract.settings import ExtractCause
from tasks.extract.text_decoding import decode_text, is_binary

_ZIP_PARTS: Final = (
    ("word/", "docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    ("ppt/", "pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
    ("xl/", "xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
)
_MAX_MARKUP: Final = 256 << 20
_MAX_UNPACKED: Final = 4 << 30
_MAX_MEMBERS: Final = 100_000
# The member `mimetype` of other containers.
_DECLARED: Final = {
    b"application/epub+zip": "epub",
    b"application/vnd.oasis.opendocument.text": "odt",
    b"application/vnd.oasis.opendocument.spreadsheet": "xlsx",
}
# Endings by which a reader of the name expects a certain format.
_EXPECTED: Final = {
    "pdf": {".pdf"},
    "docx": {".docx", ".docm", ".dotx"},
    "pptx": {".pptx", ".pptm", ".ppsx"},
    "xlsx": {".xlsx", ".xlsm", ".xltx", ".xlsb", ".xls", ".ods"},
    "epub": {".epub"},
    "html": {".html", ".htm", ".xhtml", ".shtml"},
    "email": {".eml"},
    "rtf": {".rtf"},
    "odt": {".odt"},
    "msg": {".msg"},
}
_BY_ENDING: Final = {ending: parser for parser, endings in _EXPECTED.items() for ending in endings}
_MARKDOWN_ENDINGS: Final = {".md", ".markdown", ".mdx", ".mdown", ".mkd", ".rmd", ".qmd"}
_HTML_START = re.compile(
    r"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body|title|meta|div|p|table|h1)\b",
    re.IGNORECASE | re.DOTALL,
)
_HTML_ANYWHERE = re.compile(r"<(?:html|body)[\s>]", re.IGNORECASE)
_HEADER_LINE = re.compile(r"[A-Za-z][A-Za-z0-9-]*:[ \t]")
_MAIL_HEADER = re.compile(
    r"^(?:From|To|Subject|Date|Received|Return-Path|Message-ID|MIME-Version|Delivered-To):",
    re.IGNORECASE | re.MULTILINE,
)


@dataclass(frozen=True)
class FileKind:
    """What a file is.

    Args:
        parser: pdf | docx | pptx | xlsx | epub | html | email | rtf | odt | msg | markdown | text | picture
        source_type: See `document@1.source_type`.
        mime: By content.
        mislabelled: The name promises another of these formats.
    """

    parser: str
    source_type: str
    mime: str
    mislabelled: bool = False


class UnreadableKindError(Exception):
    """The content is of no kind that becomes a document; `cause` is a value of `ExtractCause`."""

    def __init__(self, cause: str, message: str, source_type: str = "unknown") -> None:
        super().__init__(cause, message)
        self.cause = cause
        self.message = message
        self.source_type = source_type


def sniff(data: bytes, name: str) -> FileKind:
    """Say what `data` is.

    Args:
        data: The whole file.
        name: Its path; decides between Markdown and plain text only.

    Raises:
        UnreadableKindError: Empty, binary, encrypted office file, or a format that is not read.
    """
    if not data.strip(b"\0 \t\r\n\f\xef\xbb\xbf"):
        raise UnreadableKindError(ExtractCause.EMPTY, "the file has no content", promised_type(name))
    ending = PurePosixPath(name).suffix.lower()
    parser, source_type, mime = _kind(data, ending)
    promised = _BY_ENDING.get(ending) or ("text" if ending in {".txt", *_MARKDOWN_ENDINGS} else None)
    plain = promised == "text" and source_type in {"text", "markdown", "email", "html"}
    return FileKind(parser, source_type, mime, mislabelled=promised not in (None, parser) and not plain)


def _kind(data: bytes, ending: str) -> tuple[str, str, str]:
    if _is_pdf(data):
        return "pdf", "pdf", "application/pdf"
    if data.startswith(b"PK\x03\x04"):
        return _zip_kind(data, ending)
    if data.startswith(olefile.MAGIC):
        return _ole_kind(data)
    if data.startswith(b"{\\rtf"):
        return "rtf", "office", "application/rtf"
    if is_binary(data):
        return _binary_kind(data, ending)
    return _text_kind(data, ending)


def _is_pdf(data: bytes) -> bool:
    """Whether it begins as a PDF does; readers allow a kilobyte before that, where a text may tell of PDF."""
    at = data.find(b"%PDF-", 0, 1024)
    return at >= 0 and (not data[:at].strip(b"\xef\xbb\xbf\0 \t\r\n") or b"endobj" in data)


def _zip_kind(data: bytes, ending: str) -> tuple[str, str, str]:
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            _check_bomb(archive)
            names = archive.namelist()
            declared = archive.read("mimetype")[:64].strip() if "mimetype" in names else b""
            if declared in _DECLARED:
                return _DECLARED[declared], "office", declared.decode("ascii")
    except (zipfile.BadZipFile, NotImplementedError, OSError, RuntimeError, ValueError, EOFError) as error:
        cause = ExtractCause.TRUNCATED if b"PK\x05\x06" not in data[-66000:] else ExtractCause.DAMAGED
        kind = "office" if ending in _BY_ENDING else "unknown"
        raise UnreadableKindError(cause, f"not a whole zip container: {type(error).__name__}", kind) from None
    for folder, parser, mime in _ZIP_PARTS:
        if any(name.startswith(folder) for name in names):
            return parser, "office", mime
    raise UnreadableKindError(ExtractCause.UNSUPPORTED, "a zip container of no document format that is read")


def _check_bomb(archive: zipfile.ZipFile) -> None:
    """Refuse a container that unpacks to more than a document ever is; a size that is not true ends the reading."""
    sizes = {member.filename: member.file_size for member in archive.infolist()}
    markup = max((size for name, size in sizes.items() if name.endswith((".xml", ".rels", "html"))), default=0)
    if markup > _MAX_MARKUP or sum(sizes.values()) > _MAX_UNPACKED or len(sizes) > _MAX_MEMBERS:
        raise UnreadableKindError(ExtractCause.TOO_LARGE, "unpacks to more than a document ever is", "office")


def _ole_kind(data: bytes) -> tuple[str, str, str]:
    try:
        with olefile.OleFileIO(data) as container:
            if container.exists("EncryptedPackage"):
                raise UnreadableKindError(ExtractCause.ENCRYPTED, "an office file with a password", "office")
            if container.exists("Workbook") or container.exists("Book"):
                return "xlsx", "office", "application/vnd.ms-excel"
            if container.exists("__properties_version1.0"):
                return "msg", "email", "application/vnd.ms-outlook"
    except (OSError, ValueError, IndexError, TypeError) as error:
        raise UnreadableKindError(
            ExtractCause.DAMAGED, f"not a whole OLE container: {type(error).__name__}", "office"
        ) from None
    raise UnreadableKindError(
        ExtractCause.UNSUPPORTED, "an office format before 2007: save it as docx or pptx", "office"
    )


def _binary_kind(data: bytes, ending: str) -> tuple[str, str, str]:
    try:
        mime = puremagic.from_string(data[:8192], mime=True) or "application/octet-stream"
    except (puremagic.PureError, ValueError):
        mime = "application/octet-stream"
    if mime.startswith("image/"):
        return "picture", "image", mime
    promised = _BY_ENDING.get(ending)
    if promised:
        raise UnreadableKindError(
            ExtractCause.DAMAGED, f"named {ending}, but the content is not that format", promised_type(ending)
        )
    raise UnreadableKindError(ExtractCause.BINARY, f"binary content ({mime})")


def _text_kind(data: bytes, ending: str) -> tuple[str, str, str]:
    head = decode_text(data[:8192], cut=True).text
    if ending in _MARKDOWN_ENDINGS:
        return "markdown", "markdown", "text/markdown"
    if _HTML_START.match(head) or (ending in _EXPECTED["html"] and _HTML_ANYWHERE.search(head)):
        return "html", "html", "text/html"
    if _is_mail(head):
        return "email", "email", "message/rfc822"
    return "text", "text", "text/plain"


def _is_mail(head: str) -> bool:
    lines = head.lstrip("\n").splitlines()
    if not lines or not (_HEADER_LINE.match(lines[0]) or lines[0].startswith("From ")):
        return False
    headers = head.lstrip("\n").split("\n\n", 1)[0]
    return len({match.group().lower() for match in _MAIL_HEADER.finditer(headers)}) >= 3


def promised_type(name: str) -> str:
    """`source_type` that a file's name promises, for files that cannot be read."""
    ending = PurePosixPath(name).suffix.lower() or name
    promised = _BY_ENDING.get(ending) or ("markdown" if ending in _MARKDOWN_ENDINGS else None)
    if promised in {"docx", "pptx", "xlsx", "epub", "rtf", "odt"}:
        return "office"
    return "email" if promised == "msg" else promised or "unknown"
