"""Signals of lines: Gopher, FineWeb, RefinedWeb, C4, tables and logs.

Blank lines do not count, and white space at the ends of a line is not part of it.
"""

from typing import Any, Final

import numpy as np
from numba import njit

from tasks.quality.characters import (
    CJK_PUNCTUATION,
    DIGIT,
    HAN,
    HANGUL,
    LOWER,
    MARK,
    NEWLINE,
    UPPER,
)
from tasks.quality.repeat_signals import measure_repeats
from tasks.quality.routing import CODE, FENCED, TABLE
from tasks.quality.scratch import Scratch

_SEED: Final = 0xCBF29CE484222325
_FNV: Final = 0x100000001B3
_SHORT: Final = 30  # FineWeb
_LONG: Final = 200  # C4
_LOG_HEAD: Final = 64

# Rows of the tally kept while lines are read: first what is a share of the lines.
_BULLET, _ELLIPSIS, _PUNCTUATED, _SHORT_LINES, _UPPER, _DIGITS, _COUNTER, _ONE_WORD, _TABLE, _LOG = range(10)
_LONG_LINES, _EDITED, _UNITS = range(10, 13)


@njit(cache=True, nogil=True)
def measure_lines(n: int, tokens: float, scratch: Scratch, out: Any, repeats: Any) -> None:
    """Write the line signals into `out` and those of repeated lines and paragraphs into `repeats[:5]`."""
    points, classes = scratch.points, scratch.classes
    tally = np.zeros(13, np.int64)
    lines = open_lines = paragraphs = chars = longest = newlines = sentences = 0
    start = 0
    blank_before = True
    # Paragraphs are written where line hashes have been read: they are never more.
    while start <= n:
        end = start
        while end < n and classes[end] != NEWLINE:
            end += 1
        newlines += end < n
        first, last = start, end
        while first < last and classes[first] == 0:
            first += 1
        while last > first and classes[last - 1] == 0:
            last -= 1
        if last > first:
            scratch.hashes[lines], folded = _hash_line(points, classes, first, last)
            scratch.lengths[lines] = last - first
            if scratch.routes[first] < TABLE or scratch.routes[first] == CODE:
                scratch.folded[open_lines] = folded
                open_lines += 1
            scratch.candidates[lines] = 1 if blank_before else 0
            paragraphs += blank_before
            sentences += _judge_line(points, classes, first, last, tally)
            if scratch.routes[first] != FENCED:
                tally[_LOG] += _is_log(points, classes, first, last)
            lines += 1
            chars += last - first
            longest = max(longest, last - first)
        blank_before = last == first
        start = end + 1
    out[0] = lines
    out[1] = paragraphs
    out[2] = chars / max(lines, 1)
    out[3] = longest
    for k in range(4):
        out[4 + k] = tally[k] / max(lines, 1)
    out[8] = newlines / max(tokens, 1.0)
    for k in range(4, 10):
        out[5 + k] = tally[k] / max(lines, 1)
    out[15] = sentences
    out[16] = tally[_LONG_LINES]
    out[17] = tally[_EDITED] / max(tally[_UNITS], 1)
    # Before the others: lengths of lines are still what they were.
    out[18] = measure_repeats(open_lines, scratch.folded, scratch.lengths, scratch)[0] / max(open_lines, 1)
    _measure_line_repeats(n, newlines, lines, paragraphs, scratch, repeats)


@njit(cache=True, nogil=True)
def _measure_line_repeats(n: int, newlines: int, lines: int, paragraphs: int, scratch: Scratch, repeats: Any) -> None:
    again, chars = measure_repeats(lines, scratch.hashes, scratch.lengths, scratch)
    repeats[0] = again / max(lines, 1)
    repeats[1] = chars / max(n, 1)
    repeats[4] = chars / max(n - newlines, 1)
    p = -1
    for i in range(lines):
        if scratch.candidates[i]:
            p += 1
            scratch.hashes[p] = scratch.hashes[i]
            scratch.lengths[p] = scratch.lengths[i]
        else:
            scratch.hashes[p] = (scratch.hashes[p] * np.uint64(_FNV)) ^ scratch.hashes[i]
            scratch.lengths[p] += scratch.lengths[i] + 1
    again, chars = measure_repeats(paragraphs, scratch.hashes, scratch.lengths, scratch)
    repeats[2] = again / max(paragraphs, 1)
    repeats[3] = chars / max(n, 1)


