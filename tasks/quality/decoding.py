"""UTF-8 of an Arrow column, as compiled kernels read it."""

from typing import Any, Final

from tasks.engine.code_points import code_point
from tasks.engine.kernel import kernel
from tasks.quality.characters import ASCII, GARBLED, HAN_RARE, TABLE_SIZE

# ASCII is copied as many bytes at a time as a register of today's processors holds.
_BLOCK: Final = 16
# Behind the text, so that what reads up to the end of a line needs to ask for no other end.
_END: Final = 0x0A


@kernel
def decode(data: Any, start: int, end: int, table: Any, points: Any, keys: Any) -> int:
    """Write the code points of `data[start:end]`, valid UTF-8, their keys, and a newline behind; return how many."""
    n = 0
    i = start
    while i < end:
        if data[i] < ASCII and i + _BLOCK <= end and _is_ascii(data[i : i + _BLOCK]):
            _copy(data[i : i + _BLOCK], points[n : n + _BLOCK], keys[n : n + _BLOCK])
            i += _BLOCK
            n += _BLOCK
            continue
        point, i = code_point(data, i)
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
    bits = 0
    for k in range(_BLOCK):
        bits |= block[k]
    return bits < ASCII


@kernel
def _copy(block: Any, points: Any, keys: Any) -> None:
    for k in range(_BLOCK):
        points[k] = keys[k] = block[k]
