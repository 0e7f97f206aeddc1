"""Signals of the prose of a document: function words, which every text has that says something.

Menus, lists of keywords, logs and what a wrong encoding leaves have next to none. In the languages whose function
words are known here prose has one in three words (English), one in five characters (Chinese); captions and headings
have fewer. Gopher's stop words ask whether two of eight occur once; the share tells a page from a list of links.
"""

from functools import cache
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from tasks.engine.kernel import kernel
from tasks.quality.routing import CHINESE, CODE, LATIN

_SLOTS: Final = (1 << 11) + 1
_SHIFT: Final = 64 - 11
_MIX: Final = 0x9E3779B97F4A7C35  # of which every function word finds one of two places
_ENGLISH: Final = (
    "the of and to a in is that for it as with on be by this are or an from at not which have if can will when but has "
    "may their its no was were been they these into any only should do does did so than then there also must each some "
    "such how what who i he she them his her me after before between under while where because until during without "
    "through against both same too very just would could might had those why either yet since whether although however"
)
_CHINESE: Final = (
    "的了是在不和有与及或为以可并将其被把对从到时会能要也都就而但如若则由于所这那个您你他它之等没得着过给让吗呢么很更"
    "只再还又因此当與為並將對從時會於這個沒過給讓嗎還麼當"
)
_FNV: Final = 0x100000001B3
_SEED: Final = 0xCBF29CE484222325
_M64: Final = (1 << 64) - 1


def token_hash(token: str) -> int:
    """The hash `find_tokens` of word_signals gives a token: FNV-1a over code points."""
    value = _SEED
    for character in token:
        value = ((value ^ ord(character)) * _FNV) & _M64
    return value


@cache
def function_words() -> npt.NDArray[np.uint64]:
    """Hashes of the function words, capitalized and in upper case too, as a table: each in its slot or the next."""
    english = _ENGLISH.split()
    forms = {*english, *(w.capitalize() for w in english), *(w.upper() for w in english), *_CHINESE}
    table = np.zeros(_SLOTS, np.uint64)
    for word in sorted(forms):
        value = token_hash(word)
        slot = ((value ^ value >> 32) * _MIX & (1 << 64) - 1) >> _SHIFT
        slot += int(table[slot] != 0)
        if table[slot]:
            raise ValueError("a function word has no place: _MIX has to be another odd number")
        table[slot] = value
    table.setflags(write=False)
    return table


@kernel
def is_prose(route: int) -> bool:
    """Whether words of a paragraph so routed count; what looks like code without a fence does too."""
    return route in (LATIN, CHINESE, CODE)


@kernel
def is_function_word(value: Any, table: Any) -> bool:
    """Whether the hash of a token is that of a function word."""
    slot = np.int64(((value ^ (value >> np.uint64(32))) * np.uint64(_MIX)) >> np.uint64(_SHIFT))
    # Of words every third is one: a branch would be mispredicted.
    return bool((table[slot] == value) | (table[slot + 1] == value))
