"""Drop duplicates: every dropped document names the one that stays and their true similarity."""

from typing import Final

import polars as pl
import pyarrow as pa

from schemas.document import DOCUMENT
from schemas.signature import CLUSTER
from tasks.dedup.clusters import DuplicateReason
from tasks.dedup.settings import DroppingSettings
from tasks.engine.partition import split
from tasks.engine.step import Partition, Step

NAME: Final = "deduplicate"


def drop_duplicates(batch: pa.Table, settings: DroppingSettings, clusters: pa.Table) -> Partition:
    """Keep documents that have no twin or stay for theirs, and set `dedup_cluster`.

    Args:
        batch: `document@1` rows.
        settings: The limits, for the record.
        clusters: `cluster@2` rows of all documents that have a twin.
    """
    ids = pl.DataFrame(pl.from_arrow(batch.select(["id"])))
    decided = ids.join(pl.DataFrame(pl.from_arrow(clusters)), on="id", how="left", maintain_order="left")
    index = batch.schema.get_field_index("dedup_cluster")
    cluster_ids = decided["cluster_id"].to_arrow().cast(pa.large_string())
    labelled = batch.set_column(index, DOCUMENT.arrow.field("dedup_cluster"), cluster_ids)
    limits = {
        DuplicateReason.EXACT.value: 1.0,
        DuplicateReason.NEAR.value: settings.threshold,
        DuplicateReason.CONTAINED.value: settings.min_containment,
    }
    return split(
        labelled,
        step=NAME,
        reason=decided["reason"],
        value=decided["similarity"],
        threshold=decided["reason"].replace_strict(limits, default=None, return_dtype=pl.Float64),
        kept_id=decided["keeper_id"],
    )


STEP: Final = Step(
    name=NAME,
    version=2,
    settings=DroppingSettings,
    reads=DOCUMENT,
    writes=DOCUMENT,
    run=drop_duplicates,
    reasons=DuplicateReason,
    uses={"clusters": CLUSTER},
)
