"""Signals of repetition inside a document: lines, paragraphs and n-grams.

Gopher's definitions (Rae et al., 2021, table A1), with three differences. An n-gram that occurs once repeats nothing
and counts 0, where the published code lets a text of six words fail. Where Han leads, n words are 2n characters: the
weights of word_signals. Lines are compared without white space at their ends.
"""

from typing import Any, Final

import numpy as np

from tasks.engine.kernel import from_start, kernel
from tasks.quality.scratch import SEEN, Scratch, count_values
from tasks.quality.word_signals import WORD_WEIGHT

_FNV: Final = 0x100000001B3
_SMALLEST: Final = 2
_LARGEST: Final = 10
# By the tokens of an n-gram, of which a word weighs as much as two.
_POWERS: Final = np.array([pow(_FNV, k, 1 << 64) for k in range(WORD_WEIGHT * _LARGEST + 1)], np.uint64)
# More than any text weighs.
_NEVER: Final = 1 << 30
_PADDING: Final = 2
_MIX: Final = 0x9E3779B97F4A7C15
_PLACES: Final = 4  # of `seen`, for each candidate


@kernel
def measure_n_grams(tokens: int, candidates: int, n_chars: int, scratch: Scratch, out: Any) -> None:
    """Write top_2_gram to dup_10_gram (`out[5:14]`), as shares of `n_chars`.

    Args:
        tokens: How many there are.
        candidates: How many of `scratch.starts` are set: tokens that occur at least twice. Only where an n-gram
            occurs twice can a longer one: each size looks at what the one before left, which is little.
        n_chars: Code points of the document.
        scratch: Prefix sums of `find_tokens`.
        out: The repeat signals of the document.
    """
    out[5:14] = 0.0
    chars = max(n_chars, 1)
    # No n-gram ends behind the last token.
    scratch.prefix_weights[tokens + 1 : tokens + 1 + _PADDING] = _NEVER
    for c in range(candidates):
        start = np.int64(scratch.starts[c])
        scratch.ends[c] = _widen(start, scratch.prefix_weights[start] + WORD_WEIGHT, scratch.prefix_weights)
    for size in range(_SMALLEST, _LARGEST + 1):
        if candidates < 2:
            return
        candidates = _hash_grams(tokens, candidates, size, scratch)
        if size == _SMALLEST:
            candidates = _drop_single_grams(candidates, scratch)
        count_values(candidates, scratch.folded, scratch)
        candidates, top = _keep_repeated(candidates, scratch)
        found = _top_gram_chars(top, scratch) if size <= 4 else _repeated_gram_chars(candidates, scratch)
        out[size + 3] = found / chars


@kernel
def _widen(end: int, least: int, weights: Any) -> int:
    """First position after `end` where the weight is `least`: a word more than at `end`, which overshot by one at most.

    So it is one token on, or two where those weigh half a word.
    """
    return end + 1 + int(weights[end + 1] < least)


@kernel
def _hash_grams(tokens: int, candidates: int, size: int, scratch: Scratch) -> int:
    """Add a word to the n-grams and hash them into `folded`; return how many there still are."""
    starts, ends, values = scratch.starts, scratch.ends, scratch.folded
    prefix, weights = scratch.prefix_hashes, scratch.prefix_weights
    for c in range(candidates):
        start = np.int64(starts[c])
        end = _widen(np.int64(ends[c]), weights[start] + size * WORD_WEIGHT, weights)
        if end > tokens:
            return c
        ends[c] = end
        values[c] = prefix[end] - prefix[start] * _POWERS[end - start]
    return candidates


@kernel
def _drop_single_grams(candidates: int, scratch: Scratch) -> int:
    """Leave, in order, the candidates whose n-gram may occur twice, and their hashes; return how many.

    In most texts most pairs of words occur once. One byte for several hashes finds nearly all of those, without a
    branch and in a fraction of the memory a table takes.
    """
    starts, ends, values, seen = scratch.starts, scratch.ends, scratch.folded, scratch.seen
    shift = np.uint64(64)
    places = 1
    while places < _PLACES * candidates and places < SEEN:
        places *= 2
        shift -= np.uint64(1)
    seen[:places] = 0
    for c in range(candidates):
        # From the second on the byte is more than 1.
        place = from_start((values[c] * np.uint64(_MIX)) >> shift)
        seen[place] = (seen[place] << 1) | 1
    left = 0
    for c in range(candidates):
        value = values[c]
        starts[left], ends[left], values[left] = starts[c], ends[c], value
        left += seen[from_start((value * np.uint64(_MIX)) >> shift)] > 1
    return left


@kernel
def _keep_repeated(candidates: int, scratch: Scratch) -> tuple[int, int]:
    """Leave, in order, the candidates whose n-gram occurs twice, and their numbers.

    Returns:
        How many are left, and which of them is the first of those whose n-gram is the most frequent, -1 for none.
    """
    starts, ends, numbers, counts = scratch.starts, scratch.ends, scratch.numbers, scratch.counts
    kept, best, top = 0, 1, -1
    for c in range(candidates):
        # Without a branch: whether text repeats itself is mispredicted.
        number = numbers[c]
        often = int(np.int64(counts[number]))
        starts[kept], ends[kept], numbers[kept] = starts[c], ends[c], number
        if often > best:
            best, top = often, kept
        kept += often > 1
    return kept, top


@kernel
def _top_gram_chars(top: int, scratch: Scratch) -> int:
    """Characters of the candidate's n-gram, with the spaces between its words, times its occurrences."""
    if top < 0:
        return 0
    start, end = int(np.int64(scratch.starts[top])), int(np.int64(scratch.ends[top]))
    # A word weighs one more than a token does.
    words = scratch.prefix_weights[end] - scratch.prefix_weights[start] - (end - start)
    spaces = max(words - 1, 0)
    often = scratch.counts[scratch.numbers[top]]
    return int(often * (scratch.prefix_lengths[end] - scratch.prefix_lengths[start] + spaces))


@kernel
def _repeated_gram_chars(candidates: int, scratch: Scratch) -> int:
    """Characters of n-grams seen before, none counted twice: after a repeated one the search goes on behind it."""
    repeated = free = 0
    for c in range(candidates):
        start, number = int(np.int64(scratch.starts[c])), scratch.numbers[c]
        if start < free:
            continue
        if scratch.counts[number] < 0:
            free = int(np.int64(scratch.ends[c]))
            repeated += scratch.prefix_lengths[free] - scratch.prefix_lengths[start]
        else:
            scratch.counts[number] = -scratch.counts[number]
    return repeated


@kernel
def measure_repeats(n: int, hashes: Any, lengths: Any, scratch: Scratch) -> tuple[int, int]:
    """How many of `n` lines or paragraphs were seen before, and their characters."""
    count_values(n, hashes, scratch)
    again = chars = 0
    for i in range(n):
        if scratch.numbers[i] < i:
            again += 1
            chars += lengths[i]
    return again, chars
