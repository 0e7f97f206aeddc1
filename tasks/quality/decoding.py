"""UTF-8 of an Arrow column, as compiled kernels read it."""

from typing import Any, Final

import numpy as np
from numba import njit

from tasks.quality.characters import GARBLED, HAN_RARE, TABLE_SIZE

UINT8: Final = np.uint8


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
