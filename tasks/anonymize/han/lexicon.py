"""Tables that tell names from words: jieba's dictionary as a hash table, and what names are made of.

All is derived from the dictionary that jieba installs, once on a machine; nothing is downloaded or released.
"""

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import IntFlag
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from tasks.anonymize.han.vocabulary import (
    AFTER,
    BEFORE,
    COMMON_GIVEN,
    DOUBLE,
    FOREIGN,
    HONORIFICS,
    JAPANESE,
    NEVER,
    NEVER_LAST,
    NOT_BEFORE,
    OR_FIRM,
    PLACES,
    RARE_GIVEN,
    SURNAMES,
    WEAK,
)  # fmt: skip
from tasks.engine.derived import derived
from tasks.engine.kernel import kernel

Floats = npt.NDArray[np.float32]
FIRST_HAN: Final = 0x4E00
N_HAN: Final = 0x9FFF - FIRST_HAN + 1
# Longest word of the dictionary that is looked up, in characters.
MAX_WORD: Final = 6
SEED: Final = 14695981039346656037
_SLOTS: Final = 1 << 20
_IMPOSSIBLE: Final = -99.0
# A word's cost is kept in units of 1 / 8192; what is only the beginning of a word has the highest.
_COST_UNIT: Final = 8192
_NO_WORD: Final = (1 << 20) - 1
# Log-probability of a character that no given name of the dictionary has in this place.
_UNSEEN: Final = -8.5


class Mark(IntFlag):
    """What an entry of the table is."""

    WORD = 1
    NAME = 2  # the name of a person
    BEFORE = 4  # says who is named next
    AFTER = 8  # says that somebody was named
    HONORIFIC = 16  # makes a person of a surname
    PREFIX = 32  # of a longer entry
    SURNAME = 64  # of two characters
    WEAK = 128  # often follows a name, and much else
    FOREIGN = 256  # may transliterate a name
    MAYBE = 512  # a name or a word
    NOT = 1024  # no name stands before it
    OR_FIRM = 2048  # says who is named next, a person or a firm


@dataclass(frozen=True)
class Lexicon:
    """Words and parts of names.

    Args:
        table: Of each entry 32 bits of its hash (0: there is none), and its `Mark` (12 bits) with the cost of the word,
            the negative logarithm of its probability in 1 / 8192 (20 bits); shape (slots, 2). One line of cache each.
        single: The second half of the entry of each single character, shape (N_HAN,).
        surname: Log-probability of a surname of one character, by character, shape (N_HAN,).
        given: The same for the only character of a given name, the first of two, the last of two, shape (3, N_HAN).
        foreign: The same for a character of a transliterated name.
    """

    table: npt.NDArray[np.uint32]
    single: npt.NDArray[np.uint32]
    surname: Floats
    given: Floats
    foreign: Floats


class _Entry(NamedTuple):
    word: str
    freq: int
    tag: str


@lru_cache(maxsize=1)
def load_lexicon() -> Lexicon:
    """The tables, made once on a machine (about two seconds)."""
    words = _dictionary()
    code = [path.read_bytes() for path in sorted(Path(__file__).parent.glob("*.py"))]
    return Lexicon(*derived("lexicon", Path(__file__), (words, *code), lambda: _make(words)))


