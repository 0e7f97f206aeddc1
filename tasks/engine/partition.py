"""Split a batch of documents into what stays and what a rule removed."""

import polars as pl
import pyarrow as pa

from schemas.outcomes import DROP
from tasks.engine.step import Partition

_FILTERED_AT_ONCE = 1024  # documents


def split(
    batch: pa.Table,
    *,
    step: str,
    reason: pl.Series,
    value: pl.Series | None = None,
    threshold: pl.Series | None = None,
    detail: pl.Series | None = None,
    kept_id: pl.Series | None = None,
) -> Partition:
    """Keep the documents whose `reason` is null, unchanged and in order; the others become `drop@1` rows.

    Args:
        batch: `document@1` rows.
        step: Name of the step that decides.
        reason: One string or null per document.
        value: What was measured, per document.
        threshold: The limit it broke, per document.
        detail: Rule or evidence in words, free of personal data.
        kept_id: For duplicates, the document that stays.
    """
    if reason.null_count() == len(reason):
        return Partition(batch)
    bad = reason.is_not_null()
    mask = pa.array(bad.to_numpy())
    kept = _filter(batch, pa.compute.invert(mask))
    given = {"value": value, "threshold": threshold, "detail": detail, "kept_id": kept_id}
    columns = {name: series.filter(bad) for name, series in given.items() if series is not None}
    return Partition(kept, dropped=drop_rows(_filter(batch, mask), step, reason=reason.filter(bad), **columns))


def _filter(batch: pa.Table, mask: pa.Array) -> pa.Table:
    # A few documents at a time: the buffer of a text column grows by doubling, so that of the whole batch would
    # take up to twice the memory of what stays.
    parts = [
        batch.slice(start, _FILTERED_AT_ONCE).filter(mask.slice(start, _FILTERED_AT_ONCE))
        for start in range(0, batch.num_rows, _FILTERED_AT_ONCE)
    ]
    return pa.concat_tables(parts) if parts else batch


def drop_rows(removed: pa.Table, step: str, **columns: pl.Series) -> pa.Table:
    """`drop@1` rows for `removed` documents; `columns` give reason, value, threshold, detail, kept_id."""
    carried = ["id", "text", "n_words", "lang", "kb", "source_type", "source", "source_url"]
    frame = pl.DataFrame(pl.from_arrow(removed.select(carried))).with_columns(
        pl.lit(step).alias("step"),
        pl.col("id").alias("parent_id"),
        pl.col("text").str.len_chars().cast(pl.Int64).alias("n_chars"),
        text_digests(removed["text"]).alias("text_sha256"),
        *(series.alias(name) for name, series in columns.items()),
    )
    absent = [name for name in DROP.arrow.names if name not in frame.columns]
    frame = frame.with_columns(pl.lit(None).alias(name) for name in absent)
    return DROP.conform(frame.select(DROP.arrow.names).to_arrow())


def text_digests(text: pa.ChunkedArray) -> pl.Series:
    """sha256, hex, of each text's UTF-8 bytes."""
    from hashlib import sha256

    return pl.Series([sha256(value.as_buffer()).hexdigest() for value in text], dtype=pl.String)
