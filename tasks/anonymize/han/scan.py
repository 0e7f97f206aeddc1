"""All names in a column of Chinese texts, in one compiled pass over its UTF-8."""

from typing import Any

import numpy as np

from tasks.anonymize.automaton import Bytes, Longs
from tasks.anonymize.han.lexicon import MAX_WORD, Lexicon
from tasks.anonymize.han.names import MAX_RUN, find
from tasks.engine.code_points import code_point
from tasks.engine.kernel import kernel


def find_names(text: str, lexicon: Lexicon) -> Longs:
    """Names in `text`: rows of start and end, in code points, and whether it is certain, in order."""
    data = np.frombuffer(text.encode(), np.uint8)
    return find_all_names(data, np.array([0, data.size]), lexicon)[:, 1:]


def find_all_names(data: Bytes, offsets: Longs, lexicon: Lexicon) -> Longs:
    """Names in the texts `data[offsets[i]:offsets[i + 1]]` (UTF-8): rows as of `find_names` with their text before."""
    longest = int(np.diff(offsets).max(initial=0))
    points = np.empty(longest, np.uint32)
    best, back = np.empty(MAX_RUN + 1, np.float64), np.empty(MAX_RUN + 1, np.int64)
    flag, entries = np.empty((MAX_RUN + 1, 2), np.int64), np.empty((MAX_RUN, MAX_WORD), np.uint32)
    # A name has six bytes, or five where it stands in Latin letters behind one: any one text's fit.
    out = np.empty((max(4096, longest // 5 + 1), 4), np.int64)
    pieces, item = [np.empty((0, 4), np.int64)], 0
    while item < offsets.size - 1:
        count, item = _find_all(
            data, offsets, item, lexicon.table, lexicon.single, lexicon.surname, lexicon.given, lexicon.foreign,
            points, best, back, flag, entries, out,
        )  # fmt: skip
        pieces.append(out[:count].copy())
    return np.concatenate(pieces)


@kernel
def _find_all(
    data: Any, offsets: Any, item: Any, table: Any, single: Any, surname: Any, given: Any, foreign: Any,
    points: Any, best: Any, back: Any, flag: Any, entries: Any, out: Any,
) -> Any:  # fmt: skip
    """Names of the texts from `item` on, as many as `out` has room for; returns their number and the next text."""
    count = 0
    while item < offsets.size - 1:
        begin, end = offsets[item], offsets[item + 1]
        if count + (end - begin) // 5 > out.shape[0]:
            break
        if _holds_han(data, begin, end):
            n = _decode(data, begin, end, points)
            first = count
            count = find(
                points[:n], table, single, surname, given, foreign, best, back, flag, entries, out, count
            )  # fmt: skip
            for row in range(first, count):
                out[row, 0] = item
        item += 1
    return count, item


@kernel
def _holds_han(data: Any, begin: Any, end: Any) -> Any:
    """A character of U+4000 to U+9FFF."""
    for i in range(begin, end):  # noqa: SIM110 - kernels know no generators
        if 0xE4 <= data[i] <= 0xE9:
            return True
    return False


@kernel
def _decode(data: Any, begin: Any, end: Any, points: Any) -> Any:
    """Write the code points of valid UTF-8; returns their number."""
    n, i = 0, begin
    while i < end:
        points[n], i = code_point(data, i)
        n += 1
    return n
