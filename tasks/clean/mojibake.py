"""Find text that was read in another encoding than it was written in, and what was written.

Three misreadings leave everything needed to undo them: UTF-8 read as Windows-1252, Latin-1 or Mac Roman (ftfy's
detector and repair, without the rest of ftfy, that would turn ，：“” into ASCII); UTF-8 read as GBK (鐨勬槸 for 的是);
GBK read as Latin-1 (ÖÐÎÄ for 中文). What lost bytes on the way (锟斤拷) stays, for `quality` to judge. Only a line, or
a run, that decodes as a whole is repaired. One Chinese character or mark read as Latin-1 (»ò for 或) could be two
letters: it is repaired where the document was misread, which its longer runs tell.
"""

import re
from collections.abc import Sequence
from typing import Final

import ftfy
from ftfy.badness import BADNESS_RE

from tasks.clean.tidying import outside_fences
from tasks.engine.edits import Edit

# As much of the text as is needed to ask at all; no text in either language has the first two next to each other, the
# third, or the last four times in a row.
MISREAD_LEAD: Final = "[\u00c2-\u00f4]"
MISREAD_TRAIL: Final = (
    "[\u0080-\u00bf\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2013-\u203a\u20ac\u2122]"
)
MISREAD_GBK: Final = "[锛銆鐨鏄鍦浜涓鈥]"
MISREAD_LATIN: Final = "[\u00a1-\u00ff]"
# All that ftfy calls bad has one of these in it, so many characters from both ends at most.
_SUSPECT: Final = re.compile(
    "[^\x00-\x7f\u0492-\u1fff\u2010-\u201f\u2024-\u2027\u25cb-\ufaff\ufb50-\uffef\U00010000-\U0010ffff]+"
)
_LONGEST_BAD: Final = 8
# Of those that stand alone between ASCII, as letters of most languages do, only these are bad.
_BAD_ALONE: Final = re.compile("[\x80-\x9f\u00c2\u00c3\u0152\u0153]")
# What has no width and no byte in an alphabet of one byte a character: it goes in a later pass, and would hide till
# then that what stands beside it was misread.
_NO_WIDTH: Final = re.compile("[\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
# Without the blanks at its end, which another pass takes out.
_LINES: Final = re.compile(r"[^\n]*[^\s]")
_READ_AS_LATIN: Final = re.compile("[\u00a1-\u00ff]{4,}")
_PAIRS_READ_AS_LATIN: Final = re.compile("(?:[\u00a1-\u00ff]{2})+")
# Characters of longer runs, from which on a document as a whole was read as Latin-1.
_MISREAD_DOCUMENT: Final = 8
# Lead bytes of GB 2312 for marks, ×, ①, full-width forms; for common characters.
_COMMON_LEADS: Final = (range(0xA1, 0xA4), range(0xB0, 0xD8))
_READ_AS_GBK: Final = re.compile(MISREAD_GBK)
# Han, their marks, full-width forms; typographic quotes and dashes.
_CHINESE: Final = re.compile("[\u2010-\u2027\u3000-\u303f\u4e00-\u9fff\uff01-\uff5e]")
_HAN: Final = re.compile("[\u4e00-\u9fff]")
_ASCII: Final = re.compile("[\t\x20-\x7e]")


def find_mojibake(text: str) -> list[Edit]:
    """What was misread, and what was written; in the order of the text."""
    edits = []
    from_latin = _from_latin_throughout if _is_read_as_latin(text) else _from_latin
    for line in _LINES.finditer(text):
        said = line[0]
        if said.isascii():
            continue
        if _NO_WIDTH.search(said):
            said = _NO_WIDTH.sub("", said).rstrip()
        repaired = _from_gbk(said) or from_latin(said)
        if repaired is None and looks_bad(said):
            repaired = ftfy.fix_encoding(said)
        if repaired is not None and repaired != said and "\n" not in repaired:
            edits.append(_placed(line, _narrowed(said, repaired)))
    return outside_fences(text, edits)


def _placed(line: re.Match[str], edit: Edit) -> Edit:
    """An edit of a line without `_NO_WIDTH`, as one of the text."""
    places: Sequence[int] = range(line.start(), line.end() + 1)
    if _NO_WIDTH.search(line[0]):
        places = [place for place in places if not _NO_WIDTH.match(line.string, place)]
    first = places[edit.start]
    last = places[edit.end - 1] + 1 if edit.end > edit.start else first
    return Edit(first, last, edit.replacement)


def looks_bad(line: str) -> bool:
    """What ftfy's `is_bad` says; its expression takes a quarter of a microsecond for every character of Chinese."""
    return any(
        BADNESS_RE.search(line, max(0, start - _LONGEST_BAD), end + _LONGEST_BAD)
        for start, end in map(re.Match.span, _SUSPECT.finditer(line))
        if not (line[max(0, start - 1) : start] + line[start + 1 : end + 1]).isascii() or _BAD_ALONE.match(line, start)
    )


def _is_read_as_latin(text: str) -> bool:
    """Whether enough of a document is GBK that was read as Latin-1 for all of it to be: no Chinese is left then."""
    if _HAN.search(text):
        return False
    runs = _READ_AS_LATIN.finditer(text)
    return sum(len(run[0]) // 2 for run in runs if _written_in_gbk(run) != run[0]) >= _MISREAD_DOCUMENT


def _from_gbk(line: str) -> str | None:
    """The line, if it is UTF-8 read as GBK: hardly any Chinese is UTF-8 by chance, and none is Chinese then."""
    if not _READ_AS_GBK.search(line):
        return None
    try:
        written = line.encode("gb18030").decode("utf-8")
    except UnicodeError:
        return None
    return written if _is_chinese(written) else None


def _from_latin(line: str) -> str | None:
    """The line with every run of GBK that was read as Latin-1 repaired."""
    repaired = _READ_AS_LATIN.sub(_written_in_gbk, line)
    return repaired if repaired != line else None


def _from_latin_throughout(line: str) -> str | None:
    """The same in a document that was misread as a whole: single characters and marks too."""
    repaired = _PAIRS_READ_AS_LATIN.sub(_pairs_written_in_gbk, line)
    return repaired if repaired != line else None


def _pairs_written_in_gbk(run: re.Match[str]) -> str:
    data = run[0].encode("latin-1")
    if not all(any(lead in leads for leads in _COMMON_LEADS) for lead in data[::2]):
        return _written_in_gbk(run)
    try:
        return data.decode("gb2312")
    except UnicodeError:
        return _written_in_gbk(run)


def _written_in_gbk(run: re.Match[str]) -> str:
    data = run[0].encode("latin-1")
    # é is C3 A9 in UTF-8, and twice that is 茅 in GBK: what can be UTF-8 is.
    if _is_utf8(data):
        return run[0]
    try:
        written = data.decode("gb2312")
    except UnicodeError:
        return run[0]
    common = sum(_is_common(character) for character in written)
    return written if _is_chinese(written) and common * 10 >= len(written) * 9 else run[0]


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _is_chinese(text: str) -> bool:
    """Whether nothing but Chinese and ASCII is in it, and some Chinese."""
    chinese = len(_CHINESE.findall(text))
    return chinese > 0 and chinese + len(_ASCII.findall(text)) == len(text)


def _is_common(character: str) -> bool:
    """Whether a character is a mark, or among the first 3,755 of GB 2312."""
    return 0xA1 <= character.encode("gb2312")[0] <= 0xD7


def _narrowed(before: str, after: str) -> Edit:
    """The edit without what both lines begin and end with."""
    shorter = min(len(before), len(after))
    head = next((i for i in range(shorter) if before[i] != after[i]), shorter)
    tail = next((i for i in range(shorter - head) if before[-1 - i] != after[-1 - i]), shorter - head)
    return Edit(head, len(before) - tail, after[head : len(after) - tail])
