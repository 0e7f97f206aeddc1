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
from tasks.quality.prose_signals import LONGEST_FUNCTION_WORD, is_function_word, is_prose, token_hash
from tasks.quality.scratch import Scratch, clear_table, count_in_table, n_log_n

_FNV: Final = 0x100000001B3
_SEED: Final = 0xCBF29CE484222325

# Han and Latin weigh in n-grams as the tokenizers behind the thresholds split them: a Chinese word has two characters.
HAN_WEIGHT: Final = 1
WORD_WEIGHT: Final = 2

# Bit k: the letter k of the alphabet is a vowel; classes of letters, and of those that have case.
_VOWELS: Final = sum(1 << (ord(letter) & 0x1F) for letter in "aeiouy")
_LETTERS: Final = 1 << LOWER | 1 << UPPER | 1 << OTHER_LETTER
_CASED: Final = 1 << LOWER | 1 << UPPER


def stop_word_hashes() -> Any:
    """8 English, then 8 Chinese stop words."""
    english = ("the", "be", "to", "of", "and", "that", "have", "with")
    chinese = "的是在和了有不为"
    return np.array([token_hash(word) for word in (*english, *chinese)], np.uint64)


@njit(cache=True, nogil=True)
def find_tokens(n: int, function_words: Any, scratch: Scratch, out: Any, prose: Any) -> int:
    """Fill `hashes` and `lengths` of the tokens of `points[:n]` and the prefix sums over them; return how many.

    Writes the signals that a single pass over the tokens gives into `out`, and into `prose` how many words of the
    document are prose and which share of them are function words.
    """
    points, classes = scratch.points, scratch.classes
    # `lengths` is 0 for punctuation, so that it is never the top word.
    tokens = words = letters = alpha = odd = single = longest = hashes = ellipses = prose_words = functional = 0
    rolling = np.uint64(0)
    weights = chars = i = 0
    scratch.prefix_hashes[0], scratch.prefix_weights[0], scratch.prefix_lengths[0] = rolling, 0, 0
    while i < n:
        kind = classes[i]
        if kind <= NEWLINE:
            i += 1
            continue
        start, length, weight = i, 0, WORD_WEIGHT
        if kind <= MARK or (kind == PUNCTUATION and _starts_half_word(points, classes, i, n)):
            i, value, has_letter, is_odd = _read_word(points, classes, i, n)
            length = i - start
            words += 1
            letters += length
            alpha += has_letter
            odd += is_odd
            longest = max(longest, length)
            single += length == 1 and has_letter and points[start] < 0x80 and points[start] not in (0x61, 0x41, 0x49)
        elif kind <= HANGUL:
            value = (np.uint64(_SEED) ^ np.uint64(points[i])) * np.uint64(_FNV)
            length, weight = 1, HAN_WEIGHT
            i += 1
            words += 1
            letters += 1
            alpha += 1
        else:
            i, value = _read_mark(points, i, n)
            hashes += (i - start) * (points[start] == 0x23)
            ellipses += (i - start) // 3 if points[start] == 0x2E else (i - start) * (points[start] == 0x2026)
        if length and is_prose(scratch.routes[start]):
            prose_words += 1
            functional += length <= LONGEST_FUNCTION_WORD and is_function_word(value, function_words)
        scratch.hashes[tokens], scratch.lengths[tokens] = value, length
        tokens += 1
        rolling = rolling * np.uint64(_FNV) + (value ^ (value >> np.uint64(29)))
        weights += weight
        chars += i - start
        scratch.prefix_hashes[tokens], scratch.prefix_weights[tokens] = rolling, weights
        scratch.prefix_lengths[tokens] = chars
    out[0], out[1], out[9] = words, tokens, longest
    for k, of_words in ((2, letters), (10, odd), (11, single)):
        out[k] = of_words / max(words, 1)
    for k, of_tokens in ((3, alpha), (4, hashes), (5, ellipses)):
        out[k] = of_tokens / max(tokens, 1)
    prose[0], prose[1] = prose_words, functional / max(prose_words, 1)
    return tokens


