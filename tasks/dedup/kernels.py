"""Sign documents, and list the shingles of those that need a closer look. One pass, no Python per document."""

from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
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
from tasks.engine.derived import derived
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
        anchors: Distinct shingle hashes below the limit, ascending, text by text.
        anchor_offsets: Shape (texts + 1,): where the anchors of each text begin.
    """

    minhash: U32
    exact: U64
    n_shingles: npt.NDArray[np.int64]
    anchors: U32
    anchor_offsets: npt.NDArray[np.int64]


@cache
def permutations(num_perm: int, seed: int) -> tuple[U32, U32]:
    """Factors and summands of datasketch's scheme `affine32`, drawn by datasketch once on a machine.

    Importing it takes a process a quarter of a second and 55 MB, for one kilobyte of numbers.
    """
    sources = (_datasketch_code(), Path(__file__).read_bytes(), f"{num_perm} {seed}".encode())
    name = f"permutations-{num_perm}-{seed}"
    factors, summands = derived(name, Path(__file__), sources, lambda: _draw(num_perm, seed))
    return factors, summands


def _datasketch_code() -> bytes:
    spec = find_spec("datasketch")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("datasketch", name="datasketch")
    return (Path(spec.origin).parent / "minhash.py").read_bytes()


def _draw(num_perm: int, seed: int) -> list[U32]:
    from datasketch import MinHash

    return [
        np.ascontiguousarray(drawn, np.uint32)
        for drawn in MinHash(num_perm=num_perm, seed=seed, scheme="affine32").permutations
    ]


def sign(
    column: Utf8Column, table: FoldTable, *, shingle_size: int, num_perm: int, seed: int, anchor_share: int = 0
) -> Signed:
    """MinHash signatures, equal to datasketch's for xxh32 of the same shingles, exact hashes, and anchors.

    Args:
        column: Texts.
        table: What each character counts as.
        shingle_size: Tokens in a shingle.
        num_perm: Permutations.
        seed: Of the permutations.
        anchor_share: One shingle hash in so many is an anchor; 0 is none.
    """
    factors, summands = permutations(num_perm, seed)
    count = len(column.offsets) - 1
    minhash = np.full((count, num_perm), _LARGEST, np.uint32)
    exact, n_shingles = np.zeros((count, 2), np.uint64), np.zeros(count, np.int64)
    limit = (1 << 32) // anchor_share if anchor_share else 0
    # Slices and copies in compiled code take seconds to compile: they are made here.
    found, n_found = _sign_all(
        column.data, column.offsets, table.entries, table.expansions, shingle_size, factors, summands,
        np.uint32(limit), minhash, exact, n_shingles,
    )  # fmt: skip
    # np.unique would go through a hash table.
    found = np.sort(found[:n_found])
    found = found[np.append(True, found[1:] != found[:-1])[: len(found)]]
    per_text = np.bincount((found >> np.uint64(32)).astype(np.int64), minlength=count)
    return Signed(minhash, exact, n_shingles, found.astype(np.uint32), np.append(0, np.cumsum(per_text)))


def band_hashes(minhash: U32, *, bands: int, rows: int) -> U64:
    """One 64-bit hash per band, shape (texts, bands); the number of the band is part of it."""
    out = np.empty((len(minhash), bands), np.uint64)
    _hash_bands(minhash, rows, out)
    return out


@njit(cache=True, nogil=True)
def _sign_all(
    data: Any, offsets: Any, entries: Any, expansions: Any, size: int, factors: Any, summands: Any, limit: Any,
    minhash: Any, exact: Any, n_shingles: Any,
) -> Any:  # fmt: skip
    scratch = np.empty(SCRATCH_BYTES, np.uint8)
    starts = np.zeros(SCRATCH_TOKENS, np.int64)
    hashes = np.empty(MAX_TOKENS + 64, np.uint32)
    state = np.zeros(3, np.uint64)
    anchors, n_anchors = np.empty(1024, np.uint64), 0
    for row in range(offsets.size - 1):
        at, end, tokens = offsets[row], offsets[row + 1], 0
        starts[0] = 0
        state[0], state[1], state[2] = 0, 0, 0
        while at < end:
            at, tokens = read_tokens(data, at, end, entries, expansions, scratch, starts, tokens, state)
            n = hash_shingles(scratch, starts, tokens, size, hashes)
            n_shingles[row] += n
            if limit:
                if n_anchors + n > anchors.size:
                    larger = np.empty(2 * (n_anchors + n), np.uint64)
                    for i in range(n_anchors):
                        larger[i] = anchors[i]
                    anchors = larger
                for i in range(n):
                    anchors[n_anchors] = np.uint64(row) << np.uint64(32) | np.uint64(hashes[i])
                    n_anchors += hashes[i] < limit
            _permute(hashes, n, factors, summands, minhash[row])
            tokens = carry_tokens(scratch, starts, tokens, size - 1)
        exact[row, 0], exact[row, 1] = state[0], state[1]
    return anchors, n_anchors


@njit(nogil=True)
def _finalize(h: Any) -> Any:
    """The mixing of murmur3 that datasketch's scheme begins with."""
    h ^= h >> np.uint32(16)
    h = np.uint32(h * np.uint32(0x85EBCA6B))
    h ^= h >> np.uint32(13)
    h = np.uint32(h * np.uint32(0xC2B2AE35))
    return np.uint32(h ^ (h >> np.uint32(16)))


@njit(nogil=True)
def _permute(hashes: Any, n: Any, factors: Any, summands: Any, minhash: Any) -> None:
    """Take hashes into a signature, four at a time: the signature is read and written a quarter as often."""
    # Repeated hashes change nothing.
    while n % 4:
        hashes[n] = hashes[n - 1]
        n += 1
    for i in range(0, n, 4):
        h0, h1 = _finalize(hashes[i]), _finalize(hashes[i + 1])
        h2, h3 = _finalize(hashes[i + 2]), _finalize(hashes[i + 3])
        for k in range(factors.size):
            v0 = np.uint32(np.uint32(factors[k] * h0) + summands[k])
            v1 = np.uint32(np.uint32(factors[k] * h1) + summands[k])
            v2 = np.uint32(np.uint32(factors[k] * h2) + summands[k])
            v3 = np.uint32(np.uint32(factors[k] * h3) + summands[k])
            minhash[k] = min(min(min(v0, v1), min(v2, v3)), minhash[k])


@njit(cache=True, nogil=True)
def _hash_bands(minhash: Any, rows: int, out: Any) -> None:
    for i in range(out.shape[0]):
        for band in range(out.shape[1]):
            h = np.uint64(band + 1) * _MIX_B
            for k in range(band * rows, (band + 1) * rows):
                h = (h ^ np.uint64(minhash[i, k])) * _MIX_A
                h ^= h >> np.uint64(32)
            out[i, band] = h
