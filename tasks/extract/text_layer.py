"""Whether the text layer of a page is the page's text: or nothing, or noise, or another script's."""

import re
import string
import unicodedata
from collections import Counter
from functools import lru_cache
from typing import Final

from tasks.extract.settings import ExtractCause

# Characters no reader would call text: private use, replacement, controls.
_NO_TEXT: Final = re.compile("[\ue000-\uf8ff\ufffd\x00-\x08\x0e-\x1f\x7f-\x9f\U000f0000-\U0010ffff]")
_MAX_NO_TEXT: Final = 0.3
_LATIN: Final = string.ascii_letters.encode()
_LONG_WORD: Final = re.compile(r"[A-Za-z]{4,}")
# A long word without a vowel.
_MUTE_WORD: Final = re.compile(r"(?<![A-Za-z])[B-DF-HJ-NP-TV-XZb-df-hj-np-tv-xz]{4,}(?![A-Za-z])")
# GB 18030 or UTF-8 that was read as Latin-1: hardly a letter of ASCII, or pairs no language has.
_ACCENTED: Final = re.compile("[\u00a1-\u00ff\u0152-\u0178\u2018-\u203a\u20ac]")
_HAN: Final = re.compile("[\u3400-\u9fff\uf900-\ufaff]")
_WORD: Final = re.compile(
    r"""["'(\[“‘]*(?:(?:[A-Z]?[a-z]+|[A-Z]+)(?:['’.&/-]+(?:[A-Z]?[a-z]+|[A-Z]+))*\.?"""
    r"""|[$#(]*\d[\d.,:/%()-]*(?:st|nd|rd|th)?)['")\]”’.,;:!?]*"""
)
_SCAN_TEXT: Final = 32
_MIN_LETTERS: Final = 200
_MIN_HAN: Final = 40
_MIN_WORDS: Final = 30
# The letters that European languages and Pinyin use most make up .6 of their texts and of source code; of what a font
# without a mapping gives, a shifted alphabet, .15 to .35; lists of commands come down to .4.
_FREQUENT: Final = b"etaoinsrETAOINSR"
_MIN_FREQUENT: Final = 0.36
_MAX_NO_VOWEL_WORDS: Final = 0.35
_MAX_ACCENTED: Final = 0.4
# Of the characters of a Chinese text nine in ten are among the 3,755 of level 1; chosen at random, one in six.
_MIN_FREQUENT_HAN: Final = 0.5
# Of the words of a scan: good recognition leaves .04 that are none, bad .3.
_MAX_BROKEN_WORDS: Final = 0.2


def is_garbage(text: str) -> bool:
    """Whether a page's text is no text in any language: private-use glyphs, noise without vowels, a wrong script."""
    letters = "".join(text.split())
    if not letters:
        return False
    if len(_NO_TEXT.findall(letters)) > _MAX_NO_TEXT * len(letters):
        return True
    if letters.isascii():
        return _is_noise(text, letters)
    return _is_noise(text, letters) or _is_mojibake(letters) or _is_random_han(letters)


def _is_noise(text: str, letters: str) -> bool:
    """Latin letters that no language puts so: without vowels, as where a font has no mapping or a shifted one."""
    raw = letters.encode("utf-8", "replace")
    latin = _count(raw, _LATIN)
    if latin < max(_MIN_LETTERS, 0.5 * len(letters)):
        return False
    accented = 0 if len(raw) == len(letters) else len(_ACCENTED.findall(letters))
    if _count(raw, _FREQUENT) + accented < _MIN_FREQUENT * latin:
        return True
    mute = sum(not word.isupper() for word in _MUTE_WORD.findall(text))
    # Most pages have next to none: the others are not counted.
    if mute <= _MAX_NO_VOWEL_WORDS * _MIN_WORDS:
        return False
    words = len(_LONG_WORD.findall(text))
    return words >= _MIN_WORDS and mute > _MAX_NO_VOWEL_WORDS * words


def _count(raw: bytes, letters: bytes) -> int:
    """How many bytes are among `letters`, all of ASCII."""
    return len(raw) - len(raw.translate(None, letters))


def _is_mojibake(letters: str) -> bool:
    accented = len(_ACCENTED.findall(letters))
    return accented >= _MIN_HAN and accented > _MAX_ACCENTED * len(letters)


def _is_random_han(letters: str) -> bool:
    """Chinese characters of which too few are frequent ones, simplified or traditional."""
    han = _HAN.findall(letters)
    if len(han) < max(_MIN_HAN, 0.3 * len(letters)):
        return False
    frequent = sum(count for char, count in Counter(han).items() if _is_frequent(char))
    return frequent < _MIN_FREQUENT_HAN * len(han)


@lru_cache(maxsize=1 << 15)
def _is_frequent(char: str) -> bool:
    """Whether it is in level 1 of GB 2312 or of Big5, which are ordered by frequency."""
    char = unicodedata.normalize("NFKC", char)
    for encoding, first, last in (("gb2312", 0xB0, 0xD7), ("big5", 0xA4, 0xC6), ("shift_jis", 0x88, 0x97)):
        try:
            if first <= char.encode(encoding)[0] <= last:
                return True
        except UnicodeEncodeError:
            continue
    return False


def cause_of_page(text: str, *, scanned: bool) -> ExtractCause | None:
    """Why a page that is not blank has to be read by OCR; None where its text is usable.

    Args:
        text: Its text layer.
        scanned: Whether a picture covers the page: the layer is then what another program read from it.
    """
    letters = len("".join(text.split()))
    if not letters or (scanned and letters < _SCAN_TEXT):
        return ExtractCause.NO_TEXT_LAYER
    if is_garbage(text) or (scanned and is_badly_read(text)):
        return ExtractCause.GARBAGE_TEXT_LAYER
    return None


def is_badly_read(text: str) -> bool:
    """Whether too many words of a Latin text are none: what is left of a scan that was read badly."""
    words = text.split()
    latin = _count(text.encode("utf-8", "replace"), _LATIN)
    if len(words) < _MIN_WORDS or latin < 0.5 * len("".join(words)):
        return False
    broken = sum(not _WORD.fullmatch(w) or (len(w) == 1 and w.isalpha() and w not in "aAI") for w in words)
    return broken > _MAX_BROKEN_WORDS * len(words)