@njit(cache=True, nogil=True)
def _judge_line(points: Any, classes: Any, first: int, last: int, tally: Any) -> int:
    """Add one line to the tally; return its sentences, 0 for a line of fewer than three words (C4)."""
    words = letters = upper = digits = han = sentences = bars = cells = 0
    in_word = False
    for k in range(first, last):
        kind, point = classes[k], points[k]
        wordlike = DIGIT <= kind <= MARK
        words += wordlike and not in_word
        in_word = wordlike
        if kind in (LOWER, UPPER):
            letters += 1
            upper += kind == UPPER
        elif kind == DIGIT:
            digits += 1
        elif HAN <= kind <= HANGUL:
            han += 1
        elif point == 0x7C:
            bars += 1
        elif point == 0x09:
            cells += 1
        elif _ends_sentence(point) and (k == last - 1 or kind == CJK_PUNCTUATION or classes[k + 1] <= NEWLINE):
            sentences += 1
    size, end_point = last - first, points[last - 1]
    units = words + (han + 1) // 2
    head = points[first]
    tally[_BULLET] += head == 0x2022 or head == 0x2D or head == 0x25CF or head == 0xB7 or head == 0x25AA
    dots = last - first >= 3 and end_point == 0x2E and points[last - 2] == 0x2E and points[last - 3] == 0x2E
    tally[_ELLIPSIS] += dots or end_point == 0x2026
    tally[_PUNCTUATED] += _ends_line(points, first, last)
    tally[_SHORT_LINES] += size + han <= _SHORT
    is_upper = letters >= 4 and upper * 2 > letters and han == 0
    is_number = digits > 0 and letters + han == 0
    is_counter = classes[first] == DIGIT and size <= 20 and letters + han > 0 and digits > 0 and units <= 3
    tally[_UPPER] += is_upper
    tally[_DIGITS] += is_number
    tally[_COUNTER] += is_counter
    tally[_ONE_WORD] += units <= 1
    tally[_TABLE] += bars >= 2 or cells >= 2
    tally[_LONG_LINES] += size + han >= _LONG
    tally[_UNITS] += units
    tally[_EDITED] += units if is_upper or is_number or is_counter or units <= 1 else 0
    return max(sentences, 1) if units >= 3 else 0


@njit(cache=True, nogil=True)
def _hash_line(points: Any, classes: Any, first: int, last: int) -> tuple[Any, Any]:
    """Hash of a line, and its hash with one 0 for every number."""
    value = folded = np.uint64(_SEED)
    digits = 0
    for k in range(first, last):
        value = (value ^ np.uint64(points[k])) * np.uint64(_FNV)
        digits += classes[k] == DIGIT
    if digits == 0:
        return value, value
    for k in range(first, last):
        if classes[k] != DIGIT:
            folded = (folded ^ np.uint64(points[k])) * np.uint64(_FNV)
        elif k == first or classes[k - 1] != DIGIT:
            folded = (folded ^ np.uint64(0x30)) * np.uint64(_FNV)
    return value, folded


@njit(cache=True, nogil=True)
def _is_log(points: Any, classes: Any, first: int, last: int) -> bool:
    """Whether a line has a time of day or an ISO date near its start, seconds in brackets, or is a frame of a trace."""
    colons = dashes = 0
    for k in range(first + 2, min(last, first + _LOG_HEAD)):
        if classes[k] == DIGIT and classes[k - 2] == DIGIT:
            colons += points[k - 1] == 0x3A
            dashes += points[k - 1] == 0x2D
    if colons >= 2 or (dashes >= 2 and colons >= 1):
        return True
    if points[first] == 0x5B:  # "[  12.345678]"
        k = first + 1
        while k < last and (classes[k] == DIGIT or classes[k] == 0 or points[k] == 0x2E):
            k += 1
        return bool(k - first > 5 and k < last and points[k] == 0x5D)
    # "at a.b.C.run(C.java:12)"
    is_frame = last - first > 10 and points[first] == 0x61 and points[first + 1] == 0x74 and classes[first + 2] == 0
    return bool(is_frame and points[last - 1] == 0x29 and classes[last - 2] == DIGIT)


@njit(cache=True, nogil=True, inline="always")
def _ends_sentence(point: int) -> bool:
    return point in (0x2E, 0x21, 0x3F, 0x2026, 0x3002, 0xFF01, 0xFF1F, 0xFF61)


@njit(cache=True, nogil=True, inline="always")
def _ends_line(points: Any, first: int, last: int) -> bool:
    """Whether the line ends in terminal punctuation, a closing quote or bracket behind it allowed."""
    k = last - 1
    while k > first and points[k] in (0x22, 0x27, 0x29, 0x2A, 0x5F, 0x201D, 0x2019, 0x300D, 0x300F, 0xFF09):
        k -= 1
    # Chinese lists end their items in ； and introduce them with ：.
    return _ends_sentence(points[k]) or points[k] == 0xFF1B or points[k] == 0xFF1A or points[k] == 0x3A
