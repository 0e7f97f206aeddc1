"""The shingles of documents that have a link: what similarity is measured on."""

from typing import Final

import numpy as np
import polars as pl
import pyarrow as pa

from schemas.document import DOCUMENT
from schemas.signature import LINKED, SHINGLE_SET
from tasks.dedup.positions import document_key
from tasks.dedup.settings import ShingleSetSettings
from tasks.engine.step import Accounting, Partition, Step
from tasks.engine.utf8 import utf8_column


def list_shingles(batch: pa.Table, settings: ShingleSetSettings, linked: pa.Table) -> Partition:
    """Distinct shingle hashes of the documents of this shard that have a link.

    Args:
        batch: `document@1` rows.
        settings: What is folded, how long a shingle is, and whether tokens are needed too.
        linked: `linked@1` rows: these documents, at least, if they have a link.
    """
    from tasks.dedup.folding import fold_table
    from tasks.dedup.listing import shingle_lists, token_lists

    keys = np.array([document_key(value) for value in batch["id"].to_pylist()], np.uint64)
    rows = np.flatnonzero(np.isin(keys, linked["key"].to_numpy()))
    column, table = utf8_column(batch["text"]), fold_table(settings)
    sets = shingle_lists(column, rows, table, shingle_size=settings.shingle_size)
    in_order = rows if settings.similarity == "edits" else rows[:0]
    tokens = token_lists(column, in_order, table)
    if settings.similarity != "edits":
        tokens = pl.Series([[]] * len(rows), dtype=pl.List(pl.UInt32)).to_arrow()
    columns = [pa.array(keys[rows]), sets, tokens]
    return Partition(SHINGLE_SET.conform(pa.table(columns, names=SHINGLE_SET.arrow.names)))


STEP: Final = Step(
    name="shingle_sets",
    version=3,
    settings=ShingleSetSettings,
    reads=DOCUMENT,
    writes=SHINGLE_SET,
    run=list_shingles,
    uses={"linked": LINKED},
    accounting=Accounting.NONE,
)
