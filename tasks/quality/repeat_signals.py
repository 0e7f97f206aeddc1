"""Signals of repetition inside a document: lines, paragraphs and n-grams.

Gopher's definitions (Rae et al., 2021, table A1), with three differences. An n-gram that occurs once repeats nothing
and counts 0, where the published code lets a text of six words fail. Where Han leads, n words are 2n characters: the
weights of word_signals. Lines are compared without white space at their ends.
"""

from typing import Any, Final

import numpy as np
from numba import njit

from tasks.quality.scratch import SEEN, Scratch, clear_table, count_in_table
from tasks.quality.word_signals import WORD_WEIGHT

_FNV: Final = 0x100000001B3
_SMALLEST: Final = 2
_LARGEST: Final = 10
# Tokens in a gram of weight 2n are at most 2n.
_POWERS: Final = 2 * _LARGEST + 1
_MIX: Final = 0x9E3779B97F4A7C15
_PLACES: Final = 4  # of `seen`, for each candidate


@njit(cache=True, nogil=True)
def measure_n_grams(tokens: int, candidates: int, n_chars: int, scratch: Scratch, out: Any) -> None:
    """Write top_2_gram to dup_10_gram (`out[5:14]`), as shares of `n_chars`.

    Args:
        tokens: How many there are.
        candidates: How many of `scratch.candidates` are set: tokens that occur at least twice. Only where an n-gram
            occurs twice can a longer one: each size looks at what the one before left, which is little.
        n_chars: Code points of the document.
        scratch: Prefix sums of `find_tokens`.
        out: The repeat signals of the document.
    """
    powers = np.empty(_POWERS, np.uint64)
    powers[0] = 1
    for k in range(1, _POWERS):
        powers[k] = powers[k - 1] * np.uint64(_FNV)
    for k in range(5, 14):
        out[k] = 0.0
    chars = max(n_chars, 1)
    for size in range(_SMALLEST, _LARGEST + 1):
        if candidates < 2:
            return
        candidates = _count_grams(tokens, candidates, size, powers, scratch)
        if size <= 4:
            out[size + 3] = _top_gram_chars(tokens, candidates, size, scratch) / chars
        else:
            out[size + 3] = _repeated_gram_chars(tokens, candidates, size, scratch) / chars


@njit(cache=True, nogil=True, inline="always")
def _gram_end(start: int, like: int, size: int, tokens: int, weights: Any) -> int:
    """First position after `start` where the weight reaches `size` words; `tokens` + 1 if none does.

    Looked for first `like` tokens on: neighbours are often as long.
    """
    least = weights[start] + size * WORD_WEIGHT
    end = min(start + like, tokens)
    if weights[end] < least:
        end += 1
        while end <= tokens and weights[end] < least:
            end += 1
    else:
        while weights[end - 1] >= least:
            end -= 1
    return end


@njit(cache=True, nogil=True)
def _count_grams(tokens: int, candidates: int, size: int, powers: Any, scratch: Scratch) -> int:
    """Count the n-grams that start at the candidates; keep, in order, those that occur twice, and their slots."""
    starts, slots, keys, counts = scratch.candidates, scratch.slots, scratch.keys, scratch.counts
    candidates = _hash_grams(tokens, candidates, size, powers, scratch)
    if size == _SMALLEST:
        candidates = _drop_single_grams(candidates, scratch)
    mask = clear_table(candidates, keys, counts)
    for c in range(candidates):
        slots[c] = count_in_table(scratch.folded[c], mask, keys, counts)
    kept = 0
    for c in range(candidates):
        # Without a branch: whether text repeats itself is mispredicted.
        slot = slots[c]
        starts[kept] = starts[c]
        slots[kept] = slot
        kept += counts[slot] > 1
    return kept


@njit(cache=True, nogil=True)
def _hash_grams(tokens: int, candidates: int, size: int, powers: Any, scratch: Scratch) -> int:
    """Hash into `folded` the n-grams that start at the candidates; return how many there are."""
    starts, values = scratch.candidates, scratch.folded
    prefix, weights = scratch.prefix_hashes, scratch.prefix_weights
    like = size
    for c in range(candidates):
        start = starts[c]
        end = _gram_end(start, like, size, tokens, weights)
        if end > tokens:
            return c
        like = end - start
        value = prefix[end] - prefix[start] * powers[like]
        values[c] = (value ^ (value >> np.uint64(31))) * np.uint64(_MIX)
    return candidates


@njit(cache=True, nogil=True)
def _drop_single_grams(candidates: int, scratch: Scratch) -> int:
    """Leave, in order, the candidates whose n-gram may occur twice, and their hashes; return how many.

    In most texts most pairs of words occur once. One byte for several hashes finds nearly all of those, without a
    branch and in a fraction of the memory a table takes.
    """
    starts, values, seen = scratch.candidates, scratch.folded, scratch.seen
    shift = np.uint64(64)
    places = 1
    while places < _PLACES * candidates and places < SEEN:
        places *= 2
        shift -= np.uint64(1)
    seen[:places] = 0
    for c in range(candidates):
        # From the second on the byte is more than 1.
        place = np.int64(values[c] >> shift) & (places - 1)
        seen[place] = (seen[place] << 1) | 1
    left = 0
    for c in range(candidates):
        value = values[c]
        starts[left], values[left] = starts[c], value
        left += seen[np.int64(value >> shift) & (places - 1)] > 1
    return left


@njit(cache=True, nogil=True)
def _top_gram_chars(tokens: int, candidates: int, size: int, scratch: Scratch) -> int:
    """Characters of the most frequent n-gram, with the spaces between its words, times its occurrences."""
    best = top = 0
    for c in range(candidates):
        often = scratch.counts[scratch.slots[c]]
        if often > best:
            best, top = often, scratch.candidates[c]
    if best < 2:
        return 0
    end = _gram_end(top, size, size, tokens, scratch.prefix_weights)
    # A word weighs one more than a token does.
    words = scratch.prefix_weights[end] - scratch.prefix_weights[top] - (end - top)
    spaces = max(words - 1, 0)
    return int(best * (scratch.prefix_lengths[end] - scratch.prefix_lengths[top] + spaces))


@njit(cache=True, nogil=True)
def _repeated_gram_chars(tokens: int, candidates: int, size: int, scratch: Scratch) -> int:
    """Characters of n-grams seen before, none counted twice: after a repeated one the search goes on behind it."""
    repeated = free = 0
    for c in range(candidates):
        start, slot = scratch.candidates[c], scratch.slots[c]
        if start < free:
            continue
        if scratch.counts[slot] < 0:
            end = _gram_end(start, size, size, tokens, scratch.prefix_weights)
            repeated += scratch.prefix_lengths[end] - scratch.prefix_lengths[start]
            free = end
        else:
            scratch.counts[slot] = -scratch.counts[slot]
    return repeated


@njit(cache=True, nogil=True)
def measure_repeats(n: int, hashes: Any, lengths: Any, scratch: Scratch) -> tuple[int, int]:
    """How many of `n` lines or paragraphs were seen before, and their characters."""
    mask = clear_table(n, scratch.keys, scratch.counts)
    again = chars = 0
    for i in range(n):
        slot = count_in_table(hashes[i], mask, scratch.keys, scratch.counts)
        if scratch.counts[slot] > 1:
            again += 1
            chars += lengths[i]
    return again, chars
