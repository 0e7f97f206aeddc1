"""Literals of the gate as one automaton (Aho-Corasick, 1975), laid out as a dense table: one load per byte."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tasks.anonymize.families import Family

Bytes = npt.NDArray[np.uint8]
Longs = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Automaton:
    """Aho-Corasick automaton over bytes, ASCII letters without case.

    Args:
        classes: Class of each byte, shape (256,).
        next: State after a state and a class, shape (states, classes).
        found: Families whose literals end in a state, shape (states,).
        longest: Bytes of the longest of those literals, shape (states,).
    """

    classes: Bytes
    next: npt.NDArray[np.int32]
    found: Longs
    longest: Longs


def build_automaton(literals: Mapping[str, Family]) -> Automaton:
    """Automaton of `literals` (lower case)."""
    classes = _classes(literals)
    width = int(classes.max()) + 1
    table: list[list[int]] = [[-1] * width]
    found, longest = [0], [0]
    for literal, family in sorted(literals.items()):
        state = 0
        encoded = literal.encode()
        for byte in encoded:
            kind = int(classes[byte])
            if table[state][kind] < 0:
                table[state][kind] = len(table)
                table.append([-1] * width)
                found.append(0)
                longest.append(0)
            state = table[state][kind]
        found[state] |= int(family)
        longest[state] = max(longest[state], len(encoded))
    _link(table, found, longest)
    return Automaton(classes, np.array(table, np.int32), np.array(found, np.int64), np.array(longest, np.int64))


def _classes(literals: Mapping[str, Family]) -> Bytes:
    used = sorted({byte for literal in literals for byte in literal.encode()})
    classes = np.zeros(256, np.uint8)
    for number, byte in enumerate(used, start=1):
        classes[byte] = number
    for lower in range(ord("a"), ord("z") + 1):
        classes[lower - 32] = classes[lower]
    return classes


def _link(table: list[list[int]], found: list[int], longest: list[int]) -> None:
    """Turn the trie into a complete automaton: where it has no edge, the edge of the longest proper suffix."""
    fail = [0] * len(table)
    queue = deque(state for state in table[0] if state > 0)
    table[0] = [max(state, 0) for state in table[0]]
    while queue:
        state = queue.popleft()
        suffix = fail[state]
        found[state] |= found[suffix]
        longest[state] = max(longest[state], longest[suffix])
        for kind, following in enumerate(table[state]):
            if following < 0:
                table[state][kind] = table[suffix][kind]
            else:
                fail[following] = table[suffix][kind]
                queue.append(following)
