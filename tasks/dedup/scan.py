"""One pass over a text: fold, split into tokens, hash the shingles. Compiled, a block at a time, in constant memory."""

from typing import Any, Final

import numpy as np
from numba import njit

from tasks.dedup.folding import CLASS_SHIFT, TABLE_SIZE, CharClass
from tasks.dedup.xxh32 import load_u8, load_u32, store_u8, xxh32

# Scratch fits the caches: tokens and folded bytes of a block. A run of letters longer than MAX_WORD_BYTES (base64, a
# minified line) counts as several words.
MAX_TOKENS: Final = 4096
MAX_BYTES: Final = 32768
MAX_WORD_BYTES: Final = 256
SCRATCH_BYTES: Final = MAX_BYTES + MAX_WORD_BYTES + 64 * 512  # and the tokens carried over from the block before
SCRATCH_TOKENS: Final = MAX_TOKENS + 64

_SKIP: Final = int(CharClass.SKIP)
_SPACE: Final = int(CharClass.SPACE)
_SYMBOL: Final = int(CharClass.SYMBOL)
_WORD: Final = int(CharClass.WORD)
_ALONE: Final = int(CharClass.ALONE)
_EXPANDED: Final = int(CharClass.EXPANDED)
_VALUE: Final = (1 << CLASS_SHIFT) - 1
_RARE_HAN: Final = np.uint32(_ALONE << CLASS_SHIFT)
_SPACE_BYTE: Final = np.uint8(32)

# Two independent multiplicative hashes of the folded text; odd multipliers from the digits of pi and e.
_MULTIPLY_HIGH: Final = np.uint64(0x9E3779B97F4A7C15)
_MULTIPLY_LOW: Final = np.uint64(0xD6E8FEB86659FD93)


@njit(nogil=True)
def _decode(address: Any) -> Any:
    """Code point at an address and its length in bytes; the text is valid UTF-8, as Arrow strings are."""
    first = np.int64(load_u8(address))
    if first < 0x80:
        return first, 1
    second = np.int64(load_u8(address + 1)) & 0x3F
    if first < 0xE0:
        return (first & 0x1F) << 6 | second, 2
    third = np.int64(load_u8(address + 2)) & 0x3F
    if first < 0xF0:
        return (first & 0x0F) << 12 | second << 6 | third, 3
    return (first & 0x07) << 18 | second << 12 | third << 6 | (np.int64(load_u8(address + 3)) & 0x3F), 4


@njit(nogil=True)
def _encode(folded: Any, at: Any, point: Any) -> Any:
    """Write `point` as UTF-8 to address `folded` + `at`; returns where the next byte goes."""
    if point < 0x80:
        store_u8(folded + at, np.uint8(point))
        return at + 1
    if point < 0x800:
        store_u8(folded + at, np.uint8(0xC0 | point >> 6))
        store_u8(folded + at + 1, np.uint8(0x80 | (point & 0x3F)))
        return at + 2
    if point < 0x10000:
        store_u8(folded + at, np.uint8(0xE0 | point >> 12))
        store_u8(folded + at + 1, np.uint8(0x80 | (point >> 6 & 0x3F)))
        store_u8(folded + at + 2, np.uint8(0x80 | (point & 0x3F)))
        return at + 3
    store_u8(folded + at, np.uint8(0xF0 | point >> 18))
    store_u8(folded + at + 1, np.uint8(0x80 | (point >> 12 & 0x3F)))
    store_u8(folded + at + 2, np.uint8(0x80 | (point >> 6 & 0x3F)))
    store_u8(folded + at + 3, np.uint8(0x80 | (point & 0x3F)))
    return at + 4


@njit(nogil=True)
def _entry(entries: Any, point: Any) -> Any:
    if point < TABLE_SIZE:
        return np.int64(entries[point])
    return np.int64(_RARE_HAN) | point


@njit(nogil=True)
def _expand(expansions: Any, row: Any, scratch: Any, out: Any) -> Any:
    """Write the characters that one stands for; returns where the next byte goes."""
    for i in range(expansions.shape[1]):
        if expansions[row, i]:
            scratch[out] = np.uint8(expansions[row, i])
            out += 1
    return out


@njit(nogil=True)
def _mix(exact: Any, value: Any) -> None:
    """Take up to 8 bytes of folded text into its two hashes."""
    high = (exact[0] ^ np.uint64(value)) * _MULTIPLY_HIGH
    low = (exact[1] + np.uint64(value)) * _MULTIPLY_LOW
    exact[0] = high ^ high >> np.uint64(29)
    exact[1] = low ^ low >> np.uint64(32)


@njit(nogil=True)
def _mix_whitespace(exact: Any) -> None:
    """Take in the whitespace that is due; before the first character none is."""
    if exact[2]:
        if exact[0]:
            _mix(exact, 32)
        exact[2] = 0


