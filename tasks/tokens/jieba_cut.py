"""`jieba.cut` and `jieba.cut_for_search` over whole Arrow columns, compiled: the same words, joined by spaces.

The algorithm is jieba's: the most probable path through the dictionary, a hidden Markov model for runs of characters
that form no word, in the same floating point arithmetic, so that even paths of almost equal weight come out the same
(tests/tokens/test_jieba_cut.py compares the two). jieba cuts 0.5 MB of text a second.
"""

from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from numba import njit

from tasks.engine.code_points import code_point
from tasks.engine.utf8 import utf8_column
from tasks.tokens.jieba_dictionary import FIRST_HAN, LAST_HAN, NO_WORD, Dictionary, child_of, jieba_dictionary

_SPACE: Final = 0x20
_LINE_FEED: Final = 0x0A
_RETURN: Final = 0x0D
# Bytes written for a byte read, at most: a character is in two pairs, three triples and a word, and a space follows
# each of those.
_GROWTH: Final = 9
_B, _M, _E, _S = range(4)
# Kinds of characters: a word by itself; those among which jieba looks for words.
_OTHER, _SIGN, _ALNUM, _HAN = range(4)


class _Work(NamedTuple):
    """Work arrays, one entry a character."""

    points: npt.NDArray[np.int32]
    kinds: npt.NDArray[np.uint8]
    places: npt.NDArray[np.int64]  # byte where the character begins
    scores: npt.NDArray[np.float64]  # of the best path from here to the end of the block
    ends: npt.NDArray[np.int32]  # of the word that begins here
    states: npt.NDArray[np.int8]  # [character, state]: the state before it on the best path


def cut_words(texts: pa.ChunkedArray, *, for_search: bool) -> pa.Array:
    """`" ".join(jieba.cut(text))` of each text, with jieba's default dictionary.

    Args:
        texts: A `large_string` column without nulls.
        for_search: As `jieba.cut_for_search`: the words inside a long word come before it.
    """
    column = utf8_column(texts)
    longest = column.longest
    work = _Work(
        np.empty(longest + 1, np.int32),
        np.empty(longest + 1, np.uint8),
        np.empty(longest + 1, np.int64),
        np.empty(longest + 1, np.float64),
        np.empty(longest + 1, np.int32),
        np.empty((longest + 1, 4), np.int8),
    )
    out, offsets = _cut_all(column.data, column.offsets, jieba_dictionary(), work, for_search)
    buffers = [None, pa.py_buffer(offsets), pa.py_buffer(out)]
    return pa.LargeStringArray.from_buffers(len(offsets) - 1, buffers[1], buffers[2])


