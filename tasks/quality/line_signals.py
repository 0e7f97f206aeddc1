"""Signals of lines: Gopher, FineWeb, RefinedWeb, C4, tables and logs.

Blank lines do not count, and white space at the ends of a line is not part of it.
"""

from typing import Any, Final

import numpy as np

from tasks.engine.kernel import kernel
from tasks.quality.characters import DIGIT, KINDS
from tasks.quality.line_counts import (
    BARS,
    DIGITS,
    HANS,
    INKED,
    LAST_TABS,
    LETTERS,
    SENTENCES,
    SYLLABLES,
    TABS,
    UPPERS,
    WORDS,
    count_line,
    ends_sentence,
    hash_without_numbers,
)
from tasks.quality.repeat_signals import measure_repeats
from tasks.quality.routing import CODE, FENCED, TABLE, close_paragraph, count_fences, is_fence, route_line
from tasks.quality.scratch import Scratch

_FNV: Final = 0x100000001B3
# Where newlines stand among the signals of lines: they are counted here, but for each token.
NEWLINES: Final = 8
_SHORT: Final = 30  # FineWeb
_LONG: Final = 200  # C4
_LOG_HEAD: Final = 64

# Rows of the tally kept while lines are read: first what is a share of the lines.
_BULLET, _ELLIPSIS, _PUNCTUATED, _SHORT_LINES, _UPPER, _DIGITS, _COUNTER, _ONE_WORD, _TABLE = range(9)
_LONG_LINES, _EDITED, _UNITS = range(9, 12)


@kernel
def measure_lines(n: int, fences: bool, table: Any, scratch: Scratch, out: Any, repeats: Any, prose: Any) -> int:
    """Read a document line by line: write its line signals, those of repeated lines, and the route of each character.

    Args:
        n: Code points of the document.
        fences: Whether fences say what is code.
        table: `line_counts.increments()`.
        scratch: Arrays of tokens are used before there are any.
        out: The line signals; newlines are those of a token yet.
        repeats: Of lines and paragraphs, the first five of the repeat signals.
        prose: Shares of inked characters by route.

    Returns:
        How many newlines there are.
    """
    points, keys, tallies = scratch.points, scratch.keys, scratch.tallies
    tallies[:] = 0
    tally = scratch.line_tallies
    tally[:] = 0
    prose[:6] = 0.0
    fences_left = count_fences(points, keys, n) if fences else 0
    lines = paragraphs = chars = longest = newlines = sentences = inked = start = 0
    blank_before = True
    while start < n:
        first, last, end, value = count_line(points, keys, start, n, table, tallies)
        newlines += end < n
        inked += tallies[INKED]
        fence = fences_left > 0 and last > first and is_fence(points, first, end)
        fences_left -= fence
        alone = route_line(points, start, first, end, n, fence, scratch.routes, tallies, prose)
        if last > first:
            _keep_line(lines, first, last, value, alone, blank_before, scratch)
            paragraphs += blank_before
            sentences += _judge_line(points, keys, first, last, tallies, tally)
            lines += 1
            chars += last - first
            longest = max(longest, last - first)
        blank_before = last == first
        start = end + 1
    close_paragraph(n, scratch.routes, tallies, prose)
    for k in range(6):
        prose[k] /= max(inked, 1)
    for k in range(9):
        out[4 + k + (4 + k >= NEWLINES)] = tally[k] / max(lines, 1)
    out[0], out[1], out[2], out[3] = lines, paragraphs, chars / max(lines, 1), longest
    out[15], out[16], out[17] = sentences, tally[_LONG_LINES], tally[_EDITED] / max(tally[_UNITS], 1)
    # Before the others: lengths of lines are still what they were.
    out[14], out[18] = _measure_routed(lines, scratch)
    _measure_line_repeats(n, newlines, lines, paragraphs, scratch, repeats)
    return newlines


@kernel
def _keep_line(line: int, first: int, last: int, value: Any, alone: int, blank_before: bool, scratch: Scratch) -> None:
    """Keep of a line what is asked of all of them: hashes, its length, where it begins, and in `starts` what it is."""
    points, keys, digits = scratch.points, scratch.keys, scratch.tallies[DIGITS]
    scratch.hashes[line] = value
    scratch.folded[line] = hash_without_numbers(points, keys, first, last) if digits and not alone else value
    scratch.lengths[line] = last - first
    scratch.ends[line] = first
    is_log = alone != FENCED and _is_log(points, keys, first, last, digits)
    scratch.starts[line] = blank_before + 2 * is_log


@kernel
def _measure_routed(lines: int, scratch: Scratch) -> tuple[float, float]:
    """Shares of lines of logs outside fences, and of lines outside tables and fences that came before."""
    logs = left = 0
    for j in range(lines):
        route = scratch.routes[scratch.ends[j]]
        logs += scratch.starts[j] > 1
        scratch.starts[j] &= 1
        scratch.folded[left] = scratch.folded[j]
        left += route < TABLE or route == CODE
    again = measure_repeats(left, scratch.folded, scratch.lengths, scratch)[0]
    return logs / max(lines, 1), again / max(left, 1)


