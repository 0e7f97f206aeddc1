"""The UTF-8 of an Arrow column, as compiled kernels read it: views, no copies."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa


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
