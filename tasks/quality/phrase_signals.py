"""Signals of phrases, links, markup and encoded data: one pass over the bytes."""

from typing import Any, Final

import numpy as np

from tasks.engine.kernel import kernel
from tasks.quality.phrases import (
    AD,
    CONTINUED,
    GARBAGE,
    JAVASCRIPT,
    LINK,
    LOREM_IPSUM,
    MARKUP,
    MORE,
    NAVIGATION,
    POLICY,
    SENSITIVE,
    SHORT,
    Automaton,
    beginning_slot,
)

_NEWLINE: Final = 0x0A
_ENCODED: Final = 64  # StarCoder2
_BEGINNING: Final = 3  # bytes by which the beginning of a phrase is known
# Whether a byte is a digit of base64 or hexadecimal.
_DIGITS: Final = np.array([chr(byte).isascii() and (chr(byte).isalnum() or chr(byte) in "+/=") for byte in range(256)])
_COVERED: Final = (1 << NAVIGATION) | (1 << GARBAGE)
_BY_LINE: Final = (1 << JAVASCRIPT) | (1 << POLICY) | (1 << MORE) | (1 << AD) | (1 << SENSITIVE)


@kernel
def measure_phrases(
    data: Any, start: int, end: int, automaton: Automaton, lines: float, chars: float, hits: Any, out: Any
) -> None:
    """Write `PHRASE_SIGNALS` of `data[start:end]`, which has `lines` lines and `chars` code points."""
    hits[:] = 0
    _find_phrases(data, start, end, automaton, hits)
    longest, encoded = _measure_runs(data, start, end)
    lines, chars, size = max(lines, 1.0), max(chars, 1.0), max(end - start, 1)
    out[0] = hits[JAVASCRIPT] / lines
    out[1] = hits[POLICY] / lines
    out[2] = hits[LOREM_IPSUM]
    out[3] = _count_braces(data, start, end)
    out[4] = hits[MORE] / lines
    out[5] = hits[AD] / lines
    out[6] = hits[NAVIGATION] / size
    out[7] = hits[GARBAGE] / size
    out[8] = hits[MARKUP] / chars
    out[9] = (_link_bytes(data, start, end) if hits[LINK] else 0) / size
    out[10] = longest
    out[11] = encoded / size
    out[12] = hits[SENSITIVE] / lines


@kernel
def _find_phrases(data: Any, start: int, end: int, automaton: Automaton, hits: Any) -> None:
    """Count the phrases of every kind, or the lines they are in.

    The automaton reads only from where a phrase may begin. There it starts anew, which gives what it gives when it
    reads everything: where it left off no phrase had begun.
    """
    columns, step, kinds, sizes, depths = automaton[:5]
    line_kinds = np.uint16(0)
    # As if a line had ended before the text; what is read twice is counted once.
    state = int(np.int64(step[0, columns[_NEWLINE]]))
    begun, counted, covered_to = start - 1, start, start
    i = start
    while i <= end:
        byte = data[i] if i < end else np.uint8(_NEWLINE)
        state = int(np.int64(step[state, columns[byte]]))
        found = kinds[state] if i >= counted else np.uint16(0)
        if found:
            line_kinds |= found & _BY_LINE
            for kind in (LOREM_IPSUM, MARKUP, LINK):
                hits[kind] += (found >> kind) & 1
            if found & _COVERED:
                fresh = min(np.int64(sizes[state]), i + 1 - covered_to)
                covered_to = i + 1
                hits[NAVIGATION if found & (1 << NAVIGATION) else GARBAGE] += fresh
        if byte == _NEWLINE and line_kinds:
            for kind in (JAVASCRIPT, POLICY, MORE, AD, SENSITIVE):
                hits[kind] += (line_kinds >> kind) & 1
            # What ends with the line may begin the next one, but was counted.
            line_kinds = np.uint16(0)
        i += 1
        depth = depths[state]
        if depth < _BEGINNING and i - depth > begun and line_kinds == 0:
            counted = max(counted, i)
            i = begun = _next_beginning(data, i - depth, end, automaton)
            state = 0


@kernel
def _next_beginning(data: Any, i: int, end: int, automaton: Automaton) -> int:
    """Where, from `i` on, a phrase may begin."""
    if i + _BEGINNING > end:
        return i
    window = int(np.int64(data[i])) << 8 | int(np.int64(data[i + 1]))
    while i + _BEGINNING <= end:
        # An unsigned index is not asked whether it counts from the end.
        window = (window << 8 | int(np.int64(data[np.uint64(i + 2)]))) & 0xFFFFFF
        found = automaton.beginnings[beginning_slot(window)]
        if found and (found == SHORT or i + CONTINUED > end or _continues(data, i, automaton)):
            return i
        i += 1
    return i


@kernel
def _continues(data: Any, i: int, automaton: Automaton) -> bool:
    three = int(np.int64(data[i + 2])) << 16 | int(np.int64(data[i + 3])) << 8 | int(np.int64(data[i + 4]))
    return bool(automaton.continuations[beginning_slot(three)])


@kernel
def _link_bytes(data: Any, start: int, end: int) -> int:
    """Bytes of "scheme://…" up to white space, a quote, a closing bracket or a character beyond ASCII."""
    total = 0
    i = start
    while i < end - 3:
        # The third byte of where "://" may be says how far away the next such place is.
        third = data[i + 2]
        if third != 0x2F:
            i += 2 if third == 0x3A else 3
        elif data[i] != 0x3A or data[i + 1] != 0x2F:
            i += 1
        else:
            first, last = i, i + 3
            while first > start and 0x61 <= data[first - 1] | 0x20 <= 0x7A:
                first -= 1
            while (
                last < end and 0x20 < data[last] < 0x7F and data[last] not in (0x22, 0x27, 0x29, 0x3C, 0x3E, 0x5D, 0x60)
            ):
                last += 1
            total += last - first
            i = last
    return total


@kernel
def _count_braces(data: Any, start: int, end: int) -> int:
    braces = 0
    for i in range(start, end):
        braces += data[i] == 0x7B
    return braces


@kernel
def _measure_runs(data: Any, start: int, end: int) -> tuple[int, int]:
    """The longest run of base64 or hexadecimal digits, line ends inside a block allowed; bytes of all long ones.

    What matters is longer than the longest so far, or nearly a block: where no such run is, a few bytes tell, as words
    are found from their ends (Boyer and Moore, 1977).
    """
    longest = total = 0
    i = read = start  # a run may begin at `i`; from there to `read` are digits
    while True:
        least = min(longest + 1, _ENCODED - 4)
        k = i + least - 1
        if k >= end:
            return longest, total
        while k >= read and _DIGITS[data[k]]:
            k -= 1
        if k >= read:
            read = i + least
            i = k + 1
            continue
        run = least
        i += least
        while i < end and (_DIGITS[data[i]] or (data[i] == _NEWLINE and run >= _ENCODED - 4)):
            run += data[i] != _NEWLINE
            i += 1
        read = i
        longest = max(longest, run)
        total += run if run >= _ENCODED else 0
