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
    """The vocabulary of a model that was trained by `train_model`.

    Pairs are keys `left << 32 | right` of hash tables, 0 where a slot is free: no piece is merged with piece 0.
    """

    singles: npt.NDArray[np.int32]  # piece of a character, -1 where it has none, shape (0x110000,)
    bytes: npt.NDArray[np.int32]  # piece of a byte, shape (256,)
    neighbours: npt.NDArray[np.uint64]  # pairs of single characters that stand side by side in some piece
    pairs: npt.NDArray[np.uint64]  # pairs of pieces that together are a piece
    merged: npt.NDArray[np.int32]  # that piece, by slot of `pairs`
    ranks: npt.NDArray[np.int32]  # by piece: the smaller one is merged first


def merge_rules(processor: sentencepiece.SentencePieceProcessor) -> MergeRules:
    """Rules of a byte-pair model with byte fallback, identity normalization and no dummy prefix.

    Args:
        processor: Its model must be one that `train_model` made: nothing else is looked for.
    """
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