@njit(cache=True, nogil=True)
def _cut_all(data: Any, offsets: Any, words: Dictionary, work: _Work, for_search: bool) -> Any:
    n = len(offsets) - 1
    out = np.empty(2 * (offsets[n] - offsets[0]) + 64, np.uint8)
    out_offsets = np.zeros(n + 1, np.int64)
    at = 0
    for row in range(n):
        start, end = offsets[row], offsets[row + 1]
        needed = at + _GROWTH * (end - start)
        if needed > len(out):
            grown = np.empty(max(needed, len(out) * 3 // 2), np.uint8)
            grown[:at] = out[:at]
            out = grown
        n_points = _decode(data, start, end, work.points, work.kinds, work.places)
        _find_paths(n_points, work.points, work.kinds, words, work.scores, work.ends)
        _guess_words(n_points, words, work)
        first = at
        at = _write_words(data, n_points, words, work, for_search, out, at)
        # Every word was written with a space behind it.
        at -= at > first
        out_offsets[row + 1] = at
    return out[:at].copy(), out_offsets


@njit(cache=True, nogil=True)
def _decode(data: Any, start: int, end: int, points: Any, kinds: Any, places: Any) -> int:
    n = 0
    i = start
    while i < end:
        places[n] = i
        points[n], i = code_point(data, i)
        kinds[n] = _kind_of(points[n])
        n += 1
    places[n] = end
    return n


@njit(cache=True, nogil=True)
def _kind_of(point: int) -> int:
    if 0x61 <= (point | 0x20) <= 0x7A or 0x30 <= point <= 0x39:
        return _ALNUM
    if FIRST_HAN <= point <= LAST_HAN:
        return _HAN
    return _SIGN if point in (0x2B, 0x23, 0x26, 0x2E, 0x5F, 0x25, 0x2D) else _OTHER


@njit(cache=True, nogil=True)
def _find_paths(n: int, points: Any, kinds: Any, words: Dictionary, scores: Any, ends: Any) -> None:
    """Set `ends` to the words of the most probable path through each block of characters that are cut."""
    first, edges, weights, unknown = words.first, words.edges, words.weights, words.unknown
    scores[n] = 0.0
    for i in range(n - 1, -1, -1):
        ends[i] = i + 1
        if kinds[i] == _OTHER:
            scores[i] = 0.0
            if points[i] == _RETURN and i + 1 < n and points[i + 1] == _LINE_FEED:
                ends[i] = i + 2
            continue
        best, best_end = unknown + scores[i + 1], i + 1
        node = int(first[points[i]])
        k = i + 1
        found = False
        while node:
            weight = weights[node]
            # Of equals, jieba takes the longest. A character counts as unknown only where no word begins at it.
            if weight != NO_WORD and (not found or weight + scores[k] >= best):
                best, best_end, found = weight + scores[k], k, True
            if k == n or kinds[k] == _OTHER:
                break
            node = child_of(node, points[k], first, edges)
            k += 1
        scores[i], ends[i] = best, best_end


@njit(cache=True, nogil=True)
def _guess_words(n: int, words: Dictionary, work: _Work) -> None:
    """Look again at runs of characters that are on the path one by one, unless such a run is a word."""
    points, kinds, ends = work.points, work.kinds, work.ends
    first, edges, weights = words.first, words.edges, words.weights
    i = 0
    while i < n:
        stop = i
        while stop < n and ends[stop] == stop + 1 and kinds[stop] != _OTHER:
            stop += 1
        if stop - i < 2 or (first[points[i]] and _is_word(points, i, stop, first, edges, weights)):
            i = max(stop, ends[i])
            continue
        while i < stop:
            end = i
            while end < stop and kinds[end] == _HAN:
                end += 1
            if end - i > 1:
                _run_model(i, end, points, words.start, words.change, words.emit, work.states, ends)
            elif end == i:
                end = _latin_end(points, kinds, i, stop)
                ends[i] = end
            i = end


@njit(cache=True, nogil=True)
def _latin_end(points: Any, kinds: Any, start: int, stop: int) -> int:
    r"""End of a match of `[a-zA-Z0-9]+(?:\.\d+)?%?`, or of the signs up to the next one or the next Han character."""
    i = start + 1
    if kinds[start] == _SIGN:
        while i < stop and kinds[i] == _SIGN:
            i += 1
        return i
    while i < stop and kinds[i] == _ALNUM:
        i += 1
    if i + 1 < stop and points[i] == 0x2E and 0x30 <= points[i + 1] <= 0x39:
        i += 2
        while i < stop and 0x30 <= points[i] <= 0x39:
            i += 1
    return i + 1 if i < stop and points[i] == 0x25 else i


@njit(cache=True, nogil=True)
def _run_model(start: int, stop: int, points: Any, begin: Any, change: Any, emit: Any, back: Any, ends: Any) -> None:
    """Set `ends` to the words that the most probable states of the model make of Han characters (Viterbi)."""
    emitted = emit[points[start] - FIRST_HAN]
    b, m, e, s = begin[_B] + emitted[_B], begin[_M] + emitted[_M], begin[_E] + emitted[_E], begin[_S] + emitted[_S]
    for i in range(start + 1, stop):
        emitted = emit[points[i] - FIRST_HAN]
        # Two states can come before each; of equals, jieba takes the later letter.
        b_after_e, b_after_s = e + change[_E, _B] + emitted[_B], s + change[_S, _B] + emitted[_B]
        m_after_b, m_after_m = b + change[_B, _M] + emitted[_M], m + change[_M, _M] + emitted[_M]
        e_after_b, e_after_m = b + change[_B, _E] + emitted[_E], m + change[_M, _E] + emitted[_E]
        s_after_e, s_after_s = e + change[_E, _S] + emitted[_S], s + change[_S, _S] + emitted[_S]
        back[i, _B] = _S if b_after_s >= b_after_e else _E
        back[i, _M] = _M if m_after_m >= m_after_b else _B
        back[i, _E] = _M if e_after_m >= e_after_b else _B
        back[i, _S] = _S if s_after_s >= s_after_e else _E
        b, m = max(b_after_e, b_after_s), max(m_after_b, m_after_m)
        e, s = max(e_after_b, e_after_m), max(s_after_e, s_after_s)
    state = _S if s >= e else _E
    end = stop
    for i in range(stop - 1, start - 1, -1):
        # A word begins here: it ends where the one after it begins.
        if state in (_B, _S):
            ends[i] = end
            end = i
        if i > start:
            state = int(back[i, state])
    ends[start] = end if end > start else ends[start]


@njit(cache=True, nogil=True)
def _is_word(points: Any, start: int, stop: int, first: Any, edges: Any, weights: Any) -> bool:
    node = 0
    for i in range(start, stop):
        node = child_of(node, points[i], first, edges)
        if node == 0:
            return False
    return bool(weights[node] != NO_WORD)


@njit(cache=True, nogil=True)
def _write_words(data: Any, n: int, words: Dictionary, work: _Work, search: bool, out: Any, at: int) -> int:
    """Write every word with a space behind it, for search after the pairs and triples in it that are words."""
    points, places, ends = work.points, work.places, work.ends
    first, edges, weights = words.first, words.edges, words.weights
    i = 0
    while i < n:
        end = ends[i]
        if search and end - i > 2:
            for size in range(2, min(4, end - i)):
                for k in range(i, end - size + 1):
                    if first[points[k]] and _is_word(points, k, k + size, first, edges, weights):
                        for place in range(places[k], places[k + size]):
                            out[at] = data[place]
                            at += 1
                        out[at] = _SPACE
                        at += 1
        for place in range(places[i], places[end]):
            out[at] = data[place]
            at += 1
        out[at] = _SPACE
        at += 1
        i = end
    return at
