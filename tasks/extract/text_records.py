"""Read the records of a corpus, JSON Lines or Parquet: place, id and text, a column each."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import orjson
import polars as pl
import pyarrow as pa
import pyarrow.json as pa_json
import pyarrow.parquet as pq

from tasks.containers.row_groups import rows_digest
from tasks.extract.raw import RawError, SourceChangedError, check_entry, local_path, read_unpacked
from tasks.extract.rows import storable
from tasks.extract.settings import ExtractCause, ExtractSettings

_COLUMNS: Final = {"number": pl.Int64, "record": pl.String, "text": pl.String}
# Of the types an id has in what programs write: Arrow reads one of them a time.
_ID_TYPES: Final = (pa.string(), pa.int64())
# Share of a text that may be unreadable, as in `decode_text`'s users.
_MAX_UNREADABLE: Final = 0.05

BadLines = list[tuple[int, ExtractCause, str]]
"""Number of the record, cause and message."""


def read_records(entry: Mapping[str, Any], settings: ExtractSettings) -> tuple[pl.DataFrame, BadLines]:
    """What a file or a slice of one holds.

    Returns:
        Columns `number` (of the line or row, from 1), `record` (its id) and `text`, of which the latter two may be
        null; and the records that could not be read.

    Raises:
        RawError: The whole entry must be quarantined.
        SourceChangedError: It changed since the inventory.
    """
    check_entry(entry, settings)
    path = local_path({**entry, "start": None}, settings)
    if path is not None and _is_parquet(path):
        return _parquet_rows(entry, path), []
    return json_records(read_unpacked(entry, settings), entry["id_field"], entry["text_field"])


def json_records(data: bytes, id_field: str, text_field: str) -> tuple[pl.DataFrame, BadLines]:
    """Records of JSON Lines. Compiled where every line is a plain record, else line by line with the same result."""
    data = data.removeprefix(b"\xef\xbb\xbf")
    table = _plain_lines(data, id_field, text_field)
    if table is None:
        return _odd_lines(data, id_field, text_field)
    frame = pl.DataFrame(
        {
            "number": pl.int_range(1, table.num_rows + 1, eager=True),
            "record": pl.Series(pl.from_arrow(table["id"])),
            "text": pl.Series(pl.from_arrow(table["text"])),
        },
        schema=_COLUMNS,
    )
    return frame.with_columns(_storable(frame["record"]), _storable(frame["text"])), []


def _storable(column: pl.Series) -> pl.Series:
    """`rows.storable` of each; Arrow's text holds no lone surrogates. To look first costs a tenth of replacing."""
    if column.str.contains("\r", literal=True).any():
        column = column.str.replace_all("\r\n?", "\n")
    if column.str.contains("\0", literal=True).any():
        column = column.str.replace_all("\0", "", literal=True)
    return column


def _plain_lines(data: bytes, id_field: str, text_field: str) -> pa.Table | None:
    """Id and text of each line; None where some line is blank, no object, or holds anything unusual."""
    lines = data.count(b"\n") + (not data.endswith(b"\n"))
    # Arrow does not care for lines: without blank ones, as many objects as lines are one a line.
    if not data.startswith(b"{") or data.count(b"\n{") + 1 != lines or id_field == text_field:
        return None
    for kind in _ID_TYPES:
        try:
            table = pa_json.read_json(
                pa.BufferReader(data),
                pa_json.ReadOptions(use_threads=False, block_size=min(len(data) + 1, (1 << 31) - 1)),
                pa_json.ParseOptions(
                    explicit_schema=pa.schema([(id_field, kind), (text_field, pa.string())]),
                    unexpected_field_behavior="ignore",
                ),
            )
            table.validate(full=True)  # Arrow does not look at the encoding while it parses
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
            continue
        if table.num_rows != lines:
            return None
        return pa.table({"id": table[id_field].cast(pa.string()), "text": table[text_field]})
    return None


