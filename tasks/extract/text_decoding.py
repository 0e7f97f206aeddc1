"""Bytes to text when nobody says which encoding: by marks, UTF-8, the Chinese ones, else the best guess."""

import re
from dataclasses import dataclass
from typing import Final

from charset_normalizer import from_bytes

_MARKS: Final = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\0\0", "utf-32"),
    (b"\0\0\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
# Bytes no text in a supported encoding holds (tab, line ends, form feed and escape are allowed).
_CONTROL: Final = bytes([*range(0x09), *range(0x0E, 0x1B), *range(0x1C, 0x20)])
_DECLARED = re.compile(rb"""(?:charset|encoding)\s*=\s*["']?\s*([A-Za-z0-9_.:-]{2,24})""", re.IGNORECASE)
_COMMON_HAN: Final = frozenset(
    "的一是不了在人有我他这中大来上国和说们为子地出也得时要就可以会你对生能而年這來國說們為時會對個"
)

# First bytes of the characters of level 1.
_LEVEL_1: Final = {"gb18030": (0xB0, 0xD7), "big5": (0xA4, 0xC6)}
_FEW: Final = 8


@dataclass(frozen=True)
class Decoded:
    """Text, the encoding it was read with, and how many characters could not be read."""

    text: str
    encoding: str
    unreadable: int = 0


def is_binary(data: bytes) -> bool:
    """Whether `data` is not text in any encoding this module reads."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff", b"\0\0\xfe\xff")):
        return False
    sample = data[:65536]
    return len(sample) - len(sample.translate(None, _CONTROL)) > len(sample) // 200


def decode_text(data: bytes, *, cut: bool = False) -> Decoded:
    """Decode `data`; never fails, what cannot be read becomes U+FFFD and is counted.

    Args:
        data: Raw bytes.
        cut: `data` is the beginning of something longer, its last character may be incomplete.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _replaced(data, encoding)
    for trim in range(4 if cut else 1):
        try:
            return Decoded(data[: len(data) - trim].decode("utf-8"), "utf-8")
        except UnicodeDecodeError:
            continue
    declared = _declared(data)
    for encoding in (*declared, "gb18030", "big5"):
        text = _strict(data, encoding, cut=cut)
        if text is not None and (encoding in declared or _reads_as_chinese(text, encoding)):
            return Decoded(text, encoding)
    replaced = _replaced(data, "utf-8")
    if replaced.unreadable * 50 < len(replaced.text):  # a few bad bytes in UTF-8
        return replaced
    best = from_bytes(data[:65536]).best()
    return _replaced(data, best.encoding if best else "latin-1")


def _declared(data: bytes) -> list[str]:
    found = _DECLARED.search(data[:2048])
    if not found:
        return []
    name = found.group(1).decode("ascii").lower()
    return ["gb18030" if name in {"gb2312", "gbk", "x-gbk", "gb_2312-80"} else name]


def _strict(data: bytes, encoding: str, *, cut: bool) -> str | None:
    for trim in range(4 if cut else 1):
        try:
            return data[: len(data) - trim].decode(encoding)
        except (UnicodeDecodeError, LookupError):
            continue
    return None


def _reads_as_chinese(text: str, encoding: str) -> bool:
    """Any two high bytes decode as GB18030, so frequent characters have to confirm it.

    Of few characters none may be among the most frequent: most must be in the half of the character set that is
    ordered by frequency (level 1 of GB 2312 and of Big5), where accented letters of Europe do not fall.
    """
    sample = text[:20000]
    han = [char for char in sample if "\u4e00" <= char <= "\u9fff"]
    odd = sum("\ue000" <= char <= "\uf8ff" or "\u0080" <= char <= "\u009f" for char in sample)
    if len(han) < 2 or odd:
        return False
    if len(han) < _FEW:
        first, last = _LEVEL_1.get(encoding, (0, 255))
        return 2 * sum(first <= char.encode(encoding)[0] <= last for char in han) >= len(han)
    return sum(char in _COMMON_HAN for char in han) * 25 >= len(han)


def _replaced(data: bytes, encoding: str) -> Decoded:
    text = data.decode(encoding, "replace")
    return Decoded(text, encoding, text.count("\ufffd"))
