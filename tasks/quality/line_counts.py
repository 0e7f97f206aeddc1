"""Count what a line is made of, for every rule that asks: one look-up and five additions a character."""

from functools import cache
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from numba import njit

from tasks.quality.characters import (
    CJK_PUNCTUATION,
    DIGIT,
    HAN,
    HAN_RARE,
    HANGUL,
    KANA,
    LOWER,
    MARK,
    N_CLASSES,
    NEWLINE,
    OTHER_LETTER,
    PUNCTUATION,
    SPACE,
    UPPER,
    class_table,
)

# What is counted of a line, in characters but for words and sentences. Marks are those of code; syllables are kana and
# hangul; others are letters neither Latin nor CJK; the last tabs are those behind all ink.
INKED, MARKS, HANS, SYLLABLES, LETTERS, UPPERS, DIGITS, OTHERS, BARS, TABS, WORDS, SENTENCES, LAST_TABS = range(13)
N_COUNTS: Final = 13
_CODE_MARKS: Final = '(){}[]=;<>_$&\\"+/'
_ASCII: Final = 0x80
_PAIRS: Final = 5
_HALF: Final = np.uint64(32)
_LOW: Final = np.uint64((1 << 32) - 1)
_SEED: Final = 0xCBF29CE484222325
_FNV: Final = 0x100000001B3


@cache
def increments() -> npt.NDArray[np.uint64]:
    """What a character adds, shape (0x80 + N_CLASSES, 5): ASCII by code point, others by class; two counts a number."""
    table = class_table()
    rows = []
    for key in range(_ASCII + N_CLASSES):
        kind = int(table[key]) if key < _ASCII else key - _ASCII
        mark = chr(key) if key < _ASCII else ""
        counted = {
            INKED: kind > NEWLINE, MARKS: bool(mark) and mark in _CODE_MARKS, HANS: HAN <= kind <= HAN_RARE,
            SYLLABLES: kind in {KANA, HANGUL}, LETTERS: kind in {LOWER, UPPER}, UPPERS: kind == UPPER,
            DIGITS: kind == DIGIT, OTHERS: kind == OTHER_LETTER, BARS: mark == "|", TABS: mark == "\t",
        }  # fmt: skip
        rows.append([counted[2 * pair] | counted[2 * pair + 1] << 32 for pair in range(_PAIRS)])
    made = np.array(rows, np.uint64)
    made.setflags(write=False)
    return made


@njit(cache=True, nogil=True)
def count_line(points: Any, classes: Any, start: int, n: int, table: Any, counts: Any) -> tuple[int, int, int, Any]:
    """Count the line that begins at `start`.

    Args:
        points: Code points.
        classes: Their classes.
        start: Where the line begins.
        n: Where the document ends.
        table: `increments()`.
        counts: `N_COUNTS` numbers; written.

    Returns:
        Its first inked character, where the last one ends, where the line ends, and the hash of what is between the
        first two; the first is the last where there is none.
    """
    first = start
    while first < n and classes[first] == SPACE:
        first += 1
    ink = han = letters = digits = bars = np.uint64(0)
    value = np.uint64(_SEED)
    words = sentences = before = 0
    end = first
    while end < n:
        kind = int(np.int64(classes[end]))
        if kind == NEWLINE:
            break
        point = int(np.int64(points[end]))
        key = point if point < _ASCII else _ASCII + kind
        ink += table[key, 0]
        han += table[key, 1]
        letters += table[key, 2]
        digits += table[key, 3]
        bars += table[key, 4]
        value = (value ^ np.uint64(point)) * np.uint64(_FNV)
        wordlike = int(kind >= DIGIT) & int(kind <= MARK)
        words += wordlike & (1 - before)
        before = wordlike
        end += 1
        if kind >= PUNCTUATION and ends_sentence(point):
            sentences += end >= n or kind == CJK_PUNCTUATION or classes[end] <= NEWLINE
    counts[INKED], counts[MARKS] = ink & _LOW, ink >> _HALF
    counts[HANS], counts[SYLLABLES] = han & _LOW, han >> _HALF
    counts[LETTERS], counts[UPPERS] = letters & _LOW, letters >> _HALF
    counts[DIGITS], counts[OTHERS] = digits & _LOW, digits >> _HALF
    counts[BARS], counts[TABS] = bars & _LOW, bars >> _HALF
    counts[WORDS], counts[SENTENCES] = words, sentences
    last = end
    counts[LAST_TABS] = 0
    while last > first and classes[last - 1] == SPACE:
        last -= 1
        counts[LAST_TABS] += points[last] == 0x09
    return first, last, end, value if last == end else _hash(points, first, last)


@njit(cache=True, nogil=True)
def _hash(points: Any, first: int, last: int) -> Any:
    value = np.uint64(_SEED)
    for k in range(first, last):
        value = (value ^ np.uint64(points[k])) * np.uint64(_FNV)
    return value


@njit(cache=True, nogil=True)
def hash_without_numbers(points: Any, classes: Any, first: int, last: int) -> Any:
    """Hash of a line with one 0 for every number."""
    folded = np.uint64(_SEED)
    for k in range(first, last):
        if classes[k] != DIGIT:
            folded = (folded ^ np.uint64(points[k])) * np.uint64(_FNV)
        elif k == first or classes[k - 1] != DIGIT:
            folded = (folded ^ np.uint64(0x30)) * np.uint64(_FNV)
    return folded


@njit(cache=True, nogil=True, inline="always")
def ends_sentence(point: int) -> bool:
    """Whether a mark ends sentences, in either language."""
    return point in (0x2E, 0x21, 0x3F, 0x2026, 0x3002, 0xFF01, 0xFF1F, 0xFF61)
