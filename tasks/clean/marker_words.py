r"""Which texts have one of many words: one compiled look at their bytes, for words of all kinds.

A rule whose expression needs a word is tried only where the word is. A word may be seen where it is not (blanks and
quote marks at the beginning of a line are passed over), but never be missed.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from tasks.engine.kernel import kernel

_SLOT_BITS: Final = 13
# A byte with the bits of lower case letters is the same for both cases; three of them.
_LOWER: Final = 0x202020
# Two line ends are the beginning of a line, and with ">" that of a quoted one.
_LINE_START: Final = b"\n\n"
_LINE: Final = int.from_bytes(_LINE_START)
_QUOTED_LINE: Final = int.from_bytes(_LINE_START + b">")


class MarkerWords(NamedTuple):
    """Words by the hash of their first three bytes.

    Args:
        begins: By hash, whether a word has it.
        slots: By hash, the first of the words that have it; the number of words where none has.
        texts: UTF-8 of all words behind their first three bytes.
        ends: Where that of each ends, behind a 0.
        heads: First three bytes of each, the first in the highest place.
        folds: `_LOWER` for each that is looked for in either case, 0 for others.
        kinds: Bit of the kind of each.
        others: The next word in the same slot.
    """

    begins: npt.NDArray[np.bool_]
    slots: npt.NDArray[np.int16]
    texts: npt.NDArray[np.uint8]
    ends: npt.NDArray[np.int64]
    heads: npt.NDArray[np.int64]
    folds: npt.NDArray[np.int64]
    kinds: npt.NDArray[np.int64]
    others: npt.NDArray[np.int16]

    def look(
        self, data: npt.NDArray[np.uint8], starts: npt.NDArray[np.int64], ends: npt.NDArray[np.int64]
    ) -> npt.NDArray[np.int64]:
        """Bits of the kinds of words in each `data[start:end]` of UTF-8."""
        seen = np.zeros(len(starts), np.int64)
        _look(data, starts, ends, self, seen)
        return seen


def marker_words(kinds: Mapping[int, Sequence[str]], *, in_either_case: int = 0) -> MarkerWords:
    r"""Make words ready to be looked for.

    Args:
        kinds: Words by the bit that stands for them; a "\n" at the beginning of one is the beginning of a line or of
            the text, and no other word begins with blanks or quote marks.
        in_either_case: Bits of those kinds whose words may have upper or lower case letters.

    Raises:
        ValueError: A word has less than three bytes (the beginning of a line is two).
    """
    listed = [
        (_LINE_START.decode() + word[1:] if word[0] == "\n" else word, bit, _LOWER if bit & in_either_case else 0)
        for bit, words in kinds.items()
        for word in words
    ]
    encoded = [bytes(byte | fold & 0xFF for byte in word.encode()) for word, _, fold in listed]
    if any(len(word) < 3 for word in encoded):
        raise ValueError("a word has less than three bytes")
    slots, others = (np.full(size, len(listed), np.int16) for size in (1 << _SLOT_BITS, len(listed)))
    heads = [int.from_bytes(word[:3]) for word in encoded]
    for index, head in enumerate(heads):
        slot = _slot.py_func(head)
        slots[slot], others[index] = index, slots[slot]
    texts = np.frombuffer(b"".join(word[3:] for word in encoded), np.uint8)
    ends = np.cumsum([0, *(len(word) - 3 for word in encoded)])
    bits, folds = (np.array([row[place] for row in listed], np.int64) for place in (1, 2))
    return MarkerWords(slots < len(listed), slots, texts, ends, np.array(heads), folds, bits, others)


@kernel
def _slot(head: Any) -> Any:
    return ((head | _LOWER) * 0x9E3779B1 >> 32 - _SLOT_BITS) & ((1 << _SLOT_BITS) - 1)


@kernel
def _look(data: Any, starts: Any, ends: Any, words: Any, seen: Any) -> None:
    begins = words.begins
    for text in range(len(starts)):
        i, end, bits = starts[text], ends[text], 0
        while i < end:
            # At the beginning of a line, and behind quote marks: there it begins again.
            quoted = False
            while i < end and (data[i] == 32 or data[i] == 9 or data[i] == 62):
                quoted |= data[i] == 62
                i += 1
            if quoted:
                bits |= _kinds_of(words, _QUOTED_LINE, data, i, end)
            head = np.int64(_LINE)
            while i < end:
                byte = np.int64(data[i])
                i += 1
                head = (head << 8 | byte) & 0xFFFFFF
                if begins[_slot(head)]:
                    bits |= _kinds_of(words, head, data, i, end)
                if byte == 10:
                    break
        seen[text] = bits


@kernel
def _kinds_of(words: Any, head: Any, data: Any, i: Any, end: Any) -> Any:
    """Bits of the words that begin with the three bytes of `head` and go on at `i`."""
    bits, word = 0, words.slots[_slot(head)]
    while word < len(words.heads):
        if _is_word(words, word, head, data, i, end):
            bits |= words.kinds[word]
        word = words.others[word]
    return bits


@kernel
def _is_word(words: Any, word: Any, head: Any, data: Any, i: Any, end: Any) -> Any:
    at, fold = words.ends[word], words.folds[word]
    size = words.ends[word + 1] - at
    if head | fold != words.heads[word] or size > end - i:
        return False
    k = 0
    while k < size and data[i + k] | fold & 0x20 == words.texts[at + k]:
        k += 1
    return k == size
