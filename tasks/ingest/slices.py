"""Cut large files where appending to them, or editing them in the middle, leaves most slices as they were."""

import mmap
from hashlib import sha256
from math import ceil
from pathlib import Path
from typing import Final

import pyarrow.parquet as pq
import xxhash

from tasks.containers.row_groups import row_group_ranges, rows_digest

# A line is a cut when the hash of its first bytes says so: one in so many.
_CUT_LINES: Final = 64
_CUT_BYTES: Final = 128
# A slice is looked for a cut from this share of the wanted size on, and cut anyway at the wanted size.
_EARLIEST: Final = 0.75

Slice = tuple[int, int, int, str]
"""start, end (bytes, or rows), size in bytes, sha256 of those bytes."""


def is_parquet(path: Path) -> bool:
    """Whether the file begins as Parquet does."""
    with path.open("rb") as file:
        return file.read(4) == b"PAR1"


def slice_lines(path: Path, wanted: int) -> list[Slice]:
    """Byte ranges that end at line ends, of `wanted` bytes or less; a longer line is a slice of its own."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        slices, start = [], 0
        while start < len(data):
            end = _line_cut(data, start, wanted)
            slices.append((start, end, end - start, _digest(data, start, end)))
            start = end
        return slices


def _line_cut(data: mmap.mmap, start: int, wanted: int) -> int:
    """Where the slice that begins at `start` ends: at a line whose hash says so, else at the last line that fits."""
    if len(data) - start <= wanted:
        return len(data)
    last = 0
    position = data.find(b"\n", start + int(wanted * _EARLIEST)) + 1
    while 0 < position <= start + wanted:
        last = position
        if xxhash.xxh3_64_intdigest(data[position : position + _CUT_BYTES]) % _CUT_LINES == 0:
            return position
        position = data.find(b"\n", position) + 1
    return last or data.rfind(b"\n", start, start + wanted) + 1 or position or len(data)


def slice_rows(path: Path, wanted: int) -> list[Slice]:
    """Ranges of Parquet rows of about `wanted` bytes when unpacked: row groups together, or parts of one."""
    metadata = pq.read_metadata(path)
    cuts, row, size = [0], 0, 0
    for index in range(metadata.num_row_groups):
        group = metadata.row_group(index)
        parts = max(1, ceil(group.total_byte_size / wanted - 0.25))
        if size and size + group.total_byte_size > wanted:
            cuts.append(row)
            size = 0
        cuts += [row + group.num_rows * part // parts for part in range(1, parts)]
        size = size + group.total_byte_size if parts == 1 else wanted
        row += group.num_rows
    ends = [*cuts[1:], row]
    packed = sum(high - low for low, high in row_group_ranges(path))
    return [
        (start, end, packed * (end - start) // row, rows_digest(path, start, end))
        for start, end in zip(cuts, ends, strict=True)
        if end > start
    ]


def _digest(data: mmap.mmap, start: int, end: int) -> str:
    digest = sha256()
    step = 1 << 22
    for position in range(start, end, step):
        digest.update(data[position : min(position + step, end)])
    return digest.hexdigest()
