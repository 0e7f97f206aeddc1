"""Encode documents and pack their tokens into rows of one length, losing none.

Documents follow each other in the order of the shard, each closed by the end mark, and the stream is cut every
`sequence_length` tokens. `seq_lengths` and `document_ids` say which part of a row belongs to which document, so that a
trainer can keep attention inside a document. Only a shard's last row is shorter.
"""

from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from schemas.document import DOCUMENT
from schemas.release import release_rows
from schemas.tokenizer import TOKEN_COUNT, TOKENIZER
from tasks.engine.step import Accounting, Partition, Step
from tasks.tokens.encoder import Encoder
from tasks.tokens.settings import TokensSettings

ROWS: Final = release_rows("pretrain_tokens")


def pack_tokens(batch: pa.Table, settings: TokensSettings, *, tokenizer: pa.Table) -> Partition:
    """Packed rows, and the number of tokens of each document.

    Args:
        batch: `document@1` rows.
        settings: Length of a row.
        tokenizer: One `tokenizer@1` row.

    Returns:
        `pretrain_tokens` rows; side table `token_counts` with a `token_count@1` row per document.
    """
    encoder = Encoder(tokenizer)
    ids, lengths = encoder.encode(batch["text"])
    counts = pa.table([batch["id"], pa.array(lengths, pa.int64())], schema=TOKEN_COUNT.arrow)
    stream, lengths = _close_documents(ids, lengths, encoder.end_id)
    sha256 = tokenizer["sha256"][0].as_py()
    rows = pack_rows(stream, lengths, batch["id"], settings.sequence_length, sha256)
    return Partition(rows, sides={"token_counts": counts})


def _close_documents(
    ids: npt.NDArray[np.int32], lengths: npt.NDArray[np.int64], end_id: int | None
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int64]]:
    if end_id is None:
        return ids, lengths
    return np.insert(ids, np.cumsum(lengths), end_id), lengths + 1


def pack_rows(
    stream: npt.NDArray[np.int32],
    lengths: npt.NDArray[np.int64],
    document_ids: pa.ChunkedArray,
    sequence_length: int,
    tokenizer_sha256: str,
) -> pa.Table:
    """`pretrain_tokens` rows.

    Args:
        stream: Tokens of all documents, one after another.
        lengths: Tokens of each document, shape (documents,).
        document_ids: Shape (documents,).
        sequence_length: Tokens of a row.
        tokenizer_sha256: Of the model the tokens belong to.
    """
    row_ends = np.append(np.arange(sequence_length, len(stream), sequence_length), len(stream))
    row_ends = row_ends[: None if len(stream) else 0]
    document_ends = np.cumsum(lengths)
    # A sequence ends where its document or its row ends; a document without tokens has none.
    ends = np.union1d(document_ends, row_ends)
    ends = ends[ends > 0]
    owner = np.searchsorted(document_ends, ends, side="left")
    sequence_offsets = np.append(0, np.searchsorted(ends, row_ends, side="right"))
    tokens = _lists(np.append(0, row_ends), pa.array(stream, pa.int32()))
    sequences = pa.array(np.diff(ends, prepend=0), pa.int32())
    n_rows = len(row_ends)
    columns = {
        "input_ids": tokens,
        "labels": tokens,
        "seq_lengths": _lists(sequence_offsets, sequences),
        "document_ids": _lists(sequence_offsets, document_ids.combine_chunks().take(pa.array(owner)).cast(pa.string())),
        "prefix_lengths": _lists(sequence_offsets, pa.array(np.zeros(len(ends)), pa.int32())),
        "objective": pa.repeat("causal", n_rows),
        "n_tokens": pa.array(np.diff(row_ends, prepend=0), pa.int32()),
        "tokenizer_sha256": pa.repeat(tokenizer_sha256, n_rows),
    }
    return pa.table(columns, schema=ROWS.arrow)


def _lists(offsets: npt.NDArray[np.int64], values: pa.Array) -> pa.ListArray:
    return pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), values)


STEP: Final = Step(
    name="tokens",
    version=3,
    settings=TokensSettings,
    reads=DOCUMENT,
    writes=ROWS,
    run=pack_tokens,
    uses={"tokenizer": TOKENIZER},
    emits={"token_counts": TOKEN_COUNT},
    accounting=Accounting.NONE,
)
