"""Signals of phrases, links, markup and encoded data: one pass over the bytes."""

from typing import Any, Final

import numpy as np
from numba import njit

from tasks.quality.phrases import (
    AD,
    BRACE,
    GARBAGE,
    JAVASCRIPT,
    LINK,
    LOREM_IPSUM,
    MARKUP,
    MORE,
    N_KINDS,
    NAVIGATION,
    POLICY,
    SENSITIVE,
    Automaton,
    beginning_slot,
)

_NEWLINE: Final = 0x0A
_ENCODED: Final = 64  # StarCoder2
_BEGINNING: Final = 3  # bytes by which the beginning of a phrase is known
_COVERED: Final = (1 << NAVIGATION) | (1 << GARBAGE)
_BY_LINE: Final = (1 << JAVASCRIPT) | (1 << POLICY) | (1 << MORE) | (1 << AD) | (1 << SENSITIVE)


@njit(cache=True, nogil=True)
def measure_phrases(
    data: Any, start: int, end: int, automaton: Automaton, lines: float, chars: float, out: Any
) -> None:
    """Write `PHRASE_SIGNALS` of `data[start:end]`, which has `lines` lines and `chars` code points."""
    hits = np.zeros(N_KINDS, np.int64)
    _find_phrases(data, start, end, automaton, hits)
    longest, encoded = _read_bytes(data, start, end, hits)
    lines, chars, size = max(lines, 1.0), max(chars, 1.0), max(end - start, 1)
    out[0] = hits[JAVASCRIPT] / lines
    out[1] = hits[POLICY] / lines
    out[2] = hits[LOREM_IPSUM]
    out[3] = hits[BRACE]
    out[4] = hits[MORE] / lines
    out[5] = hits[AD] / lines
    out[6] = hits[NAVIGATION] / size
    out[7] = hits[GARBAGE] / size
    out[8] = hits[MARKUP] / chars
    out[9] = (_link_bytes(data, start, end) if hits[LINK] else 0) / size
    out[10] = longest
    out[11] = encoded / size
    out[12] = hits[SENSITIVE] / lines


@njit(cache=True, nogil=True)
def _find_phrases(data: Any, start: int, end: int, automaton: Automaton, hits: Any) -> None:
    """Count the phrases of every kind, or the lines they are in.

    The automaton reads only from where a phrase may begin. There it starts anew, which gives what it gives when it
    reads everything: where it left off no phrase had begun.
    """
    columns, step, kinds, sizes, depths, _ = automaton
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
            i = begun = _next_beginning(data, i - depth, end, automaton.beginnings)
            state = 0


@njit(cache=True, nogil=True, inline="always")
def _next_beginning(data: Any, i: int, end: int, beginnings: Any) -> int:
    """Where, from `i` on, a phrase may begin."""
    if i + _BEGINNING > end:
        return i
    window = int(np.int64(data[i])) << 8 | int(np.int64(data[i + 1]))
    while i + _BEGINNING <= end:
        window = (window << 8 | int(np.int64(data[i + 2]))) & 0xFFFFFF
        if beginnings[beginning_slot(window)]:
            return i
        i += 1
    return i


@njit(cache=True, nogil=True)
def _link_bytes(data: Any, start: int, end: int) -> int:
    """Bytes of "scheme://…" up to white space, a quote, a closing bracket or a character beyond ASCII."""
    total = 0
    i = start
    while i < end - 3:
        if data[i] == 0x3A and data[i + 1] == 0x2F and data[i + 2] == 0x2F:
            first, last = i, i + 3
            while first > start and 0x61 <= data[first - 1] | 0x20 <= 0x7A:
                first -= 1
            while (
                last < end and 0x20 < data[last] < 0x7F and data[last] not in (0x22, 0x27, 0x29, 0x3C, 0x3E, 0x5D, 0x60)
            ):
                last += 1
            total += last - first
            i = last
        else:
            i += 1
    return total


@njit(cache=True, nogil=True)
def _read_bytes(data: Any, start: int, end: int, hits: Any) -> tuple[int, int]:
    """The longest run of base64 or hexadecimal digits, line ends inside a block allowed; bytes of all long ones.

    Counts braces. Without a branch where a word ends: it would be mispredicted.
    """
    longest = total = run = braces = 0
    for i in range(start, end):
        byte = data[i]
        if byte == _NEWLINE and run >= _ENCODED - 4:
            continue
        folded = byte | 0x20
        is_code = (
            ((folded >= 0x61) & (folded <= 0x7A)) | ((byte >= 0x2F) & (byte <= 0x39)) | (byte == 0x2B) | (byte == 0x3D)
        )
        run = (run + 1) * is_code
        longest = max(longest, run)
        total += (run > _ENCODED) + (run == _ENCODED) * _ENCODED
        braces += byte == 0x7B
    hits[BRACE] = braces
    return longest, total
