"""Cut spans, blank line ends and spare lines out of many documents in one compiled loop, their blocks moved along.

What `clean._edit` does pass by pass with `find_trailing_blanks` and `find_spare_lines`, and tested against it: a
document is decoded once, every pass marks what goes and closes the gaps, and what is left knows where it came from.
"""

from typing import Any, Final

import numpy as np

from tasks.engine.code_points import code_point
from tasks.engine.kernel import kernel

# Marks of characters: taken out; part of line ends that are written anew.
_GONE: Final = 1
_ANEW: Final = 2


@kernel
def tidy_all(
    data: Any, offsets: Any, rows: Any, cut_only: Any, span_offsets: Any, spans: Any, block_offsets: Any, blocks: Any,
    scratch: Any, out: Any, out_offsets: Any, lengths: Any, runs: Any, run_offsets: Any,
) -> None:  # fmt: skip
    """Tidy documents `rows` of a column.

    Args:
        data: UTF-8 of all documents.
        offsets: Where each begins in it.
        rows: Documents to tidy.
        cut_only: Of each of those, whether nothing but its spans goes.
        span_offsets: Where the spans of each begin in `spans`.
        spans: Shape (2, spans): start and end in code points, ordered, none overlapping another.
        block_offsets: Where the blocks of each begin in `blocks`.
        blocks: Shape (3, blocks): start, end, and 1; they become where the block is now, and 0 where it was cut whole.
        scratch: Shape (6, code points of the longest + 1).
        out: UTF-8 of what is left, of all `rows`.
        out_offsets: Where each ends in it, behind a 0.
        lengths: Shape (2, rows): code points before and after.
        runs: Shape (3, any): start in the source, start in the text, length of what both have in common.
        run_offsets: Where the runs of each end, behind a 0.
    """
    points, source, gone, inside, at, until = scratch
    written = found = 0
    for index in range(len(rows)):
        size, fenced = _decode(data, offsets[rows[index]], offsets[rows[index] + 1], points, source, gone)
        lengths[0, index] = same = size
        low, high = block_offsets[index], block_offsets[index + 1]
        first, last = span_offsets[index], span_offsets[index + 1]
        if first < last:
            for span in range(first, last):
                gone[spans[0, span] : spans[1, span]] = _GONE
            same = spans[0, first]
            size = _close(points, source, gone, at, until, same, size)
            _move(blocks, low, high, at, until, same)
        if not cut_only[index]:
            _find_fences(points, inside, size, fenced)
            start = _mark_trailing(points, inside, gone, size)
            if start < size:
                same = min(same, start)
                size = _close(points, source, gone, at, until, start, size)
                _move(blocks, low, high, at, until, start)
                _find_fences(points, inside, size, fenced)
            start = _mark_spare(points, inside, gone, source, size)
            if start < size:
                same = min(same, start)
                size = _close(points, source, gone, at, until, start, size)
                _move(blocks, low, high, at, until, start)
        lengths[1, index] = size
        found = _add_runs(source, min(same, size), size, runs, found)
        run_offsets[index + 1] = found
        written = _encode(points, size, out, written)
        out_offsets[index + 1] = written


@kernel
def _decode(data: Any, position: Any, end: Any, points: Any, source: Any, gone: Any) -> tuple[Any, Any]:
    """Characters of a document, nothing of it gone; how many they are, and whether it may have fences."""
    size, fenced = 0, False
    last = before = np.int64(0)
    while position < end:
        code, position = code_point(data, position)
        points[size], source[size], gone[size] = code, size, 0
        if code == 96 or code == 126:
            fenced |= code == last and code == before
        last, before = code, last
        size += 1
    return size, fenced


@kernel
def is_space(code: Any) -> Any:
    """What `str.isspace` says of a character."""
    if code < 0x80:
        return code == 32 or 9 <= code <= 13 or 28 <= code <= 31
    if code < 0x2000:
        return code == 0x85 or code == 0xA0 or code == 0x1680
    return code <= 0x200A or code == 0x2028 or code == 0x2029 or code == 0x202F or code == 0x205F or code == 0x3000


