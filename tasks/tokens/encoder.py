"""Encode many texts with a SentencePiece model."""

from functools import lru_cache
from itertools import chain
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import sentencepiece

from tasks.tokens.byte_pairs import encode_column
from tasks.tokens.merge_rules import MergeRules, merge_rules, merges_as_written


class _Loaded(NamedTuple):
    processor: sentencepiece.SentencePieceProcessor
    rules: MergeRules | None


class Encoder:
    """A SentencePiece model.

    Args:
        tokenizer: One `tokenizer@1` row. A model that merges characters as they are written, as those trained here
            do, is run by our own kernel, any other by SentencePiece.
    """

    def __init__(self, tokenizer: pa.Table) -> None:
        (row,) = tokenizer.to_pylist()
        self.processor, self._rules = _load(row["model"])

    @property
    def end_id(self) -> int | None:
        """Id of the end mark; None where the model has none."""
        end = self.processor.eos_id()
        return end if end >= 0 else None

    def encode(self, texts: pa.ChunkedArray) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int64]]:
        """Token ids of all texts of a `large_string` column, one after another, and how many each has."""
        if self._rules:
            return encode_column(texts, self._rules)
        pieces = self.processor.encode(texts.to_pylist(), num_threads=1)
        lengths = np.fromiter(map(len, pieces), np.int64, len(pieces))
        return np.fromiter(chain.from_iterable(pieces), np.int32, int(lengths.sum())), lengths


# Every shard of a run is encoded with the same model.
@lru_cache(maxsize=2)
def _load(model: bytes) -> _Loaded:
    processor = sentencepiece.SentencePieceProcessor(model_proto=model)
    return _Loaded(processor, merge_rules(processor) if merges_as_written(model) else None)
