"""jieba's dictionary and its model of unknown words, as tables a compiled kernel can look up.

The words form a trie whose edges lie in one hash table, read from the dictionary file in a single pass: 0.15 s, where
jieba itself takes 0.8 s. Nothing of jieba's is copied into this package: its files are read where it is installed.
"""

import math
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from tasks.engine.code_points import code_point

FIRST_HAN: Final = 0x4E00
LAST_HAN: Final = 0x9FD5  # of jieba's regular expressions
# A weight is the logarithm of a probability: never above 0.
NO_WORD: Final = 1.0
# What jieba takes for the logarithm of 0.
_IMPOSSIBLE: Final = -3.14e100
# Begins, goes on, ends, is a word by itself.
_STATES: Final = "BMES"
_SLOTS: Final = 1 << 20
_MIXER: Final = 0x9E3779B97F4A7C15
_SPACE: Final = 0x20
_NEWLINE: Final = 0x0A


class Dictionary(NamedTuple):
    """Words as a trie, and the hidden Markov model for what is not in it.

    Node 0 is the root and "no such node". An edge is one number: parent, character (17 bits), child (20 bits), from
    the highest bits to the lowest; it lies in a hash table by its parent and character.
    """

    first: npt.NDArray[np.int32]  # child of the root, by character, shape (0x10000,)
    edges: npt.NDArray[np.uint64]
    weights: npt.NDArray[np.float64]  # by node: log(frequency / total), or NO_WORD
    unknown: float  # weight of a character that is no word
    start: npt.NDArray[np.float64]  # shape (4,), states in the order of "BMES"
    change: npt.NDArray[np.float64]  # [from, to], shape (4, 4)
    emit: npt.NDArray[np.float64]  # [character - FIRST_HAN, state]


@cache
def jieba_dictionary() -> Dictionary:
    """The default dictionary of the installed jieba."""
    spec = find_spec("jieba")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("jieba is not installed")
    data = np.frombuffer((Path(spec.origin).parent / "dict.txt").read_bytes(), np.uint8)
    first, edges = np.zeros(0x10000, np.int32), np.zeros(_SLOTS, np.uint64)
    frequencies = np.zeros(_SLOTS, np.int64)
    n_nodes, total = _read_words(data, first, edges, frequencies)
    # The very logarithms jieba takes: paths of equal weight are told apart by the last bit.
    log_total = math.log(total)
    distinct, index = np.unique(frequencies[:n_nodes], return_inverse=True)
    logarithms = np.array([math.log(n) - log_total if n else NO_WORD for n in distinct.tolist()])
    return Dictionary(first, edges, logarithms[index], math.log(1) - log_total, *_hidden_markov_model())


def _hidden_markov_model() -> tuple[npt.NDArray[np.float64], ...]:
    from jieba.finalseg.prob_emit import P as EMIT
    from jieba.finalseg.prob_start import P as START
    from jieba.finalseg.prob_trans import P as CHANGE

    start = np.array([START[state] for state in _STATES])
    change = np.array([[CHANGE[old].get(new, _IMPOSSIBLE) for new in _STATES] for old in _STATES])
    emit = np.full((LAST_HAN - FIRST_HAN + 1, len(_STATES)), _IMPOSSIBLE)
    for column, state in enumerate(_STATES):
        for character, value in EMIT[state].items():
            if FIRST_HAN <= ord(character) <= LAST_HAN:
                emit[ord(character) - FIRST_HAN, column] = value
    return start, change, emit


@njit(cache=True, nogil=True)
def _read_words(data: Any, first: Any, edges: Any, frequencies: Any) -> tuple[int, int]:
    """Read lines of "word frequency tag"; return the number of nodes and the sum of all frequencies."""
    n_nodes, total = 1, 0
    i, size = 0, len(data)
    while i < size:
        node = 0
        while data[i] != _SPACE:
            point, i = code_point(data, i)
            child = child_of(node, point, first, edges)
            if child == 0:
                child = n_nodes
                n_nodes += 1
                _add_edge(node, point, child, first, edges)
            node = child
        i += 1
        frequency = 0
        while 0x30 <= data[i] <= 0x39:
            frequency = frequency * 10 + int(np.int64(data[i])) - 0x30
            i += 1
        frequencies[node] = frequency
        total += frequency
        while i < size and data[i] != _NEWLINE:
            i += 1
        i += 1
    return n_nodes, total


@njit(cache=True, nogil=True)
def _add_edge(node: int, point: int, child: int, first: Any, edges: Any) -> None:
    if node == 0:
        first[point] = child
        return
    key = np.uint64(node << 17 | point)
    slot = np.int64(key * np.uint64(_MIXER) >> np.uint64(40)) & (_SLOTS - 1)
    while edges[slot] != 0:
        slot = (slot + 1) & (_SLOTS - 1)
    edges[slot] = key << np.uint64(20) | np.uint64(child)


@njit(cache=True, nogil=True)
def child_of(node: int, point: int, first: Any, edges: Any) -> int:
    """The node reached from `node` by the character `point`; 0 where there is none. From 0 it is the root's child."""
    if node == 0:
        return int(first[point]) if point < 0x10000 else 0
    key = np.uint64(node << 17 | point)
    slot = np.int64(key * np.uint64(_MIXER) >> np.uint64(40)) & (_SLOTS - 1)
    while edges[slot] != 0:
        if edges[slot] >> np.uint64(20) == key:
            return int(np.int64(edges[slot] & np.uint64(_SLOTS - 1)))
        slot = (slot + 1) & (_SLOTS - 1)
    return 0
