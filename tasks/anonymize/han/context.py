"""What stands beside a name in Chinese text and speaks for or against it."""

from typing import Any, Final

import numpy as np

from tasks.anonymize.han.lexicon import SEED, Mark, extend, slot_of
from tasks.engine.kernel import kernel

# Natural logarithms, fitted with those of `names`.
BEFORE_STRONG: Final = 3.92
AT_END: Final = -0.43
IN_LIST: Final = 0.81
_BEFORE_WEAK: Final = 2.04
_BEFORE_NOT: Final = -4.99
UNIT: Final = -1 / 8192
# More frequent words are met everywhere, also where a name could be read.
COMMON_WORD: Final = -11.61
LIST: Final = 0x3001
_LONGEST_LATIN: Final = 40
_LEAST_LATIN: Final = 3

_M_BEFORE, _M_AFTER, _M_WEAK = int(Mark.BEFORE), int(Mark.AFTER), int(Mark.WEAK)
_M_NOT, _M_OR_FIRM = int(Mark.NOT), int(Mark.OR_FIRM)


@kernel
def is_cued(points: Any, a: Any, table: Any) -> Any:
    """An @ stands before; or a colon or blank, and before it a word that says who is named: a form.

    `Mark.BEFORE`, with `Mark.OR_FIRM` where it may be a firm; 0 where there is nothing.
    """
    if a > 0 and (points[a - 1] == 0x40 or points[a - 1] == 0xFF20):
        return _M_BEFORE | _M_OR_FIRM if a == 1 or not (33 <= points[a - 2] < 127) else 0
    e = a
    while e > 0 and a - e < 3 and (points[e - 1] == 0xFF1A or points[e - 1] == 58 or points[e - 1] == 32):
        e -= 1
    if e == a:
        return 0
    for size in range(2, 6):
        if size <= e:
            key = np.uint64(SEED)
            for j in range(e - size, e):
                key = extend(key, points[j])
            slot = slot_of(table, key)
            if table[slot, 0] != 0 and table[slot, 1] & _M_BEFORE:
                return np.int64(table[slot, 1]) & (_M_BEFORE | _M_OR_FIRM)
    return 0


@kernel
def after(points: Any, a: Any, e: Any, b: Any, entries: Any) -> Any:
    """What the text after a name says for or against it."""
    if e >= b:
        if _is_described(points, e):
            return BEFORE_STRONG
        return IN_LIST if e < points.size and points[e] == LIST else AT_END
    value = 0.0
    for size in range(min(b - e, 4)):
        mark = entries[e - a, size]
        if not mark:
            break
        if mark & _M_AFTER:
            value = BEFORE_STRONG
        elif mark & _M_NOT:
            value = _BEFORE_NOT
        elif mark & _M_WEAK:
            value = _BEFORE_WEAK
    return value


@kernel
def _is_described(points: Any, e: Any) -> Any:
    """After a comma or bracket an age or a sex: "，58岁", "（男，"."""
    if e + 2 >= points.size or points[e] not in (0xFF0C, 0xFF08, 0x2C, 0x28):
        return False
    i = e + 1
    if points[i] == 0x7537 or points[i] == 0x5973:
        return points[i + 1] == 0xFF0C or points[i + 1] == 0x2C
    while i < points.size and i - e <= 3 and 48 <= points[i] <= 57:
        i += 1
    return i > e + 1 and i < points.size and points[i] == 0x5C81


@kernel
def stands(entries: Any, i: Any, n: Any, mark: Any) -> Any:
    """An entry with this mark begins at i, within n characters."""
    for size in range(min(n - i, 3)):
        if not entries[i, size]:
            return False
        if entries[i, size] & mark:
            return True
    return False


@kernel
def whole(entries: Any, i: Any, size: Any) -> Any:
    """Marks of the word of so many characters at i; 0 where there is none."""
    mark = np.int64(entries[i, size - 1])
    return mark if (mark >> 12) * UNIT > -90 else 0


@kernel
def latin_end(points: Any, e: Any) -> Any:
    """End of how a name is written in Latin letters, in brackets behind it: "（Alice Miller）"; 0 where it is not."""
    if e >= points.size or (points[e] != 0xFF08 and points[e] != 0x28):
        return 0
    i, letters = e + 1, 0
    while i < points.size and i - e <= _LONGEST_LATIN:
        point = points[i]
        if 65 <= point <= 90 or 97 <= point <= 122 or 0xC0 <= point <= 0x24F:
            letters += 1
        elif letters == 0 or point not in (0x20, 0x27, 0x2D, 0x2E, 0xB7, 0x2019):
            break
        i += 1
    closed = i < points.size and points[i] in (0xFF09, 0x29, 0xFF0C, 0x2C)
    return i if closed and letters >= _LEAST_LATIN else 0


@kernel
def is_certain(points: Any, a: Any, b: Any, s: Any, e: Any, entries: Any, cue: Any, title: Any) -> Any:
    """A name of the run from a to b, at a + s to a + e, that would be one in another text as well.

    It has three characters or more and none of the words that are met everywhere; and it fills a field of a form, or is
    spoken of as somebody's both before it and after. One of the two alone is misread often enough to spread nonsense.
    `cue` has the marks of what stands before the run (`is_cued`), `title` those of the word before the name.
    """
    if e - s < 3 or _holds_word(entries, s, e):
        return False
    if s == 0 and a + e == b and _is_described(points, b):
        return True
    if s == 0 and cue:
        return not cue & _M_OR_FIRM
    if not title & _M_BEFORE or title & _M_OR_FIRM:
        return False
    return after(points, a, a + e, b, entries) >= BEFORE_STRONG


@kernel
def _holds_word(entries: Any, s: Any, e: Any) -> Any:
    for i in range(s, e - 1):
        for size in range(2, min(e - i, entries.shape[1]) + 1):
            mark = whole(entries, i, size)
            if mark and size < e - s and (mark >> 12) * UNIT > COMMON_WORD:
                return True
    return False
