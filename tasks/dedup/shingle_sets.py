"""The shingles of documents that have a link: what similarity is measured on."""

from typing import Final

import polars as pl
import pyarrow as pa

from schemas.document import DOCUMENT
from schemas.signature import NODE, SHINGLE_SET
from tasks.dedup.settings import ShingleSetSettings
from tasks.engine.shard_task import shard_task
from tasks.engine.step import Accounting, Partition, Step
from tasks.engine.utf8 import utf8_column


def list_shingles(batch: pa.Table, settings: ShingleSetSettings, nodes: pa.Table) -> Partition:
    """Distinct shingle hashes of the documents of this shard that are in `nodes`.

    Args:
        batch: `document@1` rows.
        settings: What is folded, and how long a shingle is.
        nodes: `node@1` rows of all shards.
    """
    from tasks.dedup.folding import fold_table
    from tasks.dedup.kernels import shingle_sets as hash_sets

    linked = pl.DataFrame(pl.from_arrow(nodes.select(["id", "key"])))
    ids = pl.DataFrame(pl.from_arrow(batch.select(["id"]))).with_row_index("row")
    wanted = ids.join(linked, on="id", how="inner").sort("row")
    texts = batch.select(["text"]).take(wanted["row"].to_arrow())["text"]
    hashes, offsets = hash_sets(utf8_column(texts), fold_table(settings), shingle_size=settings.shingle_size)
    sets = pa.LargeListArray.from_arrays(offsets, pa.array(hashes, pa.uint32()))
    return Partition(pa.table([wanted["key"].to_arrow(), sets], schema=SHINGLE_SET.arrow))


STEP: Final = Step(
    name="shingle_sets",
    version=1,
    settings=ShingleSetSettings,
    reads=DOCUMENT,
    writes=SHINGLE_SET,
    run=list_shingles,
    uses={"nodes": NODE},
    accounting=Accounting.NONE,
)

shingle_sets = shard_task(STEP)
