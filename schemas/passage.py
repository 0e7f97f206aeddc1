"""Tables of the search for boilerplate: passages by their hashes, counted. Never text."""

import pyarrow as pa

from schemas.table import TableSchema

_U64 = pa.uint64()

PASSAGE = TableSchema(
    name="passage",
    version=1,
    key="hash",
    arrow=pa.schema(
        [
            # Of the document's source: see `document@1`.
            pa.field("source_rank", pa.int32(), nullable=False),
            # Of a line, or of a paragraph of several, without its white space (tasks/boilerplate/passages.py).
            pa.field("hash", _U64, nullable=False),
            # Documents of the shard it is in.
            pa.field("n_documents", pa.int64(), nullable=False),
            # xxh3-64 of the id of one of them: the smallest.
            pa.field("first", _U64, nullable=False),
        ]
    ),
)

SOURCE_SIZE = TableSchema(
    name="source_size",
    version=1,
    key="source_rank",
    arrow=pa.schema(
        [
            pa.field("source_rank", pa.int32(), nullable=False),
            pa.field("n_documents", pa.int64(), nullable=False),
        ]
    ),
)

REPEATED_PASSAGE = TableSchema(
    name="repeated_passage",
    version=1,
    key="hash",
    arrow=pa.schema(
        [
            # As in `passage@1`, over all shards; passages that are in more documents than they may be.
            pa.field("source_rank", pa.int32(), nullable=False),
            pa.field("hash", _U64, nullable=False),
            pa.field("n_documents", pa.int64(), nullable=False),
            # Documents of the source.
            pa.field("n_all", pa.int64(), nullable=False),
            pa.field("first", _U64, nullable=False),
        ]
    ),
)

# What one shard needs to know of it, and no more: a count that grows elsewhere does not make its work undone.
BOILERPLATE = TableSchema(
    name="boilerplate",
    version=1,
    key="hash",
    arrow=pa.schema(
        [
            pa.field("hash", _U64, nullable=False),
            # Document that keeps it, if in this shard; else 0.
            pa.field("first", _U64, nullable=False),
        ]
    ),
)
