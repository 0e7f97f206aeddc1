"""Count the scripts of texts: one compiled pass over a column, where regular expressions would take a pass each.

What a character counts as is what those expressions say of it, asked once on a machine for every character.
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
from tasks.engine.kernel import kernel
from tasks.engine.utf8 import utf8_column
from tasks.quality.characters import HAN_SIMPLIFIED, HAN_TRADITIONAL, class_table

# Bits of an entry of the table. The first three count characters, the next two runs of them: a Han character and a run
# of Latin letters count alike, both are about a word.
_COUNTED: Final = {
    "han": r"\p{Han}",
    "kana": r"[\p{Hiragana}\p{Katakana}]",
    "hangul": r"\p{Hangul}",
    "latin": r"\p{Latin}",
    "other": r"[\p{L}--\p{Latin}--\p{Han}--\p{Hiragana}--\p{Katakana}--\p{Hangul}]",
}
_LATIN: Final = 3
_OTHER: Final = 4
_TRADITIONAL: Final = 5
_SIMPLIFIED: Final = 6
# Above are tags, variation selectors and private use: no letters.
_TABLE_SIZE: Final = 0x40000


def count_scripts(texts: pl.Series) -> pl.DataFrame:
    """Columns han, kana, hangul (characters), latin, other (runs of letters), traditional, simplified (characters).

    Args:
        texts: Without nulls. A Han character is traditional, or simplified, where only that script has it.
    """
    column = utf8_column(pa.chunked_array([texts.to_arrow().cast(pa.large_string())]))
    counts = np.zeros((len(texts), _SIMPLIFIED + 1), np.uint32)
    _count(column.data, column.offsets, _table(), counts)
    names = [*_COUNTED, "traditional", "simplified"]
    return pl.DataFrame({name: counts[:, place] for place, name in enumerate(names)})


@cache
def _table() -> npt.NDArray[np.uint8]:
    sources = (Path(__file__).read_bytes(), pl.__version__.encode(), class_table().tobytes())
    (table,) = derived("scripts", Path(__file__), sources, _make_table)
    return table


def _make_table() -> list[npt.NDArray[np.uint8]]:
    points = np.array([point for point in range(_TABLE_SIZE) if not 0xD800 <= point <= 0xDFFF])
    characters = pl.Series([chr(point) for point in points])
    table = np.zeros(_TABLE_SIZE, np.uint8)
    for bit, expression in enumerate(_COUNTED.values()):
        table[points[characters.str.contains(f"^{expression}$").to_numpy()]] |= 1 << bit
    table[np.flatnonzero(class_table() == HAN_TRADITIONAL)] |= 1 << _TRADITIONAL
    table[np.flatnonzero(class_table() == HAN_SIMPLIFIED)] |= 1 << _SIMPLIFIED
    return [table]


@kernel
def _count(data: Any, offsets: Any, table: Any, counts: Any) -> None:
    for row in range(offsets.size - 1):
        i, end = offsets[row], offsets[row + 1]
        before: Any = 0
        while i < end:
            point, i = code_point(data, i)
            bits: Any = np.int64(table[point]) if point < table.size else 0
            # A run is counted where it begins.
            counted = bits & ~(before & (1 << _LATIN | 1 << _OTHER))
            before = bits
            if counted:
                for bit in range(_SIMPLIFIED + 1):
                    counts[row, bit] += counted >> bit & 1
