"""Encode many texts with a SentencePiece model."""

from itertools import chain

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import sentencepiece


class Encoder:
    """A SentencePiece model.

    Args:
        model: Bytes of the model file.
    """

    def __init__(self, model: bytes) -> None:
        self.processor = sentencepiece.SentencePieceProcessor(model_proto=model)

    @property
    def end_id(self) -> int | None:
        """Id of the end mark; None where the model has none."""
        end = self.processor.eos_id()
        return end if end >= 0 else None

    def encode(self, texts: pa.ChunkedArray) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int64]]:
        """Token ids of all texts, one after another, and how many each has, shape (texts,)."""
        pieces = self.processor.encode(texts.to_pylist(), num_threads=1)
        lengths = np.fromiter(map(len, pieces), np.int64, len(pieces))
        return np.fromiter(chain.from_iterable(pieces), np.int32, int(lengths.sum())), lengths
