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
