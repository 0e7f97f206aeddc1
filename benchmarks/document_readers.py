"""Readers of documents to compare: each gives the text of every page of a file.

A reader is a function from a path to a list of texts, one for each page from the first on; a file without pages is one
page. `python -m benchmarks.document_readers FILE …` run by another environment prints what pymupdf4llm reads as JSON.
"""

import json
import re
import subprocess
import sys
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

Reader = Callable[[Path], list[str]]

_ENTRY = dict.fromkeys(("id", "source_key", "path", "kb", "repo", "revision"), "") | {"member": None, "source_rank": 0}
_RULE = re.compile(r"^\s*\|?[\s|:-]*\|[\s|:-]*$", re.MULTILINE)


def winnow(path: Path) -> list[str]:
    """As the steps `extract` and `clean` leave it, furniture taken out."""
    return [text for text, _ in winnow_pages(path)]


@cache
def winnow_row(path: Path) -> dict:
    """The `document@1` row after `clean`."""
    from tasks.clean.clean import clean_documents
    from tasks.clean.settings import CleanSettings
    from tasks.extract.parse_file import parse_file
    from tasks.extract.rows import document_row, documents_table

    _, parsed, _ = parse_file(path.read_bytes(), path.name, None, pictures=False)
    fields = {"source_type": "pdf", "raw_sha256": "", "n_pages": parsed.n_pages, "blocks": parsed.blocks}
    batch = documents_table([document_row(_ENTRY, parsed.text, **fields)])
    (row,) = clean_documents(batch, CleanSettings()).kept.to_pylist()
    return row


def winnow_pages(path: Path) -> list[tuple[str, list[dict]]]:
    """Text and blocks of each page; of the whole file where it has no pages."""
    row = winnow_row(path)
    pages = [block for block in row["blocks"] if block["kind"] == "page"]
    if not pages:
        return [(row["text"], row["blocks"])]
    inside: dict[int, list[dict]] = {page["page"]: [] for page in pages}
    for block in row["blocks"]:
        if block["kind"] != "page" and block["page"] in inside:
            inside[block["page"]].append(block)
    # A page of which nothing was left has no block.
    texts = {page["page"]: row["text"][page["start"] : page["end"]] for page in pages}
    return [(texts.get(number, ""), inside.get(number, [])) for number in range(1, (row["n_pages"] or 0) + 1)]


def poppler(path: Path) -> list[str]:
    """`pdftotext` in its own order (not -layout), of which `gt_baseline_pdftotext.json` tells."""
    done = subprocess.run(["pdftotext", "-enc", "UTF-8", path, "-"], capture_output=True, check=True)
    return done.stdout.decode("utf-8", "replace").split("\f")[:-1]


def pymupdf_raw(path: Path) -> list[str]:
    """`get_text()` as it comes."""
    import pymupdf

    pymupdf.TOOLS.mupdf_display_errors(False)
    with pymupdf.open(path) as document:
        return [page.get_text() for page in document]


def pymupdf4llm(python: Path) -> Reader:
    """The library of that name in the environment of `python`."""

    def read(path: Path) -> list[str]:
        done = subprocess.run([python, __file__, path], capture_output=True, check=True)
        pages: list[str] = json.loads(done.stdout.decode().strip().splitlines()[-1])
        return pages

    return read


def plain(text: str) -> str:
    """Without what is Markdown's own: rules of tables, tags, targets of links."""
    return re.sub(r"<br>|</?\w+>|(?<=\])\([^)\s]*\)", " ", _RULE.sub("", text))


def _print_pymupdf4llm(paths: Sequence[str]) -> None:
    import pymupdf4llm as library

    for path in paths:
        chunks = library.to_markdown(path, page_chunks=True, show_progress=False)
        print(json.dumps([chunk["text"] for chunk in chunks]))


if __name__ == "__main__":
    _print_pymupdf4llm(sys.argv[1:])
