"""Measure files of code: lines, their lengths, letters, and data in disguise. One compiled pass over the Arrow buffer.

A letter is what Unicode calls one, so that Chinese comments and identifiers count as what they are; the ASCII classes
of the published filters would drop them.
"""

from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

from tasks.engine.code_points import code_point
from tasks.engine.derived import derived
from tasks.engine.kernel import from_start, kernel
from tasks.engine.utf8 import utf8_column

MEASURES: Final = (
    "chars", "lines", "longest_line", "mean_line", "letters", "alphanumeric", "longest_encoded", "encoded",
)  # fmt: skip
"""Code points; lines; code points of the longest line and of the mean one; shares of letters, and of letters and
digits, in all characters; code points of the longest run of encoded data, and share of all such runs."""

_TABLE_SIZE: Final = 0x40000
# Of classes: a letter, a digit, part of base64, hexadecimal digit.
_LETTER, _DIGIT, _BASE64, _HEX = 1, 2, 4, 8
# StarCoder 2 (Lozhkov et al., 2024, 3.2): runs of at least so many characters of base64, and of so many bytes in
# hexadecimal, or escapes.
_BASE64_RUN: Final = 64
_HEX_RUN: Final = 8


def measure_code(text: pa.ChunkedArray) -> pl.DataFrame:
    """`MEASURES` of each text of a `large_string` column, as Float64 columns."""
    column = utf8_column(text)
    out = np.zeros((len(column.offsets) - 1, len(MEASURES)))
    _measure_all(column.data, column.offsets, _classes(), out)
    return pl.DataFrame({name: out[:, index] for index, name in enumerate(MEASURES)})


@cache
def _classes() -> npt.NDArray[np.uint8]:
    sources = (Path(__file__).read_bytes(), pl.__version__.encode())
    (table,) = derived("code_classes", Path(__file__), sources, _make_classes)
    return table


def _make_classes() -> list[npt.NDArray[np.uint8]]:
    codes = [code for code in range(_TABLE_SIZE) if not 0xD800 <= code <= 0xDFFF]
    text = pl.Series([chr(code) for code in codes])
    table = np.zeros(_TABLE_SIZE, np.uint8)
    kinds = ((_LETTER, r"\p{L}"), (_DIGIT, r"\p{Nd}"), (_BASE64, r"[A-Za-z0-9+/=\n]"), (_HEX, r"[0-9A-Fa-f]"))
    for kind, pattern in kinds:
        table[codes] |= np.where(text.str.contains(pattern), kind, 0).astype(np.uint8)
    return [table]


@kernel
def _measure_all(data: Any, offsets: Any, classes: Any, out: Any) -> None:
    for row in range(len(out)):
        _measure(data[offsets[row] : offsets[row + 1]], classes, out[row])


@kernel
def _measure(data: Any, classes: Any, out: Any) -> None:
    position, end = 0, from_start(len(data))
    chars, lines, line, longest = 0, 1, 0, 0
    escaped = 0
    letters = digits = 0
    run = run_letters = run_digits = run_lines = 0
    encoded = longest_encoded = 0
    while position < end:
        byte = data[position]
        if (byte == 0x5C or byte == 0x30) and position >= escaped:  # perhaps \x1f, \u4e00, 0x1f
            length = _escapes(data, position, end, classes)
            escaped = position + length
            encoded += length
            longest_encoded = max(longest_encoded, length)
        code, position = code_point(data, position)
        position = from_start(position)
        kind = classes[code] if code < len(classes) else 0
        chars += 1
        letters += kind & 1
        digits += (kind >> 1) & 1
        if code == 10:
            longest = max(longest, line)
            line = 0
            lines += position < end
        else:
            line += 1
        if kind & 4:
            run += 1
            run_letters += kind & 1
            run_digits += (kind >> 1) & 1
            run_lines += code == 10
        if not kind & 4 or position == end:
            # Words, one a line, are in the same alphabet; without digits they are no base64.
            if run - run_lines >= _BASE64_RUN and run_letters and run_digits * 20 > run:
                encoded += run
                longest_encoded = max(longest_encoded, run)
            run = run_letters = run_digits = run_lines = 0
    out[0], out[1], out[2] = chars, lines, max(longest, line)
    out[3] = (chars - lines + 1) / lines
    out[4], out[5] = letters / max(chars, 1), (letters + digits) / max(chars, 1)
    out[6], out[7] = longest_encoded, min(1.0, encoded / max(chars, 1))


@kernel
def _escapes(data: Any, position: int, end: int, classes: Any) -> int:
    r"""Bytes of the run of \x1f, \u4e00 or 0x1f, with commas and blanks between, that begins here; 0 if of few."""
    members = 0
    first = last = position
    while True:
        width = _member(data, position, end, classes)
        if not width:
            break
        members += 1
        position += width
        last = position
        while position < end and (data[position] == 44 or data[position] == 32 or data[position] == 10):
            position += 1
    return last - first if members >= _HEX_RUN else 0


@kernel
def _member(data: Any, position: int, end: int, classes: Any) -> int:
    r"""Bytes of one \x1f, \u4e00 or 0x1f at `position`; 0 where there is none."""
    if position + 4 > end or (data[position] != 0x5C and data[position] != 0x30):
        return 0
    letter = data[position + 1] | 0x20
    digits = 4 if letter == 0x75 and data[position] == 0x5C else 2 if letter == 0x78 else 0
    if not digits or position + 2 + digits > end:
        return 0
    for index in range(position + 2, position + 2 + digits):
        if data[index] > 127 or not classes[data[index]] & 8:
            return 0
    return 2 + digits
