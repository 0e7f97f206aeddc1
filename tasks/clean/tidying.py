"""Passes over one text that write it in one way: what is invisible, not composed, blank at the end of a line.

Each gives the edits it wants; fenced code is left as it is.
"""

import re
import unicodedata
from typing import Final

from tasks.engine.edits import Edit
from tasks.engine.markdown_fences import fence_spans

# Controls but tab and line end (with the colour codes of terminals), zero-width characters, soft hyphens, marks of
# direction, byte order marks. The joiner between emoji and in Persian or Indic words stays.
INVISIBLE: Final = (
    r"\x1b\[[0-9;]*[A-Za-z]"
    r"|[\x00-\x08\x0b\x0e-\x1f\x7f\x80-\x9f\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]"
)
_GONE: Final = re.compile(INVISIBLE)
BLANKS: Final = " \t\u00a0\u3000"
_ASCII_CONTROLS: Final = bytes([*range(9), 11, *range(14, 32), 127])
_LINEENDS: Final = tuple(f"{blank}\n" for blank in BLANKS)
_LINES: Final = re.compile(r"\n{4,}")
# What NFC joins to the character before it: marks, and parts of Hangul syllables.
JOINING: Final = r"\u0300-\u036f\u3099\u309a\u1160-\u11ff"
_COMPOSABLE: Final = re.compile(rf"[^\u0300-\u036f][{JOINING}]+|[^\x00-\u02ff]")
ENDS: Final = r"\A\s*\n|\s\z"


def find_invisible(text: str) -> list[Edit]:
    """Controls, zero-width characters, marks of direction."""
    if text.isascii() and len(text.encode().translate(None, _ASCII_CONTROLS)) == len(text):
        return []
    return outside_fences(text, [Edit(found.start(), found.end()) for found in _GONE.finditer(text)])


def find_uncomposed(text: str) -> list[Edit]:
    """Every run of characters that NFC writes in another way."""
    if text.isascii() or unicodedata.is_normalized("NFC", text):
        return []
    edits = []
    for found in _COMPOSABLE.finditer(text):
        composed = unicodedata.normalize("NFC", found[0])
        if composed != found[0]:
            edits.append(Edit(found.start(), found.end(), composed))
    return outside_fences(text, edits)


def find_trailing_blanks(text: str) -> list[Edit]:
    """Blanks at the ends of lines."""
    edits = []
    for pair in _LINEENDS[:2] if text.isascii() else _LINEENDS:
        at = text.find(pair)
        while at >= 0:
            line = text.rfind("\n", 0, at) + 1
            edits.append(Edit(line + len(text[line : at + 1].rstrip(BLANKS)), at + 1))
            at = text.find(pair, at + 2)
    if text[-1:] and text[-1] in BLANKS:
        edits.append(Edit(len(text.rstrip(BLANKS)), len(text)))
    return outside_fences(text, edits)


def find_spare_lines(text: str) -> list[Edit]:
    """Blank lines at both ends, and more than two of them in between; the indentation of the first line stays."""
    tail = len(text.rstrip())
    if not tail:
        return [Edit(0, len(text))] if text else []
    lead = text.rfind("\n", 0, len(text) - len(text.lstrip())) + 1
    found = _LINES.finditer(text, lead, tail) if "\n\n\n\n" in text else ()
    edits = outside_fences(text, [Edit(match.start(), match.end(), "\n\n\n") for match in found])
    return [edit for edit in (Edit(0, lead), *edits, Edit(tail, len(text))) if edit.end > edit.start]


def outside_fences(text: str, edits: list[Edit]) -> list[Edit]:
    """The edits that do not begin in fenced code."""
    if not edits:
        return edits
    fences = fence_spans(text)
    return [edit for edit in edits if not any(start <= edit.start < end for start, end in fences)]
