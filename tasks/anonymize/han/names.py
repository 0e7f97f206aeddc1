"""Person names in Chinese text: the likeliest reading of a run of Han characters, with words and names side by side.

Jieba's own tagger finds two names in three and takes two words in three for names (docs/anonymization.md), at
a quarter of a megabyte a second. This reads a run once (Viterbi): a word costs what it is rare, a name what its
characters are rare in names, and who is named before it or what is said after it makes it likelier. Compiled, so that
it is the gate of itself.
"""

from typing import Any, Final

import numpy as np

from tasks.anonymize.han.context import (
    AT_END,
    BEFORE_STRONG,
    COMMON_WORD,
    IN_LIST,
    LIST,
    UNIT,
    after,
    is_certain,
    is_cued,
    latin_end,
    stands,
    whole,
)
from tasks.anonymize.han.entries import look_up
from tasks.anonymize.han.lexicon import FIRST_HAN, MAX_WORD, N_HAN, Mark
from tasks.engine.kernel import kernel

MAX_RUN: Final = 400
_DOT: Final = 0xB7

# Natural logarithms, fitted to half of People's Daily and to CLUENER (docs/decisions/0020).
_NAME: Final = -3.06
_AFTER_TITLE: Final = 6.61
_ONE_GIVEN: Final = -2.59
_TWO_GIVEN: Final = -1.09
_THREE_GIVEN: Final = -1.09
_DOUBLE_SURNAME: Final = -6.0
_BARE_SURNAME: Final = 0.99
_TRANSLITERATED: Final = -3.81
_WITH_DOT: Final = 3.74
_PER_FOREIGN: Final = -0.11
_STRANGE: Final = -11.0
_MAYBE_WORD: Final = -0.96
_LEAST_CONTEXT: Final = -0.2
_UNKNOWN: Final = -16.0
_LONGEST_FOREIGN: Final = 14

_M_NAME, _M_BEFORE, _M_AFTER = int(Mark.NAME), int(Mark.BEFORE), int(Mark.AFTER)
_M_HONORIFIC, _M_SURNAME, _M_WEAK = int(Mark.HONORIFIC), int(Mark.SURNAME), int(Mark.WEAK)
_M_FOREIGN, _M_MAYBE, _M_NOT, _M_WORD = int(Mark.FOREIGN), int(Mark.MAYBE), int(Mark.NOT), int(Mark.WORD)


@kernel
def find(
    points: Any, table: Any, single: Any, surname: Any, given: Any, foreign: Any,
    best: Any, back: Any, flag: Any, entries: Any, out: Any, count: Any,
) -> Any:  # fmt: skip
    """Write the names of one text after the `count` rows of `out`, from its second column on; returns their number.

    Start, end, and whether it is certain (`is_certain`).

    `best`, `back`, `flag` and `entries` are room to work in, for a run of `MAX_RUN`.
    """
    n, i = points.size, 0
    while i < n:
        end = run_end(points, i, n)
        if end - i >= 2 and has_surname(points, i, end, surname, foreign):
            look_up(points, i, end, table, single, entries)
            cued = is_cued(points, i, table)
            _read(points, i, end, entries, cued, surname, given, foreign, best, back, flag)
            count = _names_of(points, i, end, entries, cued, back, flag, out, count)
        i = max(end, i + 1)
    return count


@kernel
def run_end(points: Any, i: Any, n: Any) -> Any:
    """End of the run of Han characters, with dots inside, that begins at i."""
    end = i
    while end < n and end - i < MAX_RUN:
        if FIRST_HAN <= points[end] < FIRST_HAN + N_HAN or (
            end > i and points[end] == _DOT and end + 1 < n and FIRST_HAN <= points[end + 1] < FIRST_HAN + N_HAN
        ):
            end += 1
        else:
            break
    return end


@kernel
def has_surname(points: Any, start: Any, end: Any, surname: Any, foreign: Any) -> Any:
    """Some character could begin a name."""
    for i in range(start, end - 1):
        c = points[i] - FIRST_HAN
        if 0 <= c < N_HAN and (surname[c] > -50 or foreign[c] > -50):
            return True
    return False


@kernel
def _names_of(
    points: Any, a: Any, b: Any, entries: Any, cued: Any, back: Any, flag: Any, out: Any, count: Any
) -> Any:  # fmt: skip
    """Write the names of the best reading, in order of their place, each with whether it is certain."""
    first = count
    i = b - a
    if flag[i, 1]:
        end = latin_end(points, b)
        if end:
            out[count, 1], out[count, 2], out[count, 3] = b + 1, end, 0
            count += 1
    while i > 0:
        if flag[i, 1]:
            s = back[i]
            out[count, 1], out[count, 2] = a + s, a + i
            out[count, 3] = 1 if is_certain(points, a, b, s, i, entries, cued, flag[s, 0]) else 0
            count += 1
        i = back[i]
    low, high = first, count - 1
    while low < high:
        for column in range(1, 4):
            out[low, column], out[high, column] = out[high, column], out[low, column]
        low, high = low + 1, high - 1
    return count


