"""Link documents that share a bucket, first to last in keeper order. Ids and hashes only, one band at a time.

A bucket of n documents gives 2n links (each to the first and to the one before it), never n².
"""

from typing import Final

import polars as pl
import pyarrow as pa

from schemas.signature import LINK, NODE, RELEASED, SIGNATURE
from tasks.dedup.settings import LinkingSettings
from tasks.engine.shard_task import shard_task
from tasks.engine.step import Accounting, Partition, Step


def link_documents(batch: pa.Table, settings: LinkingSettings, released: pa.Table | None = None) -> Partition:
    """Links between documents that may be duplicates.

    Args:
        batch: `signature@1` rows of all shards, in any order.
        settings: Number of bands, and the keeper rule.
        released: `released@1` ids: kept before documents that are new.

    Returns:
        `link@1` rows, sorted, and `nodes`: the documents they connect with their positions in keeper order.
    """
    ordered = _in_keeper_order(batch, settings, released)
    exact = _stars(ordered, ["exact_high", "exact_low"])
    leaders = ordered.filter(~pl.col("position").is_in(exact["right"].implode()))
    near = [_bucket_links(leaders, band) for band in range(settings.bands)]
    links = pl.concat([
        exact.with_columns(kind=pl.lit("exact")),
        pl.concat(near).unique().with_columns(kind=pl.lit("near")),
    ]).sort("left", "right")  # fmt: skip
    touched = pl.concat([links["left"], links["right"]]).unique()
    nodes = ordered.filter(pl.col("position").is_in(touched.implode())).select("id", "key", "position")
    keys = ordered["key"]
    named = links.select(keys.gather(links["left"]).alias("left"), keys.gather(links["right"]).alias("right"), "kind")
    return Partition(LINK.conform(named.to_arrow()), sides={"nodes": NODE.conform(nodes.to_arrow())})


def _in_keeper_order(batch: pa.Table, settings: LinkingSettings, released: pa.Table | None) -> pl.DataFrame:
    frame = pl.DataFrame(pl.from_arrow(batch))
    known = pl.Series(pl.from_arrow(released["id"])) if released is not None else pl.Series([], dtype=pl.String)
    by: list[pl.Expr] = [~pl.col("id").is_in(known.implode()), pl.col("source_rank")]
    if settings.keep_latest:
        by.append(-pl.col("recency"))
    by += [-pl.col("quality").fill_null(0), -pl.col("n_chars"), pl.col("id")]
    return frame.sort(by).with_row_index("position").with_columns(pl.col("position").cast(pl.Int64))


def _bucket_links(leaders: pl.DataFrame, band: int) -> pl.DataFrame:
    hashed = leaders.select("position", hash=pl.col("bands").list.get(band, null_on_oob=True)).drop_nulls()
    shared = hashed.filter(pl.col("hash").is_duplicated()).sort("hash", "position")
    chain = shared.select(
        left=pl.col("position").shift(1).over("hash"),
        right="position",
    ).drop_nulls()
    return pl.concat([_stars(shared, ["hash"]), chain])


def _stars(frame: pl.DataFrame, by: list[str]) -> pl.DataFrame:
    """Links from the first document of every group to each of the others."""
    starred = frame.select(left=pl.col("position").min().over(by), right="position")
    return starred.filter(pl.col("left") != pl.col("right"))


STEP: Final = Step(
    name="candidates",
    version=1,
    settings=LinkingSettings,
    reads=SIGNATURE,
    writes=LINK,
    run=link_documents,
    uses={"released": RELEASED},
    emits={"nodes": NODE},
    accounting=Accounting.NONE,
)

candidates = shard_task(STEP)
