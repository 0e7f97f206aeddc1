"""Signals of single characters and of characters side by side."""

from typing import Any, Final

import numpy as np

from tasks.engine.kernel import kernel
from tasks.quality.characters import (
    ASCII,
    CJK_PUNCTUATION,
    DIGIT,
    GARBLED,
    HAN,
    HAN_RARE,
    HAN_SIMPLIFIED,
    HAN_TRADITIONAL,
    HANGUL,
    HIGH_LATIN,
    KANA,
    KINDS,
    LOWER,
    MARK,
    NEWLINE,
    OTHER_LETTER,
    PUNCTUATION,
    SPACE,
    SYMBOL,
    UPPER,
)
from tasks.quality.scratch import ASTRAL_BINS, ENTROPY_BINS, Scratch, n_log_n

# Shorter runs are emphasis ("!!!!") or numbers.
_RUN: Final = 5


@kernel
def measure_characters(n: int, table: Any, scratch: Scratch, out: Any) -> int:
    """Write `CHARACTER_SIGNALS` of a document.

    Args:
        n: Code points of the document.
        table: Key of every code point below `TABLE_SIZE`.
        scratch: `points`, `keys`, `bins` and `n_log_n` are used, and `numbers` before there are any.
        out: The character signals of the document.

    Returns:
        How many characters may belong to the marks of a fence.
    """
    counts = scratch.class_counts
    counts[:] = 0
    found, misread, mixed, brackets = _read_characters(n, scratch, counts, out)
    fence_marks = scratch.bins[0x60] + scratch.bins[0x7E]
    spread = _empty_bins(found, table, scratch, counts)
    white = counts[SPACE] + counts[NEWLINE]
    inked = max(n - white, 1)
    han = counts[HAN] + counts[HAN_SIMPLIFIED] + counts[HAN_TRADITIONAL] + counts[HAN_RARE]
    latin = counts[LOWER] + counts[UPPER]
    telling = counts[HAN_SIMPLIFIED] + counts[HAN_TRADITIONAL]
    symbols = counts[PUNCTUATION] + counts[CJK_PUNCTUATION] + counts[SYMBOL] + counts[HIGH_LATIN] + counts[GARBLED]
    out[0] = n
    out[1] = han / inked
    out[2] = counts[KANA] / inked
    out[3] = counts[HANGUL] / inked
    out[4] = latin / inked
    out[5] = (counts[OTHER_LETTER] + counts[MARK]) / inked
    out[6] = counts[DIGIT] / inked
    out[7] = counts[UPPER] / max(latin, 1)
    out[8] = symbols / inked
    out[9] = white / max(n, 1)
    out[10] = counts[GARBLED] / inked
    out[11] = counts[HAN_RARE] / max(han, 1)
    out[12] = counts[HAN_TRADITIONAL] / max(telling, 1)
    out[13] = misread / inked
    out[14] = mixed / inked
    out[15] = brackets / inked
    out[16] /= inked
    # A character alone is a run of one.
    if out[17] == 0 and n - white > counts[PUNCTUATION] + counts[SYMBOL]:
        out[17] = 1
    # Shannon's: the sum of -p log p over p = count / inked.
    out[18] = (np.log(inked) - spread / inked) / np.log(2.0) if white < n else 0.0
    return int(fence_marks)


@kernel
def _read_characters(n: int, scratch: Scratch, counts: Any, out: Any) -> tuple[int, int, int, int]:
    """Count every character in its bin, write runs.

    What most characters are, ASCII and other than the one before, takes little: all else is asked of the others.

    Returns:
        How many bins beyond ASCII are listed in `numbers`, in the order of the text; misread pairs, half-width marks
        and brackets.
    """
    points, keys, bins, listed = scratch.points, scratch.keys, scratch.bins, scratch.numbers
    found = misread = mixed = brackets = in_runs = longest = 0
    run = 1
    before = -1
    for i in range(n):
        point = int(np.int64(points[i]))
        if point != before:
            run = 1
        elif _is_free(KINDS[keys[i]]):
            run += 1
            in_runs += (run >= _RUN) + (run == _RUN) * (_RUN - 1)
            longest = max(longest, run)
        before = point
        if point < ASCII:
            bins[point] += 1
            continue
        kind = KINDS[keys[i]]
        place = point
        if point >= ENTROPY_BINS:
            place = ENTROPY_BINS + (point & (ASTRAL_BINS - 1))
            counts[kind] += 1
        listed[found] = place
        found += bins[place] == 0
        bins[place] += 1
        if _is_han(kind):
            mixed += i + 2 < n and _has_full_width_twin(points[i + 1]) and _is_han(KINDS[keys[i + 2]])
        elif point == 0x3010 or point == 0x3011:
            brackets += 1
        elif point < 0x800:
            if 0xC2 <= point <= 0xF4 and i < n - 1 and _is_continuation(points[i + 1]):
                misread += 1
            elif kind == OTHER_LETTER and i > 0 and KINDS[keys[i - 1]] == OTHER_LETTER:
                misread += _changes_alphabet(points[i - 1], point)
    out[16] = in_runs
    out[17] = longest
    return found, misread, mixed, brackets


@kernel
def _is_free(kind: int) -> bool:
    """Whether a run of such a character tells anything.

    Table rules and indentation are runs by design; so are the dots that lead to a page number.
    """
    return kind > NEWLINE and kind != PUNCTUATION and kind != SYMBOL


@kernel
def _empty_bins(found: int, table: Any, scratch: Scratch, counts: Any) -> float:
    """Add what the bins hold to the counts of classes, empty them; return the sum of c log c over inked characters."""
    bins = scratch.bins
    total = 0.0
    for k in range(ASCII + found):
        place = k if k < ASCII else np.int64(scratch.numbers[k - ASCII])
        often = np.int64(bins[place])
        bins[place] = 0
        is_white = False
        if place < ENTROPY_BINS:
            kind = KINDS[table[place]]
            counts[kind] += often
            is_white = kind <= NEWLINE
        total += 0.0 if is_white else n_log_n(often, scratch.n_log_n)
    return total


@kernel
def _changes_alphabet(first: int, second: int) -> int:
    """Whether letters of two alphabets touch that are two bytes long: what is left where bytes of GBK were UTF-8."""
    both = 0x250 <= first < 0x800 and 0x250 <= second < 0x800
    return 1 if both and first >> 7 != second >> 7 else 0


@kernel
def _is_han(kind: int) -> bool:
    return HAN <= kind <= HAN_RARE


@kernel
def _has_full_width_twin(point: int) -> int:
    # ! ( ) , : ; ?
    return 1 if point in (0x21, 0x28, 0x29, 0x2C, 0x3A, 0x3B, 0x3F) else 0


@kernel
def _is_continuation(point: int) -> bool:
    """Whether Windows-1252 gives `point` for a byte from 0x80 to 0xBF."""
    return (
        0x80 <= point <= 0xBF
        or point in (0x152, 0x153, 0x160, 0x161, 0x178, 0x17D, 0x17E, 0x192, 0x2C6, 0x2DC)
        or (0x2013 <= point <= 0x203A and point != 0x2015)
        or point == 0x20AC
        or point == 0x2122
    )
