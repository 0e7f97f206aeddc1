"""Put all documents into the order in which they are kept, and find those that are equal once folded."""

from collections.abc import Iterable
from typing import Final

import polars as pl
import pyarrow as pa

from schemas.signature import NAME, RANK, RELEASED, SIGNATURE
from tasks.dedup.settings import RankingSettings
from tasks.engine.step import Accounting, Partition, Step

_NEEDED: Final = [
    "id", "key", "exact_high", "exact_low", "n_shingles", "source_rank", "quality", "n_chars", "recency",
]  # fmt: skip


class SameIdError(ValueError):
    """Two documents have one id, or one hash of their ids."""


def rank_documents(batch: Iterable[pa.Table], settings: RankingSettings, released: pa.Table | None = None) -> Partition:
    """Positions in keeper order: already released, order of the sources, quality, length, id.

    Args:
        batch: `signature@1` rows of all shards, shard by shard, in any order.
        settings: With `keep_latest`, order of the sources and the newer document go before everything else.
        released: `released@1` ids of the version before.

    Returns:
        `rank@1` rows by ascending key, and `names`: ids by position.

    Raises:
        SameIdError: Ids do not tell the documents apart.
    """
    tables = [table.select(_NEEDED) for table in batch]
    frame = pl.DataFrame(pl.from_arrow(pa.concat_tables(tables or [SIGNATURE.empty().select(_NEEDED)])))
    known = pl.Series(pl.from_arrow(released["id"])) if released is not None else pl.Series([], dtype=pl.String)
    frame = frame.with_columns(released=pl.col("id").is_in(known.implode()))
    if frame["key"].n_unique() < frame.height:
        raise SameIdError(f"ranks: {frame.height} documents, {frame['key'].n_unique()} different ids")
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
    return Partition(RANK.conform(ranks.to_arrow()), sides={"names": NAME.conform(ordered.select("id").to_arrow())})


STEP: Final = Step(
    name="ranks",
    version=1,
    settings=RankingSettings,
    reads=SIGNATURE,
    writes=RANK,
    run=rank_documents,
    uses={"released": RELEASED},
    emits={"names": NAME},
    streamed=frozenset({"batch"}),
    accounting=Accounting.NONE,
)
