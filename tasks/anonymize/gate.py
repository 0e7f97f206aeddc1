"""Find the places in a column of text that may hold personal data, in one compiled pass.

A recognizer declares its anchors: literals, or one of the shapes below. Each of its matches holds an anchor, or stands
within its reach of one on the same line. So what this pass does not mark, no recognizer needs to see; a text without
anchors costs a few nanoseconds a byte and no Python.

Literals are found by an automaton, the shapes by a second scan over runs of digits, hexadecimal groups and words.
"""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from tasks.anonymize.automaton import Automaton, Bytes, Longs
from tasks.anonymize.digits import is_in_digest, is_short
from tasks.anonymize.families import Family
from tasks.anonymize.following import stand_for
from tasks.engine.kernel import kernel


@dataclass(frozen=True)
class Anchors:
    """Marked places, by item and start.

    Args:
        item: Index of the text in its column.
        start: First byte, counted from the beginning of the buffer.
        end: Byte after the last.
        family: Bits of `Family`.
    """

    item: Longs
    start: Longs
    end: Longs
    family: Longs


def find_anchors(data: Bytes, offsets: Longs, automaton: Automaton) -> Anchors:
    """Every anchor in the texts `data[offsets[i]:offsets[i + 1]]` (UTF-8)."""
    size = max(1024, (int(offsets[-1]) - int(offsets[0])) // 64)
    while True:
        out = np.empty((size, 4), np.int64)
        count = _scan(data, offsets, automaton.classes, automaton.next, automaton.found, automaton.longest, out)
        if count <= size:
            break
        size = count
    rows = out[:count]
    return Anchors(rows[:, 0].copy(), rows[:, 1].copy(), rows[:, 2].copy(), rows[:, 3].copy())


@kernel
def holds_han(data: Any, offsets: Any) -> Any:
    """Some text holds a character of U+4000 to U+9FFF."""
    for i in range(offsets[0], offsets[-1]):  # noqa: SIM110 - kernels know no generators
        if 0xE4 <= data[i] <= 0xE9:
            return True
    return False


_NUMBER: Final = int(Family.NUMBER)
_HEX: Final = int(Family.HEX)
_AT: Final = int(Family.AT)
_MENTION: Final = int(Family.MENTION)
_RANDOM: Final = int(Family.RANDOM)
_STREET: Final = int(Family.STREET)
_BEFORE: Final = int(Family.BEFORE_NAME)
# Fewest digits of anything told by its digits alone, and fewest characters of a random word.
MIN_DIGITS: Final = 7
MIN_RANDOM: Final = 20
# With so many most numbers are dates, years and ordinals.
_FEW_DIGITS: Final = 8
# A hardware address; shorter words are of no interest.
_LONG_WORD: Final = 17


@kernel
def _scan(data: Any, offsets: Any, classes: Any, following: Any, found: Any, longest: Any, out: Any) -> Any:
    count = 0
    for item in range(offsets.size - 1):
        begin, end = offsets[item], offsets[item + 1]
        state = 0
        for i in range(begin, end):
            state = following[state, classes[data[i]]]
            if found[state]:
                family = found[state]
                if family >= _BEFORE:
                    family = stand_for(data, i + 1, end, family)
                if family:
                    count = _put(out, count, item, i + 1 - longest[state], i + 1, family)
        count = _scan_numbers(data, begin, end, item, out, count)
        count = _scan_words(data, begin, end, item, out, count)
        count = _scan_signs(data, begin, end, item, out, count)
    return count


@kernel
def _put(out: Any, count: Any, item: Any, start: Any, end: Any, family: Any) -> Any:
    if count < out.shape[0]:
        out[count, 0], out[count, 1], out[count, 2], out[count, 3] = item, start, end, family
    return count + 1


@kernel
def _digit(data: Any, i: Any, end: Any) -> Any:
    """Bytes of the digit at i: 1, or 3 where it is full-width; 0 where there is none."""
    if 48 <= data[i] <= 57:
        return 1
    if data[i] == 0xEF and i + 2 < end and data[i + 1] == 0xBC and 0x90 <= data[i + 2] <= 0x99:
        return 3
    return 0


@kernel
def _scan_numbers(data: Any, begin: Any, end: Any, item: Any, out: Any, count: Any) -> Any:
    """Digits with at most two spaces, dashes, dots, slashes or brackets between any two."""
    i = begin
    while i < end:
        width = _digit(data, i, end)
        if not width:
            i += 1
            continue
        start, digits, dots, stop = i, 0, 0, i
        while width:
            digits += 1
            i += width
            stop = i
            width = _digit(data, i, end) if i < end else 0
            if width or i >= end:
                continue
            gap = 0
            while i < end and gap < 2 and _is_gap(data[i]):
                gap += 1
                i += 1
            width = _digit(data, i, end) if gap and i < end else 0
            dots += width and gap == 1 and data[i - 1] == 46
        if dots >= 3 or (
            digits >= MIN_DIGITS
            and not (digits <= _FEW_DIGITS and is_short(data, begin, start, stop, end))
            and not _is_plain(data, start, stop)
            and not is_in_digest(data, begin, start, stop, end)
        ):
            count = _put(out, count, item, start, stop, _NUMBER)
    return count


@kernel
def _is_gap(byte: Any) -> Any:
    # space - . / ( )
    return byte == 32 or byte == 45 or byte == 46 or byte == 47 or byte == 40 or byte == 41


@kernel
def _is_plain(data: Any, start: Any, stop: Any) -> Any:
    """A decimal fraction, or a date with at most an hour after it: what most numbers in prose and logs are."""
    groups, last, size = 0, 0, 0
    # Eight bits of each group; what matters is whether it has up to four digits.
    sizes = 0
    for i in range(start, stop):
        if 48 <= data[i] <= 57:
            size += 1
            continue
        if groups == 4 or data[i] > 57 or data[i] == 40 or data[i] == 41:
            return False
        if size:
            sizes |= min(size, 255) << 8 * groups
            groups += 1
        last = data[i]
        size = 0
    if groups == 4:
        return False
    sizes |= min(size, 255) << 8 * groups
    groups += 1
    first, second, third, fourth = sizes & 255, sizes >> 8 & 255, sizes >> 16 & 255, sizes >> 24
    if groups == 2 and last == 46 and first != 3:
        return True
    is_year = (data[start] == 49 and data[start + 1] == 57) or (data[start] == 50 and data[start + 1] == 48)
    return is_year and first == 4 and groups >= 3 and second <= 2 and third <= 2 and fourth <= 2


@kernel
def _scan_words(data: Any, begin: Any, end: Any, item: Any, out: Any, count: Any) -> Any:
    """Random words: 20 characters or more of at least two of the three sorts, digits among them."""
    start = begin
    while start + _LONG_WORD <= end:
        # From the last of so many characters back: most words are too short, and most of their bytes need no look.
        i = start + _LONG_WORD - 1
        while i >= start and _is_word(data[i]):
            i -= 1
        if i >= start:
            start = i + 1
            continue
        stop, digits, upper, lower, dashes = start, 0, 0, 0, 0
        while stop < end and _is_word(data[stop]):
            byte = data[stop]
            digits += 48 <= byte <= 57
            lower += 97 <= byte <= 122
            upper += 65 <= byte <= 90
            dashes += byte == 45
            stop += 1
        if digits and dashes == 5 and stop - start < 24:
            count = _put(out, count, item, start, stop, _HEX)
        if digits and stop - start >= MIN_RANDOM and upper and lower:
            count = _put(out, count, item, start, stop, _RANDOM)
        start = stop + 1
    return count


@kernel
def _is_word(byte: Any) -> Any:
    # letters, digits - _ + / =
    return (
        97 <= byte <= 122
        or 65 <= byte <= 90
        or 47 <= byte <= 57
        or byte == 45
        or byte == 95
        or byte == 43
        or byte == 61
    )


@kernel
def _ends_number(data: Any, begin: Any, i: Any) -> Any:
    """Before i stands a number, perhaps with a letter or comma at its end."""
    k = i - 1
    if data[k] == 44:
        k -= 1
    if k > begin and (65 <= data[k] <= 90 or 97 <= data[k] <= 122):
        k -= 1
    return k >= begin and 48 <= data[k] <= 57


@kernel
def _scan_signs(data: Any, begin: Any, end: Any, item: Any, out: Any, count: Any) -> Any:
    """An @ before something; groups of hexadecimal digits with two colons together or three in all."""
    done = begin
    for i in range(begin, end):
        byte = data[i]
        # Small letters, blanks and digits: most of a text.
        if byte < 58 or 90 < byte < 0xEF:
            continue
        if byte == 58 and i >= done:
            done, count = _scan_colons(data, done, i, end, item, out, count)
        elif 65 <= byte <= 90:
            if i > begin + 1 and data[i - 1] == 32 and _ends_number(data, begin, i - 1):
                count = _put(out, count, item, i - 2, i, _STREET)
        elif byte == 64 or (byte == 0xEF and i + 2 < end and data[i + 1] == 0xBC and data[i + 2] == 0xA0):
            size = 1 if byte == 64 else 3
            before = data[i - 1] if i > begin else 32
            after = data[i + size] if i + size < end else 32
            if after > 32:
                count = _put(out, count, item, i, i + size, _MENTION if before <= 32 else _AT | _MENTION)
    return count


@kernel
def _scan_colons(data: Any, low: Any, colon: Any, end: Any, item: Any, out: Any, count: Any) -> Any:
    """Groups around the first colon of a run, which begins not before `low`; returns the end of the run too."""
    start = colon
    while start > low and _is_hex(data[start - 1]):
        start -= 1
    colons, double, groups, stop = 0, False, colon - start, colon
    while stop < end and (data[stop] == 58 or _is_hex(data[stop])):
        if data[stop] == 58:
            double = double or (stop > start and data[stop - 1] == 58)
            colons += 1
        else:
            groups += 1
        stop += 1
    if groups and (colons >= 3 or (double and groups > 1)):
        count = _put(out, count, item, start, stop, _HEX)
    return stop, count


@kernel
def _is_hex(byte: Any) -> Any:
    return 48 <= byte <= 57 or 97 <= byte <= 102 or 65 <= byte <= 70
