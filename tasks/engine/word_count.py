"""How long a text is, in words: the measure of `document@1` and of the funnel."""

from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa
from numba import njit

from schemas.document import DOCUMENT
from tasks.engine.code_points import code_point
from tasks.engine.derived import derived
from tasks.engine.utf8 import utf8_column

# See document@1.n_words.
_ALONE: Final = r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}]"
_PART: Final = r"[\p{L}\p{N}\p{M}]"
# Planes 0 to 3; above them are no letters, and of marks only the variation selectors.
_TABLE_SIZE: Final = 0x40000
_SELECTORS: Final = (0xE0100, 0xE01EF)


def count_words(documents: pa.Table) -> pa.Table:
    """The same documents with `n_words` set from their text.

    One compiled pass: every step counts what it keeps, and a regular expression took longer than the steps did.
    """
    column = utf8_column(documents["text"])
    counts = np.zeros(documents.num_rows, np.int64)
    _count_all(column.data, column.offsets, word_classes(), counts)
    position = documents.schema.get_field_index("n_words")
    return documents.set_column(position, DOCUMENT.arrow.field("n_words"), pa.array(counts))


@cache
def word_classes() -> npt.NDArray[np.uint8]:
    """0: between words, 1: part of a word, 2: a word by itself; of every character below `_TABLE_SIZE`."""
    sources = (Path(__file__).read_bytes(), pl.__version__.encode())
    (table,) = derived("classes", Path(__file__), sources, _make_classes)
    return table


def _make_classes() -> list[npt.NDArray[np.uint8]]:
    codes = [code for code in range(_TABLE_SIZE) if not 0xD800 <= code <= 0xDFFF]
    text = pl.Series([chr(code) for code in codes])
    table = np.zeros(_TABLE_SIZE, np.uint8)
    table[codes] = np.where(text.str.contains(_ALONE), 2, np.where(text.str.contains(_PART), 1, 0))
    return [table]


@njit(cache=True, nogil=True)
def _count_all(data: Any, offsets: Any, classes: Any, counts: Any) -> None:
    for index in range(len(counts)):
        position, end = offsets[index], offsets[index + 1]
        inside = False
        words = 0
        while position < end:
            code, position = code_point(data, position)
            kind = classes[code] if code < len(classes) else _SELECTORS[0] <= code <= _SELECTORS[1]
            # Without branches: in prose nothing foretells where a word ends.
            part = kind == 1
            words += (kind == 2) | (part & (not inside))
            inside = part
        counts[index] = words
