"""N-grams of words as hashes. Letter case and everything that is no word do not count.

A Han, kana or hangul character is a word by itself, so that in Chinese an n-gram is one of characters.
"""

from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from tasks.engine.code_points import code_point
from tasks.engine.kernel import kernel
from tasks.engine.utf8 import utf8_column
from tasks.engine.word_count import word_classes

# FNV-1a over code points; the base of the rolling hash over words is odd and random (Knuth's MMIX multiplier).
_SEED: Final = np.uint64(0xCBF29CE484222325)
_PRIME: Final = np.uint64(0x100000001B3)
_BASE: Final = np.uint64(6364136223846793005)

Array = npt.NDArray[Any]


def hash_words(text: pa.ChunkedArray) -> tuple[Array, Array]:
    """Hash of every word of the texts, one text after the other, and where each text begins among them."""
    column = utf8_column(text)
    most = int(column.offsets[-1] - column.offsets[0])
    hashes, offsets = np.zeros(most, np.uint64), np.zeros(len(column.offsets), np.int64)
    _hash_all(column.data, column.offsets, word_classes(), hashes, offsets)
    return hashes[: offsets[-1]], offsets


def hash_grams(words: Array, offsets: Array, length: int) -> tuple[Array, Array]:
    """Hash and text of every n-gram of `length` words, in order."""
    starts = np.maximum(np.diff(offsets) - length + 1, 0)
    grams, owners = np.zeros(int(starts.sum()), np.uint64), np.zeros(int(starts.sum()), np.int32)
    _gram_all(words, offsets, length, grams, owners)
    return grams, owners


@kernel
def _hash_all(data: Any, offsets: Any, classes: Any, hashes: Any, out: Any) -> None:
    word = 0
    for row in range(len(offsets) - 1):
        position, stop = offsets[row], offsets[row + 1]
        value, inside = _SEED, False
        while position < stop:
            code, position = code_point(data, position)
            kind = classes[code] if code < len(classes) else 0
            if inside and kind != 1:
                hashes[word] = value
                word += 1
                value, inside = _SEED, False
            if kind == 2:
                hashes[word] = (_SEED ^ np.uint64(code)) * _PRIME
                word += 1
            elif kind == 1:
                lower = code + 32 if 65 <= code <= 90 else code
                value = (value ^ np.uint64(lower)) * _PRIME
                inside = True
        if inside:
            hashes[word] = value
            word += 1
        out[row + 1] = word


@kernel
def _gram_all(words: Any, offsets: Any, length: Any, grams: Any, owners: Any) -> None:
    high = np.uint64(1)
    for _ in range(length):
        high *= _BASE
    gram = 0
    for row in range(len(offsets) - 1):
        value = np.uint64(0)
        for place in range(offsets[row], offsets[row + 1]):
            value = value * _BASE + words[place]
            if place - offsets[row] >= length:
                value -= words[place - length] * high
            if place - offsets[row] >= length - 1:
                grams[gram] = value ^ (value >> np.uint64(31))
                owners[gram] = row
                gram += 1
