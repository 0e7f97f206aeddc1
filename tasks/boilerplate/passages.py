"""The lines and paragraphs of documents as hashes, in one compiled pass over their bytes.

A passage is a line of text, or a paragraph of several lines. Headings, rows of tables, fenced code and lines without a
word are none: what structures a document repeats in all of its kind. White space does not count; a Han, kana or hangul
character is a word, a number is none (a list of figures is no notice).
"""

from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from tasks.engine.kernel import kernel
from tasks.engine.utf8 import Utf8Column

# FNV-1a, 64 bits.
_SEED: Final = np.uint64(0xCBF29CE484222325)
_PRIME: Final = np.uint64(0x100000001B3)
_TEXT, _BLANK, _EXEMPT = np.uint8(0), np.uint8(1), np.uint8(2)
_NEWLINE: Final = 10

Array = npt.NDArray[Any]


class Passages(NamedTuple):
    """Lines of all documents, in order, and the paragraphs that have several.

    Attributes:
        document: Of each line: row of its document.
        start: Byte of the column's data where the line begins; `end` where it ends, before its line end.
        hash: Of its bytes that are not white space.
        words: In it.
        kind: 0 a passage, 1 blank, 2 neither.
        paragraph: Of each line: its paragraph, or -1.
        first: Of each paragraph: its first line; `last`: its last.
        paragraph_hash: Of its lines' hashes.
        paragraph_words: In it.
    """

    document: Array
    start: Array
    end: Array
    hash: Array
    words: Array
    kind: Array
    paragraph: Array
    first: Array
    last: Array
    paragraph_hash: Array
    paragraph_words: Array


def find_passages(column: Utf8Column) -> Passages:
    """Lines and paragraphs of the texts of a column."""
    begin, end = int(column.offsets[0]), int(column.offsets[-1])
    most = int(np.count_nonzero(column.data[begin:end] == _NEWLINE)) + len(column.offsets) - 1
    lines = (
        np.zeros(most, np.int32),
        np.zeros(most, np.int64),
        np.zeros(most, np.int64),
        np.zeros(most, np.uint64),
        np.zeros(most, np.int32),
        np.zeros(most, np.uint8),
        np.full(most, -1, np.int32),
    )
    paragraphs = (
        np.zeros(most, np.int32),
        np.zeros(most, np.int32),
        np.zeros(most, np.uint64),
        np.zeros(most, np.int32),
    )
    counts = np.zeros(2, np.int64)
    _find_all(column.data, column.offsets, *lines, *paragraphs, counts)
    return Passages(*(array[: counts[0]] for array in lines), *(array[: counts[1]] for array in paragraphs))


@kernel
def _find_all(
    data: Any, offsets: Any, document: Any, start: Any, end: Any, hashes: Any, words: Any, kind: Any, paragraph: Any,
    first: Any, last: Any, paragraph_hash: Any, paragraph_words: Any, counts: Any,
) -> None:  # fmt: skip
    line, found = 0, 0
    for row in range(len(offsets) - 1):
        position, stop = offsets[row], offsets[row + 1]
        fence, fence_length = 0, 0
        opened = line
        while position < stop:
            after = position
            while after < stop and data[after] != _NEWLINE:
                after += 1
            document[line], start[line], end[line] = row, position, after
            marker, length, closes = _fence(data, position, after)
            if fence == 0 and marker != 0:
                fence, fence_length = marker, length
                kind[line] = _EXEMPT
            elif fence != 0:
                kind[line] = _EXEMPT
                if marker == fence and length >= fence_length and closes:
                    fence = 0
            else:
                hashes[line], words[line], kind[line] = _read_line(data, position, after)
            line += 1
            position = after + 1
            if kind[line - 1] == _BLANK or position >= stop:
                close = line - 1 if kind[line - 1] == _BLANK else line
                found = _close_paragraph(
                    opened, close, hashes, words, kind, paragraph, first, last, paragraph_hash, paragraph_words, found
                )
                opened = line
    counts[0], counts[1] = line, found


@kernel
def _close_paragraph(
    opened: Any, close: Any, hashes: Any, words: Any, kind: Any, paragraph: Any, first: Any, last: Any,
    paragraph_hash: Any, paragraph_words: Any, found: Any,
) -> Any:  # fmt: skip
    """Note the lines from `opened` to `close` as a paragraph, if all of them are text and there are several."""
    if close - opened < 2:
        return found
    value, total = _SEED, 0
    for line in range(opened, close):
        if kind[line] != _TEXT:
            return found
        value = (value ^ hashes[line]) * _PRIME
        value ^= value >> np.uint64(29)
        total += words[line]
    for line in range(opened, close):
        paragraph[line] = found
    first[found], last[found], paragraph_hash[found], paragraph_words[found] = opened, close - 1, value, total
    return found + 1


@kernel
def _fence(data: Any, start: Any, end: Any) -> tuple[Any, Any, Any]:
    """Character and length of the fence a line begins with (0, 0 without one), and whether nothing follows it."""
    position = start
    while position < end and (data[position] == 32 or data[position] == 9):
        position += 1
    if position >= end or (data[position] != 96 and data[position] != 126):
        return 0, 0, False
    marker, begin = np.int64(data[position]), position
    while position < end and data[position] == marker:
        position += 1
    length = position - begin
    if length < 3:
        return 0, 0, False
    closes = True
    while position < end:
        if data[position] == 96 and marker == 96:
            return 0, 0, False
        closes = closes and data[position] <= 32
        position += 1
    return marker, length, closes


@kernel
def _read_line(data: Any, start: Any, end: Any) -> tuple[Any, Any, Any]:
    """Hash, words and kind of a line outside of fences."""
    value, words, first = _SEED, 0, np.int64(0)
    inside, letters = False, False
    position = start
    while position < end:
        byte = np.int64(data[position])
        width = 1 if byte < 0xC0 else 2 if byte < 0xE0 else 3 if byte < 0xF0 else 4
        second = np.int64(data[position + 1]) if width > 1 else 0
        if byte <= 32 or (byte == 0xC2 and second == 0xA0) or _is_wide_space(data, position, width):
            words += inside and letters
            inside, letters = False, False
            position += width
            continue
        if first == 0:
            first = byte
        for k in range(width):
            value = (value ^ np.uint64(data[position + k])) * _PRIME
        if _stands_alone(byte, second):
            words += 1 + (inside and letters)
            inside, letters = False, False
        elif 48 <= byte <= 57:
            inside = True
        elif 65 <= byte <= 90 or 97 <= byte <= 122 or 0xC3 <= byte <= 0xE1:
            inside, letters = True, True
        else:
            words += inside and letters
            inside, letters = False, False
        position += width
    words += inside and letters
    if first == 0:
        return value, words, _BLANK
    # A heading, a row of a table, a rule.
    return value, words, _EXEMPT if first == 35 or first == 124 or words == 0 else _TEXT


@kernel
def _is_wide_space(data: Any, position: Any, width: Any) -> Any:
    return width == 3 and data[position] == 0xE3 and data[position + 1] == 0x80 and data[position + 2] == 0x80


@kernel
def _stands_alone(byte: Any, second: Any) -> Any:
    """Whether a character is a word by itself: Han, kana, hangul and what lies between; not CJK punctuation."""
    return (0xE3 <= byte <= 0xED and not (byte == 0xE3 and second == 0x80)) or (byte == 0xF0 and second >= 0xA0)
