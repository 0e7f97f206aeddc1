"""What is in the tables of a release, in numbers: the rows of its `stats` table."""

from collections.abc import Iterable, Mapping, Sequence
from hashlib import blake2b
from typing import Final

import polars as pl
import pyarrow as pa

from schemas.manifest import StepTotals
from schemas.release import release_rows
from schemas.shard import ShardRef
from tasks.engine.store import Store
from tasks.publish.release_file import stored_schema

# Columns whose values are counted, and columns that are added up, where a table has them.
_COUNTED: Final = ("lang", "source_type", "kb", "license", "kind", "accepted", "step", "cause", "reason", "entity")
_SUMMED: Final = ("n_chars", "n_tokens", "n_words", "bytes")

Stat = tuple[str, str, str, float]
"""Table, metric, key, value."""


def table_stats(store: Store, table: str, shards: Sequence[ShardRef]) -> list[Stat]:
    """Rows, sums and counts by value of one table; reads the columns it needs, one shard at a time."""
    schema = stored_schema(table)
    names = [name for name in (*_COUNTED, *_SUMMED) if name in schema.arrow.names]
    totals: dict[tuple[str, str], float] = {("rows", ""): float(sum(shard.rows for shard in shards))}
    for shard in shards:
        if shard.rows and names:
            frame = pl.DataFrame(pl.from_arrow(store.get_table(shard, schema, names)))
            for metric, key, value in _measure(frame):
                totals[metric, key] = totals.get((metric, key), 0.0) + value
    return [(table, metric, key, value) for (metric, key), value in sorted(totals.items())]


def _measure(frame: pl.DataFrame) -> Iterable[tuple[str, str, float]]:
    for name in frame.columns:
        if name in _SUMMED:
            yield name, "", float(frame[name].sum() or 0)
        else:
            counts = frame[name].cast(pl.String).fill_null("unknown").value_counts()
            yield from ((f"rows_by_{name}", str(key), float(count)) for key, count in counts.iter_rows())


def shared_stats(store: Store, asked: Sequence[ShardRef], trained: Sequence[ShardRef]) -> list[Stat]:
    """How many questions of `recall_eval` are answered in `sft`: a model trained on it knows them by heart.

    They measure retrieval; who measures a model with them must leave these conversations out.

    Args:
        store: Holds the shards.
        asked: Of `recall_eval`.
        trained: Of `sft`, whose ids are those of documents.
    """
    known = {_question_id(name) for shard in trained for name in _ids(store, "sft", shard)}
    shared = sum(name in known for shard in asked for name in _ids(store, "recall_eval", shard))
    return [("recall_eval", "rows_answered_in_sft", "", float(shared))]


def _ids(store: Store, table: str, shard: ShardRef) -> list[str]:
    return list(store.get_table(shard, stored_schema(table), ["id"])["id"].to_pylist()) if shard.rows else []


def _question_id(doc_id: str) -> str:
    """Of the question of a document: see tasks/tokens/qa_pairs.py and recall_eval.py."""
    pair = blake2b(f"{doc_id}\0qa".encode(), digest_size=16).hexdigest()
    return blake2b(f"{pair}\0recall".encode(), digest_size=16).hexdigest()


def step_stats(steps: Iterable[StepTotals]) -> list[Stat]:
    """The funnel as rows: what each step was given, kept, dropped and quarantined. No times: they differ by run."""
    rows: list[Stat] = []
    for step in steps:
        counts: Mapping[str, float] = {
            "rows_in": step.rows_in,
            "rows_kept": step.rows_kept,
            "rows_dropped": step.rows_dropped,
            "rows_quarantined": step.rows_quarantined,
            "words_in": step.words_in,
            "words_kept": step.words_kept,
        }
        rows += [("steps", metric, step.name, float(value)) for metric, value in counts.items()]
        rows += [("steps", f"{step.name}_by_reason", reason, float(n)) for reason, n in step.reasons.items()]
    return rows


def stats_table(stats: Iterable[Stat]) -> pa.Table:
    """Rows of the release table `stats`."""
    return release_rows("stats").from_rows(
        [
            {"table": table, "split": "train", "metric": metric, "key": key, "value": value}
            for table, metric, key, value in stats
        ]
    )
