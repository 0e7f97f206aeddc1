"""Cut spans, blank line ends and spare lines out of many documents in one compiled loop, their blocks moved along.

What `clean._edit` does pass by pass with `find_trailing_blanks` and `find_spare_lines`, and tested against it: every
pass lists its edits, and then closes the gaps in the bytes where they stand. Nearly all of a text is only copied.
"""

from typing import Any, Final

import numpy as np

from tasks.engine.code_points import code_point, count_characters, skip_characters
from tasks.engine.kernel import kernel

# Line ends that stay of four and more.
_LINE_ENDS: Final = 3
# Rows of `edits`: start and end in code points; first byte and end in bytes; code points that are put there, line ends
# all of them; where that begins in the text after the edits.
_START, _END, _FIRST, _LAST, _PUT, _NEW = range(6)


@kernel
def tidy_all(
    data: Any, offsets: Any, cut_only: Any, span_offsets: Any, spans: Any, block_offsets: Any, blocks: Any,
    edits: Any, kept: Any, out: Any, out_offsets: Any, lengths: Any, runs: Any, run_offsets: Any,
) -> None:  # fmt: skip
    """Tidy the documents of a column.

    Args:
        data: UTF-8 of all documents.
        offsets: Where each begins in it.
        cut_only: Of each, whether nothing but its spans goes.
        span_offsets: Where the spans of each begin in `spans`.
        spans: Shape (2, spans): start and end in code points, ordered, none overlapping another.
        block_offsets: Where the blocks of each begin in `blocks`.
        blocks: Shape (3, blocks): start, end, and 1; they become where the block is now, and 0 where it was cut whole.
        edits: Scratch of shape (6, edits of one pass).
        kept: Scratch of shape (2, 3, runs of one document).
        out: UTF-8 of what is left; as long as `data`.
        out_offsets: Where each ends in it, behind a 0.
        lengths: Shape (2, documents): code points before and after.
        runs: Shape (3, any): start in the source, start in the text, length of what both have in common.
        run_offsets: Where the runs of each end, behind a 0.
    """
    for index in range(len(cut_only)):
        first = out_offsets[index]
        text = out[first : first + offsets[index + 1] - offsets[index]]
        end = _copy(data, offsets[index], offsets[index + 1], text, 0)
        length = count_characters(text, 0, end)
        kept[0, 0, 0], kept[0, 1, 0], kept[0, 2, 0] = 0, 0, length
        found, side = min(length, 1), 0
        lengths[0, index] = length
        for step in range(1 if cut_only[index] else 3):
            if step == 0:
                n = _list_spans(text, end, spans, span_offsets[index], span_offsets[index + 1], edits)
            elif step == 1:
                n, crowded = _list_trailing(text, end, edits)
            else:
                n = _list_spare(text, end, crowded, edits)
            if n:
                shift = _place(edits, n)
                _move(blocks, block_offsets[index], block_offsets[index + 1], edits, n)
                found = _keep(kept[side], found, edits, n, kept[1 - side])
                side = 1 - side
                end = _close(text, end, edits, n)
                length += shift
        lengths[1, index] = length
        out_offsets[index + 1] = first + end
        at = run_offsets[index]
        for run in range(found):
            for row in range(3):
                runs[row, at + run] = kept[side, row, run]
        run_offsets[index + 1] = at + found


@kernel
def _copy(source: Any, first: Any, last: Any, out: Any, to: Any) -> Any:
    # From 0 on, which compiles to copies of many bytes at once.
    taken, put = source[first:last], out[to : to + last - first]
    for k in range(len(taken)):
        put[k] = taken[k]
    return to + last - first


@kernel
def is_space(code: Any) -> Any:
    """What `str.isspace` says of a character."""
    if code < 0x80:
        return code == 32 or 9 <= code <= 13 or 28 <= code <= 31
    if code < 0x2000:
        return code == 0x85 or code == 0xA0 or code == 0x1680
    return code <= 0x200A or code == 0x2028 or code == 0x2029 or code == 0x202F or code == 0x205F or code == 0x3000


@kernel
def _add(edits: Any, n: Any, text: Any, first: Any, last: Any, put: Any) -> Any:
    """Append an edit of bytes behind the last one."""
    at, points = (edits[_LAST, n - 1], edits[_END, n - 1]) if n else (0, 0)
    start = points + count_characters(text, at, first)
    edits[_START, n], edits[_END, n] = start, start + count_characters(text, first, last)
    edits[_FIRST, n], edits[_LAST, n], edits[_PUT, n] = first, last, put
    return n + 1


@kernel
def _list_spans(text: Any, end: Any, spans: Any, low: Any, high: Any, edits: Any) -> Any:
    n = passed = at = 0
    for span in range(low, high):
        first = skip_characters(text, at, end, spans[0, span] - passed)
        at = skip_characters(text, first, end, spans[1, span] - spans[0, span])
        passed = spans[1, span]
        if at > first:
            n = _add(edits, n, text, first, at, 0)
    return n


@kernel
def _fence(text: Any, start: Any, end: Any, mark: Any, longest: Any) -> tuple[Any, Any]:
    """Mark and length of the fence that is open behind a line (0: none), as `fence_spans` says."""
    at = start
    while at < end and (text[at] == 32 or text[at] == 9):
        at += 1
    if at == end or (text[at] != 96 and text[at] != 126):
        return mark, longest
    run = at
    while run < end and text[run] == text[at]:
        run += 1
    if run - at < 3 or (mark != 0 and (text[at] != mark or run - at < longest)):
        return mark, longest
    blank, ticked, rest = True, False, run
    while rest < end:
        code, rest = code_point(text, rest)
        ticked |= code == 96
        blank &= is_space(code)
    if mark != 0:
        return (0, 0) if blank else (mark, longest)
    if text[at] == 96 and ticked:
        return 0, 0
    return np.int64(text[at]), run - at