def _make(dictionary: bytes) -> tuple[npt.NDArray[Any], ...]:
    """The tables, in the order of `Lexicon`."""
    entries = [entry for entry in _entries(dictionary) if entry.word[1:] not in HONORIFICS or len(entry.word) != 3]
    weights = {char: 1 / (rank + 6) for rank, char in enumerate(dict.fromkeys(SURNAMES))}
    counts = _Counts(entries, weights)
    marked = [(entry.word, counts.mark(entry), math.log(max(entry.freq, 1) / counts.total)) for entry in counts.kept]
    known = {entry.word for entry in counts.kept}
    for words, mark in (
        (BEFORE, Mark.BEFORE), (AFTER, Mark.AFTER), (HONORIFICS, Mark.HONORIFIC), (WEAK, Mark.WEAK),
        (NOT_BEFORE, Mark.NOT), (OR_FIRM, Mark.OR_FIRM), (DOUBLE, Mark.SURNAME), (JAPANESE, Mark.SURNAME | Mark.MAYBE),
    ):  # fmt: skip
        marked += [(word, mark, 0.0 if word in known else -9.0) for word in sorted(words)]
    table = _table(marked)
    total = sum(weights.values())
    surname = _by_char({char: math.log(weight / total) for char, weight in weights.items()}, _IMPOSSIBLE)
    single = np.zeros(N_HAN, np.uint32)
    _fill_singles(table, single)
    return table, single, surname, counts.given(), counts.foreign()


def _dictionary() -> bytes:
    spec = find_spec("jieba")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("jieba is not installed")
    return (Path(spec.origin).parent / "dict.txt").read_bytes()


def _entries(dictionary: bytes) -> Iterator[_Entry]:
    for line in dictionary.decode().splitlines():
        word, freq, tag = line.split(" ")
        if len(word) <= MAX_WORD and is_han(word[0]) and is_han(word[-1]):
            yield _Entry(word, int(freq), tag)


def is_han(char: str) -> bool:
    """A character of the first block of Han characters."""
    return FIRST_HAN <= ord(char) < FIRST_HAN + N_HAN


class _Counts:
    """What the dictionary's own names are made of."""

    def __init__(self, entries: Sequence[_Entry], surnames: Mapping[str, float]) -> None:
        self.total = sum(entry.freq for entry in entries)
        self._surnames = surnames
        self._last = set(NEVER) | set(NEVER_LAST)
        self._common = set(COMMON_GIVEN)
        self._plausible = self._common | set(RARE_GIVEN)
        self._foreign_chars = set(FOREIGN)
        self._nouns = {e.word: e.freq for e in entries if len(e.word) == 2 and not e.tag.startswith("nr")}
        famous = {
            e.word for e in entries if e.tag == "nr" and len(e.word) == 3 and e.freq > 200 and e.word[0] in surnames
        }
        famous |= {"马克思", "周恩来"}
        # "Somebody's theory" is no word of its own.
        self.kept = [entry for entry in entries if len(entry.word) <= 3 or entry.word[:3] not in famous]
        self._given: list[Counter[str]] = [Counter(), Counter(), Counter()]
        self._foreign: Counter[str] = Counter()
        for entry in self.kept:
            if self._is_native(entry):
                for place, char in zip((0,) if len(entry.word) == 2 else (1, 2), entry.word[1:], strict=False):
                    self._given[place][char] += 1
            if entry.tag == "nrt" and len(entry.word) > 1 and set(entry.word) <= self._foreign_chars:
                self._foreign.update(entry.word)

    def _is_native(self, entry: _Entry) -> bool:
        word = entry.word
        if len(word) not in {2, 3} or word[0] not in self._surnames or word in PLACES:
            return False
        if word[-1] in self._last or word[1] in NEVER:
            return False
        unusual = len(word) == 3 and set(word[1:]) <= self._common and word[-1] not in "学家" and entry.freq < 100
        return entry.tag in {"nr", "nrfg"} or word == "周恩来" or unusual

    def mark(self, entry: _Entry) -> Mark:
        word, mark = entry.word, Mark.WORD
        if self._is_native(entry) and len(word) == 3:
            inner = max(self._nouns.get(word[:2], 0), self._nouns.get(word[1:], 0))
            mark |= Mark.NAME if inner < 60 or set(word[1:]) <= self._plausible else Mark.MAYBE
        elif self._is_native(entry):
            mark |= Mark.MAYBE
        if entry.tag == "nr" and 2 < len(word) < 5 and word[:2] in DOUBLE:
            mark |= Mark.NAME
        if len(word) > 1 and word not in PLACES and set(word) <= self._foreign_chars:
            if entry.tag in {"nr", "nrt"}:
                mark |= Mark.NAME if len(word) > 2 else Mark.FOREIGN
            elif len(word) > 2 and entry.tag in {"nz", "n", "x", "m", "v", "i", "nrfg"}:
                mark |= Mark.FOREIGN
        return mark

    def given(self) -> Floats:
        tables = []
        for place, counted in enumerate(self._given):
            counted.update(dict.fromkeys(COMMON_GIVEN, 3))
            total = sum(counted.values())
            table = _by_char({c: max(_UNSEEN, math.log(n / total)) for c, n in counted.items()}, _UNSEEN)
            for char in self._last - set(NEVER) if place != 1 else ():
                table[ord(char) - FIRST_HAN] -= 2.5
            for char in NEVER:
                table[ord(char) - FIRST_HAN] = -30
            tables.append(table)
        return np.stack(tables)

    def foreign(self) -> Floats:
        total = sum(self._foreign.values()) + 2 * len(self._foreign_chars)
        return _by_char({c: math.log((self._foreign[c] + 2) / total) for c in self._foreign_chars}, _IMPOSSIBLE)


