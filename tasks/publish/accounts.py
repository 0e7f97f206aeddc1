"""Add up what every step did, and prove that no record was lost on the way."""

from collections import Counter
from collections.abc import Iterable, Sequence

from schemas.manifest import StepTotals
from schemas.outcomes import DROP, QUARANTINE
from schemas.shard import StepRecord
from tasks.engine.step import LostRowsError
from tasks.engine.store import Store


def add_up(records: Sequence[StepRecord], store: Store) -> list[StepTotals]:
    """One row per step, in the order in which the steps first ran."""
    by_step: dict[str, list[StepRecord]] = {}
    for record in records:
        by_step.setdefault(record.step, []).append(record)
    return [_totals(step, found, store) for step, found in by_step.items()]


def check_chain(stages: Iterable[tuple[str, Sequence[StepRecord]]]) -> None:
    """Check that each stage was given exactly what the stage before it kept.

    Args:
        stages: Name and records of the steps that documents go through, in order.

    Raises:
        LostRowsError: Two stages differ; names both and their counts.
    """
    before: tuple[str, int] | None = None
    for name, records in stages:
        entered = sum(record.rows_in for record in records)
        if before and entered != before[1]:
            raise LostRowsError(f"{before[0]} kept {before[1]} documents, {name} was given {entered}")
        before = name, sum(record.kept.rows for record in records)


def _totals(step: str, records: Sequence[StepRecord], store: Store) -> StepTotals:
    fresh = [record for record in records if not record.cached]
    return StepTotals(
        name=step,
        version=records[0].version,
        shards=len(records),
        cached_shards=len(records) - len(fresh),
        rows_in=sum(record.records for record in records),
        rows_kept=sum(record.kept.rows for record in records),
        rows_dropped=sum(record.dropped.rows for record in records),
        rows_quarantined=sum(record.quarantined.rows for record in records),
        reasons=dict(sorted(_reasons(records, store).items())),
        words_in=sum(record.words_in for record in records),
        words_kept=sum(record.words_kept for record in records),
        bytes_in=sum(record.bytes_in for record in records),
        cpu_s=round(sum(record.cpu_s for record in fresh), 3),
        wall_s=round(sum(record.wall_s for record in fresh), 3),
    )


def _reasons(records: Sequence[StepRecord], store: Store) -> Counter[str]:
    counts: Counter[str] = Counter()
    for record in records:
        for ref, schema, column in ((record.dropped, DROP, "reason"), (record.quarantined, QUARANTINE, "cause")):
            if ref.rows:
                counts.update(store.get_table(ref, schema, [column])[column].to_pylist())
    return counts
