"""Cut windows around anchors, one set for each family of recognizers, and join them for judging.

A window ends at the end of its line (of the next, for families whose cues stand on lines of their own), or where the
reach of its anchors ends: there at the next blank or character that is not ASCII, so that no word or number is cut.
Windows of one family that touch are one.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from tasks.anonymize.automaton import Bytes, Longs
from tasks.anonymize.families import Family
from tasks.anonymize.gate import Anchors
from tasks.engine.kernel import kernel

# Bytes a window reaches past its anchors on the same line, before it looks for a place to end.
REACH: Final = 320
# A private key is at most this many bytes from its first line to its last.
BLOCK_REACH: Final = 16_384
# A word without an end is cut after this many bytes more.
_LONGEST_WORD: Final = 8_192
# Their values may stand on the lines below: lines of a window.
_OVER_LINES: Final = {Family.NAME: 2, Family.DIAL: 2, Family.NEST: 4, Family.ADDRESS: 6}
# And on those above, the anchor's own among them.
_LINES_UP: Final = {Family.ADDRESS: 3}
# No document holds NUL (document@1), so no match crosses from one window to the next.
SEPARATOR: Final = "\n\0\n"


@dataclass(frozen=True)
class Windows:
    """Pieces of texts, in order of item and start.

    Args:
        item: Index of the text in its column.
        start: First code point of the window in its text.
        texts: The windows.
    """

    item: Longs
    start: Longs
    texts: Sequence[str]


def cut_windows(data: Bytes, offsets: Longs, anchors: Anchors, family: Family) -> Windows:
    """Windows around the anchors of `family`."""
    chosen = np.flatnonzero(anchors.family & int(family))
    order = chosen[np.argsort(anchors.start[chosen], kind="stable")]
    item, start, end = anchors.item[order], anchors.start[order], anchors.end[order]
    rows = np.empty((order.size, 4), np.int64)
    down = max(number for one, number in {Family(0): 1, **_OVER_LINES}.items() if family & one == one)
    up = max(number for one, number in {Family(0): 1, **_LINES_UP}.items() if family & one == one)
    count = _cut(data, offsets, item, start, end, family is Family.BLOCK, up, down, rows)
    rows = rows[:count]
    buffer = memoryview(data)  # type: ignore[arg-type]
    # Texts are valid UTF-8 and windows end between characters.
    texts = [str(buffer[a:b], "utf-8") for a, b in rows[:, 1:3].tolist()]
    return Windows(rows[:, 0].copy(), rows[:, 3].copy(), texts)


@kernel
def _cut(
    data: Any, offsets: Any, items: Any, starts: Any, ends: Any, is_block: Any, up: Any, down: Any, rows: Any
) -> Any:
    count = 0
    seen_item, seen_byte, seen_points = -1, 0, 0
    for k in range(items.size):
        item = items[k]
        low, high = offsets[item], offsets[item + 1]
        a = starts[k] if is_block else _left(data, low, starts[k], up)
        b = min(high, starts[k] + BLOCK_REACH) if is_block else _right(data, high, ends[k], down)
        while b < high and (data[b] & 0xC0) == 0x80:
            b += 1
        if count and rows[count - 1, 0] == item and a <= rows[count - 1, 2]:
            rows[count - 1, 2] = max(b, rows[count - 1, 2])
            continue
        if item != seen_item:
            seen_item, seen_byte, seen_points = item, low, 0
        for i in range(seen_byte, a):
            seen_points += (data[i] & 0xC0) != 0x80
        seen_byte = a
        rows[count, 0], rows[count, 1], rows[count, 2], rows[count, 3] = item, a, b, seen_points
        count += 1
    return count


@kernel
def _left(data: Any, low: Any, start: Any, lines: Any) -> Any:
    i = start
    floor = max(low, start - REACH)
    while i > floor:
        if data[i - 1] == 10:
            lines -= 1
            if not lines:
                break
        i -= 1
    if i == low or data[i - 1] == 10:
        return i
    bottom = max(low, i - _LONGEST_WORD)
    # Ends after a blank, or between a character that is not ASCII and anything.
    while i > bottom and data[i - 1] != 10 and data[i - 1] != 32 and data[i] & 0xC0 != 0xC0:
        i -= 1
    while i > low and (data[i] & 0xC0) == 0x80:
        i -= 1
    return i


@kernel
def _right(data: Any, high: Any, end: Any, lines: Any) -> Any:
    i = end
    ceiling = min(high, end + REACH)
    while i < ceiling:
        if data[i] == 10 and (i + 1 == high or data[i + 1] != 10):
            lines -= 1
            if not lines:
                break
        i += 1
    if i == high or data[i] == 10:
        return i
    top = min(high, i + _LONGEST_WORD)
    while i < top and data[i] != 10 and data[i] != 32 and data[i] & 0xC0 != 0xC0:
        i += 1
    return i


@dataclass(frozen=True)
class Joined:
    """Windows as one text, so that a recognizer is called once for many.

    Args:
        text: Windows with `SEPARATOR` between.
        first: Index of the first of them.
        starts: Where each starts in `text`, rising.
    """

    text: str
    first: int
    starts: Sequence[int]

    def locate(self, position: int) -> tuple[int, int]:
        """Window that holds a position of `text`, and the position in it."""
        index = bisect_right(self.starts, position) - 1
        return self.first + index, position - self.starts[index]


def join_windows(texts: Sequence[str], *, max_chars: int) -> Iterator[Joined]:
    """Join consecutive windows into texts of at most about `max_chars`."""
    first = 0
    while first < len(texts):
        last, size, starts = first, 0, []
        while last < len(texts) and (last == first or size + len(texts[last]) <= max_chars):
            starts.append(size)
            size += len(texts[last]) + len(SEPARATOR)
            last += 1
        yield Joined(SEPARATOR.join(texts[first:last]), first, starts)
        first = last
