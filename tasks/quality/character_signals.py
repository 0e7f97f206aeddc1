"""Signals of single characters and of characters side by side."""

from typing import Any, Final

import numpy as np
from numba import njit

from tasks.quality.characters import (
    CJK_PUNCTUATION,
    DIGIT,
    GARBLED,
    HAN,
    HAN_RARE,
    HAN_SIMPLIFIED,
    HAN_TRADITIONAL,
    HANGUL,
    HIGH_LATIN,
    KANA,
    LOWER,
    MARK,
    N_CLASSES,
    NEWLINE,
    OTHER_LETTER,
    PUNCTUATION,
    SYMBOL,
    UPPER,
)
from tasks.quality.scratch import ASTRAL_BINS, ENTROPY_BINS, n_log_n

# Shorter runs are emphasis ("!!!!") or numbers.
_RUN: Final = 5


@njit(cache=True, nogil=True)
def measure_characters(points: Any, classes: Any, n: int, table: Any, scratch: Any, out: Any) -> int:
    """Write `CHARACTER_SIGNALS` of a document of `n` code points.

    Args:
        points: Code points.
        classes: Their classes.
        n: How many there are.
        table: Class of every code point below `TABLE_SIZE`.
        scratch: `bins` and `n_log_n` are used.
        out: The character signals of the document.

    Returns:
        How many characters may belong to the marks of a fence.
    """
    counts = np.zeros(N_CLASSES, np.int64)
    misread, mixed, brackets = _read_characters(points, classes, n, scratch.bins, counts, out)
    fence_marks = scratch.bins[0x60] + scratch.bins[0x7E]
    spread = _empty_bins(points, n, table, scratch, counts)
    white = counts[0] + counts[NEWLINE]
    inked = max(n - white, 1)
    han = counts[HAN] + counts[HAN_SIMPLIFIED] + counts[HAN_TRADITIONAL] + counts[HAN_RARE]
    latin = counts[LOWER] + counts[UPPER]
    telling = counts[HAN_SIMPLIFIED] + counts[HAN_TRADITIONAL]
    symbols = counts[PUNCTUATION] + counts[CJK_PUNCTUATION] + counts[SYMBOL] + counts[HIGH_LATIN] + counts[GARBLED]
    out[0] = n
    out[1] = han / inked
    out[2] = counts[KANA] / inked
    out[3] = counts[HANGUL] / inked
    out[4] = latin / inked
    out[5] = (counts[OTHER_LETTER] + counts[MARK]) / inked
    out[6] = counts[DIGIT] / inked
    out[7] = counts[UPPER] / max(latin, 1)
    out[8] = symbols / inked
    out[9] = white / max(n, 1)
    out[10] = counts[GARBLED] / inked
    out[11] = counts[HAN_RARE] / max(han, 1)
    out[12] = counts[HAN_TRADITIONAL] / max(telling, 1)
    out[13] = misread / inked
    out[14] = mixed / inked
    out[15] = brackets / inked
    out[16] /= inked
    # Shannon's: the sum of -p log p over p = count / inked.
    out[18] = (np.log(inked) - spread / inked) / np.log(2.0) if white < n else 0.0
    return int(fence_marks)


@njit(cache=True, nogil=True)
def _read_characters(points: Any, classes: Any, n: int, bins: Any, counts: Any, out: Any) -> tuple[int, int, int]:
    """Count every character in its bin; return misread pairs, half-width marks and brackets.

    Without a branch for the common ones: a branch that depends on text is mispredicted.
    """
    misread = mixed = brackets = in_runs = longest = run = 0
    before = -1
    kind_before = 0
    for i in range(n):
        point, kind = points[i], classes[i]
        # Table rules and indentation are runs by design; so are the dots that lead to a page number.
        free = (kind > NEWLINE) & (kind != PUNCTUATION) & (kind != SYMBOL)
        run = run * ((point == before) & free) + 1
        in_runs += (run >= _RUN) + (run == _RUN) * (_RUN - 1)
        longest = max(longest, run * free)
        if point < 0x80:
            bins[point] += 1
            if kind == PUNCTUATION and _is_han(kind_before) and i < n - 1 and _is_han(classes[i + 1]):
                mixed += _has_full_width_twin(point)
        else:
            if point < ENTROPY_BINS:
                bins[point] += 1
            else:
                bins[ENTROPY_BINS + (point & (ASTRAL_BINS - 1))] += 1
                counts[kind] += 1
            if point == 0x3010 or point == 0x3011:
                brackets += 1
            elif point < 0x800:
                if 0xC2 <= point <= 0xF4 and i < n - 1 and _is_continuation(points[i + 1]):
                    misread += 1
                elif kind == OTHER_LETTER and kind_before == OTHER_LETTER:
                    misread += _changes_alphabet(before, point)
        before, kind_before = point, int(np.int64(kind))
    out[16] = in_runs
    out[17] = longest
    return misread, mixed, brackets


@njit(cache=True, nogil=True)
def _empty_bins(points: Any, n: int, table: Any, scratch: Any, counts: Any) -> float:
    """Add what the bins hold to the counts of classes, empty them; return the sum of c log c over inked characters."""
    bins = scratch.bins
    total = 0.0
    found = 0
    for point in range(0x80):
        often = bins[point]
        found += often
        counts[table[point]] += often
        total += n_log_n(often, scratch.n_log_n) * (table[point] > NEWLINE)
        bins[point] = 0
    if found == n:
        return total
    for i in range(n):
        point = points[i]
        slot = point if point < ENTROPY_BINS else ENTROPY_BINS + (point & (ASTRAL_BINS - 1))
        often = bins[slot]
        if often > 0:
            white = False
            if point < ENTROPY_BINS:
                counts[table[point]] += often
                white = table[point] <= NEWLINE
            total += 0.0 if white else n_log_n(often, scratch.n_log_n)
            bins[slot] = 0
    return total


@njit(cache=True, nogil=True, inline="always")
def _changes_alphabet(first: int, second: int) -> int:
    """Whether letters of two alphabets touch that are two bytes long: what is left where bytes of GBK were UTF-8."""
    both = 0x250 <= first < 0x800 and 0x250 <= second < 0x800
    return 1 if both and first >> 7 != second >> 7 else 0


@njit(cache=True, nogil=True, inline="always")
def _is_han(kind: int) -> bool:
    return HAN <= kind <= HAN_RARE


@njit(cache=True, nogil=True, inline="always")
def _has_full_width_twin(point: int) -> int:
    # ! ( ) , : ; ?
    return 1 if point in (0x21, 0x28, 0x29, 0x2C, 0x3A, 0x3B, 0x3F) else 0


@njit(cache=True, nogil=True, inline="always")
def _is_continuation(point: int) -> bool:
    """Whether Windows-1252 gives `point` for a byte from 0x80 to 0xBF."""
    return (
        0x80 <= point <= 0xBF
        or point in (0x152, 0x153, 0x160, 0x161, 0x178, 0x17D, 0x17E, 0x192, 0x2C6, 0x2DC)
        or (0x2013 <= point <= 0x203A and point != 0x2015)
        or point == 0x20AC
        or point == 0x2122
    )
