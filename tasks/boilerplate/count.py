"""Count in how many documents of its source each passage is: per shard, then over all shards, by hashes alone."""

from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np
import polars as pl
import pyarrow as pa
import xxhash

from schemas.document import DOCUMENT
from schemas.passage import BOILERPLATE, PASSAGE, REPEATED_PASSAGE, SOURCE_SIZE
from schemas.settings import StepSettings
from schemas.shard import ShardRef
from tasks.boilerplate.settings import RepetitionSettings
from tasks.engine.step import Accounting, Partition, Step
from tasks.engine.store import Store
from tasks.engine.utf8 import utf8_column

# What repeats there is what was asked, or how programs are written.
EXEMPT: Final = ("code", "faq")


def count_passages(batch: pa.Table, settings: StepSettings) -> Partition:  # noqa: ARG001 - every step has settings
    """One `passage@1` row per different passage and source of the shard; `source_sizes`: documents of each source.

    Args:
        batch: `document@1` rows; code and FAQ are left out.
        settings: None.
    """
    from tasks.boilerplate.passages import find_passages

    counted = batch.filter(
        pa.compute.invert(pa.compute.is_in(batch["source_type"], pa.array(EXEMPT, pa.large_string())))
    )
    found = find_passages(utf8_column(counted["text"]))
    line = found.kind == 0
    documents = np.concatenate([found.document[line], found.document[found.first]])
    ranks = counted["source_rank"].to_numpy()
    keys = document_keys(counted["id"])
    frame = pl.DataFrame(
        {
            "source_rank": ranks[documents],
            "hash": np.concatenate([found.hash[line], found.paragraph_hash]),
            "document": documents,
            "first": keys[documents],
        },
        schema={"source_rank": pl.Int32, "hash": pl.UInt64, "document": pl.Int32, "first": pl.UInt64},
    )
    passages = (
        frame.unique(["hash", "document"])
        .group_by("source_rank", "hash")
        .agg(n_documents=pl.len().cast(pl.Int64), first=pl.col("first").min())
        .sort("source_rank", "hash")
    )
    sizes = pl.DataFrame({"source_rank": ranks}, schema={"source_rank": pl.Int32})
    counted_sizes = sizes.group_by("source_rank").agg(n_documents=pl.len().cast(pl.Int64)).sort("source_rank")
    return Partition(
        PASSAGE.conform(passages.select(PASSAGE.arrow.names).to_arrow()),
        sides={"source_sizes": SOURCE_SIZE.conform(counted_sizes.to_arrow())},
    )


def document_keys(ids: pa.ChunkedArray) -> np.ndarray[tuple[int], np.dtype[np.uint64]]:
    """xxh3-64 of each id."""
    return np.array([xxhash.xxh3_64_intdigest(name.encode()) for name in ids.to_pylist()], np.uint64)


def find_repeated(batch: Iterable[pa.Table], settings: RepetitionSettings, source_sizes: pa.Table) -> Partition:
    """The passages that are in more documents of their source than chance explains.

    Args:
        batch: `passage@1` rows of all shards, shard by shard.
        settings: The limits.
        source_sizes: `source_size@1` rows of all shards.
    """
    tables = [pl.DataFrame(pl.from_arrow(table)) for table in (PASSAGE.empty(), *batch)]
    merged = pl.concat(tables).group_by("source_rank", "hash").agg(pl.col("n_documents").sum(), pl.col("first").min())
    sizes = pl.DataFrame(pl.from_arrow(source_sizes)).group_by("source_rank").agg(n_all=pl.col("n_documents").sum())
    often = pl.col("n_documents")
    share = often / pl.col("n_all") >= settings.min_share
    repeated = (
        merged.filter(often >= settings.min_documents)
        .join(sizes, on="source_rank")
        .filter(share | (often >= settings.enough_documents))
        .sort("source_rank", "hash")
    )
    return Partition(REPEATED_PASSAGE.conform(repeated.select(REPEATED_PASSAGE.arrow.names).to_arrow()))


def boilerplate_by_shard(store: Store, repeated: ShardRef, counted: Sequence[ShardRef]) -> list[ShardRef]:
    """One `boilerplate@1` table for each shard: of the repeated passages those that it holds.

    Args:
        store: Holds all of them.
        repeated: `repeated_passage@1` rows.
        counted: `passage@1` rows of each shard; a shard at a time is read.
    """
    rows = pl.DataFrame(pl.from_arrow(store.get_table(repeated, REPEATED_PASSAGE)))
    parts = []
    for shard in counted:
        held = pl.DataFrame(pl.from_arrow(store.get_table(shard, PASSAGE, ["source_rank", "hash", "first"])))
        both = rows.join(held, on=["source_rank", "hash"], suffix="_here").unique("hash").sort("hash")
        stays = pl.when(pl.col("first") == pl.col("first_here")).then("first").otherwise(pl.lit(0, pl.UInt64))
        part = BOILERPLATE.conform(both.select("hash", first=stays).to_arrow())
        parts.append(store.put_table(part, BOILERPLATE, shard.shard_id))
    return parts


COUNT: Final = Step(
    name="passages",
    version=1,
    settings=StepSettings,
    reads=DOCUMENT,
    writes=PASSAGE,
    run=count_passages,
    emits={"source_sizes": SOURCE_SIZE},
    accounting=Accounting.NONE,
)
REPEATED: Final = Step(
    name="repeated_passages",
    version=1,
    settings=RepetitionSettings,
    reads=PASSAGE,
    writes=REPEATED_PASSAGE,
    run=find_repeated,
    uses={"source_sizes": SOURCE_SIZE},
    streamed=frozenset({"batch"}),
    accounting=Accounting.NONE,
)
