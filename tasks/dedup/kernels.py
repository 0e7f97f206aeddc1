"""Sign documents, and list the shingles of those that need a closer look. One pass, no Python per document."""

from functools import cache
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
from datasketch import MinHash
from numba import njit

from tasks.dedup.folding import FoldTable
from tasks.dedup.scan import (
    MAX_TOKENS,
    SCRATCH_BYTES,
    SCRATCH_TOKENS,
    carry_tokens,
    hash_shingles,
    read_tokens,
)
from tasks.engine.utf8 import Utf8Column

_LARGEST: Final = np.uint32(0xFFFFFFFF)
_MIX_A: Final = np.uint64(0xFF51AFD7ED558CCD)
_MIX_B: Final = np.uint64(0xC4CEB9FE1A85EC53)

U32 = npt.NDArray[np.uint32]
U64 = npt.NDArray[np.uint64]


class Signed(NamedTuple):
    """Signatures of a column of texts.

    Args:
        minhash: Shape (texts, permutations); all ones where a text is shorter than a shingle.
        exact: Shape (texts, 2): two hashes of the folded text.
        n_shingles: Shape (texts,): shingles with repeats.
    """

    minhash: U32
    exact: U64
    n_shingles: npt.NDArray[np.int64]


@cache
def permutations(num_perm: int, seed: int) -> tuple[U32, U32]:
    """Factors and summands of datasketch's scheme `affine32`."""
    factors, summands = MinHash(num_perm=num_perm, seed=seed, scheme="affine32").permutations
    return np.ascontiguousarray(factors, np.uint32), np.ascontiguousarray(summands, np.uint32)


def sign(column: Utf8Column, table: FoldTable, *, shingle_size: int, num_perm: int, seed: int) -> Signed:
    """MinHash signatures, equal to datasketch's for xxh32 of the same shingles, and exact hashes."""
    factors, summands = permutations(num_perm, seed)
    count = len(column.offsets) - 1
    signed = Signed(
        np.full((count, num_perm), _LARGEST, np.uint32), np.zeros((count, 2), np.uint64), np.zeros(count, np.int64)
    )
    _sign_all(column.data, column.offsets, table.entries, table.expansions, shingle_size, factors, summands, *signed)
    return signed


def band_hashes(minhash: U32, *, bands: int, rows: int) -> U64:
    """One 64-bit hash per band, shape (texts, bands); the number of the band is part of it."""
    out = np.empty((len(minhash), bands), np.uint64)
    _hash_bands(minhash, rows, out)
    return out


def shingle_sets(column: Utf8Column, table: FoldTable, *, shingle_size: int) -> tuple[U32, npt.NDArray[np.int64]]:
    """Distinct shingle hashes of each text, ascending: all of them in a row, and where each text's begin."""
    count = len(column.offsets) - 1
    found = [np.zeros(0, np.uint32)]
    lengths = np.zeros(count + 1, np.int64)
    # At most one shingle a byte.
    hashes = np.empty(column.longest + SCRATCH_TOKENS, np.uint32)
    for index in range(count):
        n = _hashes_of(
            column.data, column.offsets[index], column.offsets[index + 1], table.entries, table.expansions,
            shingle_size, hashes,
        )  # fmt: skip
        distinct = np.unique(hashes[:n])
        found.append(distinct)
        lengths[index + 1] = len(distinct)
    return np.concatenate(found), np.cumsum(lengths)


@njit(cache=True, nogil=True)
def _sign_all(
    data: Any, offsets: Any, entries: Any, expansions: Any, size: int, factors: Any, summands: Any,
    minhash: Any, exact: Any, n_shingles: Any,
) -> None:  # fmt: skip
    scratch = np.empty(SCRATCH_BYTES, np.uint8)
    starts = np.zeros(SCRATCH_TOKENS, np.int64)
    hashes = np.empty(MAX_TOKENS + 64, np.uint32)
    state = np.zeros(3, np.uint64)
    for row in range(offsets.size - 1):
        at, end, tokens = offsets[row], offsets[row + 1], 0
        starts[0] = 0
        state[:] = 0
        while at < end:
            at, tokens = read_tokens(data, at, end, entries, expansions, scratch, starts, tokens, state)
            n = hash_shingles(scratch, starts, tokens, size, hashes)
            n_shingles[row] += n
            for i in range(n):
                h = hashes[i]
                h ^= h >> np.uint32(16)
                h = np.uint32(h * np.uint32(0x85EBCA6B))
                h ^= h >> np.uint32(13)
                h = np.uint32(h * np.uint32(0xC2B2AE35))
                h ^= h >> np.uint32(16)
                for k in range(factors.size):
                    value = np.uint32(np.uint32(factors[k] * h) + summands[k])
                    minhash[row, k] = min(minhash[row, k], value)
            tokens = carry_tokens(scratch, starts, tokens, size - 1)
        exact[row, 0], exact[row, 1] = state[0], state[1]


@njit(cache=True, nogil=True)
def _hashes_of(data: Any, at: Any, end: Any, entries: Any, expansions: Any, size: int, out: Any) -> int:
    scratch = np.empty(SCRATCH_BYTES, np.uint8)
    starts = np.zeros(SCRATCH_TOKENS, np.int64)
    state = np.zeros(3, np.uint64)
    tokens = count = 0
    while at < end:
        at, tokens = read_tokens(data, at, end, entries, expansions, scratch, starts, tokens, state)
        count += hash_shingles(scratch, starts, tokens, size, out[count:])
        tokens = carry_tokens(scratch, starts, tokens, size - 1)
    return count


@njit(cache=True, nogil=True)
def _hash_bands(minhash: Any, rows: int, out: Any) -> None:
    for i in range(out.shape[0]):
        for band in range(out.shape[1]):
            h = np.uint64(band + 1) * _MIX_B
            for k in range(band * rows, (band + 1) * rows):
                h = (h ^ np.uint64(minhash[i, k])) * _MIX_A
                h ^= h >> np.uint64(32)
            out[i, band] = h


@njit(cache=True, nogil=True)
def jaccard(left: Any, right: Any) -> float:
    """Similarity of two sets given as ascending arrays of distinct hashes."""
    i = j = both = 0
    while i < left.size and j < right.size:
        if left[i] == right[j]:
            both += 1
            i += 1
            j += 1
        elif left[i] < right[j]:
            i += 1
        else:
            j += 1
    union = left.size + right.size - both
    return both / union if union else 1.0
