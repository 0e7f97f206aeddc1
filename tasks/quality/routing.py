"""Tell of every paragraph what it is: Chinese or other prose, table, code, fenced code.

Rules of prose are rules of the prose in a document: a manual that is half a listing is judged by its other half, and
where Chinese and English paragraphs stand side by side each is held to the limits of its language.
"""

from typing import Any, Final

from numba import njit

from tasks.quality.characters import (
    HAN,
    HAN_RARE,
    HANGUL,
    KANA,
    LOWER,
    NEWLINE,
    OTHER_LETTER,
    PUNCTUATION,
    UPPER,
)

# What a character belongs to.
BLANK: Final = 0
CHINESE: Final = 1
LATIN: Final = 2
OTHER: Final = 3  # another script
TABLE: Final = 4
CODE: Final = 5
FENCED: Final = 6

# Text without blank lines is cut into paragraphs all the same, so that one of another language is seen.
_MOST_LINES: Final = 30
# What follows the marks of a fence is the name of a language.
_MOST_INFO: Final = 40
# A Latin word has about five letters, a Chinese one two characters: neither language leads by the length of its words.
_LETTERS_PER_HAN: Final = 3

# Counts of a line, then of a paragraph.
_L_INKED, _L_HAN, _L_LETTERS, _L_OTHER, _L_MARKS, _L_BARS, _L_TABS = range(7)
_HAN, _LETTERS, _OTHER, _CODE_LINES, _INKED = range(7, 12)
N_TALLIES: Final = 12


@njit(cache=True, nogil=True)
def route_paragraphs(points: Any, classes: Any, n: int, fences: bool, routes: Any, tallies: Any, out: Any) -> None:
    """Write the route of each of the `n` code points. A fence that is never closed is none.

    Args:
        points: Code points.
        classes: Their classes.
        n: How many there are.
        fences: Whether fences say what is code.
        routes: Of each code point; written.
        tallies: `N_TALLIES` counts; scratch.
        out: Shares of inked characters in Chinese, Latin and other prose, tables, code and fences; written.
    """
    out[:6] = 0.0
    tallies[:] = 0
    fenced = False
    paragraph = start = lines = opened = inked = before = 0
    while start < n or fenced:
        if start >= n:
            # Never closed: once more from where it began.
            start = paragraph = opened
            fenced = fences = False
            inked -= int(out[FENCED - 1]) - before
            out[FENCED - 1] = before
        first, end = _scan_line(points, classes, start, n, tallies)
        stop = min(end + 1, n)
        is_fence = fences and first >= 0 and _is_fence(points, first, end)
        alone = BLANK
        if fenced or is_fence:
            alone = FENCED
        elif tallies[_L_TABS] >= 2 or (tallies[_L_BARS] >= 2 and points[first] == 0x7C):
            alone = TABLE
        inked += tallies[_L_INKED]
        if first < 0 or alone or lines == _MOST_LINES:
            _close(paragraph, start, lines, routes, tallies, out)
            paragraph, lines = start, 0
        if first < 0 or alone:
            if is_fence and not fenced:
                opened, before = start, int(out[FENCED - 1])
            fenced = fenced != is_fence
            for k in range(start, stop):
                routes[k] = alone
            out[max(alone - 1, 0)] += tallies[_L_INKED]
            paragraph = stop
        else:
            _add_line(points, first, end, first - start, tallies)
            lines += 1
        start = stop
    _close(paragraph, n, lines, routes, tallies, out)
    for k in range(6):
        out[k] /= max(inked, 1)


@njit(cache=True, nogil=True)
def _scan_line(points: Any, classes: Any, start: int, n: int, tallies: Any) -> tuple[int, int]:
    """Count what the line has; return its first inked character (-1: none) and its end."""
    first = -1
    inked = han = letters = other = marks = bars = tabs = 0
    i = start
    while i < n:
        kind = classes[i]
        if kind <= NEWLINE:
            if kind == NEWLINE:
                break
            tabs += points[i] == 0x09 and first >= 0
            i += 1
            continue
        if first < 0:
            first = i
        inked += 1
        if LOWER <= kind <= UPPER:
            letters += 1
        elif HAN <= kind <= HAN_RARE:
            han += 1
        elif kind == PUNCTUATION:
            point = points[i]
            marks += _is_code_mark(point)
            bars += point == 0x7C
        else:
            other += kind in (OTHER_LETTER, KANA, HANGUL)
        i += 1
    tallies[_L_INKED] = inked
    tallies[_L_HAN] = han
    tallies[_L_LETTERS] = letters
    tallies[_L_OTHER] = other
    tallies[_L_MARKS] = marks
    tallies[_L_BARS] = bars
    tallies[_L_TABS] = tabs
    return first, i


@njit(cache=True, nogil=True, inline="always")
def _is_fence(points: Any, first: int, end: int) -> bool:
    mark = points[first]
    if not (mark == 0x60 or mark == 0x7E) or end - first < 3 or end - first > _MOST_INFO:
        return False
    return bool(points[first + 1] == mark and points[first + 2] == mark)


@njit(cache=True, nogil=True)
def _add_line(points: Any, first: int, end: int, indent: int, tallies: Any) -> None:
    """Add the counts of a line to those of its paragraph, and whether it looks like code."""
    last = end - 1
    while last > first and points[last] <= 0x20:
        last -= 1
    inked, han, marks = tallies[_L_INKED], tallies[_L_HAN], tallies[_L_MARKS]
    # ; { } at the end, < @ $ { } at the beginning
    ends = points[last] in (0x3B, 0x7B, 0x7D)
    begins = points[first] in (0x3C, 0x40, 0x24, 0x7D, 0x7B)
    is_code = ends or (begins and marks >= 2) or marks * 5 > inked or (indent >= 4 and marks * 12 > inked)
    tallies[_HAN] += han
    tallies[_LETTERS] += tallies[_L_LETTERS]
    tallies[_OTHER] += tallies[_L_OTHER]
    tallies[_CODE_LINES] += is_code and han * 2 < inked
    tallies[_INKED] += inked


@njit(cache=True, nogil=True, inline="always")
def _is_code_mark(point: int) -> bool:
    # ( ) { } [ ] = ; < > _ $ & \ " + /
    return point in (
        0x28,
        0x29,
        0x7B,
        0x7D,
        0x5B,
        0x5D,
        0x3D,
        0x3B,
        0x3C,
        0x3E,
        0x5F,
        0x24,
        0x26,
        0x5C,
        0x22,
        0x2B,
        0x2F,
    )


@njit(cache=True, nogil=True)
def _close(start: int, end: int, lines: int, routes: Any, tallies: Any, out: Any) -> None:
    """Route a paragraph of `lines` lines, and begin the next."""
    if lines == 0:
        return
    han, letters, other = tallies[_HAN], tallies[_LETTERS], tallies[_OTHER]
    if tallies[_CODE_LINES] * 5 > lines * 3:
        route = CODE
    elif other * 2 > han + letters + other:
        route = OTHER
    else:
        route = CHINESE if han * _LETTERS_PER_HAN > letters else LATIN
    for k in range(start, end):
        routes[k] = route
    out[route - 1] += tallies[_INKED]
    for k in range(_HAN, N_TALLIES):
        tallies[k] = 0
