"""Which documents need tidying: one compiled pass over all of them, no Python per document.

What the passes look for begins with characters of a few kinds, or with several in a row: a table tells the kinds, and
expressions, one after the other over every Chinese document, took three times as long.
"""

import re
import unicodedata
from functools import cache
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from tasks.clean.mojibake import MISREAD_GBK, MISREAD_LATIN, MISREAD_LEAD, MISREAD_TRAIL
from tasks.clean.settings import CleanSettings
from tasks.clean.tidying import BLANKS, INVISIBLE, JOINING
from tasks.clean.variants import HAN, WIDE
from tasks.engine.code_points import code_point
from tasks.engine.kernel import kernel
from tasks.engine.utf8 import utf8_column

# Kinds of characters.
_INVISIBLE, _COMPOSABLE, _WIDE, _HAN, _GBK, _BLANK, _SPACE, _LEAD, _TRAIL, _LATIN = (1 << bit for bit in range(10))
# What is found in a document beside the kinds of its characters: misread ones in a row, blank line ends or many lines,
# blanks at its beginning, blanks at its end.
_MISREAD, _LINES, _HEAD, _TAIL = (1 << bit for bit in range(10, 14))
_KINDS: Final = {
    _INVISIBLE: INVISIBLE,
    _COMPOSABLE: f"[{JOINING}]",
    _WIDE: WIDE,
    _HAN: HAN,
    _GBK: MISREAD_GBK,
    _BLANK: f"[{BLANKS}]",
    _SPACE: r"[\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]",
    _LEAD: MISREAD_LEAD,
    _TRAIL: MISREAD_TRAIL,
    _LATIN: MISREAD_LATIN,
}
# Planes 0 and 1, where emoji are; above them all characters are of one kind.
_TABLE_SIZE: Final = 0x20000


class Untidy(NamedTuple):
    """One flag a document each.

    Args:
        invisible: Has controls or zero-width characters.
        misread: Has what text in the wrong encoding has.
        touched: A pass may find something in it.
        inside: It may lose or change other characters than blanks and line ends.
    """

    invisible: npt.NDArray[np.bool_]
    misread: npt.NDArray[np.bool_]
    touched: npt.NDArray[np.bool_]
    inside: npt.NDArray[np.bool_]


def find_untidy(text: pa.ChunkedArray, is_code: npt.NDArray[np.bool_], settings: CleanSettings) -> Untidy:
    """Look at every document once; source code needs nothing."""
    seen = np.zeros(len(text), np.int64)
    column = utf8_column(text)
    _look(column.data, column.offsets, is_code, _kinds(), seen)
    inside = _INVISIBLE | _COMPOSABLE
    inside |= (_MISREAD | _GBK) * settings.repair_encoding
    inside |= _WIDE * (settings.width == "letters") | _HAN * (settings.script == "simplified")
    wanted = (_INVISIBLE, _MISREAD | _GBK, inside | _LINES | _HEAD | _TAIL, inside)
    return Untidy(*(seen & bits != 0 for bits in wanted))


@cache
def _kinds() -> npt.NDArray[np.int16]:
    """Kinds of every character below `_TABLE_SIZE`."""
    # A letter of no kind between them: each is looked at alone.
    characters = "a".join(map(chr, range(_TABLE_SIZE)))
    table = np.zeros(_TABLE_SIZE, np.int16)
    for kind, pattern in _KINDS.items():
        table[[found.start() // 2 for found in re.finditer(pattern, characters)]] |= kind
    # What NFC writes in another way wherever it stands.
    alone = [code for code in range(_TABLE_SIZE) if not unicodedata.is_normalized("NFC", chr(code))]
    table[alone] |= _COMPOSABLE
    return table


@kernel
def _look(data: Any, offsets: Any, skipped: Any, kinds: Any, seen: Any) -> None:
    """Add to `seen` of each document the kinds of its characters and what is found in it."""
    for row in range(len(seen)):
        position, end = offsets[row], offsets[row + 1]
        if skipped[row] or position == end:
            continue
        bits, last, ends, letters = _head(data, position, end, kinds), 0, 0, 0
        while position < end:
            if _is_plain(data[position]):
                # Most characters of most texts: of a run of them only the last one counts.
                while position < end and _is_plain(data[position]):
                    position += 1
                last, ends, letters = kinds[data[position - 1]], 0, 0
                continue
            code, position = code_point(data, position)
            kind = kinds[code] if code < _TABLE_SIZE else _COMPOSABLE
            if code == 10:
                ends += 1
                if ends == 4 or last & _BLANK:
                    bits |= _LINES
            else:
                ends = 0
            if last & _LEAD and kind & _TRAIL:
                bits |= _MISREAD
            letters = letters + 1 if kind & _LATIN else 0
            if letters == 4:
                bits |= _MISREAD
            bits |= kind
            last = kind
        if last & _SPACE:
            bits |= _TAIL
        seen[row] = bits


@kernel
def _is_plain(byte: Any) -> Any:
    """Whether a byte is an ASCII character other than a line end or a control."""
    return 32 <= byte < 127 or byte == 9


@kernel
def _head(data: Any, position: Any, end: Any, kinds: Any) -> Any:
    """Whether a line end comes before anything else but white space: `_HEAD` or 0."""
    while position < end:
        code, position = code_point(data, position)
        if code == 10:
            return _HEAD
        if code >= _TABLE_SIZE or kinds[code] & _SPACE == 0:
            return 0
    return 0


def are_blank(text: pa.ChunkedArray) -> npt.NDArray[np.bool_]:
    """Of each document, whether it has nothing but white space, as Unicode says."""
    blank = np.ones(len(text), np.bool_)
    column = utf8_column(text)
    _find_blank(column.data, column.offsets, _kinds(), blank)
    return blank


@kernel
def _find_blank(data: Any, offsets: Any, kinds: Any, blank: Any) -> None:
    for row in range(len(blank)):
        position, end = offsets[row], offsets[row + 1]
        while position < end and blank[row]:
            code, position = code_point(data, position)
            blank[row] = code < _TABLE_SIZE and kinds[code] & _SPACE != 0
