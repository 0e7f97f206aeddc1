"""Jupyter notebooks as Markdown: their text and their code, without outputs."""

import re
from collections.abc import Mapping
from typing import Any, Final

import orjson

from tasks.extract.parsed import ParseError
from tasks.extract.settings import ExtractCause

_FENCES: Final = re.compile("`{3,}")


def notebook_markdown(text: str) -> str:
    """Cells of a notebook (nbformat 3 and 4), code in fences of its language; raw cells and outputs are left out.

    Raises:
        ParseError: It is not a notebook.
    """
    try:
        notebook = orjson.loads(text)
        language = _language(notebook.get("metadata", {}))
        found = notebook["cells"] if "cells" in notebook else notebook["worksheets"][0]["cells"]
        cells = [(cell["cell_type"], "".join(cell.get("source", cell.get("input")))) for cell in found]
    except (ValueError, KeyError, AttributeError, TypeError, IndexError) as error:
        raise ParseError(ExtractCause.DAMAGED, f"not a notebook: {type(error).__name__}") from None
    return "\n\n".join(
        _fenced(source, language) if kind == "code" else source
        for kind, source in cells
        if source.strip() and kind != "raw"
    )


def _language(metadata: Mapping[str, Any]) -> str:
    named = metadata.get("language_info", {}).get("name") or metadata.get("kernelspec", {}).get("language")
    return str(named or "python")


def _fenced(source: str, language: str) -> str:
    fence = "`" * max(3, 1 + max((len(run) for run in _FENCES.findall(source)), default=0))
    return f"{fence}{language}\n{source}\n{fence}"
