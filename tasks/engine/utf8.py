"""The UTF-8 of an Arrow column, as compiled kernels read it: views, no copies."""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from tasks.engine.code_points import skip_characters
from tasks.engine.kernel import kernel


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


def byte_spans(
    column: Utf8Column, rows: npt.NDArray[np.int64], starts: npt.NDArray[np.int64], ends: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Where spans in code points of documents `rows` begin and end in `column.data`; best in order."""
    found = np.empty((2, len(rows)), np.int64)
    _find_bytes(column.data, column.offsets, rows, starts, ends, found)
    return found[0], found[1]


@kernel
def _find_bytes(data: Any, offsets: Any, rows: Any, starts: Any, ends: Any, found: Any) -> None:
    at = passed = np.int64(0)
    for index in range(len(rows)):
        first, last = offsets[rows[index]], offsets[rows[index] + 1]
        if index == 0 or rows[index] != rows[index - 1] or starts[index] < passed:
            at, passed = first, np.int64(0)
        found[0, index] = at = skip_characters(data, at, last, starts[index] - passed)
        found[1, index] = at = skip_characters(data, at, last, ends[index] - starts[index])
        passed = ends[index]
