"""One class per code point, as a table a compiled kernel can look up.

Kernels read keys: a byte that says of a character all that most of them ask. ASCII is its own key, of others it is the
class: tables by key are small.
"""

import unicodedata
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from tasks.engine.derived import derived

# The order matters: kernels compare with < and <=.
SPACE: Final = 0
NEWLINE: Final = 1
DIGIT: Final = 2
LOWER: Final = 3  # Latin, or without case
UPPER: Final = 4
OTHER_LETTER: Final = 5  # neither Latin nor CJK
MARK: Final = 6
HAN: Final = 7  # common, in both scripts
HAN_SIMPLIFIED: Final = 8  # common, only there
HAN_TRADITIONAL: Final = 9
HAN_RARE: Final = 10
KANA: Final = 11
HANGUL: Final = 12
PUNCTUATION: Final = 13
CJK_PUNCTUATION: Final = 14
SYMBOL: Final = 15
HIGH_LATIN: Final = 16  # U+0080 to U+00FF and what Windows-1252 puts there, other than letters of a language
GARBLED: Final = 17
N_CLASSES: Final = 18

ASCII: Final = 0x80
N_KEYS: Final = ASCII + N_CLASSES

# Above: ideographs of planes 2 and 3, and nothing else that is common.
TABLE_SIZE: Final = 0x20000

_BY_CATEGORY: Final = {
    "Ll": LOWER, "Lu": UPPER, "Lt": UPPER, "Lm": LOWER, "Lo": OTHER_LETTER, "Mn": MARK, "Mc": MARK, "Me": MARK,
    "Nd": DIGIT, "Nl": DIGIT, "No": DIGIT, "Zs": SPACE, "Zl": NEWLINE, "Zp": NEWLINE, "Cc": GARBLED, "Cf": SPACE,
    "Cs": GARBLED, "Co": GARBLED, "Cn": GARBLED, "Sm": SYMBOL, "Sc": SYMBOL, "Sk": SYMBOL, "So": SYMBOL,
}  # fmt: skip
_KANA: Final = ((0x3040, 0x30FF), (0x31F0, 0x31FF), (0xFF66, 0xFF9F))
_HANGUL: Final = ((0x1100, 0x11FF), (0x3130, 0x318F), (0xA960, 0xA97F), (0xAC00, 0xD7AF), (0xD7B0, 0xD7FF))
_HAN: Final = ((0x3005, 0x3007), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF))
_CJK_PUNCTUATION: Final = ((0x3000, 0x303F), (0xFF00, 0xFF0F), (0xFF1A, 0xFF20), (0xFF3B, 0xFF40), (0xFF5B, 0xFF65))


@cache
def class_table() -> npt.NDArray[np.uint8]:
    """Class of every code point below `TABLE_SIZE`; those above are `HAN_RARE` up to U+3FFFF, else `GARBLED`."""
    sources = (unicodedata.unidata_version.encode(), Path(__file__).read_bytes())
    (table,) = derived("characters", Path(__file__), sources, _make_classes)
    return table


@cache
def key_table() -> npt.NDArray[np.uint8]:
    """Key of every code point below `TABLE_SIZE`: itself if it is ASCII, else `ASCII` + its class."""
    keys = class_table() + np.uint8(ASCII)
    keys[:ASCII] = np.arange(ASCII)
    keys.setflags(write=False)
    return keys


def _make_classes() -> list[npt.NDArray[np.uint8]]:
    table = np.fromiter((_class_of(point) for point in range(TABLE_SIZE)), np.uint8, TABLE_SIZE)
    for ranges, value in ((_CJK_PUNCTUATION, CJK_PUNCTUATION), (_KANA, KANA), (_HANGUL, HANGUL), (_HAN, HAN_RARE)):
        for first, last in ranges:
            table[first : last + 1] = value
    table[[0x3000, 0xFEFF]] = SPACE
    table[[0x30FB]] = CJK_PUNCTUATION
    simplified, traditional = _coded_in("gb2312", 0xB0, 0xD7), _coded_in("big5", 0xA4, 0xC6)
    every_simplified, every_traditional = _coded_in("gb2312", 0xB0, 0xF7), _coded_in("big5", 0xA4, 0xF9)
    table[list(simplified | traditional)] = HAN
    table[list(simplified - every_traditional)] = HAN_SIMPLIFIED
    table[list(traditional - every_simplified)] = HAN_TRADITIONAL
    return [table]


def _class_of(point: int) -> int:
    if point < 0x80 and chr(point) in "$+<=>^`|~":  # written as punctuation in text, whatever Unicode says
        return PUNCTUATION
    if point in {0x09, 0x0B, 0x0C}:
        return SPACE
    if point in {0x0A, 0x85}:
        return NEWLINE
    if 0x80 <= point <= 0xBF:
        return SPACE if point == 0xA0 else HIGH_LATIN
    category = unicodedata.category(chr(point))
    if point == 0xFFFD:
        return GARBLED
    found = _BY_CATEGORY.get(category, PUNCTUATION)
    if found in {LOWER, UPPER} and not (point < 0x250 or 0x1E00 <= point <= 0x1EFF):
        return OTHER_LETTER
    return found


def _coded_in(codec: str, first: int, last: int) -> set[int]:
    """Ideographs with a lead byte from `first` to `last` in a two-byte codec: its common or all its characters."""
    found = set()
    for lead in range(first, last + 1):
        for trail in range(0x40, 0xFF):
            try:
                character = bytes((lead, trail)).decode(codec)
            except UnicodeDecodeError:
                continue
            if len(character) == 1 and 0x4E00 <= ord(character) <= 0x9FFF:
                found.add(ord(character))
    return found


# Class of every key.
KINDS: Final = np.array([*map(_class_of, range(ASCII)), *range(N_CLASSES)], np.uint8)
