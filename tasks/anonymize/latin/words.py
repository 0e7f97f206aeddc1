"""Runs of words with capitals, as names of people are written: words, initials and particles, one blank apart."""

from typing import Any, Final

import numpy as np

from tasks.anonymize.han.lexicon import SEED, extend, fingerprint, slot_of
from tasks.anonymize.latin.lexicon import N_LATIN, UPPER, Mark
from tasks.engine.code_points import code_point
from tasks.engine.kernel import kernel

# What a piece of a run is.
WORD: Final = 0
INITIAL: Final = 1  # with its dot
LETTER: Final = 2  # without
PARTICLE: Final = 3
# Columns of a run: where a piece starts and stops, marks of its first and last part, what it is, whether it has a
# letter that is not ASCII.
START, STOP, HEAD, TAIL, SORT, FOREIGN = range(6)
# Pieces of a run that are kept; a longer one is a heading.
MAX_RUN: Final = 8
_PARTICLE: Final = int(Mark.PARTICLE)
# Inner capitals stand after these many letters: McAdam, MacLeod, DeWitt.
_INNER: Final = (2, 3)


@kernel
def look_up(table: Any, key: Any) -> Any:
    """Marks of a word by its hash; 0 where the table has none."""
    slot = slot_of(table, key)
    return np.int64(table[slot, 1]) if table[slot, 0] == fingerprint(key) else np.int64(0)


@kernel
def letter(data: Any, i: Any, end: Any, kind: Any) -> Any:
    """Code point of the letter at i, whether it is a capital or small (0: there is no letter), and what follows it."""
    if i >= end:
        return np.int64(0), np.int64(0), i
    byte = data[i]
    if byte < 0x80:
        return np.int64(byte), np.int64(kind[byte]), i + 1
    if not (0xC3 <= byte <= 0xC9 or byte == 0xE1):
        return np.int64(0), np.int64(0), i
    point, stop = code_point(data, i)
    return point, np.int64(kind[point]) if point < N_LATIN else np.int64(0), stop


@kernel
def starts_word(data: Any, begin: Any, i: Any, kind: Any) -> Any:
    """What stands before i is no part of a word, an identifier, a path or an address."""
    if i == begin:
        return True
    byte = data[i - 1]
    if byte < 0x80:
        # blanks ! " ' ( * , : ; > [ {
        return byte <= 34 or byte == 39 or byte == 40 or byte == 42 or byte == 44 or byte == 58 or byte == 59 \
            or byte == 62 or byte == 91 or byte == 123 or byte == 124  # fmt: skip
    k = i - 1
    while k > begin and data[k] & 0xC0 == 0x80:
        k -= 1
    point, _ = code_point(data, k)
    return point >= N_LATIN or kind[point] == 0


@kernel
def _joint(data: Any, i: Any, end: Any, kind: Any) -> Any:
    """Where the word goes on behind the apostrophe or hyphen at i; 0 where it does not."""
    if i >= end:
        return 0
    stop = 0
    if data[i] == 39 or data[i] == 45:
        stop = i + 1
    elif data[i] == 0xE2 and i + 2 < end and data[i + 1] == 0x80 and data[i + 2] == 0x99:
        stop = i + 3
    if not stop:
        return 0
    _, size, _ = letter(data, stop, end, kind)
    # Not the s of "Alice's", nor "Miller-led".
    return stop if size == UPPER else 0


@kernel
def read_word(data: Any, i: Any, end: Any, table: Any, kind: Any, fold: Any, row: Any) -> Any:
    """Write the word, initial or particle at i; returns where it stops and whether it is of the shape of a name."""
    row[START], row[FOREIGN], row[SORT] = i, 0, WORD
    head = tail = np.uint64(SEED)
    letters, capitals, inner, part, hyphens = 0, 0, 0, 0, 0
    stop = i
    while True:
        point, size, following = letter(data, stop, end, kind)
        if size == 0:
            joint = _joint(data, stop, end, kind) if letters else 0
            if not joint:
                break
            if data[stop] == 45:
                hyphens += 1
                tail = np.uint64(SEED)
            part = 0
            stop = joint
            continue
        if size == UPPER:
            capitals += 1
            inner += part != 0 and part != _INNER[0] and part != _INNER[1]
        row[FOREIGN] |= point >= 0x80
        small = fold[point]
        tail = extend(tail, small)
        if not hyphens:
            head = extend(head, small)
        letters += 1
        part += 1
        stop = following
    joined = stop < end and (48 <= data[stop] <= 57 or data[stop] == 95)
    row[STOP], row[HEAD], row[TAIL] = stop, look_up(table, head), look_up(table, tail)
    if letters == 1 and capitals == 1:
        row[SORT] = LETTER
        if stop + 1 < end and data[stop] == 46 and data[stop + 1] == 32:
            row[SORT], row[STOP] = INITIAL, stop + 1
    elif capitals == 0:
        row[SORT] = PARTICLE
        return row[STOP], bool(row[HEAD] & _PARTICLE) and not joined
    return row[STOP], not joined and not inner and (letters == 1 or capitals < letters)


@kernel
def read_run(data: Any, i: Any, end: Any, table: Any, kind: Any, fold: Any, run: Any) -> Any:
    """Write the pieces from i on; returns their number, more than `MAX_RUN` for a heading, and where the run stops."""
    n, at, stop = 0, i, i
    while True:
        row = run[min(n, MAX_RUN)]
        after, is_piece = read_word(data, at, end, table, kind, fold, row)
        if not is_piece:
            # What stopped the run at its first word is passed over.
            stop = stop if n else max(after, i + 1)
            break
        n += 1
        stop = after
        if stop + 1 >= end or data[stop] != 32:
            break
        at = stop + 1
        if letter(data, at, end, kind)[1] == 0:
            break
    n = min(n, MAX_RUN + 1)
    while 0 < n <= MAX_RUN and run[n - 1, SORT] != WORD:
        n -= 1
    return n, stop


@kernel
def marks_before(data: Any, begin: Any, i: Any, table: Any, kind: Any, fold: Any) -> Any:
    """Marks of the ASCII word that ends a blank before i on the same line."""
    k = i - 1
    if k <= begin or data[k] != 32:
        return np.int64(0)
    first = k
    while first > begin and kind[data[first - 1]] != 0 and data[first - 1] < 0x80:
        first -= 1
    return _marks_of(data, first, k, table, fold)


@kernel
def marks_after(data: Any, i: Any, end: Any, table: Any, kind: Any, fold: Any) -> Any:
    """Marks of the small ASCII word that begins a blank behind i, or a comma and a blank."""
    first = i
    if first < end and data[first] == 44:
        first += 1
    if first >= end or data[first] != 32:
        return np.int64(0)
    first += 1
    stop = first
    while stop < end and data[stop] < 0x80 and kind[data[stop]] != 0:
        stop += 1
    return _marks_of(data, first, stop, table, fold)


@kernel
def _marks_of(data: Any, first: Any, stop: Any, table: Any, fold: Any) -> Any:
    if not 0 < stop - first < 24:
        return np.int64(0)
    key = np.uint64(SEED)
    for k in range(first, stop):
        key = extend(key, fold[data[k]])
    return look_up(table, key)
