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
from tasks.quality.scratch import ENTROPY_BINS

# Shorter runs are emphasis ("!!!!") or numbers.
_RUN: Final = 5


@njit(cache=True, nogil=True)
def measure_characters(points: Any, classes: Any, n: int, bins: Any, out: Any) -> None:
    """Write `CHARACTER_SIGNALS` of a document of `n` code points; `bins` is scratch for `ENTROPY_BINS` counts."""
    counts = np.zeros(N_CLASSES, np.int64)
    for i in range(n):
        counts[classes[i]] += 1
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
    _measure_neighbours(points, classes, n, inked, out)
    out[18] = _entropy(points, classes, n, inked, bins)


@njit(cache=True, nogil=True)
def _measure_neighbours(points: Any, classes: Any, n: int, inked: int, out: Any) -> None:
    misread = mixed = brackets = in_runs = longest = 0
    run = 0
    for i in range(n):
        point, kind = points[i], classes[i]
        # Table rules and indentation are runs by design; so are the dots that lead to a page number.
        ruled = kind <= NEWLINE or kind in (PUNCTUATION, SYMBOL)
        run = run + 1 if i > 0 and point == points[i - 1] and not ruled else 1
        if run >= _RUN:
            in_runs += _RUN if run == _RUN else 1
        if run > longest and not ruled:
            longest = run
        if point < 0x80:
            if kind == PUNCTUATION and 0 < i < n - 1 and _is_han(classes[i - 1]) and _is_han(classes[i + 1]):
                mixed += _has_full_width_twin(point)
        elif point == 0x3010 or point == 0x3011:
            brackets += 1
        elif 0xC2 <= point <= 0xF4 and i < n - 1 and _is_continuation(points[i + 1]):
            misread += 1
        elif kind == OTHER_LETTER and i > 0 and classes[i - 1] == OTHER_LETTER:
            misread += _changes_alphabet(points[i - 1], point)
    out[13] = misread / inked
    out[14] = mixed / inked
    out[15] = brackets / inked
    out[16] = in_runs / inked
    out[17] = longest


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


@njit(cache=True, nogil=True)
def _entropy(points: Any, classes: Any, n: int, inked: int, bins: Any) -> float:
    """Shannon entropy, in bits, of the characters that are not white space; `bins` are zero before and after."""
    for i in range(n):
        if classes[i] > NEWLINE:
            bins[points[i] & (ENTROPY_BINS - 1)] += 1
    total = 0.0
    for i in range(n):
        slot = points[i] & (ENTROPY_BINS - 1)
        if bins[slot] > 0:
            share = bins[slot] / inked
            total -= share * np.log2(share)
            bins[slot] = 0
    return total
