"""Where the row groups of a Parquet file lie in it, and what is in them."""

from collections.abc import Iterator
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

from tasks.containers.members import CHUNK


def row_group_ranges(path: Path) -> Iterator[tuple[int, int]]:
    """First and last byte of each row group's columns."""
    metadata = pq.read_metadata(path)
    for index in range(metadata.num_row_groups):
        group = metadata.row_group(index)
        columns = [group.column(number) for number in range(group.num_columns)]
        begins = [_column_begin(column) for column in columns]
        ends = [begin + column.total_compressed_size for begin, column in zip(begins, columns, strict=True)]
        yield min(begins, default=0), max(ends, default=0)


def rows_digest(path: Path, start: int, end: int) -> str:
    """sha256, hex, of which rows these are and of the bytes of the row groups that hold them."""
    status = path.stat()
    ends, digests = _group_digests(path, status.st_size, status.st_mtime_ns)
    first, last = (int(np.searchsorted(ends, row, side="right")) for row in (start, end - 1))
    return sha256("\n".join((f"{start}:{end}", *digests[first : last + 1])).encode()).hexdigest()


@lru_cache(maxsize=64)
def _group_digests(path: Path, _size: int, _mtime_ns: int) -> tuple[list[int], list[str]]:
    """Row after the last, and digest, of each row group.

    Remembered while the file stays as it is: a row group may be cut into many slices, which would each read it whole.
    """
    metadata = pq.read_metadata(path)
    counts = [metadata.row_group(index).num_rows for index in range(metadata.num_row_groups)]
    with path.open("rb") as file:
        digests = []
        for first, last in row_group_ranges(path):
            digest = sha256()
            file.seek(first)
            while first < last and (piece := file.read(min(CHUNK, last - first))):
                digest.update(piece)
                first += len(piece)
            digests.append(digest.hexdigest())
    return np.cumsum(counts, dtype=np.int64).tolist(), digests


def _column_begin(column: pq.ColumnChunkMetaData) -> int:
    page: int = column.data_page_offset
    dictionary = column.dictionary_page_offset
    return page if dictionary is None or dictionary <= 0 else min(page, dictionary)
