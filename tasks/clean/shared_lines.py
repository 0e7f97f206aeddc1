"""Lines that many texts have: those of all texts are counted by their hash in one compiled pass."""

from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from tasks.clean.tidy_kernel import is_space
from tasks.engine.code_points import code_point
from tasks.engine.kernel import kernel

_PRIME: Final = 0x100000001B3  # of FNV-1a
_BASIS: Final = -0x340D631B7BDDDCDB  # the same, as a number with a sign
_BOX: Final = 0x110000  # no character: stands for "- [ ]" at the beginning of a line


class SharedLines(NamedTuple):
    """Lines that a text shares with others, each once; in order.

    Args:
        texts: Which text has it.
        starts: Where it begins in the data.
        ends: Where it ends, its line end not with it.
    """

    texts: npt.NDArray[np.int64]
    starts: npt.NDArray[np.int64]
    ends: npt.NDArray[np.int64]


def shared_lines(
    data: npt.NDArray[np.uint8],
    starts: npt.NDArray[np.int64],
    ends: npt.NDArray[np.int64],
    groups: npt.NDArray[np.int64],
    least: npt.NDArray[np.int64],
) -> SharedLines:
    """Every line that so many texts of a group have.

    Lines are compared by hash, without blanks at their ends, a box at the beginning not ticked.

    Args:
        data: UTF-8 of all texts.
        starts: Where each begins in it.
        ends: Where it ends.
        groups: Group of each.
        least: Texts of a group that must have a line, by group.
    """
    most = int(np.count_nonzero(data == 10)) + len(starts)
    lines = np.empty((4, most), np.int64)
    slots = np.zeros((3, 1 << most.bit_length() + 1), np.int64)
    found = _count(data, starts, ends, groups, lines, slots)
    owners, slot = lines[0, :found], lines[3, :found]
    shared = slots[2, slot] >= least[groups[owners]]
    return SharedLines(*lines[:3, :found][:, shared])


@kernel
def _count(data: Any, starts: Any, ends: Any, groups: Any, lines: Any, slots: Any) -> Any:
    """How many lines there are; `lines`: text, start, end, slot; `slots`: key, last text (from 1), number of texts."""
    found = 0
    for text in range(len(starts)):
        position, end = starts[text], ends[text]
        while position < end:
            start = position
            key, position = _line_key(data, position, end, _BASIS ^ groups[text])
            if key == 0:
                continue
            slot = _slot_of(slots[0], key)
            slots[0, slot] = key
            if slots[1, slot] != text + 1:
                slots[1, slot] = text + 1
                slots[2, slot] += 1
                lines[0, found], lines[1, found], lines[3, found] = text, start, slot
                lines[2, found] = position - (data[position - 1] == 10)
                found += 1
    return found


@kernel
def _line_key(data: Any, position: Any, end: Any, key: Any) -> Any:
    """Hash of a line without blanks at its ends, its box not ticked; 0 for a blank one; and where the next begins."""
    begun, read = False, key
    while position < end:
        first = position
        code, position = code_point(data, position)
        if code == 10:
            break
        blank = (code <= 32 or code > 127) and is_space(code)
        if blank and not begun:
            continue
        if not begun and _is_box(data, first, end):
            code, position = _BOX, first + 5
        begun = True
        read = (read ^ code) * _PRIME
        if not blank:
            key = read
    return key | 1 if begun else 0, position


@kernel
def _is_box(data: Any, i: Any, end: Any) -> Any:
    """Whether "- [ ]" stands at `i`, or is written there once it is not ticked."""
    if i + 5 > end or data[i + 1] != 32 or data[i + 2] != 91 or data[i + 4] != 93:
        return False
    ticked = data[i + 3] | 0x20 == 120
    return (data[i] == 45 and (ticked or data[i + 3] == 32)) or (data[i] == 42 and ticked)


@kernel
def _slot_of(keys: Any, key: Any) -> Any:
    """Where a key is, or may be put."""
    slot = (key ^ key >> 29) & (len(keys) - 1)
    while keys[slot] != 0 and keys[slot] != key:
        slot = (slot + 1) & (len(keys) - 1)
    return slot
