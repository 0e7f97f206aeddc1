"""Signals of words: Gopher's quality rules, MAP-NEO's entropy, and words that no language writes.

A token is a word, a run of one punctuation mark, or one Han, kana or hangul character. A word is a run of letters,
digits and marks; "." and "_" join inside it, an apostrophe starts its second half ("don" + "'t"), which is how the
tokenizers behind the published thresholds count. The stop words are Gopher's for text where Latin leads and the first
ones of FineWeb-2's cmn_Hani list where Han leads.
"""

from typing import Any, Final

import numpy as np

from tasks.engine.kernel import from_start, inlined, kernel
from tasks.quality.characters import (
    ASCII,
    DIGIT,
    HANGUL,
    KINDS,
    LOWER,
    MARK,
    NEWLINE,
    OTHER_LETTER,
    PUNCTUATION,
    UPPER,
)
from tasks.quality.prose_signals import is_function_word, is_prose, token_hash
from tasks.quality.scratch import Scratch, count_values, find_value, n_log_n

_FNV: Final = 0x100000001B3
_SEED: Final = 0xCBF29CE484222325

# Han and Latin weigh in n-grams as the tokenizers behind the thresholds split them: a Chinese word has two characters.
HAN_WEIGHT: Final = 1
WORD_WEIGHT: Final = 2

# What a word is made of, by key: a bit for each class, none for what is in no word, the highest for a consonant.
# Letters with accents are vowels; the lowest bit is for a mark inside.
_MARKED: Final = 1
_CONSONANT: Final = 7
_CLASSES: Final = (1 << _CONSONANT) - 1
_BITS: Final = 63  # of a register, without the sign
_LETTERS: Final = 1 << LOWER | 1 << UPPER | 1 << OTHER_LETTER
_CASED: Final = 1 << LOWER | 1 << UPPER
# Consonants in a row, more than in any word.
_HEAP: Final = 6


def _traits_of(key: int, kind: int) -> int:
    if not DIGIT <= kind <= MARK:
        return 0
    return 1 << kind | (key < ASCII and chr(key) not in "aeiouyAEIOUY0123456789") << _CONSONANT


_TRAITS: Final = np.array([_traits_of(*of) for of in enumerate(KINDS.tolist())], np.uint8)


def stop_word_hashes() -> Any:
    """8 English, then 8 Chinese stop words."""
    english = ("the", "be", "to", "of", "and", "that", "have", "with")
    chinese = "的是在和了有不为"
    return np.array([token_hash(word) for word in (*english, *chinese)], np.uint64)


@kernel
def find_tokens(n: int, function_words: Any, scratch: Scratch, out: Any, prose: Any) -> int:
    """Fill `hashes` and `lengths` of the tokens of `points[:n]` and the prefix sums over them; return how many.

    Writes the signals that a single pass over the tokens gives into `out`, and into `prose` how many words of the
    document are prose and which share of them are function words.
    """
    points, keys = scratch.points, scratch.keys
    # `lengths` is 0 for punctuation, so that it is never the top word.
    tokens = words = letters = alpha = odd = single = longest = hashes = ellipses = prose_words = functional = 0
    rolling = np.uint64(0)
    weights = chars = i = 0
    scratch.prefix_hashes[0], scratch.prefix_weights[0], scratch.prefix_lengths[0] = rolling, 0, 0
    while i < n:
        i = from_start(i)
        kind = KINDS[keys[i]]
        if kind <= NEWLINE:
            i += 1
            continue
        start, weight, is_word = i, WORD_WEIGHT, True
        if kind <= MARK or (kind == PUNCTUATION and _starts_half_word(points, keys, i, n)):
            i, value, has_letter, is_odd = _read_word(points, keys, i)
            odd += is_odd
            longest = max(longest, i - start)
            single += i - start == 1 and has_letter and _is_single(points[start])
        elif kind <= HANGUL:
            value = (np.uint64(_SEED) ^ np.uint64(points[i])) * np.uint64(_FNV)
            weight, has_letter = HAN_WEIGHT, True
            i += 1
        else:
            i, value = _read_mark(points, i)
            is_word = has_letter = False
            hashes += (i - start) * (points[start] == 0x23)
            ellipses += (i - start) // 3 if points[start] == 0x2E else (i - start) * (points[start] == 0x2026)
        length = (i - start) * is_word
        words += is_word
        letters += length
        alpha += has_letter
        if is_word and is_prose(scratch.routes[start]):
            prose_words += 1
            functional += is_function_word(value, function_words)
        scratch.hashes[tokens], scratch.lengths[tokens] = value, length
        tokens += 1
        rolling = rolling * np.uint64(_FNV) + (value ^ (value >> np.uint64(29)))
        weights += weight
        chars += i - start
        scratch.prefix_hashes[tokens], scratch.prefix_weights[tokens] = rolling, weights
        scratch.prefix_lengths[tokens] = chars
        # The space between two words; without a branch, which would often be mispredicted.
        i += keys[i] == 0x20
    out[0], out[1], out[9] = words, tokens, longest
    per_word, per_token = max(words, 1), max(tokens, 1)
    out[2], out[10], out[11] = letters / per_word, odd / per_word, single / per_word
    out[3], out[4], out[5] = alpha / per_token, hashes / per_token, ellipses / per_token
    prose[0], prose[1] = prose_words, functional / max(prose_words, 1)
    return tokens


