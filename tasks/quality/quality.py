"""Decide from the signals which documents are worth learning from, and say which rule decided.

The rules are in `rules.py`. Nothing here reads text: a changed threshold costs a pass over numbers.
"""

from typing import Final

import polars as pl
import pyarrow as pa

from schemas.document import DOCUMENT
from schemas.signals import SIGNALS
from tasks.engine.partition import split
from tasks.engine.step import Partition, Step
from tasks.quality.judgement import judge_signals
from tasks.quality.rules import QualityReason
from tasks.quality.settings import QualitySettings

NAME: Final = "quality"


def filter_quality(batch: pa.Table, settings: QualitySettings, signals: pa.Table) -> Partition:
    """Split `batch` by the first rule each document breaks.

    Args:
        batch: `document@1` rows.
        settings: Profile and limits.
        signals: `signals@2` rows of the same documents, in the same order.

    Returns:
        Kept documents in input order, `quality` set; the others as `drop@1` with what was measured and the limit.
    """
    judged = judge_signals(signals, settings)
    index = batch.schema.get_field_index("quality")
    graded = batch.set_column(index, DOCUMENT.arrow.field("quality"), judged["score"].cast(pa.float32()))
    reason, value, threshold, profile = (
        pl.Series(pl.from_arrow(judged[name])) for name in ("reason", "value", "threshold", "profile")
    )
    return split(graded, step=NAME, reason=reason, value=value, threshold=threshold, detail="profile " + profile)


STEP: Final = Step(
    name=NAME,
    version=3,
    settings=QualitySettings,
    reads=DOCUMENT,
    writes=DOCUMENT,
    run=filter_quality,
    reasons=QualityReason,
    uses={"signals": SIGNALS},
)
