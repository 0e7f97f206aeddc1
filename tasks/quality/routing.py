"""Tell of every paragraph what it is: Chinese or other prose, table, code, fenced code.

Rules of prose are rules of the prose in a document: a manual that is half a listing is judged by its other half, and
where Chinese and English paragraphs stand side by side each is held to the limits of its language.
"""

from typing import Any, Final

from tasks.engine.kernel import kernel
from tasks.quality.characters import KINDS, NEWLINE, SPACE
from tasks.quality.line_counts import BARS, HANS, INKED, LETTERS, MARKS, N_COUNTS, OTHERS, SYLLABLES, TABS
from tasks.quality.scratch import TALLIES

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
FENCE: Final = 3  # marks in a row
# What follows the marks of a fence is the name of a language.
_MOST_INFO: Final = 40
# A Latin word has about five letters, a Chinese one two characters: neither language leads by the length of its words.
_LETTERS_PER_HAN: Final = 3

# Of a paragraph; behind the counts of a line.
_HAN, _LETTERS, _OTHER, _CODE_LINES, _INKED, _LINES, _BEGAN, _IN_FENCE = range(N_COUNTS, TALLIES)


@kernel
def count_fences(points: Any, keys: Any, n: int) -> int:
    """How many lines open or close a fence; one that is never closed is none."""
    found = i = 0
    while i < n:
        mark = keys[i]
        if mark != 0x60 and mark != 0x7E:
            # Of three marks in a row one is every third character.
            i += FENCE
            continue
        first = i
        while first > 0 and keys[first - 1] == mark:
            first -= 1
        line = first
        while line > 0 and KINDS[keys[line - 1]] == SPACE:
            line -= 1
        while keys[i] == mark:
            i += 1
        if line == 0 or KINDS[keys[line - 1]] == NEWLINE:
            end = i
            while KINDS[keys[end]] != NEWLINE and end - first <= _MOST_INFO:
                end += 1
            found += is_fence(points, first, end)
        i += FENCE - 1
    return found - (found & 1)


@kernel
def is_fence(points: Any, first: int, end: int) -> bool:
    """Whether a line of this content opens or closes a fence."""
    mark = points[first]
    if not (mark == 0x60 or mark == 0x7E) or end - first < FENCE or end - first > _MOST_INFO:
        return False
    return bool(points[first + 1] == mark and points[first + 2] == mark)


@kernel
def route_line(
    points: Any, start: int, first: int, end: int, n: int, fences: bool, routes: Any, tallies: Any, out: Any
) -> int:
    """Write the route of a line that is fenced, blank or of a table; add every other to its paragraph.

    Args:
        points: Code points.
        start: Where the line begins.
        first: Its first inked character; its end where it has none.
        end: Where it ends.
        n: Where the document ends.
        fences: Whether the line opens or closes a fence.
        routes: Of each code point; written.
        tallies: Counts of the line, and of its paragraph.
        out: Inked characters in Chinese, Latin and other prose, tables, code and fences; added to.

    Returns:
        The route, if it was written.
    """
    alone = BLANK
    if tallies[_IN_FENCE] or fences:
        alone = FENCED
    elif tallies[TABS] >= 2 or (tallies[BARS] >= 2 and points[first] == 0x7C):
        alone = TABLE
    blank = first == end
    if blank or alone or tallies[_LINES] == _MOST_LINES:
        close_paragraph(start, routes, tallies, out)
    if blank or alone:
        if fences:
            tallies[_IN_FENCE] = 1 - tallies[_IN_FENCE]
        stop = min(end + 1, n)
        routes[start:stop] = alone
        out[max(alone - 1, 0)] += tallies[INKED]
        tallies[_BEGAN] = stop
    else:
        _add_line(points, first, end, first - start, tallies)
    return alone


@kernel
def _add_line(points: Any, first: int, end: int, indent: int, tallies: Any) -> None:
    """Add the counts of a line to those of its paragraph, and whether it looks like code."""
    last = end - 1
    while last > first and points[last] <= 0x20:
        last -= 1
    inked, han, marks = tallies[INKED], tallies[HANS], tallies[MARKS]
    # ; { } at the end, < @ $ { } at the beginning
    ends = points[last] in (0x3B, 0x7B, 0x7D)
    begins = points[first] in (0x3C, 0x40, 0x24, 0x7D, 0x7B)
    is_code = ends or (begins and marks >= 2) or marks * 5 > inked or (indent >= 4 and marks * 12 > inked)
    tallies[_HAN] += han
    tallies[_LETTERS] += tallies[LETTERS]
    tallies[_OTHER] += tallies[OTHERS] + tallies[SYLLABLES]
    tallies[_CODE_LINES] += is_code and han * 2 < inked
    tallies[_INKED] += inked
    tallies[_LINES] += 1


@kernel
def close_paragraph(end: int, routes: Any, tallies: Any, out: Any) -> None:
    """Route what was added since the last one, and begin the next at `end`."""
    start = tallies[_BEGAN]
    tallies[_BEGAN] = end
    lines = tallies[_LINES]
    if lines == 0:
        return
    han, letters, other = tallies[_HAN], tallies[_LETTERS], tallies[_OTHER]
    if tallies[_CODE_LINES] * 5 > lines * 3:
        route = CODE
    elif other * 2 > han + letters + other:
        route = OTHER
    else:
        route = CHINESE if han * _LETTERS_PER_HAN > letters else LATIN
    routes[start:end] = route
    out[route - 1] += tallies[_INKED]
    tallies[_HAN : _LINES + 1] = 0
