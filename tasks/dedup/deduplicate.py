"""Drop duplicates: every dropped document names the one that stays and their true similarity."""

from typing import Final

import polars as pl
import pyarrow as pa

from schemas.document import DOCUMENT
from schemas.signature import CLUSTER
from tasks.dedup.clusters import DuplicateReason
from tasks.dedup.settings import VerifyingSettings
from tasks.engine.partition import split
from tasks.engine.shard_task import shard_task
from tasks.engine.step import Partition, Step

NAME: Final = "deduplicate"


def drop_duplicates(batch: pa.Table, settings: VerifyingSettings, clusters: pa.Table) -> Partition:
    """Keep documents that are no duplicate, or the keeper of their cluster, and set `dedup_cluster`.

    Args:
        batch: `document@1` rows.
        settings: The threshold, for the record.
        clusters: `cluster@1` rows of the whole corpus.
    """
    ids = pl.DataFrame(pl.from_arrow(batch.select(["id"])))
    decided = ids.join(pl.DataFrame(pl.from_arrow(clusters)), on="id", how="left", maintain_order="left")
    index = batch.schema.get_field_index("dedup_cluster")
    keeper = decided["keeper_id"].to_arrow().cast(pa.large_string())
    labelled = batch.set_column(index, DOCUMENT.arrow.field("dedup_cluster"), keeper)
    exact = decided["reason"] == DuplicateReason.EXACT.value
    threshold = pl.select(pl.when(exact).then(1.0).otherwise(settings.threshold)).to_series()
    return split(
        labelled,
        step=NAME,
        reason=decided["reason"],
        value=decided["similarity"],
        threshold=threshold,
        kept_id=decided["keeper_id"],
    )


STEP: Final = Step(
    name=NAME,
    version=1,
    settings=VerifyingSettings,
    reads=DOCUMENT,
    writes=DOCUMENT,
    run=drop_duplicates,
    reasons=DuplicateReason,
    uses={"clusters": CLUSTER},
)

deduplicate = shard_task(STEP)
