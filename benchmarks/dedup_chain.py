"""The steps of the near-duplicate search, one after the other on tables in memory, as the flow runs them."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from schemas.document import DOCUMENT
from tasks.dedup.by_shard import linked_keys
from tasks.dedup.candidates import link_documents
from tasks.dedup.clusters import cluster
from tasks.dedup.deduplicate import drop_duplicates
from tasks.dedup.ranks import rank_documents
from tasks.dedup.settings import DeduplicateSettings
from tasks.dedup.shingle_sets import list_shingles
from tasks.dedup.signatures import sign_documents
from tasks.dedup.verify import verify_links
from tasks.engine.step import Partition


class Found(NamedTuple):
    """What a run of the chain gave: one `Partition` of `deduplicate` per shard, and that of `clusters`."""

    shards: list[Partition]
    clusters: Partition

    @property
    def kept(self) -> set[str]:
        """Ids of the documents that stay."""
        return {value for parts in self.shards for value in parts.kept["id"].to_pylist()}

    @property
    def dropped(self) -> list[dict[str, Any]]:
        """`drop@1` rows."""
        return [row for parts in self.shards for row in parts.dropped.to_pylist()]


def documents_from(ids: pa.ChunkedArray, texts: pa.ChunkedArray) -> pa.Table:
    """`document@1` rows with nothing but an id and a text."""
    given = {"id": ids.cast(pa.large_string()), "text": texts.cast(pa.large_string())}
    fillers: dict[pa.DataType, Any] = {pa.large_string(): "", pa.int32(): 0, pa.int64(): 0}
    columns = []
    for field in DOCUMENT.arrow:
        if field.name in given:
            columns.append(given[field.name])
        elif field.nullable:
            columns.append(pa.nulls(len(ids), field.type))
        else:
            one = pa.array([fillers.get(field.type, [])], field.type)
            columns.append(one.take(pa.array(np.zeros(len(ids), np.int64))))
    return pa.table(columns, schema=DOCUMENT.arrow)


def split_shards(documents: pa.Table, count: int) -> list[pa.Table]:
    """`documents` in about `count` shards, in order."""
    size = max(1, -(-documents.num_rows // count))
    return [documents.slice(start, size) for start in range(0, documents.num_rows, size)]


def find_duplicates(
    shards: Sequence[pa.Table],
    settings: DeduplicateSettings,
    *,
    workers: int = 1,
    released: pa.Table | None = None,
    after: Callable[[str], None] = lambda _: None,
) -> Found:
    """Run the chain.

    Args:
        shards: `document@1` rows.
        settings: The recipe's block.
        workers: Threads; the kernels run without the interpreter's lock.
        released: Ids of the version before.
        after: Is told the name of each step once it is done.
    """
    with ThreadPoolExecutor(workers) as pool:
        # One worker is this thread.
        spread = (lambda run, items: list(map(run, items))) if workers == 1 else (lambda r, i: list(pool.map(r, i)))
        signed = spread(lambda shard: sign_documents(shard, settings.signing).kept, shards)
        after("sign")
        ranked = rank_documents(signed, settings.ranking, released)
        if ranked.sides["repeated"].num_rows:
            raise ValueError("an id is given twice; a run would quarantine the second document (unique_ids)")
        ranks, count = ranked.kept, ranked.kept.num_rows
        after("rank")
        similar: list[pa.Table] = []
        gone = None
        while True:
            linked = spread(lambda part, gone=gone: link_documents(signed, part, ranks, gone), settings.linking(count))
            after("link")
            links = pa.concat_tables([parts.kept for parts in linked])
            keys = linked_keys([links], ranks)
            listed = spread(lambda shard, keys=keys: list_shingles(shard, settings.listing, keys), shards)
            sets = [parts.kept for parts in listed]
            after("list")
            similar += spread(
                lambda part, links=links, sets=sets: verify_links([links], part, sets, ranks).kept,
                settings.verifying(count),
            )
            after("verify")
            found = cluster(pa.concat_tables(similar), settings.clustering, ranks, ranked.sides["names"])
            after("cluster")
            before, gone = gone, found.sides["gone"]
            crowded = any(parts.sides["crowded"].num_rows for parts in linked)
            if not crowded or gone.num_rows == (before.num_rows if before is not None else 0):
                break
        split = spread(lambda shard: drop_duplicates(shard, settings.dropping, found.kept), shards)
        after("drop")
    return Found(split, found)
