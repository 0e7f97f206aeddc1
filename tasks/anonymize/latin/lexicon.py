"""Names and ordinary words in Latin letters as one hash table.

First names and surnames are those of the census of the United States of 1990, as the package `names` installs them;
ordinary words are those that the lexicon of the package `lemminflect` writes in small letters (the SPECIALIST lexicon
of the National Library of Medicine). Both are read as files; nothing is downloaded or released.
"""

import gzip
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import IntFlag
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from tasks.anonymize.han.lexicon import SEED, extend, fingerprint, slot_of
from tasks.anonymize.latin import vocabulary
from tasks.engine.derived import derived
from tasks.engine.kernel import kernel

# Code points that may be letters of a name: up to the letters of Vietnamese.
N_LATIN: Final = 0x1F00
_SLOTS: Final = 1 << 19
# Of the surnames that are words as well, these many of the commonest: Hill and Young, not Cloud and Pipes.
_COMMON: Final = 1000
LOWER: Final = 1
UPPER: Final = 2


class Mark(IntFlag):
    """What an entry of the table is."""

    FIRST = 1  # a first name
    SURNAME = 2
    ORDINARY = 4  # a word that is written in small letters
    NOT = 8  # more often a thing, a place or a time than somebody
    ROLE = 16  # says who is named next
    BY = 32  # may say who is named next
    SPEECH = 64  # says what somebody did who was named
    GREETING = 128
    ADDRESSED = 256  # somebody was spoken to
    PARTICLE = 512
    THING = 1024  # bears the name before it


@dataclass(frozen=True)
class Lexicon:
    """Words and names.

    Args:
        table: Of each entry 32 bits of its hash (0: there is none) and its `Mark`, shape (slots, 2).
        kind: `LOWER`, `UPPER` or 0 for each code point, shape (N_LATIN,).
        fold: The same letter, small and without what stands above or below it, shape (N_LATIN,).
    """

    table: npt.NDArray[np.uint32]
    kind: npt.NDArray[np.uint8]
    fold: npt.NDArray[np.uint16]


@lru_cache(maxsize=1)
def load_lexicon() -> Lexicon:
    """The tables, made once on a machine."""
    files = [path.read_bytes() for path in (*_census_files(), _words_file())]
    code = [path.read_bytes() for path in sorted(Path(__file__).parent.glob("*.py"))]
    return Lexicon(*derived("latin", Path(__file__), (*files, *code), _make))


def _census_files() -> Iterator[Path]:
    folder = _folder("names")
    yield from (folder / f"dist.{name}" for name in ("female.first", "male.first", "all.last"))


def _words_file() -> Path:
    return _folder("lemminflect") / "resources/infl_lu.csv.gz"


def _folder(package: str) -> Path:
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(f"{package} is not installed")
    return Path(spec.origin).parent


def _make() -> tuple[npt.NDArray[Any], ...]:
    marks: dict[str, Mark] = defaultdict(lambda: Mark(0))
    female, male, last = _census_files()
    for path in (female, male):
        for name in _names(path):
            marks[name] |= Mark.FIRST
    ordinary = vocabulary.FUNCTION | vocabulary.TERMS | frozenset(_ordinary())
    for rank, name in enumerate(_names(last)):
        if rank < _COMMON or name not in ordinary:
            marks[name] |= Mark.SURNAME
    for words, mark in (
        (ordinary, Mark.ORDINARY),
        (vocabulary.THINGS_CALLED_SO, Mark.NOT),
        (vocabulary.ROLES, Mark.ROLE),
        (vocabulary.PREPOSITIONS, Mark.BY),
        (vocabulary.SPEECH, Mark.SPEECH),
        (vocabulary.GREETINGS, Mark.GREETING),
        (vocabulary.ADDRESSED, Mark.ADDRESSED),
        (vocabulary.PARTICLES, Mark.PARTICLE),
        (vocabulary.THINGS, Mark.THING),
    ):
        for word in words:
            marks[word] |= mark
    return _table(marks), *_letters()


def _names(path: Path) -> list[str]:
    """Names in small letters, the commonest first."""
    return [line.split()[0].lower() for line in path.read_text("ascii").splitlines()]


def _ordinary() -> Iterator[str]:
    """Words, and their forms, that are written in small letters."""
    with gzip.open(_words_file(), "rt", encoding="utf-8") as lines:
        for line in lines:
            word, _, forms = line.rstrip("\n").split(",", 2)
            if word.islower() and word.isascii():
                for form in (word, *forms.replace(",", "/").split("/")):
                    if form.isascii() and form.isalpha() and form.islower():
                        yield form


def _table(marks: dict[str, Mark]) -> npt.NDArray[np.uint32]:
    words = sorted(marks)
    points = np.frombuffer("".join(words).encode("utf-32-le"), np.uint32).astype(np.int64)
    starts = np.zeros(len(words) + 1, np.int64)
    np.cumsum([len(word) for word in words], out=starts[1:])
    table = np.zeros((_SLOTS, 2), np.uint32)
    _fill(points, starts, np.array([int(marks[word]) for word in words], np.int64), table)
    return table


@kernel
def _fill(points: Any, starts: Any, marks: Any, table: Any) -> None:
    for w in range(starts.size - 1):
        key = np.uint64(SEED)
        for i in range(starts[w], starts[w + 1]):
            key = extend(key, points[i])
        slot = slot_of(table, key)
        table[slot, 0] = fingerprint(key)
        table[slot, 1] |= np.uint32(marks[w])


def _letters() -> Iterable[npt.NDArray[Any]]:
    kind, fold = np.zeros(N_LATIN, np.uint8), np.zeros(N_LATIN, np.uint16)
    for point in (*range(0x250), *range(0x1E00, N_LATIN)):
        char = chr(point)
        if char.isalpha():
            kind[point] = UPPER if char.isupper() else LOWER
            small = unicodedata.normalize("NFD", char.lower())[0]
            fold[point] = ord({"ø": "o", "ł": "l", "đ": "d", "ı": "i"}.get(small, small))
    return kind, fold
