"""Write one Parquet file of a release, shard after shard: memory holds one shard at a time."""

from collections.abc import Sequence
from hashlib import sha256
from typing import IO, Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from schemas.manifest import ReleaseFile
from schemas.outcomes import DROP, QUARANTINE
from schemas.release import RELEASE, release_rows
from schemas.shard import ShardRef
from schemas.sides import PII_SPAN
from schemas.table import TableSchema
from tasks.engine.store import Store

# One row is found in 4 ms at 1,000 rows a group and in 50 ms in a file of one group (30,000 chunks).
_ROWS_PER_GROUP: Final = 1000
# Columns of an outcome by the name they have in a release.
_RENAMED: Final = {"dropped": {"stage": "step", "score": "value"}}
_WRITTEN_AS: Final = {"dropped": DROP, "quarantined": QUARANTINE, "pii_spans": PII_SPAN}
# Text never repeats; a dictionary of it is only built to be thrown away.
_PLAIN: Final = frozenset({"text", "embed_text", "fts_tokens", "html", "id", "input_ids", "labels", "image", "answer"})


def stored_schema(table: str) -> TableSchema:
    """Schema of the shards that the release table `table` is written from."""
    return _WRITTEN_AS.get(table) or release_rows(table)


def write_release_file(store: Store, table: str, shards: Sequence[ShardRef], *, version: str, path: str) -> ReleaseFile:
    """Write `shards` as one file with exactly the columns of the release.

    Args:
        store: Holds the shards and gets the file.
        table: Name of the release table.
        shards: Its rows, in order.
        version: Goes into the column `dataset_version`.
        path: Where it goes, below the root of the store.

    Returns:
        Rows, bytes and digest; `path` as given.
    """
    schema = RELEASE[table].arrow
    with store.open_output(path) as stream:
        sink = _Digesting(stream)
        with pq.ParquetWriter(
            sink,
            schema,
            version="2.6",
            compression="zstd",
            compression_level=3,
            use_dictionary=[name for name in schema.names if name not in _PLAIN],
            write_page_index=True,
            store_schema=True,
        ) as writer:
            rows = 0
            for shard in shards:
                part = _as_released(store.get_table(shard, stored_schema(table)), table, version)
                writer.write_table(part, row_group_size=_ROWS_PER_GROUP)
                rows += part.num_rows
    return ReleaseFile(table=table, path=path, rows=rows, bytes=sink.size, sha256=sink.digest.hexdigest())


def _as_released(rows: pa.Table, table: str, version: str) -> pa.Table:
    schema, renamed = RELEASE[table].arrow, _RENAMED.get(table, {})
    columns = [
        pa.repeat(version, rows.num_rows)
        if name == "dataset_version"
        else rows[renamed.get(name, name)].cast(schema.field(name).type)
        for name in schema.names
    ]
    return RELEASE[table].check(pa.table(columns, schema=schema))


class _Digesting:
    """A file that is only written to; knows the size and digest of what went by."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self.digest = sha256()
        self.size = 0
        self.closed = False

    def write(self, data: Any) -> int:
        self._stream.write(data)
        self.digest.update(data)
        self.size += len(data)
        return len(data)

    def tell(self) -> int:
        return self.size

    def flush(self) -> None:
        self._stream.flush()

    def writable(self) -> bool:
        return True

    def readable(self) -> bool:
        return False

    def seekable(self) -> bool:
        return False

    def close(self) -> None:
        self.closed = True
