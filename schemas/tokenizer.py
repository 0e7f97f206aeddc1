"""Tables between documents and token ids: the sample a model is trained on, the model, tokens per document."""

import pyarrow as pa

from schemas.table import TableSchema

TOKENIZER_SAMPLE = TableSchema(
    name="tokenizer_sample",
    version=1,
    arrow=pa.schema(
        [
            # Of the document the text was taken from.
            pa.field("id", pa.large_string(), nullable=False),
            # Its beginning.
            pa.field("text", pa.large_string(), nullable=False),
        ]
    ),
)

TOKENIZER = TableSchema(
    name="tokenizer",
    version=1,
    key="sha256",
    arrow=pa.schema(
        [
            # sha256, hex, of `model`.
            pa.field("sha256", pa.large_string(), nullable=False),
            # A SentencePiece model file.
            pa.field("model", pa.large_binary(), nullable=False),
            # trained | given
            pa.field("kind", pa.large_string(), nullable=False),
            # Pieces of the model; below what was asked for where the corpus holds no more.
            pa.field("vocab_size", pa.int32(), nullable=False),
            # UTF-8 bytes of text it was trained on; null for a given model.
            pa.field("trained_bytes", pa.int64()),
        ]
    ),
)

TOKEN_COUNT = TableSchema(
    name="token_count",
    version=1,
    arrow=pa.schema(
        [
            # Of the document.
            pa.field("id", pa.large_string(), nullable=False),
            # Without the end mark.
            pa.field("n_tokens", pa.int64(), nullable=False),
        ]
    ),
)
