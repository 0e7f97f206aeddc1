"""Where the row groups of a Parquet file lie in it."""

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pyarrow.parquet as pq


def row_group_ranges(path: Path) -> Iterator[tuple[int, int]]:
    """First and last byte of each row group's columns."""
    metadata = pq.read_metadata(path)
    for index in range(metadata.num_row_groups):
        group = metadata.row_group(index)
        columns = [group.column(number) for number in range(group.num_columns)]
        begins = [_column_begin(column) for column in columns]
        ends = [begin + column.total_compressed_size for begin, column in zip(begins, columns, strict=True)]
        yield min(begins, default=0), max(ends, default=0)


def _column_begin(column: pq.ColumnChunkMetaData) -> int:
    page: int = column.data_page_offset
    dictionary = column.dictionary_page_offset
    return page if dictionary is None or dictionary <= 0 else min(page, dictionary)


def row_groups_digest(path: Path, start: int, end: int) -> str:
    """sha256, hex, of the bytes of row groups `start` to `end` (exclusive)."""
    ranges = list(row_group_ranges(path))[start:end]
    first, last = ranges[0][0], ranges[-1][1]
    with path.open("rb") as file:
        file.seek(first)
        return sha256(file.read(last - first)).hexdigest()
