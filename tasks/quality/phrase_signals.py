"""Signals of phrases, links, markup and encoded data: one pass over the bytes."""

from typing import Any, Final

import numpy as np

from tasks.engine.kernel import from_start, kernel
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
def measure_phrases(text: Any, automaton: Automaton, lines: float, chars: float, hits: Any, out: Any) -> None:
    """Write `PHRASE_SIGNALS` of UTF-8 that has `lines` lines and `chars` code points."""
    hits[:] = 0
    _find_phrases(text, automaton, hits)
    longest, encoded = _measure_runs(text)
    lines, chars, size = max(lines, 1.0), max(chars, 1.0), max(text.size, 1)
    out[0] = hits[JAVASCRIPT] / lines
    out[1] = hits[POLICY] / lines
    out[2] = hits[LOREM_IPSUM]
    out[3] = _count_braces(text)
    out[4] = hits[MORE] / lines
    out[5] = hits[AD] / lines
    out[6] = hits[NAVIGATION] / size
    out[7] = hits[GARBAGE] / size
    out[8] = hits[MARKUP] / chars
    out[9] = (_link_bytes(text) if hits[LINK] else 0) / size
    out[10] = longest
    out[11] = encoded / size
    out[12] = hits[SENSITIVE] / lines


@kernel
def _find_phrases(text: Any, automaton: Automaton, hits: Any) -> None:
    """Count the phrases of every kind, or the lines they are in.

    The automaton reads only from where a phrase may begin. There it starts anew, which gives what it gives when it
    reads everything: where it left off no phrase had begun.
    """
    columns, step, kinds, sizes, depths = automaton[:5]
    line_kinds = np.uint16(0)
    # As if a line had ended before the text; what is read twice is counted once.
    state = int(np.int64(step[0, columns[_NEWLINE]]))
    begun, counted, covered_to, i = -1, 0, 0, 0
    end = text.size
    while i <= end:
        byte = text[from_start(i)] if i < end else np.uint8(_NEWLINE)
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
            i = begun = _next_beginning(text, i - depth, automaton)
            state = 0


@kernel
def _next_beginning(text: Any, i: int, automaton: Automaton) -> int:
    """Where, from `i` on, a phrase may begin."""
    i = from_start(i)
    if i + _BEGINNING > text.size:
        return i
    window = int(np.int64(text[i])) << 8 | int(np.int64(text[i + 1]))
    while i + _BEGINNING <= text.size:
        window = (window << 8 | int(np.int64(text[i + 2]))) & 0xFFFFFF
        found = automaton.beginnings[beginning_slot(window)]
        if found and (found == SHORT or i + CONTINUED > text.size or _continues(text, i, automaton)):
            return i
        i += 1
    return i


@kernel
def _continues(text: Any, i: int, automaton: Automaton) -> bool:
    i = from_start(i)
    three = int(np.int64(text[i + 2])) << 16 | int(np.int64(text[i + 3])) << 8 | int(np.int64(text[i + 4]))
    return bool(automaton.continuations[beginning_slot(three)])


@kernel
def _link_bytes(text: Any) -> int:
    """Bytes of "scheme://…" up to white space, a quote, a closing bracket or a character beyond ASCII."""
    total = i = 0
    while i < text.size - 3:
        # The third byte of where "://" may be says how far away the next such place is.
        i = from_start(i)
        third = text[i + 2]
        if third != 0x2F:
            i += 2 if third == 0x3A else 3
        elif text[i] != 0x3A or text[i + 1] != 0x2F:
            i += 1
        else:
            first, last = i, i + 3
            while first > 0 and 0x61 <= text[first - 1] | 0x20 <= 0x7A:
                first -= 1
            while (
                last < text.size
                and 0x20 < text[last] < 0x7F
                and text[last] not in (0x22, 0x27, 0x29, 0x3C, 0x3E, 0x5D, 0x60)
            ):
                last += 1
            total += last - first
            i = last
    return total


@kernel
def _count_braces(text: Any) -> int:
    braces = 0
    for i in range(text.size):
        braces += text[i] == 0x7B
    return braces


@kernel
def _measure_runs(text: Any) -> tuple[int, int]:
    """The longest run of base64 or hexadecimal digits, line ends inside a block allowed; bytes of all long ones.

    What matters is longer than the longest so far, or nearly a block: where no such run is, a few bytes tell, as words
    are found from their ends (Boyer and Moore, 1977).
    """
    longest = total = 0
    i = read = 0  # a run may begin at `i`; from there to `read` are digits
    while True:
        least = min(longest + 1, _ENCODED - 4)
        k = i + least - 1
        if k >= text.size:
            return longest, total
        while k >= read and _DIGITS[text[from_start(k)]]:
            k -= 1
        if k >= read:
            read = i + least
            i = k + 1
            continue
        run = least
        i = from_start(i + least)
        while i < text.size and (_DIGITS[text[i]] or (text[i] == _NEWLINE and run >= _ENCODED - 4)):
            run += text[i] != _NEWLINE
            i += 1
        read = i
        longest = max(longest, run)
        total += run if run >= _ENCODED else 0
