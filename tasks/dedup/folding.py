"""A table that says what every character counts as once case, width, punctuation and script variants are set aside."""

import unicodedata
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path

import numpy as np
import numpy.typing as npt

from tasks.dedup.settings import FoldingSettings
from tasks.engine.derived import derived

# Planes 0 and 1. Above them are rare Han characters, and nothing else that matters here.
TABLE_SIZE = 0x20000
CLASS_SHIFT = 24
MAX_EXPANSION = 4


class CharClass(IntEnum):
    """The part a character plays; bits 24 and up of its table entry."""

    SKIP = 0  # as if it were not there: soft hyphen, zero width, combining accent
    SPACE = 1
    SYMBOL = 2  # ends a word
    WORD = 3  # part of a word: letters, digits, underscore
    ALONE = 4  # a token by itself: Han, kana, hangul
    EXPANDED = 5  # several characters, all parts of a word: ﬁ, ß; the low bits are a row of `expansions`


@dataclass(frozen=True)
class FoldTable:
    """Class and folded code point of every character below `TABLE_SIZE`.

    Args:
        entries: uint32, shape (TABLE_SIZE,): class << 24 | folded code point.
        expansions: uint32, shape (n, 4): folded code points, 0 after the last.
    """

    entries: npt.NDArray[np.uint32]
    expansions: npt.NDArray[np.uint32]


_SKIPPED = {
    0x00AD,
    0x200B,
    0x200C,
    0x200D,
    0x200E,
    0x200F,
    0x2060,
    0xFEFF,
    *range(0x0300, 0x0370),
    *range(0xFE00, 0xFE10),
}
_ALONE = (
    (0x2E80, 0x2FD5),  # radicals
    (0x3005, 0x3007),
    (0x3021, 0x3029),
    (0x3041, 0x3096),  # hiragana
    (0x30A1, 0x30FA),  # katakana
    (0x30FC, 0x30FF),
    (0x31F0, 0x31FF),
    (0x3400, 0x4DBF),  # Han
    (0x4E00, 0x9FFF),
    (0xAC00, 0xD7A3),  # hangul
    (0xF900, 0xFAFF),
)


def fold_table(settings: FoldingSettings) -> FoldTable:
    """The table for these settings: made once on a machine (half a second), then remembered."""
    return _table(
        settings.fold_case,
        settings.fold_width,
        settings.fold_traditional,
        settings.fold_punctuation,
        settings.fold_whitespace,
    )


@lru_cache(maxsize=8)
def _table(case: bool, width: bool, traditional: bool, punctuation: bool, whitespace: bool) -> FoldTable:
    flags = (case, width, traditional, punctuation, whitespace)
    name = "folding-" + "".join(str(int(flag)) for flag in flags)
    data = f"{name} {unicodedata.unidata_version} {version('opencc')}"
    entries, expansions = derived(
        name, Path(__file__), (data.encode(), Path(__file__).read_bytes()), lambda: _build(*flags)
    )
    return FoldTable(entries, expansions)


def _build(
    case: bool, width: bool, traditional: bool, punctuation: bool, whitespace: bool
) -> list[npt.NDArray[np.uint32]]:
    entries = np.full(TABLE_SIZE, CharClass.SYMBOL << CLASS_SHIFT, dtype=np.uint32)
    expansions: list[list[int]] = []
    for point, folded in enumerate(_folded(case=case, width=width, traditional=traditional)):
        kind = _class_of(point, folded)
        value = ord(folded[0]) if folded else point
        if kind is CharClass.EXPANDED:
            value = len(expansions)
            expansions.append([ord(char) for char in folded])
        if (kind is CharClass.SYMBOL and not punctuation) or (kind is CharClass.SPACE and not whitespace):
            kind = CharClass.ALONE
        entries[point] = kind << CLASS_SHIFT | value
    rows = [row + [0] * (MAX_EXPANSION - len(row)) for row in expansions] or [[0] * MAX_EXPANSION]
    return [entries, np.array(rows, dtype=np.uint32)]


def _folded(*, case: bool, width: bool, traditional: bool) -> list[str]:
    """What each character is replaced by; "" for those that are no character."""
    # One text of all characters, folded at once: "\n" between them keeps each from joining its neighbour.
    points = [chr(point) if _is_character(point) else "" for point in range(TABLE_SIZE)]
    text = "\n".join(points)
    if width:
        text = unicodedata.normalize("NFKC", text)
    if case:
        text = text.casefold()
    folded = text.split("\n")
    if width:
        folded = [_without_accents(new) if point < 0x2000 else new for point, new in enumerate(folded)]
    if traditional:
        # Not loaded where the table is read from disk.
        import opencc

        folded = opencc.OpenCC("t2s").convert("\n".join(folded)).split("\n")
    return folded


def _is_character(point: int) -> bool:
    return not (0xD800 <= point < 0xE000 or point in {0x0A, 0x0B, 0x0C, 0x0D, 0x1C, 0x1D, 0x1E, 0x85, 0x2028, 0x2029})


def _without_accents(text: str) -> str:
    return "".join(char for char in unicodedata.normalize("NFD", text) if not 0x0300 <= ord(char) < 0x0370) or text


def _class_of(point: int, folded: str) -> CharClass:
    if point in _SKIPPED:
        return CharClass.SKIP
    if not folded or folded.isspace():
        return CharClass.SPACE if chr(point).isspace() else CharClass.SYMBOL
    if len(folded) == 1 and any(low <= ord(folded) <= high for low, high in _ALONE):
        return CharClass.ALONE
    if not all(char.isalnum() or char == "_" or unicodedata.category(char)[0] == "M" for char in folded):
        return CharClass.SYMBOL
    if len(folded) == 1:
        return CharClass.WORD
    return CharClass.EXPANDED if len(folded) <= MAX_EXPANSION and folded.isascii() else CharClass.SYMBOL
