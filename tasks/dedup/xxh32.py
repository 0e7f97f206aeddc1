"""xxHash32, compiled, so that shingle hashes equal those of the `xxhash` package."""

from typing import Any, Final

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic

_P1: Final = np.uint32(2654435761)
_P2: Final = np.uint32(2246822519)
_P3: Final = np.uint32(3266489917)
_P4: Final = np.uint32(668265263)
_P5: Final = np.uint32(374761393)


@intrinsic  # type: ignore[untyped-decorator,unused-ignore]
def _load_u32(_typing: Any, address: Any) -> Any:
    """Four bytes at an address, little endian, aligned or not."""
    if not isinstance(address, types.Integer):
        return None

    def generate(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        pointer = builder.inttoptr(arguments[0], ir.IntType(32).as_pointer())
        return builder.load(pointer, align=1)

    return types.uint32(types.intp), generate


@intrinsic  # type: ignore[untyped-decorator,unused-ignore]
def _load_u8(_typing: Any, address: Any) -> Any:
    """The byte at an address."""
    if not isinstance(address, types.Integer):
        return None

    def generate(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return builder.load(builder.inttoptr(arguments[0], ir.IntType(8).as_pointer()))

    return types.uint8(types.intp), generate


@intrinsic  # type: ignore[untyped-decorator,unused-ignore]
def _store_u8(_typing: Any, address: Any, value: Any) -> Any:
    """Write a byte to an address."""
    if not (isinstance(address, types.Integer) and isinstance(value, types.Integer)):
        return None

    def generate(context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        builder.store(arguments[1], builder.inttoptr(arguments[0], ir.IntType(8).as_pointer()))
        return context.get_dummy_value()

    return types.void(types.intp, types.uint8), generate


# As compiled code calls them: without the typing context.
load_u32: Any = _load_u32
load_u8: Any = _load_u8
store_u8: Any = _store_u8


@njit(nogil=True)
def _rotate(value: Any, bits: Any) -> Any:
    return np.uint32((value << np.uint32(bits)) | (value >> np.uint32(32 - bits)))


@njit(nogil=True)
def _round(accumulator: Any, lane: Any) -> Any:
    return np.uint32(_rotate(np.uint32(accumulator + np.uint32(lane * _P2)), 13) * _P1)


@njit(nogil=True)
def xxh32(address: Any, length: Any) -> Any:
    """XXH32, seed 0, of `length` bytes at `address`.

    Source: https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md, section "XXH32".
    """
    end = address + length
    if length >= 16:
        one = np.uint32(_P1 + _P2)
        two = _P2
        three = np.uint32(0)
        four = np.uint32(np.uint32(0) - _P1)
        while address + 16 <= end:
            one = _round(one, load_u32(address))
            two = _round(two, load_u32(address + 4))
            three = _round(three, load_u32(address + 8))
            four = _round(four, load_u32(address + 12))
            address += 16
        h = np.uint32(_rotate(one, 1) + _rotate(two, 7) + _rotate(three, 12) + _rotate(four, 18))
    else:
        h = _P5
    h = np.uint32(h + np.uint32(length))
    # The rest, 0 to 15 bytes, without branches: how many there are cannot be predicted.
    words, odd = length >> 2 & 3, length & 3
    for word in range(3):
        taken = np.uint32(-np.int64(words > word))
        mixed = np.uint32(_rotate(np.uint32(h + np.uint32(load_u32(address + 4 * word) * _P3)), 17) * _P4)
        h = np.uint32((mixed & taken) | (h & ~taken))
    last = np.uint32(load_u32(address + 4 * words))
    for byte in range(3):
        taken = np.uint32(-np.int64(odd > byte))
        part = np.uint32(last >> np.uint32(8 * byte) & np.uint32(0xFF))
        mixed = np.uint32(_rotate(np.uint32(h + np.uint32(part * _P5)), 11) * _P1)
        h = np.uint32((mixed & taken) | (h & ~taken))
    h = np.uint32((h ^ (h >> np.uint32(15))) * _P2)
    h = np.uint32((h ^ (h >> np.uint32(13))) * _P3)
    return np.uint32(h ^ (h >> np.uint32(16)))
