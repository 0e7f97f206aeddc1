"""From the hash of a document's id to its position in keeper order."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import xxhash


def document_key(doc_id: str) -> int:
    """What stands for a document's id in the shuffle: xxh3-64."""
    return xxhash.xxh3_64_intdigest(doc_id.encode())


class Positions:
    """`rank@1` rows, looked up.

    Attributes:
        is_first: By position: no document before it is equal to it.
        n_shingles: By position.
    """

    def __init__(self, ranks: pa.Table) -> None:
        self._keys = ranks["key"].to_numpy()
        self._positions = ranks["position"].to_numpy()
        self.is_first = np.zeros(len(self._keys), np.bool_)
        self.is_first[self._positions] = ranks["first"].to_numpy() == self._positions
        self.n_shingles = np.zeros(len(self._keys), np.int64)
        self.n_shingles[self._positions] = ranks["n_shingles"].to_numpy()

    def of(self, keys: npt.NDArray[np.uint64]) -> npt.NDArray[Any]:
        """Positions of documents that are ranked, int32."""
        found: npt.NDArray[Any] = self._positions[np.searchsorted(self._keys, keys)]
        return found
