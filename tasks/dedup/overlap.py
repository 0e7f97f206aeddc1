"""How much two sets have in common, and what becomes of documents that do. Compiled."""

from typing import Any

import numpy as np
from numba import njit


@njit(cache=True, nogil=True)
def jaccard_and_containment(
    values: Any, begins: Any, ends: Any, left: Any, right: Any, inside: Any, similarity: Any
) -> None:
    """Measure pairs of sets.

    Args:
        values: uint32; set i is values[begins[i] : ends[i]], ascending and distinct.
        begins: int64.
        ends: int64.
        left: int64, shape (pairs,): numbers of sets.
        right: int64, shape (pairs,).
        inside: bool, shape (pairs,): whether the share of the right set in the left one is wanted, not Jaccard.
        similarity: float64, shape (pairs,); written.
    """
    for pair in range(left.size):
        i, j = begins[left[pair]], begins[right[pair]]
        i_end, j_end = ends[left[pair]], ends[right[pair]]
        n_left, n_right, both = i_end - i, j_end - j, np.int64(0)
        while i < i_end and j < j_end:
            # Without branches: which of the two is smaller cannot be predicted.
            a, b = values[i], values[j]
            both += np.int64(a == b)
            i += np.int64(a <= b)
            j += np.int64(b <= a)
        whole = n_right if inside[pair] else n_left + n_right - both
        similarity[pair] = both / whole if whole else 0.0


@njit(cache=True, nogil=True)
def choose_keepers(left: Any, right: Any, similarity: Any, root: Any, keeper: Any, measured: Any) -> None:
    """Decide, in keeper order, which document stays for which.

    A document goes when it is itself similar to one that stays, to the most similar of those, the first of equals:
    two texts that differ are never joined through a third one that resembles both.

    Args:
        left: int64, shape (pairs,): positions, each smaller than its `right`.
        right: int64, shape (pairs,); ascending.
        similarity: float64, shape (pairs,).
        root: int64, by position; own positions when called. Written: first document of the connected component.
        keeper: int64, by position; own positions when called. Written: the document that stays for this one.
        measured: float64, by position. Written: similarity to that one.
    """
    for pair in range(left.size):
        a, b = left[pair], right[pair]
        if keeper[a] == a and similarity[pair] > measured[b]:
            keeper[b], measured[b] = a, similarity[pair]
        while root[a] != a:
            root[a] = root[root[a]]
            a = root[a]
        while root[b] != b:
            root[b] = root[root[b]]
            b = root[b]
        root[max(a, b)] = min(a, b)
    for position in range(root.size):
        root[position] = root[root[position]]
