"""Build `document@1` and `quarantine@1` rows from what a parser found."""

import json
import re
from collections.abc import Mapping
from hashlib import blake2b
from typing import Any

import pyarrow as pa

from schemas.document import DOCUMENT
from tasks.engine.word_count import count_words

_UNSTORABLE = re.compile("[\ud800-\udfff]")


def document_id(source_key: str, path: str, record: str = "") -> str:
    """blake2b-128, hex: the same for the same place, whatever its content (see document@1.id)."""
    digest = document_hash(source_key, path)
    digest.update(record.encode("utf-8", "replace"))
    return digest.hexdigest()


def document_hash(source_key: str, path: str) -> blake2b:
    """What the ids of a file's records have in common; `update` it with the record's id."""
    return blake2b(f"{source_key}\0{path}\0".encode("utf-8", "replace"), digest_size=16)


def storable(text: str) -> str:
    r"""`text` as Parquet can hold it and a tokenizer should see it.

    Lone surrogates become U+FFFD, NUL goes, "\r\n" and "\r" become "\n".
    """
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not text.isascii():
        try:
            text.encode()  # in a tenth of the time an expression takes to look
        except UnicodeEncodeError:
            text = _UNSTORABLE.sub("\ufffd", text)
    return text.replace("\0", "") if "\0" in text else text


def document_row(
    entry: Mapping[str, Any], text: str, *, source_type: str, raw_sha256: str, record: str = "", **fields: Any
) -> dict[str, Any]:
    """One `document@1` row for a record found in an inventory entry.

    Args:
        entry: `inventory@1` row the record was found in.
        text: As extracted.
        source_type: See `document@1.source_type`.
        raw_sha256: Digest of the record's bytes.
        record: Id of the record inside the file; empty where the file is the record.
        fields: Any other column, e.g. title, blocks, license, metadata (a dictionary, or JSON of one).
    """
    inner = entry["member"] or entry["path"]
    metadata = fields.pop("metadata", {})
    return {
        "id": document_id(entry["source_key"], f"{entry['path']}\0{entry['member'] or ''}", record),
        "parent_id": entry["id"],
        "text": storable(text),
        "source_type": source_type,
        "source": fields.pop("source", inner),
        "source_rank": entry["source_rank"],
        "kb": entry["kb"],
        "repo": entry["repo"],
        "revision": entry["revision"],
        "n_words": 0,
        "raw_sha256": raw_sha256,
        "blocks": [],
        "image_ids": [],
        "pii": [],
        "metadata": (metadata or "{}")
        if isinstance(metadata, str) or not metadata
        else storable(json.dumps(metadata, ensure_ascii=False, sort_keys=True)),
        **fields,
    }


def quarantine_row(
    entry: Mapping[str, Any],
    *,
    step: str,
    cause: str,
    message: str = "",
    error_class: str | None = None,
    source_type: str = "unknown",
    record: str = "",
) -> dict[str, Any]:
    """One `quarantine@1` row; `message` must not quote the content."""
    inner = entry["member"] or entry["path"]
    return {
        "id": document_id(entry["source_key"], f"{entry['path']}\0{entry['member'] or ''}", record),
        "parent_id": entry["id"],
        "step": step,
        "cause": cause,
        "error_class": error_class,
        "message": storable(message)[:500] or None,
        "source_type": source_type,
        "source": f"{inner}#{record}" if record else inner,
        "bytes": entry["size"],
    }


def documents_table(rows: list[dict[str, Any]]) -> pa.Table:
    """`document@1` from rows of `document_row`, words counted."""
    return count_words(DOCUMENT.from_rows(rows))
