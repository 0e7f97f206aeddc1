"""How surprising a text is, letter by letter: bits under small n-gram models of English and Chinese.

A scan that was read wrongly, a text in the wrong encoding or keys hit at random is made of letters that do not follow
each other. English: trigrams of 28 symbols (`english_letters.bin`; how it was counted: make_english_letters.py among
the benchmarks). Chinese: pairs of characters inside the words of jieba's dictionary, weighted by frequency, in both
scripts; half of all pairs are taken to cross from one word into the next. Two raised to the bits is the perplexity
per character. Where another n-gram model stands for web filters (CCNet's KenLM: Wenzek et al., 2020), this one needs no
download and two table look-ups a character.
"""

import itertools
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from tasks.engine.derived import derived
from tasks.quality.characters import HAN, HAN_RARE, LOWER, NEWLINE, UPPER
from tasks.quality.routing import FENCED

_SYMBOLS: Final = 28
_MARK: Final = 27  # anything that is neither a letter nor white space
_PER_BIT: Final = 16  # English, in sixteenths
_HAN_FIRST: Final = 0x4E00
_HAN_SIZE: Final = 0xA000 - _HAN_FIRST
# A megabyte stays in a core's cache; what is left out are the rarest of half a million pairs.
_SLOTS: Final = 1 << 18
_PROBES: Final = 4
_HAN_PER_BIT: Final = 8
# Half of all neighbours belong to different words.
_ACROSS: Final = 0.5
# A character no word of the dictionary has.
_UNKNOWN_BITS: Final = 22


class LetterModels(NamedTuple):
    """Bits of a symbol after two others; of a Han character alone; of known pairs, by hash."""

    english: npt.NDArray[np.uint8]
    han: npt.NDArray[np.uint8]
    pairs: npt.NDArray[np.uint32]  # 0: empty; else the pair's upper hash bits and its bits in the lowest byte


@cache
def letter_models() -> LetterModels:
    """The models, made once on a machine."""
    here = Path(__file__)
    english = np.fromfile(here.parent / "english_letters.bin", np.uint8)
    sources = (here.read_bytes(), version("jieba").encode(), version("opencc").encode())
    han, pairs = derived("han-pairs", here, sources, _count_pairs)
    return LetterModels(english, han, pairs)


def _count_pairs() -> list[npt.NDArray[Any]]:
    import jieba
    import opencc

    lines = (Path(jieba.__file__).parent / "dict.txt").read_text("utf-8").splitlines()
    words = [(word, float(often)) for word, often, *_ in (line.split(" ") for line in lines)]
    traditional = opencc.OpenCC("s2t").convert("\n".join(word for word, _ in words)).split("\n")
    words += [(twin, often) for twin, (word, often) in zip(traditional, words, strict=True) if twin != word]
    single = np.zeros(_HAN_SIZE)
    counted: dict[int, float] = {}
    leading = np.zeros(_HAN_SIZE)
    for word, often in words:
        points = [ord(character) - _HAN_FIRST for character in word]
        if any(not 0 <= point < _HAN_SIZE for point in points):
            continue
        for point in points:
            single[point] += often
        for first, second in itertools.pairwise(points):
            leading[first] += often
            counted[first << 16 | second] = counted.get(first << 16 | second, 0.0) + often
    share = single / single.sum()
    alone = np.where(share > 0, -np.log2(np.maximum(_ACROSS * share, 1e-12)), _UNKNOWN_BITS)
    pairs = np.zeros(_SLOTS, np.uint32)
    for pair, often in sorted(counted.items(), key=lambda item: (-item[1], item[0])):
        first, second = pair >> 16, pair & 0xFFFF
        within = (1 - _ACROSS) * often / leading[first]
        _place(pairs, pair, -np.log2(within + _ACROSS * share[second]))
    return [np.clip(np.round(alone * _HAN_PER_BIT), 0, 255).astype(np.uint8), pairs]


def _place(pairs: npt.NDArray[np.uint32], pair: int, bits: float) -> None:
    """Store a pair in one of the slots it is looked for in; the rarest find none."""
    mixed = pair * 0x9E3779B97F4A7C15 & (1 << 64) - 1
    slot, tag = mixed >> 46, mixed >> 12 & 0xFFFFFF | 1
    for probe in range(_PROBES):
        place = (slot + probe) & (_SLOTS - 1)
        if pairs[place] == 0:
            pairs[place] = tag << 8 | min(round(bits * _HAN_PER_BIT), 255)
            return


@njit(cache=True, nogil=True)
def measure_likelihood(points: Any, classes: Any, n: int, routes: Any, models: LetterModels, out: Any) -> None:
    """Write the mean bits of a Latin letter, the share of torn words, and the mean bits of a Han after a Han character.

    What stands in fences is left out.
    """
    letters = letter_bits = pairs = pair_bits = words = torn = 0
    before = last = 0
    han_before = -1
    for i in range(n):
        kind = classes[i]
        if routes[i] == FENCED:
            before = last = 0
            han_before = -1
            continue
        if HAN <= kind <= HAN_RARE:
            han = points[i] - _HAN_FIRST
            if not 0 <= han < _HAN_SIZE:
                han = -2
            if han_before != -1:
                pairs += 1
                pair_bits += _bits_of_pair(han_before, han, models) if han >= 0 <= han_before else 8 * _UNKNOWN_BITS
            han_before = han
            before = last = 0
            continue
        han_before = -1
        if kind <= NEWLINE:
            symbol = 0
        elif points[i] < 0x80 and (kind in (LOWER, UPPER)):
            symbol = (points[i] | 0x20) - 96
        else:
            symbol = _MARK
        if symbol == 0 and last == 0:
            continue
        if 0 < symbol < _MARK:
            letters += 1
            letter_bits += models.english[(before * _SYMBOLS + last) * _SYMBOLS + symbol]
            words += last == 0
            torn += last == _MARK and 0 < before < _MARK and _tears(points[i - 1])
        before, last = last, symbol
    out[0] = letter_bits / (_PER_BIT * max(letters, 1))
    out[1] = torn / max(words, 1)
    out[2] = pair_bits / (_HAN_PER_BIT * max(pairs, 1))


@njit(cache=True, nogil=True, inline="always")
def _tears(mark: int) -> bool:
    # ! " # $ * , ; ? \ ^ ` { | } ~ and what is not ASCII but the apostrophe; digits are in names and versions
    if mark < 0x80:
        return mark in (0x21, 0x22, 0x23, 0x24, 0x2A, 0x2C, 0x3B, 0x3F, 0x5C, 0x5E, 0x60, 0x7B, 0x7C, 0x7D, 0x7E)
    return mark != 0x2019


@njit(cache=True, nogil=True, inline="always")
def _bits_of_pair(first: int, second: int, models: LetterModels) -> int:
    mixed = np.uint64(first << 16 | second) * np.uint64(0x9E3779B97F4A7C15)
    slot = np.int64(mixed >> np.uint64(46))
    tag = np.uint32((mixed >> np.uint64(12)) & np.uint64(0xFFFFFF)) | np.uint32(1)
    for probe in range(_PROBES):
        found = models.pairs[(slot + probe) & (_SLOTS - 1)]
        if found == 0:
            break
        if found >> np.uint32(8) == tag:
            return int(found & np.uint32(0xFF))
    return int(models.han[second])
