"""All names in Latin letters in a column of texts, outside of fenced code, in one compiled pass over its UTF-8."""

from typing import Any, Final

import numpy as np

from tasks.anonymize.automaton import Bytes, Longs
from tasks.anonymize.latin.lexicon import Lexicon
from tasks.anonymize.latin.names import count_points, name_in
from tasks.anonymize.latin.words import MAX_RUN, START, STOP, read_run, starts_word
from tasks.engine.kernel import kernel

# A fence has at least as many marks.
_FENCE: Final = 3
# A name and what parts it from the next have at least as many bytes.
_MIN_NAME: Final = 4


def find_names(text: str, lexicon: Lexicon) -> Longs:
    """Names in `text`: rows of start and end, in code points, in order."""
    data = np.frombuffer(text.encode(), np.uint8)
    return find_all_names(data, np.array([0, data.size]), lexicon)[:, 1:]


def find_all_names(data: Bytes, offsets: Longs, lexicon: Lexicon) -> Longs:
    """Names in the texts `data[offsets[i]:offsets[i + 1]]` (UTF-8): rows as of `find_names` with their text before."""
    longest = int(np.diff(offsets).max(initial=0))
    out = np.empty((max(4096, longest // _MIN_NAME + 1), 3), np.int64)
    run = np.zeros((MAX_RUN + 1, 6), np.int64)
    pieces, item = [np.empty((0, 3), np.int64)], 0
    while item < offsets.size - 1:
        count, item = _find_all(data, offsets, item, lexicon.table, lexicon.kind, lexicon.fold, run, out)
        pieces.append(out[:count].copy())
    return np.concatenate(pieces)


@kernel
def _find_all(data: Any, offsets: Any, item: Any, table: Any, kind: Any, fold: Any, run: Any, out: Any) -> Any:
    """Names of the texts from `item` on, as many as `out` has room for; returns their number and the next text."""
    count = 0
    while item < offsets.size - 1:
        begin, end = offsets[item], offsets[item + 1]
        if count + (end - begin) // _MIN_NAME + 1 > out.shape[0]:
            break
        count = _find(data, begin, end, item, table, kind, fold, run, out, count)
        item += 1
    return count, item


@kernel
def _find(
    data: Any, begin: Any, end: Any, item: Any, table: Any, kind: Any, fold: Any, run: Any, out: Any, count: Any
) -> Any:
    marks, sign = _fence(data, begin, end, 0, 0)  # of the fence that is open
    seen, points = begin, 0
    i = begin
    while i < end:
        byte = data[i]
        # Small letters and blanks first: they are most of a text.
        if 90 < byte < 0xC3 or byte < 65:
            i += 1
            if byte == 10:
                marks, sign = _fence(data, i, end, marks, sign)
            continue
        if marks or not (byte <= 90 or byte <= 0xC9 or byte == 0xE1) or not starts_word(data, begin, i, kind):
            i += 1
            continue
        k = _after_identifier(data, i, end)
        if k > i:
            i = k
            continue
        n, after = read_run(data, i, end, table, kind, fold, run)
        i = max(after, i + 1)
        if not 0 < n <= MAX_RUN:
            continue
        lo = name_in(data, begin, end, run, n, table, kind, fold)
        if lo < n:
            start, stop = run[lo, START], run[n - 1, STOP]
            points += count_points(data, seen, start)
            size = count_points(data, start, stop)
            out[count, 0], out[count, 1], out[count, 2] = item, points, points + size
            points += size
            seen = stop
            count += 1
    return count


@kernel
def _after_identifier(data: Any, i: Any, end: Any) -> Any:
    """Where the identifier at i ends, told by an inner capital, digit, _ or bracket; i where it may be a word.

    What `read_run` would find too, and takes longer for: code is full of them.
    """
    k = i + 1
    while k < end and 97 <= data[k] <= 122:
        k += 1
    if k == end:
        return i
    byte = data[k]
    # After two or three letters it may be McAdam or MacLeod.
    is_inner = 65 <= byte <= 90 and k - i != 2 and k - i != 3
    # digits _ ( =
    if not (is_inner or 48 <= byte <= 57 or byte == 95 or byte == 40 or byte == 61):
        return i
    while k < end and (97 <= data[k] <= 122 or 65 <= data[k] <= 90 or 48 <= data[k] <= 57 or data[k] == 95):
        k += 1
    return k


@kernel
def _fence(data: Any, i: Any, end: Any, marks: Any, sign: Any) -> Any:
    """Marks and sign of the fence that is open after the beginning of the line at i (CommonMark 0.31, 4.5)."""
    k = i
    while k < end and (data[k] == 32 or data[k] == 9):
        k += 1
    if k + _FENCE > end or not (data[k] == 96 or data[k] == 126):
        return marks, sign
    first = k
    while k < end and data[k] == data[first]:
        k += 1
    size = k - first
    if size < _FENCE or (marks and (data[first] != sign or size < marks)):
        return marks, sign
    is_blank, ticks = True, 0
    while k < end and data[k] != 10:
        is_blank = is_blank and (data[k] == 32 or data[k] == 9)
        ticks += data[k] == 96
        k += 1
    if marks:
        return (0, 0) if is_blank else (marks, sign)
    if data[first] == 96 and ticks:
        return marks, sign
    return size, np.int64(data[first])
