"""How much of two token sequences the edits between them leave in place, and whether these only fill in a form."""

from array import array
from collections import Counter
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from rapidfuzz.distance import Levenshtein

# Two texts that differ in less are one text, whatever the difference is: a date, a page number.
_SAME_TEXT: Final = 0.97
# Of the replaced passages, the share that only names something else, from which on two texts are look-alikes.
_LOOK_ALIKE: Final = 0.5
_NUMBER: Final = 1 << 31

Tokens = npt.NDArray[np.uint32]


def edit_similarity(left: Tokens, right: Tokens, *, at_least: float) -> float:
    """1 - (tokens inserted, deleted or replaced) / (tokens of the longer text), or 0 where that is below `at_least`.

    0 for look-alikes too: form letters, pages about sibling functions, change logs.

    Args:
        left: Hashes of tokens, in order; the highest bit says that a token is a number.
        right: The same of the other text.
        at_least: In [0, 1].

    Source: Levenshtein, 1966; Hyyrö, 2003 (bit-parallel, in rapidfuzz).
    """
    one, other = _sequence(left), _sequence(right)
    similarity = float(Levenshtein.normalized_similarity(one, other, score_cutoff=at_least))
    return 0.0 if 0 < similarity < _SAME_TEXT and _are_look_alikes(one, other) else similarity


def _are_look_alikes(one: Any, other: Any) -> bool:
    """Whether most of what was replaced is a number for a number, or the same name for the same name again."""
    replaced: Counter[tuple[tuple[int, ...], tuple[int, ...]]] = Counter()
    start_one = start_other = 0
    for step in [*Levenshtein.opcodes(one, other), None]:
        if step is not None and step.tag != "equal":
            continue
        # Everything between two equal passages is one replacement.
        end_one, end_other = (step.src_start, step.dest_start) if step else (len(one), len(other))
        if end_one > start_one and end_other > start_other:
            replaced[tuple(one[start_one:end_one]), tuple(other[start_other:end_other])] += 1
        if step is not None:
            start_one, start_other = step.src_end, step.dest_end
    naming = sum(times for pair, times in replaced.items() if times > 1 or _are_numbers(*pair))
    return replaced.total() > 1 and naming >= _LOOK_ALIKE * replaced.total()


def _are_numbers(one: tuple[int, ...], other: tuple[int, ...]) -> bool:
    return any(token & _NUMBER for token in one) and any(token & _NUMBER for token in other)


def _sequence(tokens: Tokens) -> Any:
    return array("L", tokens.astype(np.uint64).tobytes())
