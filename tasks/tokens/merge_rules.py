"""What a byte-pair vocabulary merges, as tables a compiled kernel can look up."""

import itertools
from collections.abc import Iterable
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import sentencepiece
from numba import njit

# What SentencePiece writes for a space inside a piece.
SPACE_MARK: Final = 0x2581
_MIXER: Final = 0x9E3779B97F4A7C15
_N_POINTS: Final = 0x110000


class MergeRules(NamedTuple):
    """The vocabulary of a model that `merges_as_written`.

    Pairs are keys `left << 32 | right` of hash tables, 0 where a slot is free: no piece is merged with piece 0.
    """

    singles: npt.NDArray[np.int32]  # piece of a character, -1 where it has none, shape (0x110000,)
    bytes: npt.NDArray[np.int32]  # piece of a byte, shape (256,)
    neighbours: npt.NDArray[np.uint64]  # pairs of single characters that stand side by side in some piece
    pairs: npt.NDArray[np.uint64]  # pairs of pieces that together are a piece
    merged: npt.NDArray[np.int32]  # that piece, by slot of `pairs`
    ranks: npt.NDArray[np.int32]  # by piece: the smaller one is merged first


def merges_as_written(model: bytes) -> bool:
    """Whether a SentencePiece model is a byte-pair model that takes every character as it is written.

    One that `train_model` made is. Others normalize, put a space first or drop some, split words by rules of their own
    at run time, have no pieces for bytes, or decide by probabilities.

    Args:
        model: A model file (`ModelProto` of sentencepiece_model.proto).
    """
    from sentencepiece.sentencepiece_model_pb2 import ModelProto  # type: ignore[attr-defined]

    proto = ModelProto.FromString(model)
    normalizer, trainer = proto.normalizer_spec, proto.trainer_spec
    return (
        trainer.model_type == trainer.BPE
        and trainer.byte_fallback
        and not trainer.treat_whitespace_as_suffix
        and not normalizer.precompiled_charsmap
        and not normalizer.add_dummy_prefix
        and not normalizer.remove_extra_whitespaces
        and normalizer.escape_whitespaces
        # A longer one is found before any merge is made; a single character is what it is anyway.
        and all(len(piece.piece) == 1 for piece in proto.pieces if piece.type == piece.USER_DEFINED)
        and not any(piece.type == piece.UNUSED for piece in proto.pieces)
    )


def merge_rules(processor: sentencepiece.SentencePieceProcessor) -> MergeRules:
    """Rules of a model that `merges_as_written`: that is not looked at here."""
    size = processor.get_piece_size()
    pieces = {processor.id_to_piece(i): i for i in range(size) if not (processor.is_control(i) or processor.is_byte(i))}
    pieces.pop(processor.id_to_piece(processor.unk_id()))
    singles = np.full(_N_POINTS, -1, np.int32)
    for piece, index in pieces.items():
        if len(piece) == 1:
            singles[ord(piece)] = index
    splits = [
        (pieces[piece[:cut]] << 32 | pieces[piece[cut:]], index)
        for piece, index in pieces.items()
        for cut in range(1, len(piece))
        if piece[:cut] in pieces and piece[cut:] in pieces
    ]
    neighbours = {pieces[a] << 32 | pieces[b] for piece in pieces for a, b in itertools.pairwise(piece)}
    scores = np.array([processor.get_score(i) for i in range(size)])
    ranks = np.empty(size, np.int32)
    ranks[np.argsort(-scores, kind="stable")] = np.arange(size, dtype=np.int32)
    pairs, merged = _hashed([key for key, _ in splits], [index for _, index in splits])
    codes = np.array([processor.piece_to_id(f"<0x{byte:02X}>") for byte in range(256)], np.int32)
    return MergeRules(singles, codes, _hashed(neighbours, [0] * len(neighbours))[0], pairs, merged, ranks)


def _hashed(keys: Iterable[int], values: list[int]) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.int32]]:
    table = np.zeros(1 << max(4, (3 * len(values)).bit_length()), np.uint64)
    stored = np.zeros(len(table), np.int32)
    _fill(np.fromiter(keys, np.uint64, len(values)), np.array(values, np.int32), table, stored)
    return table, stored


@njit(cache=True, nogil=True)
def _fill(keys: Any, values: Any, table: Any, stored: Any) -> None:
    for i in range(len(keys)):
        slot = find_pair(keys[i], table)
        table[slot] = keys[i]
        stored[slot] = values[i]


@njit(cache=True, nogil=True)
def find_pair(key: Any, table: Any) -> int:
    """Slot of `key`, or the free slot where it would be."""
    mask = len(table) - 1
    slot = np.int64(key * np.uint64(_MIXER) >> np.uint64(33)) & mask
    while table[slot] != 0 and table[slot] != key:
        slot = (slot + 1) & mask
    return int(slot)
