"""How well the passages of a version are found by the questions it holds for that: BM25 over their words.

Source: Robertson and Zaragoza, 2009 (BM25, k1 = 1.5, b = 0.75). Words are those of the release (`chunks.fts_tokens`);
questions are cut the same way.
"""

from collections.abc import Iterator, Sequence
from typing import Final

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import BaseModel, ConfigDict

from schemas.manifest import Manifest
from tasks.engine.store import Store
from tasks.publish.versions import version_folder
from tasks.tokens.jieba_cut import cut_words

_K1: Final = 1.5
_B: Final = 0.75
_DEPTH: Final = 10
# Bounds the size of the join of questions with the passages that share a word with them.
_QUESTIONS_AT_ONCE: Final = 200


class Recall(BaseModel):
    """Retrieval over a group of questions.

    Attributes:
        group: all, or a language and kind of question: "zh verbatim".
        recall_at_1: Share of questions with a gold passage first; `recall_at_3`, `recall_at_10` likewise.
        mrr_at_10: Mean of 1 / rank of the first gold passage, 0 where it is not among ten.
    """

    model_config = ConfigDict(frozen=True)

    group: str
    questions: int
    recall_at_1: float
    recall_at_3: float
    recall_at_10: float
    mrr_at_10: float


def measure_recall(store: Store, manifest: Manifest) -> list[Recall]:
    """Recall of a version, over all questions and by language and kind; nothing where it holds no questions.

    Args:
        store: Holds the version.
        manifest: Of it, with the tables `chunks` and `recall_eval`.
    """
    questions = _read(store, manifest, "recall_eval", ["question", "gold_chunk_ids", "lang", "kind"])
    questions = questions.filter(pl.col("gold_chunk_ids").list.len() > 0).with_row_index("asked")
    # Children: a question points to them.
    chunks = _read(store, manifest, "chunks", ["id", "fts_tokens", "level"]).filter(level=1).with_row_index("chunk")
    if questions.is_empty() or chunks.is_empty():
        return []
    ranks = pl.concat(list(_first_ranks(questions, chunks)))
    ranked = questions.join(ranks, on="asked", how="left").with_columns(
        group=pl.format("{} {}", pl.col("lang").fill_null("und"), "kind")
    )
    groups = [("all", ranked), *((str(name), part) for (name,), part in sorted(ranked.group_by("group"), key=str))]
    return [
        _recall(name, part["rank"]) for name, part in sorted(groups, key=lambda group: (group[0] != "all", group[0]))
    ]


def _read(store: Store, manifest: Manifest, table: str, columns: Sequence[str]) -> pl.DataFrame:
    parts = []
    for file in manifest.files:
        if file.table == table:
            with store.open_input(f"{version_folder(manifest.dataset, manifest.version)}/{file.path}") as stream:
                parts.append(pq.ParquetFile(stream).read(columns=list(columns)))
    return pl.DataFrame(pl.from_arrow(pa.concat_tables(parts))) if parts else pl.DataFrame(schema=list(columns))


def _first_ranks(questions: pl.DataFrame, chunks: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """Rank, from 1, of the first gold passage of each question that has one among the first ten."""
    weights = _weights(chunks)
    words = cut_words(pa.chunked_array([questions["question"].to_arrow().cast(pa.large_string())]), for_search=True)
    asked = questions.select("asked").with_columns(word=pl.Series(pl.from_arrow(words)).str.split(" "))
    asked = asked.explode("word").filter(pl.col("word") != "").unique(maintain_order=True)
    gold = questions.select("asked", id="gold_chunk_ids").explode("id").join(chunks.select("chunk", "id"), on="id")
    for start in range(0, questions.height, _QUESTIONS_AT_ONCE):
        batch = asked.filter(pl.col("asked").is_between(start, start + _QUESTIONS_AT_ONCE - 1))
        scored = batch.join(weights, on="word").group_by("asked", "chunk").agg(pl.col("weight").sum())
        best = scored.sort(["asked", "weight", "chunk"], descending=[False, True, False])
        best = best.with_columns(rank=pl.int_range(1, pl.len() + 1).over("asked")).filter(pl.col("rank") <= _DEPTH)
        yield best.join(gold, on=["asked", "chunk"]).group_by("asked").agg(pl.col("rank").min())


def _weights(chunks: pl.DataFrame) -> pl.DataFrame:
    """BM25 weight of each word in each passage that has it."""
    words = (
        chunks.select("chunk", word=pl.col("fts_tokens").str.split(" ")).explode("word").filter(pl.col("word") != "")
    )
    length = words.group_by("chunk").agg(length=pl.len())
    mean, total = length["length"].mean(), chunks.height
    often = words.group_by("chunk", "word").agg(times=pl.len()).join(length, on="chunk")
    seen = pl.len().over("word")
    rarity = ((total - seen + 0.5) / (seen + 0.5) + 1).log()
    norm = 1 - _B + _B * pl.col("length") / mean
    times = pl.col("times")
    return often.select("chunk", "word", weight=rarity * times * (_K1 + 1) / (times + _K1 * norm))


def _recall(group: str, ranks: pl.Series) -> Recall:
    found = [rank for rank in ranks.to_list() if rank is not None]
    shares = {f"recall_at_{depth}": sum(rank <= depth for rank in found) / len(ranks) for depth in (1, 3, _DEPTH)}
    return Recall(group=group, questions=len(ranks), mrr_at_10=sum(1 / rank for rank in found) / len(ranks), **shares)
