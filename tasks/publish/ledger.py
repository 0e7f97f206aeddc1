"""Write down which tables the steps of a run wrote: the way back from a release to what was decided on the way."""

from collections.abc import Iterator, Sequence

from schemas.ledger import LEDGER
from schemas.shard import ShardRef, StepRecord
from tasks.engine.store import Store


def write_ledger(store: Store, records: Sequence[StepRecord]) -> ShardRef:
    """Commit `ledger@1` rows for the records of a run, in order."""
    rows = [
        {
            "place": place,
            "step": record.step,
            "step_version": record.version,
            "key": record.key,
            "side": side,
            "record_shard": record.shard_id,
            **ref.model_dump(),
        }
        for place, record in enumerate(records)
        for side, ref in _tables(record)
    ]
    return store.put_table(LEDGER.from_rows(rows), LEDGER, "ledger")


def _tables(record: StepRecord) -> Iterator[tuple[str, ShardRef]]:
    yield "kept", record.kept
    yield "dropped", record.dropped
    yield "quarantined", record.quarantined
    yield from record.sides.items()
