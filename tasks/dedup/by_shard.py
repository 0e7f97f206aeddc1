"""Give each shard the links and clusters of its own documents: a pair found elsewhere does not make its work undone."""

from collections.abc import Iterable, Sequence

import numpy as np
import polars as pl
import pyarrow as pa

from schemas.shard import ShardRef
from schemas.signature import CLUSTER, LINK, LINKED, RANK, SIGNATURE
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


def linked_by_shard(
    store: Store, links: Sequence[ShardRef], ranks: ShardRef, signed: Sequence[ShardRef]
) -> list[ShardRef]:
    """One `linked@1` table for each shard.

    Args:
        store: Holds all of them.
        links: `link@2` rows, part by part.
        ranks: `rank@1` rows of all documents.
        signed: `signature@1` rows of each shard. Of these only keys are read, a shard at a time.
    """
    everywhere = linked_keys((store.get_table(part, LINK) for part in links), store.get_table(ranks, RANK))
    keys = everywhere["key"].to_numpy()
    parts = []
    for shard in signed:
        own = np.sort(store.get_table(shard, SIGNATURE, ["key"])["key"].to_numpy())
        # Both ascend: of a million links a shard costs what its own documents do.
        found = own[np.searchsorted(keys, own, "right") > np.searchsorted(keys, own)]
        part = pa.table([pa.array(found)], schema=LINKED.arrow)
        parts.append(store.put_table(part, LINKED, shard.shard_id))
    return parts


def linked_keys(links: Iterable[pa.Table], ranks: pa.Table) -> pa.Table:
    """`linked@1` rows of all documents that are in a link.

    Args:
        links: `link@2` rows, part by part.
        ranks: `rank@1` rows of all documents.
    """
    linked = np.zeros(ranks.num_rows, np.bool_)
    for part in links:
        linked[part["left"].to_numpy()] = True
        linked[part["right"].to_numpy()] = True
    return ranks.select(["key"]).filter(pa.array(linked[ranks["position"].to_numpy()])).cast(LINKED.arrow)
