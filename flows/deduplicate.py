"""Find duplicates across all shards: sign each, link over all, verify the links, drop from each."""

from collections.abc import Sequence

from prefect import task
from prefect.cache_policies import NO_CACHE

from flows.run import Pending, Run
from schemas.shard import ShardRef, StepRecord
from tasks.dedup.by_shard import clusters_by_shard, linked_by_shard
from tasks.dedup.candidates import STEP as CANDIDATES
from tasks.dedup.clusters import STEP as CLUSTERS
from tasks.dedup.deduplicate import STEP as DROP_DUPLICATES
from tasks.dedup.ranks import STEP as RANKS
from tasks.dedup.shingle_sets import STEP as SHINGLE_SETS
from tasks.dedup.signatures import STEP as SIGNATURES
from tasks.dedup.unique_ids import STEP as UNIQUE_IDS
from tasks.dedup.unique_ids import UniqueIdsSettings
from tasks.dedup.verify import STEP as VERIFY
from tasks.engine.store import Store
from tasks.engine.workers import call_in_worker


@task(name="share_clusters", cache_policy=NO_CACHE, persist_result=False, retries=1)
def share_clusters(store: Store, clusters: ShardRef, signed: Sequence[ShardRef]) -> list[ShardRef]:
    """The clusters of each shard's documents."""
    return call_in_worker(clusters_by_shard, store, clusters, signed)


@task(name="share_links", cache_policy=NO_CACHE, persist_result=False, retries=1)
def share_links(store: Store, links: Sequence[ShardRef], ranks: ShardRef, signed: Sequence[ShardRef]) -> list[ShardRef]:
    """Which documents of each shard have a link."""
    return call_in_worker(linked_by_shard, store, links, ranks, signed)


def deduplicate(run: Run, shards: Sequence[ShardRef], released: ShardRef | None) -> list[list[StepRecord]]:
    """Drop exact and near duplicates.

    Args:
        run: Gives workers, store and recipe.
        shards: Documents.
        released: Ids that were released before (`released@1`): they are kept before new ones.

    Returns:
        Records of each stage: `unique_ids` where an id was given twice, and `deduplicate`; one per shard, in order.
    """
    settings, names = run.recipe.steps.deduplicate, [shard.shard_id for shard in shards]
    unique: list[list[StepRecord]] = []
    signed, ranked = _signed(run, shards, released)
    if ranked.sides["repeated"].rows:
        unique = [_refuse_repeated(run, shards, ranked.sides["repeated"])]
        shards = [record.kept for record in unique[0]]
        signed, ranked = _signed(run, shards, released)
    found = _find_twins(run, shards, signed, ranked)
    clusters = share_clusters(run.store, found.kept, [record.kept for record in signed])
    kept = run.gather(run.submit(DROP_DUPLICATES, shards, settings.dropping, names, clusters=clusters))
    return [*unique, kept]


def _signed(run: Run, shards: Sequence[ShardRef], released: ShardRef | None) -> tuple[list[StepRecord], StepRecord]:
    settings, names = run.recipe.steps.deduplicate, [shard.shard_id for shard in shards]
    signed = run.gather(run.submit(SIGNATURES, shards, settings.signing, names))
    earlier = {"released": released} if released else {}
    (ranked,) = run.gather([run.submit_one(RANKS, signed, settings.ranking, "all", **earlier)])
    return signed, ranked


def _refuse_repeated(run: Run, shards: Sequence[ShardRef], repeated: ShardRef) -> list[StepRecord]:
    return run.gather(
        [
            run.submit_one(UNIQUE_IDS, shard, UniqueIdsSettings(shard=place), shard.shard_id, repeated=repeated)
            for place, shard in enumerate(shards)
        ]
    )


def _find_twins(run: Run, shards: Sequence[ShardRef], signed: Pending, ranked: StepRecord) -> StepRecord:
    """Rounds of linking and verifying.

    There is a second one only where a bucket was too large to link all its pairs: it looks for twins among the
    documents that stay, and so on until none are found.
    """
    settings, names = run.recipe.steps.deduplicate, [shard.shard_id for shard in shards]
    linking, verifying = settings.linking(ranked.kept.rows), settings.verifying(ranked.kept.rows)
    parts = [f"part-{part.part:03}" for part in linking]
    similar: list[StepRecord] = []
    sides = {"ranks": ranked, "names": ranked.sides["names"]}
    uses = {"ranks": ranked.kept}
    while True:
        linked = run.gather(
            [run.submit_one(CANDIDATES, signed, part, name, **uses) for part, name in zip(linking, parts, strict=True)]
        )
        own = share_links(
            run.store, [record.kept for record in linked], ranked.kept, [record.kept for record in signed]
        )
        listed = run.gather(run.submit(SHINGLE_SETS, shards, settings.listing, names, linked=own))
        similar += run.gather(
            [
                run.submit_one(VERIFY, linked, part, name, shingles=listed, ranks=ranked.kept)
                for part, name in zip(verifying, parts, strict=True)
            ]
        )
        (found,) = run.gather([run.submit_one(CLUSTERS, similar, settings.clustering, "all", **sides)])
        gone, before = found.sides["gone"], uses.get("gone")
        if gone.rows == (before.rows if before else 0) or not any(record.sides["crowded"].rows for record in linked):
            return found
        uses["gone"] = gone
