"""The shingles of documents that have a link: what similarity is measured on."""

from typing import Final

import numpy as np
import polars as pl
import pyarrow as pa

from schemas.document import DOCUMENT
from schemas.signature import LINK, RANK, SHINGLE_SET
from tasks.dedup.positions import Positions, document_key
from tasks.dedup.settings import ShingleSetSettings
from tasks.engine.step import Accounting, Partition, Step
from tasks.engine.utf8 import utf8_column


def list_shingles(batch: pa.Table, settings: ShingleSetSettings, links: pa.Table, ranks: pa.Table) -> Partition:
    """Distinct shingle hashes of the documents of this shard that have a link.

    Args:
        batch: `document@1` rows.
        settings: What is folded, how long a shingle is, and whether tokens are needed too.
        links: `link@2` rows of all parts.
        ranks: `rank@1` rows of all documents.
    """
    from tasks.dedup.folding import fold_table
    from tasks.dedup.listing import shingle_lists, token_lists

    positions = Positions(ranks)
    linked = np.zeros(len(positions.is_first), np.bool_)
    linked[links["left"].to_numpy()] = True
    linked[links["right"].to_numpy()] = True
    keys = np.array([document_key(value) for value in batch["id"].to_pylist()], np.uint64)
    at = positions.of(keys)
    rows = np.flatnonzero(linked[at])
    column, table = utf8_column(batch["text"]), fold_table(settings)
    sets = shingle_lists(column, rows, table, shingle_size=settings.shingle_size)
    in_order = rows if settings.similarity == "edits" else rows[:0]
    tokens = token_lists(column, in_order, table)
    if settings.similarity != "edits":
        tokens = pl.Series([[]] * len(rows), dtype=pl.List(pl.UInt32)).to_arrow()
    columns = [pa.array(at[rows], pa.int32()), sets, tokens]
    return Partition(SHINGLE_SET.conform(pa.table(columns, names=SHINGLE_SET.arrow.names)))


STEP: Final = Step(
    name="shingle_sets",
    version=2,
    settings=ShingleSetSettings,
    reads=DOCUMENT,
    writes=SHINGLE_SET,
    run=list_shingles,
    uses={"links": LINK, "ranks": RANK},
    accounting=Accounting.NONE,
)
