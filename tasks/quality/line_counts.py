"""Count what a line is made of, for every rule that asks: one look-up and one addition a character."""

from functools import cache
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from tasks.engine.kernel import from_start, kernel
from tasks.quality.characters import (
    ASCII,
    CJK_PUNCTUATION,
    DIGIT,
    HAN,
    HAN_RARE,
    HANGUL,
    KANA,
    KINDS,
    LOWER,
    MARK,
    N_KEYS,
    NEWLINE,
    OTHER_LETTER,
    PUNCTUATION,
    SPACE,
    UPPER,
)

# What is counted of a line, in characters but for words and sentences. Marks are those of code; syllables are kana and
# hangul; others are letters neither Latin nor CJK; the last tabs are those behind all ink.
INKED, MARKS, HANS, SYLLABLES, LETTERS, UPPERS, DIGITS, OTHERS, BARS, TABS, WORDS, SENTENCES, LAST_TABS = range(13)
N_COUNTS: Final = 13
_CODE_MARKS: Final = '(){}[]=;<>_$&\\"+/'
_SEED: Final = 0xCBF29CE484222325
_FNV: Final = 0x100000001B3

# The first ten counts are fields of one number while no more characters are added than a field can count.
_FIELD: Final = np.uint64(6)
_BLOCK: Final = (1 << 6) - 1
# Above the fields: whether a character belongs to a word; may end a sentence; ends the line.
_WORDLIKE: Final = np.uint64(61)
_STOP: Final = np.uint64(62)
_END: Final = np.uint64(63)


@cache
def increments() -> npt.NDArray[np.uint64]:
    """What a character adds, by its key: fields of six bits in the order of the counts, and what else it is asked."""
    rows = []
    for key in range(N_KEYS):
        kind = int(KINDS[key])
        mark = chr(key) if key < ASCII else ""
        counted = {
            INKED: kind > NEWLINE, MARKS: bool(mark) and mark in _CODE_MARKS, HANS: HAN <= kind <= HAN_RARE,
            SYLLABLES: kind in {KANA, HANGUL}, LETTERS: kind in {LOWER, UPPER}, UPPERS: kind == UPPER,
            DIGITS: kind == DIGIT, OTHERS: kind == OTHER_LETTER, BARS: mark == "|", TABS: mark == "\t",
        }  # fmt: skip
        stops = kind >= PUNCTUATION and (not mark or mark in ".!?")
        asked = (DIGIT <= kind <= MARK) << int(_WORDLIKE) | stops << int(_STOP) | (kind == NEWLINE) << int(_END)
        rows.append(asked | sum(one << int(_FIELD) * count for count, one in counted.items()))
    made = np.array(rows, np.uint64)
    made.setflags(write=False)
    return made


@kernel
def count_line(points: Any, keys: Any, start: int, n: int, table: Any, counts: Any) -> tuple[int, int, int, Any]:
    """Count the line that begins at `start`.

    Args:
        points: Code points.
        keys: Their keys, with a newline at `n`.
        start: Where the line begins.
        n: Where the document ends.
        table: `increments()`.
        counts: `N_COUNTS` numbers; written.

    Returns:
        Its first inked character, where the last one ends, where the line ends, and the hash of what is between the
        first two; the first is the last where there is none.
    """
    counts[:N_COUNTS] = 0
    first = from_start(start)
    while KINDS[keys[first]] == SPACE:
        first += 1
    value = np.uint64(_SEED)
    one = np.uint64(1)
    words = before = np.uint64(0)
    end = first
    while True:
        end = from_start(end)
        fields = np.uint64(0)
        block = end + _BLOCK
        while end < block:
            adds = table[keys[end]]
            if adds >> _STOP:
                if adds >> _END:
                    break
                counts[SENTENCES] += _stops(points, keys, end, n)
            fields += adds
            value = (value ^ np.uint64(points[end])) * np.uint64(_FNV)
            wordlike = (adds >> _WORDLIKE) & one
            words += wordlike & ~before
            before = wordlike
            end += 1
        for k in range(WORDS):
            counts[k] += (fields >> (np.uint64(k) * _FIELD)) & np.uint64(_BLOCK)
        if end < block:
            break
    counts[WORDS] = words
    last = end
    while last > first and KINDS[keys[last - 1]] == SPACE:
        last -= 1
        counts[LAST_TABS] += points[last] == 0x09
    return first, last, end, value if last == end else _hash(points, first, last)


@kernel
def _stops(points: Any, keys: Any, i: int, n: int) -> bool:
    """Whether the mark at `i` ends a sentence, as in Chinese, or as in English where the next is not white space."""
    if not ends_sentence(points[i]):
        return False
    return i + 1 == n or KINDS[keys[i]] == CJK_PUNCTUATION or KINDS[keys[i + 1]] <= NEWLINE


@kernel
def _hash(points: Any, first: int, last: int) -> Any:
    value = np.uint64(_SEED)
    for k in range(from_start(first), last):
        value = (value ^ np.uint64(points[k])) * np.uint64(_FNV)
    return value


@kernel
def hash_without_numbers(points: Any, keys: Any, first: int, last: int) -> Any:
    """Hash of a line with one 0 for every number."""
    folded = np.uint64(_SEED)
    before = False
    for k in range(from_start(first), last):
        is_digit = KINDS[keys[k]] == DIGIT
        if not (is_digit and before):
            folded = (folded ^ np.uint64(0x30 if is_digit else points[k])) * np.uint64(_FNV)
        before = is_digit
    return folded


@kernel
def ends_sentence(point: int) -> bool:
    """Whether a mark ends sentences, in either language."""
    return point in (0x2E, 0x21, 0x3F, 0x2026, 0x3002, 0xFF01, 0xFF1F, 0xFF61)
