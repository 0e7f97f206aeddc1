"""Find duplicates across all shards: sign each, link over all, verify the links, drop from each."""

from collections.abc import Sequence

from flows.run import Run
from schemas.shard import ShardRef, StepRecord
from tasks.dedup.candidates import candidates
from tasks.dedup.clusters import clusters
from tasks.dedup.deduplicate import deduplicate as drop_duplicates
from tasks.dedup.shingle_sets import shingle_sets
from tasks.dedup.signatures import signatures


def deduplicate(run: Run, shards: Sequence[ShardRef], released: ShardRef | None) -> list[StepRecord]:
    """Drop exact and near duplicates.

    Args:
        run: Gives workers, store and recipe.
        shards: Documents.
        released: Ids that were released before (`released@1`): they are kept before new ones.

    Returns:
        Records of `deduplicate`, one per shard, in order.
    """
    settings, store = run.recipe.steps.deduplicate, run.store
    names = [shard.shard_id for shard in shards]
    signed = run.gather(run.submit(signatures, shards, settings.signing, names))
    earlier = {"released": released} if released else {}
    run.expect(1)
    (linked,) = run.gather([candidates.submit(signed, settings.linking, store, earlier, "all")])
    nodes = [linked.sides["nodes"]] * len(shards)
    listed = run.gather(run.submit(shingle_sets, shards, settings.shingling, names, nodes=nodes))
    run.expect(1)
    sides = {"nodes": linked.sides["nodes"], "shingles": listed}
    (found,) = run.gather([clusters.submit(linked, settings.verifying, store, sides, "all")])
    return run.gather(run.submit(drop_duplicates, shards, settings.verifying, names, clusters=[found] * len(shards)))