def _odd_lines(data: bytes, id_field: str, text_field: str) -> tuple[pl.DataFrame, BadLines]:
    rows: list[tuple[int, str | None, str | None]] = []
    bad: BadLines = []
    for number, line in enumerate(data.split(b"\n"), start=1):
        if not line.strip():
            continue
        try:
            value, unreadable = _parse(line)
        except (ValueError, RecursionError):
            bad.append((number, ExtractCause.BAD_JSON, "not a JSON object"))
            continue
        record, text = value.get(id_field), value.get(text_field)
        named = isinstance(record, str | int) and not isinstance(record, bool)
        if unreadable and isinstance(text, str) and text.count("\ufffd") > _MAX_UNREADABLE * len(text):
            bad.append((number, ExtractCause.BAD_ENCODING, "not UTF-8"))
            continue
        rows.append(
            (number, storable(str(record)) if named else None, storable(text) if isinstance(text, str) else None)
        )
    return pl.DataFrame(rows, schema=_COLUMNS, orient="row"), bad


def _parse(line: bytes) -> tuple[dict[str, Any], bool]:
    """The object of a line, and whether bytes of it could not be read.

    Raises:
        ValueError: Not a JSON object.
    """
    unreadable = False
    try:
        value = orjson.loads(line)
    except orjson.JSONDecodeError:
        # Lone surrogates and NaN are not JSON to orjson; they are common in what programs write.
        text = line.decode("utf-8", "replace")
        unreadable = "\ufffd" in text
        value = json.loads(text)
    if not isinstance(value, dict):
        raise ValueError("not an object")
    return value, unreadable


def _is_parquet(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(4) == b"PAR1"
    except FileNotFoundError:
        raise SourceChangedError(f"{path.name}: is gone; run again") from None
    except PermissionError:
        raise RawError(ExtractCause.UNREADABLE, "no permission to read it") from None


def _parquet_rows(entry: Mapping[str, Any], path: Path) -> pl.DataFrame:
    start, end, text_field = entry["start"], entry["end"], entry["text_field"]
    try:
        schema = pq.read_schema(path)
        if start is not None and rows_digest(path, start, end) != entry["digest"]:
            raise SourceChangedError(f"{entry['path']}: changed while the run was reading it; run again")
    except (pa.ArrowException, OSError) as error:
        raise _damaged(path, error) from None
    if text_field not in schema.names:
        raise RawError(ExtractCause.BAD_RECORD, f"no column {text_field!r}: set text_field")
    if not _is_text(schema.field(text_field).type):
        raise RawError(ExtractCause.BAD_RECORD, f"column {text_field!r} is not text")
    names = [text_field]
    id_field = entry["id_field"]
    if id_field in schema.names and id_field != text_field and _may_be_id(schema.field(id_field).type):
        names.append(id_field)
    try:
        # Polars reads the pages of these rows only: a row group may be as large as the file.
        rows = pl.scan_parquet(path, glob=False).select(names)
        frame = rows.slice(start or 0, None if start is None else end - start).collect()
    except pl.exceptions.PolarsError as error:
        raise _damaged(path, error) from None
    record = pl.col(id_field).cast(pl.String) if id_field in names[1:] else pl.lit(None, pl.String)
    frame = frame.select(
        number=pl.int_range(1, pl.len() + 1) + (start or 0), record=record, text=pl.col(text_field).cast(pl.String)
    )
    return frame.with_columns(_storable(frame["record"]), _storable(frame["text"]))


def _is_text(kind: pa.DataType) -> bool:
    kind = kind.value_type if pa.types.is_dictionary(kind) else kind
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


def _may_be_id(kind: pa.DataType) -> bool:
    return _is_text(kind) or pa.types.is_integer(kind)


def _damaged(path: Path, error: Exception) -> RawError:
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - 4))
        cut = file.read() != b"PAR1"
    cause = ExtractCause.TRUNCATED if cut else ExtractCause.DAMAGED
    return RawError(cause, f"not a readable Parquet file ({type(error).__name__}): fetch it again")
