"""Refuse records whose id another record had before: the same id twice in a corpus that is read in several slices.

Inside one slice extraction sees it. Over all of them only who knows every id does: `ranks` lists the repeated ones, and
this step is run only where there are any.
"""

from enum import StrEnum
from typing import Final

import polars as pl
import pyarrow as pa
from pydantic import Field

from schemas.document import DOCUMENT
from schemas.outcomes import QUARANTINE
from schemas.settings import Settings
from schemas.signature import REPEATED
from tasks.engine.step import Partition, Step

NAME: Final = "unique_ids"


class UniqueIdsSettings(Settings):
    """Which shard this is."""

    shard: int = Field(0, ge=0, description="Its place among all shards, as `ranks` counted them.")


class UniqueIdsCause(StrEnum):
    """Why a record is quarantined."""

    REPEATED_ID = "repeated_id"


def refuse_repeated(batch: pa.Table, settings: UniqueIdsSettings, *, repeated: pa.Table) -> Partition:
    """Keep the first document of each id.

    Args:
        batch: `document@1` rows of one shard.
        settings: Its place.
        repeated: `repeated@1` rows: every document that must go.
    """
    listed = pl.DataFrame(pl.from_arrow(repeated)).filter(pl.col("shard") == settings.shard)["id"]
    ids = pl.Series(pl.from_arrow(batch["id"]))
    again = ids.is_in(listed.implode())
    rows = pl.DataFrame(pl.from_arrow(batch.select(["id", "parent_id", "source_type", "source", "text"]))).filter(again)
    quarantined = rows.select(
        "id",
        "parent_id",
        pl.lit(NAME).alias("step"),
        pl.lit(UniqueIdsCause.REPEATED_ID.value).alias("cause"),
        pl.lit(None, pl.String).alias("error_class"),
        pl.lit("another record of the source has this id").alias("message"),
        "source_type",
        "source",
        pl.col("text").str.len_bytes().cast(pl.Int64).alias("bytes"),
    )
    return Partition(batch.filter((~again).to_arrow()), quarantined=QUARANTINE.conform(quarantined.to_arrow()))


STEP: Final = Step(
    name=NAME,
    version=1,
    settings=UniqueIdsSettings,
    reads=DOCUMENT,
    writes=DOCUMENT,
    run=refuse_repeated,
    causes=UniqueIdsCause,
    uses={"repeated": REPEATED},
)
