"""Memory of the signal kernels, allocated once for the longest document, and their hash table."""

from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

# One for every character below U+20000; those above share some.
ENTROPY_BINS: Final = 1 << 17
ASTRAL_BINS: Final = 1 << 8

# Of the hash table, however short the longest document is.
_LEAST_SLOTS: Final = 16
# A longer document is measured on its beginning: arrays stay below 300 MB, and shares do not change by then.
MAX_POINTS: Final = 4_000_000
# Entropies are sums of c log c over small counts.
_LOGARITHMS: Final = 1024
# Bytes that tell whether a hash came before; more than fits in a core's cache is slower than what it saves.
SEEN: Final = 1 << 18
TALLIES: Final = 21


class Scratch(NamedTuple):
    """Work arrays; what they hold is described where they are filled."""

    points: npt.NDArray[np.int32]
    classes: npt.NDArray[np.uint8]
    routes: npt.NDArray[np.uint8]  # of code points
    bins: npt.NDArray[np.int32]
    hashes: npt.NDArray[np.uint64]  # of tokens, then of lines, then of paragraphs
    lengths: npt.NDArray[np.int32]
    folded: npt.NDArray[np.uint64]  # hashes of lines, numbers aside
    prefix_hashes: npt.NDArray[np.uint64]
    prefix_weights: npt.NDArray[np.int32]
    prefix_lengths: npt.NDArray[np.int32]
    candidates: npt.NDArray[np.int32]
    slots: npt.NDArray[np.int32]
    keys: npt.NDArray[np.uint64]
    counts: npt.NDArray[np.int32]
    seen: npt.NDArray[np.uint8]
    tallies: npt.NDArray[np.int64]  # of a line and its paragraph
    n_log_n: npt.NDArray[np.float64]  # natural, of small numbers


def scratch_for(longest: int) -> Scratch:
    """Arrays for documents of up to `longest` bytes (or `MAX_POINTS` code points, if that is less)."""
    size = min(max(longest, 1), MAX_POINTS) + 2
    slots = max(_LEAST_SLOTS, 1 << (2 * size - 1).bit_length())
    i32, u64 = np.int32, np.uint64
    numbers = np.arange(_LOGARITHMS, dtype=np.float64)
    return Scratch(
        points=np.empty(size, i32),
        classes=np.empty(size, np.uint8),
        routes=np.empty(size, np.uint8),
        bins=np.zeros(ENTROPY_BINS + ASTRAL_BINS, i32),
        hashes=np.empty(size, u64),
        lengths=np.empty(size, i32),
        folded=np.empty(size, u64),
        prefix_hashes=np.empty(size, u64),
        prefix_weights=np.empty(size, i32),
        prefix_lengths=np.empty(size, i32),
        candidates=np.empty(size, i32),
        slots=np.empty(size, i32),
        keys=np.zeros(slots, u64),
        counts=np.zeros(slots, i32),
        seen=np.empty(SEEN, np.uint8),
        tallies=np.empty(TALLIES, np.int64),
        n_log_n=numbers * np.log(np.maximum(numbers, 1.0)),
    )


@njit(cache=True, nogil=True, inline="always")
def n_log_n(count: int, small: Any) -> float:
    """`count` times its natural logarithm; 0 of 0."""
    return float(small[count]) if count < _LOGARITHMS else count * float(np.log(count))


@njit(cache=True, nogil=True, inline="always")
def clear_table(n: int, keys: Any, counts: Any) -> int:
    """Make an empty table for `n` entries at the start of `keys` and `counts`; return its mask."""
    size = _LEAST_SLOTS
    while size < 2 * n:
        size *= 2
    for i in range(size):
        keys[i] = 0
        counts[i] = 0
    return size - 1


@njit(cache=True, nogil=True, inline="always")
def count_in_table(value: Any, mask: int, keys: Any, counts: Any) -> int:
    """Count one more of `value`; return its slot."""
    key = value if value != 0 else np.uint64(1)
    mixed = key ^ (key >> np.uint64(32))
    slot = np.int64((mixed * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(20)) & mask
    while keys[slot] != 0 and keys[slot] != key:
        slot = (slot + 1) & mask
    keys[slot] = key
    counts[slot] += 1
    return int(slot)
