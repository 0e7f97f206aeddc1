"""UTF-8 of an Arrow column, as compiled kernels read it."""

from typing import Any, Final

import numpy as np
from numba import njit

from tasks.engine.code_points import code_point
from tasks.quality.characters import GARBLED, HAN_RARE, TABLE_SIZE

UINT8: Final = np.uint8


@njit(cache=True, nogil=True)
def decode(data: Any, start: int, end: int, table: Any, points: Any, classes: Any) -> int:
    """Write the code points of `data[start:end]`, valid UTF-8, and their classes; return how many."""
    n = 0
    i = start
    while i < end:
        point, i = code_point(data, i)
        points[n] = point
        if point < TABLE_SIZE:
            classes[n] = table[point]
        else:
            classes[n] = HAN_RARE if point < 0x40000 else GARBLED
        n += 1
    return n
