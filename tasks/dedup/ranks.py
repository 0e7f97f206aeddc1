"""Put all documents into the order in which they are kept, and find those that are equal once folded."""

from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np
import polars as pl
import pyarrow as pa

from schemas.signature import NAME, RANK, RELEASED, REPEATED, SIGNATURE
from tasks.dedup.settings import RankingSettings
from tasks.engine.step import Accounting, Partition, Step

_NEEDED: Final = [
    "id", "key", "exact_high", "exact_low", "n_shingles", "source_rank", "quality", "n_chars", "recency",
]  # fmt: skip


class SameKeyError(ValueError):
    """Two ids have one hash."""


def rank_documents(batch: Iterable[pa.Table], settings: RankingSettings, released: pa.Table | None = None) -> Partition:
    """Positions in keeper order: already released, order of the sources, quality, length, id.

    Args:
        batch: `signature@1` rows of all shards, shard by shard, in any order.
        settings: With `keep_latest`, order of the sources and the newer document go before everything else.
        released: `released@1` ids of the version before.

    Returns:
        `rank@1` rows by ascending key; `names`: ids by position; `repeated`: documents whose id one of a shard before
        has. Where there are any of these, they are all that is returned: ids must tell the documents apart.

    Raises:
        SameKeyError: The hashes of two ids are equal, or an id is twice in one shard.
    """
    tables = [table.select(_NEEDED) for table in batch]
    frame = pl.DataFrame(pl.from_arrow(pa.concat_tables(tables or [SIGNATURE.empty().select(_NEEDED)])))
    if frame["key"].n_unique() < frame.height:
        return Partition(RANK.empty(), sides={"names": NAME.empty(), "repeated": _repeated(frame["id"], tables)})
    known = pl.Series(pl.from_arrow(released["id"])) if released is not None else pl.Series([], dtype=pl.String)
    frame = frame.with_columns(released=pl.col("id").is_in(known.implode()))
    by = [~pl.col("released"), pl.col("source_rank")]
    if settings.keep_latest:
        # What was released is older than its revision: it must be able to go.
        by = [pl.col("source_rank"), -pl.col("recency"), ~pl.col("released")]
    by += [-pl.col("quality").fill_null(0), -pl.col("n_chars"), pl.col("id")]
    ordered = frame.sort(by).with_row_index("position").with_columns(pl.col("position").cast(pl.Int32))
    ranks = ordered.select(
        "key", "position", pl.col("position").min().over("exact_high", "exact_low").alias("first"), "n_shingles",
        "released",
    ).sort("key")  # fmt: skip
    names = NAME.conform(ordered.select("id").to_arrow())
    return Partition(RANK.conform(ranks.to_arrow()), sides={"names": names, "repeated": REPEATED.empty()})


def _repeated(ids: pl.Series, tables: Sequence[pa.Table]) -> pa.Table:
    """`repeated@1` rows: all but the first of each id."""
    shards = np.repeat(np.arange(len(tables), dtype=np.int32), [table.num_rows for table in tables])
    found = pl.DataFrame({"id": ids, "shard": shards})
    if found.is_duplicated().any():
        raise SameKeyError("ranks: an id is twice in one shard")
    again = found.filter(~ids.is_first_distinct())
    if again.is_empty():
        raise SameKeyError("ranks: two ids have one hash")
    return REPEATED.conform(again.to_arrow())


STEP: Final = Step(
    name="ranks",
    version=2,
    settings=RankingSettings,
    reads=SIGNATURE,
    writes=RANK,
    run=rank_documents,
    uses={"released": RELEASED},
    emits={"names": NAME, "repeated": REPEATED},
    streamed=frozenset({"batch"}),
    accounting=Accounting.NONE,
)