@kernel
def _is_single(point: int) -> bool:
    """Whether a letter of ASCII is no word by itself, as a, A and I are."""
    return point < ASCII and point not in (0x61, 0x41, 0x49)


@kernel
def _starts_half_word(points: Any, keys: Any, i: int, n: int) -> bool:
    # The apostrophe of "don't" and "it's".
    is_apostrophe = points[i] == 0x27 or points[i] == 0x2019
    return is_apostrophe and 0 < i < n - 1 and _is_cased(KINDS[keys[i - 1]]) and _is_cased(KINDS[keys[i + 1]])


@kernel
def _is_cased(kind: int) -> bool:
    return kind in (LOWER, UPPER)


@inlined
def _read_word(points: Any, keys: Any, start: int) -> tuple[int, Any, bool, bool]:
    """Where the word ends, its hash, whether it has a letter, and whether no language writes such a word.

    One loop that branches only where the word ends.
    """
    value = (np.uint64(_SEED) ^ np.uint64(points[start])) * np.uint64(_FNV)
    first = int(np.int64(_TRAITS[keys[start]]))
    if first == 0:
        first = _MARKED
    rest, consonants = 0, first >> _CONSONANT
    i = from_start(start + 1)
    while True:
        traits = int(np.int64(_TRAITS[keys[i]]))
        if traits == 0:
            if not ((keys[i] == 0x5F or keys[i] == 0x2E) and _TRAITS[keys[i + 1]]):
                break
            traits = _MARKED
        rest |= traits
        consonants = consonants << 1 | traits >> _CONSONANT
        value = (value ^ np.uint64(points[i])) * np.uint64(_FNV)
        i += 1
    first, rest = first & _CLASSES, rest & _CLASSES
    seen = first | rest
    size = i - start
    if seen == 1 << LOWER:
        two = consonants & consonants >> 1
        four = two & two >> 2
        is_odd = four & two >> 4 != 0 if size < _BITS else _has_heap(keys, start, i)
    else:
        is_name = first == 1 << UPPER and rest == 1 << LOWER
        mixes = seen & _CASED == _CASED or (seen & _CASED and seen & 1 << DIGIT)
        is_odd = size >= 3 and mixes and not is_name and _is_jumbled(keys, start, i)
    return i, value, seen & _LETTERS != 0, is_odd


@kernel
def _has_heap(keys: Any, start: int, end: int) -> bool:
    """Whether there are so many consonants in a row as in no word: of words longer than a register."""
    heap = longest = 0
    for k in range(from_start(start), end):
        heap = (heap + 1) * (_TRAITS[keys[k]] >> _CONSONANT)
        longest = max(longest, heap)
    return longest >= _HEAP


@kernel
def _read_mark(points: Any, start: int) -> tuple[int, Any]:
    """Where a mark that is repeated ends, and the hash of the run."""
    value = np.uint64(_SEED)
    i = start = from_start(start)
    while points[i] == points[start]:
        value = (value ^ np.uint64(points[i])) * np.uint64(_FNV)
        i += 1
    return i, value


@kernel
def _is_jumbled(keys: Any, start: int, end: int) -> bool:
    """Whether case changes, or digits and letters alternate, as they do in no word."""
    changes = mixes = 0
    before = KINDS[keys[start]]
    for k in range(from_start(start + 1), end):
        kind = KINDS[keys[k]]
        changes += _is_cased(kind) and _is_cased(before) and kind != before and k != start + 1
        mixes += (kind == DIGIT and _is_cased(before)) or (before == DIGIT and _is_cased(kind))
        before = kind
    size = end - start
    return (changes >= 3 and changes * 3 >= size) or (mixes >= 2 and mixes * 3 >= size and size < 20)


@kernel
def measure_vocabulary(tokens: int, stop_words: Any, scratch: Scratch, out: Any) -> int:
    """Write the signals that need counts of each token; keep in `starts` the tokens that occur again.

    Returns:
        How many those are: where an n-gram that occurs twice may start.
    """
    numbers, counts, lengths, starts = scratch.numbers, scratch.counts, scratch.lengths, scratch.starts
    shift = count_values(tokens, scratch.hashes, scratch)
    again = unique = top = 0
    spread = 0.0
    for i in range(tokens):
        often = int(np.int64(counts[numbers[i]]))
        starts[again] = i
        again += often > 1
        is_first = numbers[i] == i
        unique += is_first
        spread += n_log_n(often, scratch.n_log_n) * is_first
        top = max(top, often * (lengths[i] > 1))
    out[7] = unique / max(tokens, 1)
    # Shannon's: the sum of -p log p over p = count / tokens.
    out[8] = np.log(tokens) - spread / tokens if tokens else 0.0
    out[12] = top / max(tokens, 1)
    out[6] = _count_stop_words(stop_words, shift, scratch, tokens)
    return again


@kernel
def _count_stop_words(stop_words: Any, shift: Any, scratch: Scratch, tokens: int) -> int:
    # Half of the weight in single characters: Han leads.
    wordlike = scratch.prefix_weights[tokens] - tokens
    first = 8 if tokens > 0 and (tokens - wordlike) > wordlike else 0
    found = 0
    for k in range(first, first + 8):
        found += find_value(stop_words[k], tokens, scratch.hashes, scratch, shift) < tokens
    return found
