"""Tables of the near-duplicate search: from signatures to clusters. Ids, hashes and counts only, never text."""

import pyarrow as pa

from schemas.table import TableSchema

_U64 = pa.uint64()
# In keeper order, over all documents of a run.
_POSITION = pa.int32()

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

# Documents whose id another document had before, and the shard each is in, counted from 0.
REPEATED = TableSchema(
    name="repeated",
    version=1,
    arrow=pa.schema(
        [
            pa.field("id", pa.large_string(), nullable=False),
            pa.field("shard", pa.int32(), nullable=False),
        ]
    ),
)

RANK = TableSchema(
    name="rank",
    version=1,
    key="key",
    arrow=pa.schema(
        [
            # Every document, by ascending `key`, and its position in keeper order: 0 is kept before 1.
            pa.field("key", _U64, nullable=False),
            pa.field("position", _POSITION, nullable=False),
            # Position of the first document whose folded text is equal; its own where it is the first.
            pa.field("first", _POSITION, nullable=False),
            pa.field("n_shingles", pa.int64(), nullable=False),
            pa.field("released", pa.bool_(), nullable=False),
        ]
    ),
)

# Ids in keeper order: row i is the document at position i.
NAME = TableSchema("name", 1, pa.schema([pa.field("id", pa.large_string(), nullable=False)]))

# Documents that are out of the search (of the ones that stay, a further round looks for twins), or in a bucket too
# large to link all its pairs.
POSITION = TableSchema("position", 1, pa.schema([pa.field("position", _POSITION, nullable=False)]), key="position")

LINK = TableSchema(
    name="link",
    version=2,
    key="right",
    arrow=pa.schema(
        [
            # Positions of two documents that share a bucket.
            pa.field("left", _POSITION, nullable=False),
            pa.field("right", _POSITION, nullable=False),
            # False: they may be twins, and the left one is kept before the right one. True: the right one may be
            # contained in the left one, which is at least as long.
            pa.field("inside", pa.bool_(), nullable=False),
        ]
    ),
)

# Documents that have a link, by ascending `key`: those of one shard, or all.
LINKED = TableSchema("linked", 1, pa.schema([pa.field("key", _U64, nullable=False)]), key="key")

SHINGLE_SET = TableSchema(
    name="shingle_set",
    version=3,
    key="key",
    arrow=pa.schema(
        [
            # As in `rank@1`: a position would move with every new document, and undo what was done for this one.
            pa.field("key", _U64, nullable=False),
            # Distinct shingle hashes, ascending.
            pa.field("hashes", pa.large_list(pa.uint32()), nullable=False),
            # Similarity `edits` only: hashes of the tokens in text order.
            pa.field("tokens", pa.large_list(pa.uint32()), nullable=False),
        ]
    ),
)

SIMILAR = TableSchema(
    name="similar",
    version=2,
    key="right",
    arrow=pa.schema(
        [
            # As in `link@2`, for pairs that passed.
            pa.field("left", _POSITION, nullable=False),
            pa.field("right", _POSITION, nullable=False),
            pa.field("inside", pa.bool_(), nullable=False),
            # Measured, not estimated: Jaccard of the shingle sets, edit similarity, or share of `right` inside `left`.
            pa.field("similarity", pa.float64(), nullable=False),
        ]
    ),
)

CLUSTER = TableSchema(
    name="cluster",
    version=2,
    arrow=pa.schema(
        [
            pa.field("id", pa.large_string(), nullable=False),
            # First document, in keeper order, of all that are connected by verified pairs. It stays.
            pa.field("cluster_id", pa.large_string(), nullable=False),
            # The document that stays for this one; equal to `id` where that is the document itself.
            pa.field("keeper_id", pa.large_string(), nullable=False),
            # exact_duplicate | near_duplicate | contained; null for a document that stays.
            pa.field("reason", pa.large_string()),
            # Of this document and its keeper, as `similar@2` measures it; null for a document that stays.
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