@kernel
def _find_fences(points: Any, inside: Any, size: Any, fenced: Any) -> None:
    """`inside`: whether each character lies in fenced code, as `fence_spans` says; none does if not `fenced`."""
    if not fenced:
        inside[:size] = 0
        return
    mark = longest = start = 0
    while start < size:
        at = start
        while at < size and (points[at] == 32 or points[at] == 9):
            at += 1
        run = at
        while run < size and points[run] == points[at] and (points[at] == 96 or points[at] == 126):
            run += 1
        blank, ticked, end = True, False, run
        while end < size and points[end] != 10:
            ticked |= points[end] == 96
            blank &= is_space(points[end])
            end += 1
        covered = mark != 0
        if run - at >= 3:
            if not covered and (points[at] == 126 or not ticked):
                mark, longest, covered = points[at], run - at, True
            elif covered and points[at] == mark and run - at >= longest and blank:
                mark = 0
        inside[start:end] = covered
        if end < size:
            inside[end] = mark != 0
        start = end + 1


@kernel
def _mark_trailing(points: Any, inside: Any, gone: Any, size: Any) -> Any:
    """Mark the blanks at the ends of lines; gives the first."""
    found, begin = size, 0
    for i in range(size + 1):
        code = points[i] if i < size else 10
        if code == 10:
            if begin < i and not inside[begin]:
                gone[begin:i] = _GONE
                found = min(found, begin)
            begin = i + 1
        elif (code > 32 and code != 0xA0 and code != 0x3000) or (code < 32 and code != 9):
            begin = i + 1
    return found


@kernel
def _mark_spare(points: Any, inside: Any, gone: Any, source: Any, size: Any) -> Any:
    """Mark blank lines at both ends, and four and more line ends, of which three stay, from nowhere (-1): the first."""
    tail = size
    while tail > 0 and is_space(points[tail - 1]):
        tail -= 1
    gone[tail:size] = _GONE
    found = tail
    lead = at = 0
    while at < tail and is_space(points[at]):
        at += 1
        if points[at - 1] == 10:
            lead = at
    gone[:lead] = _GONE
    if lead > 0:
        found = 0
    start = at
    while start < tail:
        if points[start] != 10:
            start += 1
            continue
        end = start
        while end < tail and points[end] == 10:
            end += 1
        if end - start > 3 and not inside[start]:
            source[start : start + 3] = -1
            gone[start : start + 3] = _ANEW
            gone[start + 3 : end] = _ANEW | _GONE
            found = min(found, start)
        start = end
    return found


@kernel
def _close(points: Any, source: Any, gone: Any, at: Any, until: Any, first: Any, size: Any) -> Any:
    """Take out what is gone, `first` of all, and tell where every position behind went, as a start and as an end.

    What begins in lines written anew begins with them, what ends there ends behind them.
    """
    kept = begin = first
    anew = False
    for i in range(first, size):
        mark = gone[i]
        at[i] = until[i] = kept
        if mark >= _ANEW:
            if anew:
                at[i], until[i] = begin, begin + 3
            else:
                begin = kept
        anew = mark >= _ANEW
        points[kept], source[kept] = points[i], source[i]
        kept += mark & _GONE == 0
        gone[i] = 0
    at[size] = until[size] = kept
    return kept


@kernel
def _move(blocks: Any, low: Any, high: Any, at: Any, until: Any, first: Any) -> None:
    """Move blocks along that reach beyond `first`; one that was cut whole is not brought back by a later pass."""
    for block in range(low, high):
        if not blocks[2, block]:
            continue
        start, end = blocks[0, block], blocks[1, block]
        if start >= first:
            start = at[start]
        if end >= first:
            end = until[end]
        if end <= start and blocks[2, block] == 1:
            blocks[2, block] = 0
        blocks[0, block], blocks[1, block] = start, end


@kernel
def _add_runs(source: Any, same: Any, size: Any, runs: Any, found: Any) -> Any:
    """Append what both texts have in common; `same` characters at the beginning are."""
    if same:
        runs[0, found], runs[1, found], runs[2, found] = 0, 0, same
        found += 1
    for i in range(same, size):
        if source[i] < 0:
            continue
        if i == 0 or source[i - 1] < 0 or source[i] != source[i - 1] + 1:
            runs[0, found], runs[1, found], runs[2, found] = source[i], i, 0
            found += 1
        runs[2, found - 1] += 1
    return found


@kernel
def _encode(points: Any, size: Any, out: Any, written: Any) -> Any:
    for i in range(size):
        code = points[i]
        if code < 0x80:
            out[written] = code
            written += 1
            continue
        width = 2 if code < 0x800 else 3 if code < 0x10000 else 4
        for k in range(width - 1, 0, -1):
            out[written + k] = 0x80 | code & 0x3F
            code >>= 6
        out[written] = (0xF00 >> width) & 0xFF | code
        written += width
    return written
