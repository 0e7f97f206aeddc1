"""Whether a run of words with capitals is somebody's name: points for what it is made of and what stands beside it."""

from typing import Any, Final

import numpy as np

from tasks.anonymize.latin.lexicon import UPPER, Mark
from tasks.anonymize.latin.words import (
    FOREIGN,
    HEAD,
    INITIAL,
    LETTER,
    SORT,
    START,
    STOP,
    TAIL,
    WORD,
    letter,
    marks_after,
    marks_before,
)
from tasks.engine.kernel import kernel

_FIRST: Final = int(Mark.FIRST)
_SURNAME: Final = int(Mark.SURNAME)
_ORDINARY: Final = int(Mark.ORDINARY)
_NOT: Final = int(Mark.NOT)
_ROLE: Final = int(Mark.ROLE)
_BY: Final = int(Mark.BY)
_SPEECH: Final = int(Mark.SPEECH)
_GREETING: Final = int(Mark.GREETING)
_ADDRESSED: Final = int(Mark.ADDRESSED)
_THING: Final = int(Mark.THING)
_LEAD: Final = _ORDINARY | _ROLE | _GREETING | _BY
# Points that make a name; docs/decisions/0068 says what they were measured on.
_ENOUGH: Final = 3
_IMPOSSIBLE: Final = -99
# Most words of a name, and fewest bytes of one that nobody knows.
_MAX_WORDS: Final = 4
_MIN_UNKNOWN: Final = 3
# How far an address below a name, and a copyright before it, are looked for, in bytes.
_ADDRESS_REACH: Final = 160
_COPYRIGHT_REACH: Final = 48


@kernel
def name_in(data: Any, begin: Any, end: Any, run: Any, n: Any, table: Any, kind: Any, fold: Any) -> Any:
    """First piece of the run that belongs to a name which its last piece ends; n where there is no name."""
    stop = run[n - 1, STOP]
    if _is_code(data, stop, end):
        return n
    lo = 0
    while lo < n - 1 and _leads(run, lo, n):
        lo += 1
    if n - lo > _MAX_WORDS or run[lo, SORT] > LETTER:
        return n
    start = run[lo, START]
    before = run[lo - 1, HEAD] if lo else marks_before(data, begin, start, table, kind, fold)
    after = marks_after(data, stop, end, table, kind, fold)
    if n - lo == 1:
        return lo if _is_single(data, begin, end, run, lo, before, after, kind) else n
    points = _parts(run, lo, n)
    if points == _IMPOSSIBLE:
        return n
    points += _beside(before, after)
    if points < _ENOUGH and points >= 0 and lo == 0:
        points += 2 * _is_copyright(data, begin, start) + 3 * _is_addressee(data, begin, start, stop, end, kind)
    return lo if points >= _ENOUGH else n


@kernel
def _is_code(data: Any, stop: Any, end: Any) -> Any:
    """An identifier, a call or a path goes on behind."""
    if stop >= end:
        return False
    byte = data[stop]
    following = data[stop + 1] if stop + 1 < end else 32
    if byte == 46 or byte == 58 or byte == 45:
        # a dot, colon or hyphen before something
        return following > 32 and following != 34 and following != 39 and following != 41 and following < 0x80
    # ( / = @ \ ` _ and %
    return byte == 40 or byte == 47 or byte == 61 or byte == 64 or byte == 92 or byte == 96 or byte == 95 or byte == 37


@kernel
def _leads(run: Any, lo: Any, n: Any) -> Any:
    """A word of the sentence, or what somebody is, stands before the name."""
    marks = run[lo, HEAD]
    if run[lo, SORT] != WORD or not marks & _LEAD:
        return False
    return not marks & _FIRST or (n - lo > 2 and run[lo + 1, HEAD] & _FIRST != 0)


