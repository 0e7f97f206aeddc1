"""Give each shard the clusters of its own documents: a pair found elsewhere does not make its work undone."""

from collections.abc import Sequence

import polars as pl

from schemas.shard import ShardRef
from schemas.signature import CLUSTER, SIGNATURE
from tasks.engine.store import Store


def clusters_by_shard(store: Store, clusters: ShardRef, signed: Sequence[ShardRef]) -> list[ShardRef]:
    """One `cluster@2` table for each shard.

    Args:
        store: Holds all of them.
        clusters: `cluster@2` rows of all documents that have a twin.
        signed: `signature@1` rows of each shard. Of these only ids are read, a shard at a time.
    """
    rows = pl.DataFrame(pl.from_arrow(store.get_table(clusters, CLUSTER)))
    parts = []
    for shard in signed:
        ids = pl.Series(pl.from_arrow(store.get_table(shard, SIGNATURE, ["id"])["id"]))
        part = rows.filter(pl.col("id").is_in(ids.implode())).sort("id")
        parts.append(store.put_table(CLUSTER.conform(part.to_arrow()), CLUSTER, shard.shard_id))
    return parts
