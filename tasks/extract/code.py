"""Extract source code: one document per file of a repository, archive or folder. Nothing in it is ever executed."""

import re
from collections.abc import Mapping
from typing import Any, Final

import polars as pl
import pyarrow as pa
from selectolax.lexbor import LexborHTMLParser

from schemas.document import DOCUMENT
from schemas.inventory import INVENTORY
from schemas.outcomes import DROP, QUARANTINE
from tasks.engine.partition import split
from tasks.engine.step import Accounting, Partition, Step
from tasks.extract.code_files import judge_files
from tasks.extract.code_languages import language_of
from tasks.extract.code_licences import stated_licences
from tasks.extract.code_measures import measure_code
from tasks.extract.code_paths import role_of
from tasks.extract.code_settings import CodeDrop, CodeSettings
from tasks.extract.markdown_blocks import markdown_blocks
from tasks.extract.notebook import notebook_markdown
from tasks.extract.parsed import ParseError
from tasks.extract.raw import EntryReader, RawError
from tasks.extract.rows import document_row, documents_table, quarantine_row, storable
from tasks.extract.settings import ExtractCause
from tasks.extract.text_decoding import decode_text, is_binary

NAME: Final = "extract_code"

# To tell the language of a C header and the like, so much is looked at.
_LOOKED_AT: Final = 50_000
# A page that a program fills in is part of the program.
_TEMPLATE: Final = re.compile(r"\{%|\{\{|<%|<\?php|<\?=|\bv-(?:if|for|bind|on)\b|\bth:\w+=|\bng-\w+=")
_PROSE: Final = ("markdown", "text", "restructuredtext")


def extract_code_files(batch: pa.Table, settings: CodeSettings) -> Partition:
    """One document per file of text.

    Args:
        batch: `inventory@1` rows.
        settings: Where sources lie, limits, and which files are wanted.

    Returns:
        Documents in the order of their files, with language, role and licence. What nobody wrote by hand, data, and
        what the recipe's licences exclude is dropped, and so is what is no text; what cannot be read is quarantined.
    """
    rows: list[dict[str, Any]] = []
    bad: list[dict[str, Any]] = []
    entries = batch.to_pylist()
    with EntryReader(settings, entries) as reader:
        for entry in entries:
            try:
                rows.append(_document(entry, reader.read(entry)))
            except (RawError, ParseError) as error:
                message = error.message if isinstance(error, ParseError) else str(error)
                bad.append(quarantine_row(entry, step=NAME, cause=error.cause, message=message, source_type="code"))
    described = pl.DataFrame(
        [(row.pop("language", None), row.pop("visible", None), row.pop("reason", None)) for row in rows],
        schema={"language": pl.String, "visible": pl.Float64, "no_text": pl.String},
        orient="row",
    )
    documents = _with_own_licences(documents_table(rows))
    files = _described(documents, described)
    judged = judge_files(files, settings.wanted)
    parts = split(_labelled(documents, files), step=NAME, **{name: judged[name] for name in judged.columns})
    return Partition(
        parts.kept, dropped=_with_parents(parts.dropped, documents, judged), quarantined=QUARANTINE.from_rows(bad)
    )


def _document(entry: Mapping[str, Any], data: bytes) -> dict[str, Any]:
    """A document's row, with `language` and `visible` beside its columns; of what is no text, with its `reason`."""
    path: str = entry["member"] or entry["path"]
    if not data.strip():
        return _row(entry, path, "", reason=CodeDrop.EMPTY)
    if is_binary(data):
        return _row(entry, path, "", reason=CodeDrop.BINARY)
    decoded = decode_text(data)
    if decoded.unreadable * 20 > len(decoded.text):
        raise ParseError(ExtractCause.BAD_ENCODING, "in no encoding that is known")
    text = storable(decoded.text)
    language = language_of(path, text[:_LOOKED_AT])
    if language == "notebook":
        text, language = notebook_markdown(text), "markdown"
    if not text.strip():
        return _row(entry, path, "", reason=CodeDrop.EMPTY)
    is_prose = language in _PROSE
    blocks, title = markdown_blocks(text) if language == "markdown" else ([], None)
    is_page = language == "html" and not _TEMPLATE.search(text)
    return _row(
        entry,
        path,
        text,
        source_type="markdown" if is_prose else "code",
        title=title or path.rpartition("/")[2],
        mime=f"text/x-{language}" if language else "text/plain",
        blocks=blocks,
        language=language,
        visible=_visible(text) if is_page else None,
    )


def _row(entry: Mapping[str, Any], path: str, text: str, **fields: Any) -> dict[str, Any]:
    return document_row(
        entry,
        text,
        source=f"{entry['path']}/{path}" if entry["member"] else path,
        path=path,
        license=entry["license"],
        raw_sha256=entry["digest"],
        **{"source_type": "code", **fields},
    )


def _visible(html: str) -> int:
    """Characters of a page that a browser shows."""
    body = LexborHTMLParser(html).body
    if body is None:
        return 0
    body.strip_tags(["script", "style", "template"])
    return len(" ".join(body.text(separator=" ").split()))


def _with_own_licences(documents: pa.Table) -> pa.Table:
    """`documents`, each file of code under the licence it states itself, where it states one."""
    frame = pl.DataFrame(pl.from_arrow(documents.select(["text", "source_type", "license"])))
    stated = pl.when(frame["source_type"] == "code").then(stated_licences(frame["text"]))
    licences = frame.select(pl.coalesce(stated, "license")).to_series().to_arrow().cast(pa.large_string())
    return documents.set_column(documents.schema.get_field_index("license"), DOCUMENT.arrow.field("license"), licences)


def _described(documents: pa.Table, described: pl.DataFrame) -> pl.DataFrame:
    """What the rules look at, one row per document."""
    columns = pl.DataFrame(pl.from_arrow(documents.select(["text", "path", "license"])))
    found = pl.concat([columns, described, measure_code(documents["text"])], how="horizontal")
    return found.with_columns(role=role_of(pl.col("path")))


def _labelled(documents: pa.Table, files: pl.DataFrame) -> pa.Table:
    """`documents` with language and role in their metadata."""
    metadata = files.select(pl.struct("language", "role").struct.json_encode()).to_series()
    index = documents.schema.get_field_index("metadata")
    return documents.set_column(index, DOCUMENT.arrow.field("metadata"), metadata.to_arrow().cast(pa.large_string()))


def _with_parents(dropped: pa.Table, documents: pa.Table, judged: pl.DataFrame) -> pa.Table:
    """Drops that name the inventory rows they come from: a file is a row of its own there."""
    parents = documents["parent_id"].filter(judged["reason"].is_not_null().to_arrow())
    return dropped.set_column(1, DROP.arrow.field("parent_id"), parents)


STEP: Final = Step(
    name=NAME,
    version=3,
    settings=CodeSettings,
    reads=INVENTORY,
    writes=DOCUMENT,
    run=extract_code_files,
    reasons=CodeDrop,
    causes=ExtractCause,
    accounting=Accounting.PARENTS,
)
