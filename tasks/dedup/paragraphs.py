"""Find paragraphs that many documents share: legal notices, safety warnings, "how to get help".

Two summaries: the paragraphs of each shard, and those of all shards that are in too many documents.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Final

import polars as pl
import pyarrow as pa
import xxhash

from schemas.document import DOCUMENT
from schemas.signature import PARAGRAPH
from tasks.dedup.settings import ParagraphSettings
from tasks.engine.markdown_fences import fence_spans
from tasks.engine.step import Accounting, Partition, Step

_BREAK: Final = re.compile(r"\n[^\S\n]*\n\s*")
_WORD: Final = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]|[^\W\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]+")


def list_paragraphs(batch: pa.Table, settings: ParagraphSettings) -> Partition:
    """One `paragraph@1` row per different paragraph of the shard.

    Args:
        batch: `document@1` rows; source code is left out, its parts do not stand alone.
        settings: The shortest paragraph that counts.
    """
    rows = [
        {"hash": digest, "source_rank": row["source_rank"], "id": row["id"]}
        for row in batch.select(["id", "text", "source_type", "source_rank"]).to_pylist()
        for digest in {found for found, _, _ in find_paragraphs(row["text"], row["source_type"], settings)}
    ]
    schema = {"hash": pl.UInt64, "source_rank": pl.Int32, "id": pl.String}
    listed = pl.DataFrame(rows, schema=schema).with_columns(n_documents=pl.lit(1, pl.Int64))
    return Partition(_merged(listed))


def choose_paragraphs(batch: Iterable[pa.Table], settings: ParagraphSettings) -> Partition:
    """The paragraphs that are in more documents than they may be.

    Args:
        batch: `paragraph@1` rows of all shards, shard by shard.
        settings: The limit.
    """
    tables = [pl.DataFrame(pl.from_arrow(table)) for table in (PARAGRAPH.empty(), *batch)]
    merged = pl.DataFrame(pl.from_arrow(_merged(pl.concat(tables))))
    chosen = merged.filter(pl.col("n_documents") > settings.max_paragraph_documents)
    return Partition(PARAGRAPH.conform(chosen.to_arrow()))


def find_paragraphs(text: str, source_type: str, settings: ParagraphSettings) -> Iterator[tuple[int, int, int]]:
    """Hash, start and end, in code points, of the paragraphs of a document that are long enough."""
    if source_type == "code":
        return
    fences = fence_spans(text)
    start = 0
    for stop, after in [*((gap.start(), gap.end()) for gap in _BREAK.finditer(text)), (len(text), len(text))]:
        words = " ".join(text[start:stop].split())
        fenced = any(begin < stop and start < end for begin, end in fences)
        if not fenced and len(_WORD.findall(words)) >= settings.min_paragraph_words:
            yield xxhash.xxh3_64_intdigest(words.encode()), start, stop
        start = after


def _merged(listed: pl.DataFrame) -> pa.Table:
    merged = listed.sort("hash", "source_rank", "id").group_by("hash", maintain_order=True)
    rows = merged.agg(pl.col("n_documents").sum(), pl.col("source_rank").first(), pl.col("id").first())
    return PARAGRAPH.conform(rows.to_arrow())


LIST: Final = Step(
    name="paragraphs",
    version=1,
    settings=ParagraphSettings,
    reads=DOCUMENT,
    writes=PARAGRAPH,
    run=list_paragraphs,
    accounting=Accounting.NONE,
)
CHOOSE: Final = Step(
    name="shared_paragraphs",
    version=1,
    settings=ParagraphSettings,
    reads=PARAGRAPH,
    writes=PARAGRAPH,
    run=choose_paragraphs,
    streamed=frozenset({"batch"}),
    accounting=Accounting.NONE,
)
