"""How much of two token sequences is left in place by the edits between them."""

from array import array
from typing import Any

import numpy as np
import numpy.typing as npt
from rapidfuzz.distance import Levenshtein


def edit_similarity(left: npt.NDArray[np.uint32], right: npt.NDArray[np.uint32], *, at_least: float) -> float:
    """1 - (tokens inserted, deleted or replaced) / (tokens of the longer text), or 0 where that is below `at_least`.

    Source: Levenshtein, 1966; Hyyrö, 2003 (bit-parallel, in rapidfuzz).
    """
    return float(Levenshtein.normalized_similarity(_sequence(left), _sequence(right), score_cutoff=at_least))


def _sequence(tokens: npt.NDArray[np.uint32]) -> Any:
    return array("L", tokens.astype(np.uint64).tobytes())
