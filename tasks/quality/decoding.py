"""UTF-8 of an Arrow column, as compiled kernels read it."""

from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from numba import njit

from tasks.quality.characters import GARBLED, HAN_RARE, TABLE_SIZE

UINT8: Final = np.uint8


class Utf8Column(NamedTuple):
    """The buffers of a text column: document i is `data[offsets[i]:offsets[i + 1]]`."""

    data: npt.NDArray[np.uint8]
    offsets: npt.NDArray[np.int64]

    @property
    def longest(self) -> int:
        """Bytes of the longest document."""
        return int(np.diff(self.offsets).max(initial=0))


def utf8_column(column: pa.ChunkedArray) -> Utf8Column:
    """Views into the Arrow buffers of a `large_string` column; copies only where it has several chunks."""
    array = (
        column.chunk(0)
        if column.num_chunks == 1
        else pa.concat_arrays(column.chunks or [pa.array([], pa.large_string())])
    )
    _, offsets, data = array.buffers()
    positions = np.zeros(1, np.int64) if offsets is None else np.frombuffer(offsets, np.int64)
    values = np.zeros(0, np.uint8) if data is None else np.frombuffer(data, np.uint8)
    positions = positions[array.offset : array.offset + len(array) + 1]
    # One kind of array (read-only) means one compiled kernel.
    for view in (positions, values):
        view.setflags(write=False)
    return Utf8Column(values, positions)


@njit(cache=True, nogil=True)
def decode(data: Any, start: int, end: int, table: Any, points: Any, classes: Any) -> int:
    """Write the code points of `data[start:end]`, valid UTF-8, and their classes; return how many."""
    n = 0
    i = start
    while i < end:
        byte = data[i]
        if byte < 0x80:
            point = np.int32(byte)
            i += 1
        elif byte < 0xE0:
            point = (np.int32(byte & 0x1F) << 6) | np.int32(data[i + 1] & 0x3F)
            i += 2
        elif byte < 0xF0:
            point = (np.int32(byte & 0x0F) << 12) | (np.int32(data[i + 1] & 0x3F) << 6) | np.int32(data[i + 2] & 0x3F)
            i += 3
        else:
            point = (np.int32(byte & 0x07) << 18) | (np.int32(data[i + 1] & 0x3F) << 12)
            point |= (np.int32(data[i + 2] & 0x3F) << 6) | np.int32(data[i + 3] & 0x3F)
            i += 4
        points[n] = point
        if point < TABLE_SIZE:
            classes[n] = table[point]
        else:
            classes[n] = HAN_RARE if point < 0x40000 else GARBLED
        n += 1
    return n