@kernel
def _read(
    points: Any, a: Any, b: Any, entries: Any, cued: Any, surname: Any, given: Any, foreign: Any,
    best: Any, back: Any, flag: Any,
) -> None:  # fmt: skip
    n = b - a
    for i in range(n + 1):
        best[i] = -1e30
    best[0], flag[0, 0] = 0.0, 0
    in_list = a > 0 and points[a - 1] == LIST
    dotted = False
    for i in range(a, b):
        dotted = dotted or points[i] == _DOT
    for i in range(n):
        if points[a + i] == _DOT:
            _step(best, back, flag, i, i + 1, best[i] - 8.0, 0, False)
            continue
        titled = flag[i, 0] & _M_BEFORE | (_M_BEFORE if i == 0 and cued else 0)
        _words(points, a, b, i, n, entries, titled, best, back, flag)
        opening = _AFTER_TITLE if titled else 0.0
        if not titled and i == 0:
            opening = _AFTER_TITLE if cued else AT_END + (IN_LIST if in_list else 0.0)
        _natives(points, a, b, i, n, entries, surname, given, titled, opening, best, back, flag)
        opening = _AFTER_TITLE if titled else 0.0
        if dotted or (i + 1 < n and foreign[points[a + i] - FIRST_HAN] > -50):
            _foreigners(points, a, b, i, n, entries, foreign, opening, dotted, best, back, flag)


@kernel
def _step(best: Any, back: Any, flag: Any, i: Any, j: Any, score: Any, mark: Any, is_name: Any) -> None:
    if score > best[j]:
        best[j], back[j], flag[j, 0], flag[j, 1] = score, i, mark, 1 if is_name else 0


@kernel
def _words(
    points: Any, a: Any, b: Any, i: Any, n: Any, entries: Any, titled: Any,
    best: Any, back: Any, flag: Any,
) -> None:  # fmt: skip
    """Words of the dictionary that begin at i."""
    here = best[i]
    for j in range(i, min(n, i + MAX_WORD)):
        mark = np.int64(entries[i, j - i])
        if not mark:
            break
        logp = (mark >> 12) * UNIT
        if logp > -90:
            score, is_name = here + logp, False
            if mark & _M_NAME:
                is_name = after(points, a, a + j + 1, b, entries) > -1.0
            elif mark & (_M_FOREIGN | _M_MAYBE) and j > i:
                is_name = titled != 0
                if not is_name and logp < COMMON_WORD:
                    is_name = after(points, a, a + j + 1, b, entries) >= _LEAST_CONTEXT
                score += _MAYBE_WORD if is_name else 0.0
            _step(best, back, flag, i, j + 1, score, mark, is_name)
    _step(best, back, flag, i, i + 1, here + _UNKNOWN, 0, False)


@kernel
def _natives(
    points: Any, a: Any, b: Any, i: Any, n: Any, entries: Any, surname: Any, given: Any, titled: Any,
    opening: Any, best: Any, back: Any, flag: Any,
) -> None:  # fmt: skip
    """A surname at i, with a given name of one to three characters, or bare before an honorific."""
    for size in range(1, 3):
        rarity = surname[points[a + i] - FIRST_HAN] if size == 1 else _DOUBLE_SURNAME
        if i + size >= n or rarity < -50 or (size == 2 and not whole(entries, i, 2) & _M_SURNAME):
            continue
        base = best[i] + _NAME + rarity + opening
        for g in range(1, 4):
            end = i + size + g
            if end > n or (g == 3 and (size == 1 or not _ends_japanese(points[a + end - 1]))):
                continue
            first, last = points[a + i + size] - FIRST_HAN, points[a + end - 1] - FIRST_HAN
            if not (0 <= first < N_HAN and 0 <= last < N_HAN):
                continue
            mark = whole(entries, i, size + g)
            if mark & _M_WORD and not mark & (_M_NAME | _M_MAYBE) and not titled:
                continue
            score = base + _given(given, g, first, last)
            # Nothing that follows could make it the best.
            if score + BEFORE_STRONG > best[end]:
                score += after(points, a, a + end, b, entries)
                _step(best, back, flag, i, end, score, _M_NAME, True)
        if stands(entries, i + size, n, _M_HONORIFIC):
            _step(best, back, flag, i, i + size, base + _BARE_SURNAME, _M_NAME, True)


@kernel
def _given(given: Any, size: Any, first: Any, last: Any) -> Any:
    if size == 1:
        return _ONE_GIVEN + given[0, first]
    return (_TWO_GIVEN if size == 2 else _THREE_GIVEN) + given[1, first] + given[2, last]


@kernel
def _ends_japanese(point: Any) -> Any:
    return point in (0x90CE, 0x52A9, 0x5B50, 0x7537, 0x592B)  # 郎 助 子 男 夫


@kernel
def _foreigners(
    points: Any, a: Any, b: Any, i: Any, n: Any, entries: Any, foreign: Any, opening: Any, dotted: Any,
    best: Any, back: Any, flag: Any,
) -> None:  # fmt: skip
    """Two characters or more that transliterate; with a dot inside any characters will do."""
    score = best[i] + _TRANSLITERATED + opening
    run, strange, dot, last = 0, False, False, i - 1
    for j in range(i, min(n, i + _LONGEST_FOREIGN)):
        if points[a + j] == _DOT:
            score += _WITH_DOT
            dot, last = True, j
            continue
        c = points[a + j] - FIRST_HAN
        if foreign[c] < -50:
            strange = True
            score += _STRANGE
            if not dotted or (not dot and j - i > 5):
                break
        else:
            score += foreign[c] + _PER_FOREIGN
        run += 1
        if run >= 2 and (dot or not strange) and j - last >= 2 and score + BEFORE_STRONG > best[j + 1]:
            _step(best, back, flag, i, j + 1, score + after(points, a, a + j + 1, b, entries), _M_NAME, True)
