"""Tables of the near-duplicate search: from signatures to clusters. Ids, hashes and counts only, never text."""

import pyarrow as pa

from schemas.table import TableSchema

_U64 = pa.uint64()

SIGNATURE = TableSchema(
    name="signature",
    version=1,
    arrow=pa.schema(
        [
            pa.field("id", pa.large_string(), nullable=False),
            # xxh3-64 of `id`: what stands for it in the shuffle.
            pa.field("key", _U64, nullable=False),
            # 128-bit hash of the whole folded text, punctuation kept.
            pa.field("exact_high", _U64, nullable=False),
            pa.field("exact_low", _U64, nullable=False),
            # One hash per band of the MinHash signature; empty where the text is shorter than a shingle.
            pa.field("bands", pa.large_list(_U64), nullable=False),
            # Smallest shingle hashes below the sampling limit, ascending; empty unless containment is searched.
            pa.field("anchors", pa.large_list(pa.uint32()), nullable=False),
            # Shingles with repeats.
            pa.field("n_shingles", pa.int64(), nullable=False),
            # What the keeper rule needs: see `document@1`. `recency` is microseconds since 1970, 0 where unknown.
            pa.field("source_rank", pa.int32(), nullable=False),
            pa.field("quality", pa.float32()),
            pa.field("n_chars", pa.int64(), nullable=False),
            pa.field("recency", pa.int64(), nullable=False),
        ]
    ),
)

# Documents of an earlier version, whatever became of them since: they are kept before new ones.
RELEASED = TableSchema("released", 1, pa.schema([pa.field("id", pa.large_string(), nullable=False)]))

LINK = TableSchema(
    name="link",
    version=1,
    key="right",
    arrow=pa.schema(
        [
            # Keys of two documents that share a bucket; `left` comes first in keeper order.
            pa.field("left", _U64, nullable=False),
            pa.field("right", _U64, nullable=False),
            # exact: equal when folded; near: to be verified; inside: the right one may be contained in the left one.
            pa.field("kind", pa.large_string(), nullable=False),
        ]
    ),
)

NODE = TableSchema(
    name="node",
    version=1,
    key="id",
    arrow=pa.schema(
        [
            # A document that has a link, and its position in keeper order (0 is kept before 1).
            pa.field("id", pa.large_string(), nullable=False),
            pa.field("key", _U64, nullable=False),
            pa.field("position", pa.int64(), nullable=False),
        ]
    ),
)

SHINGLE_SET = TableSchema(
    name="shingle_set",
    version=1,
    key="key",
    arrow=pa.schema(
        [
            pa.field("key", _U64, nullable=False),
            # Similarity `shingles`: distinct shingle hashes, ascending. `edits`: token hashes in text order.
            pa.field("hashes", pa.large_list(pa.uint32()), nullable=False),
        ]
    ),
)

SIMILAR = TableSchema(
    name="similar",
    version=1,
    key="right",
    arrow=pa.schema(
        [
            pa.field("left", _U64, nullable=False),
            pa.field("right", _U64, nullable=False),
            pa.field("kind", pa.large_string(), nullable=False),
            # Measured, not estimated: Jaccard of the shingle sets, edit similarity, or share of `right` inside `left`.
            pa.field("similarity", pa.float64(), nullable=False),
        ]
    ),
)

CLUSTER = TableSchema(
    name="cluster",
    version=1,
    arrow=pa.schema(
        [
            pa.field("id", pa.large_string(), nullable=False),
            # The document that stays; equal to `id` for the keeper itself.
            pa.field("keeper_id", pa.large_string(), nullable=False),
            # exact_duplicate | near_duplicate | contained; null for a keeper.
            pa.field("reason", pa.large_string()),
            # Between the two, as `similar@1` measures it; null for a keeper.
            pa.field("similarity", pa.float64()),
        ]
    ),
)

CONTAINMENT = TableSchema(
    name="containment",
    version=1,
    key="id",
    arrow=pa.schema(
        [
            pa.field("id", pa.large_string(), nullable=False),
            pa.field("container_id", pa.large_string(), nullable=False),
            # Share of the distinct shingles of `id` that `container_id` has too.
            pa.field("share", pa.float64(), nullable=False),
        ]
    ),
)