def _by_char(values: Mapping[str, float], default: float) -> Floats:
    table = np.full(N_HAN, default, np.float32)
    for char, value in values.items():
        if is_han(char):
            table[ord(char) - FIRST_HAN] = value
    return table


def _table(marked: Iterable[tuple[str, Mark, float]]) -> npt.NDArray[np.uint32]:
    words, marks, logs = zip(*marked, strict=True)
    points = np.frombuffer("".join(words).encode("utf-32-le"), np.uint32).astype(np.int64)
    starts = np.zeros(len(words) + 1, np.int64)
    np.cumsum([len(word) for word in words], out=starts[1:])
    costs = np.rint(np.array(logs) * -_COST_UNIT).astype(np.int64)
    table = np.zeros((_SLOTS, 2), np.uint32)
    table[:, 1] = _NO_WORD << 12
    _fill(points, starts, costs, np.array([int(mark) for mark in marks], np.int64), table)
    return table


_PREFIX: Final = int(Mark.PREFIX)


@kernel
def _fill(points: Any, starts: Any, costs: Any, marks: Any, table: Any) -> None:
    for w in range(starts.size - 1):
        key = np.uint64(SEED)
        for i in range(starts[w], starts[w + 1]):
            key = extend(key, points[i])
            slot = slot_of(table, key)
            table[slot, 0] = fingerprint(key)
            if i + 1 < starts[w + 1]:
                table[slot, 1] |= np.uint32(_PREFIX)
            else:
                packed = np.int64(table[slot, 1]) | marks[w]
                if costs[w] > 0:
                    packed = (costs[w] << 12) | (packed & 0xFFF)
                table[slot, 1] = np.uint32(packed)


@kernel
def _fill_singles(table: Any, marks: Any) -> None:
    for c in range(N_HAN):
        slot = slot_of(table, extend(np.uint64(SEED), c + FIRST_HAN))
        if table[slot, 0] != 0:
            marks[c] = table[slot, 1]


@kernel
def extend(key: Any, point: Any) -> Any:
    """Hash of a word and one more character (FNV-1a's prime, over code points)."""
    return key * np.uint64(1099511628211) + np.uint64(point)


@kernel
def fingerprint(key: Any) -> Any:
    """The bits of a hash that are kept, never 0."""
    return np.uint32(((key * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(12)) & np.uint64(0xFFFFFFFF)) | np.uint32(1)


@kernel
def slot_of(table: Any, key: Any) -> Any:
    """Where `key` is, or would be (linear probing)."""
    mask = table.shape[0] - 1
    kept = fingerprint(key)
    i = int((key * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(44)) & mask
    while table[i, 0] != 0 and table[i, 0] != kept:
        i = (i + 1) & mask
    return i
