"""Find duplicates across all shards: sign each, link over all, verify the links, drop from each."""

from collections.abc import Sequence

from flows.run import Pending, Run
from schemas.shard import ShardRef, StepRecord
from tasks.dedup.candidates import candidates
from tasks.dedup.clusters import clusters
from tasks.dedup.cut_paragraphs import cut_paragraphs
from tasks.dedup.deduplicate import deduplicate as drop_duplicates
from tasks.dedup.paragraphs import paragraphs, shared_paragraphs
from tasks.dedup.ranks import ranks
from tasks.dedup.shingle_sets import shingle_sets
from tasks.dedup.signatures import signatures
from tasks.dedup.verify import verify


def deduplicate(run: Run, shards: Sequence[ShardRef], released: ShardRef | None) -> list[list[StepRecord]]:
    """Drop exact and near duplicates, and cut paragraphs that many documents share.

    Args:
        run: Gives workers, store and recipe.
        shards: Documents.
        released: Ids that were released before (`released@1`): they are kept before new ones.

    Returns:
        Records of each stage, `deduplicate` and, if asked for, `cut_paragraphs`; one per shard, in order.
    """
    settings, names = run.recipe.steps.deduplicate, [shard.shard_id for shard in shards]
    signed = run.gather(run.submit(signatures, shards, settings.signing, names))
    earlier = {"released": released} if released else {}
    run.expect(1)
    (ranked,) = run.gather([ranks.submit(signed, settings.ranking, run.store, earlier, "all")])
    found = _find_twins(run, shards, signed, ranked)
    kept = run.gather(run.submit(drop_duplicates, shards, settings.dropping, names, clusters=[found] * len(shards)))
    return [kept, _cut_paragraphs(run, kept, names)] if settings.max_paragraph_documents else [kept]


def _cut_paragraphs(run: Run, kept: Sequence[StepRecord], names: Sequence[str]) -> list[StepRecord]:
    settings = run.recipe.steps.deduplicate.paragraphs
    listed = run.gather(run.submit(paragraphs, kept, settings, names))
    run.expect(1)
    (shared,) = run.gather([shared_paragraphs.submit(listed, settings, run.store, None, "all")])
    return run.gather(run.submit(cut_paragraphs, kept, settings, names, shared=[shared] * len(kept)))


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
        run.expect(len(parts))
        linked = run.gather(
            candidates.submit(signed, part, run.store, uses, name) for part, name in zip(linking, parts, strict=True)
        )
        links, everywhere = [linked] * len(shards), [ranked] * len(shards)
        listed = run.gather(run.submit(shingle_sets, shards, settings.listing, names, links=links, ranks=everywhere))
        run.expect(len(parts))
        verified = run.gather(
            verify.submit(linked, part, run.store, {"shingles": listed}, name)
            for part, name in zip(verifying, parts, strict=True)
        )
        similar += verified
        run.expect(1)
        (found,) = run.gather([clusters.submit(similar, settings.clustering, run.store, sides, "all")])
        gone, before = found.sides["gone"], uses.get("gone")
        if gone.rows == (before.rows if before else 0) or not any(record.sides["crowded"].rows for record in linked):
            return found
        uses["gone"] = gone
