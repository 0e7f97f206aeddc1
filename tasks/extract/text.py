"""Extract an existing corpus: one document per record of JSON Lines or per row of Parquet."""

import json
from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import numpy as np
import orjson
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from schemas.document import DOCUMENT
from schemas.inventory import INVENTORY
from schemas.outcomes import QUARANTINE
from tasks.containers.detect import UNPACK_ERRORS, open_unpacked
from tasks.containers.row_groups import covering_groups, rows_digest
from tasks.engine.shard_task import shard_task
from tasks.engine.step import Accounting, Partition, Step
from tasks.engine.word_count import count_words
from tasks.extract.raw import RawError, SourceChangedError, check_entry, local_path, read_entry
from tasks.extract.rows import document_id, quarantine_row, storable
from tasks.extract.settings import ExtractCause, ExtractSettings

NAME: Final = "extract_text"
_RECORDS: Final = {"place": pl.String, "record": pl.String, "text": pl.String}
_MB: Final = 1 << 20

Bad = list[dict[str, Any]]


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
    bad: Bad = []
    for entry in batch.to_pylist():
        try:
            frame, faults = _records(entry, settings)
        except RawError as error:
            bad.append(_quarantine(entry, error.cause, str(error)))
            continue
        frame, empty = _without_faulty(entry, frame)
        bad += faults + empty
        if frame.is_empty() and not faults and not empty:
            bad.append(_quarantine(entry, ExtractCause.EMPTY, "no record in it"))
        kept.append(_documents(entry, frame))
    documents = pa.concat_tables(kept)
    quarantined = QUARANTINE.from_rows(bad)
    return Partition(documents, quarantined=quarantined, records=documents.num_rows + quarantined.num_rows)


def _records(entry: Mapping[str, Any], settings: ExtractSettings) -> tuple[pl.DataFrame, Bad]:
    """Place in the file, id and text of every record that could be read; id and text may be null."""
    check_entry(entry, settings)
    path = local_path({**entry, "start": None}, settings)
    if path is not None and _is_parquet(path):
        return _parquet_records(entry, path), []
    rows, bad = [], []
    for place, line in _lines(entry, settings):
        try:
            rows.append(_json_record(entry, place, line))
        except ValueError:
            bad.append(_quarantine(entry, ExtractCause.BAD_JSON, "not a JSON object", place))
    return pl.DataFrame(rows, schema=_RECORDS, orient="row"), bad


def _is_parquet(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(4) == b"PAR1"
    except FileNotFoundError:
        raise SourceChangedError(f"{path.name}: is gone; run again") from None
    except PermissionError:
        raise RawError(ExtractCause.UNREADABLE, "no permission to read it") from None


def _parquet_records(entry: Mapping[str, Any], path: Path) -> pl.DataFrame:
    start, end = entry["start"], entry["end"]
    try:
        file = pq.ParquetFile(path)
        groups, first = (range(file.num_row_groups), 0) if start is None else covering_groups(path, start, end)
        if start is not None and rows_digest(path, start, end) != entry["digest"]:
            raise SourceChangedError(f"{entry['path']}: changed while the run was reading it; run again")
        names = set(file.schema_arrow.names)
        if entry["text_field"] not in names:
            raise RawError(ExtractCause.BAD_RECORD, f"no column {entry['text_field']!r}: set text_field")
        columns = [name for name in (entry["id_field"], entry["text_field"]) if name in names]
        table = file.read_row_groups(list(groups), columns=columns)
        table = table if start is None else table.slice(start - first, end - start)
    except (pa.ArrowException, OSError) as error:
        raise RawError(ExtractCause.DAMAGED, f"not a readable Parquet file: {type(error).__name__}") from None
    frame = pl.DataFrame(pl.from_arrow(table))
    record = pl.col(entry["id_field"]).cast(pl.String) if entry["id_field"] in columns else pl.lit(None, pl.String)
    text = pl.col(entry["text_field"])
    if frame.schema[entry["text_field"]] != pl.String:
        raise RawError(ExtractCause.BAD_RECORD, f"column {entry['text_field']!r} is not text")
    place = pl.format("row-{}", pl.int_range(pl.len()) + (start or 0) + 1)
    return frame.select(place=place, record=record, text=text)


def _lines(entry: Mapping[str, Any], settings: ExtractSettings) -> Iterator[tuple[str, bytes]]:
    """Lines that are not blank, with their places."""
    if entry["start"] is None and (path := local_path(entry, settings)) is not None:
        try:
            with open_unpacked(path) as stream:
                data = stream.read(settings.max_file_mb * _MB + 1)
        except UNPACK_ERRORS as error:
            raise RawError(ExtractCause.DAMAGED, f"cannot be unpacked: {type(error).__name__}") from None
        if len(data) > settings.max_file_mb * _MB:
            raise RawError(ExtractCause.TOO_LARGE, f"unpacks to more than max_file_mb={settings.max_file_mb}")
    else:
        data = read_entry(entry, settings)
    begin = entry["start"] or 0
    prefix = f"line-{begin}-" if begin else "line-"
    for number, line in enumerate(data.removeprefix(b"\xef\xbb\xbf").split(b"\n"), start=1):
        if line.strip():
            yield f"{prefix}{number}", line


def _json_record(entry: Mapping[str, Any], place: str, line: bytes) -> tuple[str, str | None, str | None]:
    try:
        value = orjson.loads(line)
    except orjson.JSONDecodeError:
        # Lone surrogates and NaN are not JSON to orjson; they are common in what programs write.
        value = json.loads(line.decode("utf-8", "replace"))
    if not isinstance(value, dict):
        raise ValueError(place)
    record, text = value.get(entry["id_field"]), value.get(entry["text_field"])
    return (
        place,
        storable(str(record)) if isinstance(record, str | int) else None,
        storable(text) if isinstance(text, str) else None,
    )


def _without_faulty(entry: Mapping[str, Any], frame: pl.DataFrame) -> tuple[pl.DataFrame, Bad]:
    """Without records that have no text, or an id that came before."""
    text = pl.col("text").str.replace_all("\r\n?", "\n").str.replace_all("\0", "", literal=True)
    frame = frame.with_columns(text)
    empty = frame["text"].fill_null("").str.strip_chars() == ""
    again = frame["record"].is_not_null() & ~frame["record"].is_first_distinct() & ~empty
    bad = [
        _quarantine(
            entry, ExtractCause.BAD_RECORD if row["text"] is None else ExtractCause.EMPTY, "no text", row["place"]
        )
        for row in frame.filter(empty).iter_rows(named=True)
    ]
    bad += [
        _quarantine(entry, ExtractCause.BAD_RECORD, "another record of the file has this id", row["place"])
        for row in frame.filter(again).iter_rows(named=True)
    ]
    return frame.filter(~(empty | again)), bad


def _documents(entry: Mapping[str, Any], frame: pl.DataFrame) -> pa.Table:
    path = f"{entry['path']}\0{entry['member'] or ''}"
    digests = [sha256(text.encode()).hexdigest() for text in frame["text"]]
    # Without an id a record is named by what it says, and by how often that was said before.
    unnamed = pl.DataFrame({"digest": digests}, schema={"digest": pl.String}).select(
        pl.format("{}-{}", pl.col("digest").str.slice(0, 16), pl.int_range(pl.len()).over("digest"))
    )
    records = frame["record"].fill_null(unnamed.to_series())
    count = len(frame)
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
        "id": pa.array([document_id(entry["source_key"], path, record) for record in records], pa.large_string()),
        "text": frame["text"].to_arrow().cast(pa.large_string()),
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

extract_text = shard_task(STEP)
