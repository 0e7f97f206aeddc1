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
)

_NEWLINE: Final = 0x0A
_ENCODED: Final = 64  # StarCoder2
_COVERED: Final = (1 << NAVIGATION) | (1 << GARBAGE)
_BY_LINE: Final = (1 << JAVASCRIPT) | (1 << POLICY) | (1 << MORE) | (1 << AD) | (1 << SENSITIVE)


@njit(cache=True, nogil=True)
def measure_phrases(
    data: Any, start: int, end: int, automaton: Automaton, lines: float, chars: float, out: Any
) -> None:
    """Write `PHRASE_SIGNALS` of `data[start:end]`, which has `lines` lines and `chars` code points."""
    columns, step, kinds, sizes = automaton
    hits = np.zeros(N_KINDS, np.int64)
    line_kinds = 0
    state = np.int64(step[0, columns[_NEWLINE]])
    covered_to = start
    for i in range(start, end + 1):
        byte = data[i] if i < end else _NEWLINE
        state = np.int64(step[state, columns[byte]])
        found = kinds[state]
        if found:
            line_kinds |= found
            for kind in (LOREM_IPSUM, BRACE, MARKUP, LINK):
                hits[kind] += (found >> kind) & 1
            if found & _COVERED:
                fresh = min(np.int64(sizes[state]), i + 1 - covered_to)
                covered_to = i + 1
                hits[NAVIGATION if found & (1 << NAVIGATION) else GARBAGE] += fresh
        if byte == _NEWLINE:
            if line_kinds & _BY_LINE:
                for kind in (JAVASCRIPT, POLICY, MORE, AD, SENSITIVE):
                    hits[kind] += (line_kinds >> kind) & 1
            # What ends with the line may begin the next one, but was counted.
            line_kinds = 0
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
    longest, encoded = _encoded_runs(data, start, end)
    out[10] = longest
    out[11] = encoded / size
    out[12] = hits[SENSITIVE] / lines


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
def _encoded_runs(data: Any, start: int, end: int) -> tuple[int, int]:
    """The longest run of base64 or hexadecimal digits, line ends inside a block allowed; bytes of all long ones."""
    longest = total = run = 0
    for i in range(start, end):
        byte = data[i]
        folded = byte | 0x20
        is_code = 0x61 <= folded <= 0x7A or 0x2F <= byte <= 0x39 or byte == 0x2B or byte == 0x3D
        if is_code:
            run += 1
        elif byte == _NEWLINE and run >= _ENCODED - 4:
            continue
        else:
            total += run if run >= _ENCODED else 0
            longest = max(longest, run)
            run = 0
    total += run if run >= _ENCODED else 0
    return max(longest, run), total
