"""Extract an existing corpus: one document per record of JSON Lines or per row of Parquet."""

from collections.abc import Mapping
from hashlib import blake2b, sha256
from itertools import pairwise
from typing import Any, Final

import numpy as np
import polars as pl
import pyarrow as pa

from schemas.document import DOCUMENT
from schemas.inventory import INVENTORY
from schemas.outcomes import QUARANTINE
from tasks.engine.step import Accounting, Partition, Step
from tasks.engine.utf8 import utf8_column
from tasks.engine.word_count import count_words
from tasks.extract.raw import RawError
from tasks.extract.rows import document_hash, quarantine_row
from tasks.extract.settings import ExtractCause, ExtractSettings
from tasks.extract.text_records import BadLines, read_records

NAME: Final = "extract_text"


def extract_records(batch: pa.Table, settings: ExtractSettings) -> Partition:
    """One document per record.

    Args:
        batch: `inventory@1` rows: files, or slices of them.
        settings: Where sources lie, and limits.

    Returns:
        Documents in the order of their records. A record without text, that is no object, or whose id another record
        of the file has, is quarantined.
    """
    kept: list[pa.Table] = [DOCUMENT.empty()]
    bad: list[dict[str, Any]] = []
    for entry in batch.to_pylist():
        try:
            frame, faults = read_records(entry, settings)
        except RawError as error:
            bad.append(_quarantine(entry, error.cause, str(error)))
            continue
        frame, faulty = _without_faulty(frame)
        faults += faulty
        if frame.is_empty() and not faults:
            bad.append(_quarantine(entry, ExtractCause.EMPTY, "no record in it"))
        bad += [_quarantine(entry, cause, message, _place(entry, number)) for number, cause, message in sorted(faults)]
        kept.append(_documents(entry, frame))
    documents = pa.concat_tables(kept)
    quarantined = QUARANTINE.from_rows(bad)
    return Partition(documents, quarantined=quarantined, records=documents.num_rows + quarantined.num_rows)


def _without_faulty(frame: pl.DataFrame) -> tuple[pl.DataFrame, BadLines]:
    """Without records that have no text, or an id that came before; these with cause and message."""
    empty = frame["text"].fill_null("").str.strip_chars() == ""
    bad: BadLines = [
        (number, ExtractCause.BAD_RECORD if text is None else ExtractCause.EMPTY, "no text")
        for number, text in frame.filter(empty).select("number", "text").iter_rows()
    ]
    frame = frame.filter(~empty)
    again = frame["record"].is_not_null() & ~frame["record"].is_first_distinct()
    repeated = frame.filter(again)["number"].to_list()
    bad += [(number, ExtractCause.BAD_RECORD, "another record of the file has this id") for number in repeated]
    return frame.filter(~again), bad


def _place(entry: Mapping[str, Any], number: int) -> str:
    """Where a record is: its line, of a slice counted from the byte it begins at."""
    return f"line-{entry['start']}-{number}" if entry["start"] else f"line-{number}"


def _documents(entry: Mapping[str, Any], frame: pl.DataFrame) -> pa.Table:
    count = len(frame)
    text = frame["text"].to_arrow().cast(pa.large_string())
    utf8 = utf8_column(pa.chunked_array([text]))
    data = utf8.data.data
    digests = [sha256(data[start:end]).hexdigest() for start, end in pairwise(utf8.offsets.tolist())]
    records = frame["record"].fill_null(_names(entry, digests))
    constant = {
        "parent_id": entry["id"],
        "source_type": "text",
        "source_rank": entry["source_rank"],
        "kb": entry["kb"],
        "license": entry["license"],
        "metadata": "{}",
        "n_words": 0,
    }
    columns: dict[str, pa.Array] = {
        "id": pa.array(_ids(entry, records), pa.large_string()),
        "text": text,
        "source": records.to_arrow().cast(pa.large_string()),
        "raw_sha256": pa.array(digests, pa.large_string()),
    }
    for field in DOCUMENT.arrow:
        if field.name in constant:
            columns[field.name] = pa.repeat(pa.scalar(constant[field.name], field.type), count)
        elif pa.types.is_large_list(field.type):
            empty = pa.array([], field.type.value_type)
            columns[field.name] = pa.LargeListArray.from_arrays(np.zeros(count + 1, np.int64), empty).cast(field.type)
        elif field.name not in columns:
            columns[field.name] = pa.nulls(count, field.type)
    return count_words(pa.table([columns[name] for name in DOCUMENT.arrow.names], schema=DOCUMENT.arrow))


def _names(entry: Mapping[str, Any], digests: list[str]) -> pl.Series:
    """Names of records without an id: what they say, how often that was said before, and the slice that counted."""
    frame = pl.DataFrame({"digest": digests}, schema={"digest": pl.String})
    suffix = f"-{entry['start']}" if entry["start"] else ""
    occurrence = pl.int_range(pl.len()).over("digest")
    return frame.select(pl.format("{}-{}{}", pl.col("digest").str.slice(0, 16), occurrence, pl.lit(suffix))).to_series()


def _ids(entry: Mapping[str, Any], records: pl.Series) -> list[str]:
    prefix = document_hash(entry["source_key"], f"{entry['path']}\0{entry['member'] or ''}")
    ids = []
    for record in records.to_list():
        digest: blake2b = prefix.copy()
        digest.update(record.encode())
        ids.append(digest.hexdigest())
    return ids


def _quarantine(entry: Mapping[str, Any], cause: str, message: str, record: str = "") -> dict[str, Any]:
    return quarantine_row(entry, step=NAME, cause=cause, message=message, source_type="text", record=record)


STEP: Final = Step(
    name=NAME,
    version=1,
    settings=ExtractSettings,
    reads=INVENTORY,
    writes=DOCUMENT,
    run=extract_records,
    causes=ExtractCause,
    accounting=Accounting.PARENTS,
)
