"""Signals of words: Gopher's quality rules, MAP-NEO's entropy, and words that no language writes.

A token is a word, a run of one punctuation mark, or one Han, kana or hangul character. A word is a run of letters,
digits and marks; "." and "_" join inside it, an apostrophe starts its second half ("don" + "'t"), which is how the
tokenizers behind the published thresholds count. The stop words are Gopher's for text where Latin leads and the first
ones of FineWeb-2's cmn_Hani list where Han leads.
"""

from typing import Any, Final

import numpy as np
from numba import njit

from tasks.quality.characters import (
    DIGIT,
    HANGUL,
    LOWER,
    MARK,
    NEWLINE,
    OTHER_LETTER,
    PUNCTUATION,
    UPPER,
)
from tasks.quality.scratch import Scratch, clear_table, count_in_table

_FNV: Final = 0x100000001B3
_SEED: Final = 0xCBF29CE484222325
_M64: Final = (1 << 64) - 1

# Han and Latin weigh in n-grams as the tokenizers behind the thresholds split them: a Chinese word has two characters.
HAN_WEIGHT: Final = 1
WORD_WEIGHT: Final = 2


def token_hash(token: str) -> int:
    """The hash `find_tokens` gives a token."""
    value = _SEED
    for character in token:
        value = ((value ^ ord(character)) * _FNV) & _M64
    return value


def stop_word_hashes() -> Any:
    """8 English, then 8 Chinese stop words."""
    english = ("the", "be", "to", "of", "and", "that", "have", "with")
    chinese = "的是在和了有不为"
    return np.array([token_hash(word) for word in (*english, *chinese)], np.uint64)


@njit(cache=True, nogil=True)
def find_tokens(n: int, scratch: Scratch, out: Any) -> int:
    """Fill `hashes` and `lengths` of the tokens of `points[:n]` and the prefix sums over them; return how many.

    Writes the signals that a single pass over the tokens gives into `out`.
    """
    points, classes = scratch.points, scratch.classes
    # `lengths` is 0 for punctuation, so that it is never the top word.
    tokens = words = letters = alpha = odd = single = longest = hashes = ellipses = 0
    i = 0
    while i < n:
        kind = classes[i]
        if kind <= NEWLINE:
            i += 1
            continue
        start = i
        if kind <= MARK or (kind == PUNCTUATION and _starts_half_word(points, classes, i, n)):
            i = _word_end(points, classes, i, n)
            has_letter, is_odd = _judge_word(points, classes, start, i)
            words += 1
            letters += i - start
            alpha += has_letter
            odd += is_odd
            longest = max(longest, i - start)
            if i - start == 1 and has_letter and points[start] not in (0x61, 0x41, 0x49) and points[start] < 0x80:
                single += 1
            weight = WORD_WEIGHT
        elif kind <= HANGUL:
            i += 1
            words += 1
            letters += 1
            alpha += 1
            weight = HAN_WEIGHT
        else:
            i = _mark_end(points, i, n)
            weight = WORD_WEIGHT
            hashes += (i - start) * (points[start] == 0x23)
            ellipses += (i - start) // 3 if points[start] == 0x2E else (i - start) * (points[start] == 0x2026)
        # The second half of "don't" begins with a mark.
        is_word = kind <= HANGUL or (i - start > 1 and points[i - 1] != points[start])
        _store(scratch, tokens, start, i, weight, i - start if is_word else 0)
        scratch.token_routes[tokens] = scratch.routes[start]
        tokens += 1
    out[0] = words
    out[1] = tokens
    out[2] = letters / max(words, 1)
    out[3] = alpha / max(tokens, 1)
    out[4] = hashes / max(tokens, 1)
    out[5] = ellipses / max(tokens, 1)
    out[9] = longest
    out[10] = odd / max(words, 1)
    out[11] = single / max(words, 1)
    return tokens


@njit(cache=True, nogil=True, inline="always")
def _store(scratch: Scratch, token: int, start: int, end: int, weight: int, length: int) -> None:
    if token == 0:
        scratch.prefix_hashes[0] = 0
        scratch.prefix_weights[0] = scratch.prefix_lengths[0] = scratch.prefix_words[0] = 0
    value = np.uint64(_SEED)
    for k in range(start, end):
        value = (value ^ np.uint64(scratch.points[k])) * np.uint64(_FNV)
    scratch.hashes[token] = value
    scratch.lengths[token] = length
    scratch.prefix_hashes[token + 1] = scratch.prefix_hashes[token] * np.uint64(_FNV) + (
        value ^ (value >> np.uint64(29))
    )
    scratch.prefix_weights[token + 1] = scratch.prefix_weights[token] + weight
    scratch.prefix_lengths[token + 1] = scratch.prefix_lengths[token] + end - start
    scratch.prefix_words[token + 1] = scratch.prefix_words[token] + weight - 1


