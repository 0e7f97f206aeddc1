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

from tasks.engine.derived import derived
from tasks.engine.kernel import from_start, kernel
from tasks.quality.characters import ASCII, HAN, HAN_RARE, KINDS, LOWER, N_KEYS, NEWLINE, UPPER
from tasks.quality.routing import FENCED
from tasks.quality.scratch import Scratch

_SYMBOLS: Final = 28
_MARK: Final = 27  # anything that is neither a letter nor white space
_HAN: Final = 28
_WIDTH: Final = 5  # bits
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


def _symbol_of(key: int) -> int:
    kind = int(KINDS[key])
    if HAN <= kind <= HAN_RARE:
        return _HAN
    if kind <= NEWLINE:
        return 0
    return (key | 0x20) - 96 if key < ASCII and kind in {LOWER, UPPER} else _MARK


_SYMBOL_OF: Final = np.array([_symbol_of(key) for key in range(N_KEYS)], np.uint8)
_AFTER_MARK: Final = np.uint64(63)


def _count_symbols() -> npt.NDArray[np.uint64]:
    """What a symbol adds, by the one before and itself: a letter; from bit 32 a word; in bit 63 one after a mark."""
    counts = np.zeros(2 * (1 << _WIDTH,), np.uint64)
    counts[:, 1:_MARK] += np.uint64(1)
    counts[0, 1:_MARK] += np.uint64(1 << 32)
    counts[_MARK, 1:_MARK] += np.uint64(1 << 63)
    return counts.ravel()


_COUNTS: Final = _count_symbols()


class LetterModels(NamedTuple):
    """Bits of a letter after two symbols; of a Han character alone; of known pairs, by hash."""

    english: npt.NDArray[np.uint8]  # by three symbols of five bits each; 0 for a third that is no letter
    han: npt.NDArray[np.uint8]
    pairs: npt.NDArray[np.uint32]  # 0: empty; else the pair's upper hash bits and its bits in the lowest byte


@cache
def letter_models() -> LetterModels:
    """The models, made once on a machine."""
    here = Path(__file__)
    counted = np.fromfile(here.parent / "english_letters.bin", np.uint8).reshape(3 * (_SYMBOLS,))
    english = np.zeros(3 * (1 << _WIDTH,), np.uint8)
    english[:_SYMBOLS, :_SYMBOLS, 1:_MARK] = counted[:, :, 1:_MARK]
    sources = (here.read_bytes(), version("jieba").encode(), version("opencc").encode())
    han, pairs = derived("han-pairs", here, sources, _count_pairs)
    return LetterModels(english.ravel(), han, pairs)


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


@kernel
def measure_likelihood(n: int, scratch: Scratch, models: LetterModels, out: Any) -> None:
    """Write the mean bits of a Latin letter, the share of torn words, and the mean bits of a Han after a Han character.

    What stands in fences is left out. Without a branch where a word begins or ends, which would be mispredicted.
    """
    points, keys, routes, pairs = scratch.points, scratch.keys, scratch.routes, scratch.numbers
    letter_bits = known = unknown = torn = 0
    counted = np.uint64(0)
    before = last = 0
    han_before = -1
    for i in range(n):
        symbol = int(np.int64(_SYMBOL_OF[keys[i]]))
        if routes[i] == FENCED:
            before = last = 0
            han_before = -1
            continue
        if symbol == _HAN:
            han = int(np.int64(points[i])) - _HAN_FIRST
            if not 0 <= han < _HAN_SIZE:
                han = -2
            if han >= 0 <= han_before:
                pairs[known] = han_before << 16 | han
                known += 1
            else:
                unknown += han_before != -1
            han_before = han
            before = last = 0
            continue
        han_before = -1
        pair = last << _WIDTH | symbol
        letter_bits += models.english[from_start(before << 2 * _WIDTH | pair)]
        counts = _COUNTS[from_start(pair)]
        counted += counts
        if counts >> _AFTER_MARK:
            torn += 0 < before < _MARK and _tears(points[i - 1])
        # Several white spaces are one.
        before = last if pair else before
        last = symbol
    letters, words = counted & np.uint64((1 << 32) - 1), counted << np.uint64(1) >> np.uint64(33)
    out[0] = letter_bits / (_PER_BIT * max(int(np.int64(letters)), 1))
    out[1] = torn / max(int(np.int64(words)), 1)
    pair_bits = _bits_of_pairs(known, scratch, models) + unknown * _UNKNOWN_BITS * _HAN_PER_BIT
    out[2] = pair_bits / (_HAN_PER_BIT * max(known + unknown, 1))


@kernel
def _tears(mark: int) -> bool:
    # ! " # $ * , ; ? \ ^ ` { | } ~ and what is not ASCII but the apostrophe; digits are in names and versions
    if mark < 0x80:
        return mark in (0x21, 0x22, 0x23, 0x24, 0x2A, 0x2C, 0x3B, 0x3F, 0x5C, 0x5E, 0x60, 0x7B, 0x7C, 0x7D, 0x7E)
    return mark != 0x2019


@kernel
def _bits_of_pairs(n: int, scratch: Scratch, models: LetterModels) -> int:
    """Bits of the first `n` pairs in `numbers`.

    First where each is looked for, then what is found there: so many places are read at once, most from beyond the
    nearest cache.
    """
    pairs, firsts = scratch.numbers, scratch.starts
    for k in range(n):
        firsts[k] = models.pairs[_hash_of_pair(pairs[k]) >> np.uint64(46)]
    bits = 0
    for k in range(n):
        mixed = _hash_of_pair(pairs[k])
        slot = from_start(mixed >> np.uint64(46))
        tag = from_start((mixed >> np.uint64(12)) & np.uint64(0xFFFFFF)) | 1
        found = from_start(firsts[k])
        probe = 1
        while found >> 8 != tag and found != 0 and probe < _PROBES:
            found = from_start(models.pairs[(slot + probe) & (_SLOTS - 1)])
            probe += 1
        is_known = found >> 8 == tag
        bits += found & 0xFF if is_known else int(np.int64(models.han[pairs[k] & 0xFFFF]))
    return bits


@kernel
def _hash_of_pair(pair: int) -> Any:
    return np.uint64(pair) * np.uint64(0x9E3779B97F4A7C15)