@kernel
def _without_blanks(text: Any, start: Any, end: Any) -> Any:
    """Where a line ends without the blanks at its end (`BLANKS`)."""
    while end > start:
        last = text[end - 1]
        if last == 32 or last == 9:
            end -= 1
        elif last == 0xA0 and end - start >= 2 and text[end - 2] == 0xC2:
            end -= 2
        elif last == 0x80 and end - start >= 3 and text[end - 2] == 0x80 and text[end - 3] == 0xE3:
            end -= 3
        else:
            break
    return end


@kernel
def _list_trailing(text: Any, end: Any, edits: Any) -> tuple[Any, Any]:
    """Blanks at the ends of lines; whether four line ends or more follow each other without them."""
    n = mark = longest = line_ends = start = 0
    crowded = False
    while start < end:
        stop = start
        while stop < end and text[stop] != 10:
            stop += 1
        last, covered = stop, mark != 0
        mark, longest = _fence(text, start, stop, mark, longest)
        if not covered and mark == 0:
            last = _without_blanks(text, start, stop)
            if last < stop:
                n = _add(edits, n, text, last, stop, 0)
        line_ends = line_ends + 1 if last == start else 1
        crowded |= line_ends > _LINE_ENDS
        start = stop + 1
    return n, crowded


@kernel
def _list_spare(text: Any, end: Any, crowded: Any, edits: Any) -> Any:
    """Blank lines at both ends, and four and more line ends, of which three stay; if there are any (`crowded`)."""
    tail = end
    while tail > 0:
        first = tail - 1
        while text[first] & 0xC0 == 0x80:
            first -= 1
        if not is_space(code_point(text, first)[0]):
            break
        tail = first
    lead = at = 0
    while at < tail:
        code, at = code_point(text, at)
        if code == 10:
            lead = at
        elif not is_space(code):
            break
    n = _add(edits, 0, text, 0, lead, 0) if lead else 0
    if crowded:
        n = _list_crowds(text, lead, tail, edits, n)
    return _add(edits, n, text, tail, end, 0) if tail < end else n


@kernel
def _list_crowds(text: Any, lead: Any, tail: Any, edits: Any, n: Any) -> Any:
    mark = longest = 0
    start = lead
    while start < tail:
        stop = start
        while stop < tail and text[stop] != 10:
            stop += 1
        mark, longest = _fence(text, start, stop, mark, longest)
        start = stop
        while start < tail and text[start] == 10:
            start += 1
        if start - stop > _LINE_ENDS and mark == 0:
            n = _add(edits, n, text, stop, start, _LINE_ENDS)
    return n


@kernel
def _place(edits: Any, n: Any) -> Any:
    """Tell where every edit begins in the text after all of them; how much longer that is."""
    shift = 0
    for edit in range(n):
        edits[_NEW, edit] = edits[_START, edit] + shift
        shift += edits[_PUT, edit] - (edits[_END, edit] - edits[_START, edit])
    return shift


@kernel
def _moved(edits: Any, n: Any, position: Any, is_end: Any) -> Any:
    """Where a position is after the edits; one inside of an edit goes to its start, an end to its end."""
    low, high = 0, n
    while low < high:  # edits that begin at the position or before it; before an end
        middle = (low + high) // 2
        if edits[_START, middle] <= position - is_end:
            low = middle + 1
        else:
            high = middle
    if low == 0:
        return position
    edit = low - 1
    behind = edits[_NEW, edit] + edits[_PUT, edit]
    if position >= edits[_END, edit]:
        return behind + position - edits[_END, edit]
    return behind if is_end else edits[_NEW, edit]


@kernel
def _move(blocks: Any, low: Any, high: Any, edits: Any, n: Any) -> None:
    """Move blocks along; one that was cut whole is not brought back by a later pass."""
    for block in range(low, high):
        if not blocks[2, block]:
            continue
        start = _moved(edits, n, blocks[0, block], 0)
        end = _moved(edits, n, blocks[1, block], 1)
        if end <= start and blocks[2, block] == 1:
            blocks[2, block] = 0
        blocks[0, block], blocks[1, block] = start, end


@kernel
def _keep(before: Any, found: Any, edits: Any, n: Any, after: Any) -> Any:
    """What a text has in common with its source after the edits; how many runs that are."""
    count = at = shift = 0
    for run in range(found):
        begin = start = before[1, run]
        end = start + before[2, run]
        source = before[0, run] - begin
        while at < n and edits[_START, at] < end:
            if edits[_START, at] > start:
                after[0, count], after[1, count], after[2, count] = (
                    source + start, start + shift, edits[_START, at] - start,
                )  # fmt: skip
                count += 1
            start = max(start, edits[_END, at])
            if edits[_END, at] > end:
                break
            shift = edits[_NEW, at] + edits[_PUT, at] - edits[_END, at]
            at += 1
        if start < end:
            after[0, count], after[1, count], after[2, count] = source + start, start + shift, end - start
            count += 1
    return count


@kernel
def _close(text: Any, end: Any, edits: Any, n: Any) -> Any:
    """Make the edits in the bytes where they stand; where the text ends then."""
    to = edits[_FIRST, 0]
    for edit in range(n):
        for _ in range(edits[_PUT, edit]):
            text[to] = 10
            to += 1
        stop = edits[_FIRST, edit + 1] if edit + 1 < n else end
        to = _copy(text, edits[_LAST, edit], stop, text, to)
    return to
