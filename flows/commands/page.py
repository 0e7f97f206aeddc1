"""A picture of one page of a PDF with what a run would find on it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import typer

from flows.commands.terminal import WRONG, stop
from tasks.clean.page_furniture import find_page_furniture
from tasks.engine.sandbox import SandboxError, borrowed_sandbox
from tasks.extract.ocr import available_engine
from tasks.extract.ocr_pass import read_file
from tasks.extract.page_picture import draw_page
from tasks.extract.parsed import Parsed, ParseError
from tasks.extract.rows import document_row, documents_table
from tasks.extract.settings import ExtractSettings

_NOWHERE: Final = {"source_key": "", "path": "", "member": None, "id": "", "source_rank": 0, "kb": "", "repo": None,
                   "revision": None}  # fmt: skip


def show_page(path: Path, page: int, out: Path | None, password: str | None) -> None:
    """Write the picture, and say where it is and what is on it."""
    if not path.is_file():
        stop(WRONG, f"{path} is no file")
    try:
        picture, counts = page_picture(path, page, password)
    except ParseError as error:
        stop(WRONG, f"{path} cannot be read: {error.cause}", error.message)
    except SandboxError as error:
        stop(WRONG, f"{path} cannot be read: {error.cause}", str(error))
    except IndexError as error:
        stop(WRONG, f"{path} has no such page: {error}")
    out = out or path.with_name(f"{path.stem}.page-{page}.png")
    out.write_bytes(picture)
    found = ", ".join(f"{count} {kind}" for kind, count in sorted(counts.items()))
    typer.echo(f"{out}: {found or 'nothing found'}")


def page_picture(path: Path, number: int, password: str | None = None) -> tuple[bytes, dict[str, int]]:
    """The picture, a PNG, and how many blocks of each kind are on the page.

    Args:
        path: A PDF.
        number: Page, from 1.
        password: Of an encrypted one.

    Raises:
        ParseError, SandboxError: A run would quarantine the file.
        IndexError: There is no such page.
    """
    data = path.read_bytes()
    settings = ExtractSettings(ocr_engine=available_engine())
    with borrowed_sandbox(timeout_s=settings.timeout_s, memory_mb=settings.memory_mb) as sandbox:
        _, parsed, _ = read_file(sandbox, data, path.name, password, settings)
    furniture = _furniture(parsed)
    counts: dict[str, int] = {}
    off = {id(block): reason for block, reason in furniture}
    for block in parsed.blocks:
        if block["page"] == number and block["kind"] != "page":
            kind = off.get(id(block), block["kind"])
            counts[kind] = counts.get(kind, 0) + 1
    return draw_page(data, password, number, parsed.blocks, furniture), counts


def _furniture(parsed: Parsed) -> list[tuple[Mapping[str, Any], str]]:
    """Blocks that `clean` would take off, each with the reason."""
    row = document_row(
        _NOWHERE, parsed.text, source_type="pdf", raw_sha256="", n_pages=parsed.n_pages, blocks=parsed.blocks
    )
    spans = find_page_furniture(documents_table([row])).to_pylist()
    return [
        (block, span["reason"])
        for block in parsed.blocks
        for span in spans
        if block["kind"] != "page" and span["start"] <= block["start"] < block["end"] <= span["end"]
    ]
