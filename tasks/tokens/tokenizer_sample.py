"""Take a bounded sample of a shard's text to train a tokenizer on.

The documents with the smallest ids are taken: ids are hashes, so this is a random sample, the same on every run and
whatever the order of the shard, and the sample of the whole corpus follows from the samples of its shards.
"""

from typing import Final

import polars as pl
import pyarrow as pa

from schemas.document import DOCUMENT
from schemas.tokenizer import TOKENIZER_SAMPLE
from tasks.engine.step import Accounting, Partition, Step
from tasks.tokens.settings import TokensSettings

# Code points of one document at most: a vocabulary is better learnt from many documents than from one long one.
_EXCERPT: Final = 20_000


def sample_texts(batch: pa.Table, settings: TokensSettings) -> Partition:
    """Beginnings of documents, smallest ids first, up to `shard_sample_mb` and the one that goes over it.

    With that one, the sample of the corpus is the same however the corpus is cut into shards.

    Args:
        batch: `document@1` rows.
        settings: Bounds the sample; nothing is taken where a model is given.
    """
    if settings.model_sha256:
        return Partition(TOKENIZER_SAMPLE.empty())
    taken = take_sample(batch.select(["id", "text"]), int(settings.shard_sample_mb * 1e6), with_next=True)
    return Partition(TOKENIZER_SAMPLE.conform(taken))


def take_sample(texts: pa.Table, max_bytes: int, *, with_next: bool = False) -> pa.Table:
    """Rows of `texts` (id, text) in order of id while they fit in `max_bytes`; always at least one, if there is one.

    Args:
        texts: Columns id and text.
        max_bytes: Of the excerpts together, in UTF-8.
        with_next: Take the row that does not fit, too.
    """
    frame = pl.DataFrame(pl.from_arrow(texts))
    sizes = pl.DataFrame(
        {"row": range(len(frame)), "id": frame["id"], "size": _excerpts(frame["text"]).str.len_bytes()}
    )
    sizes = sizes.sort("id").with_columns(pl.col("size").cast(pl.Int64).cum_sum().alias("total"))
    before = pl.col("total") - pl.col("size")
    fits = before < max_bytes if with_next else pl.col("total") <= max_bytes
    rows = sizes.filter(fits | (before == 0))["row"]
    taken = frame[rows]
    return taken.with_columns(_excerpts(taken["text"]).alias("text")).to_arrow()


def _excerpts(text: pl.Series) -> pl.Series:
    return text.str.slice(0, _EXCERPT)


STEP: Final = Step(
    name="tokenizer_sample",
    version=2,
    settings=TokensSettings,
    reads=DOCUMENT,
    writes=TOKENIZER_SAMPLE,
    run=sample_texts,
    accounting=Accounting.NONE,
)
