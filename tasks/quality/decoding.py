"""UTF-8 of an Arrow column, as compiled kernels read it."""

from typing import Any, Final

import numpy as np

from tasks.engine.code_points import code_point
from tasks.engine.kernel import from_start, kernel
from tasks.quality.characters import ASCII, GARBLED, HAN_RARE, TABLE_SIZE

# A block of ASCII is copied in a few instructions; one with another character is read character by character.
_BLOCK: Final = 64
# Behind the text, so that what reads up to the end of a line needs to ask for no other end.
_END: Final = 0x0A


@kernel
def decode(text: Any, table: Any, points: Any, keys: Any) -> int:
    """Write the code points of valid UTF-8, their keys, and a newline behind; return how many."""
    n = i = 0
    while i < text.size:
        stop = min(i + _BLOCK, text.size)
        if _is_ascii(text[i:stop]):
            _copy(text[i:stop], points[n:], keys[n:])
            n += stop - i
            i = stop
        while i < stop:
            point, i = code_point(text, from_start(i))
            n = from_start(n)
            points[n] = point
            if point < TABLE_SIZE:
                keys[n] = table[point]
            else:
                keys[n] = ASCII + (HAN_RARE if point < 0x40000 else GARBLED)
            n += 1
    points[n] = keys[n] = _END
    return n


@kernel
def _is_ascii(block: Any) -> bool:
    bits = np.uint8(0)
    for k in range(block.size):
        bits |= block[k]
    return bool(bits < ASCII)


@kernel
def _copy(block: Any, points: Any, keys: Any) -> None:
    for k in range(block.size):
        points[k] = block[k]
    for k in range(block.size):
        keys[k] = block[k]
