"""List the hashes of what texts are made of: their distinct shingles, or their tokens in order. Compiled."""

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from numba import njit

from tasks.dedup.folding import FoldTable
from tasks.dedup.scan import MAX_TOKENS, SCRATCH_BYTES, SCRATCH_TOKENS, carry_tokens, hash_shingles, read_tokens
from tasks.engine.utf8 import Utf8Column

# Text that is listed at a time; a longer document goes alone.
_BLOCK_BYTES: Final = 1_000_000

Rows = npt.NDArray[np.int64]


def shingle_lists(column: Utf8Column, rows: Rows, table: FoldTable, *, shingle_size: int) -> pa.LargeListArray:
    """Distinct shingle hashes of the chosen texts, ascending, one list per text."""
    found, lengths = [np.zeros(0, np.uint32)], [np.zeros(1, np.int64)]
    for block in _blocks(column, rows):
        # Sorted by text, then by hash: one fast sort for the whole block.
        listed = np.sort(_listed(column, block, table, shingle_size))
        listed = listed[np.append(True, listed[1:] != listed[:-1])[: len(listed)]]
        found.append(listed.astype(np.uint32))
        lengths.append(np.bincount((listed >> np.uint64(32)).astype(np.int64), minlength=len(block)))
    return _lists(found, lengths)


def token_lists(column: Utf8Column, rows: Rows, table: FoldTable) -> pa.LargeListArray:
    """Hashes of the tokens of the chosen texts, in order; the highest bit of one says that it begins with a digit."""
    found, lengths = [np.zeros(0, np.uint32)], [np.zeros(1, np.int64)]
    for block in _blocks(column, rows):
        listed = _listed(column, block, table, 1, tokens=True)
        found.append(listed.astype(np.uint32))
        lengths.append(np.bincount((listed >> np.uint64(32)).astype(np.int64), minlength=len(block)))
    return _lists(found, lengths)


def _lists(found: list[npt.NDArray[np.uint32]], lengths: list[npt.NDArray[np.int64]]) -> pa.LargeListArray:
    return pa.LargeListArray.from_arrays(np.cumsum(np.concatenate(lengths)), pa.array(np.concatenate(found)))


def _blocks(column: Utf8Column, rows: Rows) -> Iterator[Rows]:
    sizes = column.offsets[rows + 1] - column.offsets[rows]
    begin, size = 0, 0
    for index, more in enumerate(sizes.tolist()):
        if size and size + more > _BLOCK_BYTES:
            yield rows[begin:index]
            begin, size = index, 0
        size += more
    if begin < len(rows):
        yield rows[begin:]


def _listed(
    column: Utf8Column, rows: Rows, table: FoldTable, shingle_size: int, *, tokens: bool = False
) -> npt.NDArray[np.uint64]:
    """(number of the text in `rows`) << 32 | hash, for every shingle."""
    # At most one shingle a byte.
    out = np.empty(int((column.offsets[rows + 1] - column.offsets[rows]).sum()) + len(rows), np.uint64)
    count = _list_all(column.data, column.offsets, rows, table.entries, table.expansions, shingle_size, tokens, out)
    return out[:count]


@njit(cache=True, nogil=True)
def _list_all(
    data: Any, offsets: Any, rows: Any, entries: Any, expansions: Any, size: int, mark_numbers: bool, out: Any
) -> int:
    scratch = np.empty(SCRATCH_BYTES, np.uint8)
    starts = np.zeros(SCRATCH_TOKENS, np.int64)
    hashes = np.empty(MAX_TOKENS + 64, np.uint32)
    state = np.zeros(3, np.uint64)
    count = 0
    for i in range(rows.size):
        at, end, tokens = offsets[rows[i]], offsets[rows[i] + 1], 0
        starts[0] = 0
        while at < end:
            at, tokens = read_tokens(data, at, end, entries, expansions, scratch, starts, tokens, state)
            n = hash_shingles(scratch, starts, tokens, size, hashes)
            for k in range(n):
                out[count + k] = np.uint64(i) << np.uint64(32) | np.uint64(hashes[k])
                if mark_numbers:
                    first = scratch[starts[k]]
                    out[count + k] &= np.uint64(0xFFFFFFFF7FFFFFFF)
                    out[count + k] |= np.uint64(48 <= first <= 57) << np.uint64(31)
            count += n
            tokens = carry_tokens(scratch, starts, tokens, size - 1)
    return count
