"""Take out what repeats over the documents of a source: count in each shard, add up over all, cut in each."""

from collections import Counter
from collections.abc import Sequence

from prefect import task
from prefect.cache_policies import NO_CACHE

from flows.run import Run, untouched
from schemas.settings import StepSettings
from schemas.shard import ShardRef, StepRecord
from tasks.boilerplate.count import COUNT, REPEATED, boilerplate_by_shard
from tasks.boilerplate.cut import STEP as CUT
from tasks.engine.store import Store
from tasks.engine.workers import call_in_worker

# Kinds of sources whose repetitions are their content.
_EXEMPT = ("code", "faq")
# Shards whose part of the boilerplate is found without a task of its own: one takes 20 ms of the server.
_FEW = 16


@task(name="share_boilerplate", cache_policy=NO_CACHE, persist_result=False, retries=1)
def share_boilerplate(store: Store, repeated: ShardRef, counted: Sequence[ShardRef]) -> list[ShardRef]:
    """The repeated passages of each shard."""
    return _share(store, repeated, counted)


def _share(store: Store, repeated: ShardRef, counted: Sequence[ShardRef]) -> list[ShardRef]:
    return call_in_worker(boilerplate_by_shard, store, repeated, counted)


def take_out_boilerplate(run: Run, before: Sequence[StepRecord], kinds: Sequence[str]) -> list[StepRecord]:
    """Records of a stage in which shards with boilerplate have lost it; the others are as they came.

    After duplicates are gone: what ten copies of one document say is no boilerplate.

    Args:
        run: Gives workers, store and recipe.
        before: Records of the stage before, one per shard.
        kinds: Of the source of each shard.
    """
    settings = run.recipe.steps.boilerplate
    documents: Counter[str] = Counter()
    for kind, record in zip(kinds, before, strict=True):
        documents[kind] += record.kept.rows
    searched = [
        record
        for kind, record in zip(kinds, before, strict=True)
        if kind not in _EXEMPT and documents[kind] >= settings.min_source_documents
    ]
    names = [record.shard_id for record in searched]
    cut = dict(zip(names, _cut(run, searched, names), strict=True)) if searched else {}
    return [cut.get(record.shard_id) or untouched(record, CUT) for record in before]


def _cut(run: Run, records: Sequence[StepRecord], names: Sequence[str]) -> list[StepRecord | None]:
    settings = run.recipe.steps.boilerplate
    counted = run.gather(run.submit(COUNT, records, StepSettings(), names))
    sizes = [record.sides["source_sizes"] for record in counted]
    (repeated,) = run.gather([run.submit_one(REPEATED, counted, settings.repetition, "all", source_sizes=sizes)])
    if not repeated.kept.rows:
        return [None] * len(records)
    # Not worth a task where everything before it was known already, or where it is a matter of milliseconds.
    known = all(one.cached for one in [repeated, *counted])
    share = _share if known or len(counted) <= _FEW else share_boilerplate
    shared = share(run.store, repeated.kept, [record.kept for record in counted])
    pending = [
        run.submit_one(CUT, record, settings.cutting, name, boilerplate=part) if part.rows else None
        for record, name, part in zip(records, names, shared, strict=True)
    ]
    done = iter(run.gather([one for one in pending if one is not None]))
    return [None if one is None else next(done) for one in pending]
