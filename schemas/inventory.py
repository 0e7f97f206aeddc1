"""`inventory@1`: what there is to read, one row per file, archive member or slice of a large file."""

import pyarrow as pa

from schemas.table import TableSchema

INVENTORY = TableSchema(
    name="inventory",
    version=1,
    arrow=pa.schema(
        [
            # blake2b-128, hex, of (source kind, source path as the recipe writes it, path, member, start).
            pa.field("id", pa.large_string(), nullable=False),
            # documents | code | issues | faq | text
            pa.field("kind", pa.large_string(), nullable=False),
            # Key into the locations of the run; where that is on disk is not part of any cache key.
            pa.field("source_key", pa.large_string(), nullable=False),
            pa.field("source_rank", pa.int32(), nullable=False),
            pa.field("kb", pa.large_string(), nullable=False),
            # Below the source's path, "/" separated; the file's own name where the source is one file.
            pa.field("path", pa.large_string(), nullable=False),
            # Inside an archive or git repository; null for a plain file, and for a container that is refused whole.
            pa.field("member", pa.large_string()),
            # none | zip | tar | git
            pa.field("container", pa.large_string(), nullable=False),
            # Repository name and commit id, where known.
            pa.field("repo", pa.large_string()),
            pa.field("revision", pa.large_string()),
            # SPDX expression of the nearest licence file at or above the file, by its text; null where there is none.
            pa.field("license", pa.large_string()),
            # Slice of a large file: bytes of JSONL, rows of Parquet; null for a whole file.
            pa.field("start", pa.int64()),
            pa.field("end", pa.int64()),
            # Bytes of the file, member or slice (of rows of Parquet: their share of the packed file).
            pa.field("size", pa.int64(), nullable=False),
            # sha256, hex, of those bytes (of a git blob: its object id; of rows of Parquet: of their row groups).
            pa.field("digest", pa.large_string(), nullable=False),
            # Columns of a `text` source.
            pa.field("id_field", pa.large_string()),
            pa.field("text_field", pa.large_string()),
            # Set where the inventory already knows that this cannot be read: extract quarantines it with that cause.
            pa.field("error", pa.large_string()),
            pa.field("error_message", pa.large_string()),
        ]
    ),
)