@njit(cache=True, nogil=True, inline="always")
def _starts_half_word(points: Any, classes: Any, i: int, n: int) -> bool:
    # The apostrophe of "don't" and "it's".
    is_apostrophe = points[i] == 0x27 or points[i] == 0x2019
    return is_apostrophe and 0 < i < n - 1 and _is_cased(classes[i - 1]) and _is_cased(classes[i + 1])


@njit(cache=True, nogil=True, inline="always")
def _is_cased(kind: int) -> bool:
    return kind in (LOWER, UPPER)


@njit(cache=True, nogil=True, inline="always")
def _read_word(points: Any, classes: Any, start: int, n: int) -> tuple[int, Any, int, int]:
    """Where the word ends, its hash, whether it has a letter, and whether no language writes such a word.

    One loop that branches only where the word ends: consonants in a row are counted without.
    """
    value = np.uint64(_SEED)
    seen = heap = longest_heap = uppers = 0
    i = start
    while True:
        point, kind = int(np.int64(points[i])), int(np.int64(classes[i]))
        value = (value ^ np.uint64(point)) * np.uint64(_FNV)
        seen |= 1 << kind
        uppers += kind == UPPER
        # a e i o u y, of either case, and letters with accents
        is_vowel = (point > 0x7F) | ((_VOWELS >> (point & 0x1F)) & 1)
        heap = (heap + 1) * (1 - is_vowel)
        longest_heap = max(longest_heap, heap)
        i += 1
        if i >= n:
            break
        if DIGIT <= classes[i] <= MARK:
            continue
        joins = (points[i] == 0x5F or points[i] == 0x2E) and i < n - 1 and DIGIT <= classes[i + 1] <= MARK
        if not joins:
            break
    size = i - start
    has_letter = seen & _LETTERS != 0
    if seen == 1 << LOWER:
        return i, value, has_letter, size >= 6 and longest_heap >= 6
    is_name = uppers == 1 and classes[start] == UPPER and seen == (1 << LOWER | 1 << UPPER)
    if size < 3 or is_name or seen & _CASED == 0:
        return i, value, has_letter, 0
    return i, value, has_letter, _is_jumbled(classes, start, i)


@njit(cache=True, nogil=True, inline="always")
def _read_mark(points: Any, start: int, n: int) -> tuple[int, Any]:
    """Where a mark that is repeated ends, and the hash of the run."""
    value = np.uint64(_SEED)
    i = start
    while i < n and points[i] == points[start]:
        value = (value ^ np.uint64(points[i])) * np.uint64(_FNV)
        i += 1
    return i, value


@njit(cache=True, nogil=True)
def _is_jumbled(classes: Any, start: int, end: int) -> int:
    """Whether case changes, or digits and letters alternate, as they do in no word."""
    changes = mixes = 0
    for k in range(start + 1, end):
        kind, before = classes[k], classes[k - 1]
        changes += _is_cased(kind) and _is_cased(before) and kind != before and k != start + 1
        mixes += (kind == DIGIT and _is_cased(before)) or (before == DIGIT and _is_cased(kind))
    size = end - start
    return (changes >= 3 and changes * 3 >= size) or (mixes >= 2 and mixes * 3 >= size and size < 20)


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
    spread = 0.0
    for i in range(tokens):
        slot = slots[i]
        often = counts[slot]
        if often > 1 or often < 0:
            scratch.candidates[candidates] = i
            candidates += 1
        if often > 0:  # seen for the first time
            counts[slot] = -often
            unique += 1
            spread += n_log_n(often, scratch.n_log_n)
            if often > top and scratch.lengths[i] > 1:
                top = often
    out[7] = unique / max(tokens, 1)
    # Shannon's: the sum of -p log p over p = count / tokens.
    out[8] = np.log(tokens) - spread / tokens if tokens else 0.0
    out[12] = top / max(tokens, 1)
    out[6] = _count_stop_words(stop_words, mask, keys, scratch, tokens)
    return candidates


@njit(cache=True, nogil=True)
def _count_stop_words(stop_words: Any, mask: int, keys: Any, scratch: Scratch, tokens: int) -> int:
    # Half of the weight in single characters: Han leads.
    wordlike = scratch.prefix_weights[tokens] - tokens
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
