"""Extract PDF, office, HTML, Markdown and text files: one document per file, and its pictures.

Every file is parsed in a child process with limits on time and memory: a parser that crashes, hangs or swells costs
that one file.
"""

from collections.abc import Mapping
from hashlib import blake2b
from typing import Any, Final

import pyarrow as pa

from schemas.document import DOCUMENT
from schemas.inventory import INVENTORY
from schemas.outcomes import QUARANTINE
from schemas.sides import IMAGE
from tasks.engine.sandbox import SandboxError, borrowed_sandbox
from tasks.engine.step import Accounting, Partition, Step
from tasks.extract.ocr_pass import read_file
from tasks.extract.parsed import Parsed, ParseError
from tasks.extract.raw import EntryReader, RawError
from tasks.extract.rows import document_row, documents_table, quarantine_row, storable
from tasks.extract.settings import ExtractCause, ExtractSettings
from tasks.extract.sniff import FileKind, promised_type

NAME: Final = "extract_documents"
Row = dict[str, Any]


def extract_files(batch: pa.Table, settings: ExtractSettings) -> Partition:
    """One document per file.

    Args:
        batch: `inventory@1` rows.
        settings: Limits, where sources lie, and passwords of encrypted files.

    Returns:
        Documents in the order of their files, and the side table `images`. A file that cannot be read is quarantined.
    """
    kept: list[Row] = []
    images: list[Row] = []
    bad: list[Row] = []
    entries = batch.to_pylist()
    with (
        borrowed_sandbox(timeout_s=settings.timeout_s, memory_mb=settings.memory_mb) as sandbox,
        EntryReader(settings, entries) as reader,
    ):
        for entry in entries:
            try:
                data = reader.read(entry)
                password = settings.passwords.get(entry["source_key"])
                kind, parsed, measured = read_file(sandbox, data, _name(entry), password, settings)
            except (RawError, ParseError, SandboxError) as error:
                bad.append(_quarantine(entry, error))
                continue
            row = _document(entry, kind, parsed)
            found = [_image(row["id"], parsed, measures) for measures in measured]
            # The same picture twice in a document is one picture.
            unique = {image["id"]: image for image in found}
            row["image_ids"] = list(unique)
            kept.append(row)
            images += unique.values()
    return Partition(
        documents_table(kept), quarantined=QUARANTINE.from_rows(bad), sides={"images": IMAGE.from_rows(images)}
    )


def _name(entry: Mapping[str, Any]) -> str:
    return str(entry["member"] or entry["path"])


def _document(entry: Mapping[str, Any], kind: FileKind, parsed: Parsed) -> Row:
    metadata = {**parsed.metadata, **({"mislabelled": True} if kind.mislabelled else {})}
    return document_row(
        entry,
        parsed.text,
        source_type=kind.source_type,
        raw_sha256=entry["digest"],
        title=storable(parsed.title) if parsed.title else None,
        mime=kind.mime,
        license=entry["license"],
        n_pages=parsed.n_pages,
        blocks=parsed.blocks,
        metadata=metadata,
    )


def _image(doc_id: str, parsed: Parsed, measures: Mapping[str, Any]) -> Row:
    picture = parsed.pictures[measures["picture"]]
    name = blake2b(f"{doc_id}\0{measures['sha256']}".encode(), digest_size=16).hexdigest()
    x0, y0, x1, y1 = picture.box or (None, None, None, None)
    return {
        "id": name,
        "doc_id": doc_id,
        "bytes": measures["bytes"],
        "path": f"{name}.{measures['extension']}",
        "page": picture.page,
        "x0": x0,
        "y0": y0,
        "x1": x1,
        "y1": y1,
        "width": measures["width"],
        "height": measures["height"],
        "sha256": measures["sha256"],
        "phash": measures["phash"],
        "kind": "figure",
        "caption": storable(picture.caption) if picture.caption else None,
    }


def _quarantine(entry: Mapping[str, Any], error: RawError | ParseError | SandboxError) -> Row:
    message = error.message if isinstance(error, ParseError) else str(error)
    source_type = promised_type(_name(entry))
    return quarantine_row(entry, step=NAME, cause=str(error.cause), message=message, source_type=source_type)


STEP: Final = Step(
    name=NAME,
    version=9,
    settings=ExtractSettings,
    reads=INVENTORY,
    writes=DOCUMENT,
    run=extract_files,
    causes=ExtractCause,
    emits={"images": IMAGE},
    accounting=Accounting.PARENTS,
)