@njit(cache=True, nogil=True, inline="always")
def _starts_half_word(points: Any, classes: Any, i: int, n: int) -> bool:
    # The apostrophe of "don't" and "it's".
    is_apostrophe = points[i] == 0x27 or points[i] == 0x2019
    return is_apostrophe and 0 < i < n - 1 and _is_cased(classes[i - 1]) and _is_cased(classes[i + 1])


@njit(cache=True, nogil=True, inline="always")
def _is_cased(kind: int) -> bool:
    return kind in (LOWER, UPPER)


@njit(cache=True, nogil=True, inline="always")
def _word_end(points: Any, classes: Any, start: int, n: int) -> int:
    i = start + 1
    while i < n:
        if DIGIT <= classes[i] <= MARK:
            i += 1
        elif (points[i] == 0x5F or points[i] == 0x2E) and i < n - 1 and DIGIT <= classes[i + 1] <= MARK:
            i += 2
        else:
            break
    return i


@njit(cache=True, nogil=True)
def _mark_end(points: Any, start: int, n: int) -> int:
    """Where a mark that is repeated ends."""
    i = start
    while i < n and points[i] == points[start]:
        i += 1
    return i


@njit(cache=True, nogil=True)
def _judge_word(points: Any, classes: Any, start: int, end: int) -> tuple[int, int]:
    """Whether the word has a letter, and whether no language writes such a word."""
    letters = changes = mixes = vowels = heap = longest_heap = lower = 0
    for k in range(start, end):
        kind = classes[k]
        if LOWER <= kind <= OTHER_LETTER:
            letters += 1
        if kind == LOWER:
            lower += 1
        if k > start:
            before = classes[k - 1]
            changes += _is_cased(kind) and _is_cased(before) and kind != before and k != start + 1
            mixes += (kind == DIGIT and _is_cased(before)) or (before == DIGIT and _is_cased(kind))
        folded = points[k] | 0x20
        if folded in (0x61, 0x65, 0x69, 0x6F, 0x75, 0x79) or points[k] > 0x7F:
            vowels += 1
            heap = 0
        elif kind in (LOWER, UPPER):
            heap += 1
            longest_heap = max(longest_heap, heap)
        else:
            heap = 0
    size = end - start
    heaped = lower == size and size >= 6 and (vowels == 0 or longest_heap >= 6)
    jumbled = (changes >= 3 and changes * 3 >= size) or (mixes >= 2 and mixes * 3 >= size and size < 20)
    return (1 if letters else 0), (1 if heaped or jumbled else 0)


@njit(cache=True, nogil=True)
def measure_vocabulary(tokens: int, stop_words: Any, scratch: Scratch, out: Any) -> int:
    """Write the signals that need counts of each token; keep in `candidates` the tokens that occur again.

    Returns:
        The number of candidates: where an n-gram that occurs twice may start.
    """
    keys, counts, slots = scratch.keys, scratch.counts, scratch.slots
    mask = clear_table(tokens, keys, counts)
    for i in range(tokens):
        slots[i] = count_in_table(scratch.hashes[i], mask, keys, counts)
    candidates = unique = top = 0
    entropy = 0.0
    for i in range(tokens):
        slot = slots[i]
        often = counts[slot]
        if often > 1 or often < 0:
            scratch.candidates[candidates] = i
            candidates += 1
        if often > 0:  # seen for the first time
            counts[slot] = -often
            unique += 1
            share = often / tokens
            entropy -= share * np.log(share)
            if often > top and scratch.lengths[i] > 1:
                top = often
    out[7] = unique / max(tokens, 1)
    out[8] = entropy
    out[12] = top / max(tokens, 1)
    out[6] = _count_stop_words(stop_words, mask, keys, scratch, tokens)
    return candidates


@njit(cache=True, nogil=True)
def _count_stop_words(stop_words: Any, mask: int, keys: Any, scratch: Scratch, tokens: int) -> int:
    # Half of the weight in single characters: Han leads.
    wordlike = scratch.prefix_words[tokens]
    first = 8 if tokens > 0 and (tokens - wordlike) > wordlike else 0
    found = 0
    for k in range(first, first + 8):
        key = stop_words[k]
        mixed = key ^ (key >> np.uint64(32))
        slot = np.int64((mixed * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(20)) & mask
        while keys[slot] != 0 and keys[slot] != key:
            slot = (slot + 1) & mask
        found += keys[slot] == key
    return found
