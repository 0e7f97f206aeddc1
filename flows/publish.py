"""From tables to a version: claim its number, write its files, then its card and manifest."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version as installed
from typing import Final

from prefect import task
from prefect.cache_policies import NO_CACHE

from flows.run import Run
from schemas.manifest import Manifest, ReleaseFile, SourceTotals, StepTotals
from schemas.release import release_rows
from schemas.shard import ShardRef
from tasks.engine.store import Store, digest_of
from tasks.engine.workers import call_in_worker
from tasks.publish.accounts import add_up
from tasks.publish.card import dataset_card
from tasks.publish.histograms import signal_stats
from tasks.publish.ledger import write_ledger
from tasks.publish.release_file import write_release_file
from tasks.publish.stats import Stat, shared_stats, stats_table, step_stats, table_stats
from tasks.publish.tokenizer_file import write_tokenizer_file
from tasks.publish.versions import claim_version, latest_manifest, publish_manifest, version_folder
from tasks.quality.signals import STEP as SIGNALS
from tasks.tokens.tokenizer import STEP as TOKENIZER

# Bytes of shards that go into one file: large enough to read fast, small enough to share among readers.
_FILE_BYTES: Final = 256_000_000
# Whatever can change a byte of a release without a change of ours.
_LIBRARIES: Final = (
    "pyarrow", "polars", "pymupdf", "unstructured", "presidio-analyzer", "datasketch", "jieba", "sentencepiece",
    "prefect",
)  # fmt: skip


@task(name="write", task_run_name="write-{table}-{path}", cache_policy=NO_CACHE, persist_result=False, retries=1)
def write(store: Store, table: str, shards: Sequence[ShardRef], version: str, path: str) -> ReleaseFile:
    """Write one file of a release."""
    return call_in_worker(write_release_file, store, table, shards, version=version, path=path)


@task(name="count", task_run_name="count-{table}", cache_policy=NO_CACHE, persist_result=False, retries=1)
def count(store: Store, table: str, shards: Sequence[ShardRef]) -> list[Stat]:
    """Numbers of one table."""
    return call_in_worker(table_stats, store, table, shards)


@task(name="count", task_run_name="count-signals", cache_policy=NO_CACHE, persist_result=False, retries=1)
def count_signals(store: Store, shards: Sequence[ShardRef]) -> list[Stat]:
    """Histograms of what was measured."""
    return call_in_worker(signal_stats, store, shards)


def publish(
    run: Run,
    sources: Sequence[SourceTotals],
    tables: Mapping[str, Sequence[ShardRef]],
    inputs_sha256: str,
    released: ShardRef | None,
    kept_tokenizer: ShardRef | None,
) -> tuple[Manifest, bool]:
    """Release `tables`, unless the newest version holds exactly these rows.

    Args:
        run: With the records of all steps.
        sources: What was read.
        tables: Shards by table.
        inputs_sha256: See `Manifest`.
        released: See `Manifest`.
        kept_tokenizer: That of the version before, where it was kept.

    Returns:
        The manifest of the new version, or of the newest one, and whether it is new.
    """
    store, dataset = run.store, run.recipe.dataset
    tokenizer = next((record.kept for record in run.records if record.step == TOKENIZER.name), None)
    content = _content_digest(tables, tokenizer)
    latest = latest_manifest(store, dataset)
    if latest and latest.content_sha256 == content:
        return latest, False
    version = claim_version(store, dataset, content)
    totals = add_up(run.records, store)
    stats, counted = _stats(run, tables, totals)
    files = _write_tables(dataset, version, store, {**tables, **counted})
    folder = version_folder(dataset, version)
    kept = kept_tokenizer is not None
    model = write_tokenizer_file(store, tokenizer, folder=folder, kept=kept) if tokenizer else None
    card = dataset_card(
        dataset=dataset, version=version, files=files, sources=sources, steps=totals, stats=stats, tokenizer=model
    )
    store.put_bytes(f"{folder}/README.md", card.encode())
    manifest = Manifest(
        dataset=dataset,
        version=version,
        created_at=datetime.now(UTC).isoformat(timespec="seconds"),
        content_sha256=content,
        inputs_sha256=inputs_sha256,
        recipe=recipe_values(run),
        code={"winnow": installed("winnow"), **{name: installed(name) for name in _LIBRARIES}},
        sources=list(sources),
        steps=totals,
        files=files,
        tokenizer=model,
        released=released,
        ledger=write_ledger(store, run.records),
    )
    publish_manifest(store, manifest)
    return manifest, True


def _stats(
    run: Run, tables: Mapping[str, Sequence[ShardRef]], totals: Sequence[StepTotals]
) -> tuple[list[Stat], dict[str, list[ShardRef]]]:
    """The numbers of a release, and the table of them where it is asked for."""
    store = run.store
    counts = [count.submit(store, table, refs) for table, refs in tables.items()]
    measured = [record.kept for record in run.records if record.step == SIGNALS.name]
    if "stats" in run.recipe.outputs and measured:
        counts.append(count_signals.submit(store, measured))
    stats = [*(stat for part in counts for stat in part.result()), *step_stats(totals)]
    if {"recall_eval", "sft"} <= tables.keys():
        stats += call_in_worker(shared_stats, store, tables["recall_eval"], tables["sft"])
    if "stats" not in run.recipe.outputs:
        return stats, {}
    return stats, {"stats": [store.put_table(stats_table(stats), release_rows("stats"), "stats")]}


def _content_digest(tables: Mapping[str, Sequence[ShardRef]], tokenizer: ShardRef | None) -> str:
    made = {table: [ref.digest for ref in refs if ref.rows] for table, refs in tables.items()}
    return digest_of(made | ({TOKENIZER.name: [tokenizer.digest]} if tokenizer else {}))


def recipe_values(run: Run) -> dict[str, object]:
    """The recipe as a release remembers it: without places of this machine and without secrets."""
    values = run.recipe.model_dump(mode="json", exclude={"root", "steps", "runner"}, exclude_none=True)
    blocks = {name: dict(getattr(run.recipe.steps, name).keyed()) for name in type(run.recipe.steps).model_fields}
    return {**values, "steps": blocks}


def _write_tables(
    dataset: str, version: str, store: Store, tables: Mapping[str, Sequence[ShardRef]]
) -> list[ReleaseFile]:
    folder, futures = version_folder(dataset, version), []
    for table, shards in tables.items():
        groups = _grouped([shard for shard in shards if shard.rows])
        for index, group in enumerate(groups):
            path = f"{folder}/data/{table}/train-{index:05d}-of-{len(groups):05d}.parquet"
            futures.append(write.submit(store, table, group, version, path))
    files = [future.result() for future in futures]
    return [file.model_copy(update={"path": file.path.removeprefix(f"{folder}/")}) for file in files]


def _grouped(shards: Sequence[ShardRef]) -> list[list[ShardRef]]:
    """Neighbouring shards that share a file; one empty group where there are none: an empty table is a table."""
    groups: list[list[ShardRef]] = [[]]
    for shard in shards:
        if groups[-1] and sum(other.size for other in groups[-1]) + shard.size > _FILE_BYTES:
            groups.append([])
        groups[-1].append(shard)
    return groups