@kernel
def _measure_line_repeats(n: int, newlines: int, lines: int, paragraphs: int, scratch: Scratch, repeats: Any) -> None:
    again, chars = measure_repeats(lines, scratch.hashes, scratch.lengths, scratch)
    repeats[0] = again / max(lines, 1)
    repeats[1] = chars / max(n, 1)
    repeats[4] = chars / max(n - newlines, 1)
    p = -1
    for i in range(lines):
        if scratch.starts[i]:
            p += 1
            scratch.hashes[p] = scratch.hashes[i]
            scratch.lengths[p] = scratch.lengths[i]
        else:
            scratch.hashes[p] = (scratch.hashes[p] * np.uint64(_FNV)) ^ scratch.hashes[i]
            scratch.lengths[p] += scratch.lengths[i] + 1
    again, chars = measure_repeats(paragraphs, scratch.hashes, scratch.lengths, scratch)
    repeats[2] = again / max(paragraphs, 1)
    repeats[3] = chars / max(n, 1)


@kernel
def _judge_line(points: Any, keys: Any, first: int, last: int, counts: Any, tally: Any) -> int:
    """Add one line to the tally; return its sentences, 0 for a line of fewer than three words (C4)."""
    words, letters, digits = counts[WORDS], counts[LETTERS], counts[DIGITS]
    han = counts[HANS] + counts[SYLLABLES]
    size, end_point = last - first, points[last - 1]
    units = words + (han + 1) // 2
    head = points[first]
    tally[_BULLET] += head == 0x2022 or head == 0x2D or head == 0x25CF or head == 0xB7 or head == 0x25AA
    dots = last - first >= 3 and end_point == 0x2E and points[last - 2] == 0x2E and points[last - 3] == 0x2E
    tally[_ELLIPSIS] += dots or end_point == 0x2026
    tally[_PUNCTUATED] += _ends_line(points, first, last)
    tally[_SHORT_LINES] += size + han <= _SHORT
    is_upper = letters >= 4 and counts[UPPERS] * 2 > letters and han == 0
    is_number = digits > 0 and letters + han == 0
    is_counter = KINDS[keys[first]] == DIGIT and size <= 20 and letters + han > 0 and digits > 0 and units <= 3
    tally[_UPPER] += is_upper
    tally[_DIGITS] += is_number
    tally[_COUNTER] += is_counter
    tally[_ONE_WORD] += units <= 1
    tally[_TABLE] += counts[BARS] >= 2 or counts[TABS] - counts[LAST_TABS] >= 2
    tally[_LONG_LINES] += size + han >= _LONG
    tally[_UNITS] += units
    tally[_EDITED] += units if is_upper or is_number or is_counter or units <= 1 else 0
    return max(counts[SENTENCES], 1) if units >= 3 else 0


@kernel
def _is_log(points: Any, keys: Any, first: int, last: int, digits: int) -> bool:
    """Whether a line has a time of day or an ISO date near its start, seconds in brackets, or is a frame of a trace."""
    if digits == 0:
        return False
    colons = dashes = 0
    for k in range(first + 2, min(last, first + _LOG_HEAD)):
        if KINDS[keys[k]] == DIGIT and KINDS[keys[k - 2]] == DIGIT:
            colons += points[k - 1] == 0x3A
            dashes += points[k - 1] == 0x2D
    if colons >= 2 or (dashes >= 2 and colons >= 1):
        return True
    if points[first] == 0x5B:  # "[  12.345678]"
        k = first + 1
        while k < last and (KINDS[keys[k]] == DIGIT or KINDS[keys[k]] == 0 or points[k] == 0x2E):
            k += 1
        return bool(k - first > 5 and k < last and points[k] == 0x5D)
    # "at a.b.C.run(C.java:12)"
    is_frame = last - first > 10 and points[first] == 0x61 and points[first + 1] == 0x74 and KINDS[keys[first + 2]] == 0
    return bool(is_frame and points[last - 1] == 0x29 and KINDS[keys[last - 2]] == DIGIT)


@kernel
def _ends_line(points: Any, first: int, last: int) -> bool:
    """Whether the line ends in terminal punctuation, a closing quote or bracket behind it allowed."""
    k = last - 1
    while k > first and points[k] in (0x22, 0x27, 0x29, 0x2A, 0x5F, 0x201D, 0x2019, 0x300D, 0x300F, 0xFF09):
        k -= 1
    # Chinese lists end their items in ； and introduce them with ：.
    return bool(ends_sentence(points[k]) or points[k] == 0xFF1B or points[k] == 0xFF1A or points[k] == 0x3A)
