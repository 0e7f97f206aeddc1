"""Drop documents that hold items of evaluation sets: who trains on them measures memory.

Source: n-grams of 13 words are those of Brown et al., 2020 (GPT-3, appendix C), who cut around a single one; here a
share of an item must be there, so that a phrase that many questions begin with condemns nothing.
"""

from enum import StrEnum
from typing import Final

import numpy as np
import polars as pl
import pyarrow as pa

from schemas.document import DOCUMENT
from schemas.evaluation import EVALUATION_GRAM
from tasks.decontaminate.settings import OverlapSettings
from tasks.engine.partition import split
from tasks.engine.step import Partition, Step

NAME: Final = "decontaminate"


class DecontaminateReason(StrEnum):
    """Why a document was dropped."""

    CONTAMINATED = "contaminated"


def drop_contaminated(batch: pa.Table, settings: OverlapSettings, evaluation: pa.Table) -> Partition:
    """Drop the documents that hold more of an item than they may.

    Args:
        batch: `document@1` rows.
        settings: The limit.
        evaluation: `evaluation_gram@1` rows.

    Returns:
        The other documents; of those dropped, `value` is the largest share of an item, `detail` its set and row.
    """
    worst = _worst(batch, evaluation).filter(pl.col("share") > settings.max_share)
    rows = pl.DataFrame({"document": np.arange(batch.num_rows, dtype=np.int32)})
    judged = rows.join(worst, on="document", how="left", maintain_order="left")
    reason = judged.select(pl.when(pl.col("share").is_not_null()).then(pl.lit(DecontaminateReason.CONTAMINATED.value)))
    return split(
        batch,
        step=NAME,
        reason=reason.to_series(),
        value=judged["share"],
        threshold=pl.repeat(settings.max_share, batch.num_rows, eager=True),
        detail=judged.select(pl.format("{}, row {}", "set_name", "item")).to_series(),
    )


def _worst(batch: pa.Table, evaluation: pa.Table) -> pl.DataFrame:
    """The item of which each document holds the largest share, where it holds any."""
    from tasks.decontaminate.grams import hash_grams, hash_words

    words, offsets = hash_words(batch["text"])
    items = pl.DataFrame(pl.from_arrow(evaluation))
    hits = []
    for length in sorted(items["length"].unique().to_list()):
        wanted = items.filter(length=length)
        grams, owners = hash_grams(words, offsets, length)
        known = np.unique(wanted["hash"].to_numpy())
        at = np.minimum(np.searchsorted(known, grams), len(known) - 1)
        hit = known[at] == grams
        found = pl.DataFrame({"hash": grams[hit], "document": owners[hit]}).unique()
        hits.append(found.join(wanted, on="hash"))
    if not hits:
        return pl.DataFrame(schema={"document": pl.Int32, "share": pl.Float64, "set_name": pl.String, "item": pl.Int64})
    # A row has several texts: the one that is held most counts.
    held = pl.concat(hits).group_by("document", "set_name", "item", "part", "n_grams").agg(times=pl.len())
    shares = held.with_columns(share=pl.min_horizontal(pl.col("times") / pl.col("n_grams"), 1.0))
    ordered = shares.sort(["document", "share", "set_name", "item"], descending=[False, True, False, False])
    return ordered.unique("document", keep="first", maintain_order=True).select("document", "share", "set_name", "item")


STEP: Final = Step(
    name=NAME,
    version=1,
    settings=OverlapSettings,
    reads=DOCUMENT,
    writes=DOCUMENT,
    run=drop_contaminated,
    reasons=DecontaminateReason,
    uses={"evaluation": EVALUATION_GRAM},
)
