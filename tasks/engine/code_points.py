"""Read UTF-8 inside a compiled loop."""

from typing import Any

import numpy as np

from tasks.engine.kernel import kernel


@kernel
def code_point(data: Any, i: Any) -> tuple[Any, Any]:
    """The code point that begins at byte `i` of valid UTF-8, and where the next one begins."""
    byte = np.int64(data[i])
    if byte < 0x80:
        return byte, i + 1
    width = 2 if byte < 0xE0 else 3 if byte < 0xF0 else 4
    point = byte & (0x7F >> width)
    for k in range(1, width):
        point = point << 6 | np.int64(data[i + k]) & 0x3F
    return point, i + width


@kernel
def count_characters(data: Any, first: Any, last: Any) -> Any:
    """Characters that begin in bytes `[first, last)`."""
    # Of a part, from 0 on: that compiles to loops over many bytes at once.
    count, part = 0, data[first:last]
    for k in range(len(part)):
        count += part[k] & 0xC0 != 0x80
    return count


@kernel
def skip_characters(data: Any, i: Any, end: Any, count: Any) -> Any:
    """Where the character begins that follows `count` others from byte `i` on; `end` at most."""
    while count > 0 and i < end:
        stop = min(i + count, end)
        count -= count_characters(data, i, stop)
        i = stop
    while i < end and data[i] & 0xC0 == 0x80:
        i += 1
    return i
