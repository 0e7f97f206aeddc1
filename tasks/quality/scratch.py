"""Memory of the signal kernels, allocated once for the longest document, and their hash table."""

from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from tasks.engine.kernel import from_start, kernel
from tasks.quality.characters import N_CLASSES
from tasks.quality.phrases import N_KINDS

# One for every character below U+20000; those above share some.
ENTROPY_BINS: Final = 1 << 17
ASTRAL_BINS: Final = 1 << 8

# Of the hash table, however short the longest document is.
_LEAST_SLOTS: Final = 16
_MIX: Final = 0x9E3779B97F4A7C15
# A longer document is measured on its beginning: arrays stay below 300 MB, and shares do not change by then.
MAX_POINTS: Final = 4_000_000
# Entropies are sums of c log c over small counts.
_LOGARITHMS: Final = 1024
# Bytes that tell whether a hash came before; more than fits in a core's cache is slower than what it saves.
SEEN: Final = 1 << 18
TALLIES: Final = 21
LINE_TALLIES: Final = 12


class Scratch(NamedTuple):
    """Work arrays; what they hold is described where they are filled.

    Places are unsigned: kernels would ask of every signed one whether it counts from the end.
    """

    points: npt.NDArray[np.uint32]  # a newline behind the last
    keys: npt.NDArray[np.uint8]
    routes: npt.NDArray[np.uint8]  # of code points
    bins: npt.NDArray[np.int32]
    hashes: npt.NDArray[np.uint64]  # of tokens, then of lines, then of paragraphs
    lengths: npt.NDArray[np.int32]
    folded: npt.NDArray[np.uint64]  # hashes of lines, numbers aside
    prefix_hashes: npt.NDArray[np.uint64]
    prefix_weights: npt.NDArray[np.int32]
    prefix_lengths: npt.NDArray[np.int32]
    starts: npt.NDArray[np.uint32]  # of n-grams that may occur twice
    ends: npt.NDArray[np.uint32]
    numbers: npt.NDArray[np.uint32]  # what `count_values` writes
    counts: npt.NDArray[np.int32]
    table: npt.NDArray[np.uint32]
    seen: npt.NDArray[np.uint8]
    class_counts: npt.NDArray[np.int64]
    line_tallies: npt.NDArray[np.int64]  # of all lines
    hits: npt.NDArray[np.int64]  # of phrases, by kind
    tallies: npt.NDArray[np.int64]  # of a line and its paragraph
    n_log_n: npt.NDArray[np.float64]  # natural, of small numbers


def scratch_for(longest: int) -> Scratch:
    """Arrays for documents of up to `longest` bytes (or `MAX_POINTS` code points, if that is less)."""
    size = min(max(longest, 1), MAX_POINTS) + 3
    slots = max(_LEAST_SLOTS, 1 << (2 * size - 1).bit_length())
    i32, u32, u64 = np.int32, np.uint32, np.uint64
    numbers = np.arange(_LOGARITHMS, dtype=np.float64)
    return Scratch(
        points=np.empty(size, u32),
        keys=np.empty(size, np.uint8),
        routes=np.empty(size, np.uint8),
        bins=np.zeros(ENTROPY_BINS + ASTRAL_BINS, i32),
        hashes=np.empty(size, u64),
        lengths=np.empty(size, i32),
        folded=np.empty(size, u64),
        prefix_hashes=np.empty(size, u64),
        prefix_weights=np.empty(size, i32),
        prefix_lengths=np.empty(size, i32),
        starts=np.empty(size, u32),
        ends=np.empty(size, u32),
        numbers=np.empty(size, u32),
        counts=np.empty(size, i32),
        table=np.empty(slots, u32),
        seen=np.empty(SEEN, np.uint8),
        class_counts=np.empty(N_CLASSES, np.int64),
        line_tallies=np.empty(LINE_TALLIES, np.int64),
        hits=np.empty(N_KINDS, np.int64),
        tallies=np.empty(TALLIES, np.int64),
        n_log_n=numbers * np.log(np.maximum(numbers, 1.0)),
    )


@kernel
def n_log_n(count: int, small: Any) -> float:
    """`count` times its natural logarithm; 0 of 0."""
    return float(small[count]) if count < _LOGARITHMS else count * float(np.log(count))


@kernel
def count_values(n: int, values: Any, scratch: Any) -> Any:
    """Find equal ones among the first `n` values, which are hashes.

    Without a branch but for two values in one slot: whether a value came before is mispredicted.

    Args:
        n: How many there are.
        values: At least `n` + 1; what follows the `n` is written over, so that a search always ends.
        scratch: `numbers` of each value is set to the place of the first that equals it, `counts` at that place to how
            many do.

    Returns:
        What `find_value` takes.
    """
    table, numbers, counts = scratch.table, scratch.numbers, scratch.counts
    size, shift = _LEAST_SLOTS, np.uint64(60)
    while size < 2 * n:
        size *= 2
        shift -= np.uint64(1)
    table[:size] = n
    for i in range(n):
        slot = _find_slot(values[i], n, values, table, size - 1, shift)
        found = table[slot]
        first = i if found == n else np.int64(found)
        table[slot] = first
        numbers[i] = first
        counts[i] = 0
        counts[first] += 1
    return shift


@kernel
def find_value(value: Any, n: int, values: Any, scratch: Any, shift: Any) -> int:
    """Place of the first of `n` values that equals `value`, `n` if none does; after `count_values`."""
    mask = (1 << (64 - np.int64(shift))) - 1
    return int(np.int64(scratch.table[_find_slot(value, n, values, scratch.table, mask, shift)]))


@kernel
def _find_slot(value: Any, n: int, values: Any, table: Any, mask: int, shift: Any) -> int:
    # An empty slot holds n.
    values[n] = value
    slot: Any = from_start(((value ^ (value >> np.uint64(32))) * np.uint64(_MIX)) >> shift)
    while values[table[slot]] != value:
        slot = from_start((slot + 1) & mask)
    return int(slot)
