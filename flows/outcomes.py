"""What became of the records that are not released: every drop and quarantine of a run, as tables of the release."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from flows.run import Run
from schemas.shard import ShardRef, StepRecord
from tasks.anonymize.seal_outcomes import DROPPED, QUARANTINED
from tasks.anonymize.settings import AnonymizeSettings
from tasks.anonymize.union import STEP as KNOWN_VALUES
from tasks.engine.step import Step

_STEPS: dict[str, Step[Any]] = {"dropped": DROPPED, "quarantined": QUARANTINED}


def outcomes(run: Run, settings: AnonymizeSettings) -> dict[str, list[ShardRef]]:
    """Shards of `dropped` and `quarantined`, without personal data.

    Args:
        run: With the records of all steps that drop or quarantine, and of `known_values` where there are any.
        settings: Of `anonymize`, with their key.
    """
    found: dict[str, list[ShardRef]] = {
        "dropped": [record.dropped for record in run.records if record.dropped.rows],
        "quarantined": [record.quarantined for record in run.records if record.quarantined.rows],
    }
    if not settings.enabled:
        return found
    known = [record for record in run.records if record.step == KNOWN_VALUES.name]
    return {table: _sealed(run, _STEPS[table], refs, settings, known) for table, refs in found.items()}


def _sealed(
    run: Run, step: Step[Any], refs: Sequence[ShardRef], settings: AnonymizeSettings, known: Sequence[StepRecord]
) -> list[ShardRef]:
    """One task for all outcomes of a shard: most steps drop a few rows."""
    of_shard: dict[str, list[ShardRef]] = defaultdict(list)
    for ref in refs:
        of_shard[ref.shard_id].append(ref)
    uses: dict[str, Any] = {"known": list(known)} if known else {}
    futures = [run.submit_one(step, group, settings, name, **uses) for name, group in of_shard.items()]
    return [record.kept for record in run.gather(futures)]
