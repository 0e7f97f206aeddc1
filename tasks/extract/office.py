"""Office files, web pages, books and mails to Markdown with blocks, each by its reader. Runs in the sandbox."""

from collections.abc import Callable
from importlib import import_module
from typing import Final

from tasks.engine.sandbox import unmetered
from tasks.extract.parsed import Parsed, ParseError
from tasks.extract.settings import ExtractCause

# Module and function by kind; loaded with the first file of a kind.
_READERS: Final = {
    "docx": "docx_reader.parse_docx",
    "pptx": "pptx_reader.parse_pptx",
    "xlsx": "xlsx_reader.parse_xlsx",
    "html": "html_reader.parse_html",
    "epub": "epub_reader.parse_epub",
    "email": "email_reader.parse_email",
    "rtf": "unstructured_reader.parse_rtf",
    "odt": "unstructured_reader.parse_odt",
    "msg": "unstructured_reader.parse_msg",
}


def parse_office(kind: str, data: bytes) -> Parsed:
    """Read a document.

    Args:
        kind: html | docx | pptx | xlsx | epub | email | rtf | odt | msg
        data: The file.

    Raises:
        ParseError: The parser cannot read it, or there is no text in it.
    """
    with unmetered():
        module, name = _READERS[kind].split(".")
        reader: Callable[[bytes], Parsed] = getattr(import_module(f"tasks.extract.{module}"), name)
    try:
        parsed = reader(data)
    except (MemoryError, ParseError):
        raise
    # What the libraries below raise on damaged files is not declared anywhere.
    except Exception as error:  # noqa: BLE001
        raise ParseError(ExtractCause.PARSER_ERROR, f"the {kind} parser failed: {type(error).__name__}") from None
    if not parsed.text.strip() and not parsed.pictures:
        raise ParseError(ExtractCause.EMPTY, "no text in it")
    return parsed
