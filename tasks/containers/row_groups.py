"""Where the row groups of a Parquet file lie in it."""

from collections.abc import Iterator
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


def covering_groups(path: Path, start: int, end: int) -> tuple[range, int]:
    """Row groups that hold the rows `start` to `end` (exclusive), and the number of the first row in them."""
    metadata = pq.read_metadata(path)
    ends = np.cumsum([metadata.row_group(index).num_rows for index in range(metadata.num_row_groups)])
    first, last = (int(np.searchsorted(ends, row, side="right")) for row in (start, end - 1))
    return range(first, last + 1), int(ends[first - 1]) if first else 0


def rows_digest(path: Path, start: int, end: int) -> str:
    """sha256, hex, of the bytes of the row groups that hold these rows, and of which rows they are."""
    groups, _ = covering_groups(path, start, end)
    ranges = list(row_group_ranges(path))[groups.start : groups.stop]
    first, last = ranges[0][0], ranges[-1][1]
    digest = sha256(f"{start}:{end}".encode())
    with path.open("rb") as file:
        file.seek(first)
        while first < last and (piece := file.read(min(CHUNK, last - first))):
            digest.update(piece)
            first += len(piece)
    return digest.hexdigest()


def _column_begin(column: pq.ColumnChunkMetaData) -> int:
    page: int = column.data_page_offset
    dictionary = column.dictionary_page_offset
    return page if dictionary is None or dictionary <= 0 else min(page, dictionary)
