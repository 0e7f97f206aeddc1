"""Drop records that were taken down; run only for shards that hold any."""

from enum import StrEnum
from typing import Final

import polars as pl
import pyarrow as pa

from schemas.document import DOCUMENT
from schemas.settings import Settings
from tasks.engine.partition import split
from tasks.engine.step import Partition, Step

NAME: Final = "take_down"


class TakeDownSettings(Settings):
    """What is taken down, of this shard."""

    ids: tuple[str, ...] = ()


class TakeDownReason(StrEnum):
    """Why a document was dropped."""

    TAKEN_DOWN = "taken_down"


def drop_taken_down(batch: pa.Table, settings: TakeDownSettings) -> Partition:
    """Drop the documents named.

    Args:
        batch: `document@1` rows.
        settings: Their ids.
    """
    named = pl.Series(pl.from_arrow(batch["id"])).is_in(list(settings.ids))
    reason = pl.select(pl.when(named).then(pl.lit(TakeDownReason.TAKEN_DOWN.value))).to_series()
    return split(batch, step=NAME, reason=reason)


STEP: Final = Step(
    name=NAME,
    version=1,
    settings=TakeDownSettings,
    reads=DOCUMENT,
    writes=DOCUMENT,
    run=drop_taken_down,
    reasons=TakeDownReason,
)
