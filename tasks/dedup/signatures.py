"""Sign every document: an exact hash of its folded text and the bands of its MinHash signature.

Source: Broder, 1997 (resemblance); Leskovec, Rajaraman and Ullman, Mining of Massive Datasets, 3.4 (banding).
"""

from typing import Final

import numpy as np
import polars as pl
import pyarrow as pa

from schemas.document import DOCUMENT
from schemas.signature import SIGNATURE
from tasks.dedup.positions import document_key
from tasks.dedup.settings import SigningSettings
from tasks.engine.step import Partition, Step
from tasks.engine.utf8 import utf8_column


def sign_documents(batch: pa.Table, settings: SigningSettings) -> Partition:
    """One `signature@1` row per document, in input order.

    Args:
        batch: `document@1` rows.
        settings: What is folded, shingles, permutations and bands.
    """
    from tasks.dedup.folding import fold_table
    from tasks.dedup.kernels import band_hashes, sign

    table = fold_table(settings)
    column = utf8_column(batch["text"])
    signed = sign(
        column,
        table,
        shingle_size=settings.shingle_size,
        num_perm=settings.num_perm,
        seed=settings.seed,
        anchor_share=settings.anchor_share,
    )
    bands = band_hashes(signed.minhash, bands=settings.bands, rows=settings.rows)
    long_enough = signed.n_shingles > 0
    offsets = np.append(0, np.cumsum(long_enough * settings.bands))
    anchors = pa.LargeListArray.from_arrays(signed.anchor_offsets, pa.array(signed.anchors))
    columns = {
        "id": batch["id"],
        "key": pa.array([document_key(value) for value in batch["id"].to_pylist()], pa.uint64()),
        "exact_high": pa.array(signed.exact[:, 0]),
        "exact_low": pa.array(signed.exact[:, 1]),
        "bands": pa.LargeListArray.from_arrays(offsets, pa.array(bands[long_enough].ravel(), pa.uint64())),
        "anchors": anchors,
        "n_shingles": pa.array(signed.n_shingles),
        "source_rank": batch["source_rank"],
        "quality": batch["quality"],
        "n_chars": pl.Series(pl.from_arrow(batch["text"])).str.len_chars().cast(pl.Int64).to_arrow(),
        "recency": pa.array(_recency(batch), pa.int64()),
    }
    return Partition(pa.table([columns[name] for name in SIGNATURE.arrow.names], schema=SIGNATURE.arrow))


def _recency(batch: pa.Table) -> pa.Array:
    times = pl.DataFrame(pl.from_arrow(batch.select(["updated_at", "created_at"])))
    known = times.select(pl.coalesce("updated_at", "created_at").dt.timestamp("us").fill_null(0))
    return known.to_series().to_arrow()


STEP: Final = Step(
    name="signatures", version=2, settings=SigningSettings, reads=DOCUMENT, writes=SIGNATURE, run=sign_documents
)
