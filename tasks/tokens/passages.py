"""Cut a long passage where a reader would: between sentences, list items or definitions, else as late as possible.

Sentence ends: 。！？；…… with the closing quotes after them, and English . ! ? before white space unless the full stop
belongs to an abbreviation or a numeral. No word boundary of `re` is used: it does not exist between Chinese and Latin
letters.
"""

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

_CLOSERS: Final = r"[”’」』】》〉）\)\]\"'*_`]*"
_HAN: Final = "[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3\uf900-\ufaff]"
_NO_START: Final = "[，。！？；：、…”’」』】》〉）]"
_ABBREVIATION: Final = r"(?<![ .(][A-Za-z])(?<!e\.g)(?<! cf)(?<! vs)(?<! No)(?<! Mr)(?<! Dr)(?<!Fig)(?<! Sec)(?<!et al)"
_LIST_ITEM: Final = (
    r"(?=[ \t]*(?:[-*+•·●■◆]|\d{1,3}[.)、．]|[（(][\d一二三四五六七八九十]{1,3}[)）]"
    r"|[一二三四五六七八九十]{1,3}、)[ \t]?)"
)
# All of them begin with one of few characters: most positions are passed at once.
_SENTENCE: Final = (
    r"(?=[。！？；…!?.\n\t ])(?:"
    rf"[。！？；…]+{_CLOSERS}\s*"
    rf"|[!?]+{_CLOSERS}\s+"
    rf"|(?=\.){_ABBREVIATION}\.+{_CLOSERS}\s+(?![a-z])"
    rf"|(?<=[。！？；.!?:：])[ \t]*\n+"
    rf"|\n+{_LIST_ITEM})"
)
# Strongest first; the match ends where the next part begins.
_PROSE: Final = [
    re.compile(pattern)
    for pattern in (r"\n[ \t]*\n\s*", _SENTENCE, r"[，、：]+|[,;:][ \t]+|\n+", rf"\s+|(?<={_HAN})(?!{_NO_START})")
]
_CODE: Final = [
    re.compile(pattern)
    for pattern in (r"\n[ \t]*\n+(?=[^\s)}\]])", r"\n[ \t]*\n+", r"\n(?=[^\s)}\]])", r"\n+", r"[ \t]+|(?<=[,;])")
]
_ROWS: Final = [re.compile(pattern) for pattern in (r"</tr>\s*|\n+", r"\|", r"\s+")]
_KINDS: Final = {"text": _PROSE, "code": _CODE, "table": _ROWS}
# No part ends before this share of what it may hold, if it can end later.
_LEAST_FILL: Final = 0.5
# Characters behind a boundary that decide whether it is one.
_LOOKAHEAD: Final = 8
_JOINERS: Final = "\u200d\ufe0e\ufe0f"


def split_passage(
    text: str, start: int, end: int, *, limit: int, first_limit: int | None = None, kind: str = "text"
) -> Iterator[tuple[int, int]]:
    """`[start, end)` of parts that together are `text[start:end]`, each at most `limit` code points.

    Args:
        text: The whole text; positions are in its code points.
        start: Where the passage begins.
        end: Where it ends.
        limit: Most code points of a part, at least 1.
        first_limit: The same for the first part.
        kind: text | code | table: which boundaries to look for.
    """
    room = first_limit or limit
    while end - start > room:
        # Parts of like size: no last part of three words.
        n_parts = -(-(end - start) // room)
        even = start + int((end - start) / n_parts * 1.25) + 1
        cut = _find_cut(text, start, min(start + room, even), start + room, kind)
        yield start, cut
        start, room = cut, limit
    yield start, end


def _find_cut(text: str, start: int, stop: int, last: int, kind: str) -> int:
    """The last of the strongest boundaries up to `stop`; where there is none of a kind, the next one up to `last`."""
    least = start + max(1, int((stop - start) * _LEAST_FILL))
    for boundary in _KINDS[kind]:
        # A boundary may be searched up to its white space, which the next part does not keep.
        cut = 0
        for found in boundary.finditer(text, max(start, least - 8), last + _LOOKAHEAD):
            end = found.end() if not text[last : found.end()].isspace() else last
            if least <= end <= last and (end <= stop or not cut):
                cut = end
            if end >= stop:
                break
        if cut:
            return cut
    while stop > least and _continues(text, stop):
        stop -= 1
    return stop


def _continues(text: str, position: int) -> bool:
    """True where a cut would part a mark from its letter."""
    return position < len(text) and (
        unicodedata.combining(text[position]) != 0 or text[position] in _JOINERS or text[position - 1] == "\u200d"
    )


def trim(text: str, start: int, end: int) -> tuple[int, int]:
    """The span without blank lines at its start and white space at its end; indentation of its first line stays."""
    while end > start and text[end - 1].isspace():
        end -= 1
    first = start
    while first < end and text[first].isspace():
        if text[first] == "\n":
            start = first + 1
        first += 1
    return start, end
