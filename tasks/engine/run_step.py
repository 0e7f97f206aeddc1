"""Run one step on one shard: read, run, check, commit. Knows nothing of Prefect."""

import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from schemas.document import DOCUMENT
from schemas.outcomes import DROP, QUARANTINE
from schemas.settings import Settings
from schemas.shard import ShardRef, StepRecord
from tasks.engine.step import Partition, Step
from tasks.engine.store import Store, digest_of

# A record stands for what its step kept, so that a task can be given another task's future.
Ref = ShardRef | StepRecord
Refs = Ref | Sequence[Ref]


def cache_key(step: Step[Any], shards: Refs, settings: Settings, uses: Mapping[str, Refs]) -> str:
    """Name of a step's output: everything that decides it, and nothing else."""
    return digest_of(
        {
            "step": step.name,
            "version": step.version,
            "schemas": [str(step.reads), str(step.writes), *sorted(str(s) for s in step.emits.values())],
            "settings": dict(settings.keyed()),
            "inputs": [ref.digest for ref in _listed(shards)],
            "uses": {name: [ref.digest for ref in _listed(refs)] for name, refs in sorted(uses.items())},
        }
    )


def find_record(
    step: Step[Any], shards: Refs, settings: Settings, store: Store, uses: Mapping[str, Refs] | None = None
) -> StepRecord | None:
    """What was committed before for exactly this work, if it is all still there."""
    return store.find(step.name, cache_key(step, shards, settings, uses or {}))


def run_step(
    step: Step[Any],
    shards: Refs,
    settings: Settings,
    store: Store,
    uses: Mapping[str, Refs] | None = None,
    *,
    shard_id: str | None = None,
) -> StepRecord:
    """Run `step` on one shard, or on several at once where it summarises them, and commit what came out.

    Returns at once if that was done before. The record is written last, so a committed shard always has its drops.

    Raises:
        LostRowsError: The step lost, doubled or invented a row.
        SchemaError: The step's output is not what it declared.
    """
    uses = dict(uses or {})
    if done := find_record(step, shards, settings, store, uses):
        return done
    key = cache_key(step, shards, settings, uses)
    name = shard_id or _listed(shards)[0].shard_id
    wall, cpu = time.perf_counter(), time.process_time()
    batch = _stream(store, shards, step.reads) if "batch" in step.streamed else _read(store, shards, step.reads)
    sides = {
        side: (_stream if side in step.streamed else _read)(store, refs, step.uses[side]) for side, refs in uses.items()
    }
    parts = step.run(batch, settings, **sides)
    # Only a summary can be streamed: nothing of it is counted row by row.
    read = step.reads.empty() if "batch" in step.streamed else batch
    step.check(read, parts, name)
    record = _commit_tables(step, key, name, read, parts, store)
    rows = sum(ref.rows for ref in _listed(shards))
    record = record.model_copy(
        update={
            "rows_in": rows,
            "records": rows if "batch" in step.streamed else record.records,
            "bytes_in": sum(ref.size for ref in _listed(shards)),
            "cpu_s": round(time.process_time() - cpu, 3),
            "wall_s": round(time.perf_counter() - wall, 3),
        }
    )
    store.commit(record)
    return record


def _commit_tables(
    step: Step[Any], key: str, shard_id: str, batch: pa.Table, parts: Partition, store: Store
) -> StepRecord:
    return StepRecord(
        step=step.name,
        version=step.version,
        key=key,
        shard_id=shard_id,
        dropped=store.put_table(parts.dropped, DROP, shard_id),
        quarantined=store.put_table(parts.quarantined, QUARANTINE, shard_id),
        sides={name: store.put_table(parts.sides[name], schema, shard_id) for name, schema in step.emits.items()},
        kept=store.put_table(parts.kept, step.writes, shard_id),
        rows_in=batch.num_rows,
        records=batch.num_rows if parts.records is None else parts.records,
        bytes_in=0,
        words_in=_words(batch) if step.reads == DOCUMENT else 0,
        words_kept=_words(parts.kept) if step.writes == DOCUMENT else 0,
    )


def _words(table: pa.Table) -> int:
    return int(pc.sum(table["n_words"]).as_py() or 0)


def _read(store: Store, refs: Refs, schema: Any) -> pa.Table:
    tables = [store.get_table(ref, schema) for ref in _listed(refs)]
    return pa.concat_tables(tables) if tables else schema.empty()


def _stream(store: Store, refs: Refs, schema: Any) -> Iterator[pa.Table]:
    return (store.get_table(ref, schema) for ref in _listed(refs))


def _listed(refs: Refs) -> list[ShardRef]:
    many = [refs] if isinstance(refs, ShardRef | StepRecord) else refs
    return [ref.kept if isinstance(ref, StepRecord) else ref for ref in many]