@kernel
def _parts(run: Any, lo: Any, n: Any) -> Any:
    """Points of what the name itself is made of."""
    first, last = run[lo, HEAD], run[n - 1, TAIL]
    if last & _ORDINARY and not last & _SURNAME:
        return _IMPOSSIBLE
    points, words = 0, 0
    for k in range(lo, n):
        if run[k, SORT] == WORD:
            words += 1
            if lo < k < n - 1 and run[k, HEAD] & (_NOT | _ORDINARY) and not run[k, HEAD] & (_FIRST | _SURNAME):
                return _IMPOSSIBLE
        elif k > lo:
            points += 3 if run[k, SORT] == INITIAL else 1 if run[k, SORT] == LETTER else 0
    if run[lo, SORT] != WORD:
        points += 2 if run[lo, SORT] == INITIAL else 0
    elif first & _NOT:
        points -= 3
    elif first & _FIRST:
        points += 1 if first & _ORDINARY else 3
    elif first & _ORDINARY or run[lo, STOP] - run[lo, START] < _MIN_UNKNOWN:
        return _IMPOSSIBLE
    if last & _NOT:
        points -= 0 if last & _SURNAME else 3
    elif last & _SURNAME:
        points += 1 if last & _ORDINARY else 2
    elif last & _FIRST:
        points += 1
    elif run[n - 1, STOP] - run[n - 1, START] < _MIN_UNKNOWN:
        return _IMPOSSIBLE
    foreign = run[lo, FOREIGN] + run[n - 1, FOREIGN]
    return points + (1 + foreign if foreign else 0)


@kernel
def _beside(before: Any, after: Any) -> Any:
    points = 0
    if before & _ROLE:
        points += 3
    elif before & (_BY | _GREETING):
        points += 2
    if after & _SPEECH:
        points += 3
    if after & _THING:
        points -= 3
    return points


@kernel
def _is_single(data: Any, begin: Any, end: Any, run: Any, lo: Any, before: Any, after: Any, kind: Any) -> Any:
    """A first name or surname alone: greeted, spoken to, or said to have said something."""
    marks, start, stop = run[lo, HEAD], run[lo, START], run[lo, STOP]
    if run[lo, SORT] != WORD or marks & (_ORDINARY | _NOT) or stop - start < _MIN_UNKNOWN:
        return False
    following = data[stop] if stop < end else 10
    if before & _GREETING:
        return following == 44 or following == 10 or following == 33
    is_known, is_first = marks & (_FIRST | _SURNAME) != 0, marks & _FIRST != 0
    if (is_known and after & _SPEECH and following == 32) or (is_first and before & _ROLE):
        return True
    if lo or not _begins_line(data, begin, start):
        return False
    if following == 44:
        return after & _ADDRESSED != 0
    # A line of a conversation.
    is_spoken = following == 58 and stop + 2 < end and data[stop + 1] == 32
    return is_first and is_spoken and letter(data, stop + 2, end, kind)[1] == UPPER


@kernel
def _begins_line(data: Any, begin: Any, start: Any) -> Any:
    """Only blanks and marks of a quotation stand before on the line."""
    k = start
    while k > begin and data[k - 1] != 10:
        k -= 1
        if not (data[k] == 32 or data[k] == 62 or data[k] == 63):
            return False
    return True


@kernel
def _is_copyright(data: Any, begin: Any, start: Any) -> Any:
    """Before the name, on its line, stands the sign or the word."""
    k = start
    while k > max(begin, start - _COPYRIGHT_REACH) and data[k - 1] != 10:
        k -= 1
        if data[k] == 0xC2 and data[k + 1] == 0xA9:
            return True
        # "yright" of "Copyright"
        if data[k] == 121 and data[k + 1] == 114 and data[k + 2] == 105 and data[k + 3] == 103 and data[k + 4] == 104:
            return True
    return False


@kernel
def _is_addressee(data: Any, begin: Any, start: Any, stop: Any, end: Any, kind: Any) -> Any:
    """The name fills its line, and among the next lines one begins with the number of a house."""
    if not _begins_line(data, begin, start) or stop >= end or data[stop] != 10:
        return False
    k, lines = stop, 0
    top = min(end, stop + _ADDRESS_REACH)
    while k < top and lines < 5:
        lines += data[k] == 10
        k += 1
        while k < top and (data[k] == 32 or data[k] == 62 or data[k] == 63 or data[k] == 10):
            lines += data[k] == 10
            k += 1
        digits = k
        while k < top and 48 <= data[k] <= 57:
            k += 1
        if 1 < k - digits < 7 and k + 1 < top and data[k] == 32:
            follows = data[k + 1]
            if 48 <= follows <= 57 or letter(data, k + 1, end, kind)[1] == UPPER:
                return True
        while k < top and data[k] != 10:
            k += 1
    return False


@kernel
def count_points(data: Any, i: Any, stop: Any) -> Any:
    """Code points of the bytes from i to `stop`."""
    points = np.int64(0)
    for k in range(i, stop):
        points += (data[k] & 0xC0) != 0x80
    return points