@njit(nogil=True)
def _mix_token(scratch: Any, begun: Any, out: Any, exact: Any) -> None:
    """Take in scratch[begun:out], 8 bytes at a time; no byte of a text is 0, so the last ones may be filled up."""
    _mix_whitespace(exact)
    address = np.int64(scratch.ctypes.data)
    while begun < out:
        word = np.uint64(load_u32(address + begun)) | np.uint64(load_u32(address + begun + 4)) << np.uint64(32)
        left = out - begun
        if left < 8:
            word &= (np.uint64(1) << np.uint64(8 * left)) - np.uint64(1)
        _mix(exact, word)
        begun += 8


@njit(nogil=True)
def _end_token(scratch: Any, starts: Any, tokens: Any, out: Any) -> Any:
    """Put a space behind token number `tokens`; returns where the next one begins."""
    scratch[out] = _SPACE_BYTE
    starts[tokens + 1] = out + 1
    return out + 1


@njit(nogil=True)
def read_tokens(
    data: Any, at: Any, end: Any, entries: Any, expansions: Any, scratch: Any, starts: Any, tokens: Any, exact: Any
) -> Any:
    """Append folded tokens of data[at:end] to `scratch`, one space after each, until the text or the block ends.

    Args:
        data: UTF-8 bytes.
        at: Where to start.
        end: Where the text ends.
        entries: See `FoldTable`.
        expansions: See `FoldTable`.
        scratch: uint8; holds scratch[:starts[tokens]] already.
        starts: int64; token i is scratch[starts[i] : starts[i + 1] - 1].
        tokens: Number of tokens held already.
        exact: uint64, shape (3,): two running hashes of the folded text, and whether whitespace is due.

    Returns:
        Where it stopped reading, and the number of tokens held now.
    """
    texts, table, folded = np.int64(data.ctypes.data), np.int64(entries.ctypes.data), np.int64(scratch.ctypes.data)
    out = starts[tokens]
    begun = out
    while at < end:
        point, size = _decode(texts + at)
        at += size
        entry = _entry(entries, point)
        kind, value = entry >> CLASS_SHIFT, entry & _VALUE
        if kind == _WORD:
            out = _encode(folded, out, value)
        elif kind == _EXPANDED:
            out = _expand(expansions, value, scratch, out)
        elif kind == _SKIP:
            continue
        if kind in (_WORD, _EXPANDED) and out - begun < MAX_WORD_BYTES:
            # The usual case: ASCII letters in a row. By address: an index is first asked whether it is negative.
            stop, first = min(end, at + MAX_WORD_BYTES - (out - begun)), at
            while at < stop:
                byte = load_u8(texts + at)
                entry = load_u32(table + 4 * np.int64(byte))
                if byte >= 0x80 or entry >> CLASS_SHIFT != _WORD:
                    break
                store_u8(folded + out + at - first, np.uint8(entry & np.uint32(0xFF)))
                at += 1
            out += at - first
            if out - begun < MAX_WORD_BYTES:
                continue
        if out > begun:
            _mix_token(scratch, begun, out, exact)
            begun = out = _end_token(scratch, starts, tokens, out)
            tokens += 1
        if kind == _SPACE:
            exact[2] = 1
        elif kind in (_SYMBOL, _ALONE):
            _mix_whitespace(exact)
            _mix(exact, value)
            if kind == _ALONE:
                begun = out = _end_token(scratch, starts, tokens, _encode(folded, out, value))
                tokens += 1
        if tokens >= MAX_TOKENS or out >= MAX_BYTES:
            break
    if out > begun:
        _mix_token(scratch, begun, out, exact)
        _end_token(scratch, starts, tokens, out)
        tokens += 1
    return at, tokens


@njit(nogil=True)
def hash_shingles(scratch: Any, starts: Any, tokens: Any, size: Any, hashes: Any) -> Any:
    """xxh32 of every `size` neighbouring tokens joined by single spaces; returns how many."""
    address = np.int64(scratch.ctypes.data)
    count = max(0, tokens - size + 1)
    for i in range(count):
        hashes[i] = xxh32(address + starts[i], starts[i + size] - 1 - starts[i])
    return count


@njit(nogil=True)
def carry_tokens(scratch: Any, starts: Any, tokens: Any, keep: Any) -> Any:
    """Move the last `keep` tokens to the front of `scratch`, so that shingles reach across blocks; returns how many."""
    kept = min(tokens, keep)
    first = starts[tokens - kept]
    length = starts[tokens] - first
    for i in range(length):
        scratch[i] = scratch[first + i]
    for i in range(kept + 1):
        starts[i] = starts[tokens - kept + i] - first
    return kept
